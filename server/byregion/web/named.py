"""The named queries: a list of them, and for each a form, its answer as a page and as data, and the SPARQL itself."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import dropwhile
from typing import Final

from flask import Blueprint, Response

from byregion import queries, terms
from byregion.errors import ParameterError, QueryError
from byregion.queries import NamedQuery, Parameter
from byregion.terms import shorten
from byregion.web import answers, listing, pages, problem, respond
from byregion.web.asked import Asked
from byregion.web.formats import XLSX, alternates, chosen, named
from byregion.web.naming import Text
from byregion.web.negotiate import HTML, Offer
from byregion.web.site import site, words

blueprint = Blueprint("queries", __name__)

_TEXT: Final = Offer(("rq",), "application/sparql-query")


@dataclass(frozen=True, slots=True)
class Title:
    """A query as lists show it."""

    name: str
    title: Text
    description: Text


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as the form shows it: its values now, and what can be chosen where that is a list."""

    parameter: Parameter
    values: tuple[str, ...]
    choices: tuple[tuple[str, Text], ...]


def titles() -> list[Title]:
    """Return the queries with their titles in the language of the request."""
    return [_title(query) for query in site().queries]


def _title(query: NamedQuery) -> Title:
    language = words().language
    return Title(query.name, Text(query.titles[language], language), Text(query.descriptions[language], language))


@blueprint.get("/queries")
def index() -> Response:
    """Return the page that lists the queries."""
    return respond.html_only("queries/index.html", lambda: {"queries": titles()})


@blueprint.get("/queries/<name>")
def show(name: str) -> Response:
    """Return the answer to a named query, in the representation that the client likes best."""
    query, suffix = _find(name)
    offers = (HTML, *answers.offers(query.text), _TEXT)
    offer = chosen(suffix, offers)
    asked = Asked.of_request(query, is_page=offer == HTML)
    response = _page(asked, offers) if offer == HTML else _data(asked, offer)
    respond.vary(response, by_format=not suffix, by_language=offer in (HTML, XLSX))
    respond.link(response, alternates(offers, offer, asked.address))
    return response


def _find(name: str) -> tuple[NamedQuery, str]:
    """Return the query that the last part of an address names, and the suffix it has."""
    names = {query.name for query in site().queries}
    stem, dot, suffix = name.rpartition(".")
    if dot and stem in names:
        return queries.find(site().queries, stem), suffix
    return queries.find(site().queries, name), ""


def _data(asked: Asked, offer: Offer) -> Response:
    page = pages.wanted(asked.text())
    text = asked.text(page)
    if offer == _TEXT:
        response = Response(text, content_type=offer.media_type)
    else:
        response = answers.data(text, offer, asked.cover(offer, page))
    respond.link(response, asked.links(offer, page))
    return response


def _page(asked: Asked, offers: tuple[Offer, ...]) -> Response:
    context: dict[str, object] = {
        "query": _title(asked.query),
        "fields": [_field(parameter, asked.values[parameter.name]) for parameter in asked.query.parameters],
    }
    try:
        text = asked.text()
        page = pages.wanted(text, always=asked.query.form == "SELECT")
        shown = answers.whole(asked.text(page)) if page else answers.shown(text)
    except QueryError as error:
        return problem.answer(error, lambda kind, told: _shown(context, asked.query.text, kind=kind, problem=told))
    links = [(item.names[0], asked.address(item)) for item in named(offers) if item != HTML]
    turned = {link["rel"]: address for address, link in asked.links(HTML, page)}
    response = _shown(context, text, answer=shown, formats=links, page=page, turned=turned)
    respond.link(response, asked.links(HTML, page))
    return response


def _shown(context: dict[str, object], text: str, **more: object) -> Response:
    # What the header says stands on the page already.
    lines = dropwhile(lambda line: line.startswith("#+"), text.splitlines(keepends=True))
    return respond.page("queries/query.html", **({"problem": None} | context | more), text="".join(lines))


def _field(parameter: Parameter, values: list[str]) -> Field:
    if parameter.kind == "language":
        tongues = tuple((tag, Text(own("nav.own_name"), tag)) for tag, own in site().words.items())
        return Field(parameter, tuple(values), tongues)
    if parameter.class_ is not None:
        choices = tuple((shorten(item.iri), item.text) for item in listing.choices(parameter.class_) if item.iri)
        return Field(parameter, tuple(_short(value) for value in values), choices)
    # Where several values may be given, an empty line waits for one more.
    return Field(parameter, (*values, "") if parameter.several else tuple(values), ())


def _short(text: str) -> str:
    """Return what a person wrote for an IRI as the list of choices has it."""
    try:
        return shorten(terms.parse("iri", text, ""))
    except ParameterError:
        return text
