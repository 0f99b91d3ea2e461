"""The named queries: a list of them, and for each a form, its answer as a page and as data, and the SPARQL itself."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import dropwhile
from typing import Any, Final

from flask import Blueprint, Response, request, url_for

from byregion import queries, terms
from byregion.errors import ParameterError, QueryError
from byregion.queries import NamedQuery, Parameter
from byregion.terms import shorten
from byregion.web import answers, listing, problem, respond
from byregion.web.formats import alternates, chosen, named
from byregion.web.naming import Text
from byregion.web.negotiate import HTML, Offer
from byregion.web.site import site, words

blueprint = Blueprint("queries", __name__)

RESERVED: Final = ("format", "lang")
"""What the address says besides the values of parameters; no query may call a parameter so."""

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
    values = _values(query, is_page=offer == HTML)
    if offer == HTML:
        response = _page(query, values, offers)
    else:
        text = queries.prepare(query, values)
        response = Response(text, content_type=offer.media_type) if offer == _TEXT else answers.data(text, offer)
    respond.vary(response, by_format=not suffix, by_language=offer == HTML)
    respond.link(response, alternates(offers, offer, lambda other: _address(query, values, other)))
    return response


def _find(name: str) -> tuple[NamedQuery, str]:
    """Return the query that the last part of an address names, and the suffix it has."""
    names = {query.name for query in site().queries}
    stem, dot, suffix = name.rpartition(".")
    if dot and stem in names:
        return queries.find(site().queries, stem), suffix
    return queries.find(site().queries, name), ""


def _values(query: NamedQuery, *, is_page: bool) -> dict[str, list[str]]:
    """Return the values of the request by parameter, the examples where it gives none.

    A reader is answered in her language, a program as the file says.
    """
    values = {name: list(examples) for name, examples in query.examples.items()}
    if is_page:
        values |= {item.name: [words().language] for item in query.parameters if item.kind == "language"}
    given = {name: request.args.getlist(name) for name in request.args if name not in RESERVED}
    return values | given


def _address(query: NamedQuery, values: dict[str, list[str]], offer: Offer) -> str:
    given: dict[str, Any] = dict(values)
    language = words().language if offer == HTML and "lang" in request.args else None
    return url_for(".show", name=f"{query.name}.{offer.names[0]}", lang=language, **given)


def _page(query: NamedQuery, values: dict[str, list[str]], offers: tuple[Offer, ...]) -> Response:
    context: dict[str, object] = {
        "query": _title(query),
        "fields": [_field(parameter, values[parameter.name]) for parameter in query.parameters],
    }
    try:
        text = queries.prepare(query, values)
        shown = answers.shown(text)
    except QueryError as error:
        return problem.answer(error, lambda kind, told: _shown(context, text=query.text, kind=kind, problem=told))
    links = [(item.names[0], _address(query, values, item)) for item in named(offers) if item != HTML]
    return _shown(context, text=text, answer=shown, formats=links)


def _shown(context: dict[str, object], *, text: str, **more: object) -> Response:
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
