"""The shapes: what is allowed, rule by rule, in words; and the same as SHACL in every format."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, url_for
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.extras.shacl import parse_shacl_path
from rdflib.term import Node

from byregion.iri import ONTOLOGY
from byregion.namespaces import BRSH, empty_graph
from byregion.web import respond, versions
from byregion.web.documents import OFFERS, Document
from byregion.web.formats import split_suffix
from byregion.web.language import collation
from byregion.web.naming import Naming, Text, Value, read_labels
from byregion.web.negotiate import Offer
from byregion.web.site import words
from byregion.web.versions import SHAPES, Version

blueprint = Blueprint("shapes", __name__)


@dataclass(frozen=True, slots=True)
class Rule:
    """A property shape: of which property, as a term or as a path that is none, and what it says.

    `anchor` is "" where it has no IRI, or has its place on the page at another shape.
    """

    anchor: str
    path: Value
    message: Text | None


@dataclass(frozen=True, slots=True)
class Shape:
    """A node shape: what it is about, what it says itself, and its rules by property."""

    anchor: str
    targets: tuple[Value, ...]
    message: Text | None
    rules: tuple[Rule, ...]


@blueprint.get("/shapes")
@blueprint.get("/shapes.<suffix>")
@blueprint.get("/shapes/<version>")
def show(version: str = "", suffix: str = "") -> Response:
    """Return the shapes, in the representation that the client likes best."""
    if version:
        version, suffix = split_suffix(version, OFFERS)
    told = versions.find(version) if version else versions.current()
    return _document(told, version).answer(suffix)


def _document(told: Version, version: str) -> Document:
    def address(offer: Offer, language: str | None) -> str:
        if version:
            return url_for(".show", version=f"{version}.{offer.suffix}", lang=language)
        return url_for(".show", suffix=offer.suffix, lang=language)

    return Document(
        parts=("shapes", version, told.tag),
        page=lambda: _page(told, version),
        data=lambda offer: told.written(SHAPES, offer.engine_type),
        address=address,
        links=[(SHAPES, {"rel": "describes"}), (ONTOLOGY, {"rel": "related"})],
    )


def _page(told: Version, version: str) -> Response:
    return respond.page(
        "shapes/shapes.html",
        shapes=_shapes(told.shapes),
        version=told.number,
        numbers=versions.numbers(),
        is_frozen=versions.is_frozen,
        iri=SHAPES,
        formats=_document(told, version).formats(),
    )


def _shapes(graph: Graph) -> list[Shape]:
    found = {node for node in graph.subjects(RDF.type, SH.NodeShape) if isinstance(node, URIRef)}
    nodes = sorted(found, key=lambda node: collation(_anchor(node)))
    naming = Naming(words(), read_labels([graph.objects()]))
    placed: set[Node] = set()
    return [
        Shape(
            anchor=_anchor(node),
            targets=tuple(
                naming.value(term) for said in _TARGETS for term in sorted(graph.objects(node, said), key=str)
            ),
            message=naming.pick(_messages(graph, node)),
            rules=tuple(
                _rule(graph, naming, rule, placed) for rule in sorted(graph.objects(node, SH.property), key=str)
            ),
        )
        for node in nodes
    ]


_TARGETS = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)


def _rule(graph: Graph, naming: Naming, rule: Node, placed: set[Node]) -> Rule:
    path = graph.value(rule, SH.path)
    if path is None or isinstance(path, URIRef):
        shown = naming.value(path) if path else Value(Text(""))
    else:
        shown = Value(Text(parse_shacl_path(graph, path).n3(empty_graph().namespace_manager)))
    anchor = _anchor(rule) if isinstance(rule, URIRef) and rule not in placed else ""
    placed.add(rule)
    return Rule(anchor, shown, naming.pick(_messages(graph, rule)))


def _messages(graph: Graph, shape: Node) -> list[Literal]:
    return [text for text in graph.objects(shape, SH.message) if isinstance(text, Literal)]


def _anchor(shape: Node) -> str:
    return str(shape).removeprefix(str(BRSH))
