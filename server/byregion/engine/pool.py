"""The engine of the HTTP server: queries go to worker processes, which are ended at the deadline."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Final

from byregion.engine import wire
from byregion.engine.base import Answer, Limits, admit
from byregion.errors import EngineBusy, EngineError, QueryTimeout, QueryTooLarge

ANSWERS_WITHIN: Final = 10.0
"""Seconds in which the template forks, and in which it tells how a worker ended."""


class Pool:
    """An engine of at most `workers` processes forked by the template at `address`; many threads may ask at once.

    A query waits for a free worker as long as it may run itself. A worker that dies costs its own query an error and
    nothing else: the next query gets a fresh fork.
    """

    def __init__(self, address: Path, revision: str, *, workers: int, limits: Limits) -> None:
        """Start with no worker; each is forked when first needed."""
        self.revision = revision
        self.limits = limits
        self._address = address
        self._workers = workers
        self._free = threading.BoundedSemaphore(workers)
        self._idle: list[_Worker] = []
        self._closed = False

    def query(self, query: str, media_type: str) -> Answer:
        """Return the whole answer to `query` in `media_type`; raises as `Engine.query` does."""
        kind = admit(query, media_type, self.limits)
        limits = self.limits
        request = wire.Request(query, media_type, limits.seconds, limits.rows, limits.bytes)
        if not self._free.acquire(timeout=limits.seconds):
            raise EngineBusy(f"all {self._workers} query workers were busy for {limits.seconds:g} s; ask again later")
        try:
            result = self._ask(request)
        finally:
            self._free.release()
        if isinstance(result, Exception):
            raise result
        return Answer(kind, media_type, result)

    def _ask(self, request: wire.Request) -> bytes | Exception:
        worker = self._take()
        try:
            reply = worker.ask(request)
        except TimeoutError as error:
            worker.kill()
            raise QueryTimeout(request.seconds) from error
        except (EOFError, OSError) as error:
            raise self._death(worker.fate()) from error
        except BaseException:
            # Interrupted half-way: what comes next on this connection is not the next answer.
            worker.kill()
            raise
        if reply.leaving or self._closed:
            worker.close()
        else:
            self._idle.append(worker)
        return reply.result

    def _take(self) -> _Worker:
        if self._closed:
            raise EngineError("the engine is closed")
        with contextlib.suppress(IndexError):
            while worker := self._idle.pop():
                if worker.alive():
                    return worker
                worker.close()
        return _Worker(self._address)

    def _death(self, number: int | None) -> Exception:
        match number:
            case signal.SIGABRT:
                most = f"more than {self.limits.memory_mb} MiB of working memory"
                return QueryTooLarge(f"the query needed {most}; ask for less, or in parts")
            case signal.SIGALRM:
                return QueryTimeout(self.limits.seconds)
            case signal.SIGSEGV:
                return EngineError("the query is nested too deeply for the engine; write it flatter")
        how = "without saying why" if not number else f"of {signal.Signals(number).name}"
        return EngineError(f"the process that worked on the query died {how}; ask again")

    def close(self) -> None:
        """Let every worker end: those that wait at once, those at work after their query."""
        self._closed = True
        with contextlib.suppress(IndexError):
            while worker := self._idle.pop():
                worker.close()


class _Worker:
    """A connection to a worker process, with what ends it and what tells of its end."""

    def __init__(self, address: Path) -> None:
        """Have the template fork a worker; raises EngineError where it does not."""
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.settimeout(ANSWERS_WITHIN)
        try:
            self._connection.connect(str(address))
            _, descriptors, _, _ = socket.recv_fds(self._connection, 1, 2)
            self._process, self._fate = descriptors
        except (OSError, ValueError) as error:
            self._connection.close()
            raise EngineError(f"no query worker could be started: {error or 'the template closed'}") from error
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)
        self._ended = select.poll()
        self._ended.register(self._process, select.POLLIN)

    def ask(self, request: wire.Request) -> wire.Reply:
        """Return the reply; raises TimeoutError at the deadline, EOFError or OSError where the worker died."""
        deadline = time.monotonic() + request.seconds
        self._connection.settimeout(request.seconds)
        wire.send_request(self._connection, request)
        return wire.receive_reply(self._connection, deadline)

    def alive(self) -> bool:
        """Tell whether the process still runs."""
        return not self._ended.poll(0)

    def kill(self) -> None:
        """End the process, whatever it does, and let go of it."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, signal.SIGKILL)
        self.close()

    def fate(self) -> int | None:
        """Return the signal that ended the process, 0 where none did, None where the template does not tell; close."""
        try:
            ready, _, _ = select.select([self._fate], [], [], ANSWERS_WITHIN)
            told = os.read(self._fate, 1) if ready else b""
        finally:
            self.close()
        return told[0] if told else None

    def close(self) -> None:
        """Let go of the process, which ends when it has nothing to do."""
        self._connection.close()
        os.close(self._process)
        os.close(self._fate)
