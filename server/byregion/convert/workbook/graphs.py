"""Entities as the graphs of a dataset, and what is wrong with a graph as cells of the workbook it came from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from rdflib import DCTERMS, RDF, SH, Literal, URIRef
from rdflib.paths import AlternativePath
from rdflib.paths import Path as PropertyPath
from rdflib.term import Node

from byregion.config import LANGUAGES
from byregion.convert.workbook.cells import Fault
from byregion.convert.workbook.importing import Imported, errors
from byregion.convert.workbook.sheets import Column
from byregion.convert.workbook.tables import Entry, Form, Place, Problem
from byregion.dataset import Triple
from byregion.namespaces import BR, OA
from byregion.terms import best, shorten

PARTS: Final = ("stated", "translations")
"""The parts of a dataset that a workbook gives: what a source says, and our translations of it."""


@dataclass(frozen=True, slots=True)
class Graphs:
    """The parts of a dataset that a workbook gives, each as its triples."""

    stated: set[Triple] = field(default_factory=set)
    translations: set[Triple] = field(default_factory=set)

    def both(self) -> tuple[set[Triple], set[Triple]]:
        """Return the graphs in the order of `PARTS`."""
        return self.stated, self.translations

    def described(self) -> set[Node]:
        """Return the entities that have a class here."""
        is_a = RDF.type  # which is looked up by its name each time
        return {subject for subject, predicate, _ in self.stated if predicate == is_a}


def graphs(entries: Iterable[Entry]) -> Graphs:
    """Return what the entities say, as the parts of a dataset."""
    made = Graphs()
    for entry in entries:
        if entry.iri is not None:
            _add(entry, entry.iri, made)
    return made


def _add(entry: Entry, iri: URIRef, made: Graphs) -> None:
    made.stated.add((iri, RDF.type, entry.sheet.of))
    parts = {column.part for column in entry.terms if column.part}
    for column in entry.sheet.columns:
        terms = entry.terms.get(column, ())
        if column.part in parts and not terms and column.kind == "verbatim" and not column.required:
            terms = (Literal(""),)  # before the first words of a text there is nothing
        if not terms:
            continue
        subject = iri
        if column.part and column.part_class:
            subject = URIRef(f"{iri}#{column.part}")
            made.stated.add((iri, OA.hasSelector, subject))
            made.stated.add((subject, RDF.type, column.part_class))
        graph = made.translations if column.is_translation else made.stated
        for term in terms:
            graph.add((subject, column.predicate, term))
        if column.is_translation:
            graph.add((iri, BR.translatedInto, Literal(column.language)))
    if entry.sheet.is_statement and entry.values(DCTERMS.source):
        made.stated.add((iri, BR.paraphrase, Literal(True)))


# --- What is wrong, by cell -------------------------------------------------------------------------------------------


class Judgement(Protocol):
    """What is wanted of a validation result; `validate.Result` has it."""

    @property
    def focus_node(self) -> Node: ...  # noqa: D102
    @property
    def path(self) -> URIRef | PropertyPath | None: ...  # noqa: D102
    @property
    def value(self) -> Node | None: ...  # noqa: D102
    @property
    def severity(self) -> URIRef: ...  # noqa: D102
    @property
    def message(self) -> tuple[Literal, ...]: ...  # noqa: D102


Judge = Callable[[Graphs, Callable[[str], bool]], Iterable[Judgement]]
"""What gives the results about those focus nodes that count, which are asked for as N-Triples writes them."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to be written, what is wrong, and what was therefore left out."""

    graphs: Graphs
    entries: list[Entry]
    problems: list[Problem]
    dropped: list[Problem]


def settle(imported: Imported, form: Form, judge: Judge, *, keep_valid: bool = False) -> Settled:
    """Return what the entities say once `judge` has judged it.

    With `keep_valid`, entities with an error are left out whole, and with them what refers to them, until nothing is
    wrong any more; what is left out is told.
    """
    entries, problems, dropped = imported.entries, list(imported.problems), list[Problem]()
    while True:
        if keep_valid:
            entries, more = _without(entries, problems, form)
            dropped += more
        known = {problem.place for problem in problems}
        found = [item for item in located(_judged(entries, judge), entries, form) if item.place not in known]
        problems += found
        if not keep_valid or not errors(found):
            break
    problems.sort()
    return Settled(graphs(entries), entries, problems, sorted(dropped))


