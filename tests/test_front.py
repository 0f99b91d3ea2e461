"""What stands before Flask: the same answers, given again, compressed, bounded, counted and logged. All is real."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
from flask import Flask

from byregion.config import Settings
from byregion.engine.launch import Template
from byregion.errors import TooManyRequests
from byregion.front import Front, Publication, wsgi
from byregion.front.cache import Cache
from byregion.front.message import Reply, Request
from byregion.web import create_app
from serving import WITHIN, served
from web_world import BROWSER, page_of, text_of

REGION = "https://w3id.org/byregion/id/region/midt-troms"
GRAPH = "https://w3id.org/byregion/graphs/midt-troms/stated"
SELECT = f"SELECT ?p ?o {{ <{REGION}> ?p ?o }} ORDER BY ?p ?o"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?l) }"
POST = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"


# --- The same answers as Flask gives ----------------------------------------------------------------------------------


class Scope:
    """A request as granian tells of it (https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md)."""

    def __init__(self, request: httpx.Request) -> None:
        self.method = request.method
        self.path = request.url.path
        self.query_string = request.url.query.decode()
        self.headers = request.headers
        self.client = "192.0.2.1:1234"


class Wire:
    """Where the front reads the body and writes the answer."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.sent = b""

    async def __aiter__(self):
        yield self.body

    async def client_disconnect(self) -> None:
        await asyncio.sleep(3600)

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.sent = status, headers, body

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.response_bytes(status, headers, b"")


@pytest.fixture(scope="module")
def front_of(template: Template, data: Path) -> Iterator[tuple[Front, Flask]]:
    pool = template.pool()
    settings = Settings(data=data, query_seconds=30)
    app = create_app(settings, pool)
    front, loop = Front(settings, Publication(app, settings, pool)), asyncio.new_event_loop()
    front.__rsgi_init__(loop)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield front, app
    pool.close()
    loop.call_soon_threadsafe(loop.stop)
    thread.join(WITHIN)
    loop.close()


