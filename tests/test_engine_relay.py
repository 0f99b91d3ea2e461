"""The relay asks the endpoints that are listed, within its bounds; and nobody else is reached, whoever checks less."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from byregion import results
from byregion.engine import Limits
from byregion.engine.federation import Federation
from byregion.engine.joined import Fetched
from byregion.engine.launch import Template, serve_template
from byregion.engine.pool import Pool
from byregion.engine.relay import AT_ONCE, Relay
from byregion.errors import EngineBusy, EngineError, QueryRefused, ServiceFailed, ServiceTimeout
from engine_data import JSON, RULES, STATED
from peer import Deed, Peer, drip, drip_body, hang_up, peer, say, say_half, silence

NOTHING = b'{"head": {"vars": ["a"]}, "results": {"bindings": []}}'
ONE = b'{"head": {"vars": ["s"]}, "results": {"bindings": [{"s": {"type": "uri", "value": "http://x.test/one"}}]}}'
TYPE = f"Content-Type: {JSON}"


def ask(server: Peer, clauses: str, *, seconds: float = 5, size: int = 1000) -> tuple[Fetched, ...]:
    federation = Federation((server.url,), seconds=seconds, bytes=size)
    with contextlib.closing(Relay(federation, "http://here.test/sparql")) as relay:
        return asyncio.run(relay.fetched(f"SELECT * {{ {clauses.replace('PEER', server.url)} }}", 30))


def test_the_endpoint_gets_the_clause_and_nothing_of_who_asks():
    with peer(say(200, NOTHING, f"{TYPE}; charset=utf-8")) as server:
        (found,) = ask(server, "?a ?b ?c SERVICE <PEER> { ?a ?p <x> }")
    assert (found.media_type, found.body, found.is_silent) == (JSON, NOTHING, False)
    (request,) = server.requests
    head, _, body = request.decode().partition("\r\n\r\n")
    assert head.startswith("POST /sparql HTTP/1.1\r\n")
    assert parse_qs(body) == {"query": ["BASE <http://here.test/sparql>\nSELECT * WHERE { ?a ?p <x> }"]}
    sent = {line.partition(":")[0].lower() for line in head.split("\r\n")[1:]}
    assert sent == {"host", "accept", "accept-encoding", "content-type", "content-length", "user-agent"}


def test_the_same_clause_is_asked_once():
    with peer(say(200, NOTHING, TYPE)) as server:
        found = ask(server, "{ SERVICE <PEER> { ?a ?b ?c } } UNION { SERVICE SILENT <PEER> { ?a ?b ?c } }")
    assert [item.is_silent for item in found] == [False, True]
    assert len(server.requests) == 1


FAILS: dict[str, tuple[Deed, str]] = {
    "a redirect": (say(302, b"", "Location: http://127.0.0.1:1/"), "status 302 and leads elsewhere"),
    "a refusal": (say(403, b"not you", "Content-Type: text/plain"), "status 403: not you"),
    "no content": (say(204), "status 204"),
    "a page": (say(200, b"<p>", "Content-Type: text/html"), "answers with text/html"),
    "a CSV file": (say(200, b"a\r\n", "Content-Type: text/csv"), "answers with text/csv"),
    "no media type": (say(200, NOTHING), "something without a media type"),
    "something packed": (say(200, NOTHING, TYPE, "Content-Encoding: gzip"), "packs its answer"),
    "an answer without an end": (say(200, NOTHING, TYPE, framed=False), "nobody knows whether it is whole"),
    "half an answer": (say_half(NOTHING, TYPE), "cannot be asked"),
    "too much": (say(200, b" " * 2000 + NOTHING, TYPE), "more than 1000 bytes"),
    "no word": (hang_up, "cannot be asked"),
}


@pytest.mark.parametrize("what", FAILS)
def test_what_is_no_answer_is_an_error_that_names_the_endpoint_or_silently_nothing(what: str):
    deed, why = FAILS[what]
    with peer(deed) as server:
        with pytest.raises(ServiceFailed) as told:
            ask(server, "SERVICE <PEER> { ?a ?b ?c }")
        assert told.value.endpoint == server.url
        assert f"<{server.url}>" in str(told.value)
        assert why in str(told.value)
        (found,) = ask(server, "SERVICE SILENT <PEER> { ?a ?b ?c }")
        assert (found.media_type, found.body) == ("", b"")


@pytest.mark.parametrize("deed", [silence(3), drip(100, 0.05), drip_body(100, 0.05)], ids=["silent", "drip", "body"])
def test_who_is_slow_is_waited_for_so_long_and_no_longer(deed: Deed):
    with peer(deed) as server:
        began = time.monotonic()
        with pytest.raises(ServiceTimeout, match=r"did not answer within 0\.3 s"):
            ask(server, "SERVICE <PEER> { ?a ?b ?c }", seconds=0.3)
        assert time.monotonic() - began < 2


def test_who_is_not_there_is_an_error():
    with peer(hang_up) as server:
        pass
    with pytest.raises(ServiceFailed, match="cannot be asked"):
        ask(server, "SERVICE <PEER> { ?a ?b ?c }")


def test_so_many_queries_ask_at_once_and_more_are_sent_away():
    with peer(silence(3)) as server:

        async def all_at_once() -> list[object]:
            with contextlib.closing(Relay(Federation((server.url,), seconds=0.5))) as relay:
                query = f"ASK {{ SERVICE SILENT <{server.url}> {{ ?a ?b ?c }} }}"
                asked = (relay.fetched(query, 30) for _ in range(AT_ONCE + 1))
                return list(await asyncio.gather(*asked, return_exceptions=True))

        found = asyncio.run(all_at_once())
    assert [type(item) for item in found] == [tuple] * AT_ONCE + [EngineBusy]


# --- Behind a pool ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def template() -> Iterator[Template]:
    with serve_template([STATED], RULES, Limits()) as started:
        yield started


def pool(template: Template, *endpoints: str, limits: Limits | None = None) -> contextlib.closing[Pool]:
    federation = Federation(endpoints)
    return contextlib.closing(
        Pool(template.socket, template.revision, limits=limits or Limits(), federation=federation)
    )


def test_what_an_endpoint_answers_is_joined_in_a_worker(template: Template):
    with peer(say(200, ONE, TYPE)) as server, pool(template, server.url) as engine:
        query = f"SELECT * {{ VALUES ?s {{ <http://x.test/one> 2 }} SERVICE <{server.url}> {{ ?s ?p ?o }} }}"
        found = results.read_solutions(engine.query(query, JSON).body)
    assert isinstance(found, results.Solutions)
    assert [{str(name): str(term) for name, term in row.items()} for row in found.bindings] == [
        {"s": "http://x.test/one"}
    ]


def test_the_worker_tells_what_it_cannot_read(template: Template):
    with peer(say(200, b"{", TYPE)) as server, pool(template, server.url) as engine:
        with pytest.raises(ServiceFailed, match="no application/sparql-results") as told:
            engine.query(f"ASK {{ SERVICE <{server.url}> {{ ?s ?p ?o }} }}", JSON)
        assert told.value.endpoint == server.url


def test_time_spent_elsewhere_is_time_of_the_query(template: Template):
    with peer(silence(3)) as server, pool(template, server.url, limits=Limits(seconds=0.4)) as engine:
        began = time.monotonic()
        with pytest.raises(ServiceTimeout, match=r"within 0\.4 s"):
            engine.query(f"ASK {{ SERVICE <{server.url}> {{ ?s ?p ?o }} }}", JSON)
        assert time.monotonic() - began < 2


def test_without_a_list_nobody_is_asked(template: Template):
    with peer(say(200, ONE, TYPE)) as server, contextlib.closing(template.pool()) as engine:
        with pytest.raises(QueryRefused, match="asks no other endpoint"):
            engine.query(f"ASK {{ SERVICE <{server.url}> {{ ?s ?p ?o }} }}", JSON)
        assert server.connections == 0


HIDDEN = (
    "ASK { SERVICE <OTHER> { ?s ?p ?o } }",
    "ASK { SERVICE SILENT <OTHER> { ?s ?p ?o } }",
    "ASK { VALUES ?e { <OTHER> } SERVICE ?e { ?s ?p ?o } }",
    "ASK { ?s ?p 1SERVICE<OTHER>{ ?a ?b ?c } }",
    "ASK { FILTER EXISTS { SERVICE <OTHER> { ?s ?p ?o } } }",
)


@pytest.mark.parametrize("query", HIDDEN)
def test_without_the_check_of_the_tokens_a_worker_reaches_nobody_who_is_not_listed(
    template: Template, monkeypatch: pytest.MonkeyPatch, query: str
):
    with peer(say(200, ONE, TYPE)) as listed, peer(say(200, ONE, TYPE)) as other, pool(template, listed.url) as engine:
        text = query.replace("OTHER", other.url)
        with pytest.raises(QueryRefused, match="is not asked here"):
            engine.query(text, JSON)
        # The relay believes that a query asks nobody, so that a worker gets it as it is.
        monkeypatch.setattr("byregion.engine.relay.calls", lambda *_: ())
        with contextlib.suppress(EngineError):
            # What failed silently, and what is an error within a filter, is an answer.
            assert engine.query(text, JSON).body
        assert (other.connections, listed.connections) == (0, 0)


def test_without_the_check_of_the_list_the_relay_reaches_nobody_who_is_not_in_it(
    template: Template, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Federation, "check", lambda *_: None)
    with peer(say(200, ONE, TYPE)) as listed, peer(say(200, ONE, TYPE)) as other, pool(template, listed.url) as engine:
        with pytest.raises(ServiceFailed, match="not one of those that may be asked"):
            engine.query(f"ASK {{ SERVICE <{other.url}> {{ ?s ?p ?o }} }}", JSON)
        assert engine.query(f"ASK {{ SERVICE <{listed.url}> {{ ?s ?p ?o }} }}", JSON).body
        assert (other.connections, listed.connections) == (0, 1)


def test_what_takes_long_before_anybody_is_asked_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    # As when nobody tells the address of a host: only the whole can be bounded then.
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1.5))
    federation = Federation(("http://nobody.test/sparql",), seconds=0.2)

    async def asked() -> float:
        with contextlib.closing(Relay(federation)) as relay:
            began = time.monotonic()
            with pytest.raises(ServiceTimeout):
                await relay.fetched("ASK { SERVICE <http://nobody.test/sparql> { ?s ?p ?o } }", 30)
            return time.monotonic() - began

    assert asyncio.run(asked()) < 1.2
