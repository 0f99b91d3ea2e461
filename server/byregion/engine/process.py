"""A query worker as the pool sees it: a connection to a forked process, what ends it and what tells of its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from byregion.engine import ranks, wire
from byregion.errors import EngineError
from byregion.sentences import say

ANSWERS_WITHIN: Final = 10.0
"""Seconds in which the template forks, and in which it tells how a worker ended."""


async def start(address: Path, within: float = ANSWERS_WITHIN) -> Worker:
    """Have the template at `address` fork a worker; raises EngineError where it does not `within` some seconds."""
    loop = asyncio.get_running_loop()
    connection = socket.socket(socket.AF_UNIX)
    connection.setblocking(False)
    try:
        async with asyncio.timeout(within):
            await loop.sock_connect(connection, str(address))
            await _readable(connection.fileno())
        told, descriptors, _, _ = socket.recv_fds(connection, wire.FORKED.size, 2)
        process, fate = descriptors
        pid, revision = wire.FORKED.unpack(told)
    except (OSError, ValueError, struct.error) as error:
        connection.close()
        raise EngineError(say("no-worker-started", why=str(error) or say("template-silent"))) from error
    except BaseException:
        connection.close()
        raise
    return Worker(loop, connection, revision.hex(), pid, process, fate)


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)


class Worker:
    """A connection to a worker process; only for the event loop that it was started on."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        connection: socket.socket,
        revision: str,
        pid: int,
        process: int,
        fate: int,
    ) -> None:
        """Take over a connection, the process's id and descriptor, and the pipe that tells how it ended.

        `revision` is what it works on.
        """
        self.revision = revision
        self._loop = loop
        self._connection = connection
        self._pid = pid
        self._process = process
        self._fate = fate
        for descriptor in (process, fate):
            os.set_inheritable(descriptor, False)
        self._ended = select.poll()
        self._ended.register(process, select.POLLIN)
        self._reply: asyncio.Future[wire.Reply] | None = None
        self._reader = wire.Reader()
        self._sending: asyncio.Task[None] | None = None
        self._closed = False
        self._began = 0.0
        self.is_worn = False
        self.gives_way = False
        self._is_behind = False
        loop.add_reader(connection, self._read)

    def send(self, request: wire.Request | wire.WriteRequest) -> asyncio.Future[wire.Reply]:
        """Send a request, and return what becomes its reply; EOFError or OSError where the worker died."""
        self._reply = reply = self._loop.create_future()
        self._reader = wire.Reader()
        self._began = _processor_time(self._pid)
        frame = request.packed()
        try:
            sent = self._connection.send(frame)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            reply.set_exception(error)
            return reply
        if sent < len(frame):
            self._sending = self._loop.create_task(self._send_rest(frame[sent:]))
        return reply

    async def _send_rest(self, frame: bytes) -> None:
        try:
            await self._loop.sock_sendall(self._connection, frame)
        except OSError as error:
            self._fail(error)

    def _read(self) -> None:
        try:
            reply = self._reader.read(self._connection)
        except (EOFError, OSError) as error:
            self._loop.remove_reader(self._connection)
            return self._fail(error)
        if reply and self._reply and not self._reply.done():
            self._reply.set_result(reply)

    def _fail(self, error: Exception) -> None:
        if self._reply and not self._reply.done():
            self._reply.set_exception(error)

    def worked(self) -> float:
        """Return the seconds of processor time that the process has had since it was last sent a request."""
        return _processor_time(self._pid) - self._began

    def alive(self) -> bool:
        """Tell whether the process still runs."""
        return not self._ended.poll(0)

    def step_back(self) -> None:
        """Let the process have little of the time that others want, where it can get its rank back."""
        if ranks.may_return():
            self._is_behind = True
            self._each_thread(ranks.step_back)

    def give_way(self) -> None:
        """Let the process have only the time that no other wants; where it cannot get its rank back, it is to end."""
        self._is_behind = True
        self.gives_way = not ranks.may_return()
        self._each_thread(ranks.give_way)

    def come_back(self) -> None:
        """Give the process its rank back."""
        if self._is_behind:
            self._is_behind = False
            self._each_thread(ranks.come_back)

    def _each_thread(self, change: Callable[[int], None]) -> None:
        if not self.alive():
            return
        # It has ended by itself in between.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for thread in os.listdir(f"/proc/{self._pid}/task"):
                change(int(thread))

    def kill(self) -> None:
        """End the process, whatever it does, and let go of it."""
        self.end()
        self.close()

    def end(self) -> None:
        """End the process, whatever it does; its fate can be asked."""
        if not self._closed:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)

    async def fate(self) -> int | None:
        """Return the signal that ended the process, 0 where none did, None where the template does not tell; close."""
        told = await self.outcome(ANSWERS_WITHIN)
        return told[0] if told else None

    async def outcome(self, within: float | None = None) -> bytes:
        """Return all that the template tells of the process once it has ended, in so many seconds; close.

        Without a limit it is as long as the template lives: what a writer has told is made before it is told of.
        """
        told = b""
        try:
            async with asyncio.timeout(within):
                while True:
                    await _readable(self._fate)
                    if not (more := os.read(self._fate, 1 << 16)):
                        return told
                    told += more
        except TimeoutError:
            return told
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the process, which ends when it has nothing to do."""
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._connection)
        if self._sending:
            self._sending.cancel()
        self._connection.close()
        os.close(self._process)
        os.close(self._fate)


def _processor_time(pid: int) -> float:
    """Return the seconds of processor time of a process, 0 where it has ended.

    The clock of another process: https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html, whose number the
    kernel makes of the process's (include/linux/posix-timers.h).
    """
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0
