"""The gold set of similar statements: the statements, their strata, and the sample that was judged (no matcher).

The rule of judgement and the files are described in `tests/data/gold-links/README.md`. Nothing here is random: pairs
are drawn in the order of a hash of their names, so that the same statements give the same sample on any machine.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from pathlib import Path

from rdflib import RDF, SKOS, Graph, URIRef

from byregion.dataset import data_files, read_graph
from byregion.namespaces import BR, CONCEPT, ID

FOLDER = Path(__file__).resolve().parent / "data" / "gold-links"
SEED = "byregion gold set of similar statements, 2026-11-23"
KINDS = ("Advice", "FocusArea", "FollowUp", "Goal", "Measure", "Result")
ANSWERS = ("yes", "unclear", "no")
HALVES = ("develop", "held-out")
SAMPLED = {
    "far themes, no word": 120,
    "far themes, shared word": 30,
    "near themes, no word": 160,
    "near themes, shared word": 50,
    "one theme, no word": 90,
    "one theme, one word": 150,
    "one theme, two words": 57,
    "two themes, no word": 30,
    "two themes, one word": 60,
    "two themes, two words": 53,
}
"""How many pairs are drawn of each stratum: dense where similar pairs are likely, but never none."""

WORD_START = 5  # letters: long enough for «næringsplan» and «næringsnettverk» to share a start, «med» and «for» not
GENERAL = {
    "bedre",
    "felle",
    "flere",
    "geogr",
    "gjenn",
    "gjerne",
    "innen",
    "mello",
    "minst",
    "regio",
    "sammen",
    "samme",
    "store",
}
"""Word starts that say nothing of the matter; a handful, from the lists' commonest words."""

FIELDS: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split())
    for words in (
        "attractiveness demography housing integration labour recruitment young-people youth-participation",
        "attractiveness place-development reputation tourism",
        "competence education knowledge research recruitment labour",
        "business employment entrepreneurship growth innovation",
        "clusters-and-networks cooperation meeting-places organising ownership political-commitment trust",
        "infrastructure transport",
        "business-land housing place-development",
    )
)
"""Themes that lie near each other, only to find a stratum where similar pairs without a shared theme may lie."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it was when the pairs were drawn: its path under `…/id/`, its region's, kind, text, themes."""

    path: str
    region: str
    kind: str
    text: str
    themes: frozenset[str]


def from_data(data: Path) -> tuple[Statement, ...]:
    """Return the statements of regions in the folder `data` that are compared, by path."""
    graph = Graph()
    for file in data_files(data):
        graph += read_graph(file.path)
    return tuple(sorted(_statements(graph), key=lambda statement: statement.path))


def _statements(graph: Graph) -> Iterator[Statement]:
    for kind in KINDS:
        for node in graph.subjects(RDF.type, BR[kind]):
            assert isinstance(node, URIRef)
            yield Statement(
                node.removeprefix(ID),
                _region(graph, node),
                kind,
                text(graph, node),
                frozenset(str(theme).removeprefix(CONCEPT) for theme in graph.objects(node, BR.theme)),
            )


def _region(graph: Graph, node: URIRef) -> str:
    return str(graph.value(node, BR.region)).removeprefix(ID)


def text(graph: Graph, node: URIRef) -> str:
    """Return what a judge reads of a statement: its name as the source's language has it, and its reason if any."""
    names = {name.language: str(name) for name in graph.objects(node, SKOS.prefLabel)}
    reasons = sorted(str(reason) for reason in graph.objects(node, BR.reason) if reason.language in ("nb", None))
    return " ".join([names.get("nb") or names["nn"], *reasons])


def word_starts(words: str) -> frozenset[str]:
    """Return the first letters of the words that are long enough to say something."""
    found = re.findall(r"[^\W\d_]{4,}", words.lower())
    return frozenset(word[:WORD_START] for word in found) - GENERAL


def stratum(left: Statement, right: Statement) -> str:
    """Return the stratum of a pair, such as `one theme, no word`."""
    words = len(word_starts(left.text) & word_starts(right.text))
    shared = len(left.themes & right.themes)
    if shared:
        return f"{'two themes' if shared > 1 else 'one theme'}, {('no word', 'one word', 'two words')[min(words, 2)]}"
    return f"{'near' if _near(left, right) else 'far'} themes, {'shared word' if words else 'no word'}"


def _near(left: Statement, right: Statement) -> bool:
    """Whether two statements without a common theme have themes of one field, or one of them has no theme at all."""
    together = any(left.themes & field and right.themes & field for field in FIELDS)
    return together or not left.themes or not right.themes


Pair = tuple[Statement, Statement]


def pairs(statements: Iterable[Statement]) -> Iterator[Pair]:
    """Yield every pair of statements of different regions once, the one whose path sorts first as the left."""
    ordered = sorted(statements, key=lambda statement: statement.path)
    return ((left, right) for left, right in combinations(ordered, 2) if left.region != right.region)


def populations(statements: Iterable[Statement]) -> dict[str, list[Pair]]:
    """Return all pairs by stratum, each stratum in the order of drawing."""
    strata: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs(statements):
        strata[stratum(*pair)].append(pair)
    return {name: sorted(found, key=drawing_order) for name, found in sorted(strata.items())}


def drawing_order(pair: Pair, seed: str = SEED) -> str:
    """Return the key by which pairs are put in an order that has nothing to do with what they say."""
    return sha256("\n".join((seed, pair[0].path, pair[1].path)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A pair of the sample: its number in the order of judging, its stratum, its half."""

    number: int
    stratum: str
    half: str
    pair: Pair


def sample(statements: Iterable[Statement]) -> list[Drawn]:
    """Return the sample in the order of judging, which mixes the strata; halves alternate within a stratum."""
    drawn = [
        (pair, name, HALVES[place % 2])
        for name, found in populations(statements).items()
        for place, pair in enumerate(found[: SAMPLED[name]])
    ]
    drawn.sort(key=lambda item: drawing_order(item[0], SEED + ", order of judging"))
    return [Drawn(number, name, half, pair) for number, (pair, name, half) in enumerate(drawn, start=1)]


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the set's tables."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def snapshot() -> tuple[Statement, ...]:
    """Return the statements that the sample was drawn from, as they were on that day."""
    return tuple(
        Statement(row["statement"], row["region"], row["kind"], row["text"], frozenset(row["themes"].split()))
        for row in read_rows("statements.tsv")
    )
