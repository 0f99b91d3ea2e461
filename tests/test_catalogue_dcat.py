"""The catalogue is what the portals' rules say, and nothing in it falls into a trap of the national harvester."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter

import pytest
from rdflib import DCTERMS, RDF, SKOS, XSD, BNode, Graph, Literal, URIRef

import catalogue_world as world
from byregion import catalogue
from byregion.catalogue import FORMATS, Dump, harvest
from byregion.dataset import layout, parse
from byregion.errors import ConfigError, DataError
from byregion.namespaces import ADMS, DCAT, DCATAP, PREFIXES, SPDX

AUTHORITY = "http://publications.europa.eu/resource/authority/"
CATALOGUE = URIRef("https://w3id.org/byregion/catalogue")
VERSION_3 = "dcat-ap-no-3"


@pytest.fixture(scope="module", params=catalogue.PROFILES)
def profile(request: pytest.FixtureRequest) -> catalogue.Profile:
    return request.param


@pytest.fixture(scope="module")
def graph(profile: catalogue.Profile) -> Graph:
    return world.build(profile)


@pytest.fixture(scope="module")
def harvest_view() -> Graph:
    return world.build()


# --- Official shapes --------------------------------------------------------------------------------------------------


def test_the_harvest_view_conforms_to_the_official_shapes_of_version_2(harvest_view: Graph):
    assert world.results(harvest_view, "DCAT-AP-NO-shacl_shapes_2.00_v2.ttl") == []


def test_the_harvest_view_conforms_to_the_shapes_that_the_portal_judges_by(harvest_view: Graph):
    assert world.results(harvest_view, world.PORTAL) == []


def test_each_dataset_conforms_as_the_harvester_passes_it_on(harvest_view: Graph):
    found = harvest.datasets(harvest_view)
    assert len(found) == len(catalogue.names(world.DATA))
    for dataset in found:
        part = harvest.harvested(harvest_view, dataset)
        assert set(part.subjects(RDF.type, DCAT.Dataset)) == {dataset}
        assert world.results(part, world.PORTAL) == []


@pytest.mark.parametrize("part", ["shapes", "range"])
def test_every_view_conforms_to_dcat_ap(graph: Graph, part: str):
    assert world.results(graph, f"dcat-ap_3.0.1_html_shacl_{part}.ttl") == []


def test_what_dcat_ap_recommends_and_is_not_there_is_known(graph: Graph, profile: catalogue.Profile):
    results = world.results(graph, "dcat-ap_3.0.1_html_shacl_shapes_recommended.ttl")
    assert {severity for severity, _, _ in results} == {"Warning"}, "nothing of it is a violation"
    found = {(focus, path) for _, focus, path in results}
    ours = {(focus, path) for focus, path in found if focus.startswith(str(CATALOGUE))}
    # The rest is of the EU's and Kartverket's own terms: what shape a place has, and what kind of licence a licence is.
    assert {path for _, path in found - ours} == {str(DCAT.bbox), str(DCAT.centroid), str(DCTERMS.type)}
    expected = {
        "harvest": {(str(CATALOGUE), str(DCAT.themeTaxonomy))},
        VERSION_3: {(f"{CATALOGUE}/series", str(DCAT.distribution))},
    }
    assert ours == expected[profile]


def test_the_shapes_notice_a_catalogue_that_is_wrong():
    graph = world.build()
    graph.remove((CATALOGUE, DCTERMS.publisher, None))
    for name in ("DCAT-AP-NO-shacl_shapes_2.00_v2.ttl", world.PORTAL, "dcat-ap_3.0.1_html_shacl_shapes.ttl"):
        assert ("Violation", str(CATALOGUE), str(DCTERMS.publisher)) in world.results(graph, name)


def test_every_foreign_term_is_among_the_reference_terms(graph: Graph):
    lists = (AUTHORITY, "https://psi.norge.no/los/", "https://data.geonorge.no/", "https://www.iana.org/")
    used = {term for term in graph.objects() if isinstance(term, URIRef) and str(term).startswith(lists)}
    assert len(used) > 20
    assert used <= set(world.terms().subjects())


# --- Version 3, which has no shapes yet -------------------------------------------------------------------------------

with (world.CASES / "dcat-ap-no-3.csv").open(encoding="utf-8", newline="") as file:
    RULES = list(csv.DictReader(file))


def term(name: str) -> URIRef:
    prefix, _, local = name.partition(":")
    return URIRef(PREFIXES[prefix] + local)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule['class']} {rule['property']}")
def test_version_3_has_what_it_demands_and_recommends(graph: Graph, profile: catalogue.Profile, rule: dict[str, str]):
    subjects = [subject for subject in graph.subjects(RDF.type, term(rule["class"])) if isinstance(subject, URIRef)]
    if rule["class"] == "dcat:Dataset":
        subjects = [subject for subject in subjects if (subject, RDF.type, DCAT.DatasetSeries) not in graph]
    assert subjects
    excused = rule["left out everywhere because"] or (
        profile == "harvest" and rule["left out of the harvest view because"]
    )
    for subject in subjects:
        values = list(graph.objects(subject, term(rule["property"])))
        if excused:
            assert values == [], "what is there needs no excuse"
            continue
        assert len(values) >= int(rule["min"]), subject
        assert not rule["max"] or len(values) <= int(rule["max"]), subject
        check_values(values, rule["values"])


def check_values(values: list[object], kind: str) -> None:
    first, _, rest = kind.partition(" ")
    if first in ("langString", "literal"):
        assert all(isinstance(value, Literal) for value in values)
        languages = Counter(value.language for value in values if isinstance(value, Literal))
        if first == "langString":
            assert None not in languages
        if rest != "several":
            assert max(languages.values()) == 1, "a language has one text"
    elif first == "date":
        assert {value.datatype for value in values if isinstance(value, Literal)} == {XSD.date}
    elif first == "iri":
        assert all(isinstance(value, URIRef) and value.startswith(rest) for value in values)
    elif first == "some":
        assert any(str(value).startswith(AUTHORITY + rest.removeprefix("authority:")) for value in values)
    else:
        assert all(str(value).startswith(AUTHORITY + first.removeprefix("authority:") + "/") for value in values)


def test_titles_and_descriptions_are_in_three_languages(graph: Graph):
    kinds = (DCAT.Catalog, DCAT.Dataset, DCAT.DatasetSeries, DCAT.DataService, DCAT.Distribution)
    subjects = {subject for kind in kinds for subject in graph.subjects(RDF.type, kind)}
    assert len(subjects) > 30
    for subject in subjects:
        for predicate in (DCTERMS.title, DCTERMS.description):
            languages = {text.language for text in graph.objects(subject, predicate) if isinstance(text, Literal)}
            assert languages == {"nb", "nn", "en"}, (subject, predicate)


# --- What the two views differ in -------------------------------------------------------------------------------------


def test_only_version_3_has_sizes_checksums_status_taxonomy_and_the_places_of_kartverket(
    graph: Graph, profile: catalogue.Profile
):
    extras = (DCAT.byteSize, ADMS.status, DCAT.themeTaxonomy, SPDX.checksum, SKOS.editorialNote)
    found = {predicate for predicate in extras if (None, predicate, None) in graph}
    places = {place for place in graph.objects(None, DCTERMS.spatial) if "geonorge" in str(place)}
    assert (found, bool(places)) == ((set(extras), True) if profile == VERSION_3 else (set(), False))


def test_a_size_and_a_checksum_are_written_as_version_3_wants_them():
    dump = Dump("midt-troms", FORMATS[0], size=4711, sha256="0f" * 32)
    graph = world.build(VERSION_3, dumps=[dump])
    (size,) = graph.objects(None, DCAT.byteSize)
    assert size == Literal("4711", datatype=XSD.nonNegativeInteger)
    (value,) = graph.objects(None, SPDX.checksumValue)
    assert (str(value), value.datatype) == ("0f" * 32, XSD.hexBinary)
    unknown = world.build(VERSION_3, dumps=[Dump("midt-troms", FORMATS[0])])
    assert (None, DCAT.byteSize, None) not in unknown
    assert (None, SPDX.checksum, None) not in unknown


def test_a_series_is_listed_as_a_dataset_only_in_version_3(graph: Graph, profile: catalogue.Profile):
    series = URIRef(f"{CATALOGUE}/series")
    members = set(graph.subjects(DCAT.inSeries, series))
    assert len(members) > 1, "a series of one should be avoided"
    assert ((CATALOGUE, DCAT.dataset, series) in graph) == (profile == VERSION_3)
    assert ((series, RDF.type, DCAT.Dataset) in graph) == (profile == VERSION_3)
    assert (series, DCAT.distribution, None) not in graph


# --- What is in it ----------------------------------------------------------------------------------------------------


def test_every_dataset_and_service_is_listed_and_every_dump_is_a_distribution(graph: Graph):
    names = catalogue.names(world.DATA)
    assert "midt-troms" in names
    for name in names:
        dataset = URIRef(f"{CATALOGUE}/{name}")
        assert (CATALOGUE, DCAT.dataset, dataset) in graph
        assert (dataset, DCAT.landingPage, URIRef(f"{world.URL}datasets/{name}")) in graph
        for form in FORMATS:
            distribution = URIRef(f"{dataset}/{form.suffix}")
            assert (dataset, DCAT.distribution, distribution) in graph
            for predicate in (DCAT.accessURL, DCAT.downloadURL):
                assert list(graph.objects(distribution, predicate)) == [
                    URIRef(f"{world.URL}dumps/{name}.{form.suffix}")
                ]
    for path in ("sparql", "reconcile"):
        service = URIRef(f"{CATALOGUE}/service/{path}")
        assert (CATALOGUE, DCAT.service, service) in graph
        assert list(graph.objects(service, DCAT.endpointURL)) == [URIRef(f"{world.URL}{path}")]
        assert set(graph.objects(service, DCAT.servesDataset)) == {URIRef(f"{CATALOGUE}/{name}") for name in names}


def test_a_packed_format_says_what_it_holds_and_what_it_is_packed_in(harvest_view: Graph):
    packed = URIRef(f"{CATALOGUE}/midt-troms/csv.zip")
    iana = "https://www.iana.org/assignments/media-types/"
    assert (packed, DCAT.mediaType, URIRef(iana + "text/csv")) in harvest_view
    assert (packed, DCAT.packageFormat, URIRef(iana + "application/zip")) in harvest_view
    assert (packed, DCTERMS["format"], URIRef(AUTHORITY + "file-type/CSV")) in harvest_view


def test_everything_that_can_be_registered_has_an_identifier(graph: Graph):
    for kind in (DCAT.Catalog, DCAT.Dataset, DCAT.DataService, DCAT.DatasetSeries):
        for subject in graph.subjects(RDF.type, kind):
            assert list(graph.objects(subject, DCTERMS.identifier)) == [Literal(str(subject))]


def test_a_dataset_without_a_dump_is_left_out_with_everything_that_only_it_led_to():
    graph = world.build(dumps=[Dump("midt-troms", FORMATS[0])])
    assert list(graph.objects(CATALOGUE, DCAT.dataset)) == [URIRef(f"{CATALOGUE}/midt-troms")]
    assert "programme" not in {str(term).removeprefix(f"{CATALOGUE}/") for term in graph.all_nodes()}
    assert (None, DCAT.last, None) not in graph, "the last of the series is not here"


def test_a_dataset_that_nothing_is_said_of_is_listed_with_what_it_lacks():
    graph = world.build(dumps=[Dump("haugesundregionen", FORMATS[0])])
    dataset = URIRef(f"{CATALOGUE}/haugesundregionen")
    assert harvest.datasets(graph) == [dataset]
    assert (dataset, DCTERMS.publisher, URIRef("https://example.org/publisher")) in graph
    lacking = {path for _, focus, path in world.results(graph, world.PORTAL) if focus == str(dataset)}
    assert lacking == {str(DCTERMS.title), str(DCTERMS.description), str(DCAT.theme)}


def test_a_dataset_may_have_a_publisher_of_its_own():
    own = URIRef("https://example.org/another")
    dataset = URIRef(f"{CATALOGUE}/midt-troms")
    said = world.said() + parse(f"<{dataset}> <{DCTERMS.publisher}> <{own}> .")
    graph = catalogue.build(said, catalogue.dumps_of(["midt-troms"]), world.URL, concepts=world.concepts())
    assert list(graph.objects(dataset, DCTERMS.publisher)) == [own]
    assert own not in set(graph.objects(CATALOGUE, DCTERMS.publisher))


def test_without_a_publisher_the_catalogue_is_built_and_names_none():
    said = catalogue.read(world.DATA)
    graph = catalogue.build(said, catalogue.dumps_of(["midt-troms"]), world.URL, concepts=world.concepts())
    for predicate in (DCTERMS.publisher, DCAT.contactPoint):
        assert (None, predicate, None) not in graph


def test_the_subjects_of_datasets_are_concepts_with_labels_in_three_languages(harvest_view: Graph):
    subjects = set(harvest_view.objects(None, DCTERMS.subject))
    assert subjects
    for subject in subjects:
        assert (subject, RDF.type, SKOS.Concept) in harvest_view
        languages = {text.language for text in harvest_view.objects(subject, SKOS.prefLabel)}
        assert languages == {"nb", "nn", "en"}, subject


def test_availability_has_the_iri_of_dcat_ap_and_not_that_of_the_shapes(harvest_view: Graph):
    # Version 2's shapes declare the prefix without its last slash; so does nobody else.
    assert str(DCATAP.availability) == "http://data.europa.eu/r5r/availability"
    assert not [predicate for predicate in harvest_view.predicates() if "r5ravailability" in str(predicate)]


# --- The harvester's traps --------------------------------------------------------------------------------------------


def test_no_node_is_blank(graph: Graph):
    assert not [term for triple in graph for term in triple if isinstance(term, BNode)]


def test_every_iri_is_absolute(graph: Graph):
    absolute = ("http://", "https://", "mailto:")
    iris = [term for triple in graph for term in triple if isinstance(term, URIRef)]
    assert [iri for iri in iris if not str(iri).startswith(absolute)] == []


def test_every_predicate_can_be_written_in_rdf_xml(graph: Graph):
    assert list(harvest.problems(graph)) == []
    graph.serialize(format="xml")


@pytest.mark.parametrize("media_type", catalogue.MEDIA_TYPES)
def test_every_format_holds_the_same_triples_and_is_small_enough(harvest_view: Graph, media_type: str):
    body = catalogue.written(harvest_view, media_type)
    assert world.triples(body, media_type) == set(harvest_view)
    assert len(body) < 75 * 1024 * 1024 / 100


BYTES = """
import sys
import catalogue_world as world
from byregion import catalogue
graph = world.build(sys.argv[1])
for media_type in catalogue.MEDIA_TYPES:
    sys.stdout.buffer.write(catalogue.written(graph, media_type))
