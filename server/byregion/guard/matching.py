"""Triple patterns matched against triples: what shapes, constraints and rules are followed with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import cast

from pyoxigraph import BlankNode, Literal, NamedNode, Variable
from rdflib import BNode, URIRef
from rdflib import Literal as RDFLiteral
from rdflib import Variable as RDFVariable
from rdflib.term import Node

Term = NamedNode | BlankNode | Literal
Triple = tuple[NamedNode | BlankNode, NamedNode, Term]
Part = Term | Variable
Pattern = tuple[Part, Part, Part]
Bindings = Mapping[Variable, Term]
Find = Callable[[Term | None, Term | None, Term | None], Iterable[Triple]]
"""Returns the triples with this subject, predicate and object; None is any."""


def part(term: Node) -> Part:
    """Return a part of a pattern as the engine has it; a blank node in a pattern is a variable."""
    match term:
        case RDFVariable():
            return Variable(str(term))
        case BNode():
            return Variable(f"_{term}")
        case URIRef():
            return NamedNode(str(term))
        case RDFLiteral():
            datatype = NamedNode(str(term.datatype)) if term.datatype else None
            return Literal(str(term), datatype=datatype, language=term.language)
    raise TypeError(f"{term!r} is no part of a triple pattern")


def pattern(triple: Iterable[Node]) -> Pattern:
    """Return a triple pattern as the engine has it."""
    return cast(Pattern, tuple(map(part, triple)))


def variables(patterns: Iterable[Pattern]) -> list[Variable]:
    """Return the variables of `patterns`, each as often as it stands there."""
    return [item for item in chain.from_iterable(patterns) if isinstance(item, Variable)]


def bound(wanted: Pattern, bindings: Bindings) -> Pattern:
    """Return a pattern with its variables replaced as far as they are bound."""
    return cast(Pattern, tuple(bindings.get(item, item) if isinstance(item, Variable) else item for item in wanted))


def unified(wanted: Pattern, triple: Triple, bindings: Bindings) -> dict[Variable, Term] | None:
    """Return `bindings` with those that make the pattern the triple; None where nothing does."""
    if wanted[1] != triple[1] and not isinstance(wanted[1], Variable):
        return None  # as most end, soon
    made = dict(bindings)
    for item, term in zip(wanted, triple, strict=True):
        if isinstance(item, Variable):
            if made.setdefault(item, term) != term:
                return None
        elif item != term:
            return None
    return made


def sought(wanted: Pattern) -> tuple[Term | None, Term | None, Term | None]:
    """Return a pattern as `Find` takes it."""
    subject, predicate, obj = (None if isinstance(item, Variable) else item for item in wanted)
    return subject, predicate, obj


def solutions(patterns: Sequence[Pattern], find: Find, bindings: Bindings) -> Iterator[Bindings]:
    """Yield every extension of `bindings` with which all `patterns` are triples that `find` finds."""
    if not patterns:
        yield bindings
        return
    left = sorted((bound(item, bindings) for item in patterns), key=lambda item: len(variables([item])))
    for triple in find(*sought(left[0])):
        made = unified(left[0], triple, bindings)
        if made is not None:
            yield from solutions(left[1:], find, made)
