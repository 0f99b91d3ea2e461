"""The ontology: a page with every term, and the same as data in every format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, url_for
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from byregion.iri import ONTOLOGY
from byregion.namespaces import BASE, BR
from byregion.web import listing, respond, schema_org, statistics, uses, versions
from byregion.web.documents import OFFERS, Document
from byregion.web.formats import split_suffix
from byregion.web.language import collation
from byregion.web.naming import Naming, Text, Value
from byregion.web.negotiate import Offer
from byregion.web.site import site, words
from byregion.web.uses import Uses
from byregion.web.versions import Version

blueprint = Blueprint("ontology", __name__)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said of a term: which (a key of the words) and the terms it says, in order."""

    name: str
    values: tuple[Value, ...]
    is_path: bool = False


@dataclass(frozen=True, slots=True)
class Used:
    """What uses the terms: shapes and queries, with the titles of these, and how often the data does."""

    shapes: Uses
    queries: Uses
    titles: Mapping[str, str]
    counts: Mapping[URIRef, int]


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property as the page shows it; `anchor` is the part of its IRI after #."""

    iri: URIRef
    anchor: str
    label: Text
    definition: Text | None
    facts: tuple[Fact, ...]


@blueprint.get("/def")
@blueprint.get("/def.<suffix>")
@blueprint.get("/def/<version>")
def show(version: str = "", suffix: str = "") -> Response:
    """Return the ontology, in the representation that the client likes best."""
    if version:
        version, suffix = split_suffix(version, OFFERS)
    told = versions.find(version) if version else versions.current()
    return _document(told, version).answer(suffix)


def _document(told: Version, version: str) -> Document:
    def address(offer: Offer, language: str | None) -> str:
        if version:
            return url_for(".show", version=f"{version}.{offer.suffix}", lang=language)
        return url_for(".show", suffix=offer.suffix, lang=language)

    edition = site().edition
    counted = edition.tag() if not version and edition.is_made() else ""
    return Document(
        parts=("ontology", version, told.tag),
        page=lambda: _page(told, version, counts=statistics.uses() if counted else {}),
        data=lambda offer: told.written(ONTOLOGY, offer.engine_type),
        address=address,
        links=[
            (ONTOLOGY, {"rel": "describes"}),
            *((str(iri), {"rel": "cite-as"}) for iri in told.ontology.objects(ONTOLOGY, OWL.versionIRI)),
            *((str(iri), {"rel": "license"}) for iri in told.ontology.objects(ONTOLOGY, DCTERMS.license)),
        ],
        page_parts=(counted,),
    )


def _page(told: Version, version: str, counts: Mapping[URIRef, int]) -> Response:
    graph = told.ontology
    naming = Naming(words(), _labels(graph))
    used = Used(
        uses.in_shapes(told.shapes),
        # The queries are of today; an older version knows nothing of them.
        {} if version else uses.in_queries(site().queries, BASE),
        {BASE + "queries/" + query.name: query.titles[words().language] for query in site().queries},
        counts,
    )
    classes = _terms(graph, naming, (OWL.Class,), used)
    properties = _terms(graph, naming, (OWL.ObjectProperty, OWL.DatatypeProperty), used)
    formats = _document(told, version).formats()
    title = naming.pick(_literals(graph, ONTOLOGY, DCTERMS.title))
    description = naming.pick(_literals(graph, ONTOLOGY, DCTERMS.description))
    texts = {name: text.value for name, text in (("name", title), ("description", description)) if text}
    return respond.page(
        "ontology/ontology.html",
        title=title,
        description=description,
        citation=naming.pick(_literals(graph, ONTOLOGY, DCTERMS.bibliographicCitation)),
        version=told.number,
        numbers=versions.numbers(),
        is_frozen=versions.is_frozen,
        iri=ONTOLOGY,
        parts=[("classes", classes), ("properties", properties)],
        schemes=listing.choices(SKOS.ConceptScheme),
        alternates=formats,
        formats=[(name, address) for name, address, _ in formats],
        embedded=schema_org.ontology(graph, texts, url_for(".show", version=version or None)),
    )


def _labels(graph: Graph) -> dict[Node, list[Literal]]:
    labels: dict[Node, list[Literal]] = {}
    for term, label in graph.subject_objects(RDFS.label):
        if isinstance(label, Literal):
            labels.setdefault(term, []).append(label)
    return labels


def _literals(graph: Graph, subject: Node, predicate: URIRef) -> list[Literal]:
    return [term for term in graph.objects(subject, predicate) if isinstance(term, Literal)]


def _terms(graph: Graph, naming: Naming, types: Sequence[URIRef], used: Used) -> list[Term]:
    found = {term for type_ in types for term in graph.subjects(RDF.type, type_) if isinstance(term, URIRef)}
    terms = [
        Term(
            iri=term,
            anchor=term.partition("#")[2],
            label=naming.name(term),
            definition=naming.pick(_literals(graph, term, SKOS.definition)),
            facts=(*_facts(graph, naming, term), *_uses(used, term)),
        )
        for term in found
        if term.startswith(str(BR))
    ]
    return sorted(terms, key=lambda item: (collation(item.label.value), item.iri))


def _facts(graph: Graph, naming: Naming, term: URIRef) -> Iterator[Fact]:
    for name, predicate in _SHOWN.items():
        values = sorted(value for value in graph.objects(term, predicate) if isinstance(value, URIRef))
        if values:
            yield Fact(name, tuple(naming.value(value) for value in values))
    for chain in sorted(graph.objects(term, OWL.propertyChainAxiom), key=str):
        yield Fact("chain", tuple(_step(graph, naming, step) for step in Collection(graph, chain)), is_path=True)
    if (term, RDF.type, OWL.TransitiveProperty) in graph:
        yield Fact("transitive", ())


def _uses(used: Used, term: URIRef) -> Iterator[Fact]:
    shapes = [Value(Text(shape.partition("#")[2]), shape) for shape in used.shapes.get(term, ())]
    queries = [Value(Text(used.titles[str(query)], words().language), query) for query in used.queries.get(term, ())]
    if shapes:
        yield Fact("shapes", tuple(shapes))
    if queries:
        yield Fact("queries", tuple(sorted(queries, key=lambda item: collation(item.text.value))))
    if used.counts:
        yield Fact("count", (Value(Text(words().number(used.counts.get(term, 0)))),))


_SHOWN: Final = {
    "subclass": RDFS.subClassOf,
    "subproperty": RDFS.subPropertyOf,
    "domain": RDFS.domain,
    "range": RDFS.range,
}


def _step(graph: Graph, naming: Naming, step: Node) -> Value:
    """Return a property of a chain as it is shown; one that is followed backwards is marked so."""
    inverse = graph.value(step, OWL.inverseOf)
    return naming.value(step) if inverse is None else naming.value(inverse, "inverse")