"""


def test_the_same_data_gives_the_same_bytes_in_every_process(profile: catalogue.Profile):
    # Sets are ordered by hashes, which Python salts anew in each process.
    environments = ({**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(world.ROOT / "tests")} for seed in "12")
    one, other = (
        subprocess.run([sys.executable, "-c", BYTES, profile], env=environment, capture_output=True, check=True).stdout
        for environment in environments
    )
    assert one == other
    assert len(one) > 100_000


def test_the_service_is_not_reached_from_a_distribution(graph: Graph):
    # The harvester would take the service along without the other datasets that it serves, which the shapes refuse.
    assert (None, DCAT.accessService, None) not in graph


def test_what_is_said_without_an_iri_is_refused():
    said = world.said() + parse(f"<{CATALOGUE}> <{DCTERMS.publisher}> [] .")
    with pytest.raises(DataError, match="has no IRI"):
        catalogue.build(said, catalogue.dumps_of(["midt-troms"]), world.URL, concepts=world.concepts())


@pytest.mark.parametrize("url", ["", "data.example.org/", "https://data.example.org", "/"])
def test_an_address_that_would_make_relative_iris_is_refused(url: str):
    with pytest.raises(ConfigError, match="slash"):
        world.build(url=url)


def test_the_file_is_in_the_layout_of_data_and_names_no_organisation():
    path = world.DATA / "catalogue.ttl"
    said = catalogue.read(world.DATA)
    assert path.read_text(encoding="utf-8") == layout(said)
    for predicate in (DCTERMS.publisher, DCTERMS.creator, DCAT.contactPoint):
        assert (None, predicate, None) not in said
