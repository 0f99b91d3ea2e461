"""The terms of a version of the ontology: what each is called and means, what follows from it, and what uses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from byregion.namespaces import BASE, BR
from byregion.queries import NamedQuery
from byregion.web import uses
from byregion.web.language import Words, collation
from byregion.web.naming import Naming, Text, Value
from byregion.web.uses import Uses
from byregion.web.versions import Version

GROUPS: Final[Mapping[str, tuple[URIRef, ...]]] = {
    "classes": (OWL.Class,),
    "properties": (OWL.ObjectProperty, OWL.DatatypeProperty),
}
"""The kinds of terms by what the address of a term calls them: some terms differ by a capital letter only."""


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property; `anchor` is the part of its IRI after #, `domain` the class that a property is used on."""

    iri: URIRef
    anchor: str
    group: str
    label: Text
    definition: Text | None
    domain: Text | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said of a term: which (a key of the words) and the terms it says, in order."""

    name: str
    values: tuple[Value, ...]
    is_path: bool = False


def naming(graph: Graph, words: Words) -> Naming:
    """Return what names the terms of an ontology as it labels them."""
    labels: dict[Node, list[Literal]] = {}
    for term, label in graph.subject_objects(RDFS.label):
        if isinstance(label, Literal):
            labels.setdefault(term, []).append(label)
    return Naming(words, labels)


def literals(graph: Graph, subject: Node, predicate: URIRef) -> list[Literal]:
    """Return the texts that a subject has for a predicate."""
    return [term for term in graph.objects(subject, predicate) if isinstance(term, Literal)]


def group_of(graph: Graph, term: URIRef) -> str:
    """Return the group that a term of ours is in, "" for what is none."""
    types = set(graph.objects(term, RDF.type)) if term in BR else set()
    return next((name for name, kinds in GROUPS.items() if types & set(kinds)), "")


def term(graph: Graph, named: Naming, iri: URIRef) -> Term:
    """Return a term of an ontology."""
    domain = graph.value(iri, RDFS.domain)
    return Term(
        iri,
        str(iri).removeprefix(str(BR)),
        group_of(graph, iri),
        named.name(iri),
        named.pick(literals(graph, iri, SKOS.definition)),
        named.value(domain).text if domain else None,
    )


def terms(graph: Graph, named: Naming, group: str) -> list[Term]:
    """Return the terms of a group, by name."""
    found = {iri for kind in GROUPS[group] for iri in graph.subjects(RDF.type, kind)}
    told = [term(graph, named, iri) for iri in found if isinstance(iri, URIRef) and iri in BR]
    return sorted(told, key=lambda item: (collation(item.label.value), item.iri))


def by_domain(found: list[Term]) -> list[tuple[Text | None, list[Term]]]:
    """Return terms by the class that they are used on, those that are used on several last."""

    def order(item: Term) -> tuple[bool, str]:
        return item.domain is None, collation(item.domain.value) if item.domain else ""

    parts = (list(part) for _, part in groupby(sorted(found, key=order), key=order))
    return [(part[0].domain, part) for part in parts]


# --- What is said of one ----------------------------------------------------------------------------------------------


def facts(graph: Graph, named: Naming, iri: URIRef) -> Iterator[Fact]:
    """Yield what follows from a term: its axioms."""
    for name, predicate in SHOWN.items():
        values = sorted(value for value in graph.objects(iri, predicate) if isinstance(value, URIRef))
        if values:
            yield Fact(name, tuple(named.value(value) for value in values))
    for chain in sorted(graph.objects(iri, OWL.propertyChainAxiom), key=str):
        yield Fact("chain", tuple(_step(graph, named, step) for step in Collection(graph, chain)), is_path=True)
    if (iri, RDF.type, OWL.TransitiveProperty) in graph:
        yield Fact("transitive", ())


SHOWN: Final[Mapping[str, URIRef]] = {
    "subclass": RDFS.subClassOf,
    "subproperty": RDFS.subPropertyOf,
    "domain": RDFS.domain,
    "range": RDFS.range,
}
"""What is said of a term in one triple each, by what it is called in the words of the page."""


def _step(graph: Graph, named: Naming, step: Node) -> Value:
    """Return a property of a chain as it is shown; one that is followed backwards is marked so."""
    inverse = graph.value(step, OWL.inverseOf)
    return named.value(step) if inverse is None else named.value(inverse, "inverse")


def used(told: Version, queries: tuple[NamedQuery, ...], iri: URIRef, words: Words) -> Iterator[Fact]:
    """Yield which shapes of a version use a term of it, and which of the named queries."""
    shapes = _in_shapes(told).get(iri, ())
    if shapes:
        yield Fact("shapes", tuple(Value(Text(shape.partition("#")[2]), shape) for shape in shapes))
    titles = {f"{BASE}queries/{query.name}": query.titles[words.language] for query in queries}
    asking = uses.in_queries(queries, BASE).get(iri, ())
    if asking:
        values = [Value(Text(titles[str(query)], words.language), query) for query in asking]
        yield Fact("queries", tuple(sorted(values, key=lambda item: collation(item.text.value))))


@lru_cache(maxsize=8)
def _in_shapes(told: Version) -> Uses:
    return uses.in_shapes(told.shapes)
