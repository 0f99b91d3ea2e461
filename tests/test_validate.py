"""Validation: one report whichever engine judged, shapes that say what they mean, and reports to read and to parse."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path, PurePosixPath

import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, SKOS, XSD, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

import excerpt
from byregion import validate
from byregion.assets import folder
from byregion.dataset import GraphFile, data_files, ontology_files, parse, read, read_graph, shape_files
from byregion.errors import ConfigError, DataError
from byregion.iri import INFERRED, graph
from byregion.namespaces import BR, BRSH, ID

CASES = Path(__file__).parent / "shapes"
DATA = Path(__file__).parent / "data" / "validate"
ENGINES = pytest.mark.parametrize("engine", validate.ENGINES)
FILES = data_files(folder("data"))
SECOND_REGION = tuple(
    GraphFile(path, graph(PurePosixPath("haugesundregionen", path.name)))
    for path in sorted((Path(__file__).parent / "data" / "haugesundregionen").glob("*.ttl"))
)
PREFIXES = """
@prefix br: <https://w3id.org/byregion/def#> . @prefix brsh: <https://w3id.org/byregion/shapes#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


def turtle(text: str) -> Graph:
    return parse(PREFIXES + text)


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return validate.read_shapes()


@pytest.fixture(scope="module")
def published():
    return read((*FILES, *ontology_files()))


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory):
    """The published data with three faults: a role that is a status, a misspelt property, a name twice."""
    root = tmp_path_factory.mktemp("faulty")
    shutil.copytree(excerpt.data(), root / "data")
    stated = root / "data" / "midt-troms" / "stated.ttl"
    text = stated.read_text(encoding="utf-8")
    assert text.count("br:role concept:applicant") == 1
    assert text.count("br:measured concept:area") == 1
    text = text.replace("br:role concept:applicant", "br:role concept:adopted")
    stated.write_text(text.replace("br:measured concept:area", "br:meassured concept:area"), encoding="utf-8")
    translations = root / "data" / "midt-troms" / "translations.ttl"
    text = translations.read_text(encoding="utf-8")
    region = "region:midt-troms\n    skos:prefLabel\n"
    assert text.count(region) == 1
    translations.write_text(text.replace(region, region + '        "Midt-Troms igjen"@nb ,\n'), encoding="utf-8")
    return data_files(root / "data")


# --- The data ---------------------------------------------------------------------------------------------------------


def test_the_published_data_conforms(published, shapes: Graph):
    report = validate.report(published, shapes)
    assert report.conforms, validate.to_text(report, data=published, sources=FILES)
    assert report.results == ()


@ENGINES
def test_a_second_differently_shaped_region_conforms_to_the_same_shapes(shapes: Graph, engine: str):
    assert SECOND_REGION, "there is no second region"
    data = read((*data_files(excerpt.data()), *SECOND_REGION, *ontology_files()))
    report = validate.report(data, shapes, engine=engine)
    assert report.conforms, validate.to_text(report, data=data, sources=SECOND_REGION)


def test_what_sources_state_is_sound_without_our_readings_links_and_translations(shapes: Graph):
    """Only what a reading adds may be missing then, and nothing is wrong."""
    stated = [item for item in FILES if item.path.stem == "stated"]
    assert len(stated) > 1
    report = validate.report(read((*stated, *ontology_files())), shapes)
    assert {item.component for item in report.results} <= {SH.MinCountConstraintComponent}


def test_both_engines_find_the_same_faults_in_the_whole_data(faulty, shapes: Graph):
    data = read((*faulty, *ontology_files()))
    quick, reference = (validate.report(data, shapes, engine=engine) for engine in validate.ENGINES)
    assert not quick.conforms
    assert quick == reference


def test_a_class_that_is_a_condition_counts_subclasses_for_both_engines():
    data, rules = (read_graph(DATA / f"conditions-{name}.ttl") for name in ("data", "shapes"))
    quick, reference = (validate.report(data, rules, engine=engine) for engine in validate.ENGINES)
    found = {(str(item.shape).removeprefix("urn:shape:"), str(item.focus_node)) for item in quick.results}
    shapes = ("or", "and", "xone", "not", "node-path", "qualified-path", "Named", "twice", "twice-path")
    assert {shape for shape, _ in found} == set(shapes)
    assert ("or", "urn:thing:dog") not in found
    assert ("not", "urn:thing:both") in found
    assert comparable(quick) == comparable(reference)


