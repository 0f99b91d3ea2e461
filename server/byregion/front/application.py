"""The front: what happens to a request between the HTTP server and the app.

It answers what is known, and plain queries, on the event loop; everything else goes to the app in a thread. Bodies are
bounded in size and time before anybody works on them. https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from byregion.config import Settings
from byregion.errors import BadRequest, EngineBusy, QueryError, RequestTimeout, RequestTooLarge
from byregion.front import cache, packing, wsgi
from byregion.front.clients import Clients
from byregion.front.log import AccessLog
from byregion.front.message import NEGOTIATED, Reply, Request, check_header
from byregion.front.metrics import CONTENT_TYPE, Metrics
from byregion.front.publication import Publication
from byregion.front.taking import LARGE, Connection, Taking
from byregion.sentences import say
from byregion.web import problem, refused
from byregion.web.app import HEADERS

BODY_WITHIN: Final = 10.0
"""Seconds in which the body of a request must be whole, and one more for each MiB that it may have."""
PIECES: Final = 1000
"""Pieces that a body may come in, and one more for each `PIECE` bytes: each one costs the event loop 30 µs."""
PIECE: Final = 256
WAITING: Final = 64
"""Requests that may wait for a thread."""
_WITH_BODY: Final = ("POST", "PUT", "PATCH", "DELETE")
_log = logging.getLogger(__name__)


class Front:
    """The RSGI application of one HTTP process."""

    def __init__(self, settings: Settings, publication: Publication) -> None:
        """Serve `publication` until another is published."""
        self._settings = settings
        self._now = publication
        self._clients = Clients(settings.client_requests)
        self._log = AccessLog(settings.access_log, clients=settings.log_clients)
        self._metrics = Metrics()
        self._threads = ThreadPoolExecutor(settings.http_threads, thread_name_prefix="request")
        self._in_threads = 0
        self._taking = Taking()
        self._public = urlsplit(settings.url)
        self.loop: asyncio.AbstractEventLoop | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take the event loop of the server, before its first request."""
        self.loop = loop
        if self._now.pool:
            self._now.pool.run_on(loop)

    def publish(self, publication: Publication) -> Publication:
        """Serve `publication` from the next request on, and return what was served until now; on the event loop."""
        before, self._now = self._now, publication
        return before

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        began = time.perf_counter()
        request = Request(
            os.urandom(8).hex(), scope.method, scope.path, scope.query_string, scope.headers, client=self._client(scope)
        )
        try:
            _check(request)
            if request.method in _WITH_BODY:
                request = await self._with_body(request, protocol)
            reply = await self._reply(request, protocol.client_disconnect)
            self._taking.check(len(reply.body))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # everything that a request can end in is told in one envelope
            reply = self._told(request, error)
        is_large = len(reply.body) >= LARGE and request.method != "HEAD"
        connection = Connection(scope.client) if is_large else None
        self._send(protocol, request, reply)
        seconds = time.perf_counter() - began
        self._metrics.answered(reply, seconds)
        self._log.write(request, reply, seconds)
        if connection:
            size = len(reply.body)
            # Nobody else but the HTTP server need keep it meanwhile.
            del reply
            await self._taking.watch(connection, size)

    def _client(self, scope: Any) -> str:
        if self._settings.client_header and (told := scope.headers.get(self._settings.client_header.lower())):
            return str(told)
        return str(scope.client).rpartition(":")[0]

    def _most(self, request: Request) -> int:
        """Return how many bytes the body of a request may have."""
        limits = self._now.app.config
        path = request.path.removeprefix(self._public.path.rstrip("/"))
        return max(int(limits["MAX_CONTENT_LENGTH"]), int(limits["LARGER_BODIES"].get(path, 0)))

    async def _with_body(self, request: Request, protocol: Any) -> Request:
        most = self._most(request)
        told = request.headers.get("content-length")
        if told is not None and told.isdigit() and int(told) > most:
            raise RequestTooLarge(most)
        body, ends, pieces, seconds = bytearray(), 0, 0, BODY_WITHIN + (most >> 20)
        try:
            async with asyncio.timeout(seconds):
                async for chunk in protocol:
                    body += chunk
                    ends += not chunk
                    pieces += 1
                    if len(body) > most:
                        raise RequestTooLarge(most)
                    if pieces > PIECES + len(body) // PIECE:
                        raise BadRequest(say("small-pieces"))
        except TimeoutError as error:
            raise RequestTimeout(seconds) from error
        # granian ends a body that breaks off as it ends a whole one, with nothing, but says so twice.
        if ends > 1 or (told is not None and len(body) != int(told)):
            raise BadRequest(say("body-ended"))
        return Request(
            request.id, request.method, request.path, request.query, request.headers, bytes(body), request.client
        )

    async def _reply(self, request: Request, gone: Any) -> Reply:
        if request.path == "/metrics" and request.asks == "GET":
            return self._counts()
        now = self._now
        packed = packing.accepts(request)
        asked = cache.is_asked(request)
        if asked and (known := now.cache.find(request, packed=packed)):
            return _unless_known(request, Reply(known.status, known.headers, known.body, known.label, cached=True))
        with self._clients.working(request.client), now.at_work():
            reply = await self._made(now, request, gone, packed=packed)
        if packing.is_packable(reply):
            vary = reply.header("vary")
            reply = reply.with_headers(("Vary", f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"))
            if packed:
                reply = await self._packed(reply)
        if asked and request.method != "HEAD":
            now.cache.keep(request, reply, packed=packed)
        return _unless_known(request, reply)

    async def _packed(self, reply: Reply) -> Reply:
        if len(reply.body) < 1 << 16:
            return packing.pack(reply)
        return await asyncio.get_running_loop().run_in_executor(self._threads, packing.pack, reply)

    async def _made(self, now: Publication, request: Request, gone: Any, *, packed: bool) -> Reply:
        if (plain := self._plain(now, request)) is not None:
            query, offer = plain
            revision = now.site.engine.revision
            begun = now.begun(request, query, offer, revision)
            for representation in (begun, packing.named(begun)) if packed else (begun,):
                if (known := _unless_known(request, representation)).status == 304:
                    return known
            answer = await now.pool.ask(  # type: ignore[union-attr]  # without a pool nothing is plain
                query.text, offer.engine_type, dataset=query.dataset, seconds=query.seconds, gone=gone
            )
            if answer.revision not in ("", revision):
                begun = now.begun(request, query, offer, answer.revision)
            return Reply(begun.status, begun.headers, answer.body, begun.label)
        return await self._in_thread(now, request)

    def _plain(self, now: Publication, request: Request) -> Any:
        try:
            return now.plain(request)
        except Exception:
            # What is wrong with the request, the app tells in the representation that the client likes best.
            return None

    async def _in_thread(self, now: Publication, request: Request) -> Reply:
        if self._in_threads >= self._settings.http_threads + WAITING:
            raise EngineBusy(say("requests-busy", count=self._in_threads))
        self._in_threads += 1
        try:
            call = partial(wsgi.call, now.app.wsgi_app, request, self._public.netloc, self._public.scheme)
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        finally:
            self._in_threads -= 1

    def _told(self, request: Request, error: Exception) -> Reply:
        kind = problem.kind_of(error)
        if kind is problem.INTERNAL:
            _log.error("no answer to %s %s (%s)", request.method, request.path, request.id, exc_info=error)
        if isinstance(error, QueryError):
            self._metrics.ended(kind.name)
        told = problem.envelope(kind, error, request.id)
        asks = {name: request.headers.get(name.replace("_", "-")) for name in ("accept", "accept_language")}
        if page := refused.page(self._now.app, kind, told, request.query, **asks):
            described, body = page[0], page[1].encode()
        else:
            described, body = problem.DATA, problem.body(told)
        headers = HEADERS | problem.headers(kind, error) | described
        if isinstance(error, RequestTimeout | RequestTooLarge) or (request.method in _WITH_BODY and not request.body):
            # The rest of the body may still be on its way.
            headers["Connection"] = "close"
        label = "sparql.show" if isinstance(error, QueryError) else "none"
        return Reply(kind.status, tuple(headers.items()), body, label)

    def _counts(self) -> Reply:
        lanes = self._now.pool.counts if self._now.pool else (0, 0, 0)
        headers = HEADERS | {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
        return Reply(200, tuple(headers.items()), self._metrics.text(lanes, self._now.cache.counts), "metrics")

    def _send(self, protocol: Any, request: Request, reply: Reply) -> None:
        headers = [(name, value) for name, value in reply.headers if name.lower() != "content-length"]
        headers.append(("Request-Id", request.id))
        if reply.status in (204, 304):
            protocol.response_empty(reply.status, headers)
        elif request.method == "HEAD":
            length = str(len(reply.body)) if reply.body else reply.header("content-length")
            protocol.response_empty(reply.status, [*headers, ("Content-Length", length)] if length else headers)
        else:
            protocol.response_bytes(reply.status, headers, reply.body)


def _check(request: Request) -> None:
    """Refuse what takes long to read, and a write with a header that cannot be read; raises BadRequest."""
    for name in NEGOTIATED:
        check_header(name, request.headers.get(name) or "")
    if request.method in _WITH_BODY:
        # A condition or a reason that nobody sees would be none.
        for name in request.headers.keys():  # noqa: SIM118 (granian's headers are no mapping)
            if request.headers.get(name) is None:
                raise BadRequest(say("not-ascii", name=name))


def _unless_known(request: Request, reply: Reply) -> Reply:
    """Return 304 in place of a reply that the client has (https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)."""
    told = request.headers.get("if-none-match")
    if not told or request.asks != "GET" or reply.status != 200:
        return reply
    tag = reply.header("etag")
    if not tag or tag.removeprefix("W/") not in told:
        return reply
    kept = tuple(pair for pair in reply.headers if not pair[0].lower().startswith("content-"))
    return Reply(304, kept, b"", reply.label, reply.cached)
