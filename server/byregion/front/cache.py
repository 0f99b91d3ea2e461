"""Answers that are given again: as long as the revision is the same, so is the answer to the same request.

An answer is known by method, path, query and body byte for byte, by those headers of the request that it says it
depends on (Vary), and by whether it is compressed. https://www.rfc-editor.org/rfc/rfc9111#section-4.1
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from byregion.front.message import Reply, Request

_Address = tuple[str, str, str, bytes, str | None]
_Key = tuple[_Address, bool, tuple[str | None, ...]]
# Headers, tuples and dictionary entries, beside what was asked and the body.
_OVERHEAD: Final = 4096
SHARE: Final = 16
"""An answer that takes more than one part in so many of the whole is not kept: it would push out too many."""
STATUSES: Final = (200, 303)


@dataclass(frozen=True, slots=True)
class Counts:
    """How often an answer was known and how often not, how many are kept, and the bytes they take."""

    hits: int = 0
    misses: int = 0
    entries: int = 0
    size: int = 0


class Cache:
    """The answers of one revision, within `limit` bytes; what was asked longest ago goes first. For one thread."""

    def __init__(self, limit: int) -> None:
        """Start empty; a limit of 0 keeps nothing."""
        self._limit = limit
        self._vary: dict[_Address, tuple[str, ...]] = {}
        self._kept: OrderedDict[_Key, tuple[Reply, int]] = OrderedDict()
        self._size = 0
        self._hits = 0
        self._misses = 0

    def find(self, request: Request, *, packed: bool) -> Reply | None:
        """Return the answer to `request` where it is known, compressed or not."""
        address = _address(request)
        vary = self._vary.get(address)
        if vary is not None:
            key = address, packed, tuple([request.headers.get(name) for name in vary])
            if found := self._kept.get(key):
                self._kept.move_to_end(key)
                self._hits += 1
                return found[0]
        self._misses += 1
        return None

    def keep(self, request: Request, reply: Reply, *, packed: bool) -> None:
        """Keep what may be given again."""
        size = len(reply.body) + len(request.body) + len(request.query) + len(request.path) + _OVERHEAD
        if size * SHARE > self._limit or not may_be_kept(reply):
            return
        address = _address(request)
        named = (name.strip().lower() for name in (reply.header("vary") or "").split(","))
        vary = tuple(name for name in named if name not in ("", "accept-encoding"))
        self._vary[address] = vary
        key = address, packed, tuple([request.headers.get(name) for name in vary])
        if known := self._kept.pop(key, None):
            self._size -= known[1]
        self._kept[key] = reply, size
        self._size += size
        while self._size > self._limit:
            _, (_, freed) = self._kept.popitem(last=False)
            self._size -= freed
        if len(self._vary) > 2 * len(self._kept) + 100:
            addresses = {key[0] for key in self._kept}
            self._vary = {address: names for address, names in self._vary.items() if address in addresses}

    @property
    def counts(self) -> Counts:
        """The counts so far."""
        return Counts(self._hits, self._misses, len(self._kept), self._size)


def is_asked(request: Request) -> bool:
    """Tell whether the answer to a request may be known: it reads, for everybody, and all of it."""
    if request.method not in ("GET", "HEAD", "POST"):
        return False
    return request.headers.get("authorization") is None and request.headers.get("range") is None


def may_be_kept(reply: Reply) -> bool:
    """Tell whether a reply may be given again as long as the revision is the same."""
    policy = reply.header("cache-control") or ""
    return reply.status in STATUSES and "no-store" not in policy and "private" not in policy


def _address(request: Request) -> _Address:
    posted = request.headers.get("content-type") if request.body else None
    return request.asks, request.path, request.query, request.body, posted
