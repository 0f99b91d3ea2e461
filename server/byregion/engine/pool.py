"""The engine of the HTTP server: queries go to worker processes, which are ended at the deadline."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from byregion.dataset_clause import DatasetDescription, names
from byregion.engine import addresses, wire
from byregion.engine.base import Answer, Beside, Graph, Limits, admit
from byregion.engine.board import Board
from byregion.engine.commit import admit_write, commit, death
from byregion.engine.evaluate import Question
from byregion.engine.federation import Federation
from byregion.engine.lanes import Lanes, Turn, Width
from byregion.engine.process import Worker, start
from byregion.engine.relay import Relay
from byregion.engine.write import Write, Written
from byregion.errors import EngineBusy, EngineError, QueryAbandoned, QueryTimeout
from byregion.sentences import say

Gone = Callable[[], Awaitable[object]]
"""What returns once the client has gone."""


WAITING_WRITES: Final = 8
"""Writes that may wait for the one before them; who writes waits in a thread, and others need those too."""


class Pool:
    """An engine of processes forked by the template at `address`; many threads and tasks may ask at once.

    A query that is not answered soon gives way to the others, or is told to come back: see `lanes`. A worker that dies
    costs its own query an error and nothing else: the next query gets a fresh fork.

    The work is done on one event loop: that of the HTTP server where `run_on` names it, else one in a thread.
    """

    def __init__(
        self,
        address: Path,
        revision: str,
        *,
        limits: Limits,
        width: Width | None = None,
        base: str = "",
        federation: Federation | None = None,
        beside: Beside | None = None,
    ) -> None:
        """Start with no worker; each is forked when first needed. Relative IRIs are resolved against `base`.

        Where there is a `federation`, queries may ask its endpoints; where there is a graph `beside` what is held, they
        may name it.
        """
        self.limits = limits
        self._beside = beside
        self._relay = Relay(federation, base) if federation else None
        self._address = address
        self.first = revision
        """The name of the revision that was held before anything was written."""
        self._board = _board(address)
        self._writing = asyncio.Lock()
        self._writes = 0
        self._base = base
        self._lanes = Lanes(width or Width())
        self._idle: list[Worker] = []
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: _Loop | None = None
        self._lock = threading.Lock()

    @property
    def revision(self) -> str:
        """The name of the revision that a query which begins now is asked of."""
        return self._board.revision if self._board else self.first

    def run_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Work on `loop`, which is running or about to; to be called before the first query."""
        self._loop = loop

    def query(
        self,
        query: str,
        media_type: str,
        *,
        dataset: DatasetDescription | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Return the whole answer as `Engine.query` does; to be called from any thread but that of the event loop."""
        loop = self._working()
        asked = self.ask(query, media_type, dataset=dataset, seconds=seconds)
        return asyncio.run_coroutine_threadsafe(asked, loop).result()

    def write(self, write: Write, seconds: float | None = None) -> Written:
        """Return what `write` has done, as `Writable.write` does; from any thread but that of the event loop."""
        loop = self._working()
        return asyncio.run_coroutine_threadsafe(self.do(write, seconds), loop).result()

    def _working(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._closed:
                raise EngineError(say("engine-closed"))
            if self._loop is None:
                self._thread = _Loop()
                self._loop = self._thread.loop
            return self._loop

    async def ask(
        self,
        query: str,
        media_type: str,
        *,
        dataset: DatasetDescription | None = None,
        seconds: float | None = None,
        gone: Gone | None = None,
    ) -> Answer:
        """Return the whole answer as `Engine.query` does; to be called on the event loop.

        Raises QueryAbandoned, too, where `gone` tells that nobody waits for the answer any more.
        """
        kind = admit(query, media_type, self.limits, federated=self._relay is not None)
        if self._closed:
            raise EngineError(say("engine-closed"))
        limits = self.limits
        left = limits.lowered(seconds)
        question = Question(query, media_type, limits.rows, limits.bytes, dataset, self._base)
        if self._relay:
            question, left = await _complete(question, left, self._relay)
        beside = self._beside_of(question)
        if beside:
            # What takes long of it is done before a worker is taken; what is not done in time is there for the next.
            await _made(beside, self.revision, left)
        result, revision = await self._work(wire.Request(question, left), gone, beside)
        if isinstance(result, Exception):
            raise result
        return Answer(kind, media_type, result, revision)

    def _beside_of(self, question: Question) -> Beside | None:
        """Return what a query names of what is held nowhere."""
        if self._beside is None:
            return None
        name, described = self._beside.name, question.dataset or DatasetDescription()
        is_named = name in (*described.default_graphs, *described.named_graphs)
        return self._beside if is_named or names(question.query, name, self._base) else None

    async def do(self, write: Write, seconds: float | None = None) -> Written:
        """Return what `write` has done, as `Writable.write` does; to be called on the event loop.

        This is the one way in which what is held changes. Writes are done one after the other, by this pool and by
        every other one of the same template.
        """
        admit_write(write, self.limits)
        if self._closed:
            raise EngineError(say("engine-closed"))
        if self._writes >= WAITING_WRITES:
            raise EngineBusy(say("writes-wait", count=self._writes))
        deadline = asyncio.get_running_loop().time() + self.limits.seconds
        self._writes += 1
        try:
            async with asyncio.timeout_at(deadline):
                await self._writing.acquire()
        except TimeoutError as error:
            raise EngineBusy(say("writes-busy")) from error
        finally:
            self._writes -= 1
        try:
            written = await commit(addresses.writers(self._address), write, self.limits, seconds)
        finally:
            self._writing.release()
        self._let_go()
        return written

    async def _work(
        self, request: wire.Request, gone: Gone | None, beside: Beside | None = None
    ) -> tuple[bytes | Exception, str]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + request.seconds
        turn = await self._lanes.enter(deadline)
        try:
            worker = await self._take()
            try:
                if beside:
                    made = await _made(beside, worker.revision, request.seconds)
                    request = replace(request, question=replace(request.question, beside=made))
                reply = await _Work(worker, request, turn, deadline).done(gone)
            except (EOFError, OSError) as error:
                raise death(await worker.fate(), request.seconds, self.limits) from error
            except BaseException:
                # Interrupted half-way: what comes next on this connection is not the next answer.
                worker.kill()
                raise
            self._put(worker, reply)
            return reply.result, worker.revision
        finally:
            turn.leave()

    def _put(self, worker: Worker, reply: wire.Reply) -> None:
        """Keep a worker for the next query, or let it end."""
        worker.is_worn = reply.worn
        crowded = worker.is_worn and sum(other.is_worn for other in self._idle) >= self._lanes.width.heavy
        if reply.leaving or crowded or worker.gives_way or self._closed or worker.revision != self.revision:
            worker.close()
        else:
            worker.come_back()
            self._idle.append(worker)

    async def _take(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.revision == self.revision and worker.alive():
                return worker
            worker.close()
        return await start(self._address)

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many queries are light, heavy and waiting."""
        return self._lanes.counts

    def close(self) -> None:
        """Let every worker end: those that wait at once, those at work after their query."""
        with self._lock:
            closed, self._closed = self._closed, True
        if closed or self._loop is None:
            return
        self._loop.call_soon_threadsafe(self._let_go)
        if self._relay:
            self._relay.close()
        if self._thread:
            self._thread.end_after(self._lanes.empty)

    def _let_go(self) -> None:
        while self._idle:
            self._idle.pop().close()


async def _complete(question: Question, seconds: float, relay: Relay) -> tuple[Question, float]:
    """Return a question with what other endpoints answer to its SERVICE clauses, and the seconds that are left."""
    began = time.monotonic()
    if not (fetched := await relay.fetched(question.query, seconds)):
        return question, seconds
    return replace(question, fetched=fetched), max(0.01, round(began + seconds - time.monotonic(), 2))


async def _made(beside: Beside, revision: str, seconds: float) -> Graph:
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().run_in_executor(None, beside.graph, revision)
    except TimeoutError as error:
        raise QueryTimeout(seconds) from error


def _board(address: Path) -> Board | None:
    try:
        return Board(addresses.board(address))
    except OSError:
        # Nothing is there: whoever asks is told so.
        return None


LOOKS_EVERY: Final = 0.02
"""Seconds after which the time that a query has had is looked at again, at least."""


class _Work:
    """A request at a worker: what happens to it in time."""

    def __init__(self, worker: Worker, request: wire.Request, turn: Turn, deadline: float) -> None:
        self._worker = worker
        self._turn = turn
        self._seconds = request.seconds
        self._deadline = deadline
        self._reply = worker.send(request)
        self._gone: Gone | None = None
        self._watch: asyncio.Future[object] | None = None

    async def done(self, gone: Gone | None) -> wire.Reply:
        self._gone = gone
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(min(loop.time() + self._turn.light_seconds, self._deadline), self._slow)
        try:
            return await self._reply
        finally:
            self._timer.cancel()
            if self._watch:
                self._watch.cancel()

    def _slow(self) -> None:
        """Go on among the heavy queries, or end; a query that only waits for its share of the machine stays light."""
        loop = asyncio.get_running_loop()
        if loop.time() >= self._deadline:
            return self._late()
        if self._gone and self._watch is None:
            self._watch = asyncio.ensure_future(self._gone())
            self._watch.add_done_callback(self._abandon)
        worked, light = self._worker.worked(), self._turn.light_work
        if worked < light:
            self._look_again(light - worked, self._slow)
        elif not self._turn.change():
            self._end(EngineBusy(say("light-only", seconds=f"{self._turn.light_seconds:g}")))
        else:
            self._worker.step_back()
            self._look_again(self._turn.heavy_seconds, self._heavy)

    def _heavy(self) -> None:
        """Let the query have only the time that others leave."""
        if asyncio.get_running_loop().time() < self._deadline:
            self._worker.give_way()
        self._look_again(self._seconds, self._late)

    def _look_again(self, seconds: float, then: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        at = loop.time() + max(seconds, LOOKS_EVERY)
        self._timer = loop.call_at(at, then) if at < self._deadline else loop.call_at(self._deadline, self._late)

    def _late(self) -> None:
        self._end(QueryTimeout(self._seconds))

    def _abandon(self, watch: asyncio.Future[object]) -> None:
        if not watch.cancelled():
            self._end(QueryAbandoned())

    def _end(self, error: Exception) -> None:
        # Where the answer came in the same moment, it is given, and the worker is the next query's.
        if not self._reply.done():
            self._worker.kill()
            self._reply.set_exception(error)


ENDS_WITHIN: Final = 60.0
"""Seconds that queries at work have at most after an engine with a loop of its own closed."""


class _Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self.loop.run_forever()
        self.loop.close()

    def end_after(self, empty: Callable[[], Awaitable[None]]) -> None:
        async def end() -> None:
            async with asyncio.timeout(ENDS_WITHIN):
                await empty()
            # Whoever waits in another thread for the last answer is told of it first.
            self.loop.call_later(0.05, self.loop.stop)

        asyncio.run_coroutine_threadsafe(end(), self.loop)
