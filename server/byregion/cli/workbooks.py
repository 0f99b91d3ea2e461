"""What the verbs for workbooks have in common: the form that they go by, and the data around a dataset."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, URIRef

from byregion import iri
from byregion.config import LANGUAGES, Settings
from byregion.convert.workbook.graphs import PARTS
from byregion.convert.workbook.names import Surroundings
from byregion.convert.workbook.sheets import sheets
from byregion.convert.workbook.tables import Form
from byregion.convert.workbook.words import Words
from byregion.dataset import data_files, ontology_files, read_graph
from byregion.errors import ConfigError, DataError
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

    def __init__(self, language: str) -> None:
        """Read everything; what is said is said in `language`."""
        self._language = language
        self._ontology = Graph(bind_namespaces="none")
        for item in ontology_files():
            if item.path.stem != "alignment":  # published, and not judged by
                self._ontology += read_graph(item.path)
        files = data_files(Settings.from_env(os.environ).data)
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

    def described_by(self, things: set[URIRef]) -> str:
        """Return the dataset that describes most of `things`, "" where none describes any."""
        count = Counter[str]()
        for name, part, graph in self._graphs:
            if part in PARTS:
                count[name] += len(things & set(graph.subjects()))
        return max((name for name in sorted(count) if count[name]), key=lambda name: count[name], default="")


def parts(folder: Path) -> dict[str, Graph]:
    """Return the graphs of a dataset by the names of its parts.

    Raises DataError where the folder is none of a dataset, or a file is not Turtle.
    """
    found = {path.stem: read_graph(path) for path in sorted(folder.glob("*.ttl")) if path.stem in iri.PARTS}
    if not found:
        raise DataError("there is no dataset here; name a folder with stated.ttl, such as data/midt-troms", folder)
    return found


def new(path: Path, force: bool) -> None:
    """Raise ConfigError where a workbook is not to be written: the name is none, or something is there."""
    if path.suffix.lower() != ".xlsx":
        raise ConfigError(f"{path} is no name for an Excel workbook; it ends in .xlsx")
    if path.exists() and not force:
        raise ConfigError(f"{path} is there already; take another name, or --force to write over it")
