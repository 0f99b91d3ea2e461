"""A SERVICE clause is found where it stands, says what its endpoint is asked, and can be replaced by solutions."""

from __future__ import annotations

import pytest

from byregion import service_clause
from byregion.engine.reading import read
from byregion.service_clause import Clause


def clauses(query: str, base: str = "") -> tuple[Clause, ...]:
    reading = read(query, "QueryUnit")
    assert reading.fault is None
    return service_clause.clauses(query, reading.tokens, base)


def test_a_clause_is_told_with_its_place_and_what_its_endpoint_is_asked():
    query = "PREFIX x: <http://x.test/>\nSELECT ?a { ?a x:p ?b . SERVICE <http://e.test/> { ?b x:q ?c } }"
    (found,) = clauses(query)
    assert query[found.start : found.end] == "SERVICE <http://e.test/> { ?b x:q ?c }"
    assert (found.endpoint.text, found.is_silent, found.depth) == ("<http://e.test/>", False, 0)
    assert found.query == "PREFIX x: <http://x.test/>\nSELECT * WHERE { ?b x:q ?c }"


def test_what_the_endpoint_is_asked_has_the_base_of_the_query():
    (found,) = clauses("ASK { SERVICE <http://e.test/> { <a> ?p ?o } }", "http://here.test/sparql")
    assert found.query == "BASE <http://here.test/sparql>\nSELECT * WHERE { <a> ?p ?o }"
    (found,) = clauses("BASE <http://x.test/> ASK { SERVICE <http://e.test/> { <a> ?p ?o } }", "http://here.test/")
    assert found.query == "BASE <http://here.test/>\nBASE <http://x.test/> SELECT * WHERE { <a> ?p ?o }"


def test_silent_in_any_letters_is_silent():
    assert [
        item.is_silent for item in clauses("ASK { service silent <http://e.test/> {} SERVICE <http://e.test/> {} }")
    ]


def test_braces_in_texts_and_comments_do_not_end_a_clause():
    text = 'SERVICE <http://e.test/> { ?a ?b \'}\' # }\n OPTIONAL { ?c ?d """{""" } }'
    query = f"ASK {{ {text} ?e ?f ?g }}"
    (found,) = clauses(query)
    assert query[found.start : found.end] == text


def test_a_clause_in_another_one_is_told_as_such():
    query = (
        "ASK { SERVICE <http://a.test/> { ?a ?b ?c { SERVICE SILENT <http://b.test/> { ?d ?e ?f } } }"
        " SERVICE ?g { ?g ?h ?i } }"
    )
    found = clauses(query)
    assert [(item.endpoint.text, item.depth) for item in found] == [
        ("<http://a.test/>", 0),
        ("<http://b.test/>", 1),
        ("?g", 0),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ASK { SERVICE <http://e.test/> {} }", True),
        ("ASK { ?a ?b 1SERVICE<http://e.test/>{} }", True),
        ("ASK { ?a ?b 'SERVICE <http://e.test/> {}' } # SERVICE", False),
        ("ASK { ?service <http://x.test/SERVICE> _:service }", False),
    ],
)
def test_the_word_counts_where_it_may_be_read_as_a_clause(query: str, expected: bool):
    assert service_clause.stands_in(query) is expected


def test_variables_are_told_once_by_name():
    assert service_clause.variables("SERVICE <http://e.test/?x> { ?a $b '?c' . ?a ?p ?d # ?e\n }") == [
        "a",
        "b",
        "p",
        "d",
    ]


@pytest.mark.parametrize(
    ("names", "rows", "expected"),
    [
        (
            ["a", "b"],
            [["1", "UNDEF"], ["<http://x.test/>", "2"]],
            "{ VALUES (?a ?b) { (1 UNDEF) (<http://x.test/> 2) } }",
        ),
        (["a"], [], "{ VALUES (?a) {  } }"),
        ([], [[], []], "{ VALUES () { () () } }"),
    ],
)
def test_solutions_are_written_as_a_group_of_values(names: list[str], rows: list[list[str]], expected: str):
    assert service_clause.values(names, rows) == expected


def test_terms_go_through_a_function_where_there_is_one():
    assert service_clause.values(["a", "b"], [["1", "2"]], "urn:f") == (
        "{ SELECT (<urn:f>(?v0) AS ?a) (<urn:f>(?v1) AS ?b) { VALUES (?v0 ?v1) { (1 2) } } }"
    )


def test_groups_take_the_places_of_what_stood_between_their_offsets():
    assert service_clause.replaced("0123456789", [(1, 3, "{}"), (5, 8, "x")]) == "0{}34x89"
