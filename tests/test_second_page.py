"""The second page for the importer of texts: what is expected stands in its words, and says only what is stated."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from rdflib import RDF, SKOS, Graph, Literal

from byregion.assets import folder
from byregion.dataset import ontology_files, read_graph
from byregion.namespaces import BR, CONCEPT, ID

FOLDER = Path(__file__).resolve().parent / "data" / "second-page"
PAGE = (FOLDER / "page.txt").read_bytes().decode("utf-8")
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))
ELSEWHERE = {"Location"}  # of Dublin Core, not of our ontology


def of_class(name: str) -> list[dict[str, Any]]:
    return [entity for entity in EXPECTED["entity"] if entity["class"] == name]


@pytest.fixture(scope="module")
def salten() -> Graph:
    return read_graph(folder("data") / "salten" / "stated.ttl")


def test_each_quote_stands_in_the_page_where_it_is_said_to():
    quotes = [quote for entity in EXPECTED["entity"] for quote in entity["quote"]]
    assert len(quotes) > len(EXPECTED["entity"]) > 30
    assert [quote["exact"] for quote in quotes] == [PAGE[quote["start"] : quote["end"]] for quote in quotes]


def test_no_two_entities_of_a_class_have_the_same_first_quote():
    first = [(entity["class"], entity["quote"][0]["start"]) for entity in EXPECTED["entity"]]
    assert len(first) == len(set(first))


def test_each_line_of_the_page_is_a_heading_or_is_read():
    spans = [(quote["start"], quote["end"]) for entity in EXPECTED["entity"] for quote in entity["quote"]]
    start, unread = 0, []
    for line in PAGE.splitlines(keepends=True):
        if line.strip() and not any(start <= first < start + len(line) for first, _ in spans):
            unread.append(line.strip())
        start += len(line)
    assert unread == EXPECTED["headings"]


def test_each_class_is_of_the_ontology():
    ontology = Graph()
    for file in ontology_files():
        ontology += read_graph(file.path)
    classes = {entity["class"] for entity in EXPECTED["entity"]} - ELSEWHERE
    assert all((BR[name], RDF.type, None) in ontology for name in classes)


def test_the_municipalities_and_their_roles_are_those_that_are_stated(salten: Graph):
    numbers = read_graph(folder("data") / "municipalities" / "stated.ttl")
    stated = {
        (str(number), str(role).removeprefix(CONCEPT))
        for node in salten.subjects(RDF.type, BR.Participation)
        for role in salten.objects(node, BR.role)
        for held in numbers.subjects(BR.numberOf, salten.value(node, BR.municipality))
        for number in numbers.objects(held, BR.number)
    }
    expected = {(entity["municipality_number"], entity["role"]) for entity in of_class("Participation")}
    assert len(expected) == 9
    assert expected <= stated


def test_the_figures_are_those_that_are_stated(salten: Graph):
    for entity in of_class("Observation"):
        node = ID[f"observation/salten-{entity['measured']}"]
        assert (node, BR.value, Literal(entity["value"])) in salten


@pytest.mark.parametrize(("kind", "count"), [("Goal", 2), ("Advice", 3), ("FollowUp", 2)])
def test_there_is_an_entity_for_each_stated_goal_advice_and_follow_up(salten: Graph, kind: str, count: int):
    stated = {salten.value(node, SKOS.prefLabel) for node in salten.subjects(RDF.type, BR[kind])}
    assert len(of_class(kind)) == len(stated) == count
