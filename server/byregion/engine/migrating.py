"""A store on disk taken over to other files of the ontology and the data, without losing what was written to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Quad, RdfFormat, serialize
from rdflib import Graph

from byregion.engine.delta import Delta, quads
from byregion.engine.journal import Change, Content, Journal, changes
from byregion.engine.opening import Source, beginning
from byregion.engine.store import canonical, follows
from byregion.iri import INFERRED
from byregion.namespaces import BASE, empty_graph

WHO: Final = "byregion migrate"
"""Who a change is said to be by that takes files over."""
_ONTOLOGY: Final = f"{BASE}graphs/ontology/"
_BLANK: Final = re.compile(rb"(?<![^ ])_:([A-Za-z0-9]+)(?= )")


@dataclass(frozen=True, slots=True)
class Migration:
    """What a store would become: `delta` is what changes, and `lines` are what graphs would state then.

    `kept` are the graphs that stay as they were written though the files say otherwise now.
    """

    journal: Journal
    source: Source
    delta: Delta
    lines: frozenset[bytes]
    kept: tuple[str, ...]

    def graph(self) -> Graph:
        """Return what would be stated, as shapes judge it."""
        graph = empty_graph()
        triples = (f"{line.rsplit(b' ', 2)[0].decode()} .\n" for line in sorted(self.lines))
        graph.parse(data="".join(triples), format="nt")
        return graph

    def carry_out(self) -> Change | None:
        """Record it, and return the change, None where there is none; what is recorded later is of the new ontology.

        Raises StoreError and OSError. Where it ends in between, it can be done again.
        """
        head = self.journal.head
        was, now = head.ontology, self.source.ontology()
        why = f"the ontology {was} became {now}" if was != now else "the files of the data changed"
        change = self.journal.append(self.delta.text(), WHO, why) if self.delta else None
        self.journal.rotate(replace(head, ontology=now, source=self.source.sha256()))
        return change


def planned(folder: Path, source: Source) -> Migration:
    """Return what the store in `folder` becomes with `source`; nobody else can open it until this process has ended.

    A graph that somebody has written to since the store was last in step with files is the store's; of every other, and
    of the ontology, it is what the files say now. Raises StoreError and DataError.
    """
    journal = Journal(folder, beginning(source), migrating=True)
    try:
        return _planned(journal, source)
    except BaseException:
        journal.close()
        raise


def _planned(journal: Journal, source: Source) -> Migration:
    content = Content(journal.folder)
    here, there = _by_graph(content.lines()), _by_graph(source.text().splitlines())
    inferred_here, _ = here.pop(_INFERRED, set()), there.pop(_INFERRED, set())
    written, becomes, kept = _written(journal), set[bytes](), []
    for graph in here.keys() | there.keys():
        before, after = here.get(graph, set()), there.get(graph, set())
        if _same(before, after):
            becomes |= before
        elif graph in written and not graph.startswith(_ONTOLOGY):
            becomes |= before
            kept.append(graph)
        else:
            becomes |= {_BLANK.sub(rb"_:m%dx\1" % (journal.number + 1), line) for line in after}
    held = set().union(inferred_here, *here.values())
    whole = becomes | _inferred(becomes, source)
    delta = Delta(
        added=frozenset(whole - held),
        removed=frozenset(held - whole),
        created=frozenset(there.keys() - here.keys()),
    )
    return Migration(journal, source, delta, frozenset(becomes), tuple(sorted(kept)))


_INFERRED: Final = str(INFERRED)


def _by_graph(lines: Iterable[bytes]) -> dict[str, set[bytes]]:
    found: dict[str, set[bytes]] = {}
    for line in lines:
        found.setdefault(line[line.rindex(b" <") + 2 : -3].decode(), set()).add(line)
    return found


def _same(before: set[bytes], after: set[bytes]) -> bool:
    """Tell whether two sets of lines say the same, whatever their blank nodes are called."""
    return before == after or canonical(quads(frozenset(before))) == canonical(quads(frozenset(after)))


def _written(journal: Journal) -> set[str]:
    """Return the graphs that somebody has written to since the store was last in step with files."""
    made = (change.delta.stated for change in changes(journal.folder, journal.head.step) if change.who != WHO)
    return {graph for delta in made for graph in delta.graphs()}


def _inferred(lines: set[bytes], source: Source) -> set[bytes]:
    graph = NamedNode(_INFERRED)
    found = follows(quads(frozenset(lines)), source.rules)
    new = (Quad(item.subject, item.predicate, item.object, graph) for item in found)
    return set((serialize(new, format=RdfFormat.N_QUADS) or b"").splitlines())
