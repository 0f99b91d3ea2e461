"""Reading workbooks and CSV as people and programs make them, and refusing what is none or is meant to harm."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from byregion.convert.workbook import archives, reading
from byregion.convert.workbook.cells import Fault, Raw
from byregion.convert.workbook.tables import Table
from byregion.errors import SourceError
from workbook_world import saved, table

HEADINGS = ["Id", "Navn (nb)", "Kilde"]
GOALS = table("Mål", HEADINGS, ["", "Vekst", "Side"], ["", "Tillit", "Side"])


def changed(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Change one part of a workbook, as another program might have written it."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        assert part in source.namelist()
        for name in source.namelist():
            target.writestr(name, change(source.read(name)) if name == part else source.read(name))
    path.write_bytes(made.getvalue())
    return path


def one(path: Path) -> Table:
    (found,) = reading.read(path)
    return found


def cells(path: Path) -> list[list[Raw]]:
    return [list(row) for _, row in one(path).rows]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Workbook]:
    """A workbook with goals, saved as mål.xlsx when the test has changed it."""
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.title = "Mål"
    for _, row in GOALS.rows:
        sheet.append([cell or None for cell in row])
    yield made


SHEET = "xl/worksheets/sheet1.xml"

# --- What people do ---------------------------------------------------------------------------------------------------


def test_a_cell_is_what_it_holds_and_empty_rows_are_passed_over(tmp_path: Path):
    goals = table("Mål", HEADINGS, [], ["", "Vekst", 2015], ["", datetime(2015, 1, 1), 0.5])
    assert one(saved(tmp_path / "a.xlsx", goals)).rows == [
        (1, HEADINGS),
        (3, [None, "Vekst", 2015]),
        (4, [None, datetime(2015, 1, 1), 0.5]),
    ]


def test_a_value_that_is_merged_down_a_column_holds_for_each_row(book: Workbook, tmp_path: Path):
    book.worksheets[0].merge_cells("C2:C3")
    book.save(tmp_path / "a.xlsx")
    assert cells(tmp_path / "a.xlsx")[1:] == [[None, "Vekst", "Side"], [None, "Tillit", "Side"]]


def test_a_value_that_is_merged_over_columns_belongs_nowhere(book: Workbook, tmp_path: Path):
    book.worksheets[0].merge_cells("B2:C2")
    book.save(tmp_path / "a.xlsx")
    ((row, column, fault),) = one(tmp_path / "a.xlsx").faults
    assert (row, column, fault.key, fault.values) == (2, 2, "merged", {"range": "B2:C2"})


def test_a_formula_is_its_stored_value(book: Workbook, tmp_path: Path):
    book.worksheets[0]["B2"] = "=2000+15"
    book.save(tmp_path / "a.xlsx")
    changed(tmp_path / "a.xlsx", SHEET, lambda xml: re.sub(rb"<v ?/>|<v></v>", b"<v>2015</v>", xml))
    assert cells(tmp_path / "a.xlsx")[1] == [None, 2015, "Side"]


def test_a_formula_without_a_stored_value_is_a_fault_of_its_cell(book: Workbook, tmp_path: Path):
    book.worksheets[0]["B2"] = '="Vek"&"st"'
    book.save(tmp_path / "a.xlsx")
    assert cells(tmp_path / "a.xlsx")[1][1] == Fault("formula")


def test_an_error_is_a_fault_and_a_text_that_looks_like_one_is_a_text(book: Workbook, tmp_path: Path):
    sheet = book.worksheets[0]
    sheet["B2"] = "#N/A"
    sheet["B3"] = "#REF!"
    sheet["B3"].data_type = "s"
    book.save(tmp_path / "a.xlsx")
    assert cells(tmp_path / "a.xlsx")[1][1] == Fault("error-value", {"value": "#N/A"})
    assert cells(tmp_path / "a.xlsx")[2][1] == "#REF!"


def test_a_hidden_sheet_is_not_read(tmp_path: Path):
    hidden = Table("Råd", GOALS.rows, hidden=True)
    first, second = reading.read(saved(tmp_path / "a.xlsx", GOALS, hidden))
    assert (first.hidden, second.hidden, second.rows) == (False, True, ())


def test_what_a_sheet_says_of_its_size_is_not_believed(book: Workbook, tmp_path: Path):
    book.save(tmp_path / "a.xlsx")
    for size in (b'ref="A1"', b'ref="A1:XFD1048576"'):
        changed(tmp_path / "a.xlsx", SHEET, lambda xml, size=size: xml.replace(b'ref="A1:C3"', size))
        assert len(cells(tmp_path / "a.xlsx")) == 3


# --- What is no workbook, or harms ------------------------------------------------------------------------------------


def refused(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        reading.read(path)
    assert str(path) in str(caught.value)
    return caught.value.message


def write_zip(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"hei", "no Excel workbook"),
        ("a.xlsx", b"", "no Excel workbook"),
        ("a.xls", OLE, "of the old kind (.xls)"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("a.csv", b"Id;Navn", "from a folder"),
        ("a.xlsx", b"PK\x03\x04" + b"x" * 50, "damaged"),
    ],
)
def test_what_is_no_workbook_is_told_by_what_it_is_and_what_would_do(
    tmp_path: Path, name: str, content: bytes, said: str
):
    path = tmp_path / name
    path.write_bytes(content)
    assert said in refused(path)


def test_other_files_that_are_zip_files_are_told_by_their_kind(tmp_path: Path):
    ods = write_zip(tmp_path / "a.ods", mimetype=b"application/vnd.oasis.opendocument.spreadsheet")
    assert ".ods" in refused(ods)
    assert ".xlsb" in refused(write_zip(tmp_path / "a.xlsb", **{"xl__workbook.bin": b""}))
    assert "no Excel workbook" in refused(write_zip(tmp_path / "a.docx", word__document=b""))


def test_there_is_no_such_file(tmp_path: Path):
    assert "no such file" in refused(tmp_path / "a.xlsx")


def test_a_part_that_unpacks_to_far_more_than_it_takes_is_refused_before_it_is_read(book: Workbook, tmp_path: Path):
    book.save(tmp_path / "a.xlsx")
    changed(tmp_path / "a.xlsx", SHEET, lambda xml: xml.replace(b"</sheetData>", b" " * 5_000_000 + b"</sheetData>"))
    assert "unpacks to" in refused(tmp_path / "a.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    book: Workbook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    book.save(tmp_path / "a.xlsx")
    monkeypatch.setattr(archives, "LARGEST", 1000)
    assert "at most 1000 are read" in refused(tmp_path / "a.xlsx")


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "[Content_Types].xml", "_rels/.rels"])
def test_no_part_may_declare_entities(book: Workbook, tmp_path: Path, part: str):
    book.save(tmp_path / "a.xlsx")

    def declare(xml: bytes) -> bytes:
        start = xml.find(b"?>") + 2 if xml.startswith(b"<?xml") else 0
        return xml[:start] + b"<!-- " + b"x" * 200_000 + b" -->" + ENTITIES + xml[start:]

    assert "document type" in refused(changed(tmp_path / "a.xlsx", part, declare))


def test_a_part_in_another_encoding_is_refused(book: Workbook, tmp_path: Path):
    book.save(tmp_path / "a.xlsx")
    changed(tmp_path / "a.xlsx", SHEET, lambda xml: xml.decode().encode("utf-16"))
    assert "UTF-16" in refused(tmp_path / "a.xlsx")


def test_cells_far_out_do_not_make_all_those_before_them(
    book: Workbook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading, "MOST_CELLS", 100_000)
    rows = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (row, row) for row in range(4, 20))
    book.save(tmp_path / "a.xlsx")
    changed(tmp_path / "a.xlsx", SHEET, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"))
    assert "more than 100000 cells" in refused(tmp_path / "a.xlsx")


def test_a_row_beyond_the_last_is_not_read(book: Workbook, tmp_path: Path):
    book.save(tmp_path / "a.xlsx")
    far = b'<row r="99999999999"><c r="A1"><v>1</v></c></row></sheetData>'
    assert len(cells(changed(tmp_path / "a.xlsx", SHEET, lambda xml: xml.replace(b"</sheetData>", far)))) == 3


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
):
    path = saved(tmp_path_factory.mktemp("damaged") / "a.xlsx", GOALS)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()

    def damage(xml: bytes) -> bytes:
        start = data.draw(st.integers(0, len(xml)))
        end = data.draw(st.integers(start, min(len(xml), start + 30)))
        return xml[:start] + data.draw(st.sampled_from([b"", b"<", b'"', b"9", b"\xff", b"<c/>", b"<f/>"])) + xml[end:]

    changed(path, data.draw(st.sampled_from(names)), damage)
    try:
        found = reading.read(path)
    except SourceError as error:
        assert error.message
    else:
        assert all(isinstance(each, Table) for each in found)


# --- CSV --------------------------------------------------------------------------------------------------------------

ROWS = [["Id", "Navn (nb)", "Kilde"], [None, "Økt vekst, på sikt", "Side; 1"]]
SEMICOLONS = 'Id;Navn (nb);Kilde\r\n;Økt vekst, på sikt;"Side; 1"\r\n'


@pytest.mark.parametrize(
    "content",
    [
        SEMICOLONS.encode(),
        SEMICOLONS.encode("utf-8-sig"),
        SEMICOLONS.encode("cp1252"),
        SEMICOLONS.encode("utf-16"),
        SEMICOLONS.replace("\r\n", "\n").encode(),
        ("sep=;\r\n" + SEMICOLONS).encode("utf-8-sig"),
        'Id,Navn (nb),Kilde\n,"Økt vekst, på sikt",Side; 1\n'.encode(),
        "Id\tNavn (nb)\tKilde\n\tØkt vekst, på sikt\tSide; 1\n".encode("utf-16"),
    ],
)
def test_csv_is_read_in_the_encodings_and_with_the_separators_that_excel_writes(tmp_path: Path, content: bytes):
    (tmp_path / "Mål.csv").write_bytes(content)
    assert one(tmp_path).name == "Mål"
    assert cells(tmp_path) == ROWS


def test_windows_1252_is_told(tmp_path: Path):
    (tmp_path / "Mål.csv").write_bytes(SEMICOLONS.encode("cp1252"))
    ((_, _, fault),) = one(tmp_path).faults
    assert (fault.key, fault.severity) == ("windows", "note")


def test_a_text_that_was_kept_a_text_for_excel_is_that_text(tmp_path: Path):
    (tmp_path / "Mål.csv").write_text('Id;Navn (nb)\n;"=""0301"""\n', encoding="utf-8")
    assert cells(tmp_path)[1] == [None, "0301"]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b'Id;"Navn\n;a\n', "no CSV"), (b"Id;Navn\n\x81\xff;\n", "neither UTF-8 nor Windows-1252")],
)
def test_what_is_no_csv_is_refused(tmp_path: Path, content: bytes, said: str):
    (tmp_path / "Mål.csv").write_bytes(content)
    with pytest.raises(SourceError, match=said):
        reading.read(tmp_path)


def test_a_folder_without_csv_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match="no CSV file"):
        reading.read(tmp_path)
