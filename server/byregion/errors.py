"""Every error that byregion raises on purpose.

ByregionError
  ConfigError             a setting that is unknown or out of range
  AssetError              a folder of ontology, data, shapes or queries that is not there
  SourceError             a source text that cannot be read or does not hold what is quoted from it
  DataError               Turtle that cannot be parsed, or a file outside the layout of data/
  ValidationError         data that does not conform; carries a report
  ReleaseError            a version of the ontology that cannot be released as it says; carries the changes
  ArchiveError            an archive of revisions that cannot be read or written
  StoreError              a store on disk that cannot be opened, read or written
    StoreFull             a store on disk that has no room for what is to be written
  CopyError               a static copy that cannot be made, or a folder that is not to be written over
  QueryError
    QueryHeaderError      a query file whose header cannot be understood
    QuerySyntaxError      a query that SPARQL's grammar does not allow
    QueryRefused          a query that is allowed by the grammar but not by this service
    ParameterError        a parameter of a named query that is missing, unknown or of another kind
    QueryTimeout          a query that was ended at its deadline
    QueryTooLarge         an answer or a working memory over its limit
    QueryAbandoned        a query whose client has gone
    EngineBusy            no query worker became free in time
    EngineError           a query worker that died, or a template that does not answer
    ServiceFailed         another endpoint that a query asks, and that does not answer as it should; names it
      ServiceTimeout      one that does not answer in time
  NotFound                an IRI, a query or a representation that is not here
  RevisionGone            a revision that was published and is no longer kept; carries what was published since
  Retired                 an IRI that was given up; carries what replaced it
  Unavailable             something made from the files that is not there yet, or cannot be made
  NotAcceptable           no offered media type is acceptable
  BadRequest              a request that the protocol does not allow
  RdfSyntaxError          the text of a graph that cannot be read; says where
  Unauthorized            a write without a token, or with one that is not known
  OutOfScope              a write that its token does not allow; names the scope that would
  Conflict                a write that what is held does not allow, such as a graph to create that there is
  TooManyTriples          a write after which more would be held than may be; names both numbers
  PreconditionFailed      a graph that is not in the state that the request names
  UnsupportedMediaType    a request body in a media type that is not read
  RequestTooLarge         a request over its limit
  RequestTimeout          a request whose body does not arrive in time
  TooManyRequests         a client that asks for more at a time than one may
  RangeNotSatisfiable     a part of a file that it does not have
  MethodNotAllowed        a method that the resource does not have
  FetchError              an address elsewhere that may not be asked, or does not answer in time or size

A message says what is wrong, where, and what would do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from byregion.sentences import Sentence, say


def sentence(error: Exception) -> str:
    """Return what an error says: the `Sentence` that it was raised with, which pages say in their language, if any."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, Sentence) else str(error)


class ByregionError(Exception):
    """The root of the tree; `str()` of it is the sentence to show."""


class ConfigError(ByregionError):
    """A setting that is unknown, cannot be read, or is out of range."""


class AssetError(ByregionError):
    """A folder that comes with byregion, or is named by a setting, is not there."""


@dataclass
class Place:
    """Where in a file something is: `line` and `column` count from 1, 0 where unknown."""

    path: Path | None = None
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """`file:line:column`, as editors read it."""
        parts = [str(self.path) if self.path else ""]
        if self.line:
            parts.append(str(self.line))
        if self.line and self.column:
            parts.append(str(self.column))
        return ":".join(part for part in parts if part)


class PlacedError(ByregionError):
    """An error that belongs to a place in a file."""

    def __init__(self, message: str, path: Path | None = None, line: int = 0, column: int = 0) -> None:
        """Keep the bare `message` and its `place`; `str()` joins the two."""
        self.message = message
        self.place = Place(path, line, column)
        where = str(self.place)
        super().__init__(Sentence("at-place", {"where": where, "message": message}) if where else message)


class SourceError(PlacedError):
    """A source text that cannot be read, or that does not hold what is quoted from it."""


class DataError(PlacedError):
    """Turtle that cannot be parsed, or a file outside the layout of `data/`."""


