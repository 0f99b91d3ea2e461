"""The terms of a version of the ontology, and the rules of its shapes, as lists: a term or a rule a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, Final

from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Literal, URIRef, Variable
from rdflib.extras.shacl import parse_shacl_path
from rdflib.term import Node

from byregion.namespaces import BR, BRSH, empty_graph
from byregion.results import Solutions
from byregion.terms import best, shorten
from byregion.web import defined
from byregion.web.exported import Listed
from byregion.web.language import collation
from byregion.web.site import words
from byregion.web.versions import Version

_RELATED: Final = {str(said).rpartition("#")[2]: said for said in defined.SHOWN.values()}
_TARGETS: Final = {
    "class": SH.targetClass,
    "subjectsOf": SH.targetSubjectsOf,
    "objectsOf": SH.targetObjectsOf,
    "node": SH.targetNode,
}

Row = dict[str, Any]
"""A row as JSON has it: what has one value is a text, what may have several a list."""


def terms(told: Version) -> Listed:
    """Return the classes and properties of a version, by name, in the language of the reader."""
    columns = ("term", "name", "type", "label", "definition", *_RELATED)
    return _listed("ontology", words()("nav.ontology"), columns, ("term",), lambda: _terms(told.ontology))


def rules(told: Version) -> Listed:
    """Return the rules of the shapes of a version, by shape, in the language of the reader."""
    columns = ("shape", "name", *_TARGETS, "rule", "path", "message", "severity")
    return _listed("shapes", words()("shapes.heading"), columns, ("shape", "rule"), lambda: _rules(told.shapes))


def _listed(
    name: str, title: str, columns: Sequence[str], iris: Sequence[str], rows: Callable[[], list[Row]]
) -> Listed:
    variables = tuple(map(Variable, columns))

    def term(column: str, value: str | list[str]) -> Node:
        if column in iris:
            return URIRef(str(value))
        return Literal(value if isinstance(value, str) else " ".join(map(shorten, value)))

    def table() -> Solutions:
        told = ({it: term(str(it), row[str(it)]) for it in variables if row[str(it)]} for row in rows())
        return Solutions(variables, tuple(told))

    return Listed(name, title, rows, table)


def _terms(graph: Graph) -> list[Row]:
    found = [
        {
            "term": str(iri),
            "name": str(iri).removeprefix(str(BR)),
            "type": shorten(type_),
            "label": _text(graph.objects(iri, RDFS.label)),
            "definition": _text(graph.objects(iri, SKOS.definition)),
            **{name: _iris(graph.objects(iri, said)) for name, said in _RELATED.items()},
        }
        for type_ in chain.from_iterable(defined.GROUPS.values())
        for iri in graph.subjects(RDF.type, type_)
        if isinstance(iri, URIRef) and iri in BR
    ]
    return sorted(found, key=lambda row: (row["type"] != shorten(OWL.Class), collation(row["label"]), row["term"]))


def _rules(graph: Graph) -> list[Row]:
    shapes = {shape for shape in graph.subjects(RDF.type, SH.NodeShape) if isinstance(shape, URIRef)}
    found = [row for shape in shapes for row in (*_own(graph, shape), *_of_properties(graph, shape))]
    return sorted(found, key=lambda row: (collation(row["name"]), row["rule"], row["path"], row["message"]))


def _own(graph: Graph, shape: URIRef) -> list[Row]:
    """Return what a shape says of its targets as such, where it says that in words."""
    message = _text(graph.objects(shape, SH.message))
    return [_rule(graph, shape, shape, "", message)] if message else []


def _of_properties(graph: Graph, shape: URIRef) -> list[Row]:
    return [
        _rule(graph, shape, rule, _path(graph, graph.value(rule, SH.path)), _text(graph.objects(rule, SH.message)))
        for rule in graph.objects(shape, SH.property)
    ]


def _rule(graph: Graph, shape: URIRef, rule: Node, path: str, message: str) -> Row:
    severity = graph.value(rule, SH.severity)
    return {
        "shape": str(shape),
        "name": str(shape).removeprefix(str(BRSH)),
        **{name: _iris(graph.objects(shape, said)) for name, said in _TARGETS.items()},
        "rule": str(rule) if isinstance(rule, URIRef) else "",
        "path": path,
        "message": message,
        "severity": shorten(severity) if isinstance(severity, URIRef) else "",
    }


def _path(graph: Graph, path: Node | None) -> str:
    if path is None or isinstance(path, URIRef):
        return shorten(path) if path else ""
    return str(parse_shacl_path(graph, path).n3(empty_graph().namespace_manager))


def _text(literals: Iterable[Node]) -> str:
    return str(best([text for text in literals if isinstance(text, Literal)], (words().language,)) or "")


def _iris(terms: Iterable[Node]) -> list[str]:
    return sorted(str(term) for term in terms if isinstance(term, URIRef))
