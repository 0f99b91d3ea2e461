"""Whether the evidence holds: nothing misquoted, nothing left out, nothing referred to that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rdflib import RDF, SKOS, Dataset, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.dataset import Triple, named_graphs
from byregion.errors import SourceError, sentence
from byregion.evidence.quoting import Passage, StoredText, gaps, iris, passage, stored_sources, stored_text
from byregion.evidence.splitting import sentences
from byregion.findings import Finding
from byregion.iri import RETIRED
from byregion.namespaces import BASE, BR, ID, OA
from byregion.sentences import say

_Texts = dict[URIRef, StoredText]


def check(dataset: Dataset, data: Path) -> list[Finding]:
    """Return what is wrong with the evidence of everything that was read from the folder `data`, and the ontology.

    Stored texts are unchanged; quotes stand where they say, hold at most one sentence and are some entity's evidence;
    nothing in a text is left uncovered; reasons are verbatim; every entity that is described or referred to is there;
    every reading says why. So no entity can be taken away unnoticed.
    """
    found = []
    texts: _Texts = {}
    graph = _Together(dataset)
    there = set(graph.subjects(RDF.type))
    for source, folder in stored_sources(dataset, data):
        try:
            texts[source] = stored_text(graph, source, folder)
        except SourceError as error:
            found.append(_finding(source, sentence(error)))
    found += _quotes(graph, texts, there)
    found += _reasons(graph, texts)
    found += _references(dataset, there)
    found += _readings(dataset)
    return sorted(set(found))


class _Together(Graph):
    """A dataset as one graph: a view of hundreds of graphs would ask each of them, whatever it is asked."""

    def __init__(self, dataset: Dataset) -> None:
        super().__init__(store=dataset.store, bind_namespaces="none")

    def triples(self, triple: Any) -> Iterator[Triple]:  # type: ignore[override]
        return (found for found, _ in self.store.triples(triple))


def _finding(where: object, message: str) -> Finding:
    return Finding("evidence", "error", str(where), message)


def _quotes(graph: Graph, texts: _Texts, there: set[Node]) -> Iterator[Finding]:
    evidence = {quote for entity, quote in graph.subject_objects(BR.quote) if entity in there}
    covering: dict[URIRef, list[Passage]] = {source: [] for source in texts}
    spans = {source: sentences(stored.text) for source, stored in texts.items()}
    for quote in set(iris(graph.subjects(RDF.type, BR.Quote))):
        if quote not in evidence:
            yield _finding(quote, say("quote-unused"))
        try:
            quoted = passage(graph, quote)
        except SourceError as error:
            yield _finding(quote, error.message)
            continue
        if quoted.source not in texts:
            yield _finding(quote, say("quote-of-nothing", source=quoted.source))
            continue
        yield from _passage(quoted, texts[quoted.source].text, spans[quoted.source])
        if quote in evidence:
            covering[quoted.source].append(quoted)
    for source, stored in texts.items():
        yield from _coverage(stored, covering[source])


def _passage(quoted: Passage, text: str, spans: list[tuple[int, int]]) -> Iterator[Finding]:
    start, end = quoted.start, quoted.end
    if start >= end or text[start:end] != quoted.text:
        yield _finding(quoted.quote, say("misquoted", start=start, end=end, text=text[start:end]))
    elif not (text[:start].endswith(quoted.prefix) and text.startswith(quoted.suffix, end)):
        yield _finding(quoted.quote, say("misplaced"))
    if sum(first < end and start < last for first, last in spans) > 1:
        yield _finding(quoted.quote, say("quote-too-long"))


def _coverage(stored: StoredText, covering: list[Passage]) -> Iterator[Finding]:
    lines = {line.strip() for line in stored.text.split("\n")}
    for heading in stored.headings:
        if heading not in lines:
            yield _finding(stored.path, say("no-heading", heading=heading))
    for gap in gaps(stored, covering):
        yield _finding(f"{stored.path}:{gap.line}:{gap.column}", say("uncovered", text=gap.text))


def _reasons(graph: Graph, texts: _Texts) -> Iterator[Finding]:
    """A reason in the source's language stands verbatim in a stored text that its entity quotes."""
    for entity, reason in graph.subject_objects(BR.reason):
        translated = {str(language) for language in graph.objects(entity, BR.translatedInto)}
        sources = {value for quote in graph.objects(entity, BR.quote) for value in graph.objects(quote, OA.hasSource)}
        quoted = [texts[source].text for source in iris(sources) if source in texts]
        ours = isinstance(reason, Literal) and reason.language in translated
        if quoted and not ours and not any(str(reason) in text for text in quoted):
            yield _finding(entity, say("reason-own-words", text=reason))


def _references(dataset: Dataset, there: set[Node]) -> Iterator[Finding]:
    """Every entity that data describes or refers to is there, which is to say, has a type."""
    for name, graph in named_graphs(dataset):
        # What the ontology refers to (its first source) need not be in every folder of data.
        for subject, predicate, value in graph if not name.startswith(f"{BASE}graphs/ontology/") else ():
            # What was given up has no type; whoever still refers to it is told so below.
            is_retired = name.endswith(f"/{RETIRED}")
            if isinstance(subject, URIRef) and subject not in there and subject.startswith(ID) and not is_retired:
                yield _finding(subject, say("untyped"))
            if isinstance(value, URIRef) and value not in there and value.startswith(ID):
                yield _finding(subject, say("dangling", predicate=predicate, value=value))


def _readings(dataset: Dataset) -> Iterator[Finding]:
    """The triples in a graph of readings and the br:Readings there account for each other."""
    for name, graph in named_graphs(dataset):
        if not name.endswith("/readings"):
            continue
        readings = {reading: _explained(graph, reading) for reading in graph.subjects(RDF.type, BR.Reading)}
        plain = {triple for triple in graph if triple[0] not in readings}
        for reading, triples in readings.items():
            if not triples:
                yield _finding(reading, say("reading-parts"))
            if (reading, SKOS.editorialNote, None) not in graph:
                yield _finding(reading, say("reading-why"))
            for _, _, value in triples - plain:
                yield _finding(reading, say("reading-not-stated", value=value, graph=name))
        for subject, predicate, value in plain.difference(*readings.values()):
            yield _finding(subject, say("not-explained", predicate=predicate, value=value, graph=name))


def _explained(graph: Graph, reading: Node) -> set[tuple[Node, Node, Node]]:
    """Return the triples that a reading is of, none where it does not say which."""
    subjects, predicates = list(graph.objects(reading, RDF.subject)), list(graph.objects(reading, RDF.predicate))
    if len(subjects) != 1 or len(predicates) != 1:
        return set()
    return {(subjects[0], predicates[0], value) for value in graph.objects(reading, RDF.object)}
