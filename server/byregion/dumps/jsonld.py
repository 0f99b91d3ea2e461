"""Named graphs in JSON-LD, in the terms of a context that stands in the document.

https://www.w3.org/TR/json-ld11/. rdflib's own writer loses what is said of a blank node that a term of type @id leads
to, and writes numbers as JavaScript would; here every triple is written, and a number is one only where it reads back
as it was spelled. Of a context it knows terms, prefixes, @type and @container @language.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

_NATIVE_DIGITS: Final = 15
"""How long a whole number may be to be exact in every reader of JSON."""


def document(graphs: Mapping[URIRef, Graph], context: Mapping[str, Any]) -> bytes:
    """Return the document that holds `graphs`, each node once in each graph."""
    words = _Words(context)
    named = [{"@id": str(name), "@graph": _Nodes(graph, words).written()} for name, graph in graphs.items()]
    return (json.dumps({"@context": context, "@graph": named}, ensure_ascii=False, indent=1) + "\n").encode()


def flat(graph: Graph, context: Mapping[str, Any]) -> bytes:
    """Return the document that holds one graph without a name, with as much of `context` as it uses.

    What it says the class of comes first: of the neighbours it often has only the labels.
    """
    words = _Words(context)
    nodes = sorted(_Nodes(graph, words).written(), key=lambda node: words.keyword("@type") not in node)
    needed = _needed(context, _names(nodes) | {"@version"})
    return (json.dumps({"@context": needed, "@graph": nodes}, ensure_ascii=False, indent=1) + "\n").encode()


def _names(value: Any) -> set[str]:
    """Return the names that a document may use of a context: keys, classes, and prefixes of anything."""
    if isinstance(value, list):
        return {name for item in value for name in _names(item)}
    if isinstance(value, dict):
        return {name for key, item in value.items() for name in ({key} | _names(key) | _names(item))}
    return {value, value.partition(":")[0]} if isinstance(value, str) else set()


def _needed(context: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    """Return the part of a context that defines `names`, and what those definitions themselves are written with."""
    found = {name: said for name, said in context.items() if name in names}
    more = names | _names([said for said in found.values() if not _is_namespace(said)])
    return found if more == names else _needed(context, more)


def _is_namespace(said: Any) -> bool:
    return isinstance(said, str) and said.endswith(("/", "#"))


@dataclass(frozen=True, slots=True)
class _Term:
    name: str
    type: str = ""
    is_language_map: bool = False


class _Words:
    """What a context calls things."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        # https://www.w3.org/TR/json-ld11/#compact-iris: what is written so short may be a prefix.
        self._prefixes = {
            value: name for name, value in context.items() if isinstance(value, str) and value.endswith(("/", "#"))
        }
        self._terms: dict[str, list[_Term]] = {}
        self._names = {iri: name for name, iri in context.items() if isinstance(iri, str)}
        for name, value in context.items():
            said = value if isinstance(value, dict) else {"@id": value}
            if name not in self._prefixes.values() and isinstance(said.get("@id"), str):
                term = _Term(name, self._full(said.get("@type", ""), context), said.get("@container") == "@language")
                self._terms.setdefault(self._full(said["@id"], context), []).append(term)

    @staticmethod
    def _full(name: str, context: Mapping[str, Any]) -> str:
        prefix, colon, local = name.partition(":")
        namespace = context.get(prefix)
        return namespace + local if colon and isinstance(namespace, str) else name

    def keyword(self, keyword: str) -> str:
        """Return what the context calls a keyword."""
        return self._names.get(keyword, keyword)

    def short(self, iri: str) -> str:
        """Return an IRI with a prefix, or whole."""
        for namespace, prefix in self._prefixes.items():
            local = iri[len(namespace) :]
            if iri.startswith(namespace) and local and not local.startswith("//"):
                return f"{prefix}:{local}"
        return str(iri)

    def name(self, iri: str) -> str:
        """Return what a class or datatype is called: a term, or as `short`."""
        return self.term(iri, "").name

    def term(self, iri: str, kind: str) -> _Term:
        """Return the term for values of a kind: "@id", "@language", a datatype, or "" for what says its kind itself."""
        for term in self._terms.get(iri, ()):
            if term.is_language_map if kind == "@language" else (not term.is_language_map and term.type == kind):
                return term
        return _Term(self.short(iri)) if not kind else self.term(iri, "")


