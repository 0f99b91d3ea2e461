"""One query on one store: answers as Oxigraph writes them, whole or refused, and mistakes told with their place."""

from __future__ import annotations

import csv
import gc
import io
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal
from rdflib.compare import isomorphic
from rdflib.query import Result

from byregion import results, sparql
from byregion.config import Settings
from byregion.engine import Engine, Limits, deep
from byregion.engine.evaluate import Question, evaluate
from byregion.engine.memory import MemoryEngine
from byregion.errors import EngineError, QueryRefused, QuerySyntaxError, QueryTooLarge
from engine_data import AGAIN, COUNT, JSON, RULES, STATED, X

ENGINE = MemoryEngine.of((STATED, AGAIN), RULES)
LOADED = ENGINE.loaded
SELECT = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(!isBlank(?s) && !isBlank(?o)) }"
DESCRIBE = f"DESCRIBE <{X}lenvik>"
SOLUTIONS = [item.media_type for item in results.formats("solutions")]
GRAPHS = [item.media_type for item in results.formats("graph")]


def test_the_engine_is_one() -> None:
    engine: Engine = ENGINE
    assert engine.revision == ENGINE.loaded.revision
    assert len(engine.revision) == 64


def test_its_limits_are_those_of_the_settings() -> None:
    limits = Limits.of(Settings(query_seconds=3, query_memory_mb=7, max_rows=5, max_bytes=11, max_query_length=13))
    assert limits == Limits(seconds=3, memory_mb=7, rows=5, bytes=11, length=13, depth=200)


# --- Answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media_type", SOLUTIONS)
@pytest.mark.parametrize(
    "query", [SELECT, "ASK { ?s ?p ?o }", "SELECT ?a ?b { VALUES (?a ?b) { (UNDEF 'x') (1 UNDEF) } }"]
)
def test_solutions_are_written_as_oxigraph_writes_them(query: str, media_type: str) -> None:
    form = pyoxigraph.QueryResultsFormat.from_media_type(media_type)
    answer = ENGINE.query(query, media_type)
    assert answer.body == LOADED.store.query(query).serialize(format=form)
    assert (answer.kind, answer.media_type) == ("solutions", media_type)


@pytest.mark.parametrize("media_type", GRAPHS)
@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
def test_graphs_are_written_as_oxigraph_writes_them(query: str, media_type: str) -> None:
    form = pyoxigraph.RdfFormat.from_media_type(media_type)
    answer = ENGINE.query(query, media_type)
    assert answer.body == LOADED.store.query(query).serialize(format=form)
    assert (answer.kind, answer.media_type) == ("graph", media_type)


def test_every_format_of_solutions_says_the_same() -> None:
    expected = results.read_solutions(ENGINE.query(SELECT, JSON).body)
    assert isinstance(expected, results.Solutions)
    for name in ("xml", "tsv"):
        media_type = next(item.media_type for item in results.FORMATS if item.name == name)
        read = Result.parse(io.BytesIO(ENGINE.query(SELECT, media_type).body), format=name)
        assert [set(map(str, row.values())) for row in read.bindings] == [
            set(map(str, binding.values())) for binding in expected.bindings
        ]
    rows = list(csv.reader(io.StringIO(ENGINE.query(SELECT, "text/csv").body.decode(), newline="")))
    assert len(rows) == len(expected.bindings) + 1


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own reader of JSON-LD uses it
def test_every_format_of_graphs_says_the_same() -> None:
    read = [Graph().parse(data=ENGINE.query(CONSTRUCT, media_type).body, format=media_type) for media_type in GRAPHS]
    assert len(read[0]) > 10
    assert all(isomorphic(read[0], graph) for graph in read[1:])


def test_what_is_inferred_is_in_the_answers() -> None:
    assert b'"boolean":true' in ENGINE.query(f"ASK {{ <{X}norway> <{X}holds> <{X}lenvik> }}", JSON).body


