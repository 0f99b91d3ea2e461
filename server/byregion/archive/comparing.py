"""What differs between two revisions, from their texts: canonical N-Quads, sorted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from typing import Final

from byregion.archive.publication import Counts
from byregion.namespaces import BR

CHANGED: Final = 100
"""Changed entities that are named for one publication; of the others the number is told."""


def compare(new: bytes, old: bytes | None) -> tuple[dict[str, Counts], list[str]]:
    """Return the counts of each graph in either of two texts, and the entities of which other triples are said, sorted.

    A graph that is gone counts 0 triples. Where `old` is None, only the triples are counted.
    """
    held = Counter(_graph(line) for line in _lines(new))
    if old is None:
        return {graph: Counts(count, None, None) for graph, count in held.items()}, []
    came: Counter[str] = Counter()
    went: Counter[str] = Counter()
    entities = set()
    for line, is_new in _differences(_lines(new), _lines(old)):
        (came if is_new else went)[_graph(line)] += 1
        if entity := _entity(line):
            entities.add(entity)
    graphs = {graph: Counts(held[graph], came[graph], went[graph]) for graph in held.keys() | went.keys()}
    return graphs, sorted(entities)


def _lines(text: bytes) -> Iterator[bytes]:
    # What str takes for the end of a line may stand in a literal; of bytes, only \n and \r end one, and N-Quads
    # escapes both.
    return iter(text.splitlines())


def _differences(new: Iterable[bytes], old: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each line that only one of two sorted texts has, and whether that is the new one."""
    both = merge(((line, True) for line in new), ((line, False) for line in old))
    for _, found in groupby(both, key=lambda item: item[0]):
        only, *other = found
        if not other:
            yield only


def _graph(line: bytes) -> str:
    """Return the name of the graph: the last term of a line, which ends in ` <graph> .`."""
    return line[line.rindex(b" <") + 2 : -3].decode()


def _entity(line: bytes) -> str:
    """Return what a line is about: its subject, for a fragment of a document the document, "" for a blank node."""
    subject = line[: line.index(b" ")].decode()
    if not subject.startswith("<"):
        return ""
    iri = subject[1:-1]
    return iri if iri in BR else iri.partition("#")[0]
