"""Tables for spreadsheets: XLSX, and CSV as Norwegian Excel reads it. Nothing in them is ever taken for a formula.

A cell holds a number, a day, a time or a truth value where the spreadsheet's own has the same value, and otherwise the
text as it stands in the answer: no digit is lost, no day moved, and "0301" stays four characters.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter
from rdflib import XSD, Literal, URIRef
from rdflib.term import Node

from byregion.errors import QueryTooLarge
from byregion.results import Solutions
from byregion.sentences import say

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The media type of a workbook."""

Sheet = Any  # a sheet that is only written; the stubs know half of what it has

Value = str | int | Decimal | bool | date | datetime
"""What a cell can hold."""

# --- What a cell holds ------------------------------------------------------------------------------------------------

_NUMBERS: Final = frozenset(
    XSD[name]
    for name in (
        *("decimal", "double", "float", "integer", "long", "int", "short", "byte"),
        *("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
        *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
)
_YEAR: Final = re.compile(r"[0-9]{4}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
# Excel counts days from 1900, of which it takes February to have had 29.
_FIRST_DAY: Final = date(1900, 3, 1)


def value(term: Node | None) -> Value | None:
    """Return what a spreadsheet holds for `term`: something typed where that loses nothing, its text otherwise."""
    if term is None:
        return None
    text = str(term)
    if not isinstance(term, Literal):
        return text if isinstance(term, URIRef) else f"_:{text}"
    if term.datatype in _NUMBERS or (term.datatype == XSD.gYear and _YEAR.fullmatch(text)):
        return _number(text)
    if term.datatype == XSD.boolean and text in ("true", "false"):
        return text == "true"
    if term.datatype == XSD.date and _DAY.fullmatch(text):
        day = _instant(text)
        return day.date() if day else text
    if term.datatype == XSD.dateTime and _TIME.fullmatch(text):
        return _instant(text) or text
    return text


def _number(text: str) -> int | Decimal | str:
    """Return a number, or the text where it has more than the 15 digits that Excel keeps, or is none at all."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > 300:
        return text
    if len("".join(map(str, number.as_tuple().digits)).strip("0")) > 15:
        return text
    return int(number) if number == number.to_integral_value() and number.adjusted() < 15 else number


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.date() >= _FIRST_DAY else None


# --- CSV --------------------------------------------------------------------------------------------------------------

# https://owasp.org/www-community/attacks/CSV_Injection: what begins so is evaluated, also in full width.
STARTS_FORMULA: Final = re.compile(r"[\x00\t\r\n]|\s*[=+\-@＝＋－＠]")
"""What a spreadsheet takes for a formula begins so."""
# Where a program splits at another sign than we do, a cell begins after each of these.
_MAY_START_CELL: Final = re.compile(r"([,;\t\r\n]\"*)(?=[=+\-@＝＋－＠])")
_MONTHS: Final = "jan|feb|mar|apr|ma[iy]|jun|jul|aug|sep|o[kc]t|nov|de[sc]"
# What Excel would read as a number, a day or a time though it is text: 0301, 1E5, 1-2, 12:30, 3. mai.
_LOOKS_TYPED: Final = re.compile(
    rf"(?=.*[0-9])(?:[-0-9 \u00a0.,:/%()+eE]|(?:{_MONTHS})[a-zæøå]*){{1,255}}", re.IGNORECASE
)


def excel_csv(solutions: Solutions) -> bytes:
    """Return `solutions` as CSV that Norwegian Excel opens by a double click.

    UTF-8 with a byte order mark, semicolons, decimal commas, lines that end in CR LF. A text that Excel would take for
    a number or a day is written ="0301"; one that it would take for a formula gets an apostrophe before it.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([str(name) for name in solutions.variables])
    for row in _rows(solutions):
        writer.writerow([_written(item) for item in row])
    return text.getvalue().encode("utf-8-sig")


def plain_csv(solutions: Solutions) -> bytes:
    """Return `solutions` as SPARQL 1.1 Query Results CSV: https://www.w3.org/TR/sparql11-results-csv-tsv/#csv."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([str(name) for name in solutions.variables])
    for binding in solutions.bindings:
        writer.writerow([str(binding.get(name, "")) for name in solutions.variables])
    return text.getvalue().encode("utf-8")


def _rows(solutions: Solutions) -> Iterator[list[Value | None]]:
    for binding in solutions.bindings:
        yield [value(binding.get(name)) for name in solutions.variables]


def _written(item: Value | None) -> str:
    match item:
        case None:
            return ""
        case bool():
            return "true" if item else "false"
        case int() | Decimal():
            return format(Decimal(item), "f").replace(".", ",")
        case datetime():
            return item.isoformat(" ")
        case date():
            return item.isoformat()
    if _LOOKS_TYPED.fullmatch(item):
        return f'="{item}"'
    harmless = _MAY_START_CELL.sub(r"\1'", item)
    return f"'{harmless}" if STARTS_FORMULA.match(harmless) else harmless


# --- XLSX -------------------------------------------------------------------------------------------------------------

# What a cell and a sheet's links may have:
# https://support.microsoft.com/en-us/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
_CHARACTERS: Final = 32_767
_LINKS: Final = 65_530
_LINK: Final = re.compile(r"https?://\S{1,2000}")

CELLS: Final = 100_000
"""Cells that a workbook is made of at most: writing one takes some 25 µs of processor time, in the server itself."""

_WIDEST: Final = 60
_MEASURED_ROWS: Final = 200
# The same answer is the same bytes: a workbook would otherwise say when it was made.
EPOCH: Final = datetime(1980, 1, 1)
"""When every workbook says it was made."""


@dataclass(frozen=True, slots=True)
class About:
    """What a workbook says of itself: the names of its two sheets, and the rows of the second."""

    answer: str
    about: str
    facts: tuple[tuple[str, str], ...]


def workbook(solutions: Solutions, about: About) -> bytes:
    """Return `solutions` as an XLSX workbook of two sheets: the answer, and what it is the answer to.

    Raises QueryTooLarge for more than `CELLS` cells and for a text that no cell can hold; nothing is ever cut.
    """
    if len(solutions.bindings) * len(solutions.variables) > CELLS:
        raise QueryTooLarge(say("too-many-cells", limit=CELLS))
    rows = list(_rows(solutions))
    for text in (item for row in rows for item in row if isinstance(item, str) and len(item) > _CHARACTERS // 7):
        if len(escaped(text)) > _CHARACTERS:
            raise QueryTooLarge(say("cell-too-long", count=len(text), limit=_CHARACTERS))
    book = Workbook(write_only=True)
    book.properties = DocumentProperties(creator="byregion", created=EPOCH, modified=EPOCH)
    _write_answer(book.create_sheet(about.answer), solutions, rows)
    _write_facts(book.create_sheet(about.about), about.facts)
    return saved(book)


def _write_answer(sheet: Sheet, solutions: Solutions, rows: Sequence[Sequence[Value | None]]) -> None:
    names = [str(name) for name in solutions.variables]
    for index, width in enumerate(_widths([names, *rows[:_MEASURED_ROWS]]), 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = "A2"
    pen = _Pen(sheet)
    sheet.append([pen.heading(name) for name in names])
    links = 0
    for binding, row in zip(solutions.bindings, rows, strict=True):
        cells = [pen.cell(item) for item in row]
        for name, cell in zip(solutions.variables, cells, strict=True):
            iri = binding.get(name)
            if isinstance(iri, URIRef) and links < _LINKS and _LINK.fullmatch(iri):
                cell.hyperlink = str(iri)
                links += 1
        sheet.append(cells)


def _widths(rows: Iterable[Sequence[Value | None]]) -> list[int]:
    columns = zip(*rows, strict=True)
    return [min(max(len(str(item or "")) for item in column) + 3, _WIDEST) for column in columns]


def _write_facts(sheet: Sheet, facts: Iterable[tuple[str, str]]) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 20, 100
    pen = _Pen(sheet)
    for name, fact in facts:
        sheet.append([pen.heading(name), pen.cell(fact)])


class _Pen:
    """Makes the cells of a sheet, in the few styles that there are."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        wrapped, top = Alignment(wrap_text=True, vertical="top"), Alignment(vertical="top")
        self._heading = self._style(font=Font(bold=True))
        self._text = self._style(alignment=top)
        self._long = self._style(alignment=wrapped)
        # Excel then takes the text for a formula not even when somebody has edited it.
        self._formula_like = self._style(alignment=wrapped, quotePrefix=True)
        self._whole = self._style(alignment=top, number_format="0")
        self._day = self._style(alignment=top, number_format="yyyy-mm-dd")
        self._instant = self._style(alignment=top, number_format="yyyy-mm-dd hh:mm:ss")

    def _style(self, **settings: object) -> Any:
        model: Any = WriteOnlyCell(self._sheet)
        for name, setting in settings.items():
            setattr(model, name, setting)
        return model._style

    def heading(self, text: str) -> Any:
        """Return a cell with a heading."""
        cell = self.cell(text)
        cell._style = self._heading
        return cell

    def cell(self, item: Value | None) -> Any:
        """Return a cell that holds `item`; a text is a text, whatever it begins with."""
        cell: Any = WriteOnlyCell(self._sheet)
        # A style that is shared is not looked up for every cell: that halves the time.
        if isinstance(item, str):
            cell.value = text = escaped(item)
            cell.data_type = "s"
            is_long = len(text) > _WIDEST or "\n" in text
            plain = self._long if is_long else self._text
            cell._style = self._formula_like if STARTS_FORMULA.match(item) else plain
            return cell
        # The type is exact: a truth value is an int to Python, and an instant a day.
        cell._style = {int: self._whole, date: self._day, datetime: self._instant}.get(type(item), self._text)
        cell.value = item
        return cell


# ECMA-376 part 1, 22.9.2.19 (ST_Xstring): what XML cannot hold is written _xHHHH_, of seven characters.
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def escaped(text: str) -> str:
    """Return a text as a workbook writes it, with what XML cannot hold in the form _xHHHH_."""
    return _UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def saved(book: Workbook) -> bytes:
    """Return the bytes of a workbook: the same for the same content, whenever it is made."""
    made, settled = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(made, "w")).save()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, EPOCH.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return settled.getvalue()
