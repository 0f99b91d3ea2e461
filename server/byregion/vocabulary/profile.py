"""Whether the ontology keeps to OWL 2 RL: what may stand on which side of an axiom, and which datatypes there are.

The grammar is https://www.w3.org/TR/owl2-profiles/#Profile_Specification_3; the faults are named in its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.terms import shorten

Fault = tuple[Node, str]

# https://www.w3.org/TR/owl2-profiles/#Entities_3 — xsd:date, xsd:gYear and rdf:langString are not among them.
DATATYPES: Final = frozenset(
    {RDF.PlainLiteral, RDF.XMLLiteral, RDFS.Literal, XSD.decimal, XSD.integer, XSD.nonNegativeInteger}
    | {XSD.nonPositiveInteger, XSD.positiveInteger, XSD.negativeInteger, XSD.long, XSD.int, XSD.short, XSD.byte}
    | {XSD.unsignedLong, XSD.unsignedInt, XSD.unsignedShort, XSD.unsignedByte, XSD.float, XSD.double, XSD.string}
    | {XSD.normalizedString, XSD.token, XSD.language, XSD.Name, XSD.NCName, XSD.NMTOKEN, XSD.boolean}
    | {XSD.hexBinary, XSD.base64Binary, XSD.anyURI, XSD.dateTime, XSD.dateTimeStamp}
)

_NOT_IN_RL: Final = {
    OWL.disjointUnionOf: "a disjoint union",
    OWL.ReflexiveProperty: "a reflexive property",
    OWL.hasSelf: "a self restriction",
    OWL.onDatatype: "a datatype restriction",
    OWL.datatypeComplementOf: "a data range complement",
}
_NEEDS_SIMPLE: Final = (
    OWL.FunctionalProperty,
    OWL.InverseFunctionalProperty,
    OWL.IrreflexiveProperty,
    OWL.AsymmetricProperty,
)
_CARDINALITIES: Final = (OWL.cardinality, OWL.minCardinality, OWL.maxCardinality)
_QUALIFIED: Final = (OWL.qualifiedCardinality, OWL.minQualifiedCardinality, OWL.maxQualifiedCardinality)
_RESERVED: Final = (str(OWL), str(RDF), str(RDFS), str(XSD))


def faults(ontology: Graph) -> Iterator[Fault]:
    """Yield what OWL 2 RL does not allow, with the term whose axiom it is."""
    yield from _constructs(ontology)
    yield from _sides(ontology)
    yield from _ranges(ontology)
    yield from _kinds(ontology)
    yield from _simple(ontology)


def notes(ontology: Graph) -> Iterator[Fault]:
    """Yield what RL's rules over RDF graphs allow, but tools that insist on OWL 2 DL refuse."""
    for subject, parent in ontology.subject_objects(RDFS.subClassOf):
        if isinstance(parent, URIRef) and str(parent).startswith(_RESERVED) and parent not in (OWL.Thing, OWL.Nothing):
            yield subject, f"its superclass {shorten(parent)} is reserved vocabulary, which OWL 2 DL keeps to itself"


def _constructs(ontology: Graph) -> Iterator[Fault]:
    for subject, predicate, obj in ontology:
        for term, name in _NOT_IN_RL.items():
            if term in (predicate, obj):
                yield subject, f"{name} ({shorten(term)}) is not in OWL 2 RL"


def _sides(ontology: Graph) -> Iterator[Fault]:
    for subject, expression in ontology.subject_objects(RDFS.subClassOf):
        yield from _told(subject, "as a superclass", _super_fault(ontology, expression))
        yield from _told(subject, "as a subclass", _sub_fault(ontology, subject))
    for predicate in (RDFS.domain, RDFS.range):
        for subject, expression in ontology.subject_objects(predicate):
            if predicate == RDFS.domain or (subject, RDF.type, OWL.ObjectProperty) in ontology:
                yield from _told(subject, f"as its {shorten(predicate)}", _super_fault(ontology, expression))
    for subject, expression in ontology.subject_objects(OWL.equivalentClass):
        for side in (subject, expression):
            yield from _told(subject, "as an equivalent class", _equivalent_fault(ontology, side))
    for subject, other in ontology.subject_objects(OWL.disjointWith):
        for side in (subject, other):
            yield from _told(subject, "as a disjoint class", _sub_fault(ontology, side))
    for axiom in ontology.subjects(RDF.type, OWL.AllDisjointClasses):
        for member in _members(ontology, axiom, OWL.members):
            yield from _told(axiom, "as a disjoint class", _sub_fault(ontology, member))


def _told(subject: Node, where: str, fault: str | None) -> Iterator[Fault]:
    if fault:
        yield subject, f"{fault} is not allowed {where} in OWL 2 RL"


