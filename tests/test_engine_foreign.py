"""What is sent to a store is SPARQL 1.1, calls no function of the store's own, and does not depend on its address."""

from __future__ import annotations

import pytest

from byregion import queries
from byregion.assets import folder
from byregion.engine.foreign import mentions_graphs, sendable
from byregion.errors import QueryRefused, QuerySyntaxError

BASE = "https://example.test/sparql"
XSD = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "


@pytest.mark.parametrize("query", queries.read_all(folder("queries")), ids=lambda query: query.name)
def test_our_own_queries_are_sent_as_they_are(query: queries.NamedQuery):
    text = queries.prepare(query, query.examples)
    assert sendable(text, BASE) == text


@pytest.mark.parametrize(
    "query",
    [
        XSD + "SELECT (xsd:integer('1') AS ?x) {}",
        "SELECT (<http://www.w3.org/2001/XMLSchema#date>('2015-01-01') AS ?x) {}",
        "PREFIX owl: <http://www.w3.org/2002/07/owl#> ASK { ?x owl:unionOf ( ?a ?b ) }",
        "SELECT (REGEX('a', 'b') AS ?x) (COALESCE(?y, 1) AS ?z) { FILTER(<urn:a> = <urn:b>) }",
        "ASK { ?s ?p '<bif:http_get>(1)' } # <bif:http_get>(1)",
    ],
)
def test_functions_of_sparql_and_lists_are_let_through(query: str):
    assert sendable(query, "") == query


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (<bif:http_get>('http://x.test/') AS ?x) {}",
        "SELECT (<bif:http_get> # a comment\n ('http://x.test/') AS ?x) {}",
        "SELECT (<sql:anything>() AS ?x) {}",
        "SELECT (<java:java.lang.System>() AS ?x) {}",
        "PREFIX b: <bif:> SELECT (b:http_get('http://x.test/') AS ?x) {}",
        "PREFIX : <bif:> SELECT (:http_get('http://x.test/') AS ?x) {}",
        XSD + "PREFIX xsd: <bif:> SELECT (xsd:http_get('http://x.test/') AS ?x) {}",
        "PREFIX xsd: <bif:> " + XSD + "SELECT (xsd:http_get('http://x.test/') AS ?x) {}",
        "BASE <bif:x> SELECT (<http_get>('http://x.test/') AS ?x) {}",
        r"SELECT (<\u0062if:http_get>('http://x.test/') AS ?x) {}",
        "SELECT ?x { ?s ?p ?o } GROUP BY ?x HAVING (<bif:delay>(1) = 0)",
        "SELECT ?x { ?s ?p ?x } ORDER BY <bif:delay>(1)",
        "ASK { FILTER <bif:delay>(1) }",
        "ASK { BIND(<bif:delay>(1) AS ?x) }",
        "SELECT (<sql:an_aggregate>(DISTINCT ?s) AS ?x) { ?s ?p ?o }",
    ],
)
def test_functions_of_the_stores_own_are_refused_however_they_are_called(query: str):
    with pytest.raises(QueryRefused, match=r"\(line [12], column [0-9]+\) is not offered here"):
        sendable(query, BASE)


@pytest.mark.parametrize(
    "query",
    [
        'DEFINE get:soft "replace" SELECT * { ?s ?p ?o }',
        'SELECT * { ?s ?p ?o OPTION (get:soft "replace") }',
        'SELECT * { GRAPH <urn:g> OPTION (get:soft "replace") { ?s ?p ?o } }',
        "SELECT (bif:http_get('http://x.test/') AS ?x) {}",
        "SELECT COUNT(*) { ?s ?p ?o }",
        "SELECT ?s { ?s ?p ?o } ; DROP ALL",
    ],
)
def test_what_a_store_reads_beyond_sparql_is_a_syntax_error_here(query: str):
    with pytest.raises(QuerySyntaxError):
        sendable(query, BASE)


@pytest.mark.parametrize(
    "query", ["SELECT (<x> AS ?y) {}", "SELECT (IRI('x') AS ?y) {}", "BASE <z/> ASK { <x> ?p ?o }", "ASK { <> ?p ?o }"]
)
def test_relative_iris_get_our_base(query: str):
    assert sendable(query, BASE) == f"BASE <{BASE}> {query}"
    assert sendable(query, "") == query


@pytest.mark.parametrize(
    ("query", "may"),
    [
        ("ASK { GRAPH ?g {} }", True),
        ("ask { graph ?g {} }", True),
        (r"ASK { \u0047RAPH ?g {} }", True),
        ("ASK { ?s ?p ?o }", False),
    ],
)
def test_a_query_may_be_about_graphs_or_surely_is_not(query: str, may: bool):
    assert mentions_graphs(query) is may
