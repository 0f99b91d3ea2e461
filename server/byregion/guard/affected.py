"""Which focus nodes a write can affect, and what must be read to judge them.

A result can differ from what it was before only where something that its shape reads has changed. The first thing that
differs is reached by steps that have not changed, so the state after the write alone tells from where.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import get_args

from pyoxigraph import NamedNode

from byregion.guard.matching import Term, Triple
from byregion.guard.reads import Reads, Target, TargetKind
from byregion.guard.view import View

TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SUBCLASS = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")


class Classes:
    """The classes of a view as SHACL sees them: https://www.w3.org/TR/shacl/#dfn-shacl-type."""

    def __init__(self, view: View) -> None:
        """Read the whole hierarchy, which is as small as the ontology."""
        self._view = view
        self.triples = list(view.find(None, SUBCLASS, None))
        self._above: dict[Term, set[Term]] = {}
        for below, _, above in self.triples:
            self._above.setdefault(below, set()).add(above)

    def of(self, node: Term) -> set[Term]:
        """Return the classes of which `node` is an instance."""
        left = [triple[2] for triple in self._view.outgoing(node).get(TYPE, ())]
        found = set(left)
        while left:
            more = self._above.get(left.pop(), set()) - found
            found |= more
            left += more
        return found

    def below(self, kind: Term) -> set[Term]:
        """Return a class and its subclasses."""
        found, left = {kind}, [kind]
        while left:
            above = left.pop()
            more = {below for below, _, one in self.triples if one == above} - found
            found |= more
            left += more
        return found


class Affected:
    """What shapes say after a write: finds focus nodes, and what is read of them, in the state that it would make."""

    def __init__(self, reads: Reads, view: View) -> None:
        """Look at `view` as the shapes do of which `reads` tells; it must not change meanwhile."""
        self._reads = reads
        self._view = view
        self.classes = Classes(view)
        self._by_kind: dict[TargetKind, dict[Term, Target]] = {kind: {} for kind in get_args(TargetKind)}
        for target in reads.targets:
            self._by_kind[target.kind][target.term] = target
        self._targets_of: dict[Term, list[Target]] = {}

    def focus_nodes(self, changed: Iterable[Triple]) -> set[Term]:
        """Return the focus nodes for which a triple that was added or removed can count."""
        left: list[tuple[int, Term]] = []
        found: set[Term] = set()
        for triple in changed:
            subject, predicate, obj = triple
            found.add(subject)
            if predicate in self._by_kind["objects"]:
                found.add(obj)
            left += [(step.state, obj if step.is_inverse else subject) for step in self._reads.reading(predicate)]
        seen = set(left)
        while left:
            state, node = left.pop()
            if state in self._reads.starts:
                found.add(node)
            for place in self._before(state, node):
                if place not in seen:
                    seen.add(place)
                    left.append(place)
        return {node for node in found if self.places(node)}

    def _before(self, state: int, node: Term) -> Iterator[tuple[int, Term]]:
        for step in self._reads.before(state):
            for triple in self._step(node, step.predicate, is_inverse=not step.is_inverse):
                yield step.state, triple[2] if step.is_inverse else triple[0]

    def _step(self, node: Term, predicate: NamedNode | None, *, is_inverse: bool) -> Iterable[Triple]:
        by_predicate = self._view.incoming(node) if is_inverse else self._view.outgoing(node)
        if predicate is None:
            return chain.from_iterable(by_predicate.values())
        return by_predicate.get(predicate, ())

    def places(self, node: Term) -> set[int]:
        """Return the states at which reading begins of `node`: none where no shape is for it."""
        return {state for target in self._targets(node) for state in self._reads.targets[target]}

    def _targets(self, node: Term) -> list[Target]:
        if node not in self._targets_of:
            self._targets_of[node] = list(self._found_targets(node))
        return self._targets_of[node]

    def _found_targets(self, node: Term) -> Iterator[Target]:
        nodes, classes, subjects, objects = (self._by_kind[kind] for kind in ("node", "class", "subjects", "objects"))
        # What matters last: of some objects, as classes, there are very many triples.
        told = [(nodes, {node}), (classes, self.classes.of(node)), (subjects, self._view.outgoing(node))]
        for wanted, terms in (*told, (objects, self._view.incoming(node) if objects else ())):
            yield from (wanted[term] for term in terms if term in wanted)

    def is_for(self, target: Target, node: Term) -> bool:
        """Tell whether `node` is one that a shape with `target` is for."""
        return target in self._targets(node)

    def instances(self, targets: Iterable[Target]) -> set[Term]:
        """Return all nodes that a shape with these targets is for."""
        found: set[Term] = set()
        for target in targets:
            match target.kind:
                case "node":
                    found.add(target.term)
                case "class":
                    kinds = self.classes.below(target.term)
                    found |= {triple[0] for kind in kinds for triple in self._view.find(None, TYPE, kind)}
                case "subjects":
                    found |= {triple[0] for triple in self._view.find(None, target.term, None)}
                case "objects":
                    found |= {triple[2] for triple in self._view.find(None, target.term, None)}
        return found

    def new_targets(self, targets: Iterable[Target], triple: Triple) -> set[Term]:
        """Return the nodes that a triple which was added may have made ones that a shape with these targets is for."""
        subject, predicate, obj = triple
        found: set[Term] = set()
        for target in targets:
            if target == Target("subjects", predicate) or (target.kind == "class" and predicate == TYPE):
                found.add(subject)
            elif target == Target("objects", predicate):
                found.add(obj)
        return found

    def read(self, focus_nodes: Iterable[Term]) -> set[Triple]:
        """Return all that shapes read of focus nodes, so that they are judged by it as they are by the whole.

        What else it holds is not all that is read of it. What has no IRI is read as a focus node wherever it stands,
        since in a report nobody can tell one blank node from another.
        """
        found = set(self.classes.triples)
        waiting, begun = list(focus_nodes), set[Term]()
        seen: set[tuple[int, Term]] = set()
        while waiting:
            node = waiting.pop()
            if node in begun:
                continue
            begun.add(node)
            more = self._read(node, seen) | self._membership(node)
            waiting += [term for triple in more - found for term in triple if not isinstance(term, NamedNode)]
            found |= more
        return found

    def _read(self, node: Term, seen: set[tuple[int, Term]]) -> set[Triple]:
        found: set[Triple] = set()
        left = [(state, node) for state in self.places(node)]
        while left:
            place = left.pop()
            if place in seen:
                continue
            seen.add(place)
            for step in self._reads.after(place[0]):
                for triple in self._step(place[1], step.predicate, is_inverse=step.is_inverse):
                    found.add(triple)
                    left.append((step.to, triple[0] if step.is_inverse else triple[2]))
        return found

    def _membership(self, node: Term) -> set[Triple]:
        """Return what makes `node` a focus node."""
        found = set(self._view.outgoing(node).get(TYPE, ()))
        for target in self._targets(node):
            if target.kind in ("subjects", "objects") and isinstance(target.term, NamedNode):
                found.update(list(self._step(node, target.term, is_inverse=target.kind == "objects"))[:1])
        return found
