"""Search: a page of what has the words, the same as a table, as JSON and as RDF, and suggestions while one writes."""

from __future__ import annotations

import hashlib
import json
from typing import Final
from xml.etree import ElementTree

from flask import Blueprint, Response, request

from byregion import search
from byregion.convert import tabular
from byregion.results import Solutions
from byregion.web import answers, found, respond
from byregion.web.answers import Cover
from byregion.web.formats import EXCEL_CSV, GRAPHS, XLSX, alternates, chosen, named
from byregion.web.negotiate import HTML, Offer
from byregion.web.searched import LARGEST, SIZE, Result, Search, languages, too_long
from byregion.web.site import site, words

blueprint = Blueprint("search", __name__)

JSON: Final = Offer(("json",), "application/json")
CSV: Final = Offer(("csv",), "text/csv")
OFFERS: Final = (HTML, JSON, CSV, XLSX, EXCEL_CSV, *(offer for offer in GRAPHS if offer.names))
"""What was found is to be had as."""
SUGGESTIONS: Final = "application/x-suggestions+json"
"""https://github.com/dewitt/opensearch/blob/master/mediawiki/Specifications/OpenSearch/Extensions/Suggestions/1.1"""
SUGGESTED: Final = 8
"""Names that are suggested at a time."""
_OPENSEARCH: Final = "http://a9.com/-/spec/opensearch/1.1/"


@blueprint.get("/search")
def show() -> Response:
    """Return what has the words of `?q=`, best first, in the representation that the client likes best."""
    asked = Search.of_request()
    offer = chosen("", OFFERS)
    shelved = site().search.index()
    result = Result(shelved.index, shelved.revision, asked, SIZE if offer in (HTML, JSON) else LARGEST)
    parts = ("search", shelved.revision, repr(request.full_path), words().language, offer.media_type, offer.names[0])
    response = respond.conditional(respond.tag(*parts), lambda: _made(result, offer))
    respond.vary(response, by_format=True, by_language=True)
    _say(response, shelved.revision)
    respond.link(response, [*result.links(offer), *alternates(OFFERS, offer, asked.address)])
    return response


def _say(response: Response, revision: str) -> None:
    """Say of which revision and in which language an answer is, and that search engines had better leave it alone."""
    response.headers["Content-Language"] = words().language
    response.headers["Byregion-Revision"] = revision
    # There are as many of these as there are words: the things that they lead to are to be found elsewhere.
    response.headers["X-Robots-Tag"] = "noindex"
    if revision != site().engine.revision:
        # Something was just written, and the index of it is being made.
        response.headers["Cache-Control"] = "no-store"


def _made(result: Result, offer: Offer) -> Response:
    if offer == HTML:
        return respond.page("search/search.html", **found.context(result), formats=_formats(result.search))
    if offer == JSON:
        body = json.dumps(found.document(result), ensure_ascii=False, indent=1) + "\n"
        return Response(body, content_type=JSON.content_type)
    if offer in (CSV, XLSX, EXCEL_CSV):
        return _table(found.table(result), offer, found.cover(result, offer))
    return Response(found.written(result, offer), content_type=offer.content_type)


def _table(rows: Solutions, offer: Offer, cover: Cover) -> Response:
    if offer == CSV:
        return Response(tabular.plain_csv(rows), content_type=CSV.content_type)
    return answers.spreadsheet(rows, offer, cover)


def _formats(asked: Search) -> list[tuple[str, str]]:
    return [(offer.names[0], asked.address(offer)) for offer in named(OFFERS) if offer != HTML]


@blueprint.get("/search/suggest")
def suggest() -> Response:
    """Return names with words that begin as those of `?q=`, as browsers ask for them."""
    text = request.args.get("q", "")
    if len(text) > search.LONGEST:
        raise too_long(text)
    shelved = site().search.index()

    def made() -> Response:
        names = search.starting(shelved.index, text, languages(), SUGGESTED)
        kinds = found.kinds(shelved.index, [item.class_ for item in names])
        addresses = [found.address(item.iri) for item in names]
        told = [text, [item.text for item in names], kinds, addresses]
        return Response(json.dumps(told, ensure_ascii=False) + "\n", content_type=SUGGESTIONS)

    tag = respond.tag("suggest", shelved.revision, hashlib.sha256(text.encode()).hexdigest(), words().language)
    response = respond.conditional(tag, made)
    _say(response, shelved.revision)
    respond.vary(response, by_language=True)
    return response


@blueprint.get("/search/description.xml")
def description() -> Response:
    """Return what a browser needs for a search field of its own: https://github.com/dewitt/opensearch."""
    root = ElementTree.Element("OpenSearchDescription", xmlns=_OPENSEARCH)
    for name, text in (
        ("ShortName", words()("search.short")),
        ("Description", words()("search.lead")),
        ("InputEncoding", "UTF-8"),
        ("OutputEncoding", "UTF-8"),
        ("Language", words().language),
    ):
        ElementTree.SubElement(root, name).text = text
    for media_type, path in ((HTML.media_type, "search"), (SUGGESTIONS, "search/suggest")):
        template = f"{site().settings.url}{path}?q={{searchTerms}}&lang={words().language}"
        ElementTree.SubElement(root, "Url", type=media_type, method="get", template=template)
    body = ElementTree.tostring(root, encoding="unicode", xml_declaration=False)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'
    kind = "application/opensearchdescription+xml"
    response = respond.conditional(respond.tag("opensearch", text), lambda: Response(text, content_type=kind))
    response.headers["Content-Language"] = words().language
    respond.vary(response, by_language=True)
    return response
