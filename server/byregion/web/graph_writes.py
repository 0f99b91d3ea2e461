"""Graphs put, posted, deleted and patched: SPARQL 1.1 Graph Store HTTP Protocol.

Registered only where somebody may write; elsewhere these methods are 405, as of any resource that has them not.
https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.http import parse_options_header

from byregion.engine.write import TYPES, Body, GraphWrite, Method
from byregion.errors import BadRequest, MethodNotAllowed, UnsupportedMediaType
from byregion.sentences import say
from byregion.web import graph_store, trials, updates, writes
from byregion.web.graph_store import Target
from byregion.web.site import site

blueprint = Blueprint("graph_writes", __name__)

_METHODS: Final[dict[str, Method]] = {"PUT": "put", "POST": "post", "DELETE": "delete", "PATCH": "patch"}
_UPDATE: Final = "application/sparql-update"
_MULTIPART: Final = "multipart/form-data"
_MANY: Final = ("application/trig", "application/n-quads")
_SUFFIXES: Final = {
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".rdf": "application/rdf+xml",
    ".jsonld": "application/ld+json",
}


@blueprint.route("/graphs", methods=[*_METHODS])
@blueprint.route("/graphs/<path:path>", methods=[*_METHODS])
def change(path: str = "") -> Response:
    """Change a graph; a graph that is posted to no other becomes a new one."""
    token = writes.permitted()
    method, is_store = _METHODS[request.method], not path and not graph_store.named()
    if is_store and method != "post":
        raise MethodNotAllowed(request.method, ("GET", "HEAD", "POST", "OPTIONS"))
    target = _new() if is_store else graph_store.target(path)
    what = GraphWrite(method, target.iri, tuple(_bodies(method)), target.base, writes.conditions())
    written = writes.carry_out(what, token)
    if written.trial:
        return trials.answer(written, written.trial)
    response = updates.done(written, 201 if target.iri in written.created else 204)
    if is_store:
        response.headers["Location"] = target.iri
    return response


def _new() -> Target:
    """Return a graph that there is not: https://www.w3.org/TR/sparql11-http-rdf-update/#http-post."""
    return Target(f"{site().settings.url}graphs/{uuid.uuid4()}", is_direct=True)


def _bodies(method: Method) -> Iterator[Body]:
    """Yield what the request holds; raises UnsupportedMediaType and BadRequest for what cannot be read."""
    media_type = request.mimetype
    if method == "delete":
        return
    if method == "patch":
        if media_type != _UPDATE:
            raise UnsupportedMediaType(say("patch-type", type=_UPDATE))
        yield Body(_utf8(request.get_data(cache=False), request.headers.get("Content-Type", "")), _UPDATE)
    elif media_type == _MULTIPART:
        if method == "put":
            raise UnsupportedMediaType(say("several-put"))
        files = [file for _, file in request.files.items(multi=True)]
        if not files:
            raise BadRequest(say("no-files"))
        for file in files:
            told = file.content_type or ""
            kind = _SUFFIXES.get(PurePosixPath(file.filename or "").suffix, told) if _is_vague(told) else told
            yield Body(_utf8(file.read(), kind), _graph_type(kind))
    else:
        told = request.headers.get("Content-Type", "")
        yield Body(_utf8(request.get_data(cache=False), told), _graph_type(told))


def _is_vague(content_type: str) -> bool:
    return parse_options_header(content_type)[0] in ("", "application/octet-stream", "text/plain")


def _graph_type(content_type: str) -> str:
    media_type = parse_options_header(content_type)[0].lower()
    if media_type in TYPES:
        return media_type
    known = ", ".join(TYPES)
    if media_type in _MANY:
        raise UnsupportedMediaType(say("many-graphs", type=media_type, listed=known))
    raise UnsupportedMediaType(say("graph-type", what=media_type or say("no-content-type"), listed=known))


def _utf8(body: bytes, content_type: str) -> bytes:
    charset = parse_options_header(content_type)[1].get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(say("charset", charset=charset))
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(say("not-utf8", where=say("the-body"), byte=error.start)) from error
    return body
