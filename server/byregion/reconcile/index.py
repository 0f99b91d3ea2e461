"""Everything that can be meant, from one revision: its names in one spelling, its numbers, and what it became."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib.resources import files
from typing import Final, Literal, TypeVar, cast, get_args
from urllib.parse import unquote

from rdflib import Literal as RDFLiteral
from rdflib.term import Node

from byregion import results
from byregion.engine import Engine
from byregion.errors import EngineError
from byregion.reconcile.spelling import folded, spelled
from byregion.sentences import say

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Kind = Literal["municipality", "county", "region", "theme"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
PREFERRED: Final = 100.0
OTHERWISE: Final = 98.0
"""How good a name is that somebody wrote: the preferred one, or another."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of an entity from the day `start` until, but without, the day `before`; None where that is not known.

    `id` is the number's own, `of` that of whose it is, `county` that of the county it is in.
    """

    id: str
    text: str
    of: str
    counties: tuple[str, ...] = ()
    start: date | None = None
    before: date | None = None

    def holds(self, day: date | None) -> bool:
        """Tell whether it is valid on a day; without a day, whether it has no end."""
        if day is None:
            return self.before is None
        return (self.start is None or self.start <= day) and (self.before is None or day < self.before)


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that can be meant: `labels` are its preferred names by language, `names` how good each spelling is."""

    id: str
    kind: Kind
    labels: Mapping[str, str]
    names: Mapping[str, float]
    numbers: tuple[Number, ...] = ()

    def holds(self, day: date | None) -> bool:
        """Tell whether it was there on a day, as far as its numbers tell; without a day, whether it still is."""
        return not self.numbers or any(number.holds(day) for number in self.numbers)

    def at(self, day: date | None) -> tuple[Number, ...]:
        """Return its numbers on a day; without a day, all of them."""
        return self.numbers if day is None else tuple(number for number in self.numbers if number.holds(day))


@dataclass(frozen=True)
class Index:
    """What can be meant, by id, and the pairs of ids that are related, by their relation.

    An id is an IRI without `space`, the beginning of all of them: `municipality/lenvik-1931`.
    """

    space: str
    entities: Mapping[str, Entity]
    pairs: Mapping[str, Sequence[tuple[str, str]]] = field(repr=False)

    def find(self, text: str) -> Entity | None:
        """Return the entity whose id somebody wrote, or None: with a slash or with %2F, alone or as its whole IRI."""
        return self.entities.get(unquote(text.strip()).removeprefix(self.space))

    @cached_property
    def by_spelling(self) -> Mapping[str, Mapping[str, float]]:
        """How good each spelling is for each of the ids that have it."""
        return self._by(str)

    @cached_property
    def by_folding(self) -> Mapping[str, Mapping[str, float]]:
        """The same, with spellings without any mark."""
        return self._by(folded)

    @cached_property
    def foldings(self) -> tuple[str, ...]:
        """The spellings without any mark, sorted."""
        return tuple(sorted(self.by_folding))

    def _by(self, key: Callable[[str], str]) -> Mapping[str, Mapping[str, float]]:
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for entity in self.entities.values():
            for name, good in entity.names.items():
                known = found[key(name)]
                known[entity.id] = max(good, known.get(entity.id, 0.0))
        return dict(found)

    @cached_property
    def by_number(self) -> Mapping[str, Sequence[Number]]:
        """The numbers by their digits."""
        return _grouped((number.text, number) for number in self.numbers.values())

    @cached_property
    def numbers(self) -> Mapping[str, Number]:
        """The numbers by their own ids."""
        return {number.id: number for entity in self.entities.values() for number in entity.numbers}

    @cached_property
    def _related(self) -> Mapping[tuple[str, str], Sequence[str]]:
        pairs = [(name, one, other) for name, found in self.pairs.items() for one, other in found]
        forth = (((name, one), other) for name, one, other in pairs)
        back = ((("^" + name, other), one) for name, one, other in pairs)
        return _grouped([*forth, *back])

    def related(self, relation: str, id: str) -> Sequence[str]:
        """Return the ids that one is related to: by `successor`, `region`, `theme`, or backwards by `^region`."""
        return self._related.get((relation, id), ())

    def heirs(self, entity: Entity, day: date | None) -> tuple[tuple[Number, bool], ...]:
        """Return the numbers of others on a day that one's own became (True), or that they came of (False).

        Without a day, the numbers that have no end.
        """
        for relation, became in (("successor", True), ("^successor", False)):
            found = self._reached(entity, relation, day)
            if found:
                return tuple((number, became) for number in found)
        return ()

    def _reached(self, entity: Entity, relation: str, day: date | None) -> list[Number]:
        ahead, seen, found = [number.id for number in entity.numbers], set(), []
        while ahead:
            id = ahead.pop()
            if id in seen or id not in self.numbers:
                continue
            seen.add(id)
            number = self.numbers[id]
            if number.of != entity.id and number.holds(day):
                found.append(number)
            else:
                ahead += self.related(relation, id)
        return sorted(found, key=lambda number: number.text)


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)


