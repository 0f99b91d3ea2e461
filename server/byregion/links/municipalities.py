"""Municipalities of others' data that are ours, by number and day, through mergers and splits.

A number is of one municipality at a time, so number and day say which. Where the day is missing, or the number was not
valid on it, or theirs holds the numbers of several of ours, no match is exact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Final

from rdflib import SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.links.proposing import NUMBER_AND_DATE, Proposal, Why
from byregion.namespaces import BR

_SURE: Final = Decimal("1.0")
_WITHOUT_DAY: Final = Decimal("0.9")


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """A number that a municipality has from a day, if that is known, until before another, if it ended."""

    text: str
    of: URIRef
    first: date = date.min
    before: date = date.max

    @property
    def timed(self) -> bool:
        """Whether anything is said of when it is valid."""
        return (self.first, self.before) != (date.min, date.max)

    def meets(self, other: Number) -> bool:
        """Tell whether two numbers are written the same and are valid on a day in common."""
        return self.text == other.text and self.first < other.before and other.first < self.before


@dataclass(frozen=True)
class Numbers:
    """The numbers of a graph, and what each became."""

    nodes: Mapping[Node, Number]
    later: Mapping[Node, frozenset[Node]]
    names: Mapping[URIRef, str]

    @classmethod
    def of(cls, graph: Graph) -> Numbers:
        """Return the numbers that a graph states with the municipality that has them."""
        nodes: dict[Node, Number] = {}
        for node, municipality in graph.subject_objects(BR.numberOf):
            text = graph.value(node, BR.number)
            if isinstance(municipality, URIRef) and text is not None:
                first, before = (_day(graph.value(node, when)) for when in (BR.validFrom, BR.validBefore))
                nodes[node] = Number(str(text), municipality, first or date.min, before or date.max)
        later: defaultdict[Node, set[Node]] = defaultdict(set)
        for event, earlier in graph.subject_objects(BR.changedFrom):
            later[earlier] |= set(graph.objects(event, BR.changedTo)) - {earlier}
        names = {number.of: _name(graph, number.of) for number in nodes.values()}
        return cls(nodes, {node: frozenset(then) for node, then in later.items()}, names)

    @cached_property
    def by_text(self) -> dict[str, list[Node]]:
        """The nodes of the numbers by how they are written."""
        found: defaultdict[str, list[Node]] = defaultdict(list)
        for node in sorted(self.nodes, key=str):
            found[self.nodes[node].text].append(node)
        return dict(found)

    @cached_property
    def by_municipality(self) -> dict[URIRef, list[Number]]:
        """The numbers of each municipality."""
        found: defaultdict[URIRef, list[Number]] = defaultdict(list)
        for number in sorted(self.nodes.values()):
            found[number.of].append(number)
        return dict(sorted(found.items()))

    def became(self, number: Number) -> list[URIRef]:
        """Return the municipalities that have, in the time of `number`, what came of it, where it had ended by then."""
        waiting = [node for node in self.by_text.get(number.text, ()) if self.nodes[node].before <= number.first]
        found: set[URIRef] = set()
        seen: set[Node] = set()
        while waiting:
            node = waiting.pop()
            if node in seen or node not in self.nodes:
                continue
            seen.add(node)
            own = self.nodes[node]
            if own.first < number.before and number.first < own.before:
                found.add(own.of)
            waiting += sorted(self.later.get(node, ()), key=str)
        return sorted(found)


def same(ours: Graph, theirs: Graph, day: date | None = None) -> Iterator[Proposal]:
    """Yield a proposal for each municipality of `theirs` that is, or may be, one of `ours`.

    `day` is the day that numbers of theirs are for that say nothing of when they are valid.
    """
    known, other = Numbers.of(ours), Numbers.of(theirs)
    for municipality, numbers in other.by_municipality.items():
        if municipality in known.by_municipality:
            continue
        timed = [_on(number, day) for number in numbers]
        found = sorted({known.nodes[node].of for number in timed for node in _meeting(known, number)})
        if found:
            yield from _found(known, municipality, timed, found)
        else:
            yield from _became(known, municipality, timed)


def _meeting(known: Numbers, number: Number) -> list[Node]:
    return [node for node in known.by_text.get(number.text, ()) if known.nodes[node].meets(number)]


def _found(known: Numbers, theirs: URIRef, numbers: list[Number], found: list[URIRef]) -> Iterator[Proposal]:
    said = ", ".join(sorted({number.text for number in numbers}))
    if len(found) > 1:
        why = _why(_SEVERAL, number=said, several=", ".join(known.names[item] for item in found))
        score = Decimal(round(100 / len(found))) / 100
        yield from (Proposal(item, SKOS.closeMatch, theirs, score, NUMBER_AND_DATE, why) for item in found)
    elif all(number.timed for number in numbers):
        why = _why(_EXACT, number=said, name=known.names[found[0]])
        yield Proposal(found[0], SKOS.exactMatch, theirs, _SURE, NUMBER_AND_DATE, why)
    else:
        why = _why(_NO_DAY, number=said, name=known.names[found[0]])
        yield Proposal(found[0], SKOS.closeMatch, theirs, _WITHOUT_DAY, NUMBER_AND_DATE, why)


def _became(known: Numbers, theirs: URIRef, numbers: list[Number]) -> Iterator[Proposal]:
    """Yield what came of the numbers of a municipality that were no longer valid in the time they are given for."""
    for number in numbers:
        heirs = known.became(number)
        day = number.first.isoformat()
        for heir in heirs:
            if len(heirs) == 1:
                why = _why(_MERGED, number=number.text, day=day, name=known.names[heir])
            else:
                several = ", ".join(known.names[item] for item in heirs)
                why = _why(_SPLIT, number=number.text, day=day, several=several)
            score = Decimal(round(50 / len(heirs))) / 100
            yield Proposal(heir, SKOS.closeMatch, theirs, score, NUMBER_AND_DATE, why)


def _on(number: Number, day: date | None) -> Number:
    if number.timed or day is None:
        return number
    return Number(number.text, number.of, day, day + timedelta(days=1))


def _day(value: Node | None) -> date | None:
    python = value.toPython() if isinstance(value, Literal) else None
    return python if isinstance(python, date) else None


def _name(graph: Graph, thing: URIRef) -> str:
    names = {item.language: str(item) for item in graph.objects(thing, SKOS.prefLabel) if isinstance(item, Literal)}
    return names.get("nb") or next((names[language] for language in sorted(names, key=str)), str(thing))


def _why(texts: Mapping[str, str], **values: str) -> Why:
    return tuple((language, text.format(**values)) for language, text in texts.items())


_EXACT: Final = {
    "nb": "{name} hadde nummer {number} i den tiden som de andre dataene oppgir, og ingen annen hadde det.",
    "nn": "{name} hadde nummer {number} i den tida som dei andre dataa oppgjev, og ingen annan hadde det.",
    "en": "{name} had the number {number} in the time that the other data state, and no other had it.",
}
_NO_DAY: Final = {
    "nb": "{name} er den eneste her som har hatt nummer {number}, men de andre dataene sier ikke når det gjelder.",
    "nn": "{name} er den einaste her som har hatt nummer {number}, men dei andre dataa seier ikkje når det gjeld.",
    "en": "{name} alone has ever had the number {number} here, but the other data do not say when it is for.",
}
_SEVERAL: Final = {
    "nb": "Usikkert: de andre dataene gir {number} til én kommune, og her er det flere: {several}.",
    "nn": "Usikkert: dei andre dataa gjev {number} til éin kommune, og her er det fleire: {several}.",
    "en": "Uncertain: the other data give {number} to one municipality, and here there are several: {several}.",
}
_MERGED: Final = {
    "nb": "Nummer {number} gjaldt ikke lenger {day}: kommunen var da gått inn i {name}, som er en annen.",
    "nn": "Nummer {number} galdt ikkje lenger {day}: kommunen hadde då gått inn i {name}, som er ein annan.",
    "en": "The number {number} was no longer valid on {day}: the municipality was part of {name}, which is another.",
}
_SPLIT: Final = {
    "nb": "Usikkert: nummer {number} gjaldt ikke lenger {day}. Kommunen var delt mellom {several}, "
    "og nummeret sier ikke hvilken del som er ment.",
    "nn": "Usikkert: nummer {number} galdt ikkje lenger {day}. Kommunen var delt mellom {several}, "
    "og nummeret seier ikkje kva del som er meint.",
    "en": "Uncertain: the number {number} was no longer valid on {day}. The municipality was split among {several}, "
    "and the number does not say which part is meant.",
}
