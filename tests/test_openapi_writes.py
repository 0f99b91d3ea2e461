"""The description of a server that takes writes: every operation and status of it, each met once on a real one."""

from __future__ import annotations

import itertools
import re
import resource
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.schemas import BaseSchema

from byregion import openapi, queries, tokens
from byregion.assets import folder
from byregion.config import LANGUAGES, Settings
from byregion.engine.pool import Pool
from byregion.namespaces import BASE
from byregion.web.app import create_app
from serving import served
from test_openapi import SERVICE, described, operations, page_of, resolved, routes, text_of
from test_web_durable import template_of
from web_world import BROWSER
from workbook_world import REGION, SOURCE, saved, table

TURTLE = {"content-type": "text/turtle"}
NOTE = f'<{BASE}id/region/midt-troms> <http://www.w3.org/2004/02/skos/core#editorialNote> "Til prøve {{}}"@nb .'
REFUSED = f"<{BASE}id/goal/none> a <https://w3id.org/byregion/def#Goal> ."
UPDATE = {"content-type": "application/sparql-update"}
GRAPH = "/graphs/{dataset}/{part}"
READING = Path(__file__).parent / "data" / "workbooks" / "reading.ttl"
NONE = '"' + "0" * 32 + '"'


@pytest.fixture(scope="module")
def app(data: Path, engine: Pool, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An app that takes writes, to look at its routes and pages."""
    path = tmp_path_factory.mktemp("writes") / "tokens.json"
    tokens.create(path, "tests")
    return create_app(Settings(data=data, token_file=str(path), volatile=True), engine)


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    told: dict[str, Any] = app.test_client().get("/openapi.json").get_json()
    return told


def test_every_route_that_writes_is_described_and_nothing_else(app: Flask, document: dict[str, Any]):
    assert described(app, document) == routes(app)
    assert ("/graphs/<path:path>", "PATCH") in routes(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_valid_openapi_3_1_in_every_language(app: Flask, language: str):
    OpenAPIV31SpecValidator(app.test_client().get(f"/openapi.json?lang={language}").get_json()).validate()


def test_a_server_that_takes_no_writes_says_nothing_of_them():
    told = openapi.document(SERVICE, queries.read_all(folder("queries"))[:1], "en")
    assert "securitySchemes" not in told["components"]
    assert {"put", "delete", "patch"}.isdisjoint(method for item in told["paths"].values() for method in item)
    assert not [item for _, _, item in operations(told) if "security" in item or "422" in item["responses"]]


def test_every_write_needs_the_token_and_a_refusal_by_the_shapes_has_their_report(document: dict[str, Any]):
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    writes = [item for _, _, item in operations(document) if "writes" in item["tags"]]
    assert len(writes) > 7 and all(item["security"] == [{"token": []}] for item in writes)
    for item in writes:
        content = resolved(document, item["responses"]["422"])["content"]
        assert {"text/turtle", "application/ld+json", "application/problem+json", "text/html"} <= set(content)


def test_the_page_shows_how_curl_writes(app: Flask):
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        names = ("tryWorkbook", "putGraph", "deleteAnyGraph", "patchAnyGraph")
        pages = {name: page_of(client.get(f"/api/{name}", headers=BROWSER)) for name in names}
    codes = {name: text_of(page.find(".//pre")) for name, page in pages.items()}
    assert "-F workbook=@region.xlsx" in codes["tryWorkbook"]
    assert '-X PUT \\ -H "Authorization: Bearer $TOKEN"' in codes["putGraph"]
    assert "-H 'Content-Type: text/turtle' \\ --data-binary @graph.ttl" in codes["putGraph"]
    assert "graphs?graph=https%3A%2F%2F" in codes["deleteAnyGraph"]
    assert "@patch.ru" in codes["patchAnyGraph"]


# --- Each status, once ------------------------------------------------------------------------------------------------


@dataclass
class Server:
    """A server that takes writes, what it says of itself, and which operations gave which statuses."""

    client: httpx.Client
    template: int
    store: Path
    limited: str
    api: BaseSchema
    seen: set[tuple[str, str, int]] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def ask(self, method: str, path: str, status: int, at: str = "", **request: Any) -> httpx.Response:
        """Ask, and hold the answer to the description of the operation and to the status."""
        names = {"{dataset}": "midt-troms", "{part}": "readings"}
        for name, value in names.items():
            at = at or path
            at = at.replace(name, value)
        asked = self.client.build_request(method.upper(), at, **request)
        asked.read()  # what is held to the description is the answer with what was asked
        answer = self.client.send(asked)
        assert answer.status_code == status, answer.text
        self.api[path][method.upper()].validate_response(answer)
        self.seen.add((path, method, status))
        return answer

    def newest(self) -> str:
        """The number of the newest change."""
        found = re.search("/changes/([0-9]+)<", self.client.get("/changes?format=atom").text)
        assert found is not None
        return found[1]

    def note(self) -> str:
        """A triple that was never written."""
        return NOTE.format(next(self.numbers))


@pytest.fixture(scope="module")
def server(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    kept = tmp_path_factory.mktemp("served")
    token = tokens.create(kept / "tokens.json", "tests")
    limited = tokens.create(kept / "tokens.json", "limited", ("graph:urn:none/",))
    options = ["--store", str(kept / "store"), "--token-file", str(kept / "tokens.json")]
    settings = {"BYREGION_DATA": str(data), "BYREGION_MAX_WRITE_BYTES": "1000000"}
    with (
        served(*options, **settings) as (process, url),
        httpx.Client(base_url=url, timeout=60, headers={"authorization": f"Bearer {token}"}) as client,
    ):
        del client.headers["accept"]
        api = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
        yield Server(client, template_of(process), kept / "store", limited, api)


GRAPHS = ("/graphs", GRAPH)
QUERY = f"?graph={BASE}graphs/midt-troms/readings"


def at(path: str, more: str = "") -> str:
    """The address of the graph of the tests at one of the two ways to name it."""
    base = f"/graphs{QUERY}" if path == "/graphs" else "/graphs/midt-troms/readings"
    return base + (("&" if "?" in base else "?") + more if more else "")


@pytest.mark.parametrize("path", GRAPHS)
def test_a_graph_is_written_as_described(server: Server, path: str):
    patch = f"INSERT DATA {{ {server.note()} }}"
    server.ask("post", path, 204, at(path), content=server.note().encode(), headers=TURTLE)
    server.ask("patch", path, 204, at(path), content=patch.encode(), headers=UPDATE)
    whole = server.client.get(at(path), headers={"accept": "text/turtle"}).content
    server.ask("put", path, 204, at(path), content=whole, headers=TURTLE)
    tried = server.ask("post", path, 200, at(path, "dry-run"), content=server.note().encode(), headers=TURTLE)
    assert tried.json()["added"]["count"] == 1
    server.ask("put", path, 200, at(path, "dry-run"), content=whole, headers=TURTLE)
    server.ask("patch", path, 200, at(path, "dry-run"), content=b"CLEAR ALL", headers=UPDATE)
    server.ask("delete", path, 200, at(path, "dry-run"))
    new = at(path).replace("midt-troms", f"nytt-{next(server.numbers)}")
    for method in ("put", "post"):
        server.ask(method, path, 201, new, content=b"", headers=TURTLE)
        server.ask("delete", path, 204, new)
    server.ask("delete", path, 404, new)
    server.ask("patch", path, 404, new, content=b"CLEAR ALL", headers=UPDATE)


@pytest.mark.parametrize("path", GRAPHS)
@pytest.mark.parametrize("method", ["put", "post", "patch", "delete"])
def test_what_may_not_be_written_is_refused_as_described(server: Server, path: str, method: str):
    body: dict[str, Any] = {"content": server.note().encode(), "headers": TURTLE}
    wrong: dict[str, Any] = {"content": b"<a> <b> .", "headers": TURTLE}
    broken: dict[str, Any] = {"content": REFUSED.encode(), "headers": TURTLE}
    if method == "patch":
        body = {"content": f"INSERT DATA {{ {server.note()} }}".encode(), "headers": UPDATE}
        wrong = {"content": b"INSERT DATA {", "headers": UPDATE}
        broken = {"content": f"INSERT DATA {{ {REFUSED} }}".encode(), "headers": UPDATE}
    headers = body.pop("headers")
    if method == "delete":
        body, broken = {}, {"headers": {}}
    here, inferred = at(path), at(path).replace("midt-troms/readings", "ontology/byregion")
    no_token = {key: value for key, value in headers.items()} | {"authorization": ""}
    server.ask(method, path, 401, here, headers=no_token, **body)
    server.ask(method, path, 403, here, headers=headers | {"authorization": f"Bearer {server.limited}"}, **body)
    server.ask(method, path, 406, at(path, "dry-run"), headers=headers | {"accept": "image/png"}, **body)
    server.ask(method, path, 409, inferred, headers=headers, **body)
    server.ask(method, path, 412, here, headers=headers | {"if-match": NONE}, **body)
    server.ask(method, path, 400, at(path, "dry-run=2"), headers=headers, **body)
    if method != "delete":
        server.ask(method, path, 400, here, **wrong)
        server.ask(method, path, 413, here, content=b"#" * 1_300_000, headers=headers)
        server.ask(method, path, 415, here, content=b"x", headers={"content-type": "image/png"})
    if path == "/graphs" and method != "post":
        server.ask(method, path, 405, "/graphs", headers=headers, **body)
    # Without what is stated of the region, much else would be wrong.
    taken = here if method in ("post", "patch") else here.replace("readings", "stated")
    for accept in ("application/problem+json", "text/turtle", "application/ld+json", "text/html"):
        report = broken | {"headers": broken["headers"] | {"accept": accept}}
        refused = server.ask(method, path, 422, taken, **report)
        assert refused.headers["content-type"].startswith(accept)


def test_an_update_is_answered_as_described(server: Server):
    path, update = "/sparql", f"INSERT DATA {{ GRAPH <{BASE}graphs/midt-troms/readings> {{ {server.note()} }} }}"
    server.ask("post", path, 200, "/sparql?dry-run", data={"update": update})
    server.ask("post", path, 412, data={"update": update}, headers={"if-match": NONE})
    server.ask("post", path, 204, data={"update": update}, headers={"byregion-reason": "pr%C3%B8vd"})
    server.ask("post", path, 401, data={"update": update}, headers={"authorization": ""})
    server.ask("post", path, 403, data={"update": "LOAD <http://127.0.0.1:9/>"})
    server.ask("post", path, 409, data={"update": "CREATE GRAPH <urn:x> ; DROP GRAPH <urn:y>"})
    broken = update.replace(update[update.index("<", update.index("{ <") + 2) : update.rindex(".")], REFUSED[:-1])
    server.ask("post", path, 422, data={"update": broken})
    triples = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(9))
    slow = {"update": f"INSERT {{ GRAPH <urn:g> {{ ?a0 ?b0 ?c1 }} }} WHERE {{ {triples} }}", "timeout": "0.3"}
    server.ask("post", path, 503, data=slow)


def test_a_workbook_is_taken_in_as_described(server: Server, tmp_path: Path):
    file = saved(tmp_path / "bok.xlsx", REGION, SOURCE)
    (_, headings), (_, row) = REGION.rows
    wrong = saved(tmp_path / "gal.xlsx", type(REGION)("Regioner", [(1, headings), (2, [*row[:3], "Sida"])]), SOURCE)

    def send(status: int, path: Path = file, headers: dict[str, str] | None = None, **fields: str) -> None:
        files = {"workbook": (path.name, path.read_bytes())}
        fields = {"apply": "true", "dataset": "midt-test"} | fields
        server.ask("post", "/quality/workbook", status, files=files, data=fields, headers=headers or {})

    send(200, apply="false")
    send(400, apply="kanskje")
    send(401, headers={"authorization": ""})
    send(403, headers={"authorization": f"Bearer {server.limited}"})
    send(409, dataset="ontology", replace="true")
    send(412, headers={"if-match": NONE})
    send(422, wrong)


def test_a_change_is_taken_back_as_described(server: Server, tmp_path: Path):
    path = "/changes/{number}/revert"

    server.ask("post", "/graphs", 204, at("/graphs"), content=server.note().encode(), headers=TURTLE)
    here = path.replace("{number}", server.newest())
    server.ask("post", path, 200, f"{here}?dry-run")
    server.ask("post", path, 406, f"{here}?dry-run", headers={"accept": "image/png"})
    server.ask("post", path, 400, f"{here}?dry-run=2")
    server.ask("post", path, 401, here, headers={"authorization": ""})
    server.ask("post", path, 403, here, headers={"authorization": f"Bearer {server.limited}"})
    server.ask("post", path, 404, path.replace("{number}", "9999"))
    server.ask("post", path, 412, here, headers={"if-match": NONE})
    server.ask("post", path, 201, here)
    server.ask("post", path, 409, here)
    # What something else has come to rest on since.
    goals = table("Mål", ["Id", "Navn (nb)", "Rekkefølge", "Kilde"], ["", "Flere i arbeid", 1, "Side"])
    file = saved(tmp_path / "bok.xlsx", REGION, SOURCE, goals)
    fields = {"apply": "true", "dataset": "midt-siden"}
    files = {"workbook": (file.name, file.read_bytes())}
    server.ask("post", "/quality/workbook", 200, files=files, data=fields)
    number = server.newest()
    graph, reading = f"{BASE}graphs/midt-siden/readings", READING.read_text(encoding="utf-8")
    reading = reading.replace("urn:thing", f"{BASE}id/goal/midt-test-flere-i-arbeid").replace("DATASET", "midt-siden")
    server.ask("put", "/graphs", 201, f"/graphs?graph={graph}", content=reading.encode(), headers=TURTLE)
    server.ask("post", path, 422, path.replace("{number}", number))


def test_a_full_disk_is_told_as_described(server: Server):
    """The kernel ends the file at a size, which anybody may ask of it."""
    before = resource.prlimit(server.template, resource.RLIMIT_FSIZE)
    size = max(path.stat().st_size for path in server.store.glob("*.journal"))
    resource.prlimit(server.template, resource.RLIMIT_FSIZE, (size + 100, before[1]))
    try:
        server.ask("post", GRAPH, 507, at(GRAPH), content=(server.note() * 2).encode(), headers=TURTLE)
    finally:
        resource.prlimit(server.template, resource.RLIMIT_FSIZE, before)


# After the others: it looks at all that they met.
def test_every_status_of_a_write_was_met(server: Server, document: dict[str, Any]):
    alone = openapi.document(SERVICE, queries.read_all(folder("queries")), "en")["paths"]
    told: dict[int, set[tuple[str, str]]] = {}
    for path, method, item in operations(document):
        read = alone.get(path, {}).get(method, {"responses": {}})["responses"]
        for status in set(item["responses"]) - set(read):
            told.setdefault(int(status), set()).add((path, method))
    met = {(path, method, status) for path, method, status in server.seen}
    assert set(told) <= {status for _, _, status in met}
    missing = {(path, method, status) for status, found in told.items() for path, method in found} - met
    # A full disk and a time limit are the same for all; each was met at one operation.
    assert {status for _, _, status in missing} <= {503, 507}
