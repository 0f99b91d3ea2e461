"""The files of a data folder that a store on disk says otherwise, and what each is to hold: git stays the truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from byregion.dataset import data_files, layout
from byregion.engine.delta import Delta
from byregion.engine.journal import Content, changes
from byregion.engine.published import is_dataset_graph
from byregion.engine.spelling import same, spelled
from byregion.engine.store import published
from byregion.errors import StoreError
from byregion.iri import INFERRED
from byregion.namespaces import BASE, empty_graph

_GRAPHS: Final = f"{BASE}graphs/"
_NOTHING: Final[frozenset[bytes]] = frozenset()


@dataclass(frozen=True, slots=True)
class Export:
    """What an export does: the text of each file that changes, "" where it goes, and the files that stay.

    Those in `older` say otherwise than the store, but nobody has written to their graphs. `revision` is the store's.
    """

    revision: str
    texts: Mapping[Path, str]
    older: tuple[Path, ...]

    def carry_out(self) -> None:
        """Write the files, each as a whole; raises OSError."""
        for path, text in self.texts.items():
            if text:
                path.parent.mkdir(parents=True, exist_ok=True)
                incoming = path.with_name(f".{path.name}.incoming")
                incoming.write_bytes(text.encode())
                incoming.replace(path)
            else:
                path.unlink()
                with suppress(OSError):  # a folder that holds anything else stays
                    path.parent.rmdir()


def planned(folder: Path, data: Path) -> Export:
    """Return what brings the files in `data` to what the store in `folder` holds.

    A file is changed where somebody has written to its graph, and only if it says what the store held once: else
    somebody has changed it since, and what they said would be lost. Raises StoreError then, naming all such files, and
    for a store that holds no published data; DataError as `data_files` does.
    """
    content = Content(folder)
    if content.kind != "published":
        raise StoreError(f"the store in {folder} began with nothing, so its graphs are no files; read them at /graphs")
    held = _by_graph(content.lines())
    files = _by_graph(published(data_files(data), (), INFERRED).splitlines())
    deltas = _deltas(folder)
    texts: dict[Path, str] = {}
    older, lost = [], []
    for graph in sorted(held.keys() | files.keys()):
        now, there = held.get(graph, _NOTHING), files.get(graph, _NOTHING)
        if not is_dataset_graph(graph) or same(now, there):
            continue
        path = data / f"{graph.removeprefix(_GRAPHS)}.ttl"
        if graph not in deltas:
            older.append(path)
        elif _was_held(spelled(there), spelled(now), deltas[graph]):
            texts[path] = _turtle(now)
        else:
            lost.append(path)
    if lost:
        what = f"{', '.join(map(str, lost))} changed since the store and the files were in step, and the store too"
        remedy = "export to a checkout of the data as it was, and merge the two with git"
        raise StoreError(f"{what}; nothing was written; {remedy}")
    return Export(content.revision, texts, tuple(older))


def _by_graph(lines: Iterable[bytes]) -> dict[str, frozenset[bytes]]:
    found: dict[str, set[bytes]] = {}
    for line in lines:
        found.setdefault(_graph(line), set()).add(line)
    return {graph: frozenset(lines) for graph, lines in found.items()}


def _graph(line: bytes) -> str:
    return line[line.rindex(b" <") + 2 : -3].decode()


def _deltas(folder: Path) -> dict[str, list[Delta]]:
    """Return what each change did to each graph, the last one first."""
    found: dict[str, list[Delta]] = {}
    for change in changes(folder):
        stated = change.delta.stated
        added, removed = _by_graph(stated.added), _by_graph(stated.removed)
        for graph in added.keys() | removed.keys():
            one = Delta(added=added.get(graph, _NOTHING), removed=removed.get(graph, _NOTHING))
            found.setdefault(graph, []).insert(0, one)
    return found


def _was_held(there: frozenset[bytes], now: frozenset[bytes], deltas: list[Delta]) -> bool:
    """Tell whether a graph ever was what the file says, by taking back one change after another."""
    return any(same(there, state) for state in _states(now, deltas))


def _states(now: frozenset[bytes], deltas: list[Delta]) -> Iterator[frozenset[bytes]]:
    yield now
    for delta in deltas:
        now = (now - delta.added) | delta.removed
        yield now


def _turtle(lines: frozenset[bytes]) -> str:
    """Return a graph as the text of its file, "" where it holds nothing."""
    if not lines:
        return ""
    triples = (f"{line.rsplit(b' ', 2)[0].decode()} .\n" for line in sorted(lines))
    graph = empty_graph()
    graph.parse(data="".join(triples), format="nt")
    return layout(graph)
