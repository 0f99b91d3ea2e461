"""Requests and replies as the front handles them, whatever server they come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

from byregion.errors import BadRequest
from byregion.sentences import say

NEGOTIATED: Final = ("accept", "accept-encoding", "accept-language", "content-type")
"""The headers that are taken apart."""
LONGEST: Final = 2000
"""Characters that each of them may have; those of browsers and RDF libraries have some hundreds."""


def check_header(name: str, value: str) -> None:
    """Refuse a header that would take long to read; raises BadRequest."""
    if len(value) > LONGEST and name in NEGOTIATED:
        raise BadRequest(say("header-too-long", name=name, count=len(value), limit=LONGEST))


class Headers(Protocol):
    """The headers of a request, by their names in lower case."""

    def get(self, name: str) -> str | None:
        """Return the first value of a header, or None."""
        ...

    def keys(self) -> Iterable[str]:
        """Return the names of all headers."""
        ...

    def items(self) -> list[tuple[str, str]]:
        """Return every header with its value."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A whole request: `path` without percent signs, `query` as it was sent, `client` the address of who asks."""

    id: str
    method: str
    path: str
    query: str
    headers: Headers
    body: bytes = b""
    client: str = ""

    @property
    def asks(self) -> str:
        """The method, GET for HEAD: the two are answered the same but for the body."""
        return "GET" if self.method == "HEAD" else self.method


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply; `label` is what counts and logs call the resource, `cached` whether it was known."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    label: str = ""
    cached: bool = field(default=False, compare=False)
    _named: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def header(self, name: str) -> str | None:
        """Return the value of a header by its name in lower case, or None; several are joined by commas."""
        if not self._named:
            for key, value in self.headers:
                known = self._named.setdefault(key.lower(), value)
                if known is not value:
                    self._named[key.lower()] = f"{known}, {value}"
        return self._named.get(name)

    def with_headers(self, *headers: tuple[str, str]) -> Reply:
        """Return the reply with `headers` in place of those of the same names."""
        names = {name.lower() for name, _ in headers}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in names)
        return Reply(self.status, (*kept, *headers), self.body, self.label, self.cached)
