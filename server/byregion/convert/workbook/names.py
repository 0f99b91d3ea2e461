"""What can be referred to from a cell: concepts, municipalities by number and name, and everything with an id."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from rdflib import RDF, RDFS, SKOS, Graph, URIRef
from rdflib.term import Node

from byregion.convert.workbook.cells import Fault
from byregion.convert.workbook.sheets import CLASSES, Column
from byregion.convert.workbook.words import label
from byregion.errors import ParameterError
from byregion.namespaces import BASE, BR, ID
from byregion.terms import parse, shorten

_NUMBER: Final = re.compile(r"[0-9]{3,4}")
_LEADING: Final = re.compile(r"([0-9]{3,4})\s+\S.*|.*\S\s*\(([0-9]{3,4})\)")
_CLOSE: Final = 0.6
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_IRI: Final = re.compile(r"<?https?://\S+|[a-z-]+[:/][^\s:/]+")


def by_iri(text: str) -> URIRef | None:
    """Return the IRI that a text is, in full or by kind and slug, or None."""
    try:
        thing = parse("iri", text, "id") if _IRI.fullmatch(text) else None
    except ParameterError:
        return None
    return thing if isinstance(thing, URIRef) else None


def plain(text: str) -> str:
    """Return a text as it is compared: small letters, one space between words."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


@dataclass(frozen=True, slots=True)
class Number:
    """A municipality number: whose it is, what the municipality is called, and when it is valid ("" where unknown)."""

    number: str
    municipality: URIRef
    name: str
    valid_from: str
    valid_before: str

    @property
    def title(self) -> str:
        """Number and name, as in the list that one chooses from."""
        return f"{self.number} {self.name}"


@dataclass(slots=True)
class Known:
    """Things that can be referred to: their classes, and the texts that each is known by."""

    classes: dict[URIRef, set[URIRef]] = field(default_factory=lambda: defaultdict(set))
    texts: dict[URIRef, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, thing: URIRef, cls: URIRef, texts: Iterable[str] = ()) -> None:
        """Remember a thing of a class by these texts."""
        self.classes[cls].add(thing)
        self.texts[thing].update(filter(None, map(plain, texts)))

    def is_of(self, thing: URIRef, classes: Iterable[URIRef]) -> bool:
        """Whether it is a thing of one of the classes."""
        return any(thing in self.classes.get(cls, ()) for cls in classes)


Target = tuple[tuple[URIRef, ...], tuple[URIRef, ...]]


