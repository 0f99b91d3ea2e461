"""What was found of the data and its descriptions: the portal's points, the stored texts, what the checks say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from flask import url_for
from rdflib import DCTERMS, RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.catalogue.names import CATALOGUE
from byregion.namespaces import BASE
from byregion.sentences import unpacked
from byregion.terms import best
from byregion.web.described import Described
from byregion.web.naming import Naming, Text, Value, read_labels
from byregion.web.passages import place
from byregion.web.site import site, words
from byregion.web.spoken import spoken

SHOWN: Final = 100
"""Faults that the page shows; the formats hold all of them."""
PLACES: Final = 10
"""Places of a text that nothing quotes, that the page leads to."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Points that some datasets lose: how many, for what in words, and which they are; `of_all` where all lose them."""

    metric: str
    points: int
    words: str
    datasets: tuple[Text, ...]
    of_all: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """A stored text: its source, how much of it is quoted, and the `places` of what is not, with their addresses."""

    source: Value
    dataset: str
    quotes: int
    covered: Decimal
    left: int
    places: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: with what (`where` says it where that has no address), which property, and by which rule."""

    about: Value | None
    where: str
    path: Value | None
    message: Text
    rule: Value | None


@dataclass(frozen=True, slots=True)
class Faulty:
    """What is wrong in a dataset, in none of them where `title` is None; `total` counts what is not shown too."""

    title: Text | None
    faults: tuple[Fault, ...]
    total: int


@dataclass(frozen=True, slots=True)
class _Found:
    """A fault before anything in it is named."""

    dataset: str
    about: Node | None
    where: str
    path: Node | None
    message: tuple[Literal, ...]
    rule: Node | None


def read() -> dict[str, Any]:
    """Return what the edition tells of its quality in words; raises Unavailable where there is no edition yet."""
    told: dict[str, Any] = json.loads(site().edition.read("quality.json"))
    return told


def lost(told: Mapping[str, Any], datasets: Sequence[Described]) -> list[Lost]:
    """Return what the descriptions lose points for, most points first."""
    titles = {item.name: item.title for item in datasets}
    found: dict[tuple[int, str], list[Text]] = {}
    for name, marks in told["points"]["datasets"].items():
        for mark in marks["lost"]:
            found.setdefault((mark["points"], mark["metric"]), []).append(titles.get(name, Text(name)))
    return [
        Lost(metric, points, words()(f"points.{metric}"), tuple(names), len(names) == len(titles))
        for (points, metric), names in sorted(found.items(), key=lambda pair: (-pair[0][0], pair[0][1]))
    ]


def coverage(told: Mapping[str, Any]) -> list[Coverage]:
    """Return how much of each stored text is quoted, the least quoted first."""
    naming = Naming(words(), read_labels([[URIRef(item["source"])] for item in told["texts"]]))
    found = [_coverage(item, naming) for item in told["texts"]]
    return sorted(found, key=lambda item: (item.covered, item.source.text.value))


def _coverage(item: Mapping[str, Any], naming: Naming) -> Coverage:
    source = URIRef(item["source"])
    # Where the texts are not published, the page of the source has no places to lead to.
    shown = item["left"][:PLACES] if site().source_text else []
    page = source.rpartition("/id/")[2]
    places = [(start, end, f"{url_for('entities.document', path=page)}#{place(start, end)}") for start, end in shown]
    covered = Decimal(item["covered"])
    return Coverage(naming.value(source), item["dataset"], item["quotes"], covered, len(item["left"]), tuple(places))


def faulty(graph: Graph, told: Mapping[str, Any], datasets: Sequence[Described]) -> list[Faulty]:
    """Return what is wrong by dataset, at most `SHOWN` faults in all; `graph` holds what the shapes say."""
    titles: dict[str, Text | None] = {item.name: item.title for item in datasets} | {"": None}
    found: dict[str, list[_Found]] = {name: [] for name in titles}
    for fault in (*_breaches(graph), *_findings(told)):
        found[fault.dataset if fault.dataset in titles else ""].append(fault)
    shown = [fault for faults in found.values() for fault in faults][:SHOWN]
    naming = Naming(words(), read_labels([fault.about, fault.path, fault.rule] for fault in shown))
    named = {id(fault): _fault(fault, naming) for fault in shown}
    return [
        Faulty(titles[name], tuple(named[id(fault)] for fault in faults if id(fault) in named), len(faults))
        for name, faults in found.items()
        if faults
    ]


def faults(graph: Graph, told: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return everything that is wrong as JSON, each message in English where it is in that language."""
    return [
        {
            "dataset": fault.dataset,
            "about": str(fault.about or fault.where),
            "path": str(fault.path or ""),
            "message": str(best(fault.message, ("en",)) or ""),
            "rule": str(fault.rule or ""),
        }
        for fault in (*_breaches(graph), *_findings(told))
    ]


def _breaches(graph: Graph) -> Iterator[_Found]:
    results = graph.subjects(RDF.type, SH.ValidationResult)
    for node in sorted(results, key=lambda node: (len(str(node)), str(node))):
        messages = tuple(text for text in graph.objects(node, SH.resultMessage) if isinstance(text, Literal))
        focus, path, shape = (graph.value(node, said) for said in (SH.focusNode, SH.resultPath, SH.sourceShape))
        name = str(graph.value(node, DCTERMS.source) or "").removeprefix(f"{CATALOGUE}/")
        yield _Found(name, focus, "", path, messages, shape)


def _findings(told: Mapping[str, Any]) -> Iterator[_Found]:
    for item in told["findings"]:
        if item["severity"] == "error":
            where = item["where"]
            about = URIRef(where) if where.startswith(BASE) else None
            yield _Found(item["dataset"], about, where, None, _told(unpacked(item["message"])), None)


def _told(message: str) -> tuple[Literal, ...]:
    """Return what a check said as literals: in English, as data has it, and in the language of the page."""
    told = spoken(message)
    return Literal(str(message), lang="en"), Literal(told.value, lang=told.language)


def _fault(found: _Found, naming: Naming) -> Fault:
    about, path, rule = (naming.value(term) if term else None for term in (found.about, found.path, found.rule))
    return Fault(about, found.where, path, naming.pick(found.message) or Text(""), rule)
