"""Which sheets and columns a workbook has: derived from the shapes, so that the two cannot disagree.

A sheet is a class; a column is a property that the shapes allow on it, in one language where it is a text in languages.
What is chosen here, because shapes cannot say it: which classes an officer fills in, in which order, and what is left
to the program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from rdflib import DCTERMS, FOAF, ORG, RDF, RDFS, SH, SKOS, XSD, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from byregion.config import LANGUAGES
from byregion.namespaces import BR, BRSH, OA

Kind = Literal["text", "plain", "verbatim", "integer", "number", "date", "flag", "address", "reference"]

CLASSES: Final = {
    BR.Region: "region",
    BR.SourceDocument: "source",
    BR.Participation: "participation",
    BR.Goal: "goal",
    BR.Plan: "plan",
    BR.Measure: "measure",
    BR.MeasureGroup: "measure-group",
    BR.Result: "result",
    BR.Advice: "advice",
    BR.FollowUp: "follow-up",
    BR.FocusArea: "focus-area",
    BR.Question: "question",
    BR.Conclusion: "conclusion",
    BR.Statement: "statement",
    BR.Observation: "observation",
    DCTERMS.Location: "place",
    ORG.Organization: "organisation",
    BR.Quote: "quote",
}
"""The classes that have a sheet, in order, each with the kind of its IRIs."""

# A quote's words and place are nodes of their own: its IRI with a fragment.
_PARTS: Final = {OA.TextQuoteSelector: "text", OA.TextPositionSelector: "position"}

# The order in which an officer thinks of them; what is not named comes after, before source and remarks.
_ORDER: Final = (
    *(SKOS.prefLabel, BR.municipality, BR.role, BR.region, BR.inPlan, BR.focusArea, BR.of, BR.measured, BR.value),
    *(BR.unit, BR.date, BR.inPhase, BR.notInPhase, DCTERMS.spatial, FOAF.page, BR.knownBy, BR.order, BR.reason),
    *(
        BR.validFrom,
        BR.minimum,
        BR["count"],
        BR.theme,
        BR.status,
        BR.adoptedBy,
        BR.takesUp,
        BR.contributesTo,
        BR.carriesOut,
    ),
    *(OA.hasSource, OA.exact, OA.prefix, OA.suffix, OA.start, OA.end),
)
_LAST: Final = (DCTERMS.source, BR.paraphrase, BR.quote, SKOS.editorialNote)

# A class is its sheet; translations are marked by the program; the shapes let everything have other names, which nearly
# nothing has; selectors are columns of their own.
_WITHOUT: Final = frozenset({RDF.type, BR.translatedInto, SKOS.altLabel, OA.hasSelector})

OURS: Final = frozenset({SKOS.editorialNote})
"""Texts that are ours in every language, so that none of them is a translation of a source's."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A property of a sheet's entities: what its cells hold, and how many values.

    A `text` is in `language`; a `reference` is to a thing of one of `classes`, a concept in one of `schemes` where it
    is to a concept; `part` is the fragment of the node that has the property, where that is not the entity itself.
    """

    predicate: URIRef
    kind: Kind
    language: str = ""
    classes: tuple[URIRef, ...] = ()
    schemes: tuple[URIRef, ...] = ()
    many: bool = False
    required: bool = False
    part: str = ""
    part_class: URIRef | None = None

    @property
    def is_translation(self) -> bool:
        """Whether its texts are translations of the source's."""
        return self.language not in ("", LANGUAGES[0]) and self.predicate not in OURS


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A class, the kind of its entities' IRIs, and its columns (the id is not among them)."""

    of: URIRef
    kind: str
    columns: tuple[Column, ...]
    is_statement: bool
    either: tuple[tuple[URIRef, ...], ...]
    _known: dict[tuple[Node, str], Column] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Know each column by its property and language; without a language, the property's first."""
        known: dict[tuple[Node, str], Column] = {}
        for item in self.columns:
            known.setdefault((item.predicate, ""), item)
            known[item.predicate, item.language] = item
        object.__setattr__(self, "_known", known)

    def column(self, predicate: Node, language: str = "") -> Column | None:
        """Return the column of a property, in that language if it has one in it, or None."""
        return self._known.get((predicate, language)) or self._known.get((predicate, ""))

    def requires(self, predicate: URIRef) -> bool:
        """Whether the shapes want this property, or another in its place."""
        return any(item.predicate == predicate and item.required for item in self.columns) or any(
            predicate in choice for choice in self.either
        )


