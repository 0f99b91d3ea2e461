"""The index that a process has: made when it is first asked for, and anew when something was written."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from byregion.engine import Engine
from byregion.errors import Unavailable
from byregion.search.index import Index, build
from byregion.search.things import read
from byregion.sentences import say

FRESH_WITHIN: Final = 2.0
"""Seconds that a search waits for the index of what was just written; then it is answered from the one before."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shelved:
    """An index and the revision that it is of."""

    revision: str
    index: Index


class Shelf:
    """The index of what `engine` holds, read beside the files in `data`. Many threads may ask at once.

    Who asks before there is any waits for `patience` seconds.
    """

    def __init__(self, engine: Engine, data: Path, patience: float) -> None:
        """Make nothing yet."""
        self._engine = engine
        self._data = data
        self._patience = patience
        self._lock = threading.Lock()
        self._held: Shelved | None = None
        self._making: tuple[str, Future[Shelved]] | None = None

    def index(self) -> Shelved:
        """Return the index of the current revision; one of an earlier revision while that is being made.

        Raises Unavailable where there is none yet, and where none can be made.
        """
        revision, held = self._engine.revision, self._held
        if held and held.revision == revision:
            return held
        making = self._begun(revision)
        try:
            return making.result(FRESH_WITHIN if held else self._patience)
        except TimeoutError as error:
            if held:
                return held
            raise Unavailable(say("index-being-made")) from error

    def _begun(self, revision: str) -> Future[Shelved]:
        with self._lock:
            if self._making is None or (self._making[0] != revision and self._making[1].done()):
                self._making = revision, Future()
                # A daemon, so that a server that ends does not wait for it.
                threading.Thread(target=self._make, args=self._making, name="search", daemon=True).start()
            return self._making[1]

    def _make(self, revision: str, future: Future[Shelved]) -> None:
        try:
            made = Shelved(revision, build(read(self._engine, self._data)))
        except Exception as error:
            _log.error("the index of words cannot be made: %s", error)
            with self._lock:
                self._making = None
            future.set_exception(Unavailable(say("index-not-made")))
        else:
            self._held = made
            future.set_result(made)
