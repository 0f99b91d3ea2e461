"""What only the owner can say is asked for, one triple at a time, with the line to fill in."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import DCTERMS, Graph, URIRef

import catalogue_world as world
from byregion import catalogue
from byregion.catalogue.said import FILL_IN
from byregion.dataset import parse
from byregion.errors import DataError
from byregion.namespaces import DCAT

CATALOGUE = URIRef("https://w3id.org/byregion/catalogue")


@pytest.fixture
def said() -> Graph:
    """What the project itself says, which names nobody."""
    return catalogue.read(world.DATA)


def test_publisher_and_contact_are_all_that_the_project_does_not_say(said: Graph):
    sentences = [item.sentence for item in catalogue.missing(said, catalogue.names(world.DATA))]
    assert sentences == [
        "The catalogue has no publisher (dcterms:publisher).",
        "The publisher has no type (foaf:Agent).",
        "The publisher has no name (foaf:name).",
        "The catalogue has no contact point (dcat:contactPoint).",
        "The contact point has no type (vcard:Organization).",
        "The contact point has no name (vcard:fn).",
        "The contact point has no e-mail address (vcard:hasEmail).",
    ]


def test_nothing_is_missing_with_the_made_up_publisher():
    assert catalogue.missing(world.said(), catalogue.names(world.DATA)) == []


def test_the_lines_filled_in_are_what_was_missing(said: Graph):
    names = catalogue.names(world.DATA)
    lines = "\n".join(item.turtle for item in catalogue.missing(said, names))
    assert catalogue.missing(said + parse(lines), names) != [], "what still says fill in is not filled in"
    assert catalogue.missing(said + parse(lines.replace(FILL_IN, "999999999")), names) == []


def test_the_proposed_publisher_is_written_as_the_portal_knows_publishers(said: Graph):
    line = catalogue.missing(said, [])[0].turtle
    assert "https://organization-catalog.fellesdatakatalog.digdir.no/organizations/" in line


def test_each_triple_of_the_publisher_is_missed_when_it_is_gone():
    own = set(world.said()) - set(catalogue.read(world.DATA))
    demanded = 0
    for triple in own:
        said = Graph() + world.said()
        said.remove(triple)
        demanded += bool(catalogue.missing(said, []))
    # The name is told in three languages, and the type, number and address of a publisher are only recommended.
    assert demanded == 6


def test_a_dataset_that_nothing_is_said_of_is_missed_by_name():
    found = catalogue.missing(world.said(), ["haugesundregionen"])
    assert [item.sentence for item in found] == [
        "The dataset haugesundregionen has no type (dcat:Dataset).",
        "The dataset haugesundregionen has no title (dcterms:title).",
        "The dataset haugesundregionen has no description (dcterms:description).",
        "The dataset haugesundregionen has no theme (dcat:theme).",
    ]
    graph = parse("\n".join(item.turtle for item in found))
    assert (URIRef(f"{CATALOGUE}/haugesundregionen"), DCAT.theme, None) in graph


def test_a_name_that_is_not_filled_in_is_missing():
    said = world.said() + parse(f'<https://example.org/publisher> <http://xmlns.com/foaf/0.1/name> "{FILL_IN}"@se .')
    assert catalogue.missing(said, []) == []
    said.remove((CATALOGUE, DCTERMS.publisher, None))
    assert len(catalogue.missing(said, [])) == 3


def test_the_names_of_datasets_are_those_of_their_folders_and_the_whole():
    assert catalogue.names(world.DATA) == ["byregion", "midt-troms", "midt-troms-plan", "municipalities", "programme"]


def test_a_folder_without_the_file_is_told(tmp_path: Path):
    with pytest.raises(DataError, match=r"catalogue\.ttl: there is no such file"):
        catalogue.read(tmp_path)
