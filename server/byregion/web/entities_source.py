"""The page of a stored source: its text, each quote in it with what was made of it, and what nothing quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rdflib import URIRef
from rdflib.term import Node

from byregion.evidence.quoting import Gap, StoredText, gaps
from byregion.evidence.quoting import Passage as Covered
from byregion.web.naming import Naming, Value
from byregion.web.page import integer
from byregion.web.passages import place
from byregion.web.site import select


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of a quote, which has a number on the page: its class and name."""

    type: Value | None
    value: Value


@dataclass(frozen=True, slots=True)
class Mark:
    """A quote in the text, with its number there, its place, and what was made of it."""

    number: int
    quote: Value
    place: str
    start: int
    end: int
    made: tuple[Made, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Characters of a line: plain ones have a text, a quote has parts; `is_first` tells that the quote begins here.

    `start` is where plain ones begin in the text, `place` where they stand if they say something that nothing quotes.
    """

    mark: Mark | None
    text: str = ""
    parts: tuple[Part, ...] = ()
    is_first: bool = True
    start: int = 0
    place: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text, whether it is a heading that says nothing by itself, and the quotes that begin in it."""

    parts: tuple[Part, ...]
    is_heading: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class SourceText:
    """The whole text; the share of its words that is evidence of something."""

    lines: tuple[Line, ...]
    quotes: int
    covered: Decimal
    language: str

    @property
    def rest(self) -> tuple[Part, ...]:
        """The parts that nothing quotes, in their order; each has a place."""
        return tuple(part for line in self.lines for part in line.parts if part.place)


class Quotes:
    """What is quoted from a source, asked for when it is made."""

    def __init__(self, source: URIRef) -> None:
        """Ask for the quotes."""
        self._source = source
        self._rows = select("passages", entity=(source,))

    def terms(self) -> Iterator[Sequence[Node | None]]:
        """Yield the terms that are going to be named."""
        return ((row.get("thing"), row.get("class")) for row in self._rows)

    def text(self, naming: Naming, stored: StoredText | None, language: str) -> SourceText | None:
        """Return the text with its quotes, or None where none is stored; a quote that stands elsewhere is left out."""
        if stored is None:
            return None
        marks = self._marks(naming, stored.text)
        covering = [
            Covered(URIRef(str(mark.quote.iri)), self._source, mark.start, mark.end, "", "", "", None)
            for mark in marks
            if mark.made
        ]
        rest = gaps(stored, covering)
        left = sum(_length(gap.text) for gap in rest)
        whole = _length(stored.text)
        covered = 1 - Decimal(left) / whole if whole else Decimal(1)
        return SourceText(tuple(_lines(stored, marks, rest)), len(marks), covered, language)

    def _marks(self, naming: Naming, text: str) -> list[Mark]:
        by_quote: dict[Node, list[dict[str, Node]]] = {}
        for row in self._rows:
            by_quote.setdefault(row["quote"], []).append(row)
        placed = [
            rows for rows in by_quote.values() if text.startswith(str(rows[0]["exact"]), integer(str(rows[0]["start"])))
        ]
        # The longer of two that begin together is the outer one.
        placed.sort(
            key=lambda rows: (integer(str(rows[0]["start"])), -len(str(rows[0]["exact"])), str(rows[0]["quote"]))
        )
        return [_mark(number, rows, naming) for number, rows in enumerate(placed, 1)]


def _mark(number: int, rows: list[dict[str, Node]], naming: Naming) -> Mark:
    start = integer(str(rows[0]["start"]))
    end = start + len(str(rows[0]["exact"]))
    things = {row["thing"]: row.get("class") for row in reversed(rows) if "thing" in row}
    made = tuple(
        Made(naming.value(class_) if class_ else None, naming.value(thing))
        for thing, class_ in sorted(things.items(), key=lambda pair: (str(pair[1]), str(pair[0])))
    )
    return Mark(number, naming.value(rows[0]["quote"]), place(start, end), start, end, made)


def _lines(stored: StoredText, marks: Sequence[Mark], left: Sequence[Gap]) -> Iterator[Line]:
    for found in re.finditer(r"[^\n]*\S[^\n]*", stored.text):
        start, end = found.span()
        begun = tuple(mark for mark in marks if start <= mark.start < end)
        touching = [mark for mark in marks if mark.start < end and mark.end > start]
        parts = [part for whole in _parts(stored.text, start, end, touching) for part in _placed(whole, left)]
        yield Line(tuple(parts), found[0].strip() in stored.headings, begun)


def _parts(text: str, start: int, end: int, marks: Sequence[Mark]) -> Iterator[Part]:
    """Yield what stands from `start` to `end`, a quote within another inside it.

    Of two that overlap otherwise, what is left of the second comes again after the first.
    """
    waiting = sorted(marks, key=lambda mark: (mark.start, -mark.end, mark.number))
    while waiting:
        mark, *others = waiting
        begins, ends = max(mark.start, start), min(mark.end, end)
        if start < begins:
            yield Part(None, text[start:begins], start=start)
        within = [other for other in others if other.start < ends]
        yield Part(mark, parts=tuple(_parts(text, begins, ends, within)), is_first=mark.start >= begins)
        start, waiting = ends, [other for other in others if other.end > ends]
    if start < end:
        yield Part(None, text[start:end], start=start)


def _placed(part: Part, left: Sequence[Gap]) -> Iterator[Part]:
    """Yield a part of a line; of a plain one, the characters in `left` apart, which have a place then."""
    if part.mark:
        yield part
        return
    at = part.start
    for gap in (gap for gap in left if part.start <= gap.start < part.start + len(part.text)):
        if at < gap.start:
            yield Part(None, part.text[at - part.start : gap.start - part.start], start=at)
        at = gap.start + len(gap.text)
        yield Part(None, gap.text, start=gap.start, place=place(gap.start, at))
    if rest := part.text[at - part.start :]:
        yield Part(None, rest, start=at)


def _length(text: str) -> int:
    """Return how many characters say something: white space does not."""
    return len("".join(text.split()))
