"""What a request asks of the SPARQL endpoint: SPARQL 1.1 Protocol, without a web framework.

https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header

from byregion.config import Settings
from byregion.dataset_clause import DatasetDescription
from byregion.errors import BadRequest, RequestTooLarge, UnsupportedMediaType
from byregion.sentences import Sentence, say

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
_ABSOLUTE: Final = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|\\^`]*')
PARAMETERS: Final = 100
"""Parameters that a request may have."""


def body_limit(settings: Settings) -> int:
    """Return how many bytes a request may hold: a query of the greatest length, each character percent-encoded."""
    return 12 * settings.max_query_length + 4096


@dataclass(frozen=True, slots=True)
class Query:
    """A query operation: the query, the dataset it is about, the time it may take, and the name of a format."""

    text: str
    dataset: DatasetDescription | None = None
    seconds: float | None = None
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """An update operation: the request, and the dataset that its WHERE clauses are about."""

    text: str
    using: DatasetDescription | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """A request for the endpoint itself: the form for people, or the description of the service."""

    format: str | None = None


def read(method: str, query_string: bytes, content_type: str, body: bytes, *, longest: int) -> Query | Update | Nothing:
    """Return what a request asks for; a query or update may have `longest` characters.

    `query_string` is what follows the question mark, `content_type` and `body` are those of a POST.
    Raises BadRequest, UnsupportedMediaType, and RequestTooLarge.
    """
    pairs = _pairs(query_string, say("the-address"))
    in_address = {name for name, _ in pairs}
    if method == "POST":
        pairs += _posted(content_type, body)
    parameters = _Parameters(pairs)
    if "revision" in parameters and "revision" not in in_address:
        raise BadRequest(say("revision-in-body"))
    if "update" in parameters:
        return _update(method, parameters, in_address, longest)
    return _query(method, parameters, longest)


class _Parameters:
    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._pairs = pairs

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self._pairs)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self._pairs if key == name)

    def last(self, name: str) -> str | None:
        found = self.all(name)
        return found[-1] if found else None


def _posted(content_type: str, body: bytes) -> list[tuple[str, str]]:
    media_type, options = parse_options_header(content_type)
    if media_type not in (FORM, QUERY, UPDATE):
        listed = say("either", one=FORM, other=QUERY)
        raise UnsupportedMediaType(say("query-type", what=media_type or say("no-content-type"), listed=listed))
    charset = options.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise BadRequest(say("charset", charset=charset))
    if media_type == FORM:
        return _pairs(body, say("the-form"))
    return [("query" if media_type == QUERY else "update", _decoded(body, say("the-body")))]


def _pairs(encoded: bytes, where: Sentence) -> list[tuple[str, str]]:
    try:
        text = _decoded(encoded, where)
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS)
    except UnicodeDecodeError as error:
        raise BadRequest(say("not-decoded", where=where)) from error
    except ValueError as error:
        raise BadRequest(say("too-many-parameters", where=where, limit=PARAMETERS)) from error


def _decoded(body: bytes, where: Sentence) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(say("not-utf8", where=where, byte=error.start)) from error


def _query(method: str, parameters: _Parameters, longest: int) -> Query | Nothing:
    _refuse(parameters, ("using-graph-uri", "using-named-graph-uri"), say("an-update"))
    # https://www.w3.org/TR/sparql11-protocol/#query-operation "exactly one query parameter": of two, none wins.
    found = parameters.all("query")
    if len(found) > 1:
        raise BadRequest(say("several-queries", count=len(found)))
    if not found and method == "POST":
        raise BadRequest(say("no-query"))
    if not found:
        return Nothing(parameters.last("format"))
    _refuse_long(found[0], longest)
    dataset = _dataset(parameters, "default-graph-uri", "named-graph-uri")
    return Query(found[0], dataset, _seconds(parameters), parameters.last("format"))


def _update(method: str, parameters: _Parameters, in_address: set[str], longest: int) -> Update:
    # https://www.w3.org/TR/sparql11-protocol/#update-operation "… MUST be invoked using the HTTP POST method."
    if method != "POST" or "update" in in_address:
        raise BadRequest(say("update-in-post"))
    if "query" in parameters:
        raise BadRequest(say("query-and-update"))
    _refuse(parameters, ("default-graph-uri", "named-graph-uri"), say("a-query"))
    found = parameters.all("update")
    if len(found) > 1:
        raise BadRequest(say("several-updates", count=len(found)))
    _refuse_long(found[0], longest)
    return Update(found[0], _dataset(parameters, "using-graph-uri", "using-named-graph-uri"), _seconds(parameters))


def _refuse(parameters: _Parameters, names: tuple[str, ...], only: Sentence) -> None:
    for name in names:
        if name in parameters:
            raise BadRequest(say("belongs-to", name=name, only=only))


def _refuse_long(text: str, longest: int) -> None:
    if len(text) > longest:
        raise RequestTooLarge(longest, say("characters-of-query"))


def _dataset(parameters: _Parameters, default: str, named: str) -> DatasetDescription | None:
    for name in (default, named):
        for iri in parameters.all(name):
            if not _ABSOLUTE.fullmatch(iri):
                raise BadRequest(say("not-absolute", name=name, value=iri))
    return DatasetDescription(parameters.all(default), parameters.all(named)) or None


def _seconds(parameters: _Parameters) -> float | None:
    text = parameters.last("timeout")
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds > 0):
        raise BadRequest(say("seconds-above", name="timeout", value=text))
    return seconds
