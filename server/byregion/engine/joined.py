"""A query whose SERVICE clauses are replaced by what their endpoints answered, so that it asks nobody any more.

A clause is the solutions of its endpoint, whatever stands around it
(https://www.w3.org/TR/sparql11-federated-query/#fedSemantics), so a VALUES block with those solutions is the same. What
VALUES cannot hold is a blank node: those are made by a function from names that nobody else knows.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)

from byregion import service_clause
from byregion.engine import virtuoso
from byregion.errors import ServiceFailed
from byregion.sentences import say

FORMATS: Final = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
"""The media types of answers that are read, the preferred one first: those that tell one kind of term from another."""

_Term = NamedNode | BlankNode | Literal | Triple
Functions = dict[NamedNode, Callable[..., _Term | None]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an endpoint answered to the SERVICE clause between two offsets; no media type where it failed silently."""

    start: int
    end: int
    endpoint: str
    is_silent: bool
    media_type: str = ""
    body: bytes = b""


def joined(query: str, answers: Sequence[Fetched]) -> tuple[str, Functions]:
    """Return `query` with the solutions of `answers` in place of its SERVICE clauses, and the functions that it calls.

    Raises ServiceFailed for an answer that cannot be read, unless its clause is SILENT: then it is one solution without
    a value (https://www.w3.org/TR/sparql11-federated-query/#serviceFailure).
    """
    scope = f"urn:uuid:{uuid.uuid4()}"
    groups = [(item.start, item.end, _group(query[item.start : item.end], item, scope)) for item in answers]

    def node(term: _Term) -> _Term:
        if isinstance(term, NamedNode) and term.value.startswith(f"{scope}/"):
            return BlankNode(f"b{uuid.uuid5(uuid.NAMESPACE_URL, term.value).hex}")
        return term

    return service_clause.replaced(query, groups), {NamedNode(scope): node}


def _group(clause: str, answer: Fetched, scope: str) -> str:
    """Return the group that stands for a clause."""
    if not answer.media_type:
        return service_clause.EMPTY
    try:
        return _solutions(answer, service_clause.variables(clause), scope)
    except (SyntaxError, ValueError) as error:
        if answer.is_silent:
            return service_clause.EMPTY
        why = say("service-unreadable", type=answer.media_type, why=error)
        raise ServiceFailed(answer.endpoint, why) from error


def _solutions(answer: Fetched, names: Sequence[str], scope: str) -> str:
    form = FORMATS[answer.media_type]
    body = virtuoso.mended(answer.body) if form == QueryResultsFormat.JSON else answer.body
    found = parse_query_results(body, form)
    if not isinstance(found, QuerySolutions):
        raise ValueError("a truth value")
    places = {variable.value: place for place, variable in enumerate(found.variables)}
    bound = [name for name in names if name in places]
    blank: dict[BlankNode, str] = {}
    rows = [[_written(row[places[name]], blank, f"{scope}/{answer.start}") for name in bound] for row in found]
    return service_clause.values(bound, rows, scope if blank else "")


def _written(term: _Term | None, blank: dict[BlankNode, str], scope: str) -> str:
    if isinstance(term, Triple):
        raise ValueError("a triple in place of a term, which SPARQL 1.1 has not")
    if isinstance(term, BlankNode):
        return blank.setdefault(term, f"<{scope}/{len(blank)}>")
    return "UNDEF" if term is None else str(term)
