"""A server started again over a store that was written to: downloads and catalogue are of the files, and say so.

What they tell of themselves (sizes, checksums) is of the bytes that are given.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import httpx
from rdflib import Graph, URIRef

from byregion.engine.journal import Changes, Content, in_step
from byregion.namespaces import BASE, DCAT
from edition_world import small
from history_world import NOTE, Store, update

SPDX_VALUE = URIRef("http://spdx.org/rdf/terms#checksumValue")
WRITTEN = "prøvd etterpå"
PROGRAMME = f"{BASE}id/programme/byregion"
GRAPH = f"{BASE}graphs/programme/stated"
STATEMENT = f'<{PROGRAMME}> {NOTE} "{WRITTEN}"@nb'
OTHERS = ("/catalogue", "/.well-known/void", "/quality.ttl", "/sitemap.xml", "/datasets/programme.ttl")


def ready(client: httpx.Client) -> None:
    """Wait until the downloads are made."""
    until = time.monotonic() + 60
    while not client.get("/health/ready").json()["downloads"]:
        assert time.monotonic() < until, "the downloads are not made after a minute"
        time.sleep(0.1)


def told(client: httpx.Client) -> tuple[str, str]:
    """The revision that the downloads say that they are of, all of them the same; and what a page says of that."""
    ready(client)
    dump = client.get("/dumps/byregion.nt")
    assert dump.status_code == 200, dump.text
    catalogue = client.get("/catalogue?profile=dcat-ap-no-3", headers={"accept": "text/turtle"})
    graph = Graph().parse(data=catalogue.text, format="turtle")
    (file,) = graph.subjects(DCAT.downloadURL, URIRef(f"{client.base_url}dumps/byregion.nt"))
    assert int(str(graph.value(file, DCAT.byteSize))) == len(dump.content)
    sums = client.get("/dumps/SHA256SUMS").text.splitlines()
    assert f"{hashlib.sha256(dump.content).hexdigest()}  byregion.nt" in sums
    answers = [dump, catalogue, *(client.get(path, headers={"accept": "text/turtle, */*"}) for path in OTHERS)]
    assert all(answer.status_code == 200 for answer in answers), [answer.url for answer in answers]
    (revision,) = {answer.headers.get("byregion-revision", "") for answer in answers}
    page = client.get("/catalogue", headers={"accept": "text/html", "accept-language": "en"})
    assert page.status_code == 200
    return revision, page.text


def current(client: httpx.Client) -> str:
    """The revision that is asked, which has what was written."""
    answer = client.get("/sparql", params={"query": f"ASK {{ {STATEMENT} }}", "format": "csv"})
    assert answer.text == "true"
    return str(answer.headers["byregion-revision"])


def test_what_is_made_of_the_files_says_so_after_a_restart_until_the_files_say_what_was_written(tmp_path: Path):
    store = Store(tmp_path, small(tmp_path))
    with store.serve() as client:
        update(client, f"INSERT DATA {{ GRAPH <{GRAPH}> {{ {STATEMENT} }} }}")
    beginning = Content(store.folder, 0).revision
    assert in_step(store.folder) == beginning
    with store.serve() as client:
        revision, page = told(client)
        assert revision == beginning != current(client)
        assert beginning[:16] in page
        assert WRITTEN not in client.get("/dumps/programme.ttl").text
        assert WRITTEN in client.get(GRAPH.replace(BASE, "/"), headers={"accept": "text/turtle"}).text
    assert store.run("export", "--to", tmp_path / "data", "--store", store.folder).returncode == 0
    with store.serve() as client:
        revision, page = told(client)
        # Nobody has written since, so there is nothing to say; what there is has everything.
        assert revision == ""
        assert beginning[:16] not in page
        assert in_step(store.folder) == Changes(store.folder)[1].revision == current(client)
        assert WRITTEN in client.get("/dumps/programme.ttl").text


def test_after_a_migration_that_kept_what_was_written_the_files_have_a_name_of_their_own(tmp_path: Path):
    store = Store(tmp_path, small(tmp_path))
    with store.serve() as client:
        update(client, f"INSERT DATA {{ GRAPH <{GRAPH}> {{ {STATEMENT} }} }}")
    path = tmp_path / "data" / "programme" / "stated.ttl"
    label = "<http://www.w3.org/2004/02/skos/core#altLabel>"
    path.write_text(f'{path.read_text(encoding="utf-8")}\n<{PROGRAMME}> {label} "Midten"@nb .\n', encoding="utf-8")
    assert store.run("migrate", "--store", store.folder).returncode == 0
    assert in_step(store.folder) == ""
    with store.serve() as client:
        revision, page = told(client)
        known = [Content(store.folder, number).revision for number in (0, 1)]
        assert len(revision) == 64 and revision not in known and current(client) == known[1]
        assert revision[:16] in page
        dump = client.get("/dumps/programme.ttl").text
        assert "Midten" in dump and WRITTEN not in dump
