"""One revision as it is being served: the app, the engine, and the answers that are known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask
from werkzeug.http import http_date

from byregion.config import Settings
from byregion.engine.pool import Pool
from byregion.front.cache import Cache
from byregion.front.message import Reply, Request
from byregion.web import protocol, service
from byregion.web.app import HEADERS
from byregion.web.negotiate import Offer
from byregion.web.protocol import Query
from byregion.web.revisions import SHOWN

# As the app writes its own addresses.
_SAFE = "!$'()*,/:;?@"
_PLAIN = tuple(HEADERS.items())


@dataclass(slots=True)
class Publication:
    """The app that publishes a revision, and the pool of its engine where that can be asked without the app.

    `is_fixed` says that nothing changes until the next publication, so that answers may be given again. `working` are
    the requests that are being worked on.
    """

    app: Flask
    settings: Settings
    pool: Pool | None = None
    is_fixed: bool = True
    working: int = 0
    cache: Cache = field(init=False)

    def __post_init__(self) -> None:
        """Start with no answer known."""
        self.cache = Cache(self.settings.cache_mb << 20 if self.is_fixed else 0)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Count a request while it is worked on."""
        self.working += 1
        try:
            yield
        finally:
            self.working -= 1

    @property
    def site(self) -> Any:
        """What the app is made of."""
        return self.app.extensions["byregion"]

    def plain(self, request: Request) -> tuple[Query, Offer] | None:
        """Return the query and the representation of a request that needs nothing but the engine; None for others.

        Raises what `protocol.read` and `service.offer` do.
        """
        if self.pool is None or not self._is_endpoint(request.path) or "revision=" in request.query:
            return None
        if request.asks not in ("GET", "POST"):
            return None
        asked = protocol.read(
            request.asks,
            request.query.encode(),
            request.headers.get("content-type") or "",
            request.body,
            longest=self.settings.max_query_length,
        )
        if not isinstance(asked, Query):
            return None
        offer = service.offer(asked, request.headers.get("accept"))
        return (asked, offer) if service.is_plain(offer) else None

    def _is_endpoint(self, path: str) -> bool:
        prefix = urlsplit(self.settings.url).path.rstrip("/")
        return path.removeprefix(prefix).rstrip("/") == "/sparql"

    def begun(self, request: Request, query: Query, offer: Offer, revision: str) -> Reply:
        """Return the reply to a plain query but for its body: its headers are known before it is answered."""
        tag = service.tag(revision, self.site.code, query, offer)
        own = service.headers(query, offer, self.settings, tag)
        told = [*own, ("Byregion-Revision", revision)]
        published = self.site.revisions.published(revision)
        if published and request.asks == "GET":
            pairs = [*_pairs(request), ("revision", revision[:SHOWN])]
            link = f"{self.settings.url}sparql?{urlencode(pairs, safe=_SAFE)}"
            told.append(("Link", f'<{link}>; rel="memento"; datetime="{http_date(published)}"'))
        names = {name for name, _ in told}
        return Reply(200, (*told, *(pair for pair in _PLAIN if pair[0] not in names)), label="sparql.show")


def _pairs(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.query, keep_blank_values=True)
