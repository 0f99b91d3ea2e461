"""What an entity is, in a sentence or two made from what is stated of it: our words, the data's names and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Final

from byregion.web.entities_classes import Clause, Layout
from byregion.web.language import Words
from byregion.web.naming import Text, Value
from byregion.web.page import Page

Sentence = tuple[str | tuple[Value, ...], ...]
"""Words of ours, and between them values of the data."""
COUNT: Final = "count"
"""The place in a clause for how many values a property has, or how many things are in a section."""


def sentences(layout: Layout, words: Words, page: Page, totals: Mapping[str, int]) -> tuple[Sentence, ...]:
    """Return what can be said of the entity; `totals` are how many things are in each section.

    A clause of which something is not stated is not said: what is missing is told among the statements.
    """
    found = (next(_said(options, words, page, totals), None) for options in layout.clauses)
    return tuple(sentence for sentence in found if sentence)


def _said(options: tuple[Clause, ...], words: Words, page: Page, totals: Mapping[str, int]) -> Iterator[Sentence]:
    for key, places in options:
        filled = {name: _filled(name, what, words, page, totals) for name, what in places}
        if all(filled.values()):
            yield tuple(_pieces(_pattern(key, words, filled), filled))


def _filled(name: str, what: str, words: Words, page: Page, totals: Mapping[str, int]) -> tuple[Value, ...]:
    if name != COUNT:
        return page.of(what)  # type: ignore[arg-type]
    count = totals.get(what) or len(page.of(what))  # type: ignore[arg-type]
    return (Value(Text(words.number(count))),) if count else ()


def _pattern(key: str, words: Words, filled: Mapping[str, tuple[Value, ...]]) -> str:
    count = filled[COUNT][0].text.value if COUNT in filled else ""
    form = f"about.{key}.{'one' if count == '1' else 'other'}" if count else f"about.{key}"
    return words.strings[form]


def _pieces(pattern: str, filled: Mapping[str, tuple[Value, ...]]) -> Iterator[str | tuple[Value, ...]]:
    for text, name, _, _ in Formatter().parse(pattern):
        if text:
            yield text
        if name:
            yield filled[name]
