"""A revision put into a store by the SPARQL 1.1 Graph Store HTTP Protocol.

The marker is removed first and written last: whatever goes wrong on the way, nobody takes what lies there for the
revision. https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from rdflib import URIRef

from byregion.engine import received
from byregion.engine.exchange import Exchange, shown
from byregion.engine.holding import MARKER, Holding, graphs
from byregion.errors import EngineError

PART: Final = 50_000
"""Lines of N-Triples that are sent at once: what some stores still take in one request."""
SECONDS: Final = 300.0
"""Seconds in which a store takes a part."""


class GraphStore:
    """The Graph Store Protocol of a store."""

    def __init__(self, url: str, *, authorization: str = "") -> None:
        """Reach it at `url`."""
        self.url = url
        self._exchange = Exchange(width=1, size=1 << 20, authorization=authorization)

    def deposit(self, text: bytes) -> Holding:
        """Put the revision with this text into the store in place of what lies there; returns what it is.

        Raises EngineError where the store does not take it, after which it holds no revision.
        """
        holding = Holding.of(text)
        self._send("DELETE", MARKER)
        for name, lines in graphs(text):
            for number, part in enumerate(_parts(lines)):
                self._send("POST" if number else "PUT", name, part)
        self._send("PUT", MARKER, holding.marker)
        return holding

    def _send(self, method: str, graph: URIRef, body: bytes = b"") -> None:
        address = f"{self.url}{'&' if '?' in self.url else '?'}graph={quote(graph, safe='')}"
        # N-Triples are Turtle, and there is no store that does not read Turtle.
        headers = {"Content-Type": "text/turtle"} if body else {}
        try:
            reply = self._exchange.ask(method, address, headers, body, until=time.monotonic() + SECONDS)
        except TimeoutError as error:
            raise EngineError(f"{error}: {SECONDS:g} s for {method} of <{graph}>") from error
        if not (method == "DELETE" and reply.status == 404):
            received.refuse_failure(reply, f"the store {shown(self.url)}")

    def close(self) -> None:
        """Let go of the connection."""
        self._exchange.close()


def _parts(lines: list[bytes]) -> Iterator[bytes]:
    """Yield the lines of a graph in parts; those with blank nodes, which are known in one request only, are the first.

    A line that merely looks as if it had one does no harm among them.
    """
    ordered = sorted(lines, key=lambda line: b"_:" not in line)
    first = max(PART, sum(b"_:" in line for line in lines))
    yield b"".join(ordered[:first])
    for start in range(first, len(ordered), PART):
        yield b"".join(ordered[start : start + PART])
