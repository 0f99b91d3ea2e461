"""The ontology on the web: every term on one page and on its own, and the same as data in every format and version."""

from __future__ import annotations

import httpx
import pytest
from rdflib import OWL, RDF, RDFS, SKOS, URIRef
from rdflib.compare import isomorphic

from byregion.assets import folder
from byregion.dataset import read_graph
from byregion.namespaces import BR
from byregion.release import releases
from web_world import BROWSER, graph_of, page_of, text_of

ONTOLOGY = read_graph(folder("ontology") / "byregion.ttl")
TERMS = sorted(
    str(term).removeprefix(str(BR))
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    for term in ONTOLOGY.subjects(RDF.type, kind)
)
NUMBER = str(ONTOLOGY.value(URIRef(str(BR).rstrip("#")), OWL.versionInfo))
FORMATS = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}


@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_the_page_has_every_term_with_its_definition_in_the_readers_language(client: httpx.Client, lang: str):
    page = page_of(client.get("/def", params={"lang": lang}, headers=BROWSER))
    rows = {item.get("id"): item for item in page.iter("div") if item.get("id")}
    assert sorted(rows) == TERMS
    for name, row in rows.items():
        definitions = [str(text) for text in ONTOLOGY.objects(BR[name], SKOS.definition) if text.language == lang]
        assert [text_of(item) for item in row.iter("dd")] == definitions


@pytest.mark.parametrize("version", ["", "/0.1.0"])
def test_every_term_of_a_version_has_a_page_with_its_definition(client: httpx.Client, version: str):
    page = page_of(client.get(f"/def{version}?lang=en", headers=BROWSER))
    rows = {item.get("id"): item for item in page.iter("div") if item.get("id")}
    assert len(rows) > 60
    for name, row in rows.items():
        (link,) = [item.get("href") or "" for item in row.iter("a")]
        group = "classes" if str(name)[0].isupper() else "properties"
        assert link == f"/def{version}/{group}/{name}?lang=en"
        told = page_of(client.get(link, headers=BROWSER))
        assert [text_of(item) for item in told.iter("p") if item.get("class") == "lead"] == [
            text_of(item) for item in row.iter("dd")
        ]
        assert text_of(told.find(".//p[@class='iri']")) == str(BR[name])


def test_properties_stand_below_the_class_that_they_are_used_on(client: httpx.Client):
    page = page_of(client.get("/def?lang=en", headers=BROWSER))
    (section,) = [item for item in page.iter("section") if item.get("aria-labelledby") == "properties"]
    heading, below = "", {}
    for item in section.iter():
        heading = text_of(item) if item.tag == "h3" else heading
        if item.tag == "div" and item.get("id"):
            below[item.get("id")] = heading
    assert below["role"] == "Used on participation"
    assert below["region"] == "Used on things of several kinds" == heading
    domains = {str(term).removeprefix(str(BR)) for term in ONTOLOGY.subjects(RDFS.domain)}
    assert {name for name, told in below.items() if told != heading} == domains


def test_domains_ranges_chains_and_parents_are_shown_as_links_within_the_version(client: httpx.Client):
    def facts(address: str) -> tuple[str, list[str | None]]:
        page = page_of(client.get(address, headers=BROWSER))
        (section,) = [item for item in page.iter("section") if item.get("aria-labelledby") == "facts"]
        return text_of(section), [link.get("href") for link in section.iter("a")]

    role, links = facts("/def/properties/role?lang=en")
    assert "is used on participation" in role and "has as its value concept" in role
    assert "http://www.w3.org/2004/02/skos/core#Concept" in links
    told, _ = facts("/def/properties/takesPartIn?lang=en")
    assert "follows from of municipality backwards → concerns region" in told
    told, links = facts("/def/classes/Goal?lang=en")
    assert "is a kind of statement" in told
    assert "/def/classes/Statement?lang=en" in links and "/shapes/rules/Goal?lang=en" in links
    told, links = facts("/def/0.1.0/classes/Goal?lang=en")
    assert "/def/0.1.0/classes/Statement?lang=en" in links and "/shapes/0.1.0/rules/Goal?lang=en" in links
    assert "in the questions" not in told


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("/def/classes/Regoin", "/def/classes/Region"),
        ("/def/classes/role", "/def/properties/role"),
        ("/def/properties/Municipality", "/def/properties/municipality"),
        ("/def/0.1.0/classes/goal", "/def/0.1.0/classes/Goal"),
        ("/def/0.1/classes/Goal", "0.1.0"),
        ("/shapes/rules/Regions", "/shapes/rules/Region"),
    ],
)
def test_who_asks_for_a_term_or_a_shape_that_is_not_there_is_told_what_is_near(
    client: httpx.Client, address: str, near: str
):
    assert near in client.get(address).json()["suggestions"]
    page = page_of(client.get(address, headers=BROWSER), 404)
    links = [item.get("href") or "" for item in page.iter("a") if text_of(item).partition("?")[0] == near]
    assert links and client.get(links[0], headers=BROWSER).status_code == 200


@pytest.mark.parametrize(("suffix", "media_type"), FORMATS.items())
def test_the_ontology_is_to_be_had_in_every_format_and_is_the_same_in_each(
    client: httpx.Client, suffix: str, media_type: str
):
    by_accept = client.get("/def", headers={"accept": media_type})
    by_suffix = client.get(f"/def.{suffix}", headers=BROWSER)
    assert by_accept.headers["content-location"] == f"/def.{suffix}"
    for response in (by_accept, by_suffix, client.get(f"/def/{NUMBER}.{suffix}"), client.get(f"/def?format={suffix}")):
        assert response.headers["content-type"].partition(";")[0] == media_type
        assert isomorphic(graph_of(response), ONTOLOGY)


def test_turtle_is_the_file_as_it_was_written(client: httpx.Client):
    assert client.get("/def.ttl").content == (folder("ontology") / "byregion.ttl").read_bytes()


def test_the_version_that_the_ontology_names_is_there_and_no_other(client: httpx.Client):
    version = ONTOLOGY.value(URIRef(str(BR).rstrip("#")), OWL.versionIRI)
    assert str(version) == f"https://w3id.org/byregion/def/{NUMBER}"
    assert page_of(client.get(f"/def/{NUMBER}", headers=BROWSER)).get("lang") == "nb"
    assert client.get("/def/0.0.9").status_code == 404
    assert client.get("/def.pdf").status_code == 404
    assert client.get("/def", headers={"accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("name", ["def", "shapes"])
def test_a_page_says_whether_its_version_stays_as_it_is(client: httpx.Client, name: str):
    frozen = [str(item.version) for item in releases(folder("ontology") / "releases")]
    assert frozen
    for number in {*frozen, NUMBER}:
        (kind, *_) = [
            text_of(item)
            for item in page_of(client.get(f"/{name}/{number}?lang=en", headers=BROWSER)).iter("p")
            if item.get("class") == "kind"
        ]
        assert kind == f"Version {number}" + ("" if number in frozen else " (in progress, not frozen)")


def test_who_has_the_ontology_already_is_told_so(client: httpx.Client):
    for address in ("/def.ttl", "/def.jsonld", "/def.html"):
        tag = client.get(address).headers["etag"]
        assert client.get(address, headers={"if-none-match": tag}).status_code == 304
