"""A blank endpoint as its clients meet it: updates, the Graph Store Protocol, tokens, and what is refused.

https://www.w3.org/TR/sparql11-http-rdf-update/ · https://www.w3.org/TR/sparql11-protocol/#update-operation ·
https://www.rfc-editor.org/rfc/rfc6750
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from rdflib import RDF, Graph, Namespace, URIRef

from byregion import tokens
from web_world import BROWSER, page_of, text_of

BYREGION = Path(sys.executable).with_name("byregion")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
TURTLE = {"content-type": "text/turtle"}
UPDATE = {"content-type": "application/sparql-update"}
WRITING = ("PUT", "POST", "DELETE", "PATCH")
# Any address on this machine that answers would do as something not to be asked.
ELSEWHERE = "http://127.0.0.1:9/"


class Server:
    """A blank endpoint, a client without a token, and one that may write everything."""

    def __init__(self, url: str, token_file: Path, log: Path) -> None:
        self.url = url
        self.token_file = token_file
        self.log = log
        self.token = tokens.create(token_file, "tests")
        self.plain = httpx.Client(base_url=url, timeout=20)
        self.client = httpx.Client(base_url=url, timeout=20, headers=bearer(self.token))

    def rows(self, query: str) -> set[str]:
        answer = self.plain.get("/sparql", params={"query": query}, headers={"accept": "text/csv"})
        assert answer.status_code == 200, answer.text
        return set(answer.text.splitlines()[1:])

    def everything(self) -> set[str]:
        return self.rows("SELECT * WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }")


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("blank")
    path, log = folder / "tokens.json", folder / "access.log"
    tokens.create(path, "first")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BYREGION_")}
    # Two HTTP processes: what one has written, the other must know of.
    settings = {
        "BYREGION_WORKERS": "2",
        "BYREGION_QUERY_SECONDS": "2",
        "BYREGION_MAX_WRITE_BYTES": "2000000",
        "BYREGION_ACCESS_LOG": str(log),
    }
    options = ["--port", "0", "--empty", "--shapes", "none", "--token-file", str(path)]
    with subprocess.Popen(
        [str(BYREGION), "serve", *options],
        env=kept | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("byregion is at http"), line or process.communicate(timeout=20)
            found = Server(line.removeprefix("byregion is at ").strip(), path, log)
            with found.plain, found.client:
                yield found
        finally:
            process.terminate()
            process.communicate(timeout=20)


@pytest.fixture
def server(running: Server) -> Server:
    assert running.client.post("/sparql", content="DROP ALL", headers=UPDATE).status_code == 204
    return running


def graph_of(answer: httpx.Response) -> Graph:
    return Graph().parse(data=answer.content, format=answer.headers["content-type"].partition(";")[0])


def problem(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()["type"].rpartition("#")[2]


# --- Updates ----------------------------------------------------------------------------------------------------------


def test_an_update_is_sent_as_a_form_or_as_it_is(server: Server):
    form = server.client.post("/sparql", data={"update": "INSERT DATA { <x:a> <x:b> 1 }"})
    direct = server.client.post("/sparql", content="INSERT DATA { <x:a> <x:b> 2 }", headers=UPDATE)
    assert [form.status_code, direct.status_code] == [204, 204]
    assert form.content == b""
    assert form.headers["byregion-revision"] != direct.headers["byregion-revision"]
    assert server.rows("SELECT ?o WHERE { <x:a> <x:b> ?o }") == {"1", "2"}


def test_a_browser_is_told_that_it_is_done(server: Server):
    headers = {"accept": "text/html", "accept-language": "nn"}
    answer = server.client.post("/sparql", data={"update": "INSERT DATA { <x:a> <x:b> 1 }"}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-language"] == "nn"
    assert "Oppdateringa er gjord" in answer.text


def test_the_protocol_describes_the_dataset_of_an_update(server: Server):
    server.client.post("/sparql", data={"update": "INSERT DATA { GRAPH <x:g> { <x:a> <x:b> 1 } }"})
    update = {"update": "INSERT { <x:c> ?p ?o } WHERE { ?s ?p ?o }", "using-graph-uri": "x:g"}
    assert server.client.post("/sparql", data=update).status_code == 204
    assert server.rows("SELECT ?s WHERE { ?s ?p 1 }") == {"x:c"}
    both = update | {"update": "INSERT { <x:c> ?p ?o } USING <x:g> WHERE { ?s ?p ?o }"}
    assert server.client.post("/sparql", data=both).status_code == 400


def test_the_base_of_an_update_is_the_address_of_the_endpoint(server: Server):
    server.client.post("/sparql", data={"update": "INSERT DATA { <> <#p> <a> }"})
    found = server.rows("SELECT ?s ?p ?o WHERE { ?s ?p ?o }")
    assert found == {f"{server.url}sparql,{server.url}sparql#p,{server.url}a"}


@pytest.mark.parametrize(
    ("update", "status", "kind"),
    [
        ("INSERT DATA { <x:a> <x:b> ", 400, "query-syntax"),
        (f"LOAD <{ELSEWHERE}>", 403, "query-refused"),
        (f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{ELSEWHERE}> {{ ?s ?p ?o }} }}", 403, "query-refused"),
        ("DROP GRAPH <x:none>", 409, "conflict"),
        ("INSERT DATA { <x:a> <x:b> '\\u0000' }", 403, "query-refused"),
    ],
)
def test_what_is_not_done_is_told_and_changes_nothing(server: Server, update: str, status: int, kind: str):
    answer = server.client.post("/sparql", data={"update": f"INSERT DATA {{ <x:a> <x:b> 1 }} ; {update}"})
    assert (answer.status_code, problem(answer)) == (status, kind)
    assert server.everything() == set()


def test_an_update_that_takes_too_long_is_told_so_and_may_be_tried_again(server: Server):
    data = "".join(f"<x:{n}> <x:p> {n} .\n" for n in range(60))
    server.client.put("/graphs?default", content=data, headers=TURTLE)
    triples = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(9))
    answer = server.client.post("/sparql", data={"update": f"INSERT {{ ?a0 ?b0 ?c1 }} WHERE {{ {triples} }}"})
    assert (answer.status_code, problem(answer)) == (503, "query-timeout")
    assert "retry-after" in answer.headers
    assert len(server.everything()) == 60


def test_a_client_may_lower_the_time_of_an_update(server: Server):
    data = "".join(f"<x:{n}> <x:p> {n} .\n" for n in range(60))
    server.client.put("/graphs?default", content=data, headers=TURTLE)
    triples = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(9))
    update = {"update": f"INSERT {{ ?a0 ?b0 ?c1 }} WHERE {{ {triples} }}", "timeout": "0.3"}
    answer = server.client.post("/sparql", data=update)
    assert (answer.status_code, answer.json()["limit"]) == (503, 0.3)


# --- Graph Store Protocol ---------------------------------------------------------------------------------------------

TARGETS = ("/graphs?graph=http%3A%2F%2Fexample.org%2Fg", "/graphs/region/g")


@pytest.mark.parametrize("target", TARGETS)
def test_put_makes_a_graph_and_then_replaces_it(server: Server, target: str):
    made = server.client.put(target, content="<> <x:b> 1 .", headers=TURTLE)
    assert (made.status_code, made.content) == (201, b"")
    replaced = server.client.put(target, content="<> <x:b> 2 , 3 .", headers=TURTLE)
    assert replaced.status_code == 204
    iri = URIRef("http://example.org/g" if "?" in target else f"{server.url}graphs/region/g")
    assert {(str(s), str(o)) for s, _, o in graph_of(server.plain.get(target))} == {(str(iri), "2"), (str(iri), "3")}


@pytest.mark.parametrize("target", TARGETS)
def test_post_merges_and_delete_removes(server: Server, target: str):
    assert server.client.post(target, content="<x:a> <x:b> 1 .", headers=TURTLE).status_code == 201
    assert server.client.post(target, content="<x:a> <x:b> 2 .", headers=TURTLE).status_code == 204
    assert len(graph_of(server.plain.get(target))) == 2
    assert server.client.delete(target).status_code == 204
    assert server.client.delete(target).status_code == 404
    assert server.plain.get(target).status_code == 404


def test_the_default_graph_is_always_there(server: Server):
    assert server.plain.get("/graphs?default").status_code == 200
    assert server.client.put("/graphs?default", content="<x:a> <x:b> 1 .", headers=TURTLE).status_code == 204
    assert server.client.delete("/graphs?default").status_code == 204
    answer = server.plain.get("/graphs?default")
    assert (answer.status_code, len(graph_of(answer))) == (200, 0)


def test_post_to_the_store_itself_makes_a_graph_and_says_where(server: Server):
    answer = server.client.post("/graphs", content="<> <x:b> 1 .", headers=TURTLE)
    assert answer.status_code == 201
    location = answer.headers["location"]
    assert location.startswith(f"{server.url}graphs/")
    for at in (location, f"{server.url}graphs?graph={location}"):
        assert [str(s) for s in graph_of(server.plain.get(at)).subjects()] == [location]
    again = server.client.post("/graphs", content="<> <x:b> 1 .", headers=TURTLE)
    assert again.headers["location"] != location


def test_several_files_of_a_form_are_merged_and_their_blank_nodes_are_apart(server: Server):
    files = [
        ("a", ("a.ttl", "_:x <x:b> 1 .", "text/turtle")),
        ("b", ("b.nt", "_:x <x:b> <x:c> .", "application/n-triples")),
        ("c", ("c.jsonld", '{"@id": "x:d", "x:b": "2"}', "application/octet-stream")),
    ]
    assert server.client.post("/graphs?graph=x:g", files=files).status_code == 201
    found = graph_of(server.plain.get("/graphs?graph=x:g"))
    assert (len(found), len(set(found.subjects()))) == (3, 3)


def test_a_graph_that_is_put_empty_is_there(server: Server):
    assert server.client.put("/graphs?graph=x:g", content=b"", headers=TURTLE).status_code == 201
    answer = server.plain.get("/graphs?graph=x:g")
    assert (answer.status_code, len(graph_of(answer))) == (200, 0)


def test_patch_is_an_update_of_the_graph_alone(server: Server):
    server.client.put("/graphs?graph=x:g", content="<x:a> <x:b> 1 .", headers=TURTLE)
    patch = "DELETE { ?s ?p ?o } INSERT { ?s ?p 2 } WHERE { ?s ?p ?o }"
    assert server.client.patch("/graphs?graph=x:g", content=patch, headers=UPDATE).status_code == 204
    assert server.rows("SELECT ?o WHERE { GRAPH <x:g> { ?s ?p ?o } }") == {"2"}
    other = "INSERT DATA { GRAPH <x:h> { <x:a> <x:b> 1 } }"
    assert server.client.patch("/graphs?graph=x:g", content=other, headers=UPDATE).status_code == 403
    assert server.client.patch("/graphs?graph=x:none", content=patch, headers=UPDATE).status_code == 404
    assert server.client.patch("/graphs?graph=x:g", content="<x:a> <x:b> 1 .", headers=TURTLE).status_code == 415


@pytest.mark.parametrize(
    "target",
    [
        "/graphs?graph=g",
        "/graphs?graph=",
        "/graphs?graph=x:a&graph=x:b",
        "/graphs?graph=x:a&default",
        "/graphs?default=1",
        "/graphs/a?default",
        "/graphs?graph=%ff",
        "/graphs?graph=x:a%20b",
        "/graphs?graph=http://[::1/",
        "/graphs?graph=http://a:b/",
        "/graphs?graph=http://a/%25zz",
    ],
)
def test_which_graph_is_said_once_by_an_absolute_iri(server: Server, target: str):
    for method in ("GET", "PUT", "DELETE"):
        assert server.client.request(method, target, headers=TURTLE).status_code == 400, method


def test_the_store_itself_leads_to_what_names_its_graphs(server: Server):
    server.client.put("/graphs?graph=http://example.org/a%23b", content="<x:a> <x:b> 1 .", headers=TURTLE)
    answer = server.plain.get("/graphs")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sparql")
    told = graph_of(server.plain.get("/sparql", headers={"accept": "text/turtle"}))
    assert set(told.objects(None, SD.name)) == {URIRef("http://example.org/a#b")}
    endpoint = URIRef(f"{server.url}sparql")
    assert set(told.objects(endpoint, SD.supportedLanguage)) == {SD.SPARQL11Query, SD.SPARQL11Update}
    assert set(told.objects(endpoint, SD.feature)) == {SD.EmptyGraphs}
    for method in ("PUT", "DELETE", "PATCH"):
        refused = server.client.request(method, "/graphs", headers=UPDATE)
        assert (refused.status_code, "POST" in refused.headers["allow"]) == (405, True)


def test_each_format_is_given_and_read_again(server: Server):
    server.client.put("/graphs?graph=x:g", content="<x:a> <x:b> 'é'@nb , [ <x:c> 1 ] .", headers=TURTLE)
    seen = set()
    for media_type in ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"):
        answer = server.plain.get("/graphs?graph=x:g", headers={"accept": media_type})
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert "Accept" in answer.headers["vary"]
        seen.add(answer.headers["etag"])
        headers = {"content-type": media_type}
        assert server.client.put("/graphs?graph=x:h", content=answer.content, headers=headers).is_success
        assert len(graph_of(server.plain.get("/graphs?graph=x:h"))) == 3
        head = server.plain.head("/graphs?graph=x:g", headers={"accept": media_type})
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])
    assert len(seen) == 4
    assert server.plain.get("/graphs?graph=x:g", headers={"accept": "image/png"}).status_code == 406


def test_a_tag_holds_until_that_graph_changes(server: Server):
    server.client.put("/graphs?graph=x:g", content="<x:a> <x:b> 1 .", headers=TURTLE)
    tag = server.plain.get("/graphs?graph=x:g").headers["etag"]
    server.client.put("/graphs?graph=x:other", content="<x:a> <x:b> 1 .", headers=TURTLE)
    known = server.plain.get("/graphs?graph=x:g", headers={"if-none-match": tag})
    assert (known.status_code, known.content) == (304, b"")
    server.client.post("/graphs?graph=x:g", content="<x:a> <x:b> 2 .", headers=TURTLE)
    assert server.plain.get("/graphs?graph=x:g", headers={"if-none-match": tag}).status_code == 200


def test_who_read_an_older_state_does_not_write_over_a_newer_one(server: Server):
    server.client.put("/graphs?graph=x:g", content="<x:a> <x:b> 1 .", headers=TURTLE)
    tag = server.plain.get("/graphs?graph=x:g").headers["etag"]
    first, second = (
        server.client.put("/graphs?graph=x:g", content=f"<x:a> <x:b> {n} .", headers=TURTLE | {"if-match": tag})
        for n in (2, 3)
    )
    assert (first.status_code, second.status_code, problem(second)) == (204, 412, "precondition-failed")
    only_new = TURTLE | {"if-none-match": "*"}
    assert server.client.put("/graphs?graph=x:g", content="", headers=only_new).status_code == 412
    assert server.client.put("/graphs?graph=x:h", content="", headers=only_new).status_code == 201
    assert server.client.delete("/graphs?graph=x:none", headers={"if-match": "*"}).status_code == 412
    assert server.rows("SELECT ?o WHERE { GRAPH <x:g> { ?s ?p ?o } }") == {"2"}


@pytest.mark.parametrize("target", ["/graphs?graph=x:g", "/sparql"])
def test_an_update_or_a_graph_is_written_only_in_the_state_that_if_match_names(server: Server, target: str):
    """If-Match compares strongly, so that a weak tag names no state; of several tags, one is enough.

    https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
    """
    server.client.put("/graphs?graph=x:g", content="<x:a> <x:b> 0 .", headers=TURTLE)

    def send(number: int, **conditions: str) -> int:
        said = {name.replace("_", "-"): value for name, value in conditions.items()}
        if target == "/sparql":
            text = f"CLEAR GRAPH <x:g> ; INSERT DATA {{ GRAPH <x:g> {{ <x:a> <x:b> {number} }} }}"
            return server.client.post(target, content=text, headers=UPDATE | said).status_code
        return server.client.put(target, content=f"<x:a> <x:b> {number} .", headers=TURTLE | said).status_code

    def tag(media_type: str = "text/turtle") -> str:
        return server.plain.get(target, headers={"accept": media_type}).headers["etag"]

    old = tag()
    assert send(1, if_match=old) == 204
    assert send(2, if_match=old) == 412
    assert send(3, if_match=f"W/{tag()}") == 412
    assert send(4, if_match=f'{old}, "something-else"') == 412
    assert send(5, if_match=f"{old}, {tag('application/n-triples')}") == 204
    assert send(6, if_match="*") == 204
    assert send(7, if_none_match=f"W/{tag()}") == 412
    assert send(8, if_none_match=f"W/{old}") == 204
    assert server.rows("SELECT ?o WHERE { GRAPH <x:g> { ?s ?p ?o } }") == {"8"}


def test_a_reason_is_short(server: Server):
    headers = UPDATE | {"byregion-reason": "x" * 1001}
    answer = server.client.post("/sparql", content="INSERT DATA { <x:a> <x:b> 1 }", headers=headers)
    assert (answer.status_code, problem(answer)) == (400, "bad-request")


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        ("<x:a> <x:b> ", "text/turtle", 400),
        ("<x:a> <x:b> 1 .", "application/rdf+xml", 400),
        (b"<x:a> <x:b> '\xff' .", "text/turtle", 400),
        ("<x:a> <x:b> <x:c> <x:g> .", "application/n-quads", 415),
        ("<x:g> { <x:a> <x:b> 1 }", "application/trig", 415),
        ("<x:a> <x:b> 1 .", "text/plain", 415),
        ("<x:a> <x:b> 1 .", "text/turtle; charset=utf-16", 415),
        ("<x:a> <x:b> 1 .", "", 415),
        (f'{{"@context": "{ELSEWHERE}", "@id": "x:a", "x:b": 1}}', "application/ld+json", 400),
        ('<?xml version="1.0"?><!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>', "application/rdf+xml", 400),
        ("<x:a> <x:b> 1 .\n" * 150_000, "text/turtle", 413),
    ],
)
def test_a_body_that_cannot_be_read_changes_nothing(server: Server, content: str | bytes, media_type: str, status: int):
    server.client.put("/graphs?graph=x:g", content="<x:a> <x:b> 1 .", headers=TURTLE)
    before = server.everything()
    for method in ("PUT", "POST"):
        headers = {"content-type": media_type} if media_type else {}
        answer = server.client.request(method, "/graphs?graph=x:g", content=content, headers=headers)
        assert answer.status_code == status, answer.text
        if status == 415:
            assert "text/turtle" in answer.json()["detail"] or "UTF-8" in answer.json()["detail"]
    assert server.everything() == before


def test_the_place_of_an_error_is_told(server: Server):
    answer = server.client.put("/graphs?graph=x:g", content="<x:a> <x:b> 1 .\n<x:a> 2 3 .", headers=TURTLE)
    told = answer.json()
    assert (problem(answer), told["line"]) == ("rdf-syntax", 2)
    assert told["column"] > 1


@pytest.mark.parametrize("iri", ["http://[::1", "http://a:b", "urn:%zz", "x:\ufffe", "http://e/%", "x:"])
def test_what_is_no_iri_is_told_wherever_it_names_a_graph(server: Server, iri: str):
    asked = {"query": "ASK { ?s ?p ?o }"}
    update = {"update": "INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }"}
    answers = (
        server.client.get("/graphs", params={"graph": iri}),
        server.client.put("/graphs", params={"graph": iri}, content="", headers=TURTLE),
        server.client.get("/sparql", params=asked | {"default-graph-uri": iri}),
        server.client.get("/sparql", params=asked | {"named-graph-uri": iri}),
        server.client.get("/sparql", params={"query": f"ASK FROM <{iri}> {{ ?s ?p ?o }}"}),
        server.client.post("/sparql", data=update | {"using-graph-uri": iri}),
        server.client.post("/sparql", data={"update": f"CREATE SILENT GRAPH <{iri}>"}),
    )
    assert {answer.status_code for answer in answers} <= ({400, 404, 200, 201, 204} if iri == "x:" else {400})


# --- Tokens -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", WRITING)
def test_without_a_token_nobody_writes(server: Server, method: str):
    """RFC 6750, 3: "If the request lacks any authentication information …, SHOULD NOT include an error code"."""
    answer = server.plain.request(method, "/graphs?default", headers=TURTLE)
    assert (answer.status_code, problem(answer)) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == 'Bearer realm="byregion"'
    update = server.plain.post("/sparql", data={"update": "INSERT DATA { <x:a> <x:b> 1 }"})
    assert (update.status_code, server.everything()) == (401, set())


@pytest.mark.parametrize("given", ["Basic dGVzdHM6eA==", "Bearer", "bearerx"])
def test_what_is_no_bearer_token_is_none(server: Server, given: str):
    answer = server.plain.delete("/graphs?default", headers={"authorization": given})
    assert (answer.status_code, "error" in answer.headers["www-authenticate"]) == (401, False)


@pytest.mark.parametrize(
    ("tag", "unknown", "there"),
    [
        ("nb", "Å skrive krever en nøkkel", "Grafen <urn:said> finnes alt"),
        ("nn", "Å skrive krev ein nøkkel", "Grafen <urn:said> finst alt"),
        ("en", "writing needs a token", "The graph <urn:said> already exists"),
    ],
)
def test_what_is_not_written_is_said_in_the_language_of_the_reader(server: Server, tag: str, unknown: str, there: str):
    headers = BROWSER | {"accept-language": tag}
    refused = server.plain.post("/sparql", data={"update": "CLEAR ALL"}, headers=headers)
    assert unknown in text_of(page_of(refused, 401))
    server.client.post("/sparql", data={"update": "CREATE SILENT GRAPH <urn:said>"})
    again = server.client.post("/sparql", data={"update": "CREATE GRAPH <urn:said>"}, headers=headers)
    assert there in text_of(page_of(again, 409))


def test_a_wrong_expired_or_revoked_token_is_invalid(server: Server):
    expired = tokens.create(server.token_file, "expired", expires=datetime.now(UTC) - timedelta(seconds=1))
    revoked = tokens.create(server.token_file, "revoked")
    assert server.plain.put("/graphs?default", content="", headers=TURTLE | bearer(revoked)).status_code == 204
    tokens.revoke(server.token_file, "revoked")
    for token in ("wrong", expired, revoked, server.token + "x", server.token[:-1]):
        answer = server.plain.put("/graphs?default", content="", headers=TURTLE | bearer(token))
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    tokens.revoke(server.token_file, "expired")


def test_a_token_in_the_address_or_in_a_form_is_none(server: Server):
    answers = (
        server.plain.delete("/graphs", params={"default": "", "access_token": server.token}),
        server.plain.post("/sparql", data={"update": "CLEAR ALL", "access_token": server.token}),
    )
    assert [answer.status_code for answer in answers] == [401, 401]


def test_a_token_for_some_graphs_is_told_which_scope_would_do(server: Server):
    token = tokens.create(server.token_file, "narrow", ["graph:http://example.org/region/"])
    headers = TURTLE | bearer(token)
    allowed = "/graphs?graph=http://example.org/region/a"
    assert server.plain.put(allowed, content="<x:a> <x:b> 1 .", headers=headers).status_code == 201
    answer = server.plain.put("/graphs?graph=http://example.org/other", content="", headers=headers)
    assert (answer.status_code, problem(answer)) == (403, "out-of-scope")
    assert answer.json()["scope"] == "graph:http://example.org/other"
    assert 'error="insufficient_scope", scope="graph:http://example.org/other"' in answer.headers["www-authenticate"]
    update = {"update": "INSERT DATA { <x:a> <x:b> 1 }"}
    answer = server.plain.post("/sparql", data=update, headers=bearer(token))
    assert (answer.status_code, answer.json()["scope"]) == (403, "write")
    update = {"update": "INSERT DATA { GRAPH <http://example.org/region/b> { <x:a> <x:b> 1 } }"}
    assert server.plain.post("/sparql", data=update, headers=bearer(token)).status_code == 204
    tokens.revoke(server.token_file, "narrow")


def test_no_token_is_in_a_log_an_error_or_the_file(server: Server):
    bad = server.client.put("/graphs?graph=no", content="x", headers=TURTLE)
    wrong = server.plain.put("/graphs?default", content="", headers=TURTLE | bearer("byregion_wrong"))
    logged = server.log.read_text(encoding="utf-8")
    assert '"PUT"' in logged or "PUT" in logged
    for text in (bad.text, wrong.text, logged, server.token_file.read_text(encoding="utf-8")):
        assert server.token not in text
        assert "byregion_wrong" not in text
    assert server.token_file.stat().st_mode & 0o777 == 0o600


# --- Beside the writes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["/graphs", "/graphs?default", "/graphs/a"])
def test_a_script_of_another_origin_may_ask_which_methods_there_are(server: Server, target: str):
    answer = server.plain.options(target, headers={"origin": "https://example.org"})
    assert {"GET", "HEAD", "OPTIONS", *WRITING} == set(answer.headers["access-control-allow-methods"].split(", "))
    assert {"Authorization", "If-Match", "Byregion-Reason"} <= set(
        answer.headers["access-control-allow-headers"].split(", ")
    )
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_method_that_graphs_have_not_is_told_so(server: Server):
    answer = server.client.request("PROPFIND", "/graphs?default")
    assert answer.status_code == 405
    assert {"GET", "PUT"} <= set(answer.headers["allow"].split(", "))


def test_nothing_that_is_made_of_published_data_is_there(server: Server):
    assert server.plain.get("/").headers["location"] == "/sparql"
    for path in (
        "/catalogue",
        "/dumps/SHA256SUMS",
        "/doc/region/midt-troms",
        "/queries",
        "/quality",
        "/.well-known/void",
    ):
        assert server.plain.get(path).status_code == 404, path
    assert server.plain.get("/health").status_code == 200
    page = server.plain.get("/sparql", headers={"accept": "text/html"})
    assert (page.status_code, "/catalogue" in page.text, "/queries" in page.text) == (200, False, False)
    assert server.plain.get("/sparql", params={"query": "ASK {}", "revision": "0" * 64}).status_code == 400


@pytest.mark.parametrize(
    ("media_type", "opening", "closing"),
    [
        ("text/turtle", "<x:a> <x:b> ", "["),
        ("text/turtle", "<x:a> <x:b> ", "("),
        ("text/turtle", "<x:a> <x:b> ", "[ <x:b> "),
        ("text/turtle", "<x:a> <x:b> ", "<<( "),
        ("application/ld+json", "", "["),
        ("application/ld+json", "", '{"x:b":'),
        ("application/ld+json", "", '{"@context":'),
        ("application/rdf+xml", "", '<a xmlns="x:">'),
        ("application/n-triples", "<x:a> <x:b> ", "<<( "),
    ],
)
def test_nesting_without_end_harms_nobody(server: Server, media_type: str, opening: str, closing: str):
    content = opening + closing * (1_000_000 // len(closing))
    answer = server.client.put("/graphs?graph=x:g", content=content, headers={"content-type": media_type})
    assert answer.status_code in (400, 503), answer.text
    assert server.everything() == set()


def test_a_reload_would_lose_what_it_holds_so_there_is_none(server: Server):
    server.client.put("/graphs?default", content="<x:a> <x:b> 1 .", headers=TURTLE)
    command = [str(BYREGION), "reload", "--port", str(httpx.URL(server.url).port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert (done.returncode, "would be lost" in done.stderr) == (2, True)
    assert len(server.everything()) == 1


def test_an_answer_and_its_tag_are_of_one_revision_while_others_write(server: Server):
    ask = {"query": "SELECT ?o WHERE { <x:a> <x:b> ?o }"}
    stop, seen = threading.Event(), {}

    def read() -> None:
        with httpx.Client(base_url=server.url, timeout=20, headers={"accept": "text/csv"}) as client:
            while not stop.is_set():
                answer = client.get("/sparql", params=ask)
                assert answer.status_code == 200
                said = (answer.headers["byregion-revision"], answer.text)
                assert seen.setdefault(answer.headers["etag"], said) == said

    with ThreadPoolExecutor(3) as threads:
        readers = [threads.submit(read) for _ in range(3)]
        try:
            for number in range(15):
                update = f"DELETE WHERE {{ ?s ?p ?o }} ; INSERT DATA {{ <x:a> <x:b> {number} }}"
                answer = server.client.post("/sparql", content=update, headers=UPDATE)
                revision = answer.headers["byregion-revision"]
                after = server.plain.get("/sparql", params=ask, headers={"accept": "text/csv"})
                assert (after.headers["byregion-revision"], after.text.split()[1]) == (revision, str(number))
        finally:
            stop.set()
        for reader in readers:
            reader.result(20)
    assert len(seen) > 3


def test_the_description_is_of_a_plain_dataset(server: Server):
    told = graph_of(server.plain.get("/sparql", headers={"accept": "text/turtle"}))
    assert (URIRef(f"{server.url}sparql"), RDF.type, SD.Service) in told
    assert (None, SD.feature, SD.UnionDefaultGraph) not in told
