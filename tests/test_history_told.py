"""What was written, and by whom, is asked with SPARQL: a graph that is there for the queries that name it."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from rdflib import Graph

import excerpt
from byregion.engine.journal import Changes
from byregion.errors import EngineError
from byregion.history.ledger import PAGE
from byregion.history.told import Told
from byregion.iri import CHANGES
from history_world import NOTE, READINGS, REGION, Store, update
from journal_world import Opened

QUESTION = (Path(__file__).parent / "data" / "history" / "changes.rq").read_text(encoding="utf-8")
WHY = "Kjelda sa noko anna, «i går»"
BLANK = ("--empty", "--shapes", "none")
PUT = {"content-type": "text/turtle"}


class World(NamedTuple):
    store: Store
    client: httpx.Client


def write(client: httpx.Client) -> None:
    """Three changes: one adds two statements, one with a reason puts one in the place of another, one makes a graph."""
    update(client, "INSERT DATA { <urn:s> <urn:p> 1, 2 }")
    update(client, "DELETE DATA { <urn:s> <urn:p> 1 } ; INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> 3 } }", WHY)
    update(client, "CREATE GRAPH <urn:empty>")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    store = Store(tmp_path_factory.mktemp("told"))
    with store.serve(*BLANK) as client:
        write(client)
        yield World(store, client)


def ask(client: httpx.Client, query: str, **parameters: str) -> httpx.Response:
    answer = client.get("/sparql", params={"query": query, "format": "csv", **parameters})
    assert answer.status_code == 200, answer.text
    return answer


def rows(client: httpx.Client, query: str = QUESTION, **parameters: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(ask(client, query, **parameters).text)))


def recorded(folder: Path) -> list[dict[str, Any]]:
    """What the journal says of its changes, as the question is answered."""
    known = Changes(folder)
    changes = [known[number] for number in range(1, len(known) + 1)]
    return [
        {
            "number": str(change.number),
            "who": change.who,
            "why": change.why,
            "before": change.previous,
            "after": change.revision,
            "added": str(len(change.delta.stated.added) or ""),
            "removed": str(len(change.delta.stated.removed) or ""),
            "when": change.when,
        }
        for change in changes
    ]


def told(client: httpx.Client, **parameters: str) -> list[dict[str, Any]]:
    found = rows(client, **parameters)
    return [row | {"when": datetime.fromisoformat(row["when"])} for row in found]


# --- Who, when and why ------------------------------------------------------------------------------------------------


def test_who_wrote_what_when_and_why_is_asked_with_sparql(world: World):
    found = told(world.client)
    assert found == recorded(world.store.folder)
    assert [(row["who"], row["why"], row["added"], row["removed"]) for row in found] == [
        ("kari@example.org", "", "2", ""),
        ("kari@example.org", WHY, "1", "1"),
        ("kari@example.org", "", "", ""),
    ]


def test_the_graph_says_what_the_pages_of_the_changes_say(world: World):
    pages = Graph()
    for number in (1, 2, 3):
        pages.parse(data=world.client.get(f"/changes/{number}.nt").text, format="nt")
    construct = f"CONSTRUCT {{ ?s ?p ?o }} FROM <{CHANGES}> WHERE {{ ?s ?p ?o }}"
    asked = world.client.get("/sparql", params={"query": construct, "format": "nt"})
    assert set(Graph().parse(data=asked.text, format="nt")) == set(pages)
    got = world.client.get("/graphs", params={"graph": str(CHANGES)}, headers={"accept": "application/n-triples"})
    assert (got.status_code, set(Graph().parse(data=got.text, format="nt"))) == (200, set(pages))


ACTIVITY = "?c a <http://www.w3.org/ns/prov#Activity>"
COUNT = "SELECT (COUNT(?c) AS ?n)"


@pytest.mark.parametrize(
    "query",
    [
        f"{COUNT} {{ GRAPH <{CHANGES}> {{ {ACTIVITY} }} }}",
        f"{COUNT} FROM <{CHANGES}> {{ {ACTIVITY} }}",
        f"{COUNT} FROM NAMED <{CHANGES}> {{ GRAPH ?g {{ {ACTIVITY} }} }}",
        f"PREFIX g: <{str(CHANGES)[:-7]}> {COUNT} {{ GRAPH g:changes {{ {ACTIVITY} }} }}",
        f"{COUNT} {{ VALUES ?g {{ <{CHANGES}> }} GRAPH ?g {{ {ACTIVITY} }} }}",
    ],
    ids=["graph", "from", "from named", "prefix", "values"],
)
def test_it_is_named_in_any_way_that_sparql_has(world: World, query: str):
    assert rows(world.client, query) == [{"n": "3"}]


def test_the_protocol_may_name_it(world: World):
    assert rows(world.client, f"{COUNT} {{ {ACTIVITY} }}", **{"default-graph-uri": str(CHANGES)}) == [{"n": "3"}]


# --- Beside what is held ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "SELECT ?g { GRAPH ?g { } } ORDER BY ?g"])
def test_a_query_that_does_not_name_it_sees_nothing_of_it(world: World, query: str):
    before = ask(world.client, query).text
    assert str(CHANGES) not in before
    # Whatever process answered, it does not answer the next one.
    for _ in range(3):
        assert len(rows(world.client)) == 3
        assert ask(world.client, query).text == before


@pytest.mark.parametrize(
    "text", [f"INSERT DATA {{ GRAPH <{CHANGES}> {{ <urn:s> <urn:p> 1 }} }}", f"DROP GRAPH <{CHANGES}>"]
)
def test_no_update_writes_to_it(world: World, text: str):
    refused = world.client.post("/sparql", content=text, headers={"content-type": "application/sparql-update"})
    assert refused.status_code == 409
    assert told(world.client) == recorded(world.store.folder)


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_no_operation_on_graphs_writes_to_it(world: World, method: str):
    body = {} if method == "DELETE" else {"content": "<urn:s> <urn:p> 1 .", "headers": PUT}
    refused = world.client.request(method, "/graphs", params={"graph": str(CHANGES)}, **body)
    assert (refused.status_code, "only read" in refused.json()["detail"]) == (409, True)


def test_the_description_of_the_service_names_it(world: World):
    described = world.client.get("/sparql", headers={"accept": "application/n-triples"}).text
    assert f"sparql-service-description#name> <{CHANGES}>" in described


# --- Later ------------------------------------------------------------------------------------------------------------


def test_it_says_the_same_after_a_restart_and_from_a_backup(tmp_path: Path):
    store = Store(tmp_path)
    with store.serve(*BLANK) as client:
        write(client)
        before = told(client)
    assert before == recorded(store.folder) and len(before) == 3
    with store.serve(*BLANK) as client:
        assert told(client) == before
        done = store.run("backup", tmp_path / "backup", "--store", store.folder)
        assert done.returncode == 0, done.stderr
    (tmp_path / "again").mkdir()
    restored = Store(tmp_path / "again")
    done = store.run("restore", tmp_path / "backup", "--store", restored.folder)
    assert done.returncode == 0, done.stderr
    with restored.serve(*BLANK) as client:
        assert told(client) == before


def test_beside_published_data_both_are_asked_at_once(tmp_path: Path):
    store = Store(tmp_path, excerpt.data())
    with store.serve() as client:
        query = QUESTION.replace("WHERE {", f"WHERE {{ GRAPH <{READINGS}> {{ <{REGION}> {NOTE} ?note }} ", 1)
        assert rows(client, query) == []
        update(client, f'INSERT DATA {{ GRAPH <{READINGS}> {{ <{REGION}> {NOTE} "Prøvd"@nb }} }}', WHY)
        (row,) = rows(client, query)
        assert (row["who"], row["why"], row["added"]) == ("kari@example.org", WHY, "1")
        everything = ask(client, "SELECT (COUNT(*) AS ?n) { ?s a <http://www.w3.org/ns/prov#Activity> }").text
        assert everything.split() == ["n", "0"]


def test_an_answer_tells_of_the_changes_that_led_to_its_revision_and_no_others(tmp_path: Path):
    store = Store(tmp_path)
    with store.serve(*BLANK) as client, httpx.Client(base_url=client.base_url, timeout=30) as reader:
        ended = threading.Event()

        def keep_writing() -> None:
            for number in range(60):
                update(client, f"INSERT DATA {{ <urn:s> <urn:p> {number} }}")
            ended.set()

        writer = threading.Thread(target=keep_writing)
        writer.start()
        seen = []
        while not ended.is_set():
            answer = ask(reader, QUESTION)
            seen.append((answer.headers["byregion-revision"], len(list(csv.reader(io.StringIO(answer.text)))) - 1))
        writer.join()
        known = Changes(store.folder)
        assert len(known) == 60 and seen
        assert [known.number(revision) for revision, _ in seen] == [count for _, count in seen]


# --- As a part --------------------------------------------------------------------------------------------------------


def test_each_revision_has_its_own_whatever_was_told_before(tmp_path: Path):
    with Opened(tmp_path / "store") as store:
        names = [store.held.revision, *(store.update(f"INSERT DATA {{ <s> <p> {n} }}") for n in range(2 * PAGE + 3))]
        ledger = Told(store.folder, "http://example.org/")
        activity = b"ns#type> <http://www.w3.org/ns/prov#Activity>"
        for number in (2 * PAGE + 3, 0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 2 * PAGE + 1, PAGE):
            graph = ledger.graph(names[number])
            assert (graph.name, graph.triples.count(activity)) == (str(CHANGES), number)
        with pytest.raises(EngineError):
            ledger.graph("0" * 64)
