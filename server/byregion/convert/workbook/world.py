"""The world around a workbook: the form that it goes by, what is published beside it, and the shapes that judge it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, URIRef

from byregion.config import LANGUAGES
from byregion.convert.workbook.graphs import PARTS
from byregion.convert.workbook.names import Surroundings
from byregion.convert.workbook.sheets import sheets
from byregion.convert.workbook.tables import Form
from byregion.convert.workbook.words import Words
from byregion.dataset import data_files, ontology_files, read_graph
from byregion.validate import read_shapes


@dataclass(frozen=True, slots=True)
class World:
    """The form of a workbook, what is around a dataset, and the shapes that judge it."""

    form: Form
    around: Surroundings
    graph: Graph
    shapes: Graph


class Published:
    """The ontology, the shapes and the published data, by file: what a workbook is filled in by and judged with."""

    def __init__(self, data: Path, language: str) -> None:
        """Read everything, the datasets from the folder `data`; what is said is said in `language`."""
        self._language = language
        self._ontology = Graph(bind_namespaces="none")
        for item in ontology_files():
            if item.path.stem != "alignment":  # published, and not judged by
                self._ontology += read_graph(item.path)
        files = data_files(data)
        self._graphs = [(item.path.parent.name, item.path.stem, read_graph(item.path)) for item in files]
        self._shapes = read_shapes()
        told = [Words(each, self._ontology) for each in sorted(LANGUAGES, key=lambda each: each != language)]
        self.form = Form(sheets(self._shapes, self._ontology), told[0], told[1:])

    def around(self, dataset: str = "") -> World:
        """Return the world of a dataset: everything but what its workbook will say."""
        graph = Graph(bind_namespaces="none")
        graph += self._ontology
        for name, part, each in self._graphs:
            if not (name == dataset and part in PARTS):
                graph += each
        return World(self.form, Surroundings(graph, self._language), graph, self._shapes)

    def parts(self, dataset: str) -> dict[str, Graph]:
        """Return the graphs of a dataset by the names of its parts; none where it is new."""
        return {part: graph for name, part, graph in self._graphs if name == dataset}

    def described_by(self, things: set[URIRef]) -> str:
        """Return the dataset that describes most of `things`, "" where none describes any."""
        count = Counter[str]()
        for name, part, graph in self._graphs:
            if part in PARTS:
                count[name] += len(things & set(graph.subjects()))
        return max((name for name in sorted(count) if count[name]), key=lambda name: count[name], default="")
