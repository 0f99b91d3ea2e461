"""owlrl's OWL 2 RL closure, made in a process of its own.

owlrl puts converters of its own in rdflib's table of datatypes and leaves others there than it found, so that what a
test after it compares in this process would depend on which tests ran before.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from rdflib import Graph
from rdflib.term import Node

Triple = tuple[Node, Node, Node]


def closure(graph: Graph) -> Graph:
    """The triples of `graph` and all that owlrl infers from them."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as elsewhere:
        found = elsewhere.submit(_expanded, list(graph)).result()
    expanded = Graph()
    for triple in found:
        expanded.add(triple)
    return expanded


def _expanded(triples: list[Triple]) -> list[Triple]:
    import owlrl

    graph = Graph()
    for triple in triples:
        graph.add(triple)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return list(graph)
