"""Query files are read with their headers, and other values than the examples reach them as terms."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib.plugins.sparql.parser import parseQuery

from byregion import queries, sparql
from byregion.assets import folder
from byregion.errors import NotFound, ParameterError, QueryHeaderError
from byregion.namespaces import BR
from byregion.queries import NamedQuery, Parameter

BROKEN = Path(__file__).parent / "queries" / "broken"
QUERIES = queries.read_all(folder("queries"))
NAMES = [query.name for query in QUERIES]

# --- What a file says -------------------------------------------------------------------------------------------------


def test_a_query_has_the_name_the_texts_and_the_parameters_of_its_file() -> None:
    query = queries.find(QUERIES, "municipality-at-date")
    assert query.titles == {
        "nb": "Kommuner og numre på en dato",
        "nn": "Kommunar og nummer på ein dato",
        "en": "Municipalities and numbers at a date",
    }
    assert query.form == "SELECT"
    assert query.parameters == (
        Parameter("date", "date", required=True, several=False, class_=None, examples=("2015-01-01",)),
        Parameter("number", "number", required=False, several=True, class_=None, examples=("1931",)),
        Parameter("language", "language", required=False, several=False, class_=None, examples=("nb",)),
    )
    (region, _) = queries.find(QUERIES, "goals-in-order").parameters
    assert (region.class_, region.examples) == (BR.Region, ("region:midt-troms",))


# --- Values -----------------------------------------------------------------------------------------------------------

ATTACKS = [
    "> } UNION { ?s ?p ?o } #",
    "region/midt-troms> } DROP ALL #",
    "https://example.org/x> ?y",
    "https://example.org/\\u003E",
    "https://example.org/x y",
    "<https://example.org/x",
    "region:midt-troms } #",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_no_iri_never_reaches_the_query(attack: str) -> None:
    for query in QUERIES:
        for parameter in query.parameters:
            if parameter.kind != "string":
                with pytest.raises(ParameterError) as error:
                    queries.prepare(query, {**query.examples, parameter.name: attack})
                assert (error.value.name, error.value.value) == (parameter.name, attack)


@pytest.mark.parametrize("query", QUERIES, ids=NAMES)
def test_a_value_changes_one_term_of_the_query_and_nothing_else(query: NamedQuery) -> None:
    hostile = {
        "iri": "https://example.org/a'b",
        "string": '\\") } #\n SELECT',
        "integer": "-7",
        "date": "0001-01-01",
        "language": "zz",
        "number": "0000",
    }
    before = [token.kind for token in sparql.tokens(queries.prepare(query, query.examples))]
    for parameter in query.parameters:
        value = [hostile[parameter.kind]] * len(parameter.examples)
        prepared = queries.prepare(query, {**query.examples, parameter.name: value})
        assert [token.kind for token in sparql.tokens(prepared)] == before
        parseQuery(prepared)


def test_a_parameter_that_the_query_does_not_have_is_refused_with_the_nearest() -> None:
    with pytest.raises(ParameterError, match="goals-in-order has no parameter 'regoin'; it has region") as error:
        queries.prepare(queries.find(QUERIES, "goals-in-order"), {"regoin": "region/midt-troms"})
    assert error.value.name == "regoin"


@pytest.mark.parametrize("values", [{}, {"region": ""}, {"region": []}, {"region": [" "]}])
def test_a_required_parameter_without_a_value_is_refused_with_its_kind_and_an_example(values: dict[str, str]) -> None:
    with pytest.raises(ParameterError, match="region of goals-in-order is missing: give one of kind iri, such as reg"):
        queries.prepare(queries.find(QUERIES, "goals-in-order"), values)


def test_several_values_are_refused_where_the_header_allows_one() -> None:
    with pytest.raises(ParameterError, match="has 2 values; give one"):
        queries.prepare(queries.find(QUERIES, "goals-in-order"), {"region": ["region/a", "region/b"]})


def test_a_name_that_is_no_query_is_refused_with_the_nearest() -> None:
    with pytest.raises(NotFound, match="no query called 'goal-in-orders'; there is goals-in-order") as error:
        queries.find(QUERIES, "goal-in-orders")
    assert error.value.suggestions[0] == "goals-in-order"
    with pytest.raises(NotFound, match=", ".join(NAMES)):
        queries.find(QUERIES, "xyzzy")


# --- Headers that cannot be read --------------------------------------------------------------------------------------

# Where the fault stands (line), and what the message must say.
FAULTS = {
    "a-comment-is-no-header": (1, "does not begin with a header"),
    "map-of-nothing": (9, "long of the map must name a variable of the query; it is ''"),
    "chart-of-nothing": (9, "value of the chart must name a variable of the query; it is 'many'"),
    "group-that-is-none": (9, "there is no group 'misc'; there is regions, municipalities"),
    "block-twice": (15, "VALUES ?region stands twice"),
    "block-without-parameter": (12, "?region has a block of values and is not among the header's parameters"),
    "class-of-a-date": (10, "region has a class but is no iri"),
    "class-that-is-no-iri": (10, "parameter class is 'Region'"),
    "empty-english-description": (6, "description is missing in en"),
    "example-in-a-language": (10, '"Midt-Troms"@nb is an example of region and not of the kind string'),
    "example-of-another-kind": (10, '"midt-troms" is an example of region and not of the kind iri'),
    "example-with-an-unknown-prefix": (10, "must hold an IRI or a literal"),
    "key-twice": (5, "nb stands twice in title"),
    "list-as-title": (2, "a text is expected here"),
    "no-description": (1, "description is missing; give it in nb, nn, en"),
    "no-example": (10, "must hold an example"),
    "no-header": (1, "does not begin with a header"),
    "no-kind": (10, "region needs a kind, one of iri, string, integer, date, language, number"),
    "no-nynorsk-title": (2, "title is missing in nn"),
    "not-yaml": (4, "the header is not YAML"),
    "parameter-without-block": (10, "the query has no block of values for ?region"),
    "required-perhaps": (10, "required of region is 'perhaps'; it must be true or false"),
    "several-perhaps": (10, "several of region is 'yes'; it must be true or false"),
    "string-without-end": (15, "this string does not end"),
    "title-without-languages": (1, "title must be a mapping"),
    "two-examples-of-one": (10, "must hold one example"),
    "undef-as-example": (10, "must hold an IRI or a literal"),
    "unknown-key": (9, "tags means nothing in the header; there is title, description, group, chart, map, parameters"),
    "unknown-kind": (10, "it has 'uri'"),
    "unknown-language": (5, "se means nothing in title; there is nb, nn, en"),
    "unknown-setting": (10, "requierd means nothing in region; there is kind, class, required, several"),
    "words-instead-of-keys": (1, "the header must be a mapping"),
}


def test_every_broken_header_is_a_case() -> None:
    assert {path.stem for path in BROKEN.iterdir()} == set(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_header_that_cannot_be_read_is_refused_with_file_and_line(fault: str) -> None:
    path = BROKEN / f"{fault}.rq"
    line, message = FAULTS[fault]
    with pytest.raises(QueryHeaderError) as error:
        queries.read(path)
    assert (error.value.place.path, error.value.place.line) == (path, line)
    assert message in error.value.message


def test_a_file_whose_name_would_be_no_address_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "Goals in order.rq"
    path.write_text(QUERIES[0].text, encoding="utf-8")
    with pytest.raises(QueryHeaderError, match="named in lower case with hyphens"):
        queries.read(path)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "goals.rq"
    path.write_bytes("#+ title: Mål".encode("latin-1"))
    with pytest.raises(QueryHeaderError, match="cannot be read"):
        queries.read(path)


def test_a_folder_without_a_query_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryHeaderError, match="no query"):
        queries.read_all(tmp_path)


def test_a_query_written_on_windows_is_the_same_query(tmp_path: Path) -> None:
    path = tmp_path / f"{QUERIES[0].name}.rq"
    path.write_bytes(QUERIES[0].text.replace("\n", "\r\n").encode())
    assert queries.read(path) == QUERIES[0]
