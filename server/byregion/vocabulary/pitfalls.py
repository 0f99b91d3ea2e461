"""The pitfalls of ontologies: what is missing, misnamed, unconnected, or said of a term that is not ours.

After OOPS! (https://oops.linkeddata.es/catalogue.jsp) and FOOPS! (https://foops.linkeddata.es/), which are network
services; the comments give OOPS!'s numbers. Two are broken on purpose: there are no inverse properties
(P13), for a child points to its parent, and a property of several classes has no domain (P11), for a shape says which.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from rdflib import DCTERMS, OWL, RDF, RDFS, SH, SKOS, VANN, Graph, Literal, URIRef
from rdflib.term import Node

from byregion.iri import ONTOLOGY
from byregion.namespaces import BASE, BR, ID
from byregion.terms import shorten

Fault = tuple[Node, str]

LANGUAGES: Final = ("nb", "nn", "en")
_PROPERTIES: Final = (OWL.ObjectProperty, OWL.DatatypeProperty)
_CONCEPTS: Final = (SKOS.Concept, SKOS.ConceptScheme)
_NAMES: Final = {
    OWL.Class: (BR, re.compile(r"([A-Z][a-z0-9]+)+"), "UpperCamelCase"),
    OWL.ObjectProperty: (BR, re.compile(r"[a-z]+[0-9]*([A-Z][a-z0-9]+)*"), "lowerCamelCase"),
    OWL.DatatypeProperty: (BR, re.compile(r"[a-z]+[0-9]*([A-Z][a-z0-9]+)*"), "lowerCamelCase"),
    SKOS.Concept: (ID, re.compile(r"concept/[a-z0-9]+(-[a-z0-9]+)*"), "concept/words-with-hyphens"),
    SKOS.ConceptScheme: (ID, re.compile(r"scheme/[a-z0-9]+(-[a-z0-9]+)*"), "scheme/words-with-hyphens"),
}
# What FOOPS! asks of an ontology's metadata: OM1, OM2, OM3 as far as there is something to tell, OM4.1, OM5.
_METADATA: Final = (
    DCTERMS.title,
    DCTERMS.description,
    DCTERMS.license,
    DCTERMS.creator,
    DCTERMS.publisher,
    DCTERMS.created,
    DCTERMS.issued,
    DCTERMS.modified,
    DCTERMS.source,
    DCTERMS.bibliographicCitation,
    OWL.versionIRI,
    OWL.versionInfo,
    VANN.preferredNamespacePrefix,
    VANN.preferredNamespaceUri,
)
_ALIGNING: Final = frozenset(
    {RDFS.subClassOf, RDFS.subPropertyOf, RDFS.seeAlso}
    | {SKOS.exactMatch, SKOS.closeMatch, SKOS.relatedMatch, SKOS.broadMatch, SKOS.narrowMatch}
)
_REFERRING: Final = (SH.node, SH.property, SH["not"], SH.qualifiedValueShape)
_SAME: Final = (OWL.equivalentClass, OWL.equivalentProperty, OWL.sameAs)
_MUTUAL: Final = (*_SAME, OWL.disjointWith, OWL.inverseOf, OWL.propertyDisjointWith)


def faults(ontology: Graph, shapes: Graph) -> Iterator[Fault]:
    """Yield what is wrong, with the term it is wrong with."""
    yield from _metadata(ontology)
    yield from _annotations(ontology)
    yield from _names(ontology)
    yield from _untyped(ontology)
    yield from _isolated(ontology, shapes)
    yield from _same(ontology)
    yield from _cycles(ontology)
    yield from _disjointness(ontology)
    yield from _domains_and_ranges(ontology, shapes)
    yield from _foreign(ontology)


def notes(ontology: Graph) -> Iterator[Fault]:
    """Yield the terms whose name is the same in Bokmål and Nynorsk: often right, but a person must say so."""
    for term in _terms(ontology):
        names = dict(_texts(ontology, term, _name_of(ontology, term)))
        if "nb" in names and names["nb"] == names.get("nn"):
            yield term, f"the same name in nb and nn: {names['nb']}"


def alignment_faults(alignment: Graph, ontology: Graph) -> Iterator[Fault]:
    """Yield what is wrong with the alignment: it relates words of ours to others' and says nothing else."""
    declared = set(_terms(ontology))
    for subject, predicate, _ in alignment:
        if subject not in declared:
            yield subject, "the alignment says something of a term that is not ours"
        if predicate not in _ALIGNING:
            yield (
                subject,
                f"the alignment relates by {shorten(str(predicate))}, and may by subclass, subproperty, match",
            )


