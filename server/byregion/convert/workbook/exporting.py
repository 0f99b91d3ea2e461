"""A dataset as the tables of a workbook, and what of it no workbook can say.

What a workbook says of a dataset is not claimed but tried: the tables are imported again, and whatever comes back
otherwise is taken out of them and listed. So what is exported imports to the same triples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from rdflib import DCTERMS, RDF, SKOS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.convert.workbook import cells, ids
from byregion.convert.workbook.cells import LONGEST, Raw
from byregion.convert.workbook.graphs import PARTS, graphs
from byregion.convert.workbook.importing import errors, read_tables
from byregion.convert.workbook.names import Known, Resolver, Surroundings
from byregion.convert.workbook.sheets import Column, Sheet
from byregion.convert.workbook.tables import Form, Table
from byregion.convert.workbook.words import ID
from byregion.dataset import Triple, in_order
from byregion.namespaces import BR, empty_graph
from byregion.terms import FALLBACK

Row = tuple[URIRef, dict[Column, Raw]]


@dataclass(frozen=True, slots=True)
class Exported:
    """The rows of each sheet, and by part of the dataset the triples that they do not say."""

    rows: Mapping[Sheet, list[Row]]
    left_out: Mapping[str, list[Triple]]

    def covered(self) -> set[URIRef]:
        """Return the entities that have a row."""
        return {thing for rows in self.rows.values() for thing, _ in rows}


class _Said(NamedTuple):
    """What a dataset says, by part, in the order of `PARTS`."""

    stated: Graph
    translations: Graph


def export(parts: Mapping[str, Graph], form: Form, around: Surroundings) -> Exported:
    """Return the graphs of a dataset, by the names of its parts, as rows of `form`'s sheets."""
    said = _Said(*(parts.get(name, empty_graph()) for name in PARTS))
    without: set[URIRef] = set()
    while True:
        rows = _rows(said, form, around, without)
        imported = read_tables(tables(rows, form), form, around)
        back = graphs(imported.entries)
        # A row that is not understood, or understood as something else, is not what the dataset says.
        wrong = {
            subject for graph, own in zip(back.both(), said, strict=True) for subject, _, _ in graph.difference(own)
        }
        missing = {thing for each in rows.values() for thing, _ in each}.difference(back.described())
        refused = {problem.place for problem in errors(imported.problems)}
        wrong |= {
            entry.iri for entry in imported.entries if entry.iri and {entry.place(c) for c in entry.raw} & refused
        }
        new = {_entity(subject) for subject in wrong | missing} - without
        if not new:
            break
        without |= new
    left = {name: set(graph) for name, graph in parts.items()}
    for name, graph in zip(PARTS, back.both(), strict=True):
        left[name] = left.get(name, set()) - graph
    return Exported(rows, {name: list(in_order(triples)) for name, triples in sorted(left.items()) if triples})


def _entity(subject: Node) -> URIRef:
    return URIRef(str(subject).partition("#")[0])


def tables(rows: Mapping[Sheet, Iterable[Row]], form: Form) -> list[Table]:
    """Return the rows as the tables that a reader of the workbook finds."""
    made = []
    for sheet in form.sheets:
        heading: list[Raw] = [form.words.own(ID), *(form.words.heading(column) for column in sheet.columns)]
        body = [
            (number, [thing.rpartition("/")[2], *(row.get(column) for column in sheet.columns)])
            for number, (thing, row) in enumerate(rows.get(sheet, ()), 2)
        ]
        made.append(Table(form.words.sheet(sheet), [(1, heading), *body]))
    return made


# --- Cells ------------------------------------------------------------------------------------------------------------


def _rows(said: _Said, form: Form, around: Surroundings, without: set[URIRef]) -> dict[Sheet, list[Row]]:
    things = {
        sheet: sorted((thing for thing in _things(said.stated, sheet) if thing not in without), key=_order(said.stated))
        for sheet in form.sheets
    }
    local = Known()
    for sheet, named in things.items():
        for thing in named:
            texts = [str(text) for graph in (said.stated, said.translations) for text in _names(graph, thing)]
            for cls in (sheet.of, *([BR.Statement] if sheet.is_statement else [])):
                local.add(thing, cls, texts)
    writer = _Writer(said, form, Resolver(around, local), around)
    return {sheet: [(thing, writer.row(thing, sheet)) for thing in named] for sheet, named in things.items()}


