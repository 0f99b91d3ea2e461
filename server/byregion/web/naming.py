"""What a term is called on a page: the words for it, their language, and whether the reader asked for that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from byregion.terms import best, shorten
from byregion.web.language import Words
from byregion.web.site import select

LONGEST: Final = 160
"""Characters of a label that a link shows; a longer one ends in an ellipsis."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words and the language they are in, "" where it is unknown or does not matter.

    `foreign` says that the reader asked for another language, `ours` that it is our translation.
    """

    value: str
    language: str = ""
    foreign: bool = False
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A term as it is shown: its words and, for an IRI, the IRI; `mark` is "", "reading" or "inferred"."""

    text: Text
    iri: URIRef | None = None
    mark: str = ""


class Naming:
    """Names terms in the language of `words`, by their labels in the data."""

    def __init__(self, words: Words, labels: Mapping[Node, Sequence[Literal]]) -> None:
        """Take the labels of every term that is going to be named."""
        self._words = words
        self._labels = labels
        self._names: dict[URIRef, Text] = {}

    def value(self, term: Node, mark: str = "", translated: Collection[str] = ()) -> Value:
        """Return `term` as it is shown; `translated` are the languages of texts that are our translation."""
        if isinstance(term, URIRef):
            return Value(self.name(term), term, mark)
        return Value(self.literal(term, translated) if isinstance(term, Literal) else Text("[ ]"), None, mark)

    def name(self, iri: URIRef) -> Text:
        """Return what an IRI is called: its label, our words for a foreign term, or the IRI with its prefix."""
        if iri not in self._names:
            self._names[iri] = self._name(iri)
        return self._names[iri]

    def _name(self, iri: URIRef) -> Text:
        label = self.choose(self._labels.get(iri, ()))
        if label is not None:
            return shortened(self.literal(label))
        short = shorten(iri)
        ours = self._words.get(f"terms.{short}")
        return Text(ours, self._words.language) if ours else Text(short)

    def literal(self, literal: Literal, translated: Collection[str] = ()) -> Text:
        """Return a literal as the page's language writes it; a text in one of `translated` is our translation."""
        if literal.language is None:
            return Text(self._words.value(literal))
        tag = literal.language.lower()
        foreign = tag.partition("-")[0] != self._words.language
        return Text(str(literal), tag, foreign, tag in translated)

    def pick(self, literals: Iterable[Literal], translated: Collection[str] = ()) -> Text | None:
        """Return the words of the literal that `choose` chooses; a name that stays as the source has it is not ours."""
        wordings = list(literals)
        chosen = self.choose(wordings)
        if chosen is None:
            return None
        source = {str(wording) for wording in wordings if (wording.language or "").lower() not in translated}
        return self.literal(chosen, () if str(chosen) in source else translated)

    def choose(self, literals: Iterable[Literal]) -> Literal | None:
        """Return the one of several wordings of the same that the reader gets, or None where there is none."""
        return best(literals, (self._words.language,))


def shortened(text: Text) -> Text:
    """Return a text that fits in a link."""
    if len(text.value) <= LONGEST:
        return text
    return Text(text.value[:LONGEST].rstrip() + "…", text.language, text.foreign, text.ours)


def named_terms(rows: Iterable[Iterable[Node | None]]) -> list[URIRef]:
    """Return the IRIs in `rows`, each once and in order: those that need a label."""
    return sorted({term for row in rows for term in row if isinstance(term, URIRef) and not isinstance(term, BNode)})


def read_labels(rows: Iterable[Iterable[Node | None]]) -> dict[Node, list[Literal]]:
    """Return the labels of every IRI in `rows`, asked for in one query."""
    terms = tuple(named_terms(rows))
    labels: dict[Node, list[Literal]] = {}
    for row in select("labels", term=terms) if terms else ():
        if isinstance(label := row["label"], Literal):
            labels.setdefault(row["term"], []).append(label)
    return labels
