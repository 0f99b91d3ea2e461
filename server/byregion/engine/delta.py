"""What a write changes: statements added and removed, as text that can be sent, hashed, kept and applied."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from byregion.errors import EngineError
from byregion.iri import INFERRED
from byregion.sentences import say

_ADDED: Final = b"A "
_REMOVED: Final = b"D "


@dataclass(frozen=True, slots=True)
class Delta:
    """The statements, each a line of N-Quads, and the graphs, each an IRI, that a write adds and removes.

    A graph may hold nothing, so graphs are told apart from their statements.
    """

    added: frozenset[bytes] = frozenset()
    removed: frozenset[bytes] = frozenset()
    created: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(self.added or self.removed or self.created or self.dropped)

    def text(self) -> bytes:
        """Return the change as lines that begin with A for added or D for removed; `of_text` reads them.

        After that stands a quad, or `<graph> .` for a graph. The same change has the same text.
        """
        marked = (
            *(_REMOVED + line for line in self.removed),
            *(_REMOVED + _line(graph) for graph in self.dropped),
            *(_ADDED + _line(graph) for graph in self.created),
            *(_ADDED + line for line in self.added),
        )
        return b"".join(line + b"\n" for line in sorted(marked))

    @classmethod
    def of_text(cls, text: bytes) -> Delta:
        """Return the change that `text` returned."""
        quads: dict[bytes, list[bytes]] = {_ADDED: [], _REMOVED: []}
        graphs: dict[bytes, list[str]] = {_ADDED: [], _REMOVED: []}
        for line in filter(None, text.split(b"\n")):
            mark, said = line[:2], line[2:]
            if said.count(b" ") == 1:
                graphs[mark].append(said[1:-3].decode())
            else:
                quads[mark].append(said)
        return cls(
            added=frozenset(quads[_ADDED]),
            removed=frozenset(quads[_REMOVED]),
            created=frozenset(graphs[_ADDED]),
            dropped=frozenset(graphs[_REMOVED]),
        )

    def graphs(self) -> set[str]:
        """Return the IRIs of the graphs that change; "" is the default graph."""
        changed = {quad.graph_name for quad in (*quads(self.added), *quads(self.removed))}
        named = {graph.value if isinstance(graph, NamedNode) else "" for graph in changed}
        return named | self.created | self.dropped

    @property
    def inferences(self) -> Delta:
        """What of it is about the graph of inferences."""
        return Delta(frozenset(filter(_is_inferred, self.added)), frozenset(filter(_is_inferred, self.removed)))

    @property
    def stated(self) -> Delta:
        """What of it is about other graphs."""
        follows = self.inferences
        return replace(self, added=self.added - follows.added, removed=self.removed - follows.removed)

    def apply(self, store: Store, *, is_merged: bool = False) -> None:
        """Make the change in `store`; raises EngineError where it cannot be read, having changed nothing.

        Where the default graph `is_merged`, it is brought to the merge of the named graphs, which alone the change
        tells of.
        """
        self.applier()(store, is_merged)

    def applier(self) -> Callable[[Store, bool], None]:
        """Return what makes the change in a store, as `apply` does; raises EngineError where it cannot be read."""
        try:
            removed, added = list(quads(self.removed)), list(quads(self.added))
            dropped, created = ([NamedNode(graph) for graph in graphs] for graphs in (self.dropped, self.created))
        except (SyntaxError, ValueError) as error:
            raise EngineError(say("cannot-read-again", why=error)) from error

        def apply(store: Store, is_merged: bool) -> None:
            for quad in removed:
                store.remove(quad)
            for graph in dropped:
                store.remove_graph(graph)
            for graph in created:
                store.add_graph(graph)
            # Not bulk_load, which gives blank nodes new names.
            store.bulk_extend(added)
            if is_merged:
                _merge(store, added, removed)

        return apply


def together(deltas: Iterable[Delta]) -> Delta:
    """Return the change that several make together, each of which is of other graphs."""
    found = tuple(deltas)
    if len(found) == 1:
        return found[0]
    return Delta(
        frozenset().union(*(delta.added for delta in found)),
        frozenset().union(*(delta.removed for delta in found)),
        frozenset().union(*(delta.created for delta in found)),
        frozenset().union(*(delta.dropped for delta in found)),
    )


def revision(before: str, text: bytes) -> str:
    """Return the name of the revision that the change told by `text` makes of the one called `before`."""
    return hashlib.sha256(before.encode() + b"\n" + text).hexdigest() if text else before


def _is_inferred(line: bytes) -> bool:
    return line.endswith(_IN_INFERRED)


_IN_INFERRED: Final = f" <{INFERRED}> .".encode()


def _merge(store: Store, added: Iterable[Quad], removed: Iterable[Quad]) -> None:
    """Bring the default graph to the merge of the named graphs, to and from which quads were added and removed."""
    store.bulk_extend(map(_merged, added))
    for quad in removed:
        others = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        if all(isinstance(other.graph_name, DefaultGraph) for other in others):
            store.remove(_merged(quad))


def _merged(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, DefaultGraph())


def _line(graph: str) -> bytes:
    return f"<{graph}> .".encode()


def quads(lines: frozenset[bytes]) -> Iterator[Quad]:
    """Yield what `lines` of N-Quads say; raises SyntaxError."""
    return parse(b"\n".join(sorted(lines)), format=RdfFormat.N_QUADS)
