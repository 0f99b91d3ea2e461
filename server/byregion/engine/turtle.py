"""Turtle files as rdflib graphs, read by Oxigraph: the terms that `dataset.read_graph` gives, in a tenth the time."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat
from rdflib import BNode, Dataset, Graph, Literal, URIRef
from rdflib.term import Node

from byregion import dataset
from byregion.dataset import GraphFile, Triple
from byregion.errors import DataError
from byregion.namespaces import bind, empty_graph

# Oxigraph writes tags of languages in small letters, knows a direction beside them, and xsd:string as what has none. A
# name that only looks like one of these is read by rdflib for nothing, which does no harm.
_TAG: Final = re.compile(rb"@[a-zA-Z0-9-]*(?:[A-Z]|--)")
_OTHERWISE: Final = (b"XMLSchema#string", b":string")
_RDF_12: Final = b"<<("  # how a triple that is a term begins
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"


class Reader:
    """Reads each Turtle file once, however often it is asked for; what several files name is one term, made once.

    Whatever is read is held for as long as the reader: one reader is of one moment.
    """

    def __init__(self) -> None:
        """Begin without files."""
        self._terms: dict[object, Node] = {}
        self._contents: dict[Path, bytes] = {}
        self._triples: dict[Path, list[Triple]] = {}
        self._datasets: dict[frozenset[GraphFile], Dataset] = {}

    def content(self, path: Path) -> bytes:
        """Return the bytes of a file; raises DataError where there is none."""
        if path not in self._contents:
            try:
                self._contents[path] = path.read_bytes()
            except FileNotFoundError as error:
                raise DataError("there is no such file", path) from error
        return self._contents[path]

    def triples(self, path: Path) -> list[Triple]:
        """Return the triples that a file holds; raises DataError as `dataset.read_graph`, which tells what is wrong."""
        if path not in self._triples:
            self._triples[path] = self._read(path)
        return self._triples[path]

    def graph(self, path: Path) -> Graph:
        """Return the graph that a file holds; raises what `triples` raises."""
        graph = empty_graph()
        for triple in self.triples(path):
            graph.add(triple)
        return graph

    def ntriples(self, paths: Iterable[Path]) -> str:
        """Return what files say as N-Triples, with no term made of it on the way; raises what `triples` raises."""
        return "".join(self._ntriples(path) for path in paths)

    def dataset(self, files: Iterable[GraphFile]) -> Dataset:
        """Return files as one dataset, each in its named graph; the default graph is their union.

        For the same files it is the same dataset, which nobody may change. Raises what `triples` raises.
        """
        files = tuple(files)
        which = frozenset(files)
        if which not in self._datasets:
            self._datasets[which] = self._dataset(files)
        return self._datasets[which]

    def _dataset(self, files: Iterable[GraphFile]) -> Dataset:
        whole = Dataset(default_union=True)
        for item in files:
            graph = whole.graph(item.graph)
            for triple in self.triples(item.path):
                whole.store.add(triple, graph)  # what Graph.add does besides is to make sure that these are terms
        bind(whole)
        return whole

    def _read(self, path: Path) -> list[Triple]:
        content = self.content(path)
        if _is_read_otherwise(content):
            return list(dataset.read_graph(path))
        try:
            return [(self._term(s), self._term(p), self._term(o)) for s, p, o, _ in _parsed(content)]
        except (SyntaxError, TypeError):
            return list(dataset.read_graph(path))

    def _ntriples(self, path: Path) -> str:
        content = self.content(path)
        if not _is_read_otherwise(content):
            try:
                written = pyoxigraph.serialize(_parsed(content), format=RdfFormat.N_QUADS) or b""
            except SyntaxError:
                written = _RDF_12  # or nothing at all: what is wrong, `triples` tells
            if _RDF_12 not in written:
                return written.decode()
        return dataset.ntriples(self.triples(path))

    def _term(self, term: object) -> Node:
        found = self._terms.get(term)
        if found is None:
            found = self._terms[term] = rdflib_term(term)
        return found


def _is_read_otherwise(turtle: bytes) -> bool:
    # Searched for one by one: an expression for all of them takes longer than reading the file.
    is_marked = turtle.startswith(codecs.BOM_UTF8)
    return is_marked or any(word in turtle for word in _OTHERWISE) or _TAG.search(turtle) is not None


def _parsed(turtle: bytes) -> Iterable[pyoxigraph.Quad]:
    # Blank nodes of two files are never the same one.
    return pyoxigraph.parse(turtle, format=RdfFormat.TURTLE, rename_blank_nodes=True)


def rdflib_term(term: object) -> Node:
    """Return a term of Oxigraph as rdflib has it; raises TypeError for one that is none of RDF 1.1."""
    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return BNode(term.value)
    if not isinstance(term, pyoxigraph.Literal):
        raise TypeError(f"a {type(term).__name__} is no term of RDF 1.1")
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    return Literal(term.value) if datatype == _STRING else Literal(term.value, datatype=URIRef(datatype))
