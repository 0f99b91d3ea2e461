"""Named queries as pages and as data: the question, its form, its answer, and what goes wrong."""

from __future__ import annotations

import csv
import io
from xml.etree.ElementTree import Element

import httpx
import pytest

from byregion import queries, results
from byregion.assets import folder
from byregion.engine.pool import Pool
from byregion.namespaces import ID
from byregion.web import language
from web_world import BROWSER, graph_of, page_of, text_of

WORDS = language.read()
QUERIES = queries.read_all(folder("queries"))
PARTICIPANTS = "/queries/participants"


@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_the_list_has_every_query_with_its_title_and_description(client: httpx.Client, lang: str):
    page = page_of(client.get("/queries", params={"lang": lang}))
    headings = [text_of(item) for item in page.findall(".//main/section/h2")]
    ends = [WORDS[lang]("queries.classes"), WORDS[lang]("queries.data")]
    assert headings == [WORDS[lang](f"queries.groups.{name}") for name in queries.GROUPS] + ends
    rows = [item for item in page.iter("div") if item.find("dt") is not None]
    terms = {text_of(item.find("dt")): text_of(item.find("dd")) for item in rows}
    assert terms == {query.titles[lang]: " ".join(query.descriptions[lang].split()) for query in QUERIES}


@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_the_number_of_each_class_is_that_of_its_list_which_it_leads_to(client: httpx.Client, lang: str):
    page = page_of(client.get("/queries", params={"lang": lang}))
    rows = [row for body in page.iter("tbody") for row in body.iter("tr")]
    assert len(rows) > 15
    for row in rows:
        address = row.find("th/a").get("href") or ""  # type: ignore[union-attr]
        number, class_ = row.findall("td")
        listed = client.get(f"{address.partition('?')[0]}index.csv").text.splitlines()
        assert (text_of(row.find("th")), int(text_of(number).replace(",", ""))) == (
            WORDS[lang](f"kinds.{address.split('/')[2]}"),
            len(listed) - 1,
        )
        assert text_of(class_)


def test_the_list_is_to_be_had_with_what_each_question_takes(client: httpx.Client):
    told = {item["name"]: item for item in client.get("/queries.json", params={"lang": "en"}).json()}
    assert told.keys() == {query.name for query in QUERIES}
    (region, language) = told["participants"]["parameters"]
    assert (region["name"], region["kind"], region["required"]) == ("region", "iri", True)
    assert (language["name"], language["required"]) == ("language", False)
    assert client.get(told["participants"]["address"]).status_code == 200


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_without_values_a_query_is_answered_for_its_examples(
    client: httpx.Client, engine: Pool, query: queries.NamedQuery
):
    text = queries.prepare(query, query.examples)
    if query.form in ("SELECT", "ASK"):
        answer = client.get(f"/queries/{query.name}", headers={"accept": results.JSON})
        assert answer.content == engine.query(text, results.JSON).body
    else:
        answer = client.get(f"/queries/{query.name}", headers={"accept": "text/turtle"})
        assert len(graph_of(answer))
    page = page_of(client.get(f"/queries/{query.name}", headers=BROWSER))
    assert text_of(page.find(".//h1")) == query.titles["nb"]
    shown = text_of(page.find(".//section[@aria-labelledby='sparql']//code"))
    assert shown.startswith(("PREFIX", "SELECT", "CONSTRUCT"))


@pytest.mark.parametrize(
    ("suffix", "content_type"),
    [
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
        ("csv", "text/csv; charset=utf-8"),
        ("tsv", "text/tab-separated-values; charset=utf-8"),
        ("rq", "application/sparql-query"),
        ("html", "text/html; charset=utf-8"),
    ],
)
def test_an_answer_is_to_be_had_by_accept_by_format_and_by_suffix(client: httpx.Client, suffix: str, content_type: str):
    by_accept = client.get(PARTICIPANTS, headers={"accept": content_type.partition(";")[0]})
    by_format = client.get(PARTICIPANTS, params={"format": suffix}, headers={"accept": "image/png"})
    by_suffix = client.get(f"{PARTICIPANTS}.{suffix}", headers={"accept": "image/png"})
    for response in (by_accept, by_format, by_suffix):
        assert (response.status_code, response.headers["content-type"]) == (200, content_type)
    assert client.get(PARTICIPANTS, headers={"accept": "image/png"}).status_code == 406
    assert client.get(f"{PARTICIPANTS}.ttl").status_code == 404
    assert client.get(PARTICIPANTS, params={"format": "ttl"}).status_code == 400


