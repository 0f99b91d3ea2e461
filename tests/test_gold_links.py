"""The gold set of similar statements: drawn as its README says, whole, and still about what the data says."""

from __future__ import annotations

from collections import Counter

import pytest

import gold_links
from byregion.assets import folder
from gold_links import ANSWERS, HALVES, SAMPLED, Drawn, Statement

FILES = dict(zip(HALVES, ("develop.tsv", "held-out/held-out.tsv"), strict=True))
README = (gold_links.FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def statements() -> tuple[Statement, ...]:
    return gold_links.snapshot()


@pytest.fixture(scope="module")
def sample(statements: tuple[Statement, ...]) -> list[Drawn]:
    return gold_links.sample(statements)


@pytest.fixture(scope="module")
def judged() -> dict[str, list[dict[str, str]]]:
    return {half: gold_links.read_rows(name) for half, name in FILES.items()}


def test_the_sample_is_drawn_again_from_the_statements(sample: list[Drawn], judged: dict[str, list[dict[str, str]]]):
    for half, rows in judged.items():
        drawn = [
            (str(item.number), item.stratum, item.pair[0].path, item.pair[1].path)
            for item in sample
            if item.half == half
        ]
        assert [(row["pair"], row["stratum"], row["left"], row["right"]) for row in rows] == drawn


def test_every_pair_has_one_of_the_three_answers(judged: dict[str, list[dict[str, str]]]):
    rows = [row for half in judged.values() for row in half]
    assert len(rows) >= 400
    assert {row["answer"] for row in rows} == set(ANSWERS)


def test_no_pair_is_in_both_halves_and_no_pair_is_of_one_region(judged: dict[str, list[dict[str, str]]]):
    named = {half: {frozenset((row["left"], row["right"])) for row in rows} for half, rows in judged.items()}
    assert not named["develop"] & named["held-out"]
    assert all(len(pair) == 2 for half in named.values() for pair in half)


def test_the_strata_hold_all_pairs_and_each_is_sampled(statements: tuple[Statement, ...], sample: list[Drawn]):
    found = {name: len(pairs) for name, pairs in gold_links.populations(statements).items()}
    halves = Counter((item.stratum, item.half) for item in sample)
    rows = gold_links.read_rows("strata.tsv")
    assert {row["stratum"]: int(row["pairs"]) for row in rows} == found
    assert {row["stratum"]: int(row["sampled"]) for row in rows} == SAMPLED
    assert all(int(row[half]) == halves[row["stratum"], half] > 0 for row in rows for half in HALVES)


def test_the_weights_of_the_sample_add_up_to_all_pairs(statements: tuple[Statement, ...], sample: list[Drawn]):
    total = sum(1 for _ in gold_links.pairs(statements))
    strata = {row["stratum"]: row for row in gold_links.read_rows("strata.tsv")}
    for half in HALVES:
        weights = [
            int(strata[item.stratum]["pairs"]) / int(strata[item.stratum][half]) for item in sample if item.half == half
        ]
        assert sum(weights) == pytest.approx(total)


def test_pairs_were_drawn_from_all_pairs_of_different_regions(statements: tuple[Statement, ...]):
    sizes = Counter(statement.region for statement in statements)
    within = sum(size * (size - 1) // 2 for size in sizes.values())
    everything = len(statements) * (len(statements) - 1) // 2
    assert sum(1 for _ in gold_links.pairs(statements)) == everything - within == 27331


def test_each_statement_still_says_what_was_judged(statements: tuple[Statement, ...]):
    """A statement whose words change must be judged again; themes and new statements may come as they will."""
    now = {statement.path: statement for statement in gold_links.from_data(folder("data"))}
    changed = [
        statement.path
        for statement in statements
        if statement.path not in now or now[statement.path].text != statement.text
    ]
    assert changed == []


def test_the_second_time_was_of_the_developing_half(judged: dict[str, list[dict[str, str]]]):
    again = gold_links.read_rows("again.tsv")
    assert len({row["pair"] for row in again}) == len(again) == 60
    assert {row["pair"] for row in again} <= {row["pair"] for row in judged["develop"]}
    assert {row["answer"] for row in again} <= set(ANSWERS)


def test_the_readme_says_the_agreement_that_the_answers_give(judged: dict[str, list[dict[str, str]]]):
    first = {row["pair"]: row["answer"] for row in judged["develop"]}
    pairs = [(first[row["pair"]], row["answer"]) for row in gold_links.read_rows("again.tsv")]
    same = sum(one == two for one, two in pairs)
    one, two = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    chance = sum(one[answer] * two[answer] for answer in ANSWERS) / len(pairs) ** 2
    kappa = (same / len(pairs) - chance) / (1 - chance)
    assert f"{same} of {len(pairs)} the same, Cohen's kappa {kappa:.2f}" in README


def test_the_readme_counts_the_answers_of_the_developing_half(judged: dict[str, list[dict[str, str]]]):
    rows = judged["develop"]
    for stratum in SAMPLED:
        answers = Counter(row["answer"] for row in rows if row["stratum"] == stratum)
        assert f"| {stratum} | {' | '.join(str(answers[answer]) for answer in ANSWERS)} |" in README
