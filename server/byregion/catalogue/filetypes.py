"""The EU's file types that are known here: their media types, what they are good for, and whether a file is one."""

from __future__ import annotations

import csv
import io
import json
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from xml.sax import SAXException

from rdflib import Dataset
from rdflib.exceptions import ParserError
from rdflib.plugins.parsers.notation3 import BadSyntax

from byregion.catalogue.names import FILE_TYPE
from byregion.errors import DataError

MAX_UNPACKED: Final = 500_000_000
"""Bytes that the files in a ZIP may hold together."""


@dataclass(frozen=True, slots=True)
class FileType:
    """A file type: its media types, whether nobody owns it, whether it is data to a program, and what reads it."""

    media_types: tuple[str, ...]
    open: bool = True
    structured: bool = True
    read: Callable[[str], object] | None = None


def known(iri: str) -> FileType | None:
    """Return the file type that an IRI of the EU's list names, or None where it is none of those known here."""
    return FILE_TYPES.get(iri.replace("https://", "http://", 1).removeprefix(FILE_TYPE))


def check(kind: FileType, content: bytes, *, zipped: bool) -> None:
    """Read a file, or each file of the kind in a ZIP; raises DataError, saying why, where it is none."""
    if kind.read is None:
        raise DataError("files of this type are not read here")
    try:
        for part in _unzipped(content, f".{kind.media_types[0].rpartition('/')[2]}") if zipped else [content]:
            kind.read(part.decode("utf-8"))
    except _NOT_ONE as error:
        raise DataError(str(error).strip().partition("\n")[0] or type(error).__name__) from error


# rdflib's Turtle parser runs off the end of some texts that are no Turtle.
_NOT_ONE: Final = (BadSyntax, IndexError, ParserError, SAXException, ValueError, csv.Error, zipfile.BadZipFile)


def _unzipped(content: bytes, suffix: str) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = [info for info in archive.infolist() if info.filename.lower().endswith(suffix)]
        if not files:
            raise DataError(f"the ZIP holds no file that ends in {suffix}")
        if sum(info.file_size for info in files) > MAX_UNPACKED:
            raise DataError(f"the files in the ZIP hold more than {MAX_UNPACKED} bytes")
        yield from (archive.read(info) for info in files)


def _rdf(syntax: str) -> Callable[[str], object]:
    def read(text: str) -> None:
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            # rdflib's own parsers use what rdflib has deprecated.
            Dataset().parse(data=text, format=syntax)

    return read


def _json_ld(text: str) -> object:
    """Read JSON-LD; where its context is elsewhere, only as JSON, for nothing is fetched that nobody named."""
    content: object = json.loads(text)
    return None if _names_a_context(content) else _rdf("json-ld")(text)


def _names_a_context(content: object) -> bool:
    if isinstance(content, list):
        return any(_names_a_context(item) for item in content)
    if not isinstance(content, dict):
        return False
    context = content.get("@context", ())
    contexts = context if isinstance(context, list) else [context]
    imports = any(isinstance(item, str) or (isinstance(item, dict) and "@import" in item) for item in contexts)
    return imports or any(_names_a_context(item) for item in content.values())


def _table(delimiter: str) -> Callable[[str], object]:
    def read(text: str) -> int:
        rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter, strict=True)
        widths = {len(row) for row in rows if row}
        if len(widths) != 1:
            raise ValueError(f"the rows have {sorted(widths)} columns, not one number of them")
        return widths.pop()

    return read


FILE_TYPES: Final = {
    "CSV": FileType(("text/csv",), read=_table(",")),
    "GEOJSON": FileType(("application/geo+json", "application/vnd.geo+json"), read=json.loads),
    "HTML": FileType(("text/html",), structured=False),
    "JSON": FileType(("application/json",), read=json.loads),
    "JSON_LD": FileType(("application/ld+json",), read=_json_ld),
    "OWL": FileType(("application/rdf+xml",), read=_rdf("xml")),
    "PDF": FileType(("application/pdf",), structured=False),
    "RDF_N_QUADS": FileType(("application/n-quads",), read=_rdf("nquads")),
    "RDF_N_TRIPLES": FileType(("application/n-triples",), read=_rdf("nt")),
    "RDF_TRIG": FileType(("application/trig",), read=_rdf("trig")),
    "RDF_TURTLE": FileType(("text/turtle",), read=_rdf("turtle")),
    "RDF_XML": FileType(("application/rdf+xml",), read=_rdf("xml")),
    "TSV": FileType(("text/tab-separated-values",), read=_table("\t")),
    "TXT": FileType(("text/plain",), structured=False),
    "XLS": FileType(("application/vnd.ms-excel",), open=False),
    "XLSX": FileType(("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",)),
    "XML": FileType(("application/xml", "text/xml")),
}
