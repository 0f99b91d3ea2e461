"""Which entities a query may mean: candidates with a score from 0 to 100, and whether one of them is certain.

A name or number that is written right, in any case and with aa, oe and ae for å, ø and æ, gives 98 to 100; one whose
letters have lost their marks 92 at most; one that is nearly the same up to 90 by its likeness. What does not fit the
rest of the query costs: the kind 40, the day 45, a value 25, the number 30. What something became before the day, or
came of after it, has 35 less than what was named. Certain is what is written right, fits, and is the only one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from rapidfuzz import fuzz, process

from byregion.reconcile.asking import Asked, day_of, number_of
from byregion.reconcile.index import Entity, Index, Kind, Number
from byregion.reconcile.spelling import folded, spelled, without_kind
from byregion.reconcile.telling import EXTENSIONS, cells

_UNMARKED: Final = 0.92
_ALIKE: Final = 0.9
_LEAST_ALIKE: Final = 72.0
_BY_BOTH: Final = 95.0
_NUMBER_ONLY: Final = 90.0
_COST: Final = {
    "kind": 40.0,
    "day": 45.0,
    "number-day": 20.0,
    "value": 25.0,
    "number": 30.0,
    "heir": 35.0,
    "heirs": 40.0,
}
_NUMBER_FIRST: Final = re.compile(r"\s*([0-9]{4})[\s,:.-]+(\S.*)")
_NUMBER_LAST: Final = re.compile(r"(.*\S)[\s,:(-]+([0-9]{4})\)?\s*")


@dataclass(frozen=True, slots=True)
class Note:
    """Why a candidate is not certain: what kind of reason, and the numbers, names or texts that it is about."""

    reason: str
    of: tuple[Entity | Number | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that may be meant."""

    entity: Entity
    score: float
    match: bool = False
    notes: tuple[Note, ...] = field(default=())


def candidates(index: Index, asked: Asked) -> list[Candidate]:
    """Return what a query may mean, the likeliest first; the same for the same index and query."""
    asked, hint = _parsed(index, asked)
    judged: dict[str, Candidate] = {}
    for entity, score, right in _hits(index, asked):
        if asked.kinds and asked.strict and entity.kind not in asked.kinds:
            continue
        for candidate in (
            _judged(index, asked, hint, entity, score, right),
            *_heirs(index, asked, entity, score, right),
        ):
            known = judged.get(candidate.entity.id)
            if known is None or known.score < candidate.score:
                judged[candidate.entity.id] = candidate
    certain = [candidate for candidate in judged.values() if candidate.match]
    found = sorted(judged.values(), key=_order)[: asked.limit]
    return [replace(item, match=item.match and len(certain) == 1) for item in found]


def _order(candidate: Candidate) -> tuple[float, bool, str, str]:
    entity = candidate.entity
    return -candidate.score, not entity.holds(None), entity.kind, entity.id


def _parsed(index: Index, asked: Asked) -> tuple[Asked, frozenset[str]]:
    """Return the query with the number and the kind that stand in its text taken apart, and the kind as a hint."""
    text, number = asked.text.strip(), asked.number
    if index.find(text) is not None:
        return asked, frozenset()
    if digits := number_of(text) if "/" not in text else "":
        return replace(asked, text="", number=number or digits), frozenset()
    if found := _NUMBER_FIRST.fullmatch(text):
        number, text = number or found[1], found[2]
    elif found := _NUMBER_LAST.fullmatch(text):
        text, number = found[1], number or found[2]
    name, kind = without_kind(spelled(text))
    return replace(asked, text=name, number=number), frozenset({kind} if kind and not asked.kinds else ())


def _hits(index: Index, asked: Asked) -> Iterator[tuple[Entity, float, bool]]:
    """Yield the entities whose name or number is that of the query, how good it is, and whether it is written right."""
    numbered = {number.of for number in index.by_number.get(asked.number, ())}
    if not asked.text:
        yield from ((index.entities[id], 100.0, True) for id in sorted(numbered))
        return
    if (entity := index.find(asked.text)) is not None:
        yield entity, 100.0, True
        return
    named = _named(index, asked)
    for id in sorted({*named, *numbered}):
        score, right = named.get(id, (_NUMBER_ONLY - _COST["number"], False))
        if id in named and id in numbered and not right:
            # A misspelt name with its own number: the number says which.
            score, right = max(score, _BY_BOTH), True
        yield index.entities[id], score, right


