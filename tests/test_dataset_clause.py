"""Which RDF dataset a query describes: by FROM, or by what the protocol says in its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.plugins.sparql import prepareQuery

from byregion import dataset_clause
from byregion.dataset_clause import DatasetDescription
from byregion.engine.evaluate import Question, evaluate
from byregion.engine.memory import MemoryEngine
from byregion.engine.store import LoadedStore
from byregion.errors import QueryRefused
from engine_data import AGAIN, COUNT, JSON, RULES, STATED, X

A, B = str(STATED.graph), str(AGAIN.graph)
BASE = f"{X}graphs/"
DESCRIBED = {
    f"SELECT * FROM <{A}> {{ ?s ?p ?o }}": ((A,), ()),
    f"select * from <{A}> from named <{B}> where {{ ?s ?p ?o }}": ((A,), (B,)),
    f"SELECT * FROM <{A}> FROM <{B}> FROM <{A}> {{ ?s ?p ?o }} ORDER BY ?s": ((A, B), ()),
    f"PREFIX g: <{BASE}> ASK FROM g:stated {{ ?s ?p ?o }}": ((A,), ()),
    f"BASE <{BASE}> DESCRIBE ?s FROM <stated> WHERE {{ ?s ?p ?o }}": ((A,), ()),
    f"BASE <{X}> PREFIX g: <graphs/> CONSTRUCT {{ ?s ?p ?o }} FROM NAMED g:again {{ ?s ?p ?o }}": ((), (B,)),
    "CONSTRUCT FROM <stated> WHERE { ?s ?p ?o }": ((A,), ()),
    "SELECT (COUNT(?s) AS ?from) FROM <\\u0073tated> { ?s ?p 'FROM <x>' } # FROM <y>": ((A,), ()),
    "ASK FROM <http://x.test/a#> { ?s ?p ?o }": (("http://x.test/a#",), ()),
    "ASK { ?s ?p ?o }": ((), ()),
    "PREFIX from: <http://x.test/> ASK { ?s from:a from:b }": ((), ()),
}


@pytest.mark.parametrize("query", DESCRIBED)
def test_from_clauses_are_read_as_rdflib_reads_them(query: str) -> None:
    found = dataset_clause.of_query(query, BASE)
    assert (found.default_graphs, found.named_graphs) == DESCRIBED[query]
    clauses = prepareQuery(query, base=BASE).algebra.datasetClause or []
    theirs = {str(clause.default or clause.named) for clause in clauses}
    assert {*found.default_graphs, *found.named_graphs} == theirs


@pytest.mark.parametrize(
    ("query", "default", "named"), [(f"ASKFROM<{A}>{{ }}", (A,), ()), (f"ASK FROMNAMED<{B}>{{ }}", (), (B,))]
)
def test_what_only_the_engine_reads_as_from_is_read_so_too(query: str, default: object, named: object) -> None:
    assert dataset_clause.of_query(query) == DatasetDescription(default, named)  # type: ignore[arg-type]
    assert ENGINE.query(query, JSON).body


ENGINE = MemoryEngine.of((STATED, AGAIN), RULES)


def count(query: str, dataset: DatasetDescription | None = None) -> int:
    body = ENGINE.query(query, JSON, dataset=dataset).body
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


def lines(path: Path) -> set[str]:
    return {" ".join(term.n3() for term in triple) for triple in Graph().parse(path)}


def test_a_triple_that_stands_in_two_graphs_is_once_in_their_merge() -> None:
    stated, again = lines(STATED.path), lines(AGAIN.path)
    assert stated & again
    both = f"SELECT (COUNT(*) AS ?n) FROM <{A}> FROM <{B}> {{ ?s ?p ?o }}"
    assert count(both) == len(stated | again)
    assert count(f"SELECT (COUNT(*) AS ?n) FROM <{A}> {{ ?s ?p ?o }}") == len(stated)
    assert count(COUNT, DatasetDescription((A, B))) == len(stated | again)


def test_what_the_protocol_describes_takes_the_place_of_from() -> None:
    query = f"SELECT (COUNT(*) AS ?n) FROM <{A}> {{ ?s ?p ?o }}"
    assert count(query, DatasetDescription((B,))) == len(lines(AGAIN.path))
    # https://www.w3.org/TR/sparql11-query/#specifyingDataset "… but no FROM clause, then the dataset includes an empty
    # graph for the default graph"
    assert count(query, DatasetDescription((), (B,))) == 0


def test_only_the_named_graphs_that_are_described_are_there() -> None:
    graphs = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    assert count(graphs) == 3
    assert count(graphs, DatasetDescription((A,), (B,))) == 1
    assert count(graphs, DatasetDescription((A, B), (A, B))) == 2
    assert count(graphs, DatasetDescription((A,))) == 0
    assert count(graphs.replace("{ GRAPH", f"FROM <{A}> {{ GRAPH", 1)) == 0


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_a_graph_that_is_not_there_is_told_and_not_fetched(clause: str) -> None:
    with pytest.raises(QueryRefused, match=r"there is no graph <http://127\.0\.0\.1:1/> in the dataset"):
        ENGINE.query(f"SELECT * {clause} <http://127.0.0.1:1/> {{ ?s ?p ?o }}", JSON)


def test_in_a_plain_dataset_a_graph_that_is_not_there_is_empty() -> None:
    plain = LoadedStore(ENGINE.loaded.store, "", 0, 0, is_merged=False)
    assert b"[]" in evaluate(plain, Question(f"SELECT * FROM <{X}none> {{ ?s ?p ?o }}", JSON, 10, 1000)).body


def test_relative_iris_are_resolved_against_the_base_of_the_service() -> None:
    question = Question("SELECT (<again> AS ?a) (COUNT(*) AS ?n) FROM <again> { ?s ?p ?o }", JSON, 10, 1000, None, BASE)
    (row,) = json.loads(evaluate(ENGINE.loaded, question).body)["results"]["bindings"]
    assert (row["a"]["value"], row["n"]["value"]) == (str(B), str(len(lines(AGAIN.path))))


# --- Names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * {{ GRAPH <{A}> {{ ?s ?p ?o }} }}",
        f"SELECT * FROM NAMED <{A}> {{ ?s ?p ?o }}",
        f"PREFIX g: <{BASE}> SELECT * {{ ?s ?p ?o . GRAPH g:stated {{ }} }}",
        f"prefixg:<{BASE}>SELECT * {{ GRAPH g:stated {{ }} }}",
        f"PREFIX it: <{A}> SELECT * {{ ?s ?p ?o . GRAPH it: {{ }} }}",
        f"BASE <{X}> SELECT * {{ GRAPH <graphs/stated> {{ }} }}",
        "SELECT * { GRAPH <stated> { } }",
        f"PREFIX prefixes: <{X}> PREFIX g: <{BASE}> ASK {{ prefixes:a prefixes:b g:again . GRAPH g:stated {{ }} }}",
        f"SELECT * {{ VALUES ?g {{ <{A}> }} GRAPH ?g {{ ?s ?p ?o }} }}",
    ],
)
def test_a_query_names_an_iri_in_full_by_a_prefix_or_relative(query: str) -> None:
    assert dataset_clause.names(query, A, BASE)


@pytest.mark.parametrize(
    "query",
    [
        COUNT,
        "SELECT * { GRAPH ?stated { ?s ?p 'stated' } }",
        f"SELECT * {{ ?s ?p '{A}' }} # <{A}>",
        f"SELECT * {{ GRAPH <{A}/more> {{ }} }}",
        f"PREFIX g: <{X}> SELECT * {{ GRAPH g:stated {{ }} }}",
        f"PREFIX it: <{A}> SELECT * {{ GRAPH <{B}> {{ }} }}",
    ],
)
def test_what_only_looks_like_an_iri_does_not_name_it(query: str) -> None:
    assert not dataset_clause.names(query, A, BASE)
