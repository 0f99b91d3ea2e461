"""Graphs as documents: the same graph always gives the same bytes, with our prefixes, what it is about first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from rdflib import Graph

from byregion.assets import folder
from byregion.dumps import jsonld
from byregion.namespaces import VOCABULARIES, bind


class SortedGraph(Graph):
    """A graph that gives its triples in one order, so that what is written from it does not depend on chance."""

    def __init__(self) -> None:
        """Begin empty, with the project's prefixes."""
        super().__init__(bind_namespaces="none")
        bind(self)

    def triples(self, triple: Any) -> Iterator[Any]:  # type: ignore[override]  # its overloads are about paths
        """Yield the triples that match, sorted."""
        yield from sorted(super().triples(triple), key=lambda found: tuple(term.n3() for term in found))


def read(body: bytes) -> SortedGraph:
    """Return the graph that the engine wrote as N-Triples."""
    graph = SortedGraph()
    graph.parse(data=body, format="nt")
    return graph


def written(graph: Graph, media_type: str) -> bytes:
    """Return `graph` in one of the media types that graphs are to be had in."""
    return _WRITERS[media_type](graph).encode("utf-8")


def _turtle(graph: Graph) -> str:
    return graph.serialize(format="longturtle").strip() + "\n"


def _ntriples(graph: Graph) -> str:
    return "".join(sorted(graph.serialize(format="nt").splitlines(keepends=True)))


def _rdfxml(graph: Graph) -> str:
    return graph.serialize(format="xml")


def _jsonld(graph: Graph) -> str:
    return jsonld.flat(graph, _context()).decode()


@cache
def context_text() -> bytes:
    """Return the JSON-LD context, as it was written."""
    return (folder("ontology") / "context.jsonld").read_bytes()


@cache
def _context() -> dict[str, Any]:
    # The context is for our data; descriptions of services and shapes are in words that it does not have.
    context: dict[str, Any] = json.loads(context_text())["@context"]
    return {prefix: namespace for prefix, namespace in VOCABULARIES.items() if prefix not in context} | context


_WRITERS: Final[dict[str, Callable[[Graph], str]]] = {
    "text/turtle": _turtle,
    "application/n-triples": _ntriples,
    "application/rdf+xml": _rdfxml,
    "application/ld+json": _jsonld,
}
