"""What may be written where data is published: graphs that are files of a dataset, and nothing that is made of them."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from itertools import islice
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Store

from byregion import iri
from byregion.engine.delta import Delta, quads
from byregion.errors import Conflict
from byregion.namespaces import BASE
from byregion.sentences import say

_GRAPHS: Final = BASE + "graphs/"
_ONTOLOGY: Final = _GRAPHS + "ontology/"
_INFERRED: Final = str(iri.INFERRED)
_NAMED: Final = 3
"""Graphs that a refusal names at most."""
_LOOKED_AT: Final = 1000


def refuse_merged() -> Conflict:
    """Return the refusal of a write of the default graph as a whole."""
    return Conflict(say("merged-states", form=f"{_GRAPHS}<dataset>/<part>"))


def refuse_made(graphs: Collection[str]) -> None:
    """Refuse a change of the graph that tells of changes; raises Conflict."""
    if str(iri.CHANGES) in graphs:
        raise Conflict(say("changes-graph", graph=iri.CHANGES))


def refuse_unwritable(store: Store, delta: Delta) -> None:
    """Refuse a change of a graph that is none of a dataset's files; raises Conflict, naming the graph to use.

    `store` holds the named graphs after the change.
    """
    for graph in sorted(delta.graphs()):
        if not graph:
            raise _merged(store, delta)
        if graph == _INFERRED:
            raise Conflict(say("inferred-graph", graph=graph))
        if graph.startswith(_ONTOLOGY):
            raise Conflict(say("ontology-graph", graph=graph))
        if not is_dataset_graph(graph):
            parts = ", ".join(iri.PARTS)
            raise Conflict(say("foreign-graph", graph=graph, graphs=_GRAPHS, listed=parts))


def is_dataset_graph(graph: str) -> bool:
    """Tell whether a graph has the name of a file of a dataset."""
    dataset, _, part = graph.removeprefix(_GRAPHS).partition("/")
    return graph.startswith(_GRAPHS) and bool(dataset) and dataset == iri.slug(dataset) and part in iri.PARTS


def _merged(store: Store, delta: Delta) -> Conflict:
    """Return the refusal of a write of the default graph: which graphs state what goes or are about what comes."""
    found: set[str] = set()
    for lines, is_whole in ((delta.removed, True), (delta.added, False)):
        for quad in islice(quads(lines), _LOOKED_AT):
            if isinstance(quad.graph_name, DefaultGraph):
                predicate, obj = (quad.predicate, quad.object) if is_whole else (None, None)
                others = store.quads_for_pattern(quad.subject, predicate, obj, None)
                found |= {other.graph_name.value for other in others if isinstance(other.graph_name, NamedNode)}
    graphs = sorted(filter(is_dataset_graph, found))[:_NAMED]
    if not graphs:
        return refuse_merged()
    listed = reduce(lambda one, other: say("or-other", one=one, other=other), (f"<{graph}>" for graph in graphs))
    return Conflict(say("merged", listed=listed))
