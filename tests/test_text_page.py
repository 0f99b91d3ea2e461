"""A page of text as it is stored: what files are read, what is done to them, and where things stand in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byregion.convert.text import Page, Words, read
from byregion.convert.text.page import LONGEST, Span
from byregion.convert.text.parts import titled
from byregion.convert.text.sections import divided
from byregion.convert.text.vocabulary import heading, key, language
from byregion.errors import SourceError

WORDS = Words("en")


def stored(tmp_path: Path, content: bytes, name: str = "Min side.txt") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        ("Mål\nøst".encode(), ()),
        ("Mål\nøst".encode("utf-8-sig"), ()),
        ("Mål\nøst".encode("cp1252"), ("windows",)),
        ("Mål\nøst".encode("utf-16"), ("utf-16",)),
        ("Mål\r\nøst".encode(), ("line-ends",)),
        ("Mål\røst".encode("cp1252"), ("windows", "line-ends")),
    ],
)
def test_a_page_is_read_in_the_encodings_that_people_save_in(content: bytes, notes: tuple[str, ...], tmp_path: Path):
    page = read(stored(tmp_path, content), WORDS)
    assert (page.text, page.notes, page.name) == ("Mål\nøst", notes, "min-side.txt")


@pytest.mark.parametrize(
    ("content", "message", "place"),
    [
        (b"", "holds no text", "1:1"),
        (b" \n\t\n", "holds no text", "1:1"),
        ("Mål\nfæ".encode("cp1252") + b"\x81", "neither UTF-8 nor Windows-1252", "2:3"),
        ("Á\nfæ".encode() + b"\xff", "neither UTF-8 nor Windows-1252", "2:3"),
        (b"\xff\xfea", "neither UTF-8 nor Windows-1252", "1:1"),
        ("Mål\nen\x0cto".encode(), r"control character U\+000C", "2:3"),
        (b"A" * (LONGEST + 1), f"longer than the {LONGEST}", ""),
        (b"A" * (4 * LONGEST + 1), f"longer than the {LONGEST}", ""),
    ],
)
def test_what_is_no_page_is_refused_with_line_and_column(content: bytes, message: str, place: str, tmp_path: Path):
    with pytest.raises(SourceError, match=message) as caught:
        read(stored(tmp_path, content), WORDS)
    assert f".txt:{place}:" in str(caught.value) if place else ".txt: " in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(SourceError, match=r"borte\.txt: the file cannot be read"):
        read(tmp_path / "borte.txt", WORDS)


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_a_page_or_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.getbasetemp() / "bytes.txt"
    path.write_bytes(content)
    try:
        page = read(path, WORDS)
    except SourceError:
        return
    assert page.text.strip()
    assert "\r" not in page.text
    assert page.text.encode()


@given(st.text(), st.integers(0, 50))
def test_a_place_is_the_line_and_the_column_of_a_code_point(text: str, at: int):
    at = min(at, len(text))
    line, column = Page(text, "a.txt").place(at)
    lines = text.split("\n")
    assert sum(len(each) + 1 for each in lines[: line - 1]) + column - 1 == at


def test_a_passage_is_cut_into_its_sentences_and_without_the_mark_of_its_item():
    page = Page("Mål\n • Én. To? tre.\n", "a.txt")
    assert [page.cut(span) for span in page.within(Span(0, len(page.text)))] == ["Mål", "Én.", "To? tre."]
    assert [page.cut(span) for span in page.within(Span(8, 12))] == ["n.", "T"]


# --- Headings, keys, language -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Mål for Midt-Troms", "goal"),
        ("MÅL:", "goal"),
        ("Måla i Salten", "goal"),
        ("Resultat", "result"),
        ("Hva har vi oppnådd", "result"),
        ("Midt-Troms sine råd for samarbeid om regional utvikling", "advice"),
        ("Detter jobber byregionen med etter programslutt", "follow-up"),
        ("Vegen vidare", "follow-up"),
        ("Utdrag frå søknaden", "application"),
        ("Fakta Midt-Troms", "facts"),
        ("Dokument", "document"),
        ("Temaområde", "focus-area"),
        ("Målet er nådd.", ""),
        ("Ukjent", ""),
    ],
)
def test_a_heading_is_known_in_bokmål_and_nynorsk(line: str, kind: str):
    assert heading(line) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Søkjarkommune", "applicant"), ("Folketal i regionen", "population"), ("Areal", "area"), ("Leder", "")],
)
def test_a_key_is_known_in_bokmål_and_nynorsk(text: str, kind: str):
    assert key(text) == kind


def test_the_language_is_that_of_the_words_only_one_of_the_two_has():
    assert language("Vi har ikke fått mer") == "nb"
    assert language("Vi har ikkje fått meir") == "nn"
    assert language("") == "nb"


# --- Sections ---------------------------------------------------------------------------------------------------------


def shape(text: str) -> list[tuple[str, int]]:
    return [(section.kind, len(section.blocks)) for section in divided(Page(text, "a.txt")).sections]


def test_what_stands_under_a_heading_is_a_section_and_what_stands_before_it_opens_the_page():
    assert shape("A\n\nEn innledning.\n\nMål\n\n- a\n- b\nRåd\n- c\n") == [("preamble", 1), ("goal", 2), ("advice", 1)]


def test_a_short_line_between_empty_ones_is_a_heading_that_nobody_knows_unless_it_leads_to_a_list():
    assert shape("A\n\nMål\n\nNoe annet\n\nTekst.\n") == [("preamble", 0), ("goal", 0), ("unknown", 1)]
    assert shape("A\n\nMål\n\nRegionen vil\n\n- vekst\n") == [("preamble", 0), ("goal", 2)]
    assert shape("A\n\nMål\n\nVekst er målet.\n\nTips fra oss\n\n- vekst\n")[-1] == ("unknown", 1)


def test_a_line_that_is_set_in_or_right_below_a_list_item_belongs_to_it():
    page = Page("A\n\nRåd\n\n1. Start\n   Det haster.\n2. Vent\nDet haster ikke.\n", "a.txt")
    (_, advice) = divided(page).sections
    assert [[page.cut(span) for span in block.more] for block in advice.blocks] == [
        ["Det haster."],
        ["Det haster ikke."],
    ]


def test_a_hyphen_in_a_word_ends_no_title():
    page = Page("Natur- og kulturliv: Mer av det. Utdanning – Hva nå?", "a.txt")
    first, second = page.sentences
    assert [page.cut(span) for span in titled(page, first) if span] == ["Natur- og kulturliv:", "Mer av det."]
    assert [page.cut(span) for span in titled(page, second) if span] == ["Utdanning –", "Hva nå?"]
