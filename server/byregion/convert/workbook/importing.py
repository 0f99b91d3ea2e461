"""Rows become entities: ids are found or made, references are followed, and what is wrong is said by cell."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from rdflib import SKOS, Literal, URIRef
from rdflib.term import Node

from byregion.config import LANGUAGES
from byregion.convert.workbook import cells, ids
from byregion.convert.workbook.cells import Fault, is_empty, shown
from byregion.convert.workbook.names import Known, Resolver, Surroundings
from byregion.convert.workbook.sheets import Column
from byregion.convert.workbook.tables import Entry, Form, Place, Problem, Table
from byregion.namespaces import BR, OA


@dataclass(slots=True)
class Imported:
    """What the tables say: rows that are entities, what is wrong with them, and the rows whose id was made."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    made: list[Entry] = field(default_factory=list)


def read_tables(tables: Sequence[Table], form: Form, around: Surroundings) -> Imported:
    """Return the entities that `tables` describe, with everything that is wrong or to be known of them."""
    done = Imported()
    for found in form.entries(tables):
        if isinstance(found, Problem):
            done.problems.append(found)
        else:
            done.entries.append(found)
    if not done.entries and all(item.severity == "note" for item in done.problems):
        nowhere = Place(0, 0, 0, tables[0].name if tables else "")
        done.problems.append(form.say(nowhere, Fault("empty")))
    done.problems += _identify(done, form, around)
    done.problems += _refer(done.entries, form, around)
    done.problems.sort()
    return done


def given_ids(tables: Sequence[Table], form: Form) -> set[URIRef]:
    """Return the IRIs that rows of `tables` have already."""
    entries = (found for found in form.entries(tables) if isinstance(found, Entry) and not is_empty(found.id))
    found = (ids.read(entry.id, entry.sheet.kind) for entry in entries)
    return {thing for thing in found if isinstance(thing, URIRef)}


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return those that are errors."""
    return [problem for problem in problems if problem.severity == "error"]


# --- Ids --------------------------------------------------------------------------------------------------------------


def _identify(done: Imported, form: Form, around: Surroundings) -> Iterator[Problem]:
    """Give each row its IRI, the regions' first: they are part of the others'."""
    regions = [entry for entry in done.entries if entry.sheet.of == BR.Region]
    others = [entry for entry in done.entries if entry.sheet.of != BR.Region]
    seen: dict[URIRef, Entry] = {}
    for entry in (*regions, *others):
        if not is_empty(entry.id):
            yield from _given(entry, form, seen)
    # What has an id keeps it; what is made anew makes way.
    taken, tried = _Taken(seen, around), dict[URIRef, int]()
    for group in (regions, others):
        namer = _Namer(regions, around)
        for entry in group:
            if not is_empty(entry.id):
                continue
            if words := namer.words(entry):
                entry.iri = ids.make(entry.sheet.kind, words, namer.region(entry), taken, tried)
                seen[entry.iri] = entry
                done.made.append(entry)
            else:
                yield form.say(entry.place(), Fault("no-id"))


def _given(entry: Entry, form: Form, seen: dict[URIRef, Entry]) -> Iterator[Problem]:
    found = ids.read(entry.id, entry.sheet.kind)
    if isinstance(found, Fault):
        yield form.say(entry.place(), found)
    elif found in seen:
        values = {"value": found.rpartition("/")[2], "other": str(seen[found].place())}
        yield form.say(entry.place(), Fault("same-id", values))
    else:
        entry.iri = found
        seen[found] = entry
        if not entry.raw:
            yield form.say(entry.place(), Fault("only-id"))


class _Taken(Container[URIRef]):
    """The IRIs that something has already, in the workbook or around it."""

    def __init__(self, seen: dict[URIRef, Entry], around: Surroundings) -> None:
        self._seen = seen
        self._around = around

    def __contains__(self, thing: object) -> bool:
        return thing in self._seen or thing in self._around.known.texts


class _Namer:
    """Says what a row's id is made of: its region, and its words."""

    def __init__(self, regions: Iterable[Entry], around: Surroundings) -> None:
        self._around = around
        known = Known()
        for entry in regions:
            if entry.iri:
                known.add(entry.iri, BR.Region, _names(entry))
        self._resolver = Resolver(around, known)
        self._regions = sorted(known.classes.get(BR.Region, ()))

    def words(self, entry: Entry) -> str:
        """Return the words of an id: who takes part, what is quoted, or else the name in the first language it has."""
        column = entry.sheet.column(BR.municipality)
        if column and column in entry.raw:
            found, _ = self._resolver.find(shown(entry.raw[column]), column)
            return self._around.title(found, LANGUAGES[0]) if found else shown(entry.raw[column])
        column = entry.sheet.column(OA.exact)
        if column and column in entry.raw:
            return shown(entry.raw[column])
        return next(iter(_names(entry)), "")

    def region(self, entry: Entry) -> str:
        """Return the slug of a row's region: the one it names, else the workbook's if it has but one."""
        if entry.sheet.of == BR.Region:
            return ""
        column = entry.sheet.column(BR.region)
        found = None
        if column and column in entry.raw:
            found, _ = self._resolver.find(shown(entry.raw[column]), column)
        if found is None and len(self._regions) == 1:
            found = self._regions[0]
        return found.rpartition("/")[2] if found else ""


