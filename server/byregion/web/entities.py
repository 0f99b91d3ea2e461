"""Entities and the documents about them: /id/x answers 303, /doc/x negotiates, /doc/x.ttl is one representation."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, redirect, request, url_for
from rdflib import URIRef
from werkzeug.wrappers import Response as BaseResponse

from byregion.errors import NotFound
from byregion.namespaces import KINDS
from byregion.web import citation, graphs, known, nearby, respond, schema_org, signposts
from byregion.web.citation import Citation
from byregion.web.formats import CSL, GRAPHS, alternates, chosen, named, split_suffix
from byregion.web.known import Known
from byregion.web.naming import Naming, read_labels
from byregion.web.negotiate import HTML, Offer
from byregion.web.page import Builder, Page, Pointer, Quad
from byregion.web.site import engine, page_query, select, site, words

blueprint = Blueprint("entities", __name__)

OFFERS: Final = (HTML, *GRAPHS)
INCOMING: Final = 500
"""Triples pointing to an entity that its page shows; where there are more it says so."""


@blueprint.get("/id/<path:path>")
def identify(path: str) -> BaseResponse:
    """Redirect from a thing to the document about it.

    https://www.w3.org/TR/cooluris/#r303gendocument: one document, which negotiates.
    """
    kept: dict[str, Any] = {name: request.args[name] for name in ("format", "lang") if name in request.args}
    return redirect(url_for(".document", path=path, **kept), 303)


@blueprint.get("/doc/<path:path>")
def document(path: str) -> Response:
    """Return the document about an entity, in the representation that the client likes best."""
    name, suffix = split_suffix(path, (*OFFERS, CSL))
    entity = URIRef(f"{site().settings.base}id/{name}")
    told = known.find(entity)
    if told is None:
        raise NotFound(f"there is nothing called <{entity}>", nearby.things(name))
    offer = chosen(suffix, (*OFFERS, CSL))
    response = citation.answer(_cited(name, build(entity)[0])) if offer == CSL else _document(name, told, offer)
    respond.vary(response, by_format=not suffix, by_language=offer in (HTML, CSL))
    response.headers["Content-Location"] = _address(name, offer)
    respond.link(response, _links(name, told, offer))
    return response


def _document(name: str, told: Known, offer: Offer) -> Response:
    is_page = offer == HTML
    tag = respond.page_tag(*citation.parts()) if is_page else respond.tag(name, offer.media_type)
    return respond.conditional(tag, lambda: _page(name, told) if is_page else _graph(told.iri, offer))


def _cited(name: str, page: Page) -> Citation:
    return citation.cite("entry", page.title, page.iri, path=name)


def _address(name: str, offer: Offer) -> str:
    language = words().language if offer in (HTML, CSL) else None
    return url_for(".document", path=f"{name}.{offer.suffix}", lang=language)


def _links(name: str, told: Known, shown: Offer) -> list[tuple[str, dict[str, str]]]:
    canonical = f"{site().settings.url}doc/{name}"
    others = alternates(OFFERS, shown, lambda offer: _address(name, offer))
    data = [(_address(name, item), {"rel": "describedby", "type": item.media_type}) for item in (*named(GRAPHS), CSL)]
    about = [(canonical, {"rel": "canonical"}), (told.iri, {"rel": "describes"})]
    return [*about, *signposts.of_entity(told), *data, *others]


def _graph(entity: URIRef, offer: Offer) -> Response:
    answer = engine().query(page_query("entity", entity=(entity,)), "application/n-triples")
    return Response(graphs.written(graphs.read(answer.body), offer.engine_type), content_type=offer.content_type)


def _page(name: str, told: Known) -> Response:
    built, more = build(told.iri)
    every = page_query("incoming-all", entity=(told.iri,)) if more else ""
    kind = name.partition("/")[0]
    return respond.page(
        "entities/document.html",
        page=built,
        kind=kind if kind in KINDS else None,
        more_incoming=INCOMING if more else 0,
        all_incoming=url_for("sparql.show", query=every, format="html") if more else "",
        citation=_cited(name, built),
        csl=_address(name, CSL),
        formats=[(offer.names[0], _address(name, offer)) for offer in named(GRAPHS)],
        alternates=[(offer.names[0], _address(name, offer), offer.media_type) for offer in named(GRAPHS)],
        embedded=schema_org.entity(told, built, url_for(".document", path=name)),
    )


def build(entity: URIRef) -> tuple[Page, bool]:
    """Return the page of an entity, and whether more points to it than the page shows."""
    told = select("page", entity=(entity,))
    quads = [Quad(row["graph"], row["subject"], row["predicate"], row["object"]) for row in told]
    rows = select("incoming", entity=(entity,))
    pointers = [
        Pointer(row["graph"], row["predicate"], row["subject"], row.get("class"), row.get("order"))
        for row in rows[:INCOMING]
    ]
    naming = Naming(words(), read_labels([*quads, *pointers]))
    return Builder(entity, quads, naming, site().settings.data).page(pointers), len(rows) > INCOMING
