"""Graphs as documents: the same graph always gives the same bytes, with our prefixes, what it is about first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from rdflib import Graph, URIRef

from byregion.namespaces import bind


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
    terms = {str(term) for triple in graph for term in triple if isinstance(term, URIRef)}
    known = [(prefix, str(iri)) for prefix, iri in graph.namespaces()]
    context = {prefix: iri for prefix, iri in known if any(term.startswith(iri) for term in terms)}
    document = json.loads(graph.serialize(format="json-ld", context=context))
    return json.dumps(_sorted(document), ensure_ascii=False, indent=2) + "\n"


def _sorted(node: Any) -> Any:
    """Return a JSON-LD node whose keys and sets are sorted; what stands in a list keeps its order."""
    if isinstance(node, dict):
        return {key: value if key == "@list" else _sorted(value) for key, value in sorted(node.items())}
    if isinstance(node, list):
        # What has a type is what the document is about; of its neighbours it holds only the labels.
        return sorted(map(_sorted, node), key=lambda item: ("@type" not in item, json.dumps(item, sort_keys=True)))
    return node


_WRITERS: Final[dict[str, Callable[[Graph], str]]] = {
    "text/turtle": _turtle,
    "application/n-triples": _ntriples,
    "application/rdf+xml": _rdfxml,
    "application/ld+json": _jsonld,
}
