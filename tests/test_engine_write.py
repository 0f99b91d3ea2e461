"""Writes: done on a copy, made by the template as a whole or not at all, seen by every query that begins afterwards."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from byregion.dataset_clause import DatasetDescription
from byregion.engine import Limits, process
from byregion.engine.delta import Delta
from byregion.engine.launch import Template, serve_empty, serve_template
from byregion.engine.pool import Pool
from byregion.engine.stage import difference
from byregion.engine.write import Body, Conditions, GraphWrite, GraphWrites, Method, Update, Write, Written, state
from byregion.errors import (
    BadRequest,
    ByregionError,
    Conflict,
    EngineError,
    NotFound,
    OutOfScope,
    PreconditionFailed,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    RdfSyntaxError,
)
from processes import descendants

ALL = "SELECT * WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
G = "http://example.org/g"
BASE = "http://example.org/base/"


@pytest.fixture
def template() -> Iterator[Template]:
    with serve_empty(Limits(seconds=10, memory_mb=256)) as started:
        yield started


@pytest.fixture
def pool(template: Template) -> Iterator[Pool]:
    with contextlib.closing(template.pool()) as made:
        yield made


@pytest.fixture
def hasty(template: Template) -> Iterator[Pool]:
    limits = Limits(seconds=0.5, memory_mb=256)
    with contextlib.closing(Pool(template.socket, template.revision, limits=limits)) as made:
        yield made


def update(text: str, **described: tuple[str, ...]) -> Write:
    return Write(Update(text, DatasetDescription(**described) if described else None, BASE))


def graph(method: Method, iri: str = G, *texts: str, media_type: str = "text/turtle", **conditions: tuple[str, ...]):
    bodies = tuple(Body(text.encode(), media_type) for text in texts)
    return Write(GraphWrite(method, iri, bodies, iri or BASE, Conditions(**conditions)))


def together(*writes: Write, **conditions: tuple[str, ...]) -> Write:
    """Operations on graphs as one write."""
    operations = tuple(write.what for write in writes if isinstance(write.what, GraphWrite))
    return Write(GraphWrites(operations, Conditions(**conditions)))


def rows(engine: Pool, query: str = ALL) -> set[str]:
    return set(engine.query(query, "text/csv").body.decode().splitlines()[1:])


def count(engine: Pool, pattern: str = "?s ?p ?o") -> int:
    found = engine.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}", "text/csv")
    return int(found.body.split()[1])


def endless() -> str:
    triples = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(9))
    return f"INSERT {{ ?a0 ?b0 ?c1 }} WHERE {{ {triples} }}"


def soon(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


# --- What is held, and what it is called ------------------------------------------------------------------------------


def test_it_begins_with_nothing_and_a_query_after_the_acknowledgement_sees_the_write(pool: Pool):
    before = pool.revision
    assert rows(pool) == set()
    written = pool.write(update("INSERT DATA { <a> <b> 1 , 2 }"))
    assert (written.added, written.removed) == (2, 0)
    assert written.revision == pool.revision != before
    assert rows(pool, "SELECT ?o WHERE { ?s ?p ?o }") == {"1", "2"}
    assert pool.query(ALL, "text/csv").revision == written.revision


def test_relative_iris_are_resolved_against_the_base_of_the_update(pool: Pool):
    pool.write(update("INSERT DATA { <a> <../b> <#c> }"))
    found = pool.query("SELECT ?s ?p ?o WHERE { ?s ?p ?o }", "text/tab-separated-values").body.decode()
    assert {BASE + "a", "http://example.org/b", BASE + "#c"} == {
        cell.strip("<>") for cell in found.split("\n")[1].split("\t")
    }


def test_the_default_graph_is_a_graph_of_its_own(pool: Pool):
    pool.write(update(f"INSERT DATA {{ GRAPH <{G}> {{ <a> <b> 1 }} }}"))
    assert count(pool) == 0
    assert count(pool, "GRAPH ?g { ?s ?p ?o }") == 1


def test_several_operations_are_done_in_order_and_together_or_not_at_all(pool: Pool):
    pool.write(update("INSERT DATA { <a> <b> 1 } ; DELETE DATA { <a> <b> 1 } ; INSERT DATA { <a> <b> 2 }"))
    assert rows(pool, "SELECT ?o WHERE { ?s ?p ?o }") == {"2"}
    revision = pool.revision
    with pytest.raises(Conflict, match="does not exist"):
        pool.write(update("INSERT DATA { <a> <b> 3 } ; DROP GRAPH <http://example.org/none>"))
    assert rows(pool, "SELECT ?o WHERE { ?s ?p ?o }") == {"2"}
    assert pool.revision == revision


def test_a_revision_is_named_by_the_one_before_and_what_changed(pool: Pool):
    text = f"INSERT DATA {{ <{G}> <{G}> 1 }}"
    with serve_empty(Limits()) as other, contextlib.closing(other.pool()) as second:
        assert pool.write(update(text)).revision == second.write(update(text)).revision
        assert second.write(update(text)).revision == second.revision == pool.revision
        assert pool.write(update("CLEAR ALL")).revision != second.revision


def test_every_pool_of_a_template_knows_of_a_write_at_once(template: Template, pool: Pool):
    with contextlib.closing(template.pool()) as other:
        assert count(other) == 0
        pool.write(update("INSERT DATA { <a> <b> 1 }"))
        assert other.revision == pool.revision
        assert count(other) == 1


def test_blank_nodes_keep_their_names_and_those_of_two_requests_are_apart(pool: Pool):
    for _ in range(3):
        pool.write(update("INSERT DATA { _:x <http://example.org/p> 1 }"))
        pool.write(graph("post", "", "_:x <http://example.org/q> [ ] ."))
    first = rows(pool, "SELECT (STR(?s) AS ?name) WHERE { ?s ?p ?o }")
    names = pool.query("SELECT DISTINCT ?s WHERE { ?s ?p ?o }", "text/csv").body
    assert len(names.split()) == 1 + 6
    assert first == rows(pool, "SELECT (STR(?s) AS ?name) WHERE { ?s ?p ?o }")
    pool.write(update("INSERT DATA { <a> <b> 1 }"))
    again = pool.query("SELECT DISTINCT ?s WHERE { ?s ?p ?o FILTER isBlank(?s) }", "text/csv").body
    assert set(again.split()) == set(names.split())


def test_a_graph_that_holds_nothing_is_there_until_it_is_dropped(pool: Pool):
    assert pool.write(update(f"CREATE GRAPH <{G}>")).created == (G,)
    assert pool.query(f"ASK {{ GRAPH <{G}> {{ }} }}", "text/csv").body == b"true"
    pool.write(update(f"DROP GRAPH <{G}>"))
    assert pool.query(f"ASK {{ GRAPH <{G}> {{ }} }}", "text/csv").body == b"false"


def test_what_was_removed_takes_no_memory_for_good(template: Template, pool: Pool):
    size = Path(f"/proc/{template.process.pid}/status")

    def held() -> int:
        return next(int(line.split()[1]) for line in size.read_text().splitlines() if line.startswith("VmRSS"))

    def replace(number: int) -> None:
        text = "".join(f"<http://example.org/{number}-{n}> <http://example.org/p> {n} .\n" for n in range(4000))
        pool.write(graph("put", G, text))

    for number in range(4):
        replace(number)
    before = held()
    for number in range(4, 12):
        replace(number)
    assert count(pool, "GRAPH ?g { ?s ?p ?o }") == 4000
    assert held() - before < 20_000


# --- The dataset of an update -----------------------------------------------------------------------------------------


def test_the_protocol_describes_the_dataset_that_where_is_matched_against(pool: Pool):
    pool.write(update(f"INSERT DATA {{ <a> <b> 0 . GRAPH <{G}> {{ <a> <b> 1 }} GRAPH <{G}2> {{ <a> <b> 2 }} }}"))
    copy = "INSERT { <copy> ?p ?o } WHERE { ?s ?p ?o } ; DELETE WHERE { <none> ?p ?o }"
    pool.write(update(copy, default_graphs=(G,), named_graphs=()))
    assert rows(pool, f"SELECT ?o WHERE {{ <{BASE}copy> ?p ?o }}") == {"1"}
    named = "INSERT { <named> <of> ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"
    pool.write(update(named, default_graphs=(), named_graphs=(f"{G}2",)))
    assert rows(pool, f"SELECT ?o WHERE {{ <{BASE}named> ?p ?o }}") == {"2"}


def test_short_deletes_are_matched_against_it_too(pool: Pool):
    pool.write(update(f"INSERT DATA {{ <a> <b> 0 , 1 . GRAPH <{G}> {{ <a> <b> 1 }} }}"))
    pool.write(update("DELETE WHERE { <a> <b> ?o }", default_graphs=(G,)))
    assert rows(pool, "SELECT ?o WHERE { ?s ?p ?o }") == {"0"}


@pytest.mark.parametrize("clause", ["USING <x:g>", "USING NAMED <x:g>"])
def test_an_update_that_says_it_itself_is_a_bad_request(pool: Pool, clause: str):
    with pytest.raises(BadRequest, match="USING"):
        pool.write(update(f"INSERT {{ ?s ?p ?o }} {clause} WHERE {{ ?s ?p ?o }}", default_graphs=(G,)))
    with pytest.raises(BadRequest, match="WITH"):
        pool.write(update("WITH <x:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", named_graphs=(G,)))


# --- Graphs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("iri", [G, ""])
def test_a_graph_is_put_posted_to_patched_and_deleted(pool: Pool, iri: str):
    pattern = f"GRAPH <{iri}> {{ ?s ?p ?o }}" if iri else "?s ?p ?o"
    assert pool.write(graph("put", iri, "<a> <b> 1 , 2 .")).created == ((iri,) if iri else ())
    assert pool.write(graph("put", iri, "<a> <b> 2 , 3 .")) == Written(pool.revision, 1, 1)
    assert pool.write(graph("post", iri, "<a> <b> 3 , 4 .", "<a> <c> 5 .")) == Written(pool.revision, 2, 0)
    patch = graph("patch", iri, "DELETE WHERE { ?s <c> ?o } ; INSERT DATA { <a> <b> 6 }", media_type="")
    assert pool.write(patch) == Written(pool.revision, 1, 1)
    assert rows(pool, f"SELECT ?o WHERE {{ {pattern} }}") == {"2", "3", "4", "6"}
    assert pool.write(graph("delete", iri)).removed == 4
    assert count(pool, pattern) == 0


def test_only_a_graph_that_is_there_is_deleted_or_patched(pool: Pool):
    for write in (graph("delete"), graph("patch", G, "INSERT DATA { <a> <b> 1 }", media_type="")):
        with pytest.raises(NotFound, match=G):
            pool.write(write)


def test_a_patch_reaches_no_other_graph(pool: Pool):
    pool.write(graph("put", G, "<a> <b> 1 ."))
    pool.write(graph("put", f"{G}2", "<a> <b> 2 ."))
    with pytest.raises(QueryRefused, match="graph of the request alone"):
        pool.write(graph("patch", G, f"INSERT DATA {{ GRAPH <{G}2> {{ <a> <b> 3 }} }}", media_type=""))
    pool.write(graph("patch", G, "CLEAR ALL", media_type=""))
    assert rows(pool, "SELECT ?o WHERE { GRAPH ?g { ?s ?p ?o } }") == {"2"}


def test_a_write_is_held_to_the_state_that_it_names(pool: Pool):
    empty = state([])
    with pytest.raises(PreconditionFailed, match="If-Match"):
        pool.write(graph("put", G, "<a> <b> 1 .", match=("*",)))
    pool.write(graph("put", G, "<http://e/a> <http://e/b> 1 .", none_match=("*",)))
    with pytest.raises(PreconditionFailed, match="If-None-Match"):
        pool.write(graph("put", G, "", none_match=("*",)))
    now = state([b'<http://e/a> <http://e/b> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .'])
    with pytest.raises(PreconditionFailed):
        pool.write(graph("delete", G, match=(empty,)))
    assert pool.write(graph("delete", G, match=(empty, now))).removed == 1


def test_operations_on_several_graphs_are_done_together_or_not_at_all(pool: Pool):
    first, second, third = f"{G}/1", f"{G}/2", f"{G}/3"
    pool.write(graph("put", first, "<a> <b> 1 ."))
    patch = graph("patch", first, "INSERT DATA { <a> <c> 3 }", media_type="")
    written = pool.write(together(patch, graph("put", second, "<a> <b> 2 .", none_match=("*",)), graph("put", third)))
    assert (written.added, written.removed, written.created) == (2, 0, (second, third))
    assert written.revision == pool.revision
    # One that cannot be done keeps the others from being done.
    for last in (graph("put", second, "", none_match=("*",)), graph("delete", f"{G}/none")):
        with pytest.raises((PreconditionFailed, NotFound)):
            pool.write(together(graph("delete", first), last))
    with pytest.raises(PreconditionFailed, match="what is held is not in the state"):
        pool.write(together(graph("delete", first), match=("0123",)))
    with pytest.raises(QueryRefused, match="LOAD"):
        pool.write(together(graph("patch", first, "LOAD <http://127.0.0.1:9/>", media_type="")))
    with pytest.raises(OutOfScope):
        pool.write(Write(together(graph("delete", first), graph("delete", second)).what, (first,)))
    assert pool.revision == written.revision
    done = pool.write(together(graph("delete", first), graph("delete", second), match=(pool.revision[:32],)))
    assert (done.removed, count(pool, "GRAPH ?g { ?s ?p ?o }")) == (3, 0)


def test_operations_on_several_graphs_are_sent_as_they_are():
    write = together(graph("put", G, "<a> <b> 'é' .", "x", match=("1",)), graph("post", f"{G}2", "y"), none_match=())
    assert Write.unpacked(write.packed()) == write


def test_what_says_the_same_in_another_spelling_is_no_change(pool: Pool):
    text = "<a> <b> 01 , 1.50 , true , '1.50' ; <c> '01'^^<http://www.w3.org/2001/XMLSchema#integer> ."
    written = pool.write(graph("put", G, text))
    again = pool.write(graph("put", G, text))
    assert (written.added, again.added, again.removed, again.revision) == (5, 0, 0, written.revision)
    assert pool.write(graph("post", G, "<a> <b> 1.500 .")).added == 0


@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        ("text/turtle", "<> <b> 'é' ."),
        ("application/n-triples", f'<{G}> <http://example.org/b> "é" .'),
        (
            "application/rdf+xml",
            '<?xml version="1.0"?><!-- c --><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns:e="http://example.org/"><rdf:Description rdf:about=""><e:b>é</e:b></rdf:Description></rdf:RDF>',
        ),
        ("application/ld+json", '{"@id": "", "http://example.org/b": "é"}'),
    ],
)
def test_each_media_type_is_read_with_and_without_a_byte_order_mark(pool: Pool, media_type: str, text: str):
    for mark in ("", "\ufeff"):
        pool.write(graph("put", G, mark + text, media_type=media_type))
        found = pool.query(f"SELECT * WHERE {{ GRAPH <{G}> {{ ?s ?p ?o }} }}", "text/csv").body.decode()
        assert found.split("\r\n")[1] in (f"é,http://example.org/b,{G}",)


@pytest.mark.parametrize(
    ("media_type", "text", "line", "said"),
    [
        ("text/turtle", "<a> <b> 1 .\n<a> <b> ", 2, "end"),
        ("text/turtle", "<a> <b> \udce9", 0, ""),
        ("application/n-triples", "<a> <b> 1 .", 1, ""),
        ("application/rdf+xml", "<rdf:RDF>", 0, ""),
        ("application/rdf+xml", "<?xml version='1.0'?>\n<!DOCTYPE r [<!ENTITY a 'b'>]><r>&a;</r>", 1, "entities"),
        ("application/ld+json", '{"@context": "http://127.0.0.1/x", "@id": "y"}', 0, "fetched"),
        (
            "application/ld+json",
            '{"@id": "http://e/g", "@graph": [{"@id": "http://e/s", "http://e/p": 1}]}',
            0,
            "named",
        ),
        ("application/ld+json", '{"a": ', 1, ""),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(pool: Pool, media_type: str, text: str, line: int, said: str):
    revision = pool.revision
    body = Body(text.encode("utf-8", "surrogateescape"), media_type)
    with pytest.raises(RdfSyntaxError, match=said or ".") as error:
        pool.write(Write(GraphWrite("put", G, (body,), G)))
    assert error.value.line >= line
    assert pool.revision == revision


# --- What is not done -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("INSERT DATA { <a> <b> ", QuerySyntaxError, "line 1"),
        ("SELECT * WHERE { ?s ?p ?o }", QuerySyntaxError, "SELECT"),
        ("LOAD <http://127.0.0.1/x>", QueryRefused, "LOAD"),
        ("LOAD <http://127.0.0.1/x> ;;", QuerySyntaxError, "';'"),
        ("PREFIX x: <http://127.0.0.1/>LOAD x:y", QueryRefused, "LOAD"),
        ("L\\u004fAD <http://127.0.0.1/x>", QuerySyntaxError, "line 1"),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1/x> { ?s ?p ?o } }", QueryRefused, "SERVICE"),
        ('INSERT DATA { <a> <b> "\\u0000" }', QueryRefused, "U+0000"),
        ("INSERT DATA { <a> <b> <<( <a> <b> <c> )>> }", QueryRefused, "RDF 1.2"),
        ("INSERT DATA { <a> <b> " + "(" * 300 + ")" * 300 + " }", QueryRefused, "brackets"),
        ("INSERT DATA { <a> <b> '" + "x" * 100_000 + "' }", QueryRefused, "characters"),
        (f"CREATE GRAPH <{G}> ; CREATE GRAPH <{G}>", Conflict, "already exists"),
    ],
)
def test_what_may_not_be_written_changes_nothing(pool: Pool, text: str, error: type[ByregionError], said: str):
    revision = pool.revision
    with pytest.raises(error, match=said.replace("+", "\\+")):
        pool.write(update(text))
    assert (pool.revision, count(pool)) == (revision, 0)


def test_load_silent_is_done_by_loading_nothing(pool: Pool):
    assert pool.write(update("LOAD SILENT <http://127.0.0.1/x> INTO GRAPH <g>")) == Written(pool.revision)


def test_an_iri_that_holds_load_is_no_load(pool: Pool):
    pool.write(update("PREFIX load: <http://example.org/load/> INSERT DATA { load:LOAD load:a 'LOAD <x>' }"))
    assert count(pool) == 1


def test_a_token_for_some_graphs_changes_no_other(pool: Pool):
    within = (f"{G}/",)
    pool.write(Write(Update(f"INSERT DATA {{ GRAPH <{G}/1> {{ <a> <b> 1 }} }}", None, BASE), within))
    for what, scope in (
        (Update("INSERT DATA { <a> <b> 1 }", None, BASE), "write"),
        (Update("DROP ALL ; CREATE GRAPH <http://example.org/h>"), "graph:http://example.org/h"),
        (GraphWrite("put", G, (Body(b"", "text/turtle"),), BASE), f"graph:{G}"),
    ):
        with pytest.raises(OutOfScope) as error:
            pool.write(Write(what, within))
        assert error.value.scope == scope
    pool.write(Write(Update("DROP ALL"), within))
    assert count(pool, "GRAPH ?g { ?s ?p ?o }") == 0


def test_what_is_published_takes_no_writes():
    with (
        serve_template([], (), Limits()) as published,
        contextlib.closing(published.pool()) as engine,
        pytest.raises(QueryRefused, match="takes no writes"),
    ):
        engine.write(update("INSERT DATA { <a> <b> 1 }"))


# --- Limits, and ends that nobody wanted ------------------------------------------------------------------------------


def test_a_write_is_ended_at_its_deadline_and_the_next_is_done(hasty: Pool):
    hasty.write(graph("put", "", "".join(f"<s{n}> <p> {n} .\n" for n in range(60))))
    revision, began = hasty.revision, time.monotonic()
    with pytest.raises(QueryTimeout, match="write"):
        hasty.write(update(endless()))
    assert time.monotonic() - began < 3
    assert (hasty.revision, count(hasty)) == (revision, 60)
    assert hasty.write(update("INSERT DATA { <a> <b> 1 }")).added == 1


def test_a_write_larger_than_the_memory_is_refused_with_the_limit_and_the_next_is_done(pool: Pool):
    text = " " * (pool.limits.memory_mb << 20)
    with pytest.raises(QueryTooLarge, match=f"{pool.limits.memory_mb} MiB of working memory"):
        pool.write(graph("put", "", text))
    assert pool.write(update("INSERT DATA { <a> <b> 1 }")).added == 1


def test_a_write_that_takes_too_much_memory_is_refused_and_the_next_is_done(pool: Pool):
    pool.write(graph("put", "", "".join(f"<s{n}> <p> {n} .\n" for n in range(400))))
    many = "INSERT { ?a ?p ?x } WHERE { ?a ?p ?b . ?c ?p ?d . ?e ?p ?f BIND (CONCAT(STR(?b), STR(?d), STR(?f)) AS ?x) }"
    with pytest.raises((QueryTooLarge, QueryTimeout)):
        pool.write(update(many))
    assert count(pool) == 400
    assert pool.write(update("INSERT DATA { <a> <b> 1 }")).added == 1


def test_a_billion_laughs_are_not_laughed(pool: Pool):
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">{entities}]><r>&l9;</r>'
    began = time.monotonic()
    with pytest.raises(RdfSyntaxError, match="entities"):
        pool.write(graph("put", G, text, media_type="application/rdf+xml"))
    assert time.monotonic() - began < 2


def test_a_writer_that_is_killed_at_whatever_moment_has_changed_nothing_or_everything(template: Template, pool: Pool):
    pool.write(graph("put", "", "<a> <b> 0 ."))
    for wait in (0.0, 0.005, 0.01, 0.02, 0.04):
        before, revision = rows(pool), pool.revision
        with ThreadPoolExecutor(1) as thread:
            there = descendants(template.process.pid)
            future = thread.submit(
                pool.write, update("DELETE { ?s ?p ?o } INSERT { ?s ?p ?n } WHERE { ?s ?p ?o BIND (?o + 1 AS ?n) }")
            )
            assert soon(lambda: bool(descendants(template.process.pid) - there) or future.done())  # noqa: B023
            time.sleep(wait)
            for pid in descendants(template.process.pid) - there:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if (error := future.exception(10)) is None:
                assert pool.revision != revision
                assert rows(pool) != before
            else:
                assert isinstance(error, EngineError)
                assert (pool.revision, rows(pool)) == (revision, before)
    assert pool.write(update("CLEAR ALL")).removed == 1


def test_what_is_made_is_acknowledged_however_long_the_template_takes_over_it(
    template: Template, pool: Pool, monkeypatch: pytest.MonkeyPatch
):
    """To make a change of many statements takes it seconds, and many of them where the machine is busy."""
    monkeypatch.setattr(process, "ANSWERS_WITHIN", 0.05)
    pool.write(graph("put", "", "".join(f"<urn:a> <urn:p> {number} .\n" for number in range(1500))))
    counted = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f }"
    before = descendants(template.process.pid)
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(pool.write, update(f"INSERT {{ <urn:all> <urn:are> ?n }} WHERE {{ {counted} }}"))
        assert soon(lambda: bool(descendants(template.process.pid) - before) or asked.done())
        os.kill(template.process.pid, signal.SIGSTOP)
        try:
            # The writer ends, and nobody buries it.
            assert soon(lambda: all(map(has_ended, descendants(template.process.pid) - before)))
            time.sleep(0.3)
            assert not asked.done()
        finally:
            os.kill(template.process.pid, signal.SIGCONT)
        assert asked.result(20).added == 1
    assert rows(pool, "SELECT ?n WHERE { <urn:all> <urn:are> ?n }") == {str(1500**2)}


def has_ended(pid: int) -> bool:
    """Whether a process has ended, though its parent may not know yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_writer_is_ended_when_nobody_waits_for_it_any_more(template: Template, hasty: Pool):
    hasty.write(graph("put", "", "".join(f"<s{n}> <p> {n} .\n" for n in range(60))))
    hasty.close()
    with contextlib.closing(template.pool()) as other:
        assert other.write(update("INSERT DATA { <a> <b> 1 }")).added == 1


