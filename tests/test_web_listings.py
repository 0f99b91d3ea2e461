"""Every listing is to be had as a table, as JSON and as RDF, and every count leads to the listing that it counts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import httpx
import openpyxl
import pytest
from flask import Flask
from rdflib import OWL, RDF, SH, SKOS, VOID, Literal, URIRef

from byregion.assets import folder
from byregion.config import LANGUAGES
from byregion.dataset import read_graph
from byregion.namespaces import BASE, BR, ID
from byregion.validate import read_shapes
from byregion.web import problem
from web_world import BROWSER, graph_of, page_of, text_of, wait_for_edition

GAP = "/quality/missing?dataset=midt-troms&of=br:Goal&unsaid=br:order"
LISTINGS = [
    "/doc/goal/",
    "/search?q=plan",
    "/compare?region=midt-troms&region=haugesundregionen",
    "/map",
    "/municipality?name=Lenvik",
    "/queries",
    "/catalogue",
    "/quality",
    "/quality/missing",
    "/quality/missing?dataset=haugesundregionen",
    GAP,
    "/def",
    "/def/0.1.0",
    "/shapes",
    "/shapes/0.1.0",
    "/problems",
]
ONTOLOGY = read_graph(folder("ontology") / "byregion.ttl")
TERMS = {
    iri
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    for iri in ONTOLOGY.subjects(RDF.type, kind)
    if isinstance(iri, URIRef) and iri in BR
}


def rows(response: httpx.Response) -> list[dict[str, str]]:
    """The rows of a table as it was sent."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def sheet(response: httpx.Response) -> list[list[object]]:
    """The rows of the first sheet of a workbook, its header first."""
    assert response.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(response.content), read_only=True)
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def formats(page: Element) -> dict[str, str]:
    """The addresses of the formats that a page offers, by their names."""
    lists = (item for item in page.iter("ul") if item.get("class") == "formats")
    return {text_of(link): link.get("href") or "" for item in lists for link in item.iter("a")}


def shown(client: httpx.Client, address: str, lang: str = "en") -> Element:
    with_language = f"{address}{'&' if '?' in address else '?'}lang={lang}"
    return page_of(client.get(with_language, headers=BROWSER))


# --- Taken home -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", LISTINGS)
def test_a_listing_is_to_be_had_in_every_format_and_each_reader_reads_the_same(
    app: Flask, client: httpx.Client, address: str
):
    wait_for_edition(app)
    offered = formats(shown(client, address))
    table = rows(client.get(offered["CSV"]))
    header, *cells = sheet(client.get(offered["Excel"]))
    assert table and header == list(table[0]) and len(cells) == len(table)
    norwegian = io.StringIO(client.get(offered["CSV for Norwegian Excel"]).content.decode("utf-8-sig"), newline="")
    assert len(list(csv.DictReader(norwegian, delimiter=";"))) == len(table)
    assert client.get(offered.get("JSON") or offered["GeoJSON"]).json()
    graphs = [graph_of(client.get(offered[name])) for name in ("Turtle", "JSON-LD", "RDF/XML", "N-Triples")]
    assert len({len(graph) for graph in graphs}) == 1 and graphs[0]


@pytest.mark.parametrize("address", ["/quality/missing", "/municipality?name=Lenvik", "/problems"])
@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "text/html"),
        ("application/json", "application/json"),
        ("text/csv", "text/csv"),
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
    ],
)
def test_what_a_listing_is_had_as_is_negotiated(app: Flask, client: httpx.Client, address: str, accept: str, kind: str):
    wait_for_edition(app)
    response = client.get(address, headers={"accept": accept})
    assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, kind)
    assert "Accept" in response.headers["vary"]
    again = client.get(address, headers={"accept": accept, "if-none-match": response.headers["etag"]})
    assert again.status_code == 304
    assert client.get(address, headers={"accept": "image/png"}).status_code == 406


