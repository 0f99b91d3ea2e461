"""Documents and graphs as they were at a time: datetime negotiation, the links between then and now, and time maps.

https://www.rfc-editor.org/rfc/rfc7089: a resource is its own TimeGate (pattern 1.1), and a Memento has an address of
its own, the one with `revision`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urljoin

from flask import Blueprint, Response, current_app, g, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date, parse_date
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from byregion.archive.past import Moment
from byregion.errors import BadRequest, NotFound
from byregion.sentences import say
from byregion.web import graph_store, pages, respond
from byregion.web.links import asked
from byregion.web.revisions import SHOWN
from byregion.web.site import engine, site

blueprint = Blueprint("memento", __name__)

PAGE: Final = 1000
"""Mementos in a time map."""
TYPE: Final = "application/link-format"
_ACCEPTS: Final = "Accept-Datetime"
_RESOURCES: Final = frozenset({"entities.document", "graph_store.show"})


def negotiate() -> BaseResponse | None:
    """Redirect a request for what was there at a time to the address of that; None for every other request.

    Raises BadRequest where the time cannot be read, and ArchiveError.
    """
    if _ACCEPTS not in request.headers or "revision" in request.args or not _has_past():
        return None
    when = parse_date(request.headers[_ACCEPTS])
    if when is None:
        raise BadRequest(say("not-a-date", name=_ACCEPTS, value=request.headers[_ACCEPTS]))
    g.then = site().revisions.then(when)
    return redirect(_address(str(request.endpoint), asked(), g.then), 302)


def add_headers(response: Response) -> Response:
    """Say where what was there earlier is, and of an answer of then, what came before and after it."""
    if not (response.status_code < 400 and _has_past()):
        return response
    endpoint, values = str(request.endpoint), asked()
    respond.link(response, [(_time_map(request.path, values), {"rel": "timemap", "type": TYPE})])
    if "revision" in request.args:
        respond.link(response, [(_address(endpoint, values), {"rel": "timegate"})])
        respond.link(response, _around(endpoint, values, engine().revision))
        return response
    response.vary.add(_ACCEPTS)
    respond.link(response, [(_address(endpoint, values), {"rel": "original timegate"})])
    if "then" in g:
        respond.link(response, _around(endpoint, values, g.then))
    return response


@blueprint.get("/timemap/<path:path>")
def show(path: str) -> Response:
    """Return the list of all that a document or graph was: a page of it, the newest unless the request names one."""
    endpoint, values = _resource(path)
    revisions = _each()
    if not revisions:
        raise NotFound(say("no-earlier"))
    last = -(-len(revisions) // PAGE)
    number = pages.whole_number("page", last, 10**6)
    if number > last:
        raise NotFound(say("no-time-map-page", number=number, last=last))
    lines = [_link(_address(endpoint, values), {"rel": "original timegate"})]
    for other in range(1, last + 1):
        part = revisions[(other - 1) * PAGE : other * PAGE]
        rel = {"rel": "self" if other == number else "timemap", "type": TYPE}
        told = rel | {"from": http_date(part[0][0]), "until": http_date(part[-1][0])}
        lines.append(_link(_time_map(f"/{path}", values, other), told))
    begin = (number - 1) * PAGE
    for index in range(begin, min(begin + PAGE, len(revisions))):
        rels = [name for name, place in (("first", 0), ("last", len(revisions) - 1)) if index == place]
        lines.append(_link(*_memento(endpoint, values, revisions[index], rels)))
    return Response(",\n".join(lines) + "\n", content_type=TYPE)


def _has_past() -> bool:
    """Tell whether the request reads something of which earlier states are kept."""
    if request.endpoint not in _RESOURCES or request.method not in ("GET", "HEAD"):
        return False
    if request.endpoint == "graph_store.show" and not (request.view_args or graph_store.named()):
        return False
    return site().revisions.published(site().engine.revision) is not None


def _resource(path: str) -> tuple[str, dict[str, Any]]:
    """Return what a time map tells of: an endpoint, and what its address says."""
    adapter = current_app.url_map.bind("localhost")
    try:
        endpoint, named = adapter.match(f"/{path}", method="GET")
    except (HTTPException, RequestRedirect) as error:
        raise NotFound(say("no-time-map", path=path)) from error
    if endpoint not in _RESOURCES or (endpoint == "graph_store.show" and not (named or graph_store.named())):
        raise NotFound(say("time-maps-of"))
    given = {name: values for name, values in asked().items() if name not in ("path", "page", "revision")}
    return endpoint, given | dict(named)


def _each() -> Sequence[Moment]:
    """Return each revision that is kept, and when it was first the current one, in order."""
    first: dict[str, datetime] = {}
    for when, revision in site().revisions.moments():
        first.setdefault(revision, when)
    return [(when, revision) for revision, when in first.items()]


def _around(endpoint: str, values: Mapping[str, Any], revision: str) -> list[tuple[str, dict[str, str]]]:
    """Return links to a revision, the first and the last one, and those before and after it."""
    revisions = _each()
    at = next((index for index, (_, name) in enumerate(revisions) if name == revision), None)
    if at is None:
        return []
    places = {"first": 0, "prev": at - 1, "": at, "next": at + 1, "last": len(revisions) - 1}
    rels: dict[int, list[str]] = {}
    for rel, place in places.items():
        if 0 <= place < len(revisions):
            rels.setdefault(place, []).append(rel)
    return [_memento(endpoint, values, revisions[place], rels[place]) for place in sorted(rels)]


def _memento(
    endpoint: str, values: Mapping[str, Any], moment: Moment, rels: Sequence[str]
) -> tuple[str, dict[str, str]]:
    when, revision = moment
    rel = " ".join((*filter(None, rels), "memento"))
    return _address(endpoint, values, revision), {"rel": rel, "datetime": http_date(when)}


def _address(endpoint: str, values: Mapping[str, Any], revision: str = "") -> str:
    """Return the address of a resource in full, as it is or as it was in a revision."""
    named = dict(values) | {"revision": revision[:SHOWN] or None}
    return urljoin(site().settings.url, url_for(endpoint, **named))


def _time_map(path: str, values: Mapping[str, Any], page: int | None = None) -> str:
    kept = {name: value for name, value in values.items() if name not in ("path", "revision")}
    return urljoin(site().settings.url, url_for("memento.show", **kept | {"path": path[1:], "page": page}))


def _link(address: str, parameters: Mapping[str, str]) -> str:
    return f"<{address}>" + "".join(f'; {name}="{value}"' for name, value in parameters.items())
