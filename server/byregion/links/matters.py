"""What a text is of: the concepts of `ontology/concepts.ttl` that have synonyms, which are their hidden labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rdflib import SKOS, Graph, Literal, URIRef

from byregion.links import wording
from byregion.stemming import stem

_APART: Final = 4
"""How many other words may stand between those of a synonym."""


@dataclass(frozen=True)
class Text:
    """The words of a text in their order, and the places of their stems in it."""

    words: tuple[str, ...]
    places: Mapping[str, list[int]]

    def holds(self, stems: frozenset[str]) -> bool:
        """Tell whether all of `stems` stand near each other."""
        if not stems <= self.places.keys():
            return False
        reach = len(stems) + _APART
        starts = (place for stem in stems for place in self.places[stem])
        return any(
            all(any(start <= place < start + reach for place in self.places[stem]) for stem in stems)
            for start in starts
        )

    def words_of(self, stems: frozenset[str]) -> list[str]:
        """Return the words that some stems are first of, in the order of the text."""
        return [self.words[place] for place in sorted({self.places[stem][0] for stem in stems})]


@dataclass(frozen=True, slots=True)
class Found:
    """A matter in a text: the words that say so, and how many times it is said."""

    words: tuple[str, ...]
    times: int

    @classmethod
    def of(cls, text: Text, synonyms: list[frozenset[str]]) -> Found:
        """Return what a text says by some synonyms of one matter."""
        words = dict.fromkeys(word for synonym in synonyms for word in text.words_of(synonym))
        return cls(tuple(words), max(min(len(text.places[stem]) for stem in synonym) for synonym in synonyms))


@dataclass(frozen=True)
class Matters:
    """The matters that are known: for each its names by language, and its synonyms as sets of stems."""

    names: Mapping[URIRef, Mapping[str, str]]
    synonyms: Mapping[frozenset[str], URIRef]

    @classmethod
    def of(cls, concepts: Graph) -> Matters:
        """Return the matters that a graph describes: themes, industries and narrower concepts that have synonyms.

        A synonym is a hidden label or a name in Norwegian; where two have the same, it is the first one's.
        """
        names: dict[URIRef, dict[str, str]] = {}
        synonyms: dict[frozenset[str], URIRef] = {}
        for matter in sorted(item for item in set(concepts.subjects(SKOS.hiddenLabel)) if isinstance(item, URIRef)):
            labels = [item for item in concepts.objects(matter, SKOS.prefLabel) if isinstance(item, Literal)]
            names[matter] = {str(label.language): str(label) for label in labels}
            hidden = sorted(str(label) for label in concepts.objects(matter, SKOS.hiddenLabel))
            for synonym in (
                *hidden,
                *(names[matter][language] for language in ("nb", "nn") if language in names[matter]),
            ):
                synonyms.setdefault(wording.stems(synonym), matter)
        return cls(names, synonyms)

    @cached_property
    def known(self) -> frozenset[str]:
        """The stems that synonyms are made of."""
        return frozenset(stem for synonym in self.synonyms for stem in synonym)

    @cached_property
    def _by_stem(self) -> dict[str, list[frozenset[str]]]:
        """The synonyms by one stem of theirs, so that not all of them are looked at for each text."""
        found: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
        for synonym in sorted(self.synonyms, key=sorted):
            found[min(synonym)].append(synonym)
        return dict(found)

    def read(self, text: str) -> Text:
        """Return a text as the stems of its words, each at its places.

        A compound that is no word of a synonym stands for its two parts too, where both are such words, and else for
        its last part: a «naturguidestudium» is a «studium».
        """
        places: defaultdict[str, list[int]] = defaultdict(list)
        words = tuple(wording.words(text, self.known))
        for place, word in enumerate(words):
            root = stem(word)
            also = () if root in self.known else wording.parts(word, self.known)
            for item in (root, *also):
                places[item].append(place)
        return Text(words, dict(places))

    def found(self, text: Text) -> dict[URIRef, Found]:
        """Return the matters that a text is of.

        A synonym that is a part of a longer one in the text is not looked at: «næringsplan» says nothing of its own
        where «følge opp næringsplan» is found.
        """
        near = [item for stem in sorted(text.places) for item in self._by_stem.get(stem, ()) if text.holds(item)]
        longest = [one for one in near if not any(one < other for other in near)]
        matters: defaultdict[URIRef, list[frozenset[str]]] = defaultdict(list)
        for synonym in longest:
            matters[self.synonyms[synonym]].append(synonym)
        return {matter: Found.of(text, matters[matter]) for matter in sorted(matters)}