# --- Many at once -----------------------------------------------------------------------------------------------------


def test_readers_see_whole_states_only_and_wait_for_no_writer(template: Template, pool: Pool):
    """A thing moves from graph to graph: nobody ever sees it in both, or in none."""
    pool.write(update("INSERT DATA { GRAPH <http://example.org/0> { <thing> <is> 'here' } }"))
    where = "SELECT ?g WHERE { GRAPH ?g { ?s ?p 'here' } }"
    stop, seen = threading.Event(), []

    def read() -> int:
        answers = 0
        while not stop.is_set():
            seen.append(tuple(rows(pool, where)))
            answers += 1
        return answers

    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(read) for _ in range(4)]
        try:
            for here, there in itertools.pairwise(n % 3 for n in range(25)):
                pool.write(update(f"MOVE <http://example.org/{here}> TO <http://example.org/{there}>"))
        finally:
            stop.set()
        assert all(reader.result(10) > 3 for reader in readers)
    assert {len(graphs) for graphs in seen} == {1}
    assert len(set(seen)) == 3


def test_a_query_at_work_ends_on_its_revision(pool: Pool):
    pool.write(graph("put", "", "".join(f"<s{n}> <p> {n} .\n" for n in range(500))))
    revision = pool.revision
    pairs = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?p ?b . ?c ?p ?d FILTER (?b < ?d) }"
    with ThreadPoolExecutor(1) as thread:
        future = thread.submit(pool.query, pairs, "text/csv")
        time.sleep(0.1)
        pool.write(update("CLEAR ALL"))
        answer = future.result(10)
    assert answer.revision == revision != pool.revision
    assert int(answer.body.split()[1]) == 500 * 499 // 2
    assert count(pool) == 0


