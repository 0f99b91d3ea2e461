"""What follows after a write, from what followed before it: inferences are taken back and made where it counts.

What a triple that has gone had a part in is taken back, step by step; what of that follows otherwise comes again; and
what new triples bring is added (delete and rederive). The end is what making everything anew would give.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from byregion.guard.matching import Term, Triple
from byregion.guard.rules import Rules, find_in
from byregion.iri import INFERRED

_INFERRED: Final = NamedNode(str(INFERRED))
_MERGED: Final = DefaultGraph()


@dataclass(frozen=True, slots=True)
class Follows:
    """The triples that the graph of inferences gains and loses."""

    added: frozenset[Triple] = frozenset()
    removed: frozenset[Triple] = frozenset()


def follow(store: Store, rules: Rules, added: Iterable[Triple], removed: Iterable[Triple]) -> Follows:
    """Bring the default graph of `store` to the closure of what is stated, and return what that changes.

    The triples were `added` to named graphs of `store` and `removed` from them already; its default graph and its graph
    of inferences are as before.
    """
    closure = _Closure(store, rules)
    added, removed = set(added), set(removed)
    over = closure.taken_back(triple for triple in removed if not closure.is_stated(triple))
    again = {triple for triple in over if rules.follows(triple, closure.find)}
    came = closure.added(again | {triple for triple in added if not closure.holds(triple)})
    touched = over | came | added | removed
    was = {triple for triple in touched if Quad(*triple, _INFERRED) in store}
    now = {triple for triple in touched if closure.holds(triple) and not closure.is_stated(triple)}
    return Follows(frozenset(now - was), frozenset(was - now))


class _Closure:
    def __init__(self, store: Store, rules: Rules) -> None:
        self._store = store
        self._rules = rules

    def find(self, subject: Term | None, predicate: Term | None, obj: Term | None) -> Iterable[Triple]:
        # A list, since the store changes while what was found is gone through.
        return list(find_in(self._store, _MERGED, subject, predicate, obj))

    def holds(self, triple: Triple) -> bool:
        return Quad(*triple, _MERGED) in self._store

    def is_stated(self, triple: Triple) -> bool:
        return any(quad.graph_name not in (_MERGED, _INFERRED) for quad in self._store.quads_for_pattern(*triple, None))

    def taken_back(self, gone: Iterable[Triple]) -> set[Triple]:
        """Remove triples, and all that any of them had a part in and nobody states; return what was removed."""
        left = list(gone)
        over = set(left)
        while left:
            for made in self._rules.from_triple(left.pop(), self.find):
                if made not in over and self.holds(made) and not self.is_stated(made):
                    over.add(made)
                    left.append(made)
        for triple in over:
            self._store.remove(Quad(*triple, _MERGED))
        return over

    def added(self, triples: Iterable[Triple]) -> set[Triple]:
        """Add triples and all that follows from them; return what was added."""
        left = list(triples)
        came = set(left)
        self._store.extend(Quad(*triple, _MERGED) for triple in left)
        while left:
            for made in self._rules.from_triple(left.pop(), self.find):
                if not self.holds(made):
                    self._store.add(Quad(*made, _MERGED))
                    came.add(made)
                    left.append(made)
        return came