ASKED = {
    "a SELECT": ("GET", {"query": SELECT}, {}),
    "an ASK": ("GET", {"query": "ASK {}"}, {"accept": "application/sparql-results+xml"}),
    "a CONSTRUCT": (
        "GET",
        {"query": f"CONSTRUCT WHERE {{ <{REGION}> ?p ?o }}"},
        {"accept": "text/turtle, */*;q=0.1"},
    ),
    "a format by name": ("GET", {"query": SELECT, "format": "csv"}, {}),
    "chance": ("GET", {"query": "SELECT (RAND() * 0 AS ?zero) {}"}, {}),
    "a dataset": (
        "GET",
        {"query": SELECT, "default-graph-uri": GRAPH},
        {},
    ),
    "a form": ("POST", {"query": SELECT}, {}),
    "a page": ("GET", {"query": SELECT}, {"accept": "text/html"}),
    "a workbook": ("GET", {"query": SELECT, "format": "excel-csv"}, {}),
    "a mistake": ("GET", {"query": "SELECT ?x WHERE {"}, {}),
    "a refusal": ("GET", {"query": "SELECT * { SERVICE <http://127.0.0.1:1/> {} }"}, {}),
    "an unknown format": ("GET", {"query": SELECT, "format": "docx"}, {}),
    "nothing acceptable": ("GET", {"query": SELECT}, {"accept": "image/png"}),
    "an update by GET": ("GET", {"update": "CLEAR ALL"}, {}),
    "no query": ("GET", {}, {}),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_query_has_the_answer_and_the_headers_that_flask_gives(front_of: tuple[Front, Flask], name: str):
    front, app = front_of
    method, parameters, headers = ASKED[name]
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        told = {"params": parameters} if method == "GET" else {"data": parameters}
        request = client.build_request(method, "/sparql", headers={"accept-encoding": "identity", **headers}, **told)
        theirs = client.send(request)
    wire = Wire(request.read())
    assert front.loop
    asyncio.run_coroutine_threadsafe(front.__rsgi__(Scope(request), wire), front.loop).result(WITHIN)
    assert wire.status == theirs.status_code
    ours = sorted((key.lower(), value) for key, value in wire.headers)
    assert [pair for pair in ours if pair[0] == "request-id"]

    def shown(pairs: list[tuple[str, str]]) -> list[tuple[str, object]]:
        apart = ("request-id", "content-length", "accept-encoding")
        return [
            (key, sorted(set(value.split(", ")) - {"Accept-Encoding"}) if key == "vary" else value)
            for key, value in pairs
            if key not in apart and not (key == "vary" and value == "Accept-Encoding")
        ]

    assert shown(ours) == shown(sorted(theirs.headers.multi_items()))
    if wire.status < 400:
        assert wire.sent == theirs.content
    else:
        assert {**json.loads(wire.sent), "request": ""} == {**theirs.json(), "request": ""}


# --- Answers that are given again -------------------------------------------------------------------------------------


def request(path: str = "/", query: str = "", method: str = "GET", body: bytes = b"", **headers: str) -> Request:
    return Request("id", method, path, query, httpx.Headers({k.replace("_", "-"): v for k, v in headers.items()}), body)


def reply(body: bytes = b"x", status: int = 200, **headers: str) -> Reply:
    return Reply(status, tuple((key.replace("_", "-").title(), value) for key, value in headers.items()), body)


def test_an_answer_is_known_by_what_it_says_it_depends_on():
    cache = Cache(1 << 20)
    cache.keep(request(accept="a", accept_language="nb"), reply(vary="Accept"), packed=False)
    assert cache.find(request(accept="a", accept_language="en"), packed=False)
    for other in (
        request(accept="b"),
        request(),
        request(accept="a", query="q=1"),
        request(accept="a", path="/other"),
        request(accept="a", method="POST", body=b"q"),
    ):
        assert cache.find(other, packed=False) is None
    assert cache.find(request(accept="a"), packed=True) is None
    assert (cache.counts.hits, cache.counts.entries) == (1, 1)


@pytest.mark.parametrize(
    "made", [reply(status=404), reply(status=503), reply(cache_control="no-store"), reply(body=b"x" * 70_000)]
)
def test_what_may_not_be_given_again_or_is_too_large_is_not_kept(made: Reply):
    cache = Cache(1 << 20)
    cache.keep(request(), made, packed=False)
    assert cache.find(request(), packed=False) is None
    assert cache.counts.size == 0


def test_what_is_kept_stays_within_its_limit_and_the_oldest_goes_first():
    cache = Cache(200_000)
    for number in range(100):
        cache.keep(request(f"/{number}"), reply(body=b"x" * 5000), packed=False)
        cache.find(request("/0"), packed=False)
    assert cache.counts.size <= 200_000
    assert cache.counts.entries == 200_000 // (cache.counts.size // cache.counts.entries)
    assert cache.find(request("/0"), packed=False)
    assert cache.find(request("/99"), packed=False)
    assert cache.find(request("/1"), packed=False) is None


def test_what_an_old_application_writes_comes_before_what_it_returns():
    def old(environ: dict[str, object], start_response: Callable[..., Callable[[bytes], object]]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])(b"first, ")
        return [b"then"]

    assert wsgi.call(old, request(), "x.test", "http").body == b"first, then"


# --- The real server --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("log") / "access.jsonl"
    with served(BYREGION_ACCESS_LOG=str(log), BYREGION_QUERY_SECONDS="5", BYREGION_CLIENT_REQUESTS="6") as (_, found):
        LOG["path"] = str(log)
        yield found


LOG: dict[str, str] = {}


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=WITHIN) as found:
        yield found


def counted(client: httpx.Client, name: str, **labels: str) -> float:
    """The sum of a metric over the samples with these labels."""
    total = 0.0
    for line in client.get("metrics").text.splitlines():
        if line.startswith(name) and all(f'{key}="{value}"' in line for key, value in labels.items()):
            total += float(line.rpartition(" ")[2])
    return total


def test_the_second_answer_is_the_first_and_nobody_works_for_it(client: httpx.Client):
    asked = {"query": SELECT + " # again"}
    first = client.get("sparql", params=asked)
    known = counted(client, "byregion_requests_total", cached="yes")
    second = client.get("sparql", params=asked)
    assert counted(client, "byregion_requests_total", cached="yes") == known + 1
    assert second.content == first.content
    apart = ("request-id", "date")
    assert {k: v for k, v in second.headers.items() if k not in apart} == {
        k: v for k, v in first.headers.items() if k not in apart
    }
    assert first.headers["request-id"] != second.headers["request-id"]


