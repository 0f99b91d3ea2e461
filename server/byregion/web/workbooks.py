"""A workbook is tried out: what is wrong with it by sheet and cell, and what would be made of it; or it is taken in."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Blueprint, Response, request

from byregion.engine.write import Written
from byregion.errors import Unauthorized
from byregion.web import problem, respond, trials, workbook_writes
from byregion.web.negotiate import HTML, Offer, representation
from byregion.web.site import site, words
from byregion.web.trying import LARGEST, Refused, reading
from byregion.web.workbook_writes import NotTaken

blueprint = Blueprint("workbooks", __name__)

_JSON: Final = Offer((), "application/json")


@blueprint.get("/quality/workbook")
def show() -> Response:
    """Return the page that a workbook is given to."""
    return respond.html_only("quality/workbook.html", lambda: {"tried": None, "refused": {}, "largest": LARGEST})


@blueprint.post("/quality/workbook")
def tried() -> Response:
    """Return what is wrong with a workbook, and what would be made of it: a page, or JSON for programs.

    With the field `apply` it is taken in, where somebody may write and has a token. Raises as `trying.reading` and
    `workbook_writes.taken` do.
    """
    offer = representation(request.headers.get("Accept"), request.args.get("format"), (_JSON, HTML))
    # Before anything of the form is read, its fields too.
    request.max_content_length = LARGEST
    try:
        response = _taken(offer) if workbook_writes.is_asked() else _tried(offer)
    except NotTaken as error:
        response = _not_taken(error, offer)
    except (Refused, Unauthorized) as error:
        if offer != HTML:
            raise
        # The page has a field for what is wrong with each.
        field = error.field if isinstance(error, Refused) else "token"
        response = _page(None, {field: str(error) if isinstance(error, Refused) else words()("workbook.no_token")})
        kind = problem.kind_of(error)
        response.status_code = kind.status
        response.headers.update(problem.headers(kind, error))
    response.headers["Cache-Control"] = "no-store"
    respond.vary(response, by_format=True, by_language=True)
    return response


def _tried(offer: Offer) -> Response:
    with reading(request.form.get("dataset", "").strip()) as trial:
        told = trial.told
    return _page(told) if offer == HTML else _json(_members(told))


def _taken(offer: Offer) -> Response:
    told, written = workbook_writes.taken()
    if written.trial:
        # As of every write that is only worked out; by cell where the result would not conform.
        if offer == HTML and not told["errors"]:
            return trials.answer(written, written.trial)
        trial = {"trial": trials.told(written, written.trial)}
        response = _page(told) if offer == HTML else _json(_members(told) | trial)
    elif offer == HTML:
        number = workbook_writes.change(written)
        response = respond.page("quality/taken.html", tried=told, written=written, change=number)
    else:
        response = _json(_members(told) | {"written": _written(written)})
    response.headers["Byregion-Revision"] = written.revision
    return response


def _written(written: Written) -> dict[str, Any]:
    """Return what a write has done; `change` is the address of the change, None where none is kept or none was made."""
    number, url = workbook_writes.change(written), site().settings.url
    return {
        "revision": written.revision,
        "added": written.added,
        "removed": written.removed,
        "created": list(written.created),
        "change": None if number is None else f"{url}changes/{number}",
    }


def _not_taken(error: NotTaken, offer: Offer) -> Response:
    """Return what is wrong, as when a workbook is only tried out, in the answer to a write that was refused."""
    kind = problem.kind_of(error)
    if offer == HTML:
        response = _page(error.told, {"": ""})
    else:
        told = problem.envelope(kind, error) | _members(error.told)
        if error.report:
            told |= {"report": trials.report(error.report)}
        response = Response(problem.body(told), headers=problem.DATA)
    response.status_code = kind.status
    return response


def _page(told: dict[str, Any] | None, refused: dict[str, str] | None = None) -> Response:
    return respond.page("quality/workbook.html", tried=told, refused=refused or {}, largest=LARGEST)


def _members(told: dict[str, Any]) -> dict[str, Any]:
    made = {"conforms": not told["errors"]} | {name: value for name, value in told.items() if name != "refused"}
    return made | {"made": dict(told["made"]), "ids": dict(told["ids"])}


def _json(told: dict[str, Any]) -> Response:
    response = Response(json.dumps(told, ensure_ascii=False, indent=1) + "\n", content_type=_JSON.media_type)
    response.headers["Content-Language"] = words().language
    return response
