"""How alike texts are: by the matters they are of, weighed by how rare these are, and by their words.

The weights are those of TF-IDF (Spärck Jones 1972): a matter or word of few texts tells more than one of many. Two
texts that are of a matter are as alike as the angle between their matters says, and a little by their words. Of texts
that no matter was found in, the words decide: the angle between them, and how far the words are spelled the same
(rapidfuzz). Nothing is compared that has no matter or word in common: an inverted index gives the pairs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log, sqrt
from typing import Final

from rapidfuzz import fuzz

MATTERS: Final = 0.9
"""What the matters count for in the score where there are any; their words count for the rest."""
ENOUGH: Final = 2
"""How many words texts without matters have in common at least: one may mean anything."""
POSTING: Final = 50
"""How many texts of a matter or word are compared with each other, all with all; of more, those next to each other."""


@dataclass(frozen=True, slots=True)
class Item:
    """A text to compare: its name, what it is never compared within, its matters and words with how much each counts.

    `opposite` says that the text denies something: it is compared with none that affirms.
    """

    name: str
    group: str
    matters: Mapping[str, float]
    words: Mapping[str, float]
    spelled: str
    opposite: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, the one with the first name first, and how alike they are from 0 to 1."""

    one: Item
    other: Item
    score: float


@dataclass(frozen=True, slots=True)
class _Vector:
    """What a text is of, weighed, and its length."""

    weights: Mapping[str, float]
    length: float = field(default=0.0)

    @classmethod
    def of(cls, counts: Mapping[str, float], rarity: Mapping[str, float]) -> _Vector:
        weights = {name: count * rarity[name] for name, count in counts.items()}
        return cls(weights, sqrt(sum(weight * weight for weight in weights.values())))

    def angle(self, other: _Vector) -> float:
        """Return the cosine of the angle between two vectors, 0 where one of them is empty."""
        if not (self.length and other.length):
            return 0.0
        common = sorted(self.weights.keys() & other.weights.keys())
        return sum(self.weights[name] * other.weights[name] for name in common) / (self.length * other.length)


def alike(items: Sequence[Item], least: float) -> Iterator[Pair]:
    """Yield the pairs of `items` of different groups that are alike by `least` or more, in the order of their names."""
    ordered = sorted(items, key=lambda item: item.name)
    matters = _rarity([item.matters for item in ordered])
    words = _rarity([item.words for item in ordered])
    vectors = [(_Vector.of(item.matters, matters), _Vector.of(item.words, words)) for item in ordered]
    for here, there in _candidates(ordered):
        one, other = ordered[here], ordered[there]
        score = _score(one, other, vectors[here], vectors[there])
        if score >= least:
            yield Pair(one, other, score)


def _rarity(counts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return how rare each feature is: the logarithm of all texts by those that have it, at least a little."""
    having = Counter(name for features in counts for name in features)
    return {name: log(1 + len(counts) / number) for name, number in having.items()}


def _score(one: Item, other: Item, mine: tuple[_Vector, _Vector], theirs: tuple[_Vector, _Vector]) -> float:
    words = mine[1].angle(theirs[1])
    if one.matters and other.matters:
        return min(MATTERS * mine[0].angle(theirs[0]) + (1 - MATTERS) * words, 1.0)
    if len(one.words.keys() & other.words.keys()) < ENOUGH:
        return 0.0
    return min((words + fuzz.token_sort_ratio(one.spelled, other.spelled) / 100) / 2, 1.0)


def _candidates(items: Sequence[Item]) -> Iterator[tuple[int, int]]:
    """Yield the places of the pairs that have a feature in common, each once, in order.

    Where very many texts have it, each is paired with those beside it in the order of all their features: the nearest.
    So the number of pairs grows as the number of texts, and not as its square.
    """
    postings: defaultdict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        for name in sorted({*item.matters, *item.words}):
            postings[name].append(place)
    near: defaultdict[int, set[int]] = defaultdict(set)
    for name in sorted(postings):
        places = postings[name]
        if len(places) > POSTING:
            places = sorted(places, key=lambda place: (sorted(items[place].matters), sorted(items[place].words), place))
        for at, place in enumerate(places):
            for other in places[at + 1 : at + 1 + POSTING]:
                near[min(place, other)].add(max(place, other))
    for place in sorted(near):
        for other in sorted(near[place]):
            one, two = items[place], items[other]
            if one.group != two.group and one.opposite == two.opposite:
                yield place, other
