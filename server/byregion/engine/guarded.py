"""What a write would come to once the guard has judged its result: the whole change, or why it may not be made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import NamedNode, Quad, RdfFormat, serialize

from byregion.engine.delta import Delta, quads
from byregion.engine.store import LoadedStore
from byregion.engine.write import Trial, Written
from byregion.errors import ValidationError
from byregion.guard.matching import Triple
from byregion.iri import INFERRED
from byregion.sentences import say
from byregion.validate import Report, to_graph, to_text

MOST: Final = 1000
"""Results that a report of a refused write tells at most, the first ones."""
LISTED: Final = 1000
"""Statements of each kind that a trial tells at most."""
_INFERRED: Final = NamedNode(str(INFERRED))


@dataclass(frozen=True, slots=True)
class Staged:
    """A change with all that follows from it, and the report of why it may not be made, None where it may."""

    delta: Delta
    report: Report | None = None

    def checked(self) -> Delta:
        """Return the change; raises ValidationError where it may not be made."""
        if self.report is None:
            return self.delta
        first, *_ = to_text(self.report).splitlines()
        count = len(self.report.results)
        what = first if count == 1 else say("and-more", first=first, count=count - 1)
        raise ValidationError(say("not-conforming", what=what), _written(self.report))

    def tried(self, revision: str) -> Written:
        """Return what the change would do to `revision`."""
        stated, follows = self.delta.stated, self.delta.inferences
        trial = Trial(
            added=_listed(stated.added),
            removed=_listed(stated.removed),
            inferences_added=_listed(follows.added),
            inferences_removed=_listed(follows.removed),
            inferred=(len(follows.added), len(follows.removed)),
            dropped=tuple(sorted(stated.dropped)),
            report="" if self.report is None else _written(self.report),
        )
        return Written(revision, len(stated.added), len(stated.removed), tuple(sorted(stated.created)), trial)


def guarded(loaded: LoadedStore, delta: Delta) -> Staged:
    """Return what a change comes to whose named graphs `loaded.store` has already; its default graph may change."""
    if loaded.guard is None or not delta:
        return Staged(delta)
    verdict = loaded.guard.judge(loaded.store, quads(delta.added), quads(delta.removed), loaded.stated)
    added, removed = _lines(verdict.follows.added), _lines(verdict.follows.removed)
    whole = replace(delta, added=delta.added | added, removed=delta.removed | removed)
    return Staged(whole, None if verdict.report.conforms else verdict.report)


def _lines(triples: Iterable[Triple]) -> frozenset[bytes]:
    text = serialize((Quad(*triple, _INFERRED) for triple in triples), format=RdfFormat.N_QUADS) or b""
    return frozenset(text.split(b"\n")) - {b""}


def _listed(lines: frozenset[bytes]) -> tuple[str, ...]:
    return tuple(line.decode() for line in sorted(lines)[:LISTED])


def _written(report: Report) -> str:
    text: str = to_graph(replace(report, results=report.results[:MOST])).serialize(format="nt")
    return text
