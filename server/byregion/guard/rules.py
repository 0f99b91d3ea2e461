"""The rules of inference as patterns, so that they can be followed from a triple instead of over everything.

They are read from the same SPARQL that makes the inferences of a whole dataset: what they ask of a named graph, the
axioms, is answered once; what is left are rules over the data alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, cast

from pyoxigraph import Literal, NamedNode, Store, Variable
from rdflib import URIRef
from rdflib import Variable as RDFVariable
from rdflib.plugins.sparql.algebra import translateUpdate
from rdflib.plugins.sparql.parser import parseUpdate
from rdflib.plugins.sparql.parserutils import CompValue

from byregion.guard.matching import Bindings, Find, Pattern, Term, Triple, bound, pattern, solutions, unified


@dataclass(frozen=True, slots=True)
class Rule:
    """Where all of `body` are triples, `head` is one; variables in `no_literal` are not bound to literals."""

    head: Pattern
    body: tuple[Pattern, ...]
    no_literal: frozenset[Variable] = frozenset()

    def made(self, bindings: Bindings) -> Triple | None:
        """Return the head with its variables bound, None where that is no triple, or not to be one."""
        if any(isinstance(bindings.get(item), Literal) for item in self.no_literal):
            return None
        subject, predicate, obj = cast(Triple, bound(self.head, bindings))
        if isinstance(subject, Literal) or not isinstance(predicate, NamedNode):
            return None
        return subject, predicate, obj


@dataclass(frozen=True, slots=True)
class _Branch:
    """One way in which the WHERE of an update can hold: patterns over the data, and over named graphs."""

    data: tuple[Pattern, ...] = ()
    axioms: tuple[tuple[NamedNode, Pattern], ...] = ()
    no_literal: frozenset[Variable] = frozenset()

    def __add__(self, other: _Branch) -> _Branch:
        return _Branch(self.data + other.data, self.axioms + other.axioms, self.no_literal | other.no_literal)


class Rules:
    """The rules of `updates` with the axioms that a store holds; both stay as they are."""

    def __init__(self, updates: Iterable[str], store: Store) -> None:
        """Read them; raises ValueError for what is no rule of triple patterns."""
        self.rules: Final = tuple(dict.fromkeys(rule for update in updates for rule in _rules(update, store)))
        self._by_body: dict[Term | None, list[tuple[Rule, int]]] = {}
        self._by_head: dict[Term | None, list[Rule]] = {}
        for rule in self.rules:
            self._by_head.setdefault(_predicate(rule.head), []).append(rule)
            for number, wanted in enumerate(rule.body):
                self._by_body.setdefault(_predicate(wanted), []).append((rule, number))

    def from_triple(self, triple: Triple, find: Find) -> Iterator[Triple]:
        """Yield what follows in one step from `triple` together with the triples that `find` finds."""
        for predicate in (triple[1], None):
            for rule, number in self._by_body.get(predicate, ()):
                bindings = unified(rule.body[number], triple, {})
                if bindings is None:
                    continue
                for solution in solutions(rule.body[:number] + rule.body[number + 1 :], find, bindings):
                    if (made := rule.made(solution)) is not None:
                        yield made

    def follows(self, triple: Triple, find: Find) -> bool:
        """Tell whether `triple` follows in one step from the triples that `find` finds."""
        for predicate in (triple[1], None):
            for rule in self._by_head.get(predicate, ()):
                bindings = unified(rule.head, triple, {})
                if bindings is None:
                    continue
                if any(rule.made(solution) is not None for solution in solutions(rule.body, find, bindings)):
                    return True
        return False


def _predicate(wanted: Pattern) -> Term | None:
    return None if isinstance(wanted[1], Variable) else wanted[1]


def _rules(update: str, store: Store) -> Iterator[Rule]:
    for operation in _algebra(update):
        if operation.name != "Modify" or "delete" in operation or operation.insert.quads:
            raise ValueError(f"no rule of inference: {update}")
        for branch in _branches(operation.where):
            for bindings in _axioms(branch.axioms, store, {}):
                body = tuple(bound(item, bindings) for item in branch.data)
                no_literal = branch.no_literal - bindings.keys()
                for head in operation.insert.triples:
                    yield Rule(bound(pattern(head), bindings), body, frozenset(no_literal))


@cache
def _algebra(update: str) -> list[CompValue]:
    return list(translateUpdate(parseUpdate(update)).algebra)


def _branches(where: CompValue, graph: NamedNode | None = None) -> list[_Branch]:
    match where.name:
        case "BGP":
            patterns = tuple(pattern(triple) for triple in where.triples)
            if graph is None:
                return [_Branch(data=patterns)]
            return [_Branch(axioms=tuple((graph, item) for item in patterns))]
        case "Join":
            return [one + other for one in _branches(where.p1, graph) for other in _branches(where.p2, graph)]
        case "Union":
            return _branches(where.p1, graph) + _branches(where.p2, graph)
        case "Graph" if isinstance(where.term, URIRef):
            return _branches(where.p, NamedNode(str(where.term)))
        case "Filter":
            held = _Branch(no_literal=frozenset({_no_literal(where.expr)}))
            return [branch + held for branch in _branches(where.p, graph)]
    raise ValueError(f"{where.name} in a rule of inference")


def _no_literal(told: CompValue) -> Variable:
    if told.name == "UnaryNot" and told.expr.name == "Builtin_isLITERAL" and isinstance(told.expr.arg, RDFVariable):
        return Variable(str(told.expr.arg))
    raise ValueError(f"the filter {told.name} in a rule of inference")


def _axioms(wanted: Sequence[tuple[NamedNode, Pattern]], store: Store, bindings: Bindings) -> Iterator[Bindings]:
    if not wanted:
        yield bindings
        return
    (graph, first), *rest = wanted
    for solution in solutions([first], lambda *parts: find_in(store, graph, *parts), bindings):
        yield from _axioms(rest, store, solution)


def find_in(store: Store, graph: object, *parts: Term | None) -> Iterator[Triple]:
    """Yield the triples of a graph of `store` with these parts; None is any."""
    subject, predicate, obj = parts
    if isinstance(subject, Literal) or not (predicate is None or isinstance(predicate, NamedNode)):
        return
    for quad in store.quads_for_pattern(subject, predicate, obj, graph):  # type: ignore[arg-type]
        yield cast(Triple, (quad.subject, quad.predicate, quad.object))
