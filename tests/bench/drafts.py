"""How good a draft of a page of text is: `python -m tests.bench.drafts` compares drafts with what people made.

The rule, which docs/publish.md tells too:

1. An entity counts where it rests on a passage of the page. Its class is the one it is stated to be of.
2. Its own passages are those that no other entity of its class rests on, on the same side; where it has none, all.
   (A heading that three pieces of advice share does not tell them apart.)
3. Two entities fit where they are of the same class and an own passage of the one shares at least half of the code
   points that it and an own passage of the other have together.
4. An entity fits one at most. Of all ways to pair them, one with the most pairs is taken.

Precision is the share of the draft's entities that are in a pair, recall that of the expected ones; each with its 95 %
Wilson interval. What an entity says beyond its class and its place (its name, values and links) is not compared.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from rdflib import RDF, Graph, URIRef

from byregion.assets import folder
from byregion.convert.text import Given, Words, drafted, read
from byregion.convert.text.draft import KINDS
from byregion.convert.workbook.names import Surroundings
from byregion.dataset import ontology_files, read_graph
from byregion.namespaces import BR, OA
from byregion.terms import shorten

SECOND_PAGE = Path(__file__).resolve().parents[1] / "data" / "second-page"
Place = tuple[int, int]
"""Code points of a page: start, and end (exclusive)."""
Z = 1.959964
"""Standard deviations either side of the mean that hold 95 % of a normal distribution."""


@dataclass(frozen=True)
class Entity:
    """Something that is stated, and the passages that it rests on."""

    name: str
    of: str
    places: frozenset[Place]


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        return self.hits / self.total if self.total else 0.0

    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval: Wilson, Probable inference, JASA 22 (1927) 209-212."""
        if not self.total:
            return 0.0, 1.0
        n, p = self.total, self.value
        middle = p + Z * Z / (2 * n)
        margin = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return (middle - margin) / (1 + Z * Z / n), (middle + margin) / (1 + Z * Z / n)

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.hits}/{self.total} = {self.value:.2f} [{low:.2f}, {high:.2f}]"


@dataclass(frozen=True)
class Comparison:
    """A draft and what was expected, paired."""

    draft: Sequence[Entity]
    expected: Sequence[Entity]
    pairs: Mapping[Entity, Entity]

    def precision(self, of: str = "") -> Share:
        return self._share(self.draft, self.pairs.keys(), of)

    def recall(self, of: str = "") -> Share:
        return self._share(self.expected, self.pairs.values(), of)

    @staticmethod
    def _share(entities: Sequence[Entity], paired: Iterable[Entity], of: str) -> Share:
        hits = Counter(each.of for each in paired)
        total = Counter(each.of for each in entities)
        return Share(hits[of], total[of]) if of else Share(hits.total(), total.total())

    def lines(self) -> Iterator[str]:
        """The table, and what is in no pair."""
        classes = sorted({each.of for each in (*self.draft, *self.expected)})
        width = max(map(len, classes))
        for of in (*classes, ""):
            yield f"{of or 'all':{width}}  precision {self.precision(of)}  recall {self.recall(of)}"
        paired = set(self.pairs.values())
        yield from (f"only in the draft: {each.name}" for each in self.draft if each not in self.pairs)
        yield from (f"not in the draft: {each.name}" for each in self.expected if each not in paired)


def stated(graph: Graph) -> list[Entity]:
    """Return what a graph states with passages of a stored text."""
    found = []
    for of in KINDS:
        for subject in sorted(graph.subjects(RDF.type, of)):
            places = frozenset(_place(graph, URIRef(str(quote))) for quote in graph.objects(subject, BR.quote))
            if places:
                found.append(Entity(shorten(str(subject)), shorten(of), places))
    return found


def _place(graph: Graph, quote: URIRef) -> Place:
    selector = URIRef(f"{quote}#position")
    return int(str(graph.value(selector, OA.start))), int(str(graph.value(selector, OA.end)))


def compare(draft: Sequence[Entity], expected: Sequence[Entity]) -> Comparison:
    """Return the draft and what was expected, paired by the rule above."""
    ours, theirs = _own(draft), _own(expected)
    fits = {
        one: [other for other in expected if other.of == one.of and _fit(ours[one], theirs[other])] for one in draft
    }
    taken: dict[Entity, Entity] = {}
    for one in draft:
        _pair(one, fits, taken, set())
    return Comparison(draft, expected, {one: other for other, one in taken.items()})


def _own(entities: Sequence[Entity]) -> dict[Entity, frozenset[Place]]:
    used: dict[str, Counter[Place]] = defaultdict(Counter)
    for each in entities:
        used[each.of].update(each.places)
    own = {each: frozenset(place for place in each.places if used[each.of][place] == 1) for each in entities}
    return {each: places or each.places for each, places in own.items()}


def _fit(ours: Iterable[Place], theirs: Iterable[Place]) -> bool:
    return any(
        2 * (min(one[1], other[1]) - max(one[0], other[0])) >= max(one[1], other[1]) - min(one[0], other[0])
        for one in ours
        for other in theirs
    )


def _pair(one: Entity, fits: Mapping[Entity, list[Entity]], taken: dict[Entity, Entity], seen: set[Entity]) -> bool:
    """Pair an entity, moving others to another of theirs where that makes one more pair (augmenting paths)."""
    for other in fits[one]:
        if other not in seen:
            seen.add(other)
            if other not in taken or _pair(taken[other], fits, taken, seen):
                taken[other] = one
                return True
    return False


def surroundings() -> Surroundings:
    """Return the ontology, the programme and the municipalities."""
    graph = Graph(bind_namespaces="none")
    for item in ontology_files():
        graph += read_graph(item.path)
    for name in ("municipalities", "programme"):
        graph += read_graph(folder("data") / name / "stated.ttl")
    return Surroundings(graph, "en")


def draft_of(path: Path, slug: str) -> list[Entity]:
    """Return what the importer makes of a page, with nothing told that is not on it."""
    words = Words("en")
    return stated(drafted(read(path, words), Given(slug), surroundings(), words, path).graph)


def midt_troms() -> Comparison:
    """Compare the draft of the page of Midt-Troms with its dataset."""
    home = folder("data") / "midt-troms"
    expected = stated(read_graph(home / "stated.ttl"))
    return compare(draft_of(home / "source" / "midt-troms.txt", "midt-troms"), expected)


def second_page() -> Comparison:
    """Compare the draft of the second page, which was written for the test, with what its writer expects."""
    expected = tomllib.loads((SECOND_PAGE / "expected.toml").read_text(encoding="utf-8"))["entity"]
    return compare(draft_of(SECOND_PAGE / "page.txt", "salten"), [_expected(each) for each in expected])


def _expected(entity: Mapping[str, Any]) -> Entity:
    places = frozenset((quote["start"], quote["end"]) for quote in entity["quote"])
    prefix = {"Location": "dcterms", "Organization": "org"}.get(entity["class"], "br")
    return Entity(f"{entity['class']} «{entity['name']}»", f"{prefix}:{entity['class']}", places)


def main() -> None:
    """Print how good each draft is."""
    for name, comparison in (("Midt-Troms", midt_troms()), ("The second page", second_page())):
        print(f"\n{name}")
        print(*comparison.lines(), sep="\n")


if __name__ == "__main__":
    main()
