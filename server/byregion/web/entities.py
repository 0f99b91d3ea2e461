"""Entities and the documents about them: /id/x answers 303, /doc/x negotiates, /doc/x.ttl is one representation."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request, url_for
from rdflib import URIRef
from werkzeug.wrappers import Response as BaseResponse

from byregion.errors import NotFound
from byregion.evidence.quoting import StoredText
from byregion.namespaces import BR, KINDS
from byregion.sentences import say
from byregion.web import citation, graphs, known, nearby, respond, schema_org, signposts
from byregion.web.citation import Citation
from byregion.web.entities_around import Around, Group
from byregion.web.entities_classes import GROUPS, Asked, layout
from byregion.web.entities_sections import Section, sections
from byregion.web.entities_sentences import Sentence, sentences
from byregion.web.entities_source import Quotes, SourceText
from byregion.web.entities_time import Timeline, Times
from byregion.web.entities_where import Places, Where
from byregion.web.formats import CSL, GRAPHS, alternates, chosen, named, split_suffix
from byregion.web.known import Known
from byregion.web.naming import Naming
from byregion.web.negotiate import HTML, Offer
from byregion.web.page import Builder, Page, Quad, Statement
from byregion.web.site import engine, page_query, select, site, words

blueprint = Blueprint("entities", __name__)

OFFERS: Final = (HTML, *GRAPHS)


@dataclass(frozen=True, slots=True)
class Told:
    """All that the page about an entity tells; `all_incoming` is where what points to it is a table, if it is much."""

    page: Page
    sentences: tuple[Sentence, ...]
    groups: tuple[tuple[str, tuple[Statement, ...]], ...]
    sections: tuple[Section, ...]
    rest: tuple[Group, ...]
    timeline: Timeline | None
    text: SourceText | None
    where: Where | None
    all_incoming: str


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
        raise NotFound(say("nothing-called", iri=entity), nearby.things(name))
    offer = chosen(suffix, (*OFFERS, CSL))
    response = citation.answer(_cited(name, build(told).page)) if offer == CSL else _document(name, told, offer)
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


def _page(name: str, known: Known) -> Response:
    told = build(known)
    kind = name.partition("/")[0]
    return respond.page(
        "entities/document.html",
        told=told,
        page=told.page,
        kind=kind if kind in KINDS else None,
        is_source=BR.SourceDocument in known.classes,
        # A copy has only the answer to each query's own example.
        named=set() if site().is_copy else {query.name for query in site().queries},
        report=_report(told.page),
        citation=_cited(name, told.page),
        csl=_address(name, CSL),
        formats=[(offer.names[0], _address(name, offer)) for offer in named(GRAPHS)],
        alternates=[(offer.names[0], _address(name, offer), offer.media_type) for offer in named(GRAPHS)],
        embedded=schema_org.entity(known, told.page, url_for(".document", path=name)),
    )


def build(known: Known) -> Told:
    """Return what the page about an entity tells."""
    entity, plan = known.iri, layout(known.classes)
    quads = [
        Quad(row["graph"], row["subject"], row["predicate"], row["object"]) for row in select("page", entity=(entity,))
    ]
    times = Times(entity) if plan.timeline else None
    quotes = Quotes(entity) if BR.SourceDocument in known.classes else None
    around = Around(entity, plan, times.things() if times else ())
    places = Places(entity, plan.map, around, plan.sections) if plan.map else None
    others = [
        *(times.terms() if times else ()),
        *(quotes.terms() if quotes else ()),
        *(places.terms() if places else ()),
    ]
    naming = Naming(words(), around.labels([*quads, *around.terms(), *others, plan.expected]))
    builder = Builder(entity, quads, naming, site().settings.data)
    page, listed = builder.page(plan.expected), sections(around, plan, naming, builder)
    hidden = {predicate for item in plan.sections if isinstance(item, Asked) for predicate in item.tells}
    rest = around.rest(naming)
    return Told(
        page,
        sentences(plan, words(), page, {section.name: section.total for section in listed}),
        _groups(page, hidden),
        listed,
        rest,
        times.timeline(naming, around.details) if times else None,
        quotes.text(naming, _stored(builder), builder.language(entity)) if quotes else None,
        places.where(naming, page) if places else None,
        _incoming(entity) if around.is_cut or sum(group.total for group in rest) > _MUCH else "",
    )


_MUCH: Final = 8
"""Things that point to an entity, beside those in sections, that are more than a few lines of its page."""


def _incoming(entity: URIRef) -> str:
    return url_for("sparql.show", query=page_query("incoming-all", entity=(entity,)), format="html")


def _stored(builder: Builder) -> StoredText | None:
    """Return the text of the source that a page is about, where the site publishes it."""
    return builder.stored(builder.iri) if site().source_text else None


def _groups(page: Page, hidden: Container[URIRef]) -> tuple[tuple[str, tuple[Statement, ...]], ...]:
    """Return the statements in the groups that a page has; those that a section tells of are `hidden`."""
    shown = [statement for statement in page.statements if statement.predicate.iri not in hidden]
    grouped = {predicate: name for name, predicates in GROUPS.items() for predicate in predicates}
    first = next(iter(GROUPS))
    by_name = {
        name: tuple(item for item in shown if item.predicate.iri and grouped.get(item.predicate.iri, first) == name)
        for name in GROUPS
    }
    return tuple((name, statements) for name, statements in by_name.items() if statements)


def _report(page: Page) -> str:
    """Return where an error in a page is reported, "" where nobody has said that they want to know.

    https://www.rfc-editor.org/rfc/rfc6068: a subject and a body that say what, and in which revision.
    """
    contact = site().settings.contact
    if not contact or "://" in contact:
        return contact
    subject = words()("report.subject", name=page.title.value[:80])
    body = words()("report.body", iri=page.iri, revision=engine().revision)
    return f"mailto:{contact}?subject={quote(subject)}&body={quote(body)}"
