"""How good the proposals of similar statements are, by the gold set in `tests/data/gold-links/`.

`python -m tests.link_quality` measures on the half for tuning, `--held-out` on the other. A pair that was drawn stands
for all the pairs of its stratum, so precision and recall are estimated for all pairs of different regions; beside them
stand the plain counts, with Wilson's intervals. https://doi.org/10.1080/01621459.1927.10502953
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt

from rdflib import Graph, URIRef
from tests import gold_links as gold

from byregion.assets import folder
from byregion.dataset import data_files, ontology_files, read_graph
from byregion.links import statements as proposed
from byregion.links.matters import Matters
from byregion.namespaces import ID

RESAMPLES = 2000
SEED = 20261123
Z = 1.959964
"""What 95 % of a normal distribution lies within, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair that was judged: its stratum, how many pairs it stands for, whether it is similar, whether proposed."""

    stratum: str
    weight: float
    similar: bool
    proposed: bool


@cache
def published() -> Graph:
    """Return the ontology and the published data in one graph."""
    graph = Graph()
    for file in (*ontology_files(), *data_files(folder("data"))):
        graph += read_graph(file.path)
    return graph


def predicted(least: float = proposed.LEAST) -> set[tuple[str, str]]:
    """Return the pairs of statements of the snapshot that would be proposed, by their paths."""
    graph = published()
    statements = [proposed.Statement(URIRef(ID + item.path), item.region, item.text) for item in gold.snapshot()]
    pairs = proposed.similar(statements, Matters.of(graph), proposed.places(graph), least)
    return {(pair.one.name.removeprefix(ID), pair.other.name.removeprefix(ID)) for pair in pairs}


def judged(half: str, found: set[tuple[str, str]], unclear: bool | None) -> list[Judged]:
    """Return the pairs of a half; those that are unclear are left out (None), or taken as similar or not."""
    strata = {row["stratum"]: int(row["pairs"]) / int(row[half]) for row in gold.read_rows("strata.tsv")}
    answers = {"yes": True, "no": False, "unclear": unclear}
    rows = gold.read_rows("develop.tsv" if half == "develop" else "held-out/held-out.tsv")
    return [
        Judged(row["stratum"], strata[row["stratum"]], answer, (row["left"], row["right"]) in found)
        for row in rows
        if (answer := answers[row["answer"]]) is not None
    ]


def weighted(pairs: Sequence[Judged]) -> tuple[float, float]:
    """Return precision and recall for all pairs, as estimated from those drawn."""
    right = sum(pair.weight for pair in pairs if pair.similar and pair.proposed)
    given = sum(pair.weight for pair in pairs if pair.proposed)
    wanted = sum(pair.weight for pair in pairs if pair.similar)
    return (right / given if given else 1.0), (right / wanted if wanted else 1.0)


def wilson(right: int, of: int) -> tuple[float, float]:
    """Return the interval that a share of successes lies in, with 95 % confidence."""
    if not of:
        return 0.0, 1.0
    share = right / of
    middle = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z * sqrt(share * (1 - share) / of + Z * Z / (4 * of * of)) / (1 + Z * Z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def bootstrapped(pairs: Sequence[Judged]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the 95 % intervals of precision and recall for all pairs, drawing again within each stratum."""
    chance = random.Random(SEED)
    strata: dict[str, list[Judged]] = {}
    for pair in pairs:
        strata.setdefault(pair.stratum, []).append(pair)
    drawn = [
        weighted([again for own in strata.values() for again in chance.choices(own, k=len(own))])
        for _ in range(RESAMPLES)
    ]
    return _middle([one for one, _ in drawn]), _middle([other for _, other in drawn])


def _middle(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    return ordered[int(0.025 * len(ordered))], ordered[int(0.975 * len(ordered)) - 1]


def worst_recall(pairs: Sequence[Judged]) -> float:
    """Return the recall if each stratum where nothing missed was seen holds as much as it may, with 95 % confidence.

    Where none of n is seen, up to 3 of n may be: https://doi.org/10.1001/jama.1983.03330370053031
    """
    right = sum(pair.weight for pair in pairs if pair.similar and pair.proposed)
    missed = 0.0
    for stratum in sorted({pair.stratum for pair in pairs}):
        own = [pair for pair in pairs if pair.stratum == stratum]
        seen = sum(pair.weight for pair in own if pair.similar and not pair.proposed)
        missed += seen or 3 * own[0].weight
    return right / (right + missed)


def report(half: str, least: float, say: Callable[[str], None] = print) -> None:
    """Say how good the proposals with a score of `least` or more are on a half of the gold set."""
    found = predicted(least)
    say(f"half: {half}; score from {least}; proposed of {len(gold.snapshot())} statements: {len(found)} pairs")
    for name, unclear in (("unclear left out", None), ("unclear as yes", True), ("unclear as no", False)):
        pairs = judged(half, found, unclear)
        right = sum(pair.similar and pair.proposed for pair in pairs)
        given, wanted = sum(pair.proposed for pair in pairs), sum(pair.similar for pair in pairs)
        precision, recall = weighted(pairs)
        of_precision, of_recall = bootstrapped(pairs)
        say(f"{name}: {len(pairs)} pairs, {wanted} similar, {given} proposed, {right} both")
        for word, share, of in (("precision", right / given, given), ("recall", right / wanted, wanted)):
            low, high = wilson(right, of)
            say(f"  {word} of the pairs drawn  {share:.3f}  (Wilson {low:.3f} to {high:.3f}; {right} of {of})")
        say(f"  precision of all pairs  {precision:.3f}  (bootstrap {of_precision[0]:.3f} to {of_precision[1]:.3f})")
        say(f"  recall of all pairs  {recall:.3f}  (bootstrap {of_recall[0]:.3f} to {of_recall[1]:.3f};")
        say(f"    {worst_recall(pairs):.3f} if the strata without a missed pair hold as many as they may)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", action="store_true", help="measure on the half that nothing was tuned on")
    parser.add_argument("--least", type=float, default=proposed.LEAST, help="the score from which a pair is proposed")
    asked = parser.parse_args()
    report("held-out" if asked.held_out else "develop", asked.least)
