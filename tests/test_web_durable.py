"""A server whose store is on disk, as its clients meet it: nothing acknowledged is lost, readers wait for nobody."""

from __future__ import annotations

import resource
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import httpx
import pytest

from byregion import tokens
from byregion.engine.journal import Changes, changes
from byregion.namespaces import BASE
from processes import descendants
from serving import BYREGION, WITHIN, served

UPDATE = {"content-type": "application/sparql-update"}
TURTLE = {"content-type": "text/turtle"}
READINGS = f"{BASE}graphs/midt-troms/readings"


class Disk:
    """The folder of a store, and a token to write to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "store"
        self.token_file = folder / "tokens.json"
        self.token = tokens.create(self.token_file, "Kari")

    @contextmanager
    def serve(self, *options: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
        given = ("--store", str(self.folder), "--token-file", str(self.token_file), *options)
        with served(*given, **settings) as (process, url):
            headers = {"authorization": f"Bearer {self.token}"}
            with httpx.Client(base_url=url, timeout=20, headers=headers) as client:
                yield process, client


BLANK = ("--empty", "--shapes", "none")


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


class Running(NamedTuple):
    disk: Disk
    process: subprocess.Popen[str]
    client: httpx.Client


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that is not ended until the last test."""
    disk = Disk(tmp_path_factory.mktemp("durable"))
    with disk.serve(*BLANK) as (process, client):
        yield Running(disk, process, client)


def rows(client: httpx.Client, query: str) -> set[str]:
    answer = client.get("/sparql", params={"query": query}, headers={"accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    return set(answer.text.splitlines()[1:])


def template_of(process: subprocess.Popen[str]) -> int:
    """The process that holds the store."""
    for pid in descendants(process.pid):
        if b"byregion.engine.template" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    raise AssertionError("there is no template")


def test_a_server_killed_while_many_write_has_all_that_it_acknowledged(disk: Disk):
    acknowledged: set[str] = set()

    def write(client: httpx.Client, name: str) -> None:
        try:
            for number in range(10_000):
                one = f"<urn:{name}-{number}> <urn:p>"
                done = client.post(
                    "/sparql", content=f"INSERT DATA {{ {one} 1 . GRAPH <urn:g> {{ {one} 2 }} }}", headers=UPDATE
                )
                assert done.status_code == 204, done.text
                acknowledged.add(f"urn:{name}-{number}")
        except httpx.TransportError:
            return

    for turn, seconds in enumerate((0.2, 0.5)):
        with disk.serve(*BLANK) as (process, client), ThreadPoolExecutor(3) as threads:
            working = [threads.submit(write, client, f"{turn}-{index}") for index in range(3)]
            until = time.monotonic() + 20
            before = len(acknowledged)
            while len(acknowledged) < before + 3 and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(seconds)
            process.kill()
            for work in working:
                work.result()
    with disk.serve(*BLANK) as (_, client):
        there = "SELECT ?s WHERE { ?s <urn:p> 1 }"
        assert acknowledged <= rows(client, there)
        assert rows(client, there) == rows(client, "SELECT ?s WHERE { GRAPH <urn:g> { ?s <urn:p> 2 } }")
    assert len(acknowledged) > 6
    # It has let go of the store, which is none of published data.
    command = [str(BYREGION), "serve", "--port", "0", "--store", str(disk.folder)]
    other = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN, check=False)
    assert (other.returncode, "began with nothing: start with --empty" in other.stderr) == (2, True), other.stderr


def test_what_was_published_and_written_since_is_published_again(disk: Disk):
    note = f'<{BASE}id/region/midt-troms> <http://www.w3.org/2004/02/skos/core#editorialNote> "prøvd"@nb'
    asked = "SELECT ?s WHERE { ?s <http://www.w3.org/2004/02/skos/core#editorialNote> 'prøvd'@nb }"
    why = "Kjelda sa noko anna, «i går»"
    with disk.serve() as (_, client):
        body, headers = f"INSERT DATA {{ GRAPH <{READINGS}> {{ {note} }} }}", UPDATE | {"byregion-reason": quote(why)}
        written = client.post("/sparql", content=body.encode(), headers=headers)
        assert written.status_code == 204, written.text
        revision = written.headers["byregion-revision"]
        # The guard stands before the journal.
        bad = client.post("/sparql", content=body.replace("midt-troms/readings", "ontology/byregion"), headers=UPDATE)
        assert bad.status_code == 409, bad.text
        # A header that nobody can read is not passed over.
        unread = client.post("/sparql", content=body.encode(), headers={**UPDATE, "byregion-reason": why.encode()})
        assert (unread.status_code, "percent-encode" in unread.json()["detail"]) == (400, True)
    with disk.serve() as (_, client):
        assert rows(client, asked) == {f"{BASE}id/region/midt-troms"}
        answer = client.get("/sparql", params={"query": asked}, headers={"accept": "text/csv"})
        assert answer.headers["byregion-revision"] == revision
    (change,) = changes(disk.folder)
    assert (change.who, change.why, change.revision) == ("Kari", why, revision)
    assert [line.decode() for line in change.delta.added] == [f"{note} <{READINGS}> ."]


# --- A server that goes on --------------------------------------------------------------------------------------------


def test_a_second_server_on_the_same_folder_is_told_so(running: Running):
    folder = running.disk.folder
    command = [str(BYREGION), "serve", "--port", "0", "--store", str(folder), *BLANK]
    second = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN, check=False)
    assert (second.returncode, f"another process has the store in {folder} open" in second.stderr) == (2, True), (
        second.stderr
    )


