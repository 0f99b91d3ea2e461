"""An IRI that was given up says so for good: 410 with what replaced it, and in no list, count or page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from rdflib import OWL, RDF, Dataset, Literal, URIRef

import excerpt
from byregion import evidence, infer, iri, layout, validate
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files, read
from byregion.dumps import csvw, published
from byregion.edition import sitemap
from byregion.engine.memory import MemoryEngine
from byregion.iri import PARTS
from byregion.namespaces import BASE, BR, ID
from byregion.web import create_app
from edition_world import files
from web_world import BROWSER, page_of, text_of

RETIRED = Path(__file__).parent / "data" / "web" / "retired.ttl"
OLD, NEW, GONE = (URIRef(ID + "region/" + name) for name in ("byregion-finnsnes", "midt-troms", "ingensteds"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published data, in which two regions were given up."""
    path = tmp_path_factory.mktemp("published") / "data"
    shutil.copytree(excerpt.data(), path)
    shutil.copy(RETIRED, path / "midt-troms" / "retired.ttl")
    return path


@pytest.fixture(scope="module")
def engine(data: Path) -> MemoryEngine:
    return MemoryEngine.of(files(data), infer.UPDATES)


@pytest.fixture(scope="module")
def client(data: Path, engine: MemoryEngine) -> Iterator[httpx.Client]:
    app = create_app(Settings(data=data), engine)
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as made:
        yield made


@pytest.fixture
def dataset(data: Path) -> Dataset:
    return read(files(data))


# --- On the web -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["", ".ttl", ".jsonld", ".html"])
def test_it_is_gone_and_its_replacement_is_named(client: httpx.Client, suffix: str):
    response = client.get(f"/doc/region/byregion-finnsnes{suffix}", headers={"accept": "application/json"})
    assert response.status_code == 410
    told = response.json()
    assert told["type"] == "https://w3id.org/byregion/problems#retired"
    assert told["replacements"] == [str(NEW)]
    assert str(OLD) in told["detail"] and str(NEW) in told["detail"]


def test_whoever_follows_the_iri_comes_to_the_same(client: httpx.Client):
    response = client.get("/id/region/byregion-finnsnes", follow_redirects=True)
    assert response.status_code == 410


def test_a_reader_gets_a_page_that_leads_to_the_replacement(client: httpx.Client):
    page = page_of(client.get("/doc/region/byregion-finnsnes?lang=nb", headers=BROWSER), 410)
    assert "Erstattet av" in text_of(page)
    assert "/doc/region/midt-troms?lang=nb" in [link.get("href") for link in page.iter("a")]


def test_what_nothing_replaced_is_gone_all_the_same(client: httpx.Client):
    response = client.get("/doc/region/ingensteds")
    assert response.status_code == 410
    assert "replacements" not in response.json()


def test_what_is_in_use_is_there_and_what_never_was_is_not_found(client: httpx.Client):
    assert client.get("/doc/region/midt-troms").status_code == 200
    assert client.get("/doc/region/none").status_code == 404


def test_no_list_and_no_page_has_it(client: httpx.Client):
    for address in ("/", "/doc/region/", "/doc/region/midt-troms"):
        page = client.get(address, headers=BROWSER)
        assert page.status_code == 200
        assert f'"/doc/region/{OLD.rpartition("/")[2]}' not in page.text


def test_sparql_tells_what_replaced_it(engine: MemoryEngine):
    query = f"SELECT ?new WHERE {{ <{OLD}> <http://purl.org/dc/terms/isReplacedBy> ?new }}"
    assert str(NEW) in engine.query(query, "text/csv").body.decode()


# --- In the files -----------------------------------------------------------------------------------------------------


def test_it_is_a_part_of_a_dataset():
    assert "retired" in PARTS


def test_the_data_conforms_and_every_check_passes(data: Path, dataset: Dataset):
    assert layout.check(data) == []
    assert evidence.check(dataset, data) == []
    assert infer.check([*ontology_files(), *data_files(data)]) == []
    assert validate.report(dataset, validate.read_shapes()).conforms


def test_nothing_follows_from_it(engine: MemoryEngine):
    assert (OLD, None, None) not in engine.graph(iri.INFERRED)


def test_whoever_still_refers_to_it_is_told_so(data: Path, dataset: Dataset):
    goal = URIRef(ID + "goal/midt-troms-naeringsplan")
    dataset.graph(URIRef(BASE + "graphs/midt-troms/stated")).add((goal, BR.region, OLD))
    (found,) = evidence.check(dataset, data)
    assert found.message == f"<{BR.region}> refers to <{OLD}>, which is not there"


def test_it_is_in_the_downloads_and_not_in_the_site_map(data: Path):
    what = published(data)
    graph = what.datasets["midt-troms"][URIRef(BASE + "graphs/midt-troms/retired")]
    assert (OLD, OWL.deprecated, Literal(True)) in graph
    assert (OLD, RDF.type, None) not in graph
    assert csvw.archive(graph, what.ontology)
    addresses = sitemap.addresses(what, [], BASE)
    assert "doc/region/midt-troms" in addresses
    assert "doc/region/byregion-finnsnes" not in addresses