def test_writers_from_many_threads_and_pools_lose_nothing(template: Template, pool: Pool):
    pool.write(graph("put", "", "<counter> <is> 0 ."))
    more = update("DELETE { ?s ?p ?o } INSERT { ?s ?p ?n } WHERE { ?s ?p ?o BIND (?o + 1 AS ?n) }")
    with contextlib.closing(template.pool()) as other, ThreadPoolExecutor(6) as threads:
        done = list(threads.map(lambda n: (pool if n % 2 else other).write(more), range(24)))
    assert len({written.revision for written in done}) == 24
    assert rows(pool, "SELECT ?o WHERE { ?s ?p ?o }") == {"24"}


# --- Parts ------------------------------------------------------------------------------------------------------------


def test_a_change_is_read_as_it_was_written():
    delta = Delta(
        frozenset({b'<http://e/a> <http://e/b> "x y ." .', b"_:b <http://e/b> _:c <http://e/g> ."}),
        frozenset({b"<http://e/a> <http://e/b> <http://e/c> ."}),
        frozenset({"http://e/g"}),
        frozenset({"http://e/h"}),
    )
    assert Delta.of_text(delta.text()) == delta
    assert delta.graphs() == {"", "http://e/g", "http://e/h"}
    assert Delta.of_text(b"") == Delta()
    assert not Delta()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("ab", ""),
        ("", "ab"),
        ("ab", "ab"),
        ("abc", "ac"),
        ("ac", "abc"),
        ("abc", "xabyc"),
        ("aab", "aba"),
        ("abcd", "dcba"),
    ],
)
def test_the_difference_of_two_texts_is_that_of_their_lines(before: str, after: str):
    one, other = (["line " + name * 3 for name in text] for text in (before, after))
    old, new = ("".join(line + "\n" for line in lines).encode() for lines in (one, other))
    added, removed = difference(old, new)
    assert added == {line.encode() for line in set(other) - set(one)}
    assert removed == {line.encode() for line in set(one) - set(other)}