def _names(entry: Entry) -> list[str]:
    columns = (entry.sheet.column(SKOS.prefLabel, language) for language in LANGUAGES)
    return [shown(entry.raw[column]) for column in columns if column and column in entry.raw]


# --- Terms ------------------------------------------------------------------------------------------------------------


def _refer(entries: Sequence[Entry], form: Form, around: Surroundings) -> Iterator[Problem]:
    """Give each row its terms."""
    known = Known()
    for entry in entries:
        if entry.iri:
            for cls in (entry.sheet.of, *([BR.Statement] if entry.sheet.is_statement else [])):
                known.add(entry.iri, cls, _names(entry))
    resolver = Resolver(around, known)
    regions = {entry.iri: next(iter(_names(entry)), "") for entry in entries if entry.sheet.of == BR.Region}
    for entry in entries:
        for column, raw in entry.raw.items():
            terms, faults = _read(raw, column, resolver)
            yield from (form.say(entry.place(column), fault) for fault in faults)
            if terms:
                entry.terms[column] = terms
        yield from _fill_region(entry, [region for region in regions if region], form)
        _name_participation(entry, around, regions)


def _read(raw: cells.Raw, column: Column, resolver: Resolver) -> cells.Read:
    if column.kind != "reference":
        return cells.read(raw, column)
    if isinstance(raw, Fault):
        return (), (raw,)
    terms: list[Node] = []
    faults: list[Fault] = []
    for part in cells.split(raw, column):
        term, fault = resolver.find(shown(part), column)
        terms += [term] if term else []
        faults += [fault] if fault else []
    return tuple(dict.fromkeys(terms)), tuple(faults)


def _fill_region(entry: Entry, regions: Sequence[URIRef], form: Form) -> Iterator[Problem]:
    """An empty region is the workbook's only one, where the shapes want one and nothing else stands in its place."""
    column = entry.sheet.column(BR.region)
    if not column or column in entry.raw or not entry.sheet.requires(BR.region):
        return
    instead = [term for choice in entry.sheet.either if BR.region in choice for term in choice]
    if any(item.predicate in instead for item in entry.raw):
        return
    if len(regions) == 1:
        entry.terms[column] = (regions[0],)
    elif regions:
        place = entry.place(column, form.words.heading(column))
        yield form.say(place, Fault("no-region", {"count": str(len(regions))}))


# "in", between who takes part and the region.
_IN: Final = {"nb": "i", "nn": "i", "en": "in"}


def _name_participation(entry: Entry, around: Surroundings, regions: dict[URIRef | None, str]) -> None:
    """A participation without a name is called by its parts: "Bardu, samarbeidskommune i Midt-Troms"."""
    names = [(language, entry.sheet.column(SKOS.prefLabel, language)) for language in LANGUAGES]
    if entry.sheet.of != BR.Participation or any(column in entry.raw for _, column in names if column):
        return
    parts = [entry.values(predicate) for predicate in (BR.municipality, BR.role, BR.region)]
    for language, column in names:
        # What is wrong with the parts is told; that there is therefore no name is not another error.
        words = ", ".join(map(shown, entry.raw.values()))
        if all(len(part) == 1 for part in parts):
            municipality, role, region = (
                (regions.get(term) if isinstance(term, URIRef) else "") or around.title(term, language)
                for (term,) in parts
            )
            words = f"{municipality}, {role} {_IN[language]} {region}"
        if column:
            entry.terms[column] = (Literal(words, lang=language),)