def sheets(shapes: Graph, ontology: Graph) -> tuple[Sheet, ...]:
    """Return the sheets that the shapes allow, `ontology` telling which class is under which."""
    return tuple(_sheet(cls, kind, shapes, ontology) for cls, kind in CLASSES.items())


def _sheet(cls: URIRef, kind: str, shapes: Graph, ontology: Graph) -> Sheet:
    above = {cls, *(term for term in ontology.transitive_objects(cls, RDFS.subClassOf) if isinstance(term, URIRef))}
    is_statement = BR.Statement in above
    known = list(_property_shapes(above, shapes))
    facts: dict[URIRef, list[Node]] = {}
    either = []
    for shape in known:
        path = shapes.value(shape, SH.path)
        if isinstance(path, URIRef):
            facts.setdefault(path, []).append(shape)
        elif choice := shapes.value(path, SH.alternativePath):
            predicates = tuple(term for term in Collection(shapes, choice) if isinstance(term, URIRef))
            either.append(predicates)
            for predicate in predicates:
                facts.setdefault(predicate, []).append(shape)
    for predicate in _allowed(above, shapes):
        facts.setdefault(predicate, [])
    facts.setdefault(SKOS.editorialNote, [])
    # A statement that is not a quote is always in other words: the program says so where there is a source.
    without = _WITHOUT | ({BR.paraphrase} if is_statement else set())
    columns = [
        column
        for predicate in sorted(facts, key=_place)
        if predicate not in without
        for column in _columns(predicate, facts[predicate], shapes)
    ]
    for part_class, part in _PARTS.items() if cls == BR.Quote else ():
        columns += _part(part_class, part, shapes)
    columns.sort(key=lambda column: _place(column.predicate))
    return Sheet(cls, kind, tuple(columns), is_statement, tuple(either))


def _place(predicate: URIRef) -> tuple[int, str]:
    if predicate in _LAST:
        return len(_ORDER) + 1 + _LAST.index(predicate), ""
    return (_ORDER.index(predicate), "") if predicate in _ORDER else (len(_ORDER), str(predicate))


def _property_shapes(classes: set[URIRef], shapes: Graph) -> Iterator[Node]:
    """Yield the property shapes of everything that is of one of the classes, and of the properties it may have."""
    allowed = set(_allowed(classes, shapes))
    for shape in sorted(set(shapes.subjects(SH.property)), key=str):
        targets = set(shapes.objects(shape, SH.targetClass)) & classes
        if targets or set(shapes.objects(shape, SH.targetSubjectsOf)) & allowed:
            yield from shapes.objects(shape, SH.property)


def _allowed(classes: set[URIRef], shapes: Graph) -> Iterator[URIRef]:
    """Yield the properties that a shape says belong to one of the classes: it has them all as its targets."""
    for shape, predicate in sorted(shapes.subject_objects(SH.targetSubjectsOf), key=str):
        if not isinstance(predicate, URIRef):
            continue
        of = set(_classes(shape, shapes))
        is_any = (shape, SH.node, BRSH.AnyEntity) in shapes or shape == BRSH.Labels
        if of & classes or (is_any and classes & set(_classes(BRSH.AnyEntity, shapes))):
            yield predicate


def _classes(shape: Node, shapes: Graph) -> Iterator[URIRef]:
    """Yield the classes that a shape names: directly, or as alternatives."""
    for choice in shapes.objects(shape, SH["or"]):
        for item in Collection(shapes, choice):
            yield from _classes(item, shapes)
    for cls in shapes.objects(shape, SH["class"]):
        if isinstance(cls, URIRef):
            yield cls


