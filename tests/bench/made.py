"""A dataset in the making: triples by part, quotes of a text that grows, readings with their reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from rdflib import DCTERMS, RDF, SKOS, XSD

from byregion.namespaces import BR, CONCEPT, OA

from .terms import Ref, iri, plain, ref, text, typed

BASE: Final = "https://example.org/byregion/"

_AROUND: Final = 32
"""Code points that a quote shows before and after it."""


@dataclass(slots=True)
class Dataset:
    """What a folder of `data/` will hold: the lines of each part, and the text that the quotes are from."""

    slug: str
    values: Mapping[str, str]
    parts: dict[str, list[str]] = field(
        default_factory=lambda: {"stated": [], "readings": [], "translations": [], "links": []}
    )
    text: str = ""
    quotes: list[tuple[Ref, int, int]] = field(default_factory=list)

    def iri(self, kind: str, slug: str) -> Ref:
        """Return the IRI of one of its own entities; the one without a slug of its own is called as the dataset."""
        return iri(BASE, kind, f"{self.slug}-{slug}".rstrip("-"))

    def say(self, subject: Ref, predicate: str, *objects: Ref, part: str = "stated") -> None:
        """Add a triple for each object."""
        self.parts[part] += [f"{subject} <{predicate}> {value} .\n" for value in objects]

    def name(self, entity: Ref, names: Mapping[str, str], predicate: str = str(SKOS.prefLabel)) -> None:
        """Name an entity in Bokmål, and in the other languages among the translations."""
        self.say(entity, predicate, text(names["nb"].format_map(self.values), "nb"))
        for language in ("nn", "en"):
            words = text(names[language].format_map(self.values), language)
            self.say(entity, predicate, words, part="translations")
            if predicate == str(SKOS.prefLabel):
                self.say(entity, BR.translatedInto, plain(language), part="translations")

    def read(self, slug: str, subject: Ref, predicate: str, values: Iterable[Ref], why: Mapping[str, str]) -> None:
        """Add triples that are a reading, and the reading that says why."""
        values = list(values)
        self.say(subject, predicate, *values, part="readings")
        self._reading(slug, subject, predicate, values, why, "readings")

    def link(self, slug: str, subject: Ref, target: Ref, document: Ref, why: Mapping[str, str]) -> None:
        """Add a link to a made-up register, with the reading that says why and the document it was found in."""
        self.say(subject, SKOS.closeMatch, target, part="links")
        self._reading(slug, subject, SKOS.closeMatch, [target], why, "links")
        self.say(self.iri("reading", slug), DCTERMS.source, document, part="links")

    def alike(self, slug: str, one: Ref, other: Ref, why: Mapping[str, str]) -> None:
        """Add that two statements are similar, with the reading that says why and how that was found."""
        self.say(one, BR.similarTo, other, part="links")
        self._reading(slug, one, str(BR.similarTo), [other], why, "links")
        self.say(self.iri("reading", slug), BR.method, ref(CONCEPT["same-words"]), part="links")
        self.say(self.iri("reading", slug), BR.score, typed("0.9", XSD.decimal), part="links")

    def _reading(
        self, slug: str, subject: Ref, predicate: str, values: list[Ref], why: Mapping[str, str], part: str
    ) -> None:
        reading = self.iri("reading", slug)
        self.say(reading, RDF.type, ref(BR.Reading), part=part)
        self.say(reading, RDF.subject, subject, part=part)
        self.say(reading, RDF.predicate, ref(predicate), part=part)
        self.say(reading, RDF.object, *values, part=part)
        self.say(reading, SKOS.editorialNote, *(text(words, tag) for tag, words in why.items()), part=part)

    def write_down(self, sentence: str) -> Iterator[Ref]:
        """Add a sentence to the text; yields its quotes: all of it, and the words between its brackets."""
        before, _, rest = sentence.format_map(self.values).partition("[")
        words, _, after = rest.partition("]")
        start = len(self.text)
        self.text += f"{before}{words}{after}\n"
        spans = {(start, len(self.text) - 1), (start + len(before), start + len(before) + len(words))}
        for first, last in sorted(spans):
            quote = self.iri("quote", str(len(self.quotes) + 1))
            self.quotes.append((quote, first, last))
            yield quote

    def close(self, page: Ref) -> Dataset:
        """Say where each quote stands, and how the stored text is known again; returns the dataset."""
        for quote, start, end in self.quotes:
            position, words = Ref(quote[:-1] + "#position>"), Ref(quote[:-1] + "#text>")
            self.say(quote, RDF.type, ref(BR.Quote))
            self.say(quote, OA.hasSource, page)
            self.say(quote, OA.hasSelector, position, words)
            self.say(position, RDF.type, ref(OA.TextPositionSelector))
            self.say(position, OA.start, typed(start, XSD.integer))
            self.say(position, OA.end, typed(end, XSD.integer))
            self.say(words, RDF.type, ref(OA.TextQuoteSelector))
            self.say(words, OA.exact, plain(self.text[start:end]))
            self.say(words, OA.prefix, plain(self.text[max(0, start - _AROUND) : start]))
            self.say(words, OA.suffix, plain(self.text[end : end + _AROUND]))
        self.say(page, BR.storedText, plain(f"{self.slug}.txt"))
        self.say(page, BR.sha256, plain(hashlib.sha256(self.text.encode()).hexdigest()))
        return self
