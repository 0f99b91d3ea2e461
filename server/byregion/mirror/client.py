"""Requests to a WSGI app in this process, without a socket."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlsplit
from wsgiref.headers import Headers
from wsgiref.util import setup_testing_defaults

App = Callable[[dict[str, Any], Any], Iterable[bytes]]
"""What https://peps.python.org/pep-3333/ calls an application."""

PAGE: Final = "text/html"
ANYTHING: Final = "*/*"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of the app."""

    status: int
    headers: Headers
    body: bytes

    @property
    def content_type(self) -> str:
        """The value of Content-Type, with its parameters."""
        return self.headers.get("Content-Type") or ""

    @property
    def is_page(self) -> bool:
        """Whether this is HTML."""
        return self.content_type.startswith("text/html")

    def links(self, relation: str) -> Iterator[str]:
        """Yield the address of each Link of a relation, in the quoted form of https://www.rfc-editor.org/rfc/rfc8288."""
        for value in self.headers.get_all("Link"):
            for address, parameters in re.findall(r'<([^>]*)>((?:\s*;\s*[\w*-]+="[^"]*")*)', value):
                if relation in dict(re.findall(r'([\w*-]+)="([^"]*)"', parameters)).get("rel", "").split():
                    yield address


def ask(app: App, address: str, accept: str) -> Answer:
    """Return the answer of `app` to a GET of `address`, a path and perhaps a query, for who accepts `accept`."""
    parts = urlsplit(address)
    environ: dict[str, Any] = {
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),  # as PEP 3333 has it
        "QUERY_STRING": parts.query,
        "HTTP_ACCEPT": accept,
    }
    setup_testing_defaults(environ)
    started: list[tuple[int, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], error: object = None) -> Callable[[bytes], object]:
        started.append((int(status.partition(" ")[0]), headers))
        return written.append

    written: list[bytes] = []
    answer = app(environ, start)
    try:
        written.extend(answer)
    finally:
        if (close := getattr(answer, "close", None)) is not None:
            close()
    status, headers = started[-1]
    return Answer(status, Headers(headers), b"".join(written))
