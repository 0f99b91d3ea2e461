"""What asks other endpoints for the queries of a pool, since its workers can reach nobody.

It is done before a query is evaluated: what the endpoints answer goes to the worker, which reads it. Nothing is parsed
here, no redirect is followed, and nothing is said of who asks byregion, or what else they ask.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlencode

from byregion.engine.exchange import Exchange, Reply
from byregion.engine.federation import Call, Federation, calls
from byregion.engine.joined import FORMATS, Fetched
from byregion.errors import EngineBusy, EngineError, QueryTooLarge, ServiceFailed, ServiceTimeout
from byregion.sentences import say

AT_ONCE: Final = 4
"""Queries that ask other endpoints at the same time."""
LATE: Final = 0.2
"""Seconds over the limit after which an endpoint is not waited for, whatever takes it so long."""
_HEADERS: Final = {
    "Accept": ", ".join(f"{name};q={1 - place / 10:g}" for place, name in enumerate(FORMATS)),
    "Accept-Encoding": "identity",
    "Content-Type": "application/x-www-form-urlencoded",
    "User-Agent": "byregion",
}


class Relay:
    """Asks the endpoints of a `Federation`, and no other; for the tasks of one event loop."""

    def __init__(self, federation: Federation, base: str = "") -> None:
        """Ask nobody yet; relative IRIs of queries are resolved against `base`."""
        self._federation = federation
        self._base = base
        self._busy = 0
        width = AT_ONCE * federation.calls
        self._exchange = Exchange(width=width, size=federation.bytes)
        self._threads = ThreadPoolExecutor(width, thread_name_prefix="service")

    async def fetched(self, query: str, seconds: float) -> tuple[Fetched, ...]:
        """Return what the endpoints answer to the SERVICE clauses of `query`, within `seconds` and our own limit.

        Where a SILENT clause failed, its answer has no media type. Raises what `federation.calls` raises; ServiceFailed
        and ServiceTimeout, which name the endpoint; EngineBusy where too many queries are at it already.
        """
        asked = calls(query, self._federation, self._base)
        if not asked:
            return ()
        if self._busy >= AT_ONCE:
            raise EngineBusy(say("services-busy", count=self._busy))
        self._busy += 1
        try:
            limit = min(seconds, self._federation.seconds)
            replies = await self._replies(asked, limit)
        finally:
            self._busy -= 1
        return tuple(_fetched(call, replies[call.endpoint, call.query]) for call in asked)

    async def _replies(self, asked: Iterable[Call], seconds: float) -> dict[tuple[str, str], Reply | ServiceFailed]:
        loop, until = asyncio.get_running_loop(), time.monotonic() + seconds
        pairs = dict.fromkeys((call.endpoint, call.query) for call in asked)
        tasks = {
            pair: asyncio.ensure_future(loop.run_in_executor(self._threads, self._reply, *pair, seconds, until))
            for pair in pairs
        }
        # Looking up the address of a host takes the time that it takes.
        done, _ = await asyncio.wait(tasks.values(), timeout=seconds + LATE)
        return {pair: task.result() if task in done else _late(pair[0], seconds) for pair, task in tasks.items()}

    def _reply(self, endpoint: str, query: str, seconds: float, until: float) -> Reply | ServiceFailed:
        """Ask as https://www.w3.org/TR/sparql11-protocol/#query-via-post-urlencoded says; return what went wrong."""
        if endpoint not in self._federation.endpoints:
            return ServiceFailed(endpoint, say("service-strange"))
        try:
            reply = self._exchange.ask("POST", endpoint, _HEADERS, urlencode({"query": query}).encode(), until=until)
        except TimeoutError:
            return _late(endpoint, seconds)
        except QueryTooLarge:
            return ServiceFailed(endpoint, say("service-large", limit=self._federation.bytes))
        except (EngineError, EngineBusy) as error:
            cause = error.__cause__
            return ServiceFailed(endpoint, say("service-unreached", why=str(cause) or type(cause).__name__))
        why = _fault(reply)
        return ServiceFailed(endpoint, why) if why else reply

    def close(self) -> None:
        """Let go of every connection; what is being asked ends at its limit."""
        self._threads.shutdown(wait=False)
        self._exchange.close()


def _late(endpoint: str, seconds: float) -> ServiceTimeout:
    return ServiceTimeout(endpoint, say("service-late", seconds=f"{seconds:g}"))


def _fault(reply: Reply) -> str:
    """Return why a reply is no answer, "" where it may be one."""
    if 300 <= reply.status < 400:
        return say("service-leads", status=reply.status)
    if reply.status != 200:
        if reply.said:
            return say("service-says", status=reply.status, said=reply.said)
        return say("service-status", status=reply.status)
    if reply.media_type not in FORMATS:
        return say("service-type", what=reply.media_type or say("no-media-type"), listed=", ".join(FORMATS))
    if reply.headers.get("content-encoding", "identity").lower() != "identity":
        return say("service-packed")
    if not reply.is_framed:
        return say("service-endless")
    return ""


def _fetched(call: Call, reply: Reply | ServiceFailed) -> Fetched:
    if isinstance(reply, Reply):
        return Fetched(call.start, call.end, call.endpoint, call.is_silent, reply.media_type, reply.body)
    if not call.is_silent:
        raise reply
    return Fetched(call.start, call.end, call.endpoint, call.is_silent)
