"""Answers in every format of the suites, read to the last character, and whether two of them say the same."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree

import pyoxigraph
from rdflib import XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Node

RS: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
SRX: Final = "{http://www.w3.org/2005/sparql-results#}"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"

# What a file of the suites is, by the end of its name.
MEDIA_TYPES: Final = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "srx": "application/sparql-results+xml",
    "srj": "application/sparql-results+json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}


Row = Mapping[str, Node]
"""One solution: what each variable is bound to."""


@dataclass(frozen=True, slots=True)
class Solutions:
    """The solutions of a SELECT in the order they came; `ordered` where that order is part of the answer."""

    variables: frozenset[str]
    rows: tuple[Row, ...]
    ordered: bool = False


Answer = Solutions | bool | Graph


def read(content: bytes, media_type: str, base: str = "") -> Answer:
    """The answer that a body holds. Raises ValueError where the body is not what its media type says."""
    match media_type:
        case "application/sparql-results+json":
            return _json(json.loads(content))
        case "application/sparql-results+xml":
            return _xml(content)
        case "text/csv":
            return _csv(content.decode())
        case "text/tab-separated-values":
            return _tsv(content.decode())
        case _ if pyoxigraph.RdfFormat.from_media_type(media_type):
            return graph(content, media_type, base)
    raise ValueError(f"no answer to a query is {media_type!r}")


def graph(content: bytes, media_type: str, base: str) -> Graph:
    """A graph with every literal as it is written; rdflib's own parsers would make 1 of 01."""
    syntax = pyoxigraph.RdfFormat.from_media_type(media_type)
    try:
        triples = [quad.triple for quad in pyoxigraph.parse(content, syntax, base_iri=base or None)]
    except SyntaxError as error:
        raise ValueError(f"not {media_type}: {error}") from error
    made = Graph()
    for triple in triples:
        made.add(tuple(_term(part) for part in triple))
    return made


def result_set(described: Graph) -> Answer:
    """The answer that a graph describes in the vocabulary of result sets, or else the graph itself."""
    for boolean in described.objects(None, RS.boolean):
        return str(boolean) == "true"
    variables = frozenset(map(str, described.objects(None, RS.resultVariable)))
    if not variables and (None, RS.solution, None) not in described:
        return described
    found = []
    for solution in described.objects(None, RS.solution):
        bound = described.objects(solution, RS.binding)
        row = {str(described.value(each, RS.variable)): described.value(each, RS.value) for each in bound}
        found.append((int(str(described.value(solution, RS.index) or 0)), row))
    ordered = any(place for place, _ in found)
    return Solutions(variables, tuple(row for _, row in sorted(found, key=lambda each: each[0])), ordered)


def same(expected: Answer, given: Answer, *, lax: bool = False) -> bool:
    """Whether two answers are one: solutions as a multiset, in order where that is asked, blank nodes by a renaming."""
    if isinstance(expected, Graph) and isinstance(given, Graph):
        return isomorphic(expected, given)
    if not isinstance(expected, Solutions) or not isinstance(given, Solutions):
        return type(expected) is type(given) and expected == given
    if expected.variables != given.variables:
        return False
    if lax:
        most, have = Counter(map(_ground, expected.rows)), Counter(map(_ground, given.rows))
        return set(most) == set(have) and all(have[row] <= most[row] for row in have)
    if len(expected.rows) != len(given.rows):
        return False
    if expected.ordered:
        return _renames(list(zip(expected.rows, [(row,) for row in given.rows], strict=True)))
    alike: dict[frozenset[tuple[str, Node | None]], list[Row]] = {}
    for row in given.rows:
        alike.setdefault(_ground(row), []).append(row)
    if Counter(map(_ground, expected.rows)) != {ground: len(rows) for ground, rows in alike.items()}:
        return False
    return _renames([(row, alike[_ground(row)]) for row in expected.rows])


def by_value(answer: Answer) -> Answer:
    """An answer with one form for each number, and for each time in UTC, of each datatype."""
    if not isinstance(answer, Solutions):
        return answer
    rows = tuple({name: _canonical(term) for name, term in row.items()} for row in answer.rows)
    return Solutions(answer.variables, rows, answer.ordered)


def _canonical(term: Node) -> Node:
    if not isinstance(term, Literal):
        return term
    text = str(term)
    if term.datatype in {XSD.date, XSD.dateTime, XSD.time}:
        text = text.replace("+00:00", "Z")
    elif isinstance(term.value, float):
        text = repr(term.value)
    elif isinstance(term.value, int | Decimal) and term.datatype != XSD.boolean:
        text = str(Decimal(term.value).normalize())
    return Literal(text, lang=term.language, datatype=term.datatype, normalize=False)


def _ground(row: Row) -> frozenset[tuple[str, Node | None]]:
    """What a row says whatever its blank nodes are called."""
    return frozenset((name, None if isinstance(term, BNode) else term) for name, term in row.items())


