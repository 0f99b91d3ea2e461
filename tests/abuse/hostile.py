"""Hostile requests as tables: what is sent byte for byte, and the answer that is planned for it.

A text in a table is a string, or a list of strings and of pairs of a string and how often it is repeated. `LISTENER`
stands for an address of this machine that nobody may be led to ask. Of a request there is one of

- `raw`: everything that is sent,
- `query`: a query, in the address where it fits into one and else as the body; `with` is more of the address,
- `get`: what follows the method, or `method` in place of GET, with `headers`, `type` and `body` where given.

`status` is the planned status, or several; 0 is a connection that is closed without an answer. `kind` is that of the
problem, where a status of ours has more than one. `bare` says that the HTTP server answers before any of our code.
`without` must not be in the answer, `says` must.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import yaml

TABLES = Path(__file__).parent / "requests"
GROUPS = ("malformed", "size-and-depth", "expensive", "ssrf-and-files", "injection-and-traversal", "odd-headers")
FITS = 30_000
"""Characters of an encoded query that go into an address."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the headers and the body; and after how many seconds it was there."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Hostile:
    """A request of a table."""

    group: str
    name: str
    asked: dict[str, Any] = field(repr=False)

    @property
    def statuses(self) -> tuple[int, ...]:
        told = self.asked["status"]
        return tuple(told) if isinstance(told, list) else (told,)

    @property
    def is_bare(self) -> bool:
        return bool(self.asked.get("bare"))

    def sent(self, listener: str) -> bytes:
        """The bytes of the request."""
        return _request(self.asked).replace(b"LISTENER", listener.encode())


KEYS = {"name", "raw", "query", "with", "get", "method", "headers", "type", "body"}
KEYS |= {"status", "kind", "bare", "without", "says"}


@cache
def table(group: str) -> tuple[Hostile, ...]:
    """The requests of a group."""
    rows = yaml.safe_load((TABLES / f"{group}.yaml").read_text(encoding="utf-8"))
    assert all(row.keys() <= KEYS for row in rows), [row.keys() - KEYS for row in rows]
    assert len({row["name"] for row in rows}) == len(rows), group
    return tuple(Hostile(group, row["name"], row) for row in rows)


def text(parts: str | Iterable[str | list[Any]]) -> str:
    """The text that a table says."""
    if isinstance(parts, str):
        return parts
    return "".join(part if isinstance(part, str) else part[0] * part[1] for part in parts)


def _bytes(parts: str | Iterable[str | list[Any]]) -> bytes:
    """The bytes that a table says: those that are no text are written as the characters of the same numbers."""
    written = text(parts)
    try:
        return written.encode("latin-1")
    except UnicodeEncodeError:
        return written.encode()


def _request(asked: dict[str, Any]) -> bytes:
    if "raw" in asked:
        return _bytes(asked["raw"])
    method, target = asked.get("method", "GET"), _bytes(asked.get("get", "/sparql"))
    headers = [(name, _bytes(value)) for name, value in asked.get("headers", {}).items()]
    body = _bytes(asked["body"]) if "body" in asked else None
    media_type = asked.get("type")
    if "query" in asked:
        query, more = text(asked["query"]), text(asked.get("with", ""))
        encoded = quote(query, safe="")
        if len(encoded) < FITS:
            target = f"/sparql?query={encoded}&{more}".rstrip("&").encode()
        else:
            method, media_type, body = "POST", "application/sparql-query", query.encode()
            target = f"/sparql?{more}".rstrip("?").encode()
    lines = [method.encode() + b" " + target + b" HTTP/1.1", b"Host: byregion.test", b"Connection: close"]
    lines += [name.encode() + b": " + value for name, value in headers]
    if body is not None:
        lines += [b"Content-Length: %d" % len(body)]
        lines += [f"Content-Type: {media_type}".encode()] if media_type else []
    return b"\r\n".join([*lines, b"", b""]) + (body or b"")


def connect(address: str, seconds: float) -> socket.socket:
    """A connection to the server at an address."""
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname or "", parts.port or 80), timeout=seconds)


def send(address: str, data: bytes, seconds: float) -> Answer:
    """What is answered to bytes; raises TimeoutError where it is nothing."""
    began = time.monotonic()
    with connect(address, seconds) as connection:
        # Who has heard enough answers before all is said.
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
        response = http.client.HTTPResponse(connection, method=data[:5].strip().partition(b" ")[0].decode("latin-1"))
        try:
            response.begin()
        except http.client.RemoteDisconnected:
            return Answer(0, {}, b"", time.monotonic() - began)
        body = response.read()
        headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, body, time.monotonic() - began)
