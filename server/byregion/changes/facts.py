"""What a version says of each term, in a form that can be compared.

Blank nodes have no names to be compared by: they are compared by what they hold, the order of a list included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from rdflib import OWL, RDF, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from byregion import iri
from byregion.terms import shorten

# A term; or, for what has no name, what it holds: a tuple for a list, else a set of predicates with their values.
Value: TypeAlias = "URIRef | Literal | tuple[Value, ...] | frozenset[tuple[URIRef, Value]]"
Values: TypeAlias = frozenset[Value]
Facts: TypeAlias = Mapping[URIRef, Values]

NONE: Final[Values] = frozenset()
PAIRWISE: Final[Mapping[Value, URIRef]] = {
    OWL.AllDisjointClasses: OWL.disjointWith,
    OWL.AllDisjointProperties: OWL.propertyDisjointWith,
    OWL.AllDifferent: OWL.differentFrom,
}
"""What an axiom about a group says of each pair in it."""


def read(graph: Graph) -> dict[URIRef, Facts]:
    """Return what is said of every subject with an IRI, by predicate.

    An axiom without a name is told of those it is about: a group pair by pair, any other of the ontology.
    """
    facts: dict[URIRef, dict[URIRef, set[Value]]] = {}
    for subject, predicate, value in [*_named(graph), *_unnamed(graph)]:
        facts.setdefault(subject, {}).setdefault(predicate, set()).add(value)
    return {subject: _frozen(said) for subject, said in facts.items()}


def within(value: Value) -> Facts:
    """Return what something without a name holds, by predicate; nothing for a term or a list."""
    said: dict[URIRef, set[Value]] = {}
    for predicate, item in value if isinstance(value, frozenset) else ():
        said.setdefault(predicate, set()).add(item)
    return _frozen(said)


def show(value: Value) -> str:
    """Return a value as a person reads it, much as Turtle writes it."""
    if isinstance(value, tuple):
        return f"( {' '.join(map(show, value))} )"
    if isinstance(value, frozenset):
        return f"[ {' ; '.join(sorted(f'{shorten(predicate)} {show(item)}' for predicate, item in value))} ]"
    if isinstance(value, URIRef):
        return shorten(value)
    return str(value) if value.datatype else value.n3()


def _frozen(said: Mapping[URIRef, set[Value]]) -> Facts:
    return {predicate: frozenset(values) for predicate, values in said.items()}


def _named(graph: Graph) -> Iterator[tuple[URIRef, URIRef, Value]]:
    for subject, predicate, value in graph:
        if isinstance(subject, URIRef):
            yield subject, URIRef(str(predicate)), _value(graph, value)


def _unnamed(graph: Graph) -> Iterator[tuple[URIRef, URIRef, Value]]:
    referred = set(graph.objects())
    for node in graph.subjects(unique=True):
        if not isinstance(node, BNode) or node in referred:
            continue
        axiom = _value(graph, node)
        if isinstance(axiom, tuple):
            continue  # a list that nothing refers to says nothing
        said = within(axiom)
        pairwise = next((PAIRWISE[kind] for kind in said.get(RDF.type, NONE) if kind in PAIRWISE), None)
        if pairwise is None:
            yield iri.ONTOLOGY, OWL.Axiom, axiom
            continue
        for members in said.get(OWL.members, NONE) | said.get(OWL.distinctMembers, NONE):
            names = sorted(item for item in members if isinstance(item, URIRef))
            yield from ((one, pairwise, other) for at, one in enumerate(names) for other in names[at + 1 :])


def _value(graph: Graph, node: Node, above: tuple[Node, ...] = ()) -> Value:
    if isinstance(node, URIRef | Literal):
        return node
    if node in above:
        return URIRef(f"urn:above:{above[::-1].index(node)}")  # a circle, told by how far up it closes
    above = (*above, node)
    if (node, RDF.first, None) in graph:
        return tuple(_value(graph, item, above) for item in Collection(graph, node))
    held = graph.predicate_objects(node)
    return frozenset((URIRef(str(predicate)), _value(graph, item, above)) for predicate, item in held)
