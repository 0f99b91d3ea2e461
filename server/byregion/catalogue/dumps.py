"""The downloads: a dataset, or all of them, in one format, at one address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rdflib import URIRef

from byregion.catalogue.names import FILE_TYPE, MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class Format:
    """A format of downloads.

    `suffix` ends the file's name; `file_type` is its code in the EU's list of file types; `feature` is its name among
    the W3C's formats, empty where it is not RDF; `package` is the media type of what the files are packed in, if any.
    """

    suffix: str
    name: str
    media_type: str
    file_type: str
    feature: str = ""
    package: str = ""

    @property
    def file_type_iri(self) -> URIRef:
        """The file type, as an IRI of the EU's list."""
        return FILE_TYPE[self.file_type]

    @property
    def media_type_iri(self) -> URIRef:
        """The media type, as an IRI of IANA's list."""
        return MEDIA_TYPE[self.media_type]

    @property
    def served_as(self) -> str:
        """The media type that the file itself is served as."""
        return self.package or self.media_type


FORMATS: Final = (
    Format("ttl", "Turtle", "text/turtle", "RDF_TURTLE", "Turtle"),
    Format("trig", "TriG", "application/trig", "RDF_TRIG", "TriG"),
    Format("nq", "N-Quads", "application/n-quads", "RDF_N_QUADS", "N-Quads"),
    Format("nt", "N-Triples", "application/n-triples", "RDF_N_TRIPLES", "N-Triples"),
    Format("jsonld", "JSON-LD", "application/ld+json", "JSON_LD", "JSON-LD"),
    Format("rdf", "RDF/XML", "application/rdf+xml", "RDF_XML", "RDF_XML"),
    Format("csv.zip", "CSV (ZIP)", "text/csv", "CSV", package="application/zip"),
)


@dataclass(frozen=True, slots=True)
class Dump:
    """A dataset in a format, with its `size` in bytes and its SHA-256 in hexadecimal where the file has been made."""

    dataset: str
    format: Format
    size: int | None = None
    sha256: str | None = None

    @property
    def file(self) -> str:
        """The name of the file: `midt-troms.ttl`."""
        return f"{self.dataset}.{self.format.suffix}"

    def address(self, url: str) -> URIRef:
        """Return where the file is, on a server that clients reach at `url`."""
        return URIRef(f"{url}dumps/{self.file}")


def dumps_of(names: Iterable[str], formats: Iterable[Format] = FORMATS) -> list[Dump]:
    """Return a dump of each named dataset in each format, sizes unknown."""
    formats = tuple(formats)
    return [Dump(name, item) for name in names for item in formats]
