"""The SPARQL endpoint: SPARQL 1.1 Protocol for queries, a form for people, a description of the service for machines.

https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request, url_for

from byregion import queries, sparql, vocabulary
from byregion.engine.pointing import point
from byregion.engine.write import state_of
from byregion.errors import QueryError, QuerySyntaxError
from byregion.web import (
    answers,
    citation,
    description,
    editing,
    formats,
    graphs,
    named,
    pictured,
    plotted,
    problem,
    protocol,
    respond,
    service,
    updates,
    versions,
)
from byregion.web.formats import CSL
from byregion.web.naming import Text
from byregion.web.negotiate import HTML, Offer, representation
from byregion.web.protocol import Nothing, Query, Update
from byregion.web.site import engine, site, words

blueprint = Blueprint("sparql", __name__)

_IN_A_LANGUAGE: Final = (HTML.media_type, formats.XLSX.media_type, CSL.media_type)
_EXAMPLE: Final = """PREFIX br: <https://w3id.org/byregion/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?region ?name WHERE {
  ?region a br:Region ; skos:prefLabel ?name .
}
ORDER BY ?region ?name
"""


@blueprint.route("/sparql", methods=["GET", "POST"])
@blueprint.route("/sparql/", methods=["GET", "POST"], alias=True)
def show() -> Response:
    """Answer a query; without one, show the form or describe the service."""
    body = request.get_data(cache=False) if request.method == "POST" else b""
    longest = site().settings.max_query_length
    asked = protocol.read(request.method, request.query_string, request.content_type or "", body, longest=longest)
    if isinstance(asked, Nothing):
        return _without_query(asked.format)
    if isinstance(asked, Update):
        return updates.answer(asked.text, asked.using, asked.seconds)
    try:
        response = _answer(asked)
        if sparql.volatile(asked.text):
            response.cache_control.no_store = True
    except QueryError as error:
        pointed = point(asked.text, error) if isinstance(error, QuerySyntaxError) else None
        response = problem.answer(error, lambda kind, told: _form(asked, kind=kind, problem=told, pointed=pointed))
    respond.vary(response, by_format=asked.format is None, by_language=response.mimetype in _IN_A_LANGUAGE)
    return response


def _answer(query: Query) -> Response:
    offer = service.offer(query, request.headers.get("Accept"))
    if service.is_plain(offer):
        return _plain(query, offer)
    cited = citation.cite("dataset", Text(words()("citation.answer"), words().language))
    if offer == CSL:
        answers.engine_answer(query, answers.offers(query.text)[0])  # what cannot be answered is not cited
        return citation.answer(cited)
    if offer == HTML:
        csl = url_for(".show", query=query.text, format=CSL.names[0])
        answer = answers.shown(query)
        context = {
            "answer": answer,
            "picture": pictured.picture(answer.table),
            "plot": plotted.plot(answer.table),
            "unknown": _unknown(query) if answer.is_empty else (),
            "formats": _links(query),
            "citation": cited,
            "csl": csl,
        }
        return _form(query, **context)
    return answers.data(query, offer, answers.Cover("byregion", ((words()("sheet.query"), query.text),)))


def _unknown(query: Query) -> tuple[tuple[str, str], ...]:
    """Return the words of a query that there are not, each with the nearest there is: misspelt ones find nothing."""
    try:
        return tuple(vocabulary.unknown(query.text, versions.current().ontology))
    except QuerySyntaxError:
        # The engine reads more than the tokens tell; it has answered.
        return ()


def _plain(query: Query, offer: Offer) -> Response:
    tag = service.tag(engine().revision, site().code, query, offer)
    told = dict(service.headers(query, offer, site().settings, tag))
    if "ETag" in told and request.if_none_match.contains_weak(tag):
        return Response(status=304, headers=told)
    answer = answers.engine_answer(query, offer)
    if answer.revision:
        # A write may have come in between.
        tag = service.tag(answer.revision, site().code, query, offer)
        told = dict(service.headers(query, offer, site().settings, tag)) | {"Byregion-Revision": answer.revision}
    return Response(answer.body, headers=told)


def _links(query: Query) -> list[tuple[str, str]]:
    offers = formats.named(answers.offers(query.text))
    return [(offer.names[0], url_for(".show", query=query.text, format=offer.names[0])) for offer in offers]


def _without_query(named_format: str | None) -> Response:
    # A browser gets the form; who takes anything gets the description.
    offer = representation(request.headers.get("Accept"), named_format, (*formats.GRAPHS, HTML))
    if offer == HTML:
        response = respond.conditional(respond.page_tag(), lambda: _form(None, text=_example()))
    else:
        # It begins with the state, so that it can be sent back in If-Match with an update.
        tag = f"{state_of(engine().revision)}-{respond.tag('description', offer.media_type)}"
        response = respond.conditional(tag, lambda: _description(offer))
    respond.vary(response, by_format=True, by_language=offer == HTML)
    return response


def _example() -> str:
    """Return what the form begins with: the prepared question that `?example=` names, else one of a few lines."""
    name = request.args.get("example", "")
    return queries.body(queries.find(site().queries, name).text) if name else _EXAMPLE


def _description(offer: Offer) -> Response:
    return Response(graphs.written(description.graph(), offer.engine_type), content_type=offer.content_type)


_NOTHING: Final[dict[str, object]] = {
    "answer": None,
    "citation": None,
    "csl": "",
    "formats": [],
    "kind": None,
    "picture": None,
    "plot": None,
    "pointed": None,
    "problem": None,
    "text": _EXAMPLE,
    "unknown": (),
}


def _form(query: Query | None, **context: object) -> Response:
    known = _NOTHING | context
    return respond.page(
        "sparql/form.html",
        **known,
        query=query.text if query else known["text"],
        format=query.format if query else None,
        groups=() if site().settings.empty else named.groups(),
        bounds=editing.bounds(),
        solution_formats=[offer.names[0] for offer in formats.named(formats.TABLES)],
        graph_formats=[offer.names[0] for offer in formats.named(formats.GRAPHS)],
    )