def _renames(pairs: list[tuple[Row, Iterable[Row]]]) -> bool:
    """Whether each row can be one of those beside it, none used twice, under one renaming of blank nodes."""

    def fits(place: int, names: Mapping[Node, Node], used: frozenset[int]) -> bool:
        if place == len(pairs):
            return True
        row, candidates = pairs[place]
        for candidate in candidates:
            renamed = None if id(candidate) in used else _unified(row, candidate, names)
            if renamed is not None and fits(place + 1, renamed, used | {id(candidate)}):
                return True
        return False

    return fits(0, {}, frozenset())


def _unified(row: Row, other: Row, names: Mapping[Node, Node]) -> Mapping[Node, Node] | None:
    """The renaming, with what makes one row the other added, or None where nothing does."""
    if row.keys() != other.keys():
        return None
    grown = dict(names)
    for name, term in row.items():
        if not isinstance(term, BNode) or not isinstance(other[name], BNode):
            if term != other[name]:
                return None
        elif grown.setdefault(term, other[name]) != other[name]:
            return None
    return grown if len(set(grown.values())) == len(grown) else None


# --- Formats ----------------------------------------------------------------------------------------------------------


def _literal(text: str, datatype: str | None = None, language: str | None = None) -> Literal:
    # "Simple literals are syntactic sugar for xsd:string": https://www.w3.org/TR/rdf11-concepts/#section-Graph-Literal
    of = URIRef(datatype) if datatype and not language and datatype != str(XSD.string) else None
    return Literal(text, lang=language or None, datatype=of, normalize=False)


def _term(term: object) -> Node:
    match term:
        case pyoxigraph.NamedNode():
            return URIRef(term.value)
        case pyoxigraph.BlankNode():
            return BNode(term.value)
        case pyoxigraph.Literal():
            return _literal(term.value, term.datatype.value, term.language)
    raise ValueError(f"no term of RDF 1.1: {term!r}")


def _json(document: Mapping) -> Answer:
    if "boolean" in document:
        if not isinstance(document["boolean"], bool):
            raise ValueError("the boolean is no boolean")
        return document["boolean"]
    rows = tuple({name: _json_term(of) for name, of in row.items()} for row in document["results"]["bindings"])
    return Solutions(frozenset(document["head"]["vars"]), rows)


def _json_term(of: Mapping[str, str]) -> Node:
    match of["type"]:
        case "uri":
            return URIRef(of["value"])
        case "bnode":
            return BNode(of["value"])
        case "literal" | "typed-literal":
            return _literal(of["value"], of.get("datatype"), of.get("xml:lang"))
    raise ValueError(f"no type of term: {of['type']}")


def _xml(content: bytes) -> Answer:
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise ValueError(f"not XML: {error}") from error
    boolean = root.find(f"{SRX}boolean")
    if boolean is not None:
        return {"true": True, "false": False}[(boolean.text or "").strip()]
    rows = []
    for result in root.iterfind(f"{SRX}results/{SRX}result"):
        # The suite's own service07.srx writes what is not bound as a binding of nothing.
        bound = (each for each in result.iterfind(f"{SRX}binding") if len(each))
        rows.append({each.get("name", ""): _xml_term(each[0]) for each in bound})
    return Solutions(frozenset(v.get("name", "") for v in root.iterfind(f"{SRX}head/{SRX}variable")), tuple(rows))


def _xml_term(element: ElementTree.Element) -> Node:
    text = element.text or ""
    match element.tag.removeprefix(SRX):
        case "uri":
            return URIRef(text.strip())
        case "bnode":
            return BNode(text.strip())
        case "literal":
            return _literal(text, element.get("datatype"), element.get(XML_LANG))
    raise ValueError(f"no term: {element.tag}")


def _csv(text: str) -> Solutions:
    """CSV says no kinds of terms: every value but a blank node's is compared as the text that it is."""
    try:
        names, *lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error as error:
        raise ValueError(f"not CSV: {error}") from error
    rows = []
    for line in lines:
        bound = ((name, value) for name, value in zip(names, line, strict=True) if value)
        rows.append({name: BNode(value[2:]) if value.startswith("_:") else Literal(value) for name, value in bound})
    return Solutions(frozenset(names), tuple(rows))


def _tsv(text: str) -> Solutions:
    head, *lines = text.removesuffix("\n").split("\n")
    names = [name.removeprefix("?") for name in head.rstrip("\r").split("\t")]
    return Solutions(frozenset(names), tuple(dict(_tsv_row(names, line.rstrip("\r"))) for line in lines))


def _tsv_row(names: list[str], line: str) -> Iterator[tuple[str, Node]]:
    """Yield what a line binds: its values are terms of Turtle, so Turtle reads them."""
    for name, value in zip(names, line.split("\t"), strict=True):
        if value.startswith("_:"):
            yield name, BNode(value[2:])
        elif value:
            (term,) = graph(f"<urn:s> <urn:p> {value} .".encode(), "text/turtle", "").objects()
            yield name, term
