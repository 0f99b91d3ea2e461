"""What follows from what is stated: the rules of OWL 2 RL that the ontology needs, as SPARQL that the engine runs.

Each rule has its name in https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules and is
an update of the merged default graph. Axioms are read from the graph of ontology/byregion.ttl alone: the alignment with
foreign vocabularies is published and not reasoned with, and data cannot add an axiom. owl:sameAs is a link; nothing is
replaced by it. The rules about the ontology's own terms (scm-…) are left out: they say nothing about the data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Final

from rdflib import OWL, RDF, RDFS, BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from byregion.dataset import GraphFile, Triple
from byregion.engine.memory import inferred
from byregion.engine.turtle import Reader
from byregion.findings import Finding
from byregion.namespaces import BASE
from byregion.terms import shorten

AXIOMS: Final = URIRef(BASE + "graphs/ontology/byregion")
"""The graph whose axioms are reasoned with; the rules name it."""
ALIGNMENT: Final = URIRef(BASE + "graphs/ontology/alignment")
"""The graph whose axioms are not."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its name in the specification, as a SPARQL update."""

    name: str
    update: str


RULES: Final = (
    Rule(
        "cax-sco",
        """
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        INSERT { ?x a ?super } WHERE {
          GRAPH <https://w3id.org/byregion/graphs/ontology/byregion> { ?class rdfs:subClassOf ?super }
          ?x a ?class
        }
        """,
    ),
    Rule(
        "prp-spo1",
        """
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        INSERT { ?x ?super ?y } WHERE {
          GRAPH <https://w3id.org/byregion/graphs/ontology/byregion> { ?property rdfs:subPropertyOf ?super }
          ?x ?property ?y
        }
        """,
    ),
    Rule(
        "prp-dom",
        """
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        INSERT { ?x a ?class } WHERE {
          GRAPH <https://w3id.org/byregion/graphs/ontology/byregion> { ?property rdfs:domain ?class }
          ?x ?property ?y
        }
        """,
    ),
    # A literal has its type in itself, so the range of a datatype property makes no triple.
    Rule(
        "prp-rng",
        """
        PREFIX owl: <http://www.w3.org/2002/07/owl#>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        INSERT { ?y a ?class } WHERE {
          GRAPH <https://w3id.org/byregion/graphs/ontology/byregion> {
            ?property a owl:ObjectProperty ; rdfs:range ?class
          }
          ?x ?property ?y
          FILTER(!isLiteral(?y))
        }
        """,
    ),
    Rule(
        "prp-trp",
        """
        PREFIX owl: <http://www.w3.org/2002/07/owl#>
        INSERT { ?x ?property ?z } WHERE {
          GRAPH <https://w3id.org/byregion/graphs/ontology/byregion> { ?property a owl:TransitiveProperty }
          ?x ?property ?y .
          ?y ?property ?z
        }
        """,
    ),
    Rule(
        "prp-symp",
        """
        PREFIX owl: <http://www.w3.org/2002/07/owl#>
        INSERT { ?y ?property ?x } WHERE {
          GRAPH <https://w3id.org/byregion/graphs/ontology/byregion> { ?property a owl:SymmetricProperty }
          ?x ?property ?y
        }
        """,
    ),
    # A chain of two. An inverse in it is followed backwards, which is what prp-inv and prp-spo2 give together.
    Rule(
        "prp-spo2",
        """
        PREFIX owl: <http://www.w3.org/2002/07/owl#>
        INSERT { ?x ?property ?z } WHERE {
          {
            GRAPH <https://w3id.org/byregion/graphs/ontology/byregion> {
              ?property owl:propertyChainAxiom (?first ?second)
            }
            ?x ?first ?y .
            ?y ?second ?z
          }
          UNION
          {
            GRAPH <https://w3id.org/byregion/graphs/ontology/byregion> {
              ?property owl:propertyChainAxiom ([ owl:inverseOf ?first ] ?second)
            }
            ?y ?first ?x .
            ?y ?second ?z
          }
          UNION
          {
            GRAPH <https://w3id.org/byregion/graphs/ontology/byregion> {
              ?property owl:propertyChainAxiom (?first [ owl:inverseOf ?second ])
            }
            ?x ?first ?y .
            ?z ?second ?y
          }
          UNION
          {
            GRAPH <https://w3id.org/byregion/graphs/ontology/byregion> {
              ?property owl:propertyChainAxiom ([ owl:inverseOf ?first ] [ owl:inverseOf ?second ])
            }
            ?y ?first ?x .
            ?z ?second ?y
          }
        }
        """,
    ),
)


UPDATES: Final = tuple(rule.update for rule in RULES)
"""The rules as the engine takes them."""


def closure(files: Iterable[GraphFile]) -> Graph:
    """Return the triples that follow from `files` by `RULES` and stand in none of them.

    Raises DataError for Turtle that cannot be read.
    """
    return inferred(files, UPDATES)


# --- What `byregion check` asks ---------------------------------------------------------------------------------------

