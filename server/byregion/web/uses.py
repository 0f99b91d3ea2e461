"""Where the words of the ontology are used: in which shapes, in which queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from byregion import vocabulary
from byregion.namespaces import BR, BRSH
from byregion.queries import NamedQuery

Uses = dict[URIRef, list[URIRef]]
"""The IRIs of what uses each term, sorted."""


def in_shapes(shapes: Graph) -> Uses:
    """Return the shapes that name each term: themselves, or in a part of theirs that has no name."""
    found: defaultdict[URIRef, set[URIRef]] = defaultdict(set)
    for shape in set(shapes.subjects()):
        if isinstance(shape, URIRef) and shape in BRSH:
            for term in _terms(shapes, shape):
                found[term].add(shape)
    return {term: sorted(users) for term, users in found.items()}


def in_queries(queries: Iterable[NamedQuery], base: str) -> Uses:
    """Return the queries that name each term, as IRIs below `base`."""
    found: defaultdict[URIRef, set[URIRef]] = defaultdict(set)
    for query in queries:
        for term in vocabulary.in_query(query.text):
            found[term].add(URIRef(f"{base}queries/{query.name}"))
    return {term: sorted(users) for term, users in found.items()}


def _terms(graph: Graph, node: Node) -> Iterator[URIRef]:
    for value in graph.objects(node):
        if isinstance(value, BNode):
            yield from _terms(graph, value)
        elif isinstance(value, URIRef) and value in BR:
            yield value
