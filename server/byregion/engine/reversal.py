"""What takes a change back, held against what a store holds: all of it, or none."""

from __future__ import annotations

from dataclasses import replace

from pyoxigraph import NamedNode, Quad, Store

from byregion.engine.delta import Delta, quads
from byregion.engine.write import Reversal
from byregion.errors import Conflict
from byregion.sentences import say


def possible(store: Store, what: Reversal) -> Delta:
    """Return what a reversal changes in `store`, without the graphs that stay, and those that are there again.

    A graph stays where it holds more by now. Raises Conflict where what the change did is not what stands any more,
    since a part of it taken back would be a change that nobody asked for, and where there is nothing to take back.
    """
    delta = Delta.of_text(what.text)
    _refuse_unclean(store, delta, what.number)
    removed = set(quads(delta.removed))
    dropped = {graph for graph in delta.dropped if _stated(store, graph) <= removed}
    created = {graph for graph in delta.created if not store.contains_named_graph(NamedNode(graph))}
    found = replace(delta, created=frozenset(created), dropped=frozenset(dropped))
    if not found:
        raise Conflict(say("nothing-stands", number=what.number))
    return found


def _refuse_unclean(store: Store, delta: Delta, number: int) -> None:
    faults = [
        *(say("gone-since", quad=quad) for quad in quads(delta.removed) if quad not in store),
        *(say("back-since", quad=quad) for quad in quads(delta.added) if quad in store),
    ]
    if faults:
        first, more = faults[0], len(faults) - 1
        what = say("and-more", first=first, count=more) if more else first
        raise Conflict(say("changed-since", number=number, what=what))


def _stated(store: Store, graph: str) -> set[Quad]:
    return set(store.quads_for_pattern(None, None, None, NamedNode(graph)))