def comparable(report: validate.Report) -> list[validate.Result]:
    """The results without pySHACL's words for shapes that have none."""
    return [dataclasses.replace(item, message=()) for item in report.results]


# --- What is judged ---------------------------------------------------------------------------------------------------


def test_inferences_in_the_dataset_are_not_judged(shapes: Graph):
    """A stated superclass is a violation; the same triple in the graph of inferences is what inference is for."""
    goal = ID["goal/midt-troms-vekstkraft"]
    data = read((*FILES, *ontology_files()))
    data.graph(INFERRED).add((goal, RDF.type, BR.Statement))
    assert validate.report(data, shapes).conforms
    data.graph(graph(Path("midt-troms/stated.ttl"))).add((goal, RDF.type, BR.Statement))
    found = validate.report(data, shapes).results
    assert [(item.shape, item.focus_node) for item in found] == [(BRSH["Entity-type"], goal)]


@ENGINES
def test_nothing_is_inferred_so_a_range_does_not_make_a_wrong_object_right(engine: str):
    data = turtle("br:region rdfs:range br:Region . <urn:x:goal> a br:Goal ; br:region <urn:x:region> .")
    shapes = read_graph(folder("shapes") / "_several.ttl") + read_graph(folder("shapes") / "_entity.ttl")
    shapes += read_graph(folder("shapes") / "_concepts.ttl")
    components = {item.component for item in validate.report(data, shapes, engine=engine).results}
    assert SH.ClassConstraintComponent in components


@ENGINES
def test_subclasses_of_the_ontology_are_followed(engine: str):
    shapes = turtle(
        "brsh:S a sh:NodeShape ; sh:targetClass br:Statement ; sh:property brsh:S-p ."
        " brsh:S-p a sh:PropertyShape ; sh:path br:region ; sh:minCount 1 ."
    )
    data = turtle("<urn:x:goal> a br:Goal .")
    assert validate.report(data, shapes, engine=engine).conforms
    data.add((BR.Goal, RDFS.subClassOf, BR.Statement))
    assert not validate.report(data, shapes, engine=engine).conforms


@ENGINES
def test_imports_are_not_fetched(engine: str):
    shapes = turtle("brsh:S a sh:NodeShape ; sh:targetClass br:Goal ; sh:nodeKind sh:IRI .")
    data = turtle("<urn:x:goal> a br:Goal .")
    for part in (shapes, data):
        part.add((URIRef("urn:x:ontology"), RDF.type, OWL.Ontology))
        part.add((URIRef("urn:x:ontology"), OWL.imports, URIRef("http://127.0.0.1:9/never.ttl")))
    assert validate.report(data, shapes, engine=engine).conforms


@ENGINES
def test_neither_data_nor_shapes_are_changed(shapes: Graph, engine: str):
    data = read_graph(CASES / "Goal" / "invalid.no-region.ttl")
    before = set(data), set(shapes)
    validate.report(data, shapes, engine=engine)
    assert (set(data), set(shapes)) == before


@ENGINES
def test_results_of_any_severity_deny_conformance(engine: str):
    """https://www.w3.org/TR/shacl/#conforms: "if and only if the validation did not produce any validation results"."""
    shapes = turtle(
        "brsh:S a sh:NodeShape ; sh:targetClass br:Goal ; sh:property brsh:S-p ."
        " brsh:S-p a sh:PropertyShape ; sh:path br:region ; sh:minCount 1 ; sh:severity sh:Info ."
    )
    report = validate.report(turtle("<urn:x:goal> a br:Goal ."), shapes, engine=engine)
    assert not report.conforms
    assert [item.severity for item in report.results] == [SH.Info]


@ENGINES
def test_a_result_holds_the_terms_of_its_parts(shapes: Graph, engine: str):
    data = turtle("""<urn:x:r> a br:Region ; skos:prefLabel "R"@nb ; skos:closeMatch "Q1" .""")
    found = [r for r in validate.report(data, shapes, engine=engine).results if r.path == SKOS.closeMatch]
    assert found == [
        validate.Result(
            shape=BRSH["Links-closeMatch"],
            component=SH.NodeKindConstraintComponent,
            focus_node=URIRef("urn:x:r"),
            path=SKOS.closeMatch,
            value=Literal("Q1"),
            severity=SH.Violation,
            message=(
                Literal("A link goes to an IRI.", lang="en"),
                Literal("Ei lenkje går til ein IRI.", lang="nn"),
                Literal("En lenke går til en IRI.", lang="nb"),
            ),
        )
    ]