class Surroundings:
    """What a workbook may refer to without describing it: the ontology's concepts, and the datasets around it."""

    def __init__(self, graph: Graph, language: str) -> None:
        """Take what `graph` describes; titles are in `language` where there is one."""
        self._graph = graph
        self._language = language
        self.known = Known()
        above = {cls: self._above(cls) for cls in {*graph.objects(None, RDF.type)} if isinstance(cls, URIRef)}
        for thing, cls in graph.subject_objects(RDF.type):
            if isinstance(thing, URIRef) and isinstance(cls, URIRef) and thing.startswith(BASE):
                texts = [str(text) for name in (SKOS.prefLabel, SKOS.altLabel) for text in graph.objects(thing, name)]
                for each in above[cls]:
                    self.known.add(thing, each, texts)
        self.years = self._years()
        self.numbers = sorted(self._numbers(), key=lambda item: (item.number, item.valid_from))
        self.then = [item for item in self.numbers if self._is_of_then(item)]
        for item in self.then:
            self.known.texts[item.municipality] |= {
                plain(item.title),
                item.number,
                plain(f"{item.name} ({item.number})"),
            }
        # A name that only a municipality of another time bears must not be taken for one of then.
        self._of_then: dict[Node, str] = {}
        for item in self.then:
            self._of_then.setdefault(item.municipality, item.title)

    def _above(self, cls: URIRef) -> set[URIRef]:
        return {term for term in self._graph.transitive_objects(cls, RDFS.subClassOf) if isinstance(term, URIRef)}

    def _years(self) -> tuple[int, int]:
        years = [int(str(year)[:4]) for term in (BR.startYear, BR.endYear) for year in self._graph.objects(None, term)]
        return (min(years), max(years)) if years else (0, 9999)

    def _numbers(self) -> Iterator[Number]:
        for entity, municipality in self._graph.subject_objects(BR.numberOf):
            if isinstance(municipality, URIRef):
                facts = (self._graph.value(entity, term) for term in (BR.number, BR.validFrom, BR.validBefore))
                number, start, end = (str(fact or "") for fact in facts)
                yield Number(number, municipality, self.title(municipality, "nb"), start, end)

    def _is_of_then(self, item: Number) -> bool:
        first, last = self.years
        return item.valid_from < f"{last + 1:04}" and (not item.valid_before or item.valid_before > f"{first:04}-01-01")

    def title(self, thing: Node, language: str = "") -> str:
        """Return the name of something, in a language or the one that titles are in."""
        return str(label(self._graph, thing, language or self._language) or shorten(str(thing)))

    def number_title(self, municipality: Node) -> str:
        """Return the first number and the name that a municipality had then, "" where it had none."""
        return self._of_then.get(municipality, "")

    def choices(self, target: Target) -> list[str]:
        """Return the titles that a cell's list offers for things that the workbook does not describe."""
        classes, schemes = target
        if schemes:
            concepts = {concept for scheme in schemes for concept in self._graph.subjects(SKOS.inScheme, scheme)}
            return sorted({self.title(concept) for concept in concepts}, key=_alphabet)
        if set(classes) & set(CLASSES):
            return []  # then the names on another sheet are what is meant
        if BR.Municipality in classes:
            return [item.title for item in self.then]
        things = {thing for cls in classes for thing in self.known.classes.get(cls, ())}
        return sorted({self.title(thing) for thing in things}, key=_alphabet)

    def candidates(self, target: Target) -> Iterator[tuple[str, URIRef]]:
        """Yield the texts by which things outside the workbook are known, each with what it stands for."""
        classes, schemes = target
        for cls in classes:
            if cls == BR.MunicipalityNumber and BR.Municipality in classes:
                continue  # a number is what a municipality is known by; as a thing of its own it is written as an id
            for thing in self.known.classes.get(cls, ()):
                if schemes and not any((thing, SKOS.inScheme, scheme) in self._graph for scheme in schemes):
                    continue
                if cls == BR.Municipality and thing not in self._of_then:
                    continue
                yield from ((text, thing) for text in self.known.texts[thing])

    def is_in(self, thing: URIRef, schemes: Iterable[URIRef]) -> bool:
        """Whether a concept is in one of the schemes."""
        return any((thing, SKOS.inScheme, scheme) in self._graph for scheme in schemes)


_SORTED: Final = str.maketrans({"æ": "{", "ø": "|", "å": "}"})


def _alphabet(text: str) -> str:
    """Return a key that sorts Norwegian words in the order of the Norwegian alphabet."""
    return text.casefold().translate(_SORTED)