@pytest.mark.parametrize("path", ["sparql?query=" + quote(SELECT), "", "doc/region/midt-troms", "queries"])
def test_who_asks_for_gzip_gets_it_and_nobody_else_does(client: httpx.Client, path: str):
    for _ in range(2):
        plain = client.get(path, headers={"accept-encoding": "identity"})
        packed = client.get(path, headers={"accept-encoding": "br, gzip;q=0.5"})
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content
        assert "Accept-Encoding" in plain.headers["vary"]
        assert packed.headers["etag"] != plain.headers["etag"]
        refused = client.get(path, headers={"accept-encoding": "gzip;q=0"})
        assert "content-encoding" not in refused.headers


@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("path", ["sparql?query=" + quote(SELECT + "#304"), "doc/region/midt-troms.ttl", "queries"])
def test_what_the_client_has_is_not_sent_again(client: httpx.Client, path: str, coding: str):
    headers = {"accept-encoding": coding}
    tag = client.get(path, headers=headers).headers["etag"]
    again = client.get(path, headers=headers | {"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(path, headers=headers | {"if-none-match": '"other"'}).status_code == 200


def test_head_says_what_get_would_and_sends_nothing(client: httpx.Client):
    for path in ("sparql?query=" + quote(SELECT + "#head"), "doc/region/midt-troms.ttl", ""):
        head = client.head(path, headers={"accept-encoding": "identity"})
        get = client.get(path, headers={"accept-encoding": "identity"})
        assert head.content == b""
        assert head.headers["content-length"] == str(len(get.content))
        assert head.headers["content-type"] == get.headers["content-type"]


def test_the_host_that_a_client_names_is_in_no_answer(client: httpx.Client):
    for path in ("", "sparql", "catalogue", "id/region/midt-troms", "sitemap.xml", "nothing-here"):
        answer = client.get(path, headers={"host": "evil.example"})
        assert "evil.example" not in answer.text + str(answer.headers)


def raw(address: str, data: bytes, seconds: float = WITHIN) -> tuple[bytes, float]:
    """What the server answers to bytes, and after how long it closes the connection."""
    parts = urlsplit(address)
    began = time.monotonic()
    with socket.create_connection((parts.hostname or "", parts.port or 80)) as connection:
        connection.settimeout(seconds)
        connection.sendall(data)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer, time.monotonic() - began


def test_a_body_that_does_not_come_is_not_waited_for(address: str):
    data = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 100\r\n\r\nASK"
    )
    answer, seconds = raw(address, data)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"#request-timeout" in answer
    assert seconds < 20


def test_half_sent_bodies_keep_nobody_from_being_answered(address: str, client: httpx.Client):
    parts = urlsplit(address)
    data = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 100\r\n\r\nASK"
    )
    opened = []
    try:
        for _ in range(60):
            connection = socket.create_connection((parts.hostname or "", parts.port or 80))
            connection.sendall(data)
            opened.append(connection)
        assert client.get("sparql", params={"query": "ASK {} # beside"}, timeout=5).json()["boolean"] is True
    finally:
        for connection in opened:
            connection.close()


def test_a_body_over_the_limit_is_refused_before_it_is_read(address: str):
    data = POST + b"Content-Length: 99999999\r\n\r\n"
    answer, seconds = raw(address, data)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert seconds < 5


