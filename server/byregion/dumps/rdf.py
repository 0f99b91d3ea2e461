"""Named graphs in the other formats of RDF, the same bytes for the same graphs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from rdflib import BNode, Graph, URIRef
from rdflib.compare import to_canonical_graph
from rdflib.term import Node

from byregion.dataset import Triple, in_order, layout, written
from byregion.errors import DataError
from byregion.namespaces import BASE

Graphs: TypeAlias = Mapping[URIRef, Graph]
"""Graphs by name, in order; no blank node is in two of them."""


def tidy(name: URIRef, graph: Graph) -> Graph:
    """Return `graph` in order, its blank nodes named by what they are and by the graph's name."""
    if not any(isinstance(node, BNode) for triple in graph for node in triple):
        return in_order(graph)
    prefix = name.removeprefix(BASE + "graphs/").replace("/", "-")
    names: dict[Node, Node] = {}
    # The canonical names are hashes of what the nodes are; numbers in their order do as well.
    triples: Iterable[Triple] = in_order(to_canonical_graph(graph))
    for node in sorted({node for triple in triples for node in triple if isinstance(node, BNode)}):
        names[node] = BNode(f"{prefix}-{len(names) + 1}")
    return in_order((names.get(subject, subject), said, names.get(value, value)) for subject, said, value in triples)


def merged(graphs: Graphs) -> Graph:
    """Return the merge of `graphs`, in order."""
    return in_order({triple for graph in graphs.values() for triple in graph})


def turtle(merge: Graph) -> bytes:
    """Return what `merged` gives in Turtle, in the layout of the files."""
    return written(merge).encode()


def trig(graphs: Graphs) -> bytes:
    """Return the graphs in TriG."""
    blocks = []
    known: dict[str, str] = {}
    for name, graph in graphs.items():
        text = layout(graph)
        head, _, body = text.partition("\n\n") if text.startswith("PREFIX ") else ("", "", text)
        # A prefix holds from where it stands to where it is given anew.
        new = [line for line in head.splitlines() if known.get(line.split()[1]) != line]
        known |= {line.split()[1]: line for line in new}
        blocks.append("\n".join([*new, *([""] if new else []), f"<{name}> {{", body.strip("\n"), "}", ""]))
    return "\n".join(blocks).encode()


def n_triples(merge: Graph) -> bytes:
    """Return what `merged` gives in N-Triples, its lines in order."""
    return "".join(f"{line}\n" for line in sorted(_lines(merge))).encode()


def n_quads(graphs: Graphs) -> bytes:
    """Return the graphs in N-Quads, its lines in order."""
    quads = (f"{line.removesuffix('.')}<{name}> .\n" for name, graph in graphs.items() for line in _lines(graph))
    return "".join(sorted(quads)).encode()


def rdf_xml(merge: Graph) -> bytes:
    """Return what `merged` gives in RDF/XML; raises DataError where a predicate cannot be the name of an element."""
    try:
        for predicate in merge.predicates(unique=True):
            # In order, so that namespaces without a prefix get the same ones each time.
            merge.namespace_manager.compute_qname_strict(str(predicate))
    except ValueError as error:
        raise DataError(f"RDF/XML cannot name a predicate: {error}") from error
    return merge.serialize(format="xml", encoding="utf-8")


def _lines(graph: Graph) -> list[str]:
    # Not splitlines(): a literal may hold U+2028, which N-Triples does not escape.
    return graph.serialize(format="nt").rstrip("\n").split("\n")
