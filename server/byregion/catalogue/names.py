"""The IRIs of the catalogue's things, and of the authority lists that it takes its values from."""

from __future__ import annotations

from typing import Final

from rdflib import Namespace, URIRef

from byregion.namespaces import BASE

CATALOGUE: Final = URIRef(BASE + "catalogue")
SERIES: Final = URIRef(CATALOGUE + "/series")
WHOLE: Final = "byregion"
"""The name of the dataset that holds all the others."""

# http, not https: these are names, and compared character by character.
AUTHORITY: Final = Namespace("http://publications.europa.eu/resource/authority/")
FILE_TYPE: Final = Namespace(AUTHORITY + "file-type/")
LICENCE: Final = Namespace(AUTHORITY + "licence/")
MEDIA_TYPE: Final = Namespace("https://www.iana.org/assignments/media-types/")
GEONAMES: Final = "https://sws.geonames.org/"


def dataset(name: str) -> URIRef:
    """Return the IRI of a dataset: `…/catalogue/midt-troms`."""
    return URIRef(f"{CATALOGUE}/{name}")


def distribution(name: str, suffix: str) -> URIRef:
    """Return the IRI of a dataset in one format: `…/catalogue/midt-troms/ttl`."""
    return URIRef(f"{CATALOGUE}/{name}/{suffix}")


def service(name: str) -> URIRef:
    """Return the IRI of a data service: `…/catalogue/service/sparql`."""
    return URIRef(f"{CATALOGUE}/service/{name}")
