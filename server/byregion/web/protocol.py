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
    pairs = _pairs(query_string, "the address")
    in_address = {name for name, _ in pairs}
    if method == "POST":
        pairs += _posted(content_type, body)
    parameters = _Parameters(pairs)
    if "revision" in parameters and "revision" not in in_address:
        raise BadRequest("revision belongs in the address of the request, not in its body")
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
        what = media_type or "a body without Content-Type"
        raise UnsupportedMediaType(f"{what} is not read here; send a query as {FORM} or {QUERY}")
    charset = options.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise BadRequest(f"the body is said to be in {charset!r}; send it in UTF-8")
    if media_type == FORM:
        return _pairs(body, "the form")
    return [("query" if media_type == QUERY else "update", _decoded(body, "the body"))]


def _pairs(encoded: bytes, where: str) -> list[tuple[str, str]]:
    try:
        text = _decoded(encoded, where)
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS)
    except UnicodeDecodeError as error:
        raise BadRequest(f"{where} is not UTF-8 once its percent signs are decoded") from error
    except ValueError as error:
        raise BadRequest(f"{where} holds more than {PARAMETERS} parameters") from error


def _decoded(body: bytes, where: str) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"{where} is not UTF-8 (byte {error.start})") from error


def _query(method: str, parameters: _Parameters, longest: int) -> Query | Nothing:
    _refuse(parameters, ("using-graph-uri", "using-named-graph-uri"), "an update")
    # https://www.w3.org/TR/sparql11-protocol/#query-operation "exactly one query parameter": of two, none wins.
    found = parameters.all("query")
    if len(found) > 1:
        raise BadRequest(f"the request holds {len(found)} queries; send one")
    if not found and method == "POST":
        raise BadRequest("the request holds no query; send one as the parameter query or as the body")
    if not found:
        return Nothing(parameters.last("format"))
    _refuse_long(found[0], longest)
    dataset = _dataset(parameters, "default-graph-uri", "named-graph-uri")
    return Query(found[0], dataset, _seconds(parameters), parameters.last("format"))


def _update(method: str, parameters: _Parameters, in_address: set[str], longest: int) -> Update:
    # https://www.w3.org/TR/sparql11-protocol/#update-operation "… MUST be invoked using the HTTP POST method."
    if method != "POST" or "update" in in_address:
        raise BadRequest("an update must be sent as the body of a POST, or as the parameter update in its form")
    if "query" in parameters:
        raise BadRequest("the request holds a query and an update; send one of them")
    _refuse(parameters, ("default-graph-uri", "named-graph-uri"), "a query")
    found = parameters.all("update")
    if len(found) > 1:
        raise BadRequest(f"the request holds {len(found)} updates; send one, with a semicolon between its operations")
    _refuse_long(found[0], longest)
    return Update(found[0], _dataset(parameters, "using-graph-uri", "using-named-graph-uri"), _seconds(parameters))


def _refuse(parameters: _Parameters, names: tuple[str, ...], only: str) -> None:
    for name in names:
        if name in parameters:
            raise BadRequest(f"{name} belongs to {only}; this request is none")


def _refuse_long(text: str, longest: int) -> None:
    if len(text) > longest:
        raise RequestTooLarge(longest, "characters of query")


def _dataset(parameters: _Parameters, default: str, named: str) -> DatasetDescription | None:
    for name in (default, named):
        for iri in parameters.all(name):
            if not _ABSOLUTE.fullmatch(iri):
                raise BadRequest(f"{name} is {iri!r}: it must be an absolute IRI")
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
        raise BadRequest(f"timeout is {text!r}: it must be a number of seconds above 0")
    return seconds
