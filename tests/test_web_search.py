"""Search as people and programs use it: the page without a script, filters, formats, and suggestions by keyboard."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import httpx
import openpyxl
import pytest
from rdflib import RDF, SKOS, Literal, Namespace, URIRef

from browser import Visit
from byregion import infer
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files
from byregion.engine.base import Answer
from byregion.engine.memory import MemoryEngine
from byregion.engine.pool import Pool
from byregion.errors import EngineError
from byregion.namespaces import BR, ID
from byregion.search import LONGEST, Shelf, shelf
from byregion.web import create_app
from byregion.web.search import OFFERS
from web_world import BROWSER, graph_of, page_of, text_of

SCHEMA = Namespace("https://schema.org/")
UNGE = {"q": "råd om at unge skal medvirke"}
ADVICE = f"{ID}advice/midt-troms-2"


# --- The page ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_was_found_and_the_sentence_with_the_words_marked(client: httpx.Client):
    response = client.get("/search", params=UNGE, headers=BROWSER)
    page = page_of(response)
    first = page.find(".//ol[@class='results']/li")
    assert first is not None
    assert "Midt-Troms" in text_of(first.find("p"))
    link = first.find("h3/a")
    assert link is not None
    assert link.get("href") == "/doc/advice/midt-troms-2"
    assert text_of(link) == "Unge må høres og ha reell medvirkning!"
    sentence = first.find("blockquote")
    assert sentence is not None
    assert sentence.get("lang") == "nb"
    assert text_of(sentence) == "Forskning viser at unge i liten grad har reell medvirkning."
    assert [text_of(mark) for mark in sentence.iter("mark")] == ["unge", "medvirkning"]
    field = page.find(".//input[@id='q']")
    assert field is not None
    assert field.get("value") == UNGE["q"]


@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_a_name_is_in_the_language_of_the_page_and_the_sentence_in_that_of_its_source(client: httpx.Client, lang: str):
    page = page_of(client.get("/search", params={"q": "medvirkning", "kind": "advice", "lang": lang}, headers=BROWSER))
    result = page.find(".//ol[@class='results']/li")
    assert result is not None
    title = result.find("h3/a/bdi")
    assert title is not None
    assert title.get("lang") == lang
    quoted = result.find("blockquote")
    assert quoted is not None
    assert quoted.get("lang") == "nb"


def test_filters_are_check_boxes_of_the_one_form_with_their_counts(client: httpx.Client):
    page = page_of(client.get("/search", params={"q": "rekruttering"}, headers=BROWSER))
    boxes = [box for box in page.iter("input") if box.get("type") == "checkbox"]
    assert {box.get("name") for box in boxes} == {"kind", "theme", "region"}
    assert {box.get("form") for box in boxes} == {"search"}
    told = client.get("/search", params={"q": "rekruttering", "format": "json"}).json()
    labels = {label.get("for"): text_of(label) for label in page.iter("label")}
    for name, values in told["filters"].items():
        for item in values:
            assert labels[f"{name}-{item['value']}"].endswith(str(item["count"]))
            chosen = client.get("/search", params={"q": "rekruttering", "format": "json", name: item["value"]}).json()
            assert chosen["total"] == item["count"]


def test_what_is_chosen_is_shown_and_can_be_taken_away(client: httpx.Client):
    page = page_of(client.get("/search", params={"q": "plan", "kind": ["goal", "result"]}, headers=BROWSER))
    checked = [box.get("value") for box in page.iter("input") if box.get("checked") is not None]
    assert sorted(checked) == ["goal", "result"]
    links = page.findall(".//ul[@class='chosen']/li/a")
    assert len(links) == 2
    left = [parse_qs(urlsplit(link.get("href") or "").query)["kind"] for link in links]
    assert sorted(left) == [["goal"], ["result"]]


def test_nothing_found_is_an_answer_with_what_would_find_something(client: httpx.Client):
    page = page_of(client.get("/search", params={"q": "medvirkningg xyzzy"}, headers=BROWSER))
    assert text_of(page.find(".//h2[@id='found']")) == "Ingen treff"
    links = [link.get("href") or "" for link in page.iter("a")]
    assert any("q=medvirkning" in link for link in links)
    told = client.get("/search", params={"q": "lenvk", "format": "json"}).json()
    assert (told["total"], told["suggestions"]) == (0, ["lenvik"])


def test_a_search_without_words_shows_everything_in_pages(client: httpx.Client):
    seen: list[str] = []
    address = "/search?format=json&page-size=50"
    while address:
        response = client.get(address)
        seen += [item["iri"] for item in response.json()["results"]]
        address = response.links.get("next", {}).get("url", "")
    assert len(seen) == len(set(seen)) == response.json()["total"] > 50


def test_a_page_after_the_last_is_the_last(client: httpx.Client):
    told = client.get("/search", params={"q": "plan", "page": 999, "format": "json"}).json()
    assert told["page"] < 999
    assert told["results"]


def test_a_section_of_a_region_or_theme_leads_to_the_search_that_finds_as_many(client: httpx.Client):
    compared = 0
    for kind in ("region", "concept"):
        rows = client.get(f"/doc/{kind}/index.csv").text.splitlines()[1:]
        for iri in (row.split(",")[0] for row in rows):
            page = page_of(client.get(f"/doc/{iri.partition('/id/')[2]}", params={"lang": "en"}, headers=BROWSER))
            for section in page.iter("section"):
                for link in section.iter("a"):
                    if text_of(link) == "Search these":
                        found = client.get(link.get("href") or "", headers={"accept": "application/json"}).json()
                        total = next(item for item in section.iter("span") if item.get("class") == "total")
                        assert found["total"] == int(text_of(total)), (iri, section.get("aria-labelledby"))
                        compared += 1
    assert compared > 20


def test_search_engines_are_told_to_leave_searches_alone(client: httpx.Client):
    response = client.get("/search", params=UNGE, headers=BROWSER)
    assert response.headers["x-robots-tag"] == "noindex"
    assert "Disallow: /search?" in client.get("/robots.txt").text


# --- As data ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: str(offer.names[0]))
def test_every_format_is_to_be_had_by_accept_and_by_name(client: httpx.Client, offer):
    named = client.get("/search", params=UNGE | {"format": offer.names[0]})
    assert named.headers["content-type"] == offer.content_type
    if offer.names[0] != "excel-csv":
        accepted = client.get("/search", params=UNGE, headers={"accept": offer.media_type})
        assert accepted.headers["content-type"] == offer.content_type
    assert client.get("/search", params=UNGE | {"format": offer.names[0]}).content == named.content
    again = client.get(
        "/search", params=UNGE | {"format": offer.names[0]}, headers={"if-none-match": named.headers["etag"]}
    )
    assert again.status_code == 304


def test_json_says_where_the_words_stand(client: httpx.Client):
    told = client.get("/search", params=UNGE | {"format": "json"}).json()
    advice = told["results"][0]
    assert (advice["iri"], advice["kind"]) == (ADVICE, "advice")
    text = advice["passage"]["text"]
    assert [text[start:end] for start, end in advice["passage"]["marked"]] == ["unge", "medvirkning"]
    assert [item["name"] for item in advice["regions"]] == ["Midt-Troms"]
    assert told["total"] == len(told["results"]) == sum(item["count"] for item in told["filters"]["kind"])


def test_tables_have_a_row_a_thing(client: httpx.Client):
    told = client.get("/search", params={"q": "plan", "format": "json", "page-size": 1000}).json()
    names = [item["iri"] for item in told["results"]]
    text = client.get("/search", params={"q": "plan", "format": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["thing"] for row in rows] == names
    assert all(row["name"] and row["kind"] for row in rows)
    book = openpyxl.load_workbook(
        io.BytesIO(client.get("/search", params={"q": "plan", "format": "xlsx"}).content), read_only=True
    )
    answer, about = book.worksheets
    assert [row[0] for row in answer.iter_rows(min_row=2, values_only=True)] == names
    assert "plan" in [row[1] for row in about.iter_rows(values_only=True)]


def test_rdf_is_a_list_whose_members_have_places(client: httpx.Client):
    for kind in ("text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"):
        response = client.get("/search", params=UNGE, headers={"accept": kind})
        graph = graph_of(response)
        (found,) = graph.subjects(RDF.type, SCHEMA.ItemList)
        assert str(found).startswith("http://127.0.0.1:8080/search?q=")
        members = {
            int(str(graph.value(item, SCHEMA.position))): item for item in graph.objects(found, SCHEMA.itemListElement)
        }
        assert graph.value(members[1], SCHEMA.item) == URIRef(ADVICE)
        assert str(graph.value(members[1], SCHEMA.description)).startswith("Forskning viser")
        assert (URIRef(ADVICE), RDF.type, BR.Advice) in graph
        assert (URIRef(ADVICE), SKOS.prefLabel, Literal("Unge må høres og ha reell medvirkning!", lang="nb")) in graph
        assert len(members) == int(str(graph.value(found, SCHEMA.numberOfItems)))


# --- What goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"q": "x" * (LONGEST + 1)}, 400),
        ({"q": "x", "kind": "mayor"}, 400),
        ({"q": "x", "theme": "no iri"}, 400),
        ({"q": "x", "page": "0"}, 400),
        ({"q": "x", "page-size": "1001"}, 400),
        ({"q": "x", "format": "pdf"}, 400),
        ({"q": "x", "lang": "fr"}, 400),
        ({"q": "x", "revision": "12345678"}, 400),
    ],
)
def test_what_cannot_be_asked_is_told_in_the_one_envelope(client: httpx.Client, params: dict[str, str], status: int):
    response = client.get("/search", params=params, headers={"accept": "application/json"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "text", ['"', "<script>alert(1)</script>", "a AND (b", "%00", "\u202eabc", "{{ 7 * 7 }}", "' OR 1=1 --", "*", "😀"]
)
def test_whatever_is_written_is_shown_as_it_was_written(client: httpx.Client, text: str):
    page = page_of(client.get("/search", params={"q": text}, headers=BROWSER))
    field = page.find(".//input[@id='q']")
    assert field is not None
    assert field.get("value") == text
    assert client.get("/search/suggest", params={"q": text}).status_code == 200


# --- Suggestions ------------------------------------------------------------------------------------------------------


def test_names_are_suggested_with_what_they_are_and_where(client: httpx.Client):
    response = client.get("/search/suggest", params={"q": "midt"})
    assert response.headers["content-type"] == "application/x-suggestions+json"
    text, names, kinds, addresses = response.json()
    assert (text, names[0], kinds[0]) == ("midt", "Midt-Troms", "byregion")
    assert addresses[0] == "http://127.0.0.1:8080/doc/region/midt-troms"
    assert len(names) == len(kinds) == len(addresses)
    again = client.get("/search/suggest", params={"q": "midt"}, headers={"if-none-match": response.headers["etag"]})
    assert again.status_code == 304


def test_a_language_that_was_chosen_goes_along(client: httpx.Client):
    _, names, kinds, addresses = client.get("/search/suggest", params={"q": "ung medv", "lang": "nn"}).json()
    assert (names[0], kinds[0]) == ("ung medverknad", "omgrep")
    assert addresses[0].endswith("?lang=nn")


def test_the_field_of_every_page_searches_what_is_current(client: httpx.Client, engine: Pool):
    page = page_of(client.get("/doc/region/", params={"revision": engine.revision[:16], "lang": "nn"}, headers=BROWSER))
    form = page.find(".//form[@role='search']")
    assert form is not None
    assert [field.get("name") for field in form.iter("input")] == ["lang", "q"]


def test_browsers_find_out_how_to_search(client: httpx.Client):
    page = page_of(client.get("/", headers=BROWSER))
    (link,) = (item for item in page.iter("link") if item.get("rel") == "search")
    response = client.get(link.get("href") or "")
    assert response.headers["content-type"] == link.get("type") == "application/opensearchdescription+xml"
    root = ElementTree.fromstring(response.content)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    short = root.findtext(f"{space}ShortName")
    assert short
    assert len(short) <= 16
    for url in root.iter(f"{space}Url"):
        address = (url.get("template") or "").replace("{searchTerms}", "unge")
        assert (
            client.get(address, headers={"accept": url.get("type") or ""})
            .headers["content-type"]
            .startswith(url.get("type") or "-")
        )


def test_suggestions_are_chosen_by_keyboard(visit: Visit):
    page = visit("/")
    field = page.get_by_role("combobox")
    field.focus()
    page.keyboard.type("lenvi")
    options = page.get_by_role("option")
    options.first.wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    assert field.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowDown")
    assert options.first.get_attribute("aria-selected") == "true"
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    page.keyboard.press("ArrowUp")
    assert field.get_attribute("aria-activedescendant") is None
    page.keyboard.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    assert field.input_value() == "lenvi"
    page.keyboard.type("k")
    options.first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/doc/municipality/lenvik-1931**")


def test_a_person_without_scripts_searches_and_filters(visit: Visit):
    page = visit("/", script=False)
    page.fill("#find", "råd unge")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Unge må høres").wait_for()
    page.get_by_label("Råd").check()
    page.get_by_role("button", name="Bruk avgrensningen").click()
    assert "kind=advice" in page.url
    assert page.get_by_role("heading", level=3).count() == 1
    page.get_by_role("link", name="Unge må høres").click()
    page.wait_for_url("**/doc/advice/midt-troms-2**")


# --- The index follows the revision -----------------------------------------------------------------------------------


class Changing:
    """An engine whose revision changes: what it holds is another engine's."""

    def __init__(self, engine: MemoryEngine) -> None:
        self.engine = engine
        self.is_broken = False
        self.open = Event()
        self.open.set()

    @property
    def revision(self) -> str:
        return self.engine.revision

    def query(self, query: str, media_type: str, **more: object) -> Answer:
        self.open.wait(60)
        if self.is_broken:
            raise EngineError("this engine is broken")
        return self.engine.query(query, media_type)

    def close(self) -> None:
        self.engine.close()


