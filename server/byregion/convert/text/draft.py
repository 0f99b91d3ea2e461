"""A draft in the making: what is stated, with which words of the page, and what could not be decided."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from rdflib import DCTERMS, FOAF, ORG, PROV, RDF, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from byregion import iri
from byregion.convert.text.page import Page, Span
from byregion.evidence import context
from byregion.namespaces import BR, CONCEPT, OA, empty_graph

KINDS: Final = {
    BR.Advice: "advice",
    BR.Conclusion: "conclusion",
    BR.FocusArea: "focus-area",
    BR.FollowUp: "follow-up",
    BR.Goal: "goal",
    BR.Measure: "measure",
    BR.MeasureGroup: "measure-group",
    BR.Observation: "observation",
    BR.Participation: "participation",
    BR.Plan: "plan",
    BR.Question: "question",
    BR.Region: "region",
    BR.Result: "result",
    BR.SourceDocument: "source",
    BR.Statement: "statement",
    DCTERMS.Location: "place",
    ORG.Organization: "organisation",
}
"""The classes that a draft states, each with the kind of its IRIs."""

# What marks an entity as a draft, until a person takes the note away.
_DRAFT: Final = {
    "nb": "Utkast, laget av et program fra teksten og ikke gjennomgått. Rett det som er galt, og ta så bort denne merknaden.",  # noqa: E501
    "nn": "Utkast, laga av eit program frå teksten og ikkje gjennomgått. Rett det som er gale, og ta så bort denne merknaden.",  # noqa: E501
    "en": "Draft, made of the text by a program and not reviewed. Correct what is wrong, then remove this note.",
}


@dataclass(slots=True)
class Made:
    """An entity of a draft: its class, what it is called, and the passages that it rests on, its own first."""

    of: URIRef
    label: str
    spans: list[Span] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What could not be decided at a place of the page, by the key of its sentence in words/."""

    at: int
    key: str
    values: Mapping[str, object]


@dataclass(slots=True)
class Draft:
    """The dataset `slug` in the making, from a page in a language; `primary` is the document that the page quotes."""

    page: Page
    slug: str
    language: str
    graph: Graph = field(default_factory=empty_graph)
    made: dict[URIRef, Made] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    headings: list[Span] = field(default_factory=list)
    primary: URIRef | None = None
    count: Counter[URIRef] = field(default_factory=Counter)

    @property
    def region(self) -> URIRef:
        """The region that the page is of."""
        return iri.entity("region", self.slug)

    @property
    def source(self) -> URIRef:
        """The page."""
        return iri.entity("source", f"{self.slug}-page")

    def state(self, of: URIRef, label: Span | str, spans: Iterable[Span], *, name: str = "", order: int = 0) -> URIRef:
        """State an entity of a class, called by words of the page, that rests on passages; return its IRI.

        `name` is its slug; without one it is the dataset's, and its number among its kind. `order` is its place in a
        list.
        """
        self.count[of] += 1
        subject = iri.entity(KINDS[of], name or f"{self.slug}-{self.count[of]}")
        if subject in self.made:
            subject = iri.entity(KINDS[of], f"{name}-{self.count[of]}")
        spans = tuple(spans)
        # What is nothing but a dash has no other name than that.
        words = self.page.cut(label) or self.page.cut(spans[0]) if isinstance(label, Span) else label
        self.add(subject, RDF.type, of)
        self.add(subject, SKOS.prefLabel, Literal(words, self.language))
        for language, text in _DRAFT.items():
            self.add(subject, SKOS.editorialNote, Literal(text, language))
        if order:
            self.add(subject, BR.order, Literal(order))
        self.made[subject] = Made(of, words)
        self.quote(subject, *spans)
        return subject

    def quote(self, subject: URIRef, *spans: Span) -> None:
        """Let an entity rest on passages, a quote for each sentence or list item that they lie in."""
        made = self.made[subject]
        for one in (one for span in spans for one in self.page.within(span)):
            self.add(subject, BR.quote, self._quote(one))
            if one not in made.spans:
                made.spans.append(one)

    def add(self, subject: URIRef, predicate: URIRef, value: Node | Iterable[Node]) -> None:
        """State one value of an entity, or several."""
        for term in [value] if isinstance(value, Node) else value:
            self.graph.add((subject, predicate, term))

    def doubt(self, at: int | Span, key: str, **values: object) -> None:
        """Remember what could not be decided at a place."""
        self.doubts.append(Doubt(at.start if isinstance(at, Span) else at, key, values))

    def name_page(self, label: str, address: str) -> None:
        """State the page as a stored source, with the headings that say nothing by themselves."""
        add = self.graph.add
        subject = self.source
        add((subject, RDF.type, BR.SourceDocument))
        add((subject, SKOS.prefLabel, Literal(label, self.language)))
        for language, text in _DRAFT.items():
            add((subject, SKOS.editorialNote, Literal(text, language)))
        add((subject, BR.knownBy, CONCEPT["full-text"]))
        add((subject, BR.storedText, Literal(self.page.name)))
        add((subject, BR.sha256, Literal(hashlib.sha256(self.page.text.encode()).hexdigest())))
        for heading in self.headings:
            add((subject, BR.heading, Literal(self.page.cut(heading))))
        if address:
            add((subject, FOAF.page, URIRef(address)))

    def _quote(self, span: Span) -> URIRef:
        quote = iri.entity("quote", f"{self.slug}-{span.start}-{span.end}")
        words, position = URIRef(f"{quote}#text"), URIRef(f"{quote}#position")
        add = self.graph.add
        if (quote, RDF.type, BR.Quote) in self.graph:
            return quote
        prefix, suffix = context(self.page.text, *span)
        add((quote, RDF.type, BR.Quote))
        add((quote, OA.hasSource, self.source))
        add((quote, OA.hasSelector, words))
        add((quote, OA.hasSelector, position))
        if self.primary is not None:
            add((quote, PROV.hadPrimarySource, self.primary))
        add((words, RDF.type, OA.TextQuoteSelector))
        add((words, OA.exact, Literal(self.page.cut(span))))
        add((words, OA.prefix, Literal(prefix)))
        add((words, OA.suffix, Literal(suffix)))
        add((position, RDF.type, OA.TextPositionSelector))
        add((position, OA.start, Literal(span.start)))
        add((position, OA.end, Literal(span.end)))
        return quote
