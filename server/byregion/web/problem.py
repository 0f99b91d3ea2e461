"""What a request that fails is answered: one table of kinds, one envelope, a page for browsers.

The envelope is application/problem+json (RFC 9457). Its `type` is `…/problems#<kind>`: problems.py explains it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError

from byregion import errors
from byregion.namespaces import BASE
from byregion.sentences import say
from byregion.web import language, nearby, respond, revisions, trials, writes
from byregion.web.negotiate import prefers_html
from byregion.web.served import REQUEST_ID

_log = logging.getLogger(__name__)

Problem = dict[str, object]
"""The members of an envelope."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its name, its status, what of the error is told and when it is worth trying again.

    `members` are the extension members of the envelope by the attribute of the error that each one tells.
    """

    name: str
    status: int
    members: dict[str, str] = field(default_factory=dict)
    retry_seconds: int | None = None


INTERNAL = Kind("internal", 500)
KINDS: dict[type[Exception], Kind] = {
    errors.BadRequest: Kind("bad-request", 400),
    errors.QuerySyntaxError: Kind("query-syntax", 400, {item: item for item in ("line", "column", "token", "hint")}),
    errors.ParameterError: Kind("parameter", 400, {"name": "parameter", "value": "value"}),
    errors.RdfSyntaxError: Kind("rdf-syntax", 400, {"line": "line", "column": "column"}),
    errors.Unauthorized: Kind("unauthorized", 401),
    errors.QueryRefused: Kind("query-refused", 403),
    errors.OutOfScope: Kind("out-of-scope", 403, {"scope": "scope"}),
    errors.NotFound: Kind("not-found", 404, {"suggestions": "suggestions"}),
    errors.RevisionGone: Kind("revision-gone", 410, {"revision": "revision"}),
    errors.Retired: Kind("retired", 410, {"replacements": "replacements"}),
    errors.MethodNotAllowed: Kind("method-not-allowed", 405, {"allowed": "allowed"}),
    errors.NotAcceptable: Kind("not-acceptable", 406, {"offered": "offered"}),
    errors.Conflict: Kind("conflict", 409),
    errors.PreconditionFailed: Kind("precondition-failed", 412),
    errors.RequestTooLarge: Kind("request-too-large", 413, {"limit": "limit"}),
    errors.ValidationError: Kind("not-conforming", 422),
    errors.RangeNotSatisfiable: Kind("range", 416, {"size": "size"}),
    errors.UnsupportedMediaType: Kind("unsupported-media-type", 415),
    errors.QueryTimeout: Kind("query-timeout", 503, {"seconds": "limit"}, retry_seconds=10),
    errors.QueryTooLarge: Kind("query-too-large", 503, retry_seconds=10),
    errors.QueryAbandoned: Kind("abandoned", 503),
    errors.RequestTimeout: Kind("request-timeout", 408, {"seconds": "limit"}),
    errors.TooManyRequests: Kind("too-many-requests", 429, {"limit": "limit"}, retry_seconds=2),
    errors.ServiceFailed: Kind("service-failed", 502, {"endpoint": "endpoint"}),
    errors.ServiceTimeout: Kind("service-timeout", 504, {"endpoint": "endpoint"}),
    errors.EngineBusy: Kind("busy", 503, retry_seconds=2),
    errors.EngineError: Kind("engine", 503, retry_seconds=2),
    errors.Unavailable: Kind("unavailable", 503, retry_seconds=5),
    errors.ArchiveError: Kind("archive", 503),
    errors.StoreFull: Kind("store-full", 507),
    errors.TooManyTriples: Kind("too-many-triples", 507, {"limit": "limit", "triples": "triples"}),
}

_BY_STATUS: Final[dict[int, tuple[type[errors.ByregionError], str]]] = {
    400: (errors.BadRequest, "unreadable-request"),
    415: (errors.UnsupportedMediaType, "unreadable-type"),
}


def register(app: Flask) -> None:
    """Let `app` answer every exception as a problem."""
    app.register_error_handler(Exception, handle)


def handle(error: Exception) -> Response | HTTPException:
    """Return the answer to a request that ended in `error`: a redirect is none of ours to change."""
    if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
        return error
    # Flask hands over an error of the handler itself so: a page that cannot be made is told as data.
    return answer(error, _data if isinstance(error, InternalServerError) else _page)


def answer(error: Exception, page: Callable[[Kind, Problem], Response]) -> Response:
    """Return the answer that tells the client of `error`; one that is not ours is logged and not told.

    `page` makes the page for people out of the kind of problem and the envelope.
    """
    if isinstance(error, HTTPException):
        error = _ours(error)
    kind = kind_of(error)
    if kind is INTERNAL:
        _log.error("no answer to %s %s", request.method, request.path, exc_info=error)
    told = envelope(kind, error, request.environ.get(REQUEST_ID, ""))
    if isinstance(error, errors.RevisionGone):
        told |= {"revisions": revisions.since(error)}
    if isinstance(error, errors.ValidationError):
        told |= {"report": trials.report(error.report)}
    response = _report(error) or (page(kind, told) if _wants_page() else _data(kind, told))
    response.status_code = kind.status
    response.headers.update(headers(kind, error))
    return response


def _report(error: Exception) -> Response | None:
    return trials.as_graph(error) if isinstance(error, errors.ValidationError) else None


def headers(kind: Kind, error: Exception) -> dict[str, str]:
    """Return the headers of the answer that tells of `error`, but for those of its representation."""
    told = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
    if kind.retry_seconds is not None:
        told["Retry-After"] = str(kind.retry_seconds)
    if isinstance(error, errors.RangeNotSatisfiable):
        told["Content-Range"] = f"bytes */{error.size}"
    if isinstance(error, errors.MethodNotAllowed):
        told["Allow"] = ", ".join(error.allowed)
    return told | writes.challenge(error)


def kind_of(error: Exception) -> Kind:
    """Return the kind of problem that `error` is: that of the nearest of its classes in the table."""
    return next((KINDS[cls] for cls in type(error).__mro__ if cls in KINDS), INTERNAL)


def type_of(kind: Kind) -> str:
    """Return the IRI of a kind of problem."""
    return f"{BASE}problems#{kind.name}"


def envelope(kind: Kind, error: Exception, request_id: str = "") -> Problem:
    """Return the members of the problem; nothing of an internal error's message is in them."""
    internal = kind is INTERNAL
    body: Problem = {
        "type": type_of(kind),
        "title": _english()(f"problems.{kind.name}.title"),
        "status": kind.status,
        "detail": say("internal") if internal else errors.sentence(error),
    }
    told: Problem = {name: getattr(error, attribute, None) for attribute, name in kind.members.items()}
    told["request"] = request_id
    return body | {name: value for name, value in told.items() if value not in (None, (), 0, "")}