def held(data: Path, *parts: str) -> MemoryEngine:
    files = [item for item in data_files(data) if item.path.parent.name in parts]
    return MemoryEngine.of([*ontology_files(), *files], infer.UPDATES)


@pytest.fixture
def changing(data: Path) -> Iterator[Changing]:
    """An engine that holds the programme, and no region yet."""
    engine = Changing(held(data, "programme"))
    yield engine
    engine.close()


def test_the_index_is_made_anew_when_the_revision_changes(data: Path, changing: Changing):
    app = create_app(Settings(data=data, query_seconds=60), changing)
    client = app.test_client()

    def total() -> tuple[int, str]:
        response = client.get("/search?q=Finnsnes&kind=region&format=json")
        return response.get_json()["total"], response.headers["Byregion-Revision"]

    assert total() == (0, changing.revision)
    changing.engine = held(data, "programme", "midt-troms")
    assert total() == (1, changing.revision)


def test_while_the_index_is_being_made_the_one_before_answers_and_nobody_keeps_that(
    data: Path, changing: Changing, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shelf, "FRESH_WITHIN", 0.01)
    client = create_app(Settings(data=data, query_seconds=60), changing).test_client()
    before = changing.revision
    assert "no-store" not in client.get("/search?q=Finnsnes").headers["Cache-Control"]
    changing.open.clear()
    changing.engine = held(data, "programme", "midt-troms")
    for address in ("/search?q=Finnsnes&kind=region&format=json", "/search/suggest?q=finns"):
        response = client.get(address)
        assert (response.headers["Byregion-Revision"], response.headers["Cache-Control"]) == (before, "no-store")
    changing.open.set()
    until = time.monotonic() + 60
    while response.headers["Byregion-Revision"] != changing.revision:
        assert time.monotonic() < until
        response = client.get("/search?q=Finnsnes&kind=region&format=json")
    assert response.get_json()["total"] == 1


def test_an_index_that_cannot_be_made_is_tried_again(data: Path, changing: Changing, caplog: pytest.LogCaptureFixture):
    changing.is_broken = True
    client = create_app(Settings(data=data), changing).test_client()
    assert client.get("/search?q=plan").status_code == 503
    assert "this engine is broken" in caplog.text
    assert "broken" not in client.get("/search?q=plan", headers={"accept": "application/json"}).text
    changing.is_broken = False
    assert client.get("/search?q=plan").status_code == 200


def test_many_who_ask_at_once_have_one_index(data: Path, changing: Changing):
    words = Shelf(changing, data, patience=60)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: words.index(), range(8)))
    assert len({id(item.index) for item in found}) == 1
