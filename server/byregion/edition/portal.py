"""What the national portal would give an edition, worked out from the very bytes that are going to be served."""

from __future__ import annotations

import zlib
from typing import Any

from byregion.catalogue import Dump
from byregion.catalogue.fetch import Answer
from byregion.catalogue.names import CATALOGUE
from byregion.catalogue.score import POSSIBLE, Score
from byregion.errors import FetchError


class Files:
    """The catalogue and the downloads of an edition, each given as the server at `url` does; nothing else is asked."""

    def __init__(self, url: str) -> None:
        """Hold nothing yet."""
        self.url = url
        self.dumps: list[Dump] = []
        self._held: dict[str, tuple[str, bytes]] = {}

    @property
    def catalogue(self) -> str:
        """The address of the catalogue."""
        return f"{self.url}catalogue"

    def put_catalogue(self, content: bytes) -> None:
        """Hold the catalogue, in Turtle."""
        self._held[self.catalogue] = ("text/turtle", zlib.compress(content, 1))

    def put(self, dump: Dump, content: bytes) -> None:
        """Hold a download."""
        self.dumps.append(dump)
        self._held[str(dump.address(self.url))] = (dump.format.served_as, zlib.compress(content, 1))

    def head(self, url: str) -> Answer:
        """Return the answer to HEAD; raises FetchError where the edition has nothing at the address."""
        return Answer(url, 200, {"content-type": self._found(url)[0]}, b"")

    def get(self, url: str) -> Answer:
        """Return the answer to GET; raises FetchError as `head` does."""
        media_type, packed = self._found(url)
        return Answer(url, 200, {"content-type": media_type}, zlib.decompress(packed))

    def download(self, url: str, accept: str = "*/*") -> Answer:
        """Return the answer to GET; each address has one representation, so that `accept` changes nothing."""
        del accept
        return self.get(url)

    def _found(self, url: str) -> tuple[str, bytes]:
        if url not in self._held:
            raise FetchError(f"{url} is no part of the edition")
        return self._held[url]


def told(score: Score) -> dict[str, Any]:
    """Return the marks as JSON: of each dataset its points, and each metric that it loses points for."""
    return {
        "possible": POSSIBLE,
        "problems": list(score.problems),
        "datasets": {
            str(item.dataset).removeprefix(f"{CATALOGUE}/"): {
                "points": item.points,
                "lost": [
                    {"metric": mark.metric.name, "points": mark.metric.points - mark.points, "why": mark.why}
                    for mark in item.marks
                    if mark.points < mark.metric.points
                ],
            }
            for item in score.datasets
        },
    }
