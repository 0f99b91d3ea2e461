"""Where what a page is about is: a small map of municipalities, each with its name and a way to its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from rdflib import Literal, URIRef
from rdflib.term import Node

from byregion.namespaces import BR
from byregion.web import charted, coast, pinned
from byregion.web.coast import At, Coast
from byregion.web.entities_around import Around
from byregion.web.entities_classes import Asked, Mapped, Section
from byregion.web.naming import Naming, Value
from byregion.web.page import Page, integer
from byregion.web.pinned import Frame, Inset, Pinned, Place
from byregion.web.site import select, site, words

# Letters that can be read on a phone, which is as wide as this; where there is room the map is not much wider.
_FRAME: Final = Frame(across=400, room=2.0, form=0.9, step=2.0)
_OF_ONE: Final = replace(_FRAME, first=1)
_OF_MANY: Final = replace(_FRAME, room=1.4, form=1.1, crowd=12)
_LARGER: Final = 1.3
"""How many times as large points are as on the large map, which has more of them."""


@dataclass(frozen=True, slots=True)
class Where:
    """The map of a page, in which of its sections it stands, "" for one of its own, and which part of Norway it shows.

    There is none where no source says the place of what it is to show: `without` are those of all `total`. `regions`
    are what the others around a municipality are of; `near` is the region that the large map shows from near by.
    """

    section: str
    map: Pinned | None
    inset: Inset | None
    total: int
    without: tuple[Value, ...]
    is_sized: bool
    regions: tuple[Value, ...]
    near: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What the answer says of a municipality: whether a source states its place, where that is, and its people."""

    is_stated: bool
    at: At | None
    population: int | None


class Places:
    """The municipalities of a map, asked for when it is made."""

    def __init__(self, entity: URIRef, plan: Mapped, around: Around, sections: Iterable[Section]) -> None:
        """Ask for what the plan says, unless one of the sections of the page has the same answer."""
        self._entity = entity
        self._plan = plan
        self._ground = coast.read("fine") if site().built else None
        told = [item for item in sections if isinstance(item, Asked) and item.query == plan.query]
        self._known: dict[Node, _Known] = {}
        if self._ground:
            rows = around.answer(told[0]) if told else select(plan.query, entity=(entity,))
            self._known = _known(rows, self._ground)

    def terms(self) -> Iterable[Sequence[Node]]:
        """Return the terms that are going to be named."""
        return [tuple(self._known)]

    def where(self, naming: Naming, page: Page) -> Where | None:
        """Return the map, or None where there is nothing to say of any place, or no coast to draw it on."""
        own = None if self._plan.section else self._known.get(self._entity)
        if self._ground is None or not self._known or (own and own.is_stated and not own.at):
            return None
        regions = page.of(BR.takesPartIn) if own and len(self._known) > 1 else ()
        # A county has a section too, and is none that the large map shows from near by.
        is_region = any(it.iri == BR.Region for it in page.types)
        region = self._entity if is_region else next((it.iri for it in regions), None)
        drawn = None if own and not own.at else self._drawn(self._ground, naming)
        return Where(
            self._plan.section,
            drawn,
            pinned.inset(drawn) if drawn else None,
            len(self._known),
            tuple(naming.value(term) for term, it in self._known.items() if not it.is_stated),
            self._plan.is_sized and any(it.population for it in self._known.values()),
            regions,
            str(region or "").rpartition("/")[2],
        )

    def _drawn(self, ground: Coast, naming: Naming) -> Pinned | None:
        located = [(term, it, it.at) for term, it in self._known.items() if it.at]
        # The largest first, so that none is hidden below another; but where the page is of one of them, that.
        located.sort(key=lambda each: (each[0] != self._entity, -(each[1].population or 0)))
        places = [self._place(term, it, at, naming) for term, it, at in located]
        frame = _OF_MANY if not self._plan.is_sized else _FRAME if self._plan.section else _OF_ONE
        return pinned.pinned(ground, places, frame) if places else None

    def _place(self, term: Node, it: _Known, at: At, naming: Naming) -> Place:
        value = naming.value(term)
        size = _LARGER * charted.radius(it.population) if self._plan.is_sized else _SMALL
        told = value.text.value
        if self._plan.is_sized and it.population:
            told += ": " + words()("map.people", count=it.population, number=words().number(it.population))
        is_own = term == self._entity
        return Place(value.text, at, size, None if is_own else value.iri, told, not (is_own or self._plan.section))


_SMALL: Final = 4.0
"""Radius of a point where all are the same, and there may be fifty."""


def _known(rows: Iterable[Mapping[str, Node]], ground: Coast) -> dict[Node, _Known]:
    """Return what is known of each municipality; of several numbers of people the largest, as on the large map."""
    found: dict[Node, _Known] = {}
    for row in rows:
        before = found.get(row["municipality"])
        people = max(integer(str(row.get("population", ""))), (before and before.population) or 0)
        lat, long = _degrees(row.get("lat")), _degrees(row.get("long"))
        at = ground.at(lat, long) if lat is not None and long is not None else None
        found[row["municipality"]] = _Known("lat" in row and "long" in row, at, people or None)
    return found


def _degrees(term: Node | None) -> float | None:
    value = term.value if isinstance(term, Literal) else None
    return float(value) if isinstance(value, int | float | Decimal) else None
