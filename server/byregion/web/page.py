"""What a page about an entity shows, from the triples about it: statements in words, and the evidence for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from rdflib import DCTERMS, FOAF, PROV, RDF, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.errors import SourceError
from byregion.evidence.quoting import StoredText, iris, stored_text
from byregion.iri import INFERRED
from byregion.namespaces import BASE, BR, OA
from byregion.web.language import collation
from byregion.web.naming import Naming, Text, Value, shortened
from byregion.web.passages import Passage, Quoted, passages


class Quad(NamedTuple):
    """A triple and the name of the graph that it stands in."""

    graph: Node
    subject: Node
    predicate: Node
    object: Node


@dataclass(frozen=True, slots=True)
class Reason:
    """Why we read a source as we do, and the reading that says so."""

    reading: URIRef
    text: Text


@dataclass(frozen=True, slots=True)
class Statement:
    """All values of one property, each with its reasons; `reasons` are those that all the values share.

    There is none where a reader looks for one and no source states it.
    """

    predicate: Value
    values: tuple[tuple[Value, tuple[Reason, ...]], ...]
    reasons: tuple[Reason, ...] = ()

    @property
    def mark(self) -> str:
        """The mark that all the values have, or ""."""
        return shared_mark([value for value, _ in self.values])


@dataclass(frozen=True, slots=True)
class Evidence:
    """Passages of one source with the language of their words; `original` is what the source itself quotes there."""

    passages: tuple[Passage, ...]
    language: str
    source: Value | None
    original: Value | None


@dataclass(frozen=True, slots=True)
class Source:
    """A source document and its address on the web, where it has one."""

    document: Value
    address: URIRef | None


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page about one entity shows, in the order in which it is shown."""

    iri: URIRef
    types: tuple[Value, ...]
    title: Text
    original: Text | None
    statements: tuple[Statement, ...]
    parts: tuple[tuple[URIRef, tuple[Statement, ...]], ...]
    evidence: tuple[Evidence, ...]
    paraphrase: bool
    sources: tuple[Source, ...]
    translations: tuple[str, ...]

    def of(self, predicate: URIRef) -> tuple[Value, ...]:
        """Return the values of a property of the entity."""
        found = (statement.values for statement in self.statements if statement.predicate.iri == predicate)
        return tuple(value for values in found for value, _ in values)


# Told elsewhere on the page than among the statements.
_ELSEWHERE: Final = frozenset(
    {SKOS.prefLabel, SKOS.hiddenLabel, BR.quote, BR.paraphrase, BR.translatedInto, DCTERMS.source, OA.hasSelector}
)
# A text in several languages is one text, of which the reader gets one; other names are each a name of their own.
_EACH_COUNTS: Final = frozenset({SKOS.altLabel})


