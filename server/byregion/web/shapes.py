"""The shapes: what is allowed, rule by rule, in words, a page of each; and the same as SHACL in every format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from flask import Blueprint, Response, url_for
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.extras.shacl import parse_shacl_path
from rdflib.term import Node

from byregion.errors import NotFound
from byregion.iri import ONTOLOGY
from byregion.namespaces import BRSH, empty_graph
from byregion.sentences import say
from byregion.web import glossary, respond, versions
from byregion.web.documents import OFFERS, Document
from byregion.web.exported import TABLES
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

    `anchor` is "" where it has no IRI; where `is_first`, this is its place on the page of all shapes.
    """

    anchor: str
    path: Value
    message: Text | None
    is_first: bool


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
        version, suffix = split_suffix(version, (*OFFERS, *TABLES))
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
        listed=glossary.rules(told),
    )


def _page(told: Version, version: str) -> Response:
    return respond.page(
        "shapes/shapes.html",
        shapes=_shapes(told.shapes, _nodes(told.shapes)),
        address=lambda name: _address(version, name),
        version=told.number,
        numbers=versions.numbers(),
        is_frozen=versions.is_frozen,
        iri=SHAPES,
        formats=_document(told, version).formats(),
    )


# --- A shape by itself ------------------------------------------------------------------------------------------------


@blueprint.get("/shapes/rules/<shape>")
@blueprint.get("/shapes/<version>/rules/<shape>")
def rules(shape: str, version: str = "") -> Response:
    """Return the page of what must be said of one kind of things, in the version that is worked on or another one."""
    told = versions.find(version) if version else versions.current()
    names = [_anchor(node) for node in _nodes(told.shapes)]
    if shape not in names:
        near = tuple(_address(version, name) for name in get_close_matches(shape, names, 3, 0.5))
        raise NotFound(say("no-shape", name=shape), near)
    response = respond.conditional(respond.page_tag("rules", told.tag), lambda: _rules(told, version, shape))
    respond.vary(response, by_language=True)
    respond.link(response, [(BRSH[shape], {"rel": "describes"})])
    return response


def _rules(told: Version, version: str, name: str) -> Response:
    return respond.page(
        "shapes/rules.html",
        it=_shapes(told.shapes, [BRSH[name]])[0],
        iri=BRSH[name],
        version=told.number,
        is_frozen=versions.is_frozen,
        whole=url_for(".show", version=version or None),
        formats=_document(told, version).formats(),
    )


def address(told: Version, version: str, shape: URIRef) -> str:
    """Return where a shape is told of: on a page of its own, or on that of the first that it is part of."""
    owners = [node for node in _nodes(told.shapes) if shape in (node, *told.shapes.objects(node, SH.property))]
    if not owners:
        return url_for("shapes.show", version=version or None, _anchor=_anchor(shape))
    return _address(version, _anchor(owners[0]), "" if shape in owners else _anchor(shape))


def _address(version: str, name: str, rule: str = "") -> str:
    return url_for("shapes.rules", shape=name, version=version or None, _anchor=rule or None)


# --- What the shapes say ----------------------------------------------------------------------------------------------


def _nodes(graph: Graph) -> list[URIRef]:
    """Return the node shapes by name."""
    found = {node for node in graph.subjects(RDF.type, SH.NodeShape) if isinstance(node, URIRef)}
    return sorted(found, key=lambda node: collation(_anchor(node)))


def _shapes(graph: Graph, nodes: Sequence[URIRef]) -> list[Shape]:
    rules = [rule for node in nodes for rule in graph.objects(node, SH.property)]
    naming = Naming(words(), read_labels(graph.objects(item) for item in (*nodes, *rules)))
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
    is_first = rule not in placed
    placed.add(rule)
    return Rule(_anchor(rule) if isinstance(rule, URIRef) else "", shown, naming.pick(_messages(graph, rule)), is_first)


def _messages(graph: Graph, shape: Node) -> list[Literal]:
    return [text for text in graph.objects(shape, SH.message) if isinstance(text, Literal)]


def _anchor(shape: Node) -> str:
    return str(shape).removeprefix(str(BRSH))
