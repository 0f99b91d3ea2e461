"""The world around a workbook: the form that it goes by, what is published beside it, and the shapes that judge it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, URIRef

from byregion.config import LANGUAGES
from byregion.convert.workbook.graphs import PARTS
from byregion.convert.workbook.names import Surroundings
from byregion.convert.workbook.sheets import sheets
from byregion.convert.workbook.tables import Form
from byregion.convert.workbook.words import Words
from byregion.dataset import data_files, ontology_files
from byregion.engine.turtle import Reader
from byregion.validate import judged, read_shapes


@dataclass(frozen=True, slots=True)
class World:
    """The form of a workbook, what is around a dataset, as a graph and `said` in N-Triples, and the shapes."""

    form: Form
    around: Surroundings
    graph: Graph
    said: str
    shapes: Graph


class Published:
    """The ontology, the shapes and the published data, by file: what a workbook is filled in by and judged with."""

    def __init__(self, data: Path, language: str) -> None:
        """Read everything, the datasets from the folder `data`; what is said is said in `language`."""
        self._language = language
        self._reader = Reader()
        self._ontology = [item.path for item in judged(ontology_files())]
        self._files = [(item.path.parent.name, item.path.stem, item.path) for item in data_files(data)]
        self._shapes = read_shapes()
        ontology = self._graph(self._ontology)
        told = [Words(each, ontology) for each in sorted(LANGUAGES, key=lambda each: each != language)]
        self.form = Form(sheets(self._shapes, ontology), told[0], told[1:])

    def _graph(self, paths: Iterable[Path]) -> Graph:
        graph = Graph(bind_namespaces="none")
        for path in paths:
            for triple in self._reader.triples(path):
                graph.add(triple)
        return graph

    def around(self, dataset: str = "") -> World:
        """Return the world of a dataset: everything but what its workbook will say."""
        beside = (path for name, part, path in self._files if not (name == dataset and part in PARTS))
        paths = [*self._ontology, *beside]
        graph, said = self._graph(paths), self._reader.ntriples(paths)
        return World(self.form, Surroundings(graph, self._language), graph, said, self._shapes)

    def parts(self, dataset: str) -> dict[str, Graph]:
        """Return the graphs of a dataset by the names of its parts; none where it is new."""
        return {part: self._reader.graph(path) for name, part, path in self._files if name == dataset}

    def described_by(self, things: set[URIRef]) -> str:
        """Return the dataset that describes most of `things`, "" where none describes any."""
        count = Counter[str]()
        for name, part, path in self._files:
            if part in PARTS:
                count[name] += len(things & {triple[0] for triple in self._reader.triples(path)})
        return max((name for name in sorted(count) if count[name]), key=lambda name: count[name], default="")
