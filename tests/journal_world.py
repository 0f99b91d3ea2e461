"""A store on disk, written to in this process as the template does; and a disk that tells what is done to it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import RdfFormat

from byregion.engine.board import Board
from byregion.engine.forks import State
from byregion.engine.journal import Beginning, Content, Journal, writing
from byregion.engine.journal.disk import Disk
from byregion.engine.opening import loaded
from byregion.engine.stage import stage
from byregion.engine.store import LoadedStore, compacted
from byregion.engine.write import Body, GraphWrite, Method, Update, Write

BASE = "http://example.org/"
PLAIN = Beginning("plain")


class Held(NamedTuple):
    """A revision, its statements as lines of N-Quads, and its graphs."""

    revision: str
    statements: frozenset[bytes]
    graphs: frozenset[str]


def held(found: LoadedStore) -> Held:
    dump = found.store.dump(format=RdfFormat.N_QUADS) or b""
    graphs = frozenset(graph.value for graph in found.store.named_graphs())
    return Held(found.revision, frozenset(dump.splitlines()), graphs)


class Opened:
    """The store in a folder: opened, or begun."""

    def __init__(self, folder: Path, disk: Disk | None = None, beginning: Beginning = PLAIN) -> None:
        self.folder, self.disk = folder, disk or Disk()
        self.journal = Journal(folder, beginning, self.disk)
        try:
            found = loaded(Content(folder))
        except BaseException:
            self.journal.close()
            raise
        assert found.revision == self.journal.revision
        with tempfile.NamedTemporaryFile() as file:
            board = Board(Path(file.name), found.revision)
        self.state = State(found, board, spare=0, stack=0, journal=self.journal)

    def write(self, what: Update | GraphWrite, who: str = "tests", why: str = "") -> str:
        """Do a write, and return the revision that it made."""
        copy = replace(self.state.loaded, store=compacted(self.state.loaded.store))
        text = stage(copy, Write(what)).checked().text()
        return self.state.commit(json.dumps({"who": who, "why": why}).encode() + b"\n" + text).revision

    def update(self, text: str) -> str:
        return self.write(Update(text, base=BASE))

    def graph(self, method: Method, iri: str, text: str = "") -> str:
        bodies = (Body(text.encode(), "text/turtle"),) if method in ("put", "post") else ()
        return self.write(GraphWrite(method, iri, bodies, BASE))

    def compact(self) -> None:
        self.journal.rotate()
        writing.compact(self.folder, self.journal.head.after, self.disk)

    @property
    def held(self) -> Held:
        return held(self.state.loaded)

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.journal.close()


class Step(NamedTuple):
    """What was done to a file, or said to who writes: `data` was written or put, or the revision acknowledged."""

    what: str
    name: str = ""
    data: bytes = b""
    size: int = 0


@dataclass
class Recording(Disk):
    """A disk that does everything, and tells it afterwards."""

    steps: list[Step] = field(default_factory=list)

    def put(self, path: Path, parts: Iterable[bytes]) -> None:
        whole = b"".join(parts)
        self.steps.append(Step("begin", path.name, whole))
        super().put(path, [whole])
        self.steps.append(Step("put", path.name, whole))

    def write(self, file: int, data: bytes) -> None:
        before = os.fstat(file).st_size
        try:
            super().write(file, data)
        finally:
            done = data[: os.fstat(file).st_size - before]
            self.steps.append(Step("write", _name(file), done))

    def sync(self, file: int) -> None:
        super().sync(file)
        self.steps.append(Step("sync", _name(file)))

    def cut(self, file: int, size: int) -> None:
        super().cut(file, size)
        self.steps.append(Step("cut", _name(file), size=size))

    def acknowledge(self, revision: str) -> None:
        self.steps.append(Step("ack", data=revision.encode()))


def _name(file: int) -> str:
    return Path(os.readlink(f"/proc/self/fd/{file}")).name
