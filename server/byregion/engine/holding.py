"""A revision in a store that is not ours: in which graphs it lies, and what shows that the store holds all of it.

Besides the published graphs, under their own names, the store has their merge, which is what byregion asks where a
query names no graph, and a graph that says which revision this is. So it does not matter what a store takes for its
default graph, nor what else lies in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rdflib import DCTERMS, Literal, URIRef

from byregion.engine import snapshot
from byregion.iri import INFERRED
from byregion.namespaces import BASE

MERGED: Final = URIRef(BASE + "graphs/merged")
"""The graph that holds the merge of the published ones, each triple once."""
MARKER: Final = URIRef(BASE + "graphs/revision")
"""The graph that says which revision the store holds: written last, and removed first."""
NOTHING: Final = URIRef(BASE + "graphs/nothing")
"""A graph that nobody writes to, for a dataset without graphs of a kind."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What a store of the revision holds: triples by the names of the published graphs, and those of the merge."""

    revision: str
    graphs: Mapping[str, int]
    merged: int

    @classmethod
    def of(cls, text: bytes) -> Holding:
        """Return what holds of the revision with this text, in canonical N-Quads."""
        statements, names = zip(*map(_parts, text.splitlines()), strict=True) if text else ((), ())
        graphs = {name[1:-1].decode(): count for name, count in Counter(names).items()}
        return cls(snapshot.revision(text), graphs, len(set(statements)))

    @property
    def inferred(self) -> int:
        """How many triples follow from what is stated."""
        return self.graphs.get(str(INFERRED), 0)

    @property
    def stated(self) -> int:
        """How many triples the files state."""
        return sum(self.graphs.values()) - self.inferred

    @property
    def marker(self) -> bytes:
        """What the marker says, as N-Triples."""
        return f"{MERGED.n3()} {DCTERMS.identifier.n3()} {Literal(self.revision).n3()} .\n".encode()


def graphs(text: bytes) -> Iterator[tuple[URIRef, list[bytes]]]:
    """Yield the graphs that a store of the revision has, the merge last and without the marker: names and N-Triples."""
    found: dict[bytes, list[bytes]] = {}
    for line in text.splitlines():
        statement, name = _parts(line)
        found.setdefault(name, []).append(statement + b" .\n")
    for name, lines in sorted(found.items()):
        yield URIRef(name[1:-1].decode()), lines
    yield MERGED, list(dict.fromkeys(line for lines in found.values() for line in lines))


def quads(text: bytes) -> Iterator[bytes]:
    """Yield everything that a store of the revision holds as lines of N-Quads, for a bulk loader; the marker last."""
    for name, lines in graphs(text):
        end = f" {name.n3()} .\n".encode()
        yield from (line.removesuffix(b" .\n") + end for line in lines)
    yield Holding.of(text).marker.removesuffix(b" .\n") + f" {MARKER.n3()} .\n".encode()


def _parts(line: bytes) -> tuple[bytes, bytes]:
    """Return the statement and the name of the graph of a canonical N-Quad."""
    statement, name, _ = line.rsplit(b" ", 2)
    return statement, name