def test_a_query_whose_client_goes_ends(address: str, client: httpx.Client):
    before = counted(client, "byregion_queries_ended_total", why="abandoned")
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname or "", parts.port or 80)) as connection:
        connection.sendall(f"GET /sparql?query={quote(HEAVY + '#gone')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(1)
        assert counted(client, "byregion_queries", lane="heavy") >= 1
    until = time.monotonic() + 3
    while counted(client, "byregion_queries_ended_total", why="abandoned") == before and time.monotonic() < until:
        time.sleep(0.05)
    assert counted(client, "byregion_queries_ended_total", why="abandoned") == before + 1


def test_one_client_has_only_so_many_requests_at_a_time(address: str):
    async def scenario() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=address, timeout=WITHIN) as many:
            asked = [many.get("sparql", params={"query": f"{HEAVY} #{number}"}) for number in range(20)]
            return list(await asyncio.gather(*asked))

    answers = asyncio.run(scenario())
    kinds = {answer.json()["type"].rpartition("#")[2] for answer in answers}
    assert "too-many-requests" in kinds
    assert kinds <= {"too-many-requests", "query-timeout", "busy"}
    assert {answer.status_code for answer in answers} == {429, 503}
    assert all("retry-after" in answer.headers for answer in answers)


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("nb", "accept-encoding har 2001 tegn; høyst 2000 blir lest"),
        ("nn", "accept-encoding har 2001 teikn; høgst 2000 blir lesne"),
        ("en", "accept-encoding has 2001 characters; at most 2000 are read"),
    ],
)
def test_a_browser_is_told_in_its_language_what_is_refused_before_the_app(client: httpx.Client, tag: str, said: str):
    headers = {"accept-encoding": "x" * 2001, "accept-language": tag}
    answer = client.get("doc/region/midt-troms", headers=BROWSER | headers)
    page = page_of(answer, 400)
    assert page.get("lang") == answer.headers["content-language"] == tag
    assert said in text_of(page)
    (style,) = (link.get("href") for link in page.iter("link"))
    assert "/static/byregion.css?v=" in str(style)
    named = client.get("doc/region/midt-troms?lang=en", headers=BROWSER | headers)
    assert page_of(named, 400).get("lang") == "en"
    # Who names no language that there is, is told in one all the same.
    assert page_of(client.get("?lang=xx", headers=BROWSER | headers), 400).get("lang") == tag


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html, " + ", ".join(["a/b"] * 500)])
def test_a_program_is_told_of_it_as_data_and_so_is_who_says_too_much_of_what_it_accepts(
    client: httpx.Client, accept: str
):
    answer = client.get("doc/region/midt-troms", headers={"accept": accept, "accept-encoding": "x" * 2001})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("tag", "said"), [("nb", "vent på svarene"), ("nn", "vent på svara"), ("en", "wait for their answers")]
)
def test_a_browser_is_told_in_its_language_that_it_asks_for_too_much_at_a_time(
    front_of: tuple[Front, Flask], tag: str, said: str
):
    front, _ = front_of
    asked = request(path="/doc/region/midt-troms", accept="text/html", accept_language=tag)
    reply = front._told(asked, TooManyRequests(8))
    assert reply.status == 429
    assert dict(reply.headers)["Retry-After"]
    assert dict(reply.headers)["Content-Language"] == tag
    assert said in reply.body.decode()


def test_errors_name_the_request_that_the_log_names_and_the_log_names_no_client(client: httpx.Client):
    wrong = client.get("sparql", params={"query": "SELECT"})
    identity = wrong.headers["request-id"]
    assert wrong.json()["request"] == identity
    lines: list[dict[str, object]] = []
    until = time.monotonic() + WITHIN
    while not any(line["request"] == identity for line in lines) and time.monotonic() < until:
        lines = [json.loads(line) for line in Path(LOG["path"]).read_text(encoding="utf-8").splitlines()]
    (line,) = [line for line in lines if line["request"] == identity]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/sparql", 400)
    assert not any("client" in line or "127.0.0.1" in str(line) or "SELECT" in str(line) for line in lines)


def test_the_counts_are_of_the_form_that_prometheus_reads(client: httpx.Client):
    from prometheus_client.parser import text_string_to_metric_families

    client.get("sparql", params={"query": "SELECT"})
    families = {family.name: family for family in text_string_to_metric_families(client.get("metrics").text)}
    assert {"byregion_requests", "byregion_request_seconds", "byregion_queries_ended", "byregion_cache_bytes"} <= set(
        families
    )
    statuses = {sample.labels.get("status") for sample in families["byregion_requests"].samples}
    assert {"200", "400"} <= statuses


def test_what_is_compressed_is_the_same_each_time(client: httpx.Client):
    with httpx.stream(
        "GET", f"{client.base_url}queries", headers={"accept-encoding": "gzip"}, timeout=WITHIN
    ) as answer:
        body = b"".join(answer.iter_raw())
    assert gzip.compress(gzip.decompress(body), 5, mtime=0) == body