AT_ONCE: Final = 20_000
"""Entities that are judged at once, for the sake of memory; each part is judged with all that is around it."""


def _judged(entries: Sequence[Entry], judge: Judge, at_once: int = AT_ONCE) -> Iterator[Judgement]:
    """Yield what is wrong with the entities, judged in parts, each with everything that it refers to.

    No shape looks further from an entity than to what it refers to. What is outside the workbook is only judged where
    there is but one part: in a smaller one, what it refers to may be missing.
    """
    by_iri = {str(entry.iri): entry for entry in entries}
    for start in range(0, len(entries), at_once):
        part = entries[start : start + at_once]
        own = {str(entry.iri) for entry in part}
        terms = {str(term) for entry in part for terms in entry.terms.values() for term in terms}
        beside = [by_iri[iri] for iri in sorted((terms & by_iri.keys()) - own)]

        def counts(node: str, own: set[str] = own) -> bool:
            thing = node.strip("<>").partition("#")[0]
            return thing in own or (thing not in by_iri and len(entries) <= at_once)

        yield from judge(graphs([*part, *beside]), counts)


def _without(entries: Sequence[Entry], problems: Iterable[Problem], form: Form) -> tuple[list[Entry], list[Problem]]:
    """Return the entities without those with an error and those that refer to one of them, and what to say of it."""
    count = Counter((problem.place.table, problem.place.row) for problem in errors(problems))
    gone: dict[URIRef | None, Entry] = {}
    told = []
    for entry in entries:
        if number := count[entry.layout.place.table, entry.row]:
            gone[entry.iri] = entry
            told.append(form.say(_row(entry), Fault("dropped", {"count": str(number)}, "note")))
    behind: dict[Node, list[Entry]] = defaultdict(list)
    for entry in entries:
        for term in {term for column, terms in entry.terms.items() if column.kind == "reference" for term in terms}:
            behind[term].append(entry)
    left = list(gone.values())
    for other in left:  # which grows by what refers to it
        for entry in behind[other.iri] if other.iri else ():
            if entry.iri not in gone:
                gone[entry.iri] = entry
                left.append(entry)
                told.append(form.say(_row(entry), Fault("depends", {"other": str(_row(other))}, "note")))
    return [entry for entry in entries if entry.iri not in gone], told


def _row(entry: Entry) -> Place:
    place = entry.place()
    return Place(place.table, place.row, 0, place.sheet)


def located(results: Iterable[Judgement], entries: Iterable[Entry], form: Form) -> Iterator[Problem]:
    """Yield validation results as problems of cells; one about something outside the workbook is a note."""
    rows = {str(entry.iri): entry for entry in entries}
    for result in results:
        iri, _, part = str(result.focus_node).partition("#")
        message = str(best(result.message, (form.words.language,)) or "")
        entry = rows.get(iri)
        if entry is None:
            where = Place(len(rows), 0, 0, shorten(iri))
            yield form.say(where, Fault("outside", {"message": message}, "note"))
            continue
        column = _column(result, entry, part)
        place = entry.place(column, form.words.heading(column) if column else "")
        yield form.say(
            place, Fault("shape", {"message": message}, "error" if result.severity == SH.Violation else "note")
        )


def _column(result: Judgement, entry: Entry, part: str) -> Column | None:
    """Return the column that a result is about: of its path and the language of its value; the id's where none is."""
    paths: list[object] = [result.path]
    if isinstance(result.path, AlternativePath):
        # Where either would do, the last is what an officer has: the quote's words come before the source.
        paths = list(reversed(result.path.args))
    language = result.value.language if isinstance(result.value, Literal) else None
    for path in paths:
        if isinstance(path, URIRef):
            found = entry.sheet.column(path, language or LANGUAGES[0])
            if found and found.part == part:
                return found
    return None
