"""Questions across regions, answered a second time from the tables and the facts, without RDF and without SPARQL.

The answers to the examples lie in tests/queries; here every value is asked that there is.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from byregion import queries
from byregion.assets import folder
from worlds import World

FACTS = Path(__file__).resolve().parent.parent.parent / "shared" / "facts"
DATA = folder("data")
QUERIES = queries.read_all(folder("queries"))
Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert found, f"{path} has no row"
    return found


@dataclass(frozen=True)
class Said:
    """Something that a region says, with its themes."""

    region: str
    kind: str
    slug: str
    themes: frozenset[str]


def by_the_tables() -> Iterator[Said]:
    words = [
        (re.compile(row["word"].replace("*", r"[^\W_]*")), row["theme"])
        for row in rows(DATA / "programme" / "source" / "themes.csv")
    ]
    for row in rows(FACTS / "region_facts.csv"):
        text = re.split(r"[\W_]+", row["text_nb_paraphrase"].lower())
        given = {theme for word in text for pattern, theme in words if pattern.fullmatch(word)}
        yield Said(row["region_slug"], row["kind"], f"{row['region_slug']}-{row['order']}", frozenset(given))


def of_midt_troms() -> Iterator[Said]:
    """What Midt-Troms says, found in its files as text."""
    themes: dict[str, set[str]] = defaultdict(set)
    for path in sorted((*(DATA / "midt-troms").glob("*.ttl"), *(DATA / "midt-troms-plan").glob("*.ttl"))):
        for block in path.read_text(encoding="utf-8").split("\n.\n"):
            subject = re.search(r"^([a-z-]+:\S+)\s*$", block, re.MULTILINE)
            given = re.search(r"br:theme((?:\s+concept:[\w-]+ ?,?)+)", block)
            if subject and given:
                themes[subject[1]] |= set(re.findall(r"concept:([\w-]+)", given[1]))
    assert len(themes) > 20
    for name, given in themes.items():
        kind, _, slug = name.partition(":")
        if kind != "plan":
            yield Said("midt-troms", kind, slug, frozenset(given))


SAID = [*by_the_tables(), *of_midt_troms()]
THEMES = sorted({theme for said in SAID for theme in said.themes})
REGIONS = {row["slug"]: row for row in rows(FACTS / "byregions.csv")}
MEMBERS = rows(FACTS / "byregion_members.csv")
NUMBERS = {row["code"]: row for row in rows(FACTS / "all_municipalities.csv")}


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def ask(world: World, name: str, **values: str | list[str]) -> list[Row]:
    """The answer to a query, IRIs by their slugs."""
    text = queries.prepare(queries.find(QUERIES, name), values)
    return [
        {key: re.sub(r"^https://w3id\.org/byregion/id/[^/]*/", "", str(term)) for key, term in row.items()}
        for row in world.columns(text)
    ]


def profile(region: str) -> set[str]:
    return {theme for said in SAID if said.region == region for theme in said.themes}


# --- Themes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEMES)
def test_the_regions_of_a_theme_are_those_that_speak_of_it(world: World, theme: str) -> None:
    kinds = {"goals": "goal", "measures": "measure", "results": "result", "advice": "advice"}
    told = defaultdict(Counter)
    for said in SAID:
        if theme in said.themes:
            told[said.region].update(["statements", *(name for name, kind in kinds.items() if kind == said.kind)])
    found = ask(world, "regions-by-theme", theme=f"concept/{theme}")
    assert {row["region"]: {name: int(row[name]) for name in ("statements", *kinds)} for row in found} == {
        region: {name: count[name] for name in ("statements", *kinds)} for region, count in told.items()
    }


def test_the_themes_of_all_regions_are_counted(world: World) -> None:
    told = {theme: [said.region for said in SAID if theme in said.themes] for theme in THEMES}
    found = ask(world, "themes-across-regions")
    assert {row["theme"]: (int(row["regions"]), int(row["statements"])) for row in found} == {
        theme: (len(set(by)), len(by)) for theme, by in told.items()
    }


def test_measures_are_counted_by_theme(world: World) -> None:
    told = {
        theme: [said.region for said in SAID if theme in said.themes and said.kind == "measure"] for theme in THEMES
    }
    found = ask(world, "measures-by-theme")
    assert {row["theme"]: (int(row["measures"]), int(row["regions"])) for row in found} == {
        theme: (len(by), len(set(by))) for theme, by in told.items() if by
    }


def test_advice_is_shared_where_two_regions_give_some_on_a_theme(world: World) -> None:
    told = {}
    for theme in THEMES:
        given = [said for said in SAID if said.kind == "advice" and theme in said.themes]
        if len({said.region for said in given}) > 1:
            told[theme] = {(said.region, said.slug) for said in given}
    found = ask(world, "advice-shared-by-regions")
    shared = defaultdict(set)
    for row in found:
        shared[row["theme"]].add((row["region"], row["advice"]))
        assert int(row["regions"]) == len({region for region, _ in told[row["theme"]]})
    assert shared == told and len(told) > 5


@pytest.mark.parametrize("region", ["midt-troms", "salten", "hallingdal", "molderegionen"])
def test_the_regions_most_alike_have_the_largest_part_of_their_themes_in_common(world: World, region: str) -> None:
    own = profile(region)
    told = {
        other: (len(own & theirs), len(own | theirs), 100 * len(own & theirs) // len(own | theirs))
        for other in REGIONS
        if other != region and own & (theirs := profile(other))
    }
    found = ask(world, "nearest-regions-by-theme", region=f"region/{region}")
    assert {row["other"]: (int(row["common"]), int(row["together"]), int(row["percent"])) for row in found} == told


@pytest.mark.parametrize(
    "goal", [said for said in SAID if said.kind == "goal" and said.themes], ids=lambda said: said.slug
)
def test_a_goal_is_like_those_of_others_that_it_has_themes_in_common_with(world: World, goal: Said) -> None:
    told = {
        said.slug: len(said.themes & goal.themes)
        for said in SAID
        if said.kind == "goal" and said.region != goal.region and said.themes & goal.themes
    }
    assert {
        row["likeGoal"]: int(row["common"]) for row in ask(world, "goals-like-this", goal=f"goal/{goal.slug}")
    } == told


def test_two_regions_are_compared_by_their_themes(world: World) -> None:
    one, two = (
        Counter(theme for said in SAID if said.region == region for theme in said.themes)
        for region in ("ostre-agder", "kongsvingerregionen")
    )
    found = ask(world, "two-regions-compared", region="region/ostre-agder", other="region/kongsvingerregionen")
    assert {row["theme"]: (int(row["statements"]), int(row["otherStatements"])) for row in found} == {
        theme: (one[theme], two[theme]) for theme in one | two
    }


def test_joint_plans_are_those_of_the_theme_and_the_plan_of_midt_troms(world: World) -> None:
    told = {said.slug for said in SAID if "regional-planning" in said.themes and said.kind in ("measure", "result")} | {
        "midt-troms-naeringsplan"
    }
    assert {row["plan"] for row in ask(world, "joint-plans")} == told


# --- Municipalities and figures ---------------------------------------------------------------------------------------


def today(number: str) -> set[str]:
    later = NUMBERS[number]["successor_codes"].split()
    return {last for item in later for last in today(item)} if later else {number}


def test_the_regions_that_no_longer_match_are_those_whose_municipalities_merged_with_others(world: World) -> None:
    became = defaultdict(set)
    for number, row in NUMBERS.items():
        if row["in_2015"] == "1":
            for last in today(number):
                became[last].add(number)
    told = set()
    for region in REGIONS:
        members = {row["code_2015"] for row in MEMBERS if row["region_slug"] == region}
        for last in {last for number in members for last in today(number)}:
            told |= {(region, last, NUMBERS[number]["name"]) for number in became[last] - members}
    found = ask(world, "regions-that-no-longer-match", date="2015-01-01")
    assert {(row["region"], row["numberNow"], row["outsideName"]) for row in found} == told
    assert len(told) == 14


def test_a_municipality_that_is_gone_leads_to_its_regions_by_the_number_it_became(world: World) -> None:
    told = defaultdict(set)
    for row in MEMBERS:
        for last in today(row["code_2015"]):
            told[last].add((row["region_slug"], row["code_2015"]))
    found = ask(world, "regions-of-any-number", number=sorted(told))
    numbers = {slug: re.sub(r".*-", "", slug) for slug in {row["municipality"] for row in found}}
    # Numbers of Trøndelag changed in 2018 too, but slugs have the first.
    assert {
        last: {(row["region"], numbers[row["municipality"]]) for row in found if row["number"] == last} for last in told
    } == told
    assert {row["number"] for row in found if row["uncertain"] == "true"} == {"1508", "1580", "1806", "1875"}


def test_municipalities_in_several_regions_and_regions_across_counties_are_those_of_the_facts(world: World) -> None:
    several = {row["municipality"][-4:] for row in ask(world, "municipalities-in-several-regions")}
    assert several == {number for number, count in Counter(row["code_2015"] for row in MEMBERS).items() if count > 1}
    counties = defaultdict(Counter)
    for row in MEMBERS:
        counties[row["region_slug"]][row["code_2015"][:2]] += 1
    found = ask(world, "regions-across-counties", date="2015-01-01")
    assert {(row["region"], row["county"][-2:], int(row["municipalities"])) for row in found} == {
        (region, county, count) for region, by in counties.items() if len(by) > 1 for county, count in by.items()
    }


def test_figures_stand_beside_their_sums(world: World) -> None:
    found = {row["regions"]: row for row in ask(world, "figures-and-sums")}
    assert set(found) == set(REGIONS)
    for region, row in found.items():
        fact = REGIONS[region]
        assert row.get("population", "") == fact["population_2015_stated"]
        assert row.get("area", "") == fact["area_km2_stated"]
        if region != "midt-troms":
            assert row.get("populationSum", "") == fact["population_2015_sum"]
            assert Decimal(row.get("areaSum", "0")) == Decimal(fact["total_area_km2_sum"] or "0")
            assert ("note" in row) == (row.get("difference", "0") != "0"), region
            assert (row.get("incomplete") == "true") == (fact["members_complete"] == "no")


def test_lists_that_are_not_whole_say_how_many_are_known(world: World) -> None:
    found = {row["region"]: int(row["known"]) for row in ask(world, "incomplete-lists")}
    assert found == {
        region: sum(member["region_slug"] == region for member in MEMBERS)
        for region, row in REGIONS.items()
        if row["members_complete"] == "no"
    }