def _named(index: Index, asked: Asked) -> dict[str, tuple[float, bool]]:
    right = {id: (good, True) for id, good in index.by_spelling.get(asked.text, {}).items()}
    if any(not asked.kinds or index.entities[id].kind in asked.kinds for id in right):
        return right
    wanted, found = folded(asked.text), dict(right)
    alike = process.extract(
        wanted, index.foldings, scorer=fuzz.token_sort_ratio, processor=None, score_cutoff=_LEAST_ALIKE, limit=50
    )
    for name, likeness, _ in alike:
        share = _UNMARKED if name == wanted else _ALIKE * likeness / 100
        for id, good in index.by_folding[name].items():
            if id not in found or found[id][0] < good * share:
                found[id] = right.get(id) or (good * share, False)
    return found


def _judged(index: Index, asked: Asked, hint: frozenset[str], entity: Entity, score: float, right: bool) -> Candidate:
    notes = [Note("unread", (name,)) for name in asked.unread]
    costs = 0.0
    wanted = asked.kinds or hint
    if wanted and entity.kind not in wanted:
        costs += _COST["kind"]
        right = False
    if asked.day and not entity.holds(asked.day):
        costs += _COST["day"]
        notes.append(Note("not-then", (entity,)))
    elif asked.number and entity.numbers and not _has_number(asked, entity):
        has_ever = any(number.text == asked.number for number in entity.numbers)
        costs += _COST["number-day" if has_ever else "number"]
        notes.append(Note("other-number", entity.at(asked.day)))
    for name, value in asked.known:
        if entity.kind in EXTENSIONS[name].kinds and not _fits(index, entity, name, value, asked.day):
            costs += _COST["value"]
            notes.append(Note("other-value", (name, value)))
    return Candidate(entity, _rounded(score - costs), right and not notes, tuple(notes))


def _has_number(asked: Asked, entity: Entity) -> bool:
    return any(number.text == asked.number for number in entity.at(asked.day))


def _fits(index: Index, entity: Entity, name: str, value: str, day: date | None) -> bool:
    """Tell whether an entity has a value that somebody gave for a property: a name, a number, an id or a day."""
    held = day if entity.at(day) else None
    for language in entity.labels if name == "name" else ("",):
        for cell in cells(index, entity, name, held, language):
            if isinstance(cell, Entity):
                if cell == index.find(value) or number_of(value) in {number.text for number in cell.numbers}:
                    return True
                if without_kind(spelled(value))[0] in cell.names:
                    return True
            elif cell in (value, day_of(value)) or (isinstance(cell, str) and spelled(cell) == spelled(value)):
                return True
    return False


def _heirs(index: Index, asked: Asked, entity: Entity, score: float, right: bool) -> Iterator[Candidate]:
    """Yield what an entity became, or came of, where it is named and was not there on the day."""
    if not right or not entity.numbers or entity.holds(asked.day):
        return
    if asked.kinds and entity.kind not in asked.kinds:
        return
    own = [number for number in entity.numbers if number.text == asked.number] or [entity.numbers[-1]]
    heirs = index.heirs(entity, asked.day)
    for number, became in heirs:
        cost = _COST["heir" if len(heirs) == 1 else "heirs"]
        notes = [Note("became" if became else "came-of", (own[0], number))]
        if len(heirs) > 1:
            notes.append(Note("several", tuple(item for item, _ in heirs)))
        yield Candidate(index.entities[number.of], _rounded(score - cost), False, tuple(notes))


def _rounded(score: float) -> float:
    return round(min(max(score, 0.0), 100.0), 1)


def starting(index: Index, prefix: str, kinds: frozenset[Kind], limit: int) -> list[Entity]:
    """Return the entities whose name or number begins as `prefix`, then those with such a word, then those alike."""
    wanted, digits = folded(prefix), prefix.strip()
    begins = {id: 0 for name in index.foldings if name.startswith(wanted) for id in index.by_folding[name]}
    words = {id: 1 for name in index.foldings if f" {wanted}" in f" {name}" for id in index.by_folding[name]}
    numbers = {number.of: 0 for number in index.numbers.values() if digits.isdigit() and number.text.startswith(digits)}
    ranked = words | begins | numbers
    if not ranked:
        ranked = {item.entity.id: 2 for item in candidates(index, Asked(prefix, limit=limit))}
    found = [(rank, index.entities[id]) for id, rank in ranked.items() if not kinds or index.entities[id].kind in kinds]
    found.sort(key=lambda pair: (pair[0], not pair[1].holds(None), min(pair[1].names, default=""), pair[1].id))
    return [entity for _, entity in found[:limit]]
