"""The shapes: each case is judged as it says, by both engines alike, and no shape is without a case.

A case is a Turtle file `tests/shapes/<shape file>/valid….ttl` or `invalid.<reason>.ttl`; the latter begins with a line
`# expect: <source shape> <constraint component> <focus node>` for every result, and for nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, BNode, Graph, URIRef
from rdflib.term import Node

from byregion import validate
from byregion.dataset import ontology_files, read, read_graph, shape_files
from byregion.namespaces import BR, BRSH, SH

CASES = Path(__file__).parent / "shapes"
EXPECT = re.compile(r"# expect: brsh:(\S+) sh:(\S+ConstraintComponent) (?:<(\S+)>|_:)")
Key = tuple[str, str, str]

LOGICAL = (SH["or"], SH["and"], SH.xone)
TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)


def case_files(pattern: str) -> list[Path]:
    """The case files that match a pattern; no file is an error, for it would test nothing."""
    paths = sorted(CASES.glob(pattern))
    assert paths, f"no case matches {pattern}"
    return paths


@dataclass(frozen=True)
class Case:
    """A case file: what it describes and what must be found."""

    path: Path

    @property
    def expected(self) -> set[Key]:
        lines = [line for line in self.path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
        matches = [EXPECT.fullmatch(line) for line in lines]
        assert all(matches), f"{self.path}: a line is not `# expect: brsh:… sh:…ConstraintComponent <focus>`"
        return {(str(BRSH[m[1]]), str(SH[m[2]]), m[3] or "_:") for m in matches if m}

    @property
    def graph(self) -> Graph:
        return read_graph(self.path)


@cache
def shapes() -> Graph:
    return validate.read_shapes()


@cache
def background() -> Graph:
    return read_graph(CASES / "world.ttl") + validate.merge(read(ontology_files()))


def with_background(graph: Graph) -> Graph:
    """`graph` and the description of whatever it mentions: enough to judge it, and pySHACL need not judge the rest."""
    known = background()
    waiting: set[Node] = {term for triple in graph for term in triple}
    seen: set[Node] = set()
    while waiting:
        term = waiting.pop()
        seen.add(term)
        for triple in known.triples((term, None, None)):
            graph.add(triple)
            waiting.update(set(triple) - seen)
    return graph


def keys(report: validate.Report) -> set[Key]:
    return {
        (str(item.shape), str(item.component), "_:" if isinstance(item.focus_node, BNode) else str(item.focus_node))
        for item in report.results
    }


def comparable(report: validate.Report) -> list[tuple[object, ...]]:
    """Everything that the results say, but for the labels of blank nodes, which are each engine's own."""

    def plain(part: object) -> object:
        return "_:" if isinstance(part, BNode) else part

    return sorted(
        (
            tuple(plain(part) for part in (r.shape, r.component, r.focus_node, r.path, r.value, r.severity, r.message))
            for r in report.results
        ),
        key=repr,
    )


def case_id(path: Path) -> str:
    return f"{path.parent.name}/{path.name.removesuffix('.ttl')}"


VALID = case_files("*/valid*.ttl")
INVALID = case_files("*/invalid.*.ttl")
FILES = shape_files()


def test_the_world_that_cases_refer_to_conforms():
    report = validate.report(background(), shapes())
    assert report.conforms, validate.to_text(report)


@pytest.mark.parametrize("path", VALID, ids=case_id)
def test_a_valid_case_conforms(path: Path):
    case = Case(path)
    assert not case.expected, "a valid case expects nothing"
    report = validate.report(with_background(case.graph), shapes())
    assert report.conforms, validate.to_text(report)


@pytest.mark.parametrize("path", INVALID, ids=case_id)
def test_an_invalid_case_gives_the_results_it_names_and_no_others(path: Path):
    case = Case(path)
    assert case.expected, "an invalid case expects something"
    assert keys(validate.report(with_background(case.graph), shapes())) == case.expected


@pytest.mark.parametrize("folder", sorted({path.parent for path in VALID + INVALID}), ids=lambda path: path.name)
def test_pyshacl_gives_the_same_report(folder: Path):
    """All cases of a folder at once, for pySHACL is slow to begin; a number keeps apart what each describes."""
    together, expected = Graph(), set()
    for number, path in enumerate(case_files(f"{folder.name}/*.ttl")):
        case = Case(path)
        own = {str(term) for term in case.graph.subjects() if isinstance(term, URIRef)}
        for triple in case.graph:
            together.add(tuple(URIRef(f"{term}{number}") if str(term) in own else term for term in triple))
        expected |= {(s, c, f"{focus}{number}" if focus in own else focus) for s, c, focus in case.expected}
    graph = with_background(together)
    quick, reference = (validate.report(graph, shapes(), engine=engine) for engine in validate.ENGINES)
    assert keys(reference) == expected
    assert comparable(quick) == comparable(reference)


# --- That the cases and the shapes are complete -----------------------------------------------------------------------


def test_every_class_of_the_ontology_has_a_shape_file_of_its_name():
    classes = {str(term).removeprefix(BR) for term in background().subjects(RDF.type, OWL.Class)}
    assert classes, "the ontology has no class"
    assert classes <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shape_file_holds_the_shape_of_its_name(path: Path):
    graph = read_graph(path)
    described = {str(term) for term in graph.subjects() if isinstance(term, URIRef) and term.startswith(BRSH)}
    if not path.stem.startswith("_"):
        assert (BRSH[path.stem], RDF.type, SH.NodeShape) in graph
        strangers = {term for term in described if not re.fullmatch(rf"{path.stem}(-.+)?", term.removeprefix(BRSH))}
        assert strangers <= HELPERS, "a shape of another class stands here"


