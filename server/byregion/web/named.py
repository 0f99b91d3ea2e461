"""The named queries: a list of them, and for each a form, its answer as a page and as data, and the SPARQL itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from rdflib import Literal, URIRef, Variable
from rdflib.term import Node

from byregion import executable, queries, terms
from byregion.errors import ParameterError, QueryError
from byregion.queries import NamedQuery, Parameter
from byregion.results import Solutions
from byregion.terms import shorten
from byregion.web import (
    answers,
    citation,
    graphs,
    language,
    listing,
    pages,
    pictured,
    plotted,
    problem,
    readable,
    respond,
)
from byregion.web.asked import Asked
from byregion.web.documents import Document
from byregion.web.exported import TABLES, Listed
from byregion.web.formats import CSL, GRAPHS, XLSX, alternates, chosen, named
from byregion.web.naming import Naming, Text, Value, read_labels
from byregion.web.negotiate import HTML, Offer
from byregion.web.site import select, site, words
from byregion.web.snippets import snippets

blueprint = Blueprint("queries", __name__)

TEXT: Final = Offer(("rq",), "application/sparql-query")
"""The query itself, with the values filled in."""


@dataclass(frozen=True, slots=True)
class Title:
    """A query as lists show it."""

    name: str
    title: Text
    description: Text


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as the form shows it: its values now, what can be chosen where that is a list, and what is wrong."""

    parameter: Parameter
    values: tuple[str, ...]
    choices: tuple[tuple[str, Text], ...]
    error: str = ""

    @property
    def type(self) -> str:
        """The type of its input (https://html.spec.whatwg.org/multipage/input.html)."""
        return {"date": "date", "integer": "number"}.get(self.parameter.kind, "text")


@dataclass(frozen=True, slots=True)
class Group:
    """The questions about one thing; `name` is one of `queries.GROUPS`."""

    name: str
    titles: list[Title]


def groups() -> list[Group]:
    """Return the queries by what they are about, with their titles in the language of the request."""
    by_name = {name: [_title(query) for query in site().queries if query.group == name] for name in queries.GROUPS}
    order = {name: sorted(found, key=lambda it: language.collation(it.title.value)) for name, found in by_name.items()}
    return [Group(name, found) for name, found in order.items() if found]


def titles() -> list[Title]:
    """Return the queries with their titles in the language of the request."""
    return [_title(query) for query in site().queries]


def _title(query: NamedQuery) -> Title:
    tag = words().language
    return Title(query.name, Text(query.titles[tag], tag), Text(query.descriptions[tag], tag))


@blueprint.get("/queries")
@blueprint.get("/queries.<suffix>")
def index(suffix: str = "") -> Response:
    """Return the list of the queries: a page, or what they are as RDF."""
    listed = Listed("queries", words()("queries.title"), _list, _table)
    return replace(_document(site().queries, executable.COLLECTION, ".index"), listed=listed).answer(suffix)


def _list() -> list[dict[str, Any]]:
    """Return the queries as JSON."""
    called = words().language
    return [
        {
            "query": str(executable.iri(query.name)),
            "name": query.name,
            "title": query.titles[called],
            "description": query.descriptions[called],
            "group": query.group,
            "parameters": [
                {
                    "name": it.name,
                    "kind": it.kind,
                    "required": it.required,
                    "several": it.several,
                    "examples": list(it.examples),
                }
                for it in query.parameters
            ],
            "address": _full(query.name),
        }
        for query in site().queries
    ]


def _table() -> Solutions:
    """Return a query a row."""
    columns = tuple(map(Variable, ("query", "name", "title", "description", "group", "parameters", "address")))
    rows: list[dict[Variable, Node]] = []
    for item in _list():
        said = [item[str(column)] for column in columns[1:5]]
        named = " ".join(it["name"] for it in item["parameters"])
        terms = (URIRef(item["query"]), *map(Literal, said), Literal(named), URIRef(item["address"]))
        rows.append(dict(zip(columns, terms, strict=True)))
    return Solutions(columns, tuple(rows))


def _full(name: str) -> str:
    return f"{site().settings.url}queries/{name}"


@blueprint.get("/queries/<name>/about")
@blueprint.get("/queries/<name>/about.<suffix>")
def about(name: str, suffix: str = "") -> Response:
    """Return what a query is, as RDF: its text, its titles and its parameters."""
    query = queries.find(site().queries, name)
    return _document((query,), executable.iri(name), ".about", name=name).answer(suffix, GRAPHS)


def _document(told: Sequence[NamedQuery], subject: URIRef, endpoint: str, **values: Any) -> Document:
    """Return the document at `endpoint` that describes the queries `told`, which are together the `subject`."""

    def address(offer: Offer, language: str | None) -> str:
        return url_for(endpoint, suffix=offer.suffix, lang=language, **values)

    def spoken(offer: Offer) -> str | None:
        return words().language if "lang" in request.args and offer in TABLES else None

    def page() -> Response:
        offers = (*TABLES, *named(GRAPHS))
        return respond.page(
            "queries/index.html",
            groups=groups(),
            classes=_classes(),
            formats=[(offer.names[0], address(offer, spoken(offer)), offer.media_type) for offer in offers],
        )

    return Document(
        parts=("executable", *(query.text for query in told)),
        page=page,
        data=lambda offer: _described(told, offer),
        address=address,
        links=[(subject, {"rel": "describes"})],
    )


