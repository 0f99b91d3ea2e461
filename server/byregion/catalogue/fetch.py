"""Asking another server: only where one may, and within limits of time, size and redirects that hold."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
from typing import Final
from urllib.parse import urljoin, urlsplit

from byregion.errors import FetchError

MEBIBYTE: Final = 1024 * 1024
MAX_REDIRECTS: Final = 10
_REDIRECTS: Final = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, and `url`, where it did after redirects."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; empty where there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def origin(url: str) -> str:
    """Return scheme, host and port of an address; raises FetchError where it is no http(s) address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchError(f"{url} is no http or https address")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise FetchError(f"{url} has no port that there is") from error
    return f"{parts.scheme}://{parts.hostname.lower()}:{port}"


class Client:
    """Asks the servers it was told of and no others; an answer is kept, so that no address is asked twice.

    `seconds` bounds an answer with its redirects as a whole, `download_seconds` that of a file, `mebibytes` its size.
    Proxies are not used.
    """

    def __init__(
        self, allowed: Iterable[str], *, seconds: float = 10, download_seconds: float = 60, mebibytes: float = 75
    ) -> None:
        """Allow the origins of the addresses in `allowed`; raises FetchError where one is no http(s) address."""
        self.allowed = frozenset(origin(url) for url in allowed)
        self.seconds = seconds
        self.download_seconds = download_seconds
        self.max_bytes = int(mebibytes * MEBIBYTE)
        self._kept: dict[tuple[str, str, str, float], Answer | FetchError] = {}

    def head(self, url: str) -> Answer:
        """Return the answer to HEAD; raises FetchError where the server may not be asked or does not answer."""
        return self._ask("HEAD", url, "*/*", self.seconds)

    def get(self, url: str) -> Answer:
        """Return the answer to GET; raises FetchError as `head` does, and where the body is over its limit."""
        return self._ask("GET", url, "*/*", self.seconds)

    def download(self, url: str, accept: str = "*/*") -> Answer:
        """Return the answer to GET for a file, which may take longer; raises FetchError as `get` does."""
        return self._ask("GET", url, accept, self.download_seconds)

    def _ask(self, method: str, url: str, accept: str, seconds: float) -> Answer:
        key = (method, url, accept, seconds)
        if key not in self._kept:
            try:
                self._kept[key] = self._follow(method, url, accept, seconds)
            except FetchError as error:
                self._kept[key] = error
        kept = self._kept[key]
        if isinstance(kept, FetchError):
            raise kept
        return kept

    def _follow(self, method: str, url: str, accept: str, seconds: float) -> Answer:
        deadline = time.monotonic() + seconds
        for _ in range(MAX_REDIRECTS + 1):
            try:
                answer = self._exchange(method, url, accept, deadline)
            except (OSError, HTTPException, ValueError) as error:
                if time.monotonic() < deadline:
                    raise FetchError(f"{url} cannot be asked: {error}") from error
                raise FetchError(f"{url} did not answer within {seconds:g} s") from error
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return answer
            url = urljoin(url, answer.headers["location"])
        raise FetchError(f"{url} is reached only over more than {MAX_REDIRECTS} redirects")

    def _exchange(self, method: str, url: str, accept: str, deadline: float) -> Answer:
        if origin(url) not in self.allowed:
            raise FetchError(f"{url} is on a server that was not named; name it to have it asked")
        parts = urlsplit(url)
        left = max(deadline - time.monotonic(), 0.001)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(str(parts.hostname), parts.port, timeout=left)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with _ended_after(left, connection):
            connection.request(method, target, headers={"Accept": accept})
            with connection.getresponse() as response:
                answer = Answer(url, response.status, _headers(response), self._body(response, url))
        if time.monotonic() >= deadline:
            raise TimeoutError
        return answer

    def _body(self, response: HTTPResponse, url: str) -> bytes:
        body = response.read(self.max_bytes + 1)
        if len(body) > self.max_bytes:
            raise FetchError(f"{url} answers with more than {self.max_bytes / MEBIBYTE:.3g} MiB")
        if response.length:
            raise HTTPException(f"it ends {response.length} bytes before it says that it does")
        return body


def _headers(response: HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}


@contextmanager
def _ended_after(seconds: float, connection: HTTPConnection) -> Iterator[None]:
    """Connect, and hang up when the time is over, whatever the block waits for.

    A socket's own timeout begins anew with each byte: an answer that comes drop by drop would never meet it.
    """
    connected: list[socket.socket] = []

    def hang_up() -> None:
        for line in {connection.sock, *connected} - {None}:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    alarm = Timer(seconds, hang_up)
    alarm.start()
    try:
        connection.connect()
        # http.client lets go of the socket of an answer that ends with its connection, while it reads from it.
        connected.append(connection.sock)
        yield
    finally:
        alarm.cancel()
        connection.close()
