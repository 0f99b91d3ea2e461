"""What a store on disk held after any of its changes is asked as what it holds now, at the address with `revision=`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

import excerpt
from byregion.archive import Recorded, Revisions
from byregion.engine import Engine, Limits
from byregion.engine.journal import Changes, Content
from byregion.engine.launch import serve_empty
from byregion.engine.memory import MemoryEngine
from byregion.engine.opening import loaded
from byregion.engine.write import Update, Write
from byregion.errors import EngineError, NotFound
from byregion.iri import CHANGES
from history_world import PREF_LABEL, REGION, TRANSLATIONS, Store, update
from journal_world import Opened
from web_world import BROWSER, page_of, text_of

CSV = "text/csv"
EVERYTHING = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } ORDER BY ?g ?s ?p ?o"
DOCUMENT = "/doc/region/midt-troms"
ADDRESSES = (
    f"{DOCUMENT}.ttl",
    f"{DOCUMENT}.jsonld",
    f"/sparql?query=SELECT * {{ <{REGION}> ?p ?o }} ORDER BY ?p ?o&format=csv",
    f"/graphs?graph={TRANSLATIONS}&format=nt",
    "/graphs/midt-troms/translations?format=ttl",
    "/queries/participants.csv",
)


class World(NamedTuple):
    """A store that three revisions were made in, and what each of the addresses answered at each of them."""

    store: Store
    client: httpx.Client
    names: list[str]
    answers: list[dict[str, bytes]]


def name(number: int) -> str:
    return f'<{REGION}> {PREF_LABEL} "Midt-Troms {number}"@en'


def seen(client: httpx.Client) -> dict[str, bytes]:
    return {address: client.get(address).raise_for_status().content for address in ADDRESSES}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    store = Store(tmp_path_factory.mktemp("past"), excerpt.data())
    with store.serve() as client:
        answers = [seen(client)]
        names = [client.get(ADDRESSES[0]).headers["byregion-revision"]]
        clear = f"DELETE {{ GRAPH <{TRANSLATIONS}> {{ <{REGION}> {PREF_LABEL} ?n }} }}"
        where = f"WHERE {{ GRAPH <{TRANSLATIONS}> {{ <{REGION}> {PREF_LABEL} ?n FILTER(lang(?n) = 'en') }} }}"
        for number in (1, 2):
            done = update(client, f"{clear} {where} ; INSERT DATA {{ GRAPH <{TRANSLATIONS}> {{ {name(number)} }} }}")
            names.append(done.headers["byregion-revision"])
            answers.append(seen(client))
        yield World(store, client, names, answers)


def at(address: str, revision: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}revision={revision}"


# --- At an address ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_revision_answers_as_it_did(world: World, address: str):
    bodies = {answer[address] for answer in world.answers}
    assert len(bodies) == 1 + 2 * (address != ADDRESSES[-1])
    for revision, then in zip(world.names, world.answers, strict=True):
        response = world.client.get(at(address, revision[:16]))
        assert (response.status_code, response.content) == (200, then[address])
        assert response.headers["byregion-revision"] == revision
        assert response.headers["memento-datetime"].endswith("GMT")


def test_a_page_of_then_shows_what_was_said_and_when_it_was_made(world: World):
    page = page_of(world.client.get(at(DOCUMENT, world.names[1]) + "&lang=en", headers=BROWSER))
    assert text_of(page.find(".//h1")).startswith("Midt-Troms 1")
    assert f"Revision {world.names[1][:16]}, published" in text_of(page.find(".//footer"))


def test_the_changes_that_are_told_are_those_of_then(world: World):
    count = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{CHANGES}> {{ ?c a <http://www.w3.org/ns/prov#Activity> }} }}"
    found = [
        world.client.get("/sparql", params={"query": count, "format": "csv", "revision": name}) for name in world.names
    ]
    assert [answer.text.split() for answer in found] == [["n", str(number)] for number in range(3)]


def test_what_is_current_stays_at_its_address_when_more_is_written(tmp_path: Path):
    store = Store(tmp_path)
    with store.serve("--empty", "--shapes", "none") as client:
        done = update(client, "INSERT DATA { <urn:s> <urn:p> 1 }")
        first, query = done.headers["byregion-revision"], "/sparql?query=SELECT * { ?s ?p ?o } ORDER BY ?o&format=csv"
        before = client.get(at(query, first))
        update(client, "INSERT DATA { <urn:s> <urn:p> 2 . GRAPH <urn:g> { <urn:s> <urn:p> 3 } }")
        after = client.get(at(query, first))
        assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])
        assert "immutable" in after.headers["cache-control"]
        assert client.get(query).content != before.content
        graph = "/graphs?graph=urn:g&format=nt"
        assert (client.get(graph).status_code, client.get(at(graph, first)).status_code) == (200, 404)
        assert client.get(at("/graphs?default&format=nt", first)).text.count("\n") == 1


def test_after_a_restart_each_revision_is_there(tmp_path: Path):
    store, blank = Store(tmp_path), ("--empty", "--shapes", "none")
    query = f"/sparql?query={EVERYTHING}&format=csv"
    with store.serve(*blank) as client:
        names = [update(client, f"INSERT DATA {{ <urn:s> <urn:p> {n} }}").headers["byregion-revision"] for n in (1, 2)]
        before = [client.get(at(query, name)).content for name in names]
    with store.serve(*blank) as client:
        assert [client.get(at(query, name)).content for name in names] == before
        assert before[0] != before[1]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_nobody_writes_to_what_was(world: World, method: str):
    body = {} if method == "DELETE" else {"content": "<urn:s> <urn:p> 1 .", "headers": {"content-type": "text/turtle"}}
    refused = world.client.request(method, at(f"/graphs?graph={TRANSLATIONS}", world.names[0]), **body)
    assert refused.status_code == 400
    assert world.client.get(ADDRESSES[0]).headers["byregion-revision"] == world.names[-1]


def test_what_was_never_there_is_not_found(world: World):
    assert world.client.get(at(ADDRESSES[0], "0" * 16)).status_code == 404


# --- As a part --------------------------------------------------------------------------------------------------------


def rows(engine: Engine) -> bytes:
    return engine.query(EVERYTHING, CSV).body


def test_every_revision_is_made_again_whatever_snapshots_there_are(tmp_path: Path):
    with Opened(tmp_path / "store") as store:
        expected = {}
        for number in range(12):
            store.update(f"DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER(?o = {number - 2}) }}")
            revision = store.update(f"INSERT DATA {{ <s> <p> {number} . GRAPH <g{number}> {{ <s> <p> _:b }} }}")
            expected[revision] = rows(MemoryEngine(loaded(Content(store.folder))))
            if number in (3, 6, 9):
                store.compact()
    assert len(list(store.folder.glob("*.nq.gz"))) == 2
    recorded = Recorded(store.folder)
    revisions = Revisions(MemoryEngine(loaded(Content(store.folder))), recorded)
    with closing(revisions):
        for revision in list(expected)[::4]:
            engine = revisions.engine(revision[:12])
            assert (engine.revision, rows(engine)) == (revision, expected[revision])
    known = Changes(store.folder)
    for number in range(1, len(known) + 1):
        assert recorded.published(known[number].revision) == known[number].when
    times = [when for when, _ in recorded.moments()]
    assert len(times) == len(known) + 1 and times == sorted(times)


def test_an_engine_answers_for_its_revision_when_another_comes_in_between(tmp_path: Path):
    with serve_empty(Limits(), store=tmp_path / "store") as template, closing(template.pool()) as pool:
        revisions = Revisions(pool, Recorded(tmp_path / "store"))
        with closing(revisions):
            pool.write(Write(Update("INSERT DATA { <urn:s> <urn:p> 1 }")))
            engine = revisions.engine(pool.revision)
            before = rows(engine)
            pool.write(Write(Update("INSERT DATA { <urn:s> <urn:p> 2 }")))
            answer = engine.query(EVERYTHING, CSV)
            assert (answer.body, answer.revision) == (before, engine.revision)
            assert rows(pool) != before


def test_a_journal_that_cannot_be_read_says_so_without_telling_where_it_is(tmp_path: Path):
    with Opened(tmp_path / "store") as store:
        first, _ = store.update("INSERT DATA { <s> <p> 1 }"), store.update("INSERT DATA { <s> <p> 2 }")
        current = MemoryEngine(loaded(Content(store.folder)))
    recorded = Recorded(store.folder)
    assert recorded.find(first[:10]) == first
    segment = next(store.folder.glob("*.journal"))
    segment.write_bytes(segment.read_bytes().replace(b'"1"', b'"7"', 1))
    revisions = Revisions(current, recorded)
    with closing(revisions), pytest.raises(EngineError) as told:
        revisions.engine(first).query(EVERYTHING, CSV)
    assert str(tmp_path) not in str(told.value)
    with pytest.raises(NotFound):
        revisions.engine("0" * 16)
