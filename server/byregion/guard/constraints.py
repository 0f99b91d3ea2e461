"""Constraints in SPARQL, judged where a write can affect them.

A constraint that is a basic graph pattern with filters, among them (NOT) EXISTS of such a pattern, can have a new
solution only by a triple of the write that one of its patterns matches. So it is asked with what that binds, of the
triples that its patterns then match. https://www.w3.org/TR/shacl/#sparql-constraints
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, cast

from pyoxigraph import DefaultGraph, Quad, QuerySolutions, Store, Variable
from rdflib import SH, Graph, URIRef
from rdflib import Literal as RDFLiteral
from rdflib import Variable as RDFVariable
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from byregion.guard.affected import Affected
from byregion.guard.matching import Bindings, Pattern, Term, Triple, bound, pattern, sought, unified, variables
from byregion.guard.reads import Target, targets
from byregion.guard.view import View

THIS: Final = Variable("this")
_VALUE: Final = Variable("value")


@dataclass(frozen=True, slots=True)
class Broken:
    """A solution of a constraint: what it says of which focus node."""

    shape: URIRef
    focus_node: Term
    value: Term
    severity: URIRef
    message: tuple[RDFLiteral, ...]


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint of a node shape with `targets`: its query, the variables it tells, and the triple patterns in it.

    `shared` are the variables that anything but one place of one pattern depends on.
    """

    shape: URIRef
    targets: tuple[Target, ...]
    query: str
    tells: frozenset[Variable]
    patterns: tuple[Pattern, ...]
    shared: frozenset[Variable]
    severity: URIRef
    message: tuple[RDFLiteral, ...]


def read(shapes: Graph, shape: URIRef) -> Iterator[Constraint]:
    """Yield the constraints in SPARQL of a shape.

    Raises ValueError, saying why, where one cannot be judged by what a write affects.
    """
    if shapes.value(shape, SH.path) is not None or any(shapes.subjects(None, shape)):
        raise ValueError(f"{shape.n3()} is not only a node shape with targets of its own")
    for node in shapes.objects(shape, SH.sparql):
        query = _prefixes(shapes, node) + str(shapes.value(node, SH.select))
        # Read before it is asked for: what rdflib makes of it shows what it matches.
        algebra = translateQuery(parseQuery(query)).algebra
        patterns, others = _patterns(algebra)
        counted = Counter(variables(patterns))
        shared = others | {THIS} | {item for item, count in counted.items() if count > 1}
        message = [text for one in (node, shape) for text in shapes.objects(one, SH.message)]
        yield Constraint(
            shape=shape,
            targets=tuple(targets(shapes, shape)),
            query=query,
            tells=frozenset(Variable(str(item)) for item in algebra.PV),
            patterns=tuple(patterns),
            shared=frozenset(shared),
            severity=URIRef(str(shapes.value(shape, SH.severity, default=SH.Violation))),
            message=tuple(sorted({text for text in message if isinstance(text, RDFLiteral)}, key=RDFLiteral.n3)),
        )


def _prefixes(shapes: Graph, node: Node) -> str:
    declared = [item for at in shapes.objects(node, SH.prefixes) for item in shapes.objects(at, SH.declare)]
    lines = (f"PREFIX {shapes.value(item, SH.prefix)}: <{shapes.value(item, SH.namespace)}>\n" for item in declared)
    return "".join(sorted(lines))


def _patterns(algebra: CompValue) -> tuple[list[Pattern], set[Variable]]:
    """Return the triple patterns of a query, and the variables that stand elsewhere; raises ValueError."""
    if algebra.name != "SelectQuery" or algebra.datasetClause:
        raise ValueError("a constraint is a SELECT over the data graph")
    inner = algebra.p
    if inner.name == "Distinct":
        inner = inner.p
    if inner.name != "Project":
        raise ValueError(f"{inner.name} in a constraint")
    patterns: list[Pattern] = []
    others = {Variable(str(item)) for item in algebra.PV}
    _where(inner.p, patterns, others)
    return patterns, others


