"""What people write becomes a term of the kind declared; a term becomes what people read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import XSD, Literal, URIRef

from byregion import terms
from byregion.errors import ParameterError
from byregion.namespaces import KINDS, PREFIXES

MIDT_TROMS = URIRef("https://w3id.org/byregion/id/region/midt-troms")


@pytest.mark.parametrize(
    "text",
    [
        "region/midt-troms",
        "region:midt-troms",
        "https://w3id.org/byregion/id/region/midt-troms",
        "<https://w3id.org/byregion/id/region/midt-troms>",
        "  region/midt-troms\n",
    ],
)
def test_an_iri_can_be_written_in_full_by_prefix_and_by_kind_and_name(text: str) -> None:
    assert terms.parse("iri", text, "region") == MIDT_TROMS


def test_a_foreign_iri_is_taken_as_it_is() -> None:
    assert terms.parse("iri", "https://example.org/Målselv?x=1#y", "x") == URIRef("https://example.org/Målselv?x=1#y")


def test_a_term_of_the_ontology_can_be_written_with_its_prefix() -> None:
    assert terms.parse("iri", "br:Goal", "class") == URIRef("https://w3id.org/byregion/def#Goal")


@pytest.mark.parametrize(
    ("kind", "text", "would_do"),
    [
        ("iri", "", "region/midt-troms"),
        ("iri", "midt-troms", "region/midt-troms"),
        ("iri", "reigon/midt-troms", "region/…"),
        ("iri", "br/Goal", "in full (https://…)"),
        ("iri", "https://example.org/a b", "in full (https://…)"),
        ("iri", 'https://example.org/"', "in full (https://…)"),
        ("iri", "https://example.org/> } DROP ALL #", "in full (https://…)"),
        ("iri", "region:midt-troms> ?s ?p", "region/…"),
        ("iri", "javascript:alert(1)", "in full (https://…)"),
        ("integer", "50.0", "whole number"),
        ("integer", "fifty", "whole number"),
        ("integer", "", "whole number"),
        ("date", "01.01.2015", "2015-01-01"),
        ("date", "20150101", "2015-01-01"),
        ("date", "2015-W01-1", "2015-01-01"),
        ("date", "2015-02-30", "2015-01-01"),
        ("language", "norsk", "nb, nn, en"),
        ("language", 'nb"', "nb, nn, en"),
        ("number", "301", "0301"),
        ("number", "19311", "0301"),
        ("number", "１９３１", "0301"),
        ("string", "a\x00b", "U+0000"),
        ("string", "a\ud800b", "surrogate"),
    ],
)
def test_a_value_of_another_kind_is_refused_with_its_name_its_value_and_what_would_do(
    kind: str, text: str, would_do: str
) -> None:
    with pytest.raises(ParameterError) as error:
        terms.parse(kind, text, "asked")
    assert (error.value.name, error.value.value) == ("asked", text)
    assert "asked" in str(error.value) and repr(text) in str(error.value) and would_do in str(error.value)


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(ParameterError, match="iri, string, integer, date, language, number"):
        terms.parse("decimal", "1.5", "asked")


def test_a_municipality_number_is_a_string_that_keeps_its_zero() -> None:
    assert terms.parse("number", "0301", "number") == Literal("0301")


def test_an_integer_has_one_lexical_form_as_the_engine_has() -> None:
    assert terms.parse("integer", "+050", "least") == Literal("50", datatype=XSD.integer)


def test_a_language_is_asked_for_in_lower_case_as_the_engine_keeps_tags() -> None:
    assert terms.parse("language", "nb-NO", "language") == Literal("nb-no")


@settings(deadline=None)
@given(st.dates())
def test_every_day_is_a_date(day: date) -> None:
    assert terms.parse("date", day.isoformat(), "date") == Literal(day.isoformat(), datatype=XSD.date)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_every_text_is_a_string_with_nothing_taken_away(text: str) -> None:
    assert str(terms.parse("string", text, "words")) == text


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_an_iri_holds_nothing_that_ends_one(text: str) -> None:
    try:
        term = terms.parse("iri", text, "entity")
    except ParameterError:
        return
    assert not set(term) & set('<>"{}|^`\\ \n\t')


@settings(deadline=None)
@given(st.sampled_from(sorted(PREFIXES)), st.from_regex(r"[A-Za-z0-9_.%/#-]{1,20}", fullmatch=True))
def test_a_shortened_iri_is_read_back_as_the_same_iri(prefix: str, local: str) -> None:
    iri = URIRef(PREFIXES[prefix] + local)
    assert terms.parse("iri", terms.shorten(iri), "entity") == iri


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_entity_has_a_short_form(kind: str) -> None:
    assert terms.shorten(URIRef(f"https://w3id.org/byregion/id/{kind}/x-1")) == f"{kind}:x-1"


@pytest.mark.parametrize("iri", ["https://example.org/x", "https://w3id.org/byregion/id/quote/x#text", "urn:case:r"])
def test_an_iri_that_no_prefix_fits_is_shown_in_full(iri: str) -> None:
    assert terms.shorten(iri) == iri


NB, NN, EN, SE, PLAIN = (
    Literal("fylke", lang="nb"),
    Literal("fylket", lang="nn"),
    Literal("county", lang="en"),
    Literal("fylka", lang="se"),
    Literal("19"),
)


@pytest.mark.parametrize(
    ("literals", "languages", "expected"),
    [
        ([EN, NN, NB], ["nn"], NN),
        ([EN, NN, NB], ["se", "en"], EN),
        ([EN, NN, NB], ["en-GB"], EN),
        ([EN, NN, NB], [], NB),
        ([EN, NN], ["se"], NN),
        ([SE, EN], ["de"], EN),
        ([SE, PLAIN], ["de"], PLAIN),
        ([SE], ["nb"], SE),
        ([], ["nb"], None),
    ],
)
def test_the_label_is_in_the_asked_language_and_else_in_the_declared_order(
    literals: list[Literal], languages: list[str], expected: Literal | None
) -> None:
    assert terms.best(literals, languages) == expected


@settings(deadline=None)
@given(st.permutations([SE, EN, NN, PLAIN, Literal("fylki", lang="fo"), Literal("a", lang="se")]))
def test_the_same_literals_give_the_same_label_whatever_order_they_come_in(literals: list[Literal]) -> None:
    assert terms.best(literals, ["de"]) == NN
    assert terms.best([item for item in literals if item.language not in ("nn", "en", None)], ["de"]) == Literal(
        "fylki", lang="fo"
    )
