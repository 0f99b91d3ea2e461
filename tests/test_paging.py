"""Queries in pages: together they are the whole answer, and the count is how many there are."""

from __future__ import annotations

import pytest
from rdflib import XSD, Literal, Variable

from byregion import paging, queries, results, sparql
from byregion.assets import folder
from byregion.dataset import data_files, ontology_files
from byregion.engine import Engine
from byregion.engine.memory import MemoryEngine
from byregion.engine.pool import Pool
from byregion.errors import BadRequest
from byregion.infer import UPDATES
from byregion.results import Solutions

QUERIES = queries.read_all(folder("queries"))
TABLES = [query for query in QUERIES if query.form == "SELECT"]


@pytest.fixture(scope="module")
def everything() -> MemoryEngine:
    """All that is published: some questions have an answer of one row in a part of it, and of one page then."""
    return MemoryEngine.of([*ontology_files(), *data_files(folder("data"))], UPDATES)


def solutions(engine: Engine, text: str) -> Solutions:
    found = results.read_solutions(engine.query(text, results.JSON).body)
    assert isinstance(found, Solutions)
    return found


def test_there_are_queries_to_page():
    assert len(TABLES) > 30


@pytest.mark.parametrize("query", TABLES, ids=lambda query: query.name)
def test_the_pages_of_every_query_are_together_its_answer(everything: MemoryEngine, query: queries.NamedQuery):
    engine = everything
    whole = solutions(engine, query.text)
    size = max(1, len(whole.bindings) // 3)
    pages = [
        solutions(engine, paging.page(query.text, number, size)).bindings
        for number in range(1, len(whole.bindings) // size + 2)
    ]
    assert len(pages) > 1
    assert all(len(part) <= size for part in pages)
    assert tuple(binding for part in pages for binding in part) == whole.bindings


@pytest.mark.parametrize("query", TABLES, ids=lambda query: query.name)
def test_the_count_of_every_query_is_how_many_solutions_it_has(engine: Pool, query: queries.NamedQuery):
    counted = solutions(engine, paging.count(query.text))
    total = len(solutions(engine, query.text).bindings)
    assert counted.bindings == ({Variable("count"): Literal(str(total), datatype=XSD.integer)},)


@pytest.mark.parametrize("query", TABLES, ids=lambda query: query.name)
def test_the_columns_of_every_query_are_those_of_its_answer(engine: Pool, query: queries.NamedQuery):
    assert tuple(Variable(name) for name in paging.columns(query.text)) == solutions(engine, query.text).variables


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT * { ?s ?p ?o }", ()),
        ("SELECT ?a(COUNT(?c) AS ?b)?d{ ?a ?c ?d }", ("a", "b", "d")),
        ("PREFIX select: <urn:x> SELECT DISTINCT $a (IF(?x, (?y), 1) as ?b) WHERE { ?a ?x ?y }", ("a", "b")),
        ("SELECT REDUCED ?s # ?not\n WHERE { SELECT ?s ?t { ?s ?p ?t } }", ("s",)),
    ],
)
def test_columns_are_told_from_what_stands_in_expressions(text: str, columns: tuple[str, ...]):
    assert paging.columns(text) == columns


def test_a_query_may_end_in_values_or_a_comment(engine: Pool):
    values = 'SELECT ?x WHERE { } ORDER BY ?x VALUES ?x { "b" "a" "c" }'
    comment = 'SELECT ?x WHERE { VALUES ?x { "b" "a" "c" } } ORDER BY ?x # LIMIT 1'
    for text in (values, comment):
        found = solutions(engine, paging.page(text, 2, 1)).bindings
        assert found == ({Variable("x"): Literal("b")},)
        assert solutions(engine, paging.count(text)).bindings[0][Variable("count")] == Literal(
            "3", datatype=XSD.integer
        )


@pytest.mark.parametrize("text", ["SELECT ?s { ?s ?p ?o } LIMIT 5", "SELECT ?s { ?s ?p ?o } ORDER BY ?s offset 5"])
def test_a_query_that_limits_itself_has_no_pages(text: str):
    with pytest.raises(BadRequest, match="of its own"):
        paging.page(text, 1, 10)
    with pytest.raises(BadRequest, match="of its own"):
        paging.count(text)


def test_a_limit_within_a_part_of_the_query_is_none_of_its_own():
    text = "SELECT ?s { { SELECT ?s { ?s ?p ?o } LIMIT 5 } } ORDER BY ?s"
    assert paging.page(text, 3, 2).endswith("\nLIMIT 2 OFFSET 4\n")
    assert sparql.form(paging.count(text)) == "SELECT"


@pytest.mark.parametrize("text", ["ASK { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <urn:x>"])
def test_only_tables_have_pages(text: str):
    with pytest.raises(BadRequest, match="only tables have pages"):
        paging.page(text, 1, 10)
