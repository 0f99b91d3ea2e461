"""The answer of a named query as a person reads it: things by their names, columns by what they are.

A query selects a thing and, beside it, what it is called: `?region ?regionName`. As data they are two columns; on a
page they are one, a link.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rdflib import Literal, URIRef, Variable
from rdflib.term import Node

from byregion.results import Solutions
from byregion.web.naming import Naming, Value, read_labels, shortened
from byregion.web.site import words
from byregion.web.table import is_number

_NAMED: Final = re.compile(r"\?(\w+) (?:skos:prefLabel|rdfs:label) \?(\w+)")
_SUFFIX: Final = re.compile(r"(?:Label|Name)$")


@dataclass(frozen=True, slots=True)
class Column:
    """What a column is called, and whether it holds numbers."""

    heading: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Readable:
    """An answer as columns and rows, None for a value that is not there; what each variable is `called`."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value | None, ...], ...]
    called: Mapping[str, str]

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self.rows)


def read(answer: Solutions, query: str) -> Readable:
    """Return the `answer` to the text of a `query` in the language of the request."""
    labels = names(query, [str(name) for name in answer.variables])
    shown = [name for name in answer.variables if str(name) not in labels.values()]
    own = {Variable(thing): Variable(label) for thing, label in labels.items()}
    unnamed = [[row.get(name) for name in shown if own.get(name) not in row] for row in answer.bindings]
    naming = Naming(words(), read_labels(unnamed))
    rows = tuple(tuple(_value(row, name, own.get(name), naming) for name in shown) for row in answer.bindings)
    called = {str(name): heading(str(name)) for name in shown}
    called |= {label: called[thing] for thing, label in labels.items()}
    return Readable(tuple(Column(called[str(name)], _is_number(answer, name)) for name in shown), rows, called)


def names(query: str, variables: Sequence[str]) -> Mapping[str, str]:
    """Return by each variable of things the one that says what they are called, where a query selects both."""
    said = {label: thing for thing, label in _NAMED.findall(query)}
    pairs = ((said.get(name) or _SUFFIX.sub("", name), name) for name in variables)
    return {thing: name for thing, name in pairs if thing != name and thing in variables}


def heading(variable: str) -> str:
    """Return what a column is called in the language of the request; a variable nobody has words for, by its name."""
    return words().get(f"variables.{variable}") or variable


def _value(row: Mapping[Variable, Node], name: Variable, label: Variable | None, naming: Naming) -> Value | None:
    term, called = row.get(name), row.get(label) if label else None
    if term is None:
        return None
    if isinstance(term, URIRef) and isinstance(called, Literal):
        return Value(shortened(naming.literal(called)), term)
    return naming.value(term)


def _is_number(answer: Solutions, name: Variable) -> bool:
    first = next((row[name] for row in answer.bindings if name in row), None)
    return isinstance(first, Literal) and is_number(first)
