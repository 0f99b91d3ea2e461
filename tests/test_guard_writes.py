"""Writes to published data as clients meet the guard: what breaks a shape is refused, in whatever way it is written.

What is published here is the world of the cases of `tests/shapes/` with all valid ones; the invalid ones are written.
That every shape is held so stands in `test_guard_shapes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import URIRef

from byregion.dataset import read_graph, shape_files
from byregion.namespaces import BASE
from guarded_world import CASES, NEW, WORLD, Server, keys, report_of, valid, writable, write
from test_shapes import INVALID, Case, case_id

NTRIPLES = {"content-type": "application/n-triples"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("guarded")
    with writable(write(folder), folder) as found:
        yield found


def ends() -> list[Path]:
    """The first and the last invalid case of each shape file, but for those of things that the valid cases describe."""
    there = set(valid().subjects())
    found: dict[str, list[Path]] = {}
    for path in INVALID:
        if not there & {term for term in read_graph(path).subjects() if isinstance(term, URIRef)}:
            found.setdefault(path.parent.name, []).append(path)
    assert set(found) == {path.stem for path in shape_files()}
    return sorted({path for paths in found.values() for path in (paths[0], paths[-1])})


@pytest.mark.parametrize("path", ends(), ids=case_id)
def test_what_an_invalid_case_says_cannot_be_added(server: Server, path: Path):
    before = server.state()
    body = read_graph(path).serialize(format="nt")
    answer = server.client.post(
        "graphs", params={"graph": NEW}, content=body.encode(), headers=NTRIPLES | {"accept": "text/turtle"}
    )
    assert keys(report_of(answer)) >= Case(path).expected
    assert server.state() == before
    assert server.client.get("graphs", params={"graph": NEW}).status_code == 404


# --- One way for every kind of write ----------------------------------------------------------------------------------

REGION, OTHER = "urn:case:region", f"{BASE}graphs/other/stated"


@pytest.mark.parametrize(
    "update",
    [
        f"DROP GRAPH <{WORLD}>",
        f"CLEAR GRAPH <{WORLD}>",
        f"DELETE WHERE {{ GRAPH ?g {{ <{REGION}> ?p ?o }} }}",
        f"CREATE GRAPH <{OTHER}> ; COPY <{OTHER}> TO <{WORLD}>",
        f"CREATE GRAPH <{OTHER}> ; MOVE <{OTHER}> TO <{WORLD}>",
        f"COPY DEFAULT TO <{OTHER}>",
        f"ADD <{BASE}graphs/inferred> TO <{OTHER}>",
        f"WITH <{WORLD}> DELETE {{ ?s a ?class }} WHERE {{ ?s a ?class }}",
        f"INSERT DATA {{ GRAPH <{OTHER}> {{ <urn:x> <{BASE}def#noSuchProperty> 1 }} }}",
        f"INSERT DATA {{ GRAPH <{OTHER}> {{ <urn:x> a <{BASE}def#NoSuchClass> }} }}",
    ],
)
def test_every_operation_of_an_update_is_judged_by_its_result(server: Server, update: str):
    before = server.state()
    assert server.update(update).status_code == 422
    assert server.state() == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_every_operation_on_a_graph_is_judged_by_its_result(server: Server, method: str):
    before = server.state()
    kinds = {"PUT": "text/turtle", "PATCH": "application/sparql-update"}
    headers = {"content-type": kinds[method]} if method in kinds else {}
    content = "DELETE WHERE { ?s a ?class }" if method == "PATCH" else ""
    answer = server.client.request(method, "graphs", params={"graph": WORLD}, content=content, headers=headers)
    assert answer.status_code == 422
    assert server.state() == before


@pytest.mark.parametrize(
    ("update", "said"),
    [
        ("INSERT DATA { <urn:a> <urn:b> 1 }", "<dataset>/<part>"),
        (f"DELETE DATA {{ <{REGION}> a <{BASE}def#Region> }}", WORLD),
        ("CLEAR ALL", "the default graph is the merge"),
        (f"INSERT DATA {{ GRAPH <{BASE}graphs/inferred> {{ <urn:a> <urn:b> 1 }} }}", "what is inferred"),
        (f"CLEAR GRAPH <{BASE}graphs/ontology/byregion>", "with a release"),
        ("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1 } }", "no graph of a dataset"),
        (f"INSERT DATA {{ GRAPH <{BASE}graphs/Other/stated> {{ <urn:a> <urn:b> 1 }} }}", "no graph of a dataset"),
        (f"CREATE GRAPH <{BASE}graphs/other/opinions>", "no graph of a dataset"),
    ],
)
def test_what_is_no_graph_of_a_dataset_takes_no_writes(server: Server, update: str, said: str):
    before = server.state()
    answer = server.update(update)
    assert answer.status_code == 409
    assert said in answer.json()["detail"]
    assert server.state() == before


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_the_merged_default_graph_takes_no_operation(server: Server, method: str):
    kind = "application/sparql-update" if method == "PATCH" else "text/turtle"
    answer = server.client.request(method, "graphs?default", content="", headers={"content-type": kind})
    assert answer.status_code == 409


# --- Reports, trials, and what follows --------------------------------------------------------------------------------

BROKEN = f"DELETE WHERE {{ GRAPH ?g {{ <{REGION}> a ?class }} }}"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/problem+json"),
        ("application/json", "application/problem+json"),
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
        ("text/html", "text/html; charset=utf-8"),
        ("application/unknown", "application/problem+json"),
    ],
)
def test_a_refused_write_is_told_as_the_client_likes(server: Server, accept: str, kind: str):
    answer = server.client.post("sparql", data={"update": BROKEN}, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (422, kind)
    assert "accept" in answer.headers["vary"].lower()
    if kind.endswith("json"):
        told = answer.json()
        results = told["report"]["results"] if "report" in told else told["@graph"]
        assert results
    if kind.startswith("text/html"):
        assert REGION in answer.text


def test_a_trial_tells_what_would_happen_and_changes_nothing(server: Server):
    before = server.state()
    name = "<urn:case:new>"
    says = f"{name} a <{BASE}def#Participation> ; <{BASE}def#region> <{REGION}>"
    update = f"INSERT DATA {{ GRAPH <{NEW}> {{ {says} }} }}"
    told = server.update(update, **{"dry-run": "true"}).json()
    assert told["added"]["count"] == 2
    assert told["created"] == [NEW]
    assert not told["conforms"]
    assert told["inferences"]["added"]["count"] == len(told["inferences"]["added"]["statements"])
    assert {item["focusNode"]["value"] for item in told["report"]["results"]} == {"urn:case:new"}
    dropped = server.client.delete("graphs", params={"graph": CASES, "dry-run": ""})
    assert dropped.status_code == 200
    assert dropped.json()["removed"]["count"] == len(valid())
    assert dropped.json()["conforms"]
    assert server.client.delete("graphs", params={"graph": CASES, "dry-run": "perhaps"}).status_code == 400
    page = server.client.post("sparql?dry-run", data={"update": update}, headers={"accept": "text/html"})
    assert "urn:case:new" in page.text
    assert server.state() == before


def test_an_accepted_write_is_in_graphs_pages_queries_and_inferences_at_once(server: Server):
    before = server.state()
    name = f"{BASE}id/region/new"
    says = f"""PREFIX br: <{BASE}def#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        INSERT {{ GRAPH <{NEW}> {{ <{name}> a br:Region ; skos:prefLabel "Nyregionen"@nb ; br:quote ?quote .
          <urn:case:part> a br:Participation ; br:region <{name}> ; br:municipality ?municipality ; br:role ?role ;
            br:quote ?quote ; skos:prefLabel "Delen"@nb }} }}
        WHERE {{ <{REGION}> br:quote ?quote . ?one br:municipality ?municipality ; br:role ?role }} LIMIT 1"""
    update = says.removesuffix(" LIMIT 1").replace("WHERE {", "WHERE { SELECT * WHERE {") + " LIMIT 1 }"
    answer = server.update(update)
    assert answer.status_code == 204, answer.text
    after = answer.headers["byregion-revision"]
    assert after == server.state() != before
    assert "Nyregionen" in server.client.get("doc/region/new", headers={"accept": "text/html"}).text
    graph = server.client.get("graphs/new/stated", headers={"accept": "text/turtle"})
    assert "Nyregionen" in graph.text
    follows = f"ASK {{ GRAPH <{BASE}graphs/inferred> {{ ?municipality <{BASE}def#takesPartIn> <{name}> }} }}"
    query = {"query": follows, "format": "csv"}
    assert server.client.get("sparql", params=query).text.strip() == "true"
    assert server.client.delete("graphs/new/stated", headers={"if-match": '"other"'}).status_code == 412
    assert server.client.delete("graphs/new/stated", headers={"if-match": graph.headers["etag"]}).status_code == 204
    assert server.client.get("sparql", params=query).text.strip() == "false"
    assert server.client.get("doc/region/new").status_code == 404


def test_what_is_published_must_conform_where_writes_are_judged(tmp_path: Path):
    path = tmp_path / "data" / "broken" / "stated.ttl"
    path.parent.mkdir(parents=True)
    path.write_text(f"<urn:x> a <{BASE}def#Region> .", encoding="utf-8")
    with pytest.raises(AssertionError, match="does not conform to the shapes"), writable(path.parent.parent, tmp_path):
        pass
