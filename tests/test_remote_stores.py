"""The published data asked of real stores of other people's making: the same answers as of our own engine."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from flask import Flask
from rdflib import Graph
from rdflib.compare import isomorphic

from byregion import queries, results
from byregion.assets import folder
from byregion.cli import main
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files
from byregion.dataset_clause import DatasetDescription
from byregion.engine import Engine
from byregion.engine.deposit import GraphStore
from byregion.engine.holding import MARKER, MERGED, Holding, quads
from byregion.engine.remote import RemoteEngine, connect
from byregion.engine.store import published
from byregion.errors import EngineError, QueryError, QueryRefused, QueryTimeout, QueryTooLarge
from byregion.infer import UPDATES
from byregion.iri import INFERRED
from byregion.namespaces import BASE, PREFIXES
from byregion.queries import NamedQuery
from byregion.web import create_app
from serving import BYREGION, WITHIN, served
from stores import Store, oxigraph, virtuoso
from test_openapi import example, parameters
from test_serve import ask
from web_world import BROWSER

MOST = 9_999
"""Rows that byregion gives; Virtuoso is told to give one more, as it must."""
QUERIES = queries.read_all(folder("queries"))
ROOT = Path(__file__).resolve().parent.parent
TURTLE = {"Content-Type": "text/turtle"}
# What Virtuoso 7.2.5 answers otherwise than SPARQL says, and what it does.
OTHERWISE = {
    "SELECT (true AS ?x) {}": "truth values of expressions are the integers 1 and 0",
    "SELECT (1/3 AS ?x) {}": "integers are divided as integers",
    'SELECT ?x { VALUES ?l { "nn" } ?p a br:Programme OPTIONAL { ?p skos:prefLabel ?x FILTER(LANG(?x) = ?l) } }': (
        "FILTER in OPTIONAL does not see what stands outside"
    ),
    "SELECT ?x { ?x br:number ?n OPTIONAL { ?x br:validBefore ?end } FILTER(COALESCE(NOW() < ?end, true)) }": (
        "a comparison with an unbound variable is false and not an error"
    ),
    "SELECT ?x ?class { VALUES ?theme { concept:recruitment } ?x a br:Statement , ?class ; br:theme ?theme . "
    "?class rdfs:isDefinedBy <https://w3id.org/byregion/def> "
    "FILTER NOT EXISTS { ?x a ?narrower . ?narrower rdfs:subClassOf ?class } "
    'OPTIONAL { ?class rdfs:label ?name FILTER(LANG(?name) = "nb") } '
    'OPTIONAL { ?class rdfs:label ?name FILTER(LANG(?name) = "nn") } }': (
        "FILTER NOT EXISTS is forgotten between VALUES and several OPTIONAL"
    ),
    "SELECT ?x { VALUES ?x { br:Goal } ?x rdfs:label? ?y }": "there is no path of length zero from a value of VALUES",
}
DECLARED = "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in ("br", "concept", "rdfs", "skos"))
# Named queries that it answers otherwise, and what it does.
KNOWN = {
    "two-regions-compared": "finds nothing in a UNION of which each side uses another of two VALUES",
    "regions-that-no-longer-match": "forgets the FILTER NOT EXISTS, and gives municipalities that take part too",
}
# Names in the language of the page are not found on the one, and one mark of a reading not on the other.
PAGES_OTHERWISE = [("/", "nn"), ("/", "en"), *(("/doc/region/midt-troms", language) for language in ("nb", "nn", "en"))]
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
IN_A_GRAPH = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f && ?i != ?a) }"
MANY = "SELECT ?a ?f { ?a ?b ?c . ?d ?e ?f }"
MANY_TRIPLES = "CONSTRUCT { ?a ?b ?f } WHERE { ?a ?b ?c . ?d ?e ?f }"
MIDT_TROMS = "https://w3id.org/byregion/id/region/midt-troms"


@pytest.fixture(scope="module")
def text(data: Path) -> bytes:
    """The revision that the files make."""
    return published([*ontology_files(), *data_files(data)], UPDATES, INFERRED)


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, text: bytes) -> Iterator[Store]:
    """A store that holds the revision."""
    work = tmp_path_factory.mktemp(request.param)
    if request.param == "oxigraph":
        with oxigraph(work) as started:
            put(started, text)
            yield started
    else:
        (work / "revision.nq").write_bytes(b"".join(quads(text)))
        with virtuoso(work, f"ResultSetMaxRows = {MOST + 1}", "MaxQueryExecutionTime = 20") as started:
            started.statement(f"ld_dir('{work}', 'revision.nq', 'urn:x:none');")
            started.statement("rdf_loader_run();")
            yield started


@pytest.fixture(scope="module")
def remote(store: Store, data: Path, text: bytes) -> Iterator[RemoteEngine]:
    """The engine over that store, as `byregion serve --store` makes it."""
    engine = connect(Settings(data=data, store=store.sparql, query_seconds=60, max_rows=MOST), text)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def remote_app(remote: RemoteEngine, data: Path) -> Flask:
    """The app over that engine."""
    return create_app(Settings(data=data, query_seconds=60), remote)


def put(store: Store, text: bytes) -> None:
    graphs = GraphStore(store.graphs)
    graphs.deposit(text)
    graphs.close()


def solutions(engine: Engine, query: str) -> results.Solutions | bool:
    return results.read_solutions(engine.query(query, results.JSON).body)


def attempt(engine: Engine, query: str) -> results.Solutions | bool | str:
    """What an engine answers, or the error that it has instead."""
    try:
        return solutions(engine, query)
    except QueryError as error:
        return str(error)


def in_no_order(answer: results.Solutions | bool | str) -> list[str] | bool | str:
    if not isinstance(answer, results.Solutions):
        return answer
    return sorted(repr(sorted(row.items())) for row in answer.bindings)


def graph(engine: Engine, query: str) -> Graph:
    return Graph().parse(data=engine.query(query, "application/n-triples").body, format="nt")


# --- The same answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_named_query_has_the_same_answer_as_in_memory(
    query: NamedQuery, store: Store, engine: Engine, remote: RemoteEngine
):
    asked = queries.prepare(query, query.examples)
    if query.form in ("SELECT", "ASK"):
        same = attempt(remote, asked) == solutions(engine, asked)
    else:
        same = isomorphic(graph(remote, asked), graph(engine, asked))
    assert same != (store.is_virtuoso and query.name in KNOWN)


def test_what_virtuoso_does_to_named_queries_is_told_where_it_is_recommended():
    told = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    assert set(KNOWN) <= {query.name for query in QUERIES}
    assert [name for name in KNOWN if f"`{name}`" not in told] == []


@pytest.mark.parametrize("media_type", [item.media_type for item in results.FORMATS])
def test_every_media_type_is_written_as_in_memory(media_type: str, engine: Engine, remote: RemoteEngine):
    form = "SELECT" if media_type in [item.media_type for item in results.formats("solutions")] else "CONSTRUCT"
    query = next(query for query in QUERIES if query.form == form)
    asked = queries.prepare(query, query.examples)
    ours, theirs = engine.query(asked, media_type), remote.query(asked, media_type)
    assert (theirs.kind, theirs.media_type) == (ours.kind, ours.media_type)
    if form == "SELECT":
        assert theirs.body == ours.body
    else:
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # rdflib's JSON-LD warns of itself
            graphs = [Graph().parse(data=answer.body, format=media_type) for answer in (theirs, ours)]
        assert isomorphic(*graphs)


@pytest.mark.parametrize(("query", "truth"), [("ASK { ?s ?p ?o }", True), ("ASK { ?s <urn:x:none> ?o }", False)])
def test_yes_and_no_are_such_in_every_store(query: str, truth: bool, remote: RemoteEngine):
    assert solutions(remote, query) is truth
    assert remote.query(query, "text/csv").body == str(truth).lower().encode()


@pytest.mark.parametrize("query", OTHERWISE)
def test_what_virtuoso_answers_otherwise_it_alone_does(query: str, store: Store, engine: Engine, remote: RemoteEngine):
    ours, theirs = (in_no_order(attempt(one, DECLARED + query)) for one in (engine, remote))
    assert (theirs != ours) == store.is_virtuoso, OTHERWISE[query]


def test_the_dataset_is_what_is_published_whatever_else_the_store_has(remote: RemoteEngine, engine: Engine):
    assert solutions(remote, COUNT) == solutions(engine, COUNT)
    assert solutions(remote, IN_A_GRAPH) == solutions(engine, IN_A_GRAPH)


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_a_query_and_the_protocol_choose_among_the_published_graphs(clause: str, remote: RemoteEngine, engine: Engine):
    name = f"{BASE}graphs/programme/stated"
    asked = COUNT if clause == "FROM" else IN_A_GRAPH
    described = DatasetDescription(**{"default_graphs" if clause == "FROM" else "named_graphs": (name,)})
    answers = [solutions(one, asked.replace("WHERE", f"{clause} <{name}> WHERE", 1)) for one in (remote, engine)]
    answers += [
        results.read_solutions(one.query(asked, results.JSON, dataset=described).body) for one in (remote, engine)
    ]
    assert answers == [answers[0]] * 4
    assert answers[0] != solutions(engine, asked)


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
@pytest.mark.parametrize("name", [MERGED, MARKER, "http://localuriqaserver/sparql"])
def test_a_graph_that_is_not_published_is_refused_though_the_store_has_it(clause: str, name: str, remote: RemoteEngine):
    with pytest.raises(QueryRefused, match=f"there is no graph <{re.escape(name)}> in the dataset"):
        remote.query(COUNT.replace("WHERE", f"{clause} <{name}> WHERE", 1), results.JSON)


def test_a_constant_graph_that_is_not_published_is_empty(remote: RemoteEngine):
    asked = "SELECT ?s WHERE { GRAPH <http://www.openlinksw.com/schemas/virtrdf#> { ?s ?p ?o } }"
    found = solutions(remote, asked)
    assert isinstance(found, results.Solutions)
    assert found.bindings == ()


def test_relative_iris_are_relative_to_our_endpoint_and_not_to_the_stores(data: Path, store: Store, text: bytes):
    settings = Settings(data=data, store=store.sparql, public_url="https://example.test/")
    engine = RemoteEngine.of(settings, Holding.of(text))
    found = results.read_solutions(engine.query("SELECT (<x> AS ?iri) {}", results.JSON).body)
    engine.close()
    assert isinstance(found, results.Solutions)
    assert [str(term) for row in found.bindings for term in row.values()] == ["https://example.test/x"]


# --- The whole site ---------------------------------------------------------------------------------------------------


def test_every_resource_that_is_made_of_answers_is_there(remote_app: Flask):
    client = remote_app.test_client()
    document = client.get("/openapi.json").get_json()
    # What is left out is made of the files, or a named query, each of which was asked above.
    # A store of another make has no history.
    left_out = re.compile("/sitemap|/changes|/timemap|/statistics|/quality|/queries/(?!goals-in-order)[a-z]")
    asked = [(path, item["get"]) for path, item in document["paths"].items() if not left_out.match(path)]
    asked = [(path, told) for path, told in asked if told["tags"] != ["datasets"]]
    assert len(asked) > 20
    statuses = {}
    for path, told in asked:
        address = example(document, path, told)
        values = {"iri": MIDT_TROMS, "region": MIDT_TROMS, "q": "Midt-Troms"}
        values |= {"id": "region/midt-troms", "prefix": "Midt"}
        values = {name: value for name, value in values.items() if name in parameters(document, told)}
        statuses[address] = client.get(address, query_string=values, headers=BROWSER).status_code
    assert {address: status for address, status in statuses.items() if status not in (200, 303)} == {}


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize(
    "path",
    [
        *("/", "/doc/region/midt-troms", "/doc/municipality/lenvik-1931", "/doc/region", "/doc/goal/"),
        *("/doc/goal/index.csv", "/doc/advice/index.ttl", "/search"),
    ],
)
def test_a_page_is_the_same_as_from_memory_but_for_two_of_virtuoso(
    path: str, language: str, store: Store, remote_app: Flask, app: Flask
):
    theirs, ours = (one.test_client().get(f"{path}?lang={language}", headers=BROWSER) for one in (remote_app, app))
    assert theirs.status_code == ours.status_code == 200
    assert (theirs.text == ours.text) != (store.is_virtuoso and (path, language) in PAGES_OTHERWISE)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_a_named_query_answers_in_the_language_but_for_virtuoso(
    language: str, store: Store, remote: RemoteEngine, engine: Engine
):
    query = queries.find(QUERIES, "phases-of-programmes")
    asked = queries.prepare(query, {**query.examples, "language": [language]})
    same = solutions(remote, asked) == solutions(engine, asked)
    # It does not see the language within OPTIONAL, and so falls back to Bokmål.
    assert same == (language == "nb" or not store.is_virtuoso)


def test_many_may_ask_at_once_and_each_gets_her_own_answer(remote: RemoteEngine):
    def asked(number: int) -> str:
        return remote.query(f"SELECT ({number} AS ?x) {{}}", "text/csv").body.decode().split()[1]

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(asked, range(200))) == [str(number) for number in range(200)]


# --- Nothing gets out, and nothing stands still -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (<bif:http_get>('http://127.0.0.1/') AS ?x) {}",
        "PREFIX b: <bif:> SELECT (b:http_get('http://127.0.0.1/') AS ?x) {}",
        "BASE <bif:x> SELECT (<http_get>('http://127.0.0.1/') AS ?x) {}",
        "SELECT (<sql:anything>() AS ?x) {}",
        "SELECT ?x { FILTER(<\\u0062if:delay>(3) = 0) }",
    ],
)
def test_functions_of_the_stores_own_are_refused(query: str, remote: RemoteEngine):
    with pytest.raises(QueryRefused, match="of functions that are called by an IRI there are those of XSD"):
        remote.query(query, results.JSON)


@pytest.mark.parametrize(
    ("query", "media_type"), [(MANY, results.JSON), (MANY, "text/csv"), (MANY_TRIPLES, "text/turtle")]
)
def test_an_answer_that_oxigraph_gave_up_is_an_error_and_no_answer(
    query: str, media_type: str, data: Path, text: bytes, tmp_path: Path
):
    with oxigraph(tmp_path, "--timeout-s", "1") as store:
        put(store, text)
        settings = Settings(data=data, store=store.sparql, query_seconds=30, max_rows=1_000_000_000)
        engine = RemoteEngine.of(settings, Holding.of(text))
        with pytest.raises(EngineError, match=r"not whole, .* it ends in '.*The SPARQL operation has been cancelled"):
            engine.query(query, media_type)
        engine.close()


# --- The store holds the revision, or is not asked --------------------------------------------------------------------


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Store]:
    with oxigraph(tmp_path) as store:
        yield store


def test_an_empty_store_is_refused_with_what_would_do(fresh: Store, data: Path, text: bytes):
    with pytest.raises(EngineError, match=r"holds no revision, or half of one, .*: byregion load"):
        connect(Settings(data=data, store=fresh.sparql), text)


def test_a_store_that_lacks_a_triple_is_refused_with_the_graph(fresh: Store, data: Path, text: bytes):
    put(fresh, text)
    name = f"{BASE}graphs/programme/stated"
    httpx.put(fresh.graphs, params={"graph": name}, content=b"<urn:a> <urn:b> <urn:c> .", headers=TURTLE)
    with pytest.raises(EngineError, match=f"has 1 triples in <{name}>, not [0-9]+; .*: byregion load"):
        connect(Settings(data=data, store=fresh.sparql), text)


def test_a_load_that_breaks_off_leaves_no_revision(fresh: Store, data: Path, text: bytes):
    put(fresh, text)
    engine = connect(Settings(data=data, store=fresh.sparql), text)
    graphs = GraphStore(fresh.graphs)
    with pytest.raises(EngineError, match="400"):
        graphs.deposit(text + b"this is no statement <urn:g> .\n")
    graphs.close()
    with pytest.raises(EngineError, match="no revision, or half of one"):
        connect(Settings(data=data, store=fresh.sparql), text)
    # Who asked it before is told, and not given what lies there.
    with pytest.raises(EngineError, match="holds another revision by now"):
        engine.query(COUNT, results.JSON)
    engine.close()


def test_the_files_of_another_day_are_not_taken_for_those_in_the_store(fresh: Store, data: Path, text: bytes):
    put(fresh, text)
    other = b"\n".join(text.split(b"\n")[1:])
    with pytest.raises(EngineError, match=f"holds the revision {Holding.of(text).revision[:16]}, and not "):
        connect(Settings(data=data, store=fresh.sparql), other)


def test_a_store_that_cuts_answers_is_refused(store: Store, data: Path, text: bytes):
    settings = Settings(data=data, store=store.sparql, max_rows=MOST + 1)
    if store.is_virtuoso:
        with pytest.raises(EngineError, match=f"cuts answers at {MOST + 1} rows, and not all of them say so; raise"):
            connect(settings, text)
    else:
        connect(settings, text).close()


def test_more_rows_than_may_be_are_an_error_whoever_counts_them(remote: RemoteEngine):
    asked = f"SELECT (1 AS ?one) {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {MOST + 2}"
    with pytest.raises(QueryTooLarge, match=f"no more than {MOST + 1} rows|has more than {MOST} rows"):
        remote.query(asked, results.JSON)


def test_the_revision_can_be_put_there_again_while_the_store_runs(store: Store, remote: RemoteEngine, text: bytes):
    put(store, text)
    remote.check()


# --- On the command line ----------------------------------------------------------------------------------------------


def test_load_puts_what_is_published_into_a_store_and_checks_it(
    fresh: Store, data: Path, text: bytes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BYREGION_DATA", str(data))
    done = CliRunner().invoke(main, ["load", "--store", fresh.sparql, "--store-graphs", fresh.graphs])
    assert (done.exit_code, done.stdout) == (0, f"{fresh.graphs} holds the revision {Holding.of(text).revision[:16]}\n")
    connect(Settings(data=data, store=fresh.sparql), text).close()


def test_load_writes_a_file_for_a_bulk_loader(data: Path, text: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BYREGION_DATA", str(data))
    path = tmp_path / "revision.nq"
    assert CliRunner().invoke(main, ["load", "--file", str(path)]).exit_code == 0
    with oxigraph(tmp_path) as store:
        address = store.graphs
        sent = httpx.post(address, content=path.read_bytes(), headers={"Content-Type": "application/n-quads"})
        assert sent.is_success
        connect(Settings(data=data, store=store.sparql), text).close()


def test_serve_publishes_what_the_store_holds_and_on_reload_what_it_holds_then(
    fresh: Store, data: Path, text: bytes, tmp_path: Path
):
    put(fresh, text)
    folder = tmp_path / "data"
    shutil.copytree(data, folder)
    with served("--store", fresh.sparql, BYREGION_DATA=str(folder)) as (process, address):
        health = httpx.get(f"{address}health", timeout=WITHIN).json()
        assert health["revision"] == Holding.of(text).revision
        assert ask(address).json()["boolean"] is True
        (folder / "programme" / "translations.ttl").unlink()
        changed = published([*ontology_files(), *data_files(folder)], UPDATES, INFERRED)
        put(fresh, changed)
        assert httpx.get(f"{address}sparql", params={"query": COUNT}, timeout=WITHIN).status_code == 503
        process.send_signal(signal.SIGHUP)
        # What is published next waits for its catalogue and downloads.
        until = time.monotonic() + 120
        while httpx.get(f"{address}health", timeout=WITHIN).json() == health and time.monotonic() < until:
            time.sleep(0.1)
        assert httpx.get(f"{address}sparql", params={"query": COUNT}, timeout=WITHIN).status_code == 200
        process.terminate()
        process.communicate(timeout=WITHIN)
        assert process.returncode == 0


def test_serve_does_not_start_over_an_empty_store(fresh: Store, data: Path):
    command = [str(BYREGION), "serve", "--port", "0", "--store", fresh.sparql]
    done = subprocess.run(
        command, env=os.environ | {"BYREGION_DATA": str(data)}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "put the revision there with: byregion load" in done.stderr


def test_load_without_a_store_says_what_to_give():
    done = CliRunner().invoke(main, ["load"])
    assert done.exit_code == 2
    assert "give --store-graphs, or --file for a bulk loader" in done.stderr


# --- At last, since Virtuoso works on after we have gone --------------------------------------------------------------


def test_a_query_that_takes_too_long_ends_in_time_and_the_next_is_answered(remote: RemoteEngine):
    began = time.monotonic()
    with pytest.raises((QueryTimeout, EngineError)):
        remote.query(HEAVY, results.JSON, seconds=1)
    assert time.monotonic() - began < 2
    assert solutions(remote, "ASK { ?s ?p ?o }") is True
