"""Documents and graphs as they were at a time, by RFC 7089: over an archive of files, and over a store on disk."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from werkzeug.http import http_date, parse_date

import excerpt
from archive_worlds import DAY, record, text
from byregion.archive import Archive
from byregion.dataset import data_files, ontology_files
from byregion.engine import snapshot
from byregion.engine.journal import Changes
from byregion.engine.store import published
from byregion.infer import UPDATES
from byregion.iri import INFERRED
from history_world import Store, update
from serving import served
from web_world import BROWSER

GOAL = "/doc/goal/midt-troms-vekstkraft"
GRAPH = "/graphs?graph=urn:g"
SECOND = timedelta(seconds=1)
NUMBERS = "/graphs?graph=http://x.test/graphs/numbers"


class Archived(NamedTuple):
    """A server whose data was published three times: as it was on a day, as numbers on the next, and changed now."""

    client: httpx.Client
    names: list[str]


@contextmanager
def client_of(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as client:
        del client.headers["accept"]
        yield client


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archived]:
    root = tmp_path_factory.mktemp("memento")
    data = Path(shutil.copytree(excerpt.data(), root / "data"))
    archive = Archive(root / "archive")
    first = published([*ontology_files(), *data_files(data)], UPDATES, INFERRED)
    record(archive, first, DAY)
    record(archive, text(2), DAY + timedelta(days=1))
    stated = data / "midt-troms" / "stated.ttl"
    stated.write_text(stated.read_text(encoding="utf-8").replace("Økt vekstkraft", "Auka vekstkraft"), encoding="utf-8")
    with served("--archive", str(archive.folder), BYREGION_DATA=str(data)) as (_, url), client_of(url) as client:
        now = client.get(f"{GOAL}.ttl").headers["byregion-revision"]
        yield Archived(client, [snapshot.revision(first), snapshot.revision(text(2)), now])


class Recorded(NamedTuple):
    """A server with a store on disk that was written to three times, and when each revision was made."""

    client: httpx.Client
    store: Store
    names: list[str]
    times: list[datetime]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    store = Store(tmp_path_factory.mktemp("recorded"))
    with store.serve("--empty", "--shapes", "none") as client:
        for number in (1, 2, 3):
            update(client, f"INSERT DATA {{ GRAPH <urn:g> {{ <urn:s> <urn:p> {number} }} }}")
        known = Changes(store.folder).revisions()
        yield Recorded(client, store, [name for _, name in known], [when for when, _ in known if when])


def at(when: datetime) -> dict[str, str]:
    return {"accept-datetime": http_date(when)}


def links(response: httpx.Response) -> dict[str, tuple[str, str]]:
    """The address and the time of each link, by relation."""
    told = response.headers.get_list("link", split_commas=False)
    return linked(told[0] if len(told) == 1 else ", ".join(told))


def linked(text: str) -> dict[str, tuple[str, str]]:
    found = {}
    for target, parameters in re.findall(r"<([^>]*)>((?:; *[a-z]+=\"[^\"]*\")*)", text):
        given = dict(re.findall(r'([a-z]+)="([^"]*)"', parameters))
        for relation in given["rel"].split():
            found[relation] = (target, given.get("datetime", ""))
    return found


def revision(address: str) -> str:
    (name,) = parse_qs(urlsplit(address).query)["revision"]
    return name


# --- The gate ---------------------------------------------------------------------------------------------------------


def test_a_document_and_a_graph_lead_to_what_they_were(archived: Archived):
    client, (first, second, now) = archived
    for when, expected in (
        (DAY - timedelta(days=9), first),
        (DAY, first),
        (DAY + timedelta(hours=23), first),
        (DAY + timedelta(days=1), second),
        (datetime.now(UTC) + timedelta(days=1), now),
    ):
        for address in (GOAL, f"{GOAL}.ttl", NUMBERS):
            response = client.get(address, headers=at(when))
            assert response.status_code == 302, response.text
            assert revision(response.headers["location"]) == expected[:16]
            assert "accept-datetime" in response.headers["vary"].lower()
            assert "memento-datetime" not in response.headers
            told = links(response)
            here = str(client.base_url.join(address))
            assert told["original"][0] == told["timegate"][0] == here
            assert {"timemap", "first", "last", "memento"} <= set(told)


def test_what_is_led_to_is_what_was_said_then(archived: Archived):
    client, (first, _, _) = archived
    response = client.get(f"{GOAL}.ttl", headers=at(DAY + SECOND), follow_redirects=True)
    assert (response.status_code, "Økt vekstkraft" in response.text) == (200, True)
    assert response.headers["memento-datetime"] == http_date(DAY)
    assert response.headers["byregion-revision"] == first
    assert "Auka vekstkraft" in client.get(f"{GOAL}.ttl").text
    numbers = client.get(NUMBERS, headers=at(DAY + timedelta(days=2)), follow_redirects=True)
    assert (numbers.status_code, numbers.headers["memento-datetime"]) == (200, http_date(DAY + timedelta(days=1)))
    # The format and the language stay those of the address.
    page = client.get(f"{GOAL}?lang=nn", headers=BROWSER | at(DAY), follow_redirects=True)
    assert (page.headers["content-language"], page.headers["memento-datetime"]) == ("nn", http_date(DAY))


def test_a_memento_leads_to_those_beside_it_and_back(archived: Archived):
    client, names = archived
    first, second, now = names
    second_of = {name: links(client.get(f"{GOAL}.ttl?revision={name[:16]}")) for name in (first, now)}
    told = second_of[first]
    assert "prev" not in told and revision(told["first"][0]) == first[:16]
    assert (revision(told["next"][0]), told["next"][1]) == (second[:16], http_date(DAY + timedelta(days=1)))
    assert revision(told["last"][0]) == now[:16]
    assert {told[rel][0] for rel in ("original", "timegate")} == {str(client.base_url.join(f"{GOAL}.ttl"))}
    told = second_of[now]
    assert "next" not in told and revision(told["prev"][0]) == second[:16]
    assert "accept-datetime" not in client.get(f"{GOAL}.ttl?revision={first}").headers.get("vary", "").lower()


def test_what_is_there_now_says_where_the_gate_and_the_map_are(archived: Archived):
    for address in (GOAL, f"{GOAL}.ttl", "/graphs/midt-troms/stated"):
        response = archived.client.get(address, headers=BROWSER)
        assert response.status_code == (303 if address.startswith("/graphs") else 200)
        assert {"original", "timegate", "timemap", "memento"} <= set(links(response))
        assert "accept-datetime" in response.headers["vary"].lower()
    # Other addresses have no other times.
    for address in ("/sparql", "/def", "/queries"):
        response = archived.client.get(address, headers=at(DAY))
        assert response.status_code == 200
        assert "timegate" not in links(response) and "accept-datetime" not in response.headers.get("vary", "").lower()


@pytest.mark.parametrize("wrong", ["yesterday", "", "2026-13-01", "Thu, 99 Jan 2026 12:00:00 GMT"])
def test_a_time_that_cannot_be_read_is_a_bad_request(archived: Archived, wrong: str):
    response = archived.client.get(f"{GOAL}.ttl", headers={"accept-datetime": wrong})
    assert (response.status_code, "Accept-Datetime" in response.json()["detail"]) == (400, True)


def test_the_answer_of_now_is_not_given_to_who_asks_for_then(archived: Archived):
    for _ in range(2):
        assert archived.client.get(f"{GOAL}.nt").status_code == 200
        assert archived.client.get(f"{GOAL}.nt", headers=at(DAY)).status_code == 302


def test_without_earlier_revisions_there_is_nothing_of_it(client: httpx.Client):
    for address, status in ((f"{GOAL}.ttl", 200), ("/graphs/midt-troms/stated", 303)):
        response = client.get(address, headers=BROWSER | at(DAY))
        assert response.status_code == status
        assert "accept-datetime" not in response.headers.get("vary", "").lower()
        assert {"timegate", "timemap", "memento"} & set(links(response)) == set()
    assert client.get(f"/timemap{GOAL}").status_code == 404


# --- The map ----------------------------------------------------------------------------------------------------------


def test_the_map_lists_every_revision_with_its_time(archived: Archived):
    client, names = archived
    address, _ = links(client.get(f"{GOAL}.ttl"))["timemap"]
    response = client.get(address)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/link-format")
    told = re.findall(r'<([^>]*)>; rel="([a-z ]*memento)"; datetime="([^"]*)"', response.text)
    assert [revision(target) for target, _, _ in told] == [name[:16] for name in names]
    assert [rel for _, rel, _ in told] == ["first memento", "memento", "last memento"]
    assert [when for _, _, when in told][:2] == [http_date(DAY), http_date(DAY + timedelta(days=1))]
    assert linked(response.text)["original"][0] == str(client.base_url.join(f"{GOAL}.ttl"))
    assert f'<{address}?page=1>; rel="self"; type="application/link-format"; from="{http_date(DAY)}"' in response.text
    for target, _, when in told:
        memento = client.get(target)
        # On the second day there were only numbers.
        assert memento.status_code == (404 if revision(target) == names[1][:16] else 200)
        assert memento.status_code == 404 or memento.headers["memento-datetime"] == when


@pytest.mark.parametrize(
    "address", ["/timemap/none", "/timemap/sparql", "/timemap/graphs", f"/timemap{GOAL}?page=9", "/timemap/def"]
)
def test_there_is_no_map_of_anything_else(archived: Archived, address: str):
    assert archived.client.get(address).status_code == 404


# --- A store on disk --------------------------------------------------------------------------------------------------


def test_a_store_on_disk_leads_to_each_of_its_revisions(recorded: Recorded):
    client, _, names, times = recorded
    assert len(times) == len(names) == 4
    # The times that are told have whole seconds, so that of those in one second the last one is found.
    whole = [when.replace(microsecond=0) for when in times]
    for when in whole:
        expected = names[max(index for index, other in enumerate(whole) if other == when)]
        response = client.get(GRAPH, headers=at(when))
        assert (response.status_code, revision(response.headers["location"])) == (302, expected[:16])
    early = client.get(GRAPH, headers=at(whole[0] - 60 * SECOND))
    assert revision(early.headers["location"]) == names[0][:16]
    late = client.get(GRAPH, headers=at(whole[-1] + 60 * SECOND), follow_redirects=True)
    assert parse_date(late.headers["memento-datetime"]) == whole[-1]
    assert late.content == client.get(GRAPH).content


def test_its_mementos_are_what_was_held_and_lead_on(recorded: Recorded):
    client, _, names, _ = recorded
    address, counts = f"{client.base_url.join(GRAPH)}&format=nt&revision={names[1][:16]}", []
    while address:
        memento = client.get(address)
        counts.append(memento.text.count("\n"))
        address = links(memento).get("next", ("", ""))[0]
    assert counts == [1, 2, 3]
    assert client.get(f"{GRAPH}&revision={names[0][:16]}").status_code == 404
    told = links(client.get(f"{GRAPH}&revision={names[2][:16]}"))
    assert [revision(told[rel][0]) for rel in ("first", "prev", "next", "last")] == [
        name[:16] for name in (names[0], names[1], names[3], names[3])
    ]


def test_its_map_has_the_revisions_of_the_journal(recorded: Recorded):
    client, _, names, times = recorded
    response = client.get(links(client.get(GRAPH))["timemap"][0])
    told = re.findall(r'<([^>]*)>; rel="[^"]*memento"; datetime="([^"]*)"', response.text)
    assert [(revision(target), when) for target, when in told] == [
        (name[:16], http_date(when)) for name, when in zip(names, times, strict=True)
    ]