def _ours(error: HTTPException) -> Exception:
    # Flask's own refusals become ours, so that there is one envelope and one table.
    if error.code == 405:
        allowed = getattr(error, "valid_methods", None) or ()
        return errors.MethodNotAllowed(request.method, tuple(sorted(allowed)))
    if error.code == 413:
        return errors.RequestTooLarge(request.max_content_length or 0)
    if error.code == 404:
        return errors.NotFound(say("nothing-at", path=request.path), _near(request.path))
    cls, key = _BY_STATUS.get(error.code or 500, (errors.ByregionError, "internal"))
    return cls(say(key))


def _near(path: str) -> tuple[str, ...]:
    try:
        return nearby.addresses(path)
    except errors.ByregionError as error:
        # Where the engine cannot be asked, that is told to who asks it.
        _log.warning("nothing was suggested for %s: %s", path, error)
        return ()


def _wants_page() -> bool:
    return request.args.get("format") == "html" or prefers_html(request.headers.get("Accept"))


def _page(kind: Kind, problem: Problem) -> Response:
    return respond.page("problem/problem.html", kind=kind, problem=problem, suggested=nearby.link)


def _data(kind: Kind, problem: Problem) -> Response:
    return Response(body(problem), headers=DATA)


DATA: Final = {"Content-Type": "application/problem+json", "Content-Language": "en"}
"""The headers of an envelope."""


def body(problem: Problem) -> bytes:
    """Return an envelope as it is sent."""
    return (json.dumps(problem, ensure_ascii=False) + "\n").encode()


@cache
def _english() -> language.Words:
    return language.read()["en"]
