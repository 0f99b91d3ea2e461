"""The SPARQL endpoint, clause by clause (https://www.w3.org/TR/sparql11-protocol/), and what we add or refuse."""

from __future__ import annotations

import csv
import io
import threading
import time
from dataclasses import replace
from urllib.parse import quote

import httpx
import pytest
from flask import Flask
from rdflib import RDF, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from byregion import queries
from byregion.assets import folder
from byregion.config import Settings
from byregion.engine import Limits
from byregion.engine.lanes import Width
from byregion.engine.launch import Template
from byregion.web import create_app
from web_world import BROWSER, graph_of, page_of, text_of

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORM = {"content-type": "application/x-www-form-urlencoded"}
QUERY = {"content-type": "application/sparql-query"}
SELECT = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?name WHERE { <https://w3id.org/byregion/id/region/midt-troms> skos:prefLabel ?name } ORDER BY ?name
"""
ASK = "ASK { <https://w3id.org/byregion/id/region/midt-troms> ?p ?o }"
CONSTRUCT = "CONSTRUCT WHERE { <https://w3id.org/byregion/id/region/midt-troms> ?p ?o }"
DESCRIBE = "DESCRIBE <https://w3id.org/byregion/id/region/midt-troms>"
# Every pair of things, three times over: it ends in no one's lifetime.
HEAVY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?l) }"
SOLUTIONS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
}
GRAPHS = {
    "ttl": "text/turtle; charset=utf-8",
    "turtle": "text/turtle; charset=utf-8",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
}


def names(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [row["name"]["value"] for row in response.json()["results"]["bindings"]]


# --- Transports (section 2.1) -----------------------------------------------------------------------------------------


def test_a_query_comes_by_get_by_form_and_as_the_body_and_is_answered_the_same(client: httpx.Client):
    by_get = client.get("/sparql", params={"query": SELECT})
    by_form = client.post("/sparql", data={"query": SELECT})
    direct = client.post("/sparql", content=SELECT.encode(), headers=QUERY)
    assert names(by_get) == names(by_form) == names(direct) == ["Midt-Troms"] * len(names(direct))
    assert by_get.content == by_form.content == direct.content


def test_the_media_types_of_bodies_may_say_that_they_are_utf_8(client: httpx.Client):
    for media_type in ("application/sparql-query; charset=UTF-8", 'application/sparql-query;charset="utf-8"'):
        assert client.post("/sparql", content=ASK.encode(), headers={"content-type": media_type}).json()["boolean"]


def test_an_address_with_a_slash_at_its_end_is_the_same_endpoint(client: httpx.Client):
    assert client.get("/sparql/", params={"query": ASK}).json()["boolean"] is True


def test_percent_signs_are_decoded_once(client: httpx.Client):
    text = 'ASK { FILTER("%41+" = "%41+" && "%41+" != "A ") }'
    assert client.get(f"/sparql?query={quote(text, safe='')}").json()["boolean"] is True
    assert (
        client.post("/sparql", content=f"query={quote(text, safe='')}".encode(), headers=FORM).json()["boolean"] is True
    )


def test_letters_beyond_ascii_come_through(client: httpx.Client):
    text = 'ASK { FILTER("Målselv" = "M\\u00E5lselv") }'
    assert client.post("/sparql", content=text.encode(), headers=QUERY).json()["boolean"] is True
    raw = client.build_request("GET", "/sparql", params={"query": text})
    assert client.send(raw).json()["boolean"] is True


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_head_is_answered_as_get_without_the_body(client: httpx.Client, method: str):
    response = client.request(method, "/sparql", params={"query": ASK})
    assert response.status_code == 200
    assert response.headers["content-type"] == SOLUTIONS["json"]
    assert bool(response.content) is (method == "GET")


# --- What may be sent -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "address", "content", "headers"),
    [
        ("GET", f"/sparql?query={quote(ASK)}&query={quote(ASK)}", b"", {}),
        ("POST", "/sparql", f"query={quote(ASK)}&query={quote(ASK)}".encode(), FORM),
        ("POST", f"/sparql?query={quote(ASK)}", ASK.encode(), QUERY),
        ("POST", f"/sparql?query={quote(ASK)}", f"query={quote(ASK)}".encode(), FORM),
    ],
)
def test_more_than_one_query_is_refused(
    client: httpx.Client, method: str, address: str, content: bytes, headers: dict[str, str]
):
    response = client.request(method, address, content=content, headers=headers)
    assert response.status_code == 400
    assert "2 queries" in response.json()["detail"]


def test_a_form_without_a_query_is_refused(client: httpx.Client):
    assert client.post("/sparql", data={"format": "json"}).status_code == 400


@pytest.mark.parametrize("content", [b"query=ASK%7B%7D%FF", b"query=ASK{}\xff"])
def test_what_is_not_utf_8_is_refused(client: httpx.Client, content: bytes):
    assert client.post("/sparql", content=content, headers=FORM).status_code == 400
    assert client.post("/sparql", content=b"ASK {} # \xff", headers=QUERY).status_code == 400
    assert client.get("/sparql?query=ASK%7B%7D%FF").status_code == 400


@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", "no-charset"])
def test_a_charset_other_than_utf_8_is_refused(client: httpx.Client, charset: str):
    for media_type in ("application/sparql-query", "application/x-www-form-urlencoded"):
        headers = {"content-type": f"{media_type}; charset={charset}"}
        response = client.post("/sparql", content=ASK.encode("utf-16"), headers=headers)
        assert response.status_code == 400
        assert "UTF-8" in response.json()["detail"]
        # Even where the body would be read the same: what it is said to be is what it is.
        body = ASK if media_type == "application/sparql-query" else f"query={ASK}"
        assert repr(charset) in client.post("/sparql", content=body.encode(), headers=headers).json()["detail"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/json", "multipart/form-data; boundary=x", ""])
def test_a_body_of_another_media_type_is_refused(client: httpx.Client, media_type: str):
    headers = {"content-type": media_type} if media_type else {}
    response = client.post("/sparql", content=ASK.encode(), headers=headers)
    assert response.status_code == 415
    assert "application/sparql-query" in response.json()["detail"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_method_that_there_is_not_is_refused_with_those_there_are(client: httpx.Client, method: str):
    response = client.request(method, "/sparql")
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


GRAPH = "https://w3id.org/byregion/graphs/midt-troms/stated"
OTHER = "https://w3id.org/byregion/graphs/programme/stated"


def test_the_dataset_of_the_request_takes_the_place_of_from(client: httpx.Client):
    """https://www.w3.org/TR/sparql11-protocol/#dataset"""
    told = f"ASK FROM <{OTHER}> {{ <https://w3id.org/byregion/id/region/midt-troms> ?p ?o }}"
    assert client.get("/sparql", params={"query": told}).json()["boolean"] is False
    for response in (
        client.get("/sparql", params={"query": told, "default-graph-uri": GRAPH}),
        client.post("/sparql", data={"query": told, "default-graph-uri": GRAPH}),
        client.post("/sparql", params={"default-graph-uri": GRAPH}, content=told.encode(), headers=QUERY),
    ):
        assert response.json()["boolean"] is True
    asked = {"query": "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g", "named-graph-uri": [OTHER, GRAPH]}
    found = client.get("/sparql", params=asked).json()["results"]["bindings"]
    assert [row["g"]["value"] for row in found] == [GRAPH, OTHER]


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_a_graph_that_is_not_there_and_a_relative_one_are_told(client: httpx.Client, name: str):
    assert client.get("/sparql", params={"query": ASK, name: "http://127.0.0.1:1/"}).status_code == 403
    response = client.get("/sparql", params={"query": ASK, name: "graphs/x"})
    assert response.status_code == 400
    assert name in response.json()["detail"]


@pytest.mark.parametrize("name", ["using-graph-uri", "using-named-graph-uri"])
def test_what_belongs_to_updates_is_no_part_of_a_query(client: httpx.Client, name: str):
    response = client.get("/sparql", params={"query": ASK, name: GRAPH})
    assert response.status_code == 400
    assert name in response.json()["detail"]


def test_a_client_may_lower_the_time_limit(client: httpx.Client):
    began = time.monotonic()
    response = client.get("/sparql", params={"query": HEAVY, "timeout": "0.3"})
    assert time.monotonic() - began < 3
    assert response.status_code == 503
    assert response.json()["limit"] == 0.3
    for wrong in ("0", "-1", "nan", "inf", "soon", ""):
        assert client.get("/sparql", params={"query": ASK, "timeout": wrong}).status_code == 400


def test_an_answer_says_what_queries_are_held_to(app: Flask, client: httpx.Client):
    told = client.get("/sparql", params={"query": ASK}).headers["byregion-limits"]
    settings = app.extensions["byregion"].settings
    assert {name: float(value) for name, value in (item.split("=") for item in told.split(", "))} == {
        "seconds": settings.query_seconds,
        "memory-mb": settings.query_memory_mb,
        "rows": settings.max_rows,
        "bytes": settings.max_bytes,
        "characters": settings.max_query_length,
        "depth": settings.max_query_depth,
    }


def test_the_description_tells_each_limit_and_what_is_answered_over_it(client: httpx.Client):
    schema = Namespace("https://schema.org/")
    answer = client.get("/sparql", params={"query": ASK})
    (address,) = (link["url"] for link in answer.links.values() if link.get("rel") == "describedby")
    told = graph_of(client.get("/sparql", headers={"accept": "text/turtle"}))
    limits = set(told.objects(URIRef(address), schema.valueReference))
    found = {str(told.value(limit, schema.name)): float(str(told.value(limit, schema.value))) for limit in limits}
    header = answer.headers["byregion-limits"]
    assert found == {name: float(value) for name, value in (item.split("=") for item in header.split(", "))}
    kinds = {told.value(limit, schema.propertyID) for limit in limits}
    page = client.get("/problems", headers=BROWSER).text
    for kind in kinds:
        assert f'id="{str(kind).rpartition("#")[2]}"' in page


def test_an_answer_has_a_strong_tag_and_is_not_sent_twice(client: httpx.Client):
    first = client.get("/sparql", params={"query": SELECT})
    assert first.headers["etag"].startswith('"')
    again = client.get("/sparql", params={"query": SELECT}, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    others = [
        client.get("/sparql", params={"query": SELECT, "format": "csv"}),
        client.get("/sparql", params={"query": SELECT + " "}),
        client.get("/sparql", params={"query": SELECT, "default-graph-uri": GRAPH}),
        client.get("/sparql", params={"query": SELECT, "named-graph-uri": GRAPH}),
    ]
    assert len({first.headers["etag"], *(response.headers["etag"] for response in others)}) == 5


@pytest.mark.parametrize("call", ["NOW()", "RAND()", "UUID()", "STRUUID()"])
def test_what_differs_each_time_is_kept_by_nobody(client: httpx.Client, call: str):
    response = client.get("/sparql", params={"query": f"SELECT ({call} AS ?x) {{}}"})
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


def test_updates_are_refused_in_every_way_they_can_be_sent(client: httpx.Client):
    update = "INSERT DATA { <http://x.test/a> <http://x.test/b> <http://x.test/c> }"
    headers = {"content-type": "application/sparql-update"}
    refused = (
        client.get("/sparql", params={"query": update}),
        client.post("/sparql", data={"update": update}),
        client.post("/sparql", data={"query": update}),
        client.post("/sparql", content=update.encode(), headers=headers),
        client.post("/sparql", content=update.encode(), headers=QUERY),
    )
    assert {(response.status_code, response.json()["type"].rpartition("#")[2]) for response in refused} == {
        (403, "query-refused")
    }
    # https://www.w3.org/TR/sparql11-protocol/#update-operation
    malformed = (
        client.get("/sparql", params={"update": update}),
        client.post("/sparql", params={"update": update}, data={"update": update}),
        client.post("/sparql", data={"update": [update, update]}),
        client.post("/sparql", data={"update": update, "query": ASK}),
        client.post("/sparql", data={"update": update, "default-graph-uri": GRAPH}),
    )
    assert {response.status_code for response in malformed} == {400}
    assert client.get("/sparql", params={"query": "ASK { <http://x.test/a> ?p ?o }"}).json()["boolean"] is False


@pytest.mark.parametrize(
    "query", ["SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "SELECT ?s FROM <http://x.test/> {}"]
)
def test_what_would_reach_beyond_the_dataset_is_refused(client: httpx.Client, query: str):
    assert client.get("/sparql", params={"query": query}).status_code == 403


def test_a_query_over_its_limit_is_refused_with_the_limit(app: Flask, client: httpx.Client):
    limit = app.extensions["byregion"].settings.max_query_length
    long = ASK + "#" * (limit - len(ASK))
    assert client.post("/sparql", content=long.encode(), headers=QUERY).status_code == 200
    for response in (
        client.post("/sparql", content=(long + "#").encode(), headers=QUERY),
        client.post("/sparql", content=b"query=" + b"%20" * 5_000_000, headers=FORM),
    ):
        assert response.status_code == 413
        assert response.json()["limit"] >= limit


# --- What comes back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "content_type"), SOLUTIONS.items())
def test_a_table_is_to_be_had_in_every_format(client: httpx.Client, name: str, content_type: str):
    by_accept = client.get("/sparql", params={"query": SELECT}, headers={"accept": content_type.partition(";")[0]})
    by_name = client.get("/sparql", params={"query": SELECT, "format": name}, headers=BROWSER)
    assert by_accept.headers["content-type"] == by_name.headers["content-type"] == content_type
    assert by_accept.content == by_name.content
    assert "Midt-Troms" in by_name.text


@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
def test_a_graph_is_to_be_had_in_every_format_and_is_the_same_in_each(client: httpx.Client, query: str):
    graphs = []
    for name, content_type in GRAPHS.items():
        response = client.get("/sparql", params={"query": query, "format": name}, headers=BROWSER)
        assert response.headers["content-type"] == content_type
        by_accept = client.get("/sparql", params={"query": query}, headers={"accept": content_type.partition(";")[0]})
        assert by_accept.content == response.content
        graphs.append(graph_of(response))
    assert len(graphs[0]) > 5
    assert all(isomorphic(graphs[0], graph) for graph in graphs[1:])


def test_who_does_not_mind_gets_json_or_turtle(client: httpx.Client):
    for headers in ({}, {"accept": "*/*"}):
        assert (
            client.get("/sparql", params={"query": SELECT}, headers=headers).headers["content-type"]
            == SOLUTIONS["json"]
        )
        assert client.get("/sparql", params={"query": ASK}, headers=headers).json() == {"head": {}, "boolean": True}
        assert (
            client.get("/sparql", params={"query": DESCRIBE}, headers=headers).headers["content-type"] == GRAPHS["ttl"]
        )


def test_plain_json_and_xml_are_answered_under_the_names_they_were_asked_by(client: httpx.Client):
    for query, media_type in (
        (SELECT, "application/json"),
        (SELECT, "application/xml"),
        (DESCRIBE, "application/json"),
    ):
        response = client.get("/sparql", params={"query": query}, headers={"accept": media_type})
        assert response.headers["content-type"] == media_type


def test_csv_can_be_read_as_csv(client: httpx.Client):
    text = client.get("/sparql", params={"query": SELECT, "format": "csv"}).text
    assert [row[0] for row in csv.reader(io.StringIO(text))][:2] == ["name", "Midt-Troms"]


@pytest.mark.parametrize(("query", "accept"), [(SELECT, "text/turtle"), (DESCRIBE, "text/csv"), (ASK, "image/png")])
def test_a_format_that_this_kind_of_answer_has_not_is_refused_with_those_it_has(
    client: httpx.Client, query: str, accept: str
):
    response = client.get("/sparql", params={"query": query}, headers={"accept": accept})
    assert response.status_code == 406
    offered = response.json()["offered"]
    assert ("text/turtle" in offered) is (query == DESCRIBE)
    assert all(
        client.get("/sparql", params={"query": query}, headers={"accept": item}).status_code == 200 for item in offered
    )


def test_a_named_format_that_this_kind_of_answer_has_not_is_refused(client: httpx.Client):
    response = client.get("/sparql", params={"query": SELECT, "format": "ttl"})
    assert response.status_code == 400
    assert "json, xml, csv, tsv, xlsx, excel-csv, html" in response.json()["detail"]


def test_answers_say_what_they_depend_on(client: httpx.Client):
    def vary(**params: str) -> set[str]:
        headers = {"accept": "text/html"}
        told = client.get("/sparql", params=params, headers=headers).headers.get("vary", "")
        return {name.strip() for name in told.split(",") if name}

    assert vary(query=ASK) == {"Accept", "Accept-Language"}
    assert vary(query=ASK, format="json") == set()
    assert vary(query=ASK, format="html") == {"Accept-Language"}
    assert vary(query=ASK, format="html", lang="nn") == set()


# --- Errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [("SELECT ?x WHERE {\n  ?x ?y }", 2, 9), ("SELECT ?x", 1, 10), ("ASK { ?s br:region ?o }", 1, 10), ("", 1, 1)],
)
def test_a_syntax_error_is_told_with_its_line_and_column(client: httpx.Client, query: str, line: int, column: int):
    response = client.get("/sparql", params={"query": query})
    assert response.status_code == 400
    problem = response.json()
    assert (problem["type"], problem["line"]) == ("https://w3id.org/byregion/problems#query-syntax", line)
    assert abs(problem["column"] - column) <= 1
    assert f"line {line}, column {problem['column']}" in problem["detail"]


def test_in_a_browser_a_syntax_error_stands_beside_the_query_in_the_form(client: httpx.Client):
    query = "SELECT ?x WHERE { ?x <y> </script> }"
    response = client.get("/sparql", params={"query": query, "format": "csv"}, headers=BROWSER)
    assert response.status_code == 400
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "&lt;/script&gt; }</textarea>" in response.text
    assert "linje 1, kolonne" in response.text.lower()


@pytest.mark.parametrize(
    ("query", "line", "column", "token", "hint"),
    [
        ("SELECT * {\n  ?s ?p 'æ' FILTR(1) }", 2, 13, "FILTR", "write FILTER"),
        ("SELCT * { ?s ?p ?o }", 1, 1, "SELCT", "write SELECT"),
        (
            "ASK {\n?s skos:prefLabel ?o }",
            *(2, 4, "skos:prefLabel"),
            "put before the query: PREFIX skos: <http://www.w3.org/2004/02/skos/core#>",
        ),
        ("ASK { ?s ?p \u201cLenvik\u201d }", 1, 13, "\u201c", "a text stands in straight quotation marks: \" or '"),
    ],
)
def test_a_syntax_error_is_told_with_the_token_and_what_would_do(
    client: httpx.Client, query: str, line: int, column: int, token: str, hint: str
):
    response = client.get("/sparql", params={"query": query}, headers={"accept": "application/json"})
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["line"], problem["column"], problem["token"], problem["hint"]) == (line, column, token, hint)
    assert problem["detail"].endswith(f"; {hint}")


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_in_a_browser_the_place_of_a_syntax_error_is_marked_in_its_line(client: httpx.Client, language: str):
    query = "SELECT * {\n  ?s ?p 'æ' FILTR(1) }"
    page = page_of(client.get("/sparql", params={"query": query, "lang": language}, headers=BROWSER), 400)
    alarm = page.find(".//div[@role='alert']")
    assert alarm is not None
    line = "".join(alarm.find(".//pre").itertext()).split("\n")  # type: ignore[union-attr]
    assert line == ["  ?s ?p 'æ' FILTR(1) }", "            ^^^^^"]
    assert text_of(alarm.find(".//mark")) == "FILTR"
    assert "2" in text_of(alarm.find(".//figcaption"))
    asked = page.find(".//textarea")
    assert asked is not None
    assert (asked.get("aria-invalid"), asked.get("aria-describedby")) == ("true", alarm.get("id"))


def test_a_query_that_is_right_is_not_marked_as_wrong(client: httpx.Client):
    page = page_of(client.get("/sparql", params={"query": ASK}, headers=BROWSER))
    assert page.find(".//textarea[@aria-invalid]") is None
    assert page.find(".//div[@class='ds-alert alarm']") is None


MISSPELT = "PREFIX br: <https://w3id.org/byregion/def#>\n"


@pytest.mark.parametrize(
    "query", ["SELECT * { ?s a br:Regoin }", "ASK { ?s a br:Regoin }", "CONSTRUCT WHERE { ?s a br:Regoin }"]
)
def test_where_the_answer_is_empty_a_misspelt_word_is_told_with_the_nearest(client: httpx.Client, query: str):
    page = page_of(client.get("/sparql", params={"query": MISSPELT + query}, headers=BROWSER))
    told = page.find(".//div[@class='ds-alert alarm']")
    assert [text_of(item) for item in (told.findall(".//code") if told is not None else [])] == [
        "br:Regoin",
        "br:Region",
    ]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s a br:Region }",
        "SELECT * { ?s a br:Region . FILTER(false) }",
        "SELECT * { ?s a br:Region . OPTIONAL { ?s a br:Regoin } }",
    ],
)
def test_where_there_is_an_answer_or_no_misspelt_word_nothing_is_told(client: httpx.Client, query: str):
    page = page_of(client.get("/sparql", params={"query": MISSPELT + query}, headers=BROWSER))
    assert page.find(".//div[@class='ds-alert alarm']") is None


