"""What the catalogue says of itself and of each dataset, as pages show it to a reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Final

from rdflib import DCTERMS, FOAF, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.catalogue import Dump, dumps_of, reference_terms
from byregion.catalogue.names import CATALOGUE, WHOLE, dataset
from byregion.errors import NotFound
from byregion.namespaces import DCAT, VCARD
from byregion.sentences import say
from byregion.web.language import collation
from byregion.web.naming import Naming, Text, Value
from byregion.web.site import select, site, words

GRAPH: Final = "catalogue.dcat-ap-no-3"
"""The graph of the edition that pages are made of: it knows sizes and checksums."""

# Names of things that the catalogue leads to, by what they are called with.
_NAMES: Final = (SKOS.prefLabel, DCTERMS.title, FOAF.name, VCARD.fn, RDFS.label)
_FACTS: Final = {
    "licence": DCTERMS.license,
    "rights": DCTERMS.rights,
    "provenance": DCTERMS.provenance,
    "issued": DCTERMS.issued,
    "modified": DCTERMS.modified,
    "version": DCAT.version,
    "period": DCTERMS.temporal,
    "places": DCTERMS.spatial,
    "languages": DCTERMS.language,
    "themes": DCAT.theme,
    "subjects": DCTERMS.subject,
    "keywords": DCAT.keyword,
    "series": DCAT.inSeries,
}
_INHERITED: Final = (DCTERMS.license, DCTERMS.rights)
_EMAIL: Final = "mailto:"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said: which (a key of the words) and its values."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to write to: the name, and the address of e-mail or ""."""

    name: Text
    email: str


@dataclass(frozen=True, slots=True)
class Described:
    """The catalogue, or one of its datasets or services; `publisher` is None as long as nobody has said who it is."""

    iri: URIRef
    name: str
    title: Text
    description: Text | None
    publisher: Value | None
    contacts: tuple[Contact, ...]
    facts: tuple[Fact, ...]
    downloads: tuple[Dump, ...] = ()


