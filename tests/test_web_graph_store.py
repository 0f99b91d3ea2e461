"""Published graphs by name: as their files have them, to be read and not to be written.

https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from flask import Flask
from rdflib.compare import isomorphic

from byregion.dataset import data_files, ontology_files, read_graph
from byregion.namespaces import BASE
from web_world import graph_of, wait_for_edition

STATED = f"{BASE}graphs/midt-troms/stated"
PROBLEM = f"{BASE}problems#"


@pytest.fixture
def store(app: Flask, client: httpx.Client) -> httpx.Client:
    wait_for_edition(app)
    return client


def test_a_graph_is_what_its_file_says_literal_by_literal(store: httpx.Client, data: Path):
    """RFC 9110, 9.3.1: what is at an address is what it names; the engine would write "01" as "1"."""
    files = {str(item.graph): item.path for item in data_files(data)}
    for name in (STATED, f"{BASE}graphs/midt-troms/readings"):
        expected = read_graph(files[name])
        for address, parameters in (("/graphs", {"graph": name}), (name.removeprefix(BASE.rstrip("/")), {})):
            headers = {"accept": "application/n-triples"}
            found = graph_of(store.get(address, params=parameters, headers=headers))
            assert isomorphic(found, expected)
            assert set(map(str, found.objects())) == set(map(str, expected.objects()))


def test_the_default_graph_is_what_all_of_them_say(store: httpx.Client, data: Path):
    found = graph_of(store.get("/graphs?default", headers={"accept": "application/n-triples"}))
    for item in (*ontology_files(), *data_files(data)):
        plain = [triple for triple in read_graph(item.path) if not any(term.n3().startswith("_:") for term in triple)]
        assert plain
        assert all(triple in found for triple in plain), item.path


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld"])
def test_each_format_says_the_same_and_is_known_again(store: httpx.Client, suffix: str):
    response = store.get("/graphs", params={"graph": STATED, "format": suffix})
    assert isomorphic(graph_of(response), graph_of(store.get("/graphs", params={"graph": STATED})))
    again = store.get(
        "/graphs", params={"graph": STATED, "format": suffix}, headers={"if-none-match": response.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    head = store.head("/graphs", params={"graph": STATED, "format": suffix})
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", response.headers["etag"])


def test_a_browser_gets_the_page_of_what_it_is_part_of(store: httpx.Client):
    response = store.get("/graphs/midt-troms/stated", headers={"accept": "text/html"})
    assert (response.status_code, response.headers["location"]) == (303, "/datasets/midt-troms")
    assert "Accept" in response.headers["vary"]
    assert store.get("/graphs").headers["location"] == "/sparql"


def test_a_graph_that_there_is_not_is_not_found_and_near_ones_are_named(store: httpx.Client):
    for address in ("/graphs/midt-troms/state", "/graphs?graph=http://example.org/none"):
        response = store.get(address)
        assert (response.status_code, response.json()["type"]) == (404, f"{PROBLEM}not-found")
    assert STATED in store.get("/graphs/midt-troms/state").json()["suggestions"]


@pytest.mark.parametrize(
    "target", ["/graphs/midt-troms/stated", "/graphs?default", f"/graphs?graph={STATED}", "/graphs"]
)
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_what_is_published_has_no_method_that_writes(store: httpx.Client, method: str, target: str):
    headers = {"content-type": "text/turtle", "authorization": "Bearer x"}
    response = store.request(method, target, content="<x:a> <x:b> 1 .", headers=headers)
    assert (response.status_code, response.json()["type"]) == (405, f"{PROBLEM}method-not-allowed")
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert "www-authenticate" not in response.headers


def test_updates_of_what_is_published_are_refused_whatever_the_token(store: httpx.Client):
    update = {"update": "INSERT DATA { <x:a> <x:b> 1 }"}
    response = store.post("/sparql", data=update, headers={"authorization": "Bearer x"})
    assert (response.status_code, response.json()["type"]) == (403, f"{PROBLEM}query-refused")
