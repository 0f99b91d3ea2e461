"""Queries in forked workers: ended at the deadline, confined, and alone in what they break. All processes are real."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import URIRef

from byregion import iri, results
from byregion.dataset import GraphFile
from byregion.engine import Engine, Limits, wire
from byregion.engine.evaluate import Question, evaluate
from byregion.engine.lanes import Lanes, Width
from byregion.engine.launch import Template, serve_template
from byregion.engine.memory import MemoryEngine
from byregion.engine.pool import Pool, _Work
from byregion.engine.process import start
from byregion.engine.store import LoadedStore, load
from byregion.engine.worker import GRACE
from byregion.errors import (
    DataError,
    EngineBusy,
    EngineError,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
)
from engine_data import AGAIN, COUNT, JSON, RULES, STATED, X, graph_file, rule

SECONDS = 1.0
# Time enough on a busy machine; what is to be ended is asked of an engine with SECONDS.
LIMITS = Limits(seconds=30, memory_mb=160, rows=20_000, bytes=4_000_000)
TRIPLES = 3000
# Of 3,000 triples in a circle: more combinations than any deadline allows, and hardly a row.
ENDLESS = {
    "a cross product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "a property path": f"SELECT (COUNT(*) AS ?n) {{ ?a (<{X}next>|^<{X}next>)+ ?b . ?c (<{X}next>|!<{X}no>)* ?d }}",
    "a regular expression": "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER REGEX(STR(?a), CONCAT(STR(?f), 'x+$')) }",
}


def doubled(size: int, times: int) -> str:
    """A query for the length of a text of `size` characters that is doubled so many times."""
    steps = " ".join(f"BIND(CONCAT(?t{number}, ?t{number}) AS ?t{number + 1})" for number in range(times))
    return f"SELECT (STRLEN(?t{times}) AS ?size) {{ VALUES ?t0 {{ '{'x' * size}' }} {steps} }}"


# As endless, but what is found is kept.
GREEDY = {
    "a sort": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?a",
    "distinct solutions": "SELECT DISTINCT ?a ?d { ?a ?b ?c . ?d ?e ?f }",
    "one long text": "SELECT (STRLEN(GROUP_CONCAT(STR(?b))) AS ?size) { ?a ?b ?c . ?d ?e ?f }",
    "a doubled text": doubled(1000, 20),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[GraphFile, ...]:
    path = tmp_path_factory.mktemp("data") / "circle.ttl"
    lines = (f"<{X}{number}> <{X}next> <{X}{(number + 1) % TRIPLES}> ." for number in range(TRIPLES))
    path.write_text("\n".join(lines), encoding="utf-8")
    return (STATED, AGAIN, GraphFile(path, URIRef(X + "graphs/circle")))


@pytest.fixture(scope="module")
def started(files: tuple[GraphFile, ...]) -> Iterator[Template]:
    with serve_template(files, RULES, LIMITS) as template:
        yield template


@pytest.fixture
def template(started: Template) -> Template:
    """The template, without the workers of the test before."""
    assert soon(lambda: not children(started.process.pid))
    return started


@pytest.fixture
def pool(template: Template) -> Iterator[Pool]:
    with contextlib.closing(template.pool()) as engine:
        yield engine


@pytest.fixture
def hasty(template: Template) -> Iterator[Pool]:
    """An engine with a deadline of SECONDS."""
    limits = replace(LIMITS, seconds=SECONDS)
    with contextlib.closing(Pool(template.socket, template.revision, limits=limits)) as engine:
        yield engine


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as executor:
        yield executor


def children(pid: int) -> set[int]:
    """The processes whose parent is `pid`; one that has ended is among them until it is buried."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]) == pid:
                found.add(int(path.parent.name))
    return found


