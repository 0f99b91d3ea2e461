"""What a page of text becomes: statements in its own words with their places, and everything else a doubt."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import DCTERMS, ORG, RDF, SKOS, Literal, URIRef
from tests.bench import drafts

from byregion import evidence
from byregion.config import LANGUAGES
from byregion.convert.text import Draft, Given, Page, Words, drafted, read, review, told, uncovered
from byregion.convert.text.page import LONGEST
from byregion.convert.workbook.names import Surroundings
from byregion.dataset import GraphFile, layout, parse, read_graph
from byregion.dataset import read as read_files
from byregion.errors import ConfigError, SourceError
from byregion.iri import graph as graph_of
from byregion.namespaces import BR, CONCEPT, OA, PREFIXES
from workbook_world import surroundings

PAGES = Path(__file__).parent / "data" / "text"
MIDT_TROMS = Path(__file__).resolve().parents[1] / "data" / "midt-troms" / "source" / "midt-troms.txt"
WORDS = Words("en")
GUIDE = (Path(__file__).resolve().parents[1] / "docs" / "publish.md").read_text(encoding="utf-8")


@cache
def everywhere() -> Surroundings:
    return drafts.surroundings()


def draft(text: str, around: Surroundings | None = None, **given: object) -> Draft:
    page = Page(text, "page.txt")
    return drafted(page, Given("eksempel", **given), around or surroundings(), WORDS)  # type: ignore[arg-type]


@cache
def example() -> Draft:
    return draft((PAGES / "eksempel.txt").read_text(encoding="utf-8"))


def iri(name: str) -> URIRef:
    prefix, _, local = name.partition(":")
    return URIRef(PREFIXES[prefix] + local)


def values(made: Draft, name: str, predicate: URIRef) -> list[str]:
    return sorted(str(value) for value in made.graph.objects(iri(name), predicate))


def labels(made: Draft, of: URIRef) -> list[str]:
    return [each.label for each in made.made.values() if each.of == of]


def doubts(made: Draft) -> list[tuple[int, int, str]]:
    return [(*made.page.place(doubt.at), doubt.key) for doubt in made.doubts]


# --- What is made of each section -------------------------------------------------------------------------------------


def test_goals_are_what_the_page_says_the_goal_is_and_the_items_of_its_list():
    assert labels(example(), BR.Goal) == [
        "få flere til å flytte til regionen",
        "Flere arbeidsplasser",
        "Bedre veier",
    ]


def test_an_aim_that_leads_to_a_list_is_what_its_goals_contribute_to():
    made = draft("A\n\nMål\n\nProsjektet skal bidra til økt vekst gjennom\n\n- veier\n- skoler\n")
    assert labels(made, BR.Goal) == ["økt vekst", "veier", "skoler"]
    assert values(made, "goal:eksempel-2", BR.contributesTo) == [str(iri("goal:eksempel-1"))]
    assert values(made, "goal:eksempel-3", BR.order) == ["2"]


def test_a_result_is_a_sentence_or_each_clause_that_stands_by_itself():
    made = draft("A\n\nResultater\n\nTo møter er holdt, en app er laget. Vi fikk ros, som gledet oss.\n")
    assert labels(made, BR.Result) == ["To møter er holdt", "en app er laget", "Vi fikk ros, som gledet oss"]
    assert values(made, "result:eksempel-1", BR["count"]) == ["2"]


def test_a_list_of_what_was_got_is_divided_and_told():
    made = draft("A\n\nResultater\n\nDet er bygd tillit, bedre samhandling og nye veier.\n")
    assert labels(made, BR.Result) == ["tillit", "bedre samhandling", "nye veier"]
    assert doubts(made) == [(5, 13, "divided")]


def test_a_list_of_what_one_thing_is_about_is_not_divided():
    made = draft("A\n\nResultater\n\nDet er utviklet en modell på entreprenørskap, rekruttering og kompetanse.\n")
    assert labels(made, BR.Result) == ["Det er utviklet en modell på entreprenørskap, rekruttering og kompetanse"]


def test_a_plan_that_is_made_is_a_plan_with_what_is_said_of_its_adoption():
    assert labels(example(), BR.Plan) == ["strategisk plan for Eksempelregionen"]
    assert values(example(), "plan:eksempel-1", BR.status) == [str(CONCEPT.adopted)]


def test_measures_are_counted_only_where_the_page_gives_a_number_that_can_be_stated():
    (group,) = example().graph.subjects(RDF.type, BR.MeasureGroup)
    assert example().graph.value(group, BR.minimum) == Literal(12)
    assert (16, 118, "about-count") in doubts(example())


def test_measures_that_are_listed_by_name_are_measures():
    assert labels(example(), BR.Measure) == ["Felles nettside", "Felles næringsapp"]


def test_an_advice_has_what_follows_it_as_its_reason_word_for_word():
    assert labels(example(), BR.Advice) == ["Start tidlig!", "Møt hverandre ofte"]
    assert values(example(), "advice:eksempel-1", BR.reason) == ["Det tar tid å bli kjent."]
    assert values(example(), "advice:eksempel-2", BR.reason) == []


def test_a_follow_up_names_the_county_authority_that_it_is_done_with():
    assert labels(example(), ORG.Organization) == ["Rogaland fylkeskommune"]
    assert values(example(), "follow-up:eksempel-1", BR.partner) == [str(iri("organisation:rogaland-fylkeskommune"))]


def test_a_heading_that_is_not_known_is_told_and_what_stands_under_it_is_left_out():
    assert (28, 1, "unknown-heading") in doubts(example())
    assert "Ukjent tekst om partnere." in [gap.text for gap in uncovered(example())]


# --- Facts ------------------------------------------------------------------------------------------------------------


def test_municipalities_are_those_of_the_day_by_name_and_by_number():
    found = {str(value) for value in example().graph.objects(None, BR.municipality)}
    assert found == {str(iri(f"municipality:{slug}")) for slug in ("lenvik-1931", "malselv-1924", "bardu-1922")}


def test_a_name_that_several_bore_and_one_of_another_time_are_told_and_left_out():
    told_of = {doubt.values["text"]: doubt.key for doubt in example().doubts if "municipalit" in doubt.key}
    assert told_of == {"Våler": "several-municipalities", "Senja": "no-municipality"}


def test_another_day_has_other_municipalities():
    made = draft("A\n\nFakta\n\nSøkerkommune: Senja\n", day=date(2021, 1, 1))
    assert values(made, "participation:eksempel-senja", BR.municipality) == [str(iri("municipality:senja-5421"))]
    assert doubts(made) == []


def test_without_a_day_on_the_page_the_first_of_the_programme_is_taken_and_told():
    made = draft("A\n\nFakta\n\nSøkerkommune: Bardu\n")
    assert doubts(made) == [(5, 1, "no-date")]
    assert len(labels(made, BR.Participation)) == 1


def test_a_figure_that_is_only_about_is_told_and_an_exact_one_stated():
    assert labels(example(), BR.Observation) == ["Areal i regionen"]
    assert values(example(), "observation:eksempel-area", BR.value) == ["1234.5"]
    assert (40, 23, "about") in doubts(example())
    assert (42, 1, "unknown-fact") in doubts(example())


def test_the_place_of_the_figures_is_that_of_the_lines_of_municipalities():
    assert len(labels(example(), DCTERMS.Location)) == 1
    assert len(example().made[iri("place:eksempel-2015")].spans) == 2


# --- The draft as a whole ---------------------------------------------------------------------------------------------


def test_every_entity_is_marked_as_a_draft_in_three_languages():
    for subject in (*example().made, example().source):
        notes = {str(note.language) for note in example().graph.objects(subject, SKOS.editorialNote)}
        assert notes == {"nb", "nn", "en"}


def test_a_page_in_nynorsk_gives_names_in_nynorsk_and_says_that_bokmål_is_wanted():
    made = draft("Salten\n\nMåla for regionen\n\n- ikkje gje seg\n")
    assert {str(label.language) for label in made.graph.objects(None, SKOS.prefLabel)} == {"nn"}
    assert "nynorsk" in {doubt.key for doubt in made.doubts}
    assert draft(made.page.text, language="nb").language == "nb"


def test_the_report_has_every_entity_every_gap_and_every_doubt_with_its_place():
    lines = list(review(example(), WORDS))
    assert sum(" (br:" in line or " (org:" in line or " (dcterms:" in line for line in lines) == len(example().made)
    assert "42:1 «Prosjektleder: Ola»" in lines
    assert any(line.startswith("39:21 there were several called «Våler»") for line in lines)


def test_the_words_of_a_report_are_in_three_languages_with_the_same_values():
    tables = {language: told._told(language) for language in LANGUAGES}
    for key, sentence in tables["en"].items():
        names = {frozenset(re.findall(r"{(\w+)}", tables[language][key])) for language in LANGUAGES}
        assert len(names) == 1, sentence
    assert len({frozenset(table) for table in tables.values()}) == 1
    with pytest.raises(ConfigError, match="sv"):
        Words("sv")


def test_what_a_heading_says_decides_and_not_the_order_of_the_page():
    one = "A\n\nRåd\n\n- Start nå\n\nMål\n\n- Vekst\n"
    other = "A\n\nMål\n\n- Vekst\n\nRåd\n\n- Start nå\n"
    for text in (one, other):
        assert (labels(draft(text), BR.Goal), labels(draft(text), BR.Advice)) == (["Vekst"], ["Start nå"])


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("A\n\nBare prosa her.\n", "no heading", "1:1"),
        ("\n\n  Bare prosa her.\n", "no heading", "3:3"),
        ("\nMål\n\n- vekst\n", "does not begin with the name", "2:1"),
    ],
)
def test_a_page_that_cannot_be_a_draft_is_refused_with_its_place(text: str, message: str, place: str, tmp_path: Path):
    path = tmp_path / "page.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=message) as caught:
        drafted(read(path, WORDS), Given(), surroundings(), WORDS, path)
    assert f"page.txt:{place}:" in str(caught.value)


def test_a_name_that_is_given_stands_for_the_first_line():
    made = draft("Mål\n\n- vekst i Nord\n", name="Nord")
    assert made.made[made.region].label == "Nord"
    assert made.page.cut(made.made[made.region].spans[0]) == "Nord"
    assert doubts(draft("Mål\n\n- vekst\n", name="Nord")) == [(1, 1, "name-not-there")]


# --- How good it is ---------------------------------------------------------------------------------------------------


def test_the_draft_of_midt_troms_has_what_people_found_in_the_page():
    comparison = drafts.midt_troms()
    assert comparison.precision().value >= 0.95
    assert comparison.recall().value >= 0.90
    assert len(comparison.expected) == 51
    assert f"| {comparison.precision()} | {comparison.recall()} |" in GUIDE


def test_the_draft_of_the_second_page_has_what_its_writer_expects():
    comparison = drafts.second_page()
    assert comparison.precision().value >= 0.95
    assert comparison.recall().value >= 0.95
    assert len(comparison.expected) == 34
    assert f"| {comparison.precision()} | {comparison.recall()} |" in GUIDE


def test_an_entity_of_another_class_or_place_is_in_no_pair_and_each_is_in_one_at_most():
    goal = drafts.Entity("a", "br:Goal", frozenset({(0, 10)}))
    others = [
        drafts.Entity("b", "br:Result", frozenset({(0, 10)})),
        drafts.Entity("c", "br:Goal", frozenset({(6, 16)})),
        drafts.Entity("d", "br:Goal", frozenset({(0, 6)})),
        drafts.Entity("e", "br:Goal", frozenset({(0, 12)})),
    ]
    for other, expected in zip(others, (0, 0, 1, 1), strict=True):
        assert drafts.compare([goal], [other]).precision().hits == expected
    both = drafts.compare([goal], others)
    assert (both.precision().hits, both.recall().total) == (1, 4)


def test_a_share_has_the_interval_of_wilson():
    # Wilson's formula with z = 1.959964, as worked out by hand for 1 of 1 and 8 of 10.
    assert drafts.Share(1, 1).interval() == pytest.approx((0.2065, 1.0), abs=1e-4)
    assert drafts.Share(8, 10).interval() == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_the_evidence_of_a_draft_holds(tmp_path: Path):
    made = drafted(read(MIDT_TROMS, WORDS), Given("midt-troms"), everywhere(), WORDS)
    home = tmp_path / "midt-troms"
    (home / "source").mkdir(parents=True)
    (home / "source" / made.page.name).write_text(made.page.text, encoding="utf-8", newline="\n")
    (home / "stated.ttl").write_text(layout(made.graph), encoding="utf-8", newline="\n")
    dataset = read_files([GraphFile(home / "stated.ttl", graph_of(Path("midt-troms/stated.ttl")))])  # type: ignore[arg-type]
    outside = [finding for finding in evidence.check(dataset, tmp_path) if "which is not there" not in finding.message]
    assert outside == []


# --- Any text ---------------------------------------------------------------------------------------------------------

_LINES = st.sampled_from(
    [
        *("Mål", "Resultater", "Råd", "Tiltak", "Temaområder i fase 2", "Bakgrunn", "Dokumenter", "Fakta om oss"),
        *("Utdrag fra søknaden", "Dette jobber vi videre med", "En overskrift ingen kjenner", "", "", "## Mål:"),
        *(" • nye veier", "1. Start nå! Det tar tid.", "a) Havbruk: Hva nå?", "- ", "–", "  innrykket linje"),
        *(
            "Søkerkommune: Bardu",
            "Samarbeidskommuner: Våler, Bardu og Oslo, , 1924",
            "Areal: 8.206 km²",
            "Folketall: 30 244 (31.2.2015)",
        ),
        *(
            "Vi skal bidra til vekst gjennom",
            "Det er bygd tillit, samhandling, veier og skoler.",
            "over 50 tiltak er vedtatt – flere igangsatt.",
        ),
        *(
            "En regional plan for Nord er vedtatt.",
            "Planen har 12 tiltak.",
            "Noen av disse er i gang.",
            "For det første er det bra.",
        ),
        *(
            "En analyse ga konklusjonen:",
            "Vi har deltatt i fİre i fase 2.",
            "ſeks møter i fase to.",
            "i samarbeid med Troms fylkeskommune",
        ),
        *(
            "Strategiplan for hav",
            "Dei, Strategiplan for hav og Strategiplan for land, er utarbeidde.",
            '… — “sitat”\u2028\u0085x\u00a0y\\"""',
        ),
    ]
)
_TEXTS = st.lists(_LINES | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40), max_size=25).map(
    "\n".join
)


