"""Numbers and days as Norwegian texts write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byregion.convert.text.figures import Figure, read

NEW_YEAR = date(2015, 1, 1)


@pytest.mark.parametrize(
    ("text", "value", "day"),
    [
        ("30.244 (1.jan 2015)", 30244, NEW_YEAR),
        ("30 244 (1. januar 2015)", 30244, NEW_YEAR),
        ("30\u00a0244 (01.01.2015)", 30244, NEW_YEAR),
        ("80 338 (per 1.1.2015)", 80338, NEW_YEAR),
        ("80 338 per 2015-01-01", 80338, NEW_YEAR),
        ("1.234.567", 1234567, None),
        ("950 innbyggere", 950, None),
    ],
)
def test_a_count_is_read_with_its_day(text: str, value: int, day: date | None):
    assert read(text, whole=True) == Figure(Decimal(value), day, "", ())


@pytest.mark.parametrize(
    ("text", "value"),
    [("8.206 km²", "8206"), ("8 206,5 km2", "8206.5"), ("10 457 kvadratkilometer", "10457"), ("0,5 kvkm", "0.5")],
)
def test_an_area_is_read_with_its_unit(text: str, value: str):
    assert read(text, whole=False) == Figure(Decimal(value), None, "square-kilometre", ())


@pytest.mark.parametrize(
    ("text", "whole", "doubt"),
    [
        ("ca. 30 000", True, "about"),
        ("rundt 30.000", True, "about"),
        ("1,2 mill.", True, "about"),
        ("30,5", True, "not-whole"),
        ("mange", True, "no-number"),
        ("30.244 og 8.206", True, "several-numbers"),
        ("8.206", False, "no-unit"),
        ("8.206 dekar", False, "no-unit"),
        ("8.2 km²", False, "no-number"),
    ],
)
def test_what_is_no_one_exact_number_is_a_doubt_and_no_figure(text: str, whole: bool, doubt: str):
    figure = read(text, whole=whole)
    assert (figure.value, figure.doubts) == (None, (doubt,))


@pytest.mark.parametrize(("text", "doubt"), [("30.244 (31.2.2015)", "no-day"), ("30.244 (2015)", "year-only")])
def test_a_day_that_is_none_is_a_doubt_and_the_figure_has_no_day(text: str, doubt: str):
    assert read(text, whole=True) == Figure(Decimal(30244), None, "", (doubt,))


@given(st.integers(0, 10**12), st.sampled_from([".", " ", "\u00a0", "\u202f"]))
def test_a_number_with_any_sign_between_thousands_is_the_number(value: int, sign: str):
    assert read(f"{value:,}".replace(",", sign), whole=True).value == value


@given(st.text(), st.booleans())
def test_any_text_has_a_figure_or_a_doubt(text: str, whole: bool):
    figure = read(text, whole=whole)
    assert (figure.value is None) == bool(set(figure.doubts) - {"no-day", "year-only"})