def runs(pid: int) -> bool:
    """Whether a process is there and has not ended; nobody may be left to bury it."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return False


def soon(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def busy(engine: Pool, template: Template, query: str, threads: ThreadPoolExecutor) -> tuple[Future[object], int]:
    """A query at work in a thread, and the process of the worker that works on it."""
    before = children(template.process.pid)
    future: Future[object] = threads.submit(engine.query, query, JSON)
    assert soon(lambda: bool(children(template.process.pid) - before))
    time.sleep(0.2)
    return future, (children(template.process.pid) - before).pop()


# --- Answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", results.FORMATS, ids=lambda item: item.name)
def test_answers_are_those_of_the_engine_in_this_process(
    pool: Pool, files: tuple[GraphFile, ...], item: results.Format
) -> None:
    here = MemoryEngine.of(files, RULES)
    queries = {
        "solutions": ["SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o", "ASK { ?s ?p 'Lenvik'@nb }", COUNT],
        "graph": [f"CONSTRUCT {{ ?s <{X}of> ?o }} WHERE {{ ?s <{X}partOf> ?o }}", f"DESCRIBE <{X}lenvik>"],
    }
    engine: Engine = pool
    assert engine.revision == here.revision
    for query in queries[item.kind]:
        found = engine.query(query, item.media_type)
        assert (found.kind, found.media_type) == (item.kind, item.media_type)
        # Blank nodes have other names in another store, and rows of equal order may change places.
        assert len(found.body.splitlines()) == len(here.query(query, item.media_type).body.splitlines())
        if b"lenvik" in found.body and query.startswith("DESCRIBE"):
            assert sorted(found.body) == sorted(here.query(query, item.media_type).body)


def test_the_template_tells_what_it_holds(template: Template, files: tuple[GraphFile, ...]) -> None:
    loaded = load(files, RULES, iri.INFERRED)
    assert (template.revision, template.stated, template.inferred) == (loaded.revision, loaded.stated, loaded.inferred)


def test_many_threads_each_get_their_own_answer(pool: Pool, threads: ThreadPoolExecutor) -> None:
    def ask(number: int) -> bool:
        body = pool.query(f"SELECT ?o WHERE {{ <{X}{number}> <{X}next> ?o }}", "text/csv").body
        return body == f"o\r\n{X}{number + 1}\r\n".encode()

    assert all(threads.map(ask, range(400)))


def test_mistakes_and_refusals_come_through_and_the_worker_stays(pool: Pool, template: Template) -> None:
    pool.query(COUNT, JSON)
    before = children(template.process.pid)
    with pytest.raises(QuerySyntaxError, match="write FILTER") as caught:
        pool.query("SELECT * {\n FILTR(1) }", JSON)
    assert (caught.value.line, caught.value.column) == (2, 2)
    with pytest.raises(QueryRefused, match="SERVICE"):
        pool.query("SELECT * { SERVICE <http://127.0.0.1:1/> {} }", JSON)
    with pytest.raises(ValueError, match="cannot be written as"):
        pool.query("ASK {}", "text/turtle")
    with pytest.raises(QueryTooLarge, match="more than 20000 rows"):
        pool.query("SELECT ?a WHERE { ?a ?b ?c . ?d ?e ?f } LIMIT 20001", "text/csv")
    with pytest.raises(QueryTooLarge, match="more than 4000000 bytes"):
        pool.query("SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } LIMIT 20000", JSON)
    assert children(template.process.pid) == before


def test_chance_and_time_need_no_file(pool: Pool) -> None:
    assert pool.query(
        "SELECT (RAND() AS ?a) (UUID() AS ?b) (STRUUID() AS ?c) (NOW() AS ?d) (TZ(?d) AS ?e) {}", JSON
    ).body


# --- The deadline -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("endless", ENDLESS)
def test_a_query_is_ended_at_its_deadline_while_another_is_answered(
    hasty: Pool, pool: Pool, threads: ThreadPoolExecutor, endless: str
) -> None:
    def ended() -> float:
        started = time.monotonic()
        with pytest.raises(QueryTimeout, match="time limit of 1 s") as caught:
            hasty.query(ENDLESS[endless], JSON)
        assert caught.value.seconds == SECONDS
        return time.monotonic() - started

    future = threads.submit(ended)
    answered = 0
    while not future.done():
        assert pool.query(f"ASK {{ <{X}0> <{X}next> <{X}1> }}", JSON).body == b'{"head":{},"boolean":true}'
        answered += 1
    assert answered > 10
    # A machine with other work may let us wait; that it lets us wait three times says that it is us.
    assert any(SECONDS <= attempt() < SECONDS + 0.5 for attempt in (future.result, ended, ended))


def test_an_ended_query_works_no_further(hasty: Pool, template: Template, threads: ThreadPoolExecutor) -> None:
    def ended() -> float:
        future, worker = busy(hasty, template, ENDLESS["a cross product"], threads)
        assert isinstance(future.exception(), QueryTimeout)
        started = time.monotonic()
        assert soon(lambda: worker not in children(template.process.pid))
        return time.monotonic() - started

    # By its own alarm it would end too, but later. A machine with other work may let us wait, but not three times.
    assert any(ended() < GRACE / 2 for _ in range(3))
    assert hasty.query("ASK {}", JSON).body


def test_a_worker_ends_itself_where_nobody_holds_the_deadline(template: Template) -> None:
    before = children(template.process.pid)
    connection, process = connect(template)
    with connection:
        worker = (children(template.process.pid) - before).pop()
        connection.sendall(wire.Request(Question(ENDLESS["a cross product"], JSON, 10, 1000), 0.2).packed())
        assert soon(lambda: not runs(worker), 3)
    os.close(process)


def test_who_finds_every_worker_busy_is_told_so(template: Template, threads: ThreadPoolExecutor) -> None:
    limits = replace(LIMITS, seconds=SECONDS)
    with contextlib.closing(
        Pool(template.socket, template.revision, limits=limits, width=Width(light=1, heavy=1, waiting=1))
    ) as engine:
        started = time.monotonic()
        futures = [threads.submit(engine.query, ENDLESS["a cross product"], JSON) for _ in range(4)]
        errors = [type(future.exception()) for future in futures]
        assert time.monotonic() - started < 2 * SECONDS + 2
        assert errors.count(EngineBusy) >= 2
        assert errors.count(QueryTimeout) == 4 - errors.count(EngineBusy) >= 1


def test_a_time_limit_that_runs_out_in_the_moment_of_the_answer_leaves_the_worker_alone(template: Template) -> None:
    async def scenario() -> bytes | Exception:
        worker, request = await start(template.socket), wire.Request(Question("ASK {}", JSON, 10, 1000), 5)
        turn = await Lanes(Width()).enter(asyncio.get_running_loop().time() + 5)
        work = _Work(worker, request, turn, asyncio.get_running_loop().time() + 5)
        await work.done(None)
        work._end(QueryTimeout(5))
        assert worker.alive()
        reply = await worker.send(request)
        worker.close()
        return reply.result

    assert asyncio.run(scenario()) == b'{"head":{},"boolean":true}'


# --- Confinement ------------------------------------------------------------------------------------------------------


def connect(template: Template) -> tuple[socket.socket, int]:
    """A connection to a worker of its own, past every check that the pool makes, and the descriptor of its process."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(str(template.socket))
    _, (process, fate), _, _ = socket.recv_fds(connection, 64, 2)
    os.close(fate)
    return connection, process


