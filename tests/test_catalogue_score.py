"""The marks are those that the national portal gives, against a server that answers."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from rdflib import DCTERMS, Graph, URIRef

import catalogue_world as world
from byregion.catalogue import FORMATS
from byregion.catalogue.fetch import Client
from byregion.catalogue.score import METRICS, POSSIBLE, DatasetScore, score
from byregion.errors import DataError, FetchError
from byregion.namespaces import DCAT

NAMES = ["midt-troms", "programme"]
MIDT_TROMS = URIRef("https://w3id.org/byregion/catalogue/midt-troms")


@pytest.fixture(scope="module")
def published() -> Iterator[tuple[world.Site, dict[str, world.Page]]]:
    """A site with the catalogue, and its pages as they were at first."""
    with world.site() as running:
        world.publish(running, NAMES)
        yield running, copy.deepcopy(running.pages)


@pytest.fixture
def site(published: tuple[world.Site, dict[str, world.Page]]) -> world.Site:
    """The site as it was at first."""
    running, pages = published
    running.pages.clear()
    running.pages.update(copy.deepcopy(pages))
    running.asked.clear()
    return running


def of_midt_troms(site: world.Site, conforms=lambda graph: []) -> DatasetScore:
    found = score(site.url + "catalogue", Client([site.url], seconds=3), conforms)
    (dataset,) = [item for item in found.datasets if item.dataset == MIDT_TROMS]
    return dataset


def lost(dataset: DatasetScore) -> dict[str, str]:
    return {mark.metric.name: mark.why for mark in dataset.marks if mark.points < mark.metric.points}


def change(site: world.Site, **changes: object) -> None:
    """Serve the catalogue with Midt-Troms changed: each value takes the place of the property's values."""
    graph = Graph().parse(data=site.pages["/catalogue"].body, format="turtle")
    for name, values in changes.items():
        prefix, _, local = name.partition("_")
        predicate = (DCAT if prefix == "dcat" else DCTERMS)[local]
        for subject in [MIDT_TROMS, *graph.objects(MIDT_TROMS, DCAT.distribution)]:
            if (subject, predicate, None) in graph:
                graph.remove((subject, predicate, None))
                for value in values:
                    graph.add((subject, predicate, value))
    site.pages["/catalogue"].body = graph.serialize(format="turtle", encoding="utf-8")


# --- The whole --------------------------------------------------------------------------------------------------------


def test_there_are_25_metrics_and_435_points():
    assert (len(METRICS), len({metric.name for metric in METRICS}), POSSIBLE) == (25, 25, 435)


def test_every_dataset_has_430_points_with_a_publisher(site: world.Site):
    found = score(site.url + "catalogue", Client([site.url]), world.portal_conforms)
    assert found.problems == ()
    assert len(found.datasets) == len(NAMES)
    for dataset in found.datasets:
        assert dataset.points == 430, lost(dataset)
        # Version 2's shapes want a size as xsd:decimal and version 3 as a whole number: the view says none.
        assert lost(dataset) == {"byteSizeAvailability": "there is no dcat:byteSize"}


def test_what_no_service_of_the_portal_measures_yet_is_told_apart(site: world.Site):
    assert of_midt_troms(site).points_today == 430 - 20 - 20 - 15 - 15


def test_every_address_in_the_catalogue_is_asked_and_answers(site: world.Site):
    graph = Graph().parse(data=site.pages["/catalogue"].body, format="turtle")
    named = {
        str(address)
        for predicate in (
            DCAT.accessURL,
            DCAT.downloadURL,
            DCAT.endpointURL,
            DCAT.endpointDescription,
            DCAT.landingPage,
        )
        for address in graph.objects(None, predicate)
    }
    assert len(named) > 15
    client = Client([site.url])
    assert {address: client.head(address).status for address in named} == dict.fromkeys(named, 200)


