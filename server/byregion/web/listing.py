"""A list per kind of entity, by name: in pages for people, whole or in pages for programs."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final
from urllib.parse import urljoin

from flask import Blueprint, Response, request, url_for
from rdflib import DCTERMS, ORG, SKOS, Literal, URIRef, Variable
from rdflib.term import Node

from byregion import paging
from byregion.errors import NotFound
from byregion.namespaces import BR, KINDS
from byregion.sentences import say
from byregion.web import answers, graphs, pages, respond
from byregion.web.formats import EXCEL_CSV, GRAPHS, SOLUTIONS, XLSX, alternates, chosen, named
from byregion.web.language import collation
from byregion.web.naming import Naming, Value, read_labels
from byregion.web.negotiate import HTML, Offer
from byregion.web.site import engine, page_query, select, site, words

blueprint = Blueprint("listing", __name__)

PAGE: Final = 200
"""Entities on a page of a list."""

CLASSES: Final[dict[str, URIRef]] = {
    "region": BR.Region,
    "municipality": BR.Municipality,
    "programme": BR.Programme,
    "participation": BR.Participation,
    "goal": BR.Goal,
    "focus-area": BR.FocusArea,
    "question": BR.Question,
    "plan": BR.Plan,
    "measure": BR.Measure,
    "measure-group": BR.MeasureGroup,
    "result": BR.Result,
    "advice": BR.Advice,
    "follow-up": BR.FollowUp,
    "conclusion": BR.Conclusion,
    "statement": BR.Statement,
    "observation": BR.Observation,
    "place": DCTERMS.Location,
    "county": BR.County,
    "municipality-number": BR.MunicipalityNumber,
    "change-event": BR.ChangeEvent,
    "organisation": ORG.Organization,
    "source": BR.SourceDocument,
    "quote": BR.Quote,
    "reading": BR.Reading,
    "concept": SKOS.Concept,
    "scheme": SKOS.ConceptScheme,
}
"""The class that the entities of a kind are stated to be of; the kinds in the order in which pages name them."""


OFFERS: Final = (
    HTML,
    *(offer for offer in SOLUTIONS if offer.names and offer.names[0] in ("json", "csv")),
    XLSX,
    EXCEL_CSV,
    *GRAPHS,
)
"""What a list is to be had as."""


@blueprint.get("/doc/<kind>/")
@blueprint.get("/doc/<kind>/index.<suffix>")
def show(kind: str, suffix: str = "") -> Response:
    """Return the list of the entities of a kind: a page of it, or all of it as data."""
    if kind not in CLASSES:
        raise NotFound(say("no-kind", name=kind, listed=", ".join(KINDS)), tuple(kinds(kind)))
    offer = chosen(suffix, OFFERS)
    if offer == HTML:
        number = pages.whole_number("page", 1, 10**6)
        response = respond.conditional(respond.page_tag(), lambda: _page(kind, number))
    else:
        response = _data(kind, offer)
    respond.vary(response, by_format=not suffix, by_language=offer not in GRAPHS)
    response.headers["Content-Location"] = _address(kind, offer)
    respond.link(response, alternates(OFFERS, offer, lambda other: _address(kind, other)))
    return response


def _address(kind: str, offer: Offer) -> str:
    language = words().language if offer == HTML or ("lang" in request.args and offer not in GRAPHS) else None
    if offer == HTML:
        return url_for(".show", kind=kind, lang=language)
    return url_for(".show", kind=kind, suffix=offer.suffix, lang=language)


def _data(kind: str, offer: Offer) -> Response:
    """Return the list as data: all of it, or the page that the request names."""
    if offer in GRAPHS:
        text = _graph_query(CLASSES[kind])
        tag = respond.tag("list", text, offer.media_type)
        return respond.conditional(tag, lambda: Response(_graph(text, offer), content_type=offer.content_type))
    text = page_query("list", **{"class": (CLASSES[kind],)}, language=(Literal(words().language),))
    page = pages.wanted(text)
    asked = paging.page(text, page.number, page.size) if page else text
    cover = answers.Cover(
        kind,
        (
            (words()("sheet.question"), words()(f"kinds.{kind}")),
            (words()("sheet.address"), urljoin(site().settings.url, _address(kind, offer))),
        ),
    )
    tag = respond.tag("list", asked, offer.media_type, offer.names[0])
    response = respond.conditional(tag, lambda: answers.data(asked, offer, cover))
    response.headers["Content-Language"] = words().language
    return response


def _graph_query(class_: URIRef) -> str:
    """Return the query for the graph of a list, or of the page of it that the request names."""
    text, entities = _listing(class_), tuple[URIRef, ...]()
    if page := pages.wanted(text):
        entities = tuple(_entities(paging.page(text, page.number, page.size)))
    return page_query("list-graph", **{"class": (class_,), "entity": entities})


def _graph(text: str, offer: Offer) -> bytes:
    answer = engine().query(text, "application/n-triples")
    return graphs.written(graphs.read(answer.body), offer.engine_type)


def _page(kind: str, number: int) -> Response:
    page, shown = _entities_on(CLASSES[kind], number)
    if number > page.last:
        raise NotFound(say("no-list-page", kind=kind, number=number))
    naming = Naming(words(), read_labels([shown]))
    definitions = [row["definition"] for row in select("definition", term=(CLASSES[kind],))]
    return respond.page(
        "listing/listing.html",
        kind=kind,
        definition=naming.pick([text for text in definitions if isinstance(text, Literal)]),
        items=[naming.value(entity) for entity in shown],
        rows=page.rows if page.total else (0, 0),
        total=page.total,
        previous=number - 1 if number > 1 else None,
        following=number + 1 if number < page.last else None,
        formats=[(offer.names[0], _address(kind, offer)) for offer in named(OFFERS) if offer != HTML],
    )


def _entities_on(class_: URIRef, number: int) -> tuple[pages.Page, list[URIRef]]:
    """Return a page of the list of a class: which of how many entities, and these."""
    text = _listing(class_)
    (row,) = answers.solutions(paging.count(text)).bindings
    page = pages.Page(number, PAGE, int(str(next(iter(row.values())))))
    return page, _entities(paging.page(text, number, PAGE))


def kinds(name: str) -> list[str]:
    """Return the kind of entities that is called `name`, or those nearest to it."""
    return [name] if name in KINDS else get_close_matches(name.lower(), KINDS, 2, 0.7)


def choices(class_: URIRef) -> tuple[Value, ...]:
    """Return the entities of a class by name, for a reader to choose one."""
    labels: dict[Node, list[Literal]] = {}
    for row in select("choices", **{"class": (class_,)}):
        label = row.get("label")
        labels.setdefault(row["entity"], []).extend([label] if isinstance(label, Literal) else [])
    naming = Naming(words(), labels)
    values = [naming.value(entity) for entity in labels if isinstance(entity, URIRef)]
    return tuple(sorted(values, key=lambda value: collation(value.text.value)))


def _entities(text: str) -> list[URIRef]:
    rows = answers.solutions(text).bindings
    return [entity for row in rows if isinstance(entity := row[Variable("entity")], URIRef)]


def _listing(class_: URIRef) -> str:
    return page_query("listing", **{"class": (class_,)}, language=(Literal(words().language),))
