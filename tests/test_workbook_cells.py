"""Cells: what a spreadsheet makes of numbers, days and texts, and what is made of that."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import XSD, Literal, URIRef

from byregion.convert.workbook.cells import Fault, Raw, read
from byregion.convert.workbook.sheets import Column, Kind
from byregion.namespaces import BR
from workbook_world import form


def column(kind: Kind, **more: object) -> Column:
    return Column(BR.value, kind, **more)  # type: ignore[arg-type]


def number(text: str) -> Literal:
    return Literal(text, datatype=XSD.decimal if "." in text else XSD.integer, normalize=False)


@pytest.mark.parametrize(
    ("raw", "term"),
    [
        (30244, "30244"),
        (30244.0, "30244"),
        (8206.5, "8206.5"),
        (0.1, "0.1"),
        (-3, "-3"),
        ("30244", "30244"),
        (" 30244 ", "30244"),
        ("30 244", "30244"),
        ("30\u00a0244", "30244"),
        ("30\u202f244", "30244"),
        ("1 234 567", "1234567"),
        ("8206,50", "8206.50"),
        ("8.206,5", "8206.5"),
        ("\u22123", "-3"),
    ],
)
def test_a_number_is_read_as_norwegians_write_it(raw: Raw, term: str):
    assert read(raw, column("number")) == ((number(term),), ())


def test_a_point_before_three_digits_separates_thousands_and_that_is_told():
    (term,), (fault,) = read("30.244", column("number"))
    assert term == number("30244")
    assert (fault.key, fault.severity) == ("thousands", "note")


def test_three_decimals_are_read_and_told_for_they_may_be_thousands():
    (term,), (fault,) = read("30,244", column("number"))
    assert term == number("30.244")
    assert (fault.key, fault.severity) == ("decimals", "note")


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("1.5", "decimal-point"),
        ("1,234,567", "not-number"),
        ("12 34", "not-number"),
        ("mange", "not-number"),
        (True, "not-number"),
        (date(2015, 1, 1), "not-number"),
        ("9" * 30, "not-number"),
        ("1e5", "not-number"),
    ],
)
def test_what_is_no_number_is_an_error_and_never_a_guess(raw: Raw, key: str):
    terms, (fault,) = read(raw, column("number"))
    assert terms == ()
    assert (fault.key, fault.severity) == (key, "error")


@pytest.mark.parametrize("raw", [2.5, "2,5"])
def test_a_count_is_whole(raw: Raw):
    assert read(raw, column("integer"))[1][0].key == "not-whole"


@pytest.mark.parametrize(
    "raw",
    [
        date(2015, 1, 1),
        datetime(2015, 1, 1),
        "1.1.2015",
        "01.01.2015",
        "1. 1. 2015",
        "1/1/2015",
        "1. januar 2015",
        "1 Januar 2015",
        "1 January 2015",
        "2015-01-01",
    ],
)
def test_a_date_is_read_as_norwegians_write_it(raw: Raw):
    assert read(raw, column("date")) == ((Literal("2015-01-01", datatype=XSD.date),), ())


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("1.1.15", "short-year"),
        ("31.2.2015", "not-date"),
        ("1. foo 2015", "not-date"),
        ("våren 2015", "not-date"),
        (42005, "date-number"),
        (datetime(2015, 1, 1, 12, 30), "date-time"),
        (12, "not-date"),
        (True, "not-date"),
    ],
)
def test_what_is_no_date_is_an_error(raw: Raw, key: str):
    terms, (fault,) = read(raw, column("date"))
    assert terms == ()
    assert fault.key == key


def test_the_number_that_excel_stores_a_date_as_is_told_with_the_date():
    assert read(42005, column("date"))[1][0].values["better"] == "1.1.2015"


@pytest.mark.parametrize(
    ("raw", "text"), [("  Samarbeid ", "Samarbeid"), (2015, "2015"), (2015.0, "2015"), (3.5, "3,5"), ("0301", "0301")]
)
def test_a_text_is_without_space_around_it_and_a_number_is_a_text_too(raw: Raw, text: str):
    assert read(raw, column("text", language="nb")) == ((Literal(text, lang="nb"),), ())


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (datetime(2026, 2, 1), "became-date"),
        (time(12, 30), "became-date"),
        (True, "became-truth"),
        ("a\x00b", "control"),
        ("a\ud800b", "control"),
        ("a" * 32_768, "too-long"),
        (Fault("formula"), "formula"),
    ],
)
def test_a_text_that_is_none_any_more_is_an_error(raw: Raw, key: str):
    terms, (fault,) = read(raw, column("text", language="nb"))
    assert terms == ()
    assert fault.key == key


def test_words_of_a_source_are_kept_to_the_last_space():
    assert read(" og\n", column("verbatim")) == ((Literal(" og\n"),), ())


@pytest.mark.parametrize("raw", ["ja", "Ja", "x", "yes", True, 1])
def test_yes_is_true(raw: Raw):
    assert read(raw, column("flag")) == ((Literal(True),), ())


@pytest.mark.parametrize("raw", ["nei", False, 0])
def test_no_is_nothing_for_what_is_not_so_is_not_stated(raw: Raw):
    assert read(raw, column("flag")) == ((), ())


def test_addresses_are_apart_by_white_space():
    terms, faults = read("https://a.example/x;y\nhttps://b.example/", column("address", many=True))
    assert terms == (URIRef("https://a.example/x;y"), URIRef("https://b.example/"))
    assert faults == ()


@pytest.mark.parametrize(("raw", "near"), [("www.example.org", "https://www.example.org"), ("se her!", ""), (5, "")])
def test_what_is_no_address_is_told_with_the_nearest(raw: Raw, near: str):
    terms, faults = read(raw, column("address"))
    assert terms == ()
    assert faults[0].values["near"] == near


ANYTHING = st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times())


@given(
    ANYTHING, st.sampled_from([item for sheet in form().sheets for item in sheet.columns if item.kind != "reference"])
)
def test_every_cell_is_terms_or_an_error_and_each_fault_has_words(raw: Raw, item: Column):
    _, faults = read(raw, item)
    for fault in faults:
        assert form().words.message(fault.key, {"near": "", **fault.values})
