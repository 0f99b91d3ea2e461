"""Clients that send half, read nothing, or leave: each is let go of in time, and nobody waits for them."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from abuse import hostile
from abuse.world import Attacked

LET_GO = 35.0
"""Seconds in which the server lets go of everybody who does nothing: some 12 on a machine without other work."""
BEGINS = 20.0
"""Seconds in which every one of some large answers begins."""
HEAVY = "SELECT (COUNT(*) AS ?n) {?a ?b ?c . ?d ?e ?f . ?g ?h ?i}"
POST = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
# A text of 16 MB, which is more than the kernel keeps for who does not read.
DOUBLED = " ".join(f"BIND(CONCAT(?t{number}, ?t{number}) AS ?t{number + 1})" for number in range(14))
LARGE = f"SELECT ?t14 {{VALUES ?t0 {{'{'x' * 1000}'}} {DOUBLED}}}"
SENT = {
    "half a request line": "GET /spar",
    "half of the headers": "GET / HTTP/1.1\r\nHost: x\r\nAccept: text",
    "half a body": POST + "Content-Length: 1000\r\n\r\nASK",
    "half a chunk": POST + "Transfer-Encoding: chunked\r\n\r\n100\r\nASK",
    "a body that does not come": POST + "Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n",
    "the beginning of HTTP/2": "PRI * HTTP/2.0\r\n\r\n",
}


@dataclass(slots=True)
class Slow:
    """A client that does no more after what it sent; `received` is what it found in the end."""

    connection: socket.socket
    is_open: bool = True
    received: int = 0

    def waits(self) -> bool:
        """Whether nothing came so far."""
        return not select.select([self.connection], [], [], 0)[0]

    def drain(self) -> None:
        """Read what came by now, and whether the server has closed the connection."""
        self.connection.setblocking(False)
        try:
            while found := self.connection.recv(1 << 20):
                self.received += len(found)
            self.is_open = False
        except BlockingIOError:
            pass
        except ConnectionError:
            self.is_open = False


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def test_who_does_nothing_is_let_go_of_and_nobody_waits_for_them(server: Attacked, stack: ExitStack):
    idle = {f"idle {number}": "" for number in range(200)}
    clients = {name: Slow(_opened(server, stack, sent)) for name, sent in (SENT | idle).items()}
    drops = _opened(server, stack, "GET / HTTP/1.1\r\n")
    dropping = Slow(drops)
    until = time.monotonic() + LET_GO
    while any(client.is_open for client in (*clients.values(), dropping)) and time.monotonic() < until:
        server.light()
        for client in (*clients.values(), dropping):
            client.drain()
        if dropping.is_open:
            try:
                drops.sendall(b"A: b\r\n")
            except OSError:
                dropping.is_open = False
        time.sleep(0.5)
    assert [name for name, client in clients.items() if client.is_open] == []
    assert not dropping.is_open


def test_who_does_not_take_a_large_answer_is_cut_off(server: Attacked, stack: ExitStack):
    before = server.memory_mb()
    clients = []
    for number in range(8):
        connection = stack.enter_context(socket.socket())
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(_place(server))
        connection.sendall(
            f"GET /sparql?query={quote(LARGE)}&format=csv&n={number} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        )
        clients.append(Slow(connection))
    # What takes long gives way to what is asked meanwhile, so that the answers begin one after the other.
    until = time.monotonic() + BEGINS
    while any(client.waits() for client in clients) and time.monotonic() < until:
        server.light()
        time.sleep(0.5)
    # For 10 s they may take their time; then the kernel closes, and a client that does not read is told of that late.
    until = time.monotonic() + 14
    while time.monotonic() < until:
        server.light()
        time.sleep(0.5)
    until = time.monotonic() + LET_GO
    while any(client.is_open for client in clients) and time.monotonic() < until:
        for client in clients:
            client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            client.drain()
        time.sleep(0.05)
    # Content-Length told them how much was to come: no answer ends early in silence.
    assert [client.received for client in clients if client.is_open or client.received > 16_000_000] == []
    assert server.memory_mb() < before + 300


def test_who_takes_a_large_answer_slowly_but_steadily_gets_all_of_it(server: Attacked):
    with hostile.connect(server.address, 10) as connection:
        connection.sendall(
            f"GET /sparql?query={quote(LARGE + '#slowly')}&format=csv HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        )
        received, until = 0, time.monotonic() + 60
        while received < 16_384_000 and time.monotonic() < until:
            received += len(connection.recv(1 << 20))
            time.sleep(0.1)
    assert received > 16_384_000


def test_who_leaves_in_the_middle_of_heavy_queries_leaves_nothing_behind(server: Attacked, stack: ExitStack):
    for number in range(60):
        asked = f"GET /sparql?query={quote(f'{HEAVY} # {number}')} HTTP/1.1\r\nHost: x\r\n\r\n"
        connection = _opened(server, stack, asked)
        if number % 3 == 0:
            # Not closed in order: the server gets a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        time.sleep(0.02)
        connection.close()
        if number % 10 == 0:
            server.light()
    until = time.monotonic() + LET_GO
    while (now := _at_work(server)) and time.monotonic() < until:
        time.sleep(0.2)
    assert now == 0
    server.light()


def test_a_pipeline_of_a_thousand_requests_is_answered_in_order_or_closed(server: Attacked):
    asked = b"".join(
        b"GET /sparql?query=%s HTTP/1.1\r\nHost: x\r\n\r\n" % quote(f"ASK {{}} # {number}").encode()
        for number in range(1000)
    )
    with hostile.connect(server.address, hostile.FITS) as connection:
        connection.settimeout(20)
        connection.sendall(asked + b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answers = b""
        while found := connection.recv(1 << 20):
            answers += found
    assert answers.count(b'"boolean":true') == 1000
    assert answers.count(b"HTTP/1.1 404 ") == 1
    server.light()


def _place(server: Attacked) -> tuple[str, int]:
    host, _, port = server.address.removeprefix("http://").rstrip("/").rpartition(":")
    return host, int(port)


def _opened(server: Attacked, stack: ExitStack, sent: str) -> socket.socket:
    connection = stack.enter_context(hostile.connect(server.address, 10))
    connection.sendall(sent.encode())
    return connection


def _at_work(server: Attacked) -> float:
    """How many queries are worked on now."""
    data = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    lines = hostile.send(server.address, data, 10).body.decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("byregion_queries{"))
