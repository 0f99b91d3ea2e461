"""What was written to a store, as a graph that queries may name: made of the journal, and held nowhere."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from byregion.engine.base import Graph
from byregion.errors import EngineError, NotFound, StoreError
from byregion.history import described
from byregion.history.ledger import PAGE, Ledger
from byregion.iri import CHANGES
from byregion.namespaces import empty_graph
from byregion.sentences import say

_QUICK: Final = 1


class Told:
    """The changes of the store in a folder as one graph, in the words of `described.change`; for any number of threads.

    Pages of changes never change, so they are put into words once, and kept compressed.
    """

    name: Final = str(CHANGES)

    def __init__(self, folder: Path, url: str) -> None:
        """Read nothing yet; `url` is the address of the server, by which changes are called."""
        self._ledger, self._url = Ledger(folder), url
        self._lock = threading.Lock()
        self._pages: list[bytes] = []
        self._rest: tuple[int, bytes] = (0, b"")

    def graph(self, revision: str) -> Graph:
        """Return the changes that led to a revision, by its full name; raises EngineError for one that none made."""
        try:
            with self._lock:
                return Graph(self.name, b"".join(self._parts(self._ledger.number(revision))))
        except (NotFound, StoreError, OSError) as error:
            raise EngineError(say("changes-untold", name=revision[:16], why=error)) from error

    def _parts(self, number: int) -> Iterable[bytes]:
        """Yield what is said of the first changes, up to a number."""
        whole = number // PAGE
        while len(self._pages) < whole:
            first = len(self._pages) * PAGE + 1
            self._pages.append(zlib.compress(self._said(first, first + PAGE - 1), _QUICK))
        if self._rest[0] != number:
            self._rest = number, self._said(whole * PAGE + 1, number)
        yield from map(zlib.decompress, self._pages[:whole])
        yield self._rest[1]

    def _said(self, first: int, last: int) -> bytes:
        graph = empty_graph()
        for number in range(first, last + 1):
            described.change(graph, self._url, self._ledger.entry(number))
        lines = graph.serialize(format="nt", encoding="utf-8").splitlines(keepends=True)
        return b"".join(sorted(lines))
