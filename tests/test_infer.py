"""What follows from what is stated, held to owlrl's OWL 2 RL closure and to the questions that need it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pyoxigraph
import pytest
from rdflib import RDF, BNode, Graph, Literal, URIRef
from rdflib.term import Node

import excerpt
import owlrl_oracle
from byregion import infer, queries
from byregion.assets import folder
from byregion.dataset import GraphFile, data_files, ontology_files, read_graph
from byregion.iri import INFERRED
from byregion.namespaces import BR
from worlds import SECOND_REGION

Triple = tuple[Node, Node, Node]

TESTS = Path(__file__).parent
CASES = sorted((TESTS / "infer").glob("*.trig"))
assert CASES, "there is no case in tests/infer"

# Each kind of triple that is inferred, with the question whose answer is another one without it.
QUESTIONS = {
    (RDF.type, BR.Statement): "statements-of-region",
    (RDF.type, RDF.Statement): "readings-and-why",
    (BR.region, None): "measures-and-status",
    (BR.takesPartIn, None): "regions-of-municipality",
    (BR.successor, None): "everything-about-municipality",
    (BR.laterSuccessor, None): "municipality-today",
}


def reasoned_with(files: tuple[GraphFile, ...]) -> list[GraphFile]:
    return [item for item in files if item.graph != infer.ALIGNMENT]


def union(files: list[GraphFile]) -> Graph:
    graph = Graph()
    for item in files:
        graph += read_graph(item.path)
    return graph


@dataclass
class World:
    """The whole dataset with a second region: what is stated, what the rules infer, what owlrl does."""

    files: list[GraphFile]
    stated: Graph = field(init=False)
    inferred: Graph = field(init=False)
    owlrl: set[Triple] = field(init=False)

    def __post_init__(self) -> None:
        self.stated = union(reasoned_with(tuple(self.files)))
        self.inferred = infer.closure(self.files)
        closure = owlrl_oracle.closure(self.stated)
        (axioms,) = [read_graph(item.path) for item in self.files if item.graph == infer.AXIOMS]
        self.owlrl = owlrl_oracle.useful(closure, self.stated, axioms)


@pytest.fixture(scope="module")
def world() -> World:
    return World([*ontology_files(), *data_files(excerpt.data()), *SECOND_REGION])


# --- The whole dataset ------------------------------------------------------------------------------------------------


def test_the_rules_infer_from_the_whole_dataset_what_owlrl_infers_about_it(world: World) -> None:
    assert set(world.inferred) == world.owlrl


def test_something_follows_that_is_not_stated(world: World) -> None:
    assert len(world.inferred) > 100
    assert not set(world.inferred) & set(world.stated)


def test_no_triple_stands_both_in_a_file_and_among_the_inferences(world: World) -> None:
    for item in world.files:
        assert not set(read_graph(item.path)) & set(world.inferred), item.path


def test_what_follows_is_about_things_with_names(world: World) -> None:
    assert not [term for triple in world.inferred for term in triple if isinstance(term, BNode | Literal)]


def kind(triple: Triple) -> tuple[Node, Node | None]:
    return (triple[1], triple[2]) if triple[1] == RDF.type else (triple[1], None)


def test_every_inferred_kind_has_a_question(world: World) -> None:
    assert {kind(triple) for triple in world.inferred} == set(QUESTIONS)


@pytest.mark.parametrize(("missing", "question"), QUESTIONS.items(), ids=QUESTIONS.values())
def test_a_question_is_answered_otherwise_without_the_inferences_it_needs(
    missing: tuple[Node, Node | None], question: str, world: World
) -> None:
    query = queries.find(queries.read_all(folder("queries")), question)
    complete = world.stated + world.inferred
    without = world.stated + Graph()
    for triple in world.inferred:
        if kind(triple) != missing:
            without.add(triple)
    answer, other = complete.query(query.text), without.query(query.text)
    assert len(list(answer))
    assert set(answer) != set(other)


def test_the_stated_dataset_has_no_axiom_that_is_not_covered_and_no_contradiction(world: World) -> None:
    assert infer.check(world.files) == []


def test_the_rules_read_the_axioms_of_the_ontology_file_and_no_others() -> None:
    assert infer.AXIOMS in {item.graph for item in ontology_files()}
    assert infer.ALIGNMENT in {item.graph for item in ontology_files()}
    for rule in infer.RULES:
        graphs = rule.update.count("GRAPH")
        assert graphs and rule.update.count(f"GRAPH <{infer.AXIOMS}>") == graphs, rule.name


# --- Rule by rule -----------------------------------------------------------------------------------------------------


def graphs_of(case: Path) -> dict[URIRef, Graph]:
    """The graphs of a case; the one with what follows may hold nothing."""
    quads = list(pyoxigraph.parse(path=case, format=pyoxigraph.RdfFormat.TRIG))
    graphs = {INFERRED: Graph()}
    for name in {quad.graph_name for quad in quads}:
        triples = (quad.triple for quad in quads if quad.graph_name == name)
        data = pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.N_TRIPLES)
        graphs[URIRef(name.value)] = Graph().parse(data=data, format="nt")
    return graphs


def files_of(case: Path, to: Path) -> Iterator[GraphFile]:
    """Write the graphs of a case as the files that they would be, but for what is expected to follow."""
    for name, graph in graphs_of(case).items():
        if name != INFERRED:
            path = to / f"{name.rpartition('/')[2]}.ttl"
            graph.serialize(path, format="turtle")
            yield GraphFile(path, name)


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_a_rule_infers_what_its_case_says_and_owlrl_agrees(case: Path, tmp_path: Path) -> None:
    files = list(files_of(case, tmp_path))
    expected = set(graphs_of(case)[INFERRED])
    assert set(infer.closure(files)) == expected
    # Axioms in data are read by owlrl and not here: the one case with such an axiom says that nothing follows.
    if expected:
        closure = owlrl_oracle.closure(union(files))
        (axioms,) = [read_graph(item.path) for item in files if item.graph == infer.AXIOMS]
        assert owlrl_oracle.useful(closure, union(files), axioms) == expected


def test_every_rule_has_a_case_named_after_it() -> None:
    assert {rule.name for rule in infer.RULES} <= {case.stem for case in CASES}


@pytest.mark.parametrize("rule", infer.RULES, ids=[rule.name for rule in infer.RULES])
def test_without_a_rule_its_case_fails(rule: infer.Rule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = TESTS / "infer" / f"{rule.name}.trig"
    files = list(files_of(case, tmp_path))
    monkeypatch.setattr(infer, "UPDATES", tuple(item.update for item in infer.RULES if item is not rule))
    assert set(infer.closure(files)) < set(graphs_of(case)[INFERRED])


def test_the_order_of_the_rules_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = TESTS / "infer" / "rules-together.trig"
    files = list(files_of(case, tmp_path))
    for seed in range(5):
        monkeypatch.setattr(infer, "UPDATES", tuple(Random(seed).sample(infer.UPDATES, len(infer.UPDATES))))
        assert set(infer.closure(files)) == set(graphs_of(case)[INFERRED]), seed


# --- What no rule covers ----------------------------------------------------------------------------------------------

PROLOGUE = """
PREFIX : <urn:case:>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""