# --- The words of the ontology, and the rules -------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_terms_are_listed_with_their_definitions_in_the_language_of_the_reader(client: httpx.Client, lang: str):
    listed = {URIRef(row["term"]): row for row in rows(client.get("/def.csv", params={"lang": lang}))}
    assert set(listed) == TERMS
    for iri, row in listed.items():
        assert Literal(row["definition"], lang=lang) in set(ONTOLOGY.objects(iri, SKOS.definition))
    role = listed[BR.role]
    assert (role["type"], role["domain"], role["range"]) == ("owl:ObjectProperty", "br:Participation", "skos:Concept")
    told = {row["term"]: row for row in client.get("/def.json", params={"lang": lang}).json()}
    assert set(told) == set(map(str, listed))
    assert told[str(BR.Goal)]["subClassOf"] == [str(BR.Statement)]


def test_an_older_version_lists_its_own_terms(client: httpx.Client):
    frozen = read_graph(folder("ontology") / "releases" / "0.1.0" / "ontology" / "byregion.ttl")
    older = {row["name"] for row in rows(client.get("/def/0.1.0.csv"))}
    newer = {row["name"] for row in rows(client.get("/def.csv"))}
    assert older == {str(iri).removeprefix(str(BR)) for iri in TERMS if (iri, None, None) in frozen}
    assert older < newer


def test_the_rules_are_listed_with_what_they_are_about_and_what_they_say(client: httpx.Client):
    shapes = read_shapes()
    stated = {
        (str(shape), str(rule))
        for shape in shapes.subjects(RDF.type, SH.NodeShape)
        for rule in shapes.objects(shape, SH.property)
        if isinstance(shape, URIRef) and isinstance(rule, URIRef)
    }
    listed = rows(client.get("/shapes.csv", params={"lang": "en"}))
    assert stated <= {(row["shape"], row["rule"]) for row in listed}
    (role,) = (row for row in listed if row["rule"].endswith("#Participation-role"))
    assert (role["class"], role["path"], role["severity"]) == ("br:Participation", "br:role", "sh:Violation")
    assert role["message"] == "A participation has exactly one role, a concept in scheme:roles."
    (own,) = (row for row in listed if row["name"] == "Participation-domain")
    assert (own["subjectsOf"], own["path"]) == ("br:municipality br:role", "")


# --- The kinds of problems --------------------------------------------------------------------------------------------


def test_every_kind_of_problem_is_a_row_and_a_concept_with_words_in_every_language(client: httpx.Client):
    kinds = {problem.type_of(kind): kind for kind in (*problem.KINDS.values(), problem.INTERNAL)}
    listed = {row["type"]: row for row in rows(client.get("/problems.csv"))}
    told = {item["type"]: item for item in client.get("/problems.json").json()}
    graph = graph_of(client.get("/problems.ttl"))
    assert set(listed) == set(told) == set(kinds)
    assert set(map(str, graph.subjects(SKOS.inScheme, URIRef(f"{BASE}problems")))) == set(kinds)
    for iri, kind in kinds.items():
        assert listed[iri]["status"] == str(told[iri]["status"]) == str(graph.value(URIRef(iri), RDF.value))
        assert str(kind.status) == listed[iri]["status"]
        names = {str(text.language): str(text) for text in graph.objects(URIRef(iri), SKOS.prefLabel)}  # type: ignore[attr-defined]
        assert names == told[iri]["title"] == {tag: listed[iri][f"title_{tag}"] for tag in LANGUAGES}


# --- A municipality ---------------------------------------------------------------------------------------------------


def test_the_regions_of_a_municipality_are_a_table_json_and_a_graph(client: httpx.Client):
    asked = {"name": "Senja"}
    listed = rows(client.get("/municipality", params=asked | {"format": "csv"}))
    assert {row["regionName"] for row in listed} == {"Midt-Troms"}
    assert [row["name"] for row in listed] == ["Berg", "Lenvik", "Torsken", "Tranøy"]
    told = client.get("/municipality", params=asked | {"format": "json"}).json()
    assert (told["municipality"], told["numbers"]) == (f"{ID}municipality/senja-5421", ["5421", "5530"])
    assert [row["municipality"] for row in told["regions"]] == [row["municipality"] for row in listed]
    graph = graph_of(client.get("/municipality", params=asked | {"format": "ttl"}))
    parts = {str(one) for one in graph.subjects(BR.takesPartIn, URIRef(f"{ID}region/midt-troms"))}
    assert parts == {row["municipality"] for row in listed}
    assert (URIRef(f"{ID}municipality/senja-5421"), SKOS.prefLabel, Literal("Senja", lang="nb")) in graph


