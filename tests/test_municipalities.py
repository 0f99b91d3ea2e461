"""Norway's municipalities through time: the tables in the repository, what is made of them, and what they answer."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import DCTERMS, OWL, RDF, SKOS, Graph, Literal, URIRef

from byregion import infer, iri
from byregion.assets import folder
from byregion.cli import main
from byregion.convert import municipalities
from byregion.convert.municipalities import CODE_SETS, Numbers
from byregion.convert.tables import alphabetical, listed
from byregion.dataset import data_files, layout, ontology_files, read_graph
from byregion.errors import DataError
from byregion.namespaces import BR, CONCEPT, ID

FOLDER = folder("data") / "municipalities"
SOURCE = FOLDER / "source"
FACTS = Path(__file__).resolve().parent.parent.parent / "shared" / "facts" / "all_municipalities.csv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert found, f"{path} has no row"
    return found


@pytest.fixture(scope="module")
def stated() -> Graph:
    return read_graph(FOLDER / "stated.ttl")


@pytest.fixture(scope="module")
def follows() -> Graph:
    """What is inferred of the municipalities alone."""
    files = [*ontology_files(), *(item for item in data_files(folder("data")) if item.path.parent == FOLDER)]
    return infer.closure(files)


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return Numbers(rows(SOURCE / "numbers.csv"))


def number(code: str) -> URIRef:
    return iri.entity("municipality-number", code)


# --- The table --------------------------------------------------------------------------------------------------------


def test_the_files_are_what_the_tables_make_byte_for_byte():
    made = municipalities.parts(SOURCE).files()
    for name, graph in made.items():
        assert (FOLDER / name).read_bytes() == layout(graph).encode(), f"run byregion generate: {name} is another"
    # Links to the outside are written by hand, each with its own reason.
    assert {path.name for path in FOLDER.glob("*.ttl")} == {*made, "links.ttl"}


def test_the_table_is_the_sourced_facts_row_for_row():
    for row, fact in zip(rows(SOURCE / "numbers.csv"), rows(FACTS), strict=True):
        same = {"number": "code", "valid_before": "valid_to_exclusive", "successors": "successor_codes"}
        same |= {name: name for name in ("name", "name_latest", "valid_from", *(f"in_{year}" for year in CODE_SETS))}
        assert {name: row[name] for name in same} == {name: fact[other] for name, other in same.items()}
        assert row["geonames"] == fact["geonames_id"]
        words = {"kommunekoder": "gardenberg/kommunekoder", "regtools": "lauriejh/regtools"}
        words |= {"fylker-og-kommuner": "robhop/fylker-og-kommuner", "geonames": "GeoNames admin2Codes"}
        assert row["sources"].split() == [slug for slug, word in words.items() if word in fact["source"]]
        for note in filter(None, row["note"].split("; ")):
            assert note in fact["source"]


COUNTS = dict(zip(CODE_SETS, (428, 426, 422, 422, 356, 357), strict=True))


@pytest.mark.parametrize("year", CODE_SETS)
def test_the_numbers_valid_in_a_year_are_those_of_its_list(stated: Graph, year: str):
    day = f"{year}-06-01"
    valid = {
        str(code)
        for item, code in stated.subject_objects(BR.number)
        if (item, RDF.type, BR.MunicipalityNumber) in stated
        and str(stated.value(item, BR.validFrom) or "") <= day < str(stated.value(item, BR.validBefore) or "9999")
    }
    assert valid == {row["number"] for row in rows(SOURCE / "numbers.csv") if row[f"in_{year}"] == "1"}
    assert len(valid) == COUNTS[year]


# --- Which municipality a number is of --------------------------------------------------------------------------------


def test_a_municipality_goes_on_with_another_number_and_a_merged_one_is_new(numbers: Numbers):
    for slug, codes in {
        "bardu-1922": ["1922", "5416", "5520"],
        "senja-5421": ["5421", "5530"],
        "trondheim-1601": ["1601", "5001"],
        "stavanger-1103": ["1103"],
        "nes-0616": ["0616", "3040", "3322"],
        "hitra-1617": ["1617", "5013"],
        "hitra-5056": ["5056"],
        "alesund-1507": ["1507"],
        "alesund-1508": ["1508"],
        "haram-1534": ["1534"],
        "haram-1580": ["1580"],
    }.items():
        assert [row["number"] for row in numbers.municipalities[slug]] == codes


def test_each_of_the_six_names_of_2015_that_two_bore_is_two_municipalities(numbers: Numbers):
    of_2015 = [row for row in numbers.rows.values() if row["in_2015"] == "1"]
    twice = [name for name, count in Counter(row["name"] for row in of_2015).items() if count > 1]
    assert sorted(twice) == ["Bø", "Herøy", "Nes", "Os", "Sande", "Våler"]
    slugs = {numbers.slug(row["number"]) for row in of_2015 if row["name"] in twice}
    assert len(slugs) == 12
    assert {"valer-0137", "valer-0426"} < slugs


def test_every_municipality_of_2015_is_one_of_its_own(numbers: Numbers):
    slugs = {numbers.slug(row["number"]) for row in numbers.rows.values() if row["in_2015"] == "1"}
    assert len(slugs) == 428


def test_a_municipality_has_its_latest_name_and_its_earlier_ones_but_no_words_that_only_tell_two_apart(stated: Graph):
    nesbyen, valer = (iri.entity("municipality", slug) for slug in ("nes-0616", "valer-0137"))
    assert list(stated.objects(nesbyen, SKOS.prefLabel)) == [Literal("Nesbyen", "nb")]
    assert list(stated.objects(nesbyen, SKOS.altLabel)) == [Literal("Nes", "nb")]
    assert list(stated.objects(valer, SKOS.prefLabel)) == [Literal("Våler", "nb")]
    assert not list(stated.objects(valer, SKOS.altLabel))


# --- What happened ----------------------------------------------------------------------------------------------------


def test_the_successors_that_follow_from_the_events_are_those_of_the_table(follows: Graph):
    found = defaultdict(set)
    for earlier, later in follows.subject_objects(BR.successor):
        if "/municipality-number/" in earlier:
            found[str(earlier)[-4:]].add(str(later)[-4:])
    assert found == {
        row["number"]: set(row["successors"].split()) for row in rows(SOURCE / "numbers.csv") if row["successors"]
    }


@pytest.mark.parametrize("year", ["2020", "2024"])
def test_what_a_number_became_by_a_year_is_what_the_facts_say(stated: Graph, follows: Graph, year: str):
    day = f"{year}-01-01"

    def valid(item: URIRef) -> bool:
        return str(stated.value(item, BR.validFrom) or "") <= day < str(stated.value(item, BR.validBefore) or "9999")

    for row in rows(FACTS):
        one = number(row["code"])
        later = {one, *follows.objects(one, BR.laterSuccessor)}
        if not str(stated.value(one, BR.validFrom) or "") > day:
            assert {str(item)[-4:] for item in later if valid(URIRef(item))} == set(row[f"code_{year}"].split()), row


def test_a_split_is_told_with_all_its_parts_and_says_that_none_is_the_whole(stated: Graph):
    splits = {
        str(stated.value(event, SKOS.prefLabel)): {str(item)[-4:] for item in stated.objects(event, BR.changedTo)}
        for event in stated.subjects(BR.changeKind, CONCEPT["split"])
        if "/municipality-number/" in str(stated.value(event, BR.changedFrom))
    }
    assert splits == {
        "Snillfjord ble delt mellom Heim, Hitra og Orkland": {"5055", "5056", "5059"},
        "Tysfjord - Divtasvuodna ble delt mellom Hábmer - Hamarøy og Narvik": {"1806", "1875"},
        "Ålesund ble delt i Haram og Ålesund": {"1508", "1580"},
    }
    for event in stated.subjects(BR.changeKind, CONCEPT["split"]):
        if "/municipality-number/" in str(stated.value(event, BR.changedFrom)):
            assert {note.language for note in stated.objects(event, SKOS.editorialNote)} == {"nb", "nn", "en"}


def test_what_only_the_lists_of_2024_show_has_a_source_that_says_it(stated: Graph):
    sources = set(stated.objects(iri.entity("change-event", "alesund-2024"), DCTERMS.source))
    assert iri.entity("source", "alesund-kommunedeling") in sources
    assert iri.entity("source", "kommunekoder") not in sources


def test_a_part_of_a_split_municipality_is_called_a_part_where_it_merged(stated: Graph):
    labels = {str(label) for label in stated.objects(iri.entity("change-event", "heim-2020"), SKOS.prefLabel)}
    assert labels == {"Halsa, Hemne og en del av Snillfjord ble slått sammen til Heim"}


def test_two_went_into_a_municipality_that_kept_its_number(stated: Graph):
    events = {
        str(stated.value(event, SKOS.prefLabel)): str(stated.value(event, BR.changedTo))[-4:]
        for event in stated.subjects(BR.changeKind, CONCEPT.incorporation)
    }
    assert events == {"Finnøy og Rennesøy gikk inn i Stavanger": "1103", "Klæbu gikk inn i Trondheim": "5001"}


def test_events_are_named_after_what_they_are_about_and_the_year(stated: Graph):
    slugs = {str(event).removeprefix(f"{ID}change-event/") for event in stated.subjects(RDF.type, BR.ChangeEvent)}
    assert {"senja-2020", "bardu-2024", "snillfjord-2020", "valer-viken-2020", "valer-innlandet-2020"} < slugs
    assert all(slug.rpartition("-")[2] in ("2017", "2018", "2019", "2020", "2024") for slug in slugs)


def test_names_in_a_sentence_come_in_the_order_of_the_norwegian_alphabet():
    assert alphabetical(["Ås", "Øyer", "Ærøy", "Zoo", "Ask"]) == ["Ask", "Zoo", "Ærøy", "Øyer", "Ås"]
    assert [listed(names, "og") for names in (["A"], ["A", "B"], ["A", "B", "C"])] == ["A", "A og B", "A, B og C"]


# --- Counties ---------------------------------------------------------------------------------------------------------


def test_every_number_is_in_the_county_of_its_first_two_digits_while_that_was_one(stated: Graph):
    for item, county in stated.subject_objects(BR.county):
        assert str(stated.value(item, BR.number))[:2] == str(stated.value(county, BR.number))
        assert iri.entity("source", "ks-fylker") in set(stated.objects(item, DCTERMS.source))
        start, end = (str(stated.value(county, way) or "") for way in (BR.validFrom, BR.validBefore))
        assert str(stated.value(item, BR.validFrom) or "9999") >= start
        assert not end or str(stated.value(item, BR.validBefore)) <= end


def test_the_counties_of_a_year_are_as_many_as_there_were(stated: Graph):
    counties = list(stated.subjects(RDF.type, BR.County))
    for year, count in (("2015", 19), ("2018", 18), ("2020", 11), ("2024", 15)):
        day = f"{year}-06-01"
        valid = [
            county
            for county in counties
            if str(stated.value(county, BR.validFrom) or "")
            <= day
            < str(stated.value(county, BR.validBefore) or "9999")
        ]
        assert len(valid) == count, year


def test_the_readings_that_sources_made_needless_are_given_up_and_say_for_what():
    retired = read_graph(FOLDER / "retired.ttl")
    gone = list(retired.subjects(OWL.deprecated, Literal(True)))
    assert len(gone) == 18
    for reading in gone:
        (instead,) = retired.objects(reading, DCTERMS.isReplacedBy)
        assert str(reading).removeprefix(f"{ID}reading/") == f"municipality-number-{str(instead)[-4:]}-county"


# --- What cannot be made ----------------------------------------------------------------------------------------------


def change(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """A copy of the tables with one thing changed."""
    for path in SOURCE.iterdir():
        text = path.read_text(encoding="utf-8")
        assert path.name != name or old in text
        (tmp_path / path.name).write_text(text.replace(old, new, 1) if path.name == name else text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("numbers.csv", "number,name,", "number,navn,", "the columns of this table must be number, name,"),
        ("numbers.csv", "0101,Halden,", "0101,Halden,Halden,", "this row has 16 cells, and the table 15 columns"),
        ("numbers.csv", "2020-01-01,3001,", "2020-01-01,3999,", "0101 was followed by 3999, which is not in the table"),
        ("counties.csv", "03,Oslo", "13,Oslo", "there is no county 03 for the number 0301"),
        ("details.csv", "bardu-1922", "bardo-1922", "bardo-1922, which the other tables do not make"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_with_what_is_wrong(
    tmp_path: Path, name: str, old: str, new: str, said: str
):
    with pytest.raises(DataError, match=said):
        municipalities.parts(change(tmp_path, name, old, new))


def test_a_table_without_rows_or_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match="no table that can be read"):
        municipalities.parts(tmp_path)
    change(tmp_path, "numbers.csv", "number", "number")
    head = (SOURCE / "numbers.csv").read_text(encoding="utf-8").partition("\n")[0]
    (tmp_path / "numbers.csv").write_text(f"{head}\n", encoding="utf-8")
    with pytest.raises(DataError, match="this table has no row"):
        municipalities.parts(tmp_path)


# --- The commands -----------------------------------------------------------------------------------------------------


def byregion(*words: str, **settings: str) -> tuple[int, str, str]:
    """Exit status, answer and remarks of the command."""
    done = CliRunner().invoke(main, words, env=settings)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("number_", "date", "then", "said"),
    [
        ("1931", "2024-01-01", ["5530 Senja"], "on the way it merged with others"),
        ("1931", "2019-12-31", ["1931 Lenvik"], "is the same"),
        ("1922", "2024-01-01", ["5520 Bardu"], "is the same"),
        ("5530", "2015-01-01", ["1927 Tranøy", "1928 Torsken", "1929 Berg", "1931 Lenvik"], "merged with others"),
        ("5012", "2020-01-01", ["5055 Heim", "5056 Hitra", "5059 Orkland"], "Uncertain: the municipality was split"),
        ("1507", "2024-01-01", ["1508 Ålesund", "1580 Haram"], "Uncertain"),
        ("1613", "2024-01-01", ["5055 Heim", "5056 Hitra", "5059 Orkland"], "Uncertain"),
        ("5055", "2015-01-01", ["1571 Halsa", "1612 Hemne", "1613 Snillfjord"], "Uncertain"),
        ("5030", "2024-01-01", ["5001 Trondheim - Tråante"], "merged with others"),
    ],
)
def test_a_number_is_told_at_another_date_and_what_is_uncertain_of_it(
    number_: str, date: str, then: list[str], said: str
):
    status, answer, _ = byregion("municipality", number_, "--date", date)
    *table, last = answer.splitlines()
    assert status == 0
    assert [" ".join(re.split("  +", line)[2:4]) for line in table[1:]] == then
    assert said in last


def test_a_number_is_told_as_it_is_today_in_the_language_that_is_asked_for():
    assert byregion("municipality", "1924", "--lang", "nn")[1].splitlines()[-1] == "Kommunen er den same."


@pytest.mark.parametrize(("words", "said"), [(("9999",), "no municipality number"), (("19",), "number")])
def test_a_number_that_is_none_is_refused(words: tuple[str, ...], said: str):
    status, answer, told = byregion("municipality", *words)
    assert (status, answer) == (2, "") and said in told


def test_generate_writes_what_is_not_what_the_tables_make_and_check_only_says_so(tmp_path: Path):
    data = tmp_path / "data"
    shutil.copytree(folder("data"), data)
    assert byregion("generate", "--check", BYREGION_DATA=str(data))[:2] == (0, "")
    path = data / "municipalities" / "stated.ttl"
    path.write_text("", encoding="utf-8")
    status, answer, _ = byregion("generate", "--check", BYREGION_DATA=str(data))
    assert (status, answer) == (1, f"{path}: not what the tables make; byregion generate writes it anew\n")
    assert byregion("generate", BYREGION_DATA=str(data))[:2] == (0, f"{path}: written\n")
    assert path.read_bytes() == (FOLDER / "stated.ttl").read_bytes()
    assert byregion("generate", BYREGION_DATA=str(data))[:2] == (0, "")
