"""The ontology on the web: every term on a page, and the same as data in every format and under its version."""

from __future__ import annotations

import httpx
import pytest
from rdflib import OWL, RDF, SKOS, URIRef
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
    sections = {item.get("id"): item for item in page.iter("section") if item.get("class") == "term"}
    assert sorted(sections) == TERMS
    for name, section in sections.items():
        definitions = [str(text) for text in ONTOLOGY.objects(BR[name], SKOS.definition) if text.language == lang]
        assert [text_of(item) for item in section.iter("p")] == definitions


def test_domains_ranges_chains_and_parents_are_shown_as_links(client: httpx.Client):
    page = page_of(client.get("/def?lang=en"))
    sections = {item.get("id"): item for item in page.iter("section") if item.get("class") == "term"}
    role = text_of(sections["role"])
    assert "is used on participation" in role and "has as its value concept" in role
    assert "follows from of municipality backwards → concerns region" in text_of(sections["takesPartIn"])
    assert "is a kind of statement" in text_of(sections["Goal"])
    assert "/def?lang=en#Statement" in [link.get("href") for link in sections["Goal"].iter("a")]


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
