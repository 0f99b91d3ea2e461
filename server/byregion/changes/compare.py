"""Compare two versions term by term."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from rdflib import DCTERMS, OWL, RDF, SH, SKOS, Graph, URIRef
from rdflib import Literal as RDFLiteral

from byregion.changes import facts
from byregion.changes.facts import NONE, Facts, Value, Values, show
from byregion.changes.rules import IMPACTS, Impact, World, binds, impact, is_wording
from byregion.namespaces import BRSH, PREFIXES
from byregion.terms import shorten

Kind = Literal["added", "removed", "deprecated", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a term: for one that was added or removed, `what` is what it is; for others, what changed."""

    term: URIRef
    kind: Kind
    what: str
    impact: Impact


def between(old: Graph, new: Graph) -> tuple[Change, ...]:
    """Return what changed from one version of ontology and shapes to the next, the greatest impact first.

    A term is what has an IRI in our namespaces of terms, shapes and concepts. What is said of anything else, the
    ontology itself among it, is words for people.
    """
    world = World(facts.read(old), facts.read(new))
    changes = [change for term in world.old.keys() | world.new.keys() for change in _changes(term, world)]
    return tuple(sorted(changes, key=lambda change: (-IMPACTS.index(change.impact), change.term, change.what)))


_TERMS: Final = tuple(PREFIXES[prefix] for prefix in ("br", "brsh", "concept", "scheme"))


def _changes(term: URIRef, world: World) -> Iterator[Change]:
    old, new = world.old.get(term), world.new.get(term)
    if not str(term).startswith(_TERMS):
        yield from _about(term, old or {}, new or {})
    elif new is None:
        # A shape that is gone asks for less; a term that is gone is an answer lost.
        yield Change(term, "removed", _noun(old or {}), "minor" if term in BRSH else "major")
    elif old is None:
        yield Change(term, "added", _noun(new), "major" if binds(new, world) else "minor")
    else:
        yield from _deprecation(term, old, new)
        yield from _differences(term, old, new, world)


def _about(subject: URIRef, old: Facts, new: Facts) -> Iterator[Change]:
    """Yield what changed of something that is no term: nothing but the axioms without a name matters to data."""
    changed = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    if OWL.Axiom in changed:
        changed.remove(OWL.Axiom)
        what = _was_is(OWL.Axiom, old.get(OWL.Axiom, NONE), new.get(OWL.Axiom, NONE))
        yield Change(subject, "changed", what, "major")
    if changed:
        yield Change(subject, "changed", ", ".join(map(shorten, changed)), "patch")


def _deprecation(term: URIRef, old: Facts, new: Facts) -> Iterator[Change]:
    before, after = _is_deprecated(old), _is_deprecated(new)
    if after and not before:
        instead = sorted(map(show, new.get(DCTERMS.isReplacedBy, NONE)))
        yield Change(term, "deprecated", f"use {', '.join(instead)}" if instead else "nothing replaces it", "minor")
    elif before and not after:
        yield Change(term, "changed", "no longer deprecated", "minor")


def _is_deprecated(said: Facts) -> bool:
    return RDFLiteral(True) in said.get(OWL.deprecated, NONE)


def _differences(term: URIRef, old: Facts, new: Facts, world: World) -> Iterator[Change]:
    told = {OWL.deprecated, DCTERMS.isReplacedBy} if _is_deprecated(old) != _is_deprecated(new) else {OWL.deprecated}
    for predicate in sorted((old.keys() | new.keys()) - told):
        before, after = old.get(predicate, NONE), new.get(predicate, NONE)
        if predicate in facts.PAIRWISE.values():
            before, after = _lasting(before, world), _lasting(after, world)
        if before != after:
            yield Change(term, "changed", _was_is(predicate, before, after), impact(predicate, before, after, world))


def _lasting(values: Values, world: World) -> Values:
    """Return those of `values` that are in both versions: what a term brings or takes with it is told with the term."""
    return frozenset(value for value in values if (value in world.old) == (value in world.new))


_NOUNS: Final[tuple[tuple[URIRef, str], ...]] = (
    (OWL.Class, "class"),
    (OWL.ObjectProperty, "property"),
    (OWL.DatatypeProperty, "property"),
    (OWL.AnnotationProperty, "property"),
    (SKOS.Concept, "concept"),
    (SKOS.ConceptScheme, "concept scheme"),
    (SH.NodeShape, "shape"),
    (SH.PropertyShape, "property shape"),
    (SH.SPARQLConstraint, "constraint"),
)


def _noun(said: Facts) -> str:
    kinds = said.get(RDF.type, NONE)
    return next((noun for kind, noun in _NOUNS if kind in kinds), "term")


def _was_is(predicate: URIRef, before: Values, after: Values) -> str:
    """Return what changed; of words for people only where they stand and in which languages, not how they read."""
    name = shorten(predicate)
    if is_wording(predicate):
        tags = sorted({_language(value) for value in before ^ after} - {""})
        return f"{name} ({', '.join(tags)})" if tags else name
    gone, come = (", ".join(sorted(map(show, side))) for side in (before - after, after - before))
    if gone and come:
        return f"{name} was {gone}, is {come}"
    return f"{name} {come} added" if come else f"{name} {gone} removed"


def _language(value: Value) -> str:
    return value.language or "" if isinstance(value, RDFLiteral) else ""
