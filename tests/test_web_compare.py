"""Two or three regions side by side, the charts that are drawn of them, and the same as data."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from decimal import Decimal
from xml.etree.ElementTree import Element

import html5lib
import httpx
import openpyxl
import pytest
from markupsafe import Markup
from rdflib import RDF, URIRef

from browser import Visit
from byregion.namespaces import BR, ID
from byregion.web import drawing, language
from byregion.web.naming import Text
from web_world import BROWSER, graph_of, page_of, text_of

SVG = "{http://www.w3.org/2000/svg}"
BOTH = "/compare?region=midt-troms&region=haugesundregionen"
WORDS = language.read()


def section(page: Element, id: str) -> Element:
    (found,) = (item for item in page.iter("section") if item.get("aria-labelledby") == id)
    return found


def rows(part: Element, table: str) -> dict[str, list[str]]:
    """The rows of the table whose caption has an id, by their headings."""
    (found,) = (item for item in part.iter("table") if item.find(f"caption[@id='{table}']") is not None)
    return {text_of(row.find("th")): [text_of(cell) for cell in row.iter("td")] for row in found.findall("tbody/tr")}


@pytest.fixture
def both(client: httpx.Client) -> Element:
    return page_of(client.get(f"{BOTH}&lang=en", headers=BROWSER))


# --- Side by side -----------------------------------------------------------------------------------------------------


def test_the_regions_stand_in_the_order_in_which_they_are_named(client: httpx.Client, both: Element):
    assert names(both) == ["Midt-Troms", "Haugesundregionen"]
    turned = page_of(client.get("/compare?region=haugesundregionen&region=midt-troms&lang=en", headers=BROWSER))
    assert names(turned) == ["Haugesundregionen", "Midt-Troms"]


@pytest.mark.parametrize(
    "kind, class_", [("goal", "Goal"), ("measure", "Measure"), ("result", "Result"), ("advice", "Advice")]
)
def test_each_side_has_everything_of_a_kind_that_is_said_of_it(
    client: httpx.Client, both: Element, kind: str, class_: str
):
    for name, side in zip(("midt-troms", "haugesundregionen"), section(both, kind).findall("div/div"), strict=True):
        links = {(link.get("href") or "").partition("?")[0] for link in side.findall("ul/li/a")}
        query = f"SELECT ?s WHERE {{ ?s a <{BR[class_]}> ; <{BR.region}> <{ID}region/{name}> }}"
        found = client.get("/sparql", params={"query": query, "format": "json"}).json()["results"]["bindings"]
        expected = {"/doc/" + row["s"]["value"].removeprefix(ID) for row in found}
        assert links - {"/doc/measure-group/midt-troms-naeringsplan"} == expected
        assert expected or "Not stated in the source" in text_of(side) or "at least 50" in text_of(side)


def test_measures_that_the_source_counts_without_naming_them_are_told_of(both: Element):
    assert "at least 50" in text_of(section(both, "measure"))
    assert rows(section(both, "counts"), "counts-drawn-table")["Measures"][0] == "0"


def test_figures_are_those_of_the_sources_or_not_stated(both: Element):
    told = rows(section(both, "counts"), "figures")
    assert told["Inhabitants"][0] == "30,244"
    assert told["Area, km²"][0] == "8,206"
    assert told["County of the applicant"][0] == "Troms Bokmål"  # the name of a county is in Norwegian
    assert all(cell for cells in told.values() for cell in cells)


def test_themes_are_shared_exactly_where_both_have_statements(client: httpx.Client, both: Element):
    asked = {"region": "region:midt-troms", "other": "region:haugesundregionen", "language": "en"}
    answer = client.get("/queries/two-regions-compared.json", params=asked).json()["results"]["bindings"]
    counts = {row["label"]["value"]: (row["statements"]["value"], row["otherStatements"]["value"]) for row in answer}
    part = section(both, "themes")
    shared = {name for name, pair in counts.items() if "0" not in pair}
    assert {text_of(item) for item in part.findall("ul/li")} == shared
    told = rows(part, "themes-drawn-table") if shared else {}
    assert len(told) == min(len(shared), 10)
    assert all(tuple(cells) == counts[name] for name, cells in told.items())
    apart = [{text_of(item) for item in side.iter("li")} for side in part.findall("div/div")]
    assert apart == [
        {name for name, pair in counts.items() if pair[1] == "0"},
        {name for name, pair in counts.items() if pair[0] == "0"},
    ]


def test_what_is_drawn_is_what_the_table_says(both: Element):
    (chart,) = (item for item in section(both, "counts").iter(f"{SVG}svg") if item.get("role") == "img")
    told = rows(section(both, "counts"), "counts-drawn-table")
    written = [text_of(item) for item in chart.iter(f"{SVG}text")]
    expected = []
    for name, cells in told.items():
        expected += [name, *(f"{cell} {region}" for cell, region in zip(cells, names(both), strict=True))]
    assert written == expected


def names(page: Element) -> list[str]:
    return [text_of(item.find(".//bdi")) for item in section(page, "goal").iter("h3")]


# --- Choosing ---------------------------------------------------------------------------------------------------------


def test_one_region_alone_leads_to_those_that_are_alike(client: httpx.Client):
    page = page_of(client.get("/compare?region=midt-troms&lang=en", headers=BROWSER))
    assert "Choose at least two" in text_of(page.find(".//p[@class='absent']"))
    link = section(page, "alike").find(".//li/a")
    assert link is not None and text_of(link).startswith("Haugesund")
    there = page_of(client.get(link.get("href") or "", headers=BROWSER))
    assert len(names(there)) == 2


def test_a_region_that_is_named_twice_is_one_and_an_empty_choice_none(client: httpx.Client):
    address = "/compare?region=midt-troms&region=&region=region:midt-troms&lang=en"
    page = page_of(client.get(address, headers=BROWSER))
    assert section(page, "alike") is not None
    chosen = [item.get("value") for item in page.iter("option") if item.get("selected") is not None]
    assert chosen == ["midt-troms"]


@pytest.mark.parametrize("wrong", ["none", "goal:midt-troms-vekstkraft", "<script>", "a b"])
def test_what_is_no_region_is_refused(client: httpx.Client, wrong: str):
    response = client.get("/compare", params={"region": ["midt-troms", wrong]}, headers=BROWSER)
    page_of(response, 400)


def test_as_data_there_is_nothing_without_two_regions(client: httpx.Client):
    assert client.get("/compare?format=csv").status_code == 400
    assert client.get("/compare?region=midt-troms&format=json").status_code == 400


def test_regions_are_chosen_and_compared_without_scripts(visit: Visit):
    page = visit("/compare", script=False, locale="en-GB", width=390)
    page.get_by_label("First region").select_option("Midt-Troms")
    page.get_by_label("Second region").select_option(index=1)
    page.get_by_role("button", name="Compare").click()
    assert "region=midt-troms" in page.url
    assert page.get_by_role("heading", name="In numbers").is_visible()
    page.get_by_text("The numbers as a table").first.click()
    page.get_by_role("rowheader", name="Advice").wait_for()


# --- As data ----------------------------------------------------------------------------------------------------------


def test_the_table_the_workbook_and_json_hold_the_same(client: httpx.Client):
    told = list(csv.DictReader(io.StringIO(client.get(f"{BOTH}&format=csv").text)))
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{BOTH}&format=xlsx").content))
    lines = list(book.worksheets[0].iter_rows(values_only=True))
    assert list(lines[0]) == list(told[0]) and len(lines) == len(told) + 1
    found = client.get(f"{BOTH}&format=json").json()
    assert [item["region"] for item in found] == [f"{ID}region/midt-troms", f"{ID}region/haugesundregionen"]
    assert found[0]["figures"] == {"population": 30244.0, "area": 8206.0}
    assert len(found[0]["municipalities"]) == 8
    counted = Counter(row["region"] for row in told)
    assert [len(item["told"]) for item in found] == [counted[item["region"]] for item in found]
    advice = [row["name"] for row in told if row["class"] == str(BR.Advice) and row["regionName"] == "Midt-Troms"]
    assert "Unge må høres og ha reell medvirkning!" in advice and len(advice) == 3


@pytest.mark.parametrize("name", ["ttl", "nt", "rdf", "jsonld"])
def test_the_graph_says_what_each_region_said(client: httpx.Client, name: str):
    graph = graph_of(client.get(f"{BOTH}&format={name}"))
    advice = URIRef(f"{ID}advice/midt-troms-2")
    assert (advice, RDF.type, BR.Advice) in graph
    assert (advice, BR.region, URIRef(f"{ID}region/midt-troms")) in graph
    assert list(graph.objects(advice, BR.theme))
    assert len(set(graph.objects(None, BR.region))) == 2


# --- Charts -----------------------------------------------------------------------------------------------------------


def drawn(markup: Markup) -> Element:
    """A chart, read from a page that holds what names it."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    page = f'<!doctype html><html lang="nb"><title>x</title><p id="it">x</p>{markup}</html>'
    (found,) = parser.parse(page).iter(f"{SVG}svg")
    element: Element = found
    return element


