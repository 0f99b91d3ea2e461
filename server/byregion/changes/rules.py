"""How much a change is to users, by the predicate that it is in.

A rule gets the values before and after, which differ. Where it cannot tell, it says major: a version that promises too
little costs its users a look, one that promises too much costs them an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from rdflib import DCTERMS, FOAF, OWL, RDF, RDFS, SDO, SH, SKOS, VANN, URIRef
from rdflib import Literal as RDFLiteral

from byregion.changes.facts import NONE, Facts, Value, Values, within
from byregion.namespaces import BR

Impact = Literal["patch", "minor", "major"]
IMPACTS: Final[tuple[Impact, ...]] = ("patch", "minor", "major")
"""The impacts, the greatest last."""


@dataclass(frozen=True, slots=True)
class World:
    """Both versions: the facts of every subject that has an IRI."""

    old: Mapping[URIRef, Facts]
    new: Mapping[URIRef, Facts]

    def is_new(self, value: object) -> bool:
        """Whether this is a term that came with the new version: no data has it yet."""
        return value in self.new and value not in self.old

    def covers(self, wide: Value, narrow: Value) -> bool:
        """Whether everything in the class `narrow` is in the class `wide`, as the new version has it."""
        ahead, seen = [narrow], set()
        while ahead:
            value = ahead.pop()
            if value == wide:
                return True
            if isinstance(value, URIRef) and value not in seen:
                seen.add(value)
                ahead.extend(self.new.get(value, {}).get(RDFS.subClassOf, NONE))
        return False


def worst(impacts: Iterable[Impact]) -> Impact:
    """Return the greatest of `impacts`, patch where there is none."""
    return max(impacts, key=IMPACTS.index, default="patch")


def impact(predicate: URIRef, before: Values, after: Values, world: World) -> Impact:
    """Return how much it is that the values of `predicate` were `before` and are `after`."""
    return _rule(predicate)(predicate, before, after, world)


def is_wording(predicate: URIRef) -> bool:
    """Whether what a predicate says is words for people, on which nothing depends."""
    return _rule(predicate) is _wording


def binds(facts: Facts, world: World) -> bool:
    """Whether a new shape judges anything that was there before it: new classes and properties had no data."""
    targets = {value for predicate in _TARGETS for value in facts.get(predicate, NONE)}
    if all(world.is_new(target) for target in targets):
        return False
    asked = facts.keys() - _TARGETS - {RDF.type, SH.severity, SH.property}
    if any(not is_wording(predicate) for predicate in asked):
        return True
    return any(_binds_values(value, world) for value in facts.get(SH.property, NONE))


# --- The rules --------------------------------------------------------------------------------------------------------

_Rule: TypeAlias = Callable[[URIRef, Values, Values, World], Impact]


def _wording(predicate: URIRef, before: Values, after: Values, world: World) -> Impact:
    """Words for people."""
    return "patch"


def _meaning(predicate: URIRef, before: Values, after: Values, world: World) -> Impact:
    """What a term is: more or less follows from it than before, whichever way it changed."""
    return "major"


def _wider(predicate: URIRef, before: Values, after: Values, world: World) -> Impact:
    """What a term is part of: among our own terms its meaning, to others' (the alignment) something said beside it."""
    beside = all(isinstance(value, URIRef) and BR not in value for value in before ^ after)
    return "minor" if beside else "major"


def _offer(predicate: URIRef, before: Values, after: Values, world: World) -> Impact:
    """What users may rely on: one more is more to use, one less is an answer lost."""
    return "major" if before - after else "minor"


def _demand(predicate: URIRef, before: Values, after: Values, world: World) -> Impact:
    """What everything must meet: one more is stricter, one less is not."""
    return "major" if after - before - {RDFLiteral(False)} else "minor"


def _class(predicate: URIRef, before: Values, after: Values, world: World) -> Impact:
    """A class that things must be in: no stricter where it covers one that they had to be in before."""
    covered = all(any(world.covers(value, earlier) for earlier in before) for value in after - before)
    return "minor" if covered else "major"


def _target(predicate: URIRef, before: Values, after: Values, world: World) -> Impact:
    """What a shape judges: more is stricter, unless it is of a class or property that no data has yet."""
    return "minor" if all(world.is_new(value) for value in after - before) else "major"


def _least(predicate: URIRef, before: Values, after: Values, world: World) -> Impact:
    """A lower limit: stricter when it rises."""
    none = 0.0 if predicate in _COUNTS else float("-inf")
    earlier, later = _number(before, none), _number(after, none)
    return "minor" if earlier is not None and later is not None and later <= earlier else "major"


def _most(predicate: URIRef, before: Values, after: Values, world: World) -> Impact:
    """An upper limit: stricter when it falls."""
    earlier, later = _number(before, float("inf")), _number(after, float("inf"))
    return "minor" if earlier is not None and later is not None and later >= earlier else "major"


def _number(values: Values, none: float) -> float | None:
    """Return the one number among `values`, `none` where there is no value; None where it is no number or several."""
    if not values:
        return none
    (value, *more) = values
    try:
        return None if more or not isinstance(value, RDFLiteral) else float(value.toPython())
    except (TypeError, ValueError):
        return None


