"""Compression of what is sent, for who asks for it and for nobody else.

The national portal takes Content-Encoding for a character set, so nothing is ever compressed unasked.
"""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Final

from werkzeug.http import parse_accept_header

from byregion.front.message import Reply, Request

LEAST: Final = 600
"""Bytes from which on compression saves a packet."""
MOST: Final = 32 << 20
"""Bytes up to which the server takes the time for it, which is some 20 ms for each MiB."""
LEVEL: Final = 5
MARK: Final = "-gz"
"""What the entity tag of a compressed representation ends in: it is another sequence of bytes."""
_TEXT: Final = ("text/", "application/", "image/svg+xml")
_PACKED: Final = ("application/zip", "application/gzip", "application/vnd.openxmlformats", "application/octet-stream")


def accepts(request: Request) -> bool:
    """Tell whether the client takes gzip: it names it, or anything, with a quality above 0."""
    told = request.headers.get("accept-encoding")
    if not told or ("gzip" not in told.lower() and "*" not in told):
        return False
    return parse_accept_header(told)["gzip"] > 0


def is_packable(reply: Reply) -> bool:
    """Tell whether a reply is worth compressing, and may be."""
    media_type = reply.header("content-type") or ""
    return (
        reply.status == 200
        and LEAST <= len(reply.body) <= MOST
        and media_type.startswith(_TEXT)
        and not media_type.startswith(_PACKED)
        and reply.header("content-encoding") is None
        and reply.header("accept-ranges") is None
    )


def pack(reply: Reply) -> Reply:
    """Return a reply compressed."""
    # Without the time of the compression: the same reply gives the same bytes.
    body = gzip.compress(reply.body, LEVEL, mtime=0)
    return replace(named(reply).with_headers(("Content-Encoding", "gzip")), body=body)


def named(reply: Reply) -> Reply:
    """Return a reply with the entity tag that it has compressed."""
    tag = reply.header("etag")
    return reply.with_headers(("ETag", marked(tag))) if tag else reply


def marked(tag: str) -> str:
    """Return the entity tag of the compressed representation of what has `tag`."""
    return f'{tag[:-1]}{MARK}"'
