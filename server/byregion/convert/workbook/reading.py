"""Reads workbooks and folders of CSV files as tables; the only reader of them, and it writes nothing."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from byregion.convert.workbook import archives
from byregion.convert.workbook.archives import Unreadable
from byregion.convert.workbook.cells import Fault, Raw, is_empty
from byregion.convert.workbook.tables import Table

MOST_ROWS: Final = 1_048_576
"""Rows that a sheet has at most: https://support.microsoft.com/en-us/office/excel-specifications-and-limits."""
MOST_CELLS: Final = 10_000_000
"""Cells that are read at most, empty ones between others included."""

_FORMULA: Final = Fault("formula")
# What openpyxl raises on files that are not as they should be; it has no error of its own for most of that.
_UNREADABLE: Final = (
    *(InvalidFileException, zipfile.BadZipFile, zlib.error, EOFError, SyntaxError, LookupError),
    *(ValueError, TypeError, AttributeError, OverflowError, UnicodeError),
)


def read(path: Path) -> list[Table]:
    """Return the tables of a workbook, or of a folder of CSV files, one a sheet.

    Raises Unreadable where it cannot be read, saying what would do.
    """
    if not path.exists():
        raise Unreadable("missing", path)
    return list(_folder(path)) if path.is_dir() else list(_workbook(path))


# --- XLSX -------------------------------------------------------------------------------------------------------------


def _workbook(path: Path) -> Iterator[Table]:
    archives.check(path)
    budget = _Budget(path)
    try:
        # openpyxl warns of what it does not keep when it writes; nothing is written here.
        with (
            warnings.catch_warnings(action="ignore", category=UserWarning),
            zipfile.ZipFile(path) as archive,
            path.open("rb") as file,  # which openpyxl would leave open where it fails
        ):
            for sheet in load_workbook(file, read_only=True, data_only=True, keep_links=False).worksheets:
                yield _table(sheet, path, archive, budget)
    except _UNREADABLE as error:
        raise Unreadable("damaged", path, why=f"{type(error).__name__}: {error}") from error


def _table(sheet: Any, path: Path, archive: zipfile.ZipFile, budget: _Budget) -> Table:
    if sheet.sheet_state != "visible":
        return Table(sheet.title, (), hidden=True)
    part = str(sheet._worksheet_path)
    sheet.reset_dimensions()  # what a sheet says of its own size may be wrong
    rows: list[tuple[int, list[Raw]]] = []
    # A cell that only tells its value is read twice as fast, but an error is then a text like any other.
    has_errors = archives.has_errors(archive, part)
    for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS, values_only=not has_errors), 1):
        budget.take(len(cells))
        if found := _row([_without_error(cell) for cell in cells] if has_errors else cells):
            rows.append((number, found))
    by_number = dict(rows)
    if archives.has_formulas(archive, part):
        _mark_formulas(path, sheet.title, by_number, budget)
    faults = tuple(_unmerge(archives.merged(archive, part), by_number, budget))
    return Table(sheet.title, sorted(by_number.items()), faults=faults)


class _Budget:
    """How many cells may still be read: a cell far out on a row makes all those before it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = MOST_CELLS

    def take(self, cells: int) -> None:
        self._left -= cells + 1
        if self._left < 0:
            raise Unreadable("cells", self._path, limit=MOST_CELLS)


def _row(cells: Sequence[Any]) -> list[Raw]:
    """Return the cells of a row up to the last that holds something."""
    last = len(cells)
    while last and (cells[last - 1] is None or cells[last - 1] == ""):
        last -= 1
    return [_cell(cell) for cell in cells[:last]]


def _without_error(cell: Any) -> Any:
    # ECMA-376 part 1, 18.18.11 (ST_CellType): "e" is a cell that shows an error.
    return Fault("error-value", {"value": str(cell.value)}) if cell.data_type == "e" else cell.value


def _cell(value: Any) -> Raw:
    if isinstance(value, str):
        text: str = unescape(value) if "_x" in value else value
        return text.replace("\r\n", "\n")
    raw: Raw = value
    return raw


def _mark_formulas(path: Path, title: str, rows: dict[int, list[Raw]], budget: _Budget) -> None:
    """Put a fault where a formula has no value stored with it."""
    with path.open("rb") as file:
        sheet: Any = load_workbook(file, read_only=True, data_only=False, keep_links=False)[title]
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS), 1):
            budget.take(len(cells))
            for at, cell in enumerate(cells):
                if cell.data_type == "f":
                    row = rows.setdefault(number, [])
                    row += [None] * (at + 1 - len(row))
                    row[at] = _FORMULA if row[at] is None else row[at]


def _unmerge(ranges: Iterable[str], rows: dict[int, list[Raw]], budget: _Budget) -> Iterator[tuple[int, int, Fault]]:
    """Give each cell of a merged column the value they share; yield what is merged over several columns."""
    for text in ranges:
        left, top, right, bottom = (edge or 0 for edge in range_boundaries(text))
        first = rows.get(top, [])
        value = first[left - 1] if 0 < left <= len(first) else None
        if is_empty(value):
            continue
        if right > left:
            yield top, left, Fault("merged", {"range": text})
            continue
        budget.take(bottom - top)
        for number in range(top + 1, bottom + 1):
            row = rows.setdefault(number, [])
            row += [None] * (left - len(row))
            row[left - 1] = value


# --- CSV --------------------------------------------------------------------------------------------------------------

_SEPARATOR: Final = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
# What Norwegian Excel is given so that it keeps a text a text.
_KEPT: Final = re.compile(r'="([^"]*)"')


def _folder(path: Path) -> Iterator[Table]:
    files = sorted(item for item in path.iterdir() if item.suffix.lower() == ".csv")
    if not files:
        raise Unreadable("no-csv", path)
    budget = _Budget(path)
    for file in files:
        if file.stat().st_size > archives.LARGEST_FILE:
            raise Unreadable("too-large", file, size=file.stat().st_size, limit=archives.LARGEST_FILE)
        text, faults = decode(file.read_bytes(), file)
        rows = []
        for number, cells in enumerate(records(text, file), 1):
            budget.take(len(cells))
            if found := _row([_kept(cell) for cell in cells]):
                rows.append((number, found))
        yield Table(file.stem, rows, faults=faults)


def decode(content: bytes, path: Path) -> tuple[str, tuple[tuple[int, int, Fault], ...]]:
    """Return the text of a file in UTF-8, UTF-16 or Windows-1252, and what is to be told of that."""
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16"), ()
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), ((0, 0, Fault("windows", severity="note")),)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable("csv-encoding", path, line) from error


def separator(text: str) -> tuple[str, str]:
    """Return the sign between the cells of a CSV text, and the text without the line that says so, if one does."""
    if found := _SEPARATOR.match(text):
        return found[1], text[found.end() :]
    first = re.sub(r'"[^"]*"', "", text.partition("\n")[0])
    return next((sign for sign in ";\t," if sign in first), ";"), text


def records(text: str, path: Path) -> Iterator[list[str]]:
    """Yield the rows of a CSV text, whatever sign is between its cells."""
    sign, text = separator(text)
    csv.field_size_limit(archives.LARGEST_FILE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise Unreadable("bad-csv", path, reader.line_num, why=error) from error


def _kept(cell: str) -> str | None:
    found = _KEPT.fullmatch(cell)
    return (found[1] if found else cell.replace("\r\n", "\n")) or None
