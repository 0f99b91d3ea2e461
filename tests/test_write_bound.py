"""The bound on what writes may bring a server to: what would go beyond is 507 and changes nothing, guarded or not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from rdflib import Graph, Namespace

import excerpt
from byregion import tokens
from byregion.namespaces import BASE
from serving import served

MOST = 4
SDO = Namespace("https://schema.org/")
TURTLE = {"content-type": "text/turtle"}
NOTE = "<http://www.w3.org/2004/02/skos/core#editorialNote>"
REGION = f"<{BASE}id/region/midt-troms>"
GRAPH = f"{BASE}graphs/midt-troms/readings"


@contextmanager
def writable(folder: Path, *options: str, **settings: str) -> Iterator[httpx.Client]:
    token = tokens.create(folder / "tokens.json", "tests")
    with (
        served(*options, "--token-file", str(folder / "tokens.json"), **settings) as (_, url),
        httpx.Client(base_url=url, timeout=30, headers={"authorization": f"Bearer {token}"}) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A blank endpoint that may hold four triples, and holds two."""
    options = ("--empty", "--shapes", "none")
    with writable(tmp_path_factory.mktemp("bound"), *options, BYREGION_MAX_TRIPLES=str(MOST)) as client:
        assert client.put("/graphs?graph=urn:g", content="<urn:a> <urn:p> 1 , 2 .", headers=TURTLE).status_code == 201
        yield client


def update(client: httpx.Client, text: str, **parameters: str) -> httpx.Response:
    return client.post("/sparql", data={"update": text}, params=parameters)


def count(client: httpx.Client) -> int:
    """All that is stated; in published data also what follows, once more in the default graph."""
    asked = "SELECT (COUNT(*) AS ?n) WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    return int(client.get("/sparql", params={"query": asked, "format": "csv"}).text.split()[1])


def refused(answer: httpx.Response, triples: int, limit: int) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (507, f"{BASE}problems#too-many-triples"), answer.text
    assert (problem["triples"], problem["limit"]) == (triples, limit)
    assert str(triples) in problem["detail"] and str(limit) in problem["detail"]


MORE = "<urn:b> <urn:p> 1 , 2 , 3"
BEYOND = {
    "an update": lambda client: update(client, f"INSERT DATA {{ {MORE} }}"),
    "an update tried out": lambda client: update(client, f"INSERT DATA {{ {MORE} }}", **{"dry-run": ""}),
    "triples in the graph of inferences, which is none here": lambda client: update(
        client, f"INSERT DATA {{ GRAPH <{BASE}graphs/inferred> {{ {MORE} }} }}"
    ),
    "a copy": lambda client: update(client, "COPY <urn:g> TO <urn:h> ; COPY <urn:g> TO <urn:i> ; CREATE GRAPH <urn:j>"),
    "a graph put": lambda client: client.put("/graphs?graph=urn:h", content=f"{MORE} .", headers=TURTLE),
    "a graph posted": lambda client: client.post("/graphs?default", content=f"{MORE} .", headers=TURTLE),
}


@pytest.mark.parametrize("name", BEYOND)
def test_a_write_that_would_go_beyond_the_bound_is_refused_and_changes_nothing(blank: httpx.Client, name: str):
    before = count(blank)
    refused(BEYOND[name](blank), 6 if name == "a copy" else 5, MOST)
    assert count(blank) == before == 2
    assert blank.get("/graphs?graph=urn:h").status_code == blank.get("/graphs?graph=urn:j").status_code == 404


def test_up_to_the_bound_everything_is_done_and_what_goes_makes_room(blank: httpx.Client):
    assert update(blank, "INSERT DATA { <urn:b> <urn:p> 1 , 2 }").status_code == 204
    refused(update(blank, "INSERT DATA { <urn:b> <urn:p> 3 }"), 5, MOST)
    # As much again for what goes, and statements that are there already.
    assert update(blank, "DELETE DATA { <urn:b> <urn:p> 2 } ; INSERT DATA { <urn:b> <urn:p> 1 , 3 }").status_code == 204
    assert update(blank, "DELETE DATA { <urn:b> <urn:p> 1 , 3 }").status_code == 204
    assert count(blank) == 2


def test_the_description_of_the_service_and_a_header_name_the_bound(blank: httpx.Client):
    told = blank.get("/sparql", headers={"accept": "text/turtle"})
    graph = Graph().parse(data=told.text, format="turtle")
    (limit,) = (node for node, name in graph.subject_objects(SDO.name) if str(name) == "stated-triples")
    assert str(limit) == f"{blank.base_url}sparql#limit-stated-triples"
    assert graph.value(limit, SDO.value).toPython() == MOST
    assert str(graph.value(limit, SDO.propertyID)) == f"{BASE}problems#too-many-triples"
    header = blank.get("/sparql", params={"query": "ASK {}", "format": "csv"}).headers["byregion-limits"]
    assert f"stated-triples={MOST}" in header.split(", ")
    page = blank.get("/problems", headers={"accept": "text/html"})
    assert 'id="too-many-triples-title"' in page.text


def test_published_data_beyond_the_bound_can_only_be_removed(tmp_path: Path):
    """What the files state is loaded whatever there is of it; writes may bring it down, or leave its number."""
    shutil.copytree(excerpt.data(), tmp_path / "data")
    settings = {"BYREGION_DATA": str(tmp_path / "data"), "BYREGION_MAX_TRIPLES": str(MOST)}
    with writable(tmp_path, "--volatile", **settings) as client:
        stated = f"""SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH ?g {{ ?s ?p ?o }}
            FILTER (?g != <{BASE}graphs/inferred>) }}"""
        held = int(client.get("/sparql", params={"query": stated, "format": "csv"}).text.split()[1])
        assert held > MOST
        before = count(client)
        refused(update(client, f'INSERT DATA {{ GRAPH <{GRAPH}> {{ {REGION} {NOTE} "prøvd"@nb }} }}'), held + 1, MOST)
        assert count(client) == before
        label = f"{REGION} <http://www.w3.org/2004/02/skos/core#prefLabel>"
        rename = f"""DELETE {{ GRAPH ?g {{ {label} ?name }} }} INSERT {{ GRAPH ?g {{ {label} "Ny"@nb }} }}
            WHERE {{ GRAPH ?g {{ {label} ?name }} FILTER (LANG(?name) = "nb" && ?g != <{BASE}graphs/inferred>) }}"""
        assert update(client, rename).status_code == 204
        translations = f"DROP GRAPH <{BASE}graphs/midt-troms/translations>"
        assert update(client, translations).status_code == 204
