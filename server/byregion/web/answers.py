"""The answer to a query in the representation that was asked for, or on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Response

from byregion import results, sparql
from byregion.web import formats
from byregion.web.negotiate import Offer
from byregion.web.site import site
from byregion.web.table import Table

CHARACTERS: Final = 200_000
"""Characters of Turtle that a page shows; the formats hold all of them."""


def offers(query: str) -> tuple[Offer, ...]:
    """Return what the answer to `query` can be had as; raises QueryError where it is no query."""
    return formats.SOLUTIONS if results.kind(sparql.form(query)) == "solutions" else formats.GRAPHS


def data(query: str, offer: Offer) -> Response:
    """Return the answer to `query` as `offer`."""
    answer = site().engine.query(query, offer.engine_type)
    return Response(answer.body, content_type=offer.content_type)


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as a page shows it: one of a truth value, the beginning of a graph as Turtle, and a table."""

    truth: bool | None = None
    turtle: str | None = None
    is_cut: bool = False
    table: Table | None = None


def shown(query: str) -> Shown:
    """Return the answer to `query` as a page shows it."""
    if offers(query) is formats.GRAPHS:
        text = site().engine.query(query, formats.GRAPHS[0].engine_type).body.decode("utf-8")
        return Shown(turtle=text[:CHARACTERS], is_cut=len(text) > CHARACTERS)
    answer = results.read_solutions(site().engine.query(query, results.JSON).body)
    return Shown(truth=answer) if isinstance(answer, bool) else Shown(table=Table.of(answer))
