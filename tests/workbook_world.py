"""The world that workbooks are tested in: the ontology, the programme, and a few municipalities around."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from rdflib import RDF, Graph, Literal, URIRef

from byregion import validate
from byregion.assets import folder
from byregion.config import LANGUAGES
from byregion.convert.workbook.graphs import Graphs, Settled, settle
from byregion.convert.workbook.importing import Imported, read_tables
from byregion.convert.workbook.names import Surroundings
from byregion.convert.workbook.sheets import sheets
from byregion.convert.workbook.tables import Form, Table
from byregion.convert.workbook.words import Words
from byregion.dataset import Triple, layout, ntriples, ontology_files, read_graph
from byregion.links import PREDICATES
from byregion.namespaces import BR

NUMBERS = ("0301", "1922", "1924", "1926", "1931", "5418", "5421", "0137", "0426", "1106", "1149")
"""Oslo, Bardu, Målselv, Dyrøy, Lenvik, Målselv from 2020, Senja, the two called Våler, Haugesund and Karmøy."""


@cache
def shapes() -> Graph:
    return validate.read_shapes()


@cache
def ontology() -> Graph:
    graph = Graph(bind_namespaces="none")
    for item in ontology_files():
        if item.path.stem != "alignment":
            graph += read_graph(item.path)
    return graph


@cache
def around() -> Graph:
    """The ontology, the programme, and the municipalities of `NUMBERS` with their counties; no links to the outside."""
    everything = Graph(bind_namespaces="none")
    for path in (folder("data") / "municipalities").glob("*.ttl"):
        everything += read_graph(path)
    numbers = {everything.value(None, BR.number, Literal(number)) for number in NUMBERS}
    assert None not in numbers, "the published data has lost a municipality number"
    kept = {*numbers, *(thing for number in numbers for thing in everything.objects(number, None))}
    kept |= {thing for cls in (BR.County, BR.SourceDocument) for thing in everything.subjects(RDF.type, cls)}
    graph = ontology() + read_graph(folder("data") / "programme" / "stated.ttl")
    for triple in everything:
        if triple[0] in kept and triple[1] not in PREDICATES:
            graph.add(triple)
    return graph


@cache
def said_around() -> str:
    return ntriples(around())


def write_around(data: Path) -> Path:
    """Write what is around a workbook as the datasets of a folder, so that a command reads it in no time."""
    graph = Graph(bind_namespaces="none")
    kept = {thing for thing in around().subjects(RDF.type) if (thing, None, None) not in ontology()}
    for triple in around():
        if triple[0] in kept:
            graph.add(triple)
    (data / "municipalities").mkdir(parents=True)
    (data / "municipalities" / "stated.ttl").write_text(layout(graph), "utf-8", newline="\n")
    return data


@cache
def form(language: str = "nb") -> Form:
    told = [Words(each, ontology()) for each in sorted(LANGUAGES, key=lambda each: each != language)]
    return Form(sheets(shapes(), ontology()), told[0], told[1:])


@cache
def surroundings(language: str = "nb") -> Surroundings:
    return Surroundings(around(), language)


def imported(tables: Sequence[Table], language: str = "nb") -> Imported:
    return read_tables(tables, form(language), surroundings(language))


def judged(made: Graphs, counts: Callable[[str], bool]) -> Iterable[validate.Result]:
    return validate.report(said_around() + ntriples(chain(*made.both())), shapes(), counts=counts).results


def settled(tables: Sequence[Table], language: str = "nb", *, keep_valid: bool = False) -> Settled:
    return settle(imported(tables, language), form(language), judged, keep_valid=keep_valid)


def said(tables: Sequence[Table], language: str = "nb") -> list[str]:
    """Everything that is told of tables, as the command tells it."""
    return [f"{problem.place}: {problem.message}" for problem in settled(tables, language).problems]


def table(name: str, *rows: Sequence[Any]) -> Table:
    return Table(name, list(enumerate((list(row) for row in rows), 1)))


REGION = table(
    "Regioner", ["Id", "Navn (nb)", "I fase", "Kilde"], ["", "Midt-Test", "Byregionprogrammet, fase 2", "Side"]
)
SOURCE = table(
    "Kilder", ["Id", "Navn (nb)", "Nettadresse", "Kjent gjennom"], ["", "Side", "https://example.org/a", "omtale"]
)


def saved(path: Path, *tables: Table) -> Path:
    """Write tables as a person's own workbook, with nothing that a template has."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for each in tables:
        sheet = book.create_sheet(each.name)
        for number, cells in each.rows:
            for at, cell in enumerate(cells, 1):
                if cell not in (None, ""):
                    sheet.cell(number, at, cell)
        sheet.sheet_state = "hidden" if each.hidden else "visible"
    book.save(path)
    return path


def values(graph: Iterable[Triple], thing: URIRef) -> Mapping[str, set[str]]:
    """What a graph says of something, by the ends of the properties' IRIs."""
    told: dict[str, set[str]] = {}
    for subject, predicate, value in graph:
        if str(subject) == str(thing):
            told.setdefault(str(predicate).replace("#", "/").rpartition("/")[2], set()).add(str(value))
    return told
