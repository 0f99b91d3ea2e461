"""What a pool and a query worker say to each other: frames over a Unix socket, each with its length before it."""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import asdict, dataclass
from typing import Any, Final

from byregion.dataset_clause import DatasetDescription
from byregion.engine.base import Graph
from byregion.engine.evaluate import Question
from byregion.engine.joined import Fetched
from byregion.engine.write import Write
from byregion.errors import (
    BadRequest,
    Conflict,
    EngineError,
    NotFound,
    OutOfScope,
    ParameterError,
    PreconditionFailed,
    QueryRefused,
    QuerySyntaxError,
    QueryTooLarge,
    RdfSyntaxError,
    ServiceFailed,
    TooManyTriples,
    ValidationError,
    sentence,
)
from byregion.sentences import packed, unpacked

FORKED: Final = struct.Struct("!I32s")
"""What the template tells of a process that it forked: its id, and the revision that it holds."""
_REQUEST: Final = struct.Struct("!II")
_WRITE: Final = struct.Struct("!Qd")
_REPLY: Final = struct.Struct("!c??Q")
_ANSWER, _ERROR = b"A", b"E"
_SMALL: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Request:
    """A question, and the seconds after which the worker ends itself."""

    question: Question
    seconds: float

    def packed(self) -> bytes:
        """Return the frame of the request."""
        question = self.question
        dataset = question.dataset
        described = [dataset.default_graphs, dataset.named_graphs] if dataset else None
        query = question.query.encode()
        rest = [question.media_type, question.rows, question.size, question.base, described, self.seconds]
        fetched = question.fetched
        rest.append([asdict(item) | {"body": len(item.body)} for item in fetched])
        beside = question.beside
        rest.append([beside.name, len(beside.triples)] if beside else None)
        told, bodies = json.dumps(rest).encode(), [item.body for item in fetched]
        if beside:
            bodies.append(beside.triples)
        return b"".join((_REQUEST.pack(len(query), len(told)), query, told, *bodies))


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """A write, and the seconds after which the writer ends itself."""

    write: Write
    seconds: float

    def packed(self) -> bytes:
        """Return the frame of the request."""
        packed = self.write.packed()
        return _WRITE.pack(len(packed), self.seconds) + packed


@dataclass(frozen=True, slots=True)
class Reply:
    """The body of an answer, or the error in its place; `leaving` says that the worker ends after it.

    `worn` says that it has copied memory.
    """

    result: bytes | Exception
    leaving: bool
    worn: bool = False


def receive_request(connection: socket.socket) -> Request | None:
    """Return the next request, or None where the other side has closed."""
    try:
        query, told = _REQUEST.unpack(_receive(connection, _REQUEST.size))
        text = _receive(connection, query + told)
        media_type, rows, size, base, described, seconds, listed, named = json.loads(text[query:])
        fetched = tuple(Fetched(**item | {"body": _receive(connection, item["body"])}) for item in listed)
        beside = Graph(named[0], _receive(connection, named[1])) if named else None
    except EOFError:
        return None
    dataset = DatasetDescription(*map(tuple, described)) if described else None
    return Request(Question(text[:query].decode(), media_type, rows, size, dataset, base, fetched, beside), seconds)


def receive_write(connection: socket.socket) -> WriteRequest | None:
    """Return the write, or None where the other side has closed."""
    try:
        size, seconds = _WRITE.unpack(_receive(connection, _WRITE.size))
        return WriteRequest(Write.unpacked(_receive(connection, size)), seconds)
    except EOFError:
        return None


def send_reply(connection: socket.socket, reply: Reply) -> None:
    """Send a reply; raises OSError where nobody is there any more."""
    kind, body = (_ANSWER, reply.result) if isinstance(reply.result, bytes) else (_ERROR, _written(reply.result))
    head = _REPLY.pack(kind, reply.leaving, reply.worn, len(body))
    if len(body) < _SMALL:
        connection.sendall(head + body)
    else:
        connection.sendall(head)
        connection.sendall(body)


class Reader:
    """Puts one reply together out of what arrives on a connection that is read without waiting."""

    def __init__(self) -> None:
        """Begin before the first byte of the reply."""
        self._head = b""
        self._body = bytearray()
        self._rest: memoryview | None = None

    def read(self, connection: socket.socket) -> Reply | None:
        """Read what has arrived; return the reply once it is whole.

        Raises EOFError where the other side has closed, since half an answer is none, and OSError as sockets do.
        """
        try:
            while self._rest is None or self._rest:
                self._receive(connection)
        except BlockingIOError:
            return None
        kind, leaving, worn, _ = _REPLY.unpack_from(self._head)
        body = bytes(self._body)
        return Reply(_read(body) if kind == _ERROR else body, leaving, worn)

    def _receive(self, connection: socket.socket) -> None:
        if self._rest is None:
            data = connection.recv(_SMALL)
            self._head += data
            count = len(data)
            if len(self._head) >= _REPLY.size:
                self._body = bytearray(_REPLY.unpack_from(self._head)[3])
                begun = self._head[_REPLY.size :]
                self._body[: len(begun)] = begun
                self._rest = memoryview(self._body)[len(begun) :]
        else:
            count = connection.recv_into(self._rest)
            self._rest = self._rest[count:]
        if count == 0:
            raise EOFError


def _receive(connection: socket.socket, size: int) -> bytes:
    body = bytearray(size)
    rest = memoryview(body)
    while rest:
        count = connection.recv_into(rest)
        if count == 0:
            raise EOFError
        rest = rest[count:]
    return bytes(body)


_ERRORS: Final[dict[str, type[Exception]]] = {
    error.__name__: error
    for error in (
        *(QuerySyntaxError, QueryRefused, QueryTooLarge, EngineError, ValueError),
        *(BadRequest, Conflict, NotFound, OutOfScope, ParameterError, PreconditionFailed, RdfSyntaxError),
        *(ServiceFailed, TooManyTriples, ValidationError),
    )
}


def _written(error: Exception) -> bytes:
    said = packed(sentence(error))
    arguments: tuple[Any, ...] = (said,)
    match error:
        case QuerySyntaxError():
            arguments = (packed(error.message), error.line, error.column, error.token, packed(error.hint))
        case RdfSyntaxError():
            arguments = (packed(error.message), error.line, error.column)
        case ValidationError():
            arguments = (said, error.report)
        case OutOfScope():
            arguments = (said, error.scope)
        case ParameterError():
            arguments = (said, error.name)
        case ServiceFailed():
            arguments = (error.endpoint, packed(error.why))
        case TooManyTriples():
            arguments = (error.triples, error.limit)
    return json.dumps([type(error).__name__, *arguments]).encode()


def _read(body: bytes) -> Exception:
    name, *arguments = json.loads(body)
    return _ERRORS[name](*map(unpacked, arguments))
