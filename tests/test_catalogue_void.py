"""The numbers in the VoID description are those that anyone gets who counts the triples."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from rdflib import DCTERMS, RDF, VOID, BNode, Dataset, Graph, Literal, URIRef

import catalogue_world as world
from byregion import catalogue, links
from byregion.catalogue import FORMATS
from byregion.dataset import GraphFile, data_files, named_graphs, ontology_files, read
from byregion.namespaces import BASE, BR

WHOLE = URIRef(BASE + "catalogue/byregion")
MIDT_TROMS = URIRef(BASE + "catalogue/midt-troms")
MUNICIPALITIES = URIRef(BASE + "catalogue/municipalities")
TARGETS = {"http://www.wikidata.org/", "https://sws.geonames.org/", "https://data.geonorge.no/"}
FILES = (*ontology_files(), *data_files(world.DATA))


@pytest.fixture(scope="module")
def published() -> Dataset:
    return read(FILES)


@pytest.fixture(scope="module")
def void(published: Dataset) -> Graph:
    return catalogue.void(published, world.said(), catalogue.dumps_of(catalogue.names(world.DATA)), world.URL)


def number(graph: Graph, subject: URIRef, predicate: URIRef) -> int:
    (value,) = graph.objects(subject, predicate)
    assert isinstance(value, Literal)
    return int(value)


@cache
def merged(files: tuple[GraphFile, ...], under: str) -> Graph:
    """The triples of the files whose graphs are under a name, each once."""
    graph = Graph()
    for item in files:
        if item.graph.startswith(f"{BASE}graphs/{under}"):
            graph.parse(item.path, format="turtle")
    return graph


CASES = [(WHOLE, ""), (MIDT_TROMS, "midt-troms/"), (MUNICIPALITIES, "municipalities/")]

# As a client of the endpoint would count: https://github.com/cygri/void lists such queries.
COUNTS = {
    VOID.triples: "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    VOID.classes: "SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s a ?o }",
    VOID.properties: "SELECT (COUNT(DISTINCT ?p) AS ?n) WHERE { ?s ?p ?o }",
    VOID.distinctSubjects: "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s ?p ?o }",
    VOID.distinctObjects: "SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s ?p ?o }",
    VOID.entities: """SELECT (COUNT(DISTINCT ?s) AS ?n)
        WHERE { ?s ?p ?o FILTER(STRSTARTS(STR(?s), "https://w3id.org/byregion/id/")) }""",
}


@pytest.mark.parametrize("predicate", COUNTS, ids=lambda predicate: predicate.rpartition("#")[2])
@pytest.mark.parametrize(("node", "under"), CASES)
def test_a_number_is_what_sparql_counts_in_the_files(void: Graph, node: URIRef, under: str, predicate: URIRef):
    (row,) = merged(FILES, under).query(COUNTS[predicate])
    assert int(row[0]) > 0
    assert number(void, node, predicate) == int(row[0])


@pytest.mark.parametrize(("node", "under"), CASES)
def test_every_class_has_its_number_of_instances(void: Graph, node: URIRef, under: str):
    counted = merged(FILES, under).query("SELECT ?c (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?c } GROUP BY ?c")
    described = {
        (kind, number(void, part, VOID.entities))
        for part in void.objects(node, VOID.classPartition)
        for kind in void.objects(part, VOID["class"])
    }
    assert described == {(row[0], int(row[1])) for row in counted}
    assert (BR.Goal, 0) not in described


@pytest.mark.parametrize(("node", "under"), CASES)
def test_every_property_has_its_number_of_triples_subjects_and_objects(void: Graph, node: URIRef, under: str):
    counted = merged(FILES, under).query(
        """SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?t) (COUNT(DISTINCT ?o) AS ?u)
        WHERE { ?s ?p ?o } GROUP BY ?p"""
    )
    numbers = (VOID.triples, VOID.distinctSubjects, VOID.distinctObjects)
    described = {
        (predicate, *(number(void, part, which) for which in numbers))
        for part in void.objects(node, VOID.propertyPartition)
        for predicate in void.objects(part, VOID.property)
    }
    assert described == {(row[0], int(row[1]), int(row[2]), int(row[3])) for row in counted}


def test_a_triple_that_stands_in_two_graphs_is_counted_once():
    dataset = Dataset(default_union=True)
    for part in ("stated", "readings"):
        graph = dataset.graph(URIRef(f"{BASE}graphs/midt-troms/{part}"))
        graph.add((URIRef(BASE + "id/region/midt-troms"), RDF.type, BR.Region))
    void = catalogue.void(dataset, world.said(), [], world.URL)
    assert number(void, WHOLE, VOID.triples) == 1
    assert number(void, MIDT_TROMS, VOID.triples) == 1


def test_a_dataset_that_nothing_is_said_of_is_counted_too():
    dataset = Dataset(default_union=True)
    graph = dataset.graph(URIRef(f"{BASE}graphs/haugesundregionen/stated"))
    graph.add((URIRef(BASE + "id/region/haugesundregionen"), RDF.type, BR.Region))
    void = catalogue.void(dataset, world.said(), [], world.URL)
    assert number(void, URIRef(BASE + "catalogue/haugesundregionen"), VOID.triples) == 1


def test_inferences_count_in_the_whole_and_in_no_dataset(published: Dataset, void: Graph):
    inferred = published.graph(URIRef(BASE + "graphs/inferred"))
    inferred.add((URIRef(BASE + "id/region/midt-troms"), RDF.type, URIRef("urn:inferred")))
    try:
        again = catalogue.void(published, world.said(), [], world.URL)
    finally:
        published.remove_graph(inferred)
    assert number(again, WHOLE, VOID.triples) == number(void, WHOLE, VOID.triples) + 1
    assert number(again, MIDT_TROMS, VOID.triples) == number(void, MIDT_TROMS, VOID.triples)


# --- Links ------------------------------------------------------------------------------------------------------------


def linksets(void: Graph, node: URIRef) -> Iterator[tuple[str, str, int]]:
    for linkset in void.objects(node, VOID.subset):
        if (linkset, RDF.type, VOID.Linkset) in void:
            assert set(void.objects(linkset, VOID.subjectsTarget)) == {node}
            (target,) = void.objects(linkset, VOID.objectsTarget)
            assert set(void.objects(linkset, VOID.target)) == {node, target}
            (predicate,) = void.objects(linkset, VOID.linkPredicate)
            yield str(target), str(predicate), number(void, linkset, VOID.triples)


def test_there_is_a_linkset_for_each_target_and_predicate(void: Graph):
    text = (world.DATA / "municipalities" / "links.ttl").read_text(encoding="utf-8")
    found = list(linksets(void, MUNICIPALITIES))
    targets = {target for target, _, _ in found}
    assert targets == TARGETS
    # Each link is stated once and explained once, in a reading whose object it is.
    linked = sum(count for target, _, count in found if "wikidata" in target)
    assert linked == text.count("<http://www.wikidata.org/entity/") - text.count(
        "rdf:object <http://www.wikidata.org/entity/"
    )


def test_a_target_is_called_what_the_check_of_links_calls_it(void: Graph):
    titles = {str(title) for target in TARGETS for title in void.objects(URIRef(target), DCTERMS.title)}
    assert titles == {target.name for target in links.TARGETS}


def test_what_refers_to_a_document_or_to_ourselves_is_no_link(void: Graph):
    assert list(linksets(void, URIRef(BASE + "catalogue/programme"))) == []


# --- Where it is ------------------------------------------------------------------------------------------------------


def test_the_description_says_what_it_is_of_and_where_to_ask(void: Graph):
    here = URIRef(world.URL + ".well-known/void")
    assert (here, RDF.type, VOID.DatasetDescription) in void
    for node in (WHOLE, MIDT_TROMS):
        assert (node, VOID.sparqlEndpoint, URIRef(world.URL + "sparql")) in void
        languages = {title.language for title in void.objects(node, DCTERMS.title) if isinstance(title, Literal)}
        assert languages == {"nb", "nn", "en"}
    assert (WHOLE, VOID.subset, MIDT_TROMS) in void


def test_every_dump_is_named(void: Graph):
    for name in catalogue.names(world.DATA):
        dumps = set(void.objects(URIRef(f"{BASE}catalogue/{name}"), VOID.dataDump))
        assert dumps == {URIRef(f"{world.URL}dumps/{name}.{form.suffix}") for form in FORMATS}


def test_every_class_of_ours_has_an_example_that_is_in_the_data(published: Dataset, void: Graph):
    examples = set(void.objects(MIDT_TROMS, VOID.exampleResource))
    assert URIRef(BASE + "id/region/midt-troms") in examples
    things = {subject for _, graph in named_graphs(published) for subject in graph.subjects(RDF.type)}
    assert examples <= things


def test_no_node_is_blank_and_the_bytes_do_not_change(published: Dataset, void: Graph):
    assert not [term for triple in void for term in triple if isinstance(term, BNode)]
    again = catalogue.void(published, world.said(), catalogue.dumps_of(catalogue.names(world.DATA)), world.URL)
    for media_type in catalogue.MEDIA_TYPES:
        assert catalogue.written(again, media_type) == catalogue.written(void, media_type)
