"""Municipalities of others are found by number and day, through the reforms, and what is unsure is called so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import SKOS, XSD

from byregion.links import Proposal, identifiers, municipalities, proposing
from byregion.namespaces import BR, ID, empty_graph
from link_world import OF_THEIRS, between, ours, theirs

IN_2015, IN_2024 = date(2015, 1, 1), date(2024, 1, 1)


def found(day: date | None = IN_2015) -> list[Proposal]:
    return list(municipalities.same(ours(), theirs(), day))


def of(name: str, day: date | None = IN_2015) -> dict[str, Proposal]:
    """What is proposed for a municipality of theirs, by the path of ours."""
    target = URIRef(f"{OF_THEIRS}municipality/{name}")
    return {item.subject.removeprefix(f"{ID}municipality/"): item for item in found(day) if item.object == target}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("lenvik", "lenvik-1931"),
        ("senja", "senja-5421"),
        ("berg", "berg-1929"),
        ("tysfjord", "tysfjord-divtasvuodna-1850"),
    ],
)
def test_a_number_and_a_day_give_one_municipality_exactly(name: str, slug: str):
    (only,) = of(name).items()
    assert only[0] == slug
    assert (only[1].predicate, only[1].score) == (SKOS.exactMatch, Decimal("1.0"))
    assert only[1].method == proposing.NUMBER_AND_DATE


def test_every_number_of_ours_at_a_day_in_each_list_gives_its_own_municipality():
    known = municipalities.Numbers.of(ours())
    days = [date(2015, 1, 1), date(2017, 1, 1), date(2018, 1, 1), date(2020, 1, 1), date(2024, 1, 1)]
    counts = []
    for day in days:
        graph, wanted = empty_graph(), {}
        for number in known.nodes.values():
            if number.first <= day < number.before:
                thing, node = URIRef(f"{OF_THEIRS}municipality/m-{number.text}"), BNode()
                graph.add((node, BR.number, Literal(number.text)))
                graph.add((node, BR.numberOf, thing))
                wanted[thing] = number.of
        proposals = list(municipalities.same(ours(), graph, day))
        assert {item.object: item.subject for item in proposals} == wanted
        assert {item.predicate for item in proposals} == {SKOS.exactMatch}
        counts.append(len(proposals))
    assert counts == [428, 426, 422, 356, 357]


def test_without_a_day_no_match_is_exact_and_the_reason_says_so():
    (proposal,) = of("tysfjord", None).values()
    assert proposal.predicate == SKOS.closeMatch
    assert "sier ikke når" in dict(proposal.why)["nb"]


def test_a_number_that_merged_into_another_is_close_to_what_it_became():
    (only,) = of("berg", IN_2024).items()
    assert only[0] == "senja-5421"
    assert only[1].predicate == SKOS.closeMatch
    assert "Senja" in dict(only[1].why)["en"]


def test_a_number_that_was_split_is_close_to_each_part_and_uncertain():
    parts = of("tysfjord", IN_2024)
    assert set(parts) == {"narvik-1806", "habmer-hamaroy-1875"}
    for proposal in parts.values():
        assert (proposal.predicate, proposal.score) == (SKOS.closeMatch, Decimal("0.25"))
        assert dict(proposal.why)["nb"].startswith("Usikkert")
        assert dict(proposal.why)["en"].startswith("Uncertain")


def test_one_of_theirs_with_the_numbers_of_two_of_ours_is_close_to_both_and_uncertain():
    both = of("alesund")
    assert set(both) == {"alesund-1507", "alesund-1508"}
    assert {item.predicate for item in both.values()} == {SKOS.closeMatch}
    assert all("Uncertain" in dict(item.why)["en"] for item in both.values())


def test_a_number_that_nobody_ever_had_gives_nothing():
    assert of("nowhere") == of("nowhere", IN_2024) == of("nowhere", None) == {}


def test_our_own_municipalities_are_not_linked_to_themselves():
    assert list(municipalities.same(ours(), ours(), IN_2015)) == []


# --- Identifiers that a table states ----------------------------------------------------------------------------------


def stated(table: dict[str, str]) -> list[Proposal]:
    return list(identifiers.stated(ours(), table, identifiers.GEONAMES, "a table"))


def test_an_identifier_of_a_table_is_a_close_match_of_one_source():
    (proposal,) = stated({"1902": "6453316", "5401": "6453316"})
    assert proposal.subject == URIRef(f"{ID}municipality/tromso-1902")
    assert (proposal.predicate, proposal.object) == (SKOS.closeMatch, URIRef("https://sws.geonames.org/6453316/"))
    assert (proposal.score, proposal.sources) == (Decimal("0.8"), ())
    assert "1902, 5401" in dict(proposal.why)["nn"]


def test_an_identifier_that_is_stated_for_two_municipalities_is_uncertain():
    both = stated({"1507": "6453341", "1508": "6453341"})
    assert len(both) == 2
    assert all(dict(item.why)["nb"].startswith("Usikkert") and item.score == Decimal("0.4") for item in both)


def test_what_is_linked_already_is_not_proposed():
    assert stated({"1922": "3162043"}) == []


def test_a_date_of_theirs_that_is_no_date_counts_as_none():
    graph, node = empty_graph(), BNode()
    graph.add((node, BR.number, Literal("1931")))
    graph.add((node, BR.numberOf, URIRef(f"{OF_THEIRS}municipality/x")))
    graph.add((node, BR.validFrom, Literal("gammel", datatype=XSD.string)))
    (proposal,) = municipalities.same(ours(), graph)
    assert proposal.predicate == SKOS.closeMatch


def test_a_proposal_is_found_by_its_two_ends():
    assert between(found(), "municipality/lenvik-1931", "their/municipality/lenvik").score == 1
