"""The catalogue and what it leads to: for a portal, a search engine, a person who downloads, and one who checks."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import httpx
import openpyxl
import pytest
from click.testing import CliRunner
from flask import Flask
from rdflib import DCTERMS, PROV, RDF, SH, VOID, Literal, URIRef

import catalogue_world
import excerpt
from byregion import catalogue, infer
from byregion.catalogue import FORMATS, harvest
from byregion.catalogue.fetch import Answer
from byregion.catalogue.score import score
from byregion.cli.catalogue import command
from byregion.config import Settings
from byregion.dataset import read_graph
from byregion.edition import SUFFIXES
from byregion.engine.memory import MemoryEngine
from byregion.namespaces import BASE, BR, DCAT, DQV, ID
from byregion.web import create_app
from edition_world import URL, files, owned
from serving import served
from web_world import BROWSER, graph_of, page_of, text_of, wait_for_edition

CATALOGUE = URIRef(BASE + "catalogue")
NAMES = ["byregion", "haugesundregionen", "midt-troms", "midt-troms-plan", "municipalities", "programme"]


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return owned(tmp_path_factory.mktemp("owned"))


@pytest.fixture(scope="module")
def own_engine(complete: Path) -> MemoryEngine:
    return MemoryEngine.of(files(complete), infer.UPDATES)


@pytest.fixture(scope="module")
def site(complete: Path, own_engine: MemoryEngine) -> Iterator[httpx.Client]:
    """The app of an owner who has said who publishes; of the second region nobody has said anything."""
    app = create_app(Settings(data=complete, query_seconds=60), own_engine)
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url=URL.rstrip("/")) as made:
        del made.headers["accept"]
        yield made


def embedded(response: httpx.Response) -> dict[str, Any]:
    """What a page says of itself to search engines."""
    (block,) = [item for item in page_of(response).iter("script") if not item.get("src")]
    assert block.get("type") == "application/ld+json"
    told: dict[str, Any] = json.loads(block.text or "")
    assert told["@context"] == "https://schema.org"
    return told


def links(response: httpx.Response, relation: str) -> list[str]:
    found = re.findall(r'<([^>]*)>((?:; [a-z]+="[^"]*")*)', ", ".join(response.headers.get_list("link")))
    return [address for address, told in found if f'rel="{relation}"' in told]


# --- The catalogue ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("suffix", "media_type"), SUFFIXES.items())
def test_the_catalogue_is_the_same_in_every_format_however_it_is_asked_for(
    site: httpx.Client, suffix: str, media_type: str
):
    by_accept = site.get("/catalogue", headers={"accept": media_type})
    by_format = site.get("/catalogue", params={"format": suffix}, headers=BROWSER)
    by_suffix = site.get(f"/catalogue.{suffix}", headers=BROWSER)
    for response in (by_accept, by_format, by_suffix):
        assert response.status_code == 200
        assert response.headers["content-type"].partition(";")[0] == media_type
        assert response.headers["content-location"] == f"/catalogue.{suffix}"
        assert response.content == by_accept.content
    expected = catalogue_world.build(url=URL, dumps=catalogue.dumps_of(NAMES))
    assert set(graph_of(by_accept)) == set(expected)


@pytest.mark.parametrize("accept", ["text/turtle", "*/*", None, "application/rdf+xml, */*;q=0.1", "text/turtle;q=0.1"])
def test_the_harvester_gets_data_with_200_and_never_compressed(site: httpx.Client, accept: str | None):
    response = site.get("/catalogue", headers={"accept": accept, "accept-encoding": "identity"} if accept else {})
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] in SUFFIXES.values()
    assert "content-encoding" not in response.headers


@pytest.mark.parametrize(
    ("accept", "syntax"),
    [("application/trig", "trig"), ("text/n3", "turtle"), ("application/n-quads", "nquads")],
)
def test_other_formats_that_harvesters_read_are_the_same_triples(site: httpx.Client, accept: str, syntax: str):
    response = site.get("/catalogue", headers={"accept": accept})
    assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, accept)
    assert catalogue_world.triples(response.content, syntax) == set(graph_of(site.get("/catalogue.ttl")))


def test_the_harvester_would_lose_nothing_of_it(site: httpx.Client):
    response = site.get("/catalogue", headers={"accept": harvest.ACCEPT, "accept-encoding": "identity"})
    graph = harvest.read(Answer(f"{URL}catalogue", response.status_code, dict(response.headers), response.content))
    assert list(harvest.problems(graph)) == []
    assert [str(iri).rpartition("/")[2] for iri in harvest.datasets(graph)] == NAMES


def test_what_only_version_3_allows_is_a_profile(site: httpx.Client):
    plain, full = site.get("/catalogue.ttl"), site.get("/catalogue.ttl", params={"profile": "dcat-ap-no-3"})
    assert (None, DCAT.byteSize, None) not in graph_of(plain)
    assert len(list(graph_of(full).triples((None, DCAT.byteSize, None)))) == len(NAMES) * len(FORMATS)
    assert plain.headers["etag"] != full.headers["etag"]
    assert full.headers["content-location"] == "/catalogue.ttl?profile=dcat-ap-no-3"
    assert site.get("/catalogue", params={"profile": "harvest"}).content == plain.content
    assert site.get("/catalogue", params={"profile": "4"}).status_code == 400


def test_a_browser_gets_a_page_with_every_dataset_and_the_files_of_the_whole(site: httpx.Client):
    response = site.get("/catalogue", headers=BROWSER | {"accept-language": "nb"})
    page = page_of(response)
    hrefs = [link.get("href") or "" for link in page.iter("a")]
    for name in NAMES:
        assert f"/datasets/{name}" in hrefs
        assert name == "byregion" or f"/datasets/{name}#downloads" in hrefs
    for form in FORMATS:
        assert f"/dumps/byregion.{form.suffix}" in hrefs
    assert "/sparql" in hrefs
    assert "lisens Creative Commons Attribution 4.0 International" in text_of(page)
    assert "vary" in response.headers and "Accept" in response.headers["vary"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [("nb", "Utgiver ikke oppgitt"), ("nn", "Utgjevar ikkje oppgjeven"), ("en", "Publisher not stated")],
)
def test_as_long_as_nobody_has_said_who_publishes_pages_say_so(client: httpx.Client, lang: str, words: str):
    for address in ("/catalogue.html", "/datasets/midt-troms"):
        assert words in text_of(page_of(client.get(address, params={"lang": lang}, headers=BROWSER)))


def test_the_publisher_and_the_contact_are_shown_when_they_are_known(site: httpx.Client):
    for address in ("/catalogue.html?lang=nb", "/datasets/midt-troms.html?lang=nb"):
        page = page_of(site.get(address))
        assert "utgiver En oppdiktet utgiver" in text_of(page)
        assert "mailto:nobody%40example.org" in [link.get("href") for link in page.iter("a")]
        assert "ikke oppgitt" not in text_of(page)


def test_a_dataset_that_nobody_has_described_is_there_and_says_so(site: httpx.Client):
    page = page_of(site.get("/datasets/haugesundregionen?lang=nb", headers=BROWSER))
    assert text_of(page.find(".//h1")) == "haugesundregionen"
    assert "Ingen har beskrevet datasettet ennå." in text_of(page)


def test_a_catalogue_tells_search_engines_of_its_datasets(site: httpx.Client):
    told = embedded(site.get("/catalogue.html?lang=en"))
    assert told["@type"] == "DataCatalog"
    assert told["@id"] == str(CATALOGUE)
    assert {item["url"] for item in told["dataset"]} == {f"{URL}datasets/{name}" for name in NAMES}
    assert told["publisher"]["@id"] == "https://example.org/publisher"


# --- A dataset --------------------------------------------------------------------------------------------------------


def test_the_page_of_a_dataset_has_its_files_with_size_and_checksum(site: httpx.Client):
    page = page_of(site.get("/datasets/midt-troms", headers=BROWSER | {"accept-language": "en"}))
    (table,) = [item for item in page.iter("table") if "files" in (item.get("class") or "")]
    rows = {text_of(row.find("th")): [text_of(cell) for cell in row.iter("td")] for row in table.iter("tr")}
    for form in FORMATS:
        content = site.get(f"/dumps/midt-troms.{form.suffix}").content
        size, checksum = rows[form.name]
        assert checksum == hashlib.sha256(content).hexdigest()
        assert float(size.split()[0]) == pytest.approx(len(content) / 1000, rel=0.06)


def test_the_page_of_a_dataset_says_what_it_is_and_what_is_in_it(site: httpx.Client):
    page = page_of(site.get("/datasets/midt-troms?lang=nb", headers=BROWSER))
    text = text_of(page)
    assert "tidsrom 2015–2018" in text
    assert "lisens Creative Commons Attribution 4.0 International" in text
    # Places that others have named with an IRI only are called what our own data calls them.
    assert "Bardu" in text
    assert "geonorge" not in text
    graphs = {text_of(row.find("th")): text_of(row.find("td")) for row in page.iter("tr") if row.find("td") is not None}
    assert graphs[f"{BASE}graphs/midt-troms/readings"] == "våre tolkninger"
    hrefs = [link.get("href") or "" for link in page.iter("a")]
    assert "/doc/region/midt-troms?lang=nb" in hrefs


@pytest.mark.parametrize(("suffix", "media_type"), SUFFIXES.items())
def test_the_description_of_a_dataset_is_to_be_had_as_data(site: httpx.Client, suffix: str, media_type: str):
    whole = graph_of(site.get("/catalogue.ttl?profile=dcat-ap-no-3"))
    response = site.get("/datasets/midt-troms", headers={"accept": media_type})
    assert response.headers["content-location"] == f"/datasets/midt-troms.{suffix}"
    assert set(graph_of(response)) == set(harvest.harvested(whole, URIRef(f"{CATALOGUE}/midt-troms")))
    assert site.get(f"/datasets/midt-troms.{suffix}").content == response.content


def test_a_dataset_tells_search_engines_what_they_ask_for(site: httpx.Client):
    """https://developers.google.com/search/docs/appearance/structured-data/dataset"""
    told = embedded(site.get("/datasets/midt-troms.html?lang=en"))
    assert told["@type"] == "Dataset"
    assert told["name"] == "The city-region Midt-Troms"
    assert 50 <= len(told["description"]) <= 5000
    assert told["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert told["identifier"] == told["@id"] == f"{CATALOGUE}/midt-troms"
    assert told["temporalCoverage"] == "2015-01-01/2018-12-31"
    assert told["isAccessibleForFree"] is True
    assert told["includedInDataCatalog"]["@id"] == str(CATALOGUE)
    assert told["creator"]["name"] == "A made-up publisher"
    assert {item["contentUrl"] for item in told["distribution"]} == {
        f"{URL}dumps/midt-troms.{form.suffix}" for form in FORMATS
    }
    for item in told["distribution"]:
        file = site.get(item["contentUrl"].removeprefix(URL))
        assert item["contentSize"] == f"{len(file.content)} B"
        assert item["encodingFormat"] == file.headers["content-type"].partition(";")[0]


def test_a_dataset_leads_programs_on(site: httpx.Client):
    """https://signposting.org/FAIR/"""
    for address in ("/datasets/midt-troms.html", "/datasets/midt-troms.ttl"):
        response = site.head(address)
        assert response.status_code == 200
        assert links(response, "cite-as") == [f"{CATALOGUE}/midt-troms"]
        assert set(links(response, "type")) == {"https://schema.org/AboutPage", "https://schema.org/Dataset"}
        assert links(response, "license") == ["https://creativecommons.org/licenses/by/4.0/"]
        assert links(response, "author") == ["https://example.org/publisher"]
        assert sorted(links(response, "item")) == sorted(f"/dumps/midt-troms.{form.suffix}" for form in FORMATS)
        assert {f"/datasets/midt-troms.{suffix}" for suffix in SUFFIXES} <= set(links(response, "describedby"))
        assert links(response, "collection") == ["/catalogue"]


# What F-UJI looks for (metrics_v0.8.yaml of pangaea-data-publisher/fuji) on the page and in the data it leads to.
FAIR = {
    "F1-01MD": lambda page, graph, iri: page["@id"] == page["identifier"] == str(iri),
    "F1-02MD": lambda page, graph, iri: str(page["identifier"]).startswith("https://w3id.org/"),
    "F2-01M": lambda page, graph, iri: all(
        page.get(name)
        for name in ("creator", "name", "identifier", "publisher", "datePublished", "description", "keywords")
    ),
    "F3-01M": lambda page, graph, iri: all(item["contentUrl"] for item in page["distribution"]),
    "F4-01M": lambda page, graph, iri: page["@type"] == "Dataset",
    "A1-01M": lambda page, graph, iri: str(graph.value(iri, DCTERMS.accessRights)).endswith("access-right/PUBLIC"),
    "A1.1-01MD": lambda page, graph, iri: {item["contentUrl"][:4] for item in page["distribution"]} == {"http"},
    "I1-01M": lambda page, graph, iri: len(graph) > 50 and bool(page["@context"]),
    "I2-01M": lambda page, graph, iri: (
        {str(DCAT), str(DCTERMS), str(PROV)}
        <= {str(predicate).rpartition("#")[0] + "#" for predicate in graph.predicates()}
        | {str(predicate).rpartition("/")[0] + "/" for predicate in graph.predicates()}
    ),
    "I3-01M": lambda page, graph, iri: (iri, DCAT.inSeries, None) in graph and (iri, DCTERMS.subject, None) in graph,
    "R1-01M": lambda page, graph, iri: all(
        item["encodingFormat"] and item["contentSize"] for item in page["distribution"]
    ),
    "R1.1-01M": lambda page, graph, iri: page["license"] == "https://creativecommons.org/licenses/by/4.0/",
    "R1.2-01M": lambda page, graph, iri: (
        (iri, PROV.wasGeneratedBy, None) in graph and (iri, DCTERMS.provenance, None) in graph
    ),
    "R1.3-01M": lambda page, graph, iri: (iri, RDF.type, DCAT.Dataset) in graph,
    "R1.3-02D": lambda page, graph, iri: "text/turtle" in {item["encodingFormat"] for item in page["distribution"]},
}


@pytest.mark.parametrize("metric", FAIR)
def test_a_dataset_is_fair(site: httpx.Client, metric: str):
    page = embedded(site.get("/datasets/midt-troms.html"))
    graph = graph_of(site.get("/datasets/midt-troms", headers={"accept": "application/rdf+xml"}))
    assert FAIR[metric](page, graph, URIRef(f"{CATALOGUE}/midt-troms"))


def test_an_unknown_dataset_is_not_found_and_the_nearest_is_named(site: httpx.Client):
    response = site.get("/datasets/midt-trom")
    assert response.status_code == 404
    assert "midt-troms" in response.json()["suggestions"]


# --- From names to addresses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/catalogue/midt-troms", "/datasets/midt-troms"),
        ("/catalogue/midt-troms/csv.zip", "/datasets/midt-troms"),
        ("/catalogue/series", "/catalogue"),
        ("/catalogue/service/sparql", "/catalogue"),
        ("/graphs/midt-troms/readings", "/datasets/midt-troms"),
        ("/graphs/ontology/concepts", "/datasets/byregion"),
        ("/graphs/inferred", "/datasets/byregion"),
        ("/datasets/", "/catalogue.html"),
        ("/dumps/", "/catalogue.html"),
    ],
)
def test_what_has_a_name_has_a_page_that_tells_of_it(site: httpx.Client, path: str, location: str):
    response = site.get(path, headers={"accept": "text/html"})
    assert (response.status_code, response.headers["location"]) == (303, location)
    assert site.get(location).status_code == 200