# --- Without a query --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "content_type"), GRAPHS.items())
def test_without_a_query_the_service_is_described_in_every_format(client: httpx.Client, name: str, content_type: str):
    response = client.get("/sparql", params={"format": name})
    assert response.headers["content-type"] == content_type
    told = graph_of(response)
    endpoint = URIRef("http://127.0.0.1:8080/sparql")
    assert (endpoint, RDF.type, SD.Service) in told
    assert (endpoint, SD.endpoint, endpoint) in told
    assert set(told.objects(endpoint, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert set(told.objects(endpoint, SD.feature)) == {SD.UnionDefaultGraph}
    assert len(set(told.objects(endpoint, SD.resultFormat))) == 8


def test_the_description_is_true_of_the_dataset(client: httpx.Client):
    told = graph_of(client.get("/sparql"))
    rows = client.get("/sparql", params={"query": "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"}).json()
    there = {URIRef(row["g"]["value"]) for row in rows["results"]["bindings"]}
    assert there
    assert set(told.objects(None, SD.name)) == there
    union = "ASK { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } }"
    assert client.get("/sparql", params={"query": union}).json()["boolean"] is False


@pytest.mark.parametrize("accept", ["*/*", "text/turtle, text/html;q=0.5", None])
def test_machines_get_the_description_and_not_the_form(client: httpx.Client, accept: str | None):
    response = client.get("/sparql", headers={"accept": accept} if accept else {})
    assert response.headers["content-type"] == GRAPHS["ttl"]
    head = client.head("/sparql", headers={"accept": accept} if accept else {})
    assert head.headers["etag"] == response.headers["etag"]


def test_the_description_is_not_sent_again_to_who_has_it(client: httpx.Client):
    tag = client.get("/sparql").headers["etag"]
    again = client.get("/sparql", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_browser_gets_a_form_whose_answer_is_a_table(client: httpx.Client):
    form = client.get("/sparql", headers=BROWSER)
    field = page_of(form).find(".//textarea[@id='query']")
    assert field is not None and field.get("name") == "query" and text_of(field).startswith("PREFIX br:")
    page = client.get("/sparql", params={"query": SELECT, "format": "html"}, headers=BROWSER)
    assert "<td>" in page.text
    assert "Midt-Troms" in page.text
    assert client.get("/sparql", params={"query": ASK, "format": "html", "lang": "en"}).text.count(">yes<") == 1
    assert "region:midt-troms" not in client.get("/sparql", params={"query": DESCRIBE, "format": "html"}).text[:500]


@pytest.mark.parametrize("query", queries.read_all(folder("queries")), ids=lambda query: query.name)
def test_the_form_can_begin_with_any_prepared_question(client: httpx.Client, query: queries.NamedQuery):
    page = page_of(client.get("/sparql", params={"example": query.name}, headers=BROWSER))
    field = page.find(".//textarea[@id='query']")
    assert field is not None and field.text is not None
    assert field.text.strip() == queries.body(query.text).strip()
    (chosen,) = (item for item in page.iter("option") if item.get("value") == query.name)
    assert chosen.get("selected") is not None


def test_a_question_that_there_is_not_is_not_found(client: httpx.Client):
    assert client.get("/sparql", params={"example": "nothing"}, headers=BROWSER).status_code == 404


@pytest.mark.parametrize(
    ("lang", "said", "would_do"),
    [
        ("nb", "Linje 1, kolonne 8: 'name' er ikke noe ord i SPARQL", "En variabel begynner med ?: ?name"),
        ("nn", "Linje 1, kolonne 8: 'name' er ikkje noko ord i SPARQL", "Ein variabel byrjar med ?: ?name"),
        ("en", "line 1, column 8: 'name' is no word of SPARQL", "a variable begins with ?: ?name"),
    ],
)
def test_a_fault_is_told_in_the_language_of_the_page_and_at_its_place(
    client: httpx.Client, lang: str, said: str, would_do: str
):
    params = {"query": "SELECT name { ?s ?p ?name }", "format": "html", "lang": lang}
    page = page_of(client.get("/sparql", params=params), 400)
    (told,) = (item for item in page.iter("p") if item.get("lang") == lang)
    assert text_of(told) in (f"{said}. {would_do}", f"{said}; {would_do}")
    field = page.find(".//textarea[@id='query']")
    assert field is not None
    assert [field.get(f"data-{name}") for name in ("line", "column", "token")] == ["1", "8", "name"]
    assert (field.get("data-said"), field.get("data-language")) == (would_do, lang)


def test_what_is_no_fault_of_syntax_has_no_place(client: httpx.Client):
    query = "SELECT * { SERVICE <https://example.org/sparql> { ?s ?p ?o } }"
    page = page_of(client.get("/sparql", params={"query": query, "format": "html"}), 403)
    field = page.find(".//textarea[@id='query']")
    assert field is not None and field.get("data-line") is None
    assert not [link for link in page.iter("a") if link.get("href") == "#query"]


def test_the_form_tells_the_limits_that_the_headers_tell(client: httpx.Client):
    page = page_of(client.get("/sparql", params={"lang": "en"}, headers=BROWSER))
    told = text_of(page.find(".//section[@aria-labelledby='limits']"))
    limits = dict(
        part.split("=") for part in client.get("/sparql", params={"query": ASK}).headers["byregion-limits"].split(", ")
    )
    assert f"{float(limits['seconds']):g} seconds" in told
    assert f"{int(limits['rows']):,} rows" in told


COUNTED = """
PREFIX br: <https://w3id.org/byregion/def#>
SELECT ?kind (COUNT(?s) AS ?number) WHERE { VALUES ?kind { br:Region br:Goal br:Advice } ?s a ?kind } GROUP BY ?kind
"""


def test_numbers_of_something_are_drawn_beside_the_table(client: httpx.Client):
    page = page_of(client.get("/sparql", params={"query": COUNTED, "format": "html"}))
    figure = page.find(".//figure[@class='drawn']")
    assert figure is not None
    assert [text_of(item) for item in figure.findall("./figcaption/code")] == ["number", "kind"]
    table = page.find(".//table")
    assert table is not None
    numbers = [text_of(row[1]) for row in table.iter("tr") if row[0].tag == "td"]
    assert len(numbers) == 3 and all(number in text_of(figure) for number in numbers)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s { ?s a <https://w3id.org/byregion/def#Region> }",
        "SELECT ?n ?m { VALUES (?n ?m) { (1 2) (3 4) } }",
        'SELECT ?a ?n { VALUES (?a ?n) { ("one" 1) ("two" "many") } }',
        'SELECT ?a ?n { VALUES (?a ?n) { ("one" 1) ("two" -2) } }',
        'SELECT ?a ?n { VALUES (?a ?n) { ("one" 0) ("two" 0) } }',
        'SELECT ?a ?n { VALUES (?a ?n) { ("one" "NaN"^^<http://www.w3.org/2001/XMLSchema#double>) ("two" UNDEF) } }',
        'SELECT ?a ?n { VALUES (?a ?n) { ("one" 1) } }',
        "ASK {}",
    ],
)
def test_what_no_bars_can_show_is_not_drawn(client: httpx.Client, query: str):
    page = page_of(client.get("/sparql", params={"query": query, "format": "html"}))
    assert page.find(".//figure[@class='drawn']") is None


@pytest.mark.parametrize("lang, label", [("nb", "byregion"), ("nn", "byregion"), ("en", "city-region")])
def test_what_a_query_may_be_written_with_is_told_in_the_language_of_the_reader(
    client: httpx.Client, lang: str, label: str
):
    response = client.get("/sparql/terms", params={"lang": lang})
    assert (response.headers["content-type"], response.headers["content-language"]) == ("application/json", lang)
    told = response.json()
    assert {"SELECT", "FILTER", "STRSTARTS"} <= set(told["keywords"]) and "INSERT" not in told["keywords"]
    assert told["prefixes"]["br"] == "https://w3id.org/byregion/def#"
    terms = {name: rest for name, *rest in told["terms"]}
    kind, called, definition = terms["br:Region"]
    assert (kind, called.lower()) == ("class", label) and len(definition) > 20
    assert terms["skos:prefLabel"][0] == "word"
    assert terms["region:midt-troms"] == ["region", "Midt-Troms", ""]
    assert terms["municipality:lenvik-1931"][:2] == ["municipality", "Lenvik"]
    assert {kind for kind, *_ in terms.values()} == set(told["kinds"])
    assert {name.partition(":")[0] for name in terms} <= set(told["prefixes"])
    again = client.get("/sparql/terms", params={"lang": lang}, headers={"if-none-match": response.headers["etag"]})
    assert again.status_code == 304


def test_a_table_that_is_cut_says_so_and_its_formats_hold_the_rest(client: httpx.Client):
    query = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 501"
    page = client.get("/sparql", params={"query": query, "format": "html", "lang": "en"}).text
    assert page.count("<tr>") == 501
    assert "501 rows. The first 500 are shown here" in page
    csv_text = client.get("/sparql", params={"query": query, "format": "csv"}).text
    assert len(list(csv.reader(io.StringIO(csv_text, newline="")))) == 502


# --- Other origins ----------------------------------------------------------------------------------------------------


def test_scripts_of_any_origin_may_read_without_credentials(client: httpx.Client):
    headers = {"origin": "https://elsewhere.test"}
    for response in (
        client.get("/sparql", params={"query": ASK}, headers=headers),
        client.get("/sparql", params={"query": "ASK"}, headers=headers),
        client.post("/sparql", data={"query": ASK}, headers=headers),
    ):
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers


def test_a_preflight_is_told_the_methods_and_headers(client: httpx.Client):
    headers = {"origin": "https://elsewhere.test", "access-control-request-method": "POST"}
    response = client.options("/sparql", headers=headers)
    assert response.status_code == 200
    assert {"GET", "HEAD", "POST"} <= set(response.headers["access-control-allow-methods"].split(", "))
    assert "Content-Type" in response.headers["access-control-allow-headers"]


# --- Heavy queries ----------------------------------------------------------------------------------------------------


def test_a_heavy_query_ends_with_503_at_its_limit_while_others_are_answered(template: Template):
    pool = template.pool()
    pool.limits = replace(Limits(), seconds=0.6)
    app = create_app(Settings(query_seconds=0.6), pool)
    ended: list[httpx.Response] = []
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        heavy = threading.Thread(target=lambda: ended.append(client.get("/sparql", params={"query": HEAVY})))
        began = time.monotonic()
        heavy.start()
        answered = 0
        while heavy.is_alive():
            assert client.get("/sparql", params={"query": ASK}).json()["boolean"] is True
            answered += 1
        took = time.monotonic() - began
        after = client.get("/sparql", params={"query": ASK})
    pool.close()
    assert answered > 3
    assert took < 0.6 + 2
    assert after.json()["boolean"] is True
    problem = ended[0].json()
    assert (ended[0].status_code, problem["limit"]) == (503, 0.6)
    assert problem["type"].endswith("#query-timeout")
    assert int(ended[0].headers["retry-after"]) > 0


def test_where_every_worker_is_busy_who_comes_too_late_gets_503(template: Template):
    pool = template.pool(Width(light=1, heavy=1))
    pool.limits = replace(Limits(), seconds=0.4)
    app = create_app(Settings(query_seconds=0.4), pool)
    ended: list[httpx.Response] = []
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        ask = [
            threading.Thread(target=lambda: ended.append(client.get("/sparql", params={"query": HEAVY})))
            for _ in range(4)
        ]
        for thread in ask:
            thread.start()
        for thread in ask:
            thread.join()
    pool.close()
    assert {response.status_code for response in ended} == {503}
    assert {response.json()["type"].rpartition("#")[2] for response in ended} == {"query-timeout", "busy"}
    assert all("retry-after" in response.headers for response in ended)


def test_a_literal_with_its_language_and_type_comes_back_as_it_is(client: httpx.Client):
    query = (
        'SELECT ?a ?b WHERE { BIND("å"@nb AS ?a) BIND("2015-01-01"^^<http://www.w3.org/2001/XMLSchema#date> AS ?b) }'
    )
    row = client.get("/sparql", params={"query": query}).json()["results"]["bindings"][0]
    assert Literal(row["a"]["value"], lang=row["a"]["xml:lang"]) == Literal("å", lang="nb")
    assert row["b"]["datatype"].endswith("#date")
