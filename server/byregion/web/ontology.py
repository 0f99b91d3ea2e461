"""The ontology: a page with every term, and the same as data in every format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from flask import Blueprint, Response, url_for
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from byregion.assets import folder
from byregion.dataset import read_graph
from byregion.errors import NotFound
from byregion.iri import ONTOLOGY
from byregion.namespaces import BR
from byregion.web import graphs, listing, respond
from byregion.web.formats import GRAPHS, alternates, chosen, named, split_suffix
from byregion.web.language import collation
from byregion.web.naming import Naming, Text, Value
from byregion.web.negotiate import HTML, Offer
from byregion.web.site import words

blueprint = Blueprint("ontology", __name__)

OFFERS: Final = (HTML, *GRAPHS)
_FILE: Final = "byregion.ttl"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said of a term: which (a key of the words) and the terms it says, in order."""

    name: str
    values: tuple[Value, ...]
    is_path: bool = False


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
    if version and version != _version():
        raise NotFound(f"there is no version {version!r} of the ontology; there is {_version()}")
    offer = chosen(suffix, OFFERS)
    is_page = offer == HTML
    tag = respond.page_tag() if is_page else respond.tag("ontology", version, offer.media_type)
    response = respond.conditional(tag, lambda: _page() if is_page else _data(offer))
    respond.vary(response, by_format=not suffix, by_language=is_page)
    response.headers["Content-Location"] = _address(offer, version)
    links = alternates(OFFERS, offer, lambda other: _address(other, version))
    respond.link(response, [(str(ONTOLOGY), {"rel": "describes"}), *links])
    return response


def _address(offer: Offer, version: str = "") -> str:
    language = words().language if offer == HTML else None
    if version:
        return url_for(".show", version=f"{version}.{offer.names[0]}", lang=language)
    return url_for(".show", suffix=offer.names[0], lang=language)


@cache
def _graph() -> Graph:
    return read_graph(folder("ontology") / _FILE)


def _version() -> str:
    return str(_graph().value(ONTOLOGY, OWL.versionInfo))


def _data(offer: Offer) -> Response:
    return Response(_serialised(offer.engine_type), content_type=offer.content_type)


@cache
def _serialised(media_type: str) -> bytes:
    if media_type == "text/turtle":
        # As it was written, with its comments and in its order.
        return (folder("ontology") / _FILE).read_bytes()
    return graphs.written(_graph(), media_type)


def _page() -> Response:
    graph = _graph()
    naming = Naming(words(), _labels(graph))
    classes = _terms(graph, naming, (OWL.Class,))
    properties = _terms(graph, naming, (OWL.ObjectProperty, OWL.DatatypeProperty))
    return respond.page(
        "ontology/ontology.html",
        title=naming.pick(_literals(graph, ONTOLOGY, DCTERMS.title)),
        description=naming.pick(_literals(graph, ONTOLOGY, DCTERMS.description)),
        version=_version(),
        iri=ONTOLOGY,
        parts=[("classes", classes), ("properties", properties)],
        schemes=listing.choices(SKOS.ConceptScheme),
        alternates=[(offer.names[0], _address(offer), offer.media_type) for offer in named(GRAPHS)],
        formats=[(offer.names[0], _address(offer)) for offer in named(GRAPHS)],
    )


def _labels(graph: Graph) -> dict[Node, list[Literal]]:
    labels: dict[Node, list[Literal]] = {}
    for term, label in graph.subject_objects(RDFS.label):
        if isinstance(label, Literal):
            labels.setdefault(term, []).append(label)
    return labels


def _literals(graph: Graph, subject: Node, predicate: URIRef) -> list[Literal]:
    return [term for term in graph.objects(subject, predicate) if isinstance(term, Literal)]


def _terms(graph: Graph, naming: Naming, types: Sequence[URIRef]) -> list[Term]:
    found = {term for type_ in types for term in graph.subjects(RDF.type, type_) if isinstance(term, URIRef)}
    terms = [
        Term(
            iri=term,
            anchor=term.partition("#")[2],
            label=naming.name(term),
            definition=naming.pick(_literals(graph, term, SKOS.definition)),
            facts=tuple(_facts(graph, naming, term)),
        )
        for term in found
        if term.startswith(str(BR))
    ]
    return sorted(terms, key=lambda item: collation(item.label.value))


def _facts(graph: Graph, naming: Naming, term: URIRef) -> Iterator[Fact]:
    for name, predicate in _SHOWN.items():
        values = sorted(value for value in graph.objects(term, predicate) if isinstance(value, URIRef))
        if values:
            yield Fact(name, tuple(naming.value(value) for value in values))
    for chain in sorted(graph.objects(term, OWL.propertyChainAxiom), key=str):
        yield Fact("chain", tuple(_step(graph, naming, step) for step in Collection(graph, chain)), is_path=True)
    if (term, RDF.type, OWL.TransitiveProperty) in graph:
        yield Fact("transitive", ())


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