@pytest.mark.parametrize("path", ["/catalogue/none", "/catalogue/midt-troms/pdf", "/graphs/none/stated", "/graphs/x"])
def test_what_has_no_such_name_is_not_found(site: httpx.Client, path: str):
    assert site.get(path).status_code == 404


# --- Downloads --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffix)
def test_a_download_is_whole_and_checkable(site: httpx.Client, form: catalogue.Format):
    address = f"/dumps/midt-troms.{form.suffix}"
    get, head = site.get(address), site.head(address)
    assert get.status_code == head.status_code == 200
    assert head.content == b""
    assert get.headers["content-length"] == head.headers["content-length"] == str(len(get.content))
    assert get.headers["content-type"].partition(";")[0] == form.served_as
    assert get.headers["content-disposition"] == f"attachment; filename=midt-troms.{form.suffix}"
    digest = hashlib.sha256(get.content)
    assert get.headers["etag"] == f'"{digest.hexdigest()}"'
    assert get.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert links(get, "cite-as") == [f"{CATALOGUE}/midt-troms"]
    assert links(get, "collection") == ["/datasets/midt-troms"]
    assert links(get, "license") == ["https://creativecommons.org/licenses/by/4.0/"]


def test_the_list_of_checksums_is_of_every_download(site: httpx.Client):
    response = site.get("/dumps/SHA256SUMS")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    listed = dict(reversed(line.split("  ")) for line in response.text.splitlines())
    assert set(listed) == {f"{name}.{form.suffix}" for name in NAMES for form in FORMATS}
    for name, checksum in listed.items():
        assert hashlib.sha256(site.get(f"/dumps/{name}").content).hexdigest() == checksum