def _choice(predicate: URIRef, before: Values, after: Values, world: World) -> Impact:
    """What may be chosen from: stricter when a choice is gone, or when everything could be chosen and now it cannot."""
    if len(before) > 1 or len(after) > 1:
        return _demand(predicate, before, after, world)
    if not after:
        return "minor"
    kept = {choice for value in before for choice in _choices(value)}
    return "minor" if kept and kept <= {choice for value in after for choice in _choices(value)} else "major"


_NODE_KINDS: Final[Mapping[Value, tuple[Value, ...]]] = {
    SH.BlankNodeOrIRI: (SH.BlankNode, SH.IRI),
    SH.BlankNodeOrLiteral: (SH.BlankNode, SH.Literal),
    SH.IRIOrLiteral: (SH.IRI, SH.Literal),
}


def _choices(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else _NODE_KINDS.get(value, (value,))


_GRAVITY: Final[Mapping[Value | None, int]] = {SH.Info: 0, SH.Warning: 1, SH.Violation: 2}


def _severity(predicate: URIRef, before: Values, after: Values, world: World) -> Impact:
    """How grave a result is. https://www.w3.org/TR/shacl/#severity: a violation where nothing is said."""
    earlier, later = (_GRAVITY.get(value, 2) for side in (before, after) for value in (*side, None)[:1])
    return "major" if later > earlier else "minor"


def _properties(predicate: URIRef, before: Values, after: Values, world: World) -> Impact:
    """The property shapes of a shape; those without a name are paired by their path."""
    old, new = ({_path(value): value for value in side} for side in (before - after, after - before))
    impacts: list[Impact] = ["minor"]
    for path, value in new.items():
        if path in old:
            earlier, later = within(old[path]), within(value)
            for key in earlier.keys() | later.keys():
                if earlier.get(key) != later.get(key):
                    impacts.append(impact(key, earlier.get(key, NONE), later.get(key, NONE), world))
        elif _binds_values(value, world):
            impacts.append("major")
    return worst(impacts)


def _path(value: Value) -> Value:
    paths = within(value).get(SH.path, NONE)
    return next(iter(paths)) if len(paths) == 1 else value


def _binds_values(shape: Value, world: World) -> bool:
    """Whether a property shape asks anything of earlier data: not where its property is new and may be absent."""
    facts = world.new.get(shape, {}) if isinstance(shape, URIRef) else within(shape)
    paths = facts.get(SH.path, NONE)
    if not paths or not all(world.is_new(path) for path in paths):
        return True
    counts = {value for predicate in _COUNTS for value in facts.get(predicate, NONE)}
    return bool(facts.keys() & _REQUIRING or counts - {RDFLiteral(0)})


# --- Which rule is whose ----------------------------------------------------------------------------------------------

_TARGETS: Final = {SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf}
# Lower limits that are 0 where nothing is said.
_COUNTS: Final = {SH.minCount, SH.qualifiedMinCount, SH.minLength}
# What can find fault where there is no value at all, besides the counts.
_REQUIRING: Final = {SH.hasValue, SH.equals, SH.sparql}

_OF: Final[tuple[tuple[_Rule, Iterable[URIRef]], ...]] = (
    (_wording, (RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy, OWL.versionInfo)),
    (_wording, (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, SKOS.definition, SKOS.example)),
    (_wording, (SKOS.note, SKOS.scopeNote, SKOS.changeNote, SKOS.historyNote, SKOS.editorialNote)),
    (_wording, (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch)),
    (_wording, (SH.message, SH.name, SH.description, SH.order, SH.group, SH.defaultValue)),
    (_meaning, (RDF.type,)),
    (_wider, (RDFS.subClassOf, RDFS.subPropertyOf)),
    (_offer, (OWL.propertyChainAxiom, SH.deactivated)),
    (_class, (RDFS.domain, RDFS.range, SH["class"])),
    (_demand, (OWL.disjointWith, OWL.propertyDisjointWith, OWL.differentFrom)),
    (_demand, (SH.datatype, SH.pattern, SH.hasValue, SH.node, SH["not"], SH["and"], SH.sparql)),
    (_demand, (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals, SH.uniqueLang, SH.closed)),
    (_least, (SH.minCount, SH.qualifiedMinCount, SH.minLength, SH.minInclusive, SH.minExclusive)),
    (_most, (SH.maxCount, SH.qualifiedMaxCount, SH.maxLength, SH.maxInclusive, SH.maxExclusive)),
    (_choice, (SH["in"], SH.languageIn, SH["or"], SH.xone, SH.nodeKind, SH.ignoredProperties)),
    (_target, _TARGETS),
    (_properties, (SH.property,)),
    (_severity, (SH.severity,)),
)
_RULES: Final = {predicate: rule for rule, predicates in _OF for predicate in predicates}
_WORDY: Final = (str(DCTERMS), str(FOAF), str(SDO), str(VANN))
_STRICT: Final = (str(OWL), str(RDFS), str(SH))


def _rule(predicate: URIRef) -> _Rule:
    """Return the rule of a predicate: the strictest of an unknown one of OWL, RDFS or SHACL, an offer of any other."""
    if str(predicate).startswith(_WORDY):
        return _wording
    return _RULES.get(predicate, _meaning if str(predicate).startswith(_STRICT) else _offer)
