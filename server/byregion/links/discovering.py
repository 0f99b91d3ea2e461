"""All the links that can be proposed: among our datasets, to others' data, to identifiers that a table states."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final

from rdflib import RDF, Graph, URIRef

from byregion.links import identifiers, municipalities, statements, themes
from byregion.links.likeness import Pair
from byregion.links.matters import Matters
from byregion.links.proposing import TABLE, Link, Proposal, order, similar
from byregion.namespaces import empty_graph

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
    """What is to be proposed: the kinds, the least score, and the day that undated numbers of others are for.

    What was `decided` is not proposed again, and of each kind the `most` are that a reader is given at once.
    """

    kinds: Collection[str] = KINDS
    least: float = statements.LEAST
    day: date | None = None
    tables: tuple[Table, ...] = ()
    most: int = 1000
    decided: Collection[Link] = frozenset()


@dataclass(frozen=True)
class Others:
    """Data of others: its graph, and the document that it was read from, by which an accepted link is sourced."""

    graph: Graph = field(default_factory=empty_graph)
    source: URIRef | None = None


def proposals(ours: Graph, asked: Asked, others: Others | None = None) -> tuple[list[Proposal], int]:
    """Return the links that are proposed, the surest of each kind first, and how many more there are than `asked.most`.

    `ours` is the ontology and the data in one graph. The same graphs give the same proposals.
    """
    theirs = others or Others()
    matters = Matters.of(ours)
    own = frozenset(item for item in ours.subjects(RDF.type) if isinstance(item, URIRef))
    found: list[list[Proposal]] = []
    left_out = 0
    if "similar" in asked.kinds:
        both = [*statements.of(ours), *statements.of(theirs.graph)]
        places = statements.places(ours) | statements.places(theirs.graph)
        pairs = [pair for pair in statements.similar(both, matters, places, asked.least) if _open(pair, asked, own)]
        # A reason is made only for the pairs that somebody is given to read.
        pairs.sort(key=lambda pair: (-round(pair.score, 2), pair.one.name, pair.other.name))
        found.append(list(statements.proposals(pairs[: asked.most], both, matters, own)))
        left_out += len(pairs[asked.most :])
    if "municipality" in asked.kinds:
        found.append(list(municipalities.same(ours, theirs.graph, asked.day)))
    if "theme" in asked.kinds:
        found.append(list(themes.close(ours, theirs.graph, matters)))
    if "identifier" in asked.kinds:
        found += [list(identifiers.stated(ours, item.by_number, item.form, item.name)) for item in asked.tables]
    for kind in found:
        kind[:] = sorted((item for item in kind if _is_asked(item, asked)), key=order)
        left_out += len(kind[asked.most :])
    return [_sourced(item, theirs.source, own) for kind in found for item in kind[: asked.most]], left_out


def _open(pair: Pair, asked: Asked, own: Container[URIRef]) -> bool:
    """Tell whether a pair is one that nobody has decided on, and of which at least one is ours."""
    one, other = URIRef(pair.one.name), URIRef(pair.other.name)
    return (one in own or other in own) and similar(one, other, own) not in asked.decided


def _is_asked(proposal: Proposal, asked: Asked) -> bool:
    return proposal.score >= Decimal(str(asked.least)) and proposal.link not in asked.decided


def _sourced(proposal: Proposal, source: URIRef | None, own: Container[URIRef]) -> Proposal:
    """Return a proposal with the document that it was found in, where it leads to what others say in it."""
    outside = not (proposal.subject in own and proposal.object in own)
    # A table of identifiers is no document that was read now.
    return replace(proposal, sources=(source,)) if outside and source and proposal.method != TABLE else proposal