def shape_faults(shapes: Graph) -> Iterator[Fault]:
    """Yield the shapes that others refer to and that nobody describes: SHACL lets everything pass them."""
    named = {shape for parameter in _REFERRING for shape in shapes.objects(None, parameter)}
    for parameter in (SH["or"], SH["and"], SH.xone):
        for alternatives in shapes.objects(None, parameter):
            named.update(shapes.items(alternatives))
    for shape in named:
        if (shape, None, None) not in shapes:
            yield shape, "shapes refer to it, but it is not described: everything would pass it"


def _metadata(ontology: Graph) -> Iterator[Fault]:
    for predicate in _METADATA:
        if (ONTOLOGY, predicate, None) not in ontology:
            yield ONTOLOGY, f"the ontology has no {shorten(predicate)}"
    version = ontology.value(ONTOLOGY, OWL.versionInfo)
    if ontology.value(ONTOLOGY, OWL.versionIRI) != URIRef(f"{ONTOLOGY}/{version}"):
        yield ONTOLOGY, f"its version IRI is not its own IRI with the version behind: {ONTOLOGY}/{version}"
    if f" {version}," not in str(ontology.value(ONTOLOGY, DCTERMS.bibliographicCitation)):
        yield ONTOLOGY, f"its citation does not name version {version}"
    if str(ontology.value(ONTOLOGY, VANN.preferredNamespaceUri)) != str(BR):
        yield ONTOLOGY, f"its namespace is not {BR}"
    for subject in set(ontology.subjects(RDF.type, OWL.Ontology)) | {ONTOLOGY}:
        addresses = [subject, *ontology.objects(subject, OWL.versionIRI)]
        if any(re.search(r"\.(owl|ttl|rdf|xml|n3|nt|jsonld|html)$", str(address)) for address in addresses):
            yield subject, "its IRI ends in a file extension"  # P36
        if (subject, OWL.imports, None) in ontology:
            yield subject, "it imports: nothing is fetched when data is checked"


def _annotations(ontology: Graph) -> Iterator[Fault]:
    for term in _terms(ontology):  # P08
        for predicate in (_name_of(ontology, term), SKOS.definition):
            languages = [language for language, _ in _texts(ontology, term, predicate)]
            for language in LANGUAGES:
                if languages.count(language) != 1:
                    yield term, f"it has {languages.count(language)} {shorten(predicate)} in {language}; it needs one"
        for language, text in _texts(ontology, term, SKOS.definition):
            if not text.endswith(".") or text != text.strip():
                yield term, f"its definition in {language} is no sentence with a full stop"
        for language, text in _texts(ontology, term, _name_of(ontology, term)):
            if text.endswith(".") or text != text.strip() or not text:
                yield term, f"its name in {language} has a full stop or space around it, or is empty"
        if list(ontology.objects(term, RDFS.isDefinedBy)) != [ONTOLOGY]:
            yield term, f"its rdfs:isDefinedBy is not {ONTOLOGY}"


def _names(ontology: Graph) -> Iterator[Fault]:
    for kind, (namespace, pattern, form) in _NAMES.items():  # P22
        bearers: dict[tuple[str, str], list[Node]] = defaultdict(list)
        for term in _terms(ontology, kind):
            if not pattern.fullmatch(str(term).removeprefix(namespace)):
                yield term, f"its IRI is not {namespace} and {form}"
            for name in _texts(ontology, term, _name_of(ontology, term)):
                bearers[name].append(term)
        for (language, text), terms in bearers.items():  # P12, P30: two words for one thing, or one word for two
            if len(terms) > 1:
                others = ", ".join(sorted(shorten(str(term)) for term in terms[1:]))
                yield terms[0], f"its name in {language}, {text}, is also that of {others}"


def _untyped(ontology: Graph) -> Iterator[Fault]:
    for term in set(ontology.subjects()):  # P34, P35
        if isinstance(term, URIRef) and (term, RDF.type, None) not in ontology:
            yield term, "something is said of it, but not what it is"


def _isolated(ontology: Graph, shapes: Graph) -> Iterator[Fault]:
    relating = (RDFS.domain, RDFS.range, RDFS.subClassOf, RDFS.subPropertyOf)
    related = {term for predicate in relating for pair in ontology.subject_objects(predicate) for term in pair}
    related.update(shapes.objects())
    for term in _terms(ontology, OWL.Class, *_PROPERTIES):  # P04
        if term not in related:
            yield term, "nothing relates it to another term, and no shape uses it"
    for concept in _terms(ontology, SKOS.Concept):
        if not any(ontology[scheme : RDF.type : SKOS.ConceptScheme] for scheme in ontology[concept : SKOS.inScheme]):
            yield concept, "it is in no scheme of ours"
    for scheme in _terms(ontology, SKOS.ConceptScheme):
        if (None, SKOS.inScheme, scheme) not in ontology:
            yield scheme, "no concept is in it"