def _columns(predicate: URIRef, facts: list[Node], shapes: Graph) -> Iterator[Column]:
    """Yield the columns of a property: one, or one a language; none where the shapes forbid it."""
    most = [int(str(value)) for fact in facts for value in shapes.objects(fact, SH.maxCount)]
    if 0 in most:
        return
    many, required = not most, any(_is_required(fact, shapes) for fact in facts)
    languages = [
        str(item)
        for fact in facts
        for choice in shapes.objects(fact, SH.languageIn)
        for item in Collection(shapes, choice)
    ]
    if languages or predicate in OURS:
        for language in LANGUAGES:
            yield Column(predicate, "text", language, required=required and language == LANGUAGES[0])
        return
    classes = tuple(dict.fromkeys(cls for fact in facts for cls in _referred(fact, shapes)))
    if classes:
        schemes = tuple(dict.fromkeys(scheme for fact in facts for scheme in _schemes(fact, shapes)))
        yield Column(predicate, "reference", classes=classes, schemes=schemes, many=many, required=required)
        return
    kind = _kind(facts, shapes)
    yield Column(predicate, kind, many=many and kind != "flag", required=required)


def _own(fact: Node, shapes: Graph) -> bool:
    """Whether a property shape is of one property: a count over alternatives is of none of them."""
    return isinstance(shapes.value(fact, SH.path), URIRef)


def _is_required(fact: Node, shapes: Graph) -> bool:
    least = [*shapes.objects(fact, SH.minCount), *shapes.objects(fact, SH.qualifiedMinCount)]
    return _own(fact, shapes) and any(int(str(value)) > 0 for value in least)


def _referred(fact: Node, shapes: Graph) -> Iterator[URIRef]:
    if _own(fact, shapes):
        yield from _classes(fact, shapes)
        for node in shapes.objects(fact, SH.node):
            yield from _classes(node, shapes) if node == BRSH.AnyEntity else ()


def _schemes(fact: Node, shapes: Graph) -> Iterator[URIRef]:
    """Yield the schemes in one of which a concept must be, as shapes/_concepts.ttl says."""
    for node in shapes.objects(fact, SH.node):
        for inner in shapes.objects(node, SH.property):
            if shapes.value(inner, SH.path) == SKOS.inScheme:
                values: Iterable[Node] = shapes.objects(inner, SH.hasValue)
                for choice in shapes.objects(inner, SH["in"]):
                    values = [*values, *Collection(shapes, choice)]
                yield from (value for value in values if isinstance(value, URIRef))


_KINDS: Final[dict[Node, Kind]] = {XSD.string: "plain", XSD.integer: "integer", XSD.date: "date"}


def _kind(facts: list[Node], shapes: Graph) -> Kind:
    datatypes = {datatype for fact in facts for datatype in _datatypes(fact, shapes)}
    if len(datatypes) == 1:
        return _KINDS[datatypes.pop()]
    if datatypes:
        return "number"
    return "address" if any((fact, SH.nodeKind, SH.IRI) in shapes for fact in facts) else "flag"


def _datatypes(fact: Node, shapes: Graph) -> Iterator[Node]:
    yield from shapes.objects(fact, SH.datatype)
    for choice in shapes.objects(fact, SH["or"]):
        for item in Collection(shapes, choice):
            yield from shapes.objects(item, SH.datatype)


def _part(part_class: URIRef, part: str, shapes: Graph) -> Iterator[Column]:
    for shape in sorted(set(shapes.subjects(SH.targetClass, part_class)), key=str):
        for fact in shapes.objects(shape, SH.property):
            predicate = shapes.value(fact, SH.path)
            if isinstance(predicate, URIRef) and predicate not in _WITHOUT:
                kind = _kind([fact], shapes)
                # The words of a source are kept to the last space.
                yield Column(
                    predicate,
                    "verbatim" if kind == "plain" else kind,
                    required=kind != "plain" or (fact, SH.minLength, None) in shapes,
                    part=part,
                    part_class=part_class,
                )