def test_who_did_not_take_part_has_an_empty_table(client: httpx.Client):
    assert rows(client.get("/municipality", params={"name": "Halden", "format": "csv"})) == []


@pytest.mark.parametrize(
    ("name", "status", "near"), [("", 400, 0), ("Haram", 404, 2), ("Lenvk", 404, 1), ("xqzw", 404, 0)]
)
def test_as_data_a_municipality_is_one_or_an_error_that_names_those_that_may_be_meant(
    client: httpx.Client, name: str, status: int, near: int
):
    response = client.get("/municipality", params={"name": name, "format": "csv"})
    assert response.status_code == status
    assert len(response.json().get("suggestions", ())) >= near
    page = page_of(client.get("/municipality", params={"name": name, "lang": "en"}))
    assert "CSV" not in formats(page)


# --- What is missing --------------------------------------------------------------------------------------------------


def test_what_is_missing_is_counted_the_same_on_the_page_in_tables_and_as_void(app: Flask, client: httpx.Client):
    wait_for_edition(app)
    listed = rows(client.get("/quality/missing.csv", params={"dataset": "midt-troms"}))
    page = shown(client, "/quality/missing?dataset=midt-troms")
    counts = [text_of(cells[-1]) for row in page.findall(".//tbody/tr") if (cells := row.findall("td"))]
    assert counts == [f"{row['missing']} of {row['total']}" for row in listed]
    told = client.get("/quality/missing.json", params={"dataset": "midt-troms"}).json()
    assert [row["missing"] for row in told["gaps"]] == [int(row["missing"]) for row in listed]
    assert str(BR.Measure) in told["none"]
    graph = graph_of(client.get("/quality/missing.ttl", params={"dataset": "midt-troms"}))
    goals = graph.value(None, VOID["class"], BR.Goal)
    having = {graph.value(node, VOID.property): node for node in graph.objects(goals, VOID.propertyPartition)}
    assert (goals, VOID.entities, Literal(5)) in graph
    assert graph.value(having[BR.order], VOID.distinctSubjects) == Literal(4)
    assert (URIRef(f"{BASE}graphs/midt-troms/stated"), VOID.classPartition, goals) in graph


def test_the_things_that_lack_a_property_are_listed_too(app: Flask, client: httpx.Client):
    wait_for_edition(app)
    aim = f"{ID}goal/midt-troms-vekstkraft"
    assert [row["thing"] for row in rows(client.get(f"{GAP}&format=csv"))] == [aim]
    told = client.get(f"{GAP}&format=json").json()
    assert (told["class"], told["property"]) == (str(BR.Goal), str(BR.order))
    assert [row["thing"] for row in told["things"]] == [aim]
    assert (URIRef(aim), RDF.type, BR.Goal) in graph_of(client.get(f"{GAP}&format=ttl"))


# --- Counts lead to what they count -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    """A count on a page, and the address that it leads to."""

    number: int
    address: str


def linked(part: Element) -> Iterator[Count]:
    """Yield each link of a part of a page whose words are a number."""
    for link in part.iter("a"):
        text = text_of(link).replace(",", "")
        if text.isdecimal():
            yield Count(int(text), link.get("href") or "")


def found(client: httpx.Client, address: str) -> int:
    """How many things there are where a count leads: in the search, or in the table of a question."""
    if address.startswith("/search"):
        total: int = client.get(f"{address}&format=json").raise_for_status().json()["total"]
        return total
    assert address.startswith("/queries/")
    return len(rows(client.get(f"{address}&format=csv")))


def section(page: Element, id: str) -> Element:
    (part,) = (item for item in page.iter("section") if item.get("aria-labelledby") == id)
    return part


def test_the_counts_of_each_region_on_the_front_page_lead_to_as_many_things(client: httpx.Client):
    part = section(shown(client, "/"), "regions")
    counts = list(linked(part))
    # All but those of nothing; what has no names is a note below.
    cells = [text_of(cell).rstrip("*") for cell in part.iter("td")]
    assert len(counts) == len([cell for cell in cells if cell != "0"]) > 6
    for count in counts:
        assert found(client, count.address) == count.number, count.address


