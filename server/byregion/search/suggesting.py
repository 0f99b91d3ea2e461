"""What somebody may mean: names that begin as she writes, and words that are written nearly so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from byregion.namespaces import BR
from byregion.search import wording
from byregion.search.asking import Term
from byregion.search.index import Index

_FIRST: Final = tuple(str(BR[name]) for name in ("Region", "Municipality", "Programme", "County"))
_LAST: Final = tuple(str(BR[name]) for name in ("Observation", "ChangeEvent", "SourceDocument"))
"""The classes whose names are suggested before, and after, those of all others."""
_CONSIDERED: Final = 400


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name that begins so: the words, their language, and the thing that is called so."""

    text: str
    language: str
    iri: str
    class_: str


def starting(index: Index, text: str, languages: Sequence[str], most: int) -> list[Suggestion]:
    """Return the names with words that begin as those of `text`, a thing once: first those that begin so themselves.

    In the first of `languages` where a thing is called the same in several.
    """
    words = [word for word in wording.spelled(text) if word]
    if not words:
        return []
    # What is being written is a word's beginning; what is before it may be, too.
    expression = " AND ".join(f'"{word}" *' for word in words)
    sql = """SELECT name.thing, name.language, name.text, thing.iri, thing.class FROM starts
        JOIN name ON name.id = starts.rowid JOIN thing ON thing.id = name.thing
        WHERE starts MATCH ? ORDER BY starts.rowid LIMIT ?"""
    rows = index.rows(sql, [expression, _CONSIDERED])
    written = " ".join(words)

    def rank(row: tuple[int, str, str, str, str]) -> tuple[bool, int, int, int, int]:
        thing, language, name, _, class_ = row
        called = " ".join(wording.spelled(name))
        begins = called.startswith(written) or wording.bare(called).startswith(written)
        spoken = languages.index(language) if language in languages else len(languages)
        return not begins, _place(class_), spoken, len(name), thing

    best: dict[int, Suggestion] = {}
    for thing, language, name, iri, class_ in sorted(rows, key=rank):
        best.setdefault(thing, Suggestion(name, language, iri, class_))
    return list(best.values())[:most]


def _place(class_: str) -> int:
    if class_ in _FIRST:
        return _FIRST.index(class_)
    return len(_FIRST) + (_LAST.index(class_) + 1 if class_ in _LAST else 0)


def near(index: Index, term: Term) -> str | None:
    """Return the word of the revision that a term is nearly written as, or None where there is none.

    One letter may be wrong in a word of four, two in one of seven, three in one of ten.
    """
    (word, *others) = term.words
    if others or len(word) < 4:
        return None
    most = 1 if len(word) < 7 else 2 if len(word) < 10 else 3
    found = process.extract(
        word, list(index.vocabulary), scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=20
    )
    # Of words that are equally near, the one that is told of most.
    best = min(found, key=lambda item: (item[1], -index.vocabulary[item[0]], item[0]), default=None)
    return best[0] if best and best[1] else None
