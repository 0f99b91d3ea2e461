"""What is around an entity: what points to it, and what page queries answer about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from rdflib import SKOS, Literal, URIRef
from rdflib.term import Node

from byregion.namespaces import BR
from byregion.web.entities_classes import Asked, Layout, Listed
from byregion.web.language import collation
from byregion.web.naming import Naming, Value, read_labels
from byregion.web.page import Quad, integer, mark_of, shared_mark
from byregion.web.site import select

INCOMING: Final = 200
"""Triples pointing to an entity that its page shows; where there are more it says how many."""

Way = tuple[Node | None, Node]
"""How something points to the entity: its stated class, and the property."""


class Pointer(NamedTuple):
    """A thing that points to the entity, with its stated class, its place in a list and the mark of the triple."""

    subject: Node
    way: Way
    order: int
    mark: str


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
    """What is around an entity, asked for when it is made; `entities_sections` and `rest` say what it is called."""

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


def _is_one_of(way: Way, ways: Iterable[Way]) -> bool:
    return any(predicate == way[1] and class_ in (None, way[0]) for class_, predicate in ways)
