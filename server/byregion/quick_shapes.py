"""Shapes as the quick engine judges by them soonest: they say the same, and it takes their time and no more."""

from __future__ import annotations

from typing import Final

from rdflib import OWL, RDF, RDFS, SH, BNode, Graph
from rdflib.collection import Collection
from rdflib.term import Node


def quick(shapes: Graph) -> Graph:
    """Return shapes that judge the same, with no sh:class in a condition (sh:or, sh:not, sh:node and the like).

    There the quick engine goes through all instances of the class for each value that it asks the condition of, which
    takes the square of their number. By the path of its types it asks the value alone. It is the same:
    https://www.w3.org/TR/shacl/#dfn-shacl-instance. A report tells that a condition does not hold, never which part.
    """
    quick = Graph(store="SimpleMemory", bind_namespaces="none")
    quick += shapes
    for shape in _conditions(shapes):
        for cls in shapes.objects(shape, SH["class"]):
            types, above, is_one = BNode(), BNode(), BNode()
            quick.remove((shape, SH["class"], cls))
            quick.add((above, SH.zeroOrMorePath, RDFS.subClassOf))
            Collection(quick, types, [RDF.type, above])
            quick.add((shape, SH.property, is_one))
            quick.add((is_one, SH.path, types))
            quick.add((is_one, SH.hasValue, cls))
    return quick


def _conditions(shapes: Graph) -> set[Node]:
    """Return the shapes that are only conditions of others: what breaks them is in no report by itself."""
    conditions = {
        shape for word in (SH.node, SH["not"], SH.qualifiedValueShape) for shape in shapes.objects(None, word)
    }
    for word in (SH["or"], SH["and"], SH.xone):
        conditions.update(*(shapes.items(choice) for choice in shapes.objects(None, word)))
    own = {shape for word in _TARGETS for shape in shapes.subjects(word)}
    own |= {shape for word in (RDFS.Class, OWL.Class) for shape in shapes.subjects(RDF.type, word)}
    return conditions - own - set(shapes.objects(None, SH.property))


_TARGETS: Final = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
