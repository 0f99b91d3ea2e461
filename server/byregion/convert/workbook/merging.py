"""A workbook that is imported into a dataset that is there already: what stays as it is, and what goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from rdflib import Graph, URIRef

from byregion import validate
from byregion.convert.workbook.exporting import export
from byregion.convert.workbook.graphs import PARTS, Graphs, Judge
from byregion.convert.workbook.names import Surroundings
from byregion.convert.workbook.tables import Form
from byregion.convert.workbook.world import World
from byregion.dataset import Triple, ntriples


@dataclass(frozen=True, slots=True)
class Previous:
    """What a dataset holds: the entities that a workbook can say, and the triples that none can, by part."""

    covered: frozenset[URIRef] = frozenset()
    left_out: Mapping[str, list[Triple]] = field(default_factory=dict)

    def gone(self, made: Graphs) -> list[URIRef]:
        """Return the entities of the dataset that new graphs no longer describe."""
        return sorted(self.covered.difference(made.described()))

    def kept(self, part: str, made: Graphs) -> list[Triple]:
        """Return the triples of a part that stay beside new graphs: those of entities that have not gone."""
        gone = self.covered.difference(made.described())
        return [
            triple for triple in self.left_out.get(part, ()) if URIRef(str(triple[0]).partition("#")[0]) not in gone
        ]

    def joined(self, made: Graphs) -> Graphs:
        """Return new graphs with the triples that stay."""
        return Graphs(*(graph.union(self.kept(part, made)) for part, graph in zip(PARTS, made.both(), strict=True)))


def previous(parts: Mapping[str, Graph], form: Form, around: Surroundings) -> Previous:
    """Return what a dataset holds, given the graphs of its parts."""
    exported = export({name: graph for name, graph in parts.items() if name in PARTS}, form, around)
    return Previous(frozenset(exported.covered()), exported.left_out)


def judge(before: Previous, here: World) -> Judge:
    """Return what tells what the shapes say of new graphs, with the triples that stay and all that is around."""

    def judged(made: Graphs, counts: validate.Counts) -> Iterable[validate.Result]:
        kept = chain.from_iterable(before.kept(part, made) for part in PARTS)
        return validate.report(here.said + ntriples(chain(kept, *made.both())), here.shapes, counts=counts).results

    return judged