class Resolver:
    """Finds what a cell refers to, in the workbook first and then around it."""

    def __init__(self, around: Surroundings, local: Known) -> None:
        """Look in `local`, what the workbook describes, and `around` it."""
        self._around = around
        self._local = local
        self._indexes: dict[Target, tuple[Mapping[str, set[URIRef]], Mapping[str, set[URIRef]]]] = {}
        self._near: dict[tuple[Target, str], str] = {}
        self._found: dict[tuple[Target, str], tuple[URIRef | None, Fault | None]] = {}

    def find(self, text: str, column: Column) -> tuple[URIRef | None, Fault | None]:
        """Return what `text` refers to in a column, and what is to be told of it."""
        key = ((column.classes, column.schemes), text)
        if key not in self._found:
            self._found[key] = self._find(text, column)
        return self._found[key]

    def _find(self, text: str, column: Column) -> tuple[URIRef | None, Fault | None]:
        target = (column.classes, column.schemes)
        if thing := self._by_id(text, column):
            return thing, None
        local, around = self._index(target)
        key = plain(text)
        for index in (local, around):
            found = index.get(key, set())
            if len(found) == 1:
                return next(iter(found)), None
            if found:
                choices = " / ".join(sorted(self._choice(thing) for thing in found))
                return None, Fault("ambiguous", {"value": text, "choices": choices})
        if BR.Municipality in column.classes and (number := _numbered(text)):
            return self._by_number(text, number, target)
        return None, Fault("bad-reference", {"value": text[:200], "near": self.near(text, target)})

    def title(self, thing: URIRef, column: Column, texts: Iterable[str]) -> str:
        """Return the first of `texts` that refers to a thing and nothing else, else its IRI; "" if that does not."""
        for text in (*texts, shorten(thing), str(thing)):
            if (
                ";" not in text
                and "\n" not in text
                and text == text.strip()
                and self.find(text, column) == (thing, None)
            ):
                return text
        return ""

    def near(self, text: str, target: Target) -> str:
        """Return the known text nearest to one that is not known, as a title; "" where none is near."""
        if (target, text) not in self._near:
            local, around = self._index(target)
            close = get_close_matches(plain(text), [*local, *around], 1, _CLOSE)
            things = {*local.get(close[0], ()), *around.get(close[0], ())} if close else set()
            self._near[target, text] = self._choice(min(things)) if things else ""
        return self._near[target, text]

    def _index(self, target: Target) -> tuple[Mapping[str, set[URIRef]], Mapping[str, set[URIRef]]]:
        if target not in self._indexes:
            local: dict[str, set[URIRef]] = defaultdict(set)
            around: dict[str, set[URIRef]] = defaultdict(set)
            for cls in target[0]:
                for thing in self._local.classes.get(cls, ()):
                    for text in self._local.texts[thing]:
                        local[text].add(thing)
            for text, thing in self._around.candidates(target):
                around[text].add(thing)
            self._indexes[target] = local, around
        return self._indexes[target]

    def _by_id(self, text: str, column: Column) -> URIRef | None:
        if _SLUG.fullmatch(text):
            things: list[Node] = [ID[f"{CLASSES[cls]}/{text}"] for cls in column.classes if cls in CLASSES]
        else:
            things = [thing] if (thing := by_iri(text)) else []
        return next((thing for thing in things if isinstance(thing, URIRef) and self._is_there(thing, column)), None)

    def _is_there(self, thing: URIRef, column: Column) -> bool:
        if column.schemes:
            return self._around.is_in(thing, column.schemes)
        return self._local.is_of(thing, column.classes) or self._around.known.is_of(thing, column.classes)

    def _by_number(self, text: str, number: str, target: Target) -> tuple[URIRef | None, Fault]:
        years = "{}–{}".format(*self._around.years)
        of_then = {item.number: item for item in self._around.then}
        padded = number.zfill(4)
        if padded != number and padded in of_then and _NUMBER.fullmatch(text):
            item = of_then[padded]
            return item.municipality, Fault("leading-zero", {"value": text, "better": item.title}, "note")
        if other := [item for item in self._around.numbers if item.number == padded]:
            if padded not in of_then:
                then = next((item for item in self._around.then if item.municipality == other[0].municipality), None)
                values = {"value": other[0].title, "years": years}
                if then:
                    return None, Fault("number-other-time", values | {"better": then.title})
                return None, Fault("number-then", values)
            return None, Fault("bad-reference", {"value": text[:200], "near": of_then[padded].title})
        close = get_close_matches(padded, list(of_then), 1, _CLOSE)
        near = self.near(text[4:], target) or (of_then[close[0]].title if close else "")
        return None, Fault("no-such-number", {"value": number, "years": years, "near": near})

    def _choice(self, thing: URIRef) -> str:
        if numbered := self._around.number_title(thing):
            return numbered
        return self._around.title(thing) if thing in self._around.known.texts else shorten(thing)


def _numbered(text: str) -> str:
    """Return the municipality number that a text begins or ends with, "" where it has none."""
    if _NUMBER.fullmatch(text):
        return text
    found = _LEADING.fullmatch(text)
    return (found[1] or found[2]) if found else ""