def widths(chart: Element) -> list[float]:
    return [float((bar.get("width") or "").rstrip("%")) for bar in chart.iter(f"{SVG}rect")]


def test_bars_are_as_long_as_their_numbers_and_zero_has_none():
    chart = drawn(drawing.bars("it", [("a", 10), ("b", Decimal("2.5")), ("c", 0), ("d", None)], WORDS["nb"]))
    assert widths(chart) == pytest.approx([80, 20])
    texts = [text_of(text) for text in chart.iter(f"{SVG}text")]
    assert texts == ["a", "10", "b", "2,5", "c", "0", "d", "Ikke oppgitt i kilden"]


def test_a_chart_has_a_name_a_description_and_no_style_of_its_own():
    chart = drawn(drawing.bars("it", [("a", 1)], WORDS["en"]))
    assert (chart.get("role"), chart.get("aria-labelledby"), chart.get("aria-describedby")) == ("img", "it", "it-told")
    description = chart.find(f"{SVG}desc")
    assert description is not None and description.get("id") == "it-told"
    assert text_of(description) == "The numbers stand in a table below the figure."
    assert not [item for item in chart.iter() if item.get("style")]


def test_series_are_told_apart_by_their_names_and_looks_and_never_by_colour_alone():
    chart = drawn(drawing.grouped_bars("it", ["X", "Y", "Z"], [("a", (1, 2, 4)), ("b", (None, 0, 1))], WORDS["en"]))
    texts = [text_of(text) for text in chart.iter(f"{SVG}text")]
    assert texts == ["a", "1 X", "2 Y", "4 Z", "b", "Not stated in the source X", "0 Y", "1 Z"]
    looks = [
        (bar.get("fill"), bar.get("fill-opacity"), bar.get("stroke-dasharray")) for bar in chart.iter(f"{SVG}rect")
    ]
    assert len(set(looks[:3])) == 3 and looks[2] == looks[3]
    assert widths(chart)[:3] == pytest.approx([11.5, 23, 46])


def test_words_keep_their_language_and_can_do_no_harm():
    rows = [(Text("<script>alert(1)</script>", "nn"), 1)]
    markup = drawing.bars("it", rows, WORDS["nb"])
    assert "<script>" not in markup
    label = next(drawn(markup).iter(f"{SVG}text"))
    assert (label.get("lang"), text_of(label)) == ("nn", "<script>alert(1)</script>")


def test_nothing_to_draw_is_an_empty_drawing():
    assert widths(drawn(drawing.bars("it", [], WORDS["nb"]))) == []
    assert re.search(r'height="\d+"', drawing.grouped_bars("it", ["X"], [], WORDS["nb"]))


def test_the_page_is_called_after_the_regions_that_it_sets_side_by_side(client: httpx.Client):
    asked = {"region": ["midt-troms", "haugesundregionen"], "lang": "nb"}
    page = page_of(client.get("/compare", params=asked, headers=BROWSER))
    assert text_of(page.find(".//h1")) == "Midt-Troms – Haugesundregionen"
    assert text_of(page_of(client.get("/compare?lang=nb", headers=BROWSER)).find(".//h1")) == "Sammenlign regioner"
