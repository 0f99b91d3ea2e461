"""The guard of a store: what it says of a write that was done on a copy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from pyoxigraph import Quad, Store
from rdflib import Graph

from byregion.errors import DataError
from byregion.guard import closure
from byregion.guard.closure import Follows
from byregion.guard.judging import Shapes
from byregion.guard.matching import Triple
from byregion.guard.rules import Rules
from byregion.guard.view import View
from byregion.validate import Report, reported


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the shapes say of the state that a write would make, and the inferences that it gains and loses there."""

    report: Report
    follows: Follows


class Guard:
    """Shapes that the result of every write must conform to, and rules whose inferences follow it."""

    def __init__(
        self, store: Store, shapes: Graph | None, rules: Iterable[str] = (), *, is_merged: bool = True
    ) -> None:
        """Be the guard of `store`, whose default graph is the closure of the merge of the others if it `is_merged`.

        Without `shapes` everything conforms. Raises DataError where they are not well-formed, or the store does not
        conform to them: of what a write does not affect it is taken for granted that it does.
        """
        self._is_merged = is_merged
        self._rules = Rules(rules, store) if is_merged else None
        self._shapes = Shapes(shapes, is_merged=is_merged) if shapes is not None else None
        if self._shapes is None:
            return
        found = self._shapes.of_all(store)
        if not found.conforms:
            count = len(found.results)
            what = f"what is held does not conform to the shapes ({count} results), and no write can be judged by them"
            raise DataError(f"{what}; byregion validate tells where, mend that first")

    def judge(self, store: Store, added: Iterable[Quad], removed: Iterable[Quad], held: int) -> Verdict:
        """Return what is to be said of a write that added and removed these quads of named graphs of `store`.

        These `held` so many triples before. `store` is a copy; its default graph is brought to what it would be, where
        that is the merge.
        """
        view = View(store, is_merged=self._is_merged)
        changed: set[Triple] = set()
        came, went = _triples(added, view, changed), _triples(removed, view, changed)
        report = self._shapes.of_change(store, changed, held) if self._shapes else reported(())
        follows = closure.follow(store, self._rules, came, went) if self._rules else Follows()
        return Verdict(report, follows)


def _triples(quads: Iterable[Quad], view: View, judged: set[Triple]) -> set[Triple]:
    """Return the triples of quads, and add those to `judged` that are: each is made once, for a write may be large."""
    found: set[Triple] = set()
    for quad in quads:
        triple = cast(Triple, (quad.subject, quad.predicate, quad.object))
        found.add(triple)
        if view.is_judged(quad):
            judged.add(triple)
    return found
