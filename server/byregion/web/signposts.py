"""Links in the headers that lead a program from any address to the rest: https://signposting.org/FAIR/.

Each function gives addresses with their relation, as `respond.link` takes them.
"""

from __future__ import annotations

from flask import url_for

from byregion.catalogue import Dump
from byregion.catalogue.names import CATALOGUE, dataset
from byregion.web.described import Described, Reading
from byregion.web.documents import Links

SCHEMA = "https://schema.org/"
_PAGE = "text/html"


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


def of_download(read: Reading, dump: Dump) -> Links:
    """Return the links of a file: to the dataset that it holds, and what that is cited as."""
    page = (url_for("datasets.show", name=dump.dataset), {"rel": "collection", "type": _PAGE})
    return [(dataset(dump.dataset), {"rel": "cite-as"}), *_type("Dataset"), *_licence(read), page]


def _type(name: str) -> Links:
    return [(SCHEMA + name, {"rel": "type"})]


def _given(read: Reading) -> Links:
    """Return the links to the licence and to the publisher, where they are known."""
    publisher = read.publisher()
    return [*_licence(read), *([(publisher, {"rel": "author"})] if publisher else [])]


def _licence(read: Reading) -> Links:
    licence = read.licence()
    return [(licence, {"rel": "license"})] if licence else []


def _download(dump: Dump) -> str:
    return url_for("downloads.show", name=dump.file)
