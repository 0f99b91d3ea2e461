"""The quoted sentences where they stand: whole lines of a stored text, with what is quoted picked out."""

from __future__ import annotations

from collections.abc import Callable

from rdflib import URIRef

from byregion.web.passages import Piece, Quoted, passages

SOURCE, OTHER, APPLICATION = (URIRef(f"http://x.test/{name}") for name in ("source", "other", "application"))
TEXT = "A heading\n\n • First item, in two parts.\n • Second item.\nThe last line"


def quote(exact: str, *, prefix: str = "", suffix: str = "", **more: URIRef | None) -> Quoted:
    name = URIRef("http://x.test/" + exact.replace(" ", "-"))
    found = {"source": SOURCE, "original": None} | more
    return Quoted(name, found["source"], found["original"], exact, prefix, suffix, max(TEXT.find(exact), 0))


def shown(quotes: list[Quoted], text_of: Callable[[URIRef], str | None] = lambda source: TEXT) -> list[str]:
    """The passages as text, what is quoted in brackets."""
    return [
        "".join(f"[{piece.text}]" if piece.quote else piece.text for piece in found.pieces)
        for found in passages(quotes, text_of)
    ]


def test_a_quote_stands_in_its_whole_line_without_its_indentation():
    assert shown([quote("Second item.")]) == ["• [Second item.]"]
    assert shown([quote("A heading")]) == ["[A heading]"]
    assert shown([quote("last line")]) == ["The [last line]"]


def test_quotes_from_one_line_stand_in_it_together_and_lines_follow_the_source():
    quotes = [quote("last line"), quote("two parts"), quote("First item")]
    assert shown(quotes) == ["• [First item], in [two parts].", "The [last line]"]


def test_of_two_quotes_over_the_same_words_the_shorter_is_linked():
    whole, part = quote("First item, in two parts."), quote("two parts")
    (found,) = passages([whole, part], lambda source: TEXT)
    assert found.pieces == (
        Piece("• ", None),
        Piece("First item, in ", whole.quote),
        Piece("two parts", part.quote),
        Piece(".", whole.quote),
    )


def test_without_a_stored_text_a_quote_stands_between_the_words_that_it_carries():
    lone = quote("the words", prefix="half of a sentence with ", suffix=" and more of it, cut of")
    assert shown([lone], lambda source: None) == ["… of a sentence with [the words] and more of it, cut …"]
    at_line = quote("the words", prefix="before\n • ", suffix="\nafter")
    assert shown([at_line], lambda source: None) == [" • [the words]"]


def test_words_that_do_not_stand_where_they_should_are_never_shown_in_the_wrong_place():
    moved = quote("Second item.")._replace(start=3, prefix="x ", suffix="")
    before = quote("A heading")._replace(start=-5)
    assert shown([moved]) == ["… [Second item.]"]
    assert shown([before]) == ["[A heading]"]


def test_what_a_source_excerpts_is_kept_apart_from_its_own_words():
    found = passages([quote("A heading"), quote("Second item.", original=APPLICATION)], lambda source: TEXT)
    assert [(item.source, item.original) for item in found] == [(SOURCE, None), (SOURCE, APPLICATION)]


def test_each_source_is_asked_for_its_own_text():
    texts = {SOURCE: TEXT, OTHER: None}
    quotes = [quote("Second item."), quote("two parts", source=OTHER, prefix="in ", suffix=".")]
    assert shown(quotes, texts.get) == ["… [two parts] …", "• [Second item.]"]
