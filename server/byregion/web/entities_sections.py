"""The sections of a page about an entity: what is around it, in the order and by the names that a reader looks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rdflib import SKOS, Literal, URIRef
from rdflib.term import Node

from byregion.namespaces import BR
from byregion.web import searched
from byregion.web.entities_around import Around, Pointer
from byregion.web.entities_classes import Asked, Layout, Listed
from byregion.web.language import collation
from byregion.web.naming import Naming, Text, Value
from byregion.web.page import Builder, Quad, Reason, integer, mark_of, shared_mark

_TRANSLATIONS: Final = "/translations"


@dataclass(frozen=True, slots=True)
class Detail:
    """Values of one property of a thing in a section."""

    predicate: Value
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A thing in a section: what is told on its line and under it, why it points here, and what belongs under it."""

    value: Value
    beside: tuple[Detail, ...]
    beneath: tuple[Detail, ...]
    reasons: tuple[Reason, ...]
    under: tuple[Item, ...]
    unnamed: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a section's table: a row's values of each of its variables."""

    name: str
    cells: tuple[tuple[tuple[Value, ...], ...], ...]
    is_number: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A section as the page shows it: items or columns, of `total` things; `mark` is what all the items have.

    `are_ours` tells that some names in it are our translations, `is_split` that a municipality became several,
    `is_incomplete` that there are more which no source names; `unnamed` is how many things at least the source counts
    without names. `search` is where the search finds the same things, `searches` where it finds what each row counts,
    "" where it does not.
    """

    name: str
    total: int
    items: tuple[Item, ...] = ()
    columns: tuple[Column, ...] = ()
    mark: str = ""
    kind: str = ""
    query: tuple[str, str] = ("", "")
    search: str = ""
    searches: tuple[str, ...] = ()
    are_ours: bool = False
    is_split: bool = False
    is_incomplete: bool = False
    unnamed: int = 0

    @property
    def is_counted(self) -> bool:
        """Whether each row is a thing and a number of others."""
        return [column.name for column in self.columns[1:]] == ["count"]

    @property
    def shown(self) -> int:
        """How many things the page shows."""
        return len(self.columns[0].cells) if self.columns else sum(1 + len(item.under) for item in self.items)


def sections(around: Around, layout: Layout, naming: Naming, builder: Builder) -> tuple[Section, ...]:
    """Return the sections that have something, or in which a reader looks for something."""
    told = _Telling(around, naming, builder)
    return tuple(
        found
        for section in layout.sections
        if (found := told.listed(section) if isinstance(section, Listed) else told.asked(section)) is not None
    )


_RARE: Final = ("note", "population")
"""Columns that are left out where no row has anything in them."""


