"""A graph as tables: one a class, a row a thing, a column a property with values of one kind."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rdflib import RDF, RDFS, XSD, Graph, Literal, URIRef

from byregion.errors import DataError
from byregion.terms import shorten

LINKS: Final = "links"
OTHER: Final = "Other"
"""The table of what has no class in the graph."""

_SEPARATORS: Final = (";", "|", "¦", "‖")
_NULLS: Final = ("-", "NULL", "∅")

Row = dict[URIRef, list[URIRef | Literal]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What the values of a column are: IRIs; or, with a language or a datatype, literals."""

    language: str = ""
    datatype: URIRef | None = None

    @classmethod
    def of(cls, value: URIRef | Literal) -> Kind:
        """Return the kind of a value."""
        if isinstance(value, URIRef):
            return cls()
        return cls(language=value.language) if value.language else cls(datatype=value.datatype or XSD.string)

    @property
    def is_iri(self) -> bool:
        """Whether the values are IRIs."""
        return self == Kind()


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its cells by the thing they are about, and, where there are any, several values apart and nothing."""

    name: str
    predicate: URIRef
    kind: Kind
    cells: Mapping[URIRef, tuple[str, ...]]
    separator: str
    null: str

    def cell(self, subject: URIRef) -> str:
        """Return what stands in a row."""
        values = self.cells.get(subject)
        return self.null if values is None else self.separator.join(values)

    @property
    def is_of_links(self) -> bool:
        """Whether a cell may hold several IRIs, so that the triples are told by the table of links."""
        return self.kind.is_iri and bool(self.separator)


@dataclass(frozen=True, slots=True)
class Table:
    """The things of a class, None for those without one."""

    name: str
    kind: URIRef | None
    subjects: tuple[URIRef, ...]
    columns: tuple[Column, ...]

    def links(self) -> Iterator[tuple[str, str, str]]:
        """Yield the triples of the columns in which a cell holds several IRIs."""
        for column in self.columns:
            if column.is_of_links:
                for subject, values in sorted(column.cells.items()):
                    yield from ((str(subject), str(column.predicate), value) for value in values)


def tables(graph: Graph) -> list[Table]:
    """Return the tables that together say what `graph` says, by name.

    Raises DataError for a blank node, which no row can be about, and for an empty text beside others.
    """
    rows = _rows(graph)
    classes: defaultdict[URIRef | None, dict[URIRef, Row]] = defaultdict(dict)
    for subject, row in sorted(rows.items()):
        kinds = sorted(value for value in row.get(RDF.type, ()) if isinstance(value, URIRef))
        if kinds:
            # It is in the table that it stands in; further classes are a column.
            row[RDF.type].remove(kinds[0])
        classes[kinds[0] if kinds else None][subject] = row
    names = _names((kind for kind in classes if kind), taken=(OTHER, LINKS))
    found = [Table(names[kind] if kind else OTHER, kind, tuple(own), _columns(own)) for kind, own in classes.items()]
    return sorted(found, key=lambda table: table.name)


def _rows(graph: Graph) -> dict[URIRef, Row]:
    rows: dict[URIRef, Row] = {}
    for subject, predicate, value in graph:
        if not isinstance(subject, URIRef) or not isinstance(value, URIRef | Literal):
            raise DataError(f"a blank node cannot stand in a table ({shorten(str(predicate))}); give it an IRI")
        rows.setdefault(subject, {}).setdefault(URIRef(str(predicate)), []).append(value)
    return rows


def _columns(rows: Mapping[URIRef, Row]) -> tuple[Column, ...]:
    cells: defaultdict[tuple[URIRef, Kind], dict[URIRef, list[str]]] = defaultdict(dict)
    for subject, row in rows.items():
        for predicate, values in row.items():
            for value in values:
                cells[predicate, Kind.of(value)].setdefault(subject, []).append(str(value))
    names = _names({predicate for predicate, _ in cells}, taken=("id", "class"))
    kinds = Counter(predicate for predicate, kind in cells if not kind.language)
    columns = []
    for (predicate, kind), found in cells.items():
        name = names[predicate]
        if kind.language:
            name += "_" + kind.language.replace("-", "_")
        elif kinds[predicate] > 1:
            name += "_" + _local(kind.datatype or RDFS.Resource)
        columns.append(_column(name, predicate, kind, {item: tuple(sorted(values)) for item, values in found.items()}))
    return tuple(sorted(columns, key=lambda column: column.name))


def _column(name: str, predicate: URIRef, kind: Kind, cells: Mapping[URIRef, tuple[str, ...]]) -> Column:
    values = {value for cell in cells.values() for value in cell}
    several = any(len(cell) > 1 for cell in cells.values())
    if several and "" in values:
        raise DataError(f"an empty text beside others cannot stand in a table: {shorten(predicate)}; remove it")
    separator = ""
    if several and kind.is_iri:
        separator = " "  # which no IRI holds
    elif several:
        separator = _unused(_SEPARATORS, lambda mark: any(mark in value for value in values), predicate)
    null = _unused(_NULLS, values.__contains__, predicate) if "" in values else ""
    return Column(name, predicate, kind, cells, separator, null)


def _unused(marks: Iterable[str], is_used: Callable[[str], bool], predicate: URIRef) -> str:
    for mark in marks:
        if not is_used(mark):
            return mark
    raise DataError(f"the values of {shorten(predicate)} hold every mark that could stand between them in a table")


def _names(terms: Iterable[URIRef], taken: Iterable[str]) -> dict[URIRef, str]:
    """Return a name for each of `terms`: the last part of the IRI; the prefix too where that is taken or not alone."""
    terms = sorted(terms)
    often = Counter(_local(term).casefold() for term in terms) + Counter(name.casefold() for name in taken)
    names: dict[URIRef, str] = {}
    for term in terms:
        name = _local(term)
        if often[name.casefold()] > 1:
            name = _word(shorten(term))
        while name in names.values():
            name += "_"
        names[term] = name
    return names


def _local(term: URIRef) -> str:
    return _word(re.split(r"[/#:]", term.rstrip("/#"))[-1])


def _word(text: str) -> str:
    # https://www.w3.org/TR/tabular-metadata/#column-name: a variable of URI templates, which may not begin with "_".
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_") or "x"