class ValidationError(ByregionError):
    """A write whose result would not conform; `report` is the sh:ValidationReport that says why, as N-Triples."""

    def __init__(self, message: str, report: str) -> None:
        """Carry the report beside the message."""
        self.report = report
        super().__init__(message)


class ReleaseError(ByregionError):
    """A version of the ontology that cannot be released as it says; `changes` are what it would bring."""

    def __init__(self, message: str, changes: tuple[object, ...] = ()) -> None:
        """Carry the changes beside the message."""
        self.changes = changes
        super().__init__(message)


class ArchiveError(ByregionError):
    """An archive of revisions that cannot be read or written; the message names files in its folder, not the folder."""


class StoreError(ByregionError):
    """A store on disk that cannot be opened, read or written."""


class StoreFull(StoreError):
    """A store on disk that has no room for what is to be written; what it holds can be read."""


class CopyError(ByregionError):
    """A static copy of the site that cannot be made, or a folder that holds something else and is left as it is."""


class QueryError(ByregionError):
    """The root of everything that can go wrong with a query."""


class QueryHeaderError(QueryError, PlacedError):
    """A query file whose `#+` header cannot be understood."""


class QuerySyntaxError(QueryError):
    """A query that is not SPARQL 1.1; `line` and `column` count from 1, 0 where unknown.

    `token` is what stands there as it is written, empty at the end of the query; `hint` says what would do.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0, token: str = "", hint: str = "") -> None:
        """Keep the position, the token and the hint beside the message."""
        self.message = message
        self.line = line
        self.column = column
        self.token = token
        self.hint = hint
        said = say("with-hint", message=message, hint=hint) if hint else message
        super().__init__(say("placed", line=line, column=column, said=said) if line else said)


class QueryRefused(QueryError):
    """A query that this service does not evaluate: SERVICE, FROM of an unknown graph, an update."""


class ParameterError(QueryError):
    """A parameter of a named query that is missing, unknown, or of another kind than declared."""

    def __init__(self, message: str, name: str, value: str | None = None) -> None:
        """Keep the parameter's name and the value that was given, if one was."""
        self.name = name
        self.value = value
        super().__init__(message)


def told_of(what: str) -> dict[str, Sentence]:
    """Return what sentences about a query, or a write, call it, and what would do where it is too much."""
    if what == "write":
        return {"what": say("the-write"), "less": say("write-less")}
    return {"what": say("the-query"), "less": say("ask-less")}


class QueryTimeout(QueryError):
    """A query, or a write, that was ended at its deadline of `seconds`."""

    def __init__(self, seconds: float, what: str = "query") -> None:
        """Say the limit, and what it held."""
        self.seconds = seconds
        super().__init__(say("time-limit", seconds=f"{seconds:g}", **told_of(what)))


class QueryAbandoned(QueryError):
    """A query that was ended since its client has gone."""

    def __init__(self) -> None:
        """Say so, to nobody."""
        super().__init__(say("client-gone"))


class QueryTooLarge(QueryError):
    """An answer, or the memory that a query works in, over its limit."""


class EngineBusy(QueryError):
    """Every query worker was busy for as long as a request may wait."""


class EngineError(QueryError):
    """A query worker that died on a query, or a template process that does not answer."""


class ServiceFailed(QueryError):
    """Another endpoint, asked by SERVICE, that did not answer as it should; `why` says how, after its name."""

    def __init__(self, endpoint: str, why: str) -> None:
        """Keep the endpoint and the reason beside the message."""
        self.endpoint = endpoint
        self.why = why
        super().__init__(say("service-failed", endpoint=endpoint, why=why))


class ServiceTimeout(ServiceFailed):
    """Another endpoint, asked by SERVICE, that did not answer in time."""


class NotFound(ByregionError):
    """There is nothing here under that IRI or name; `suggestions` are IRIs, addresses or names near it."""

    def __init__(self, message: str, suggestions: tuple[str, ...] = ()) -> None:
        """Keep the suggestions beside the message."""
        self.suggestions = suggestions
        super().__init__(message)


