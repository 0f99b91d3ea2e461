"""Writes a workbook: the sheets to fill in, with rows or empty, how to, examples, and the lists that cells offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from rdflib import DCTERMS

from byregion.convert.tabular import EPOCH, STARTS_FORMULA, escaped, saved
from byregion.convert.tabular import Sheet as Written
from byregion.convert.workbook.cells import Raw
from byregion.convert.workbook.exporting import Row
from byregion.convert.workbook.names import Surroundings
from byregion.convert.workbook.sheets import CLASSES, Column, Sheet
from byregion.convert.workbook.tables import Form, letters
from byregion.convert.workbook.words import COLUMNS, EXAMPLES, GUIDE, ID, LEFT, LISTS
from byregion.namespaces import BR

# https://support.microsoft.com/en-us/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
_LAST_ROW: Final = 1_048_576
_PROMPT: Final = 255
_PROMPT_TITLE: Final = 32
_WIDTHS: Final = {"text": 50, "plain": 30, "verbatim": 50, "reference": 30, "address": 40}
_TEXT: Final = "@"  # so that Excel leaves 0301 as it is
_FORMATS: Final = {"date": "d.m.yyyy", "integer": "0", "number": "General"}


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in a workbook beside its form: the rows, example rows, and what it leaves out of which dataset."""

    rows: Mapping[Sheet, Sequence[Row]] = field(default_factory=dict)
    examples: Mapping[Sheet, Sequence[Row]] = field(default_factory=dict)
    dataset: str = ""
    left_out: Sequence[tuple[str, str, str, str]] = ()


def workbook(form: Form, around: Surroundings, content: Content) -> bytes:
    """Return a workbook in the language of `form`: the same bytes for the same content."""
    book = Workbook(write_only=True)
    book.properties = DocumentProperties(creator="byregion", created=EPOCH, modified=EPOCH)
    lists = _Lists(form, around)
    _write_guide(book.create_sheet(form.words.own(GUIDE)), form, around, content)
    _write_columns(book.create_sheet(form.words.own(COLUMNS)), form)
    for sheet in form.sheets:
        _write_sheet(book.create_sheet(form.words.sheet(sheet)), sheet, form, lists, content.rows.get(sheet, ()))
    if content.examples:
        _write_examples(book.create_sheet(form.words.own(EXAMPLES)), form, content)
    if content.left_out:
        _write_left_out(book.create_sheet(form.words.own(LEFT)), form, content)
    lists.write(book.create_sheet(form.words.own(LISTS)))
    return saved(book)


class _Pen:
    """Makes the cells of a sheet, in the few styles that there are."""

    def __init__(self, sheet: Written) -> None:
        self._sheet = sheet
        wrapped = Alignment(wrap_text=True, vertical="top")
        self.plain = self._style(alignment=wrapped, number_format=_TEXT)
        # Excel then takes the text for a formula not even when somebody has edited it.
        self._formula_like = self._style(alignment=wrapped, number_format=_TEXT, quotePrefix=True)
        self.title = self._style(font=Font(bold=True, size=14))
        fill = PatternFill("solid", start_color="DDEBF7")
        self.heading = self._style(font=Font(bold=True), alignment=wrapped, fill=fill)
        self._formats = {kind: self._style(alignment=wrapped, number_format=form) for kind, form in _FORMATS.items()}

    def _style(self, **settings: object) -> Any:
        model: Any = WriteOnlyCell(self._sheet)
        for name, setting in settings.items():
            setattr(model, name, setting)
        return model._style

    def cell(self, raw: Raw, kind: str = "text", style: Any = None) -> Any:
        """Return a cell that holds `raw`; a text is a text, whatever it begins with."""
        cell: Any = WriteOnlyCell(self._sheet)
        if isinstance(raw, str):
            cell.value = escaped(raw)
            cell.data_type = "s"
            cell._style = style or (self._formula_like if STARTS_FORMULA.match(raw) else self.plain)
        elif raw is not None:
            cell.value = raw
            cell._style = self._formats.get(kind, self.plain)
        return cell

    def row(self, texts: Iterable[Raw], style: Any = None) -> None:
        """Write a row of cells in one style."""
        self._sheet.append([self.cell(text, style=style) for text in texts])


# --- The sheets to fill in --------------------------------------------------------------------------------------------


def _write_sheet(written: Written, sheet: Sheet, form: Form, lists: _Lists, rows: Sequence[Row]) -> None:
    words = form.words
    written.freeze_panes = "C2"
    written.column_dimensions["A"].width = 24
    written.column_dimensions["A"].number_format = _TEXT
    for number, column in enumerate(sheet.columns, 2):
        dimension = written.column_dimensions[letters(number)]
        dimension.width = _WIDTHS.get(column.kind, 14)
        dimension.number_format = _FORMATS.get(column.kind, _TEXT)
        if validation := lists.validation(column, f"{letters(number)}2:{letters(number)}{_LAST_ROW}"):
            written.data_validations.append(validation)
    pen = _Pen(written)
    headings = [_heading(pen, words.own(ID), words.guide("id"))]
    for column in sheet.columns:
        star = " *" if is_required(sheet, column) else ""
        told = f"{words.definition(column)}\n\n{words.what(column)}"
        headings.append(_heading(pen, words.heading(column) + star, told))
    written.append(headings)
    for thing, row in rows:
        cells = [pen.cell(row.get(column), column.kind) for column in sheet.columns]
        written.append([pen.cell(thing.rpartition("/")[2]), *cells])