def check(axioms: str, tmp_path: Path, data: str = "") -> list[str]:
    files = []
    for name, graph, text in (("axioms", infer.AXIOMS, axioms), ("data", URIRef("urn:case:graph"), data)):
        path = tmp_path / f"{name}.ttl"
        path.write_text(PROLOGUE + text, encoding="utf-8")
        files.append(GraphFile(path, graph))
    findings = infer.check(files)
    assert {finding.severity for finding in findings} <= {"error"}
    return [f"{Path(finding.where).name}: {finding.message}" for finding in findings]


@pytest.mark.parametrize(
    "axiom",
    [
        ":a owl:propertyChainAxiom ( :b :c :d )",
        ":a owl:propertyChainAxiom ( :b )",
        ":a owl:propertyChainAxiom ( :b [ owl:inverseOf [ owl:inverseOf :c ] ] )",
        ":a owl:propertyChainAxiom :b",
        ":a owl:inverseOf :b",
        ":a a owl:AsymmetricProperty",
        ":a a owl:FunctionalProperty",
        ":a a owl:InverseFunctionalProperty",
        ":a a owl:NamedIndividual",
        ":a owl:equivalentClass :b",
        ":a owl:equivalentProperty :b",
        ":a owl:disjointWith :b",
        ":a owl:hasKey ( :b )",
        ":a rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:hasValue :v ]",
        ":a rdfs:subClassOf [ owl:intersectionOf ( :b :c ) ]",
        "[ owl:unionOf ( :b :c ) ] rdfs:subClassOf :a",
        ":a rdfs:domain [ owl:unionOf ( :b :c ) ]",
        ":a rdfs:subPropertyOf [ owl:inverseOf :b ]",
        ":a owl:sameAs :b",
        ":a owl:imports :b",
        ":a a rdfs:Datatype",
    ],
)
def test_an_axiom_that_no_rule_covers_is_refused(axiom: str, tmp_path: Path) -> None:
    messages = check(f":p a owl:ObjectProperty . {axiom} .", tmp_path)
    assert messages and all(message.startswith("axioms.ttl: ") for message in messages)


@pytest.mark.parametrize(
    "axiom", [":a rdfs:subClassOf :b", ":a a owl:Class", ":p rdfs:range :a", ":p owl:inverseOf :q"]
)
def test_an_axiom_outside_the_ontology_file_is_refused(axiom: str, tmp_path: Path) -> None:
    (message,) = check(":a a owl:Class .", tmp_path, f"{axiom} .")
    assert message.startswith("data.ttl: ") and "move it to ontology/byregion.ttl" in message


def test_a_thing_in_two_disjoint_classes_is_a_contradiction_even_where_a_class_is_inferred(tmp_path: Path) -> None:
    axioms = """
    [] a owl:AllDisjointClasses ; owl:members ( :Region :Municipality :Plan ) .
    :municipality a owl:ObjectProperty ; rdfs:range :Municipality .
    """
    (message,) = check(axioms, tmp_path, ":r a :Region . :p :municipality :r .")
    assert "urn:case:Municipality and urn:case:Region" in message
    assert check(axioms, tmp_path, ":r a :Region . :p :municipality :m .") == []


def test_a_check_without_the_ontology_is_no_green_check() -> None:
    (finding,) = infer.check(SECOND_REGION)
    assert str(finding.where) == str(infer.AXIOMS)
