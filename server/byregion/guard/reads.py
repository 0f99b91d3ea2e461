"""What shapes read of a graph, as an automaton that goes from node to node along the triples that a shape looks at.

A state is a place in a shape: at its focus node, at the value nodes of its path, half-way along the path. A step from a
state reads the triples of the node with one predicate, and leads to the other end of each. So what a shape reads of a
focus node is what the automaton reads, begun there; and the focus nodes for which a triple counts are found by going
the steps backwards. Nothing of it is particular to our shapes: https://www.w3.org/TR/shacl/ says what each word reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from pyoxigraph import NamedNode
from rdflib import OWL, RDF, RDFS, SH, BNode, Graph, URIRef
from rdflib import Literal as RDFLiteral
from rdflib.term import Node

from byregion.guard.matching import Term, part

_NESTED: Final = (SH.node, SH["not"], SH.property, SH.qualifiedValueShape)
_LISTS: Final = (SH["and"], SH["or"], SH.xone)
_COMPARED: Final = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
_TARGETS: Final[dict[URIRef, TargetKind]] = {
    SH.targetNode: "node",
    SH.targetClass: "class",
    SH.targetSubjectsOf: "subjects",
    SH.targetObjectsOf: "objects",
}
# What looks at the node itself, or says something about the shape.
_READS_NOTHING: Final = frozenset(
    {SH.path, SH.severity, SH.message, SH.deactivated, SH.name, SH.description, SH.order, SH.group, SH.defaultValue}
    | {SH.datatype, SH.nodeKind, SH.minCount, SH.maxCount, SH.minLength, SH.maxLength, SH.pattern, SH.flags}
    | {SH.minInclusive, SH.maxInclusive, SH.minExclusive, SH.maxExclusive, SH.languageIn, SH.uniqueLang}
    | {SH["in"], SH.hasValue, SH.qualifiedMinCount, SH.qualifiedMaxCount, SH.ignoredProperties}
    | {SH.qualifiedValueShapesDisjoint, SH.closed, SH.sparql, SH["class"]}
    | {*_NESTED, *_LISTS, *_COMPARED, *_TARGETS}
)
TargetKind = Literal["node", "class", "subjects", "objects"]


@dataclass(frozen=True, slots=True)
class Target:
    """Which nodes a shape is for: a node, the instances of a class, the subjects or the objects of a predicate."""

    kind: TargetKind
    term: Term


@dataclass(frozen=True, slots=True)
class Step:
    """Reading the triples with a predicate, None any, of the node at `state`, and going to their other ends.

    With `is_inverse` the node is the object.
    """

    state: int
    predicate: NamedNode | None
    is_inverse: bool
    to: int


@dataclass(slots=True)
class Reads:
    """What the shapes of a graph read.

    `targets` are those of the shapes, each with the states at its focus nodes; `constrained` are the shapes with
    constraints in SPARQL. Where something is in the shapes of which nobody can say what it reads, that is `unknown`.

    Backwards, states to which the same steps lead from the same states are one: most shapes begin alike, with a
    property of a focus node, and there are hundreds of them. `starts` are those of these at which a focus node is.
    """

    targets: dict[Target, set[int]] = field(default_factory=lambda: defaultdict(set))
    starts: set[int] = field(default_factory=set)
    steps: list[Step] = field(default_factory=list)
    constrained: list[URIRef] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    _free: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    _after: dict[int, list[Step]] = field(default_factory=lambda: defaultdict(list))
    _before: dict[int, list[Step]] = field(default_factory=lambda: defaultdict(list))
    _reading: dict[NamedNode | None, list[Step]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, shapes: Graph) -> Reads:
        """Return what `shapes` read."""
        made = cls()
        _Builder(shapes, made).build()
        made._close()
        return made

    def after(self, state: int) -> list[Step]:
        """Return the steps from a state."""
        return self._after[state]

    def before(self, state: int) -> list[Step]:
        """Return the steps that lead to a state, of those that are told apart backwards."""
        return self._before[state]

    def reading(self, predicate: NamedNode) -> Iterator[Step]:
        """Yield the steps that read triples with a predicate, of those that are told apart backwards."""
        yield from self._reading[predicate]
        yield from self._reading[None]

    def _close(self) -> None:
        """Let steps lead on where a state is another one too, and forget what leads nowhere."""
        made = {replace(step, to=to) for step in self.steps for to in self._all(step.to)}
        self.targets = {target: set().union(*map(self._all, states)) for target, states in self.targets.items()}
        self.steps = sorted(made, key=repr)
        for step in self.steps:
            self._after[step.state].append(step)
        starts = set().union(*self.targets.values())
        same = _alike(self.steps, starts)
        self.starts = {same[state] for state in starts}
        for step in sorted({replace(step, state=same[step.state], to=same[step.to]) for step in self.steps}, key=repr):
            self._before[step.to].append(step)
        for step in sorted({replace(step, state=same[step.state], to=0) for step in self.steps}, key=repr):
            self._reading[step.predicate].append(step)

    def _all(self, state: int) -> set[int]:
        found, left = {state}, [state]
        while left:
            for one in self._free[left.pop()] - found:
                found.add(one)
                left.append(one)
        return found


def _alike(steps: Iterable[Step], starts: set[int]) -> dict[int, int]:
    """Return for each state the number that it shares with those from which going backwards finds the same.

    All that are starts, or are not, count as alike until the steps that lead to them tell them apart.
    """
    leading: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        leading[step.to].append(step)
    states = starts | {state for step in steps for state in (step.state, step.to)}
    same = {state: int(state in starts) for state in states}
    while True:
        found: dict[tuple[int, frozenset[tuple[NamedNode | None, bool, int]]], int] = {}
        finer = {}
        for state in sorted(states):
            before = frozenset((step.predicate, step.is_inverse, same[step.state]) for step in leading[state])
            finer[state] = found.setdefault((same[state], before), len(found))
        if len(found) == len(set(same.values())):
            return finer
        same = finer


class _Builder:
    def __init__(self, shapes: Graph, reads: Reads) -> None:
        self._shapes = shapes
        self._reads = reads
        self._places: dict[Node, int] = {}
        self._count = 0

    def build(self) -> None:
        graph = self._shapes
        for kind in (SH.ConstraintComponent, SH.SPARQLTargetType, SH.SPARQLFunction, SH.JSLibrary):
            self._reads.unknown += [f"{item.n3()} is a {kind.n3()}" for item in graph.subjects(RDF.type, kind)]
        for shape in sorted(self._targeted(), key=str):
            state = self._shape(shape)
            for target in targets(graph, shape):
                self._reads.targets[target].add(state)

    def _targeted(self) -> set[Node]:
        graph = self._shapes
        found = {shape for predicate in _TARGETS for shape in graph.subjects(predicate)}
        return found | {shape for shape in graph.subjects(RDF.type, SH.NodeShape) if _is_class(graph, shape)}

    def _new(self) -> int:
        self._count += 1
        return self._count

    def _shape(self, shape: Node) -> int:
        """Return the state at the focus node of a shape."""
        if shape in self._places:
            return self._places[shape]
        at = self._places[shape] = self._new()
        path = self._shapes.value(shape, SH.path)
        value = at
        if path is not None:
            value = self._new()
            self._path(path, at, value)
        for predicate, term in self._shapes.predicate_objects(shape):
            self._word(shape, predicate, term, at, value)
        return at

    def _word(self, shape: Node, predicate: Node, term: Node, at: int, value: int) -> None:
        graph, free = self._shapes, self._reads._free
        if predicate in _NESTED:
            free[value].add(self._shape(term))
            if predicate == SH.qualifiedValueShape:
                free[value] |= set(map(self._shape, self._siblings(shape)))
        elif predicate in _LISTS:
            free[value] |= set(map(self._shape, graph.items(term)))
        elif predicate in _COMPARED:
            self._step(at, term, self._new())
        elif predicate == SH["class"]:
            self._step(value, RDF.type, self._new())
        elif predicate == SH.closed and term == RDFLiteral(True):
            self._step(value, None, self._new())
        elif predicate == SH.sparql and isinstance(shape, URIRef):
            self._reads.constrained.append(shape)
        elif predicate not in _READS_NOTHING and str(predicate).startswith(str(SH)):
            self._reads.unknown.append(f"{shape.n3()} has {predicate.n3()}")

    def _siblings(self, shape: Node) -> Iterator[Node]:
        # https://www.w3.org/TR/shacl/#QualifiedValueShapeConstraintComponent
        for parent in self._shapes.subjects(SH.property, shape):
            for sibling in self._shapes.objects(parent, SH.property):
                yield from self._shapes.objects(sibling, SH.qualifiedValueShape)

    def _step(self, state: int, predicate: Node | None, to: int, *, is_inverse: bool = False) -> None:
        name = None if predicate is None else NamedNode(str(predicate))
        self._reads.steps.append(Step(state, name, is_inverse, to))

    def _path(self, path: Node, start: int, end: int, *, is_inverse: bool = False) -> None:
        """Add the steps of a path from one state to another: https://www.w3.org/TR/shacl/#property-paths."""
        graph = self._shapes
        if isinstance(path, URIRef):
            self._step(start, path, end, is_inverse=is_inverse)
        elif (path, RDF.first, None) in graph:
            parts = list(graph.items(path))[:: -1 if is_inverse else 1]
            places = [start, *(self._new() for _ in parts[1:]), end]
            for number, item in enumerate(parts):
                self._path(item, places[number], places[number + 1], is_inverse=is_inverse)
        elif (inner := graph.value(path, SH.inversePath)) is not None:
            self._path(inner, start, end, is_inverse=not is_inverse)
        elif (choices := graph.value(path, SH.alternativePath)) is not None:
            for item in graph.items(choices):
                self._path(item, start, end, is_inverse=is_inverse)
        else:
            self._repeated(path, start, end, is_inverse=is_inverse)

    def _repeated(self, path: Node, start: int, end: int, *, is_inverse: bool) -> None:
        free = self._reads._free
        for word in (SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath):
            if (inner := self._shapes.value(path, word)) is not None:
                through = self._new()
                self._path(inner, start, through, is_inverse=is_inverse)
                free[through].add(end)
                if word != SH.oneOrMorePath:
                    free[start].add(end)
                if word != SH.zeroOrOnePath:
                    self._path(inner, through, through, is_inverse=is_inverse)
                return
        self._reads.unknown.append(f"{path.n3()} is no path")


def targets(shapes: Graph, shape: Node) -> Iterator[Target]:
    """Yield the targets of a shape."""
    for predicate, kind in _TARGETS.items():
        for term in shapes.objects(shape, predicate):
            yield Target(kind, _term(term))
    if _is_class(shapes, shape):
        yield Target("class", _term(shape))


def _is_class(shapes: Graph, shape: Node) -> bool:
    # https://www.w3.org/TR/shacl/#implicit-targetClass
    return any((shape, RDF.type, kind) in shapes for kind in (RDFS.Class, OWL.Class))


def _term(term: Node) -> Term:
    found = part(term)
    if isinstance(term, BNode) or not isinstance(found, Term):
        raise TypeError(f"{term!r} cannot be a target")
    return found