def test_values_are_given_in_the_address(client: httpx.Client):
    def rows(**values: str) -> list[dict[str, str]]:
        text = client.get(f"{PARTICIPANTS}.csv", params=values).text
        return list(csv.DictReader(io.StringIO(text)))

    ours = rows(region="region/midt-troms")
    assert ours == rows(region="region:midt-troms") == rows(region=ID + "region/midt-troms") == rows()
    assert len(ours) == 8
    other = rows(region="region/haugesundregionen")
    assert other and other != ours
    assert rows(region="region/none") == []


def test_the_sparql_that_is_handed_out_is_the_one_that_is_answered(client: httpx.Client):
    text = client.get(f"{PARTICIPANTS}.rq", params={"region": "region/haugesundregionen"}).text
    assert f"VALUES ?region {{ <{ID}region/haugesundregionen> }}" in text
    asked = client.get("/sparql", params={"query": text, "format": "csv"})
    assert asked.text == client.get(f"{PARTICIPANTS}.csv", params={"region": "region/haugesundregionen"}).text


def test_a_reader_is_answered_in_her_language_and_a_program_as_the_file_says(client: httpx.Client):
    page = page_of(client.get("/queries/goals-in-order", headers=BROWSER | {"accept-language": "en"}))
    assert "A clear focus on business" in text_of(page.find(".//table"))
    data = client.get("/queries/goals-in-order.csv", headers={"accept-language": "en"})
    assert "Tydelig næringsfokus" in data.text
    links = [link.get("href") or "" for link in page.iter("a") if "goals-in-order.csv" in (link.get("href") or "")]
    assert len(links) == 1
    assert "A clear focus on business" in client.get(links[0]).text


def chosen(field: Element) -> list[str]:
    """The values that a list stands at."""
    return [item.get("value") or "" for item in field if item.get("selected") is not None]


def test_the_form_has_a_field_for_each_parameter_with_its_value(client: httpx.Client):
    params = {"region": "region/haugesundregionen", "lang": "en"}
    page = page_of(client.get(PARTICIPANTS, params=params, headers=BROWSER))
    form = page.find(".//main//form")
    assert form is not None and form.get("action") == PARTICIPANTS
    fields = {field.get("name"): field for field in form.iter("select")}
    now = {name: chosen(field) for name, field in fields.items()}
    assert now == {"region": ["region:haugesundregionen"], "language": ["en"]}
    assert {"region:midt-troms", "region:haugesundregionen"} <= {item.get("value") for item in fields["region"]}
    hidden = [(item.get("name"), item.get("value")) for item in form.iter("input")]
    assert hidden == [("lang", "en")]


def test_sending_the_form_as_it_stands_gives_the_same_answer(client: httpx.Client):
    page = page_of(client.get("/queries/municipality-today", headers=BROWSER))
    form = page.find(".//main//form")
    assert form is not None
    sent = [(field.get("name") or "", field.get("value") or "") for field in form.iter("input")]
    sent += [(field.get("name") or "", value) for field in form.iter("select") for value in chosen(field)]
    assert len(sent) > 2
    again = page_of(client.get(form.get("action") or "", params=sent, headers=BROWSER))
    assert text_of(again.find(".//table")) == text_of(page.find(".//table"))


