"""Similar statements: words to stems, stems to matters, matters to pairs, pairs to proposals with their reasons."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, SKOS, Literal, URIRef

from byregion.dataset import read_graph
from byregion.links import Asked, Others, likeness, proposals, proposing, statements, themes, wording
from byregion.links.likeness import Item, alike
from byregion.links.matters import Matters
from byregion.links.statements import Statement
from byregion.namespaces import BR, CONCEPT, ID
from byregion.stemming import stem
from link_world import OF_THEIRS, THEIRS, between, ours, theirs


@cache
def matters() -> Matters:
    return Matters.of(ours())


def of(text: str) -> set[str]:
    """The matters of a text, by the slugs of their concepts."""
    return {matter.removeprefix(CONCEPT).removeprefix("matter-") for matter in matters().found(matters().read(text))}


def score(one: str, other: str) -> float:
    """How alike two texts of two regions are among the published statements; 0 where they are not compared."""
    own = [Statement(URIRef(f"urn:case:{key}"), key, text) for key, text in (("one", one), ("other", other))]
    pairs = statements.similar([*statements.of(ours()), *own], matters(), statements.places(ours()), 0.01)
    return max((pair.score for pair in pairs if {pair.one.group, pair.other.group} == {"one", "other"}), default=0.0)


# --- Words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "inflections",
    [("kommune", "kommunene", "kommunar", "kommunane"), ("plan", "planen", "planane"), ("nettverk", "nettverket")],
)
def test_inflections_in_bokmal_and_nynorsk_have_one_stem(inflections: tuple[str, ...]):
    assert len({stem(word) for word in inflections}) == 1


def test_a_first_part_that_stands_alone_is_given_the_second_part_of_the_next_word():
    heads = frozenset(stem(word) for word in ("strategi", "attraktivitet"))
    assert wording.words("Nærings- og arealstrategi", heads) == ["næringsstrategi", "og", "arealstrategi"]
    assert wording.words("Bo- og besøksattraktivitet", heads) == ["boattraktivitet", "og", "besøksattraktivitet"]
    assert wording.words("Nærings- og fritid", heads) == ["nærings", "og", "fritid"]


def test_numbers_and_what_stands_in_parentheses_are_no_words():
    assert wording.words("Vokste til 9 611 (2017, ikke planlagt)") == ["vokste", "til"]


def test_a_compound_is_split_where_both_parts_are_known():
    known = frozenset(stem(word) for word in ("samarbeid", "plan"))
    assert wording.parts("samarbeidsplanen", known) == ("samarbeid", "plan")
    assert wording.parts("konsertplaner", known) == ("plan",)
    assert wording.parts("samarbeid", known) == ()


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_read(text: str):
    read = matters().read(text)
    assert all(0 <= place < len(read.words) for places in read.places.values() for place in places)
    matters().found(read)


# --- Matters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Felles strategisk næringsplan vedtatt i kommunene", {"business-plan"}),
        ("Følge opp næringsplanen med tiltak", {"business-plan-carried-out"}),
        ("Tillit og samhandling", {"trust", "cooperation"}),
        ("Bo- og besøksattraktivitet", {"attractiveness"}),
        ("Fleire arbeidsplassar for unge", {"employment"}),
        ("Nytt naturguidestudium", {"education"}),
        ("Nye politiske samarbeidsarenaer", {"political-cooperation", "meeting-places"}),
        ("Fisk og vær", set()),
    ],
)
def test_a_text_is_of_the_matters_whose_longest_synonyms_it_holds(text: str, found: set[str]):
    assert of(text) == found


def test_words_far_from_each_other_are_no_synonym():
    assert of("Planen ble lest av mange på et sent og langt møte i en sal som var felles") == set()


def test_every_matter_has_a_synonym_of_its_own_and_names_in_three_languages():
    assert set(matters().synonyms.values()) == set(matters().names)
    assert all(set(names) >= {"nb", "nn", "en"} for names in matters().names.values())


# --- Likeness ---------------------------------------------------------------------------------------------------------


def test_the_same_text_is_wholly_alike_and_another_matter_not_at_all():
    assert score("Bedre busstilbud", "Bedre busstilbud") == pytest.approx(1.0)
    assert score("Bedre busstilbud", "Ny veg opnar") == 0.0


def test_bokmal_and_nynorsk_meet():
    assert score("Økt tilflytting og flere innbyggere", "Fleire innbyggjarar") >= statements.LEAST


def test_words_that_every_region_uses_make_nothing_alike():
    assert score("Felles utvikling i regionen", "Felles prosjekt i regionen") == 0.0


def test_a_name_of_a_place_makes_nothing_alike():
    assert score("Lenvik Senja fremgang", "Lenvik Senja tilbakeblikk") == 0.0


def test_what_denies_is_not_compared_with_what_affirms():
    assert score("Flere arbeidsplasser", "Det ble ikke flere arbeidsplasser") == 0.0


def test_one_of_three_matters_is_less_alike_than_one_of_two():
    one, two, three = "Tillit", "Tillit og reiseliv", "Tillit, reiseliv og utdanning"
    assert 1 > score(one, two) > score(one, three) > 0


def item(name: str, group: str, *found: str) -> Item:
    return Item(name, group, {key: 1.0 for key in found}, {}, "")


def test_texts_of_one_region_are_never_a_pair():
    assert list(alike([item("a", "r", "x"), item("b", "r", "x")], 0.0)) == []


@given(st.permutations([item(f"i{n:02}", f"g{n % 4}", f"m{n % 3}", f"m{n % 5}") for n in range(12)]))
@settings(max_examples=25, deadline=None)
def test_the_order_in_which_texts_come_changes_nothing(items: list[Item]):
    found = [(pair.one.name, pair.other.name, pair.score) for pair in alike(items, 0.3)]
    assert found == sorted(found, key=lambda pair: pair[:2])
    assert found == [(p.one.name, p.other.name, p.score) for p in alike(sorted(items, key=lambda i: i.name), 0.3)]


def test_the_number_of_pairs_grows_as_the_number_of_texts_and_not_as_its_square():
    def pairs(texts: int) -> int:
        items = [item(f"i{n:05}", f"g{n % 40}", "common", f"m{n % 7}") for n in range(texts)]
        return len(list(likeness._candidates(items)))

    few, many = pairs(500), pairs(2000)
    assert 0 < few < many <= 5 * few


# --- Proposals --------------------------------------------------------------------------------------------------------


def proposed(least: float = statements.LEAST) -> list[proposing.Proposal]:
    return of_pairs(statements.of(ours()), least)


def of_pairs(texts: list[Statement], least: float = statements.LEAST) -> list[proposing.Proposal]:
    pairs = statements.similar(texts, matters(), statements.places(ours()), least)
    return list(statements.proposals(pairs, texts, matters()))


def test_a_proposal_names_the_matter_and_the_words_of_both_in_three_languages():
    found = between(proposed(), "goal/midt-troms-naeringsplan", "result/fosenregionen-1")
    assert found.predicate == BR.similarTo
    assert found.score == Decimal("0.96")
    why = dict(found.why)
    assert list(why) == ["nb", "nn", "en"]
    assert why["nb"].startswith("Begge gjelder felles næringsplan: det ene sier «felles», «næringsplan»")
    assert why["nn"].startswith("Begge gjeld felles næringsplan")
    assert why["en"].startswith("Both are of joint business plan")


def test_every_proposal_has_a_score_a_reason_in_each_language_and_one_direction():
    found = proposed()
    assert len(found) > 300
    for item in found:
        assert statements.LEAST - 0.005 <= item.score <= 1
        assert [language for language, text in item.why if text] == ["nb", "nn", "en"]
        assert item.subject < item.object
    assert len({item.id for item in found}) == len(found)


def test_the_links_that_were_read_and_rejected_are_what_the_finder_proposes_too():
    """The published links came from proposals: none was written by hand past the finder."""
    links = {(s, p, o) for s, p, o in ours().triples((None, BR.similarTo, None))}
    assert links and links <= {item.link for item in proposed()}


# --- Themes of others -------------------------------------------------------------------------------------------------


def test_a_concept_of_the_same_name_is_close_to_the_theme_in_any_language():
    found = list(themes.close(ours(), theirs(), matters()))
    same = between(found, "concept/trust", "their/concept/tillit")
    assert (same.predicate, same.score, same.method) == (SKOS.closeMatch, Decimal("0.95"), proposing.SAME_NAME)
    synonym = between(found, "concept/transport", "their/concept/buss")
    assert synonym.score < same.score
    assert "kollektivtilbud" in dict(synonym.why)["nb"]
    assert len(found) == 2, "a concept that we have no word for is close to nothing"


def test_a_goal_of_others_is_compared_with_ours():
    found, _ = proposals(ours(), Asked(("similar",), most=5000), Others(theirs(), URIRef("urn:case:source")))
    ours_first = between(found, "goal/midt-troms-naeringsplan", "their/goal/nabo-1")
    assert str(ours_first.subject).startswith(ID), "a link to others is written from ours"
    assert ours_first.score > Decimal("0.9")


def test_statements_under_another_base_are_compared_with_each_other():
    made = read_graph(THEIRS)
    goal, region = URIRef(OF_THEIRS + "goal/fjord-1"), URIRef(OF_THEIRS + "region/fjord")
    made += [(goal, RDF.type, BR.Goal), (goal, BR.region, region), (goal, SKOS.prefLabel, Literal("Næringsplan", "nb"))]
    own = ours() + made
    found, left_out = proposals(own, Asked(("similar",), most=5000))
    assert left_out == 0
    assert between(found, "their/goal/fjord-1", "their/goal/nabo-1").sources == ()
