"""One envelope for every failure: application/problem+json (RFC 9457), and a page for browsers."""

from __future__ import annotations

import logging

import httpx
import pytest
from flask import Flask

from byregion import errors
from byregion.config import Settings
from byregion.engine.pool import Pool
from byregion.web import create_app, problem
from web_world import BROWSER, Failing, page_of, text_of

FAILURES = (
    ("GET", "/nothing", 404, "not-found"),
    ("GET", "/doc/region/none", 404, "not-found"),
    ("GET", "/queries/none", 404, "not-found"),
    ("POST", "/doc/region/midt-troms", 405, "method-not-allowed"),
    ("DELETE", "/", 405, "method-not-allowed"),
    ("GET", "/?lang=xx", 400, "bad-request"),
    ("GET", "/sparql?query=ASK", 400, "query-syntax"),
    ("GET", "/sparql?query=CLEAR+ALL", 403, "query-refused"),
    ("GET", "/queries/participants?region=none", 400, "parameter"),
    ("GET", "/doc/region/midt-troms?format=pdf", 400, "bad-request"),
    ("POST", "/sparql", 415, "unsupported-media-type"),
)


@pytest.mark.parametrize(("method", "address", "status", "name"), FAILURES)
def test_a_failure_is_told_in_one_envelope(client: httpx.Client, method: str, address: str, status: int, name: str):
    response = client.request(method, address, headers={"accept": "application/json"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert {"type", "title", "status", "detail"} <= set(told)
    assert told["type"] == f"https://w3id.org/byregion/problems#{name}"
    assert told["status"] == status
    assert told["title"] and told["detail"]
    assert response.headers["cache-control"] == "no-store"
    assert "accept" in response.headers["vary"].lower()


@pytest.mark.parametrize(("method", "address", "status", "name"), FAILURES)
@pytest.mark.parametrize(
    ("lang", "home"), [("nb", "Til forsiden"), ("nn", "Til framsida"), ("en", "To the front page")]
)
def test_a_browser_gets_a_page_in_its_language(
    client: httpx.Client, method: str, address: str, status: int, name: str, lang: str, home: str
):
    response = client.request(method, address, headers=BROWSER | {"accept-language": lang})
    page = page_of(response, status)
    assert page.get("lang") == lang
    assert response.headers["content-language"] == lang
    assert home in text_of(page) or page.find(".//form") is not None
    links = [link.get("href") or "" for link in page.iter("a")]
    assert [link for link in links if link.endswith(f"#{name}")] or page.find(".//form") is not None


def test_every_kind_of_problem_is_explained_where_its_type_points(client: httpx.Client):
    page = page_of(client.get("/problems", headers=BROWSER))
    explained = {item.get("id") for item in page.iter("section") if item.get("class") == "term"}
    kinds = {kind.name for kind in problem.KINDS.values()} | {problem.INTERNAL.name}
    assert explained == kinds
    assert len(kinds) > 10


def test_every_error_that_a_query_can_end_in_is_in_the_table():
    there = {cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, errors.QueryError)}
    assert len(there) > 6
    # Headers are read when the server starts, not when it is asked.
    assert there - {errors.QueryError, errors.QueryHeaderError} <= set(problem.KINDS)


def failing(error: Exception) -> httpx.Client:
    app = create_app(Settings(), Failing(error))
    return httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080")


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (errors.QueryTimeout(10), 503, True),
        (errors.QueryTooLarge("the answer has more than 9 rows"), 503, True),
        (errors.EngineBusy("busy"), 503, True),
        (errors.EngineError("died"), 503, True),
        (errors.QuerySyntaxError("wrong", 2, 3), 400, False),
    ],
)
def test_an_error_of_the_engine_has_its_status_and_says_when_to_try_again(error: Exception, status: int, retry: bool):
    with failing(error) as client:
        response = client.get("/sparql", params={"query": "ASK {}"})
    assert response.status_code == status
    assert response.json()["detail"] == str(error)
    assert ("retry-after" in response.headers) is retry


def test_an_error_that_is_not_ours_is_logged_and_not_told(caplog: pytest.LogCaptureFixture):
    with failing(RuntimeError("the secret is 42")) as client, caplog.at_level(logging.ERROR):
        data = client.get("/doc/region/midt-troms.ttl")
        page = client.get("/doc/region/midt-troms", headers=BROWSER)
    assert (data.status_code, page.status_code) == (500, 500)
    assert data.json()["type"].endswith("#internal")
    assert "secret" not in data.text + page.text
    assert "RuntimeError: the secret is 42" in caplog.text


def test_a_page_that_cannot_be_made_is_told_as_data(engine: Pool, caplog: pytest.LogCaptureFixture):
    app = create_app(Settings(), engine)
    app.jinja_env.globals["url_for"] = None
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        response = client.get("/", headers=BROWSER)
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"] == "the server failed; the cause is in its log"
    assert "Traceback" in caplog.text


def test_flasks_own_limit_on_bodies_is_told_with_the_limit(app: Flask, client: httpx.Client):
    content = b"x" * (app.config["MAX_CONTENT_LENGTH"] + 1)
    response = client.post("/sparql", content=content, headers={"content-type": "application/sparql-query"})
    assert response.status_code == 413
    assert response.json()["limit"] == app.config["MAX_CONTENT_LENGTH"]
