"""The files that the tests of the engine load, and what they ask of them."""

from __future__ import annotations

from pathlib import Path

from rdflib import URIRef

from byregion.dataset import GraphFile

DATA = Path(__file__).parent / "data" / "engine"
X = "http://x.test/"
JSON = "application/sparql-results+json"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


def graph_file(name: str, graph: str = "") -> GraphFile:
    """A file in tests/data/engine as the graph http://x.test/graphs/<graph>, by default called as the file."""
    return GraphFile(DATA / f"{name}.ttl", URIRef(f"{X}graphs/{graph or name}"))


def rule(name: str) -> str:
    """A rule in tests/data/engine."""
    return (DATA / f"{name}.ru").read_text(encoding="utf-8")


STATED = graph_file("stated")
AGAIN = graph_file("again")
RULES = (rule("inverse"), rule("transitive"))