def test_a_full_disk_is_507_and_what_is_held_can_be_read(running: Running):
    """The kernel ends the file at a size, which anybody may ask of it."""
    client, template = running.client, template_of(running.process)
    before = resource.prlimit(template, resource.RLIMIT_FSIZE)
    there = "SELECT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"
    size = max(path.stat().st_size for path in running.disk.folder.glob("*.journal"))
    resource.prlimit(template, resource.RLIMIT_FSIZE, (size + 200_000, before[1]))
    for number in range(100):
        content = f"<urn:s> <urn:p> '{number}{'x' * 50_000}' ."
        refused = client.put(f"/graphs?graph=urn:{number}", content=content, headers=TURTLE)
        if refused.status_code != 201:
            break
    assert (refused.status_code, refused.json()["type"].rpartition("#")[2]) == (507, "store-full")
    held = rows(client, there)
    assert len(held) > 1
    resource.prlimit(template, resource.RLIMIT_FSIZE, before)
    assert client.put("/graphs?graph=urn:more", content="<urn:a> <urn:b> 1 .", headers=TURTLE).status_code == 201
    assert rows(client, there) == held | {"urn:more"}


def test_readers_see_whole_revisions_in_order_and_wait_for_no_writer(running: Running):
    """Each write moves a mark from one graph to another: a reader that saw half of one would see two, or none."""
    stop, seen = threading.Event(), []
    asked = "SELECT ?g ?o WHERE { GRAPH ?g { <urn:mark> <urn:at> ?o } }"

    def read(client: httpx.Client) -> list[tuple[str, str]]:
        found = []
        while not stop.is_set():
            answer = client.get("/sparql", params={"query": asked}, headers={"accept": "text/csv"})
            assert answer.status_code == 200, answer.text
            found.append((answer.headers["byregion-revision"], answer.text))
        return found

    client = running.client
    with ThreadPoolExecutor(3) as threads:
        client.put("/graphs?graph=urn:0", content="<urn:mark> <urn:at> 0 .", headers=TURTLE)
        readers = [threads.submit(read, client) for _ in range(3)]
        for number in range(1, 40):
            there = f"GRAPH <urn:{number}> {{ <urn:mark> <urn:at> {number} }}"
            move = f"DROP GRAPH <urn:{number - 1}> ; INSERT DATA {{ {there} }}"
            assert client.post("/sparql", content=move, headers=UPDATE).status_code == 204
        stop.set()
        seen = [reader.result() for reader in readers]
    history = Changes(running.disk.folder)
    for reads in seen:
        assert len(reads) > 5
        told = [(history.number(revision), text.split()[1]) for revision, text in reads]
        # What a reader sees is what that revision held, and never an older one after a newer.
        first = told[0][0] - int(told[0][1].partition(",")[2])
        assert all(text == f"urn:{number - first},{number - first}" for number, text in told)
        assert [number for number, _ in told] == sorted(number for number, _ in told)
    assert len({revision for reads in seen for revision, _ in reads}) > 5
