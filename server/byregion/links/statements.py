"""Statements of different regions that are similar, as proposals with the reason in nb, nn and en."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import log
from typing import Final

from rdflib import RDF, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.links import proposing, wording
from byregion.links.checking import region_of
from byregion.links.likeness import Item, Pair, alike
from byregion.links.matters import Matters
from byregion.links.proposing import Proposal, Why
from byregion.namespaces import BR

KINDS: Final = (BR.Advice, BR.FocusArea, BR.FollowUp, BR.Goal, BR.Measure, BR.Result)
"""What is compared, with one another whatever the kind: a goal of one region may be a result of another."""
LEAST: Final = 0.4
"""The score from which a link is proposed: two texts of two matters each that share one are about that much alike."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement to compare: its region, and its name with the reason it gives, in the language of its source."""

    iri: URIRef
    region: str
    text: str


def of(graph: Graph) -> list[Statement]:
    """Return the statements of a graph that are of a region and of a kind that is compared, by IRI."""
    found = []
    for kind in KINDS:
        for node in graph.subjects(RDF.type, kind):
            region, name = region_of(graph, node), _text(graph, node, SKOS.prefLabel)
            if isinstance(node, URIRef) and region is not None and name:
                reason = _text(graph, node, BR.reason)
                found.append(Statement(node, str(region), f"{name} {reason}".rstrip()))
    return sorted(found, key=lambda statement: statement.iri)


def _text(graph: Graph, node: Node, predicate: URIRef) -> str:
    texts = {item.language: str(item) for item in graph.objects(node, predicate) if isinstance(item, Literal)}
    return next((texts[language] for language in ("nb", "nn", "no", None) if language in texts), "")


def places(graph: Graph) -> frozenset[str]:
    """Return the stems of the names of regions, municipalities and counties, which say nothing of a matter."""
    things = {thing for kind in (BR.Region, BR.Municipality, BR.County) for thing in graph.subjects(RDF.type, kind)}
    return wording.known_stems(str(name) for thing in things for name in graph.objects(thing, SKOS.prefLabel))


def similar(statements: list[Statement], matters: Matters, names: frozenset[str], least: float = LEAST) -> list[Pair]:
    """Return the pairs of statements of different regions that are alike by `least` or more.

    `names` are the stems of names of places.
    """
    return list(alike([_item(statement, matters, names) for statement in statements], least))


def _item(statement: Statement, matters: Matters, names: frozenset[str]) -> Item:
    text = matters.read(statement.text)
    found = {str(matter): 1 + log(item.times) for matter, item in matters.found(text).items()}
    words = {stem: 1.0 for stem in text.places if stem not in names and stem not in wording.EMPTY_STEMS}
    spelled = " ".join(sorted(words))
    return Item(str(statement.iri), statement.region, found, words, spelled, wording.says_opposite(statement.text))


def proposals(
    found: list[Pair], statements: list[Statement], matters: Matters, own: Container[URIRef] | None = None
) -> Iterator[Proposal]:
    """Yield a proposal for each pair of statements that was found; `own` are those that links are written from."""
    texts = {str(statement.iri): statement for statement in statements}
    for pair in found:
        one, other = texts[pair.one.name], texts[pair.other.name]
        score = Decimal(round(100 * pair.score)) / 100
        why = _why(pair, one, other, matters)
        yield Proposal(*proposing.similar(one.iri, other.iri, own), score, proposing.SAME_WORDS, why)


def _why(pair: Pair, one: Statement, other: Statement, matters: Matters) -> Why:
    common = sorted(pair.one.matters.keys() & pair.other.matters.keys())
    if common:
        words = [_quoted(matters, statement, common) for statement in (one, other)]
        return tuple(
            (language, said.format(_listed([_name(matters.names[URIRef(item)], language) for item in common]), *words))
            for language, said in _BY_MATTER.items()
        )
    shared = sorted(pair.one.words.keys() & pair.other.words.keys())
    text = matters.read(one.text)
    quoted = _listed([f"«{text.words[text.places[stem][0]]}»" for stem in shared])
    return tuple((language, said.format(quoted)) for language, said in _BY_WORDS.items())


_BY_MATTER: Final = {
    "nb": "Begge gjelder {0}: det ene sier {1}, det andre {2}.",
    "nn": "Begge gjeld {0}: det eine seier {1}, det andre {2}.",
    "en": "Both are of {0}: one says {1}, the other {2}.",
}
_BY_WORDS: Final = {
    "nb": "De har {0} felles, og ordene ellers er nær de samme.",
    "nn": "Dei har {0} felles, og orda elles er nær dei same.",
    "en": "They have {0} in common, and their other words are nearly the same.",
}


def _quoted(matters: Matters, statement: Statement, common: list[str]) -> str:
    found = matters.found(matters.read(statement.text))
    words = [word for matter in common for word in found[URIRef(matter)].words]
    return _listed([f"«{word}»" for word in dict.fromkeys(words)])


def _name(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or names["nb"]


def _listed(texts: list[str]) -> str:
    return ", ".join(texts)