class _Telling:
    """Names what is around an entity."""

    def __init__(self, around: Around, naming: Naming, builder: Builder) -> None:
        self._around = around
        self._naming = naming
        self._builder = builder
        self._told: dict[Node, dict[Node, list[Quad]]] = {}
        for quad in around.details:
            self._told.setdefault(quad.subject, {}).setdefault(quad.predicate, []).append(quad)

    def listed(self, section: Listed) -> Section | None:
        found = self._around.of(section.ways)
        pointers = sorted(found, key=self._place_by_region if BR.region in section.beside else self._place)
        if not pointers:
            return Section(section.name, 0, kind=section.kind) if section.expected else None
        mark = shared_mark([Value(self._naming.name(self._builder.iri), None, pointer.mark) for pointer in pointers])
        return Section(
            section.name,
            self._around.total(section.ways, len(pointers)),
            items=self._items(section, pointers, mark),
            mark=mark,
            kind=section.kind,
            query=section.query,
            search=searched.listed(*section.filters, self._builder),
            are_ours=any(self._is_ours(pointer.subject) for pointer in pointers),
            unnamed=sum(self._least(pointer.subject) for pointer in pointers),
        )

    def _items(self, section: Listed, pointers: list[Pointer], mark: str) -> tuple[Item, ...]:
        here = {pointer.subject for pointer in pointers}
        parents: dict[Node, Node] = {}
        for pointer in pointers if section.nest else ():
            over = [quad.object for quad in self._quads(pointer.subject, section.nest) if quad.object in here]
            if over and over[0] != pointer.subject:
                parents[pointer.subject] = over[0]
        # Two levels are enough to read; what is further down, and what is in a circle, stands by itself.
        under = {child: parent for child, parent in parents.items() if parent not in parents}

        def item(pointer: Pointer) -> Item:
            below = tuple(item(other) for other in pointers if under.get(other.subject) == pointer.subject)
            return self._item(section, pointer, below, mark)

        above = set(under.values())
        # What has no place in the list stands over it where things in it belong under that.
        tops = sorted(pointers, key=lambda pointer: not (pointer.order == 0 and pointer.subject in above))
        return tuple(item(pointer) for pointer in tops if pointer.subject not in under)

    def _item(self, section: Listed, pointer: Pointer, below: tuple[Item, ...], mark: str) -> Item:
        class_, predicate = pointer.way
        return Item(
            self._naming.value(pointer.subject, "" if mark else pointer.mark),
            self._of(pointer.subject, section.beside),
            self._of(pointer.subject, section.beneath),
            self._why(pointer.subject, predicate) if pointer.mark == "reading" else (),
            below,
            unnamed=class_ == BR.MeasureGroup,
        )

    def _why(self, subject: Node, predicate: Node) -> tuple[Reason, ...]:
        notes: dict[URIRef, list[Literal]] = {}
        for row in self._around.why:
            reading, note = row["reading"], row.get("note")
            if (row["subject"], row["predicate"]) == (subject, predicate) and isinstance(reading, URIRef):
                notes.setdefault(reading, []).extend([note] if isinstance(note, Literal) else [])
        return tuple(Reason(reading, self._naming.pick(texts) or Text("")) for reading, texts in notes.items())

    def _of(self, subject: Node, predicates: Iterable[URIRef]) -> tuple[Detail, ...]:
        found = []
        for predicate in predicates:
            quads = self._quads(subject, predicate)
            texts = [quad.object for quad in quads if isinstance(quad.object, Literal) and quad.object.language]
            chosen = self._naming.choose(texts)
            values = tuple(
                self._naming.value(quad.object, mark_of(quad.graph), self._languages(quad))
                for quad in quads
                if quad.object not in texts or quad.object == chosen
            )
            found += [Detail(self._naming.value(predicate), values)] if values else []
        return tuple(found)

    def _quads(self, subject: Node, predicate: Node | None) -> list[Quad]:
        """Return what is told, each value once and what is stated before the same inferred."""
        quads = self._told.get(subject, {}).get(predicate, []) if predicate else []
        ranked = sorted(quads, key=lambda quad: mark_of(quad.graph) == "inferred")
        return list({quad.object: quad for quad in reversed(ranked)}.values())[::-1]

    def _languages(self, quad: Quad) -> tuple[str, ...]:
        language = quad.object.language if isinstance(quad.object, Literal) else None
        return (language.lower(),) if language and str(quad.graph).endswith(_TRANSLATIONS) else ()

    def _least(self, subject: Node) -> int:
        """Return how many things at least a group is of, 0 for what is none."""
        return sum(integer(str(quad.object)) for quad in self._quads(subject, BR.minimum))

    def _is_ours(self, subject: Node) -> bool:
        """Tell whether the name that the reader gets is our translation, and not the same as the source has."""
        quads = self._told.get(subject, {}).get(SKOS.prefLabel, [])
        ours = {quad.object for quad in quads if str(quad.graph).endswith(_TRANSLATIONS)}
        chosen = self._naming.choose([quad.object for quad in quads if isinstance(quad.object, Literal)])
        return chosen in ours and str(chosen) not in {str(quad.object) for quad in quads if quad.object not in ours}

    def _place(self, pointer: Pointer) -> tuple[int, str]:
        return pointer.order, collation(self._naming.value(pointer.subject).text.value)

    def _place_by_region(self, pointer: Pointer) -> tuple[str, int, str]:
        regions = [self._naming.value(quad.object).text.value for quad in self._quads(pointer.subject, BR.region)]
        return (collation(regions[0]) if regions else "", *self._place(pointer))

    def asked(self, section: Asked) -> Section | None:
        rows: dict[Node, list[dict[str, Node]]] = {}
        for row in self._around.answer(section):
            if section.key in row:
                rows.setdefault(row[section.key], []).append(row)
        is_incomplete = section.incomplete is not None and self._builder.says(section.incomplete)
        if not rows:
            return Section(section.name, 0, is_incomplete=is_incomplete) if section.expected else None
        columns = tuple(self._column(names, list(rows.values())[: section.most]) for names in section.columns)
        return Section(
            section.name,
            len(rows),
            columns=tuple(column for column in columns if column.name not in _RARE or any(map(any, column.cells))),
            query=section.link,
            search=searched.listed("region", (section.of,), self._builder) if section.of else "",
            searches=searched.crossed(section.facet, section.key, rows.values(), self._builder),
            is_incomplete=is_incomplete,
            is_split=any(len(cell[0]) > 1 for column in columns if column.name == "now" for cell in column.cells),
        )

    def _column(self, names: tuple[str, ...], rows: list[list[dict[str, Node]]]) -> Column:
        cells = tuple(tuple(self._values(name, row) for name in names) for row in rows)
        terms = [row[names[0]] for members in rows for row in members if names[0] in row]
        return Column(names[0], cells, all(isinstance(term, Literal) and _is_number(term) for term in terms))

    def _values(self, name: str, rows: list[dict[str, Node]]) -> tuple[Value, ...]:
        terms = {row[name]: row.get(f"{name}Graph") for row in rows if name in row}
        texts = [term for term in terms if isinstance(term, Literal) and term.language]
        chosen = self._naming.choose(texts)
        return tuple(
            self._naming.value(term, mark_of(graph) if graph else "")
            for term, graph in terms.items()
            if term not in texts or term == chosen
        )


def _is_number(literal: Literal) -> bool:
    return isinstance(literal.value, int | Decimal) and not isinstance(literal.value, bool)
