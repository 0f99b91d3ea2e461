"""The changes of a store as they are told: who, when and why, and how much of it was stated."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from byregion.engine.delta import Delta
from byregion.engine.journal import Change, Changes, Content

PAGE: Final = 50
"""Changes on a page."""
_KEPT: Final = 500
_SHORT: Final = 100
"""Statements of a change that are kept in memory with it at most."""

# https://www.w3.org/TR/xml/#charsets: what cannot be written in XML, in whatever way.
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A change without what it changed: how many statements were added and removed, and how many follow from them.

    `short` is what was stated, of a change that is not large. `why` is without control characters, which some formats
    have no way to write.
    """

    number: int
    when: datetime
    who: str
    why: str
    previous: str
    revision: str
    added: int
    removed: int
    inferred: int
    short: Delta | None

    @classmethod
    def of(cls, change: Change) -> Entry:
        """Return the entry of a change."""
        whole = change.delta
        delta, follows = whole.stated, whole.inferences
        added, removed = len(delta.added), len(delta.removed)
        return cls(
            change.number,
            change.when,
            change.who,
            _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", change.why),
            change.previous,
            change.revision,
            added,
            removed,
            len(follows.added) + len(follows.removed),
            delta if added + removed <= _SHORT else None,
        )


class Ledger:
    """The changes of the store in a folder, also while it is written to; for any number of threads."""

    def __init__(self, folder: Path) -> None:
        """Read nothing yet."""
        self._folder, self._changes, self._lock = folder, Changes(folder), threading.Lock()
        self.entry = lru_cache(_KEPT)(self._entry)

    def __len__(self) -> int:
        """How many changes there are."""
        with self._lock:
            return len(self._changes)

    def change(self, number: int) -> Change:
        """Return the change with a number; raises NotFound and StoreError."""
        with self._lock:
            return self._changes[number]

    def revision(self, number: int) -> str:
        """Return the name of the revision after a change, or of what the store began with; raises as `change` does."""
        return self.change(number).revision if number else Content(self._folder, 0).revision

    def number(self, name: str) -> int:
        """Return the number of a change from that, or from what the revision that it made begins with.

        Raises NotFound where there is none.
        """
        with self._lock:
            # The name of a revision may have no letters in it.
            if name.isdecimal() and str(int(name)) == name and int(name) <= len(self._changes):
                return int(name)
            return self._changes.number(name.lower())

    def _entry(self, number: int) -> Entry:
        return Entry.of(self.change(number))

    def page(self, number: int) -> Iterator[Entry]:
        """Yield the changes on a page, the first of which has the first changes; the last one may be added to."""
        for one in range((number - 1) * PAGE + 1, min(number * PAGE, len(self)) + 1):
            yield self.entry(one)

    @property
    def pages(self) -> int:
        """How many pages there are, of which the first may be empty."""
        return max(1, -(-len(self) // PAGE))
