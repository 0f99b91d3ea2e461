"""The tables of a workbook as read: which sheet each is, where its headings are, and a row for each entity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final
from typing import Literal as OneOf

from rdflib import URIRef
from rdflib.term import Node

from byregion.convert.workbook.cells import Fault, Raw, is_empty, shown
from byregion.convert.workbook.names import plain
from byregion.convert.workbook.sheets import Column, Sheet
from byregion.convert.workbook.words import ID, OWN, REMARK, Words

# Headings may stand below a title or two that somebody has put in.
_SEARCHED: Final = 10
_ENOUGH: Final = 2


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet as it is read: `rows` are number (from 1) and cells, without those that are empty."""

    name: str
    rows: Sequence[tuple[int, Sequence[Raw]]]
    hidden: bool = False
    faults: tuple[tuple[int, int, Fault], ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A cell, or a row where `column` is 0: `table` counts the sheets from 0, row and column from 1."""

    table: int
    row: int
    column: int
    sheet: str = field(compare=False)
    heading: str = field(default="", compare=False)

    def __str__(self) -> str:
        """`Deltakere!B7`, as spreadsheets write it; without a cell, the heading of the one that is missing."""
        if not self.row:
            return self.sheet
        if self.column:
            return f"{self.sheet}!{letters(self.column)}{self.row}"
        return f"{self.sheet}!{self.row}" + (f" ({self.heading})" if self.heading else "")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong at a place, in words; a note is only to be known."""

    place: Place
    severity: OneOf["error", "note"]
    message: str


@dataclass(slots=True)
class Layout:
    """Where a table has its columns: each by its position, from 1, with the heading as it stands."""

    sheet: Sheet
    place: Place
    heading_row: int
    columns: dict[Column, int]
    headings: dict[Column, str]
    id_column: int = 0


@dataclass(slots=True)
class Entry:
    """A row of a sheet: the entity's IRI once it is known, its cells as read, and the terms they are."""

    layout: Layout
    row: int
    id: Raw
    raw: dict[Column, Raw]
    iri: URIRef | None = None
    terms: dict[Column, tuple[Node, ...]] = field(default_factory=dict)

    @property
    def sheet(self) -> Sheet:
        """The sheet that the row is of."""
        return self.layout.sheet

    def place(self, column: Column | None = None, heading: str = "") -> Place:
        """Return where a column's cell is in this row; without one, where the id is."""
        layout = self.layout
        at = layout.columns.get(column, 0) if column else layout.id_column
        return Place(layout.place.table, self.row, at, layout.place.sheet, heading)

    def values(self, predicate: URIRef) -> list[Node]:
        """Return the terms of a property."""
        return [term for column, terms in self.terms.items() if column.predicate == predicate for term in terms]


def joined(places: Sequence[Place]) -> str:
    """Return places of one column as spreadsheets write them, rows that follow each other as one: B7:B9, B12."""
    runs: list[list[Place]] = []
    for place in places:
        if runs and place.row == runs[-1][-1].row + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    first, *others = (str(run[0]) if len(run) == 1 else f"{run[0]}:{str(run[-1]).rpartition('!')[2]}" for run in runs)
    return ", ".join([first, *(other.rpartition("!")[2] for other in others)])


def by_message(problems: Iterable[Problem]) -> Iterator[tuple[str, str, list[Place]]]:
    """Yield severity, message and places of what is the same in one column, in the order of the first."""
    groups: dict[tuple[int, int, str, str], list[Place]] = {}
    for problem in problems:
        key = (problem.place.table, problem.place.column, problem.severity, problem.message)
        groups.setdefault(key, []).append(problem.place)
    for (_, _, severity, message), places in groups.items():
        yield severity, message, places


def letters(number: int) -> str:
    """Return a column's letters: 1 is A, 27 is AA."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


class Form:
    """The sheets and headings that are known, in every language, and what to say of others in one."""

    def __init__(self, sheets: Sequence[Sheet], words: Words, others: Iterable[Words]) -> None:
        """Know `sheets` by their names in the language of `words` and of `others`."""
        self.words = words
        self.sheets = sheets
        languages = (words, *others)
        self._names = {plain(each.sheet(sheet)): sheet for sheet in sheets for each in languages}
        self._own = {plain(each.own(name)) for name in OWN for each in languages}
        self._ids = {plain(each.own(ID)) for each in languages}
        self._headings = {
            sheet: {plain(each.heading(column)): column for column in sheet.columns for each in languages}
            for sheet in sheets
        }

    def say(self, place: Place, fault: Fault) -> Problem:
        """Return what is wrong at a place, in words."""
        values = dict(fault.values)
        if "near" in values:
            values["near"] = self.words.message("near" if values["near"] else "near-none", {"name": values["near"]})
        return Problem(place, fault.severity, self.words.message(fault.key, values))

    def entries(self, tables: Sequence[Table]) -> Iterator[Entry | Problem]:
        """Yield a row for each entity, and what is wrong with sheets and headings."""
        seen: set[Sheet] = set()
        for number, table in enumerate(tables):
            place = Place(number, 0, 0, table.name)
            if table.hidden:
                if plain(table.name) not in self._own:
                    yield self.say(place, Fault("hidden", {"name": table.name}, "note"))
            elif table.name.startswith(REMARK):
                yield self.say(place, Fault("own-sheet", {"name": table.name}, "note"))
            elif sheet := self._names.get(plain(table.name)):
                if sheet in seen:
                    yield self.say(place, Fault("sheet-twice", {"name": table.name}))
                seen.add(sheet)
                yield from self._rows(table, place, sheet)
            elif table.rows and plain(table.name) not in self._own:
                close = get_close_matches(plain(table.name), self._names, 1)
                near = self.words.sheet(self._names[close[0]]) if close else ""
                yield self.say(place, Fault("unknown-sheet", {"name": table.name, "near": near}))

    def _rows(self, table: Table, place: Place, sheet: Sheet) -> Iterator[Entry | Problem]:
        if not table.rows:
            return
        for row, column, fault in table.faults:
            yield self.say(Place(place.table, row, column, place.sheet), fault)
        at = self._heading_row(table, sheet)
        if at is None:
            first = self.words.heading(sheet.columns[0])
            yield self.say(Place(place.table, table.rows[0][0], 0, place.sheet), Fault("no-headings", {"name": first}))
            return
        row, cells = table.rows[at]
        layout = Layout(sheet, place, row, {}, {})
        yield from self._read_headings(layout, cells)
        used = {*layout.columns.values(), layout.id_column}
        remarks = {number for number, cell in enumerate(cells, 1) if number not in used and not is_empty(cell)}
        for row, cells in table.rows[at + 1 :]:
            for number, cell in enumerate(cells, 1):
                if number not in used and number not in remarks and not is_empty(cell):
                    yield self.say(Place(place.table, row, number, place.sheet), Fault("no-heading"))
            raw = {
                column: cells[number - 1]
                for column, number in layout.columns.items()
                if number <= len(cells) and not _is_blank(cells[number - 1], column)
            }
            own = cells[layout.id_column - 1] if 0 < layout.id_column <= len(cells) else None
            if raw or not is_empty(own):
                yield Entry(layout, row, own, raw)

    def _heading_row(self, table: Table, sheet: Sheet) -> int | None:
        for at, (_, cells) in enumerate(table.rows[:_SEARCHED]):
            found = [cell for cell in cells if isinstance(cell, str) and self._is_heading(cell, sheet)]
            if len(found) >= _ENOUGH:
                return at
        return None

    def _is_heading(self, text: str, sheet: Sheet) -> bool:
        return (key := _key(text)) in self._ids or key in self._headings[sheet]

    def _read_headings(self, layout: Layout, cells: Sequence[Raw]) -> Iterator[Problem]:
        known: Mapping[str, Column] = self._headings[layout.sheet]
        for number, cell in enumerate(cells, 1):
            if is_empty(cell):
                continue
            text = shown(cell)
            place = Place(layout.place.table, layout.heading_row, number, layout.place.sheet)
            key = _key(text)
            if key in self._ids and not layout.id_column:
                layout.id_column = number
            elif key in known and known[key] not in layout.columns:
                layout.columns[known[key]] = number
                layout.headings[known[key]] = text
            elif key in known or key in self._ids:
                yield self.say(place, Fault("column-twice", {"name": text}))
            elif text.startswith(REMARK):
                yield self.say(place, Fault("own-column", {"name": text}, "note"))
            else:
                close = get_close_matches(key, known, 1)
                near = self.words.heading(known[close[0]]) if close else ""
                yield self.say(place, Fault("unknown-column", {"name": text, "near": near}))


def _is_blank(cell: Raw, column: Column) -> bool:
    """Whether a cell says nothing: in words of a source, white space says something."""
    return cell in (None, "") if column.kind == "verbatim" else is_empty(cell)


def _key(heading: str) -> str:
    return plain(heading.replace("*", " "))
