"""The files to download, as they lie in the edition: whole, checkable, and the same until the revision changes."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response as BaseResponse
from werkzeug.wsgi import wrap_file

from byregion.catalogue import FORMATS, Dump
from byregion.dumps import CHECKSUMS
from byregion.errors import NotFound, RangeNotSatisfiable
from byregion.sentences import say
from byregion.web import respond, signposts
from byregion.web.described import near
from byregion.web.site import site

blueprint = Blueprint("downloads", __name__)

_FOLDER = "dumps/"


@blueprint.get("/dumps/")
def index() -> BaseResponse:
    """Redirect to the page that lists the files."""
    return redirect(url_for("catalogue.show", suffix="html"), 303)


@blueprint.get("/dumps/<name>")
def show(name: str) -> Response:
    """Return a file, or the part of it that is asked for; HEAD tells its size without reading it."""
    dumps = {dump.file: dump for dump in _dumps()}
    if name != CHECKSUMS and name not in dumps:
        raise NotFound(say("no-file", name=name), near(name, [*dumps, CHECKSUMS]))
    media_type = dumps[name].format.served_as if name in dumps else "text/plain"
    response = _file(name, media_type)
    if name in dumps:
        respond.link(response, signposts.of_download(dumps[name]))
    return response


def _dumps() -> Iterator[Dump]:
    for path in site().edition.checksums():
        for form in FORMATS if path.startswith(_FOLDER) else ():
            if path.endswith(f".{form.suffix}"):
                yield Dump(path.removeprefix(_FOLDER).removesuffix(f".{form.suffix}"), form)


def _file(name: str, media_type: str) -> Response:
    edition, path = site().edition, _FOLDER + name
    size, checksum = edition.size(path), edition.checksums()[path]
    file = edition.open(path)
    # A text says that it is UTF-8: of text/turtle some would otherwise take it for US-ASCII.
    content_type = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    response = Response(wrap_file(request.environ, file), content_type=content_type, direct_passthrough=True)
    response.content_length = size
    # The name is that of the list of checksums, which `sha256sum --check` goes by.
    response.headers.set("Content-Disposition", "attachment", filename=name)
    # https://www.rfc-editor.org/rfc/rfc9530#section-3: of the whole file, also where a part is sent.
    digest = base64.b64encode(bytes.fromhex(checksum)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    response.set_etag(checksum)
    response.call_on_close(file.close)
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable as error:
        response.close()
        raise RangeNotSatisfiable(size) from error
    return response
