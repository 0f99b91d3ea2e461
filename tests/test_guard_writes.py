"""Writes to published data as clients meet the guard: what breaks a shape is refused, in whatever way it is written.

What is published here is the world of the cases of `tests/shapes/` with all valid ones; the invalid ones are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import pytest
from rdflib import SH, BNode, Graph, URIRef
from rdflib import Literal as RDFLiteral

from byregion import tokens
from byregion.dataset import Triple, read_graph, shape_files
from byregion.namespaces import BASE, BRSH
from serving import served
from test_shapes import INVALID, VALID, Case, background, case_files, case_id

WORLD, CASES, NEW = (f"{BASE}graphs/{name}/stated" for name in ("world", "cases", "new"))
NTRIPLES = {"content-type": "application/n-triples"}
BY_INSERT = {"_concepts", "_inferred", "_labels", "_links", "_ontology", "_terms"}
"""Shape files that nothing breaks which a client may remove: they forbid, or judge what is in the ontology's graphs."""


@dataclass
class Server:
    client: httpx.Client
    url: str

    def state(self) -> str:
        """What the server says of which revision it holds."""
        answer = self.client.get("sparql", params={"query": "ASK {}"}, headers={"accept": "text/csv"})
        assert answer.status_code == 200
        return str(answer.headers["byregion-revision"])

    def update(self, text: str, **parameters: str) -> httpx.Response:
        return self.client.post("sparql", params=parameters, data={"update": text})


@contextmanager
def writable(data: Path, folder: Path, **settings: str) -> Iterator[Server]:
    """A server of `data` that takes writes, and a client that may write everything."""
    token = tokens.create(folder / "tokens.json", "tests")
    options = ["--volatile", "--token-file", str(folder / "tokens.json")]
    with (
        served(*options, BYREGION_DATA=str(data), **settings) as (_, url),
        httpx.Client(base_url=url, timeout=60, headers={"authorization": f"Bearer {token}"}) as client,
    ):
        yield Server(client, url)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("guarded")
    for name, graph in (("world", read_graph(Path(__file__).parent / "shapes" / "world.ttl")), ("cases", valid())):
        path = folder / "data" / name / "stated.ttl"
        path.parent.mkdir(parents=True)
        graph.serialize(path, format="turtle")
    with writable(folder / "data", folder) as found:
        yield found


@cache
def valid() -> Graph:
    """All valid cases, each with names of its own."""
    together = Graph()
    for path in VALID:
        for triple in renamed(path):
            together.add(triple)
    return together


def renamed(path: Path) -> list[Triple]:
    """A case, of which what it describes is called otherwise than in any other case."""
    graph = read_graph(path)
    known = set(background().subjects())
    begins = ("urn:case:", f"{BASE}id/")
    own = {term for term in graph.subjects() if isinstance(term, URIRef) and str(term).startswith(begins)} - known
    name = f"{path.parent.name}-{path.stem}"
    return [tuple(URIRef(f"{term}.{name}") if term in own else term for term in triple) for triple in graph]


def ends() -> list[Path]:
    """The first and the last invalid case of each shape file, but for those of things that the valid cases describe."""
    there = set(valid().subjects())
    found: dict[str, list[Path]] = {}
    for path in INVALID:
        if not there & {term for term in read_graph(path).subjects() if isinstance(term, URIRef)}:
            found.setdefault(path.parent.name, []).append(path)
    assert set(found) == {path.stem for path in shape_files()}
    return sorted({path for paths in found.values() for path in (paths[0], paths[-1])})


def keys(report: Graph) -> set[tuple[str, str, str]]:
    """The results of a report, as cases name them."""
    found = set()
    for node in report.objects(None, SH.result):
        focus = report.value(node, SH.focusNode)
        shape, component = report.value(node, SH.sourceShape), report.value(node, SH.sourceConstraintComponent)
        found.add((str(shape), str(component), "_:" if isinstance(focus, BNode) else str(focus)))
    return found


def report_of(answer: httpx.Response) -> Graph:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    return Graph().parse(data=answer.content, format="turtle")


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


@pytest.mark.parametrize("path", [path for path in shape_files() if path.stem not in BY_INSERT], ids=lambda p: p.stem)
def test_every_shape_file_has_a_delete_that_breaks_it_and_is_refused(server: Server, path: Path):
    # What every entity must have is said in one place for all classes.
    files = [path, path.with_name("_entity.ttl")]
    described = {term for file in files for term in read_graph(file).subjects() if isinstance(term, URIRef)}
    shapes = {term for term in described if term.startswith(BRSH)}
    triples = [triple for case in case_files(f"{path.stem}/valid*.ttl") for triple in renamed(case)]
    before = server.state()
    for triple in triples:
        if any(isinstance(term, BNode) for term in triple):
            continue
        text = " ".join(term.n3() for term in triple)
        update = f"DELETE DATA {{ GRAPH <{CASES}> {{ {text} }} }}"
        tried = server.update(update, **{"dry-run": ""}).json()
        assert tried["removed"]["count"] == 1
        if not tried["conforms"] and shapes & {URIRef(item["shape"]) for item in tried["report"]["results"]}:
            answer = server.client.post("sparql", data={"update": update}, headers={"accept": "text/turtle"})
            found = report_of(answer)
            assert {shape for shape, _, _ in keys(found)} & set(map(str, shapes))
            messages = set(found.objects(None, SH.resultMessage))
            assert {text.language for text in messages if isinstance(text, RDFLiteral)} == {"nb", "en"}
            assert server.state() == before
            return
    pytest.fail(f"nothing that can be deleted breaks {path.name}")


def test_a_shape_file_that_only_forbids_is_broken_by_no_delete_of_what_a_client_may_remove(server: Server):
    """The list of those that need no DELETE holds no other."""
    for name in BY_INSERT - {"_concepts", "_ontology", "_terms"}:
        shapes = {str(term) for term in read_graph(shape_file(name)).subjects() if str(term).startswith(BRSH)}
        for triple in [triple for path in case_files(f"{name}/valid*.ttl") for triple in renamed(path)]:
            text = " ".join(term.n3() for term in triple)
            tried = server.update(f"DELETE DATA {{ GRAPH <{CASES}> {{ {text} }} }}", **{"dry-run": ""}).json()
            assert not shapes & {item["shape"] for item in (tried["report"] or {"results": ()})["results"]}


def shape_file(name: str) -> Path:
    (found,) = (path for path in shape_files() if path.stem == name)
    return found


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
