"""What a pool and a query worker say to each other: frames over a Unix socket, each with its length before it."""

from __future__ import annotations

import json
import socket
import struct
import time
from dataclasses import dataclass
from typing import Final

from byregion.errors import EngineError, QuerySyntaxError, QueryTooLarge

_REQUEST: Final = struct.Struct("!IIdQQ")
_REPLY: Final = struct.Struct("!c?Q")
_ANSWER, _ERROR = b"A", b"E"
_SMALL: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Request:
    """A query, the media type of its answer, and its limits: seconds, rows, bytes."""

    query: str
    media_type: str
    seconds: float
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class Reply:
    """The body of an answer, or the error in its place; `leaving` says that the worker ends after it."""

    result: bytes | Exception
    leaving: bool


def send_request(connection: socket.socket, request: Request) -> None:
    """Send a request; raises OSError where nobody is there any more."""
    query, media_type = request.query.encode(), request.media_type.encode()
    head = _REQUEST.pack(len(query), len(media_type), request.seconds, request.rows, request.size)
    connection.sendall(head + query + media_type)


def receive_request(connection: socket.socket) -> Request | None:
    """Return the next request, or None where the other side has closed."""
    try:
        query, media_type, seconds, rows, size = _REQUEST.unpack(_receive(connection, _REQUEST.size))
        text = _receive(connection, query + media_type)
    except EOFError:
        return None
    return Request(text[:query].decode(), text[query:].decode(), seconds, rows, size)


def send_reply(connection: socket.socket, reply: Reply) -> None:
    """Send a reply; raises OSError where nobody is there any more."""
    kind, body = (_ANSWER, reply.result) if isinstance(reply.result, bytes) else (_ERROR, _written(reply.result))
    head = _REPLY.pack(kind, reply.leaving, len(body))
    if len(body) < _SMALL:
        connection.sendall(head + body)
    else:
        connection.sendall(head)
        connection.sendall(body)


def receive_reply(connection: socket.socket, deadline: float) -> Reply:
    """Return the reply to a request; raises TimeoutError at `deadline` (monotonic) and EOFError where the worker died.

    A body that is shorter than announced is such a death too: half an answer is none.
    """
    kind, leaving, size = _REPLY.unpack(_receive(connection, _REPLY.size, deadline))
    body = _receive(connection, size, deadline)
    return Reply(_read(body) if kind == _ERROR else body, leaving)


def _receive(connection: socket.socket, size: int, deadline: float | None = None) -> bytes:
    body = bytearray(size)
    rest = memoryview(body)
    while rest:
        if deadline is not None:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
        count = connection.recv_into(rest)
        if count == 0:
            raise EOFError
        rest = rest[count:]
    return bytes(body)


_ERRORS: Final[dict[str, type[Exception]]] = {
    error.__name__: error for error in (QuerySyntaxError, QueryTooLarge, EngineError, ValueError)
}


def _written(error: Exception) -> bytes:
    arguments: tuple[str | int, ...] = (str(error),)
    if isinstance(error, QuerySyntaxError):
        arguments = (error.message, error.line, error.column)
    return json.dumps([type(error).__name__, *arguments]).encode()


def _read(body: bytes) -> Exception:
    name, *arguments = json.loads(body)
    return _ERRORS[name](*arguments)
