"""What pages say of themselves to search engines, in the words of https://schema.org/: JSON-LD that stands in the page.

A block of data in a page is never run, so the policy that lets nothing run allows it.
https://html.spec.whatwg.org/multipage/scripting.html#data-block
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urljoin

from flask import url_for
from rdflib import DCTERMS, ORG, OWL, SKOS, Graph, URIRef

from byregion.catalogue import Dump
from byregion.catalogue.names import CATALOGUE
from byregion.catalogue.names import dataset as _dataset_iri
from byregion.iri import ONTOLOGY
from byregion.namespaces import BR
from byregion.web import said
from byregion.web.described import Described, Reading
from byregion.web.known import Known
from byregion.web.page import Page
from byregion.web.site import site, words

Thing = dict[str, Any]

_CONTEXT: Final = "https://schema.org"

CLASSES: Final[Mapping[URIRef, str]] = {
    BR.Region: "Consortium",
    BR.Municipality: "AdministrativeArea",
    BR.County: "AdministrativeArea",
    BR.Programme: "Project",
    BR.Participation: "Role",
    BR.Plan: "CreativeWork",
    BR.SourceDocument: "CreativeWork",
    BR.Quote: "Quotation",
    BR.Observation: "Observation",
    BR.ChangeEvent: "Event",
    DCTERMS.Location: "Place",
    ORG.Organization: "Organization",
    SKOS.Concept: "DefinedTerm",
    SKOS.ConceptScheme: "DefinedTermSet",
}
"""The type of schema.org that is nearest to each class; for all others that is Thing."""


# What is only about the same (skos:closeMatch) is not the same to a search engine.
_THE_SAME: Final = (OWL.sameAs, SKOS.exactMatch)


def home() -> Thing:
    """Return what the front page says: what the site is, and where its catalogue is."""
    catalogue_page = _absolute(url_for("catalogue.show"))
    return _thing(
        {
            "@context": _CONTEXT,
            "@type": "WebSite",
            "@id": site().settings.url,
            "url": site().settings.url,
            "name": words()("home.title"),
            "description": words()("home.lead"),
            "inLanguage": words().language,
            "license": said.licence(),
            "mainEntity": {"@type": "DataCatalog", "@id": str(CATALOGUE), "url": catalogue_page},
        }
    )


def ontology(graph: Graph, texts: Mapping[str, str], page: str) -> Thing:
    """Return what the page of the ontology says; `texts` are its name and description, `page` is its address."""
    return _thing(
        {
            "@context": _CONTEXT,
            "@type": "DefinedTermSet",
            "@id": str(ONTOLOGY),
            **texts,
            "url": _absolute(page),
            "version": graph.value(ONTOLOGY, OWL.versionInfo),
            "dateModified": graph.value(ONTOLOGY, DCTERMS.modified),
            "license": graph.value(ONTOLOGY, DCTERMS.license),
        }
    )


def catalogue(shown: Described, datasets: Sequence[Described]) -> Thing:
    """Return what the page of the catalogue says."""
    listed = [_dataset(item) for item in datasets]
    return _thing(
        {
            "@context": _CONTEXT,
            "@type": "DataCatalog",
            **_about(shown, url_for("catalogue.show")),
            **_given(shown),
            "dataset": listed,
        }
    )


def dataset(read: Reading, shown: Described) -> Thing:
    """Return what the page of a dataset says."""
    whole = read.catalogue()
    return _thing(
        {
            "@context": _CONTEXT,
            **_dataset(shown),
            **_given(shown),
            "version": _first(shown, "version"),
            "datePublished": read.day(shown.iri, DCTERMS.issued),
            "dateModified": read.day(shown.iri, DCTERMS.modified),
            "temporalCoverage": read.interval(shown.iri),
            "spatialCoverage": [{"@type": "Place", "name": name} for name in _all(shown, "places")],
            "keywords": _all(shown, "keywords"),
            "isAccessibleForFree": True,
            "identifier": shown.iri,
            "includedInDataCatalog": {"@type": "DataCatalog", **_about(whole, url_for("catalogue.show"))},
            "distribution": [_download(dump) for dump in shown.downloads],
        }
    )


def entity(told: Known, page: Page, address: str) -> Thing:
    """Return what the page about an entity says; `address` is that of the document, without a suffix."""
    same = [
        str(value.iri)
        for statement in page.statements
        if statement.predicate.iri in _THE_SAME
        for value, _ in statement.values
        if value.iri
    ]
    about = {"@type": types(told.classes), "@id": told.iri, "name": page.title.value, "sameAs": same}
    parts = [{"@type": "Dataset", "@id": str(_dataset_iri(name))} for name in told.datasets]
    return _thing(
        {
            "@context": _CONTEXT,
            "@type": "WebPage",
            "@id": _absolute(address),
            "url": _absolute(address),
            "name": page.title.value,
            "inLanguage": words().language,
            "isPartOf": parts,
            "mainEntity": _thing(about),
        }
    )


def types(classes: Iterable[URIRef]) -> list[str]:
    """Return the types of schema.org for something of some classes of ours."""
    return sorted({CLASSES.get(kind, "Thing") for kind in classes}) or ["Thing"]


def _dataset(shown: Described) -> Thing:
    return _thing({"@type": "Dataset", **_about(shown, url_for("datasets.show", name=shown.name))})


def _about(shown: Described, page: str) -> Thing:
    description = shown.description.value if shown.description else None
    return {"@id": shown.iri, "name": shown.title.value, "description": description, "url": _absolute(page)}


def _given(shown: Described) -> Thing:
    publisher = None
    if shown.publisher:
        publisher = _thing({"@type": "Organization", "@id": shown.publisher.iri, "name": shown.publisher.text.value})
    return {"license": said.licence(), "publisher": publisher, "creator": publisher}


def _download(dump: Dump) -> Thing:
    return {
        "@type": "DataDownload",
        "name": dump.format.name,
        "encodingFormat": dump.format.served_as,
        "contentUrl": str(dump.address(site().settings.url)),
        "contentSize": f"{dump.size} B",
        "sha256": dump.sha256,
    }


def _all(shown: Described, fact: str) -> list[str]:
    return [value.text.value for item in shown.facts if item.name == fact for value in item.values]


def _first(shown: Described, fact: str) -> str | None:
    return next(iter(_all(shown, fact)), None)


def _absolute(address: str) -> str:
    """Return an address of ours in full, with the server's public name and without the reader's choices."""
    return urljoin(site().settings.url, address.partition("?")[0])


def _thing(told: Thing) -> Thing:
    """Return what is told without what is not known."""
    return {name: value for name, value in told.items() if value not in (None, [], "")}
