"""The guard: what it finds in what a write affects is what validating everything finds, whatever the shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store
from rdflib import SH, BNode

import excerpt
from byregion import infer, validate
from byregion.dataset import data_files, ontology_files
from byregion.engine import store as engine_store
from byregion.guard.affected import Affected
from byregion.guard.closure import follow
from byregion.guard.judging import Shapes, node
from byregion.guard.matching import Triple
from byregion.guard.reads import Reads
from byregion.guard.rules import Rules
from byregion.guard.view import View
from byregion.iri import INFERRED
from byregion.validate import Report

HERE = Path(__file__).parent / "guard"
EX = "http://example.org/"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def told(report: Report) -> set[tuple[object, ...]]:
    """All that the results say, but for the names of blank nodes, which are each report's own."""

    def plain(part: object) -> object:
        return "_:" if isinstance(part, BNode) else part

    return {
        tuple(map(plain, (r.shape, r.component, r.focus_node, str(r.path), r.value, r.severity, r.message)))
        for r in report.results
    }


# --- Any shapes, any graph --------------------------------------------------------------------------------------------


@cache
def any_shapes() -> tuple[Shapes, Reads]:
    graph = validate.read_shapes([HERE / "any.ttl"])
    return Shapes(graph, is_merged=False), Reads.of(graph)


NODES = [NamedNode(EX + name) for name in "abcd"]
BLANK = [BlankNode(name) for name in "xy"]
PREDICATES = [NamedNode(EX + name) for name in "pqr"]
CLASSES = [NamedNode(EX + name) for name in "ABC"]
links = st.tuples(
    st.sampled_from([*NODES, *BLANK]), st.sampled_from(PREDICATES), st.sampled_from([*NODES, *BLANK, Literal("text")])
)
types = st.tuples(st.sampled_from([*NODES, *BLANK, *PREDICATES]), st.just(TYPE), st.sampled_from(CLASSES))
triples = st.one_of(links, links, types)


@settings(max_examples=400, deadline=None)
@given(st.sets(triples, max_size=14), st.sets(triples, min_size=1, max_size=3))
def test_what_shapes_find_after_a_change_and_not_before_is_found_in_what_it_affects(
    before: set[Triple], changed: set[Triple]
):
    shapes, reads = any_shapes()
    first, second = filled(before), filled(before ^ changed)
    old, new = told(shapes.of_all(first)), told(shapes.of_all(second))
    found = told(shapes.of_affected(second, changed))
    assert new - old <= found <= new
    focus_nodes = {node(term) for term in Affected(reads, View(second, is_merged=False)).focus_nodes(changed)}
    core = {row for row in new - found if row[1] != SH.SPARQLConstraintComponent}
    assert not {row for row in core if row[2] in focus_nodes}


def filled(triples: Iterable[Triple]) -> Store:
    store = Store()
    store.extend(Quad(*triple, DefaultGraph()) for triple in triples)
    return store


# --- The project's shapes and rules over published data ---------------------------------------------------------------


class Published:
    """What is published of the excerpt, as the template holds it, with its guard."""

    def __init__(self) -> None:
        files = [*ontology_files(), *data_files(excerpt.data())]
        self.store = engine_store.load(files, infer.UPDATES, INFERRED).store
        self.graph = validate.read_shapes()
        self.shapes = Shapes(self.graph, is_merged=True)
        self.rules = Rules(infer.UPDATES, self.store)
        hidden = {NamedNode(str(INFERRED)), DefaultGraph()}
        self.stated = [
            quad
            for quad in self.store
            if quad.graph_name not in hidden and "/graphs/ontology/" not in str(quad.graph_name)
        ]
        self.inferred = sorted({str(quad) for quad in self.store if quad.graph_name == NamedNode(str(INFERRED))})


@cache
def published() -> Published:
    made = Published()
    assert len(made.stated) > 1000
    assert made.inferred
    return made


def triple(quad: Quad) -> Triple:
    assert not isinstance(quad.subject, type(None))
    return quad.subject, quad.predicate, quad.object


@st.composite
def writes(draw: st.DrawFn) -> tuple[list[Quad], list[Quad]]:
    """Statements that a write adds and removes: any of those there are, and any made of their parts."""
    stated = published().stated
    quads = st.sampled_from(stated)
    removed = draw(st.lists(quads, max_size=4, unique=True))
    if removed and draw(st.booleans()):
        # All of a thing: what others point to goes.
        removed = [quad for quad in stated if quad.subject == removed[0].subject]
    mixed = st.builds(
        lambda a, b, c, d: Quad(a.subject, b.predicate, c.object if d else c.subject, a.graph_name),
        *(quads, quads, quads, st.booleans()),
    )
    moved = st.builds(lambda a, b: Quad(a.subject, a.predicate, b.object, b.graph_name), quads, quads)
    added = draw(st.lists(st.one_of(mixed, moved, quads), max_size=4, unique=True))
    there = set(stated)
    return [quad for quad in added if quad not in there], [quad for quad in removed if quad not in added]


@contextmanager
def done(added: list[Quad], removed: list[Quad]) -> Iterator[Store]:
    """The published store with a write done to its named graphs; it is undone afterwards."""
    world = published()
    for quad in removed:
        world.store.remove(quad)
    world.store.extend(added)
    try:
        yield world.store
    finally:
        for quad in added:
            world.store.remove(quad)
        world.store.extend(removed)


@settings(max_examples=30, deadline=None)
@given(writes())
def test_what_a_write_breaks_is_what_validating_everything_finds(write: tuple[list[Quad], list[Quad]]):
    added, removed = write
    with done(added, removed) as store:
        changed = {triple(quad) for quad in (*added, *removed)}
        assert told(published().shapes.of_affected(store, changed)) == told(published().shapes.of_all(store))


@settings(max_examples=15, deadline=None)
@given(writes())
def test_inferences_after_a_write_are_those_of_everything_made_anew(write: tuple[list[Quad], list[Quad]]):
    added, removed = write
    with done(added, removed) as store:
        made = Store()
        made.extend(quad for quad in store if quad.graph_name not in (NamedNode(str(INFERRED)), DefaultGraph()))
        stated = {triple(quad) for quad in made}
        made.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?graph { ?s ?p ?o } }")
        size = 0
        while size != len(made):
            size = len(made)
            for rule in infer.UPDATES:
                made.update(rule)
        whole = {triple(quad) for quad in made.quads_for_pattern(None, None, None, DefaultGraph())}
        before = list(store.quads_for_pattern(None, None, None, DefaultGraph()))
        follows = follow(store, published().rules, map(triple, added), map(triple, removed))
        try:
            assert {triple(quad) for quad in store.quads_for_pattern(None, None, None, DefaultGraph())} == whole
            inferred = {triple(quad) for quad in store.quads_for_pattern(None, None, None, NamedNode(str(INFERRED)))}
            assert (inferred - follows.removed) | follows.added == whole - stated
            assert not follows.added & inferred
            assert follows.removed <= inferred
        finally:
            store.remove_graph(DefaultGraph())
            store.extend(before)