def _same(ontology: Graph) -> Iterator[Fault]:
    for predicate in _SAME:  # P02, P27, P31
        for subject, other in ontology.subject_objects(predicate):
            yield subject, f"it is said to be the same as {shorten(str(other))}: one thing needs one word only"
    for subject, other in ontology.subject_objects(OWL.inverseOf):
        if isinstance(subject, URIRef):
            yield subject, f"it is the inverse of {shorten(str(other))}: a child points to its parent, and nothing back"


def _cycles(ontology: Graph) -> Iterator[Fault]:
    for predicate in (RDFS.subClassOf, RDFS.subPropertyOf):  # P06
        for term in set(ontology.subjects(predicate)):
            if any(
                term in ontology.transitive_objects(parent, predicate) for parent in ontology.objects(term, predicate)
            ):
                yield term, f"it is its own {shorten(predicate)}, through others or directly"


def _disjointness(ontology: Graph) -> Iterator[Fault]:
    disjoint = {frozenset(pair) for pair in ontology.subject_objects(OWL.disjointWith)}
    for axiom in ontology.subjects(RDF.type, OWL.AllDisjointClasses):
        for head in ontology.objects(axiom, OWL.members):
            disjoint |= {frozenset(pair) for pair in combinations(ontology.items(head), 2)}
    siblings: dict[frozenset[Node], list[Node]] = defaultdict(list)
    for term in sorted(_terms(ontology, OWL.Class)):
        own = [parent for parent in ontology.objects(term, RDFS.subClassOf) if str(parent).startswith(BR)]
        siblings[frozenset(own)].append(term)
        for parent in ontology.transitive_objects(term, RDFS.subClassOf):
            if parent != term and frozenset((term, parent)) in disjoint:
                yield term, f"it is a subclass of {shorten(str(parent))} and disjoint with it: nothing can be one"
    for group in siblings.values():  # P10
        for one, other in combinations(group, 2):
            if frozenset((one, other)) not in disjoint:
                yield one, f"it is not said to be disjoint with its sibling {shorten(str(other))}"


def _domains_and_ranges(ontology: Graph, shapes: Graph) -> Iterator[Fault]:
    for term in _terms(ontology, *_PROPERTIES):
        for predicate in (RDFS.domain, RDFS.range):  # P19: several are an intersection, never a choice
            if len(list(ontology.objects(term, predicate))) > 1:
                yield term, f"it has several of {shorten(predicate)}, which means all of them at once"
        if (term, RDFS.domain, None) not in ontology and (None, SH.targetSubjectsOf, term) not in shapes:
            yield term, "it has no rdfs:domain, and no shape says what it is used on (sh:targetSubjectsOf)"  # P11
        ranges = list(ontology.objects(term, RDFS.range))
        if ranges in ([], [RDFS.Literal]) and not _limited(term, shapes):
            yield term, "neither its rdfs:range nor a shape says what its values are"  # P11


_VALUES: Final = (SH["class"], SH.datatype, SH.node, SH["or"], SH["in"], SH.languageIn)


def _limited(term: Node, shapes: Graph) -> bool:
    return any(
        (shape, SH.maxCount, Literal(0)) in shapes or any((shape, what, None) in shapes for what in _VALUES)
        for shape in shapes.subjects(SH.path, term)
    )


def _foreign(ontology: Graph) -> Iterator[Fault]:
    for subject, predicate, obj in ontology:
        if isinstance(subject, URIRef) and not subject.startswith(BASE):
            yield subject, f"{shorten(str(predicate))} is said of a term that is not ours"
        if predicate in _MUTUAL and isinstance(obj, URIRef) and not obj.startswith(BASE):
            yield obj, f"{shorten(str(predicate))} says as much of a term that is not ours as of ours"
    for axiom in ontology.subjects(RDF.type, OWL.AllDisjointClasses):
        for head in ontology.objects(axiom, OWL.members):
            for member in ontology.items(head):
                if not str(member).startswith(BASE):
                    yield member, "a term that is not ours is said to be disjoint with others"


def _terms(ontology: Graph, *kinds: URIRef) -> Iterator[URIRef]:
    found = {
        term for kind in kinds or (OWL.Class, *_PROPERTIES, *_CONCEPTS) for term in ontology.subjects(RDF.type, kind)
    }
    return (term for term in sorted(found, key=str) if isinstance(term, URIRef))


def _name_of(ontology: Graph, term: Node) -> URIRef:
    concept = any((term, RDF.type, kind) in ontology for kind in _CONCEPTS)
    return SKOS.prefLabel if concept else RDFS.label


def _texts(ontology: Graph, term: Node, predicate: URIRef) -> list[tuple[str, str]]:
    """Return the texts by that predicate with their languages; without a language it is empty."""
    literals = (text for text in ontology.objects(term, predicate) if isinstance(text, Literal))
    return sorted((text.language or "", str(text)) for text in literals)
