"""A catalogue as the national portal's harvester takes it: what it refuses, what it drops, what a dataset is to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rdflib import RDF, BNode, Graph, URIRef
from rdflib.term import Node

from byregion.catalogue.fetch import Answer
from byregion.dataset import parse
from byregion.errors import DataError
from byregion.namespaces import DCAT, empty_graph

ACCEPT: Final = "text/turtle"
_TOLD_APART: Final = (DCAT.Dataset, DCAT.DatasetSeries)
# https://www.w3.org/TR/xml-names/#NT-NCName, of the letters that IRIs of predicates are written with.
_XML_NAME: Final = re.compile(r".+?[A-Za-z_][A-Za-z0-9_.-]*")


def read(answer: Answer) -> Graph:
    """Return the catalogue in an answer to `Accept: text/turtle`.

    Raises DataError where the harvester would end without a result: any status but 200, a body that was encoded
    unasked (it takes Content-Encoding for a character set), bytes that are not UTF-8, a syntax error, a relative IRI.
    """
    if answer.status != 200:
        raise DataError(f"{answer.url} answers {answer.status}; the harvester takes nothing but 200")
    if "content-encoding" in answer.headers:
        encoding = answer.headers["content-encoding"]
        raise DataError(f"{answer.url} is encoded as {encoding} unasked; the harvester takes that for a character set")
    try:
        return parse(answer.body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DataError(f"{answer.url} is not UTF-8 at byte {error.start}") from error


def problems(graph: Graph) -> Iterator[str]:
    """Yield what the harvester would drop or fail on in a catalogue that it could read."""
    if not list(graph.subjects(RDF.type, DCAT.Catalog)):
        yield "there is no dcat:Catalog; its datasets would go into a generated one"
    for kind in (DCAT.Catalog, DCAT.Dataset, DCAT.DataService, DCAT.Distribution):
        blank = sum(isinstance(subject, BNode) for subject in graph.subjects(RDF.type, kind))
        if blank:
            yield f"{blank} of {kind} have no IRI and would be dropped"
    for predicate in sorted(set(graph.predicates()), key=str):
        if not _XML_NAME.fullmatch(str(predicate)):
            yield f"<{predicate}> does not end in a name of XML, and the harvester stores RDF/XML"


def datasets(graph: Graph) -> list[URIRef]:
    """Return the datasets that a catalogue lists; those without an IRI are dropped."""
    listed = {dataset for _, dataset in graph.subject_objects(DCAT.dataset)}
    found = {dataset for dataset in listed if (dataset, RDF.type, DCAT.Dataset) in graph}
    return sorted(dataset for dataset in found if isinstance(dataset, URIRef))


def harvested(graph: Graph, dataset: URIRef) -> Graph:
    """Return what the harvester passes on as one dataset: it and all that it leads to, but no other dataset."""
    part = empty_graph()
    ahead: list[Node] = [dataset]
    while ahead:
        subject = ahead.pop()
        for predicate, value in graph.predicate_objects(subject):
            part.add((subject, predicate, value))
            others = (kind for kind in _TOLD_APART if (value, RDF.type, kind) in graph)
            if (value, None, None) not in part and not any(others):
                ahead.append(value)
    return part
