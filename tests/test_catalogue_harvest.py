"""The harvester's rules are held, so that what it would refuse or drop is told before it comes."""

from __future__ import annotations

import pytest
from rdflib import RDF, Graph, URIRef

import catalogue_world as world
from byregion.catalogue import harvest
from byregion.catalogue.fetch import Answer
from byregion.dataset import parse
from byregion.errors import DataError
from byregion.namespaces import DCAT

CATALOGUE = "<https://example.org/c> a <http://www.w3.org/ns/dcat#Catalog> ."


def answer(body: bytes, status: int = 200, **headers: str) -> Answer:
    return Answer("https://example.org/catalogue", status, {k.replace("_", "-"): v for k, v in headers.items()}, body)


def test_a_catalogue_in_turtle_is_read():
    assert len(harvest.read(answer(CATALOGUE.encode()))) == 1


@pytest.mark.parametrize("status", [201, 203, 204, 301, 303, 404, 500, 503])
def test_nothing_but_200_is_taken(status: int):
    with pytest.raises(DataError, match=f"answers {status}"):
        harvest.read(answer(CATALOGUE.encode(), status))


def test_an_encoding_that_nobody_asked_for_is_refused():
    with pytest.raises(DataError, match="gzip unasked"):
        harvest.read(answer(CATALOGUE.encode(), content_encoding="gzip"))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"\xe6", "not UTF-8"),
        (b"<rdf:RDF/>", "not Turtle"),
        (b"<c> a <http://www.w3.org/ns/dcat#Catalog> .", "relative IRI"),
    ],
)
def test_what_cannot_be_read_as_asked_for_is_refused(body: bytes, why: str):
    with pytest.raises(DataError, match=why):
        harvest.read(answer(body))


def test_blank_nodes_a_lacking_catalogue_and_predicates_that_xml_cannot_write_are_told():
    graph = parse("[] a <http://www.w3.org/ns/dcat#Dataset> ; <https://example.org/p/123> 1 .")
    one, two, three = harvest.problems(graph)
    assert "no dcat:Catalog" in one
    assert "1 of http://www.w3.org/ns/dcat#Dataset have no IRI" in two
    assert "<https://example.org/p/123> does not end in a name of XML" in three


def test_ours_has_no_problems():
    assert list(harvest.problems(world.build())) == []


def test_a_predicate_that_is_told_is_one_that_rdf_xml_cannot_hold():
    graph = Graph()
    graph.add((URIRef("urn:a"), URIRef("https://example.org/p/123"), URIRef("urn:b")))
    with pytest.raises(ValueError, match="strict format"):
        graph.serialize(format="xml")


def test_a_dataset_is_passed_on_with_all_that_it_leads_to_and_no_other():
    graph = world.build()
    dataset = URIRef("https://w3id.org/byregion/catalogue/midt-troms-plan")
    part = harvest.harvested(graph, dataset)
    assert set(part.subjects(RDF.type, DCAT.Dataset)) == {dataset}
    assert not set(part.subjects(RDF.type, DCAT.DatasetSeries))
    assert len(set(part.subjects(RDF.type, DCAT.Distribution))) == 7
    assert (URIRef("https://example.org/publisher"), None, None) in part


def test_a_dataset_that_is_listed_but_not_described_is_none():
    graph = world.build()
    before = harvest.datasets(graph)
    graph.add((URIRef("https://w3id.org/byregion/catalogue"), DCAT.dataset, URIRef("urn:x")))
    assert harvest.datasets(graph) == before
