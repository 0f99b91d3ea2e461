"""What every engine is, and what it holds a query to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from byregion import results, sparql
from byregion.config import Settings
from byregion.dataset_clause import DatasetDescription
from byregion.engine import syntax
from byregion.errors import QuerySyntaxError


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, written in the media type that was asked for, and the revision that gave it."""

    kind: results.Kind
    media_type: str
    body: bytes
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may take: time in seconds, working memory in MiB, the answer's rows and bytes, its own size.

    A write may bring the store to so many `triples`.
    """

    seconds: float = 10.0
    memory_mb: int = 1024
    rows: int = 1_000_000
    bytes: int = 256_000_000
    length: int = 100_000
    depth: int = 200
    triples: int = 5_000_000

    def lowered(self, seconds: float | None) -> float:
        """Return the time limit of a query that asks for at most `seconds`: that, or ours where it is lower."""
        return self.seconds if seconds is None else min(seconds, self.seconds)

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Return the limits that `settings` state."""
        return cls(
            seconds=settings.query_seconds,
            memory_mb=settings.query_memory_mb,
            rows=settings.max_rows,
            bytes=settings.max_bytes,
            length=settings.max_query_length,
            depth=settings.max_query_depth,
            triples=settings.max_triples,
        )

    @property
    def stack(self) -> int:
        """Bytes of stack that reading and evaluating a query of the greatest length takes at most.

        Oxigraph works by recursion, and ends the process where the stack ends. Of 80 ways to nest or chain within
        100,000 characters none took more than 3.2 KiB a character (nested STR); only pages that are used cost memory.
        """
        return self.length * 4096 + (8 << 20)


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph by its name, and its triples as N-Triples."""

    name: str
    triples: bytes


class Beside(Protocol):
    """A graph that is held nowhere: it is made for the queries that name it, and no other sees it."""

    @property
    def name(self) -> str:
        """The IRI of the graph."""
        ...

    def graph(self, revision: str) -> Graph:
        """Return the graph as it is beside a revision, by its full name; to be called from any thread.

        Raises EngineError where it cannot be made.
        """
        ...


class Engine(Protocol):
    """Something that answers SPARQL queries over one revision of a dataset."""

    @property
    def revision(self) -> str:
        """The name of the revision: a SHA-256 in hexadecimal, which its first 16 characters tell apart in practice."""
        ...

    def query(
        self,
        query: str,
        media_type: str,
        *,
        dataset: DatasetDescription | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Return the whole answer to `query`, written in `media_type`.

        `dataset` takes the place of what FROM in the query says; `seconds` lowers the time limit for this query.
        Raises QuerySyntaxError, QueryRefused, QueryTimeout, QueryTooLarge, EngineBusy or EngineError; ValueError for a
        media type in which the query's form cannot be answered, which `sparql.form` and `results.FORMATS` tell before.
        """
        ...

    def close(self) -> None:
        """Let go of everything; no query may follow."""
        ...


def admit(query: str, media_type: str, limits: Limits, *, federated: bool = False) -> results.Kind:
    """Return the kind of answer that `query` has, once it may be evaluated and its answer written in `media_type`.

    Every engine asks this before anything else; one that is `federated` sees to SERVICE itself. Raises QuerySyntaxError
    and QueryRefused as `sparql.check` does, and ValueError for a media type that holds another kind of answer.
    """
    try:
        kind = results.kind(sparql.check(query, max_length=limits.length, max_depth=limits.depth, federated=federated))
    except QuerySyntaxError as error:
        raise syntax.explain_early(query, error) from error
    known = [item.media_type for item in results.formats(kind)]
    if media_type not in known:
        raise ValueError(f"an answer of {kind} cannot be written as {media_type!r}; it can as {', '.join(known)}")
    return kind
