"""Files and rules become a store: its graphs, what follows, and the name of its revision."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, Store
from rdflib import URIRef

from byregion.dataset import GraphFile
from byregion.engine.memory import MemoryEngine
from byregion.engine.store import LoadedStore, load
from byregion.errors import DataError, EngineError
from byregion.iri import INFERRED
from engine_data import AGAIN, COUNT, DATA, RULES, STATED, X, graph_file, rule

INFERRED_GRAPH = NamedNode(INFERRED)


def quads(store: Store, graph: NamedNode | DefaultGraph | None) -> list[Quad]:
    return list(store.quads_for_pattern(None, None, None, graph))


def triples(store: Store, graph: NamedNode | DefaultGraph) -> set[tuple[object, ...]]:
    return {(quad.subject, quad.predicate, quad.object) for quad in quads(store, graph)}


def loaded(*files: GraphFile, rules: tuple[str, ...] = ()) -> LoadedStore:
    return load(files, rules, INFERRED)


# --- Graphs -----------------------------------------------------------------------------------------------------------


def test_a_file_is_a_named_graph() -> None:
    store = loaded(STATED, AGAIN).store
    assert {URIRef(graph.value) for graph in store.named_graphs()} == {STATED.graph, AGAIN.graph}
    assert len(quads(store, NamedNode(AGAIN.graph))) == 4


def test_a_triple_that_stands_in_two_graphs_stands_once_in_the_default_graph() -> None:
    store = loaded(STATED, AGAIN).store
    of_files = [triples(store, NamedNode(item.graph)) for item in (STATED, AGAIN)]
    assert len(of_files[0] & of_files[1]) == 1
    assert triples(store, DefaultGraph()) == of_files[0] | of_files[1]
    assert len(quads(store, DefaultGraph())) == len(of_files[0] | of_files[1])
    answer = store.query(COUNT)
    assert [solution["n"].value for solution in answer] == [str(len(of_files[0] | of_files[1]))]


def test_a_blank_node_belongs_to_its_file() -> None:
    twice = (GraphFile(AGAIN.path, URIRef(X + "1")), GraphFile(AGAIN.path, URIRef(X + "2")))
    contacts = loaded(*twice).store.query(f"SELECT ?o WHERE {{ <{X}norway> <{X}contact> ?o }}")
    assert len({solution["o"] for solution in contacts}) == 2


def test_what_is_stated_and_inferred_is_counted() -> None:
    found = loaded(STATED, AGAIN, rules=RULES)
    assert (found.stated, found.inferred) == (20, len(quads(found.store, INFERRED_GRAPH)))


# --- Errors -----------------------------------------------------------------------------------------------------------


def test_turtle_that_cannot_be_read_is_told_with_file_and_line() -> None:
    with pytest.raises(DataError, match=r"broken\.ttl:5:9: this is not Turtle: ") as caught:
        loaded(STATED, graph_file("broken"))
    assert (caught.value.place.path, caught.value.place.line) == (DATA / "broken.ttl", 5)


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(DataError, match=r"absent\.ttl: the file cannot be read"):
        loaded(graph_file("absent"))


def test_a_relative_iri_is_an_error_because_a_graph_may_not_depend_on_where_its_file_lies(tmp_path: Path) -> None:
    path = tmp_path / "relative.ttl"
    path.write_text("\n<a> <b> <c> .\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"relative\.ttl:2:1: this is not Turtle: No scheme"):
        loaded(GraphFile(path, URIRef(X)))


def test_a_file_cannot_be_the_inferred_graph() -> None:
    with pytest.raises(DataError, match="a file cannot be it"):
        loaded(GraphFile(STATED.path, INFERRED))


# --- Rules ------------------------------------------------------------------------------------------------------------


def test_rules_run_until_none_adds_anything() -> None:
    store = loaded(STATED, AGAIN, rules=RULES).store
    pairs = {
        (quad.subject.value, quad.object.value) for quad in store.quads_for_pattern(None, NamedNode(X + "partOf"), None)
    }
    chain = ("lenvik", "midt-troms", "troms", "norway")
    assert pairs == {(X + low, X + high) for at, low in enumerate(chain) for high in chain[at + 1 :]}
    # The first rule depends on what the second adds, and the other way round in the other order.
    assert triples(loaded(STATED, AGAIN, rules=RULES[::-1]).store, INFERRED_GRAPH) == triples(store, INFERRED_GRAPH)


def test_the_inferred_graph_holds_what_no_file_states() -> None:
    store = loaded(STATED, AGAIN, rules=RULES).store
    inferred = triples(store, INFERRED_GRAPH)
    stated = triples(store, NamedNode(STATED.graph)) | triples(store, NamedNode(AGAIN.graph))
    assert inferred
    assert inferred.isdisjoint(stated)
    assert triples(store, DefaultGraph()) == stated | inferred


def test_without_rules_nothing_is_inferred() -> None:
    found = loaded(STATED)
    assert found.inferred == 0
    assert not quads(found.store, INFERRED_GRAPH)


def test_a_chain_of_links_is_closed_by_doubling(tmp_path: Path) -> None:
    path = tmp_path / "chain.ttl"
    links = (f"<{X}{number}> <{X}partOf> <{X}{number + 1}> ." for number in range(150))
    path.write_text("\n".join(links), encoding="utf-8")
    found = loaded(GraphFile(path, URIRef(X)), rules=(rule("transitive"),))
    assert found.inferred == 150 * 151 // 2 - 150


def test_rules_that_never_end_are_an_error() -> None:
    with pytest.raises(EngineError, match="after 100 passes"):
        loaded(STATED, rules=(rule("endless"),))


def test_the_inferred_graph_is_read_as_rdflib_terms() -> None:
    engine = MemoryEngine.of((STATED, AGAIN), RULES)
    graph = engine.graph(INFERRED)
    assert (URIRef(X + "norway"), URIRef(X + "holds"), URIRef(X + "lenvik")) in graph
    assert len(graph) == engine.loaded.inferred
    assert not engine.graph(URIRef(X + "absent"))


# --- The name of the revision -----------------------------------------------------------------------------------------


def test_the_revision_is_the_same_for_the_files_in_any_order() -> None:
    files = (STATED, AGAIN, graph_file("rearranged"))
    assert len({loaded(*order, rules=RULES).revision for order in permutations(files)}) == 1


def test_the_revision_is_that_of_the_graph_and_not_of_its_layout() -> None:
    assert loaded(graph_file("rearranged", "stated")).revision == loaded(STATED).revision


@pytest.mark.parametrize(
    "files",
    [
        pytest.param((graph_file("respelled", "stated"), AGAIN), id="a literal's spelling"),
        pytest.param((graph_file("stated", "other"), AGAIN), id="a graph's name"),
        pytest.param((STATED,), id="a file"),
    ],
)
def test_the_revision_differs_by(files: tuple[GraphFile, ...]) -> None:
    assert loaded(*files, rules=RULES).revision != loaded(STATED, AGAIN, rules=RULES).revision


def test_the_revision_differs_by_what_is_inferred() -> None:
    assert loaded(STATED, rules=RULES).revision != loaded(STATED).revision


def test_the_revision_is_the_hash_of_the_sorted_n_quads(tmp_path: Path) -> None:
    lines = [
        f'<{X}b> <{X}p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> <{X}g> .\n',
        f'<{X}a> <{X}p> "Å \\"x\\"\\n"@nb <{X}g> .\n',
    ]
    path = tmp_path / "data.ttl"
    path.write_text("".join(line.replace(f" <{X}g>", "") for line in lines), encoding="utf-8")
    expected = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
    assert loaded(GraphFile(path, URIRef(X + "g"))).revision == expected


def test_the_revision_is_the_same_in_every_process() -> None:
    program = (
        "from engine_data import *; from byregion.engine.store import load; from byregion.iri import INFERRED;"
        "print(load((STATED, AGAIN), RULES, INFERRED).revision)"
    )
    told = set()
    for seed in ("1", "2"):
        environ = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent)}
        run = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, check=True, text=True)
        told.add(run.stdout.strip())
    assert told == {loaded(STATED, AGAIN, rules=RULES).revision}
