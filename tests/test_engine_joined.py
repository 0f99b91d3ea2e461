"""A query with the solutions of its endpoints in the places of its SERVICE clauses is the same query."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store

from byregion.engine.joined import Fetched, joined
from byregion.errors import ServiceFailed

JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
TSV = "text/tab-separated-values"
CLAUSE = "SERVICE <http://e.test/> { ?a ?b ?c }"
URI, BLANK = {"type": "uri", "value": "http://x.test/a"}, {"type": "bnode", "value": "b0"}


def solutions(*rows: Mapping[str, Mapping[str, str]], names: str = "abc") -> bytes:
    return json.dumps({"head": {"vars": [*names]}, "results": {"bindings": rows}}).encode()


def fetched(query: str, body: bytes, media_type: str = JSON, *, silent: bool = False) -> Fetched:
    start = query.index(CLAUSE)
    return Fetched(start, start + len(CLAUSE), "http://e.test/", silent, media_type, body)


def rows(query: str, *answers: Fetched, store: Store | None = None) -> list[list[object]]:
    text, functions = joined(query, answers)
    found = (store or Store()).query(text, custom_functions=functions)
    assert isinstance(found, QuerySolutions)
    return [list(row) for row in found]


def test_every_kind_of_term_is_what_the_endpoint_said():
    texts = [' " \\ \n \t \r ', "\\u0041", "?x } SERVICE <http://x.test/> {", "ø 😀"]
    row = solutions(
        {"a": URI, "b": {"type": "literal", "value": "0301", "datatype": "http://www.w3.org/2001/XMLSchema#string"}},
        {"a": {"type": "literal", "value": "Målselv", "xml:lang": "nb"}, "c": {"type": "literal", "value": "x"}},
        *({"a": {"type": "literal", "value": text}} for text in texts),
    )
    query = f"SELECT ?a ?b ?c {{ {CLAUSE} }}"
    assert rows(query, fetched(query, row)) == [
        [NamedNode("http://x.test/a"), Literal("0301"), None],
        [Literal("Målselv", language="nb"), None, Literal("x")],
        *([Literal(text), None, None] for text in texts),
    ]


def test_xml_and_tsv_are_read_too():
    query = f"SELECT ?a {{ {CLAUSE} }}"
    xml = (
        b'<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="a"/></head><results>'
        b'<result><binding name="a"><uri>http://x.test/a</uri></binding></result></results></sparql>'
    )
    for media_type, body in ((XML, xml), (TSV, b"?a\n<http://x.test/a>\n")):
        assert rows(query, fetched(query, body, media_type)) == [[NamedNode("http://x.test/a")]]


def test_a_blank_node_is_one_within_an_answer_and_none_that_there_is_elsewhere():
    store = Store()
    store.update("INSERT DATA { _:b0 <http://x.test/p> 1 }")
    there = next(iter(store)).subject
    assert isinstance(there, BlankNode)
    blank = {"type": "bnode", "value": there.value}
    query = f"SELECT ?a ?b ?c {{ {CLAUSE} }}"
    found = rows(query, fetched(query, solutions({"a": blank, "b": blank, "c": URI}, {"a": BLANK})), store=store)
    (first, again, uri), (other, nothing, _) = found
    assert isinstance(first, BlankNode) and isinstance(other, BlankNode)
    assert first == again != other
    assert (uri, nothing) == (NamedNode("http://x.test/a"), None)
    meets = f"SELECT ?a {{ ?a <http://x.test/p> ?n {CLAUSE} }}"
    assert rows(meets, fetched(meets, solutions({"a": blank})), store=store) == []


def test_blank_nodes_and_truth_values_of_virtuoso_are_read():
    boolean = "http://www.w3.org/2001/XMLSchema#boolean"
    query = f"SELECT ?a ?b {{ {CLAUSE} }}"
    row = {
        "a": {"type": "bnode", "value": "nodeID://b10"},
        "b": {"type": "typed-literal", "datatype": boolean, "value": "1"},
    }
    ((blank, truth),) = rows(query, fetched(query, solutions(row)))
    assert isinstance(blank, BlankNode)
    assert truth == Literal("true", datatype=NamedNode(boolean))


def test_two_answers_share_no_blank_node():
    query = f"SELECT ?a ?d {{ {CLAUSE} {CLAUSE.replace('?a', '?d')} }}"
    second = query.index("SERVICE", query.index("SERVICE") + 1)
    other = Fetched(second, second + len(CLAUSE), "http://e.test/", False, JSON, solutions({"d": BLANK}, names="dbc"))
    ((first, last),) = rows(query, fetched(query, solutions({"a": BLANK})), other)
    assert isinstance(first, BlankNode) and isinstance(last, BlankNode)
    assert first != last


def test_only_variables_of_the_clause_are_bound():
    query = f"SELECT * {{ VALUES ?secret {{ 1 2 }} {CLAUSE} }}"
    body = solutions({"a": URI, "secret": {"type": "literal", "value": "3"}}, names=["a", "secret"])
    found = rows(query, fetched(query, body))
    assert len(found) == 2
    assert all(NamedNode("http://x.test/a") in row for row in found)


def test_solutions_without_values_count_as_many_as_they_are():
    query = "SELECT (COUNT(*) AS ?n) { SERVICE <http://e.test/> {} }"
    answer = Fetched(26, len(query) - 2, "http://e.test/", False, JSON, solutions({}, {}, {}, names=""))
    assert query[26:-2] == "SERVICE <http://e.test/> {}"
    ((count,),) = rows(query, answer)
    assert isinstance(count, Literal) and count.value == "3"


def test_no_solutions_are_no_solutions():
    query = f"SELECT * {{ VALUES ?x {{ 1 2 }} {CLAUSE} }}"
    assert rows(query, fetched(query, solutions())) == []


BROKEN = {
    "half": (JSON, solutions({"a": URI})[:-5]),
    "a truth value": (JSON, b'{"head": {}, "boolean": true}'),
    "a page": (JSON, b"<!doctype html>"),
    "nothing": (JSON, b""),
    "an IRI that is none": (JSON, solutions({"a": {"type": "uri", "value": "http://x> } { ?s ?p ?o"}})),
    "a name that is none": (JSON, solutions(names=["a) { ?s ?p ?o } #"])),
    "an entity": (
        XML,
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
        b'<head><variable name="a"/></head><results><result><binding name="a"><literal>&e;</literal></binding></result>'
        b"</results></sparql>",
    ),
    "another format": (TSV, solutions({"a": URI})),
    "a triple": (
        JSON,
        solutions({"a": {"type": "triple", "value": {"subject": URI, "predicate": URI, "object": URI}}}),
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_answer_fails_the_query_unless_the_clause_is_silent(what: str):
    media_type, body = BROKEN[what]
    query = f"SELECT * {{ VALUES ?x {{ 1 2 }} {CLAUSE} }}"
    with pytest.raises(ServiceFailed, match=r"<http://e\.test/> answers with something that is no"):
        joined(query, [fetched(query, body, media_type)])
    assert len(rows(query, fetched(query, body, media_type, silent=True))) == 2


def test_a_clause_that_failed_silently_is_one_solution_without_a_value():
    query = f"SELECT ?x ?a {{ VALUES ?x {{ 1 2 }} {CLAUSE} }}"
    start = query.index(CLAUSE)
    found = rows(query, Fetched(start, start + len(CLAUSE), "http://e.test/", True))
    assert [row[1] for row in found] == [None, None]
