"""What a query may ask of other endpoints: those that the settings list, so often and so much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from byregion import service_clause, sparql
from byregion.config import Settings
from byregion.engine import syntax
from byregion.engine.reading import read
from byregion.errors import QueryRefused, QuerySyntaxError
from byregion.sentences import say
from byregion.service_clause import Clause
from byregion.sparql import Token


@dataclass(frozen=True, slots=True)
class Federation:
    """The endpoints that a query may ask, and what that may take.

    `seconds` is the time of all that a query asks, `bytes` what one answer may hold, `calls` how many SERVICE clauses
    a query may hold.
    """

    endpoints: tuple[str, ...]
    seconds: float = 5.0
    bytes: int = 5_000_000
    calls: int = 4

    @classmethod
    def of(cls, settings: Settings) -> Federation | None:
        """Return what `settings` state; None where they list no endpoint."""
        if not settings.services:
            return None
        return cls(settings.services, settings.service_seconds, settings.service_bytes, settings.service_calls)

    def check(self, endpoint: Token, query: str) -> None:
        """Raise QueryRefused where what a clause of `query` names is not in the list as it is written."""
        if endpoint.kind != "iri" or endpoint.text[1:-1] not in self.endpoints:
            line, column = sparql.position(query, endpoint.start)
            listed = ", ".join(f"<{item}>" for item in self.endpoints)
            raise QueryRefused(say("not-asked", name=endpoint.text, line=line, column=column, listed=listed))


@dataclass(frozen=True, slots=True)
class Call:
    """A SERVICE clause that is to be answered: where it stands, its endpoint, and the query for that."""

    start: int
    end: int
    endpoint: str
    is_silent: bool
    query: str

    @classmethod
    def of(cls, clause: Clause) -> Call:
        """Return the call of a clause whose endpoint was checked."""
        return cls(clause.start, clause.end, clause.endpoint.text[1:-1], clause.is_silent, clause.query)


def calls(query: str, federation: Federation, base: str = "") -> tuple[Call, ...]:
    """Return what `query` asks of other endpoints, in order; relative IRIs are relative to `base`.

    A clause within another one is for that endpoint to ask; it counts, and must be in the list all the same. Raises
    QueryRefused for an endpoint that is not in the list, a variable in its place, and too many clauses;
    QuerySyntaxError for a query that has SERVICE and is not SPARQL 1.1.
    """
    if not service_clause.stands_in(query):
        return ()
    found = service_clause.clauses(query, _read(query), base)
    if len(found) > federation.calls:
        raise QueryRefused(say("too-many-services", count=len(found), limit=federation.calls))
    for clause in found:
        federation.check(clause.endpoint, query)
    return tuple(Call.of(clause) for clause in found if clause.depth == 0)


def _read(query: str) -> Sequence[Token]:
    """Return the tokens of a query that the grammar of SPARQL 1.1 allows, so that nobody can read them otherwise."""
    reading = read(query, "QueryUnit")
    wrong = reading.fault.token if reading.fault else reading.undeclared
    if wrong is None:
        return reading.tokens
    beyond = say("beyond-sparql")
    raise syntax.explain_early(query, QuerySyntaxError(beyond, *sparql.position(query, wrong.start), wrong.text))
