"""Without the check of the tokens there is still a wall: a worker reaches nobody, whatever it is asked."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pyoxigraph
import pytest

from abuse import hostile
from byregion import sparql
from byregion.engine import Limits, wire
from byregion.engine.evaluate import Question, evaluate
from byregion.engine.launch import Template, serve_template
from byregion.engine.store import LoadedStore
from byregion.errors import EngineError, QueryRefused
from engine_data import JSON, RULES, STATED

QUERIES = {
    request.name: hostile.text(request.asked["query"])
    for request in hostile.table("ssrf-and-files")
    if "query" in request.asked and "LISTENER" in str(request.asked["query"])
}


@pytest.fixture(scope="module")
def template() -> Iterator[Template]:
    with serve_template([STATED], RULES, Limits()) as started:
        yield started


def asked(template: Template, query: str) -> bytes | Exception:
    """What a worker of its own answers, past the token check and everything else that the pool does."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(str(template.socket))
        _, descriptors, _, _ = socket.recv_fds(connection, 64, 2)
        for descriptor in descriptors:
            os.close(descriptor)
        connection.sendall(wire.Request(Question(query, JSON, 100, 10_000), 5).packed())
        reply = wire.Reader().read(connection)
    assert reply
    return reply.result


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_past_the_check_of_its_tokens_reaches_nobody(
    template: Template, listener: tuple[str, list[int]], name: str
):
    address, reached = listener
    query = QUERIES[name].replace("LISTENER", address)
    result = asked(template, query)
    assert isinstance(result, Exception | bytes)
    assert reached == []
    # And the check itself would not have let it come so far, where it is of a service.
    if "SERVICE" in name and "escaped" not in name:
        with pytest.raises(QueryRefused):
            sparql.check(query, max_length=100_000, max_depth=200)


def test_the_same_queries_do_reach_somebody_outside_a_worker(listener: tuple[str, list[int]]):
    address, reached = listener
    query = QUERIES["SERVICE"].replace("LISTENER", address)
    with pytest.raises(EngineError):
        evaluate(LoadedStore(pyoxigraph.Store(), "", 0, 0), Question(query, JSON, rows=10, size=1000))
    assert len(reached) == 1