@pytest.mark.parametrize(
    ("query", "media_type"),
    [
        (SELECT, "text/turtle"),
        ("ASK {}", "application/ld+json"),
        (CONSTRUCT, JSON),
        (DESCRIBE, "text/csv"),
        (SELECT, ""),
    ],
)
def test_a_media_type_of_another_kind_is_a_mistake_of_the_caller(query: str, media_type: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be written as"):
        ENGINE.query(query, media_type)
    with pytest.raises(ValueError, match=r"does not hold this form"):
        evaluate(LOADED, Question(query, media_type, rows=1000, size=100_000))


# --- Limits -----------------------------------------------------------------------------------------------------------

TRICKY = st.lists(
    st.one_of(
        st.none(),
        st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=5),
        st.sampled_from(["},{", '"},{"', "\r\n", '"\r\n"', "<result>", "\n", "\t", "\\", '\\"', "{},{}"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150, deadline=None, database=None, derandomize=True)
@given(TRICKY, st.sampled_from(SOLUTIONS))
def test_rows_are_counted_whatever_the_literals_hold(texts: list[str | None], media_type: str) -> None:
    block = "SELECT ?x WHERE { VALUES ?x { 1 } }"
    place = sparql.places(block)["x"]
    written = [sparql.bind(block, {"x": (Literal(text),) if text is not None else ()}) for text in texts]
    terms = " ".join(query[place.start : query.rindex("} }")].strip() for query in written)
    query = f"{block[: place.start]} {terms} {block[place.end :]}"
    whole = evaluate(LOADED, Question(query, media_type, rows=len(texts), size=100_000))
    assert whole.body
    if len(texts) > 1:
        with pytest.raises(QueryTooLarge, match=f"more than {len(texts) - 1} rows"):
            evaluate(LOADED, Question(query, media_type, rows=len(texts) - 1, size=100_000))


@pytest.mark.parametrize("media_type", SOLUTIONS)
def test_an_answer_without_variables_has_rows_too(media_type: str) -> None:
    query = "SELECT * WHERE { {} UNION {} UNION {} }"
    assert evaluate(LOADED, Question(query, media_type, rows=3, size=1000)).body
    with pytest.raises(QueryTooLarge, match="more than 2 rows"):
        evaluate(LOADED, Question(query, media_type, rows=2, size=1000))


@pytest.mark.parametrize("media_type", GRAPHS)
def test_triples_over_the_limit_are_refused_and_not_cut(media_type: str) -> None:
    count = len(list(LOADED.store.query(CONSTRUCT)))
    assert evaluate(LOADED, Question(CONSTRUCT, media_type, rows=count, size=100_000)).body
    with pytest.raises(QueryTooLarge, match=f"more than {count - 1} triples"):
        evaluate(LOADED, Question(CONSTRUCT, media_type, rows=count - 1, size=100_000))


@pytest.mark.parametrize(
    ("query", "media_type"), [(SELECT, item) for item in SOLUTIONS] + [(CONSTRUCT, item) for item in GRAPHS]
)
def test_bytes_over_the_limit_are_refused_and_not_cut(query: str, media_type: str) -> None:
    size = len(evaluate(LOADED, Question(query, media_type, rows=1000, size=100_000)).body)
    assert len(evaluate(LOADED, Question(query, media_type, rows=1000, size=size)).body) == size
    with pytest.raises(QueryTooLarge, match=f"more than {size - 1} bytes"):
        evaluate(LOADED, Question(query, media_type, rows=1000, size=size - 1))


def test_the_engine_holds_to_its_own_limits() -> None:
    small = MemoryEngine(ENGINE.loaded, Limits(rows=2, bytes=300, length=60, depth=3))
    assert small.query(COUNT, JSON).body
    with pytest.raises(QueryTooLarge, match="2 rows"):
        small.query("SELECT ?s { ?s ?p ?o } LIMIT 3", "text/csv")
    with pytest.raises(QueryTooLarge, match="300 bytes"):
        small.query("SELECT * { ?s ?p ?o }", JSON)
    with pytest.raises(QueryRefused, match="characters"):
        small.query(COUNT + " " * 60, JSON)
    with pytest.raises(QueryRefused, match="brackets"):
        small.query("ASK {{{{}}}}", JSON)


def test_a_refused_answer_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    # pyoxigraph cannot drop in one thread what it made in another: it leaks it, and can only say so here.
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    small = MemoryEngine(ENGINE.loaded, Limits(bytes=10, rows=1))
    for query, media_type in ((SELECT, JSON), (CONSTRUCT, "text/turtle")):
        with pytest.raises(QueryTooLarge):
            small.query(query, media_type)
    gc.collect()
    assert complaints == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * FROM <http://127.0.0.1:1/> { ?s ?p ?o }",
        "SELECT * FROM NAMED <file:///etc/passwd> { ?s ?p ?o }",
        "LOAD <http://127.0.0.1:1/>",
        "DELETE WHERE { ?s ?p ?o }",
    ],
)
def test_what_the_token_check_refuses_is_not_evaluated(query: str) -> None:
    with pytest.raises(QueryRefused):
        ENGINE.query(query, JSON)


def test_what_fails_on_the_way_is_an_error_of_the_engine() -> None:
    with pytest.raises(EngineError, match="the query failed: "):
        evaluate(LOADED, Question("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", JSON, rows=10, size=1000))


def test_a_function_that_is_not_there_is_for_who_asks_to_mend() -> None:
    with pytest.raises(QueryRefused, match="there is no function <urn:f> here"):
        ENGINE.query("SELECT * { FILTER(<urn:f>(1)) }", JSON)


# --- Mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "line", "column", "said"),
    [
        ("SELEKT * { ?s ?p ?o }", 1, 1, "write SELECT"),
        ("ASK {\n ?s ?p 'open }", 2, 8, "string does not end"),
        ("SELECT * {\n  ?s ?p }", 2, 9, "'}' cannot stand here"),
        ("SELECT ?p { ?s ?p ?o } GROUP BY ?s", 1, 8, "GROUP BY does not"),
        ("ASK { ?s ?p 'a'@nynorskogbokmaal }", 1, 16, "a language tag is malformed"),
        ("CONSTRUCT {\n  ?s ?p 'æøå😀' FILTER(1) } {}", 2, 16, "'FILTER' cannot stand here"),
    ],
)
def test_a_mistake_is_told_with_line_and_column(query: str, line: int, column: int, said: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        ENGINE.query(query, "text/turtle" if query.startswith("CONSTRUCT") else JSON)
    assert said in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_query_that_oxigraph_reads_is_no_mistake_for_its_words() -> None:
    assert b"true" in ENGINE.query("ASKWHERE{FILTER(1<2)}", JSON).body


# --- Stack ------------------------------------------------------------------------------------------------------------


def test_a_call_with_more_stack_returns_and_raises_what_the_function_does() -> None:
    def fail() -> None:
        raise KeyError("why")

    assert deep.call(lambda: threading.current_thread().name, 1 << 20) == "query"
    with pytest.raises(KeyError, match="why"):
        deep.call(fail, 1 << 20)


def test_a_call_leaves_the_stack_of_other_threads_as_it_was() -> None:
    before = threading.stack_size()
    deep.call(lambda: None, 64 << 20)
    assert threading.stack_size() == before


def test_a_thread_is_kept_for_the_next_call_and_calls_at_once_have_one_each() -> None:
    first, again = (deep.call(threading.get_ident, 2 << 20) for _ in range(2))
    inside = deep.call(lambda: (threading.get_ident(), deep.call(threading.get_ident, 2 << 20)), 2 << 20)
    assert first == again == inside[0] != inside[1]


def test_a_process_that_is_forked_calls_in_a_thread_of_its_own() -> None:
    deep.call(lambda: None, 2 << 20)
    child = os.fork()
    if not child:
        os._exit(deep.call(lambda: 7, 2 << 20))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


NESTED: dict[str, Callable[[int], str]] = {
    "groups": lambda count: "ASK {" + "{" * count + "}" * count + "}",
    "functions": lambda count: "ASK { FILTER(" + "STR(" * count + "1" + ")" * count + ") }",
    "EXISTS": lambda count: "ASK {" + "FILTER EXISTS {" * count + "}" * count + "}",
    "subselects": lambda count: "ASK {" + "{SELECT*{" * count + "}}" * count + "}",
    "conditions": lambda count: "ASK { FILTER(" + "IF(1,1," * count + "1" + ")" * count + ") }",
    "negations": lambda count: "ASK { FILTER(" + "!" * count + "1) }",
    "paths": lambda count: "ASK { ?s " + "^(" * count + "a" + ")" * count + " ?o }",
    "differences": lambda count: "ASK { ?s ?p ?o" + " MINUS{}" * count + "}",
    "sums": lambda count: "ASK { FILTER(1" + "-1" * count + ") }",
}


@pytest.mark.parametrize("shape", NESTED)
def test_no_nesting_within_the_length_of_a_query_ends_the_process(shape: str) -> None:
    limits = Limits(depth=100_000)
    count = next(count for count in range(50_000, 0, -250) if len(NESTED[shape](count)) <= limits.length)
    assert MemoryEngine(ENGINE.loaded, limits).query(NESTED[shape](count), JSON).body.startswith(b'{"head"')


def test_nesting_beyond_the_limit_is_refused_before_it_is_evaluated() -> None:
    for make in (NESTED["groups"], NESTED["functions"], NESTED["paths"]):
        with pytest.raises(QueryRefused, match="more than 200 brackets"):
            ENGINE.query(make(201), JSON)


def test_an_engine_may_be_asked_by_many_threads() -> None:
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(ENGINE.query(COUNT, JSON).body)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
