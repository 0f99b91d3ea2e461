"""The answer of a query as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rdflib import Literal, URIRef
from rdflib.term import Node

from byregion.results import Solutions
from byregion.terms import shorten
from byregion.web.naming import Text

ROWS: Final = 500
"""Rows that a page shows; the formats hold all of them."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A term in a table: a literal as it was written, an IRI as a query would write it."""

    text: Text
    iri: URIRef | None
    is_number: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The first rows of an answer, how many it has, and whether some are not shown."""

    variables: tuple[str, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    total: int

    @property
    def is_cut(self) -> bool:
        """Whether the answer has more rows than are shown."""
        return self.total > len(self.rows)

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers, as far as its first row tells."""
        first = self.rows[0][column] if self.rows else None
        return first is not None and first.is_number

    @classmethod
    def of(cls, solutions: Solutions, most: int = ROWS) -> Table:
        """Return the table that shows the first `most` of `solutions`."""
        rows = tuple(
            tuple(_cell(binding.get(variable)) for variable in solutions.variables)
            for binding in solutions.bindings[:most]
        )
        return cls(tuple(str(name) for name in solutions.variables), rows, len(solutions.bindings))


def _cell(term: Node | None) -> Cell | None:
    if term is None:
        return None
    if isinstance(term, URIRef):
        return Cell(Text(shorten(term)), term, is_number=False)
    if isinstance(term, Literal):
        return Cell(Text(str(term), (term.language or "").lower()), None, is_number(term))
    return Cell(Text(f"_:{term}"), None, is_number=False)


def is_number(literal: Literal) -> bool:
    """Tell whether a literal is a number."""
    return isinstance(literal.value, int | float | Decimal) and not isinstance(literal.value, bool)
