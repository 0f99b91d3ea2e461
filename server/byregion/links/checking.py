"""Check the links: each is of an allowed kind, to an IRI as its target writes them, and says why.

A link is a triple of `PREDICATES` (or owl:sameAs, which is refused) from something of ours to an IRI that is not ours,
or says that two statements are similar (br:similarTo). It stands in a graph `…/links` beside a `br:Reading` of the same
triple that gives the reason, and to the outside the source.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Dataset, Graph, URIRef
from rdflib.term import Node

from byregion.dataset import named_graphs
from byregion.findings import Finding
from byregion.iri import INFERRED
from byregion.namespaces import BASE, BR, KINDS
from byregion.sentences import say

Triple = tuple[Node, Node, Node]

PREDICATES: Final = (
    SKOS.exactMatch,
    SKOS.closeMatch,
    SKOS.broadMatch,
    SKOS.narrowMatch,
    SKOS.relatedMatch,
    RDFS.seeAlso,
)


@dataclass(frozen=True, slots=True)
class Target:
    """A system that is linked to: its `host`, the form of its IRIs, and that form with letters for the parts."""

    name: str
    host: str
    pattern: re.Pattern[str]
    form: str


TARGETS: Final = (
    Target(
        "Wikidata",
        "www.wikidata.org",
        re.compile(r"http://www\.wikidata\.org/entity/Q[1-9][0-9]*"),  # http, not https: it is a name, not an address
        "http://www.wikidata.org/entity/Q<number>",
    ),
    Target(
        "GeoNames",
        "sws.geonames.org",
        re.compile(r"https://sws\.geonames\.org/[1-9][0-9]*/"),
        "https://sws.geonames.org/<number>/",
    ),
    Target(
        "Kartverket",
        "data.geonorge.no",
        re.compile(r"https://data\.geonorge\.no/administrativeEnheter/(?:fylke|kommune)/id/[1-9][0-9]*"),
        "https://data.geonorge.no/administrativeEnheter/<fylke or kommune>/id/<number>",
    ),
)


OTHERS: Final = re.compile(rf"https?://[^/?#]+/(?:[^?#]*/)?id/(?:{'|'.join(KINDS)})/[A-Za-z0-9_-]+")
"""What another region calls a thing whose data are made with the same ontology, under an address of its own."""


def check(dataset: Dataset) -> list[Finding]:
    """Return what is wrong with the links of `dataset`, in order, an error each.

    The ontology's alignment is about words, not things, and what is inferred is not stated: neither is looked at.
    """
    findings: list[Finding] = []
    exact: list[Triple] = []
    regions = _regions(dataset)
    for name, graph in named_graphs(dataset):
        if name.startswith(BASE + "graphs/ontology/") or name == INFERRED:
            continue
        links = sorted(filter(_is_link, graph), key=str)
        exact += [link for link in links if link[1] == SKOS.exactMatch]
        if name.endswith("/links"):
            findings += _check_graph(graph, links)
            alike = [link for link in links if link[1] == BR.similarTo]
            findings += [_error(link[0], fault) for link in alike for fault in _unlike(regions, link)]
        else:
            findings += [_error(s, say("link-misplaced", target=o, graph=name)) for s, _, o in links]
    return sorted([*findings, *_rivals(exact)])


def _check_graph(graph: Graph, links: list[Triple]) -> Iterator[Finding]:
    readings = _readings(graph)
    for link in links:
        yield from (_error(link[0], message) for message in _faults(link))
        yield from (_error(link[0], message) for message in _gaps(link, readings.get(link, []), graph))
    for triple in sorted(readings.keys() - set(links), key=str):
        for reading in readings[triple]:
            yield _error(reading, say("reading-of-no-link"))


def _is_link(triple: Triple) -> bool:
    _, predicate, target = triple
    if predicate == BR.similarTo:
        return True
    known = predicate in PREDICATES or predicate == OWL.sameAs
    return known and isinstance(target, URIRef) and not target.startswith(BASE)


def _regions(dataset: Dataset) -> Graph:
    """Return what `region_of` needs of a dataset, in one graph."""
    found = Graph()
    for _, graph in named_graphs(dataset):
        for predicate in (BR.region, BR.inPlan):
            found += graph.triples((None, predicate, None))
    return found


def _unlike(regions: Graph, link: Triple) -> Iterator[str]:
    """Yield why two statements cannot be similar: each of ours is described, and they are of two regions."""
    one, _, other = link
    if str(other).startswith(BASE) and str(one) >= str(other):
        yield say("similar-backwards", other=other)
    own = [region_of(regions, statement) for statement in (one, other)]
    for statement, region in zip((one, other), own, strict=True):
        if region is None and str(statement).startswith(BASE):
            yield say("similar-nothing", statement=statement)
    if own[0] == own[1] and own[0] is not None:
        yield say("similar-same-region", other=other)


def region_of(graph: Graph, statement: Node) -> Node | None:
    """Return the region of a statement, which a measure has from its plan where none is stated."""
    return graph.value(statement, BR.region) or graph.value(graph.value(statement, BR.inPlan), BR.region)


def _readings(graph: Graph) -> dict[Triple, list[Node]]:
    readings: defaultdict[Triple, list[Node]] = defaultdict(list)
    for reading in sorted(graph.subjects(RDF.type, BR.Reading), key=str):
        for subject in graph.objects(reading, RDF.subject):
            for predicate in graph.objects(reading, RDF.predicate):
                for target in graph.objects(reading, RDF.object):
                    readings[subject, predicate, target].append(reading)
    return readings


def _faults(link: Triple) -> Iterator[str]:
    _, predicate, iri = link
    if predicate == OWL.sameAs:
        # What is the same shares every statement, and no source gives an identity that far.
        yield say("same-as", target=iri)
    host = urlsplit(str(iri)).hostname
    target = next((item for item in TARGETS if item.host == host), None)
    if str(iri).startswith(BASE) or (target is None and OTHERS.fullmatch(str(iri))):
        return
    if target is None:
        yield say("unknown-system", target=iri, listed=", ".join(item.host for item in TARGETS))
    elif not target.pattern.fullmatch(str(iri)):
        yield say("strange-target", target=iri, system=target.name, form=target.form)


def _gaps(link: Triple, readings: list[Node], graph: Graph) -> Iterator[str]:
    if not readings:
        yield say("link-unexplained", target=link[2])
    if len(readings) > 1:
        yield say("link-several-readings", target=link[2], count=len(readings))
    for reading in readings:
        if (reading, SKOS.editorialNote, None) not in graph:
            yield say("link-no-reason", target=link[2], reading=reading)
        outside = not str(link[2]).startswith(BASE)
        if outside and (reading, DCTERMS.source, None) not in graph:
            yield say("link-no-source", target=link[2], reading=reading)


def _rivals(exact: list[Triple]) -> Iterator[Finding]:
    """Yield what a system has several exact matches for, and what is the exact match of several of ours."""
    targets: defaultdict[tuple[Node, str | None], set[Node]] = defaultdict(set)
    subjects: defaultdict[Node, set[Node]] = defaultdict(set)
    for subject, _, target in exact:
        targets[subject, urlsplit(str(target)).hostname].add(target)
        subjects[target].add(subject)
    for (subject, host), found in targets.items():
        if len(found) > 1:
            yield _error(subject, say("several-exact", count=len(found), host=host))
    for target, found in subjects.items():
        if len(found) > 1:
            names = ", ".join(f"<{subject}>" for subject in sorted(found, key=str))
            yield _error(target, say("exact-of-several", listed=names))


def _error(where: Node, message: str) -> Finding:
    return Finding("links", "error", str(where), message)
