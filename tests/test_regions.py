"""The regions of the programme: the tables in the repository, what is made of them, and that nothing is hidden."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from rdflib import DCTERMS, FOAF, RDF, SKOS, Graph, Literal, URIRef

from byregion import iri
from byregion.assets import folder
from byregion.convert import regions, themes
from byregion.convert.regions import KINDS
from byregion.convert.themes import Word
from byregion.dataset import layout, read_graph
from byregion.errors import DataError
from byregion.namespaces import BR, CONCEPT, ID

DATA = folder("data")
SOURCE = DATA / "programme" / "source"
FACTS = Path(__file__).resolve().parent.parent.parent / "shared" / "facts"
Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert found, f"{path} has no row"
    return found


def facts(name: str) -> list[Row]:
    """The sourced facts, but for Midt-Troms, whose text is stored and read by hand."""
    return [row for row in rows(FACTS / name) if "midt-troms" not in (row.get("slug"), row.get("region_slug"))]


REGIONS = [row["slug"] for row in facts("byregions.csv")]


@pytest.fixture(scope="module")
def stated() -> dict[str, Graph]:
    return {region: read_graph(DATA / region / "stated.ttl") for region in REGIONS}


@pytest.fixture(scope="module")
def data() -> Graph:
    """Everything that is said of the regions, readings included."""
    graph = Graph()
    for region in REGIONS:
        for path in (DATA / region).glob("*.ttl"):
            graph += read_graph(path)
    return graph


def thing(path: str) -> URIRef:
    return URIRef(ID + path)


def pages(graph: Graph, subject: URIRef) -> set[str]:
    programme = read_graph(DATA / "programme" / "stated.ttl")
    return {
        str(page)
        for source in graph.objects(subject, DCTERMS.source)
        for page in (*graph.objects(source, FOAF.page), *programme.objects(source, FOAF.page))
    }


def addresses(text: str) -> set[str]:
    return set(re.findall(r"https?://[^\s;,)]+", text))


# --- The tables -------------------------------------------------------------------------------------------------------


def test_the_files_are_what_the_tables_make_byte_for_byte():
    made = regions.parts(DATA)
    assert list(made) == REGIONS and len(REGIONS) == 27
    for region, parts in made.items():
        files = parts.files()
        assert {path.name for path in (DATA / region).glob("*.ttl")} == set(files)
        for name, graph in files.items():
            assert (DATA / region / name).read_bytes() == layout(graph).encode(), f"run byregion generate: {region}"


def test_the_regions_are_those_of_the_facts_with_their_figures():
    for row, fact in zip(rows(SOURCE / "regions.csv"), facts("byregions.csv"), strict=True):
        assert row["region"] == fact["slug"]
        assert fact["name"].split(" (")[0] == row["name"]
        assert row["alternative"] in ("", *re.findall(r"\((.*)\)", fact["name"]))
        assert (row["population"], row["area"]) == (fact["population_2015_stated"], fact["area_km2_stated"])
        assert (row["population_sum"], row["area_sum"]) == (fact["population_2015_sum"], fact["total_area_km2_sum"])
        assert row["complete"] == fact["members_complete"]
        assert row["phase_2"] == fact["phase2"] and row["phase_1"] in (fact["phase1"], "read")
        assert set(row["pages"].split()) <= addresses(" ".join(fact.values())) | {ENTRANTS}


ENTRANTS = "https://distriktssenteret.no/artikkel/soknadsfrist-fase-2-byregionprogrammet/"


def test_the_members_are_those_of_the_facts():
    told = [(row["region_slug"], row["code_2015"], row["municipality"]) for row in facts("byregion_members.csv")]
    assert [(row["region"], row["number"], row["name"]) for row in rows(SOURCE / "members.csv")] == told
    roles = Counter(row["role"] for row in rows(SOURCE / "members.csv"))
    assert roles == {"partner": 104, "applicant": 25, "": 1}


def test_the_statements_are_those_of_the_facts_with_their_pages():
    told = {
        (row["region_slug"], row["kind"], row["order"]): (
            row["text_nb_paraphrase"],
            {row["source"], *addresses(row["second_source"])},
        )
        for row in facts("region_facts.csv")
    }
    made = {
        (row["region"], row["kind"], row["order"]): (row["text"], set(row["pages"].split()))
        for row in rows(SOURCE / "statements.csv")
    }
    assert made == told and len(made) == 261


# --- What is said, and how --------------------------------------------------------------------------------------------


def test_each_statement_is_a_paraphrase_of_its_kind_in_its_order_with_its_pages(stated: dict[str, Graph]):
    for row in facts("region_facts.csv"):
        kind, name = KINDS[row["kind"]]
        slug = f"tema-{row['order']}" if row["kind"] == "theme" else row["order"]
        graph, subject = stated[row["region_slug"]], thing(f"{kind}/{row['region_slug']}-{slug}")
        assert set(graph.objects(subject, RDF.type)) == {BR[name]}
        assert list(graph.objects(subject, BR.paraphrase)) == [Literal(True)]
        assert list(graph.objects(subject, BR.order)) == [Literal(int(row["order"]))]
        (label,) = graph.objects(subject, SKOS.prefLabel)
        text = row["text_nb_paraphrase"].removesuffix(" (teksten videre er kuttet)")
        assert label == Literal(f"Tema: {text}" if row["kind"] == "theme" else text, "nb")
        assert pages(graph, subject) == {row["source"], *addresses(row["second_source"])}


def test_nothing_is_given_as_a_quote(data: Graph):
    assert not list(data.subjects(RDF.type, BR.Quote))
    assert not list(data.subjects(BR.quote, None))
    statements = list(data.subjects(BR.paraphrase, Literal(True)))
    assert len(statements) == 261


def test_the_municipalities_take_part_in_their_roles_by_their_number_of_2015(data: Graph):
    numbers = read_graph(DATA / "municipalities" / "stated.ttl")
    roles = {"lead": CONCEPT.applicant, "partner": CONCEPT.partner}
    told = {
        (thing(f"region/{row['region_slug']}"), thing(f"municipality-number/{row['code_2015']}"), roles[row["role"]])
        for row in facts("byregion_members.csv")
    }
    made = {
        (data.value(item, BR.region), number, data.value(item, BR.role))
        for item in data.subjects(RDF.type, BR.Participation)
        for number in numbers.subjects(BR.numberOf, data.value(item, BR.municipality))
        if str(numbers.value(number, BR.validFrom) or "") <= "2015-01-01"
    }
    assert made == told


def test_etne_and_sveio_and_valer_are_in_two_regions_and_no_other(data: Graph):
    taking_part = [data.value(item, BR.municipality) for item in data.subjects(RDF.type, BR.Participation)]
    twice = {str(item).rpartition("/")[2] for item, count in Counter(taking_part).items() if count > 1}
    assert twice == {"etne-1211", "sveio-1216", "valer-0426"}


def test_a_list_that_is_not_whole_is_marked_and_says_why(data: Graph):
    marked = {
        str(item).removeprefix(f"{ID}region/") for item in data.subjects(BR.participantsIncomplete, Literal(True))
    }
    assert marked == {row["slug"] for row in facts("byregions.csv") if row["members_complete"] == "no"}
    assert len(marked) == 7
    for region in marked:
        languages = {note.language for note in data.objects(thing(f"region/{region}"), SKOS.editorialNote)}
        assert languages == {"nb", "nn", "en"}, region


def test_a_municipality_is_given_to_lister_by_nobody(data: Graph):
    assert not [
        item
        for item in data.subjects(BR.region, thing("region/listerregionen"))
        if (item, RDF.type, BR.Participation) in data
    ]


def test_names_do_not_follow_from_slugs(data: Graph):
    def name(slug: str) -> str:
        return str(data.value(thing(f"region/{slug}"), SKOS.prefLabel))

    assert name("tokke") == "Vest-Telemark"
    assert name("tonsberg") == "Tønsbergregionen"
    assert str(data.value(thing("region/narvikregionen"), SKOS.altLabel)) == "Ofoten"


# --- Phases -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", facts("byregions.csv"), ids=lambda row: row["slug"])
def test_a_region_is_in_its_phases_and_not_in_one_only_where_a_source_says_so(data: Graph, row: Row):
    region = thing(f"region/{row['slug']}")
    first, second = thing("programme/byregion-1"), thing("programme/byregion-2")
    flags = {first: row["phase1"], second: row["phase2"]}
    assert set(data.objects(region, BR.inPhase)) == {phase for phase, flag in flags.items() if flag == "1"}
    assert set(data.objects(region, BR.notInPhase)) == {phase for phase, flag in flags.items() if flag == "0"}
    if "0" in flags.values():
        assert ENTRANTS in pages(data, region)


def test_a_phase_that_only_follows_is_a_reading():
    readings = read_graph(DATA / "alstahaugregionen" / "readings.ttl")
    assert (thing("region/alstahaugregionen"), BR.inPhase, thing("programme/byregion-1")) in readings
    stated = read_graph(DATA / "alstahaugregionen" / "stated.ttl")
    assert set(stated.objects(thing("region/alstahaugregionen"), BR.inPhase)) == {thing("programme/byregion-2")}


# --- Figures ----------------------------------------------------------------------------------------------------------


def figure(data: Graph, region: str, quantity: str) -> Literal | None:
    return data.value(thing(f"observation/{region}-{quantity}"), BR.value)


@pytest.mark.parametrize("row", facts("byregions.csv"), ids=lambda row: row["slug"])
def test_a_figure_that_does_not_fit_its_list_carries_a_note(data: Graph, row: Row):
    region = row["slug"]
    for quantity, own, total in (
        ("population", row["population_2015_stated"], row["population_2015_sum"]),
        ("area", row["area_km2_stated"], row["total_area_km2_sum"]),
    ):
        assert str(figure(data, region, quantity) or "") == own
        assert str(figure(data, region, f"{quantity}-sum") or "") == total.removesuffix(".0")
        fits = not own or (own == total if quantity == "population" else float(own) < float(total))
        notes = list(data.objects(thing(f"observation/{region}-{quantity}"), SKOS.editorialNote))
        assert len(notes) == (0 if fits else 3), (region, quantity)


def test_the_figures_that_do_not_fit_are_those_of_three_regions(data: Graph):
    noted = {str(item) for item in data.subjects(RDF.type, BR.Observation) if (item, SKOS.editorialNote, None) in data}
    assert {re.sub(r".*/|-(population|area)$", "", item) for item in noted} == {
        "haugesundregionen",
        "namsosregionen",
        "ostre-agder",
    }


def test_an_area_is_read_as_land_area_where_it_is_somewhat_less_than_the_sum(data: Graph):
    read = {str(item) for item in data.subjects(BR.interpretation, CONCEPT["land-area"])}
    assert len(read) == 11
    for item in read:
        region = item.removeprefix(f"{ID}observation/").removesuffix("-area")
        ratio = float(figure(data, region, "area") or 0) / float(figure(data, region, "area-sum") or 1)
        assert 0.88 < ratio < 1, region


# --- Sources ----------------------------------------------------------------------------------------------------------


def test_every_page_of_the_facts_that_tells_of_a_region_is_a_source(data: Graph):
    programme = read_graph(DATA / "programme" / "stated.ttl")
    used = {str(page) for graph in (data, programme) for page in graph.objects(None, FOAF.page)}
    told = {
        address for row in facts("region_facts.csv") for address in addresses(f"{row['source']} {row['second_source']}")
    }
    assert told <= used


def test_a_page_is_one_source_whoever_refers_to_it(data: Graph):
    for source in data.subjects(RDF.type, BR.SourceDocument):
        assert len(list(data.objects(source, FOAF.page))) == 1
    shared = "https://namdalregionrad.no/nettverkssamling-i-byregionprogrammet-kristiansand/"
    (source,) = set(data.subjects(FOAF.page, URIRef(shared)))
    assert source == iri.entity("source", "namdalregionrad-nettverkssamling-i-byregionprogrammet-kristiansand")


# --- Themes -----------------------------------------------------------------------------------------------------------

WORDS = themes.words(SOURCE / "themes.csv")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Bygg strategien på fakta", {"knowledge": ["fakta"], "regional-planning": ["strategien"]}),
        ("TILLIT i samarbeidet", {"cooperation": ["samarbeidet"], "trust": ["tillit"]}),
        ("By- og stedsutvikling", {"place-development": ["stedsutvikling"]}),
        ("Vær fleksibel", {}),
    ],
)
def test_a_text_has_the_themes_of_its_words(text: str, given: dict[str, list[str]]):
    assert themes.found(text, WORDS) == given


def test_a_star_is_any_letters_and_a_word_without_one_is_the_whole_word():
    table = (Word("vei", "a"), Word("*plan", "b"), Word("nett*", "c"))
    assert themes.found("Veiledning om nettverk", table) == {"c": ["nettverk"]}
    assert themes.found("vei, kystsoneplan og planer", table) == {"a": ["vei"], "b": ["kystsoneplan"]}


def test_every_theme_of_the_table_is_a_concept_that_a_text_may_have():
    concepts = read_graph(folder("ontology") / "concepts.ttl")
    for word in WORDS:
        schemes = {str(item).rpartition("/")[2] for item in concepts.objects(CONCEPT[word.theme], SKOS.inScheme)}
        assert schemes <= {"themes", "industries"} and schemes, word


def test_every_word_of_the_table_is_in_some_text():
    texts = [row["text"] for row in rows(SOURCE / "statements.csv")]
    idle = [word.pattern for word in WORDS if not any(themes.found(text, [word]) for text in texts)]
    assert idle == []


def test_every_theme_of_a_statement_is_a_reading_by_the_rule_with_its_words(stated: dict[str, Graph], data: Graph):
    assert not [item for graph in stated.values() for item in graph.subjects(BR.theme, None)]
    themed = 0
    for row in rows(SOURCE / "statements.csv"):
        kind = KINDS[row["kind"]][0]
        slug = f"tema-{row['order']}" if row["kind"] == "theme" else row["order"]
        subject, found = thing(f"{kind}/{row['region']}-{slug}"), themes.found(row["text"], WORDS)
        assert set(data.objects(subject, BR.theme)) == {CONCEPT[theme] for theme in found}
        themed += bool(found)
        if found:
            reading = thing(f"reading/{kind}-{row['region']}-{slug}-tema")
            for note in data.objects(reading, SKOS.editorialNote):
                assert "themes.csv" in note and all(f"«{word}»" in note for some in found.values() for word in some)
    assert themed / 261 > 0.8


# --- What cannot be made ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "members.csv",
            "tromsoregionen,1902",
            "tromsoregionen,9902",
            "names Tromsø with the number 9902, which is none",
        ),
        ("members.csv", "tromsoregionen,1902", "tromso,1902", "there is no region tromso in regions.csv"),
        ("notes.csv", "region/salten", "region/saltem", "region/saltem, which no table makes"),
        ("readings.csv", "participation/sunnfjord-forde", "participation/sunnfjord", "sunnfjord, which no table makes"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_with_what_is_wrong(
    tmp_path: Path, name: str, old: str, new: str, said: str
):
    for dataset in ("programme", "municipalities"):
        shutil.copytree(DATA / dataset, tmp_path / dataset)
    path = tmp_path / "programme" / "source" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=said):
        regions.parts(tmp_path)