@pytest.mark.parametrize("engine", validate.ENGINES)
def test_what_is_the_same_in_two_languages_is_said_in_both(engine: str):
    shapes = turtle("""<urn:x:s> a sh:NodeShape ; sh:targetNode <urn:x:a> ; sh:message "Feil"@nb , "Feil"@nn ;
      sh:sparql [ sh:select "SELECT $this WHERE { $this ?p ?o }" ] .""")
    report = validate.report(turtle("<urn:x:a> a <urn:x:C> ."), shapes, engine=engine)
    assert report.results[0].message == (Literal("Feil", lang="nb"), Literal("Feil", lang="nn"))
    assert validate.read_report(validate.to_graph(report).serialize(format="nt")).results == report.results


def test_a_property_path_is_told_as_one(shapes: Graph):
    report = validate.report(turtle('<urn:x:r> a br:Region ; skos:prefLabel "R"@nb .'), shapes)
    paths = {item.shape: item.path for item in report.results if item.path is not None}
    assert paths[BRSH["Entity-evidence"]] == BR.quote | DCTERMS.source
    assert "urn:x:r br:quote|dcterms:source: Everything has a source" in validate.to_text(report)


# --- Known difference between the engines -----------------------------------------------------------------------------


def test_only_the_quick_engine_says_that_values_without_an_order_are_not_in_order():
    """https://www.w3.org/TR/shacl/#LessThanConstraintComponent: a pair that cannot be compared is a violation.

    pySHACL orders whatever rdflib orders. Our shapes give such a value a datatype too, so that both engines reject it.
    """
    shapes = turtle(
        "brsh:S a sh:NodeShape ; sh:targetClass br:Goal ; sh:property brsh:S-p ."
        " brsh:S-p a sh:PropertyShape ; sh:path br:validFrom ; sh:lessThan br:validBefore ."
    )
    data = turtle("<urn:x:g> a br:Goal .")
    data.add((URIRef("urn:x:g"), BR.validFrom, Literal("2015-01-01", datatype=XSD.date)))
    data.add((URIRef("urn:x:g"), BR.validBefore, Literal(2020)))
    assert [validate.report(data, shapes, engine=engine).conforms for engine in ("shacl", "pyshacl")] == [False, True]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # by rdflib, where it compares the two
def test_pyshacl_says_what_it_cannot_compare_and_which_engine_can():
    shapes = turtle(
        "brsh:S a sh:NodeShape ; sh:targetClass br:Goal ; sh:property brsh:S-p ."
        " brsh:S-p a sh:PropertyShape ; sh:path br:startYear ; sh:lessThanOrEquals br:endYear ."
    )
    data = turtle("<urn:x:g> a br:Goal .")
    data.add((URIRef("urn:x:g"), BR.startYear, Literal("2018", datatype=XSD.gYear)))
    data.add((URIRef("urn:x:g"), BR.endYear, Literal("2014", datatype=XSD.gYear)))
    with pytest.raises(DataError, match="the engine shacl may"):
        validate.report(data, shapes, engine="pyshacl")
    assert not validate.report(data, shapes).conforms


# --- Shapes that are not well-formed ----------------------------------------------------------------------------------

GOOD = "brsh:S a sh:NodeShape ; sh:targetClass br:Goal ; sh:property brsh:S-p . brsh:S-p a sh:PropertyShape ; "
ILL_FORMED = {
    "a property shape without a path": (GOOD + "sh:minCount 1 .", "brsh:S-p"),
    "a property shape with two paths": (GOOD + "sh:path br:region , br:theme ; sh:minCount 1 .", "sh:path"),
    "a count that is text": (GOOD + 'sh:path br:region ; sh:minCount "1" .', "sh:minCount"),
    "two counts": (GOOD + "sh:path br:region ; sh:minCount 1 , 2 .", "sh:minCount"),
    "alternatives that are no list": (GOOD + "sh:path br:region ; sh:or brsh:S .", "sh:or"),
    "a pattern that is none": (GOOD + 'sh:path br:region ; sh:pattern "[" .', "pattern"),
    "a property shape that is not there": ("brsh:S a sh:NodeShape ; sh:property brsh:S-q .", "brsh:S-q"),
    "a query that is none": (
        "brsh:S a sh:NodeShape ; sh:targetClass br:Goal ; sh:sparql brsh:Q . brsh:Q sh:select 'SELECT $this {' .",
        "SPARQL",
    ),
}


