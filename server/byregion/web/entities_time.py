"""What became of a municipality, a county or a number: the changes in order, and a drawing of the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from rdflib import SKOS, Literal, URIRef
from rdflib.term import Node

from byregion.namespaces import BR
from byregion.web.naming import Naming, Text, Value
from byregion.web.page import Quad
from byregion.web.site import select

ROW: Final = 34
"""Height of a number in the drawing, in pixels."""
_DAYS_AROUND: Final = 365.25 * 2
"""Days that the drawing shows before the first change and after the last."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the division: what ended and what began, and what the source adds."""

    event: Value
    kind: Value
    day: date
    before: tuple[Value, ...]
    after: tuple[Value, ...]
    note: Text | None

    @property
    def is_split(self) -> bool:
        """Whether several began with it, so that nothing says which of them a place went to."""
        return len(self.after) > 1


@dataclass(frozen=True, slots=True)
class Span:
    """A number, or a county, for the time that it is valid; where the drawing has it, in per cent of its width."""

    number: Value
    place: Value | None
    county: Value | None
    start: date | None
    end: date | None
    is_own: bool
    left: float
    width: float
    top: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The changes by date; the spans that they connect, and the years of the changes with their place in a drawing."""

    changes: tuple[Change, ...]
    spans: tuple[Span, ...]
    years: tuple[tuple[str, float], ...]
    now: tuple[Value, ...]

    @property
    def height(self) -> int:
        """Pixels that the drawing needs."""
        return ROW * len(self.spans) + ROW

    @property
    def is_over(self) -> bool:
        """Whether none of the entity's own numbers is valid any more."""
        return all(span.end is not None for span in self.spans if span.is_own)


class Times:
    """The changes around an entity, asked for when it is made."""

    def __init__(self, entity: URIRef) -> None:
        """Ask for the changes."""
        self._rows = select("timeline", entity=(entity,))

    def things(self) -> list[Node]:
        """Return the numbers, counties and changes whose details `timeline` needs."""
        found = [row[name] for row in self._rows for name in ("own", "before", "after", "event") if name in row]
        return list(dict.fromkeys(found))

    def terms(self) -> Iterable[Sequence[Node | None]]:
        """Return the terms that are going to be named."""
        return [tuple(row.values()) for row in self._rows]

    def timeline(self, naming: Naming, details: Sequence[Quad]) -> Timeline | None:
        """Return the timeline, or None where nothing is known of any number."""
        if not self._rows:
            return None
        told: dict[Node, dict[Node, list[Node]]] = {}
        for quad in details:
            told.setdefault(quad.subject, {}).setdefault(quad.predicate, []).append(quad.object)
        return _Drawing(self._rows, naming, told).timeline()


class _Drawing:
    def __init__(
        self, rows: Sequence[Mapping[str, Node]], naming: Naming, told: Mapping[Node, Mapping[Node, Sequence[Node]]]
    ) -> None:
        self._rows = rows
        self._naming = naming
        self._told = told
        days = [day for day in (_day(row.get("date")) for row in rows) if day]
        self._first = min(days, default=date(2014, 1, 1)).toordinal() - _DAYS_AROUND
        self._last = max(days, default=date(2018, 1, 1)).toordinal() + _DAYS_AROUND
        self._days = sorted(set(days))

    def timeline(self) -> Timeline:
        own = {row["own"] for row in self._rows}
        numbers = {row[name] for row in self._rows for name in ("own", "before", "after") if name in row}
        in_order = sorted(
            numbers, key=lambda term: (self._from(term) or date.min, self._until(term) or date.max, str(term))
        )
        spans = tuple(self._span(term, term in own, place) for place, term in enumerate(in_order))
        # What came before the entity and what it became, not what those became that it took no part in.
        now = tuple(span.place or span.number for span in spans if span.end is None and not span.is_own)
        return Timeline(
            self._changes(),
            spans,
            tuple((str(day.year), self._across(day.toordinal())) for day in self._days),
            tuple(dict.fromkeys(now)),
        )

    def _changes(self) -> tuple[Change, ...]:
        events: dict[Node, list[Mapping[str, Node]]] = {}
        for row in self._rows:
            if "event" in row and _day(row["date"]):
                events.setdefault(row["event"], []).append(row)
        return tuple(self._change(event, rows) for event, rows in events.items())

    def _change(self, event: Node, rows: Sequence[Mapping[str, Node]]) -> Change:
        def values(name: str) -> tuple[Value, ...]:
            return tuple(self._naming.value(term) for term in dict.fromkeys(row[name] for row in rows))

        notes = [term for term in self._all(event, SKOS.editorialNote) if isinstance(term, Literal)]
        day = _day(rows[0]["date"]) or date.min
        kind = self._naming.value(rows[0]["kind"])
        return Change(self._naming.value(event), kind, day, values("before"), values("after"), self._naming.pick(notes))

    def _span(self, number: Node, is_own: bool, place: int) -> Span:
        start, end = self._from(number), self._until(number)
        left = self._across(start.toordinal() if start else self._first)
        right = self._across(end.toordinal() if end else self._last)
        return Span(
            self._naming.value(number),
            self._value(number, BR.numberOf),
            self._value(number, BR.county),
            start,
            end,
            is_own,
            left,
            max(round(right - left, 2), 1.0),
            place * ROW,
        )

    def _across(self, ordinal: float) -> float:
        share = (ordinal - self._first) / (self._last - self._first)
        return round(100 * min(max(share, 0), 1), 2)

    def _from(self, number: Node) -> date | None:
        return next((day for term in self._all(number, BR.validFrom) if (day := _day(term))), None)

    def _until(self, number: Node) -> date | None:
        return next((day for term in self._all(number, BR.validBefore) if (day := _day(term))), None)

    def _value(self, number: Node, predicate: Node) -> Value | None:
        return next((self._naming.value(term) for term in self._all(number, predicate)), None)

    def _all(self, subject: Node, predicate: Node) -> Sequence[Node]:
        return self._told.get(subject, {}).get(predicate, ())


def _day(term: Node | None) -> date | None:
    return term.value if isinstance(term, Literal) and isinstance(term.value, date) else None
