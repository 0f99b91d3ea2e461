"""owlrl's OWL 2 RL closure, made in a process of its own.

owlrl puts converters of its own in rdflib's table of datatypes and leaves others there than it found, so that what a
test after it compares in this process would depend on which tests ran before.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from rdflib import OWL, RDF, RDFS, XSD, Graph, URIRef
from rdflib.term import Node

Triple = tuple[Node, Node, Node]
_LANGUAGE_OF_AXIOMS = tuple(str(namespace) for namespace in (OWL, RDF, RDFS, XSD))


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


def useful(closure: Graph, stated: Graph, axioms: Graph) -> set[Triple]:
    """What owlrl infers about the data: not that everything is itself and a thing, nor about the ontology's words."""
    words = set(axioms.subjects())

    def speaks_of_data(triple: Triple) -> bool:
        subject, predicate, value = triple
        return (
            isinstance(subject, URIRef)
            and isinstance(predicate, URIRef)  # owlrl gives the inverse in a chain triples of its own
            and subject not in words
            and not str(subject).startswith(_LANGUAGE_OF_AXIOMS)
            and not (predicate == OWL.sameAs and subject == value)
            and value not in (OWL.Thing, RDFS.Resource)
        )

    return {triple for triple in set(closure) - set(stated) if speaks_of_data(triple)}
