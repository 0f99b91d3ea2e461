"""Writes a copy of a workbook, or of a folder of CSV files, with the ids that were made: never over anything.

In an XLSX only the cells of the ids are changed, byte for byte; whatever else a person put there stays as it is.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.utils.cell import column_index_from_string

from byregion.convert.workbook.reading import decode, records
from byregion.convert.workbook.tables import Entry, letters
from byregion.errors import ConfigError, SourceError

_ENDING: Final = "-med-id"
_NUMBERED: Final = re.compile(rf"{_ENDING}(-[0-9]+)?$")

Ids = Mapping[int, str]
"""The id of each row that gets one, by its number."""


def copy(path: Path, target: Path | None, made: Iterable[Entry]) -> Path:
    """Write a copy of `path` with the ids of `made`, to `target` or beside it; return where.

    Raises ConfigError where something is there already; a copy of the same bytes is not written twice.
    """
    rows: dict[tuple[str, int], dict[int, str]] = defaultdict(dict)
    for entry in made:
        if entry.iri and entry.layout.id_column:
            rows[entry.layout.place.sheet, entry.layout.id_column][entry.row] = entry.iri.rpartition("/")[2]
    files = dict(_folder(path, rows)) if path.is_dir() else {Path(): _workbook(path, rows)}
    for candidate in [target] if target else _free(path):
        if not candidate.exists():
            _write(candidate, files)
            return candidate
        if _is_same(candidate, files):
            return candidate
    raise ConfigError(f"{target} is there already; name another file for the copy")


def _free(path: Path) -> Iterator[Path]:
    stem = _NUMBERED.sub("", path.stem) + _ENDING
    yield path.with_name(stem + path.suffix)
    number = 1
    while True:
        number += 1
        yield path.with_name(f"{stem}-{number}{path.suffix}")


def _is_same(there: Path, files: Mapping[Path, bytes]) -> bool:
    paths = {name: there / name if name != Path() else there for name in files}
    return all(path.is_file() and path.read_bytes() == files[name] for name, path in paths.items())


def _write(target: Path, files: Mapping[Path, bytes]) -> None:
    made = target.with_name(f"{target.name}.tmp")
    try:
        if Path() in files:
            made.write_bytes(files[Path()])
        else:
            made.mkdir()
            for name, content in files.items():
                (made / name).write_bytes(content)
        made.rename(target)
    finally:
        shutil.rmtree(made, ignore_errors=True) if made.is_dir() else made.unlink(missing_ok=True)


# --- XLSX -------------------------------------------------------------------------------------------------------------


def _workbook(path: Path, rows: Mapping[tuple[str, int], Ids]) -> bytes:
    parts = {}
    with warnings.catch_warnings(action="ignore", category=UserWarning), path.open("rb") as file:
        book = load_workbook(file, read_only=True, keep_links=False)
        for (sheet, column), ids in rows.items():
            written: Any = book[sheet]
            parts[str(written._worksheet_path)] = (column, ids)
    made = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename in parts:
                content = _patched(content, *parts[entry.filename], path)
            target.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _patched(content: bytes, column: int, ids: Ids, path: Path) -> bytes:
    """Return the XML of a sheet with an id in each of the rows."""
    patcher = _Patcher(content, column, ids)
    edits = patcher.edits()
    if len(edits) != len(ids):
        raise SourceError(f"the ids could be written to {len(edits)} of {len(ids)} rows only", path)
    out, at = [], 0
    for start, end, text in edits:
        out += [content[at:start], text]
        at = end
    return b"".join([*out, content[at:]])


class _Patcher:
    """Finds where in the XML of a sheet an id goes: in the place of a cell, or between two."""

    def __init__(self, content: bytes, column: int, ids: Ids) -> None:
        self._content = content
        self._column = column
        self._ids = ids
        self._edits: list[tuple[int, int, bytes]] = []
        self._row = self._cell = 0
        self._open: tuple[int, str] | None = None
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def edits(self) -> list[tuple[int, int, bytes]]:
        """Return what to put in place of which bytes, in order."""
        self._parser.Parse(self._content, True)
        return self._edits

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        prefix, local = _names(name)
        if local == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._cell = 0
        elif local == "c":
            reference = attributes.get("r", "").rstrip("0123456789")
            self._cell = column_index_from_string(reference) if reference else self._cell + 1
            at = self._parser.CurrentByteIndex
            if self._is_wanted() and self._cell == self._column:
                self._open = at, attributes.get("s", "")
                head = self._content.index(b">", at)
                if self._content[head - 1 : head] == b"/":
                    self._close(head + 1, prefix)
            elif self._is_wanted() and self._cell > self._column:
                self._edits.append((at, at, self._made(prefix, "")))

    def _end(self, name: str) -> None:
        prefix, local = _names(name)
        at = self._parser.CurrentByteIndex
        if local == "c" and self._open:
            self._close(self._content.index(b">", at) + 1, prefix)
        elif local == "row" and self._is_wanted() and self._content[at : at + 2] == b"</":
            self._edits.append((at, at, self._made(prefix, "")))

    def _close(self, end: int, prefix: str) -> None:
        if self._open:
            start, style = self._open
            self._edits.append((start, end, self._made(prefix, style)))
            self._open = None

    def _is_wanted(self) -> bool:
        done = bool(self._edits) and self._edits[-1][2].find(b'r="%s"' % self._reference().encode()) >= 0
        return self._row in self._ids and not done and self._open is None

    def _reference(self) -> str:
        return f"{letters(self._column)}{self._row}"

    def _made(self, prefix: str, style: str) -> bytes:
        # An id has nothing that XML would have to escape.
        p, s = prefix, f' s="{style}"' if style else ""
        text = f"<{p}is><{p}t>{self._ids[self._row]}</{p}t></{p}is>"
        return f'<{p}c r="{self._reference()}"{s} t="inlineStr">{text}</{p}c>'.encode()


def _names(name: str) -> tuple[str, str]:
    prefix, colon, local = name.rpartition(":")
    return prefix + colon, local


# --- CSV --------------------------------------------------------------------------------------------------------------


def _folder(path: Path, rows: Mapping[tuple[str, int], Ids]) -> Iterator[tuple[Path, bytes]]:
    wanted = {sheet: (column, ids) for (sheet, column), ids in rows.items()}
    for file in sorted(item for item in path.iterdir() if item.is_file()):
        content = file.read_bytes()
        if file.suffix.lower() == ".csv" and file.stem in wanted:
            column, ids = wanted[file.stem]
            text = io.StringIO(newline="")
            writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
            for number, cells in enumerate(records(decode(content, file)[0], file), 1):
                cells += [""] * (column - len(cells))
                cells[column - 1] = ids.get(number, cells[column - 1])
                writer.writerow(cells)
            content = text.getvalue().encode("utf-8-sig")
        yield Path(file.name), content
