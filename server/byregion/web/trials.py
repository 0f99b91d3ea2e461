"""What a write would do, told to who asks for it with `?dry-run`; and the report of a write that is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from flask import Response, request

from byregion import validate
from byregion.engine.write import Trial, Written
from byregion.errors import BadRequest, NotAcceptable, ValidationError
from byregion.sentences import say
from byregion.web import formats, graphs, respond
from byregion.web.negotiate import HTML, Offer, representation

PARAMETER: Final = "dry-run"
_TOLD: Final[Mapping[str, bool]] = {"": True, "true": True, "1": True, "false": False, "0": False}
_ENVELOPE: Final = (Offer((), "application/problem+json"), Offer((), "application/json"))
_JSON: Final = Offer((), "application/json")


def is_asked() -> bool:
    """Tell whether the address asks what a write would do; raises BadRequest for a value that says neither."""
    given = request.args.getlist(PARAMETER)
    if not given:
        return False
    if len(given) > 1 or given[0] not in _TOLD:
        raise BadRequest(say("said-once-address", name=PARAMETER))
    return _TOLD[given[0]]


def answer(written: Written, trial: Trial) -> Response:
    """Return what a write would do as JSON, or as a page for a browser."""
    told_of = told(written, trial)
    offer = representation(request.headers.get("Accept"), request.args.get("format"), (_JSON, HTML))
    if offer == HTML:
        response = respond.page("sparql/trial.html", trial=told_of)
    else:
        text = json.dumps(told_of, ensure_ascii=False, indent=2) + "\n"
        response = Response(text, content_type="application/json")
    response.headers["Byregion-Revision"] = written.revision
    response.headers["Cache-Control"] = "no-store"
    respond.vary(response, by_format=True, by_language=offer == HTML)
    return response


def told(written: Written, trial: Trial) -> dict[str, Any]:
    """Return what a write would do, as JSON can say it."""
    gained, lost = trial.inferred
    return {
        "conforms": not trial.report,
        "revision": written.revision,
        "added": {"count": written.added, "statements": trial.added},
        "removed": {"count": written.removed, "statements": trial.removed},
        "inferences": {
            "added": {"count": gained, "statements": trial.inferences_added},
            "removed": {"count": lost, "statements": trial.inferences_removed},
        },
        "created": written.created,
        "dropped": trial.dropped,
        "report": report(trial.report) if trial.report else None,
    }


def report(text: str) -> dict[str, Any]:
    """Return a report, given as N-Triples, as JSON can say it."""
    found: dict[str, Any] = json.loads(validate.to_json(validate.read_report(text)))
    return found


def as_graph(error: ValidationError) -> Response | None:
    """Return the report of a refused write in the RDF format that the client asks for; None where it asks for none."""
    try:
        offer = representation(request.headers.get("Accept"), None, REPORTS)
    except NotAcceptable:
        return None
    if offer not in _GRAPHS:
        return None
    body = graphs.written(graphs.read(error.report.encode()), offer.engine_type)
    return Response(body, content_type=offer.content_type)


_GRAPHS: Final = tuple(offer for offer in formats.GRAPHS if offer.media_type != "application/json")
REPORTS: Final = (*_ENVELOPE, HTML, *_GRAPHS)
"""What the report of a write that is refused can be had as."""
