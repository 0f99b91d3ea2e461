"""The graphs themselves: SPARQL 1.1 Graph Store HTTP Protocol, to read and to write.

https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import parse_qsl, quote

from flask import Blueprint, Response, request
from werkzeug.datastructures import ETags
from werkzeug.http import parse_options_header
from werkzeug.wrappers import Response as BaseResponse

from byregion.engine.write import TYPES, Body, Conditions, GraphWrite, Method, Written
from byregion.errors import BadRequest, MethodNotAllowed, NotFound, ParameterError, UnsupportedMediaType
from byregion.namespaces import BASE
from byregion.web import datasets, formats, respond, stored, updates, writes
from byregion.web.negotiate import HTML, representation
from byregion.web.site import site

blueprint = Blueprint("graph_store", __name__)

READ: Final = ("GET", "HEAD", "OPTIONS")
WRITE: Final = ("PUT", "POST", "DELETE", "PATCH")
_UPDATE: Final = "application/sparql-update"
_MULTIPART: Final = "multipart/form-data"
_MANY: Final = ("application/trig", "application/n-quads")
# https://www.rfc-editor.org/rfc/rfc3987#section-2.2: absolute, and nothing in it that no IRI holds.
_IRI: Final = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|\\^`]+')
_SUFFIXES: Final = {
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".rdf": "application/rdf+xml",
    ".jsonld": "application/ld+json",
}


@dataclass(frozen=True, slots=True)
class Target:
    """The graph that a request is about: its IRI, "" for the default graph; and whether it is the address itself."""

    iri: str
    is_direct: bool = False

    @property
    def base(self) -> str:
        """What relative IRIs in its text are resolved against.

        https://www.w3.org/TR/sparql11-http-rdf-update/#http-put "… the RDF graph content … base URI"
        """
        return self.iri or f"{site().settings.url}graphs?default"


@blueprint.route("/graphs", methods=["GET", *WRITE])
@blueprint.route("/graphs/", methods=["GET", *WRITE])
@blueprint.route("/graphs/<path:path>", methods=["GET", *WRITE])
def show(path: str = "") -> Response | BaseResponse:
    """Give a graph, or change it."""
    if request.method in ("GET", "HEAD"):
        return _given(_target(path), path)
    if site().tokens is None:
        # https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6
        raise MethodNotAllowed(request.method, READ)
    token = writes.permitted()
    method, is_new = _METHODS[request.method], request.method == "POST" and not path and not _named()
    target = _created() if is_new else _target(path)
    what = GraphWrite(method, target.iri, tuple(_bodies(method)), target.base, _conditions())
    written = writes.write(what, token)
    return _done(written, target, is_new=is_new)


_METHODS: Final[dict[str, Method]] = {"PUT": "put", "POST": "post", "DELETE": "delete", "PATCH": "patch"}


# --- Which graph ------------------------------------------------------------------------------------------------------


def _named() -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(request.query_string.decode(), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise BadRequest("the address is not UTF-8 once its percent signs are decoded") from error
    return [(name, value) for name, value in pairs if name in ("graph", "default")]


def _target(path: str) -> Target:
    """Return which graph the request is about; raises BadRequest where that is not said, or said twice."""
    named = _named()
    if path:
        if named:
            raise BadRequest("the address is that of a graph; leave out the parameters graph and default")
        root = site().settings.url if site().settings.empty else BASE
        return Target(f"{root}graphs/{quote(path, safe=_SAFE)}", is_direct=True)
    if len(named) != 1:
        raise BadRequest("say once which graph: ?graph= and its IRI, or ?default")
    name, value = named[0]
    if name == "default":
        if value:
            raise BadRequest("the parameter default has no value")
        return Target("")
    # "… the value of graph … MUST be … an absolute IRI"
    if not _IRI.fullmatch(value):
        raise BadRequest(f"graph is {value!r}: it must be an absolute IRI")
    return Target(value)


_SAFE: Final = "/:@!$&'()*+,;=~"


def _created() -> Target:
    """Return a new graph: https://www.w3.org/TR/sparql11-http-rdf-update/#http-post."""
    return Target(f"{site().settings.url}graphs/{uuid.uuid4()}", is_direct=True)


# --- Reading ----------------------------------------------------------------------------------------------------------


def _given(target: Target, path: str) -> Response | BaseResponse:
    is_published = target.is_direct and not site().settings.empty
    offers = (*formats.GRAPHS, HTML) if is_published else formats.GRAPHS
    offer = representation(request.headers.get("Accept"), request.args.get("format"), offers)
    if offer == HTML:
        response = datasets.page_of(path)
        response.vary.add("Accept")
        return response
    try:
        found = stored.read(target.iri)
    except ParameterError as error:
        raise BadRequest(f"graph is {target.iri!r}: it must be an absolute IRI") from error
    if found is None:
        raise NotFound(f"there is no graph <{target.iri}>", datasets.near_graphs(path) if is_published else ())
    tag = f"{found.state}-{offer.suffix}"
    response = respond.conditional(tag, lambda: Response(found.written(offer), content_type=offer.content_type))
    response.headers["Byregion-Revision"] = found.revision
    respond.vary(response, by_format=True)
    return response


# --- Writing ----------------------------------------------------------------------------------------------------------


def _bodies(method: Method) -> Iterator[Body]:
    """Yield what the request holds; raises UnsupportedMediaType and BadRequest for what cannot be read."""
    media_type = request.mimetype
    if method == "delete":
        return
    if method == "patch":
        if media_type != _UPDATE:
            raise UnsupportedMediaType(f"a patch is an update of the graph: send it as {_UPDATE}")
        yield Body(_utf8(request.get_data(cache=False), request.headers.get("Content-Type", "")), _UPDATE)
    elif media_type == _MULTIPART:
        if method == "put":
            raise UnsupportedMediaType("several files are posted, not put; put one graph, or post them")
        files = [file for _, file in request.files.items(multi=True)]
        if not files:
            raise BadRequest("the form holds no file; send each graph as a part with a filename")
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
        raise UnsupportedMediaType(f"{media_type} holds many graphs; send each to its own address, as one of {known}")
    what = media_type or "a body without Content-Type"
    raise UnsupportedMediaType(f"{what} is not read here; send a graph as one of {known}")


def _utf8(body: bytes, content_type: str) -> bytes:
    charset = parse_options_header(content_type)[1].get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(f"the body is said to be in {charset!r}; send it in UTF-8")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"the body is not UTF-8 (byte {error.start})") from error
    return body


def _conditions() -> Conditions:
    return Conditions(_states(request.if_match), _states(request.if_none_match))


def _states(tags: ETags) -> tuple[str, ...]:
    """Return the states that tags name: a tag is that of a representation, a state that of the graph."""
    if tags.star_tag:
        return ("*",)
    return tuple(sorted(tag.partition("-")[0] for tag in tags.as_set()))


def _done(written: Written, target: Target, *, is_new: bool) -> Response:
    response = updates.done(written, 201 if target.iri in written.created else 204)
    if is_new:
        response.headers["Location"] = target.iri
    return response