def build(engine: Engine, space: str) -> Index:
    """Return the index of what `engine` holds; an id is an IRI without `space`, the beginning of all of them."""

    def id_of(term: Node) -> str:
        return str(term).removeprefix(space)

    numbers, others = _numbers(_select(engine, "numbers"), id_of)
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    kinds: dict[str, Kind] = {}
    for row in _select(engine, "names"):
        id, called = id_of(row["entity"]), row["name"]
        kinds[id] = cast("Kind", str(row["kind"]))
        language = called.language if isinstance(called, RDFLiteral) else None
        if str(row["preferred"]) == "true":
            labels[id].setdefault(language or "", str(called))
        else:
            others[id].append(str(called))
    entities = {
        id: Entity(id, kind, labels[id], dict(_spellings(labels[id].values(), others.get(id, ()))), numbers.get(id, ()))
        for id, kind in sorted(kinds.items())
    }
    related = ((str(row["relation"]), (id_of(row["one"]), id_of(row["other"]))) for row in _select(engine, "pairs"))
    return Index(space, entities, _grouped(related))


def _numbers(
    rows: Iterable[Mapping[str, Node]], id_of: Callable[[Node], str]
) -> tuple[dict[str, tuple[Number, ...]], dict[str, list[str]]]:
    """Return the numbers of each entity, the earliest first, and what it was called while it had them."""
    found: dict[str, dict[str, Number]] = defaultdict(dict)
    names: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        id, of, text = id_of(row["entry"]), id_of(row["entity"]), str(row["number"])
        known = found[of].get(id)
        counties = (*(known.counties if known else ()), *([id_of(row["county"])] if "county" in row else ()))
        found[of][id] = Number(id, text, of, counties, _day(row.get("start")), _day(row.get("before")))
        # A number is called by its digits and what its municipality was called then.
        digits, _, name = str(row.get("label", "")).partition(" ")
        if digits == text and name:
            names[of].append(name)
    ordered = {
        of: tuple(sorted(own.values(), key=lambda number: (number.start or date.min, number.text)))
        for of, own in found.items()
    }
    return ordered, names


def _spellings(preferred: Iterable[str], others: Iterable[str]) -> Iterator[tuple[str, float]]:
    """Yield each spelling and how good it is, the best last; a name in two languages has the name in each."""
    for name in (*others, *(part for label in preferred for part in label.split(" - "))):
        yield from ((spelled(part), OTHERWISE) for part in (name, *name.split(" - ")))
        yield spelled(name.partition(" (")[0]), OTHERWISE
    for name in preferred:
        yield spelled(name), PREFERRED


def _day(term: Node | None) -> date | None:
    return date.fromisoformat(str(term)) if term is not None else None


def _select(engine: Engine, name: str) -> list[dict[str, Node]]:
    text = (files("byregion.reconcile") / f"{name}.rq").read_text(encoding="utf-8")
    answer = results.read_solutions(engine.query(text, results.JSON).body)
    if isinstance(answer, bool):
        raise EngineError(say("query-truth", name=name))
    return [{str(variable): term for variable, term in binding.items()} for binding in answer.bindings]
