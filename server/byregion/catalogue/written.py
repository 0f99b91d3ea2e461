"""Graphs written the same in every process: caches, checksums and people who compare files go by bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from rdflib import Graph

from byregion.dataset import layout
from byregion.namespaces import bind


def written(graph: Graph, media_type: str) -> bytes:
    """Return a graph without blank nodes in one of `MEDIA_TYPES`: the same triples give the same bytes."""
    return MEDIA_TYPES[media_type](graph).encode()


def _json_ld(graph: Graph) -> str:
    nodes = json.loads(graph.serialize(format="json-ld"))
    return json.dumps(_sorted(nodes), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _sorted(value: Any) -> Any:
    """Return JSON with its arrays sorted: in JSON-LD without lists their order says nothing."""
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted(map(_sorted, value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def _rdf_xml(graph: Graph) -> str:
    # rdflib's usual store keeps its triples in a set, this one in the order in which they came.
    ordered = bind(Graph(store="SimpleMemory", bind_namespaces="none"))
    for triple in sorted(graph, key=lambda item: tuple(term.n3() for term in item)):
        ordered.add(triple)
    return ordered.serialize(format="xml")


def _n_triples(graph: Graph) -> str:
    return "".join(sorted(graph.serialize(format="nt").splitlines(keepends=True)))


MEDIA_TYPES: Final[dict[str, Callable[[Graph], str]]] = {
    "text/turtle": layout,
    "application/ld+json": _json_ld,
    "application/n-triples": _n_triples,
    "application/rdf+xml": _rdf_xml,
}
"""What a catalogue can be written in, the preferred one first."""
