"""`?revision=` answers as then, and every answer says which revision it is of."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

import excerpt
from archive_worlds import DAY, record, text
from byregion.archive import KEPT, Archive, Revisions
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files
from byregion.engine import Limits
from byregion.engine.launch import Template, serve_template
from byregion.engine.pool import Pool
from byregion.infer import UPDATES
from byregion.web import create_app
from web_world import BROWSER, page_of, text_of

GOAL = "/doc/goal/midt-troms-vekstkraft"
# No ORDER BY: the order is the revision's own.
EVERYTHING = "/sparql?query=SELECT * { ?s ?p ?o }&format=csv"
ANSWERS = (
    GOAL + ".ttl",
    GOAL + ".jsonld",
    GOAL + ".nt",
    EVERYTHING,
    "/sparql?query=SELECT (COUNT(*) AS ?n) { ?s ?p ?o }&format=json",
    "/sparql?query=DESCRIBE <https://w3id.org/byregion/id/region/midt-troms>&format=ttl",
    "/queries/goals-in-order.csv",
    "/queries/goals-in-order.json?language=nn",
)


@dataclass(frozen=True)
class World:
    """The first revision was published on a day, with these answers, the second on the next; `client` asks them."""

    archive: Archive
    first: str
    second: str
    answers: dict[str, bytes]
    client: httpx.Client


def files(data: Path) -> list:
    return [*ontology_files(), *data_files(data)]


def client_of(template: Template, settings: Settings, archive: Archive | None) -> tuple[httpx.Client, Revisions, Pool]:
    pool = template.pool()
    revisions = Revisions(pool, archive)
    app = create_app(settings, pool, revisions)
    made = httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080")
    del made.headers["accept"]
    return made, revisions, pool


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("published")
    archive = Archive(root / "archive")
    data = Path(shutil.copytree(excerpt.data(), root / "data"))
    with archive.incoming() as path, serve_template(files(data), UPDATES, Limits(), keep=path) as template:
        archive.record(template.revision, path, DAY)
        client, revisions, pool = client_of(template, Settings(data=data), None)
        answers = {address: client.get(address).raise_for_status().content for address in ANSWERS}
        client.close()
        pool.close()
    stated = data / "midt-troms" / "stated.ttl"
    before = stated.read_text(encoding="utf-8")
    after = before.replace("Økt vekstkraft", "Auka vekstkraft")
    assert after != before
    stated.write_text(after, encoding="utf-8")
    first = template.revision
    with archive.incoming() as path, serve_template(files(data), UPDATES, Limits(), keep=path) as template:
        archive.record(template.revision, path, DAY + timedelta(days=1))
        client, revisions, pool = client_of(template, Settings(data=data), archive)
        yield World(archive, first, template.revision, answers, client)
        client.close()
        revisions.close()
        pool.close()


def at(address: str, revision: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}revision={revision}"


def links(response: httpx.Response) -> dict[str, str]:
    """The Link headers, by relation; of several with the same one, the last."""
    found = {}
    for link in response.headers.get_list("link", split_commas=False):
        for target, parameters in re.findall(r"<([^>]*)>((?:; *[a-z]+=\"[^\"]*\")*)", link):
            for relation in re.findall(r'rel="([^"]*)"', parameters)[0].split():
                found[relation] = target
    return found


# --- The same answer later --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ANSWERS)
def test_an_earlier_revision_answers_byte_for_byte_as_it_did(world: World, address: str):
    response = world.client.get(at(address, world.first[:16]))
    assert response.status_code == 200
    assert response.content == world.answers[address]
    assert response.headers["byregion-revision"] == world.first
    assert response.headers["memento-datetime"] == "Thu, 01 Jan 2026 12:00:00 GMT"


def test_the_current_revision_answers_otherwise(world: World):
    for address in (GOAL + ".ttl", EVERYTHING):
        assert world.client.get(address).content != world.answers[address]


@pytest.mark.parametrize("name", ["first", "second"])
@pytest.mark.parametrize("address", [GOAL + ".ttl", EVERYTHING, "/sparql?format=ttl", "/id/goal/midt-troms-vekstkraft"])
def test_what_names_a_revision_may_be_kept_for_good(world: World, address: str, name: str):
    response = world.client.get(at(address, getattr(world, name)))
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert world.client.get(address).headers["cache-control"] == "public, no-cache"


def test_the_entity_tag_is_that_of_the_revision(world: World):
    first, second = (world.client.get(at(GOAL + ".ttl", name)) for name in (world.first, world.second))
    assert first.headers["etag"] != second.headers["etag"]
    assert second.headers["etag"] == world.client.get(GOAL + ".ttl").headers["etag"]
    again = world.client.get(at(GOAL + ".ttl", world.first), headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["cache-control"].endswith("immutable")


def test_the_permalink_of_the_current_answer_has_the_same_answer(world: World):
    for address in ANSWERS:
        now = world.client.get(address)
        assert now.headers["byregion-revision"] == world.second
        permalink = links(now)["memento"]
        assert parse_qs(urlsplit(permalink).query)["revision"] == [world.second[:16]]
        then = world.client.get(permalink)
        assert then.content == now.content
        assert then.headers["cache-control"].endswith("immutable")
        assert links(then)["original"] == links(then)["latest-version"]
        assert world.client.get(links(then)["original"]).content == now.content


def test_an_identifier_leads_to_the_document_of_then(world: World):
    response = world.client.get(at("/id/goal/midt-troms-vekstkraft", world.first[:8]))
    assert response.status_code == 303
    assert response.headers["location"] == at(GOAL, world.first[:8])


def test_a_query_that_is_posted_is_asked_of_the_revision_in_the_address(world: World):
    form = {"query": "SELECT * { ?s ?p ?o }", "format": "csv"}
    response = world.client.post(f"/sparql?revision={world.first[:16]}", data=form)
    assert response.content == world.answers[EVERYTHING]
    assert "memento" not in links(world.client.post("/sparql", data=form))
    wrong = world.client.post("/sparql", data=form | {"revision": world.first[:16]})
    assert wrong.status_code == 400
    assert "in the address" in wrong.json()["detail"]


def test_several_may_ask_for_it_at_once(world: World):
    with ThreadPoolExecutor(6) as threads:
        names = [world.first[:16], world.second[:16]] * 6
        found = list(threads.map(lambda name: world.client.get(at(EVERYTHING, name)).content, names))
    assert {content == world.answers[EVERYTHING] for content in found[::2]} == {True}
    assert len(set(found[1::2])) == 1


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_a_page_of_then_shows_what_was_said_and_leads_to_pages_of_then(world: World):
    page = page_of(world.client.get(at(GOAL, world.first[:16]), headers=BROWSER | {"accept-language": "nb"}))
    assert text_of(page.find(".//h1")) == "Økt vekstkraft"
    assert f"slik de var i revisjon {world.first[:16]}" in text_of(page.find(".//main"))
    assert text_of(page.find(".//footer")).count("publisert 1. januar 2026") == 1
    inside = [
        link.get("href") or "" for link in page.findall(".//main//a") if (link.get("href") or "").startswith("/doc/")
    ]
    assert len(inside) > 3
    assert {parse_qs(urlsplit(link).query)["revision"][0] for link in inside} == {world.first[:16]}
    (now,) = (link for link in page.iter("a") if text_of(link) == "Vis det som gjelder nå")
    current = page_of(world.client.get(now.get("href") or "", headers=BROWSER))
    assert text_of(current.find(".//h1")) == "Auka vekstkraft"


def test_a_page_shows_its_permalink(world: World):
    page = page_of(world.client.get(GOAL, headers=BROWSER | {"accept-language": "en"}))
    (link,) = (link for link in page.iter("a") if text_of(link) == "Permalink to this page")
    assert link.get("href") == f"http://127.0.0.1:8080{GOAL}?revision={world.second[:16]}"
    assert f"Revision {world.second[:16]}, published 2 January 2026." in text_of(page.find(".//footer"))
    # The words of a page are no part of the revision: it is asked again whether they are still the same.
    then = world.client.get(link.get("href") or "", headers=BROWSER)
    assert then.headers["cache-control"] == "public, no-cache"
    again = world.client.get(link.get("href") or "", headers=BROWSER | {"if-none-match": then.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "public, no-cache")


@pytest.mark.parametrize("address", ["/", "/doc/goal/", "/queries/goals-in-order", "/sparql"])
def test_every_page_about_the_data_can_be_seen_as_then(world: World, address: str):
    response = world.client.get(at(address, world.first[:16]), headers=BROWSER)
    page_of(response)
    assert response.headers["byregion-revision"] == world.first


@pytest.mark.parametrize("address", ["/queries/goals-in-order", "/sparql"])
def test_a_form_asks_the_revision_that_it_stands_on(world: World, address: str):
    page = page_of(world.client.get(at(address, world.first[:16]), headers=BROWSER))
    hidden = {item.get("name"): item.get("value") for item in page.iter("input") if item.get("type") == "hidden"}
    assert hidden == {"revision": world.first[:16]}


def test_the_page_in_another_language_is_of_the_same_revision(world: World):
    page = page_of(world.client.get(at(GOAL, world.first[:16]), headers=BROWSER))
    tongues = [link.get("href") or "" for link in page.iter("a") if link.get("hreflang")]
    assert len(tongues) == 3
    assert all(f"revision={world.first[:16]}" in link for link in tongues)


# --- The wording of a question ----------------------------------------------------------------------------------------


def test_the_permalink_of_a_question_holds_its_wording_and_values(world: World):
    permalink = links(world.client.get("/queries/goals-in-order.csv"))["memento"]
    pinned = parse_qs(urlsplit(permalink).query)
    assert set(pinned) == {"revision", "wording", "region", "language"}
    assert pinned["region"] == ["region:midt-troms"]


def test_a_question_that_is_worded_otherwise_today_is_not_found(world: World):
    permalink = links(world.client.get("/queries/goals-in-order.csv"))["memento"]
    reworded = re.sub("wording=[0-9a-f]+", "wording=00000000", permalink)
    response = world.client.get(reworded)
    assert response.status_code == 404
    assert "worded otherwise" in response.json()["detail"]


def test_without_its_wording_the_answer_to_a_question_may_not_be_kept(world: World):
    response = world.client.get(at("/queries/goals-in-order.csv", world.first))
    assert response.headers["cache-control"] == "public, no-cache"


# --- What is not there ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["", "abc", "1234567", "g" * 16, "0" * 65, "latest"])
def test_what_names_no_revision_is_a_bad_request(world: World, value: str):
    response = world.client.get(f"{GOAL}.ttl?revision={value}")
    assert response.status_code == 400
    assert "first 8 to 64 characters" in response.json()["detail"]


def test_two_revisions_are_a_bad_request(world: World):
    assert world.client.get(f"{GOAL}.ttl?revision={world.first}&revision={world.second}").status_code == 400


@pytest.mark.parametrize("address", ["/def", "/health", "/problems", "/queries"])
def test_what_has_no_earlier_state_says_so(world: World, address: str):
    response = world.client.get(at(address, world.first))
    assert response.status_code == 400
    assert "leave revision out" in response.json()["detail"]
    assert "byregion-revision" not in world.client.get(address).headers


def test_an_unknown_revision_is_not_found(world: World):
    response = world.client.get(at(GOAL, "0" * 16))
    assert response.status_code == 404
    assert response.json()["type"].endswith("#not-found")


def test_a_thing_that_was_not_there_then_is_not_found(world: World):
    assert world.client.get(at("/doc/goal/none.ttl", world.first)).status_code == 404


def test_without_an_archive_only_the_current_revision_is_there(client: httpx.Client):
    now = client.get(GOAL + ".ttl")
    revision = now.headers["byregion-revision"]
    assert "memento" not in links(now)
    same = client.get(at(GOAL + ".ttl", revision[:16]))
    assert same.content == now.content
    assert "memento-datetime" not in same.headers
    response = client.get(at(GOAL + ".ttl", "0" * 16))
    assert response.status_code == 404
    assert "keeps no archive" in response.json()["detail"]
    page = page_of(client.get(GOAL, headers=BROWSER | {"accept-language": "nn"}))
    footer = text_of(page.find(".//footer"))
    assert f"Revisjon {revision[:16]}." in footer
    assert "Fast lenkje" not in footer


def test_a_damaged_archive_leaves_the_current_revision(world: World, engine: Pool, tmp_path: Path):
    (tmp_path / "revisions.jsonl").write_bytes(b"no JSON\n")
    app = create_app(Settings(), engine, Revisions(engine, Archive(tmp_path)))
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        assert client.get(GOAL, headers=BROWSER).status_code == 200
        response = client.get(at(GOAL + ".ttl", world.first))
        assert response.status_code == 503
        assert response.json()["type"].endswith("#archive")
        assert str(tmp_path) not in response.text


# --- What is no longer kept -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def later(
    world: World, engine: Pool, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, list[str]]]:
    """A server with an archive of which the first revision is no longer kept; and the names of those since."""
    archive = Archive(tmp_path_factory.mktemp("later"))
    for item in (world.first, world.second):
        path = world.archive.snapshot(item)
        assert path is not None
        with archive.incoming() as copy:
            copy.write_bytes(path.read_bytes())
            archive.record(item, copy, DAY)
    names = [record(archive, text(number), DAY + timedelta(days=number)).revision for number in range(1, KEPT)]
    revisions = Revisions(engine, archive)
    app = create_app(Settings(), engine, revisions)
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        yield client, [world.second, *names]
    revisions.close()


def test_a_revision_that_is_no_longer_kept_is_gone_and_the_changes_since_are_told(
    world: World, later: tuple[httpx.Client, list[str]]
):
    client, names = later
    response = client.get(at(GOAL + ".ttl", world.first[:8]))
    assert response.status_code == 410
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert told["type"] == "https://w3id.org/byregion/problems#revision-gone"
    assert told["revision"] == world.first
    assert [item["revision"] for item in told["revisions"]] == names
    change = told["revisions"][0]
    assert (change["added"], change["removed"]) == (1, 1)
    assert change["changed"] == ["https://w3id.org/byregion/id/goal/midt-troms-vekstkraft"]
    assert change["published"] == "2026-01-01T12:00:00+00:00"
    assert change["link"] == f"http://127.0.0.1:8080{GOAL}.ttl?revision={world.second[:16]}"
    assert "Auka vekstkraft" in client.get(change["link"]).text


def test_a_browser_is_shown_what_was_published_since(world: World, later: tuple[httpx.Client, list[str]]):
    client, names = later
    page = page_of(client.get(at(GOAL, world.first), headers=BROWSER | {"accept-language": "en"}), 410)
    entries = page.findall(".//main/ul/li")
    assert len(entries) == len(names)
    assert text_of(entries[-1]).startswith(f"1 January 2026: {world.second[:16]}, 1 triples added, 1 removed")
    assert [link.get("href") for link in entries[-1].iter("a")][1] == "/doc/goal/midt-troms-vekstkraft"
    assert "Permalink" not in text_of(page)
