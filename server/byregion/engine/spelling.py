"""Statements as a store spells them, which writes numbers its own way."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import RdfFormat, Store, parse

from byregion.engine.delta import quads
from byregion.engine.store import canonical


def spelled(lines: Iterable[bytes]) -> frozenset[bytes]:
    """Return lines of N-Quads as a store gives them back; blank nodes keep their names."""
    store = Store()
    store.bulk_extend(parse(b"\n".join(lines), format=RdfFormat.N_QUADS, lenient=True))
    return frozenset((store.dump(format=RdfFormat.N_QUADS) or b"").splitlines())


def same(one: frozenset[bytes], other: frozenset[bytes]) -> bool:
    """Tell whether two sets of lines say the same, whatever their blank nodes are called."""
    if one == other:
        return True
    if len(one) != len(other) or not any(b"_:" in line for line in one):
        return False
    return canonical(quads(one)) == canonical(quads(other))
