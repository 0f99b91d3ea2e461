"""How sentences say what was done: clauses that stand by themselves, lists of what was got, and what is counted."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import Final

from byregion.convert.text import vocabulary
from byregion.convert.text.page import Page, Span

_MOST_WORDS: Final = 6
"""Words of one thing in a list, at most."""
_MEASURES: Final = r"(?:[a-zæøå/-]+\s+){0,3}?tiltak(?:ene|a)?(?!\w)"
_MUNICIPALITIES: Final = r"(?:[a-zæøå]+\s+)?kommun(?:e|er|ene|ar|ane)(?!\w)"


@cache
def pattern(text: str) -> re.Pattern[str]:
    """Return a regular expression in which <name> stands for the words of a list, <#name> for those of numbers."""
    filled = re.sub(r"<#(\w+)>", lambda match: vocabulary.any_number(match[1]), text)
    filled = re.sub(r"(?<!\(\?P)<(\w+)>", lambda match: vocabulary.any_of(match[1]), filled)
    return re.compile(filled, re.IGNORECASE)


def number(text: str) -> int:
    """Return the number that digits or a word are."""
    return vocabulary.number("numbers", text) if not text.isdecimal() else int(text)


def clauses(page: Page, sentence: Span) -> list[Span]:
    """Return the parts of a sentence that stand by themselves, each with a verb of its own; together they are it."""
    auxiliary, subordinate = pattern("<auxiliary>"), pattern(r"\s*<subordinate>")
    cuts = [match.end() for match in re.compile(r",(?=\s)").finditer(page.text, *sentence)]
    found = [sentence.start]
    for start, end in pairwise([*cuts, sentence.end]):
        begins_anew = auxiliary.search(page.text, start, end) and not subordinate.match(page.text, start, end)
        if begins_anew and auxiliary.search(page.text, found[-1], start):
            found.append(start)
    return [page.stripped(*one) for one in pairwise([*found, sentence.end])]


def enumerated(page: Page, clause: Span) -> list[Span]:
    """Return the things that a clause lists as got, "er det bygd tillit, samhandling og tiltak"; fewer than 3 are none.

    Each is short, has no verb of its own, and stands in the words of the page.
    """
    verb = pattern(r"<auxiliary>(?:\s+(?!<auxiliary>)[^\s,]+){0,3}?\s+<achieved>\s+").search(page.text, *clause)
    if not verb or "," not in page.text[verb.end() : clause.end]:
        return []
    found, start = [], verb.end()
    for match in pattern(r",\s+(?:og\s+)?|\s+og\s+").finditer(page.text, verb.end(), clause.end):
        found.append(Span(start, match.start()))
        start = match.end()
    found = [page.stripped(*one, also=".") for one in (*found, Span(start, clause.end))]
    is_list = all(
        0 < len(page.cut(one).split()) <= _MOST_WORDS and not pattern("<auxiliary>").search(page.text, *one)
        for one in found
    )
    # "en modell på entreprenørskap, rekruttering og kompetanse" is one thing, and the list is what it is about.
    governed = any(pattern("<preposition>").search(page.text, *one) for one in found[:-1])
    return found if is_list and not governed and len(found) > 2 else []


def counted_measures(page: Page, sentence: Span) -> list[re.Match[str]]:
    """Return where a sentence counts measures: groups `least`, `about`, `number`, `what` and `status`."""
    counts = pattern(
        rf"(?:(?P<least><least>)\s+|(?P<about><about>)\s+)?(?<![\w.,])(?P<number>\d{{1,4}}|<#numbers>)\s+"
        rf"(?P<what>{_MEASURES})(?P<status>\s+(?:er|ble|blei|vart|har\s+blitt)\s+(?:\w+\s+)?(?:<adopted>|<started>))?"
    )
    return list(counts.finditer(page.text, *sentence))


def some_started(page: Page, sentence: Span) -> Span | None:
    """Return where a sentence says that some of the measures just counted are started."""
    found = pattern(
        r"<some>\s+(?:av\s+(?:disse|desse|dem|dei|tiltakene|tiltaka)\s+)?(?:(?:er|blir|vert)\s+)?"
        r"(?:(?:allerede|alt|nå|no)\s+)?<started>"
    ).search(page.text, *sentence)
    return Span(*found.span()) if found else None


def count(page: Page, clause: Span) -> int | None:
    """Return the number that a clause begins with, where it counts what the clause is about."""
    not_it = r"av\s+(?!dei|dem|disse|desse)|år(?!\w)|prosent|kommun|%"
    found = pattern(rf"(\d{{1,3}}|<#numbers>)\s+(?!{not_it})[^\W\d]").match(page.text, *clause)
    return number(found[1]) if found else None


def municipalities(page: Page, clause: Span) -> int | None:
    """Return how many municipalities a clause speaks of, where it gives one number."""
    matches = pattern(rf"(?<![\w.,])(\d{{1,2}}|<#numbers>)\s+{_MUNICIPALITIES}").finditer(page.text, *clause)
    found = {number(match[1]) for match in matches}
    return found.pop() if len(found) == 1 and 0 not in found else None
