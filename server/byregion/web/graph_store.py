"""The graphs themselves, to read: SPARQL 1.1 Graph Store HTTP Protocol.

https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from byregion.errors import BadRequest, NotFound
from byregion.namespaces import BASE
from byregion.sentences import say
from byregion.web import datasets, formats, respond, revisions, stored
from byregion.web.negotiate import HTML, Offer, representation
from byregion.web.site import engine, site

blueprint = Blueprint("graph_store", __name__)

# https://www.rfc-editor.org/rfc/rfc3987#section-2.2: absolute, and nothing in it that no IRI holds.
_IRI: Final = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|\\^`]+')
_SAFE: Final = "/:@!$&'()*+,;=~"


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


@blueprint.get("/graphs")
@blueprint.get("/graphs/<path:path>")
def show(path: str = "") -> Response | BaseResponse:
    """Give a graph; the address of the store itself leads to the description of the service, which names them."""
    if path and site().is_copy:
        # Files hold the graph in the downloads of its dataset.
        return datasets.page_of(path)
    if not path and not named():
        return redirect(url_for("sparql.show"), 303)
    wanted, settings = target(path), site().settings
    # The page of what a graph is part of is there as it is now alone.
    is_page = wanted.is_direct and not settings.empty and "revision" not in request.args
    offers = (*formats.GRAPHS, HTML) if is_page else formats.GRAPHS
    offer = representation(request.headers.get("Accept"), request.args.get("format"), offers)
    # Of files that are copied, the downloads are the graphs.
    if offer == HTML or (is_page and site().is_copy):
        response = datasets.page_of(path)
        response.vary.add("Accept")
        return response
    # What may be written is read from where it is held: its tag is that of its state, which If-Match names.
    is_written = settings.takes_writes or settings.store_folder is not None or revisions.is_earlier()
    given = _held(wanted, offer) if is_written else _published(wanted, offer)
    respond.vary(given, by_format=True)
    return given


# --- Which graph ------------------------------------------------------------------------------------------------------


def named() -> list[tuple[str, str]]:
    """Return what the address says of which graph it is, each a parameter and its value."""
    try:
        pairs = parse_qsl(request.query_string.decode(), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise BadRequest(say("not-decoded", where=say("the-address"))) from error
    return [(name, value) for name, value in pairs if name in ("graph", "default")]


def target(path: str) -> Target:
    """Return which graph the request is about; raises BadRequest where that is not said, or said twice."""
    found = named()
    if path:
        if found:
            raise BadRequest(say("graph-twice"))
        root = site().settings.url if site().settings.empty else BASE
        return Target(f"{root}graphs/{quote(path, safe=_SAFE)}", is_direct=True)
    if len(found) != 1:
        raise BadRequest(say("which-graph"))
    name, value = found[0]
    if name == "default":
        if value:
            raise BadRequest(say("default-value"))
        return Target("")
    # "… the value of graph … MUST be … an absolute IRI"
    if not _IRI.fullmatch(value):
        raise BadRequest(say("not-absolute", name="graph", value=value))
    return Target(value)


# --- Reading ----------------------------------------------------------------------------------------------------------


def _held(wanted: Target, offer: Offer) -> Response:
    """Give a graph that may change at any time: what it says is what its tag tells."""
    found = stored.held(wanted.iri)
    if found is None:
        raise NotFound(say("no-graph", iri=wanted.iri))
    response = respond.conditional(f"{found.state}-{offer.suffix}", lambda: _written(found, offer))
    response.headers["Byregion-Revision"] = found.revision
    return response


def _published(wanted: Target, offer: Offer) -> Response:
    """Give a graph that changes with the revision alone, every literal spelled as in its file."""

    def make() -> Response:
        found = stored.published(wanted.iri)
        if found is None:
            name = wanted.iri.removeprefix(f"{BASE}graphs/")
            raise NotFound(say("no-graph", iri=wanted.iri), datasets.near_graphs(name))
        return _written(found, offer)

    response = respond.conditional(respond.tag("graph", wanted.iri, offer.media_type), make)
    response.headers["Byregion-Revision"] = engine().revision
    return response


def _written(found: stored.Stored, offer: Offer) -> Response:
    return Response(found.written(offer), content_type=offer.content_type)