def _things(graph: Graph, sheet: Sheet) -> Iterable[URIRef]:
    for thing in graph.subjects(RDF.type, sheet.of):
        if isinstance(thing, URIRef) and ids.read(str(thing), sheet.kind) == thing:
            yield thing


def _order(graph: Graph) -> Callable[[URIRef], tuple[int, str]]:
    def key(thing: URIRef) -> tuple[int, str]:
        value = graph.value(thing, BR.order)
        return (int(value.value) if isinstance(value, Literal) and isinstance(value.value, int) else 0), str(thing)

    return key


def _names(graph: Graph, thing: Node) -> Iterable[Node]:
    return graph.objects(thing, SKOS.prefLabel)


class _Writer:
    """Writes what a graph says of an entity into the cells of its row."""

    def __init__(self, said: _Said, form: Form, resolver: Resolver, around: Surroundings) -> None:
        self._said = said
        self._form = form
        self._resolver = resolver
        self._around = around
        language = form.words.language
        self._languages = (language, *(other for other in FALLBACK if other != language))

    def row(self, thing: URIRef, sheet: Sheet) -> dict[Column, Raw]:
        """Return the cells of an entity's row that hold something."""
        row = {column: self._cell(thing, column) for column in sheet.columns}
        return {column: cell for column, cell in row.items() if cell is not None}

    def _cell(self, thing: URIRef, column: Column) -> Raw:
        subject = URIRef(f"{thing}#{column.part}") if column.part else thing
        graph = self._said.translations if column.is_translation else self._said.stated
        values = sorted(graph.objects(subject, column.predicate), key=str)
        if column.language:
            values = [value for value in values if isinstance(value, Literal) and value.language == column.language]
            if column.is_translation and (thing, BR.translatedInto, Literal(column.language)) not in graph:
                return None
        if not values:
            return None
        if column.kind == "reference":
            titles = [self._title(value, column) for value in values if isinstance(value, URIRef)]
            return self._fitting("; ".join(sorted(filter(None, titles))))
        if column.kind == "flag":
            return self._form.words.guide("yes") if values == [Literal(True)] else None
        if column.many:
            return self._fitting("\n".join(str(value) for value in values if _is_said(str(value), column, value)))
        return next((cell for cell in _forms(values[0]) if _is_said(cell, column, values[0])), None)

    def _title(self, thing: URIRef, column: Column) -> str:
        texts = [self._around.number_title(thing)]
        for graph in (self._said.stated, self._said.translations):
            names = {name.language: str(name) for name in _names(graph, thing) if isinstance(name, Literal)}
            texts += [names[language] for language in self._languages if language in names]
        return self._resolver.title(thing, column, [*filter(None, texts), self._around.title(thing)])

    def _fitting(self, text: str) -> str | None:
        return text if text and len(text) <= LONGEST else None


def _is_said(cell: Raw, column: Column, term: Node) -> bool:
    """Whether a cell is understood as a term and as nothing else, with nothing to be told of it."""
    return cells.read(cell, column) == ((term,), ())


def _forms(term: Node) -> Iterable[Raw]:
    """Yield the forms in which a cell could hold a term, the most natural first."""
    text = str(term)
    if isinstance(term, Literal) and term.datatype in (XSD.integer, XSD.decimal):
        number = Decimal(text)
        if number == number.to_integral_value() and abs(number) < 10**15 and term.datatype == XSD.integer:
            yield int(number)
        if len(number.as_tuple().digits) <= 15:
            yield float(number)
        yield text.replace(".", ",")
    elif isinstance(term, Literal) and term.datatype == XSD.date:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return
        # Excel's own days begin in March 1900: it takes that year to have had a 29th of February.
        yield day if day >= date(1900, 3, 1) else text
    else:
        yield text


def examples(graph: Graph, form: Form, around: Surroundings) -> Mapping[Sheet, list[Row]]:
    """Return a row for each sheet that `graph` has something for with a source document: the first by its IRI."""
    shown: set[Node] = set()
    for sheet in form.sheets:
        things = [thing for thing in _things(graph, sheet) if (thing, DCTERMS.source, None) in graph]
        shown.update([min(things)] if things else [])
    # A source has no source itself; the first region's is the one to show.
    sources = (graph.value(thing, DCTERMS.source) for thing in sorted(shown, key=str) if graph.value(thing, BR.inPhase))
    shown.update([source for source in sources if source][:1])
    said = empty_graph()
    for thing in shown:
        for triple in graph.triples((thing, None, None)):
            said.add(triple)
    return export(dict.fromkeys(PARTS, said), form, around).rows
