"""The answer to a query in the representation that was asked for, or on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Response

from byregion import results
from byregion.convert import tabular
from byregion.engine import Answer, syntax
from byregion.errors import EngineError, QueryTooLarge
from byregion.results import Solutions
from byregion.sentences import say
from byregion.web import formats, service
from byregion.web.negotiate import Offer
from byregion.web.protocol import Query
from byregion.web.site import engine, words
from byregion.web.table import Table

CHARACTERS: Final = 200_000
"""Characters of Turtle that a page shows; the formats hold all of them."""
MADE_OF: Final = 16_000_000
"""Bytes of the engine's answer that a page or a file for spreadsheets is made of at most: reading them takes the time
of the server itself, and not of a query worker."""


def offers(query: str) -> tuple[Offer, ...]:
    """Return what the answer to `query` can be had as; raises QueryError where it is no query."""
    return service.offers(syntax.form(query))


@dataclass(frozen=True, slots=True)
class Cover:
    """What an answer that is a file says of itself: the name it has without its suffix, and what was asked."""

    name: str
    facts: tuple[tuple[str, str], ...]


def engine_answer(query: str | Query, offer: Offer) -> Answer:
    """Return what the engine of the request's revision answers, in what `offer` is made as."""
    asked = Query(query) if isinstance(query, str) else query
    return engine().query(asked.text, offer.engine_type, dataset=asked.dataset, seconds=asked.seconds)


def data(query: str | Query, offer: Offer, cover: Cover) -> Response:
    """Return the answer to `query` as `offer`."""
    if offer in (formats.XLSX, formats.EXCEL_CSV):
        return spreadsheet(solutions(query), offer, cover)
    return Response(engine_answer(query, offer).body, content_type=offer.content_type)


def spreadsheet(answer: Solutions, offer: Offer, cover: Cover) -> Response:
    """Return a table as `offer`: a workbook, or CSV that Norwegian Excel opens."""
    body = tabular.excel_csv(answer) if offer == formats.EXCEL_CSV else tabular.workbook(answer, _about(cover))
    response = Response(body, content_type=offer.content_type)
    # What stands on a disk is known by the end of its name.
    suffix = "csv" if offer == formats.EXCEL_CSV else "xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{cover.name}.{suffix}"'
    return response


def _about(cover: Cover) -> tabular.About:
    common = (
        (words()("sheet.revision"), engine().revision),
        (words()("sheet.licence"), words()("foot.licence")),
    )
    return tabular.About(words()("sheet.answer"), words()("sheet.about"), (*cover.facts, *common))


def _to_read(query: str | Query, offer: Offer) -> bytes:
    body = engine_answer(query, offer).body
    if len(body) > MADE_OF:
        raise QueryTooLarge(say("too-large-to-show", limit=MADE_OF, size=len(body)))
    return body


def solutions(query: str | Query) -> Solutions:
    """Return the answer to a SELECT; raises QueryTooLarge for more than `MADE_OF` bytes."""
    answer = results.read_solutions(_to_read(query, formats.SOLUTIONS[0]))
    if isinstance(answer, bool):
        raise EngineError(say("select-truth"))
    return answer


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as a page shows it: one of a truth value, the beginning of a graph as Turtle, and a table.

    `solutions` are what the table shows, where it shows them all.
    """

    truth: bool | None = None
    turtle: str | None = None
    is_cut: bool = False
    table: Table | None = None
    solutions: Solutions | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.truth or self.turtle or (self.table and self.table.total))


def shown(query: str | Query) -> Shown:
    """Return the answer to `query` as a page shows it; raises QueryTooLarge for more than `MADE_OF` bytes."""
    if offers(query if isinstance(query, str) else query.text) is formats.GRAPHS:
        text = _to_read(query, formats.GRAPHS[0]).decode("utf-8")
        return Shown(turtle=text[:CHARACTERS], is_cut=len(text) > CHARACTERS)
    answer = results.read_solutions(_to_read(query, formats.SOLUTIONS[0]))
    return Shown(truth=answer) if isinstance(answer, bool) else Shown(table=Table.of(answer))


def whole(query: str) -> Shown:
    """Return the answer to a SELECT as a page shows it that shows all of it."""
    answer = solutions(query)
    return Shown(table=Table.of(answer, len(answer.bindings)), solutions=answer)
