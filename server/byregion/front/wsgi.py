"""A request given to a WSGI application, and its reply (https://peps.python.org/pep-3333/)."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any

from byregion.front.message import Reply, Request, check_header
from byregion.web.served import LABEL, REQUEST_ID

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def call(application: Application, request: Request, host: str, scheme: str) -> Reply:
    """Return the whole reply of `application`; `host` and `scheme` are those of the public address."""
    environ = _environ(request, host, scheme)
    told: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], None]:
        told.append((status, headers))
        return written.append

    chunks = application(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        if close := getattr(chunks, "close", None):
            close()
    status, headers = told[-1]
    return Reply(int(status[:3]), tuple(headers), b"".join(written) + body, environ.get(LABEL, ""))


def _environ(request: Request, host: str, scheme: str) -> dict[str, Any]:
    name, _, port = host.partition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path.encode("utf-8").decode("latin-1"),
        "QUERY_STRING": request.query.encode("utf-8").decode("latin-1"),
        "CONTENT_LENGTH": str(len(request.body)),
        "SERVER_NAME": name,
        "SERVER_PORT": port or ("443" if scheme == "https" else "80"),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        REQUEST_ID: request.id,
    }
    for key, value in request.headers.items():
        field = key.upper().replace("-", "_")
        if field == "CONTENT_TYPE":
            environ[field] = value
        elif field not in ("CONTENT_LENGTH", "HOST", "TRANSFER_ENCODING") and "_" not in key:
            known = environ.get(f"HTTP_{field}")
            environ[f"HTTP_{field}"] = together = f"{known},{value}" if known else value
            check_header(key, together)
    # What a client calls us is nobody's business: addresses are made from the setting.
    environ["HTTP_HOST"] = host
    return environ
