"""The named queries as RDF: each a sh:SPARQLExecutable with its text, its titles and its parameters.

https://www.w3.org/TR/shacl/#sparql-constraints-select defines sh:select; the classes stand in the vocabulary that SHACL
comes with, https://www.w3.org/ns/shacl. A parameter is a sh:Parameter (section 6.2.1), whose sh:path ends in the name
of the variable: "The local name of the parameter" is what the query calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from rdflib import DCTERMS, RDF, RDFS, SDO, SH, SKOS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from byregion import queries, terms
from byregion.namespaces import BASE
from byregion.queries import NamedQuery, Parameter

COLLECTION: Final = URIRef(BASE + "queries")
"""What all named queries are part of."""

# SHACL has no class for DESCRIBE: such a query is executable, and what it says stands at its address alone.
_FORMS: Final = {
    "SELECT": (SH.SPARQLSelectExecutable, SH["select"]),
    "ASK": (SH.SPARQLAskExecutable, SH.ask),
    "CONSTRUCT": (SH.SPARQLConstructExecutable, SH.construct),
}
_DATATYPES: Final = {
    "string": XSD.string,
    "integer": XSD.integer,
    "date": XSD.date,
    "language": XSD.string,
    "number": XSD.string,
}


def iri(name: str) -> URIRef:
    """Return the IRI of the query called `name`."""
    return URIRef(f"{COLLECTION}/{name}")


def describe(
    told: Iterable[NamedQuery], endpoint: URIRef | None, called: Callable[[str], Iterable[Literal]], into: Graph
) -> Graph:
    """Return `into` with what is to be said of the queries `told`, which can be asked at `endpoint`, if there is one.

    `called` gives what people call a parameter, in each language.
    """
    into.bind("schema", SDO)
    for query in told:
        subject = iri(query.name)
        into.add((COLLECTION, DCTERMS.hasPart, subject))
        for predicate, value in _query(query):
            into.add((subject, predicate, value))
        if endpoint is not None:
            into.add((subject, SDO.target, endpoint))
        for order, parameter in enumerate(query.parameters):
            node = URIRef(f"{subject}#{parameter.name}")
            into.add((subject, SH.parameter, node))
            into.add((node, SH.order, Literal(order)))
            for predicate, value in _parameter(parameter):
                into.add((node, predicate, value))
            for name in called(parameter.name):
                into.add((node, SH.name, name))
    return into


def _query(query: NamedQuery) -> Iterable[tuple[URIRef, Node]]:
    yield RDF.type, SH.SPARQLExecutable
    if query.form in _FORMS:
        class_, predicate = _FORMS[query.form]
        yield RDF.type, class_
        # With its own prefixes: nothing has to be put together to run it.
        yield predicate, Literal(queries.body(query.text))
    for tag, text in query.titles.items():
        yield RDFS.label, Literal(text, lang=tag)
    for tag, text in query.descriptions.items():
        yield RDFS.comment, Literal(text, lang=tag)


def _parameter(parameter: Parameter) -> Iterable[tuple[URIRef, Node]]:
    yield RDF.type, SH.Parameter
    yield SH.path, URIRef(f"{COLLECTION}#{parameter.name}")
    yield SH.optional, Literal(not parameter.required)
    if not parameter.several:
        yield SH.maxCount, Literal(1)
    if parameter.kind in _DATATYPES:
        yield SH.datatype, _DATATYPES[parameter.kind]
    else:
        yield SH.nodeKind, SH.IRI
    if parameter.class_ is not None:
        yield SH["class"], parameter.class_
    for example in parameter.examples:
        yield SKOS.example, terms.parse(parameter.kind, example, parameter.name)
