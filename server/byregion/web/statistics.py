"""What was counted in the data, in VoID: https://www.w3.org/TR/void/#discovery has the address."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, url_for
from rdflib import VOID, URIRef

from byregion.catalogue.names import WHOLE, dataset
from byregion.web import respond
from byregion.web.catalogue import SUFFIX
from byregion.web.formats import GRAPHS, alternates, chosen
from byregion.web.negotiate import Offer
from byregion.web.site import site

blueprint = Blueprint("statistics", __name__)

_COUNTS: Final = {
    "triples": VOID.triples,
    "entities": VOID.entities,
    "classes": VOID.classes,
    "properties": VOID.properties,
}


@blueprint.get("/.well-known/void")
@blueprint.get("/.well-known/void.<suffix>")
def show(suffix: str = "") -> Response:
    """Return the description of everything that is published: how much of what, where, and linked to whom."""
    offer = chosen(suffix, GRAPHS)
    tag = respond.tag("void", site().edition.tag(), offer.media_type)
    response = respond.conditional(
        tag,
        lambda: Response(site().edition.read(f"void.{SUFFIX[offer.engine_type]}"), content_type=offer.content_type),
    )
    respond.vary(response, by_format=not suffix)
    response.headers["Content-Location"] = _address(offer)
    links = alternates(GRAPHS, offer, _address)
    respond.link(response, [(dataset(WHOLE), {"rel": "describes"}), *links])
    return response


def _address(offer: Offer) -> str:
    return url_for(".show", suffix=offer.suffix, lang=None)


def counts(name: str) -> list[tuple[str, int]]:
    """Return what was counted in a dataset: a key of the words and the number."""
    graph = site().edition.graph("void")
    found = ((key, graph.value(dataset(name), predicate)) for key, predicate in _COUNTS.items())
    return [(key, int(str(number))) for key, number in found if number is not None]


def terms(name: str, predicate: URIRef) -> list[URIRef]:
    """Return the IRIs that the description of a dataset gives for a property."""
    found = site().edition.graph("void").objects(dataset(name), predicate)
    return sorted(term for term in found if isinstance(term, URIRef))


def uses() -> dict[URIRef, int]:
    """Return how many things there are of each class, and how many triples with each property."""
    graph = site().edition.graph("void")
    found: dict[URIRef, int] = {}
    for relation, term, number in (
        (VOID.classPartition, VOID["class"], VOID.entities),
        (VOID.propertyPartition, VOID.property, VOID.triples),
    ):
        for partition in graph.objects(dataset(WHOLE), relation):
            told = graph.value(partition, term)
            if isinstance(told, URIRef):
                found[told] = int(str(graph.value(partition, number)))
    return found