HELPERS = {str(BRSH[name]) for name in ("Merger", "Split", "Renumbering", "Incorporation")}
"""Shapes without a target that stand beside the one shape that uses them."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shape_file_has_a_valid_and_an_invalid_case(path: Path):
    case_files(f"{path.stem}/valid*.ttl")
    case_files(f"{path.stem}/invalid.*.ttl")


def test_every_folder_of_cases_is_of_a_shape_file():
    assert {path.parent.name for path in VALID + INVALID} == {path.stem for path in FILES}


def test_every_constraint_is_broken_by_some_invalid_case():
    """Every shape that can be the source of a result is, with each of its constraint components."""
    expected = {(shape, component) for path in INVALID for shape, component, _ in Case(path).expected}
    missing = {pair for pair in constraints(shapes()) if pair not in expected}
    assert not missing, "\n".join(f"{shape} {component}" for shape, component in sorted(missing))


def test_no_case_names_a_shape_that_there_is_not():
    known = constraints(shapes())
    assert known
    assert {(shape, component) for path in INVALID for shape, component, _ in Case(path).expected} <= known


@cache
def reported(graph: Graph) -> frozenset[URIRef]:
    """The shapes that results can name: those with a target, and the property shapes that these refer to."""
    targeted = {shape for target in TARGETS for shape in graph.subjects(target)}
    found = targeted | {prop for shape in targeted for prop in graph.objects(shape, SH.property)}
    assert found
    return frozenset(shape for shape in found if isinstance(shape, URIRef))


COMPONENTS = {
    SH["class"]: "Class",
    SH["in"]: "In",
    SH["or"]: "Or",
    SH.sparql: "SPARQL",
    SH.qualifiedMinCount: "QualifiedMinCount",
    SH.qualifiedMaxCount: "QualifiedMaxCount",
}
NO_CONSTRAINTS = {SH.path, SH.property, SH.severity, SH.message, SH.qualifiedValueShape, *TARGETS}


def constraints(graph: Graph) -> set[tuple[str, str]]:
    """The pairs of shape and constraint component that a result can have."""
    pairs = set()
    for shape in reported(graph):
        for parameter in set(graph.predicates(shape)) - {RDF.type} - NO_CONSTRAINTS:
            name = str(parameter).removeprefix(str(SH))
            component = COMPONENTS.get(parameter, name[0].upper() + name[1:])
            pairs.add((str(shape), str(SH[component + "ConstraintComponent"])))
    return pairs


def test_shapes_that_results_name_have_iris_of_their_own_class():
    graph = shapes()
    targeted = {shape for target in TARGETS for shape in graph.subjects(target)}
    blank = [shape for shape in targeted if isinstance(shape, BNode)]
    blank += [p for s in targeted for p in graph.objects(s, SH.property) if isinstance(p, BNode)]
    assert not blank
    assert all(shape.startswith(BRSH) for shape in reported(graph))


def test_every_shape_says_what_is_wrong_in_bokmål_nynorsk_and_english_and_how_bad_it_is():
    graph = shapes()
    for shape in sorted({shape for shape, _ in constraints(graph)}):
        languages = sorted(text.language for text in graph.objects(URIRef(shape), SH.message))
        assert languages == ["en", "nb", "nn"], shape
        assert graph.value(URIRef(shape), SH.severity) == SH.Violation, shape


def test_a_shape_without_a_target_is_used_by_another():
    graph = shapes()
    used = {term for parameter in (SH.property, SH.node, SH["not"]) for term in graph.objects(None, parameter)}
    used |= {member for logic in LOGICAL for head in graph.objects(None, logic) for member in graph.items(head)}
    described = {shape for kind in (SH.NodeShape, SH.PropertyShape) for shape in graph.subjects(RDF.type, kind)}
    targeted = {shape for target in TARGETS for shape in graph.subjects(target)}
    assert len(described) > 100
    assert not described - used - targeted


def test_every_class_is_an_entity_or_is_named_as_none():
    """Whatever has a name and a source is listed where that is demanded."""
    graph = background()
    entities = {str(term) for term in shapes().objects(BRSH.Entity, SH.targetClass)}
    classes = {term for term in graph.subjects(RDF.type, OWL.Class) if not any(graph.objects(term, RDFS.subClassOf))}
    classes |= {term for term in graph.subjects(RDF.type, OWL.Class) if (term, RDFS.subClassOf, RDF.Statement) in graph}
    without = {BR.SourceDocument, BR.Quote, BR.Reading}
    assert {str(term) for term in classes - without} == {term for term in entities if term.startswith(BR)}


def test_whatever_a_quote_can_bear_out_needs_a_name_and_a_source():
    """The two lists of what is an entity are one, but for source documents, which may be sources themselves."""
    (choice,) = shapes().objects(BRSH.AnyEntity, SH["or"])
    anything = {kind for item in shapes().items(choice) for kind in shapes().objects(item, SH["class"])}
    assert anything == {*shapes().objects(BRSH.Entity, SH.targetClass), BR.SourceDocument}
