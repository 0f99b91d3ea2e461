"""What the verbs for workbooks have in common: the form that they go by, and the data around a dataset."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph

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


def world(language: str, dataset: str = "") -> World:
    """Return the world of a dataset: the ontology and the published data without what its workbook will say."""
    ontology, graph = Graph(bind_namespaces="none"), Graph(bind_namespaces="none")
    for item in ontology_files():
        if item.path.stem != "alignment":  # published, and not judged by
            ontology += read_graph(item.path)
    graph += ontology
    for item in data_files(Settings.from_env(os.environ).data):
        if not (item.path.parent.name == dataset and item.path.stem in PARTS):
            graph += read_graph(item.path)
    shapes = read_shapes()
    told = [Words(each, ontology) for each in sorted(LANGUAGES, key=lambda each: each != language)]
    return World(Form(sheets(shapes, ontology), told[0], told[1:]), Surroundings(graph, language), graph, shapes)


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
