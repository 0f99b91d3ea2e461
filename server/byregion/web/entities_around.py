"""The sections of a page about an entity: what points to it, and what page queries answer about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

from rdflib import SKOS, Literal, URIRef
from rdflib.term import Node

from byregion.namespaces import BR
from byregion.web import searched
from byregion.web.entities_classes import Asked, Layout, Listed
from byregion.web.language import collation
from byregion.web.naming import Naming, Text, Value, read_labels
from byregion.web.page import Builder, Quad, Reason, integer, mark_of, shared_mark
from byregion.web.site import select

INCOMING: Final = 200
"""Triples pointing to an entity that its page shows; where there are more it says how many."""
_TRANSLATIONS: Final = "/translations"

Way = tuple[Node | None, Node]
"""How something points to the entity: its stated class, and the property."""


class Pointer(NamedTuple):
    """A thing that points to the entity, with its stated class, its place in a list and the mark of the triple."""

    subject: Node
    way: Way
    order: int
    mark: str


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


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one class that point to the entity with one property, of which there are `total`."""

    type: Value | None
    predicate: Value
    items: tuple[Value, ...]
    total: int

    @property
    def mark(self) -> str:
        """The mark that all the items have, or ""."""
        return shared_mark(self.items)


class Around:
    """What is around an entity, asked for when it is made; what it is called is for `sections` and `rest` to say."""

    def __init__(self, entity: URIRef, layout: Layout, more: Iterable[Node] = ()) -> None:
        """Ask for what the layout needs; of the things in `more` too, the details are wanted."""
        self._entity = entity
        self._layout = layout
        self.pointers, self.is_cut = _pointers(entity)
        self._by_way: dict[Way, list[Pointer]] = {}
        for pointer in self.pointers:
            for way in {pointer.way, (None, pointer.way[1])}:
                self._by_way.setdefault(way, []).append(pointer)
        self._answers = {
            section.name: select(section.query, entity=(entity,))
            for section in layout.sections
            if isinstance(section, Asked)
        }
        self._counts = _counts(entity) if self.is_cut else {}
        self.details = self._details(more)
        self.why = self._why()

    def labels(self, rows: Iterable[Iterable[Node | None]]) -> dict[Node, list[Literal]]:
        """Return the labels of every IRI in `rows`; those that are among the details are not asked for again."""
        known: dict[Node, list[Literal]] = {}
        for quad in self.details:
            if quad.predicate == SKOS.prefLabel and isinstance(quad.object, Literal):
                known.setdefault(quad.subject, []).append(quad.object)
        return read_labels([[term for row in rows for term in row if term not in known]]) | known

    def terms(self) -> Iterator[Sequence[Node | None]]:
        """Yield the terms that are going to be named."""
        yield from self.details
        for pointer in self.pointers:
            yield (pointer.subject, *pointer.way)
        for answer in self._answers.values():
            yield from (tuple(row.values()) for row in answer)

    def sections(self, naming: Naming, builder: Builder) -> tuple[Section, ...]:
        """Return the sections that have something, or in which a reader looks for something."""
        told = _Telling(self, naming, builder)
        return tuple(
            found
            for section in self._layout.sections
            if (found := told.listed(section) if isinstance(section, Listed) else told.asked(section)) is not None
        )

    def rest(self, naming: Naming) -> tuple[Group, ...]:
        """Return what points to the entity and is in no section."""
        taken: set[Way] = set(self._layout.takes)
        for section in self._layout.sections:
            taken |= set(section.ways if isinstance(section, Listed) else section.takes)
        left = [pointer for pointer in self.pointers if not taken & {pointer.way, (None, pointer.way[1])}]
        groups = []
        for way, members in groupby(sorted(left, key=_by_way), key=lambda pointer: pointer.way):
            placed = [(pointer.order, naming.value(pointer.subject, pointer.mark)) for pointer in members]
            items = tuple(
                value for _, value in sorted(placed, key=lambda pair: (pair[0], collation(pair[1].text.value)))
            )
            class_, predicate = way
            type_ = naming.value(class_) if class_ else None
            groups.append(Group(type_, naming.value(predicate), items, self.total([way], len(items))))
        return tuple(sorted(groups, key=lambda group: collation(group.type.text.value if group.type else "")))

    def of(self, ways: Iterable[Way]) -> list[Pointer]:
        """Return what points to the entity in one of some ways, each thing once."""
        found = {pointer.subject: pointer for way in ways for pointer in self._by_way.get(way, ())}
        return list(found.values())

    def answer(self, section: Asked) -> list[dict[str, Node]]:
        """Return the rows that the query of a section was answered with."""
        return self._answers[section.name]

    def total(self, ways: Sequence[Way], shown: int) -> int:
        """Return how many things point to the entity in some ways; `shown` of them are known."""
        if not self.is_cut:
            return shown
        return max(shown, sum(count for way, count in self._counts.items() if _is_one_of(way, ways)))

    def _details(self, more: Iterable[Node]) -> list[Quad]:
        listed = [section for section in self._layout.sections if isinstance(section, Listed)]
        wanted = [pointer.subject for section in listed for pointer in self.of(section.ways)] + list(more)
        subjects = tuple(dict.fromkeys(term for term in wanted if isinstance(term, URIRef)))
        if not subjects:
            return []
        named = [SKOS.prefLabel, *(_OF_NUMBERS if more else ())]
        for section in listed:
            named += [*section.beside, *section.beneath, *([section.nest] if section.nest else [])]
        rows = select("details", subject=subjects, predicate=tuple(dict.fromkeys(named)))
        return [Quad(row["graph"], row["subject"], row["predicate"], row["object"]) for row in rows]

    def _why(self) -> list[dict[str, Node]]:
        read = tuple(pointer.subject for pointer in self.pointers if pointer.mark == "reading")
        subjects = tuple(dict.fromkeys(term for term in read if isinstance(term, URIRef)))
        # Where there are many, the page of each tells why.
        return select("why", entity=(self._entity,), subject=subjects) if 0 < len(subjects) <= FEW else []