# What an ontology says about itself and its terms; nothing follows from it.
_ANNOTATIONS: Final = frozenset(
    {RDFS.label, RDFS.comment, RDFS.isDefinedBy, RDFS.seeAlso}
    | {OWL.versionIRI, OWL.versionInfo, OWL.priorVersion, OWL.deprecated}
)
# Classes whose instances take part in rules by other triples, in cax-adc, or in prp-trp and prp-symp.
_COVERED: Final = frozenset(
    {OWL.Ontology, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
    | {OWL.AllDisjointClasses, OWL.TransitiveProperty, OWL.SymmetricProperty}
)
_BETWEEN_NAMES: Final = frozenset({RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range})
_PARTS: Final = frozenset({OWL.members, RDF.first, RDF.rest})
# How data speaks of triples, and links: words of RDF and OWL that are no axioms.
_OF_DATA: Final = frozenset({RDF.subject, RDF.predicate, RDF.object, OWL.sameAs})


def check(files: Iterable[GraphFile], reader: Reader | None = None) -> list[Finding]:
    """Return an error for every axiom that no rule covers, and for every thing in two disjoint classes.

    Without the first an inference could be lost in silence when the ontology changes. Axioms belong in
    ontology/byregion.ttl: one in another file is an error too, but for the alignment's, which none is drawn from. What
    `reader` has read is not read again.
    """
    reader = reader or Reader()
    found: list[Finding] = []
    axioms = Graph()
    files = [item for item in files if item.graph != ALIGNMENT]
    if AXIOMS not in {item.graph for item in files}:
        found.append(Finding("ontology", "error", str(AXIOMS), "no file is this graph, so no axiom is read"))
    for item in files:
        if item.graph == AXIOMS:
            axioms = reader.graph(item.path)
        faults = _uncovered(axioms) if item.graph == AXIOMS else _misplaced(reader.triples(item.path))
        found += [Finding("ontology", "error", str(item.path), message) for message in sorted(set(faults))]
    whole = chain(*(reader.triples(item.path) for item in files), closure(files))
    return found + sorted(_contradictions(axioms, whole))


def _uncovered(axioms: Graph) -> Iterator[str]:
    for subject, predicate, value in axioms:
        what = f"{_show(subject)} {_show(predicate)} {_show(value)}"
        if predicate == OWL.propertyChainAxiom:
            if not _is_chain_of_two(axioms, value):
                yield f"{what}: prp-spo2 covers a chain of two properties, each named or [ owl:inverseOf … ]"
        elif predicate == OWL.inverseOf:
            if not (isinstance(subject, BNode) and isinstance(value, URIRef)):
                yield f"{what}: no rule covers an inverse property outside a chain"
        elif predicate in _BETWEEN_NAMES:
            if not (isinstance(subject, URIRef) and isinstance(value, URIRef)):
                yield f"{what}: the rules cover named classes and properties, not expressions"
        elif _is_axiom(predicate, value) and predicate not in _PARTS and value not in _COVERED:
            yield f"{what}: no rule covers this; add the rule to byregion.infer, or say it in shapes/"


def _misplaced(triples: Iterable[Triple]) -> Iterator[str]:
    for subject, predicate, value in triples:
        if _is_axiom(predicate, value) and predicate not in _OF_DATA:
            what = f"{_show(subject)} {_show(predicate)} {_show(value)}"
            yield f"{what}: this is an axiom, and none is read here; move it to ontology/byregion.ttl"


def _is_axiom(predicate: Node, value: Node) -> bool:
    """Tell whether a triple speaks of terms in the words of RDF, RDFS and OWL, rather than of data or for readers."""
    word = value if predicate == RDF.type else predicate
    return word not in _ANNOTATIONS and str(word).startswith((str(RDF), str(RDFS), str(OWL)))


def _is_chain_of_two(axioms: Graph, chain: Node) -> bool:
    members = list(Collection(axioms, chain)) if isinstance(chain, BNode) else []
    return len(members) == 2 and all(
        isinstance(member, URIRef) or [*axioms.predicates(member)] == [OWL.inverseOf] for member in members
    )


def _contradictions(axioms: Graph, triples: Iterable[Triple]) -> Iterator[Finding]:
    """Yield what cax-adc calls false: a thing in two classes of which the ontology says that they share nothing."""
    things: defaultdict[Node, set[Node]] = defaultdict(set)
    for subject, predicate, value in triples:
        if predicate == RDF.type:
            things[value].add(subject)
    for members in axioms.objects(None, OWL.members):
        for one, other in combinations(sorted(Collection(axioms, members), key=str), 2):
            for thing in things[one] & things[other]:
                both = f"{_show(one)} and {_show(other)}"
                message = f"it is both {both}, which nothing can be; look at its types and at the properties it has"
                yield Finding("ontology", "error", _show(thing), message)


def _show(term: Node) -> str:
    return "[ … ]" if isinstance(term, BNode) else shorten(str(term))
