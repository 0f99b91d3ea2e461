"""What a store of somebody else's making answered: shown to be whole, read, and written as byregion writes answers.

Stores end early in many ways and say so in few: Oxigraph's server answers a query that it gave up with status 200 and
a sentence at the end, Virtuoso leaves rows out and mentions it in a header. Solutions are asked for as JSON, which
shows where it ends, and graphs as N-Triples, which are taken only where HTTP said how long they are; both are read to
the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Triple, parse, parse_query_results

from byregion import results
from byregion.engine import virtuoso, written
from byregion.engine.base import Answer
from byregion.engine.exchange import Reply
from byregion.errors import EngineBusy, EngineError, QueryTooLarge
from byregion.results import Kind
from byregion.sentences import say
from byregion.sparql import Form

N_TRIPLES: Final = "application/n-triples"
ACCEPT: Final[dict[Kind, str]] = {"solutions": results.JSON, "graph": N_TRIPLES}
"""What is asked for."""


def answer(reply: Reply, form: Form, media_type: str, *, rows: int, size: int) -> Answer:
    """Return the answer to a query of `form` that a successful reply holds, written in `media_type`.

    Raises EngineError where it is not whole or not what was asked for, and QueryTooLarge where it is over a limit, or
    over the store's own.
    """
    kind = results.kind(form)
    _refuse_partial(reply, kind)
    limits = {"rows": rows, "size": size}
    try:
        if kind == "graph":
            return Answer(kind, media_type, written.graph(_triples(reply.body), media_type, **limits))
        return Answer(kind, media_type, written.solutions(_solutions(reply.body, form), media_type, **limits))
    except (SyntaxError, json.JSONDecodeError, UnicodeDecodeError) as error:
        end = reply.body[-80:].decode("utf-8", "replace")
        raise EngineError(say("store-cut", type=ACCEPT[kind], end=end)) from error


def refuse_failure(reply: Reply, store: str) -> None:
    """Raise what a failed request to `store` means to who asked: EngineBusy or EngineError; nothing for a success."""
    told: dict[str, object] = {"store": store, "status": reply.status}
    said = f": {reply.said}" if reply.said else ""
    if reply.is_success:
        return
    if reply.status in (401, 403):
        raise EngineError(say("store-closed", said=said, **told))
    if 300 <= reply.status < 400:
        raise EngineError(say("store-leads", **told))
    if reply.status in (429, 503):
        raise EngineBusy(say("store-busy", said=said, **told))
    raise EngineError(say("store-status", said=said, **told))


def _refuse_partial(reply: Reply, kind: Kind) -> None:
    if reply.media_type not in (ACCEPT[kind], "application/json" if kind == "solutions" else ACCEPT[kind]):
        raise EngineError(say("store-type", what=reply.media_type or say("no-media-type"), type=ACCEPT[kind]))
    # N-Triples that are cut after a line are N-Triples.
    if kind == "graph" and not reply.is_framed:
        raise EngineError(say("store-endless"))
    if state := reply.headers.get("x-sql-state"):
        message = reply.headers.get("x-sql-message", "")[:200]
        raise EngineError(say("store-part", why=f"{state} {message}"))
    if most := reply.headers.get("x-sparql-maxrows"):
        raise QueryTooLarge(say("store-rows", limit=most))


def _triples(body: bytes) -> Iterator[Triple]:
    for quad in parse(body, format=RdfFormat.N_TRIPLES):
        yield Triple(quad.subject, quad.predicate, quad.object)


def _solutions(body: bytes, form: Form) -> QuerySolutions | QueryBoolean:
    """Return what a document of results holds, also where it is of Virtuoso's kind of JSON."""
    found = parse_query_results(virtuoso.mended(body), QueryResultsFormat.JSON)
    if form == "ASK" and isinstance(found, QuerySolutions):
        # No row is no; that there is a row and no value in it would be neither.
        held = [row[0] for row in found]
        truth = b"true" if held and held != [None] else b"false"
        found = parse_query_results(b'{"head":{},"boolean":%b}' % truth, QueryResultsFormat.JSON)
    if isinstance(found, QueryBoolean):
        # pyoxigraph does not read on after a truth value.
        json.loads(body)
    if (form == "ASK") != isinstance(found, QueryBoolean):
        raise EngineError(say("store-other", form=form))
    return found