FEW: Final = 20
"""Things that we read as pointing to an entity of which its page tells why."""
_OF_NUMBERS: Final = (BR.number, BR.numberOf, BR.county, BR.validFrom, BR.validBefore, SKOS.editorialNote)


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


def _pointers(entity: URIRef) -> tuple[list[Pointer], bool]:
    """Return what points to the entity, each thing once for each property, and whether there is more."""
    rows = select("incoming", entity=(entity,))
    found: dict[tuple[Node, Node], Pointer] = {}
    triples = {(row["graph"], row["predicate"], row["subject"]) for row in rows}
    for row in rows:
        key = (row["subject"], row["predicate"])
        known = found.get(key)
        mark = mark_of(row["graph"])
        # What is stated wins over the same inferred, as the first class does over another.
        if known is None or (known.mark == "inferred" and mark != "inferred"):
            way = (row.get("class"), row["predicate"])
            found[key] = Pointer(row["subject"], way, integer(str(row.get("order", ""))), mark)
    return list(found.values())[:INCOMING], len(triples) > INCOMING


def _counts(entity: URIRef) -> Mapping[Way, int]:
    rows = select("incoming-counts", entity=(entity,))
    return {(row.get("class"), row["predicate"]): integer(str(row["count"])) for row in rows}


def _by_way(pointer: Pointer) -> tuple[str, str, int]:
    class_, predicate = pointer.way
    return str(class_ or ""), str(predicate), pointer.order


def _is_number(literal: Literal) -> bool:
    return isinstance(literal.value, int | Decimal) and not isinstance(literal.value, bool)


def _is_one_of(way: Way, ways: Iterable[Way]) -> bool:
    return any(predicate == way[1] and class_ in (None, way[0]) for class_, predicate in ways)
