"""One write as the pool sees it: a writer works on it until its deadline, and the template tells what came of that."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from pathlib import Path

from byregion import sparql
from byregion.engine import syntax, wire
from byregion.engine.base import Limits
from byregion.engine.process import Worker, start
from byregion.engine.reading import read
from byregion.engine.write import GraphWrite, GraphWrites, Update, What, Write, Written
from byregion.errors import EngineError, QueryRefused, QuerySyntaxError, QueryTimeout, QueryTooLarge, StoreFull, told_of
from byregion.sentences import say, unpacked


def admit_write(write: Write, limits: Limits) -> None:
    """Refuse a write whose SPARQL may not be evaluated; raises QuerySyntaxError and QueryRefused."""
    for text in _updates(write.what):
        try:
            sparql.check_update(text, max_length=limits.length, max_depth=limits.depth)
        except QuerySyntaxError as error:
            raise syntax.explain_early(text, error, "UpdateUnit") from error
        except QueryRefused:
            # What is no SPARQL is a bad request, whatever else would be wrong with it.
            if len(text) <= limits.length and _is_faulty(text):
                raise syntax.explain(text, "", "UpdateUnit") from None
            raise


def _updates(what: What) -> Iterator[str]:
    """Yield the texts of SPARQL that a write holds."""
    match what:
        case Update(text):
            yield text
        case GraphWrite("patch", _, bodies):
            yield from (body.data.decode() for body in bodies)
        case GraphWrites(writes):
            for one in writes:
                yield from _updates(one)


def _is_faulty(update: str) -> bool:
    try:
        return read(update, "UpdateUnit").fault is not None
    except QuerySyntaxError:
        return True


async def commit(address: Path, write: Write, limits: Limits, seconds: float | None = None) -> Written:
    """Have a writer of the template do `write`, and return what it has done; raises as `Writable.write` does.

    It is done or not done as the template tells, whatever became of the writer; at the deadline that is asked, too.
    """
    if not address.exists():
        raise QueryRefused(say("takes-no-writes"))
    loop, most = asyncio.get_running_loop(), limits.lowered(seconds)
    deadline = loop.time() + most
    worker = await start(address, most)
    try:
        reply, is_late = await _reply(worker, write, deadline - loop.time(), most)
        if isinstance(reply, Exception):
            raise reply
        if reply:
            # A write that was to be worked out only: nothing changes, so the template has nothing to tell.
            return _written(reply)
        told = await worker.outcome()
    finally:
        worker.kill()
    if len(told) > 1:
        return _written(told)
    if is_late:
        raise QueryTimeout(most, "write")
    raise death(told[0] if told else None, most, limits, "write")


async def _reply(worker: Worker, write: Write, left: float, seconds: float) -> tuple[bytes | Exception | None, bool]:
    """Return what went wrong, or None, and whether the time was over."""
    try:
        async with asyncio.timeout(left):
            return (await worker.send(wire.WriteRequest(write, seconds))).result, False
    except TimeoutError:
        worker.end()
        return None, True
    except (EOFError, OSError):
        # It has ended, which is what it does when it is done.
        return None, False


def _written(told: bytes) -> Written:
    found = json.loads(told)
    if "error" in found:
        raise (StoreFull if found["kind"] == StoreFull.__name__ else EngineError)(unpacked(found["error"]))
    return Written.of_told(found)


def death(number: int | None, seconds: float, limits: Limits, what: str = "query") -> Exception:
    """Return the error of a query, or of `what`, whose process ended by the signal `number`: 0 none, None unknown."""
    named = told_of(what)["what"]
    match number:
        case signal.SIGABRT:
            return QueryTooLarge(say("memory-limit", limit=limits.memory_mb, **told_of(what)))
        case signal.SIGALRM:
            return QueryTimeout(seconds, what)
        case signal.SIGSEGV:
            return EngineError(say("nested", what=named))
    if not number:
        return EngineError(say("died", what=named))
    return EngineError(say("died-of", what=named, signal=signal.Signals(number).name))
