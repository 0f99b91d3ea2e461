"""Answers written in a media type: whole and within the limits of rows and bytes, or not at all."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Triple, serialize

from byregion.errors import QueryTooLarge
from byregion.sentences import say

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def solutions(found: QuerySolutions | QueryBoolean, media_type: str, *, rows: int, size: int) -> bytes:
    """Return solutions, or a truth value, in `media_type`: at most `rows` of them and `size` bytes.

    Raises QueryTooLarge, ValueError for the media type of a graph, and what going through `found` raises.
    """
    sink = _Sink(size)
    found.serialize(sink, _format(QueryResultsFormat, media_type))
    body = sink.getvalue()
    if isinstance(found, QuerySolutions) and _rows(body, media_type, rows) > rows:
        raise too_many("too-many-rows", rows)
    return body


def graph(triples: Iterable[Triple], media_type: str, *, rows: int, size: int) -> bytes:
    """Return triples in `media_type`: at most `rows` of them and `size` bytes; raises as `solutions` does."""
    sink = _Sink(size)
    serialize(_counted(triples, rows), sink, _format(RdfFormat, media_type))
    return sink.getvalue()


def too_many(key: str, limit: int) -> QueryTooLarge:
    """Return the error of an answer with more than `limit` of a thing, which the sentence of `key` names."""
    return QueryTooLarge(say(key, limit=limit))


class _Sink(io.BytesIO):
    """A file in memory that refuses to grow beyond its limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: ReadableBuffer, /) -> int:
        written = super().write(data)
        if self.tell() > self._limit:
            raise too_many("too-many-bytes", self._limit)
        return written


_F = TypeVar("_F", QueryResultsFormat, RdfFormat)


def _format(kind: type[_F], media_type: str) -> _F:
    found = kind.from_media_type(media_type)
    if found is None:
        raise ValueError(f"{media_type!r} does not hold this form of answer")
    return found


def _counted(triples: Iterable[Triple], limit: int) -> Iterator[Triple]:
    for number, triple in enumerate(triples, 1):
        if number > limit:
            raise too_many("too-many-triples-answered", limit)
        yield triple


class _Rows(NamedTuple):
    """How rows are counted in a written answer: `mark` occurs once a row, but for `more`; `quoted` may hold it too."""

    mark: bytes
    more: int
    quoted: re.Pattern[bytes] | None


# Counting in what is written costs nothing; solutions counted by iteration would have to be written in Python too.
_ROWS: Final = {
    "application/sparql-results+json": _Rows(b"},{", 1, re.compile(rb'"(?:[^"\\]|\\.)*+"')),
    "application/sparql-results+xml": _Rows(b"<result>", 0, None),
    "text/csv": _Rows(b"\r\n", -1, re.compile(rb'"[^"]*+"')),
    "text/tab-separated-values": _Rows(b"\n", -1, None),
}


def _rows(body: bytes, media_type: str, enough: int) -> int:
    """Return the number of rows in an answer; where it is not over `enough`, perhaps a greater number."""
    mark, more, quoted = _ROWS[media_type]
    count = body.count(mark) + more
    if count > enough and quoted:
        count = quoted.sub(b"", body).count(mark) + more
    return count