def _classes() -> list[tuple[str, Value, int]]:
    """Return the kinds of things that there are: the name of the kind, its class, and how many there are of it."""
    counts = {row["class"]: int(str(row["count"])) for row in select("kinds")}
    naming = Naming(words(), read_labels([counts]))
    there = [(kind, class_) for kind, class_ in listing.CLASSES.items() if counts.get(class_)]
    return [(kind, naming.value(class_), counts[class_]) for kind, class_ in there]


def _described(told: Sequence[NamedQuery], offer: Offer) -> bytes:
    asked_at = None if site().is_copy else URIRef(site().settings.url + "sparql")
    return graphs.written(executable.describe(told, asked_at, _called, graphs.SortedGraph()), offer.engine_type)


def _called(parameter: str) -> list[Literal]:
    texts = {tag: words.get(f"parameters.{parameter}") for tag, words in site().words.items()}
    return [Literal(text, lang=tag) for tag, text in texts.items() if text]


@blueprint.get("/queries/<name>")
def show(name: str) -> Response:
    """Return the answer to a named query, in the representation that the client likes best."""
    query, suffix = _find(name)
    offers = (HTML, *answers.offers(query.text), TEXT)
    offer = chosen(suffix, (*offers, CSL))
    asked = Asked.of_request(query, is_page=offer in (HTML, CSL))
    asked.pin()
    response = _page(asked, offers) if offer == HTML else _data(asked, offer)
    respond.vary(response, by_format=not suffix, by_language=offer in (HTML, XLSX, CSL))
    about = url_for(".about", name=query.name)
    respond.link(response, [(about, {"rel": "describedby"}), *alternates(offers, offer, asked.address)])
    return response


def _find(name: str) -> tuple[NamedQuery, str]:
    """Return the query that the last part of an address names, and the suffix it has."""
    names = {query.name for query in site().queries}
    stem, dot, suffix = name.rpartition(".")
    if dot and stem in names:
        return queries.find(site().queries, stem), suffix
    return queries.find(site().queries, name), ""


def _data(asked: Asked, offer: Offer) -> Response:
    if offer == CSL:
        asked.text()  # what cannot be asked is not cited
        return citation.answer(asked.citation())
    page = pages.wanted(asked.text())
    text = asked.text(page)
    if offer == TEXT:
        response = Response(text, content_type=offer.media_type)
    else:
        response = answers.data(text, offer, asked.cover(offer, page))
    respond.link(response, asked.links(offer, page))
    return response


def _page(asked: Asked, offers: tuple[Offer, ...]) -> Response:
    fields = [_field(parameter, asked.values[parameter.name]) for parameter in asked.query.parameters]
    context: dict[str, object] = {"query": _title(asked.query), "fields": fields}
    try:
        text = asked.text()
        page = pages.wanted(text, always=asked.query.form == "SELECT")
        shown = answers.whole(asked.text(page)) if page else answers.shown(text)
    except QueryError as error:
        context |= {"fields": _told(fields, error)} if isinstance(error, ParameterError) else {}
        return problem.answer(error, lambda kind, told: _shown(context, asked.query.text, kind=kind, problem=told))
    picture = pictured.picture(shown.table, asked.query.chart) if asked.query.chart else None
    plot = plotted.plot(shown.table, asked.query.map) if asked.query.map else None
    links = [(item.names[0], asked.address(item)) for item in named(offers) if item != HTML]
    context |= {"citation": asked.citation(), "csl": asked.address(CSL)}
    turned = {link["rel"]: address for address, link in asked.links(HTML, page)}
    context |= {"answer": shown, "picture": picture, "plot": plot, "page": page, "turned": turned}
    context |= {"told": readable.read(shown.solutions, asked.query.text) if shown.solutions else None}
    response = _shown(context, text, formats=links, snippets=snippets(asked))
    respond.link(response, asked.links(HTML, page))
    return response


def _shown(context: dict[str, object], text: str, **more: object) -> Response:
    return respond.page(
        "queries/query.html",
        **({"problem": None, "picture": None, "plot": None} | context | more),
        text=queries.body(text),
    )


def _field(parameter: Parameter, values: list[str]) -> Field:
    if parameter.kind == "language":
        tongues = tuple((tag, Text(own("nav.own_name"), tag)) for tag, own in site().words.items())
        return Field(parameter, tuple(values), tongues)
    if parameter.class_ is not None:
        choices = tuple((shorten(item.iri), item.text) for item in listing.choices(parameter.class_) if item.iri)
        return Field(parameter, tuple(_short(value) for value in values), choices)
    # Where several values may be given, an empty line waits for one more.
    return Field(parameter, (*values, "") if parameter.several else tuple(values), ())


def _told(fields: list[Field], error: ParameterError) -> list[Field]:
    """Return the fields, of which the one that `error` is about says what it takes."""

    def wrong(kind: str) -> str:
        takes = words()(f"kinds_of_value.{kind}")
        return words()("queries.wrong" if error.value else "queries.missing", value=error.value, takes=takes)

    return [replace(it, error=wrong(it.parameter.kind)) if it.parameter.name == error.name else it for it in fields]


def _short(text: str) -> str:
    """Return what a person wrote for an IRI as the list of choices has it."""
    try:
        return shorten(terms.parse("iri", text, ""))
    except ParameterError:
        return text
