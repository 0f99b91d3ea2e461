"""One query on one store: the answer whole and within its limits, or an error that says why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
)

from byregion.dataset_clause import DatasetDescription, of_query
from byregion.engine import syntax, written
from byregion.engine.base import Answer, Graph
from byregion.engine.joined import Fetched, joined
from byregion.engine.store import LoadedStore
from byregion.errors import BadRequest, EngineError, QueryRefused, QueryTooLarge, told_of
from byregion.sentences import Sentence, say


@dataclass(frozen=True, slots=True)
class Question:
    """A query, the media type of its answer, what rows and bytes that may hold, and the dataset that is asked.

    `dataset` is what the protocol says in place of FROM; relative IRIs of the query are resolved against `base`.
    `fetched` is what other endpoints answered to its SERVICE clauses, and `beside` a graph that it names and that is
    put into the store for it.
    """

    query: str
    media_type: str
    rows: int
    size: int
    dataset: DatasetDescription | None = None
    base: str = ""
    fetched: tuple[Fetched, ...] = ()
    beside: Graph | None = None


def evaluate(loaded: LoadedStore, question: Question) -> Answer:
    """Return the answer of a store to `question`, within its limits.

    What may be asked at all is for `base.admit` to say, before. Raises QuerySyntaxError; BadRequest for a graph whose
    name is no IRI; QueryRefused for a graph or a function that is not there; QueryTooLarge for an answer over a limit,
    which is never cut; ServiceFailed for what was fetched and is no
    answer; EngineError for what fails on the way; ValueError for the media type of another form.
    """
    limits = {"rows": question.rows, "size": question.size}
    try:
        if question.beside:
            _put(loaded.store, question.beside)
        found = _found(loaded, question)
        if isinstance(found, QueryTriples):
            return Answer("graph", question.media_type, written.graph(found, question.media_type, **limits))
        return Answer("solutions", question.media_type, written.solutions(found, question.media_type, **limits))
    except SyntaxError as error:
        # With what was fetched in it, the query has other places than the one that was asked.
        told = say("not-evaluated") if question.fetched else error.msg
        raise syntax.explain(question.query, told, has_base=bool(question.base)) from error
    except MemoryError as error:
        raise QueryTooLarge(say("memory-short", **told_of("query"))) from error
    except (OSError, RuntimeError) as error:
        raise failure(say("the-query"), error) from error


_UNKNOWN_FUNCTION: Final = re.compile(r"custom function (<\S+>) is not supported")


def failure(what: Sentence, error: Exception) -> EngineError | QueryRefused:
    """Return what to raise for what Oxigraph says of a query or an update while it is at it.

    A function that nobody knows is for who asks to mend; asking again, as for an EngineError, would not help.
    """
    if match := _UNKNOWN_FUNCTION.search(str(error)):
        return QueryRefused(say("unknown-function", name=match[1]))
    return EngineError(say("failed", what=what, why=error))


def _found(loaded: LoadedStore, question: Question) -> QuerySolutions | QueryBoolean | QueryTriples:
    query, base = question.query, question.base or None
    described = question.dataset or of_query(query, question.base)
    query, functions = joined(query, question.fetched) if question.fetched else (query, None)
    if not described:
        return loaded.store.query(query, base_iri=base, custom_functions=functions)
    default: list[NamedNode | BlankNode | DefaultGraph] = [_named(iri) for iri in described.default_graphs]
    named: list[NamedNode | BlankNode] = [_named(iri) for iri in described.named_graphs]
    if loaded.is_merged:
        _refuse_unknown(loaded.store, [*default, *named])
    if len(default) < 2:
        return loaded.store.query(
            query, base_iri=base, default_graph=default, named_graphs=named, custom_functions=functions
        )
    # Asked for several, Oxigraph would find a triple twice that stands in two of them; their merge has it once.
    return _merged(loaded.store, default, named).query(
        query, base_iri=base, default_graph=DefaultGraph(), named_graphs=named, custom_functions=functions
    )


def _put(store: Store, graph: Graph) -> None:
    name = NamedNode(graph.name)
    store.add_graph(name)
    triples = parse(graph.triples, format=RdfFormat.N_TRIPLES)
    store.bulk_extend(Quad(triple.subject, triple.predicate, triple.object, name) for triple in triples)


_Graph = NamedNode | BlankNode | DefaultGraph


def _named(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise BadRequest(say("graph-malformed", iri=iri, why=error)) from error


def _refuse_unknown(store: Store, graphs: Sequence[_Graph]) -> None:
    known = set(store.named_graphs())
    if unknown := next((graph for graph in graphs if graph not in known), None):
        raise QueryRefused(say("graph-unknown", graph=unknown))


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
