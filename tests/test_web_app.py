"""What every answer carries, and the app below a path prefix."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from byregion.config import Settings
from byregion.engine.pool import Pool
from byregion.web import create_app
from web_world import BROWSER, page_of

ADDRESSES = (
    "/",
    "/sparql",
    "/doc/region/midt-troms.ttl",
    "/id/region/midt-troms",
    "/health",
    "/static/byregion.css",
    "/nothing",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_lets_nothing_run_and_nothing_be_guessed(client: httpx.Client, address: str):
    headers = client.get(address).headers
    policy = dict(item.split(" ", 1) for item in headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self' data:",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cache-control"]
    assert "set-cookie" not in headers


def test_what_pages_are_made_of_may_be_kept_because_its_address_changes_with_it(client: httpx.Client):
    page = page_of(client.get("/", headers=BROWSER))
    address = next(link.get("href") for link in page.iter("link") if link.get("rel") == "stylesheet")
    assert address is not None and re.search(r"\?v=|-[0-9a-f]{12}\.css$", address)
    assert {"max-age=31536000", "immutable"} <= set(client.get(address).headers["cache-control"].split(", "))


@pytest.mark.parametrize(
    "address", ["/", "/sparql", "/doc/region/midt-troms", "/queries/participants", "/def", "/health"]
)
def test_options_tells_the_methods(client: httpx.Client, address: str):
    response = client.options(address)
    assert {"GET", "HEAD", "OPTIONS"} <= set(response.headers["allow"].split(", "))
    assert response.headers["access-control-allow-methods"] == response.headers["allow"]


@pytest.fixture(scope="module")
def prefixed(engine: Pool) -> Iterator[httpx.Client]:
    """The app as clients see it at https://example.test/regions/."""
    app = create_app(Settings(public_url="https://example.test/regions/"), engine)
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        yield client


@pytest.mark.parametrize(
    "passed_on", ["", "/regions"], ids=["the proxy takes the prefix away", "the proxy passes it on"]
)
def test_below_a_prefix_every_address_has_it(prefixed: httpx.Client, passed_on: str):
    redirect = prefixed.get(f"{passed_on}/id/region/midt-troms")
    assert redirect.headers["location"] == "/regions/doc/region/midt-troms"
    response = prefixed.get(f"{passed_on}/doc/region/midt-troms", headers=BROWSER)
    assert response.headers["content-location"] == "/regions/doc/region/midt-troms.html?lang=nb"
    assert '<https://example.test/regions/doc/region/midt-troms>; rel="canonical"' in response.headers.get_list("link")
    page = page_of(response)
    links = [item.get("href") or item.get("src") or "" for name in ("a", "link", "img") for item in page.iter(name)]
    local = [link for link in links if link.startswith("/")]
    assert len(local) > 30
    assert [link for link in local if not link.startswith("/regions/")] == []
    for link in local[:5]:
        assert prefixed.get(link.removeprefix("/regions") if not passed_on else link).status_code == 200
    assert "https://example.test/regions/sparql" in prefixed.get(f"{passed_on}/sparql").text


def test_a_path_that_only_begins_like_the_prefix_is_not_below_it(prefixed: httpx.Client):
    assert prefixed.get("/regionsdoc/region/midt-troms").status_code == 404
    assert prefixed.get("/regions", headers=BROWSER).status_code == 200