class _Nodes:
    """The nodes of one graph."""

    def __init__(self, graph: Graph, words: _Words) -> None:
        self._graph = graph
        self._words = words
        self._lists = dict(self._found_lists())
        self._cells = {cell for cells in self._lists.values() for cell in cells}

    def written(self) -> list[dict[str, Any]]:
        """Return the nodes that have something said of them, in order."""
        subjects = dict.fromkeys(self._graph.subjects())
        return [self._node(subject) for subject in subjects if subject not in self._cells]

    def _found_lists(self) -> Iterator[tuple[Node, list[Node]]]:
        """Yield the heads of the lists with their cells; what is only like a list is left as it is."""
        graph = self._graph
        for last in graph.subjects(RDF.rest, RDF.nil):
            cells: list[Node] = []
            head: Node | None = last
            while head is not None and self._is_cell(head):
                cells.insert(0, head)
                head = graph.value(None, RDF.rest, head)
            if cells and not list(graph.subjects(RDF.rest, cells[0])):
                yield cells[0], cells

    def _is_cell(self, node: Node) -> bool:
        """Whether this is a cell of a list and no more: https://www.w3.org/TR/json-ld11-api/#list-conversion."""
        said = sorted(str(predicate) for predicate, _ in self._graph.predicate_objects(node))
        referring = list(self._graph.subject_predicates(node))
        return isinstance(node, BNode) and said == [str(RDF.first), str(RDF.rest)] and len(referring) == 1

    def _node(self, subject: Node) -> dict[str, Any]:
        node: dict[str, Any] = {}
        for predicate, value in self._graph.predicate_objects(subject):
            if predicate == RDF.type and isinstance(value, URIRef):
                _add(node, self._words.keyword("@type"), self._words.name(str(value)))
            else:
                self._say(node, str(predicate), value)
        return {self._words.keyword("@id"): self._reference(subject), **node}

    def _say(self, node: dict[str, Any], predicate: str, value: Node) -> None:
        words = self._words
        if value in self._lists:
            items = [self._value(item) for cell in self._lists[value] for item in self._graph.objects(cell, RDF.first)]
            _add(node, words.term(predicate, "").name, {"@list": items})
        elif isinstance(value, Literal) and value.language:
            term = words.term(predicate, "@language")
            if term.is_language_map:
                _add(node.setdefault(term.name, {}), value.language, str(value))
            else:
                _add(node, term.name, self._value(value))
        else:
            kind = str(value.datatype or XSD.string) if isinstance(value, Literal) else "@id"
            term = words.term(predicate, kind)
            _add(node, term.name, self._bare(value) if term.type else self._value(value))

    def _reference(self, node: Node) -> str:
        return f"_:{node}" if isinstance(node, BNode) else self._words.short(str(node))

    def _bare(self, value: Node) -> str | int | bool:
        """Return a value whose kind the term says."""
        return _native(value) if isinstance(value, Literal) else self._reference(value)

    def _value(self, value: Node) -> Any:
        """Return a value that says its kind itself."""
        if not isinstance(value, Literal):
            return {self._words.keyword("@id"): self._reference(value)}
        if value.language:
            return {self._words.keyword("@language"): value.language, self._words.keyword("@value"): str(value)}
        native = _native(value)
        if not value.datatype or value.datatype == XSD.string or not isinstance(native, str):
            return native
        return {
            self._words.keyword("@type"): self._words.name(str(value.datatype)),
            self._words.keyword("@value"): native,
        }


def _native(literal: Literal) -> str | int | bool:
    """Return a literal as JSON has it where that reads back as it is spelled, else its spelling."""
    text = str(literal)
    if literal.datatype == XSD.boolean and text in ("true", "false"):
        return text == "true"
    if literal.datatype == XSD.integer and len(text) <= _NATIVE_DIGITS and text == str(_integer(text)):
        return _integer(text)
    return text


def _integer(text: str) -> int:
    return int(text) if text.removeprefix("-").isdecimal() else 0


def _add(node: dict[str, Any], key: str, value: Any) -> None:
    """Add a value beside those that are there."""
    if key not in node:
        node[key] = value
    elif isinstance(node[key], list):
        node[key].append(value)
    else:
        node[key] = [node[key], value]
