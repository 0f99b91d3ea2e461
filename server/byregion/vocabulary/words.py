"""Which words of vocabularies are used, and whether there are such words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SH, SKOS, VANN, XSD, Graph, URIRef

from byregion.dataset import Triple, read_graph
from byregion.namespaces import BR, OA, WGS84
from byregion.sparql import Token, tokens
from byregion.terms import shorten

DECLARED_AS: Final = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)

# rdflib knows every word of these. What it lacks is listed as the vocabularies define it.
_CLOSED: Final = {str(ns): ns for ns in (DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SH, SKOS, VANN, XSD)}
_LISTED: Final = {
    # https://www.w3.org/TR/annotation-vocab/ — the part that quotes need.
    str(OA): {"hasSource", "hasSelector", "TextQuoteSelector", "TextPositionSelector"}
    | {"exact", "prefix", "suffix", "start", "end", "SpecificResource"},
    # https://www.w3.org/2003/01/geo/wgs84_pos
    str(WGS84): {"SpatialThing", "Point", "location", "lat", "long", "alt", "lat_long"},
}
_VOCABULARIES: Final = (str(BR), *_CLOSED, *_LISTED)


def used(graphs: Iterable[Path], queries: Iterable[Path]) -> dict[str, set[URIRef]]:
    """Return the words that Turtle files and query files use, by file.

    Raises DataError for a file that is not Turtle, and QuerySyntaxError for one that is no SPARQL.
    """
    words = {str(path): in_graph(read_graph(path)) for path in graphs}
    return words | {str(path): in_query(path.read_text(encoding="utf-8")) for path in queries}


def in_graph(graph: Iterable[Triple]) -> set[URIRef]:
    """Return the words of ours, and of the foreign vocabularies we know, that stand anywhere in `graph`."""
    terms = {term for triple in graph for term in triple if isinstance(term, URIRef)}
    return {term for term in terms if _is_word(term)}


def in_query(text: str) -> set[URIRef]:
    """Return the words of ours, and of the foreign vocabularies we know, that a SPARQL query names.

    Raises QuerySyntaxError for text that is no SPARQL.
    """
    prefixes: dict[str, str] = {}
    found: set[URIRef] = set()
    before: list[Token] = []
    for token in tokens(text):
        if token.kind == "iri" and [item.kind for item in before[-2:]] == ["word", "name"]:
            prefixes[before[-1].text] = token.text[1:-1]  # PREFIX br: <…>
        elif token.kind == "iri":
            found.add(URIRef(token.text[1:-1]))
        elif token.kind == "name":
            prefix, colon, local = token.text.partition(":")
            found.add(URIRef(prefixes.get(prefix + colon, "") + local))
        before.append(token)
    return {term for term in found if _is_word(term)}


def _is_word(term: URIRef) -> bool:
    return any(term.startswith(namespace) and term != namespace for namespace in _VOCABULARIES)


def faults(places: Mapping[str, Iterable[URIRef]], ontology: Graph) -> Iterator[tuple[str, str]]:
    """Yield the place and what is wrong, for every word used that its vocabulary does not have."""
    declared = {term for kind in DECLARED_AS for term in ontology.subjects(None, kind)}
    for place, terms in places.items():
        for term in sorted(terms):
            if term.startswith(BR) and term not in declared:
                yield place, f"{shorten(term)} is used, but the ontology does not declare it"
            elif not term.startswith(BR) and not _is_known(term):
                yield place, f"{shorten(term)} is used, but that vocabulary has no such word"


def unknown(text: str, ontology: Graph, most: int = 5) -> Iterator[tuple[str, str]]:
    """Yield the first `most` words of a SPARQL query that their vocabularies do not have, and the nearest they have.

    Both are prefixed names of the project; the nearest is empty where none is near. Raises QuerySyntaxError for text
    that is no SPARQL.
    """
    ours = {str(term) for kind in DECLARED_AS for term in ontology.subjects(None, kind)}
    wrong = (term for term in sorted(in_query(text)) if not (str(term) in ours if term in BR else _is_known(term)))
    for term in islice(wrong, most):
        namespace = next(item for item in _VOCABULARIES if term.startswith(item))
        there = ours if namespace == str(BR) else _words(namespace)
        near = _nearest(term.removeprefix(namespace), [word.removeprefix(namespace) for word in sorted(there)])
        yield shorten(term), shorten(namespace + near) if near else ""


def _nearest(name: str, there: list[str]) -> str:
    # Nobody means what is longer than any word; comparing would take long.
    if len(name) > 2 * max(map(len, there)):
        return ""
    lower = {word.lower(): word for word in there}
    near = get_close_matches(name, there, 1, 0.7) or [lower[word] for word in get_close_matches(name.lower(), lower, 1)]
    return near[0] if near else ""


def _words(namespace: str) -> set[str]:
    if namespace in _LISTED:
        return {namespace + name for name in _LISTED[namespace]}
    return {str(word) for word in dir(_CLOSED[namespace])}


def _is_known(term: URIRef) -> bool:
    for namespace, vocabulary in _CLOSED.items():
        if term.startswith(namespace):
            return term in vocabulary
    for namespace, names in _LISTED.items():
        if term.startswith(namespace):
            return term.removeprefix(namespace) in names
    return True
