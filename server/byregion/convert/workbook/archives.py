"""Whether a file is a workbook that is safe to read: told before anything in it is parsed.

A workbook is a ZIP file of XML. What it unpacks to is limited, by size and by ratio, and no part may declare a document
type, so that no entity can be expanded (openpyxl alone would leave that to the XML parser's own limits).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.parsers import expat

from byregion.convert.workbook.words import file_message
from byregion.errors import SourceError

LARGEST_FILE: Final = 100_000_000
"""Bytes of a file that is read."""
LARGEST: Final = 400_000_000
"""Bytes that a workbook may unpack to."""
_RATIO: Final = 200
_SMALL: Final = 1_000_000
_PARTS: Final = 5_000
_CHUNK: Final = 1 << 16

_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP: Final = b"PK"
_OPEN_DOCUMENT: Final = "application/vnd.oasis.opendocument.spreadsheet"


class Unreadable(SourceError):
    """A file that is no workbook, or none that is safe to read; `worded` says so in another language than English."""

    def __init__(self, key: str, path: Path, line: int = 0, **values: object) -> None:
        """Say it by the key of its sentence in words/ and what stands in it."""
        self._key = key
        self._values = values
        super().__init__(file_message("en", key, values), path, line)

    def worded(self, language: str) -> SourceError:
        """Return the error in a language."""
        return SourceError(file_message(language, self._key, self._values), self.place.path, self.place.line)


def check(path: Path) -> None:
    """Raise Unreadable where a file is no workbook that can be read, saying what it is and what would do."""
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise Unreadable("too-large", path, size=size, limit=LARGEST_FILE)
    with path.open("rb") as file:
        start = file.read(8)
    if start == _OLE:
        raise Unreadable(_what_ole(path), path)
    if not start.startswith(_ZIP):
        if path.suffix.lower() == ".csv":
            raise Unreadable("csv-alone", path)
        raise Unreadable("no-workbook", path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_archive(archive, path)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise Unreadable("damaged", path, why=error) from error


def _what_ole(path: Path) -> str:
    # https://learn.microsoft.com/en-us/openspecs/office_file_formats/ms-offcrypto — the stream of an encrypted package.
    if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        return "encrypted"
    return "xls"


def _check_archive(archive: zipfile.ZipFile, path: Path) -> None:
    names = set(archive.namelist())
    if "mimetype" in names and archive.read("mimetype")[:100].decode("ascii", "replace") == _OPEN_DOCUMENT:
        raise Unreadable("ods", path)
    if "xl/workbook.bin" in names:
        raise Unreadable("xlsb", path)
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Unreadable("other-zip", path)
    entries = archive.infolist()
    if len(entries) > _PARTS:
        raise Unreadable("too-large", path, size=f"{len(entries)} ×", limit=f"{_PARTS} ×")
    if (total := sum(entry.file_size for entry in entries)) > LARGEST:
        raise Unreadable("unpacks", path, size=total, limit=LARGEST)
    for entry in entries:
        if entry.file_size > max(_SMALL, _RATIO * entry.compress_size):
            raise Unreadable("bomb", path, part=entry.filename, size=entry.file_size, packed=entry.compress_size)
        if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            _check_xml(archive, entry, path)


class _Begun(Exception):
    """The root element has begun, behind which no document type can stand."""


def _check_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> None:
    """Raise Unreadable where an XML part declares a document type, or is in another encoding than UTF-8."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise Unreadable("document-type", path, part=entry.filename)

    def declared(_: str, encoding: str | None, __: int) -> None:
        if (encoding or "utf-8").lower() not in ("utf-8", "us-ascii"):
            raise Unreadable("encoding", path, part=entry.filename, encoding=encoding)

    def begun(*_: object) -> None:
        raise _Begun

    parser.StartDoctypeDeclHandler = refuse
    parser.XmlDeclHandler = declared
    parser.StartElementHandler = begun
    try:
        with archive.open(entry) as part:
            if part.read(2) in (b"\xff\xfe", b"\xfe\xff"):
                raise Unreadable("encoding", path, part=entry.filename, encoding="UTF-16")
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                parser.Parse(chunk)
    except _Begun:
        return
    except expat.ExpatError as error:
        raise Unreadable("damaged", path, why=f"{entry.filename}: {error}") from error


_MERGED: Final = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z0-9:]+)["']""")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_ERROR: Final = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\bt=["']e["']""")
_TAIL: Final = 200


def merged(archive: zipfile.ZipFile, part: str) -> list[str]:
    """Return the ranges of cells that are merged in a sheet."""
    return [found[1].decode("ascii") for found in _search(_MERGED, archive, part)]


def has_formulas(archive: zipfile.ZipFile, part: str) -> bool:
    """Whether a sheet has a formula."""
    return next(_search(_FORMULA, archive, part), None) is not None


def has_errors(archive: zipfile.ZipFile, part: str) -> bool:
    """Whether a cell of a sheet shows an error, and not a text that looks like one."""
    return next(_search(_ERROR, archive, part), None) is not None


def _search(pattern: re.Pattern[bytes], archive: zipfile.ZipFile, part: str) -> Iterator[re.Match[bytes]]:
    """Yield the matches in a part, which is never held whole."""
    with archive.open(part) as file:
        kept = b""
        while chunk := file.read(1 << 20):
            text = kept + chunk
            end = 0
            for found in pattern.finditer(text):
                yield found
                end = found.end()
            kept = text[max(end, len(text) - _TAIL) :]
