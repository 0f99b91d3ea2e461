"""A store as shapes judge it: the merge of its graphs, without what is inferred and what is published only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import Final, cast

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store

from byregion.guard.matching import Term, Triple
from byregion.validate import NOT_JUDGED

_Node = NamedNode | BlankNode


class View:
    """The triples of a store that are judged; of a merged store, those of its named graphs.

    What is asked once is remembered: the store must not change as long as the view is used.
    """

    def __init__(self, store: Store, *, is_merged: bool) -> None:
        """Look at `store`, whose default graph is the merge of the others where it `is_merged`."""
        self._store = store
        self._hidden: Final = frozenset(NamedNode(str(name)) for name in NOT_JUDGED)
        self._is_merged = is_merged
        self._out: dict[Term, dict[NamedNode, list[Triple]]] = {}
        self._in: dict[Term, dict[NamedNode, list[Triple]]] = {}

    def outgoing(self, node: Term) -> dict[NamedNode, list[Triple]]:
        """Return the triples whose subject is `node`, by predicate."""
        if node not in self._out:
            self._out[node] = {} if not isinstance(node, _Node) else _by_predicate(self.find(node, None, None))
        return self._out[node]

    def incoming(self, node: Term) -> dict[NamedNode, list[Triple]]:
        """Return the triples whose object is `node`, by predicate."""
        if node not in self._in:
            self._in[node] = _by_predicate(self.find(None, None, node))
        return self._in[node]

    def find(self, subject: Term | None, predicate: Term | None, obj: Term | None) -> Iterator[Triple]:
        """Yield the triples with these parts, each once; None is any."""
        if not (subject is None or isinstance(subject, _Node)) or not (
            predicate is None or isinstance(predicate, NamedNode)
        ):
            return
        seen: set[Triple] = set()
        for quad in self._store.quads_for_pattern(subject, predicate, obj, None):
            triple = cast(Triple, (quad.subject, quad.predicate, quad.object))
            if self.is_judged(quad) and triple not in seen:
                seen.add(triple)
                yield triple

    def one(self, subject: Term | None, predicate: Term | None, obj: Term | None) -> Iterator[Triple]:
        """Yield one triple with these parts where there is any; None is any.

        Of a predicate alone graphs are asked one by one: a store tells of its default graph first, which may hold as
        much as all the others.
        """
        if subject is not None or obj is not None or not isinstance(predicate, NamedNode):
            yield from islice(self.find(subject, predicate, obj), 1)
            return
        for graph in self._graphs:
            for quad in self._store.quads_for_pattern(None, predicate, None, graph):
                yield cast(Triple, (quad.subject, quad.predicate, quad.object))
                return

    @cached_property
    def _graphs(self) -> list[NamedNode | BlankNode | DefaultGraph]:
        return [graph for graph in (DefaultGraph(), *self._store.named_graphs()) if self._has(graph)]

    def text(self) -> str:
        """Return all triples as N-Triples; one that stands in two graphs is there twice."""
        texts = (self._store.dump(format=RdfFormat.N_TRIPLES, from_graph=graph) for graph in self._graphs)
        return b"".join(text for text in texts if text).decode()

    def _has(self, graph: NamedNode | BlankNode | DefaultGraph) -> bool:
        return not self._is_merged if isinstance(graph, DefaultGraph) else graph not in self._hidden

    def is_judged(self, quad: Quad) -> bool:
        """Tell whether the graph of a quad is judged."""
        return self._has(quad.graph_name)


def _by_predicate(triples: Iterable[Triple]) -> dict[NamedNode, list[Triple]]:
    found: dict[NamedNode, list[Triple]] = defaultdict(list)
    for triple in triples:
        found[triple[1]].append(triple)
    return dict(found)
