"""Shapes as they judge what a write has made: by what it can affect, or all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store, serialize
from pyoxigraph import Triple as OxTriple
from rdflib import SH, BNode, Graph, URIRef
from rdflib import Literal as RDFLiteral
from rdflib.term import Node

from byregion.guard import constraints
from byregion.guard.affected import SUBCLASS, Affected
from byregion.guard.matching import Term, Triple
from byregion.guard.reads import Reads
from byregion.guard.view import View
from byregion.validate import Judge, Report, Result, read_report, reported, to_graph

_OF_IT: Final = 8
"""A write is judged by what it affects where it is smaller than the dataset by this factor; else all is judged."""


class Shapes:
    """Shapes ready to judge any number of writes."""

    def __init__(self, shapes: Graph, *, is_merged: bool) -> None:
        """Make them ready for stores of which the default graph `is_merged`, or is one of them; raises DataError."""
        self._is_merged = is_merged
        self._reads = Reads.of(shapes)
        self._constraints = tuple(self._read_constraints(shapes))
        # A writer can open no file: what is loaded from one when it is first used is loaded now.
        read_report(to_graph(reported(())).serialize(format="nt"))
        self._whole = Judge(shapes)
        self._part = Judge(_without_sparql(shapes))

    def _read_constraints(self, shapes: Graph) -> Iterator[constraints.Constraint]:
        for shape in self._reads.constrained:
            try:
                yield from constraints.read(shapes, shape)
            except ValueError as error:
                self._reads.unknown.append(str(error))

    def of_all(self, store: Store) -> Report:
        """Return what they say of all that `store` holds."""
        return self._whole.report(View(store, is_merged=self._is_merged).text())

    def of_change(self, store: Store, changed: Iterable[Triple], held: int) -> Report:
        """Return what they say of `store`, which conformed before these triples were added or removed.

        It held so many triples: counting them would take longer than judging a small write.
        """
        changed = set(changed)
        if self._is_unbounded(changed) or len(changed) * _OF_IT > held:
            return self.of_all(store)
        return self.of_affected(store, changed)

    def _is_unbounded(self, changed: Iterable[Triple]) -> bool:
        """Tell whether what a change affects cannot be told: shapes say it in ways of their own, or classes change."""
        return bool(self._reads.unknown) or any(triple[1] == SUBCLASS for triple in changed)

    def of_affected(self, store: Store, changed: Iterable[Triple]) -> Report:
        """Return what they say of the focus nodes that a change can affect, which must be bounded."""
        view = View(store, is_merged=self._is_merged)
        affected = Affected(self._reads, view)
        focus_nodes = affected.focus_nodes(changed)
        names = {str(node) for node in focus_nodes if isinstance(node, NamedNode)}
        # What has no IRI was read as a focus node wherever it stands.
        found = self._part.report(_text(affected.read(focus_nodes)), lambda node: node in names or node[0] != "<")
        results = list(found.results)
        for constraint in self._constraints:
            results += map(_result, constraints.broken(constraint, affected, view, changed))
        return reported(results)


def _without_sparql(shapes: Graph) -> Graph:
    left = Graph()
    left += shapes
    left.remove((None, SH.sparql, None))
    return left


def _text(triples: Iterable[Triple]) -> str:
    lines = serialize((OxTriple(*triple) for triple in triples), format=RdfFormat.N_TRIPLES)
    return (lines or b"").decode()


def node(term: Term) -> Node:
    """Return a term as rdflib has it."""
    match term:
        case NamedNode():
            return URIRef(term.value)
        case BlankNode():
            return BNode(term.value)
    if term.language:
        return RDFLiteral(term.value, lang=term.language)
    return RDFLiteral(term.value, datatype=_datatype(term))


def _datatype(term: Literal) -> URIRef | None:
    return None if term.datatype == _STRING else URIRef(term.datatype.value)


_STRING: Final = NamedNode("http://www.w3.org/2001/XMLSchema#string")


def _result(broken: constraints.Broken) -> Result:
    return Result(
        shape=broken.shape,
        component=SH.SPARQLConstraintComponent,
        focus_node=node(broken.focus_node),
        path=None,
        value=node(broken.value),
        severity=broken.severity,
        message=broken.message,
    )
