"""What helps who writes SPARQL: what a query may be written with, and what it is held to.

The editor completes keywords, our prefixes, the terms of the ontology and things by name. They are one document in the
language of the reader; no other address is asked while somebody writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from flask import Blueprint, Response
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef

from byregion import vocabulary
from byregion.engine import grammar
from byregion.namespaces import BR, PREFIXES
from byregion.terms import shorten
from byregion.web import listing, respond, service, versions
from byregion.web.naming import Naming
from byregion.web.site import site, words

blueprint = Blueprint("editing", __name__)

_OF_UPDATES: Final = frozenset(
    {"ADD", "ALL", "CLEAR", "COPY", "CREATE", "DATA", "DEFAULT", "DELETE", "DROP", "INSERT", "INTO", "LOAD", "MOVE"}
    | {"TO", "USING", "WITH"}
)
_TERMS: Final = {OWL.Class: "class", OWL.ObjectProperty: "property", OWL.DatatypeProperty: "property"}
_THINGS: Final = {BR.Region: "region", BR.Municipality: "municipality", SKOS.Concept: "concept"}
"""Classes of the things that questions are about, and the kind that each is told as."""

Term = tuple[str, str, str, str]
"""A prefixed name, what kind of term it is, what it is called and what it means, "" where nobody says."""


@blueprint.get("/sparql/terms")
def terms() -> Response:
    """Return what a query may be written with, for the editor to complete: keywords, prefixes and terms."""
    tag = respond.tag("editing", versions.current().tag, words().language)
    response = respond.conditional(tag, _document)
    response.headers["Content-Language"] = words().language
    response.headers["X-Robots-Tag"] = "noindex"
    respond.vary(response, by_language=True)
    return response


def _document() -> Response:
    told = {
        "keywords": sorted(grammar.WORDS - _OF_UPDATES),
        "prefixes": dict(sorted(PREFIXES.items())),
        "kinds": {kind: words()(f"editor.kinds.{kind}") for kind in (*_TERMS.values(), *_THINGS.values(), "word")},
        "terms": [*_ours(versions.current().ontology), *_others(), *_things()],
    }
    return Response(json.dumps(told, ensure_ascii=False) + "\n", content_type="application/json")


def _ours(ontology: Graph) -> Iterator[Term]:
    """Yield the classes and properties of the ontology with their definitions."""
    naming = Naming(words(), {})

    def text(term: URIRef, predicate: URIRef) -> str:
        found = naming.pick([item for item in ontology.objects(term, predicate) if isinstance(item, Literal)])
        return found.value if found else ""

    for class_, kind in _TERMS.items():
        for term in sorted(item for item in ontology.subjects(RDF.type, class_) if isinstance(item, URIRef)):
            if term in BR:
                yield shorten(term), kind, text(term, RDFS.label), text(term, SKOS.definition)


def _others() -> Iterator[Term]:
    """Yield the words of other vocabularies that our own questions are asked with."""
    naming = Naming(words(), {})
    used = {term for query in site().queries for term in vocabulary.in_query(query.text)}
    for term in sorted(used):
        if term not in BR:
            name, short = naming.name(term).value, shorten(term)
            yield short, "word", name if name != short else "", ""


def _things() -> Iterator[Term]:
    for class_, kind in _THINGS.items():
        for it in listing.choices(class_):
            if it.iri:
                yield shorten(it.iri), kind, it.text.value, ""


def bounds() -> list[str]:
    """Return what every query is held to, in words; the headers of an answer tell the same to programs."""
    told = ((limit, Decimal(str(limit.value)).normalize()) for limit in service.limits(site().settings))
    return [
        words()(f"editor.bounds.{limit.name}", value=_size(value) if limit.unit == "bytes" else words().number(value))
        for limit, value in told
    ]


def _size(value: Decimal) -> str:
    return words().size(int(value))
