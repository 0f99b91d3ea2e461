"""How good the data is: what was measured of each dataset, and what the shapes say of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from flask import Blueprint, Response, url_for
from rdflib import RDF, SH, SKOS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.catalogue.names import CATALOGUE, dataset
from byregion.namespaces import DQV
from byregion.web import respond
from byregion.web.catalogue import SUFFIX
from byregion.web.described import Reading
from byregion.web.documents import Document
from byregion.web.naming import Naming, Text, Value, read_labels
from byregion.web.negotiate import Offer
from byregion.web.site import site, words
from byregion.web.workbooks import LARGEST

blueprint = Blueprint("quality", __name__)

SHOWN: Final = 100
"""Results of the shapes that the page shows; the formats hold all of them."""
METRICS: Final = ("conforms", "violations", "findings", "sourced", "covered", "languages")
"""What is measured, in the order in which pages tell it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measurement: what was measured, what that means, and what came out."""

    metric: str
    label: Text
    definition: Text | None
    value: str


@dataclass(frozen=True, slots=True)
class Violation:
    """What a shape says is wrong: of which thing, and with which of its properties."""

    focus: Value
    path: Value | None
    message: Text
    shape: Value | None


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
    )


def _address(offer: Offer, language: str | None) -> str:
    return url_for(".show", suffix=offer.suffix, lang=language)


def _page() -> Response:
    datasets = [(item, {found.metric: found for found in measures(item.name)}) for item in Reading().datasets()]
    metrics = {name: found for _, measured in datasets for name, found in measured.items()}
    results, total = _violations(_graph())
    return respond.page(
        "quality/quality.html",
        datasets=datasets,
        metrics=[metrics[name] for name in METRICS if name in metrics],
        results=results,
        total=total,
        largest=LARGEST,
        formats=_document().formats(),
    )


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
            found.append(Measure(metric, label or Text(metric), definition, _told(value)))
    return found


def _told(value: Literal) -> str:
    if value.datatype == XSD.decimal:
        return words().share(Decimal(str(value)))
    return words().value(value)


def _violations(graph: Graph) -> tuple[list[Violation], int]:
    """Return the first results of the shapes, and how many there are."""
    results = sorted(graph.subjects(RDF.type, SH.ValidationResult), key=lambda node: (len(str(node)), str(node)))
    rows = [[graph.value(node, said) for said in (SH.focusNode, SH.resultPath, SH.sourceShape)] for node in results]
    naming = Naming(words(), read_labels(rows[:SHOWN]))
    found = []
    for node, (focus, path, shape) in zip(results[:SHOWN], rows, strict=False):
        message = naming.pick(_texts(graph, node, SH.resultMessage)) or Text("")
        found.append(
            Violation(
                naming.value(focus) if focus else Value(Text("[ ]")),
                naming.value(path) if path else None,
                message,
                naming.value(shape) if shape else None,
            )
        )
    return found, len(results)


def _texts(graph: Graph, subject: Node, predicate: URIRef) -> list[Literal]:
    return [term for term in graph.objects(subject, predicate) if isinstance(term, Literal)]
