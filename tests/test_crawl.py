"""From the front page alone a client finds everything that is published, and no link of ours leads nowhere."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from xml.etree import ElementTree

import httpx
import pyoxigraph
import pytest
from flask import Flask
from rdflib import RDF, VOID, Graph, Namespace, URIRef

from byregion import queries
from byregion.assets import folder
from byregion.catalogue import FORMATS
from byregion.namespaces import BASE, BR, DCAT, ID
from test_web_catalogue import links
from web_world import BROWSER, page_of

URL = "http://127.0.0.1:8080/"
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
LINK = re.compile(r"<([^>]*)>")
LANGUAGE = re.compile(r"[?&]lang=(nb|nn|en)(?=&|$)")
# The triples are the same in every format (test_web_open); what they link to is read from one.
READ = {"application/n-triples": pyoxigraph.RdfFormat.N_TRIPLES, "application/n-quads": pyoxigraph.RdfFormat.N_QUADS}
# Only that there are such files is looked at here; what is in them is tested elsewhere.
NOT_READ = ("/dumps/", "/static/")
SAMPLE = 20
"""Of this many pages, every one of which is read in Bokmål, one is read in the other languages."""


class Reader(HTMLParser):
    """Reads the links, the anchors and the embedded data of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.data: list[str] = []
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # A script of ours has an address, and no text.
        self._in_script = tag == "script" and "src" not in dict(attrs)
        for name, value in attrs:
            if name in ("href", "src", "action"):
                self.links.add(value or "")
            if name == "id":
                self.anchors.add(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.data.append(data)
        self._in_script = False


def texts(value: object) -> Iterator[str]:
    """The texts in a JSON document."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from texts(item)
    if isinstance(value, str):
        yield value


@dataclass
class Crawl:
    """What a client has found: `status` by address, where each was `found`, and what is on the pages."""

    client: httpx.Client
    waiting: deque[str] = field(default_factory=lambda: deque(["/"]))
    status: dict[str, int] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=lambda: {"/": "/"})
    anchors: dict[str, set[str]] = field(default_factory=dict)
    pointed: dict[tuple[str, str], str] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    graphs: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        """Follow every link that leads to this site until there is none left."""
        while self.waiting:
            self.read(self.waiting.popleft())

    def read(self, address: str) -> None:
        path = urlsplit(address).path
        if path.startswith(NOT_READ) and not path.endswith(".nq"):
            self.status[address] = self.client.head(address).status_code
            return
        # What is the same as another representation, which is read, need only be there: test_web_open reads them all.
        is_other = path.endswith((".html", ".ttl", ".rdf", ".jsonld"))
        response = self.client.get(address, headers=BROWSER | ({"if-none-match": "*"} if is_other else {}))
        self.status[address] = 200 if is_other and response.status_code == 304 else response.status_code
        for value in response.headers.get_list("link"):
            for target in LINK.findall(value):
                self.follow(address, target)
        if response.status_code == 303:
            self.follow(address, response.headers["location"])
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if media_type == "text/html" and response.status_code == 200:
            self.read_page(address, response.text)
        elif media_type in READ:
            self.read_graph(address, response.content, READ[media_type])

    def read_page(self, address: str, text: str) -> None:
        page = Reader(text)
        self.pages.append(address)
        # What stands on a page may depend on what it was asked.
        self.anchors.setdefault(urlsplit(address).path, set()).update(page.anchors)
        for target in page.links:
            self.follow(address, target, from_page=True)
        for block in page.data:
            for told in texts(json.loads(block)):
                if told.startswith((BASE, URL)):
                    self.follow(address, told)

    def read_graph(self, address: str, body: bytes, form: pyoxigraph.RdfFormat) -> None:
        quads = list(pyoxigraph.parse(body, format=form))
        self.graphs[address] = len(quads)
        for term in {term for quad in quads for term in quad}:
            if isinstance(term, pyoxigraph.NamedNode) and term.value.startswith((BASE, URL)):
                self.follow(address, term.value)

    def follow(self, where: str, target: str, *, from_page: bool = False) -> None:
        """Take a link along that leads to this site, by its address or by the name that stays when the server moves."""
        if target.startswith(BASE):
            target = URL + target.removeprefix(BASE)
        absolute, fragment = urldefrag(urljoin(URL.rstrip("/") + where, target))
        if not absolute.startswith(URL):
            return
        # Another language is another address of the same page.
        address = LANGUAGE.sub("", "/" + absolute.removeprefix(URL))
        if fragment and from_page:
            self.pointed.setdefault((urlsplit(address).path, unquote(fragment)), where)
        if address not in self.found:
            self.found[address] = where
            self.waiting.append(address)


@pytest.fixture(scope="module")
def crawl(app: Flask) -> Crawl:
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url=URL.rstrip("/")) as client:
        # What is made from the files is there before anybody counts.
        assert client.get("/catalogue").status_code == 200
        made = Crawl(client)
        made.run()
        yield made


@pytest.fixture(scope="module")
def given_up(crawl: Crawl) -> set[str]:
    """Where what the data says was given up is asked for: the data alone names it, so that 410 can be answered."""
    query = "SELECT ?s WHERE { ?s <http://www.w3.org/2002/07/owl#deprecated> true }"
    answer = crawl.client.get("/sparql", params={"query": query, "format": "json"}).json()
    found = {f"/doc/{row['s']['value'].removeprefix(ID)}" for row in answer["results"]["bindings"]}
    assert found, "nothing was given up, and this looks at nothing"
    return found


def test_every_link_of_ours_leads_somewhere(crawl: Crawl, given_up: set[str]):
    nowhere = {address: (status, crawl.found[address]) for address, status in crawl.status.items() if status >= 400}
    assert {address: nowhere.pop(address, None) for address in given_up} == {
        address: (410, address.replace("/doc/", "/id/", 1)) for address in given_up
    }
    assert nowhere == {}
    assert set(crawl.status.values()) == {200, 303, 410}
    assert len(crawl.pages) > 450
    assert len(crawl.graphs) > 350


def test_a_redirect_leads_to_an_answer(crawl: Crawl, given_up: set[str]):
    redirected = [address for address, status in crawl.status.items() if status == 303]
    assert len(redirected) > 350
    for address in redirected:
        # The name of a graph leads a reader to its dataset; a program is given the graph.
        headers = BROWSER if address.startswith("/graphs/") else {}
        target = urldefrag(crawl.client.head(address, headers=headers).headers["location"])[0]
        assert crawl.status[target] == (410 if target in given_up else 200), address


def test_no_page_leads_to_what_was_given_up_and_its_data_to_nothing_else(crawl: Crawl, given_up: set[str]):
    for address in given_up:
        where = crawl.found[address.replace("/doc/", "/id/", 1)]
        assert where.startswith("/dumps/"), where
        answer = crawl.client.get(address)
        for replacement in answer.json()["replacements"]:
            assert crawl.status["/doc/" + replacement.removeprefix(ID)] == 200


def test_a_link_to_a_place_on_a_page_leads_to_a_place_that_is_there(crawl: Crawl):
    assert len(crawl.pointed) > 200
    missing = {
        (path, fragment): where
        for (path, fragment), where in crawl.pointed.items()
        if path in crawl.anchors and fragment not in crawl.anchors[path]
    }
    assert missing == {}


def test_everything_that_is_in_the_data_is_found(crawl: Crawl):
    query = "SELECT DISTINCT ?s WHERE { ?s a ?class }"
    rows = crawl.client.get("/sparql", params={"query": query, "format": "json"}).json()["results"]["bindings"]
    things = {row["s"]["value"] for row in rows if row["s"]["value"].startswith(ID) and "#" not in row["s"]["value"]}
    assert len(things) > 350
    for thing in things:
        name = thing.removeprefix(ID)
        assert crawl.status.get(f"/doc/{name}") == 200, f"nothing leads to {thing}"
        for suffix in ("nt", "ttl", "rdf", "jsonld"):
            assert crawl.status.get(f"/doc/{name}.{suffix}") == 200, (thing, suffix)


def test_catalogue_datasets_files_and_services_are_found(crawl: Crawl):
    assert crawl.status["/catalogue"] == crawl.status["/catalogue.nt"] == 200
    graph = Graph().parse(data=crawl.client.get("/catalogue.nt").content, format="nt")
    names = {str(iri).rpartition("/")[2] for iri in graph.objects(URIRef(BASE + "catalogue"), DCAT.dataset)}
    assert len(names) == 6
    for name in names:
        assert crawl.status[f"/datasets/{name}"] == 200
        for form in FORMATS:
            assert crawl.status[f"/dumps/{name}.{form.suffix}"] == 200
    addresses = {
        str(value)
        for predicate in (
            DCAT.accessURL,
            DCAT.downloadURL,
            DCAT.endpointURL,
            DCAT.endpointDescription,
            DCAT.landingPage,
        )
        for value in graph.objects(None, predicate)
    }
    assert len(addresses) > 40
    assert {crawl.status["/" + address.removeprefix(URL)] for address in addresses} == {200}


def test_queries_terms_and_shapes_are_found(crawl: Crawl):
    for query in queries.read_all(folder("queries")):
        assert crawl.status[f"/queries/{query.name}"] == 200
    for address in ("/sparql", "/def", "/shapes", "/quality", "/problems", "/.well-known/void", "/context.jsonld"):
        assert crawl.status[address] == 200, address
    assert str(BR.Goal).rpartition("#")[2] in crawl.anchors["/def"]
    assert "Goal-region" in crawl.anchors["/shapes"] or "Goal" in crawl.anchors["/shapes"]


def test_the_site_map_has_pages_that_were_found_and_only_those(crawl: Crawl):
    root = ElementTree.fromstring(crawl.client.get("/sitemap.xml").content)
    listed = ["/" + (item.text or "").removeprefix(URL) for item in root.iter() if item.tag.endswith("}loc")]
    assert len(listed) > 400
    assert {address: crawl.status.get(address) for address in listed} == dict.fromkeys(listed, 200)


def test_the_counts_that_are_told_are_those_of_the_endpoint(crawl: Crawl):
    graph = Graph().parse(data=crawl.client.get("/.well-known/void", params={"format": "nt"}).content, format="nt")
    whole = URIRef(BASE + "catalogue/byregion")
    (row,) = crawl.client.get(
        "/sparql", params={"query": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", "format": "json"}
    ).json()["results"]["bindings"]
    assert (whole, RDF.type, VOID.Dataset) in graph
    assert str(graph.value(whole, VOID.triples)) == row["n"]["value"]


@pytest.mark.parametrize("lang", ["nn", "en"])
def test_in_another_language_the_same_pages_are_linked(crawl: Crawl, lang: str):
    sample = [address for address in crawl.pages if "?" not in address][::SAMPLE]
    paths = {urlsplit(address).path for address in crawl.status}
    assert len(sample) > 20
    for address in sample:
        response = crawl.client.get(address, params={"lang": lang}, headers=BROWSER)
        assert response.status_code == 200
        for target in Reader(response.text).links:
            absolute = urldefrag(urljoin(URL.rstrip("/") + address, target))[0]
            path = "/" + absolute.removeprefix(URL).partition("?")[0]
            if absolute.startswith(URL) and not path.startswith("/static/"):
                assert {path, path.removesuffix(".html")} & paths, (address, target)


def test_headers_of_the_front_page_lead_to_what_programs_ask_for(crawl: Crawl):
    response = crawl.client.head("/")
    assert set(links(response, "describedby")) == {"/catalogue", "/.well-known/void"}
    assert set(links(response, "service-desc")) == {"/sparql", "/openapi.json"}
    assert links(response, "service-doc") == ["/api"]
    assert links(response, "sitemap") == ["/sitemap.xml"]
    assert links(response, "license") == ["https://creativecommons.org/licenses/by/4.0/"]
    page = page_of(crawl.client.get("/", headers=BROWSER))
    in_page = {(item.get("rel"), item.get("href")) for item in page.iter("link")}
    for relation in ("describedby", "service-desc", "service-doc", "sitemap", "license"):
        assert {(relation, address) for address in links(response, relation)} <= in_page


def test_a_program_that_reads_no_page_finds_everything_by_headers_and_data(crawl: Crawl):
    client = crawl.client

    def read(address: str) -> Graph:
        answer = client.get(address, headers={"accept": "application/n-triples"})
        return Graph().parse(data=answer.content, format="nt")

    catalogue, statistics = (read(address) for address in links(client.head("/"), "describedby"))
    files = {str(file).removeprefix(URL) for file in catalogue.objects(None, DCAT.downloadURL)}
    assert files == {str(file).removeprefix(URL) for file in statistics.objects(None, VOID.dataDump)}
    named = {quad.subject for name in files if name.endswith(".nq") for quad in quads_of(client, f"/{name}")}
    told = {term.value for term in named if isinstance(term, pyoxigraph.NamedNode)}
    (endpoint,) = set(statistics.objects(None, VOID.sparqlEndpoint))
    assert endpoint in set(catalogue.objects(None, DCAT.endpointURL))
    query = {"query": "SELECT DISTINCT ?s WHERE { ?s a ?class }", "format": "json"}
    rows = client.get("/" + str(endpoint).removeprefix(URL), params=query).json()["results"]["bindings"]
    things = {row["s"]["value"] for row in rows if row["s"]["value"].startswith(ID)}
    assert len(things) > 350
    assert things <= told


def quads_of(client: httpx.Client, address: str) -> list[pyoxigraph.Quad]:
    return list(pyoxigraph.parse(client.get(address).content, format=pyoxigraph.RdfFormat.N_QUADS))


def test_the_service_description_that_the_front_page_leads_to_tells_of_the_endpoint(crawl: Crawl):
    described = [
        crawl.client.get(address, headers={"accept": "text/turtle"})
        for address in links(crawl.client.head("/"), "service-desc")
    ]
    graph = Graph().parse(data=described[0].text, format="turtle")
    assert URIRef(f"{URL}sparql") in set(graph.objects(None, SD.endpoint))
    assert described[1].json()["openapi"].startswith("3.1")
