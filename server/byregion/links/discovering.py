"""All the links that can be proposed: among our datasets, to others' data, to identifiers that a table states."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final

from rdflib import Graph, URIRef

from byregion.links import identifiers, municipalities, statements, themes
from byregion.links.matters import Matters
from byregion.links.proposing import TABLE, Proposal
from byregion.namespaces import ID, empty_graph

KINDS: Final = ("similar", "municipality", "theme", "identifier")
"""What can be proposed: similar statements, the same municipality, a close theme, an outside identifier."""


@dataclass(frozen=True)
class Table:
    """Identifiers by municipality number, how their system writes them as IRIs, and what the table is called."""

    by_number: Mapping[str, str]
    name: str
    form: str = identifiers.GEONAMES


@dataclass(frozen=True)
class Asked:
    """What is to be proposed: the kinds, the least score, and the day that undated numbers of others are for."""

    kinds: Collection[str] = KINDS
    least: float = statements.LEAST
    day: date | None = None
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Others:
    """Data of others: its graph, and the document that it was read from, by which an accepted link is sourced."""

    graph: Graph = field(default_factory=empty_graph)
    source: URIRef | None = None


def proposals(ours: Graph, asked: Asked, others: Others | None = None) -> Iterator[Proposal]:
    """Yield the links that are proposed, ontology and data of ours in one graph; the same for the same graphs."""
    theirs = others or Others()
    matters = Matters.of(ours)
    found: list[Proposal] = []
    if "similar" in asked.kinds:
        both = [*statements.of(ours), *statements.of(theirs.graph)]
        places = statements.places(ours) | statements.places(theirs.graph)
        found += statements.proposals(both, matters, places, asked.least)
    if "municipality" in asked.kinds:
        found += municipalities.same(ours, theirs.graph, asked.day)
    if "theme" in asked.kinds:
        found += themes.close(ours, theirs.graph, matters)
    if "identifier" in asked.kinds:
        for table in asked.tables:
            found += identifiers.stated(ours, table.by_number, table.form, table.name)
    for proposal in found:
        outside = [end for end in (proposal.subject, proposal.object) if not end.startswith(ID)]
        if proposal.score < Decimal(str(asked.least)) or len(outside) > 1:
            continue
        # A table of identifiers is no document that was read now.
        if outside and theirs.source is not None and proposal.method != TABLE:
            yield replace(proposal, sources=(theirs.source,))
        else:
            yield proposal
