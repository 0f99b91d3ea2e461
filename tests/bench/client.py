"""Ask a server over a few connections that stay open: `python -m tests.bench.client < job.json` prints what came of it.

A process of its own, so that the CPU of asking is nobody's CPU of answering; each connection sends its next request
when the last is answered. After `seconds` no request begins, and those on their way are waited for: no work of the
server goes uncounted. HTTP is read only as far as to know where an answer ends.
"""

from __future__ import annotations

import hashlib
import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import count, cycle

RECEIVE = 1 << 18


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: a path with its query string, what is accepted, and the SHA-256 of the one right body, or ""."""

    path: str
    accept: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Whom to ask what, and how long.

    With `order`, the numbers of the requests to send, all connections take their next from it until it ends or the
    time is over; without, a connection sends one of them again and again. `vary` appends a counter to each path, so
    that no two are the same. `patience` is how many seconds an answer may take.
    """

    port: int
    requests: list[Request]
    order: list[int] = field(default_factory=list)
    vary: bool = False
    connections: int = 4
    seconds: float = 1.0
    most: int = 1_000_000
    patience: float = 60.0


@dataclass(slots=True)
class Told:
    """What came of a job: `seconds` from the first request to the last answer, latencies in milliseconds.

    `statuses` counts the answers by their status, and in words what was no answer; `wrong` counts those with status 200
    whose body was not the right one.
    """

    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    wrong: int = 0
    bytes: int = 0
    latencies: list[float] = field(default_factory=list)


class Answer:
    """An HTTP/1.1 answer as it arrives."""

    def __init__(self) -> None:
        """Nothing has arrived yet."""
        self.status = 0
        self.closes = False
        self._buffer = bytearray()
        self._at = -1  # where the body, or its next chunk, begins
        self._length = -1  # of a body without chunks; -1 where it ends with the connection
        self._chunked = False
        self._body: list[bytes] = []

    @property
    def has_begun(self) -> bool:
        """Whether anything has arrived."""
        return bool(self._buffer)

    @property
    def ends_with_connection(self) -> bool:
        """Whether only the end of the connection tells the end of the body."""
        return self._at >= 0 and not self._chunked and self._length < 0

    def feed(self, data: bytes) -> bool:
        """Take what arrived; returns whether the answer is whole."""
        self._buffer += data
        if self._at < 0 and not self._read_head():
            return False
        return (
            self._read_chunks()
            if self._chunked
            else self._at + self._length <= len(self._buffer) and not (self.ends_with_connection)
        )

    def body(self) -> bytes:
        """Return the body, once the answer is whole."""
        return b"".join(self._body) if self._chunked else bytes(self._buffer[self._at :])

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._buffer[:end]).lower()
        self.status = int(head[9:12])
        self.closes = b"\r\nconnection: close" in head
        self._chunked = b"\r\ntransfer-encoding: chunked" in head
        place = head.find(b"\r\ncontent-length:")
        if place >= 0:
            self._length = int(head[place + 17 :].partition(b"\r\n")[0])
        self._at = end + 4
        return True

    def _read_chunks(self) -> bool:
        while (line := self._buffer.find(b"\r\n", self._at)) >= 0:
            size = int(self._buffer[self._at : line].partition(b";")[0], 16)
            end = line + 2 + size
            if len(self._buffer) < end + 2:
                return False
            if size == 0:
                return True
            self._body.append(bytes(self._buffer[line + 2 : end]))
            self._at = end + 2
        return False


class Connection:
    """A connection with at most one request on its way."""

    def __init__(self, port: int, numbers: Iterator[int]) -> None:
        """Not connected yet; `numbers` are the requests that it is to send."""
        self.numbers = numbers
        self.number = -1
        self.began = 0.0
        self.answer = Answer()
        self.socket: socket.socket | None = None
        self.used = False  # answered on before: then the server may close it just when it is used again
        self._port = port
        self._sent = b""

    def send(self, number: int, request: bytes) -> None:
        """Send a request, on a new connection where the old one is closed."""
        self.number, self._sent = number, request
        self.began = time.perf_counter()
        try:
            self.send_now()
        except ConnectionError:
            if not self.used:
                raise
            self.close()
            self.send_now()

    def send_now(self) -> None:
        """Send the request, for the first time or once more."""
        if self.socket is None:
            self.used = False
            self.socket = socket.create_connection(("127.0.0.1", self._port))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = Answer()
        self.socket.sendall(self._sent)

    def close(self) -> None:
        """Let go of the connection."""
        if self.socket:
            self.socket.close()
        self.socket = None