def test_of_several_things_any_number_can_be_chosen(client: httpx.Client):
    page = page_of(client.get("/queries/figures-and-sums", headers=BROWSER))
    boxes = [item for item in page.findall(".//main//form//input") if item.get("type") == "checkbox"]
    checked = {item.get("value") for item in boxes if item.get("checked") is not None}
    assert checked == {"region:haugesundregionen", "region:midt-troms"} and len(boxes) >= len(checked)
    # What a form sends where nothing is chosen is that there is to be nothing, and not the example.
    every = client.get("/queries/figures-and-sums.csv", params={"regions": ""})
    one = client.get("/queries/figures-and-sums.csv", params={"regions": ["", "region:midt-troms"]})
    assert one.text.count("region/") < every.text.count("region/")
    told = page_of(
        client.get("/queries/figures-and-sums", params={"regions": ["", "region:midt-troms"]}, headers=BROWSER)
    )
    links = [link.get("href") or "" for link in told.iter("a") if ".csv" in (link.get("href") or "")]
    assert links and "regions=&" not in links[0] and "regions=region:midt-troms" in links[0]


@pytest.mark.parametrize(
    ("name", "kind"), [("changes-between", "date"), ("municipality-today", "text"), ("participants", "")]
)
def test_a_field_is_of_the_type_of_its_value(client: httpx.Client, name: str, kind: str):
    page = page_of(client.get(f"/queries/{name}", headers=BROWSER))
    form = page.find(".//main//form")
    assert form is not None
    assert {item.get("type") for item in form.iter("input")} == ({kind} if kind else set())


@pytest.mark.parametrize("query", [query for query in QUERIES if query.chart], ids=lambda query: query.name)
def test_a_question_whose_header_asks_for_a_chart_has_one_above_its_table(
    client: httpx.Client, query: queries.NamedQuery
):
    page = page_of(client.get(f"/queries/{query.name}", headers=BROWSER))
    section = page.find(".//section[@aria-labelledby='answer']")
    assert section is not None and query.chart is not None
    parts = [item.tag for item in section if item.tag in ("figure", "div")]
    assert parts[:2] == ["figure", "div"]
    caption = text_of(section.find("./figure/figcaption"))
    assert caption.startswith(f"{WORDS['nb'](f'variables.{query.chart.value}')} for hver rad")
    assert section.find("./figure//{*}rect") is not None


def test_an_empty_optional_value_restricts_nothing(client: httpx.Client):
    every = client.get("/queries/other-names.csv", params={"entity": ""})
    one = client.get("/queries/other-names.csv", params={"entity": "municipality/lenvik-1931"})
    assert every.status_code == one.status_code == 200
    assert len(every.text) > len(one.text)


@pytest.mark.parametrize(
    ("name", "params", "parameter"),
    [
        ("participants", {"region": "nothing at all"}, "region"),
        ("participants", {"region": ""}, "region"),
        ("participants", {"regoin": "region/midt-troms"}, "regoin"),
        ("municipality-at-date", {"date": "2015-13-01"}, "date"),
        ("municipality-today", {"number": "19"}, "number"),
    ],
)
def test_a_wrong_value_is_refused_with_the_name_of_its_parameter(
    client: httpx.Client, name: str, params: dict[str, str], parameter: str
):
    response = client.get(f"/queries/{name}", params=params)
    assert response.status_code == 400
    problem = response.json()
    assert (problem["type"], problem["parameter"]) == ("https://w3id.org/byregion/problems#parameter", parameter)
    page = page_of(client.get(f"/queries/{name}", params=params, headers=BROWSER), 400)
    told = text_of(page.find(".//div[@class='ds-alert alarm']"))
    if parameter == "regoin":
        assert parameter in told
    else:
        said = text_of(page.find(f".//p[@id='{parameter}-error']"))
        assert said in told
        assert params[parameter] in said
        (field,) = (item for item in page.iter() if item.get("id") == parameter)
        assert field.get("aria-invalid") == "true" and f"{parameter}-error" in (field.get("aria-describedby") or "")
    assert page.find(".//main//form") is not None


def test_values_are_bound_as_terms_and_never_as_text(client: httpx.Client):
    words = '" } { ?s ?p ?o } #'
    response = client.get("/queries/sentences-with-words.csv", params={"words": words})
    assert response.status_code == 200
    assert len(list(csv.reader(io.StringIO(response.text)))) == 1


def test_an_unknown_query_is_not_found_with_the_nearest(client: httpx.Client):
    response = client.get("/queries/participant")
    assert response.status_code == 404
    assert "participants" in response.json()["detail"]