class RevisionGone(ByregionError):
    """A `revision` that was published and is no longer kept; `since` are the `archive.Publication`s after it."""

    def __init__(self, message: str, revision: str, since: tuple[object, ...]) -> None:
        """Keep the full name of the revision and the publications beside the message."""
        self.revision = revision
        self.since = since
        super().__init__(message)


class Retired(ByregionError):
    """An IRI that was given up; `replacements` are the IRIs of what replaced it, none where nothing did."""

    def __init__(self, message: str, replacements: tuple[str, ...] = ()) -> None:
        """Keep the replacements beside the message."""
        self.replacements = replacements
        super().__init__(message)


class Unavailable(ByregionError):
    """Something that is made from the files: it is still being made, or cannot be."""


class NotAcceptable(ByregionError):
    """None of the media types in `offered` is acceptable to the client."""

    def __init__(self, offered: tuple[str, ...]) -> None:
        """List what could be had instead."""
        self.offered = offered
        super().__init__(say("not-acceptable", listed=", ".join(offered)))


class BadRequest(ByregionError):
    """A request that the protocol does not allow."""


class RdfSyntaxError(ByregionError):
    """The text of a graph that cannot be read; `line` and `column` count from 1, 0 where unknown."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        """Keep the position beside the message."""
        self.message = message
        self.line = line
        self.column = column
        super().__init__(say("placed", line=line, column=column, said=message) if line else message)


class Unauthorized(ByregionError):
    """A write without a token, or with one that is not known, has expired or was revoked: then `is_invalid`."""

    def __init__(self, message: str, *, is_invalid: bool = False) -> None:
        """Keep whether there was a token."""
        self.is_invalid = is_invalid
        super().__init__(message)


class OutOfScope(ByregionError):
    """A write that its token does not allow; `scope` is one that would."""

    def __init__(self, message: str, scope: str) -> None:
        """Name the scope beside the message."""
        self.scope = scope
        super().__init__(message)


class Conflict(ByregionError):
    """A write that what is held does not allow: a graph to be created that is there, or to be dropped that is not."""


class TooManyTriples(ByregionError):
    """A write that would bring what is stated to `triples`, over the `limit` of the store."""

    def __init__(self, triples: int, limit: int) -> None:
        """Say both numbers."""
        self.triples = triples
        self.limit = limit
        super().__init__(say("too-many-triples", triples=triples, limit=limit))


class PreconditionFailed(ByregionError):
    """A graph that is not in the state that If-Match or If-None-Match of the request asks for."""


class UnsupportedMediaType(ByregionError):
    """A request body in a media type that this resource does not read."""


class RequestTooLarge(ByregionError):
    """A request that holds more than `limit` of a `unit`, bytes unless a sentence says another."""

    def __init__(self, limit: int, unit: Sentence | None = None) -> None:
        """Say the limit."""
        self.limit = limit
        super().__init__(say("request-too-large", limit=limit, unit=unit or say("bytes")))


class RequestTimeout(ByregionError):
    """A request whose body is not whole after `seconds`."""

    def __init__(self, seconds: float) -> None:
        """Say the limit."""
        self.seconds = seconds
        super().__init__(say("request-timeout", seconds=f"{seconds:g}"))


class TooManyRequests(ByregionError):
    """A client that already has `limit` requests being worked on."""

    def __init__(self, limit: int) -> None:
        """Say the limit."""
        self.limit = limit
        super().__init__(say("too-many-requests", limit=limit))


class RangeNotSatisfiable(ByregionError):
    """A part of a file that it does not have; `size` is how many bytes it has."""

    def __init__(self, size: int) -> None:
        """Say how long the file is."""
        self.size = size
        super().__init__(say("range", size=size))


class MethodNotAllowed(ByregionError):
    """A method that this resource does not have; `allowed` are those it has."""

    def __init__(self, method: str, allowed: tuple[str, ...]) -> None:
        """List what is allowed."""
        self.allowed = allowed
        super().__init__(say("method-not-allowed", method=method, listed=", ".join(allowed)))


class FetchError(ByregionError):
    """An address on another server that may not be asked, or that does not answer within its limits."""
