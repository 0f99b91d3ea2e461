"""Requests to another server, each with its whole answer, within a time that holds and a size that holds.

No redirect is followed, no proxy is used, and nothing of who we are is said but to the one server that is asked.
"""

from __future__ import annotations

import ssl
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore

from byregion.errors import ConfigError, EngineBusy, EngineError, QueryTooLarge
from byregion.sentences import say

PAUSES: Final = (0.1, 0.2)
"""Seconds before a second and a third try, where the server has not begun on the request."""
LONGEST_PAUSE: Final = 2.0
"""Seconds up to which a server that asks to be asked again later (Retry-After) is waited for."""
IDLE: Final = 5.0
"""Seconds for which a connection that nobody uses is kept."""

_Headers = list[tuple[bytes | str, bytes | str]]
_UNTIL: ContextVar[float] = ContextVar("until")


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole answer to a request, the names of its headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; "" where there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_framed(self) -> bool:
        """Whether the answer said where it ends; one that ends with its connection may have been cut."""
        return "content-length" in self.headers or "chunked" in self.headers.get("transfer-encoding", "").lower()

    @property
    def is_success(self) -> bool:
        """Whether the server did what it was asked."""
        return 200 <= self.status < 300

    @property
    def said(self) -> str:
        """What a failed request was answered in words, on one line and shortened; "" where that is a page."""
        if self.media_type not in ("text/plain", "application/json", "application/problem+json"):
            return ""
        # Virtuoso repeats the query below the first line.
        first = self.body[:2000].decode("utf-8", "replace").strip().partition("\n")[0]
        words = "".join(letter if letter.isprintable() else " " for letter in first).split()
        return " ".join(words)[:300]


class Exchange:
    """Connections to one server, kept and shared by threads; at most `width` requests are under way at once."""

    def __init__(self, *, width: int, size: int, authorization: str = "") -> None:
        """Connect to nobody yet; `size` is how many bytes an answer may have, `authorization` the header."""
        self.size = size
        self._headers: _Headers = [("Authorization", authorization)] if authorization else []
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=width,
            max_keepalive_connections=width,
            keepalive_expiry=IDLE,
            network_backend=_Backend(),
        )

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, until: float) -> Reply:
        """Return the answer to a request that may be made twice without harm, whatever its status.

        Raises TimeoutError where it is not whole at `until` (monotonic), EngineBusy where no connection is free before,
        QueryTooLarge where it has too many bytes, and EngineError where the server cannot be reached or breaks off.
        """
        request = _Request(method, url, [*self._headers, *headers.items()], body)
        try:
            return self._ask(request, until)
        except httpcore.PoolTimeout as error:
            raise EngineBusy(say("store-busy-here")) from error
        except (httpcore.ConnectTimeout, httpcore.NetworkError, httpcore.ProtocolError) as error:
            why = str(error) or type(error).__name__
            raise EngineError(say("store-unreached", address=shown(url), why=why)) from error
        except httpcore.TimeoutException as error:
            raise TimeoutError(f"the store {shown(url)} did not answer in time") from error

    def _ask(self, request: _Request, until: float) -> Reply:
        for pause in PAUSES:
            try:
                reply = self._once(request, until)
            except (httpcore.NetworkError, httpcore.ProtocolError):
                if not request.is_untouched or time.monotonic() + pause >= until:
                    raise
            else:
                asked_for = _retry_after(reply)
                if asked_for is None or time.monotonic() + asked_for >= until:
                    return reply
                pause = asked_for
            time.sleep(pause)
        return self._once(request, until)

    def _once(self, request: _Request, until: float) -> Reply:
        request.begin()
        left = max(until - time.monotonic(), 0.001)
        extensions = {"trace": request.trace, "timeout": {"pool": left}}
        with (
            _ending(until),
            self._pool.stream(
                request.method, request.url, headers=request.headers, content=request.body, extensions=extensions
            ) as response,
        ):
            request.is_answered = True
            headers = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in response.headers}
            return Reply(response.status, headers, self._whole(response.iter_stream()))

    def _whole(self, parts: Iterable[bytes]) -> bytes:
        body = bytearray()
        for part in parts:
            body += part
            if len(body) > self.size:
                raise QueryTooLarge(say("too-many-bytes", limit=self.size))
        return bytes(body)

    def close(self) -> None:
        """Let go of every connection."""
        self._pool.close()


@dataclass(slots=True)
class _Request:
    """A request, and how far the try that is under way has come."""

    method: str
    url: str
    headers: _Headers
    body: bytes
    is_connected: bool = field(default=True, init=False)
    is_fresh: bool = field(default=False, init=False)
    is_answered: bool = field(default=False, init=False)

    def begin(self) -> None:
        """Forget the try before."""
        self.is_connected, self.is_fresh, self.is_answered = True, False, False

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Note a connection being made (https://www.encode.io/httpcore/extensions/#trace)."""
        if event == "connection.connect_tcp.started":
            self.is_connected, self.is_fresh = False, True
        elif event == "connection.connect_tcp.complete":
            self.is_connected = True

    @property
    def is_untouched(self) -> bool:
        """Whether the server has surely not begun on the request.

        One that hangs up on a new connection may have died of the query, and would again. A connection that was kept
        and is gone before an answer began was closed, as servers do with idle ones, when the request was on its way.
        """
        return not self.is_connected or not (self.is_fresh or self.is_answered)


def _retry_after(reply: Reply) -> float | None:
    """Return the seconds after which a busy server wants to be asked again, None where that is no matter of moments."""
    told = reply.headers.get("retry-after", "")
    if reply.status != 503 or not told.isascii() or not told.isdigit() or float(told) > LONGEST_PAUSE:
        return None
    return float(told)


@contextmanager
def _ending(until: float) -> Iterator[None]:
    token = _UNTIL.set(until)
    try:
        yield
    finally:
        _UNTIL.reset(token)


class _Backend(httpcore.NetworkBackend):
    """Connections of which no wait goes beyond the end of the exchange, however often there is one.

    A time limit that begins anew with each byte, as sockets have it, is none for an answer that comes drop by drop.
    """

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.connect_tcp(host, port, _left(), local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), 1 << 16):
            self._inner.write(buffer[start : start + (1 << 16)], _left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left()))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left() -> float:
    left = _UNTIL.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is over")
    return left


def shown(url: str) -> str:
    """Return an address as messages name it: without what may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def authorization(path: str) -> str:
    """Return the header Authorization that a file states: a line `user:password`, or `Bearer token`; "" for no file.

    Raises ConfigError where the file cannot be read or says neither, and never tells what it says.
    """
    if not path:
        return ""
    try:
        line = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"store_auth_file is {path}: it cannot be read ({type(error).__name__})") from error
    scheme, _, token = line.partition(" ")
    if scheme.lower() == "bearer" and token and token.isascii() and token.isprintable() and " " not in token:
        return f"Bearer {token}"
    if ":" in line and line.isprintable():
        return f"Basic {b64encode(line.encode()).decode()}"
    raise ConfigError(f"store_auth_file is {path}: it must hold one line, user:password or Bearer and a token")