class Builder:
    """Makes the page of one entity from the quads about it and about what bears it out."""

    def __init__(self, iri: URIRef, quads: Sequence[Quad], naming: Naming, data: Path) -> None:
        """Index the quads by subject; `data` is the folder that stored source texts lie in."""
        self.iri = iri
        self._data = data
        self.naming = naming
        self._quads: dict[Node, list[Quad]] = {}
        self._told: dict[tuple[Node, Node], dict[Node, None]] = {}
        for quad in quads:
            self._quads.setdefault(quad.subject, []).append(quad)
            self._told.setdefault((quad.subject, quad.predicate), {})[quad.object] = None
        self._translated = {str(value).lower() for value in self._objects(iri, BR.translatedInto)}

    def page(self, expected: Sequence[URIRef] = ()) -> Page:
        """Return the page; of the `expected` properties it is said where no source states them."""
        evidence = self._evidence()
        return Page(
            iri=self.iri,
            types=self._types(),
            title=self._title(evidence),
            original=self._original(),
            statements=self._statements(self.iri, expected),
            parts=tuple((part, self._statements(part)) for part in self._parts()),
            evidence=evidence,
            paraphrase=self.says(BR.paraphrase),
            sources=self._sources(),
            translations=tuple(sorted(self._translated)),
        )

    def says(self, predicate: URIRef, value: Node | None = None) -> bool:
        """Tell whether a property of the entity is stated to be `value`; without one, to be true."""
        objects = self._objects(self.iri, predicate)
        return any(objects) if value is None else value in objects

    def _objects(self, subject: Node, predicate: URIRef) -> list[Node]:
        return list(self._told.get((subject, predicate), ()))

    def _literals(self, subject: Node, predicate: URIRef) -> list[Literal]:
        return [term for term in self._objects(subject, predicate) if isinstance(term, Literal)]

    def _types(self) -> tuple[Value, ...]:
        quads = [quad for quad in self._quads.get(self.iri, ()) if quad.predicate == RDF.type]
        stated = [quad.object for quad in quads if quad.graph != INFERRED]
        return tuple(self.naming.value(term) for term in dict.fromkeys(stated or [quad.object for quad in quads]))

    def _title(self, evidence: Sequence[Evidence]) -> Text:
        label = self.naming.pick(self._literals(self.iri, SKOS.prefLabel), self._translated)
        if label is not None:
            return label
        if exact := self._quoted(self.iri).exact:
            return shortened(Text(f"«{exact}»", evidence[0].language))
        if self._objects(self.iri, RDF.subject):
            about = [self.naming.value(term).text for name in _READ for term in self._objects(self.iri, name)[:1]]
            return Text(" – ".join(text.value for text in about), about[0].language)
        return self.naming.name(self.iri)

    def _original(self) -> Text | None:
        """Return the label in the source's own language where the title is our translation of it."""
        labels = self._literals(self.iri, SKOS.prefLabel)
        title = self.naming.pick(labels, self._translated)
        if title is None or not title.ours:
            return None
        return self.naming.pick([label for label in labels if (label.language or "").lower() not in self._translated])

    def _parts(self) -> list[URIRef]:
        prefix = f"{self.iri}#"
        return [term for term in self._quads if isinstance(term, URIRef) and term.startswith(prefix)]

    def _statements(self, subject: URIRef, expected: Sequence[URIRef] = ()) -> tuple[Statement, ...]:
        shown = [quad for quad in self._quads.get(subject, ()) if self._is_shown(quad)]
        shown.sort(key=lambda quad: str(quad.predicate))
        statements = [
            self._statement(subject, predicate, list(quads))
            for predicate, quads in groupby(shown, key=lambda quad: quad.predicate)
        ]
        stated = {quad.predicate for quad in shown}
        statements += [Statement(self.naming.value(predicate), ()) for predicate in expected if predicate not in stated]
        return tuple(sorted(statements, key=lambda item: collation(item.predicate.text.value)))

    def _is_shown(self, quad: Quad) -> bool:
        if quad.predicate == RDF.type:
            return quad.graph == INFERRED and quad.object not in {item.iri for item in self._types()}
        return quad.predicate not in _ELSEWHERE

    def _statement(self, subject: URIRef, predicate: Node, quads: list[Quad]) -> Statement:
        # What is stated wins over what is read or inferred: it comes last.
        ranked = sorted(quads, key=lambda quad: _MARKS.index(mark_of(quad.graph)), reverse=True)
        marks = {quad.object: mark_of(quad.graph) for quad in ranked}
        texts = [term for term in marks if isinstance(term, Literal) and term.language is not None]
        if predicate not in _EACH_COUNTS and len(texts) > 1:
            chosen = self.naming.choose(texts)
            marks = {term: mark for term, mark in marks.items() if term not in texts or term == chosen}
        readings = self._readings(subject, predicate)
        shared = [reason for reason, terms in readings if terms.issuperset(marks)]
        values = [
            (
                self.naming.value(term, mark, self._translated),
                tuple(reason for reason, terms in readings if term in terms and reason not in shared),
            )
            for term, mark in marks.items()
        ]
        values.sort(key=lambda item: collation(item[0].text.value))
        return Statement(self.naming.value(predicate), tuple(values), tuple(shared))

    def _readings(self, subject: URIRef, predicate: Node) -> list[tuple[Reason, set[Node]]]:
        """Return the readings of a subject and predicate, each with the objects that it gives."""
        found = []
        for reading in self._quads:
            about = (self._objects(reading, RDF.subject), self._objects(reading, RDF.predicate))
            if about == ([subject], [predicate]) and isinstance(reading, URIRef):
                note = self.naming.pick(self._literals(reading, SKOS.editorialNote)) or Text("")
                found.append((Reason(reading, note), set(self._objects(reading, RDF.object))))
        return found

    def _evidence(self) -> tuple[Evidence, ...]:
        quoted = [found for quote in iris(self._quotes()) if (found := self._quoted(quote)).exact]
        by_source = groupby(passages(quoted, self._text), key=lambda item: (item.source, item.original))
        return tuple(
            Evidence(
                passages=tuple(found),
                language=self.language(source),
                source=self.naming.value(source) if source else None,
                original=self.naming.value(original) if original else None,
            )
            for (source, original), found in by_source
        )

    def _quotes(self) -> list[Node]:
        """Return the quotes that bear out the entity: itself, its own, or for a reading those of what it is about."""
        if self._objects(self.iri, OA.hasSelector):
            return [self.iri]
        entities = [self.iri, *self._objects(self.iri, RDF.subject)]
        return [quote for entity in entities for quote in self._objects(entity, BR.quote)]

    def _quoted(self, quote: URIRef) -> Quoted:
        selectors = self._objects(quote, OA.hasSelector)

        def said(predicate: URIRef) -> str:
            return next((str(term) for selector in selectors for term in self._objects(selector, predicate)), "")

        return Quoted(
            quote=quote,
            source=next(iris(self._objects(quote, OA.hasSource)), None),
            original=next(iris(self._objects(quote, PROV.hadPrimarySource)), None),
            exact=said(OA.exact),
            prefix=said(OA.prefix),
            suffix=said(OA.suffix),
            start=integer(said(OA.start)),
        )

    def stored(self, source: URIRef) -> StoredText | None:
        """Return the stored text of a source, or None where there is none or it is no longer what was quoted from."""
        triples = Graph()
        datasets = set()
        for quad in self._quads.get(source, ()):
            triples.add(quad[1:])
            if quad.predicate == BR.storedText:
                datasets.add(str(quad.graph).removeprefix(f"{BASE}graphs/").partition("/")[0])
        try:
            return stored_text(triples, source, self._data / datasets.pop()) if datasets else None
        except SourceError:
            # The page then shows the characters that each quote carries itself; `byregion check` tells what is wrong.
            return None

    def _text(self, source: URIRef) -> str | None:
        stored = self.stored(source)
        return stored.text if stored else None

    def language(self, source: URIRef | None) -> str:
        """Return the language of the words of a source."""
        stated = self._literals(source, DCTERMS.language) if source else []
        return str(stated[0]) if stated else _LANGUAGE_OF_SOURCES

    def _sources(self) -> tuple[Source, ...]:
        documents = self._objects(self.iri, DCTERMS.source)
        documents += [source for quote in self._quotes() for source in self._objects(quote, OA.hasSource)]
        return tuple(Source(self.naming.value(item), self._address(item)) for item in dict.fromkeys(documents))

    def _address(self, document: Node) -> URIRef | None:
        return next((term for term in self._objects(document, FOAF.page) if isinstance(term, URIRef)), None)


# The programme's texts are Norwegian; a source in another language says so with dcterms:language.
_LANGUAGE_OF_SOURCES: Final = "no"


# What a reading without a name is called after.
_READ: Final = (RDF.subject, RDF.predicate)

_MARKS: Final = ("", "reading", "inferred")


def integer(text: str) -> int:
    """Return the number that `text` is, or 0: shapes say what data must be, and a page is made of what it is."""
    return int(text) if text.isascii() and text.isdecimal() else 0


def shared_mark(values: Sequence[Value]) -> str:
    """Return the mark that all the values have, or ""."""
    marks = {value.mark for value in values}
    return marks.pop() if len(marks) == 1 else ""


# A page asks for each of its triples, and a revision has some hundreds of graphs.
@lru_cache(maxsize=4_000)
def mark_of(graph: Node) -> str:
    """Return the mark of what stands in a graph: "" for what is stated, "reading" or "inferred"."""
    if graph == INFERRED:
        return "inferred"
    return "reading" if str(graph).endswith("/readings") else ""
