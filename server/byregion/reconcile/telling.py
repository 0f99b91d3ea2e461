"""What can be told of an entity beside its name: the properties that a table is extended with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from byregion.reconcile.index import KINDS, Entity, Index, Kind

Cell = Entity | date | str
"""A value of a property: an entity, a day, or a text."""
_Read = Callable[[Index, Entity, date | None, str], Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class _Told:
    kinds: tuple[Kind, ...]
    read: _Read
    leads_to: Kind | None = None


def _entities(index: Index, ids: Sequence[str]) -> list[Entity]:
    return [index.entities[id] for id in dict.fromkeys(ids) if id in index.entities]


def _name(index: Index, entity: Entity, day: date | None, language: str) -> Sequence[Cell]:
    return [entity.labels[language]] if language in entity.labels else []


def _number(index: Index, entity: Entity, day: date | None, language: str) -> Sequence[Cell]:
    return [number.text for number in entity.at(day)]


def _county(index: Index, entity: Entity, day: date | None, language: str) -> Sequence[Cell]:
    return _entities(index, [id for number in entity.at(day) for id in number.counties])


def _region(index: Index, entity: Entity, day: date | None, language: str) -> Sequence[Cell]:
    return _entities(index, index.related("region", entity.id))


def _municipality(index: Index, entity: Entity, day: date | None, language: str) -> Sequence[Cell]:
    return _entities(index, index.related("^region", entity.id))


def _theme(index: Index, entity: Entity, day: date | None, language: str) -> Sequence[Cell]:
    return _entities(index, index.related("theme", entity.id))


def _valid_from(index: Index, entity: Entity, day: date | None, language: str) -> Sequence[Cell]:
    starts = [number.start for number in entity.numbers]
    first = min((start for start in starts if start), default=None)
    return [] if first is None or None in starts else [first]


def _valid_before(index: Index, entity: Entity, day: date | None, language: str) -> Sequence[Cell]:
    ends = [number.before for number in entity.numbers]
    last = max((end for end in ends if end), default=None)
    return [] if last is None or None in ends else [last]


def _successor(index: Index, entity: Entity, day: date | None, language: str) -> Sequence[Cell]:
    if entity.holds(day):
        return []
    return _entities(index, [number.of for number, became in index.heirs(entity, day) if became])


EXTENSIONS: Final[Mapping[str, _Told]] = {
    "name": _Told(KINDS, _name),
    "number": _Told(("municipality", "county"), _number),
    "county": _Told(("municipality",), _county, "county"),
    "region": _Told(("municipality",), _region, "region"),
    "municipality": _Told(("region",), _municipality, "municipality"),
    "theme": _Told(("region",), _theme, "theme"),
    "validFrom": _Told(("municipality", "county"), _valid_from),
    "validBefore": _Told(("municipality", "county"), _valid_before),
    "successor": _Told(("municipality", "county"), _successor),
}
"""The properties by id: the kinds that have them, how they are read, and the kind that their values are of."""


def cells(index: Index, entity: Entity, name: str, day: date | None, language: str) -> Sequence[Cell]:
    """Return the values of a property of `EXTENSIONS`: on a day where one is given, names in `language`.

    A successor is what an entity became by the day, or by now; one that is still there has none.
    """
    return EXTENSIONS[name].read(index, entity, day, language)
