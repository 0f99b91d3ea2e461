"""The rules to register at w3id.org: each kind of IRI, asked of a real Apache, ends at the right page of the app."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import pytest
from rdflib import Graph, URIRef

import excerpt
from byregion import infer, queries
from byregion.assets import folder
from byregion.catalogue.names import CATALOGUE
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files, read_graph
from byregion.engine.memory import MemoryEngine
from byregion.iri import INFERRED, ONTOLOGY
from byregion.namespaces import BASE, KINDS
from byregion.web import create_app
from web_servers import Site, apache

REGISTERED = Path(__file__).parent.parent / "deploy" / "w3id"
PLACEHOLDER = "https://byregion.example.org/"
FILES = [*ontology_files(), *data_files(excerpt.data())]


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""


@pytest.fixture(scope="module")
def publisher() -> Iterator[str]:
    """The address of a running app."""
    with make_server("127.0.0.1", 0, None, handler_class=_Silent) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        engine = MemoryEngine.of(FILES, infer.UPDATES)
        server.set_app(create_app(Settings(data=excerpt.data(), public_url=address, query_seconds=60), engine))
        threading.Thread(target=server.serve_forever, name="publisher", daemon=True).start()
        yield address
        server.shutdown()


@pytest.fixture(scope="module")
def w3id(publisher: str) -> Iterator[Site]:
    """Apache with the rules, as w3id.org has them, and the publisher in the place of the placeholder."""
    with tempfile.TemporaryDirectory(prefix="byregion-") as name:
        work = Path(name)
        work.chmod(0o755)
        rules = (REGISTERED / ".htaccess").read_text(encoding="utf-8")
        assert rules.count(PLACEHOLDER) == 1
        (work / "www" / "byregion").mkdir(parents=True)
        (work / "www" / "byregion" / ".htaccess").write_text(rules.replace(PLACEHOLDER, publisher), encoding="utf-8")
        with apache(work / "www", work, "AllowOverride All") as running:
            yield running


def follow(w3id: Site, iri: str, **headers: str) -> tuple[int, httpx.Response]:
    """How w3id.org redirects from an IRI, and what the publisher then answers."""
    answer, _ = w3id.ask(iri.removeprefix("https://w3id.org"), **headers)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return answer.status, httpx.get(answer.headers["Location"], headers=named, follow_redirects=True)


def one_of_each_kind() -> list[str]:
    """An entity of every kind that there is."""
    subjects = {str(iri) for item in FILES for iri in read_graph(item.path).subjects() if isinstance(iri, URIRef)}
    found: dict[str, str] = {}
    for iri in sorted(subjects):
        if iri.startswith(BASE + "id/") and "#" not in iri:
            found.setdefault(iri.removeprefix(BASE + "id/").partition("/")[0], iri)
    assert len(found) > 20
    assert set(found) <= set(KINDS)
    return list(found.values())


@pytest.mark.parametrize("iri", one_of_each_kind())
def test_a_thing_leads_to_the_document_about_it(w3id: Site, publisher: str, iri: str):
    status, data = follow(w3id, iri, accept="text/turtle")
    assert status == 303
    assert str(data.url) == f"{publisher}doc/{iri.removeprefix(BASE + 'id/')}"
    assert (URIRef(iri), None, None) in Graph().parse(data=data.text, format="turtle")
    _, page = follow(w3id, f"{iri}?lang=nn", accept="text/html")
    assert '<html lang="nn"' in page.text
    assert iri in page.text


def test_the_ontology_its_versions_and_the_shapes_are_had_as_data_and_as_pages(w3id: Site):
    version = re.search(r"owl:versionIRI <([^>]+)>", (folder("ontology") / "byregion.ttl").read_text(encoding="utf-8"))
    assert version is not None
    for iri in (str(ONTOLOGY), version[1], BASE + "shapes", f"{BASE}shapes/{version[1].rpartition('/')[2]}"):
        status, data = follow(w3id, iri, accept="application/ld+json")
        assert (status, data.status_code) == (302, 200), iri
        assert data.headers["content-type"] == "application/ld+json"
        assert follow(w3id, iri, accept="text/html")[1].headers["content-language"] == "nb"
    _, data = follow(w3id, str(ONTOLOGY), accept="text/turtle")
    assert (ONTOLOGY, None, None) in Graph().parse(data=data.text, format="turtle")
    _, data = follow(w3id, f"{ONTOLOGY}.ttl")
    assert data.headers["content-type"] == "text/turtle; charset=utf-8"


def test_a_query_leads_to_its_answer_and_its_values_go_along(w3id: Site, publisher: str):
    for query in queries.read_all(folder("queries")):
        status, page = follow(w3id, f"{BASE}queries/{query.name}", accept="text/html", accept_language="en")
        assert (status, page.status_code) == (302, 200), query.name
        assert query.titles["en"] in page.text.replace("&#39;", "'")
    _, data = follow(w3id, f"{BASE}queries/participants?region=region:midt-troms&format=csv")
    assert data.text.splitlines()[0] == "role,roleLabel,municipality,name,lat,long"
    assert str(data.url).startswith(f"{publisher}queries/participants?region=")


def test_graphs_and_the_things_of_the_catalogue_lead_to_what_tells_of_them(w3id: Site):
    _, data = follow(w3id, str(CATALOGUE), accept="text/turtle")
    catalogue = Graph().parse(data=data.text, format="turtle")
    assert (CATALOGUE, None, None) in catalogue
    listed = {urldefrag(str(iri))[0] for iri in catalogue.subjects() if str(iri).startswith(f"{CATALOGUE}/")}
    graphs = {str(item.graph) for item in FILES} | {str(INFERRED)}
    assert len(listed) > 30 and len(graphs) > 10
    for iri in sorted(listed | graphs):
        status, page = follow(w3id, iri, accept="text/html")
        assert (status, page.status_code) == (302, 200), iri


def test_the_front_page_the_context_and_the_problems_are_found(w3id: Site, publisher: str):
    for iri, place in ((BASE, ""), (BASE + "problems", "problems"), (BASE + "context.jsonld", "context.jsonld")):
        status, answer = follow(w3id, iri, accept="*/*")
        assert (status, answer.status_code, str(answer.url)) == (302, 200, publisher + place)


@pytest.mark.parametrize("path", ["nothing", "defx", "id/", "sparql", "doc/region/midt-troms", "static/byregion.css"])
def test_what_is_no_identifier_is_not_redirected(w3id: Site, path: str):
    assert w3id.ask(f"/byregion/{path}")[0].status == 404


def test_the_read_me_says_openly_what_is_to_be_filled_in():
    text = (REGISTERED / "README.md").read_text(encoding="utf-8")
    assert f"{PLACEHOLDER} is a placeholder" in text
    assert "not registered yet" in text
    assert "To be filled in by the one who registers" in text
    assert not re.search(r"[\w.]+@[\w.]+", text)
