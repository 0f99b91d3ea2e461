"""Ids in a copy: in the place of a cell or between two, however a program wrote the sheet."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from rdflib import URIRef

from byregion.convert.workbook.copying import _Patcher, copy
from byregion.convert.workbook.tables import Entry, Layout, Place, letters
from byregion.errors import ConfigError
from byregion.namespaces import ID
from workbook_world import form, saved, table


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<c r="A2" s="3"/>', '<c r="A2" s="3" t="inlineStr"><is><t>x-1</t></is></c>'),
        ('<c r="A2" s="3" t="s"><v>7</v></c>', '<c r="A2" s="3" t="inlineStr"><is><t>x-1</t></is></c>'),
        ('<c r="A2"/><c r="B2"/>', '<c r="A2" t="inlineStr"><is><t>x-1</t></is></c><c r="B2"/>'),
        ('<c r="B2"/>', '<c r="A2" t="inlineStr"><is><t>x-1</t></is></c><c r="B2"/>'),
        ("<c/><c/>", '<c r="A2" t="inlineStr"><is><t>x-1</t></is></c><c/>'),
        ("", '<c r="A2" t="inlineStr"><is><t>x-1</t></is></c>'),
    ],
)
@pytest.mark.parametrize("row", ['<row r="2">', "<row>"])
def test_an_id_takes_the_place_of_its_cell_or_is_put_where_it_belongs(row: str, before: str, after: str):
    def sheet(cells: str) -> bytes:
        return f'<?xml version="1.0"?><w><d><row r="1"><c r="A1"/></row>{row}{cells}</row></d></w>'.encode()

    assert patched(sheet(before), 1, {2: "x-1"}) == sheet(after)


def patched(content: bytes, column: int, ids: dict[int, str]) -> bytes:
    made = bytearray(content)
    for start, end, text in reversed(_Patcher(content, column, ids).edits()):
        made[start:end] = text
    return bytes(made)


def test_elements_keep_the_prefix_that_the_sheet_has():
    before = b'<x:w xmlns:x="y"><x:row r="2"><x:c r="B2"/></x:row></x:w>'
    cell = b'<x:c r="A2" t="inlineStr"><x:is><x:t>i</x:t></x:is></x:c>'
    assert patched(before, 1, {2: "i"}) == before.replace(b'<x:c r="B2"/>', cell + b'<x:c r="B2"/>')


def test_what_is_not_ascii_does_not_shift_the_place():
    before = '<w><row r="2"><c r="A2"><is><t>Målselv «å»</t></is></c><c r="C2"/></row></w>'.encode()
    assert patched(before, 2, {2: "i"}) == before.replace(
        b'<c r="C2"/>', b'<c r="B2" t="inlineStr"><is><t>i</t></is></c><c r="C2"/>'
    )


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(2, 12)), st.integers(1, 4))
def test_rows_that_get_an_id_have_it_and_nothing_else_changes(
    tmp_path_factory: pytest.TempPathFactory, rows: set[int], column: int
):
    sheet = table("Mål", *[["a", "", "ø", 4]] * 12)
    path = saved(tmp_path_factory.mktemp("ids") / "a.xlsx", sheet)
    of = form().sheets[0]
    layout = Layout(of, Place(0, 0, 0, "Mål"), 1, {}, {}, column)
    made = [Entry(layout, row, None, {}, URIRef(ID[f"goal/i-{row}"])) for row in sorted(rows)]
    copied = load_workbook(copy(path, path.with_name("b.xlsx"), made))["Mål"]
    for row in load_workbook(path)["Mål"].iter_rows():
        for cell in row:
            is_id = cell.row in rows and cell.coordinate == f"{letters(column)}{cell.row}"
            assert copied[cell.coordinate].value == (f"i-{cell.row}" if is_id else cell.value)


def test_a_copy_with_a_name_is_not_written_over_anything(tmp_path: Path):
    path = saved(tmp_path / "a.xlsx", table("Mål", ["a"]))
    (tmp_path / "b.xlsx").write_text("mitt")
    with pytest.raises(ConfigError, match="there already"):
        copy(path, tmp_path / "b.xlsx", [])
