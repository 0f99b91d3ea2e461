"""Whoever asks for something that is not there is told what is near it, and can go on from there."""

from __future__ import annotations

import httpx
import pytest

from byregion.namespaces import ID
from web_world import BROWSER, page_of

REGION = ID + "region/midt-troms"


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("/katalog", "/catalogue"),
        ("/catalog", "/catalogue"),
        ("/quallity", "/quality"),
        ("/dataset/midt-troms", "/datasets/"),
        ("/robot.txt", "/robots.txt"),
        ("/region/midt-troms", REGION),
        ("/byregion/id/regions/Midt-Troms", REGION),
        ("/doc/regio/midt-troms", REGION),
        ("/doc/region/midt-trom", REGION),
        ("/doc/regions/", "region"),
        ("/regions", "/doc/region/"),
        ("/queries/participant", "participants"),
        ("/queries/participant/about", "participants"),
        ("/def/0.1", "0.1.0"),
        ("/shapes/0.1", "0.1.0"),
    ],
)
def test_the_nearest_is_suggested_and_a_page_leads_there(client: httpx.Client, address: str, near: str):
    response = client.get(address)
    assert response.status_code == 404
    assert near in response.json()["suggestions"]
    page = page_of(client.get(address, headers=BROWSER), 404)
    (link,) = [item.get("href") for item in page.iter("a") if "".join(item.itertext()).partition("?")[0] == near]
    assert link is not None and client.get(link, headers=BROWSER, follow_redirects=True).status_code == 200


@pytest.mark.parametrize("address", ["/xyzzy", "/doc/xyzzy/x", "/wp-login.php", "/region/", "/%2e%2e/etc/passwd"])
def test_where_nothing_is_near_nothing_wrong_is_suggested(client: httpx.Client, address: str):
    response = client.get(address)
    assert response.status_code == 404
    for suggestion in response.json().get("suggestions", ()):
        assert client.get(suggestion, headers=BROWSER).status_code == 200