@ENGINES
@pytest.mark.parametrize("text, named", ILL_FORMED.values(), ids=ILL_FORMED)
def test_ill_formed_shapes_are_refused_and_named(text: str, named: str, engine: str):
    with pytest.raises(DataError, match="not well-formed") as caught:
        validate.report(turtle("<urn:x:goal> a br:Goal ."), turtle(text), engine=engine)
    assert named in str(caught.value)


@ENGINES
def test_a_graph_without_shapes_is_refused_for_it_would_check_nothing(engine: str):
    with pytest.raises(DataError, match="no shape"):
        validate.report(turtle("<urn:x:goal> a br:Goal ."), turtle("<urn:x:a> a br:Goal ."), engine=engine)


def test_an_unknown_engine_is_refused_with_those_there_are(shapes: Graph):
    with pytest.raises(ConfigError, match="there are shacl, pyshacl"):
        validate.report(Graph(), shapes, engine="jena")


def test_shapes_are_read_from_every_file_of_the_folder(shapes: Graph):
    assert len(shape_files()) > 20
    for path in shape_files():
        subjects = {term for term in read_graph(path).subjects() if isinstance(term, URIRef)}
        assert subjects <= set(shapes.subjects())


def test_a_shape_file_that_is_not_turtle_is_named_with_its_line(tmp_path: Path):
    path = tmp_path / "Goal.ttl"
    path.write_text("@prefix sh: <http://www.w3.org/ns/shacl#> .\n<urn:x> sh:path .\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"Goal\.ttl:2"):
        validate.read_shapes([path])


# --- Reports ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reported(faulty, shapes: Graph):
    data = read((*faulty, *ontology_files()))
    return validate.report(data, shapes), data, faulty


def test_the_same_data_gives_the_same_report_in_the_same_order(reported, shapes: Graph):
    report, data, _ = reported
    assert validate.report(data, shapes) == report
    keys = [(str(item.focus_node), str(item.shape)) for item in report.results]
    assert keys == sorted(keys)


def test_a_result_is_traced_to_the_graph_where_what_is_wrong_stands(reported):
    report, data, _ = reported
    origins = {str(item.shape).removeprefix(str(BRSH)): validate.origin(item, data) for item in report.results}
    stated = graph(Path("midt-troms/stated.ttl"))
    assert origins == {
        "Participation-role": stated,
        "Labels-prefLabel": graph(Path("midt-troms/stated.ttl")),
        "Observation-measured": stated,
        "Terms-predicate": stated,
    }


def test_a_result_about_what_no_graph_describes_has_no_origin(reported):
    report, data, _ = reported
    nowhere = BNode()
    result = validate.Result(
        report.results[0].shape, SH.OrConstraintComponent, nowhere, None, nowhere, SH.Violation, ()
    )
    assert validate.origin(result, data) is None


def test_a_text_names_file_node_path_value_sentence_and_shape(reported):
    report, data, sources = reported
    text = validate.to_text(report, "nb", data, sources)
    path = next(item.path for item in sources if item.graph == graph(Path("midt-troms/stated.ttl")))
    assert (
        f"{path}: participation:midt-troms-lenvik br:role concept:adopted: "
        "En deltakelse har nøyaktig én rolle, et begrep i scheme:roles. (brsh:Participation-role)\n"
    ) in text
    assert text.endswith(f"{len(report.results)} brudd på formene.\n")


def test_a_text_is_in_the_language_that_is_asked_for_or_in_one_that_there_is(reported):
    report, _, _ = reported
    assert "A participation has exactly one role" in validate.to_text(report, "en")
    assert "Ei deltaking har nøyaktig éi rolle" in validate.to_text(report, "nn")
    assert validate.to_text(report, "nn").endswith("brot på formene.\n")
    alone = [
        dataclasses.replace(result, message=tuple(it for it in result.message if it.language == "nb"))
        for result in report.results
    ]
    assert "En deltakelse har nøyaktig én rolle" in validate.to_text(
        dataclasses.replace(report, results=tuple(alone)), "nn"
    )


def test_a_text_says_that_everything_conforms(shapes: Graph):
    report = validate.Report(conforms=True, results=())
    assert validate.to_text(report, "en") == "Everything is as the shapes say.\n"


def test_findings_are_errors_with_the_file_where_what_is_wrong_stands(reported):
    report, data, sources = reported
    found = validate.findings(report, data, sources)
    assert len(found) == len(report.results) == 4
    assert {(item.check, item.severity) for item in found} == {("shapes", "error")}
    assert all(Path(item.where).is_file() for item in found)


def test_a_warning_becomes_a_note_for_a_person():
    shapes = turtle(
        "brsh:S a sh:NodeShape ; sh:targetClass br:Goal ; sh:property brsh:S-p ."
        " brsh:S-p a sh:PropertyShape ; sh:path br:order ; sh:minCount 1 ; sh:severity sh:Warning ."
    )
    data = read(
        [GraphFile(CASES / "Goal" / "invalid.no-region.ttl", URIRef("https://w3id.org/byregion/graphs/x/stated"))]
    )
    found = validate.findings(validate.report(data, shapes), data, [])
    assert [(item.severity, item.where) for item in found] == [("note", "https://w3id.org/byregion/graphs/x/stated")]


def test_json_holds_terms_as_sparql_results_do(reported):
    report, _, _ = reported
    document = json.loads(validate.to_json(report))
    assert document["conforms"] is False
    assert len(document["results"]) == len(report.results)
    role = next(item for item in document["results"] if item["shape"] == str(BRSH["Participation-role"]))
    assert role == {
        "shape": str(BRSH["Participation-role"]),
        "component": str(SH.NodeConstraintComponent),
        "focusNode": {"type": "uri", "value": str(ID["participation/midt-troms-lenvik"])},
        "path": f"<{BR.role}>",
        "value": {"type": "uri", "value": str(ID["concept/adopted"])},
        "severity": str(SH.Violation),
        "message": {
            "nb": "En deltakelse har nøyaktig én rolle, et begrep i scheme:roles.",
            "nn": "Ei deltaking har nøyaktig éi rolle, eit omgrep i scheme:roles.",
            "en": "A participation has exactly one role, a concept in scheme:roles.",
        },
    }


@pytest.mark.parametrize(
    "value, expected",
    [
        (Literal("tekst", lang="nb"), {"type": "literal", "value": "tekst", "xml:lang": "nb"}),
        (Literal("1931"), {"type": "literal", "value": "1931"}),
        (Literal(50), {"type": "literal", "value": "50", "datatype": str(XSD.integer)}),
        (BNode("b"), {"type": "bnode", "value": "b"}),
    ],
)
def test_json_keeps_language_and_datatype_of_a_value(value, expected):
    result = validate.Result(BRSH.S, SH.InConstraintComponent, URIRef("urn:x"), BR.theme, value, SH.Violation, ())
    assert json.loads(validate.to_json(validate.Report(False, (result,))))["results"][0]["value"] == expected


def test_the_graph_of_a_report_is_a_validation_report_that_holds_the_same_results(shapes: Graph):
    """Written and read again, the report says what pySHACL's own report graph says."""
    data = read_graph(CASES / "Region" / "invalid.place-not-described.ttl")
    report = validate.report(data, shapes)
    graph = validate.to_graph(report)
    root = graph.value(predicate=RDF.type, object=SH.ValidationReport)
    assert graph.value(root, SH.conforms) == Literal(False)
    nodes = list(graph.objects(root, SH.result))
    assert len(nodes) == len(report.results) > 0
    assert {graph.value(node, SH.sourceShape) for node in nodes} == {item.shape for item in report.results}
    again = Graph().parse(data=graph.serialize(format="turtle"), format="turtle")
    assert isomorphic(again, graph)


def test_the_graph_of_a_report_conforms_to_what_shacl_says_of_reports(reported):
    """https://www.w3.org/TR/shacl/#results-validation-result: exactly one of each of four, at most one of three."""
    rules = turtle(
        "brsh:R a sh:NodeShape ; sh:targetClass sh:ValidationResult ; sh:property "
        + " , ".join(
            f"[ sh:path sh:{name} ; sh:minCount {least} ; sh:maxCount 1 ]"
            for name, least in {
                "focusNode": 1,
                "resultSeverity": 1,
                "sourceConstraintComponent": 1,
                "sourceShape": 0,
                "resultPath": 0,
                "value": 0,
            }.items()
        )
        + " ."
    )
    graph = validate.to_graph(reported[0])
    assert len(list(graph.subjects(RDF.type, SH.ValidationResult))) == len(reported[0].results)
    assert validate.report(graph, rules).conforms
