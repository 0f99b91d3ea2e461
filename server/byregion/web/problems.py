"""Every kind of problem explained: a page, a list, and the concepts that the IRIs of the kinds name, in SKOS."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, url_for
from rdflib import RDF, SKOS, Graph, Literal, URIRef, Variable
from rdflib.term import Node

from byregion.namespaces import BASE
from byregion.results import Solutions
from byregion.web import graphs, respond
from byregion.web.exported import Exported
from byregion.web.negotiate import HTML, Offer
from byregion.web.problem import INTERNAL, KINDS, Kind, type_of
from byregion.web.site import site, words

blueprint = Blueprint("problems", __name__)

ALL: Final = (*KINDS.values(), INTERNAL)
"""Every kind, in the order of the page."""
_SCHEME: Final = URIRef(f"{BASE}problems")


@blueprint.get("/problems")
@blueprint.get("/problems.<suffix>")
def show(suffix: str = "") -> Response:
    """Return what every kind of problem means, in the representation that the client likes best."""
    return Exported(
        name="problems",
        title=words()("problem.heading"),
        page=lambda formats: respond.page("problem/problems.html", kinds=ALL, type_of=type_of, formats=formats),
        document=lambda: [_told(kind) for kind in ALL],
        table=_table,
        graph=_graph,
        address=_address,
    ).answer(suffix)


def _address(offer: Offer) -> str:
    return url_for(".show", suffix=None if offer == HTML else offer.suffix)


def _texts(kind: Kind, part: str) -> dict[str, str]:
    """Return the title of a kind, or what it means, by language."""
    return {tag: own(f"problems.{kind.name}.{part}") for tag, own in site().words.items()}


# --- As data: in every language at once -------------------------------------------------------------------------------


def _told(kind: Kind) -> dict[str, Any]:
    return {
        "type": type_of(kind),
        "name": kind.name,
        "status": kind.status,
        "members": sorted(kind.members.values()),
        "title": _texts(kind, "title"),
        "what": _texts(kind, "what"),
    }


def _table() -> Solutions:
    """Return a kind a row, with a column for each text in each language."""
    rows: list[dict[Variable, Node]] = []
    for kind in ALL:
        row: dict[str, Node] = {
            "type": URIRef(type_of(kind)),
            "name": Literal(kind.name),
            "status": Literal(kind.status),
        }
        for part in ("title", "what"):
            row |= {f"{part}_{tag}": Literal(text, lang=tag) for tag, text in _texts(kind, part).items()}
        rows.append({Variable(name): term for name, term in row.items()})
    return Solutions(tuple(rows[0]), tuple(rows))


def _graph() -> Graph:
    """Return the kinds as concepts, each with the status that it is told with as its value."""
    made = graphs.SortedGraph()
    made.add((_SCHEME, RDF.type, SKOS.ConceptScheme))
    for tag, own in site().words.items():
        made.add((_SCHEME, SKOS.prefLabel, Literal(own("problem.heading"), lang=tag)))
    for kind in ALL:
        concept = URIRef(type_of(kind))
        made.add((concept, RDF.type, SKOS.Concept))
        made.add((concept, SKOS.inScheme, _SCHEME))
        made.add((concept, SKOS.notation, Literal(kind.name)))
        made.add((concept, RDF.value, Literal(kind.status)))
        for part, predicate in (("title", SKOS.prefLabel), ("what", SKOS.definition)):
            for tag, text in _texts(kind, part).items():
                made.add((concept, predicate, Literal(text, lang=tag)))
    return made
