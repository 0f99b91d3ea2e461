"""The description of the API: valid, complete, in three languages, and the same on its page."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.exceptions import MethodNotAllowed, NotFound

import byregion
from byregion import openapi, paging, queries, terms
from byregion.assets import folder
from byregion.config import LANGUAGES
from byregion.openapi import Service
from byregion.web import pages, problem
from byregion.web.asked import RESERVED
from web_world import BROWSER, page_of, text_of, wait_for_edition

QUERIES = queries.read_all(folder("queries"))
SOURCES = sorted((Path(byregion.__file__ or "").parent / "openapi").glob("*.yaml"))
SERVICE = Service(
    url="https://example.test/",
    version="1.2.3",
    offers={
        kind: ((("html",), "text/html"), (("ttl", "turtle"), "text/turtle"), ((), "application/json"))
        for kind in (
            *("document", "listed", "cited", "graph", "file", "list", "found", "map", "compared", "changes", "change"),
            *("answer", "SELECT", "ASK", "CONSTRUCT"),
        )
    },
    profiles=("one", "two"),
    problems={status: f"problem {status}" for status in (400, 403, 404, 406, 410, 413, 415, 502, 503, 504)},
    max_rows="1,000",
    figures={"page_size": 10, "largest_page": 20, "longest_search": 30},
    called={"region": "city-region"},
)


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    """The description as the server gives it."""
    response = app.test_client().get("/openapi.json")
    assert response.mimetype == "application/json"
    told: dict[str, Any] = response.get_json()
    return told


def resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    found: Any = document if "$ref" in node else node
    for step in node.get("$ref", "#/").removeprefix("#/").split("/"):
        found = found[step] if step else found
    assert isinstance(found, dict)
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, told) for path, item in document["paths"].items() for method, told in item.items()]


def parameters(document: dict[str, Any], told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = [resolved(document, item) for item in told.get("parameters", ())]
    return {item["name"]: item for item in found}


# --- Valid ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_description_is_valid_openapi_3_1_in_every_language(client: httpx.Client, language: str):
    response = client.get("/openapi.json", params={"lang": language})
    assert response.json()["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(response.json()).validate()


def test_the_validator_finds_what_is_wrong(document: dict[str, Any]):
    broken = copy.deepcopy(document)
    del broken["info"]["title"]
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_every_operation_has_a_name_of_its_own_and_a_known_tag(document: dict[str, Any]):
    names = [told["operationId"] for _, _, told in operations(document)]
    assert len(names) == len(set(names)) > len(QUERIES)
    assert all(re.fullmatch("[a-z][A-Za-z]*", name) for name in names)
    tags = {tag["name"] for tag in document["tags"]}
    assert {tag for _, _, told in operations(document) for tag in told["tags"]} == tags


# --- Complete ---------------------------------------------------------------------------------------------------------


def example(document: dict[str, Any], path: str, told: dict[str, Any]) -> str:
    """A path of the description with its examples filled in."""
    for name, item in parameters(document, told).items():
        if item["in"] == "path":
            path = path.replace(f"{{{name}}}", str(item.get("example", 1)))
    assert "{" not in path
    return path


def described(app: Flask, document: dict[str, Any]) -> set[tuple[str, str]]:
    """The routes of an app that a description tells of, each with a method."""
    found, routes = set(), app.url_map.bind("127.0.0.1")
    for path, method, told in operations(document):
        rule, _ = routes.match(example(document, path, told), method.upper(), return_rule=True)
        found.add((rule.rule, method.upper()))
    return found


def routes(app: Flask) -> set[tuple[str, str]]:
    """The routes of an app, each with a method."""
    return {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        # An address with a slash at its end is the same endpoint.
        if rule.endpoint != "static" and rule.rule != "/sparql/"
    }


def test_every_route_of_the_server_is_described_and_nothing_else(app: Flask, document: dict[str, Any]):
    assert described(app, document) == routes(app)


def test_a_path_that_is_not_there_is_not_taken_for_another(app: Flask):
    routes = app.url_map.bind("127.0.0.1")
    with pytest.raises(NotFound):
        routes.match("/none", "GET")
    with pytest.raises(MethodNotAllowed):
        routes.match("/health", "POST")


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_every_query_is_described_with_its_parameters_and_columns(document: dict[str, Any], query: queries.NamedQuery):
    told = document["paths"][f"/queries/{query.name}"]["get"]
    assert (told["summary"], told["description"]) == (query.titles["en"], query.descriptions["en"])
    found = parameters(document, told)
    assert [name for name in found if name not in RESERVED] == [item.name for item in query.parameters]
    is_table = query.form == "SELECT"
    assert set(found) & set(RESERVED) == set(RESERVED) - (set() if is_table else {"page", "page-size"})
    assert tuple(told["x-columns"]) == (paging.columns(query.text) if is_table else ())
    for parameter in query.parameters:
        item = found[parameter.name]
        schema = item["schema"]
        value = list(parameter.examples) if parameter.several else parameter.examples[0]
        assert item["example"] == schema["default"] == value
        assert (schema.get("type") == "array") is parameter.several is ("explode" in item)
        one = schema.get("items", schema)
        options = one.get("anyOf", [one])
        assert ({"const": ""} in options) is not parameter.required
        assert options[0]["$ref"] == f"#/components/schemas/{parameter.kind}"
        assert item.get("x-class") == (str(parameter.class_) if parameter.class_ else None)


def test_every_kind_of_value_has_a_schema(document: dict[str, Any]):
    assert set(terms.KINDS) <= set(document["components"]["schemas"])


def test_the_formats_are_those_that_the_server_has(client: httpx.Client, document: dict[str, Any]):
    for path, address in (
        ("/queries/participants", "/queries/participants"),
        ("/queries/everything-about-municipality", "/queries/everything-about-municipality"),
        ("/doc/{kind}/{name}", "/doc/region/midt-troms"),
        ("/queries", "/queries"),
        ("/queries/{query}/about", "/queries/participants/about"),
        ("/def", "/def"),
    ):
        told = document["paths"][path]["get"]
        content = set(resolved(document, told["responses"]["200"])["content"])
        names = parameters(document, told)["format"]["schema"]["enum"]
        types = {client.get(address, params={"format": name}).headers["content-type"] for name in names}
        assert {item.partition(";")[0] for item in types} | {"application/json", "application/xml"} >= content
        assert {item.partition(";")[0] for item in types} <= content
        assert client.get(address, params={"format": "none"}).status_code == 400
        refused = client.get(address, headers={"accept": "image/png"}).json()["offered"]
        assert set(refused) == content


def test_the_statuses_are_those_of_the_table_of_problems(document: dict[str, Any]):
    known = {str(kind.status) for kind in (*problem.KINDS.values(), problem.INTERNAL)}
    told = {name for name in document["components"]["responses"] if name.isdecimal() and name >= "400"}
    assert told == known
    for _, _, operation in operations(document):
        assert {name for name in operation["responses"] if name >= "400"} <= known


def test_the_limits_are_those_of_the_server(app: Flask, document: dict[str, Any]):
    schema = document["components"]["parameters"]["pageSize"]["schema"]
    assert (schema["default"], schema["maximum"]) == (pages.SIZE, pages.LARGEST)
    assert f"{app.extensions['byregion'].settings.max_rows:,} rows" in document["info"]["description"]
    assert document["servers"] == [{"url": "http://127.0.0.1:8080"}]


# --- In three languages -----------------------------------------------------------------------------------------------


def texts(node: object) -> list[dict[str, str]]:
    """Everything in a document that stands in several languages."""
    if isinstance(node, dict):
        if "nb" in node or "en" in node:
            return [node]
        return [found for value in node.values() for found in texts(value)]
    return [found for item in node for found in texts(item)] if isinstance(node, list) else []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_text_stands_in_every_language(path: Path):
    found = texts(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert len(found) > 20
    for text in found:
        assert set(text) == set(LANGUAGES), text
        assert all(isinstance(value, str) and value.strip() for value in text.values())


def test_a_program_gets_english_and_who_asks_for_a_language_gets_that(client: httpx.Client):
    def title(headers: dict[str, str], **params: str) -> tuple[str, str]:
        response = client.get("/openapi.json", headers=headers, params=params)
        return response.headers["content-language"], response.json()["paths"]["/queries/participants"]["get"]["summary"]

    titles = queries.find(QUERIES, "participants").titles
    assert title({}) == title({"accept-language": "*"}) == title({"accept-language": "de"}) == ("en", titles["en"])
    assert title({"accept-language": "nn, en;q=0.5"}) == title({}, lang="nn") == ("nn", titles["nn"])


def test_it_is_known_again_until_it_changes(client: httpx.Client):
    first = client.get("/openapi.json")
    again = client.get("/openapi.json", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/openapi.json", params={"lang": "nb"}).headers["etag"] != first.headers["etag"]
    assert "Accept-Language" in first.headers["vary"]


def test_a_description_can_be_made_without_a_server():
    told = openapi.document(SERVICE, QUERIES[:2], "nb")
    OpenAPIV31SpecValidator(told).validate()
    assert told["info"]["version"] == "1.2.3"
    assert told["components"]["parameters"]["query"]["schema"]["enum"] == [query.name for query in QUERIES[:2]]
    assert told == openapi.document(SERVICE, QUERIES[:2], "nb")


# --- As a page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_has_every_operation_with_its_parameters(client: httpx.Client, lang: str):
    document = client.get("/openapi.json", params={"lang": lang}).json()
    page = page_of(client.get("/api", params={"lang": lang}, headers=BROWSER))
    rows = {item.get("id"): item for item in page.iter("div") if item.get("id")}
    assert len(rows) == len(operations(document))
    for path, method, told in operations(document):
        row = rows[told["operationId"]]
        assert text_of(row.find("dd")) == f"{method.upper()} {path}"
        assert text_of(row.find("dt")) == told["summary"]
        (link,) = [item.get("href") or "" for item in row.iter("a")]
        own = page_of(client.get(link, headers=BROWSER))
        assert text_of(own.find(".//p[@class='iri']")) == f"{method.upper()} {path}"
        assert text_of(own.find(".//h1")) == told["summary"]
        assert [text_of(cell) for cell in own.iterfind(".//tbody/tr/th")] == list(parameters(document, told))
        assert "curl" in text_of(own.find(".//pre"))


def test_who_asks_for_an_operation_that_is_not_there_is_told_what_is_near(client: httpx.Client):
    assert "/api/participants" in client.get("/api/participant").json()["suggestions"]


def test_what_the_page_offers_to_try_can_be_tried(app: Flask, client: httpx.Client):
    wait_for_edition(app)
    described = client.get("/openapi.json").json()
    pages = [
        page_of(client.get(f"/api/{told['operationId']}", headers=BROWSER)) for _, _, told in operations(described)
    ]
    found = [link for page in pages for link in page.iter("a") if (link.get("aria-label") or "").startswith("Prøv")]
    links = [link.get("href") or "" for link in found]
    assert len(links) > len(QUERIES)
    for link in links:
        # A graph leads a browser to the page of what it is part of.
        assert client.get(link, headers=BROWSER).status_code in (200, 303), link


def test_the_page_leads_to_the_description_and_the_questions_to_the_page(client: httpx.Client):
    response = client.get("/api", headers=BROWSER)
    assert '</openapi.json>; rel="service-desc"; type="application/json"' in response.headers.get_list("link")
    page = page_of(response)
    assert "/openapi.json" in [link.get("href") for link in page.iter("a")]
    listed = page_of(client.get("/queries", headers=BROWSER))
    assert "/api" in [link.get("href") for link in listed.iter("a")]
