"""The measurements are of what is there, and change when it does."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from rdflib import DCTERMS, PROV, RDF, SH, SKOS, XSD, BNode, Dataset, Graph, Literal, URIRef
from rdflib.term import Node

import catalogue_world as world
from byregion import catalogue, validate
from byregion.catalogue import Checked
from byregion.catalogue.quality import _METRICS as METRICS
from byregion.catalogue.score import METRICS as METRICS_OF_PORTAL
from byregion.catalogue.score import DatasetScore, Mark, Score
from byregion.dataset import data_files, layout, named_graphs, ontology_files, read, read_graph
from byregion.errors import SourceError
from byregion.evidence import stored_texts, uncovered
from byregion.findings import Finding
from byregion.namespaces import BASE, BR, DQV
from byregion.validate import Report

CATALOGUE = BASE + "catalogue"
QUOTE = URIRef(BASE + "id/quote/midt-troms-videre-2")
GOAL = URIRef(BASE + "id/goal/midt-troms-naeringsplan")
CONFORMS = Checked(Report(conforms=True, results=()))


@pytest.fixture(scope="module")
def read_once() -> Dataset:
    return read((*ontology_files(), *data_files(world.DATA)))


@pytest.fixture
def published(read_once: Dataset) -> Dataset:
    """The published data, to change."""
    dataset = Dataset(default_union=True)
    for name, graph in named_graphs(read_once):
        into = dataset.graph(name)
        into += graph
    return dataset


def taken(published: Dataset, *pattern: Node | None) -> list[Node]:
    """Take the triples of a pattern out of every graph; return their objects."""
    found = []
    for _, graph in list(named_graphs(published)):
        found += [triple[2] for triple in graph.triples(pattern)]
        graph.remove(pattern)
    assert found
    return found


def value(graph: Graph, dataset: str, metric: str) -> object:
    measurement = URIRef(f"{CATALOGUE}/{dataset}#quality-{metric}")
    (found,) = graph.objects(measurement, DQV.value)
    (kind,) = graph.objects(URIRef(f"{CATALOGUE}#metric-{metric}"), DQV.expectedDataType)
    assert isinstance(found, Literal)
    assert found.datatype == kind
    return found.toPython()


def test_everything_has_a_source_and_all_of_the_text_is_evidence(published: Dataset):
    graph = catalogue.quality(published, world.DATA, CONFORMS)
    for name in ("midt-troms", "midt-troms-plan", "municipalities", "programme"):
        assert value(graph, name, "sourced") == 1
    assert value(graph, "midt-troms", "covered") == 1
    assert value(graph, "midt-troms", "languages") == 1


def test_an_entity_that_loses_its_source_is_measured(published: Dataset):
    taken(published, GOAL, BR.quote, None)
    graph = catalogue.quality(published, world.DATA, CONFORMS)
    assert Decimal("0.9") < value(graph, "midt-troms", "sourced") < 1


def test_a_quote_that_is_nobodys_evidence_leaves_its_words_uncovered(published: Dataset):
    taken(published, None, BR.quote, QUOTE)
    graph = catalogue.quality(published, world.DATA, CONFORMS)
    (path,) = (world.DATA / "midt-troms" / "source").iterdir()
    text = path.read_text(encoding="utf-8")
    # The rest of the quoted sentence is evidence of other things too.
    (left,) = [gap.text for stored in stored_texts(published, world.DATA) for gap in uncovered(published, stored)]
    assert left in text
    lost = Decimal(len("".join(left.split()))) / len("".join(text.split()))
    assert value(graph, "midt-troms", "covered") == (1 - lost).quantize(Decimal("0.0001"))


def test_a_name_that_loses_a_language_is_measured(published: Dataset):
    labels = taken(published, GOAL, SKOS.prefLabel, None)
    stated = published.graph(URIRef(BASE + "graphs/midt-troms/stated"))
    for label in labels[:2]:
        stated.add((GOAL, SKOS.prefLabel, label))
    graph = catalogue.quality(published, world.DATA, CONFORMS)
    assert value(graph, "midt-troms", "languages") < 1


def test_a_dataset_without_a_stored_text_has_no_share_of_one(published: Dataset):
    graph = catalogue.quality(published, world.DATA, CONFORMS)
    assert (URIRef(f"{CATALOGUE}/programme#quality-covered"), None, None) not in graph


def test_faults_that_the_checks_found_are_counted_in_the_whole(published: Dataset):
    findings = [Finding("evidence", "error", "x", "wrong"), Finding("links", "note", "x", "to look at")]
    graph = catalogue.quality(published, world.DATA, Checked(CONFORMS.report, findings))
    assert value(graph, "byregion", "conforms") is True
    assert value(graph, "byregion", "findings") == 1


def test_a_violation_counts_in_the_dataset_that_it_stands_in_and_in_the_whole(published: Dataset):
    taken(published, GOAL, BR.quote, None)
    report = validate.report(published, validate.read_shapes())
    graph = catalogue.quality(published, world.DATA, Checked(report))
    counted = {name: value(graph, name, "violations") for name in ("byregion", "midt-troms", "municipalities")}
    assert counted == {"byregion": len(report.results), "midt-troms": len(report.results), "municipalities": 0}
    assert report.results
    for name, number in counted.items():
        assert value(graph, name, "conforms") is (number == 0)


def test_the_report_is_there_with_what_is_wrong_and_where(published: Dataset):
    taken(published, GOAL, BR.quote, None)
    report = validate.report(published, validate.read_shapes())
    graph = catalogue.quality(published, world.DATA, Checked(report))
    (node,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert list(graph.objects(node, SH.conforms)) == [Literal(False)]
    found = {
        (graph.value(result, SH.focusNode), graph.value(result, SH.sourceShape), graph.value(result, SH.resultSeverity))
        for result in graph.objects(node, SH.result)
    }
    assert found == {(result.focus_node, result.shape, result.severity) for result in report.results}
    of_datasets = {name for result in graph.objects(node, SH.result) for name in graph.objects(result, DCTERMS.source)}
    assert of_datasets == {URIRef(f"{CATALOGUE}/midt-troms")}
    assert (None, PROV.wasDerivedFrom, node) in graph


def test_a_text_that_was_changed_has_no_quality_to_report(published: Dataset, tmp_path: Path):
    shutil.copytree(world.DATA, tmp_path / "data")
    (text,) = (tmp_path / "data" / "midt-troms" / "source").iterdir()
    text.write_bytes(text.read_bytes() + b" ")
    with pytest.raises(SourceError, match="sha256"):
        catalogue.quality(published, tmp_path / "data", CONFORMS)


def test_every_measurement_is_of_a_dataset_by_a_metric_that_is_defined_in_three_languages(published: Dataset):
    graph = catalogue.quality(published, world.DATA, CONFORMS)
    measurements = set(graph.subjects(RDF.type, DQV.QualityMeasurement))
    assert len(measurements) > 10
    for measurement in measurements:
        (dataset,) = graph.objects(measurement, DQV.computedOn)
        assert (dataset, DQV.hasQualityMeasurement, measurement) in graph
        (metric,) = graph.objects(measurement, DQV.isMeasurementOf)
        assert (metric, RDF.type, DQV.Metric) in graph
        for predicate in (SKOS.prefLabel, SKOS.definition):
            languages = {text.language for text in graph.objects(metric, predicate) if isinstance(text, Literal)}
            assert languages == {"nb", "nn", "en"}
        (dimension,) = graph.objects(metric, DQV.inDimension)
        assert str(dimension).startswith("https://data.norge.no/vocabulary/quality-dimension#")


def test_every_metric_is_measured_and_none_is_blank(published: Dataset):
    marked = DatasetScore(URIRef(f"{CATALOGUE}/midt-troms"), None, (Mark(METRICS_OF_PORTAL[0], 30),))
    checked = Checked(CONFORMS.report, score=Score("", (), (marked,)))
    graph = catalogue.quality(published, world.DATA, checked)
    assert value(graph, "midt-troms", "points") == 30
    used = set(graph.objects(None, DQV.isMeasurementOf))
    assert used == set(graph.subjects(RDF.type, DQV.Metric))
    assert not [term for triple in graph for term in triple if isinstance(term, BNode)]
    assert {kind for kind in graph.objects(None, DQV.expectedDataType)} == {XSD.boolean, XSD.integer, XSD.decimal}


def test_the_metrics_are_in_the_layout_of_data():
    assert METRICS.read_text(encoding="utf-8") == layout(read_graph(METRICS))
