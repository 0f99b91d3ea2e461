"""The front page, the lists behind it, and whether the server is well."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from rdflib import RDF, URIRef

from byregion.config import Settings
from byregion.engine.launch import Template
from byregion.engine.pool import Pool
from byregion.namespaces import ID, KINDS
from byregion.web import create_app
from byregion.web.listing import CLASSES
from second_region import FILES as SECOND_REGION
from web_world import BROWSER, page_of, text_of


def test_the_front_page_says_what_this_is_and_that_the_base_is_not_registered(client: httpx.Client):
    page = page_of(client.get("/", params={"lang": "en"}))
    assert text_of(page.find(".//h1")) == "What the city-regions wanted, adopted, achieved and learned"
    assert "https://w3id.org/byregion/. That base is not registered yet" in text_of(page.find(".//footer"))


def test_the_front_page_lists_the_regions_with_how_much_is_said_of_each(client: httpx.Client):
    page = page_of(client.get("/", params={"lang": "en"}))
    table = page.find(".//table")
    assert table is not None
    columns = [text_of(cell) for cell in table.iter("th") if cell.get("scope") == "col"]
    rows = {text_of(row.find("th")): [text_of(cell) for cell in row.iter("td")] for row in table.findall("tbody/tr")}
    ours = dict(zip(columns[1:], rows["Midt-Troms"], strict=True))
    assert ours["Municipalities"] == "8"
    assert ours["Advice"] == "3"
    assert ours["Measures"] == "0 and at least 50 without names"
    assert SECOND_REGION and len(rows) > 1


def test_the_counts_on_the_front_page_are_those_of_the_lists(client: httpx.Client):
    page = page_of(client.get("/", params={"lang": "en"}))
    listed = [item for item in page.iter("dl") if item.get("class") == "counts"]
    assert len(listed) == 1
    for row in listed[0].iter("div"):
        link = row.find("dt/a")
        assert link is not None
        there = page_of(client.get(link.get("href") or ""))
        assert f"of {text_of(row.find('dd'))}" in text_of(there.find(".//p[@class='note']"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_has_every_entity_of_its_kind_by_name(client: httpx.Client, kind: str):
    page = page_of(client.get(f"/doc/{kind}/", headers=BROWSER))
    links = [link.get("href") or "" for link in page.findall(".//main/ul/li/a")]
    query = (
        f"SELECT DISTINCT ?e WHERE {{ GRAPH ?g {{ ?e a <{CLASSES[kind]}> }} FILTER(!STRENDS(STR(?g), '/inferred')) }}"
    )
    rows = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    there = {row["e"]["value"].removeprefix(ID) for row in rows}
    assert {link.removeprefix("/doc/") for link in links} == there
    assert len(links) == len(there)


def test_every_entity_is_of_the_class_that_its_address_says(client: httpx.Client):
    query = f"SELECT DISTINCT ?e ?c WHERE {{ GRAPH ?g {{ ?e <{RDF.type}> ?c }} FILTER(STRSTARTS(STR(?e), '{ID}')) }}"
    rows = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    classes: dict[str, set[URIRef]] = {}
    for row in rows:
        if "#" not in row["e"]["value"]:
            classes.setdefault(row["e"]["value"].removeprefix(ID), set()).add(URIRef(row["c"]["value"]))
    assert len(classes) > 200
    # The project behind the ontology is no part of the data.
    del classes["organisation/byregion"]
    assert [name for name, found in classes.items() if CLASSES[name.partition("/")[0]] not in found] == []


def test_names_are_sorted_as_norwegian_sorts_them(client: httpx.Client):
    page = page_of(client.get("/doc/municipality/", headers=BROWSER))
    names = [text_of(item) for item in page.findall(".//main/ul/li")]
    assert names.index("Berg") < names.index("Målselv") < names.index("Sørreisa") < names.index("Tranøy")


@pytest.mark.parametrize("number", ["0", "-1", "x", "²", "1e9", ""])
def test_a_page_number_that_is_none_is_refused(client: httpx.Client, number: str):
    assert client.get("/doc/region/", params={"page": number}).status_code == 400


def test_a_page_beyond_the_last_and_a_kind_that_is_none_are_not_found(client: httpx.Client):
    assert client.get("/doc/region/?page=2").status_code == 404
    assert client.get("/doc/nothing/").status_code == 404


def test_a_long_list_comes_in_pages_that_link_to_each_other(client: httpx.Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("byregion.web.listing.PAGE", 20)
    seen: list[str] = []
    address: str | None = "/doc/quote/?lang=en"
    while address:
        page = page_of(client.get(address))
        seen += [link.get("href") or "" for link in page.findall(".//main/ul/li/a")]
        address = next((link.get("href") for link in page.iter("a") if link.get("rel") == "next"), None)
    assert len(seen) == len(set(seen)) > 60


def test_health_says_that_the_server_is_up_and_what_it_publishes(client: httpx.Client, engine: Pool):
    response = client.get("/health")
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"status": "ok", "revision": engine.revision}
    assert response.headers["cache-control"] == "no-store"


def test_ready_says_that_queries_are_answered_and_whether_the_downloads_are_made(client: httpx.Client, engine: Pool):
    told = client.get("/health/ready").json()
    assert (told["status"], told["revision"]) == ("ok", engine.revision)
    assert isinstance(told["downloads"], bool)


def test_ready_is_not_said_where_no_query_is_answered(template: Template, data: Path):
    pool = template.pool()
    app = create_app(Settings(data=data), pool)
    pool.close()
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        assert client.get("/health/ready").status_code == 503
        assert client.get("/health").status_code == 200


@pytest.mark.parametrize("address", ["/", "/doc/region/", "/queries", "/problems"])
def test_who_has_a_page_already_is_told_so_for_her_language(client: httpx.Client, address: str):
    first = client.get(address, headers=BROWSER | {"accept-language": "nn"})
    again = client.get(address, headers=BROWSER | {"accept-language": "nn", "if-none-match": first.headers["etag"]})
    other = client.get(address, headers=BROWSER | {"accept-language": "en", "if-none-match": first.headers["etag"]})
    assert (again.status_code, other.status_code) == (304, 200)
    assert "Accept-Language" in first.headers["vary"]