def is_required(sheet: Sheet, column: Column) -> bool:
    """Whether an officer must fill in a column on each row: the program makes some of what the shapes want."""
    if column.predicate == BR.region or (sheet.of == BR.Participation and column.kind == "text"):
        return False
    return column.required or (column.predicate == DCTERMS.source and sheet.requires(column.predicate))


def _heading(pen: _Pen, text: str, told: str) -> Any:
    cell = pen.cell(text, style=pen.heading)
    cell.comment = Comment(told, "byregion", height=160, width=320)
    return cell


class _Lists:
    """What cells offer to choose from: titles of what is around, on a sheet of their own, or other sheets' names."""

    def __init__(self, form: Form, around: Surroundings) -> None:
        self._form = form
        self._around = around
        self._columns: dict[tuple[str, ...], int] = {}

    def validation(self, column: Column, cells: str) -> DataValidation | None:
        """Return what a column's cells offer, or None."""
        words = self._form.words
        source = f'"{words.guide("yes")}"' if column.kind == "flag" else self._source(column)
        if not source:
            return None
        title = words.heading(column)[:_PROMPT_TITLE]
        made = DataValidation(type="list", formula1=source, allow_blank=True, sqref=cells)
        made.showInputMessage, made.promptTitle, made.prompt = True, title, words.what(column)[:_PROMPT]
        # Names may be typed, and several may be: the import says what is wrong, with what would do.
        made.showErrorMessage = False
        return made

    def _source(self, column: Column) -> str:
        if column.kind != "reference":
            return ""
        if choices := tuple(self._around.choices((column.classes, column.schemes))):
            at = letters(self._columns.setdefault(choices, len(self._columns) + 1))
            return f"'{self._form.words.own(LISTS)}'!${at}$1:${at}${len(choices)}"
        here = [sheet for sheet in self._form.sheets if sheet.of in column.classes]
        if len(here) == 1 and here[0].of in CLASSES:
            name = "B" if here[0].columns[0].language else "A"
            return f"'{self._form.words.sheet(here[0])}'!${name}$2:${name}$1000"
        return ""

    def write(self, written: Written) -> None:
        """Write the lists, a column each, on a sheet that is hidden."""
        written.sheet_state = "hidden"
        pen = _Pen(written)
        columns = list(self._columns)
        for at in range(max(map(len, columns), default=0)):
            pen.row(column[at] if at < len(column) else None for column in columns)


# --- How to, examples, what is left out -------------------------------------------------------------------------------


def _write_guide(written: Written, form: Form, around: Surroundings, content: Content) -> None:
    words = form.words
    written.column_dimensions["A"].width = 120
    pen = _Pen(written)
    pen.row([words.guide("title")], pen.title)
    years = "{}–{}".format(*around.years)
    texts = words.guide("lines").strip().split("\n")
    if content.left_out:
        texts += words.guide("left").strip().split("\n")
    for text in texts:
        pen.row([text.format(years=years, dataset=content.dataset, sheet=words.own(LEFT))])


def _write_columns(written: Written, form: Form) -> None:
    words = form.words
    for letter, width in zip("ABCDE", (24, 28, 80, 50, 16), strict=True):
        written.column_dimensions[letter].width = width
    written.freeze_panes = "A2"
    pen = _Pen(written)
    pen.row((words.guide(key) for key in ("sheet", "column", "means", "write", "must")), pen.heading)
    for sheet in form.sheets:
        for column in sheet.columns:
            told = (words.sheet(sheet), words.heading(column), words.definition(column), words.what(column))
            pen.row((*told, words.guide("yes") if is_required(sheet, column) else ""))


def _write_examples(written: Written, form: Form, content: Content) -> None:
    words = form.words
    pen = _Pen(written)
    for letter in map(letters, range(1, 20)):
        written.column_dimensions[letter].width = 30
    written.append([pen.cell(words.guide("examples"), style=pen._style())])
    for sheet in form.sheets:
        for thing, row in content.examples.get(sheet, ()):
            used = [column for column in sheet.columns if column in row]
            written.append([])
            written.append([pen.cell(words.sheet(sheet), style=pen.title)])
            pen.row((words.own(ID), *(words.heading(column) for column in used)), pen.heading)
            written.append([pen.cell(thing.rpartition("/")[2]), *(pen.cell(row[item], item.kind) for item in used)])


def _write_left_out(written: Written, form: Form, content: Content) -> None:
    pen = _Pen(written)
    for letter, width in zip("ABCD", (20, 50, 30, 80), strict=True):
        written.column_dimensions[letter].width = width
    pen.row((form.words.guide(key) for key in ("left_file", "left_thing", "left_property", "left_value")), pen.heading)
    for row in content.left_out:
        pen.row(row)
