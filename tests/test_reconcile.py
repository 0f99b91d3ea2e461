"""What people write is found: in any spelling, by old names, by numbers of any year, never more surely than it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import pytest

from byregion.assets import folder
from byregion.dataset import data_files, ontology_files
from byregion.engine.memory import MemoryEngine
from byregion.errors import BadRequest, RequestTooLarge
from byregion.infer import UPDATES
from byregion.namespaces import ID
from byregion.reconcile import (
    BATCH,
    KINDS,
    LONGEST,
    Asked,
    Candidate,
    Entity,
    Index,
    build,
    candidates,
    cells,
    day_of,
    read,
    starting,
    to_extend,
)
from byregion.reconcile.asking import number_of
from byregion.reconcile.spelling import folded, spelled, without_kind

IN_2016, IN_2021, TODAY = date(2016, 1, 1), date(2021, 1, 1), date(2026, 11, 23)
LENVIK, SENJA = "municipality/lenvik-1931", "municipality/senja-5421"


@pytest.fixture(scope="module")
def index() -> Index:
    """Everything that is published: all 838 numbers."""
    engine = MemoryEngine.of([*ontology_files(), *data_files(folder("data"))], UPDATES)
    try:
        return build(engine, str(ID))
    finally:
        engine.close()


def ids(found: Sequence[Candidate]) -> list[str]:
    return [item.entity.id for item in found]


def certain(found: Sequence[Candidate]) -> list[str]:
    return [item.entity.id for item in found if item.match]


def of(index: Index, text: str, **more: object) -> list[Candidate]:
    return candidates(index, Asked(text, **more))  # type: ignore[arg-type]


# --- Spelling ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["Tromsø", "TROMSØ", "tromsö", "Tromsoe", "Tromsø kommune", " tromsø "])
def test_a_name_is_certain_in_any_case_and_any_transcription(index: Index, written: str):
    assert certain(of(index, written)) == ["municipality/tromso-1902"], spelled(written)


@pytest.mark.parametrize(
    ("written", "id"),
    [
        ("Sáččá", SENJA),
        ("Leaŋgáviika", LENVIK),
        ("Porsáŋgu", "municipality/porsanger-porsangu-porsanki-2020"),
        ("Ma\u030alselv", "municipality/malselv-1924"),
        ("Kåfjord", "municipality/gaivuotna-kafjord-1940"),
        ("Baerum", "municipality/baerum-0219"),
    ],
)
def test_a_name_in_another_language_or_of_two_is_a_name(index: Index, written: str, id: str):
    found = of(index, written)
    assert ids(found)[0] == id
    assert found[0].score >= 98


def test_a_name_without_its_marks_is_likely_and_not_certain(index: Index):
    (found,) = of(index, "Malselv")
    assert (found.entity.id, found.score, found.match) == ("municipality/malselv-1924", 92.0, False)


def test_a_misspelt_name_has_a_lower_score_and_is_never_certain(index: Index):
    found = of(index, "Lenvikk")
    assert ids(found)[0] == LENVIK
    assert 70 < found[0].score < 92
    assert not certain(found)


def test_a_name_that_is_none_has_no_candidates(index: Index):
    assert of(index, "xyzzyq") == of(index, "") == of(index, "???") == []


def test_a_former_name_is_found(index: Index):
    assert "municipality/nes-0616" in ids(of(index, "Nes"))


def test_folding_takes_every_mark_and_spelling_takes_none():
    assert (spelled("Målselv"), spelled("Maalselv"), spelled("Malselv")) == ("maalselv", "maalselv", "malselv")
    assert folded("Målselv") == folded("Malselv") == "malselv"
    assert (spelled("Sáččá"), folded("Sáččá")) == ("sáččá", "sacca")
    assert without_kind("lenvik kommune") == ("lenvik", "municipality")
    assert without_kind("kommune") == ("kommune", "")


# --- Numbers and dates ------------------------------------------------------------------------------------------------


def test_a_number_is_that_of_its_day(index: Index):
    found = of(index, "1931", day=IN_2016)
    assert ids(found) == certain(found) == [LENVIK]
    assert found[0].score == 100


def test_a_number_of_nobody_today_names_its_successor_and_says_why(index: Index):
    first, second = of(index, "1931", day=TODAY)
    assert (first.entity.id, second.entity.id) == (SENJA, LENVIK)
    assert 100 > first.score > second.score
    assert not certain([first, second])
    assert [note.reason for note in first.notes] == ["became"]
    assert [note.reason for note in second.notes] == ["not-then"]


def test_without_a_day_a_number_is_the_one_that_ever_had_it(index: Index):
    found = of(index, "1931")
    assert certain(found) == [LENVIK]
    assert ids(found) == [LENVIK, SENJA]


def test_every_number_leads_to_its_municipality_on_its_own_days(index: Index):
    municipal = [number for number in index.numbers.values() if number.of.startswith("municipality/")]
    assert len(municipal) == 838
    for number in municipal:
        day = number.start or (date.fromordinal(number.before.toordinal() - 1) if number.before else TODAY)
        assert certain(of(index, number.text, day=day, kinds=frozenset({"municipality"}))) == [number.of], number


def test_after_a_split_no_part_is_certain_and_each_says_so(index: Index):
    found = of(index, "1507", day=TODAY)
    assert {"municipality/alesund-1508", "municipality/haram-1580"} <= set(ids(found))
    assert not certain(found)
    for item in found[:2]:
        assert [note.reason for note in item.notes] == ["became", "several"]


def test_what_was_not_there_yet_is_told_with_what_it_came_of(index: Index):
    found = of(index, "Senja", day=IN_2016)
    assert {LENVIK, "municipality/berg-1929", "municipality/torsken-1928", "municipality/tranoy-1927"} <= set(
        ids(found)
    )
    assert not certain(found)
    assert found[0].notes[0].reason == "came-of"


def test_a_name_that_several_have_had_is_certain_on_a_day_only(index: Index):
    assert not certain(of(index, "Ålesund"))
    assert certain(of(index, "Ålesund", day=TODAY)) == ["municipality/alesund-1508"]
    assert certain(of(index, "Ålesund", day=IN_2021)) == ["municipality/alesund-1507"]


def test_a_number_that_a_municipality_had_later_is_not_certain_before(index: Index):
    (found,) = of(index, "5530", day=IN_2021)
    assert (found.entity.id, found.match, found.notes[0].reason) == (SENJA, False, "other-number")


@pytest.mark.parametrize("written", ["1931 Lenvik", "Lenvik (1931)", "1931, Lenvik kommune", "Lenvik 1931"])
def test_a_number_beside_a_name_is_read(index: Index, written: str):
    assert certain(of(index, written)) == [LENVIK]


def test_a_number_decides_a_misspelt_name_and_contradicts_another(index: Index):
    assert certain(of(index, "Lenvk", number="1931")) == [LENVIK]
    assert not certain(of(index, "Bardu", number="1931"))


@pytest.mark.parametrize(("written", "digits"), [("301", "0301"), ("0301", "0301"), ("1931.0", "1931"), ("3", "03")])
def test_a_zero_that_a_spreadsheet_took_is_given_back(written: str, digits: str):
    assert number_of(written) == digits


# --- Types and properties ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kind", "id"),
    [
        ("Midt-Troms", "region", "region/midt-troms"),
        ("midt troms", "region", "region/midt-troms"),
        ("Trøndelag fylke", "county", "county/trondelag-50"),
        ("vekst", "theme", "concept/growth"),
        ("growth", "theme", "concept/growth"),
        ("50", "county", "county/trondelag-50"),
    ],
)
def test_counties_regions_and_themes_are_found(index: Index, written: str, kind: str, id: str):
    assert certain(of(index, written)) == [id]
    assert index.entities[id].kind == kind


def test_a_type_that_must_fit_leaves_others_out_and_one_that_should_lowers_them(index: Index):
    municipality = frozenset({"municipality"})
    assert certain(of(index, "Oslo", kinds=municipality)) == ["municipality/oslo-0301"]
    found = of(index, "Oslo", kinds=municipality, strict=False)
    assert ids(found)[:2] == ["municipality/oslo-0301", "county/oslo-03"]
    assert (found[1].score, found[1].match) == (60.0, False)
    assert not certain(of(index, "Midt-Troms", kinds=municipality, strict=False))


@pytest.mark.parametrize("county", ["Hedmark", "hedmark fylke", "04", "county/hedmark-04", "county%2Fhedmark-04"])
def test_a_county_tells_namesakes_apart(index: Index, county: str):
    assert not certain(of(index, "Våler"))
    assert certain(of(index, "Våler", known=(("county", county),))) == ["municipality/valer-0426"]


def test_any_property_that_does_not_fit_costs_and_says_so(index: Index):
    assert certain(of(index, "Lenvik", known=(("region", "Midt-Troms"),))) == [LENVIK]
    found = of(index, "Lenvik", known=(("region", "Salten"),))
    assert (found[0].score, found[0].match) == (75.0, False)
    assert found[0].notes[0].of == ("region", "Salten")


@pytest.mark.parametrize("written", [LENVIK, "municipality%2Flenvik-1931", f"{ID}{LENVIK}"])
def test_an_id_is_its_entity(index: Index, written: str):
    assert certain(of(index, written)) == [LENVIK]
    assert index.find(written) is index.entities[LENVIK]


def test_scores_are_from_0_to_100_in_order_and_the_same_again(index: Index):
    for text in ("Nes", "Våler", "Troms", "Lenvk", "1507", "skole", "Sør"):
        found = of(index, text, limit=50)
        assert found == of(index, text, limit=50)
        scores = [item.score for item in found]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 100 for score in scores)
        assert len(certain(found)) <= 1
        assert of(index, text, limit=2) == found[:2]


def test_what_begins_alike_is_suggested(index: Index):
    assert SENJA in [entity.id for entity in starting(index, "sen", frozenset(), 10)]
    assert LENVIK in [entity.id for entity in starting(index, "1931", frozenset(), 10)]
    assert {entity.kind for entity in starting(index, "tr", frozenset({"county"}), 10)} == {"county"}


# --- What is told of entities -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "name", "day", "told"),
    [
        (SENJA, "number", None, ["5421", "5530"]),
        (SENJA, "number", IN_2021, ["5421"]),
        (SENJA, "number", IN_2016, []),
        (SENJA, "county", TODAY, ["county/troms-55"]),
        (LENVIK, "region", None, ["region/midt-troms"]),
        (LENVIK, "successor", None, [SENJA]),
        (LENVIK, "successor", IN_2016, []),
        (LENVIK, "validBefore", None, [date(2020, 1, 1)]),
        (SENJA, "validFrom", None, [date(2020, 1, 1)]),
        (SENJA, "validBefore", None, []),
        ("municipality/alesund-1507", "successor", TODAY, ["municipality/alesund-1508", "municipality/haram-1580"]),
        ("concept/growth", "county", None, []),
    ],
)
def test_properties_are_those_of_the_day(index: Index, id: str, name: str, day: date | None, told: list[object]):
    found = cells(index, index.entities[id], name, day, "nb")
    assert [cell.id if isinstance(cell, Entity) else cell for cell in found] == told


def test_a_region_has_municipalities_and_themes_and_names_have_languages(index: Index):
    region = index.entities["region/midt-troms"]
    assert len(cells(index, region, "municipality", None, "nb")) == 8
    assert cells(index, region, "theme", None, "nb")
    growth = index.entities["concept/growth"]
    assert [cells(index, growth, "name", None, tag) for tag in ("nb", "en", "se")] == [["vekst"], ["growth"], []]


# --- What is asked ----------------------------------------------------------------------------------------------------


def test_a_batch_is_read():
    batch = {"q0": {"query": "1931", "type": ["Municipality"], "type_strict": "should", "limit": 3}}
    batch["q1"] = {"properties": [{"pid": "number", "v": 1931}, {"pid": "date", "v": ["", "2016-01-01T00:00:00Z"]}]}
    first, second = read(json.dumps(batch)).values()
    assert first == Asked("1931", frozenset({"municipality"}), strict=False, limit=3)
    assert second == Asked(number="1931", day=IN_2016)
    assert read("{}") == {}


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2016-01-01", IN_2016),
        ("2016", IN_2016),
        ("1.1.2016", IN_2016),
        ("2016-01-01T12:00:00Z", IN_2016),
        ("2016-13-01", None),
        ("yesterday", None),
        ("0000", None),
    ],
)
def test_a_day_is_read_as_people_write_it(written: str, day: date | None):
    assert day_of(written) == day


def test_a_value_that_cannot_be_read_leaves_nothing_certain(index: Index):
    told = {"query": "Lenvik", "properties": [{"pid": "date", "v": "sometime"}]}
    (asked,) = read(json.dumps({"q": told})).values()
    found = candidates(index, asked)
    assert ids(found)[0] == LENVIK
    assert not certain(found)
    assert found[0].notes[0].reason == "unread"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not JSON"),
        ("[]", "must be a JSON object"),
        ('{"q": 1}', "queries.q"),
        ('{"q": {}}', "neither a query nor properties"),
        ('{"q": {"query": 1}}', "must be a text"),
        ('{"q": {"query": "x", "type": "Town"}}', "Municipality, County"),
        ('{"q": {"query": "x", "type_strict": "maybe"}}', "any, should or all"),
        ('{"q": {"query": "x", "limit": 0}}', "limit"),
        ('{"q": {"query": "x", "more": 0}}', "more"),
        ('{"q": {"query": "x", "properties": [{"pid": "mayor", "v": "y"}]}}', "date, name, number"),
        ('{"q": {"query": "x", "properties": [{"pid": "date", "v": null}]}}', "value of a property"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_batch_is_refused_with_what_would_do(text: str, told: str):
    with pytest.raises(BadRequest, match=told):
        read(text)


def test_too_much_at_once_is_refused():
    with pytest.raises(RequestTooLarge):
        read(json.dumps({f"q{number}": {"query": "x"} for number in range(BATCH + 1)}))
    with pytest.raises(RequestTooLarge):
        read(json.dumps({"q": {"query": "x" * (LONGEST + 1)}}))
    with pytest.raises(RequestTooLarge):
        to_extend(json.dumps({"ids": ["x"] * 10_000, "properties": []}))


def test_every_kind_is_there(index: Index):
    assert {entity.kind for entity in index.entities.values()} == set(KINDS)