def ask(template: Template, query: str) -> bytes | Exception:
    connection, process = connect(template)
    with connection:
        result = asked(connection, query)
    os.close(process)
    return result


def asked(connection: socket.socket, query: str) -> bytes | Exception:
    connection.sendall(wire.Request(Question(query, JSON, 100, 10_000), 5).packed())
    reply = wire.Reader().read(connection)
    assert reply
    return reply.result


@pytest.fixture
def listener() -> Iterator[tuple[str, list[int]]]:
    """An address on loopback, and the list of the connections that were made to it."""
    reached: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, address = server.accept()
                    reached.append(address[1])
                    connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", reached
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_a_worker_reaches_nobody_whatever_it_is_asked(template: Template, listener: tuple[str, list[int]]) -> None:
    address, reached = listener
    service = f"SELECT * WHERE {{ SERVICE <{address}> {{ ?s ?p ?o }} }}"
    silent = f"SELECT * WHERE {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}"
    bound = f"SELECT * WHERE {{ VALUES ?endpoint {{ <{address}> }} SERVICE ?endpoint {{ ?s ?p ?o }} }}"
    for query in (service, bound):
        assert isinstance(ask(template, query), EngineError)
    assert isinstance(ask(template, silent), bytes)
    assert isinstance(ask(template, f"LOAD <{address}>"), QuerySyntaxError)
    assert isinstance(ask(template, f"SELECT * FROM <{address}> WHERE {{ ?s ?p ?o }}"), QueryRefused)
    assert reached == []
    # The same queries outside a worker do reach it: it is the worker that keeps them in.
    with pytest.raises(EngineError):
        evaluate(LoadedStore(pyoxigraph.Store(), "", 0, 0), Question(service, JSON, rows=10, size=1000))
    assert soon(lambda: len(reached) == 1)


