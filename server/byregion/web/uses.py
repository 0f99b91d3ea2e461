"""Where the words of the ontology are used: in which shapes, in which queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

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
        for term in _in_text(query.text):
            found[term].add(URIRef(f"{base}queries/{query.name}"))
    return {term: sorted(users) for term, users in found.items()}


# The texts of the queries stay as they are while the server runs, and every page of a term asks for them.
@lru_cache(maxsize=512)
def _in_text(text: str) -> frozenset[URIRef]:
    return frozenset(vocabulary.in_query(text))


def _terms(graph: Graph, node: Node) -> Iterator[URIRef]:
    for value in graph.objects(node):
        if isinstance(value, BNode):
            yield from _terms(graph, value)
        elif isinstance(value, URIRef) and value in BR:
            yield value
