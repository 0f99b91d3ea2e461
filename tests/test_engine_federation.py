"""A query asks other endpoints only where the list has them, as they are written, and not too often."""

from __future__ import annotations

import pytest

from byregion.config import Settings
from byregion.engine.federation import Call, Federation, calls
from byregion.errors import QueryRefused, QuerySyntaxError

A, B = "http://a.test/sparql", "http://b.test/sparql"
LISTED = Federation((A, B), calls=3)


def test_without_a_list_there_is_no_federation():
    assert Federation.of(Settings()) is None


def test_the_settings_say_whom_and_how_much():
    settings = Settings(service=f"{A} {B}", service_seconds=1, service_bytes=2, service_calls=3)
    assert Federation.of(settings) == Federation((A, B), 1, 2, 3)


def test_a_query_without_service_asks_nobody_whatever_else_it_is():
    assert calls("ASK { ?service ?p 'SERVICE' }", LISTED) == ()
    assert calls("this is no query", LISTED) == ()


def test_the_calls_of_a_query_are_told_in_order():
    query = f"SELECT * {{ SERVICE <{A}> {{ ?a ?b ?c }} OPTIONAL {{ SERVICE SILENT <{B}> {{ ?d ?e ?f }} }} }}"
    first, second = calls(query, LISTED)
    assert first == Call(11, 11 + len(f"SERVICE <{A}> {{ ?a ?b ?c }}"), A, False, "SELECT * WHERE { ?a ?b ?c }")
    assert (second.endpoint, second.is_silent, second.query) == (B, True, "SELECT * WHERE { ?d ?e ?f }")


def test_a_clause_in_another_one_is_left_to_that_endpoint():
    query = f"ASK {{ SERVICE <{A}> {{ ?a ?b ?c SERVICE <{B}> {{ ?d ?e ?f }} }} }}"
    (call,) = calls(query, LISTED)
    assert call.query == f"SELECT * WHERE {{ ?a ?b ?c SERVICE <{B}> {{ ?d ?e ?f }} }}"


@pytest.mark.parametrize(
    "clause",
    [
        "SERVICE <http://c.test/sparql> { ?a ?b ?c }",
        "SERVICE SILENT <http://c.test/sparql> { ?a ?b ?c }",
        f"SERVICE <{A}/> {{ ?a ?b ?c }}",
        f"SERVICE <{A}?x> {{ ?a ?b ?c }}",
        f"SERVICE <{A.upper()}> {{ ?a ?b ?c }}",
        "SERVICE <http://a.test/sp\\u0061rql> { ?a ?b ?c }",
        f"VALUES ?e {{ <{A}> }} SERVICE ?e {{ ?a ?b ?c }}",
        "SERVICE a:sparql { ?a ?b ?c }",
        f"SERVICE <{A}> {{ SERVICE <http://c.test/sparql> {{ ?a ?b ?c }} }}",
        f"FILTER NOT EXISTS {{ SERVICE <{A}> {{ SERVICE ?e {{ ?a ?b ?c }} }} }}",
    ],
)
def test_an_endpoint_that_is_not_in_the_list_is_refused_and_the_list_told(clause: str):
    with pytest.raises(QueryRefused) as told:
        calls(f"PREFIX a: <http://a.test/> SELECT * {{ {clause} }}", LISTED)
    assert f"<{A}>, <{B}>" in str(told.value)
    assert "line 1, column" in str(told.value)


def test_more_clauses_than_there_may_be_are_refused_wherever_they_stand():
    clause = f"SERVICE <{A}> {{ ?a ?b ?c }}"
    assert len(calls(f"ASK {{ {clause * 3} }}", LISTED)) == 3
    for query in (f"ASK {{ {clause * 4} }}", f"ASK {{ SERVICE <{A}> {{ {clause * 3} }} }}"):
        with pytest.raises(QueryRefused, match="asks 4 times elsewhere; at most 3"):
            calls(query, LISTED)


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * {{ ?s ?p trueSERVICE<{A}>{{}} }}",
        f"SELECT * {{ LATERAL {{ SERVICE <{A}> {{}} }} }}",
        f"SELECT * {{ SERVICE <{A}> {{ ?a ?b ?c }}",
        f"SELECT * {{ SERVICE <{A}> {{ ?a x:b ?c }} }}",
        f"PREFIX SERVICE: <{A}> SELECT * {{ SERVICE:{{}} }}",
        f"SELECT * {{ \\u0053ERVICE <{A}> {{}} SERVICE <{A}> {{}} }}",
    ],
)
def test_what_has_service_and_is_not_sparql_as_the_standard_has_it_asks_nobody(query: str):
    with pytest.raises((QuerySyntaxError, QueryRefused)):
        calls(query, LISTED)


def test_a_fault_is_told_with_its_place_before_anybody_is_asked():
    with pytest.raises(QuerySyntaxError) as told:
        calls(f"SELECT * {{\n  SERVICE <{A}> {{ ?a x:b ?c }} }}", LISTED)
    assert (told.value.line, told.value.token) == (2, "x:b")
