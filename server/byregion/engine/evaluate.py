"""One query on one store: the answer whole and within its limits, or an error that says why."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from byregion.dataset_clause import DatasetDescription, of_query
from byregion.engine import syntax
from byregion.engine.base import Answer
from byregion.engine.store import LoadedStore
from byregion.errors import EngineError, QueryRefused, QueryTooLarge

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@dataclass(frozen=True, slots=True)
class Question:
    """A query, the media type of its answer, what rows and bytes that may hold, and the dataset that is asked.

    `dataset` is what the protocol says in place of FROM; relative IRIs of the query are resolved against `base`.
    """

    query: str
    media_type: str
    rows: int
    size: int
    dataset: DatasetDescription | None = None
    base: str = ""


def evaluate(loaded: LoadedStore, question: Question) -> Answer:
    """Return the answer of a store to `question`, within its limits.

    What may be asked at all is for `base.admit` to say, before. Raises QuerySyntaxError; QueryRefused for a graph that
    is not there; QueryTooLarge for an answer over a limit, which is never cut; EngineError for what fails on the way;
    ValueError for the media type of another form.
    """
    sink = _Sink(question.size)
    media_type = question.media_type
    try:
        found = _found(loaded, question)
        if isinstance(found, QueryTriples):
            serialize(_counted(found, question.rows), sink, _format(RdfFormat, media_type))
        else:
            found.serialize(sink, _format(QueryResultsFormat, media_type))
    except SyntaxError as error:
        raise syntax.explain(question.query, error.msg) from error
    except MemoryError as error:
        raise QueryTooLarge("the query needed more memory than it may take; ask for less, or in parts") from error
    except (OSError, RuntimeError) as error:
        raise EngineError(f"the query failed: {error}") from error
    body = sink.getvalue()
    if isinstance(found, QuerySolutions) and _rows(body, media_type, question.rows) > question.rows:
        raise _too_many("rows", question.rows)
    return Answer("graph" if isinstance(found, QueryTriples) else "solutions", media_type, body)


def _found(loaded: LoadedStore, question: Question) -> QuerySolutions | QueryBoolean | QueryTriples:
    query, base = question.query, question.base or None
    described = question.dataset or of_query(query, question.base)
    if not described:
        return loaded.store.query(query, base_iri=base)
    default: list[NamedNode | BlankNode | DefaultGraph] = [NamedNode(iri) for iri in described.default_graphs]
    named: list[NamedNode | BlankNode] = [NamedNode(iri) for iri in described.named_graphs]
    if loaded.is_merged:
        _refuse_unknown(loaded.store, [*default, *named])
    if len(default) < 2:
        return loaded.store.query(query, base_iri=base, default_graph=default, named_graphs=named)
    # Asked for several, Oxigraph would find a triple twice that stands in two of them; their merge has it once.
    return _merged(loaded.store, default, named).query(
        query, base_iri=base, default_graph=DefaultGraph(), named_graphs=named
    )


_Graph = NamedNode | BlankNode | DefaultGraph


def _refuse_unknown(store: Store, graphs: Sequence[_Graph]) -> None:
    known = set(store.named_graphs())
    if unknown := next((graph for graph in graphs if graph not in known), None):
        raise QueryRefused(f"there is no graph {unknown} in the dataset, and no other document is read")


def _merged(store: Store, default: Sequence[_Graph], named: Sequence[NamedNode | BlankNode]) -> Store:
    merged = Store()
    for graph in default:
        merged.bulk_extend(
            Quad(quad.subject, quad.predicate, quad.object) for quad in store.quads_for_pattern(None, None, None, graph)
        )
    for graph in named:
        merged.bulk_extend(store.quads_for_pattern(None, None, None, graph))
        merged.add_graph(graph)
    return merged


class _Sink(io.BytesIO):
    """A file in memory that refuses to grow beyond its limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: ReadableBuffer, /) -> int:
        written = super().write(data)
        if self.tell() > self._limit:
            raise QueryTooLarge(f"the answer has more than {self._limit} bytes; ask for less, or in parts with LIMIT")
        return written


_F = TypeVar("_F", QueryResultsFormat, RdfFormat)


def _format(kind: type[_F], media_type: str) -> _F:
    found = kind.from_media_type(media_type)
    if found is None:
        raise ValueError(f"{media_type!r} does not hold this form of answer")
    return found


def _counted(triples: QueryTriples, limit: int) -> Iterator[Triple]:
    for number, triple in enumerate(triples, 1):
        if number > limit:
            raise _too_many("triples", limit)
        yield triple


def _too_many(what: str, limit: int) -> QueryTooLarge:
    return QueryTooLarge(f"the answer has more than {limit} {what}; ask for less, or in parts with LIMIT")


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