def test_the_catalogue_is_asked_for_as_the_harvester_does(site: world.Site):
    score(site.url + "catalogue", Client([site.url]), lambda graph: [])
    assert site.asked[0] == ("GET", "/catalogue")
    downloads = {path for _, path in site.asked if path.startswith("/dumps/midt-troms.")}
    asked = {path: [method for method, asked in site.asked if asked == path] for path in downloads}
    assert len(asked) == len(FORMATS)
    # A file is fetched only where that can make its distribution the best.
    assert set(map(tuple, asked.values())) == {("HEAD",), ("HEAD", "GET")}


def test_a_catalogue_that_cannot_be_harvested_has_no_score(site: world.Site):
    site.pages["/catalogue"].headers["Content-Encoding"] = "gzip"
    with pytest.raises(DataError, match="unasked"):
        score(site.url + "catalogue", Client([site.url]))
    with pytest.raises(FetchError, match="not named"):
        score(site.url + "catalogue", Client([]))


# --- Each point -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("predicate", "metrics"),
    [
        ("dcat_theme", {"categoryAvailability"}),
        ("dcterms_spatial", {"spatialAvailability"}),
        ("dcterms_temporal", {"temporalAvailability"}),
        ("dcterms_accessRights", {"accessRightsAvailability", "accessRightsVocabularyAlignment"}),
        ("dcat_contactPoint", {"contactPointAvailability"}),
        ("dcterms_publisher", {"publisherAvailability"}),
        ("dcterms_issued", {"dateIssuedAvailability"}),
        ("dcterms_modified", {"dateModifiedAvailability"}),
        ("dcterms_license", {"licenseAvailability", "knownLicense"}),
        ("dcterms_rights", {"rightsAvailability"}),
        ("dcat_mediaType", {"mediaTypeAvailability"}),
        ("dcat_accessURL", {"accessUrlStatusCode"}),
        ("dcat_downloadURL", {"downloadUrlAvailability", "downloadUrlStatusCode", "formatMatch", "syntaxValid"}),
    ],
)
def test_what_is_not_said_costs_its_points(site: world.Site, predicate: str, metrics: set[str]):
    change(site, **{predicate: []})
    reasons = lost(of_midt_troms(site))
    assert set(reasons) == {*metrics, "byteSizeAvailability"}
    assert all(reasons.values())


def test_keywords_are_made_up_for_by_concepts(site: world.Site):
    change(site, dcat_keyword=[])
    assert "keywordAvailability" not in lost(of_midt_troms(site))
    change(site, dcterms_subject=[])
    assert "keywordAvailability" in lost(of_midt_troms(site))


def test_a_format_is_made_up_for_by_a_media_type_only_as_far_as_it_says_the_same(site: world.Site):
    change(site, dcterms_format=[])
    assert set(lost(of_midt_troms(site))) == {
        "formatAvailability",
        "formatMediaTypeNonProprietary",
        "formatMediaTypeMachineInterpretable",
        "formatMatch",
        "syntaxValid",
        "byteSizeAvailability",
    }


def test_a_licence_that_the_portal_does_not_know_is_no_known_one(site: world.Site):
    change(site, dcterms_license=[URIRef("https://creativecommons.org/licenses/by/4.0/")])
    assert "is none of" in lost(of_midt_troms(site))["knownLicense"]


def test_access_rights_outside_the_list_are_not_aligned(site: world.Site):
    change(site, dcterms_accessRights=[URIRef("https://example.org/open")])
    assert set(lost(of_midt_troms(site))) == {"accessRightsVocabularyAlignment", "byteSizeAvailability"}


def test_a_dataset_is_judged_with_its_best_distribution(site: world.Site):
    for path, page in site.pages.items():
        if path.startswith("/dumps/midt-troms.") and not path.endswith(".nt"):
            page.status = 500
    dataset = of_midt_troms(site)
    assert dataset.distribution == URIRef(f"{MIDT_TROMS}/nt")
    assert dataset.points == 430