class Reading:
    """The catalogue of the edition as a reader gets it; raises Unavailable where there is no edition yet."""

    def __init__(self) -> None:
        """Read the names of everything that the catalogue leads to."""
        self.graph = site().edition.graph(GRAPH)
        labels: dict[Node, list[Literal]] = {}
        for source in (_reference_terms(), self.graph):
            for predicate in _NAMES:
                for subject, label in source.subject_objects(predicate):
                    if isinstance(label, Literal):
                        labels.setdefault(subject, []).append(label)
        for term, label in _linked(self.graph, labels):
            labels.setdefault(term, []).append(label)
        self.naming = Naming(words(), labels)
        self._labels = labels

    def catalogue(self) -> Described:
        """Return what is said of the catalogue itself."""
        return self._described(CATALOGUE, "")

    def names(self) -> list[str]:
        """Return the names of the datasets."""
        listed = (iri for iri in self.graph.objects(CATALOGUE, DCAT.dataset))
        # A series is listed too, and is nothing to download.
        found = (iri for iri in listed if (iri, DCAT.distribution, None) in self.graph)
        return sorted(str(iri).removeprefix(f"{CATALOGUE}/") for iri in found)

    def datasets(self) -> list[Described]:
        """Return the datasets by title, the whole first."""
        found = [self.dataset(name) for name in self.names()]
        return sorted(found, key=lambda item: (item.name != WHOLE, collation(item.title.value)))

    def dataset(self, name: str) -> Described:
        """Return what is said of a dataset; raises NotFound where there is none of that name."""
        if name not in (names := self.names()):
            raise NotFound(say("no-dataset", name=name, listed=", ".join(names)), near(name, names))
        return self._described(dataset(name), name)

    def services(self) -> list[Described]:
        """Return the data services by name."""
        found = [iri for iri in self.graph.subjects(RDF.type, DCAT.DataService) if isinstance(iri, URIRef)]
        return [self._described(iri, iri.rpartition("/")[2]) for iri in sorted(found)]

    def publisher(self) -> URIRef | None:
        """Return the IRI of the catalogue's publisher, or None as long as nobody has said who it is."""
        return next((iri for iri in self.graph.objects(CATALOGUE, DCTERMS.publisher) if isinstance(iri, URIRef)), None)

    def day(self, subject: URIRef, predicate: URIRef) -> str | None:
        """Return a day that is said of something, as 2026-11-23, or None."""
        return next((str(day) for day in _literals(self.graph.objects(subject, predicate))), None)

    def interval(self, subject: URIRef) -> str | None:
        """Return the period that a dataset covers, as 2014-01-01/2018-12-31, or None."""
        period = self.graph.value(subject, DCTERMS.temporal)
        days = [self.graph.value(period, said) for said in (DCAT.startDate, DCAT.endDate)] if period else []
        return "/".join("" if day is None else str(day) for day in days) or None

    def _described(self, iri: URIRef, name: str) -> Described:
        publishers = [self.naming.value(value) for value in self.graph.objects(iri, DCTERMS.publisher)]
        facts = ((fact, self._values(self._owner(iri, predicate), predicate)) for fact, predicate in _FACTS.items())
        return Described(
            iri=iri,
            name=name,
            title=self.naming.pick(self._labels.get(iri, ())) or Text(name),
            description=self.naming.pick(_literals(self.graph.objects(iri, DCTERMS.description))),
            publisher=publishers[0] if publishers else None,
            contacts=tuple(self._contact(contact) for contact in self.graph.objects(iri, DCAT.contactPoint)),
            facts=tuple(Fact(fact, values) for fact, values in facts if values),
            downloads=_downloads(name),
        )

    def _owner(self, iri: URIRef, predicate: URIRef) -> URIRef:
        """Return of what something is said: a licence is said once, of the catalogue, and holds for every dataset."""
        return iri if predicate not in _INHERITED or (iri, predicate, None) in self.graph else CATALOGUE

    def _contact(self, contact: Node) -> Contact:
        emails = [str(email) for email in self.graph.objects(contact, VCARD.hasEmail)]
        email = next((email.removeprefix(_EMAIL) for email in emails if email.startswith(_EMAIL)), "")
        return Contact(self.naming.pick(self._labels.get(contact, ())) or Text(email), email)

    def _values(self, subject: URIRef, predicate: URIRef) -> tuple[Value, ...]:
        terms = list(self.graph.objects(subject, predicate))
        texts = [term for term in _literals(terms) if term.language]
        # Of texts in several languages the reader gets those in hers.
        wanted = [term for term in texts if term.language == words().language] or texts
        shown = [self._value(term) for term in terms if term not in texts or term in wanted]
        return tuple(sorted(shown, key=lambda item: collation(item.text.value)))

    def _value(self, term: Node) -> Value:
        if (term, RDF.type, DCTERMS.PeriodOfTime) in self.graph:
            return Value(Text(self._period(term)))
        if isinstance(term, URIRef) and term.startswith(f"{CATALOGUE}#"):
            # A statement in words: they are what is shown, all of them.
            return Value(self.naming.pick(self._labels.get(term, ())) or Text(term))
        return self.naming.value(term)

    def _period(self, period: Node) -> str:
        days = [self.graph.value(period, predicate) for predicate in (DCAT.startDate, DCAT.endDate)]
        first, last = (day.value if isinstance(day, Literal) and isinstance(day.value, date) else None for day in days)
        if first and last and (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            return f"{first.year}–{last.year}"
        return " – ".join(words().date(day) if day else "" for day in (first, last)).strip()


def near(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are nearest to a wrong one."""
    return tuple(get_close_matches(name, list(known), 3, 0.5))


def _downloads(name: str) -> tuple[Dump, ...]:
    edition = site().edition
    checksums = edition.checksums()
    found = ((dump, f"dumps/{dump.file}") for dump in dumps_of([name]))
    return tuple(
        replace(dump, size=edition.size(file), sha256=checksums[file]) for dump, file in found if file in checksums
    )


def _linked(graph: Graph, labels: Mapping[Node, object]) -> Iterator[tuple[Node, Literal]]:
    """Yield the names that our own data has for places that others have given an IRI but no name."""
    unnamed = {term for term in graph.objects(None, DCTERMS.spatial) if isinstance(term, URIRef) and term not in labels}
    for row in select("linked", term=tuple(sorted(unnamed))) if unnamed else ():
        if isinstance(label := row["label"], Literal):
            yield row["term"], label


@cache
def _reference_terms() -> Graph:
    return reference_terms()


def _literals(terms: Iterable[Node]) -> list[Literal]:
    return [term for term in terms if isinstance(term, Literal)]
