"""The media types of answers, and answers read as RDF terms."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import rdflib
from rdflib import BNode, URIRef, Variable
from rdflib.term import Node

from byregion.errors import EngineError
from byregion.sentences import say

Kind = Literal["solutions", "graph"]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write an answer: its short name, its media type, its file suffix, and which kind of answer it holds."""

    name: str
    media_type: str
    suffix: str
    kind: Kind

    @property
    def content_type(self) -> str:
        """The value of Content-Type: with the charset where the media type would otherwise mean another one."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


JSON: Final = "application/sparql-results+json"
"""The media type that `read_solutions` reads."""

# In the order of preference: the first of a kind is what a client gets that does not mind.
FORMATS: Final = (
    Format("json", JSON, ".srj", "solutions"),
    Format("xml", "application/sparql-results+xml", ".srx", "solutions"),
    Format("csv", "text/csv", ".csv", "solutions"),
    Format("tsv", "text/tab-separated-values", ".tsv", "solutions"),
    Format("turtle", "text/turtle", ".ttl", "graph"),
    Format("ntriples", "application/n-triples", ".nt", "graph"),
    Format("rdfxml", "application/rdf+xml", ".rdf", "graph"),
    Format("jsonld", "application/ld+json", ".jsonld", "graph"),
)


def formats(kind: Kind) -> tuple[Format, ...]:
    """Return the formats that hold an answer of `kind`, the preferred one first."""
    return tuple(item for item in FORMATS if item.kind == kind)


def kind(form: str) -> Kind:
    """Return the kind of answer that a query of this form has: ASK's is written as solutions are."""
    return "solutions" if form in ("SELECT", "ASK") else "graph"


@dataclass(frozen=True, slots=True)
class Solutions:
    """The answer of a SELECT: its variables in order, and the terms they are bound to in each solution."""

    variables: tuple[Variable, ...]
    bindings: tuple[dict[Variable, Node], ...]


def read_solutions(body: bytes) -> Solutions | bool:
    """Return what a document of SPARQL 1.1 Query Results JSON holds: the solutions, or the answer of an ASK.

    Raises EngineError where it is no such document. Source: https://www.w3.org/TR/sparql11-results-json/
    """
    found = read_rows(body)
    if isinstance(found, bool):
        return found
    names, rows = found
    variables = {name: Variable(name) for name in names}
    try:
        bindings = tuple({variables[name]: term for name, term in row.items()} for row in rows)
    except KeyError as error:
        raise _unreadable(error) from error
    return Solutions(tuple(variables.values()), bindings)


def read_rows(body: bytes) -> tuple[list[str], list[dict[str, Node]]] | bool:
    """Return the same with variables as plain names: those of the head, and the terms of each solution by name."""
    try:
        document = json.loads(body)
        if "boolean" in document:
            return bool(document["boolean"])
        bindings = document["results"]["bindings"]
        rows = [{name: _term(value) for name, value in binding.items()} for binding in bindings]
        return document["head"]["vars"], rows
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> EngineError:
    return EngineError(say("answer-unreadable", why=error))


# The same graphs, classes and properties stand in most rows, and the same things, names and numbers in answers that
# belong together. rdflib looks through each term that it is given, and compares two that are not one object by a method
# of its own; a term never changes.
_SHORT: Final = 200
"""Characters of a text that stands in more than one answer."""
_iri: Final = lru_cache(maxsize=20_000)(URIRef)


def _literal(text: str, language: str | None, datatype: str | None) -> rdflib.Literal:
    # What the engine wrote is what is read: no second normalisation of "01"^^xsd:integer.
    return rdflib.Literal(text, lang=language, datatype=datatype and _iri(datatype), normalize=False)


_short_literal: Final = lru_cache(maxsize=20_000)(_literal)


def _term(value: dict[str, Any]) -> Node:
    kind, text = value["type"], value["value"]
    if kind == "uri":
        return _iri(text)
    if kind in ("literal", "typed-literal"):
        make = _short_literal if len(text) <= _SHORT else _literal
        return make(text, value.get("xml:lang"), value.get("datatype"))
    if kind == "bnode":
        return BNode(text)
    raise ValueError(f"{kind!r} is no kind of term")
