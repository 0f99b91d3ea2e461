"""Files and rules as a store that can be asked: every file a named graph, all of them merged in the default graph."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    NamedNode,
    Quad,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    parse,
    serialize,
)
from rdflib import URIRef

from byregion.dataset import GraphFile
from byregion.engine.snapshot import revision
from byregion.errors import DataError, EngineError
from byregion.guard import Guard

# A chain of a million links, which a transitive rule closes by doubling, is closed after 20.
PASSES: Final = 100

_MERGE: Final = "INSERT { ?s ?p ?o } WHERE { GRAPH ?graph { ?s ?p ?o } }"
_NOT_STATED: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?graph { ?s ?p ?o } } }"


@dataclass(frozen=True, slots=True)
class LoadedStore:
    """A store with the name of its revision, and how many triples its graphs state and what follows adds.

    Where the default graph is the merge of all graphs, `is_merged`, the graphs are all there are: naming another is a
    mistake. In a plain dataset a graph that holds nothing is as good as any. What writes must pass is the `guard`, and
    they may bring it to `most` triples that are stated; None is no bound.
    """

    store: Store
    revision: str
    stated: int
    inferred: int
    is_merged: bool = True
    guard: Guard | None = None
    most: int | None = None


def load(files: Iterable[GraphFile], rules: Sequence[str], inferred: URIRef) -> LoadedStore:
    """Return the store of what is published of `files` and `rules`; raises what `published` raises."""
    return restore(published(files, rules, inferred), inferred)


def published(files: Iterable[GraphFile], rules: Sequence[str], inferred: URIRef) -> bytes:
    """Return what `files` state and what `rules` make of it, as canonical N-Quads, sorted: a revision is its text.

    Each file is a named graph. A rule is a SPARQL update `INSERT { … } WHERE { … }` that reads and writes the merge of
    all graphs; it may read a named graph (GRAPH) but writes none. The rules run until none adds anything; what they
    added, and no file states, is the graph `inferred`.

    Raises DataError with file and line for Turtle that cannot be read, and EngineError where the rules reach no end.
    """
    stated, new = closed(files, rules, inferred)
    graph = NamedNode(inferred)
    return canonical([*stated, *(Quad(item.subject, item.predicate, item.object, graph) for item in new)])


def closed(files: Iterable[GraphFile], rules: Sequence[str], inferred: URIRef) -> tuple[list[Quad], list[Triple]]:
    """Return what `files` state, and what `rules` add to it; raises what `published` raises."""
    stated = [quad for item in files for quad in _read(item, inferred)]
    return stated, follows(stated, rules)


def follows(stated: Iterable[Quad], rules: Sequence[str]) -> list[Triple]:
    """Return what `rules` add to what is stated; raises EngineError where they reach no end."""
    store = Store()
    store.bulk_extend(stated)
    store.update(_MERGE)
    _close(store, rules)
    return list(cast(QueryTriples, store.query(_NOT_STATED)))


def restore(text: bytes, inferred: URIRef) -> LoadedStore:
    """Return the store of a revision from its text; the default graph holds the merge of all graphs, as a set.

    Solutions come in the order in which quads went in, and blank nodes keep their names: with the text alone going in,
    whatever is asked has the same answer, byte for byte, wherever and whenever the revision is loaded.
    """
    store = Store()
    # Not bulk_load, which gives blank nodes new names.
    store.bulk_extend(parse(text, format=RdfFormat.N_QUADS))
    count = len(store)
    store.update(_MERGE)
    follows = text.count(f" <{inferred}> .\n".encode())
    return LoadedStore(store, revision(text), count - follows, follows)


def merged(store: Store, name: str, inferred: URIRef) -> LoadedStore:
    """Return the revision called `name`, whose named graphs `store` holds: its default graph becomes their merge."""
    count = len(store)
    follows = sum(1 for _ in store.quads_for_pattern(None, None, None, NamedNode(inferred)))
    store.update(_MERGE)
    return LoadedStore(store, name, count - follows, follows)


def plain() -> LoadedStore:
    """Return a plain dataset that holds nothing: its default graph is a graph of its own."""
    return LoadedStore(Store(), revision(b""), 0, 0, is_merged=False)


def compacted(store: Store) -> Store:
    """Return a store that holds the same, without the memory of what was removed."""
    new = Store()
    # It was read before, and is read again whatever it holds.
    new.bulk_extend(parse(store.dump(format=RdfFormat.N_QUADS), format=RdfFormat.N_QUADS, lenient=True))
    for graph in store.named_graphs():
        new.add_graph(graph)
    return new


def _read(item: GraphFile, inferred: URIRef) -> Iterator[Quad]:
    if item.graph == inferred:
        raise DataError(f"the graph {inferred} holds what is inferred; a file cannot be it", item.path)
    graph = NamedNode(item.graph)
    try:
        # Blank nodes are renamed: `_:a` in two files is two nodes.
        for quad in parse(path=item.path, format=RdfFormat.TURTLE, rename_blank_nodes=True):
            yield Quad(quad.subject, quad.predicate, quad.object, graph)
    except SyntaxError as error:
        why = re.sub(r"^Parser error [^:]*: ", "", error.msg)
        raise DataError(f"this is not Turtle: {why}", item.path, error.lineno or 0, error.offset or 0) from error
    except OSError as error:
        raise DataError(f"the file cannot be read: {error}", item.path) from error


def _close(store: Store, rules: Sequence[str]) -> None:
    for _ in range(PASSES if rules else 0):
        before = len(store)
        for rule in rules:
            store.update(rule)
        if len(store) == before:
            return
    if rules:
        raise EngineError(f"the rules still add triples after {PASSES} passes; one of them makes new terms each time")


def canonical(quads: Iterable[Quad]) -> bytes:
    """Return `quads` as canonical N-Quads, sorted: the same text for the same statements, whatever they came from.

    It depends neither on their order nor on the names of blank nodes; a literal counts as it is spelled.
    Source: https://www.w3.org/TR/rdf-canon/ (RDFC-1.0)
    """
    plain: list[Quad] = []
    blank = Dataset()
    for quad in quads:
        # Quads without blank nodes have no part in naming those, and there are many more of them.
        if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
            blank.add(quad)
        else:
            plain.append(quad)
    blank.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    text = io.BytesIO()
    serialize(plain, text, RdfFormat.N_QUADS)
    serialize(blank, text, RdfFormat.N_QUADS)
    lines = sorted(set(text.getvalue().split(b"\n")) - {b""})
    return b"".join(line + b"\n" for line in lines)
