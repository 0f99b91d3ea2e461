"""The ontology: a page with every term, one of each term, and the same as data in every format."""

from __future__ import annotations

from difflib import get_close_matches

from flask import Blueprint, Response, url_for
from rdflib import DCTERMS, OWL, RDF, SKOS, URIRef

from byregion.errors import NotFound
from byregion.iri import ONTOLOGY
from byregion.namespaces import BR, BRSH
from byregion.sentences import say
from byregion.web import defined, glossary, listing, respond, schema_org, shapes, statistics, versions
from byregion.web.defined import Fact
from byregion.web.documents import OFFERS, Document
from byregion.web.exported import TABLES
from byregion.web.formats import split_suffix
from byregion.web.naming import Text, Value
from byregion.web.negotiate import Offer
from byregion.web.site import site, words
from byregion.web.versions import Version

blueprint = Blueprint("ontology", __name__)


@blueprint.get("/def")
@blueprint.get("/def.<suffix>")
@blueprint.get("/def/<version>")
def show(version: str = "", suffix: str = "") -> Response:
    """Return the ontology, in the representation that the client likes best."""
    if version:
        version, suffix = split_suffix(version, (*OFFERS, *TABLES))
    told = versions.find(version) if version else versions.current()
    return _document(told, version).answer(suffix)


def _document(told: Version, version: str) -> Document:
    def address(offer: Offer, language: str | None) -> str:
        if version:
            return url_for(".show", version=f"{version}.{offer.suffix}", lang=language)
        return url_for(".show", suffix=offer.suffix, lang=language)

    return Document(
        parts=("ontology", version, told.tag),
        page=lambda: _page(told, version),
        data=lambda offer: told.written(ONTOLOGY, offer.engine_type),
        address=address,
        links=[
            (ONTOLOGY, {"rel": "describes"}),
            *((str(iri), {"rel": "cite-as"}) for iri in told.ontology.objects(ONTOLOGY, OWL.versionIRI)),
            *((str(iri), {"rel": "license"}) for iri in told.ontology.objects(ONTOLOGY, DCTERMS.license)),
        ],
        listed=glossary.terms(told),
    )


def _page(told: Version, version: str) -> Response:
    graph = told.ontology
    named = defined.naming(graph, words())
    formats = _document(told, version).formats()
    title = named.pick(defined.literals(graph, ONTOLOGY, DCTERMS.title))
    description = named.pick(defined.literals(graph, ONTOLOGY, DCTERMS.description))
    texts = {name: text.value for name, text in (("name", title), ("description", description)) if text}
    return respond.page(
        "ontology/ontology.html",
        title=title,
        description=description,
        citation=named.pick(defined.literals(graph, ONTOLOGY, DCTERMS.bibliographicCitation)),
        version=told.number,
        numbers=versions.numbers(),
        is_frozen=versions.is_frozen,
        iri=ONTOLOGY,
        classes=defined.terms(graph, named, "classes"),
        properties=defined.by_domain(defined.terms(graph, named, "properties")),
        address=lambda term: _address(term.group, term.anchor, version),
        schemes=listing.choices(SKOS.ConceptScheme),
        alternates=formats,
        formats=[(name, address) for name, address, _ in formats],
        embedded=schema_org.ontology(graph, texts, url_for(".show", version=version or None)),
    )


# --- A term by itself -------------------------------------------------------------------------------------------------


@blueprint.get("/def/<group>/<term>")
@blueprint.get("/def/<version>/<group>/<term>")
def term(group: str, term: str, version: str = "") -> Response:
    """Return the page of a term, as the version that is worked on defines it or another one."""
    told = versions.find(version) if version else versions.current()
    iri = BR[term]
    if defined.group_of(told.ontology, iri) != group:
        raise NotFound(say("no-term", name=term), _near(told, version, term))
    # The data is counted by its newest terms, and an older version knows nothing of the queries of today.
    counted = site().edition.tag() if not version and site().edition.is_made() else ""
    tag = respond.page_tag("term", told.tag, counted)
    response = respond.conditional(tag, lambda: _term_page(told, version, iri, is_counted=bool(counted)))
    respond.vary(response, by_language=True)
    respond.link(response, [(iri, {"rel": "describes"})])
    return response


def _near(told: Version, version: str, name: str) -> tuple[str, ...]:
    """Return the addresses of the terms that are called nearly so."""
    graph = told.ontology
    names = {str(iri).removeprefix(str(BR)): iri for iri in set(graph.subjects(RDF.type)) if isinstance(iri, URIRef)}
    near = [found for found in names if found.lower() == name.lower()] + get_close_matches(name, names, 3, 0.7)
    groups = {found: defined.group_of(graph, names[found]) for found in near}
    return tuple(_address(group, found, version) for found, group in groups.items() if group)


def _address(group: str, name: str, version: str) -> str:
    return url_for(".term", group=group, term=name, version=version or None)


def _term_page(told: Version, version: str, iri: URIRef, *, is_counted: bool) -> Response:
    graph = told.ontology
    named = defined.naming(graph, words())
    facts = [*defined.facts(graph, named, iri), *defined.used(told, () if version else site().queries, iri, words())]
    if is_counted:
        facts.append(Fact("count", (Value(Text(words().number(statistics.uses().get(iri, 0)))),)))

    def address(value: Value) -> str:
        """Return where in this version the term or the shape is that a fact names, "" for what is neither."""
        if value.iri is None:
            return ""
        if value.iri in BRSH:
            return shapes.address(told, version, value.iri)
        group = defined.group_of(graph, value.iri)
        return _address(group, str(value.iri).removeprefix(str(BR)), version) if group else ""

    return respond.page(
        "ontology/term.html",
        it=defined.term(graph, named, iri),
        facts=facts,
        address=address,
        version=told.number,
        is_frozen=versions.is_frozen,
        whole=url_for(".show", version=version or None),
        formats=[(name, at) for name, at, _ in _document(told, version).formats()],
    )