def test_a_worker_holds_nothing_open_but_its_connection(template: Template) -> None:
    before = children(template.process.pid)
    connection, process = connect(template)
    with connection:
        worker = (children(template.process.pid) - before).pop()
        assert asked(connection, "ASK {}")
        opened = {item.name: os.readlink(item) for item in Path(f"/proc/{worker}/fd").iterdir()}
        limits = Path(f"/proc/{worker}/limits").read_text(encoding="utf-8")
    os.close(process)
    assert (opened.pop("0"), opened.pop("1")) == ("/dev/null", "/dev/null")
    del opened["2"]
    assert [target.partition(":")[0] for target in opened.values()] == ["socket"]
    assert [line.split()[-3:-1] for line in limits.splitlines() if line.startswith("Max open files")] == [["0", "0"]]
    assert [line.split()[-3:-1] for line in limits.splitlines() if line.startswith("Max core")] == [["0", "0"]]


@pytest.mark.parametrize("greedy", GREEDY)
def test_a_query_that_takes_too_much_memory_is_refused_and_the_next_is_answered(
    template: Template, greedy: str
) -> None:
    generous = replace(LIMITS, rows=10**9, bytes=10**9)
    with contextlib.closing(Pool(template.socket, template.revision, limits=generous)) as engine:
        with pytest.raises(QueryTooLarge, match="memory"):
            engine.query(GREEDY[greedy], JSON)
        assert engine.query(COUNT, JSON).body


def test_nesting_within_the_length_of_a_query_ends_no_worker(template: Template) -> None:
    deep = replace(LIMITS, depth=100_000)
    with contextlib.closing(Pool(template.socket, template.revision, limits=deep)) as engine:
        assert engine.query("ASK { FILTER(" + "STR(" * 19_000 + "1" + ")" * 19_000 + ") }", JSON).body
        assert engine.query("ASK {" + "{" * 49_000 + "}" * 49_000 + "}", JSON).body


# --- Death ------------------------------------------------------------------------------------------------------------


def test_a_killed_worker_costs_only_its_own_query(pool: Pool, template: Template, threads: ThreadPoolExecutor) -> None:
    future, worker = busy(pool, template, ENDLESS["a cross product"], threads)
    other = threads.submit(pool.query, COUNT, JSON)
    os.kill(worker, signal.SIGKILL)
    with pytest.raises(EngineError, match="died of SIGKILL"):
        future.result()
    assert other.result().body
    assert all(pool.query(COUNT, JSON).body for _ in range(5))
    assert soon(lambda: worker not in children(template.process.pid))


def test_a_worker_killed_while_it_waited_costs_nothing(pool: Pool, template: Template) -> None:
    before = children(template.process.pid)
    pool.query(COUNT, JSON)
    (worker,) = children(template.process.pid) - before
    os.kill(worker, signal.SIGKILL)
    assert soon(lambda: worker not in children(template.process.pid))
    assert pool.query(COUNT, JSON).body


def test_half_an_answer_is_none() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send_reply(theirs, wire.Reply(b'{"head":{},"boolean":true}', False))
        whole = ours.recv(1000)
    for size in range(len(whole)):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(whole[:size])
            theirs.shutdown(socket.SHUT_WR)
            with pytest.raises(EOFError):
                wire.Reader().read(ours)


def test_an_answer_comes_together_out_of_pieces() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        whole, reader = struct.pack("!c??Q", b"A", True, False, 100_000) + b"x" * 100_000, wire.Reader()
        for start in range(0, len(whole), 7001):
            assert reader.read(ours) is None
            theirs.sendall(whole[start : start + 7001])
        reply = reader.read(ours)
    assert reply == wire.Reply(b"x" * 100_000, leaving=True)


def test_a_worker_that_has_grown_gives_way_to_a_fresh_one(pool: Pool, template: Template) -> None:
    def worker() -> int:
        pool.query("ASK {}", JSON)
        (pid,) = children(template.process.pid) - before
        return pid

    before = children(template.process.pid)
    first = worker()
    assert worker() == first
    # Texts of 1.1, 2.2, … 36 MB are kept: more than a worker may touch before it goes.
    assert b'"value":"36044800"' in pool.query(doubled(1100, 15), JSON).body
    assert soon(lambda: first not in children(template.process.pid))
    assert worker() != first


