"""A change of a store on disk taken back: a write as any other, judged and recorded."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from rdflib import Graph

from byregion.engine.delta import Delta
from byregion.engine.journal import Change, Changes
from byregion.engine.opening import Source, opened
from byregion.engine.stage import stage
from byregion.engine.write import Conditions, Reversal, Write
from byregion.guard import Guard

WHO: Final = "byregion revert"
"""Who a change is said to be by that takes another back without a server."""


def revert(folder: Path, number: int, why: str, source: Source | None, shapes: Graph | None) -> Change:
    """Take back what change `number` stated and removed in the store in `folder`, and return the change that does so.

    `source` and `shapes` are what the store is published with, None for one that began with nothing and is judged by
    none. Raises NotFound for a number that there is not, Conflict where a later change has changed the same statements,
    or where the graph takes no writes, ValidationError where the result would not conform, StoreError, StoreFull and
    DataError; nothing is changed then.
    """
    loaded, journal = opened(folder, source)
    with closing(journal):
        write = Write(reversal(Changes(folder)[number]), who=WHO, why=why)
        if loaded.is_merged or shapes:
            rules = source.rules if source else ()
            loaded = replace(loaded, guard=Guard(loaded.store, shapes, rules, is_merged=loaded.is_merged))
        return journal.append(stage(loaded, write).checked().text(), write.who, write.reason)


def reversal(change: Change, conditions: Conditions | None = None) -> Reversal:
    """Return what takes a change back, where what is held is in the state that the `conditions` name."""
    return Reversal(change.number, inverse(change.delta.stated).text(), conditions or Conditions())


def inverse(delta: Delta) -> Delta:
    """Return what takes a change back."""
    return Delta(added=delta.removed, removed=delta.added, created=delta.dropped, dropped=delta.created)
