"""The line of a query with a mark at the place of an error."""

from __future__ import annotations

import pytest

from byregion.engine.pointing import Pointed, point
from byregion.errors import QuerySyntaxError


def pointed(query: str, line: int, column: int, token: str) -> Pointed:
    found = point(query, QuerySyntaxError("wrong", line, column, token))
    assert found is not None
    return found


def test_the_line_is_parted_at_the_token() -> None:
    found = pointed("SELECT * {\n  ?s FILTR(1) }", 2, 6, "FILTR")
    assert (found.line, found.before, found.token, found.after) == (2, "  ?s ", "FILTR", "(1) }")
    assert found.text == "  ?s FILTR(1) }"
    assert found.carets == "     ^^^^^"


def test_the_end_is_pointed_at_after_the_last_character() -> None:
    found = pointed("ASK {\r\n ?s ?p ?o\r\n", 2, 10, "")
    assert (found.before, found.token, found.after, found.carets) == (" ?s ?p ?o", "", "", "         ^")


@pytest.mark.parametrize(
    ("line", "token", "carets"),
    [
        ("\t'æøå'\tFILTR", "FILTR", "\t     \t^^^^^"),
        ("'茨城' FILTR", "FILTR", "       ^^^^^"),
        ("'a\u030a' FILTR", "FILTR", "    ^^^^^"),
        ("'日本", "'日本", "^^^^^"),
    ],
)
def test_the_carets_stand_below_the_token_whatever_is_before_it(line: str, token: str, carets: str) -> None:
    assert pointed(line, 1, line.index(token) + 1, token).carets == carets


def test_of_a_long_line_the_part_around_the_token_is_shown() -> None:
    found = pointed("x" * 5000 + " FILTR " + "y" * 5000, 1, 5002, "FILTR")
    assert len(found.text) < 130
    assert found.before.startswith("…x")
    assert found.after.endswith("y…")
    assert len(pointed("x" * 5000, 1, 1, "x" * 5000).text) < 130


def test_of_a_token_of_several_lines_the_first_is_shown() -> None:
    assert pointed("ASK { '''a\r\nb''' }", 1, 7, "'''a\r\nb'''").token == "'''a"


def test_what_would_act_on_the_screen_is_shown_as_a_mark() -> None:
    assert pointed("\x1b[2J\u202e FILTR", 1, 7, "FILTR").before == "\ufffd[2J\ufffd "


@pytest.mark.parametrize("line", [0, 2])
def test_an_error_without_a_place_in_the_query_points_at_nothing(line: int) -> None:
    assert point("ASK {}", QuerySyntaxError("wrong", line, 1, "x")) is None
