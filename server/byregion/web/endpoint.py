"""The SPARQL endpoint: SPARQL 1.1 Protocol for queries, a form for people, a description of the service for machines.

https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict

from byregion.config import Settings
from byregion.errors import BadRequest, QueryError, QueryRefused, RequestTooLarge, UnsupportedMediaType
from byregion.web import answers, citation, description, formats, graphs, named, problem, respond
from byregion.web.citation import CSL
from byregion.web.naming import Text
from byregion.web.negotiate import HTML, Offer, representation
from byregion.web.site import engine, site, words

blueprint = Blueprint("sparql", __name__)

_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_DATASET: Final = ("default-graph-uri", "named-graph-uri")
_IN_A_LANGUAGE: Final = (HTML.media_type, formats.XLSX.media_type, CSL.media_type)
_EXAMPLE: Final = """PREFIX br: <https://w3id.org/byregion/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?region ?name WHERE {
  ?region a br:Region ; skos:prefLabel ?name .
}
ORDER BY ?region ?name
"""


def body_limit(settings: Settings) -> int:
    """Return how many bytes a request may hold: a query of the greatest length, each character percent-encoded."""
    return 12 * settings.max_query_length + 4096


@blueprint.route("/sparql", methods=["GET", "POST"])
def show() -> Response:
    """Answer a query; without one, show the form or describe the service."""
    parameters = _parameters()
    query = _query(parameters)
    if query is None:
        return _without_query(parameters.get("format"))
    try:
        response = _answer(query, parameters.get("format"))
    except QueryError as error:
        response = problem.answer(error, lambda kind, told: _form(query, kind=kind, problem=told))
    respond.vary(response, by_format=True, by_language=response.mimetype in _IN_A_LANGUAGE)
    return response


def _parameters() -> MultiDict[str, str]:
    """Return the parameters of the request, wherever it carries them."""
    pairs = _pairs(request.query_string, "the address")
    if request.method == "POST":
        if request.mimetype not in (_FORM, _QUERY, _UPDATE):
            what = request.mimetype or "a body without Content-Type"
            raise UnsupportedMediaType(f"{what} is not read here; send a query as {_FORM} or {_QUERY}")
        charset = request.mimetype_params.get("charset", "utf-8").lower()
        if charset not in ("utf-8", "utf8"):
            raise BadRequest(f"the body is said to be in {charset!r}; send it in UTF-8")
        body = request.get_data(cache=False)
        if request.mimetype == _FORM:
            pairs += _pairs(body, "the form")
        else:
            pairs.append(("query" if request.mimetype == _QUERY else "update", _decoded(body, "the body")))
    return MultiDict(pairs)


def _pairs(encoded: bytes, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(_decoded(encoded, where), keep_blank_values=True, errors="strict", max_num_fields=100)
    except UnicodeDecodeError as error:
        raise BadRequest(f"{where} is not UTF-8 once its percent signs are decoded") from error
    except ValueError as error:
        raise BadRequest(f"{where} holds more than 100 parameters") from error


def _decoded(body: bytes, where: str) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"{where} is not UTF-8 (byte {error.start})") from error


def _query(parameters: MultiDict[str, str]) -> str | None:
    """Return the one query of the request, or None; raises BadRequest for what the protocol or we do not allow."""
    if "update" in parameters:
        raise QueryRefused("this endpoint takes no updates; the data is changed in its files")
    if "revision" in parameters and "revision" not in request.args:
        raise BadRequest("revision belongs in the address of the request, not in its body")
    for name in _DATASET:
        if name in parameters:
            raise BadRequest(f"{name} cannot be used here yet; let the query itself say which graphs it is about")
    # https://www.w3.org/TR/sparql11-protocol/#query-operation "exactly one query parameter": of two, none wins.
    found = parameters.getlist("query")
    if len(found) > 1:
        raise BadRequest(f"the request holds {len(found)} queries; send one")
    if not found and request.method == "POST":
        raise BadRequest("the request holds no query; send one as the parameter query or as the body")
    if found and len(found[0]) > site().settings.max_query_length:
        raise RequestTooLarge(site().settings.max_query_length, "characters of query")
    return found[0] if found else None


def _answer(query: str, named_format: str | None) -> Response:
    # A browser gets a page, a client that takes anything gets data: JSON or Turtle.
    offers = (*answers.offers(query), HTML, CSL)
    offer = representation(request.headers.get("Accept"), named_format, offers)
    cited = citation.cite("dataset", Text(words()("citation.answer"), words().language))
    if offer == CSL:
        engine().query(query, offers[0].engine_type)  # what cannot be answered is not cited
        return citation.answer(cited)
    if offer == HTML:
        csl = url_for(".show", query=query, format=CSL.names[0])
        return _form(query, answer=answers.shown(query), formats=_links(query), citation=cited, csl=csl)
    return answers.data(query, offer, answers.Cover("byregion", ((words()("sheet.query"), query),)))


def _links(query: str) -> list[tuple[str, str]]:
    offers = formats.named(answers.offers(query))
    return [(offer.names[0], url_for(".show", query=query, format=offer.names[0])) for offer in offers]


def _without_query(named_format: str | None) -> Response:
    # A browser gets the form; who takes anything gets the description.
    offer = representation(request.headers.get("Accept"), named_format, (*formats.GRAPHS, HTML))
    if offer == HTML:
        response = respond.conditional(respond.page_tag(), lambda: _form(_EXAMPLE))
    else:
        tag = respond.tag("description", offer.media_type)
        response = respond.conditional(tag, lambda: _description(offer))
    respond.vary(response, by_format=True, by_language=offer == HTML)
    return response


def _description(offer: Offer) -> Response:
    return Response(graphs.written(description.graph(), offer.engine_type), content_type=offer.content_type)


def _form(query: str, **context: object) -> Response:
    return respond.page(
        "sparql/form.html",
        **({"answer": None, "citation": None, "csl": "", "formats": [], "problem": None, "kind": None} | context),
        query=query,
        queries=named.titles(),
        solution_formats=[offer.names[0] for offer in formats.named(formats.TABLES)],
        graph_formats=[offer.names[0] for offer in formats.named(formats.GRAPHS)],
    )
