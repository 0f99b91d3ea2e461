"""A change of a store on disk taken back: a write as any other, judged and recorded."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Quad, Store
from rdflib import Graph

from byregion.engine import published
from byregion.engine.delta import Delta, quads
from byregion.engine.guarded import guarded
from byregion.engine.journal import Change, Changes
from byregion.engine.opening import Source, opened
from byregion.engine.store import LoadedStore
from byregion.errors import Conflict
from byregion.guard import Guard

WHO: Final = "byregion revert"
"""Who a change is said to be by that takes another back."""


def revert(folder: Path, number: int, why: str, source: Source | None, shapes: Graph | None) -> Change:
    """Take back what change `number` stated and removed in the store in `folder`, and return the change that does so.

    `source` and `shapes` are what the store is published with, None for one that began with nothing and is judged by
    none. Raises NotFound for a number that there is not, Conflict where a later change has changed the same statements,
    or where the graph takes no writes, ValidationError where the result would not conform, StoreError, StoreFull and
    DataError; nothing is changed then.
    """
    loaded, journal = opened(folder, source)
    with closing(journal):
        store = loaded.store
        delta = _possible(store, inverse(Changes(folder)[number].delta.stated))
        _refuse_unclean(store, delta, number)
        if loaded.is_merged or shapes:
            rules = source.rules if source else ()
            loaded = replace(loaded, guard=Guard(store, shapes, rules, is_merged=loaded.is_merged))
        text = _judged(loaded, delta).text()
        return journal.append(text, WHO, why or f"takes back change {number}")


def inverse(delta: Delta) -> Delta:
    """Return what takes a change back."""
    return Delta(added=delta.removed, removed=delta.added, created=delta.dropped, dropped=delta.created)


def _judged(loaded: LoadedStore, delta: Delta) -> Delta:
    delta.apply(loaded.store)
    if loaded.is_merged:
        published.refuse_unwritable(loaded.store, delta)
    return guarded(loaded, delta).checked()


def _possible(store: Store, delta: Delta) -> Delta:
    """Return a change of `store` without the graphs that stay, for they hold more, and those that are there again."""
    removed = set(quads(delta.removed))
    dropped = {graph for graph in delta.dropped if _graph(store, graph) <= removed}
    created = {graph for graph in delta.created if not store.contains_named_graph(NamedNode(graph))}
    return replace(delta, created=frozenset(created), dropped=frozenset(dropped))


def _graph(store: Store, graph: str) -> set[Quad]:
    return set(store.quads_for_pattern(None, None, None, NamedNode(graph)))


def _refuse_unclean(store: Store, delta: Delta, number: int) -> None:
    """Raise Conflict where what a change did is not what stands any more: a part of a change is another change."""
    faults = [
        *(f"{quad} is not there any more" for quad in quads(delta.removed) if quad not in store),
        *(f"{quad} is there again" for quad in quads(delta.added) if quad in store),
    ]
    if faults:
        more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
        what = f"change {number} cannot be taken back as a whole, since later ones changed the same: {faults[0]}{more}"
        raise Conflict(f"{what}; take those back first, the last one first")
