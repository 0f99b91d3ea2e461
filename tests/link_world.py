"""What links are found in: the published data in one graph, and the data of another region."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rdflib import Graph, URIRef

from byregion.assets import folder
from byregion.dataset import data_files, ontology_files, read_graph
from byregion.links import Proposal
from byregion.namespaces import ID, empty_graph

THEIRS = Path(__file__).resolve().parent / "data" / "links" / "theirs.ttl"
OF_THEIRS = "https://their.example/id/"


@cache
def ours() -> Graph:
    graph = empty_graph()
    for item in (*ontology_files(), *data_files(folder("data"))):
        graph += read_graph(item.path)
    return graph


@cache
def theirs() -> Graph:
    return read_graph(THEIRS)


def between(proposals: Iterable[Proposal], one: str, other: str) -> Proposal:
    """The one proposal that links two things, each by its path, theirs after `their/`."""
    ends = {_iri(one), _iri(other)}
    (found,) = [item for item in proposals if {item.subject, item.object} == ends]
    return found


def _iri(path: str) -> URIRef:
    return URIRef(OF_THEIRS + path.removeprefix("their/") if path.startswith("their/") else ID + path)
