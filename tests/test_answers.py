"""The questions in queries/: what they ask is answered, as it was checked against the sources, and in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, Literal
from rdflib.query import Result
from rdflib.term import Node

import excerpt
from byregion import infer, queries, sparql, terms
from byregion.assets import folder
from byregion.dataset import ontology_files, read_graph
from byregion.errors import ParameterError
from byregion.namespaces import BR, ID, OA, PREFIXES
from byregion.queries import NamedQuery
from worlds import SECOND_REGION, World

TESTS = Path(__file__).parent
ANSWERS = TESTS / "queries"
SECOND = ANSWERS / "haugesundregionen"
QUERIES = queries.read_all(folder("queries"))
SELECTS = [query for query in QUERIES if query.form == "SELECT"]

# What is asked about the second region, by parameter or by query.
VALUES = {
    "region": "region/haugesundregionen",
    "municipality": "municipality/etne-1211",
    "number": "1211",
}
ENTITIES = {
    "graphs-of-entity": "region/haugesundregionen",
    "readings-and-why": "municipality/etne-1211",
    "sentence-behind": "measure/haugesundregionen-utviklingsplan",
}
ABOUT_ALL_REGIONS = ("measures-counted", "regions-and-phases")
# The second region's page says nothing of these, so the right answer is an empty one.
NOTHING = {
    "advice-with-reasons": BR.Advice,
    "conclusions-of-analyses": BR.Conclusion,
    "focus-areas-and-goals": BR.FocusArea,
    "follow-ups": BR.FollowUp,
    "goals-in-plans": BR.Plan,
    "plan-adopted-by": BR.Plan,
    "plans-and-status": BR.Plan,
    "questions-by-focus-area": BR.FocusArea,
    "results-of-region": BR.Result,
}


def names(found: list[NamedQuery] | tuple[NamedQuery, ...]) -> list[str]:
    return [query.name for query in found]


def each(found: list[NamedQuery] | tuple[NamedQuery, ...] = QUERIES) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("query", found, ids=names(found))


def second_values(query: NamedQuery) -> dict[str, str | tuple[str, ...]] | None:
    """What to ask the query about the second region, or None where it is not about a region or a municipality."""
    asked: dict[str, str | tuple[str, ...]] = dict(query.examples)
    asked.update({name: VALUES[name] for name in query.examples if name in VALUES})
    if query.name in ENTITIES:
        asked["entity"] = ENTITIES[query.name]
    return asked if asked != query.examples or query.name in ABOUT_ALL_REGIONS else None


ABOUT_SECOND = [query for query in QUERIES if second_values(query) is not None and query.name not in NOTHING]


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def second_world() -> World:
    """A world with a region that is not published so: it brings its own municipalities, and none of them is there."""
    return World(*SECOND_REGION, data=excerpt.data())


# --- The files --------------------------------------------------------------------------------------------------------


def test_there_are_at_least_twenty_questions() -> None:
    assert len(QUERIES) >= 20


@each()
def test_a_title_and_a_description_say_in_three_languages_what_is_asked(query: NamedQuery) -> None:
    for texts in (query.titles, query.descriptions):
        assert list(texts) == ["nb", "nn", "en"]
        assert all(text == text.strip() and text for text in texts.values())
        assert texts["en"] not in (texts["nb"], texts["nn"])
    assert query.descriptions["nb"].endswith(".") and not query.titles["nb"].endswith(".")


@each()
def test_a_query_is_one_that_the_service_answers_and_may_keep_the_answer_of(query: NamedQuery) -> None:
    sparql.check(query.text, max_length=100_000, max_depth=200)
    assert not sparql.volatile(query.text)


@each()
def test_a_query_declares_the_prefixes_it_uses_as_the_project_does_and_no_others(query: NamedQuery) -> None:
    declared = dict(re.findall(r"^PREFIX (\S+): <(.*)>$", query.text, re.MULTILINE))
    used = {token.text.partition(":")[0] for token in sparql.tokens(query.text) if token.kind == "name"}
    assert declared == {prefix: PREFIXES[prefix] for prefix in used}


def test_every_word_of_the_ontology_in_a_query_is_declared_there() -> None:
    (axioms,) = [read_graph(item.path) for item in ontology_files() if item.graph == infer.AXIOMS]
    names = {token.text for query in QUERIES for token in sparql.tokens(query.text) if token.kind == "name"}
    words = {BR[name.removeprefix("br:")] for name in names if name.startswith("br:") and name != "br:"}
    assert words and words <= set(axioms.subjects())


@each()
def test_an_example_is_something_in_the_data_of_the_class_the_header_says(query: NamedQuery, world: World) -> None:
    for parameter in query.parameters:
        if parameter.kind == "iri":
            for term in (terms.parse("iri", example, parameter.name) for example in parameter.examples):
                assert set(world.graph.predicate_objects(term)), parameter
                assert not parameter.class_ or parameter.class_ in set(world.graph.objects(term, RDF.type)), parameter


@each()
def test_asking_with_the_examples_asks_what_the_file_asks(query: NamedQuery) -> None:
    prepared = queries.prepare(query, query.examples)
    plain = [token.text for token in sparql.tokens(query.text)]
    bound = [token.text for token in sparql.tokens(prepared)]
    expanded = [f"<{PREFIXES['xsd']}date>" if text == "xsd:date" else text for text in plain]
    assert bound == expanded


# --- The answers ------------------------------------------------------------------------------------------------------


def answer_file(query: NamedQuery, where: Path) -> Path:
    return where / f"{query.name}{'.tsv' if query.form == 'SELECT' else '.ttl'}"


def expected_rows(path: Path) -> list[tuple[Node | None, ...]]:
    """The rows of a file in SPARQL 1.1 Query Results TSV; it may not be without any."""
    with path.open("rb") as source:
        found = Result.parse(source, format="tsv")
    assert found.vars and found.bindings, f"{path} expects nothing"
    return [tuple(row.get(variable) for variable in found.vars) for row in found.bindings]


def expected_triples(path: Path) -> set[tuple[Node, Node, Node]]:
    found = set(read_graph(path))
    assert found, f"{path} expects nothing"
    return found


@each()
def test_a_question_has_the_answer_that_was_checked_against_the_source(query: NamedQuery, world: World) -> None:
    path = answer_file(query, ANSWERS)
    if query.form == "SELECT":
        assert world.solutions(query.text) == expected_rows(path)
    else:
        assert world.triples(query.text) == expected_triples(path)


@each(ABOUT_SECOND)
def test_a_question_about_another_region_is_answered_unchanged(query: NamedQuery, second_world: World) -> None:
    text = queries.prepare(query, second_values(query) or {})
    path = answer_file(query, SECOND)
    if query.form == "SELECT":
        assert second_world.solutions(text) == expected_rows(path)
    else:
        assert second_world.triples(text) == expected_triples(path)


@each([query for query in QUERIES if query.name in NOTHING])
def test_a_region_whose_source_says_nothing_of_it_has_no_row(query: NamedQuery, second_world: World) -> None:
    about = {
        region: {
            thing
            for thing in second_world.graph.subjects(RDF.type, NOTHING[query.name])
            if (thing, BR.region, ID[region]) in second_world.graph
        }
        for region in ("region/haugesundregionen", "region/midt-troms")
    }
    assert not about["region/haugesundregionen"] and about["region/midt-troms"]
    assert second_world.solutions(queries.prepare(query, second_values(query) or {})) == []


def test_every_question_has_an_answer_file_and_every_answer_file_a_question() -> None:
    for where, found in ((ANSWERS, QUERIES), (SECOND, ABOUT_SECOND)):
        there = {path for path in where.iterdir() if path.is_file()}
        assert there == {answer_file(query, where) for query in found}


def same_in_rdflib(query: NamedQuery, text: str, world: World) -> bool:
    found = world.rdflib(text)
    if query.form == "SELECT":
        return world.solutions(text) == [tuple(row) for row in found]
    return world.triples(text) == set(found)


@each()
def test_rdflib_gives_the_same_solutions_in_the_same_order_whatever_order_the_triples_came_in(
    query: NamedQuery, world: World
) -> None:
    assert same_in_rdflib(query, query.text, world)


@each(ABOUT_SECOND)
def test_rdflib_gives_the_same_solutions_about_another_region(query: NamedQuery, second_world: World) -> None:
    assert same_in_rdflib(query, queries.prepare(query, second_values(query) or {}), second_world)


@each(SELECTS)
def test_no_row_is_given_twice_and_rows_come_in_an_order(query: NamedQuery, second_world: World) -> None:
    rows = second_world.solutions(query.text)
    assert len(set(rows)) == len(rows)
    assert [token.text.upper() for token in sparql.tokens(query.text)].count("ORDER") == 1


@each([query for query in SELECTS if any(not parameter.required for parameter in query.parameters)])
def test_without_its_optional_parameters_a_question_is_answered_at_least_as_fully(
    query: NamedQuery, world: World
) -> None:
    required = {item.name: item.examples for item in query.parameters if item.required}
    assert len(world.solutions(queries.prepare(query, required))) >= len(world.solutions(query.text))


# --- Languages --------------------------------------------------------------------------------------------------------

# What these two are about is names and translations themselves.
IN_LANGUAGES = [
    query for query in SELECTS if "language" in query.examples and query.name not in ("other-names", "translations")
]


def texts(query: NamedQuery, language: str, world: World) -> Iterator[Literal]:
    """Yield the texts with a language that an answer holds, but for objects, which are given as they are."""
    text = queries.prepare(query, {**query.examples, "language": language})
    for row in world.columns(text):
        for name, term in row.items():
            if isinstance(term, Literal) and term.language and name != "object":
                yield term


@each(IN_LANGUAGES)
@pytest.mark.parametrize("language", ["nb", "nn", "en", "se", "en-GB", ""])
def test_a_text_is_in_the_asked_language_or_in_the_first_there_is_of_nb_nn_en(
    query: NamedQuery, language: str, world: World
) -> None:
    order = list(dict.fromkeys([language.lower(), *terms.FALLBACK]))
    seen = list(texts(query, language, world))
    assert seen
    for text in seen:
        better = set(order[: order.index(str(text.language))])
        in_other_languages = [
            {str(item.language) for item in world.graph.objects(thing, predicate)}
            for thing, predicate in world.graph.subject_predicates(text)
        ]
        assert any(not better & languages for languages in in_other_languages), text


@each(IN_LANGUAGES)
def test_another_language_changes_the_texts_and_nothing_else(query: NamedQuery, world: World) -> None:
    def rest(language: str) -> list[tuple[tuple[str, Node], ...]]:
        text = queries.prepare(query, {**query.examples, "language": language})
        return sorted(
            tuple(
                sorted(
                    (name, term)
                    for name, term in row.items()
                    if name == "object" or not (isinstance(term, Literal) and term.language)
                )
            )
            for row in world.columns(text)
        )

    assert rest("nb") == rest("nn") == rest("en")


def test_every_goal_of_midt_troms_is_given_in_english_too(world: World) -> None:
    found = list(texts(queries.find(QUERIES, "goals-in-order"), "en", world))
    assert found and {text.language for text in found} == {"en"}


# --- Other values than the examples -----------------------------------------------------------------------------------


def ask(name: str, world: World, **values: str | list[str]) -> list[dict[str, str]]:
    query = queries.find(QUERIES, name)
    text = queries.prepare(query, values)
    return [{key: str(term) for key, term in row.items()} for row in world.columns(text)]


def test_a_number_without_a_known_start_is_valid_at_every_date_before_its_end(world: World) -> None:
    for date, number in (
        ("1900-01-01", "1922"),
        ("2019-12-31", "1922"),
        ("2020-01-01", "5416"),
        ("2024-01-01", "5520"),
    ):
        found = ask("municipality-at-date", world, date=date, number=["1922", "5416", "5520"])
        assert [row["number"] for row in found] == [number], date


def test_a_number_is_not_valid_before_its_known_start(world: World) -> None:
    assert ask("municipality-at-date", world, date="1837-12-31", number="1931") == []
    assert len(ask("municipality-at-date", world, date="1838-01-01", number="1931")) == 1


def test_at_a_date_every_municipality_has_one_number(world: World) -> None:
    for date, count in (("2015-01-01", 428), ("2020-01-01", 356), ("2024-01-01", 357)):
        found = ask("municipality-at-date", world, date=date)
        assert len({row["municipality"] for row in found}) == len(found) == count, date


def test_a_number_that_is_still_valid_is_today_s_number(world: World) -> None:
    (row,) = ask("municipality-today", world, number="5530")
    assert (row["numberToday"], row["name"]) == ("5530", "Senja")


def test_a_change_on_the_second_date_is_not_between(world: World) -> None:
    assert ask("changes-between", world, **{"from": "2020-01-02", "before": "2024-01-01"}) == []
    assert ask("changes-between", world, **{"from": "2024-01-01", "before": "2024-01-02"})


def test_a_municipality_in_two_regions_takes_part_in_both(second_world: World) -> None:
    found = ask("regions-of-municipality", second_world, municipality="municipality:sveio-1216")
    assert [row["name"] for row in found] == ["Haugesundregionen", "Sunnhordland"]


def test_a_primary_source_is_named_where_the_page_quotes_another_text(world: World) -> None:
    found = ask("sentence-behind", world, entity="statement/midt-troms-ligning")
    assert [row["primarySource"] for row in found] == [f"{ID}source/midt-troms-application"]


@settings(max_examples=60, deadline=None)
@given(
    words=st.one_of(
        st.sampled_from(["ø", "TILLIT", "2", ".", " en", '"', "\\", "?quote", "}", "#", "\\u0074"]), st.text()
    )
)
def test_whatever_the_words_are_they_are_looked_for_as_they_are(words: str, world: World) -> None:
    query = queries.find(QUERIES, "sentences-with-words")
    if not words.strip() or "\0" in words:
        with pytest.raises(ParameterError):
            queries.prepare(query, {"words": words})
        return
    found = {str(row["quote"]) for row in world.columns(queries.prepare(query, {"words": words}))}
    everything = {str(text) for text in world.graph.objects(None, OA.exact)}
    assert found == {text for text in everything if words.lower() in text.lower()}
