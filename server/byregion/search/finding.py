"""What is found: things in the order of how well they fit, why each was found, and how many there are of each kind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from byregion.search import wording
from byregion.search.asking import Asked, Term
from byregion.search.index import Index, passages
from byregion.search.things import FACETS, Passage

EXACT: Final = 100.0
"""What is added to the score of a thing whose name is just what was looked for."""
_BEST_FIRST: Final = ("quote", "text", "sentence", "name", "former", "participant")
_TOLD: Final = frozenset({"quote", "text"})
"""What is shown of a thing whose name says why it was found."""
_WINDOW: Final = 240
"""Characters of a passage that are shown around the words."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a text, and whether they are what was looked for."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found: its names by language, how well it fits, what it is of, and the passage that says why.

    `passage` is None where the name says it all.
    """

    iri: str
    class_: str
    names: Mapping[str, str]
    score: float
    facets: Mapping[str, tuple[str, ...]]
    passage: Passage | None
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """All that was found: the ids of the things, best first, their scores, and the counts of each facet's values.

    A value is counted as if nothing else of its own facet were chosen: so many are found when it is. `loose` says that
    nothing has the words as they are written, and what was found has longer ones that begin so.
    """

    things: tuple[int, ...]
    scores: Mapping[int, float]
    counts: Mapping[str, Mapping[str, int]]
    loose: bool = False

    @property
    def total(self) -> int:
        """How many things were found."""
        return len(self.things)


def find(index: Index, asked: Asked) -> Found:
    """Return what is found; without any term, everything that has the chosen values, by name."""
    scores = _scores(index, asked) if asked.terms else {}
    loose = bool(asked.terms) and not scores
    if loose:
        scores = _scores(index, asked, loose=True)
    matching = index.bits(scores) if asked.terms else index.everything
    allowed = {facet: _any_of(index, facet, asked.chosen.get(facet, ())) for facet in FACETS}
    kept = matching
    for bits in allowed.values():
        kept &= bits
    flags = kept.to_bytes(index.size // 8 + 1, "little")
    ranked = sorted(scores, key=lambda thing: (-scores[thing], thing)) if asked.terms else range(1, index.size + 1)
    things = tuple(thing for thing in ranked if flags[thing >> 3] >> (thing & 7) & 1)
    return Found(things, scores, {facet: _counts(index, facet, matching, allowed) for facet in FACETS}, loose)


def _scores(index: Index, asked: Asked, *, loose: bool = False) -> dict[int, float]:
    sql = "SELECT rowid, round(-rank, 4) FROM words WHERE words MATCH ?"
    scores: dict[int, float] = dict(index.rows(sql, [asked.expression(loose=loose)]))
    for (thing,) in index.rows("SELECT thing FROM whole WHERE key = ?", [asked.phrase]):
        scores[thing] = scores.get(thing, 0.0) + EXACT
    return scores


def _any_of(index: Index, facet: str, values: Sequence[str]) -> int:
    """Return the things that have one of some values, all things where there are none."""
    if not values:
        return index.everything
    bits = 0
    for value in values:
        bits |= index.facets[facet].get(value, 0)
    return bits


def _counts(index: Index, facet: str, matching: int, allowed: Mapping[str, int]) -> dict[str, int]:
    for other, bits in allowed.items():
        if other != facet:
            matching &= bits
    counted = ((value, (matching & bits).bit_count()) for value, bits in index.facets[facet].items())
    return {value: count for value, count in counted if count}


# --- The things themselves --------------------------------------------------------------------------------------------


def hits(index: Index, asked: Asked, found: Found, first: int, last: int, languages: Sequence[str]) -> list[Hit]:
    """Return the things from number `first` to, but without, `last`, for a reader of `languages`, most wanted first."""
    things = found.things[first:last]
    told, wanted = passages(index, things), Wanted(index, asked.terms)
    facets = _facets(index, things)
    sql = "SELECT id, iri, class, names FROM thing WHERE id IN (SELECT value FROM json_each(?))"
    made: dict[int, Hit] = {}
    for thing, iri, class_, text in index.rows(sql, [json.dumps(things)]):
        names: dict[str, str] = json.loads(text)
        passage = wanted.best(told[thing], names, languages)
        pieces = wanted.around(passage.text) if passage else ()
        made[thing] = Hit(iri, class_, names, found.scores.get(thing, 0.0), facets[thing], passage, pieces)
    return [made[thing] for thing in things]


def _facets(index: Index, things: Sequence[int]) -> dict[int, dict[str, tuple[str, ...]]]:
    found: dict[int, dict[str, tuple[str, ...]]] = {thing: {} for thing in things}
    sql = """SELECT thing, facet, value FROM facet WHERE thing IN (SELECT value FROM json_each(?))
        ORDER BY thing, facet, value"""
    for thing, facet, value in index.rows(sql, [json.dumps(things)]):
        found[thing][facet] = (*found[thing].get(facet, ()), value)
    return found


class Wanted:
    """The words that were looked for, as they are found again in a text."""

    def __init__(self, index: Index, terms: Sequence[Term]) -> None:
        """Take the terms."""
        self._compounds = index.compounds
        self._terms: dict[str, set[int]] = {}
        self._known: dict[str, set[int]] = {}
        for number, term in enumerate(terms):
            for word in term.words:
                for key in (*wording.keys(word), wording.bare(word)):
                    self._terms.setdefault(key, set()).add(number)

    def terms_of(self, word: str) -> set[int]:
        """Return the numbers of the terms that a folded word is of."""
        if word not in self._known:
            keys = (*wording.keys(word), wording.bare(word), *self._compounds.get(word, ()))
            self._known[word] = {number for key in keys for number in self._terms.get(key, ())}
        return self._known[word]

    def pieces(self, text: str) -> tuple[Piece, ...]:
        """Return a text cut where words that were looked for begin and end."""
        return tuple(self._cut(text, 0, len(text)))

    def around(self, text: str) -> tuple[Piece, ...]:
        """Return as much of a text as a list shows: whole, or around the first word that was looked for."""
        if len(text) <= _WINDOW:
            return self.pieces(text)
        first = next((word.start for word in wording.words(text) if self.terms_of(word.folded)), 0)
        start = max(0, min(first - _WINDOW // 3, len(text) - _WINDOW))
        end = min(len(text), start + _WINDOW)
        start = text.find(" ", start) + 1 if start else 0
        end = text.rfind(" ", start, end) if end < len(text) else end
        before, after = [Piece("… ")] if start else [], [Piece(" …")] if end < len(text) else []
        return (*before, *self._cut(text, start, end), *after)

    def _cut(self, text: str, start: int, end: int) -> Iterator[Piece]:
        at = start
        for word in wording.words(text):
            if word.start < start or word.end > end or not self.terms_of(word.folded):
                continue
            if at < word.start:
                yield Piece(text[at : word.start])
            yield Piece(text[word.start : word.end], marked=True)
            at = word.end
        if at < end:
            yield Piece(text[at:end])

    def best(self, told: Sequence[Passage], names: Mapping[str, str], languages: Sequence[str]) -> Passage | None:
        """Return the passage that says best why a thing was found, or what bears it out where its name says why."""
        shown = next((names[tag] for tag in languages if tag in names), "")
        others = [Passage("name", tag, name) for tag, name in names.items() if name != shown]

        def rank(item: tuple[int, Passage]) -> tuple[int, int, int, int]:
            place, passage = item
            tag = passage.language
            language = languages.index(tag) if tag in languages else len(languages)
            return -self._count(passage.text), _BEST_FIRST.index(passage.kind), language, place

        ranked = sorted(enumerate([*told, *others]), key=rank)
        if ranked and self._count(ranked[0][1].text) > self._count(shown):
            return ranked[0][1]
        return next((passage for _, passage in ranked if passage.kind in _TOLD), None)

    def _count(self, text: str) -> int:
        if not self._terms:
            return 0
        return len(set().union(*map(self.terms_of, wording.spelled(text))))
