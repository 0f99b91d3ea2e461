"""Requests at random, the same ones each time: no 500, no silence, and the server lives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abuse import hostile
from abuse.world import Attacked
from sparql_grammar import queries, services

BOUNDED = settings(
    max_examples=120,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
WITHIN = 20.0
PLANNED = {200, 201, 204, 303, 304, 400, 401, 403, 404, 405, 406, 408, 409, 410, 412, 413, 414, 415, 416, 417, 429, 431}


def planned(server: Attacked, data: bytes) -> hostile.Answer:
    """The answer to bytes, which is none of those that tell of a fault of ours."""
    answer = hostile.send(server.address, data, WITHIN)
    if answer.status == 503:
        if answer.headers.get("content-type") == "application/problem+json" and answer.body:
            assert json.loads(answer.body)["type"].rpartition("#")[2] in ("query-timeout", "query-too-large")
        assert "retry-after" in answer.headers
    else:
        assert answer.status in PLANNED | {0}, (data[:400], answer.body[:300])
    return answer


@pytest.fixture(scope="module", autouse=True)
def made(server: Attacked) -> None:
    server.wait()


# --- Over the grammar -------------------------------------------------------------------------------------------------


@BOUNDED
@given(
    query=queries(services),
    accept=st.sampled_from(["*/*", "text/html", "text/csv", "text/turtle", "application/ld+json", "application/xml"]),
)
def test_any_query_of_the_grammar_is_answered_or_refused(server: Attacked, query: tuple[str, str], accept: str):
    body = query[1].encode()
    head = f"POST /sparql?timeout=2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: {accept}\r\n"
    head += f"Content-Type: application/sparql-query\r\nContent-Length: {len(body)}\r\n\r\n"
    answer = planned(server, head.encode() + body)
    assert answer.status in (200, 400, 403, 406, 503)


# --- Over requests ----------------------------------------------------------------------------------------------------

_WORDS = yaml.safe_load(Path(__file__).with_name("fuzz.yaml").read_text(encoding="utf-8"))
PATHS, NAMES = _WORDS["paths"].split(), _WORDS["names"].split()
VALUES = st.one_of(
    st.sampled_from(
        [
            *("", "ASK {}", "SELECT * {} LIMIT 1", "1", "-1", "1e9", "nan", "html", "json", "csv", "xlsx", "ttl", "nb"),
            *("http://x.test/", "file:///etc/passwd", "//x", "\0", "\r\nA: b", "<script>", "%", "é", "\U0001f600"),
        ]
    ),
    st.text(max_size=20),
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *(
                "Accept",
                "Accept-Language",
                "Accept-Encoding",
                "If-None-Match",
                "If-Modified-Since",
                "Range",
                "If-Range",
            ),
            *("Content-Type", "Authorization", "Cookie", "Origin", "Expect", "Accept-Datetime", "X-Forwarded-Host"),
        ]
    ),
    st.one_of(
        st.sampled_from(["*", "*/*", "text/html", "gzip", "bytes=0-1", "nb;q=nan", '"x"', ";", ",,,", "=", "a=b; c"]),
        st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x7f"), max_size=30),
    ),
    max_size=4,
)
QUERY_STRINGS = st.one_of(
    st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4).map(
        lambda pairs: "&".join(f"{name}={_encoded(value)}" for name, value in pairs)
    ),
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=40),
)


def _encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


@BOUNDED
@given(
    method=st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "X"]),
    path=st.sampled_from(PATHS),
    query=QUERY_STRINGS,
    headers=HEADERS,
    body=st.binary(max_size=60),
)
def test_any_request_is_answered_as_planned(
    server: Attacked, method: str, path: str, query: str, headers: dict[str, str], body: bytes
):
    lines = [f"{method} {path}?{query} HTTP/1.1", "Host: x", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body and method not in ("GET", "HEAD"):
        lines.append(f"Content-Length: {len(body)}")
    else:
        body = b""
    planned(server, "\r\n".join([*lines, "", ""]).encode("latin-1") + body)


@BOUNDED
@given(data=st.one_of(st.binary(min_size=1, max_size=200), st.binary(max_size=60).map(lambda text: b"GET /" + text)))
def test_any_bytes_are_answered_or_the_connection_is_closed(server: Attacked, data: bytes):
    answer = hostile.send(server.address, data + b"\r\n\r\n", WITHIN)
    assert answer.status < 500


def test_the_server_lives(server: Attacked):
    server.light()
