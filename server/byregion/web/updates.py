"""SPARQL updates: https://www.w3.org/TR/sparql11-protocol/#update-operation."""

from __future__ import annotations

from flask import Response, request

from byregion.dataset_clause import DatasetDescription
from byregion.engine.write import Update, Written
from byregion.web import respond, trials, writes
from byregion.web.negotiate import prefers_html
from byregion.web.site import site


def answer(text: str, using: DatasetDescription | None = None, seconds: float | None = None) -> Response:
    """Do an update, and tell that it is done: 204, or 200 with a page for a browser.

    `using` is the dataset that the protocol describes for its WHERE clauses; `seconds` lowers its time limit.
    Raises as `writes.permitted` and `writes.carry_out` do.
    """
    token = writes.permitted()
    update = Update(text, using, f"{site().settings.url}sparql", writes.conditions())
    written = writes.carry_out(update, token, seconds)
    if written.trial:
        return trials.answer(written, written.trial)
    if prefers_html(request.headers.get("Accept")):
        return told(written)
    return done(written, 204)


def done(written: Written, status: int) -> Response:
    """Return the empty answer to a write."""
    response = Response(status=status)
    del response.headers["Content-Type"]
    response.headers["Byregion-Revision"] = written.revision
    response.headers["Cache-Control"] = "no-store"
    return response


def told(written: Written) -> Response:
    """Return a page that tells what a write has done."""
    response = respond.page("sparql/written.html", written=written)
    response.headers["Byregion-Revision"] = written.revision
    response.headers["Cache-Control"] = "no-store"
    return response