def _where(where: CompValue, patterns: list[Pattern], others: set[Variable]) -> None:
    match where.name:
        case "Filter":
            _expression(where.expr, patterns, others)
            if "p" in where:
                _where(where.p, patterns, others)
        case "BGP":
            patterns += [pattern(triple) for triple in where.triples]
        case "Join":
            _where(where.p1, patterns, others)
            _where(where.p2, patterns, others)
        # In (NOT) EXISTS rdflib sometimes leaves what it has read as it was written.
        case "GroupGraphPatternSub":
            for item in where.part:
                _where(item, patterns, others)
        case "TriplesBlock":
            patterns += [pattern(triple) for triple in where.triples]
        case other:
            raise ValueError(f"{other} in a constraint")


def _expression(told: object, patterns: list[Pattern], others: set[Variable]) -> None:
    if isinstance(told, RDFVariable):
        others.add(Variable(str(told)))
    elif isinstance(told, list):
        for item in told:
            _expression(item, patterns, others)
    elif isinstance(told, CompValue) and told.name in ("Builtin_NOTEXISTS", "Builtin_EXISTS"):
        _where(told.graph, patterns, others)
    elif isinstance(told, CompValue):
        for name, item in told.items():
            if name != "_vars":
                _expression(item, patterns, others)


# --- What a write breaks ----------------------------------------------------------------------------------------------


def broken(constraint: Constraint, affected: Affected, view: View, changed: Iterable[Triple]) -> set[Broken]:
    """Return what a constraint finds in `view` that the `changed` triples can have to do with."""
    found: set[Broken] = set()
    questions = _questions(constraint, affected, changed)
    if not questions:
        return found
    store = _excerpt(constraint, view, questions)
    for bindings in questions:
        known = {variable: term for variable, term in bindings}
        for solution in cast(QuerySolutions, store.query(constraint.query, substitutions={**known})):
            this = known.get(THIS, solution[THIS])
            value = known.get(_VALUE, solution[_VALUE] if _VALUE in constraint.tells else None)
            for node in [this] if this is not None else affected.instances(constraint.targets):
                if any(affected.is_for(target, node) for target in constraint.targets):
                    told = node if value is None else value
                    found.add(Broken(constraint.shape, node, told, constraint.severity, constraint.message))
    return found


_Question = frozenset[tuple[Variable, Term]]


def _questions(constraint: Constraint, affected: Affected, changed: Iterable[Triple]) -> set[_Question]:
    """Return what the changed triples bind of the constraint's variables, and each node that may be a new target."""
    found: set[_Question] = set()
    for triple in changed:
        for wanted in constraint.patterns:
            if (bindings := unified(wanted, triple, {})) is not None:
                # The engine can be asked with values of what a query tells alone.
                found.add(frozenset((name, term) for name, term in bindings.items() if name in constraint.tells))
        found |= {frozenset({(THIS, node)}) for node in affected.new_targets(constraint.targets, triple)}
    return found


def _excerpt(constraint: Constraint, view: View, questions: Iterable[_Question]) -> Store:
    """Return all triples that the constraint's patterns match under each of the `questions`.

    Where nothing else depends on what a pattern leaves open, one triple is as good as all.
    """
    store = Store()
    seen: set[tuple[object, ...]] = set()
    for question in questions:
        known: Bindings = dict(question)
        for wanted in constraint.patterns:
            asked = bound(wanted, known)
            parts, open_ones = sought(asked), set(variables([asked]))
            one_will_do = not constraint.shared & open_ones and len(open_ones) == parts.count(None)
            if (one_will_do, parts) not in seen:
                seen.add((one_will_do, parts))
                triples = view.one(*parts) if one_will_do else view.find(*parts)
                store.extend(Quad(*triple, DefaultGraph()) for triple in triples)
    return store
