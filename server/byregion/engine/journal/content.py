"""What a store held after a change: the snapshot before it, and what has changed since."""

from __future__ import annotations

import hashlib
import heapq
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from pyoxigraph import NamedNode, RdfFormat, Store, parse

from byregion.engine.delta import Delta
from byregion.engine.journal import layout
from byregion.engine.journal.change import Change
from byregion.engine.journal.disk import Disk
from byregion.engine.journal.layout import Kind
from byregion.engine.journal.reading import changes, head
from byregion.errors import StoreError

_LEVEL: Final = 4
_CHUNK: Final = 1 << 20
_BATCH: Final = 50_000
_GZIP: Final = 31
"""What zlib calls the format of gzip files."""

_T = TypeVar("_T")


@dataclass(slots=True)
class Net:
    """What some changes come to: lines of N-Quads and graphs that are there now and were not, or were and are not."""

    added: set[bytes] = field(default_factory=set)
    removed: set[bytes] = field(default_factory=set)
    created: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)

    def follow(self, change: Change) -> None:
        """Have one more change follow."""
        told = change.delta
        _follow(self.added, self.removed, told.added, told.removed)
        _follow(self.created, self.dropped, told.created, told.dropped)


def _follow(added: set[_T], removed: set[_T], more: Iterable[_T], less: Iterable[_T]) -> None:
    for item in less:
        if item in added:
            added.remove(item)
        else:
            removed.add(item)
    for item in more:
        if item in removed:
            removed.remove(item)
        else:
            added.add(item)


class Content:
    """What the store in `folder` held after change `number`, by default the last one, and its `revision`.

    Raises StoreError where journal or snapshot are damaged: the constructor, or whatever reads the lines.
    """

    def __init__(self, folder: Path, number: int | None = None) -> None:
        """Read the changes since the last snapshot that is not later than the change."""
        known = [item for item in layout.snapshots(folder) if number is None or item[0] <= number]
        self._base = known[-1][0] if known else 0
        self._path = known[-1][1] if known else None
        self.kind, self._began = _beginning(folder, self._base)
        if self.kind == "published" and self._path is None:
            raise StoreError(f"{folder} holds no snapshot that is whole; restore a backup (byregion restore)")
        self.number, self.revision = self._base, self._began
        self._net = Net()
        self._graphs: set[str] = set()
        for change in changes(folder, self._base):
            if number is not None and change.number > number:
                break
            self._net.follow(change)
            self.number, self.revision = change.number, change.revision
        if number is not None and self.number != number:
            raise StoreError(f"{folder} holds no change {number}; the last one is {self.number}")

    def lines(self) -> Iterator[bytes]:
        """Yield every statement as a line of N-Quads, without its end, sorted.

        Blank nodes keep their names, since later changes speak of them.
        """
        removed = self._net.removed
        respelled = _respelled(removed) if self.kind == "published" else set()
        kept = (
            line
            for line in self._snapshot()
            if line not in removed and not (respelled and _about(line) in respelled and _spelled(line) in removed)
        )
        last = None
        for line in heapq.merge(kept, sorted(self._net.added)):
            if line != last:
                yield line
            last = line

    def graphs(self) -> set[str]:
        """Return the named graphs that are there whatever they hold; to be asked once the lines have been read."""
        emptied = Delta(removed=frozenset(self._net.removed)).graphs() - {""}
        return (self._graphs | emptied | self._net.created) - self._net.dropped

    def store(self) -> Store:
        """Return a store that holds it all."""
        store, lines = Store(), self.lines()
        while batch := _text(islice(lines, _BATCH)):
            # Not bulk_load, which gives blank nodes new names. It was read before.
            store.bulk_extend(parse(batch, format=RdfFormat.N_QUADS, lenient=True))
        for graph in sorted(self.graphs()):
            store.add_graph(NamedNode(graph))
        return store

    def sha256(self) -> str:
        """Return the SHA-256 of the dataset: of its sorted lines of N-Quads."""
        digest, lines = hashlib.sha256(), self.lines()
        while batch := _text(islice(lines, _BATCH)):
            digest.update(batch)
        return digest.hexdigest()

    def keep(self, folder: Path, disk: Disk) -> None:
        """Make a snapshot of it in `folder`; raises OSError, having made none."""
        lines = self.lines()
        disk.put(layout.snapshot(folder, self.number), packed(lines, self.revision, self.graphs))

    def _snapshot(self) -> Iterator[bytes]:
        if self._path is None:
            return
        digest, told = hashlib.sha256(), {}
        try:
            for lines in _unpacked(self._path):
                if lines and lines[-1].startswith(b"# "):
                    told = json.loads(lines.pop()[2:])
                yield from lines
                digest.update(_text(lines))
        except (OSError, ValueError, zlib.error) as error:
            raise StoreError(f"{self._path} cannot be read: {error}; {_WITHOUT}") from error
        if (told.get("sha256"), told.get("revision")) != (digest.hexdigest(), self._began):
            raise StoreError(f"{self._path} is damaged: it does not hold what it says; {_WITHOUT}")
        self._graphs = set(told["graphs"])


_WITHOUT: Final = "remove it, and what it holds is made of the snapshot before it and the journal, which are kept"


def packed(lines: Iterator[bytes], revision: str, graphs: Callable[[], Iterable[str]]) -> Iterator[bytes]:
    """Yield the parts of a snapshot: what it holds, and a comment that says what that is, compressed by gzip.

    `graphs` are those that are there whatever they hold, and are asked at the end.
    """
    packer, digest = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP), hashlib.sha256()
    while batch := _text(islice(lines, _BATCH)):
        digest.update(batch)
        yield packer.compress(batch)
    told = {"revision": revision, "sha256": digest.hexdigest(), "graphs": sorted(graphs())}
    yield packer.compress(b"# " + json.dumps(told).encode() + b"\n")
    yield packer.flush()


def _text(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _unpacked(path: Path) -> Iterator[list[bytes]]:
    """Yield the lines of a snapshot, some at a time; raises OSError, ValueError and zlib.error."""
    unpacker, rest = zlib.decompressobj(_GZIP), b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            *lines, rest = (rest + unpacker.decompress(chunk)).split(b"\n")
            yield lines
    if rest or not unpacker.eof:
        raise ValueError("it ends too early")


def _beginning(folder: Path, after: int) -> tuple[Kind, str]:
    """Return of what kind a store is, and the name of its revision after a change after which there is a snapshot."""
    for first, path in layout.segments(folder):
        if first == after + 1:
            with path.open("rb") as file:
                told = head(file, path)[0]
            return told.kind, told.revision
    missing = layout.segment(folder, after + 1)
    raise StoreError(
        f"{missing} is not there, and what was recorded in it is lost; restore a backup (byregion restore)"
    )


# --- Spelling ---------------------------------------------------------------------------------------------------------

# A store spells numbers its own way; what is published is kept as its files spell it.


def _about(line: bytes) -> bytes:
    """Return the subject and the predicate of a line."""
    return line[: line.index(b" ", line.index(b" ") + 1)]


def _respelled(lines: Iterable[bytes]) -> set[bytes]:
    """Return the subjects and predicates of the lines whose literals may be spelled in another way."""
    return {_about(line) for line in lines if b'"^^<' in line or b'"@' in line}


def _spelled(line: bytes) -> bytes:
    """Return a line as a store spells it."""
    store = Store()
    store.bulk_extend(parse(line, format=RdfFormat.N_QUADS))
    return (store.dump(format=RdfFormat.N_QUADS) or b"").rstrip(b"\n")
