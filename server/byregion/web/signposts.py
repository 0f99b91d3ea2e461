"""Links in the headers that lead a program from any address to the rest: https://signposting.org/FAIR/.

Each function gives addresses with their relation, as `respond.link` takes them.
"""

from __future__ import annotations

from typing import Final

from flask import url_for

from byregion.catalogue import Dump
from byregion.catalogue.names import CATALOGUE, dataset
from byregion.namespaces import BR
from byregion.web import said, schema_org
from byregion.web.described import Described, Reading
from byregion.web.documents import Links
from byregion.web.known import Known
from byregion.web.site import site

SCHEMA: Final = "https://schema.org/"
_PAGE: Final = "text/html"
_OF_OTHERS: Final = frozenset({BR.Quote, BR.SourceDocument})


def of_site() -> Links:
    """Return the links of the front page: what is published, what was counted in it, and what answers queries."""
    # https://www.rfc-editor.org/rfc/rfc8631: descriptions for machines, of the SPARQL endpoint and of the whole API.
    services = [
        (url_for("sparql.show"), {"rel": "service-desc", "type": "text/turtle"}),
        (url_for("openapi.show"), {"rel": "service-desc", "type": "application/json"}),
        (url_for("openapi.page"), {"rel": "service-doc", "type": _PAGE}),
    ]
    return [
        (url_for("catalogue.show"), {"rel": "describedby", "type": "text/turtle"}),
        (url_for("statistics.show"), {"rel": "describedby", "type": "text/turtle"}),
        (url_for("crawlers.sitemap"), {"rel": "sitemap", "type": "application/xml"}),
        *_licence(),
        *([] if site().is_copy else services),
    ]


def of_catalogue(read: Reading) -> Links:
    """Return the links of the catalogue: what it is, and to each dataset."""
    items = [(url_for("datasets.show", name=name), {"rel": "item", "type": _PAGE}) for name in read.names()]
    return [(CATALOGUE, {"rel": "cite-as"}), *_type("DataCatalog"), *_given(read), *items]


def of_dataset(read: Reading, shown: Described) -> Links:
    """Return the links of the page about a dataset: how it is cited, what may be done with it, and to its files."""
    items = [
        (_download(dump), {"rel": "item", "type": dump.format.served_as, "length": str(dump.size)})
        for dump in shown.downloads
    ]
    up = (url_for("catalogue.show"), {"rel": "collection", "type": _PAGE})
    return [(shown.iri, {"rel": "cite-as"}), *_type("AboutPage"), *_type("Dataset"), *_given(read), up, *items]


def of_download(dump: Dump) -> Links:
    """Return the links of a file: to the dataset that it holds, and what that is cited as."""
    page = (url_for("datasets.show", name=dump.dataset), {"rel": "collection", "type": _PAGE})
    return [(dataset(dump.dataset), {"rel": "cite-as"}), *_type("Dataset"), *_licence(), page]


def of_entity(told: Known) -> Links:
    """Return the links of the document about an entity: how it is cited, what it is, and to its datasets."""
    classes = [(str(kind), {"rel": "type"}) for kind in told.classes]
    kinds = [link for name in schema_org.types(told.classes) for link in _type(name)]
    up = [(url_for("datasets.show", name=name), {"rel": "collection", "type": _PAGE}) for name in told.datasets]
    # What a source says in its own words is not ours to license.
    licence = [] if set(told.classes) & _OF_OTHERS else _licence()
    return [(told.iri, {"rel": "cite-as"}), *classes, *kinds, *licence, *up]


def _type(name: str) -> Links:
    return [(SCHEMA + name, {"rel": "type"})]


def _given(read: Reading) -> Links:
    """Return the links to the licence and to the publisher, where they are known."""
    publisher = read.publisher()
    return [*_licence(), *([(publisher, {"rel": "author"})] if publisher else [])]


def _licence() -> Links:
    licence = said.licence()
    return [(licence, {"rel": "license"})] if licence else []


def _download(dump: Dump) -> str:
    return url_for("downloads.show", name=dump.file)
