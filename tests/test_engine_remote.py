"""A store that misbehaves, seen through the engine that asks it: an error that says what is wrong, and no secret."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from byregion import results
from byregion.config import Settings
from byregion.engine import Limits
from byregion.engine.holding import MARKER, MERGED, Holding
from byregion.engine.remote import RemoteEngine, connect
from byregion.errors import (
    ConfigError,
    EngineBusy,
    EngineError,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
)
from peer import Deed, Peer, drip, hang_up, peer, say, say_half

TEXT = b"<urn:a> <urn:b> <urn:c> <https://w3id.org/byregion/graphs/x/stated> .\n"
HOLDING = Holding.of(TEXT)
JSON = f"Content-Type: {results.JSON}"
ASK = "ASK { ?s ?p ?o }"
YES = say(200, b'{"head":{},"boolean":true}', JSON)


def marked(revision: str) -> Deed:
    """The answer of a store that says that it holds a revision."""
    bindings = [{"revision": {"type": "literal", "value": revision}}]
    return say(200, json.dumps({"head": {"vars": ["revision"]}, "results": {"bindings": bindings}}).encode(), JSON)


@contextmanager
def asked(*deeds: Deed, limits: Limits | None = None, authorization: str = "") -> Iterator[tuple[RemoteEngine, Peer]]:
    with peer(*deeds) as other:
        engine = RemoteEngine(other.url, HOLDING, limits or Limits(), width=2, authorization=authorization)
        yield engine, other
        engine.close()


def form(request: bytes) -> dict[str, list[str]]:
    return parse_qs(request.partition(b"\r\n\r\n")[2].decode())


# --- What is asked ----------------------------------------------------------------------------------------------------


def test_a_query_is_a_form_with_the_dataset_and_after_it_comes_whether_the_revision_stands() -> None:
    with asked(YES, marked(HOLDING.revision)) as (engine, other):
        assert engine.query(ASK, "text/csv").body == b"true"
        assert engine.revision == HOLDING.revision
    first, second = other.requests
    assert first.startswith(b"POST /sparql HTTP/1.1\r\n")
    assert b"Content-Type: application/x-www-form-urlencoded\r\n" in first
    assert b"Accept: application/sparql-results+json\r\n" in first
    assert form(first) == {"query": [ASK], "default-graph-uri": [str(MERGED)]}
    assert form(second)["default-graph-uri"] == [str(MARKER)]


def test_named_graphs_are_told_where_the_query_may_be_about_them() -> None:
    query = "ASK { GRAPH ?g { ?s ?p ?o } }"
    with asked(YES, marked(HOLDING.revision)) as (engine, other):
        engine.query(query, results.JSON)
    assert form(other.requests[0])["named-graph-uri"] == list(HOLDING.graphs)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("ASK { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", QueryRefused),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", QueryRefused),
        ("SELECT (<bif:http_get>(1) AS ?x) {}", QueryRefused),
        ("ASK FROM <urn:elsewhere> { ?s ?p ?o }", QueryRefused),
        ("ASK {", QuerySyntaxError),
    ],
)
def test_what_is_refused_is_not_sent(query: str, kind: type[Exception]) -> None:
    with asked(YES) as (engine, other), pytest.raises(kind):
        engine.query(query, results.JSON)
    assert other.requests == []


# --- What goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "kind", "what"),
    [
        (
            say(400, b"line 1: it says", "Content-Type: text/plain"),
            QuerySyntaxError,
            "does not take it: line",
        ),
        (say(401, b"", "WWW-Authenticate: Basic"), EngineError, "status 401, so it does not let byregion in"),
        (say(307, b"", "Location: http://127.0.0.1:1/"), EngineError, "status 307 and leads elsewhere"),
        (say(404, b"<h1>?</h1>", "Content-Type: text/html"), EngineError, "answers with status 404$"),
        (say(500, b"out of memory", "Content-Type: text/plain"), EngineError, "status 500: out of memory$"),
        (say(503, b""), EngineBusy, "since it is busy; ask again later"),
        (say(200, b"<html>", "Content-Type: text/html"), EngineError, "answered with text/html"),
        (say_half(b'{"head":{}', JSON), EngineError, "cannot be asked"),
        (say(200, b'{"head":{},"boolean":tr', JSON), EngineError, "is not whole"),
        (say(200, b'{"head":{},"boolean":true}' + b" " * 2000, JSON), QueryTooLarge, "more than 1000 bytes"),
        (hang_up, EngineError, "see that it runs"),
    ],
)
def test_a_store_that_fails_is_told_from_one_that_answers(deed: Deed, kind: type[Exception], what: str) -> None:
    limits = Limits(bytes=1000)
    with asked(deed, limits=limits) as (engine, _), pytest.raises(kind, match=what):
        engine.query(ASK, results.JSON)


@pytest.mark.parametrize("after", [(), (YES,)])
def test_the_time_limit_is_that_of_the_whole_question(after: tuple[Deed, ...]) -> None:
    with asked(*after, drip(100, 0.05)) as (engine, _):
        began = time.monotonic()
        with pytest.raises(QueryTimeout, match=r"time limit of 0\.4 s"):
            engine.query(ASK, results.JSON, seconds=0.4)
        assert time.monotonic() - began < 1


@pytest.mark.parametrize("deed", [marked("0" * 64), say(200, b'{"head":{"vars":[]},"results":{"bindings":[]}}', JSON)])
def test_an_answer_of_another_revision_is_none(deed: Deed) -> None:
    with asked(YES, deed) as (engine, _), pytest.raises(EngineError, match="holds another revision by now"):
        engine.query(ASK, results.JSON)


# --- Secrets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", [say(401, b""), hang_up, say(500, b"no", "Content-Type: text/plain")])
def test_no_error_holds_the_password(deed: Deed) -> None:
    with asked(deed, authorization="Basic aGVtbWVsaWc=") as (engine, other), pytest.raises(EngineError) as error:
        engine.query(ASK, results.JSON)
    assert b"Authorization: Basic aGVtbWVsaWc=" in other.requests[0]
    assert "aGVtbWVsaWc" not in f"{error.value} {error.value!r} {error.value.__cause__!r} {engine!r}"


def test_the_password_is_in_a_file_and_in_no_setting(tmp_path: Path, data: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("anna:hemmelig\n", encoding="utf-8")
    with peer(say(401, b"")) as other:
        settings = Settings(data=data, store=other.url, store_auth_file=str(path))
        with pytest.raises(EngineError, match="does not let byregion in"):
            connect(settings, TEXT)
    assert b"Authorization: Basic YW5uYTpoZW1tZWxpZw==" in other.requests[0]
    assert "hemmelig" not in repr(settings) + repr(settings.to_env())


BAD = {
    "store is 'ftp://x.test/'": {"store": "ftp://x.test/"},
    "store is 'http:///sparql'": {"store": "http:///sparql"},
    "store is 'http://x.test:99999/'": {"store": "http://x.test:99999/"},
    "store holds a user or a password, which would be shown": {"store": "http://a:hemmelig@x.test/"},
    "store_graphs holds a user or a password": {"store_graphs": "http://a:hemmelig@x.test/"},
    "store_graphs is 'disk': it must be an http\\(s\\) address": {"store_graphs": "disk"},
}


@pytest.mark.parametrize("what", BAD)
def test_a_setting_that_cannot_work_is_refused_without_telling_a_password(what: str) -> None:
    with pytest.raises(ConfigError, match=what) as error:
        Settings(**BAD[what])
    assert "hemmelig" not in str(error.value)