class Client:
    """Does one job."""

    def __init__(self, job: Job) -> None:
        """Ready to begin."""
        self.job = job
        self.told = Told()
        self._selector = selectors.DefaultSelector()
        self._counter = count()
        self._began = time.perf_counter()
        host = f"127.0.0.1:{job.port}"
        self._heads = [f"GET {request.path}".encode() for request in job.requests]
        self._tails = [
            f" HTTP/1.1\r\nHost: {host}\r\nAccept: {request.accept}\r\n\r\n".encode() for request in job.requests
        ]
        shared = iter(job.order)
        numbers = range(len(job.requests))
        self._connections = [
            Connection(job.port, shared if job.order else cycle([numbers[place % len(numbers)]]))
            for place in range(job.connections)
        ]

    def run(self) -> Told:
        """Ask until the time is over, and wait for the last answers."""
        for connection in self._connections:
            self._next(connection)
        give_up = self._began + self.job.seconds + self.job.patience
        while self._selector.get_map() and time.perf_counter() < give_up:
            for key, _ in self._selector.select(1.0):
                self._receive(key.data)
        for key in list(self._selector.get_map().values()):
            self._end(key.data, "no answer")
        for connection in self._connections:
            connection.close()
        self._selector.close()
        return self.told

    def _next(self, connection: Connection) -> None:
        """Let a connection send its next request, where there is one and the time is not over."""
        if time.perf_counter() - self._began >= self.job.seconds or sum(self.told.statuses.values()) >= self.job.most:
            return
        number = next(connection.numbers, None)
        if number is None:
            return
        middle = str(next(self._counter)).encode() if self.job.vary else b""
        try:
            connection.send(number, self._heads[number] + middle + self._tails[number])
            self._listen(connection)
        except OSError as error:
            self._count(f"not sent: {error.strerror}")
            connection.close()

    def _listen(self, connection: Connection) -> None:
        if connection.socket:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def _receive(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(RECEIVE) if connection.socket else b""
        except OSError:
            data = b""
        answer = connection.answer
        if data:
            if answer.feed(data):
                self._whole(connection)
        elif answer.ends_with_connection:
            answer.closes = True
            self._whole(connection)
        elif answer.has_begun or not connection.used:
            self._lost(connection, "half an answer" if answer.has_begun else "no answer")
        else:
            self._again(connection)

    def _again(self, connection: Connection) -> None:
        """Send a request once more, on a new connection."""
        if connection.socket:
            self._selector.unregister(connection.socket)
        connection.close()
        try:
            connection.send_now()
            self._listen(connection)
        except OSError as error:
            self._count(f"not sent: {error.strerror}")
            connection.close()

    def _lost(self, connection: Connection, why: str) -> None:
        self._end(connection, why)
        connection.close()
        self._next(connection)

    def _whole(self, connection: Connection) -> None:
        answer = connection.answer
        right = self.job.requests[connection.number].sha256
        if right and answer.status == 200 and hashlib.sha256(answer.body()).hexdigest() != right:
            self.told.wrong += 1
        connection.used = True
        self._end(connection, str(answer.status))
        if answer.closes:
            connection.close()
        self._next(connection)

    def _end(self, connection: Connection, status: str) -> None:
        now = time.perf_counter()
        self._count(status)
        self.told.latencies.append(round((now - connection.began) * 1000, 3))
        self.told.seconds = now - self._began
        if connection.socket:
            self._selector.unregister(connection.socket)

    def _count(self, status: str) -> None:
        self.told.statuses[status] = self.told.statuses.get(status, 0) + 1


def main() -> None:
    """Read a job, do it, print what came of it."""
    read = json.load(sys.stdin)
    job = Job(**(read | {"requests": [Request(**one) for one in read["requests"]]}))
    json.dump(asdict(Client(job).run()), sys.stdout)


if __name__ == "__main__":
    main()
