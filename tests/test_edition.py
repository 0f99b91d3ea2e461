"""An edition is made once, of what the server answers from; all of it says the same, and nothing of it is left over."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rdflib import RDF, VOID, Graph, URIRef
from rdflib.compare import isomorphic

import catalogue_world
import edition_world
from byregion import dumps
from byregion.catalogue import FORMATS
from byregion.edition import SUFFIXES, Edition, contents, sitemap
from byregion.edition.contents import Task
from byregion.errors import DataError, NotFound, Unavailable
from byregion.namespaces import DCAT, DQV
from edition_world import URL, owned, task
from processes import descendants

SITEMAPS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
WAITS = 60.0


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> Task:
    return task(owned(tmp_path_factory.mktemp("owned")))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Task:
    """One dataset, for tests of how an edition is made."""
    return task(edition_world.small(tmp_path_factory.mktemp("small")))


@pytest.fixture(scope="module")
def edition(wanted: Task) -> Edition:
    made = Edition(wanted, WAITS)
    made.begin()
    return made


DATASETS = ["byregion", "haugesundregionen", "midt-troms", "midt-troms-plan", "municipalities", "programme"]


# --- What is in it ----------------------------------------------------------------------------------------------------


def test_every_download_is_in_it_with_its_checksum(edition: Edition):
    listed = edition.read(f"dumps/{dumps.CHECKSUMS}").decode().splitlines()
    told = {name: checksum for checksum, _, name in (line.partition("  ") for line in listed)}
    assert sorted(told) == sorted(f"{name}.{form.suffix}" for name in DATASETS for form in FORMATS)
    for name, checksum in told.items():
        content = edition.read(f"dumps/{name}")
        assert hashlib.sha256(content).hexdigest() == checksum == edition.checksums()[f"dumps/{name}"]
        assert edition.size(f"dumps/{name}") == len(content) > 100


@pytest.mark.parametrize("name", ["catalogue.harvest", "catalogue.dcat-ap-no-3", "void", "quality"])
def test_a_graph_is_in_it_in_every_format_and_the_same_in_each(edition: Edition, name: str):
    graph = edition.graph(name)
    assert len(graph) > 50
    for suffix, media_type in SUFFIXES.items():
        assert catalogue_world.triples(edition.read(f"{name}.{suffix}"), media_type) == set(graph)


def test_the_graphs_are_of_the_same_data(edition: Edition):
    listed = {str(iri).rpartition("/")[2] for iri in edition.graph("catalogue.harvest").objects(None, DCAT.dataset)}
    counted = edition.graph("void")
    measured = {str(iri).rpartition("/")[2] for iri in edition.graph("quality").objects(None, DQV.computedOn)}
    assert listed == measured == set(DATASETS)
    whole = URIRef("https://w3id.org/byregion/catalogue/byregion")
    lines = edition.read("dumps/byregion.nt").decode().splitlines()
    assert int(str(counted.value(whole, VOID.triples))) == len(lines)


def test_sizes_and_checksums_of_the_catalogue_are_those_of_the_downloads(edition: Edition):
    graph = edition.graph("catalogue.dcat-ap-no-3")
    sizes = dict(graph.subject_objects(DCAT.byteSize))
    assert len(sizes) == len(DATASETS) * len(FORMATS)
    for distribution, size in sizes.items():
        name = str(graph.value(distribution, DCAT.downloadURL)).removeprefix(f"{URL}dumps/")
        assert int(str(size)) == edition.size(f"dumps/{name}")


def test_what_it_tells_in_words_holds_no_path_of_this_machine(edition: Edition, wanted: Task):
    told = edition.read("quality.json").decode()
    assert '"possible": 435' in told
    assert wanted.data not in told


def test_what_is_not_in_it_is_not_found(edition: Edition):
    for name in ("dumps/none.ttl", "../catalogue.ttl", ""):
        with pytest.raises(NotFound):
            edition.read(name)


# --- How it is made ---------------------------------------------------------------------------------------------------


def test_many_may_ask_at_once_and_it_is_made_once(small: Task):
    fresh = Edition(small, WAITS)
    before = descendants(os.getpid())
    started: set[int] = set()
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(fresh.read, "void.nt") for _ in range(8)]
        while not all(answer.done() for answer in asked):
            started |= descendants(os.getpid()) - before
            time.sleep(0.01)
    assert len({answer.result() for answer in asked}) == 1
    assert len(started) == 1


def test_the_same_files_give_the_same_edition(small: Task):
    one, other = Edition(small, WAITS), {name: hashlib.sha256(content).hexdigest() for name, content in contents(small)}
    assert one.checksums() == other


def test_who_cannot_wait_is_told_to_ask_again(small: Task):
    fresh = Edition(small, patience=0.01)
    with pytest.raises(Unavailable, match="ask again"):
        fresh.tag()


def test_files_that_changed_since_the_server_read_them_are_no_edition_of_it(small: Task):
    other = dataclasses.replace(small, revision="0" * 64)
    with pytest.raises(DataError, match="have changed since the server read them"):
        list(contents(other))


def test_where_nobody_knows_the_revision_of_the_files_the_edition_tells_it(small: Task):
    fresh = Edition(dataclasses.replace(small, revision=""), WAITS)
    assert fresh.revision == ""
    assert fresh.read("revision").decode() == fresh.revision == small.revision


def test_who_asks_is_not_told_where_the_files_lie(small: Task, caplog: pytest.LogCaptureFixture):
    failing = Edition(dataclasses.replace(small, revision="0" * 64), WAITS)
    with pytest.raises(Unavailable) as told:
        failing.read("void.ttl")
    assert small.data not in str(told.value)
    assert f"{small.data}: the files have changed" in caplog.text


def test_its_maker_ends_when_the_server_does(small: Task):
    command = [sys.executable, "-P", "-m", "byregion.edition.press"]
    with (
        tempfile.TemporaryFile() as target,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=target, text=True) as maker,
    ):
        assert maker.stdin is not None
        maker.stdin.write("{")
        maker.stdin.close()
        assert maker.wait(20) != 0


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files of our own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder


def test_no_file_has_a_name_that_could_be_left_behind(small: Task, temporary: Path):
    fresh = Edition(small, WAITS)
    fresh.begin()
    seen = set(temporary.iterdir())
    fresh.tag()
    assert seen | set(temporary.iterdir()) == set()


def test_a_maker_that_is_killed_is_told_of_and_tried_again_later(small: Task):
    fresh = Edition(small, WAITS)
    before = descendants(os.getpid())
    fresh.begin()
    until = time.monotonic() + WAITS
    while not (makers := descendants(os.getpid()) - before) and time.monotonic() < until:
        time.sleep(0.01)
    (maker,) = makers
    os.kill(maker, signal.SIGKILL)
    with pytest.raises(Unavailable, match="log says why"):
        fresh.tag()
    fresh._until = 0.0
    assert fresh.tag()


# --- The site map -----------------------------------------------------------------------------------------------------


def test_the_site_map_has_the_address_of_every_page_once(edition: Edition):
    root = ElementTree.fromstring(edition.read("sitemap.xml"))
    assert root.tag == f"{SITEMAPS}urlset"
    addresses = [item.text or "" for item in root.iter(f"{SITEMAPS}loc")]
    assert len(addresses) == len(set(addresses)) > 400
    assert all(address.startswith(URL) for address in addresses)
    assert f"{URL}doc/region/midt-troms" in addresses
    assert f"{URL}datasets/midt-troms" in addresses
    graph = Graph().parse(data=edition.read("dumps/byregion.nt"), format="nt")
    typed = {str(term) for term in graph.subjects(RDF.type) if "/id/" in str(term) and "#" not in str(term)}
    told = {address.removeprefix(f"{URL}doc/") for address in addresses if not address.endswith("/")}
    assert {iri.partition("/id/")[2] for iri in typed} <= told


def test_a_long_site_map_is_several_files_and_an_index():
    files = dict(sitemap.written([f"doc/region/{number}" for number in range(7)], URL, most=3))
    assert list(files) == ["sitemap.xml", "sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml"]
    index = ElementTree.fromstring(files.pop("sitemap.xml"))
    assert index.tag == f"{SITEMAPS}sitemapindex"
    assert [item.text for item in index.iter(f"{SITEMAPS}loc")] == [URL + name for name in files]
    found = [item.text for text in files.values() for item in ElementTree.fromstring(text).iter(f"{SITEMAPS}loc")]
    assert found == [f"{URL}doc/region/{number}" for number in range(7)]


def test_addresses_are_escaped_for_the_web_and_for_xml():
    ((_, text),) = sitemap.written(["doc/place/Målselv?a=1&b=<2>"], URL)
    (location,) = ElementTree.fromstring(text).iter(f"{SITEMAPS}loc")
    assert location.text == f"{URL}doc/place/M%C3%A5lselv?a=1&b=%3C2%3E"


def test_a_graph_is_read_once(edition: Edition):
    assert edition.graph("void") is edition.graph("void")
    assert isomorphic(edition.graph("quality"), Graph().parse(data=edition.read("quality.ttl"), format="turtle"))