def _super_fault(ontology: Graph, expression: Node) -> str | None:
    """Return what is wrong with a superClassExpression, or None."""
    if isinstance(expression, URIRef):
        return "owl:Thing" if expression == OWL.Thing else None
    if (expression, OWL.intersectionOf, None) in ontology:
        return _first(_super_fault(ontology, part) for part in _members(ontology, expression, OWL.intersectionOf))
    if (denied := ontology.value(expression, OWL.complementOf)) is not None:
        return _sub_fault(ontology, denied)
    if (every := ontology.value(expression, OWL.allValuesFrom)) is not None:
        return None if every in DATATYPES else _super_fault(ontology, every)
    if (expression, OWL.hasValue, None) in ontology:
        return None
    for limit in (OWL.maxCardinality, OWL.maxQualifiedCardinality):
        if (count := ontology.value(expression, limit)) is not None:
            allowed = isinstance(count, Literal) and count.toPython() in (0, 1)
            return None if allowed else f"a maximum cardinality of {count}"
    return _kind(ontology, expression)


def _sub_fault(ontology: Graph, expression: Node) -> str | None:
    """Return what is wrong with a subClassExpression, or None."""
    if isinstance(expression, URIRef):
        return "owl:Thing" if expression == OWL.Thing else None
    for junction in (OWL.intersectionOf, OWL.unionOf):
        if (expression, junction, None) in ontology:
            return _first(_sub_fault(ontology, part) for part in _members(ontology, expression, junction))
    if (some := ontology.value(expression, OWL.someValuesFrom)) is not None:
        return None if some in DATATYPES or some == OWL.Thing else _sub_fault(ontology, some)
    if (expression, OWL.oneOf, None) in ontology or (expression, OWL.hasValue, None) in ontology:
        return None
    return _kind(ontology, expression)


def _equivalent_fault(ontology: Graph, expression: Node) -> str | None:
    """Return what is wrong with an equivClassExpression, or None."""
    if isinstance(expression, URIRef):
        return "owl:Thing" if expression == OWL.Thing else None
    if (expression, OWL.intersectionOf, None) in ontology:
        return _first(_equivalent_fault(ontology, part) for part in _members(ontology, expression, OWL.intersectionOf))
    return None if (expression, OWL.hasValue, None) in ontology else _kind(ontology, expression)


def _kind(ontology: Graph, expression: Node) -> str:
    words = {str(word) for word in ontology.predicates(expression)} - {str(OWL.onProperty)}
    shown = sorted(shorten(word) for word in words if word.startswith(str(OWL)))
    return f"an expression with {', '.join(shown) or 'nothing of OWL'}"


def _ranges(ontology: Graph) -> Iterator[Fault]:
    for subject in ontology.subjects(RDF.type, OWL.DatatypeProperty):
        for data_range in ontology.objects(subject, RDFS.range):
            for part in _members(ontology, data_range, OWL.intersectionOf) or [data_range]:
                if part not in DATATYPES:
                    name = shorten(part) if isinstance(part, URIRef) else _kind(ontology, part)
                    yield (
                        subject,
                        f"its range {name} is no datatype of OWL 2 RL; write rdfs:Literal, and let a shape say",
                    )


def _kinds(ontology: Graph) -> Iterator[Fault]:
    """A term is of one kind: the same IRI may not be an object and a datatype property, nor a property and a class."""
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    for subject in {term for kind in kinds for term in ontology.subjects(RDF.type, kind)}:
        own = [kind for kind in kinds if (subject, RDF.type, kind) in ontology]
        if len(own) > 1:
            yield subject, f"it is declared as {' and '.join(shorten(kind) for kind in own)}"


def _simple(ontology: Graph) -> Iterator[Fault]:
    """What follows from other properties is not simple, and only simple properties may be limited.

    https://www.w3.org/TR/owl2-syntax/#Global_Restrictions_on_Axioms_in_OWL_2_DL
    """
    following = {*ontology.subjects(OWL.propertyChainAxiom), *ontology.subjects(RDF.type, OWL.TransitiveProperty)}
    composite = {
        upper for term in following for upper in ontology.transitive_objects(term, RDFS.subPropertyOf) if upper
    }
    for term in composite:
        for kind in _NEEDS_SIMPLE:
            if (term, RDF.type, kind) in ontology:
                yield term, f"it follows from others, so it cannot be an {shorten(kind)}"
        for restriction in ontology.subjects(OWL.onProperty, term):
            if any((restriction, limit, None) in ontology for limit in (*_CARDINALITIES, *_QUALIFIED)):
                yield term, "it follows from others, so no class can limit how many it has"


def _members(ontology: Graph, node: Node, predicate: URIRef) -> list[Node]:
    head = ontology.value(node, predicate)
    return [] if head is None else list(ontology.items(head))


def _first(found: Iterator[str | None]) -> str | None:
    return next((fault for fault in found if fault), None)
