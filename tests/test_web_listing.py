"""Lists of one kind: a page at a time for people, and all of it as tables and graphs for programs."""

from __future__ import annotations

import csv
import io

import httpx
import openpyxl
import pytest
from rdflib import RDF, SKOS, Literal, URIRef

from byregion import results
from byregion.engine.pool import Pool
from byregion.namespaces import BR, ID
from byregion.web import listing
from byregion.web.listing import CLASSES, OFFERS
from web_world import BROWSER, graph_of, page_of, text_of

MUNICIPALITIES = "/doc/municipality/"


def stated(engine: Pool, class_: URIRef) -> set[str]:
    """The entities that SPARQL finds stated to be of a class."""
    inferred = "https://w3id.org/byregion/graphs/inferred"
    query = (
        f"SELECT DISTINCT ?entity WHERE {{ GRAPH ?graph {{ ?entity a <{class_}> }} FILTER (?graph != <{inferred}>) }}"
    )
    answer = results.read_solutions(engine.query(query, results.JSON).body)
    assert isinstance(answer, results.Solutions)
    return {str(next(iter(row.values()))) for row in answer.bindings}


@pytest.mark.parametrize("kind", CLASSES)
def test_a_list_has_everything_that_is_stated_to_be_of_its_class(client: httpx.Client, engine: Pool, kind: str):
    expected = stated(engine, CLASSES[kind])
    rows = list(csv.DictReader(io.StringIO(client.get(f"/doc/{kind}/index.csv").text, newline="")))
    assert {row["entity"] for row in rows} == expected
    graph = graph_of(client.get(f"/doc/{kind}/index.ttl"))
    assert {str(subject) for subject in graph.subjects(RDF.type, CLASSES[kind])} == expected


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: f"{offer.media_type} {offer.names[:1]}")
def test_a_list_is_to_be_had_by_accept_by_format_and_by_suffix(client: httpx.Client, offer):
    accepted = client.get(MUNICIPALITIES, headers={"accept": offer.media_type})
    assert accepted.headers["content-type"].partition(";")[0] == offer.media_type
    if not offer.names:
        return
    named = client.get(MUNICIPALITIES, params={"format": offer.names[0]})
    suffixed = client.get(f"{MUNICIPALITIES}index.{offer.names[0]}")
    assert named.headers["content-type"] == suffixed.headers["content-type"] == offer.content_type
    again = client.get(f"{MUNICIPALITIES}index.{offer.names[0]}", headers={"if-none-match": suffixed.headers["etag"]})
    assert again.status_code == 304


def test_a_table_has_names_numbers_and_regions(client: httpx.Client):
    rows = list(csv.DictReader(io.StringIO(client.get("/doc/goal/index.csv").text, newline="")))
    goal = next(row for row in rows if row["entity"] == f"{ID}goal/midt-troms-vekstkraft")
    assert (goal["region"], goal["regionName"]) == (f"{ID}region/midt-troms", "Midt-Troms")
    county = next(csv.DictReader(io.StringIO(client.get("/doc/county/index.csv").text, newline="")))
    assert county["number"]
    book = openpyxl.load_workbook(io.BytesIO(client.get("/doc/goal/index.xlsx").content), read_only=True)
    assert len(list(book.worksheets[0].iter_rows())) == len(rows) + 1


def test_names_are_in_the_language_that_is_asked_for(client: httpx.Client):
    def names(lang: str) -> set[str]:
        text = client.get("/doc/advice/index.csv", params={"lang": lang}).text
        return {row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))}

    assert "Unge må høres og ha reell medvirkning!" in names("nb")
    assert "Unge må bli høyrde og ha reell medverknad!" in names("nn")


def test_a_graph_has_names_regions_and_themes(client: httpx.Client):
    graph = graph_of(client.get("/doc/advice/index.jsonld"))
    advice = URIRef(f"{ID}advice/midt-troms-2")
    assert (advice, BR.region, URIRef(f"{ID}region/midt-troms")) in graph
    assert (advice, BR.theme, URIRef(f"{ID}concept/youth-participation")) in graph
    assert (advice, SKOS.prefLabel, Literal("Unge må høres og ha reell medvirkning!", lang="nb")) in graph


@pytest.mark.parametrize("suffix", ["csv", "ttl"])
def test_data_is_whole_unless_a_page_is_asked_for(client: httpx.Client, suffix: str):
    def names(**params: int) -> list[str]:
        response = client.get(f"{MUNICIPALITIES}index.{suffix}", params=params)
        if suffix == "ttl":
            return sorted(str(subject) for subject in graph_of(response).subjects(RDF.type, BR.Municipality))
        return [row["entity"] for row in csv.DictReader(io.StringIO(response.text, newline=""))]

    whole, pages, number = names(), list[str](), 0
    while len(pages) < len(whole):
        number += 1
        pages += names(**{"page": number, "page-size": 7})
    assert number > 2
    assert sorted(pages) == sorted(whole)


def test_people_turn_pages(client: httpx.Client, monkeypatch: pytest.MonkeyPatch):
    whole = text_of(page_of(client.get(MUNICIPALITIES, headers=BROWSER)).find(".//p[@class='note']"))
    monkeypatch.setattr(listing, "PAGE", 10)
    address, seen = MUNICIPALITIES, list[str]()
    while address:
        # The tag of the page does not depend on how many entities a page has.
        page = page_of(client.get(address, headers=BROWSER))
        links = page.findall(".//main//ul[@class='columns']/li/a") or page.findall(".//main//ul/li/a")
        seen += [link.get("href") or "" for link in links if (link.get("href") or "").startswith(MUNICIPALITIES)]
        following = page.find(".//a[@rel='next']")
        address = following.get("href") or "" if following is not None else ""
    seen = [name for name in seen if not name.startswith(f"{MUNICIPALITIES}index.")]
    assert len(seen) == len(set(seen))
    assert whole.endswith(str(len(seen)))


def test_the_page_leads_to_every_format(client: httpx.Client):
    response = client.get("/doc/goal/", headers=BROWSER)
    links = {link.get("href") for link in page_of(response).iter("a")}
    for offer in OFFERS:
        if offer.names and offer.names[0] != "html":
            assert f"/doc/goal/index.{offer.suffix}" in links
            assert (
                f'</doc/goal/index.{offer.suffix}>; rel="alternate"; type="{offer.media_type}"'
                in response.headers["link"]
            )


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/doc/goal/index.pdf", 404),
        ("/doc/mayor/index.csv", 404),
        ("/doc/goal/?page=99", 404),
        ("/doc/goal/index.csv?page=99", 404),
        ("/doc/goal/index.csv?page=0", 400),
    ],
)
def test_what_is_not_there_is_told(client: httpx.Client, address: str, status: int):
    assert client.get(address, headers={"accept": "application/json"}).status_code == status
