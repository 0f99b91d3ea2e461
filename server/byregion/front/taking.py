"""Large answers on their way: how many bytes wait to be taken, and how long.

granian takes a whole answer and tells nobody when it is sent, so a client that does not read would keep it in memory
for as long as it likes. The kernel knows: it counts the bytes that the other side has acknowledged.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from byregion.errors import EngineBusy
from byregion.sentences import say

LARGE: Final = 256 << 10
"""Bytes from which on an answer counts; below, no more of it waits than there are connections."""
STEP: Final = 1 << 20
"""Bytes that a client takes `WITHIN` so many seconds at least, or all that is left: some 0.8 Mbit/s."""
WITHIN: Final = 10.0
MOST: Final = 1 << 30
"""Bytes of large answers that may wait to be taken; who asks for more is told to come back."""
_EVERY: Final = 0.5
# https://github.com/torvalds/linux/blob/master/include/uapi/linux/tcp.h: tcpi_bytes_acked in struct tcp_info.
_ACKED: Final = struct.Struct("=120xQ")


class Taking:
    """The large answers of one HTTP process that wait to be taken."""

    def __init__(self) -> None:
        """Start with none."""
        self.waiting = 0

    def check(self, size: int) -> None:
        """Tell who asks for too much to come back; raises EngineBusy."""
        if size >= LARGE and self.waiting + size > MOST:
            raise EngineBusy(say("taking-busy", count=self.waiting))

    async def watch(self, connection: Connection, size: int) -> None:
        """Wait until an answer of `size` bytes is taken, which was sent after `connection` was found; or cut it off."""
        now = asyncio.get_running_loop().time
        goal, until = min(STEP, size), now() + WITHIN
        self.waiting += size
        try:
            while (taken := connection.taken(size)) < size:
                if taken >= goal:
                    goal, until = min(taken + STEP, size), now() + WITHIN
                elif now() > until:
                    return connection.cut()
                await asyncio.sleep(_EVERY)
        finally:
            self.waiting -= size


class Connection:
    """The connection to the client at an address such as 192.0.2.1:4711, among the files that this process has open."""

    def __init__(self, client: str) -> None:
        """Find it; one that is not TCP, or has ended already, is not found, and has taken everything."""
        self._client = client
        self._number = next((number for number in _numbers() if self._acked(number) is not None), -1)
        self._before = self._acked(self._number) or 0

    def taken(self, size: int) -> int:
        """Return how many bytes the client has taken since then: all `size` where it has gone."""
        acked = self._acked(self._number)
        return size if acked is None else acked - self._before

    def cut(self) -> None:
        """End the connection, whatever still waits."""
        with suppress(OSError), _borrowed(self._number, self._client) as found:
            found.shutdown(socket.SHUT_RDWR)

    def _acked(self, number: int) -> int | None:
        try:
            with _borrowed(number, self._client) as found:
                (acked,) = _ACKED.unpack(found.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _ACKED.size))
        except OSError:
            return None
        return int(acked)


def _numbers() -> list[int]:
    return [int(name) for name in os.listdir("/proc/self/fd")]


@contextmanager
def _borrowed(number: int, client: str) -> Iterator[socket.socket]:
    """Give the connection to `client`, which the HTTP server keeps; raises OSError where `number` is not it."""
    if number < 0:
        raise OSError("no such connection")
    found = socket.socket(fileno=number)
    try:
        if found.family not in (socket.AF_INET, socket.AF_INET6) or _named(found.getpeername()) != client:
            raise OSError("another connection")
        yield found
    finally:
        found.detach()


def _named(address: tuple[Any, ...]) -> str:
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