# --- The end ----------------------------------------------------------------------------------------------------------


def test_closing_the_pool_ends_its_workers(template: Template) -> None:
    before = children(template.process.pid)
    engine = template.pool()
    engine.query(COUNT, JSON)
    (worker,) = children(template.process.pid) - before
    engine.close()
    assert soon(lambda: worker not in children(template.process.pid))
    with pytest.raises(EngineError, match="closed"):
        engine.query(COUNT, JSON)


def test_a_query_at_work_when_the_pool_closes_is_answered_and_its_worker_ends(
    template: Template, threads: ThreadPoolExecutor
) -> None:
    engine = template.pool()
    future, worker = busy(engine, template, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }", threads)
    engine.close()
    assert not future.done()
    assert future.result().body
    assert soon(lambda: worker not in children(template.process.pid))


def test_leaving_ends_the_template_its_workers_and_its_folder(threads: ThreadPoolExecutor) -> None:
    with serve_template([STATED], (), Limits(seconds=30)) as started:
        engine = started.pool()
        future, _ = busy(engine, started, _endless_on_few_triples(), threads)
        engine.query(COUNT, JSON)
        ours = {started.process.pid, *children(started.process.pid)}
        assert len(ours) == 3
        assert started.socket.parent.stat().st_mode & 0o777 == 0o700
    with pytest.raises(EngineError, match="SIGKILL"):
        future.result(5)
    assert not any(runs(pid) for pid in ours)
    assert not started.socket.parent.exists()
    assert started.process.returncode == 0
    with pytest.raises(EngineError, match="no query worker could be started"):
        engine.query(COUNT, JSON)
    engine.close()


def test_a_worker_whose_pool_ended_before_it_read_what_it_was_told_ends_without_a_word(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with serve_template([STATED], (), Limits(seconds=30)) as started:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(started.socket))
            connection.recv(1, socket.MSG_PEEK)
            assert soon(lambda: len(children(started.process.pid)) == 1)
        assert soon(lambda: not children(started.process.pid))
    assert capfd.readouterr().err == ""


def _endless_on_few_triples() -> str:
    return "SELECT (COUNT(*) AS ?n) WHERE {" + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(8)) + "}"


def test_a_killed_template_takes_its_workers_with_it(threads: ThreadPoolExecutor) -> None:
    with serve_template([STATED], (), Limits(seconds=30)) as started, contextlib.closing(started.pool()) as engine:
        future, worker = busy(engine, started, _endless_on_few_triples(), threads)
        started.process.kill()
        assert soon(lambda: not runs(worker))
        with pytest.raises(EngineError, match="died without saying why"):
            future.result(5)
    shutil.rmtree(started.socket.parent)


def test_a_template_ends_when_whoever_started_it_is_killed() -> None:
    program = (
        "import time; from engine_data import *; from byregion.engine import *; from byregion.engine.launch import *\n"
        "with serve_template([STATED], (), Limits()) as template:\n"
        "    pool = template.pool()\n"
        "    pool.query(COUNT, JSON)\n"
        "    print(template.process.pid, template.socket, flush=True)\n"
        "    time.sleep(60)\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    with subprocess.Popen([sys.executable, "-c", program], env=environ, stdout=subprocess.PIPE, text=True) as starter:
        try:
            assert starter.stdout is not None
            pid, path = starter.stdout.readline().split()
            ours = {int(pid), *children(int(pid))}
            assert len(ours) == 2
        finally:
            starter.kill()
    assert soon(lambda: not any(runs(pid) for pid in ours))
    assert soon(lambda: not Path(path).parent.exists())


def test_data_that_cannot_be_loaded_is_told_as_in_this_process() -> None:
    with (
        pytest.raises(DataError, match=r"broken\.ttl:5:9: this is not Turtle") as caught,
        serve_template([STATED, graph_file("broken")], (), LIMITS),
    ):
        pass
    assert caught.value.place.line == 5
    with pytest.raises(EngineError, match="after 100 passes"), serve_template([STATED], [rule("endless")], LIMITS):
        pass