def test_a_better_file_is_found_where_the_first_is_none_of_its_kind(site: world.Site):
    first = site.pages["/dumps/midt-troms.csv.zip"]
    first.body = b"no archive"
    dataset = of_midt_troms(site)
    assert dataset.distribution == URIRef(f"{MIDT_TROMS}/jsonld")
    assert "syntaxValid" not in lost(dataset)


def test_a_dataset_without_distributions_has_the_points_of_what_is_said(site: world.Site):
    change(site, dcat_distribution=[])
    dataset = of_midt_troms(site)
    assert dataset.distribution is None
    assert dataset.points == 30 + 30 + 20 + 20 + 30 + 10 + 5 + 20 + 10 + 5 + 5


# --- Addresses --------------------------------------------------------------------------------------------------------


def dumps(site: world.Site) -> list[world.Page]:
    pages = [page for path, page in site.pages.items() if path.startswith("/dumps/midt-troms.")]
    assert pages
    return pages


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_an_address_that_does_not_answer_head_is_lost_though_get_would_answer(site: world.Site, status: int):
    for page in dumps(site):
        page.head = status
    reasons = lost(of_midt_troms(site))
    assert set(reasons) == {"accessUrlStatusCode", "downloadUrlStatusCode", "byteSizeAvailability"}
    assert f"answers {status}" in reasons["accessUrlStatusCode"]


def test_get_is_tried_only_where_head_is_not_allowed(site: world.Site):
    for page in dumps(site):
        page.head = 405
    assert set(lost(of_midt_troms(site))) == {"byteSizeAvailability"}


def test_an_address_that_is_late_is_lost(site: world.Site):
    change(site, dcat_accessURL=[URIRef(site.url + "slow")])
    site.pages["/slow"] = world.Page(b"x" * 100, head=405, seconds=0.1)
    found = score(site.url + "catalogue", Client([site.url], seconds=0.5), lambda graph: [])
    (dataset,) = [item for item in found.datasets if item.dataset == MIDT_TROMS]
    assert "did not answer within 0.5 s" in lost(dataset)["accessUrlStatusCode"]


def test_an_address_on_another_server_is_not_asked_and_lost(site: world.Site):
    with world.site() as other:
        other.pages["/file"] = world.Page(b"")
        change(site, dcat_accessURL=[URIRef(other.url + "file")])
        assert "was not named" in lost(of_midt_troms(site))["accessUrlStatusCode"]
        assert other.asked == []


# --- Files ------------------------------------------------------------------------------------------------------------


def test_a_file_served_as_something_else_does_not_match(site: world.Site):
    for page in dumps(site):
        page.media_type = "text/plain"
    reasons = lost(of_midt_troms(site))
    assert set(reasons) == {"formatMatch", "byteSizeAvailability"}
    assert "served as text/plain, not" in reasons["formatMatch"]


def test_a_file_that_is_broken_is_not_valid(site: world.Site):
    for page in dumps(site):
        page.body = page.body[: len(page.body) // 2]
    reasons = lost(of_midt_troms(site))
    assert set(reasons) == {"syntaxValid", "byteSizeAvailability"}
    assert "is no such file" in reasons["syntaxValid"]


# --- Shapes -----------------------------------------------------------------------------------------------------------


def test_without_the_shapes_nobody_says_that_they_are_followed(site: world.Site):
    assert "not given" in lost(of_midt_troms(site, None))["dcatApCompliance"]


def test_a_dataset_that_does_not_conform_loses_the_points_with_the_first_reason(site: world.Site):
    change(site, dcterms_title=[])
    reasons = lost(of_midt_troms(site, world.portal_conforms))
    assert reasons["dcatApCompliance"].startswith("1 results by the portal's shapes, the first: Violation")
    assert str(MIDT_TROMS) in reasons["dcatApCompliance"]
