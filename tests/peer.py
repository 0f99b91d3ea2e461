"""A server on the other side that misbehaves as it is told: what it sends is written byte for byte."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Line = socket.socket
Deed = Callable[[Line], bool]
"""What is done to one request; returns whether the connection is kept."""


@dataclass
class Peer:
    """Where it listens, the requests that it has got, whole, and how many connections it was asked for."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


@contextmanager
def peer(*deeds: Deed, port: int = 0) -> Iterator[Peer]:
    """Do one deed to each request, in turn; the last one to every further request. Port 0 is a free one."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        found = Peer(f"http://127.0.0.1:{listener.getsockname()[1]}/sparql")
        waiting = list(deeds)
        lines: list[Line] = []

        def serve(line: Line) -> None:
            with line, suppress(OSError):
                kept = True
                while kept and (request := _request(line)):
                    found.requests.append(request)
                    kept = (waiting.pop(0) if len(waiting) > 1 else waiting[0])(line)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    line, _ = listener.accept()
                    found.connections += 1
                    lines.append(line)
                    threading.Thread(target=serve, args=(line,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield found
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def _request(line: Line) -> bytes:
    """Read a request with its body; b"" where the other side has closed."""
    got = b""
    while b"\r\n\r\n" not in got:
        if not (data := line.recv(1 << 16)):
            return b""
        got += data
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [item.partition(b":")[2] for item in head.split(b"\r\n") if item.lower().startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += line.recv(1 << 16)
    return head + b"\r\n\r\n" + body


def say(status: int, body: bytes = b"", *headers: str, framed: bool = True) -> Deed:
    """Answer; without `framed` the answer ends where the connection does."""

    def deed(line: Line) -> bool:
        told = [f"HTTP/1.1 {status} So", *headers, *([f"Content-Length: {len(body)}"] if framed else [])]
        line.sendall("\r\n".join(told).encode() + b"\r\n\r\n" + body)
        return framed

    return deed


def say_half(body: bytes, *headers: str) -> Deed:
    """Announce ten bytes more than there come."""

    def deed(line: Line) -> bool:
        told = ["HTTP/1.1 200 So", *headers, f"Content-Length: {len(body) + 10}"]
        line.sendall("\r\n".join(told).encode() + b"\r\n\r\n" + body)
        return False

    return deed


def drip(count: int, seconds: float) -> Deed:
    """Send a byte now and again, of the head already, so that something always comes."""

    def deed(line: Line) -> bool:
        for _ in range(count):
            line.sendall(b"H")
            time.sleep(seconds)
        return False

    return deed


def drip_body(count: int, seconds: float) -> Deed:
    """Send the head at once, and a byte of the body now and again."""

    def deed(line: Line) -> bool:
        line.sendall(b"HTTP/1.1 200 So\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(count):
            line.sendall(b"x")
            time.sleep(seconds)
        return False

    return deed


def hang_up(line: Line) -> bool:
    """Close without a word."""
    return False


def reset(line: Line) -> bool:
    """Break off so that the other side is told."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def silence(seconds: float) -> Deed:
    """Say nothing for a while, then close."""

    def deed(line: Line) -> bool:
        time.sleep(seconds)
        return False

    return deed
