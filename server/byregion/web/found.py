"""What was found, as a page shows it, as JSON, as a table and as a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from rdflib import RDF, SKOS, XSD, Literal, Namespace, URIRef, Variable
from rdflib.term import Node

from byregion import search, terms
from byregion.namespaces import BR
from byregion.results import Solutions
from byregion.search import Hit, Index, Piece
from byregion.web import graphs, searched
from byregion.web.answers import Cover
from byregion.web.links import href
from byregion.web.naming import Naming, Text, Value, shortened
from byregion.web.negotiate import Offer
from byregion.web.searched import FILTERS, KINDS, Result, Search
from byregion.web.site import site, words

SCHEMA: Final = Namespace("https://schema.org/")
"""The words for a list whose members have a place: https://schema.org/ItemList."""
_OPEN: Final = 8
"""Values of a filter that a page shows before the reader asks for all."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that results can be filtered by: what it is called, how many have it, and whether it is chosen."""

    value: str
    text: Text
    count: int
    is_chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class Filter:
    """What results can be filtered by; `more` are the values that few have."""

    name: str
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A thing that was found, as the page shows it: its kind, its name with the words marked, and why it was found."""

    iri: URIRef
    kind: Text
    name: Text
    title: tuple[Piece, ...]
    regions: tuple[Value, ...]
    themes: tuple[Value, ...]
    passage: str
    language: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Hint:
    """Another search that finds something: its words, how much it finds (where that is known), and its address."""

    text: str
    count: int | None
    address: str


def context(result: Result) -> dict[str, object]:
    """Return what the page of a search is made of."""
    naming = _naming(result)
    wanted = search.Wanted(result.index, result.search.asked.terms)
    others = result.page.others()
    filters = [_filter(result, name, naming) for name in FILTERS]
    return {
        "search": result.search,
        "total": result.found.total,
        "loose": result.found.loose,
        "rows": result.page.rows,
        "shown": [_shown(hit, naming, wanted) for hit in result.hits],
        "filters": filters,
        "chosen": [item for shown in filters for item in (*shown.choices, *shown.more) if item.is_chosen],
        "hints": hints(result) if not result.found.total else [],
        "previous": result.search.address(page=others["prev"]) if "prev" in others else None,
        "following": result.search.address(page=others["next"]) if "next" in others else None,
    }


def _naming(result: Result) -> Naming:
    names: dict[Node, list[Literal]] = {URIRef(iri): _labels(found) for iri, found in result.names.items()}
    return Naming(words(), names)


def _labels(names: Mapping[str, str]) -> list[Literal]:
    return [Literal(name, lang=language or None) for language, name in names.items()]


def _shown(hit: Hit, naming: Naming, wanted: search.Wanted) -> Shown:
    name = shortened(naming.pick(_labels(hit.names)) or Text(terms.shorten(hit.iri)))
    return Shown(
        iri=URIRef(hit.iri),
        kind=naming.name(URIRef(hit.class_)),
        name=name,
        title=wanted.pieces(name.value),
        regions=tuple(naming.value(URIRef(iri)) for iri in hit.facets.get("region", ()) if iri != hit.iri),
        themes=tuple(naming.value(URIRef(iri)) for iri in hit.facets.get("theme", ()) if iri != hit.iri),
        passage=hit.passage.kind if hit.passage else "",
        language=hit.passage.language if hit.passage else "",
        pieces=hit.pieces,
    )


def kinds(index: Index, classes: Sequence[str]) -> list[str]:
    """Return what things of some classes are called."""
    names: dict[Node, list[Literal]] = {
        URIRef(iri): _labels(found) for iri, found in search.called(index, classes).items()
    }
    return [Naming(words(), names).name(URIRef(class_)).value for class_ in classes]


def address(iri: str) -> str:
    """Return the address of the page about a thing, in full."""
    return urljoin(site().settings.url, href(iri) or iri)


def _filter(result: Result, name: str, naming: Naming) -> Filter:
    chosen = result.search.chosen.get(name, ())
    counts = {value: 0 for value in chosen} | dict(result.found.counts[FILTERS[name]])
    choices = [_choice(result.search, name, value, count, naming) for value, count in counts.items()]
    choices.sort(key=lambda item: (not item.is_chosen, -item.count, item.text.value, item.value))
    return Filter(name, tuple(choices[:_OPEN]), tuple(choices[_OPEN:]))


def _choice(asked: Search, name: str, value: str, count: int, naming: Naming) -> Choice:
    text = Text(words()(f"kinds.{KINDS[value]}"), words().language) if name == "kind" else naming.name(URIRef(value))
    toggled = asked.toggled(name, value)
    return Choice(searched.written(name, value), text, count, value in asked.chosen.get(name, ()), toggled.address())


def hints(result: Result) -> list[Hint]:
    """Return other searches, where this one finds nothing: nearly the same words, each word alone, without filters."""
    asked = result.search
    nearly = [(term.text, search.near(result.index, term)) for term in asked.asked.terms]
    found: list[Hint] = []
    if any(near for _, near in nearly):
        text = " ".join(near or written for written, near in nearly)
        found.append(_hint(result, asked.reworded(text)))
    if asked.chosen:
        found.append(_hint(result, Search(asked.text, {})))
    if len(nearly) > 1:
        found += [_hint(result, asked.reworded(text)) for text, _ in nearly]
    return [hint for hint in found if hint.count]


def _hint(result: Result, asked: Search) -> Hint:
    return Hint(asked.text, search.find(result.index, asked.asked).total, asked.address())


# --- As data ----------------------------------------------------------------------------------------------------------


def document(result: Result) -> dict[str, Any]:
    """Return what was found as JSON holds it."""
    naming, page = _naming(result), result.page
    return {
        "q": result.search.text,
        "revision": result.revision,
        "total": result.found.total,
        "page": page.number,
        "page-size": page.size,
        "loose": result.found.loose,
        "results": [_told(hit, naming) for hit in result.hits],
        "filters": {name: _counts(result, name, naming) for name in FILTERS},
        "suggestions": [hint.text for hint in hints(result)] if not result.found.total else [],
    }


def _told(hit: Hit, naming: Naming) -> dict[str, Any]:
    told: dict[str, Any] = {
        "iri": hit.iri,
        "page": address(hit.iri),
        "kind": KINDS.get(hit.class_, ""),
        "names": dict(hit.names),
        "score": round(hit.score, 2),
        "regions": _named(hit, "region", naming),
        "themes": _named(hit, "theme", naming),
    }
    if hit.passage:
        text = "".join(piece.text for piece in hit.pieces)
        told["passage"] = {"kind": hit.passage.kind, "language": hit.passage.language, "text": text}
        told["passage"]["marked"] = _marked(hit)
    return told


def _marked(hit: Hit) -> list[list[int]]:
    """Return where the words stand in the text of the passage: pairs of the first code point, and the one after."""
    marked, at = [], 0
    for piece in hit.pieces:
        if piece.marked:
            marked.append([at, at + len(piece.text)])
        at += len(piece.text)
    return marked


def _named(hit: Hit, name: str, naming: Naming) -> list[dict[str, str]]:
    return [{"iri": iri, "name": naming.name(URIRef(iri)).value} for iri in hit.facets.get(name, ())]


def _counts(result: Result, name: str, naming: Naming) -> list[dict[str, Any]]:
    shown = _filter(result, name, naming)
    return [
        {"value": item.value, "name": item.text.value, "count": item.count, "chosen": item.is_chosen}
        for item in (*shown.choices, *shown.more)
    ]


_COLUMNS: Final = tuple(map(Variable, ("thing", "name", "kind", "region", "theme", "score", "passage")))


def table(result: Result) -> Solutions:
    """Return what was found as a table, a thing a row; several regions or themes stand in one cell."""
    naming = _naming(result)
    return Solutions(_COLUMNS, tuple(_row(hit, naming) for hit in result.hits))


def _row(hit: Hit, naming: Naming) -> dict[Variable, Node]:
    name = naming.choose(_labels(hit.names))
    cells: tuple[Node | None, ...] = (
        URIRef(hit.iri),
        name,
        Literal(naming.name(URIRef(hit.class_)).value),
        _listed(hit, "region", naming),
        _listed(hit, "theme", naming),
        Literal(str(round(hit.score, 2)), datatype=XSD.decimal),
        Literal("".join(piece.text for piece in hit.pieces), lang=hit.passage.language or None)
        if hit.passage
        else None,
    )
    return {column: cell for column, cell in zip(_COLUMNS, cells, strict=True) if cell is not None}


def _sentence(hit: Hit) -> Literal | None:
    text = "".join(piece.text for piece in hit.pieces)
    return Literal(text, lang=hit.passage.language or None) if hit.passage else None


def _listed(hit: Hit, name: str, naming: Naming) -> Literal | None:
    names = [naming.name(URIRef(iri)).value for iri in hit.facets.get(name, ())]
    return Literal("; ".join(names)) if names else None


def cover(result: Result, offer: Offer) -> Cover:
    """Return what a workbook says of itself."""
    told = words()
    filters = [
        (told(f"search.{name}"), ", ".join(searched.written(name, value) for value in values))
        for name, values in result.search.chosen.items()
    ]
    facts = (
        (told("sheet.question"), told("search.title")),
        (told("search.words"), result.search.text),
        *filters,
        (told("sheet.address"), urljoin(site().settings.url, result.search.address(offer, result.page))),
    )
    return Cover("search", facts)


def written(result: Result, offer: Offer) -> bytes:
    """Return what was found as a graph: a list whose members have places, and what the members are."""
    graph = graphs.SortedGraph()
    graph.bind("schema", SCHEMA)
    page = result.page
    subject = URIRef(urljoin(site().settings.url, result.search.address(page=page)))
    graph.add((subject, RDF.type, SCHEMA.ItemList))
    graph.add((subject, SCHEMA.name, Literal(words()("search.title"), lang=words().language)))
    graph.add((subject, SCHEMA.numberOfItems, Literal(result.found.total)))
    for place, hit in enumerate(result.hits, page.rows[0]):
        member, thing = URIRef(f"{subject}#{place}"), URIRef(hit.iri)
        graph.add((subject, SCHEMA.itemListElement, member))
        graph.add((member, RDF.type, SCHEMA.ListItem))
        graph.add((member, SCHEMA.position, Literal(place)))
        graph.add((member, SCHEMA.item, thing))
        if (sentence := _sentence(hit)) is not None:
            graph.add((member, SCHEMA.description, sentence))
        graph.add((thing, RDF.type, URIRef(hit.class_)))
        for label in _labels(hit.names):
            graph.add((thing, SKOS.prefLabel, label))
        for name, predicate in (("region", BR.region), ("theme", BR.theme)):
            for iri in hit.facets.get(name, ()):
                if iri != hit.iri:
                    graph.add((thing, predicate, URIRef(iri)))
    return graphs.written(graph, offer.engine_type)
