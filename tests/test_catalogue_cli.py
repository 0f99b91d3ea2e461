"""`byregion catalogue` prints the catalogue, says what only the owner can add, and gives the portal's marks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rdflib import DCTERMS, RDF, URIRef

import catalogue_world as world
from byregion import catalogue
from byregion.cli.catalogue import FORMATS, command
from byregion.dataset import layout, parse
from byregion.errors import DataError
from byregion.namespaces import ADMS, DCAT

CATALOGUE = URIRef("https://w3id.org/byregion/catalogue")


def byregion(*words: str, **settings: str) -> Result:
    """Run the verb in this process, with no setting but those given."""
    given: dict[str, str | None] = {name: None for name in os.environ if name.startswith("BYREGION_")}
    return CliRunner().invoke(command, words, env=given | settings, catch_exceptions=False)


@pytest.fixture
def owned(tmp_path: Path) -> Path:
    """The published data with the made-up publisher."""
    data = tmp_path / "data"
    shutil.copytree(world.DATA, data)
    (data / "catalogue.ttl").write_text(layout(world.said()), encoding="utf-8")
    return data


def test_the_catalogue_is_printed_with_status_1_and_what_is_missing():
    done = byregion()
    assert done.exit_code == 1
    graph = parse(done.stdout)
    assert (CATALOGUE, RDF.type, DCAT.Catalog) in graph
    assert (None, DCTERMS.publisher, None) not in graph
    lines = done.stderr.splitlines()
    assert lines[0].endswith("lacks 7 triples; fill in and add them:")
    assert lines[1] == "The catalogue has no publisher (dcterms:publisher)."
    assert len(parse("\n".join(line for line in lines if line.startswith("  ")))) == 7


def test_with_publisher_and_contact_nothing_is_missing(owned: Path):
    done = byregion(BYREGION_DATA=str(owned))
    assert (done.exit_code, done.stderr) == (0, "")
    assert (None, DCTERMS.publisher, URIRef("https://example.org/publisher")) in parse(done.stdout)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_holds_the_same_triples(owned: Path, form: str):
    done = byregion("--format", form, BYREGION_DATA=str(owned), BYREGION_PUBLIC_URL=world.URL)
    dumps = catalogue.dumps_of(catalogue.names(owned))
    assert world.triples(done.stdout_bytes, FORMATS[form]) == set(world.build(dumps=dumps))


def test_addresses_are_those_of_the_settings(owned: Path):
    graph = parse(byregion(BYREGION_DATA=str(owned), BYREGION_PUBLIC_URL="https://data.example.org").stdout)
    addresses = {str(address) for address in graph.objects(None, DCAT.downloadURL)}
    assert addresses
    assert all(address.startswith("https://data.example.org/dumps/") for address in addresses)


def test_version_3_is_a_profile(owned: Path):
    graph = parse(byregion("--profile", "dcat-ap-no-3", BYREGION_DATA=str(owned)).stdout)
    assert (None, ADMS.status, None) in graph


def test_the_options_of_the_score_need_an_address():
    done = byregion("--allow", "https://example.org/")
    assert done.exit_code == 2
    assert "belong to --score" in done.stderr


# --- The score --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site() -> Iterator[world.Site]:
    with world.site() as running:
        world.publish(running, catalogue.names(world.DATA))
        yield running


def test_the_score_of_every_dataset_is_shown_with_each_lost_point_explained(site: world.Site):
    shapes = world.STANDARDS / world.PORTAL
    done = byregion("--score", site.url + "catalogue", "--shapes", str(shapes))
    assert done.exit_code == 0, done.output
    names = catalogue.names(world.DATA)
    assert done.stdout.splitlines() == [
        line
        for name in names
        for line in (
            f"{CATALOGUE}/{name}: 430 of 435",
            "  byteSizeAvailability: 0 of 5: there is no dcat:byteSize",
        )
    ]
    assert done.stderr.count("of what the portal's services measure today: 360 of 365") == len(names)


def test_without_the_shapes_their_points_are_lost(site: world.Site):
    done = byregion("--score", site.url + "catalogue")
    assert "dcatApCompliance: 0 of 30: the portal's shapes were not given" in done.stdout
    assert f"{CATALOGUE}/midt-troms: 400 of 435" in done.stdout


def test_a_file_without_shapes_is_no_judge(site: world.Site, tmp_path: Path):
    empty = tmp_path / "empty.ttl"
    empty.write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="no shape to judge by"):
        byregion("--score", site.url + "catalogue", "--shapes", str(empty))


def test_a_catalogue_that_the_harvester_would_lose_something_of_ends_with_status_1(site: world.Site):
    site.pages["/blank"] = world.Page(
        b"[] a <http://www.w3.org/ns/dcat#Catalog> ; <http://www.w3.org/ns/dcat#dataset> [] .", "text/turtle"
    )
    done = byregion("--score", site.url + "blank")
    assert done.exit_code == 1
    assert "have no IRI and would be dropped" in done.stdout
    assert "lists no dataset" in done.stdout