@settings(max_examples=150, deadline=None)
@given(_TEXTS)
def test_of_any_text_every_quote_stands_where_it_says_and_every_name_is_cut_from_it(text: str):
    try:
        made = draft(text, name="Nord")
    except SourceError:
        return
    graph = made.graph
    for words, exact in graph.subject_objects(OA.exact):
        position = URIRef(str(words).replace("#text", "#position"))
        start, end = (int(str(graph.value(position, term))) for term in (OA.start, OA.end))
        prefix, suffix = (str(graph.value(words, term)) for term in (OA.prefix, OA.suffix))
        assert str(exact) and text[start:end] == str(exact)
        assert text[:start].endswith(prefix) and text[end:].startswith(suffix)
        assert text.count(prefix + str(exact) + suffix) == 1
    for each in made.made.values():
        assert each.label
        if each.of not in (BR.Participation, BR.Region, DCTERMS.Location):
            assert each.label in text
    assert parse(layout(graph)).isomorphic(graph)
    assert list(review(made, WORDS))


@settings(max_examples=150, deadline=None)
@given(_TEXTS)
def test_any_text_gives_the_same_draft_each_time(text: str):
    made = []
    for _ in range(2):
        try:
            again = draft(text, name="Nord")
            made.append((layout(again.graph), *review(again, WORDS)))
        except SourceError as error:
            made.append((str(error),))
    assert made[0] == made[1]


def test_a_page_of_equal_lines_is_done_in_time():
    made = draft("A\n\nMål\n\n" + "- vekst\n" * 1500)
    assert len(labels(made, BR.Goal)) == 1500
    assert len(made.page.text) < LONGEST


def test_what_people_stated_of_midt_troms_is_what_the_draft_is_compared_with():
    stated = drafts.stated(read_graph(MIDT_TROMS.parents[1] / "stated.ttl"))
    assert {each.of for each in stated} >= {"br:Goal", "br:Advice", "br:Participation", "dcterms:Location"}
