"""What changed between two revisions of a store, as a patch: https://jena.apache.org/documentation/rdf-patch/."""

from __future__ import annotations

from collections.abc import Iterator

from byregion.engine.delta import Delta, quads
from byregion.engine.journal.content import Net
from byregion.engine.reverting import inverse
from byregion.history.ledger import Ledger
from byregion.terms import shorten


def between(ledger: Ledger, before: int, after: int) -> Delta:
    """Return what was stated or taken back from after the one change until after the other, whichever came first.

    Number 0 is what the store began with. Raises NotFound and StoreError.
    """
    net, first, last = Net(), min(before, after), max(before, after)
    for number in range(first + 1, last + 1):
        net.follow(ledger.change(number))
    came = Delta(frozenset(net.added), frozenset(net.removed), frozenset(net.created), frozenset(net.dropped)).stated
    return came if before <= after else inverse(came)


def lines(delta: Delta, before: str, after: str) -> Iterator[str]:
    """Yield a change as RDF Patch, which leads from one revision to another; what is removed is first.

    Graphs that hold nothing are not told of.
    """
    yield f'H prev "{before}" .'
    yield f'H id "{after}" .'
    yield "TX ."
    for mark, statements in (("D", delta.removed), ("A", delta.added)):
        for line in sorted(statements):
            yield f"{mark} {line.decode()}"
    yield "TC ."


def told(delta: Delta) -> Iterator[tuple[str, str, str]]:
    """Yield a change as people read it, by graph and subject: the graph, "" the default one, + or -, the statement.

    A graph that was made or removed and holds nothing is told with an empty statement.
    """
    rows = [
        (
            str(quad.graph_name)[1:-1] if str(quad.graph_name).startswith("<") else "",
            _short(str(quad.subject)),
            f"{_short(str(quad.predicate))} {_short(str(quad.object))}",
            mark,
        )
        for mark, lines in (("-", delta.removed), ("+", delta.added))
        for quad in quads(lines)
    ]
    rows += [(graph, "", "", mark) for mark, graphs in (("-", delta.dropped), ("+", delta.created)) for graph in graphs]
    # What went stands before what came in its place.
    for graph, subject, rest, mark in sorted(rows, key=lambda row: (row[0], row[1], row[3] == "+", row[2])):
        yield graph, mark, f"{subject} {rest}".strip() or "the graph"


def _short(term: str) -> str:
    """Return a term of N-Quads as it is written with prefixes."""
    return shorten(term[1:-1]) if term.startswith("<") and not term.startswith("<<") else term
