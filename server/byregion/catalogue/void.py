"""The data described by what was counted in it, in VoID: so that a program knows what there is before it asks.

https://www.w3.org/TR/void/ — every number here is counted from the triples, none is typed by hand.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from rdflib import DCTERMS, FOAF, OWL, RDF, VOID, XSD, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from byregion import links
from byregion.catalogue.dumps import Dump
from byregion.catalogue.names import CATALOGUE, WHOLE, dataset
from byregion.iri import PARTS
from byregion.namespaces import BASE, BR, ID, empty_graph
from byregion.terms import shorten

Triple = tuple[Node, Node, Node]

_LINKING: Final = (OWL.sameAs, *links.PREDICATES)
_TITLES: Final = {target.host: target.name for target in links.TARGETS}
_FORMATS: Final = Namespace("http://www.w3.org/ns/formats/")


def void(published: Dataset, said: Graph, dumps: Iterable[Dump], url: str) -> Graph:
    """Return the VoID description of everything published on a server that clients reach at `url`.

    `published` holds the named graphs as they are published, ontology and inferences included. The whole counts each
    triple once, in however many graphs it stands, as the endpoint's default graph does; each dataset is a subset.
    `said` gives the titles.
    """
    graph = empty_graph()
    whole = dataset(WHOLE)
    _describe_description(graph, whole, url)
    described = {WHOLE: {(subject, predicate, value) for subject, predicate, value, _ in published.quads()}}
    described |= _by_dataset(published)
    homes = _homes(described)
    for name, triples in described.items():
        node = dataset(name)
        if node != whole:
            graph.add((whole, VOID.subset, node))
        _describe_access(graph, node, said, url)
        _describe_counts(graph, node, triples)
        _describe_classes(graph, node, triples)
        _describe_properties(graph, node, triples)
        _describe_links(graph, node, triples)
        # The whole has what is inferred too, by which a link of two directions would count twice.
        if name != WHOLE:
            _describe_links_between(graph, node, triples, homes)
    for dump in dumps:
        if dump.dataset in described:
            graph.add((dataset(dump.dataset), VOID.dataDump, dump.address(url)))
            if dump.format.feature:
                graph.add((dataset(dump.dataset), VOID.feature, _FORMATS[dump.format.feature]))
    return graph


def _by_dataset(published: Dataset) -> dict[str, set[Triple]]:
    """Return the triples of each dataset, by its name; the ontology and what is inferred are part of none."""
    parts: defaultdict[str, set[Triple]] = defaultdict(set)
    for subject, predicate, value, graph in published.quads():
        name, _, part = str(graph).removeprefix(BASE + "graphs/").partition("/")
        if part in PARTS:
            parts[name].add((subject, predicate, value))
    return dict(sorted(parts.items()))


def _describe_description(graph: Graph, whole: URIRef, url: str) -> None:
    here = URIRef(url + ".well-known/void")
    graph.add((here, RDF.type, VOID.DatasetDescription))
    graph.add((here, FOAF.primaryTopic, whole))


def _describe_access(graph: Graph, node: URIRef, said: Graph, url: str) -> None:
    graph.add((node, RDF.type, VOID.Dataset))
    graph.add((node, FOAF.isPrimaryTopicOf, CATALOGUE))
    graph.add((node, VOID.sparqlEndpoint, URIRef(url + "sparql")))
    graph.add((node, VOID.uriSpace, Literal(str(ID))))
    for predicate in (DCTERMS.title, DCTERMS.description, DCTERMS.modified):
        for value in said.objects(node, predicate):
            graph.add((node, predicate, value))
    for licence in said.objects(CATALOGUE, DCTERMS.license):
        graph.add((node, DCTERMS.license, licence))


def _describe_counts(graph: Graph, node: URIRef, triples: set[Triple]) -> None:
    subjects = {subject for subject, _, _ in triples}
    counts = {
        VOID.triples: len(triples),
        VOID.entities: len({subject for subject in subjects if _is_entity(subject)}),
        VOID.classes: len({value for _, predicate, value in triples if predicate == RDF.type}),
        VOID.properties: len({predicate for _, predicate, _ in triples}),
        VOID.distinctSubjects: len(subjects),
        VOID.distinctObjects: len({value for _, _, value in triples}),
    }
    for predicate, number in counts.items():
        graph.add((node, predicate, _integer(number)))
    for vocabulary in {_namespace(term) for term in _words(triples)}:
        graph.add((node, VOID.vocabulary, URIRef(vocabulary)))


def _describe_classes(graph: Graph, node: URIRef, triples: set[Triple]) -> None:
    members: defaultdict[URIRef, set[Node]] = defaultdict(set)
    for subject, predicate, value in triples:
        if predicate == RDF.type and isinstance(value, URIRef):
            members[value].add(subject)
    for kind, things in sorted(members.items()):
        partition = _partition(graph, node, VOID.classPartition, "class", kind)
        graph.add((partition, VOID["class"], kind))
        graph.add((partition, VOID.entities, _integer(len(things))))
        entities = [thing for thing in things if _is_entity(thing)]
        if kind.startswith(BR) and entities:
            graph.add((node, VOID.exampleResource, min(entities, key=str)))


def _describe_properties(graph: Graph, node: URIRef, triples: set[Triple]) -> None:
    uses: defaultdict[URIRef, list[Triple]] = defaultdict(list)
    for triple in triples:
        if isinstance(triple[1], URIRef):
            uses[triple[1]].append(triple)
    for predicate, used in sorted(uses.items()):
        partition = _partition(graph, node, VOID.propertyPartition, "property", predicate)
        graph.add((partition, VOID.property, predicate))
        graph.add((partition, VOID.triples, _integer(len(used))))
        graph.add((partition, VOID.distinctSubjects, _integer(len({subject for subject, _, _ in used}))))
        graph.add((partition, VOID.distinctObjects, _integer(len({value for _, _, value in used}))))


def _describe_links(graph: Graph, node: URIRef, triples: set[Triple]) -> None:
    """Add a linkset for each dataset that is linked to by each predicate."""
    counts = Counter((_site(value), predicate) for predicate, value in _links(triples))
    for (target, predicate), number in sorted(counts.items()):
        host = urlsplit(target).hostname or ""
        linkset = URIRef(f"{node}#links-{host}-{_key(predicate)}")
        for about, value in (
            (RDF.type, VOID.Linkset),
            (VOID.target, node),
            (VOID.target, target),
            (VOID.subjectsTarget, node),
            (VOID.objectsTarget, target),
            (VOID.linkPredicate, predicate),
            (VOID.triples, _integer(number)),
        ):
            graph.add((linkset, about, value))
        graph.add((node, VOID.subset, linkset))
        graph.add((target, RDF.type, VOID.Dataset))
        graph.add((target, VOID.uriSpace, Literal(str(target))))
        if host in _TITLES:
            graph.add((target, DCTERMS.title, Literal(_TITLES[host])))


def _describe_links_between(graph: Graph, node: URIRef, triples: set[Triple], homes: dict[Node, str]) -> None:
    """Add a linkset for each two datasets of ours that have similar statements."""
    ends = ((homes.get(one), homes.get(other)) for one, predicate, other in triples if predicate == BR.similarTo)
    for (one, other), number in sorted(Counter((one, other) for one, other in ends if one and other).items()):
        linkset = URIRef(f"{node}#links-{one}-{other}-{_key(BR.similarTo)}")
        for about, value in (
            (RDF.type, VOID.Linkset),
            (VOID.target, dataset(one)),
            (VOID.target, dataset(other)),
            (VOID.subjectsTarget, dataset(one)),
            (VOID.objectsTarget, dataset(other)),
            (VOID.linkPredicate, BR.similarTo),
            (VOID.triples, _integer(number)),
        ):
            graph.add((linkset, about, value))
        graph.add((node, VOID.subset, linkset))


def _homes(described: dict[str, set[Triple]]) -> dict[Node, str]:
    """Return the dataset that each thing is described in."""
    return {
        subject: name
        for name, triples in described.items()
        if name != WHOLE
        for subject, predicate, _ in triples
        if predicate == RDF.type and _is_entity(subject)
    }


def _links(triples: Iterable[Triple]) -> Iterator[tuple[URIRef, URIRef]]:
    """Yield the predicate and the target of each link from an entity to something that is not ours."""
    for subject, predicate, value in triples:
        if _is_entity(subject) and isinstance(value, URIRef) and not value.startswith(BASE):
            yield from ((link, value) for link in _LINKING if link == predicate)


def _partition(graph: Graph, node: URIRef, kind: URIRef, word: str, term: URIRef) -> URIRef:
    partition = URIRef(f"{node}#{word}-{_key(term)}")
    graph.add((node, kind, partition))
    graph.add((partition, RDF.type, VOID.Dataset))
    return partition


def _key(term: URIRef) -> str:
    """Return what stands for a term in a fragment: `br-Goal`, or a part of its hash where it has no prefix here."""
    short = shorten(term)
    return short.replace(":", "-") if short != str(term) else hashlib.sha256(term.encode()).hexdigest()[:12]


def _site(iri: URIRef) -> URIRef:
    parts = urlsplit(iri)
    return URIRef(f"{parts.scheme}://{parts.netloc}/")


def _words(triples: Iterable[Triple]) -> Iterator[URIRef]:
    """Yield the predicates and classes that triples are written with."""
    for _, predicate, value in triples:
        if isinstance(predicate, URIRef):
            yield predicate
        if predicate == RDF.type and isinstance(value, URIRef):
            yield value


def _namespace(term: URIRef) -> str:
    return term[: max(term.rfind("#"), term.rfind("/")) + 1]


def _is_entity(term: Node) -> bool:
    return isinstance(term, URIRef) and term.startswith(ID)


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)
