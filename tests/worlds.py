"""Datasets to ask: the project's, and with it a second region that everything must hold for unchanged."""

from __future__ import annotations

import warnings
from pathlib import Path
from random import Random

from rdflib import Graph
from rdflib.query import Result
from rdflib.term import Node

from byregion import infer, results, sparql
from byregion.assets import folder
from byregion.dataset import GraphFile, data_files, named_graphs, ontology_files, read
from byregion.engine.memory import MemoryEngine
from byregion.iri import INFERRED
from second_region import FILES as SECOND_REGION

__all__ = ["SECOND_REGION", "World"]


class World:
    """A dataset in the engine and, triples in random order, in rdflib."""

    def __init__(self, *more: GraphFile, data: Path | None = None) -> None:
        self.files = [*ontology_files(), *data_files(data or folder("data")), *more]
        self.engine = MemoryEngine.of(self.files, infer.UPDATES)
        # In rdflib the triples come in no order, so that an order in its answers is the query's doing.
        self.dataset = read(self.files)
        inferred = self.dataset.graph(INFERRED)
        inferred += self.engine.graph(INFERRED)
        triples = [triple for _, graph in named_graphs(self.dataset) for triple in graph]
        self.graph = Graph()
        for triple in Random(7).sample(triples, len(triples)):
            self.graph.add(triple)

    def rdflib(self, text: str) -> Result:
        """What rdflib answers; only a query about graphs is asked of its dataset, which warns of its own methods."""
        if "GRAPH" not in {token.text for token in sparql.tokens(text)}:
            return self.graph.query(text)
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            return self.dataset.query(text)

    def solutions(self, text: str) -> list[tuple[Node | None, ...]]:
        """The rows that the engine answers, in its order."""
        found = results.read_solutions(self.engine.query(text, results.JSON).body)
        assert isinstance(found, results.Solutions)
        return [tuple(row.get(variable) for variable in found.variables) for row in found.bindings]

    def columns(self, text: str) -> list[dict[str, Node]]:
        """The rows that the engine answers, each by the names of its variables."""
        found = results.read_solutions(self.engine.query(text, results.JSON).body)
        assert isinstance(found, results.Solutions)
        return [{str(variable): term for variable, term in row.items()} for row in found.bindings]

    def triples(self, text: str) -> set[tuple[Node, Node, Node]]:
        return set(Graph().parse(data=self.engine.query(text, "application/n-triples").body, format="nt"))