def test_downloads_of_a_dataset_say_what_its_files_say(site: httpx.Client, complete: Path):
    stated = read_graph(complete / "programme" / "stated.ttl")
    assert set(stated) <= set(graph_of(site.get("/dumps/programme.ttl")))
    with zipfile.ZipFile(io.BytesIO(site.get("/dumps/programme.csv.zip").content)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("Programme.csv").decode())))
    assert {row["id"] for row in rows} == {str(iri) for iri in stated.subjects(RDF.type, BR.Programme)}


def test_who_has_a_download_already_is_told_so(site: httpx.Client):
    tag = site.head("/dumps/midt-troms.nt").headers["etag"]
    again = site.get("/dumps/midt-troms.nt", headers={"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def test_a_download_that_was_cut_off_can_be_gone_on_with(site: httpx.Client):
    whole = site.get("/dumps/midt-troms.nt")
    assert whole.headers["accept-ranges"] == "bytes"
    rest = site.get("/dumps/midt-troms.nt", headers={"range": "bytes=1000-", "if-range": whole.headers["etag"]})
    assert rest.status_code == 206
    assert rest.content == whole.content[1000:]
    assert rest.headers["content-range"] == f"bytes 1000-{len(whole.content) - 1}/{len(whole.content)}"
    assert rest.headers["content-length"] == str(len(rest.content))
    part = site.get("/dumps/midt-troms.nt", headers={"range": "bytes=10-19"})
    assert part.content == whole.content[10:20]
    other = site.get("/dumps/midt-troms.nt", headers={"range": "bytes=1000-", "if-range": '"other"'})
    assert (other.status_code, other.content) == (200, whole.content)
    beyond = site.get("/dumps/midt-troms.nt", headers={"range": f"bytes={len(whole.content)}-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(whole.content)}"
    assert beyond.json()["type"] == f"{BASE}problems#range"


@pytest.mark.parametrize("name", ["none.ttl", "midt-troms.pdf", "midt-troms", "../catalogue.harvest.ttl", "SHA256SUM"])
def test_there_is_no_other_download(site: httpx.Client, name: str):
    assert site.get(f"/dumps/{name}").status_code == 404


# --- What was counted and measured ------------------------------------------------------------------------------------

WHOLE = URIRef(f"{CATALOGUE}/byregion")
COUNTS = {
    VOID.triples: "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
    VOID.classes: "SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s a ?o }",
    VOID.properties: "SELECT (COUNT(DISTINCT ?p) AS ?n) WHERE { ?s ?p ?o }",
    VOID.distinctSubjects: "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s ?p ?o }",
    VOID.distinctObjects: "SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s ?p ?o }",
    VOID.entities: 'SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s ?p ?o FILTER(STRSTARTS(STR(?s), "' + ID + '")) }',
}


def rows(site: httpx.Client, query: str) -> list[dict[str, str]]:
    answer = site.get("/sparql", params={"query": query}, headers={"accept": "application/sparql-results+json"})
    bindings = answer.json()["results"]["bindings"]
    return [{name: value["value"] for name, value in row.items()} for row in bindings]


@pytest.mark.parametrize(("predicate", "query"), COUNTS.items(), ids=lambda item: str(item).rpartition("#")[2][:20])
def test_what_void_says_is_what_the_endpoint_counts(site: httpx.Client, predicate: URIRef, query: str):
    graph = graph_of(site.get("/.well-known/void"))
    ((number),) = rows(site, query)
    assert str(graph.value(WHOLE, predicate)) == number["n"]


def test_partitions_of_void_are_what_the_endpoint_counts(site: httpx.Client):
    graph = graph_of(site.get("/.well-known/void"))
    counted = rows(site, "SELECT ?class (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?class } GROUP BY ?class")
    told = {
        str(graph.value(part, VOID["class"])): str(graph.value(part, VOID.entities))
        for part in graph.objects(WHOLE, VOID.classPartition)
    }
    assert told == {row["class"]: row["n"] for row in counted}
    counted = rows(site, "SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?p")
    told = {
        str(graph.value(part, VOID.property)): str(graph.value(part, VOID.triples))
        for part in graph.objects(WHOLE, VOID.propertyPartition)
    }
    assert told == {row["p"]: row["n"] for row in counted}


def test_void_is_negotiated_and_tagged(site: httpx.Client):
    graph = graph_of(site.get("/.well-known/void"))
    for media_type in SUFFIXES.values():
        response = site.get("/.well-known/void", headers={"accept": media_type})
        assert response.headers["content-type"].partition(";")[0] == media_type
        assert set(graph_of(response)) == set(graph)
        again = site.get("/.well-known/void", headers={"accept": media_type, "if-none-match": response.headers["etag"]})
        assert again.status_code == 304
    assert graph.value(URIRef(f"{URL}.well-known/void"), RDF.type) == VOID.DatasetDescription


@pytest.mark.parametrize(("suffix", "media_type"), SUFFIXES.items())
def test_quality_is_measured_in_the_words_of_dqv(site: httpx.Client, suffix: str, media_type: str):
    graph = graph_of(site.get("/quality", headers={"accept": media_type}))
    assert {str(iri).rpartition("/")[2] for iri in graph.objects(None, DQV.computedOn)} == set(NAMES)
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(report, SH.conforms) == Literal(True)


def test_the_page_of_the_quality_says_it_in_plain_words(site: httpx.Client):
    page = page_of(site.get("/quality?lang=nb", headers=BROWSER))
    text = text_of(page)
    shown = rows_of(page, "measured")
    assert shown["Byregionen Midt-Troms"] == ["ja", "0", "–", "100 %", "100 %", "100 %", "400"]
    assert "Alt som er publisert, følger reglene." in text
    assert "Andelen av tingene i datasettet som har et ordrett sitat eller en kilde." in text


def rows_of(page: Element, section: str) -> dict[str, list[str]]:
    """The rows of the table in a section of a page, by their headings."""
    (found,) = (part for part in page.iter("section") if part.get("aria-labelledby") == section)
    rows = (row for body in found.iter("tbody") for row in body.iter("tr"))
    return {text_of(row.find("th")): [text_of(cell) for cell in row.iter("td")] for row in rows}


def test_the_points_of_the_page_are_those_that_the_portal_gives_what_is_served(site: httpx.Client):
    """The one computation, by two ways: of the bytes of the edition, and of what the app answers."""

    class Asking:
        def head(self, url: str) -> Answer:
            return self._answer(site.head(url.removeprefix(URL)))

        def get(self, url: str) -> Answer:
            return self._answer(site.get(url.removeprefix(URL), headers={"accept-encoding": "identity"}))

        def download(self, url: str, accept: str = "*/*") -> Answer:
            headers = {"accept": accept, "accept-encoding": "identity"}
            return self._answer(site.get(url.removeprefix(URL), headers=headers))

        def _answer(self, response: httpx.Response) -> Answer:
            return Answer(str(response.url), response.status_code, dict(response.headers), response.content)

    asked = score(f"{URL}catalogue", Asking())
    told = {item["name"]: item for item in site.get("/quality.json").json()["datasets"]}
    assert {str(item.dataset).rpartition("/")[2] for item in asked.datasets} == told.keys()
    for item in asked.datasets:
        one = told[str(item.dataset).rpartition("/")[2]]
        assert one["measured"]["points"] == item.points
        lost = {mark.metric.name: mark.why for mark in item.marks if mark.why}
        assert {mark["metric"]: mark["why"] for mark in one["lost"]} == lost


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("nb", "Nøkkelord er ikke oppgitt"),
        ("nn", "Nøkkelord er ikkje oppgjevne"),
        ("en", "No keywords are given"),
    ],
)
def test_what_the_descriptions_lack_is_said_in_words_with_the_datasets(site: httpx.Client, lang: str, words: str):
    page = page_of(site.get("/quality", params={"lang": lang}, headers=BROWSER))
    lost = rows_of(page, "points")
    everywhere = {"nb": "alle datasettene", "nn": "alle datasetta", "en": "all the datasets"}[lang]
    (size,) = (cells for name, cells in lost.items() if "byteSizeAvailability" in name)
    assert size == ["5", everywhere]
    assert lost[f"{words} keywordAvailability"] == ["30", "haugesundregionen"]
    assert not [name for name in lost if "publisherAvailability" in name]


def test_without_a_publisher_its_points_are_lost(client: httpx.Client, app: Flask):
    wait_for_edition(app)
    lost = rows_of(page_of(client.get("/quality?lang=nb", headers=BROWSER)), "points")
    assert lost["Utgiver er ikke oppgitt publisherAvailability"] == ["10", "alle datasettene"]
    assert lost["Kontakt er ikke oppgitt contactPointAvailability"] == ["20", "alle datasettene"]


def test_how_much_of_each_source_text_is_used_is_told(site: httpx.Client, broken: httpx.Client):
    told = rows_of(page_of(site.get("/quality?lang=nb", headers=BROWSER)), "coverage")
    source = next(name for name in told if "Midt-Troms" in name)
    share, quotes, left = told[source]
    assert (share, left) == ("100 %", "ingenting") and int(quotes) > 30
    page = page_of(broken.get("/quality?lang=nb", headers=BROWSER))
    share, _, left = rows_of(page, "coverage")[source]
    assert share.removesuffix(" %") != "100" and left.startswith("1 sted: tegn")
    (place,) = (link.get("href") or "" for link in page.iter("a") if "#char=" in (link.get("href") or ""))
    shown = page_of(broken.get(place.partition("#")[0], headers=BROWSER))
    (rest,) = (item for item in shown.iter() if item.get("id") == place.partition("#")[2])
    start, end = map(int, place.rpartition("=")[2].split(","))
    # The quote that nothing is made of is marked there with its number.
    assert len(text_of(rest).lstrip("0123456789")) == end - start
    assert f"til sammen {share}" in text_of(shown) or f"det {share} av tegnene" in text_of(shown)


@pytest.mark.parametrize("path", ["quality", "catalogue", "queries"])
def test_what_a_page_lists_is_to_be_had_as_tables_that_the_page_leads_to(site: httpx.Client, path: str):
    page = page_of(site.get(f"/{path}", headers=BROWSER))
    addresses = [link.get("href") or "" for link in page.iter("a")]
    for suffix in ("json", "csv", "xlsx", "excel-csv", *SUFFIXES):
        assert f"/{path}.{suffix}" in addresses
    named = {"quality": "datasets"}.get(path)
    told = site.get(f"/{path}.json").json()
    assert len(told[named] if named else told) >= len(NAMES)
    rows = list(csv.DictReader(io.StringIO(site.get(f"/{path}.csv").text)))
    assert len(rows) >= len(NAMES) and all(rows[0].values())
    book = openpyxl.load_workbook(io.BytesIO(site.get(f"/{path}.xlsx").content))
    sheet = book.worksheets[0]
    assert sheet.max_row == len(rows) + 1
    assert [cell.value for cell in sheet[1]] == list(rows[0])
    assert site.get(f"/{path}.excel-csv").content.startswith(b"\xef\xbb\xbf")
    # Who asks by Accept for JSON got RDF before there were lists, and gets it still.
    assert site.get(f"/{path}", headers={"accept": "application/json"}).json() != told


def test_the_page_leads_to_the_other_profile_as_rdf(site: httpx.Client):
    page = page_of(site.get("/catalogue", headers=BROWSER))
    (address,) = (link.get("href") or "" for link in page.iter("a") if "profile=" in (link.get("href") or ""))
    assert address.startswith("/catalogue.ttl?") and graph_of(site.get(address))


def test_the_lists_are_in_the_language_that_is_asked_for(site: httpx.Client):
    for lang, title in (("nb", "Byregionen Midt-Troms"), ("en", "The city-region Midt-Troms")):
        response = site.get("/catalogue.csv", params={"lang": lang})
        assert response.headers["content-language"] == lang
        rows = [row for row in csv.DictReader(io.StringIO(response.text)) if row["name"] == "midt-troms"]
        assert {row["title"] for row in rows} == {title}
        assert {row["address"] for row in rows} == {f"{URL}dumps/midt-troms.{form.suffix}" for form in FORMATS}
        for row in rows:
            content = site.get(row["address"].removeprefix(URL)).content
            assert (int(row["bytes"]), row["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert "Accept-Language" in site.get("/catalogue.csv").headers["vary"]


@pytest.fixture(scope="module")
def broken(complete: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The app over data that breaks a rule: a goal that has lost its source."""
    path = tmp_path_factory.mktemp("broken") / "data"
    shutil.copytree(complete, path)
    file = path / "midt-troms" / "stated.ttl"
    graph = read_graph(file)
    graph.remove((URIRef(ID + "goal/midt-troms-naeringsplan"), BR.quote, None))
    file.write_text(graph.serialize(format="turtle"), encoding="utf-8")
    app = create_app(Settings(data=path, query_seconds=60), MemoryEngine.of(files(path), infer.UPDATES))
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url=URL.rstrip("/")) as made:
        yield made


def test_what_breaks_a_rule_is_shown_with_the_rule(broken: httpx.Client):
    page = page_of(broken.get("/quality?lang=nb", headers=BROWSER))
    text = text_of(page)
    (faults,) = (part for part in page.iter("section") if part.get("aria-labelledby") == "faults")
    assert text_of(faults.find("h3")).startswith("Byregionen Midt-Troms")
    found = broken.get("/quality.json").json()["faults"]
    assert {fault["dataset"] for fault in found} == {"midt-troms"}, found
    # The dataset counts its breach, though what follows from it stands in another graph.
    assert rows_of(page, "measured")["Byregionen Midt-Troms"][:2] == ["nei", "1"]
    assert f"{len(found)} feil." in text and str(excerpt.data()) not in str(found)
    assert "Alt har en kilde: et sitat (br:quote) eller et dokument (dcterms:source)." in text
    hrefs = [link.get("href") or "" for link in page.iter("a")]
    assert "/doc/goal/midt-troms-naeringsplan?lang=nb" in hrefs
    assert "/shapes?lang=nb#Entity-evidence" in hrefs
    graph = graph_of(broken.get("/quality.ttl"))
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(report, SH.conforms) == Literal(False)


# --- Search engines ---------------------------------------------------------------------------------------------------


def test_robots_may_read_everything_but_answers_to_queries(site: httpx.Client):
    response = site.get("/robots.txt")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    rules = RobotFileParser()
    rules.parse(response.text.splitlines())
    assert rules.site_maps() == [f"{URL}sitemap.xml"]
    for path in ("", "catalogue", "doc/region/midt-troms", "sparql", "reconcile", "dumps/midt-troms.ttl"):
        assert rules.can_fetch("Googlebot", URL + path), path
    for path in ("sparql?query=ASK%20%7B%7D", "reconcile?queries=%7B%7D", "reconcile/preview?id=region%2Fmidt-troms"):
        assert not rules.can_fetch("Googlebot", URL + path), path


def test_the_site_map_is_xml_with_addresses_of_ours(site: httpx.Client):
    response = site.get("/sitemap.xml")
    assert response.headers["content-type"] == "application/xml"
    root = ElementTree.fromstring(response.content)
    addresses = [item.text or "" for item in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(addresses) > 400
    assert all(address.startswith(URL) for address in addresses)
    assert site.get("/sitemap.xml", headers={"if-none-match": response.headers["etag"]}).status_code == 304
    assert site.get("/sitemap-1.xml").status_code == 404


# --- Where it cannot be had -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def changed(own_engine: MemoryEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The app over files that somebody has changed since the engine read them."""
    path = tmp_path_factory.mktemp("changed") / "data"
    shutil.copytree(excerpt.data(), path)
    app = create_app(Settings(data=path, query_seconds=60), own_engine)
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url=URL.rstrip("/")) as made:
        yield made


@pytest.mark.parametrize(
    "address", ["/catalogue", "/datasets/midt-troms", "/dumps/midt-troms.ttl", "/.well-known/void", "/quality"]
)
def test_what_is_not_of_the_revision_that_is_served_is_not_given_out(changed: httpx.Client, address: str):
    response = changed.get(address)
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert response.json()["type"] == f"{BASE}problems#unavailable"
    page = page_of(changed.get(address, headers=BROWSER | {"accept-language": "nb"}), 503)
    assert "Dette er ikke klart" in text_of(page)


@pytest.mark.parametrize("address", ["/", "/doc/region/midt-troms", "/def", "/shapes", "/queries", "/sparql"])
def test_everything_else_is_there_all_the_same(changed: httpx.Client, address: str):
    assert changed.get(address, headers=BROWSER).status_code == 200


# --- The portal's marks -----------------------------------------------------------------------------------------------


def test_a_running_server_has_430_of_435_for_every_dataset(tmp_path: Path):
    data = owned(tmp_path, second_region=False)
    with served(BYREGION_DATA=str(data)) as (_, address):
        assert httpx.get(f"{address}catalogue", timeout=60).status_code in (200, 503)
        shapes = str(catalogue_world.STANDARDS / catalogue_world.PORTAL)
        httpx.get(f"{address}catalogue", timeout=60)
        done = CliRunner().invoke(command, ["--score", f"{address}catalogue", "--shapes", shapes])
    assert done.exit_code == 0, done.output
    names = [name for name in NAMES if name != "haugesundregionen"]
    assert done.stdout.splitlines() == [
        line
        for name in names
        for line in (f"{CATALOGUE}/{name}: 430 of 435", "  byteSizeAvailability: 0 of 5: there is no dcat:byteSize")
    ]
