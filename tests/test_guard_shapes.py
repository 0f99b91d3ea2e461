"""Every shape is held by the guard: for each that a removal can break there is a DELETE that breaks it, for each other
one an insertion, and either is refused.

Which shapes there are, and which a removal can break, is read from the shapes graph. What can be removed is any single
statement of the world of the cases, of all valid cases and of `tests/guard/uses.ttl`; a shape that none of them breaks
is broken by what a concept of the ontology says, which takes no writes, or the test fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode, Quad
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from byregion import infer
from byregion.dataset import data_files, ontology_files, read_graph
from byregion.engine import store as engine_store
from byregion.guard.judging import Shapes
from byregion.iri import INFERRED
from byregion.namespaces import BASE, BRSH
from guarded_world import CASES, NEW, USES, WORLD, Server, keys, report_of, writable, write
from test_shapes import INVALID, Case, constraints, shapes

NTRIPLES = {"content-type": "application/n-triples"}
TURTLE = {"accept": "text/turtle"}
GRAPHS = (WORLD, CASES, USES)
CONCEPTS = f"{BASE}graphs/ontology/concepts"
TYPE = NamedNode(str(RDF.type))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("guarded")
    with writable(write(folder, GRAPHS), folder) as found:
        yield found


@pytest.fixture(scope="module")
def before(server: Server) -> str:
    """What the server holds before any of the writes here; and after each, since all are refused."""
    return server.state()


# --- What a removal can break -----------------------------------------------------------------------------------------

LISTS = (SH["or"], SH["and"], SH.xone)
LEAST = (SH.minCount, SH.qualifiedMinCount)


def falls(graph: Graph, shape: Node, *, within: bool = False) -> bool:
    """Tell whether something that conforms to a shape may not do so any more once a statement is removed.

    `within` another, what its property shapes find counts too; else that is found in their own names.
    """
    members = [one for logic in LISTS for head in graph.objects(shape, logic) for one in graph.items(head)]
    parts = [*graph.objects(shape, SH.node), *members, *(graph.objects(shape, SH.property) if within else ())]
    asked = [text for query in graph.objects(shape, SH.sparql) for text in graph.objects(query, SH.select)]
    return (
        any(int(str(count)) > 0 for word in LEAST for count in graph.objects(shape, word))
        or any((shape, word, None) in graph for word in (SH["class"], SH.hasValue, SH.equals))
        or any(falls(graph, other, within=True) for other in parts)
        or any(rises(graph, other) for other in graph.objects(shape, SH["not"]))
        or any("NOT EXISTS" in str(text) for text in asked)
    )


def rises(graph: Graph, shape: Node) -> bool:
    """Tell whether something that does not conform to a shape may do so once a statement is removed.

    What a shape without a path says of its node alone (sh:pattern and the like) is the same whatever is removed.
    """
    return (shape, SH.path, None) in graph or any(rises(graph, other) for other in graph.objects(shape, SH.property))


def fallible() -> list[str]:
    return sorted({shape for shape, _ in constraints(shapes()) if falls(shapes(), URIRef(shape))})


def others() -> list[str]:
    return sorted({shape for shape, _ in constraints(shapes())} - set(fallible()))


def name(shape: str) -> str:
    return shape.removeprefix(str(BRSH))


# --- What does --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def breaking(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Quad]:
    """For each shape that the removal of a single statement breaks, the first such statement."""
    files = [*ontology_files(), *data_files(write(tmp_path_factory.mktemp("judged"), GRAPHS))]
    store = engine_store.load(files, infer.UPDATES, INFERRED).store
    judges = Shapes(shapes(), is_merged=True)
    found: dict[str, Quad] = {}
    for graph in (*GRAPHS, CONCEPTS):
        predicate = TYPE if graph == CONCEPTS else None
        for quad in sorted(store.quads_for_pattern(None, predicate, None, NamedNode(graph)), key=str):
            if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
                continue
            if graph == CONCEPTS and not set(fallible()) - set(found):
                return found
            store.remove(quad)
            for result in judges.of_affected(store, {(quad.subject, quad.predicate, quad.object)}).results:
                found.setdefault(str(result.shape), quad)
            store.add(quad)
    return found


# Which kinds of changes there are is in the shapes themselves, so a dataset cannot bring one of its own.
@pytest.mark.parametrize("shape", fallible(), ids=name)
def test_every_shape_that_a_removal_can_break_has_a_delete_that_is_refused(
    server: Server, before: str, breaking: dict[str, Quad], shape: str
):
    assert shape in breaking, f"no statement breaks {shape} by its removal; add one that does to tests/guard/uses.ttl"
    quad = breaking[shape]
    text = f"DELETE DATA {{ GRAPH {quad.graph_name} {{ {quad.subject} {quad.predicate} {quad.object} }} }}"
    answer = server.client.post("sparql", data={"update": text}, headers=TURTLE)
    assert server.state() == before
    if quad.graph_name == NamedNode(CONCEPTS):
        assert (answer.status_code, name(shape)) == (409, "ChangeEvent-changeKind"), answer.text
        return
    report = report_of(answer)
    assert shape in {found for found, _, _ in keys(report)}
    said = (text for text in report.objects(None, SH.resultMessage) if isinstance(text, Literal))
    assert {text.language for text in said} == {"nb", "nn", "en"}


@cache
def cases() -> dict[str, Path]:
    """For each shape an invalid case that it finds."""
    return {shape: path for path in reversed(INVALID) for shape, _, _ in Case(path).expected}


@pytest.mark.parametrize("shape", others(), ids=name)
def test_every_other_shape_has_an_insertion_that_is_refused(
    server: Server, before: str, breaking: dict[str, Quad], shape: str
):
    assert shape not in breaking, f"removing {breaking[shape]} breaks {shape}, which falls() does not tell"
    body = read_graph(cases()[shape]).serialize(format="nt")
    answer = server.client.post("graphs", params={"graph": NEW}, content=body.encode(), headers=NTRIPLES | TURTLE)
    assert shape in {found for found, _, _ in keys(report_of(answer))}
    assert server.state() == before
    assert server.client.get("graphs", params={"graph": NEW}).status_code == 404


def test_there_are_shapes_of_either_kind():
    assert len(fallible()) > 50
    assert len(others()) > 20
