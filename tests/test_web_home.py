"""The front page, the lists behind it, and whether the server is well."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element

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
    # What the source counts and does not name stands below the table, so that the column stays narrow.
    assert ours["Measures"] == "0*"
    assert "Midt-Troms: and at least 50 without names" in text_of(page.find(".//p[@id='unnamed']"))
    assert SECOND_REGION and len(rows) > 1


def section(client: httpx.Client, id: str, lang: str = "en") -> Element:
    """The part of the front page whose heading has an id."""
    page = page_of(client.get("/", params={"lang": lang}))
    (found,) = (item for item in page.iter("section") if item.get("aria-labelledby") == id)
    return found


def test_the_front_page_leads_to_every_list(client: httpx.Client):
    links = [link.get("href") for link in section(client, "contents").iter("a")]
    assert links == [f"/doc/{kind}/?lang=en" for kind in CLASSES]


def test_each_key_figure_of_the_programme_has_its_source(client: httpx.Client):
    rows = client.get("/queries/programme-figures.json", params={"language": "en"}).json()["results"]["bindings"]
    shown = section(client, "figures").findall(".//dl/div")
    assert len(shown) == len(rows) > 3
    for item, row in zip(shown, rows, strict=True):
        assert re.sub(r"\D", "", text_of(item.find("dd")).partition(" ")[0]) == row["value"]["value"]
        links = [link.get("href") or "" for link in item.iter("a")]
        assert f"/doc/{row['document']['value'].removeprefix(ID)}?lang=en" in links


def test_three_questions_are_answered_as_their_pages_answer_them(client: httpx.Client):
    answered = section(client, "answers").findall(".//article")
    names = [(link.get("href") or "").partition("?")[0] for item in answered for link in item.findall("h3/a")]
    assert names == [f"/queries/{name}" for name in ("advice-with-reasons", "sentences-with-words", _THEMES)]
    advice = client.get("/queries/advice-with-reasons.json", params={"language": "en"}).json()["results"]["bindings"]
    # In English it is our translation, and so no quote.
    said = next(item for item in answered[0].iter("p") if item.get("class") == "said")
    assert text_of(said) == " ".join(advice[0]["reason"]["value"].split())
    assert answered[0].find(".//blockquote") is None
    stored = client.get("/queries/advice-with-reasons.json", params={"language": "nb"}).json()["results"]["bindings"]
    quoted = section(client, "answers", "nb").findall(".//article")[0].findall("blockquote")
    reasons = dict.fromkeys(" ".join(row["reason"]["value"].split()) for row in stored)
    assert [text_of(item) for item in quoted] == list(reasons)
    sentences = client.get("/queries/sentences-with-words.json").json()["results"]["bindings"]
    assert "tillit" in (quote := text_of(answered[1].find("blockquote")))
    assert quote == " ".join(sentences[0]["quote"]["value"].split())
    assert text_of(answered[0].find("h3/span")) == "Midt-Troms"
    themes = client.get(f"/queries/{_THEMES}.json", params={"language": "en"}).json()["results"]["bindings"]
    rows = [[text_of(cell) for cell in row] for row in answered[2].findall(".//tbody/tr")]
    assert rows == [[row["label"]["value"], row["regions"]["value"]] for row in themes[:8]]


_THEMES = "themes-across-regions"


def test_the_map_of_the_front_page_says_how_much_is_on_it(client: httpx.Client):
    part = section(client, "regions")
    assert re.search(r"8 of 17 participating municipalities are on the map", text_of(part.find(".//figcaption")))
    names = [text_of(text) for text in part.iter("{http://www.w3.org/2000/svg}text")]
    assert names == ["Midt-Troms"]


# --- The municipality of the reader -----------------------------------------------------------------------------------


def asked(client: httpx.Client, name: str) -> Element:
    return page_of(client.get("/municipality", params={"name": name, "lang": "en"}))


@pytest.mark.parametrize("name", ["Lenvik", "lenvik kommune", "LENVIK", "1931"])
def test_a_municipality_is_found_by_name_and_number_in_any_spelling(client: httpx.Client, name: str):
    page = asked(client, name)
    assert text_of(page.find(".//h1")) == "Lenvik in the city-region programme"
    assert text_of(page.find(".//ul[@class='cards']/li/h3")) == "Midt-Troms"
    members = page.findall(".//ul[@class='cards']/li/ul/li")
    assert [text_of(item) for item in members] == ["Lenvik Bokmål applicant municipality"]


@pytest.mark.parametrize("name", ["Senja", "5530", "5421"])
def test_what_a_municipality_was_made_of_took_part_for_it(client: httpx.Client, name: str):
    (card,) = asked(client, name).findall(".//ul[@class='cards']/li")
    assert text_of(card).startswith("Midt-Troms Through municipalities that a merger or a split ties to it:")
    assert [text_of(item.find("a")) for item in card.findall("ul/li")] == ["Berg", "Lenvik", "Torsken", "Tranøy"]


def test_who_did_not_take_part_is_told_so_and_why_that_is_not_certain(client: httpx.Client):
    told = text_of(asked(client, "Halden").find(".//p[@class='absent']"))
    assert told.startswith("Halden did not take part, as far as we know.")
    assert "The programme had more regions" in told


def test_a_name_of_several_is_not_decided_for_the_reader(client: httpx.Client):
    page = asked(client, "Haram")
    assert text_of(page.find(".//h2")) == "“Haram” may mean several municipalities"
    links = [link.get("href") or "" for link in page.findall(".//dl/div/dt/a")]
    assert len(links) == 2
    for link in links:
        assert text_of(page_of(client.get(link)).find(".//h1")) == "Haram in the city-region programme"


def test_a_misspelt_name_leads_to_those_that_may_be_meant(client: httpx.Client):
    page = asked(client, "Lenvk")
    assert text_of(page.find(".//h2")).startswith("No municipality is called “Lenvk”.")
    assert text_of(page.find(".//dl/div/dt/a")) == "Lenvik"


@pytest.mark.parametrize("name", ["xqzw", "0000", "<script>alert(1)</script>"])
def test_what_nobody_knows_is_said_to_be_unknown(client: httpx.Client, name: str):
    told = text_of(asked(client, name).find(".//p[@class='absent']"))
    assert told == f"We know no municipality with the name or number “{name}”."


def test_without_a_name_there_is_the_form_and_a_long_one_is_refused(client: httpx.Client):
    page = asked(client, "")
    assert page.find(".//form[@class='ask']") is not None
    assert page.find(".//p[@class='absent']") is None
    assert client.get("/municipality", params={"name": "x" * 501}).status_code == 413


# --- Lists ------------------------------------------------------------------------------------------------------------


def listed(page: Element) -> list[str]:
    """The addresses of what a list has, without those of its formats."""
    lists = (item for item in page.findall(".//main/ul") if item.get("class") != "formats")
    return [link.get("href") or "" for item in lists for link in item.findall("li/a")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_has_every_entity_of_its_kind_by_name(client: httpx.Client, kind: str):
    page = page_of(client.get(f"/doc/{kind}/", headers=BROWSER))
    links = listed(page)
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
        seen += listed(page)
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
