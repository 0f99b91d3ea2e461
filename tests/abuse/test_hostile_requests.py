"""Every hostile request has the answer that is planned for it, and the next one who asks notices nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from abuse import hostile
from abuse.hostile import Answer, Hostile
from abuse.world import Attacked
from byregion.web import problem

ROOT = Path(__file__).resolve().parents[2]
REQUESTS = [request for group in hostile.GROUPS for request in hostile.table(group)]
WITHIN = 30.0
"""Seconds in which everything is answered, one way or another."""
# What would tell of the machine or of the code.
_SECRETS = ("Traceback", 'File "', "site-packages", str(ROOT), str(Path.home()) + "/", "/proc/", "RUST_BACKTRACE")


def test_there_are_requests_enough():
    assert len(REQUESTS) >= 150
    assert all(len(hostile.table(group)) >= 20 for group in hostile.GROUPS)
    assert {path.stem for path in hostile.TABLES.iterdir()} == set(hostile.GROUPS)


@pytest.fixture(scope="module")
def before(server: Attacked) -> set[int]:
    server.wait()
    return server.processes()


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda item: f"{item.group}: {item.name}")
def test_a_hostile_request_has_its_planned_answer_and_nobody_else_notices(
    server: Attacked, before: set[int], listener: tuple[str, list[int]], request_: Hostile
):
    address, reached = listener
    answer = hostile.send(server.address, request_.sent(address), WITHIN)
    server.light()
    assert answer.status in request_.statuses, answer.body[:300]
    told = str(answer.headers) + answer.body.decode("utf-8", errors="replace")
    assert not [secret for secret in _SECRETS if secret in told]
    _assert_told(request_, answer)
    lines = "\n".join(f"{name}: {value}" for name, value in answer.headers.items()) + "\n\n"
    text = lines + answer.body.decode("utf-8", errors="replace")
    assert not [part for part in request_.asked.get("without", ()) if part.replace("LISTENER", address) in text]
    assert request_.asked.get("says", "") in text
    assert reached == []


def _assert_told(request_: Hostile, answer: Answer) -> None:
    """Errors are problems, as data or as a page; what is ours has the headers that keep browsers safe."""
    if request_.is_bare:
        assert answer.body == b""
        return
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    if answer.status < 400 or not answer.body:
        return
    if answer.headers["content-type"].startswith("text/html"):
        assert "kind" not in request_.asked
        return
    assert answer.headers["content-type"] == "application/problem+json"
    told = json.loads(answer.body)
    kinds = {kind.name: kind.status for kind in problem.KINDS.values()}
    name = told["type"].rpartition("#")[2]
    assert kinds[name] == told["status"] == answer.status
    assert name == request_.asked.get("kind", name)
    if answer.status == 503:
        assert "retry-after" in answer.headers


def test_the_server_is_the_same_and_has_not_grown(server: Attacked, before: set[int]):
    assert server.processes() == before
    server.light()
    # The dataset takes some 60 MiB, the answers that are given again 64, and what was worked in is let go.
    assert server.memory_mb() < 700