def test_the_regions_of_a_theme_on_the_front_page_are_as_many_as_it_leads_to(client: httpx.Client):
    counts = list(linked(section(shown(client, "/"), "answers")))
    assert len(counts) > 3
    for count in counts:
        assert found(client, count.address) == count.number, count.address


def test_the_key_figures_lead_to_all_of_them_as_a_table(client: httpx.Client):
    part = section(shown(client, "/"), "figures")
    (address,) = (link.get("href") or "" for link in part.findall("p/a"))
    assert found(client, address) == len(part.findall("dl/div"))


@pytest.mark.parametrize(
    ("address", "id"),
    [
        ("/doc/region/midt-troms", "themes"),
        ("/doc/region/haugesundregionen", "themes"),
        ("/doc/concept/youth-participation", "regions-of-theme"),
        ("/compare?region=midt-troms&region=haugesundregionen", "counts"),
    ],
)
def test_a_count_on_a_page_leads_to_as_many_things(client: httpx.Client, address: str, id: str):
    counts = list(linked(section(shown(client, address), id)))
    assert counts
    for count in counts:
        assert found(client, count.address) == count.number, count.address


def test_a_theme_that_the_search_does_not_filter_by_has_counts_without_links(client: httpx.Client):
    concepts = read_graph(folder("ontology") / "concepts.ttl")
    industries = set(concepts.subjects(SKOS.inScheme, URIRef(f"{ID}scheme/industries")))
    part = section(shown(client, "/doc/region/midt-troms"), "themes")
    lines = {line.findall("dt/a")[0].get("href") or "": line.findall("dd/a") for line in part.findall("dl/div")}
    for theme, links in lines.items():
        iri = URIRef(f"{ID}{theme.removeprefix('/doc/').partition('?')[0]}")
        assert bool(links) == (iri not in industries), theme
    assert {bool(links) for links in lines.values()} == {True, False}


def test_the_municipalities_of_a_region_are_found_by_the_search(client: httpx.Client):
    part = section(shown(client, "/doc/region/midt-troms"), "participants")
    total = int(text_of(part.find(".//*[@class='total']")))
    (address,) = (href for link in part.iter("a") if (href := link.get("href") or "").startswith("/search"))
    assert found(client, address) == total == 8


def test_the_number_of_each_kind_of_things_is_that_of_its_list(client: httpx.Client):
    lines = section(shown(client, "/queries"), "classes").findall(".//tbody/tr")
    assert len(lines) > 10
    for line in lines:
        (link,) = line.findall("th/a")
        listed = rows(client.get(f"{(link.get('href') or '').partition('?')[0]}index.csv"))
        number = text_of(line.find("td")).replace(",", "")
        assert len({row["entity"] for row in listed}) == int(number), link.get("href")


def test_the_number_of_quotes_leads_to_the_text_with_as_many(app: Flask, client: httpx.Client):
    wait_for_edition(app)
    counts = list(linked(section(shown(client, "/quality"), "coverage")))
    assert counts
    for count in counts:
        address, _, anchor = count.address.partition("#")
        part = section(page_of(client.get(address, headers=BROWSER)), anchor)
        assert f"{count.number:,} quotes" in text_of(part)


def test_a_count_of_what_is_missing_leads_to_as_many_things(app: Flask, client: httpx.Client):
    wait_for_edition(app)
    page = shown(client, "/quality/missing?dataset=haugesundregionen")
    links = [link for row in page.findall(".//tbody/tr") for link in row.iter("a")]
    assert links
    for link in links[:5]:
        number = text_of(link).partition(" of ")[0].replace(",", "")
        assert len(rows(client.get(f"{link.get('href')}&format=csv"))) == int(number)


def test_much_that_points_to_a_thing_is_to_be_had_as_a_table(client: httpx.Client):
    part = section(shown(client, "/doc/concept/population"), "incoming")
    (address,) = (href for link in part.iter("a") if (href := link.get("href") or "").startswith("/sparql"))
    listed = rows(client.get(address.replace("format=html", "format=csv")))
    told = sum(int(text_of(item)) for item in part.findall("h3/span[@class='total']"))
    assert len({row["subject"] for row in listed}) >= told > 8
