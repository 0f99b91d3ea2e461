"""The published data against the sourced facts: numbers, names, points, events, links, programme, plan."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from rdflib import DCTERMS, FOAF, RDF, SKOS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from byregion import iri
from byregion.dataset import GraphFile, data_files, layout, read_graph
from byregion.namespaces import BR, CONCEPT, ID, WGS84
from second_region import FILES as SECOND_REGION

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT.parent / "shared" / "facts"
FILES = [item.path for item in (*data_files(ROOT / "data"), *SECOND_REGION)]

WIKIDATA = "http://www.wikidata.org/entity/"
GEONAMES = "https://sws.geonames.org/"
KARTVERKET = "https://data.geonorge.no/administrativeEnheter/"
Row = dict[str, str]


@cache
def facts(name: str) -> list[Row]:
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows, f"{name} has no row"
    return rows


def union(files: Iterable[GraphFile]) -> Graph:
    """Everything that some files say, as one graph."""
    graph = Graph()
    for item in files:
        graph += read_graph(item.path)
    return graph


@pytest.fixture(scope="module")
def data() -> Graph:
    return union(data_files(ROOT / "data"))


@pytest.fixture(scope="module")
def fixture() -> Graph:
    return union(SECOND_REGION)


@pytest.fixture(scope="module")
def plan() -> Graph:
    return read_graph(ROOT / "data" / "midt-troms-plan" / "stated.ttl")


def municipality_rows() -> list[Row]:
    return [row for row in facts("municipalities.csv") if row["kind"] == "municipality"]


def county_rows() -> list[Row]:
    return [row for row in facts("municipalities.csv") if row["kind"] == "county"]


def number_iri(number: str) -> URIRef:
    return iri.entity("municipality-number", number)


def municipality_iri(name: str, rows: list[Row]) -> URIRef:
    """The IRI by the name and the first number that the facts know."""
    first = next(row["number"] for row in rows if row["name"] == name)
    return iri.entity("municipality", f"{iri.slug(name)}-{first}")


def county_iri(row: Row) -> URIRef:
    return iri.entity("county", f"{iri.slug(row['name'])}-{row['number']}")


def date(text: str) -> list[Node]:
    return [Literal(text, datatype=XSD.date)] if text else []


def all_of(graph: Graph, kind: str) -> list[Node]:
    found = sorted(graph.subjects(RDF.type, BR[kind]), key=str)
    assert found, f"there is no br:{kind}"
    return found


# --- Every file -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_file_is_in_the_canonical_layout(path: Path):
    assert path.read_bytes() == layout(read_graph(path)).encode()


def test_no_dbpedia_and_no_encyclopedia_is_linked(data: Graph, fixture: Graph):
    iris = {str(term) for triple in [*data, *fixture] for term in triple if isinstance(term, URIRef)}
    assert len(iris) > 500
    assert not [term for term in iris if "dbpedia.org" in term or "snl.no" in term]


# --- Municipalities and counties through time -------------------------------------------------------------------------


def points() -> list[Row]:
    with (ROOT / "data" / "municipalities" / "source" / "points.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _numbers(row: Row) -> list[str]:
    """The numbers of the municipality of a row, which has one row for each."""
    return [other["number"] for other in municipality_rows() if other["name"] == row["name"]]


@pytest.mark.parametrize("row", municipality_rows(), ids=lambda row: f"{row['number']} {row['name']}")
def test_a_municipality_and_its_number_are_as_the_facts_say(data: Graph, row: Row):
    number, municipality = number_iri(row["number"]), municipality_iri(row["name"], municipality_rows())
    assert list(data.objects(number, BR.number)) == [Literal(row["number"])]
    assert list(data.objects(number, BR.numberOf)) == [municipality]
    assert list(data.objects(number, BR.validFrom)) == date(row["number_valid_from"])
    assert list(data.objects(number, BR.validBefore)) == date(row["number_valid_to_exclusive"])
    assert list(data.objects(municipality, SKOS.prefLabel)) == [Literal(row["official_names"], "nb")]
    sami = [Literal(row["sami_name_nsme"], "se")] if row["sami_name_nsme"] else []
    assert list(data.objects(municipality, SKOS.altLabel)) == sami
    # Of the points that the tables have, the facts' own is one, and the stated one is the same or Kartverket's.
    told = [(point["lat"], point["long"]) for point in points() if point["number"] in _numbers(row)]
    assert (row["lat"], row["lon"]) in told
    (lat,), (long,) = (list(data.objects(municipality, way)) for way in (WGS84.lat, WGS84.long))
    assert {lat.datatype, long.datatype} == {XSD.decimal}
    assert (str(lat), str(long)) in told


@pytest.mark.parametrize("row", county_rows(), ids=lambda row: f"{row['number']} {row['name']}")
def test_a_county_is_as_the_facts_say(data: Graph, row: Row):
    county = county_iri(row)
    assert list(data.objects(county, BR.number)) == [Literal(row["number"])]
    assert list(data.objects(county, SKOS.prefLabel)) == [Literal(row["official_names"], "nb")]
    assert list(data.objects(county, BR.validFrom)) == date(row["number_valid_from"])
    assert list(data.objects(county, BR.validBefore)) == date(row["number_valid_to_exclusive"])
    sami = [Literal(row["sami_name_nsme"], "se")] if row["sami_name_nsme"] else []
    assert list(data.objects(county, SKOS.altLabel)) == sami


def test_the_numbers_in_the_data_are_those_of_the_facts_and_no_others(data: Graph):
    numbers = {str(data.value(item, BR.number)) for item in all_of(data, "MunicipalityNumber")}
    assert numbers == {row["code"] for row in facts("all_municipalities.csv")}
    assert len(numbers) == 838


def test_the_wide_table_agrees_with_the_narrow_one():
    wide = {row["code"]: row for row in facts("all_municipalities.csv")}
    for row in municipality_rows():
        other = wide[row["number"]]
        assert other["name"] == row["name"]
        assert other["valid_to_exclusive"] == row["number_valid_to_exclusive"]
        assert other["successor_codes"] == row["successor_numbers"]


def test_a_number_lies_in_the_county_that_its_first_two_digits_name(data: Graph, fixture: Graph):
    for graph in (data, fixture):
        for item in all_of(graph, "MunicipalityNumber"):
            (county,) = graph.objects(item, BR.county)
            assert str(graph.value(item, BR.number))[:2] == str(graph.value(county, BR.number))


def test_the_events_are_the_changes_of_the_facts(data: Graph):
    told = {
        (number_iri(row["code"]), number_iri(later), row["valid_to_exclusive"])
        for row in facts("all_municipalities.csv")
        for later in row["successor_codes"].split()
    }
    assert len(told) > 400
    counties = set(all_of(data, "County"))
    stated = {
        (before, after, str(data.value(event, BR.date)))
        for event in all_of(data, "ChangeEvent")
        for before in data.objects(event, BR.changedFrom)
        for after in data.objects(event, BR.changedTo)
    }
    assert {step for step in stated if step[0] not in counties} == told
    between = {step for step in stated if step[0] in counties}
    rows = {row["number"]: row for row in county_rows()}
    for row in rows.values():
        for number in row["successor_numbers"].split():
            if number in rows:
                assert (county_iri(row), county_iri(rows[number]), row["number_valid_to_exclusive"]) in between


def test_what_changes_ends_on_the_day_that_its_successor_begins(data: Graph, fixture: Graph):
    for graph in (data, fixture):
        for event in all_of(graph, "ChangeEvent"):
            day = list(graph.objects(event, BR.date))
            before, after = (list(graph.objects(event, way)) for way in (BR.changedFrom, BR.changedTo))
            assert before and after and len(day) == 1
            assert all(list(graph.objects(item, BR.validBefore)) == day for item in before), event
            if (event, BR.changeKind, CONCEPT.incorporation) not in graph:
                assert all(list(graph.objects(item, BR.validFrom)) == day for item in after), event


def test_the_kind_of_a_change_is_what_it_does(data: Graph, fixture: Graph):
    for graph in (data, fixture):
        for event in all_of(graph, "ChangeEvent"):
            if (event, BR.changeKind, CONCEPT.incorporation) in graph:
                continue
            counts = [len(list(graph.objects(event, way))) for way in (BR.changedFrom, BR.changedTo)]
            kind = "merger" if counts[0] > 1 else "split" if counts[1] > 1 else "renumbering"
            assert list(graph.objects(event, BR.changeKind)) == [CONCEPT[kind]], event


def of_one(graph: Graph, way: URIRef) -> Iterator[tuple[Node, Node]]:
    """Each pair of numbers that have the same value of a property."""
    by_value: dict[Node | None, list[Node]] = {}
    for item in all_of(graph, "MunicipalityNumber"):
        by_value.setdefault(graph.value(item, way), []).append(item)
    for items in by_value.values():
        yield from combinations(items, 2)


def test_no_two_municipalities_hold_one_number_and_none_holds_two_at_one_time(data: Graph, fixture: Graph):
    for graph in (data, fixture):
        for one, other in (*of_one(graph, BR.number), *of_one(graph, BR.numberOf)):
            assert ends_before(graph, one, other) or ends_before(graph, other, one), (one, other)


def ends_before(graph: Graph, one: Node, other: Node) -> bool:
    end, start = graph.value(one, BR.validBefore), graph.value(other, BR.validFrom)
    return end is not None and start is not None and str(end) <= str(start)


def test_the_eight_municipalities_have_the_population_that_the_region_states(data: Graph):
    region = iri.entity("region", "midt-troms")
    eight = {item for part in data.subjects(BR.region, region) for item in data.objects(part, BR.municipality)}
    rows = [row for row in municipality_rows() if row["population_2015_01_01"]]
    assert eight == {municipality_iri(row["name"], rows) for row in rows}
    stated = data.value(iri.entity("observation", "midt-troms-population"), BR.value)
    assert Literal(sum(int(row["population_2015_01_01"]) for row in rows)) == stated


# --- Links to the outside ---------------------------------------------------------------------------------------------


def by_two_sources(row: Row, system: str) -> bool:
    """Whether the facts name several sources for the identifier of a system ("QID", "GeoNames")."""
    parts = [part for part in row["source"].split(" | ") if part.startswith(f"{system}:")]
    return any(" ; " in part for part in parts)


def links_of_the_facts() -> Iterator[tuple[URIRef, URIRef, str]]:
    for row in municipality_rows():
        subject = municipality_iri(row["name"], municipality_rows())
        for system, target in (("QID", WIKIDATA + row["wikidata"]), ("GeoNames", f"{GEONAMES}{row['geonames']}/")):
            yield subject, SKOS.exactMatch if by_two_sources(row, system) else SKOS.closeMatch, target
        if row["geonorge_kommune_id"]:
            yield subject, SKOS.closeMatch, f"{KARTVERKET}kommune/id/{row['geonorge_kommune_id']}"
    for row in county_rows():
        # One item or record for two counties, or one source: never exact.
        if row["wikidata"]:
            yield county_iri(row), SKOS.closeMatch, WIKIDATA + row["wikidata"]
        yield county_iri(row), SKOS.closeMatch, f"{GEONAMES}{row['geonames']}/"
        if row["geonorge_kommune_id"]:
            yield county_iri(row), SKOS.closeMatch, f"{KARTVERKET}fylke/id/{row['geonorge_kommune_id']}"
    assert any("Q7845382" in row["source"] for row in county_rows())
    yield iri.entity("organisation", "troms-fylkeskommune"), SKOS.closeMatch, f"{WIKIDATA}Q7845382"


def test_the_links_are_those_of_the_facts_exact_only_where_two_sources_agree():
    graph = read_graph(ROOT / "data" / "municipalities" / "links.ttl")
    stated = {(s, p, str(o)) for s, p, o in graph if p in (SKOS.exactMatch, SKOS.closeMatch)}
    assert stated == set(links_of_the_facts())
    assert Counter(predicate for _, predicate, _ in stated) == {SKOS.exactMatch: 8, SKOS.closeMatch: 21}


def test_the_item_of_two_counties_is_exactly_neither(data: Graph):
    assert not list(data.subjects(SKOS.exactMatch, URIRef(f"{WIKIDATA}Q50631")))
    assert not list(data.subjects(SKOS.exactMatch, URIRef(f"{GEONAMES}3133897/")))


# --- The programme ----------------------------------------------------------------------------------------------------


def pages(graph: Graph) -> set[str]:
    return {str(page) for page in graph.objects(None, FOAF.page)}


def test_every_page_of_the_programmes_facts_is_a_source(data: Graph):
    assert {row["source"] for row in facts("programme.csv")} <= pages(data)


def test_years_and_numbers_of_the_programme_are_those_of_the_facts(data: Graph):
    said = {(row["subject"], row["property"]): row["value"] for row in facts("programme.csv")}
    period = {"byregion": "Byregionprogrammet", "byregion-1": "Byregionprogrammet phase 1"}
    period["byregion-2"] = "Byregionprogrammet phase 2"
    for slug, subject in period.items():
        years = [data.value(iri.entity("programme", slug), way) for way in (BR.startYear, BR.endYear)]
        digits = "".join(char if char.isdigit() else " " for char in said[subject, "period"]).split()
        assert years == [Literal(year, datatype=XSD.gYear) for year in digits]
    values = {
        item.removeprefix(f"{ID}observation/"): int(data.value(URIRef(item), BR.value))
        for item in map(str, all_of(data, "Observation"))
        if item.startswith(f"{ID}observation/byregion-")
    }
    assert said[period["byregion-1"], "regions"] == (
        f"{values['byregion-1-regions']} in {values['byregion-1-counties']} counties"
    )
    assert said[period["byregion-2"], "regions and municipalities"] == (
        f"{values['byregion-2-regions']} and {values['byregion-2-municipalities']}"
    )
    assert said[period["byregion-2"], "funding"] == f"{values['byregion-2-funding'] // 10**6} MNOK (July 2015)"


# --- What other pages say of the plan ---------------------------------------------------------------------------------

STATED_BY_THE_TEXT = (("measure", "1"), ("activity", "4"), ("adoption", "1"))
"""Rows of midt_troms_plan.csv that the stored text of Midt-Troms says itself, with quotes."""


def test_every_page_that_adds_to_the_plan_is_a_source(data: Graph, plan: Graph):
    rows = [row for row in facts("midt_troms_plan.csv") if (row["kind"], row["order"]) not in STATED_BY_THE_TEXT]
    assert len(rows) == 19 - len(STATED_BY_THE_TEXT)
    told = {page for row in rows for page in (row["source"], row["second_source"]) if page}
    used = {str(page) for source in plan.objects(None, DCTERMS.source) for page in data.objects(source, FOAF.page)}
    # The table names the stored page as a second source of how the work went on; the page says that it did, and with
    # whom, but neither for how long nor with how much money.
    assert used == told - {"https://distriktssenteret.no/artikkel/byregionen-finnsnes-samspill-mellom-by-og-bygd/"}


def test_what_other_pages_say_is_a_paraphrase_of_the_region_and_no_quote(data: Graph, plan: Graph):
    statements = set(plan.subjects(BR.region, None))
    assert len(statements) == 16
    for statement in statements:
        assert list(plan.objects(statement, BR.paraphrase)) == [Literal(True)], statement
        assert not list(data.objects(statement, BR.quote)), statement


def test_the_plan_itself_is_described_by_the_text_alone(plan: Graph):
    assert not list(plan.predicate_objects(iri.entity("plan", "midt-troms-naeringsplan")))


# --- The second region ------------------------------------------------------------------------------------------------


def test_the_fixture_has_the_nine_municipalities_of_the_facts_in_their_roles(fixture: Graph):
    rows = [row for row in facts("byregion_members.csv") if row["region_slug"] == "haugesundregionen"]
    assert len(rows) == 9
    roles = {"lead": CONCEPT.applicant, "partner": CONCEPT.partner}
    told = {
        (iri.entity("municipality", f"{iri.slug(row['municipality'])}-{row['code_2015']}"), roles[row["role"]])
        for row in rows
    }
    parts = list(fixture.subjects(BR.region, iri.entity("region", "haugesundregionen")))
    stated = {(item, fixture.value(part, BR.role)) for part in parts for item in fixture.objects(part, BR.municipality)}
    assert stated == told


def test_the_fixture_differs_in_shape_from_midt_troms(fixture: Graph):
    regions = {
        municipality: {fixture.value(part, BR.region) for part in fixture.subjects(BR.municipality, municipality)}
        for municipality in all_of(fixture, "Municipality")
    }
    assert sum(len(found) == 2 for found in regions.values()) == 2, "Etne and Sveio are in two regions"
    phases = list(fixture.objects(iri.entity("region", "haugesundregionen"), BR.inPhase))
    assert len(phases) == 2
    assert len(all_of(fixture, "Measure")) == 2
    assert len(all_of(fixture, "County")) == 3
    assert not list(fixture.subjects(RDF.type, BR.Quote))


def test_the_numbers_of_the_fixture_are_as_the_facts_say(fixture: Graph):
    wide = {row["code"]: row for row in facts("all_municipalities.csv")}
    for item in all_of(fixture, "MunicipalityNumber"):
        row = wide[str(fixture.value(item, BR.number))]
        (municipality,) = fixture.objects(item, BR.numberOf)
        assert list(fixture.objects(municipality, SKOS.prefLabel)) == [Literal(row["name"], "nb")]
        assert list(fixture.objects(item, BR.validFrom)) == date(row["valid_from"])
        assert list(fixture.objects(item, BR.validBefore)) == date(row["valid_to_exclusive"])


def test_the_population_of_the_fixture_is_the_one_stated_with_a_note_that_it_does_not_fit(fixture: Graph):
    (row,) = (row for row in facts("byregions.csv") if row["slug"] == "haugesundregionen")
    observation = iri.entity("observation", "haugesundregionen-population")
    assert fixture.value(observation, BR.value) == Literal(int(row["population_2015_stated"]))
    assert row["population_2015_stated"] != row["population_2015_sum"]
    notes = [str(note).replace(" ", "") for note in fixture.objects(observation, SKOS.editorialNote)]
    assert any(row["population_2015_sum"] in note and "Utsira" in note for note in notes)
