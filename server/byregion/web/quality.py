"""How good the data is: what was measured of each dataset, and what the shapes say of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from flask import Blueprint, Response, url_for
from rdflib import SKOS, XSD, Graph, Literal, URIRef, Variable
from rdflib.term import Node

from byregion.catalogue.names import CATALOGUE, dataset
from byregion.namespaces import DQV
from byregion.results import Solutions
from byregion.web import judged, respond
from byregion.web.catalogue import SUFFIX
from byregion.web.described import Reading
from byregion.web.documents import Document
from byregion.web.exported import Listed
from byregion.web.naming import Naming, Text
from byregion.web.negotiate import Offer
from byregion.web.site import site, words
from byregion.web.trying import LARGEST

blueprint = Blueprint("quality", __name__)

METRICS: Final = ("conforms", "violations", "findings", "sourced", "covered", "languages", "points")
"""What is measured, in the order in which pages tell it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measurement: what was measured, what that means, and what came out, as the data has it and in words."""

    metric: str
    label: Text
    definition: Text | None
    literal: Literal
    value: str

    @property
    def raw(self) -> bool | int | float:
        """What came out, as JSON has it."""
        value = self.literal.value
        return float(value) if isinstance(value, Decimal) else value


@blueprint.get("/quality")
@blueprint.get("/quality.<suffix>")
def show(suffix: str = "") -> Response:
    """Return what was measured, in the representation that the client likes best."""
    return _document().answer(suffix)


def _document() -> Document:
    return Document(
        parts=("quality", site().edition.tag()),
        page=_page,
        data=lambda offer: site().edition.read(f"quality.{SUFFIX[offer.engine_type]}"),
        address=_address,
        links=[(CATALOGUE, {"rel": "describes"})],
        listed=Listed("quality", words()("quality.heading"), _listed, _table),
    )


def _address(offer: Offer, language: str | None) -> str:
    return url_for(".show", suffix=offer.suffix, lang=language)


def _page() -> Response:
    described, told = Reading().datasets(), judged.read()
    datasets = [(item, {found.metric: found for found in measures(item.name)}) for item in described]
    metrics = {name: found for _, measured in datasets for name, found in measured.items()}
    faulty = judged.faulty(_graph(), told, described)
    return respond.page(
        "quality/quality.html",
        datasets=datasets,
        metrics=[metrics[name] for name in METRICS if name in metrics],
        possible=told["points"]["possible"],
        lost=judged.lost(told, described),
        coverage=judged.coverage(told),
        faulty=faulty,
        shown=sum(len(item.faults) for item in faulty),
        total=sum(item.total for item in faulty),
        largest=LARGEST,
        formats=_document().formats(),
    )


def _listed() -> dict[str, object]:
    """Return all that the page tells, as JSON."""
    described, told = Reading().datasets(), judged.read()
    return {
        "datasets": [
            {
                "dataset": str(item.iri),
                "name": item.name,
                "title": item.title.value,
                "measured": {found.metric: found.raw for found in measures(item.name)},
                "lost": told["points"]["datasets"].get(item.name, {}).get("lost", []),
            }
            for item in described
        ],
        "possible": told["points"]["possible"],
        "texts": told["texts"],
        "faults": judged.faults(_graph(), told),
    }


def _table() -> Solutions:
    """Return a measurement a row: of a dataset, or of a stored text."""
    columns = tuple(map(Variable, ("about", "name", "metric", "label", "value")))
    rows: list[tuple[Node, ...]] = [
        (item.iri, Literal(item.title.value), Literal(found.metric), Literal(found.label.value), found.literal)
        for item in Reading().datasets()
        for found in measures(item.name)
    ]
    covered = Literal(words()("quality.covered"))
    for text in judged.coverage(judged.read()):
        share = Literal(text.covered.quantize(Decimal("0.0001")))
        name = Literal(text.source.text.value)
        rows.append((text.source.iri or name, name, Literal("covered"), covered, share))
    return Solutions(columns, tuple(dict(zip(columns, row, strict=True)) for row in rows))


def _graph() -> Graph:
    return site().edition.graph("quality")


def measures(name: str) -> list[Measure]:
    """Return the measurements of a dataset."""
    graph, naming = _graph(), Naming(words(), {})
    found = []
    for metric in METRICS:
        value = graph.value(URIRef(f"{dataset(name)}#quality-{metric}"), DQV.value)
        if isinstance(value, Literal):
            iri = URIRef(f"{CATALOGUE}#metric-{metric}")
            label, definition = (naming.pick(_texts(graph, iri, said)) for said in (SKOS.prefLabel, SKOS.definition))
            found.append(Measure(metric, label or Text(metric), definition, value, _told(value)))
    return found


def _told(value: Literal) -> str:
    if value.datatype == XSD.decimal:
        return words().share(Decimal(str(value)))
    return words().value(value)


def _texts(graph: Graph, subject: Node, predicate: URIRef) -> list[Literal]:
    return [term for term in graph.objects(subject, predicate) if isinstance(term, Literal)]
