"""How far shapes look from the thing that they judge: what their judgement can follow from, and what not."""

from __future__ import annotations

from typing import Final

from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node

from byregion.namespaces import BRSH

# What SPARQL looks at is not read here but stated: the years of the thing itself; and which words of ours are used and
# not declared, which is in the key of the ontology's judgement.
_SPARQL: Final = frozenset({BRSH["Programme-years"], BRSH["Terms-predicate-query"]})
_TARGETS: Final = (SH.targetClass, SH.targetSubjectsOf, SH.targetNode)
_ELSEWHERE: Final = (SH.targetObjectsOf, SH.target, SH.inversePath, SH.zeroOrMorePath, SH.oneOrMorePath)
_OF_VALUES: Final = (SH.node, SH.property, SH["not"], SH.qualifiedValueShape)
_CHOICES: Final = (SH["or"], SH["and"], SH.xone)


def steps(shapes: Graph) -> int | None:
    """Return over how many references the shapes look at what is said of a thing: 0 for what they judge alone.

    None where they look otherwise than along references from what they judge, or as far as these lead.
    """
    if any((None, word, None) in shapes for word in _ELSEWHERE):
        return None
    if set(shapes.objects(None, SH.sparql)) - _SPARQL:
        return None
    try:
        return max(_deepest(shape, shapes) for word in _TARGETS for shape in shapes.subjects(word))
    except RecursionError:  # shapes that refer to themselves look as far as the data leads
        return None


def _deepest(shape: Node, shapes: Graph) -> int:
    """Return the most references between a thing and what the shape reads of others; -1 where it reads nothing."""
    inner = [-1]
    if (shape, SH["class"], None) in shapes:
        inner.append(0)
    for word in _OF_VALUES:
        inner += [_deepest(other, shapes) for other in shapes.objects(shape, word)]
    for word in _CHOICES:
        inner += [_deepest(other, shapes) for choice in shapes.objects(shape, word) for other in shapes.items(choice)]
    path = shapes.value(shape, SH.path)
    if path is None:
        return max(0, *inner)
    return _length(path, shapes) + max(inner)


def _length(path: Node, shapes: Graph) -> int:
    """Return the most references that a path follows."""
    if isinstance(path, URIRef):
        return 1
    if (path, RDF.first, None) in shapes:
        return sum(_length(part, shapes) for part in shapes.items(path))
    choices = [item for choice in shapes.objects(path, SH.alternativePath) for item in shapes.items(choice)]
    return max(_length(item, shapes) for item in (*choices, *shapes.objects(path, SH.zeroOrOnePath)))
