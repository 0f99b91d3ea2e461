"""How much one client may ask for at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from byregion.errors import TooManyRequests


class Clients:
    """The requests that are being worked on, by the address of the client; at most `limit` for each."""

    def __init__(self, limit: int) -> None:
        """Start with none."""
        self._limit = limit
        self._working: Counter[str] = Counter()

    @contextmanager
    def working(self, client: str) -> Iterator[None]:
        """Count a request while it is worked on; raises TooManyRequests."""
        if self._working[client] >= self._limit:
            raise TooManyRequests(self._limit)
        self._working[client] += 1
        try:
            yield
        finally:
            self._working[client] -= 1
            if not self._working[client]:
                del self._working[client]
