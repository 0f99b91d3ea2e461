"""`byregion diff` and `byregion revert`: what changed is told, and taken back as a write that is judged itself."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import excerpt
from byregion import tokens
from byregion.engine.journal import Changes, Content
from byregion.namespaces import BASE
from history_world import NOTE, READINGS, REGION, TRANSLATIONS, Store, update
from journal_world import Opened
from serving import BYREGION, WITHIN

REPLACED = f'<{REGION}> {NOTE} "prøvd"@nb'
ANOTHER = f"{BASE}graphs/new-region/stated"
SOURCE, WHO = f"<{BASE}id/source/new>", f"<{BASE}id/organisation/new>"


@pytest.fixture
def blank(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    with Opened(store.folder) as opened:
        opened.update("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> 1 , 2 } }")
        opened.update("WITH <urn:g> DELETE { ?s ?p 2 } INSERT { ?s ?p 3 } WHERE { ?s ?p 2 }")
        opened.update("INSERT DATA { <urn:b> <urn:p> _:c . _:c <urn:p> 'x' }")
    return store


def held(store: Store, number: int | None = None) -> set[bytes]:
    return set(Content(store.folder, number).lines())


# --- diff -------------------------------------------------------------------------------------------------------------


def test_a_diff_tells_what_came_and_went_graph_by_graph(blank: Store):
    done = blank.run("diff", "1", "2", "--store", blank.folder)
    integer = "<http://www.w3.org/2001/XMLSchema#integer>"
    assert done.stdout.splitlines() == [
        "urn:g",
        f'  - urn:a urn:p "2"^^{integer}',
        f'  + urn:a urn:p "3"^^{integer}',
    ], done.stderr
    assert "from after change 1 until after change 2: 1 statements added, 1 removed" in done.stderr


def test_a_patch_leads_from_the_one_revision_to_the_other_in_either_direction(blank: Store):
    names = Changes(blank.folder)
    for a, b in ((0, 3), (3, 0), (1, 2), (2, 2)):
        given = [str(number) if number == 0 else names[number].revision[:10] for number in (a, b)]
        done = blank.run("diff", *given, "--format", "patch", "--store", blank.folder, "--quiet")
        assert done.returncode == 0, done.stderr
        state = held(blank, a)
        lines = done.stdout.encode().splitlines()
        assert lines[0].startswith(b"H prev ") and lines[-1] == b"TC ."
        for line in lines:
            if line.startswith(b"D "):
                state.remove(line[2:])
            elif line.startswith(b"A "):
                assert line[2:] not in state
                state.add(line[2:])
        assert state == held(blank, b)


@pytest.mark.parametrize("name", ["9", "ffffffffff", "x"])
def test_what_names_no_state_is_told(blank: Store, name: str):
    done = blank.run("diff", "1", name, "--store", blank.folder)
    assert (done.returncode, f"no change made the revision '{name}'" in done.stderr) == (2, True), done.stderr


# --- revert -----------------------------------------------------------------------------------------------------------


def revert(store: Store, number: int, *options: str) -> tuple[int, str]:
    done = store.run("revert", str(number), "--store", store.folder, *options)
    return done.returncode, done.stdout + done.stderr


def test_a_change_that_is_taken_back_is_a_change_itself(blank: Store):
    before = held(blank, 2)
    status, said = revert(blank, 3, "--shapes", "none")
    assert (status, "change 4 takes back change 3" in said) == (0, True), said
    assert held(blank) == before
    change = Changes(blank.folder)[4]
    assert (change.who, change.why) == ("byregion revert", "takes back change 3")
    # And can be taken back again, blank nodes and all.
    assert revert(blank, 4, "--shapes", "none", "--why", "likevel")[0] == 0
    assert (held(blank), Changes(blank.folder)[5].why) == (held(blank, 3), "takes back change 4: likevel")


def test_a_change_of_which_nothing_stands_is_not_taken_back(tmp_path: Path):
    store = Store(tmp_path)
    with Opened(store.folder) as opened:
        opened.update("CREATE GRAPH <urn:g>")
        opened.update("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:p> 1 } }")
    status, said = revert(store, 1, "--shapes", "none")
    assert (status, "nothing stands of what change 1 did" in said) == (2, True), said
    assert len(Changes(store.folder)) == 2


def test_what_later_changes_built_on_is_not_taken_back_by_halves(blank: Store):
    before = held(blank)
    status, said = revert(blank, 1, "--shapes", "none")
    assert (status, "change 1 cannot be taken back as a whole" in said) == (2, True), said
    assert (held(blank), len(Changes(blank.folder))) == (before, 3)
    assert revert(blank, 2, "--shapes", "none")[0] == revert(blank, 1, "--shapes", "none")[0] == 0
    assert not any(b"<urn:a>" in line for line in held(blank))


def test_who_serves_the_store_must_end_first_and_a_store_must_be_there(blank: Store):
    with blank.serve("--empty", "--shapes", "none"):
        status, said = revert(blank, 3, "--shapes", "none")
        assert (status, "another process has the store" in said) == (2, True), said
    assert revert(blank, 9, "--shapes", "none")[0] == 2
    status, said = revert(blank, 3)
    assert (status, "--shapes" in said) == (2, True), said


def test_a_revert_that_would_leave_the_data_invalid_is_refused_with_the_report(tmp_path: Path):
    shutil.copytree(excerpt.data(), tmp_path / "data")
    store = Store(tmp_path, tmp_path / "data")
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    known = f"<{BASE}def#knownBy> <{BASE}id/concept/excerpt>"
    document = f'{SOURCE} a <{BASE}def#SourceDocument> ; {label} "Ny kilde"@nb ; {known}'
    who = f'{WHO} a <http://www.w3.org/ns/org#Organization> ; {label} "Ny"@nb'
    with store.serve() as client:
        # A note; a thing; and then something that points to it.
        update(client, f"INSERT DATA {{ GRAPH <{READINGS}> {{ {REPLACED} }} }}")
        update(client, f"INSERT DATA {{ GRAPH <{ANOTHER}> {{ {document} }} }}")
        update(client, f"INSERT DATA {{ GRAPH <{ANOTHER}> {{ {who} ; <http://purl.org/dc/terms/source> {SOURCE} }} }}")
    before = held(store)
    status, said = revert(store, 2)
    assert (status, "ValidationReport" in said, "nothing was changed" in said) == (1, True, True), said
    assert held(store) == before and len(Changes(store.folder)) == 3
    assert revert(store, 3)[0] == revert(store, 2)[0] == revert(store, 1)[0] == 0
    # What follows by rule went with it.
    assert held(store) == held(store, 0)
    with store.serve() as client:
        assert client.get("/changes/6.ttl").status_code == 200


# --- revert, by a server that has the store ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store that begins with the published data."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(excerpt.data(), folder / "data")
    return Store(folder, folder / "data")


@pytest.fixture(scope="module")
def client(begun: Store) -> Iterator[httpx.Client]:
    """A client of the server that has it."""
    with begun.serve() as client:
        yield client


def asked(store: Store, client: httpx.Client, number: int, *options: str, token: str = "") -> tuple[int, str]:
    """What the command says that asks a server; the token is where `byregion token create` was sent to."""
    path = store.folder.with_name("token.txt")
    path.write_text(f"the token of kari, once:\n{token or store.token}\n", encoding="utf-8")
    done = store.run("revert", str(number), "--server", str(client.base_url), "--token", path, *options)
    return done.returncode, done.stdout + done.stderr


def all_of(client: httpx.Client) -> set[str]:
    """All that is held, inferences and the merge too."""
    query = "SELECT * WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    answer = client.get("/sparql", params={"query": query, "format": "tsv"})
    assert answer.status_code == 200, answer.text
    return set(answer.text.splitlines())


def test_a_server_takes_a_change_back_and_tells_both_in_its_history(begun: Store, client: httpx.Client):
    before = all_of(client)
    update(client, f"INSERT DATA {{ GRAPH <{READINGS}> {{ {REPLACED} }} }}", "prøve")
    written = len(Changes(begun.folder))
    assert all_of(client) != before
    status, said = asked(begun, client, written, "--why", "det var ei prøve")
    assert (status, f"change {written + 1} takes back change {written}" in said) == (0, True), said
    assert all_of(client) == before
    first, second = Changes(begun.folder)[written], Changes(begun.folder)[written + 1]
    assert (second.who, second.why) == ("kari@example.org", f"takes back change {written}: det var ei prøve")
    assert (second.delta.stated.removed, second.delta.stated.added) == (first.delta.stated.added, frozenset())
    assert second.revision in said
    for change in (first, second):
        assert change.revision in client.get(f"/changes/{change.number}.ttl").text


def test_what_has_changed_since_is_a_conflict_and_stays(begun: Store, client: httpx.Client):
    update(client, f"INSERT DATA {{ GRAPH <{READINGS}> {{ {REPLACED} }} }}")
    number = len(Changes(begun.folder))
    update(client, f"DELETE DATA {{ GRAPH <{READINGS}> {{ {REPLACED} }} }}")
    before = all_of(client)
    refused = client.post(f"/changes/{number}/revert")
    assert (refused.status_code, "is not there any more" in refused.json()["detail"]) == (409, True)
    status, said = asked(begun, client, number)
    assert (status, "cannot be taken back as a whole" in said) == (2, True), said
    assert client.post("/changes/999999/revert").status_code == client.post("/changes/0/revert").status_code == 404
    assert (all_of(client), len(Changes(begun.folder))) == (before, number + 1)


def test_a_server_judges_what_would_come_of_it(begun: Store, client: httpx.Client):
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    known = f"<{BASE}def#knownBy> <{BASE}id/concept/excerpt>"
    document = f'{SOURCE} a <{BASE}def#SourceDocument> ; {label} "Ny kilde"@nb ; {known}'
    who = f'{WHO} a <http://www.w3.org/ns/org#Organization> ; {label} "Ny"@nb'
    update(client, f"INSERT DATA {{ GRAPH <{ANOTHER}> {{ {document} }} }}")
    number = len(Changes(begun.folder))
    update(client, f"INSERT DATA {{ GRAPH <{ANOTHER}> {{ {who} ; <http://purl.org/dc/terms/source> {SOURCE} }} }}")
    status, said = asked(begun, client, number)
    assert (status, "ValidationReport" in said, "nothing was changed" in said) == (1, True, True), said
    tried = client.post(f"/changes/{number}/revert?dry-run")
    assert (tried.status_code, tried.json()["conforms"], tried.json()["removed"]["count"]) == (200, False, 3)
    tried = client.post(f"/changes/{number + 1}/revert?dry-run").json()
    assert (tried["conforms"], tried["removed"]["count"], tried["dropped"]) == (True, 3, [])
    assert len(Changes(begun.folder)) == number + 1


def test_conditions_and_tokens_hold_as_of_every_write(begun: Store, client: httpx.Client):
    update(client, f"INSERT DATA {{ GRAPH <{READINGS}> {{ {REPLACED} }} }}")
    number = len(Changes(begun.folder))
    address, tag = f"/changes/{number}/revert", {"if-match": '"0123456789abcdef"'}
    assert client.post(address, headers=tag).status_code == 412
    assert client.post(address, headers={"authorization": ""}).status_code == 401
    narrow = tokens.create(begun.token_file, "narrow", scopes=(f"graph:{TRANSLATIONS}",))
    refused = client.post(address, headers={"authorization": f"Bearer {narrow}"})
    assert (refused.status_code, refused.json()["scope"]) == (403, f"graph:{READINGS}")
    status, said = asked(begun, client, number, token="byregion_none")
    assert (status, "answered 401" in said, "byregion_none" in said) == (2, True, False), said
    current = client.get("/sparql", headers={"accept": "text/turtle"}).headers["etag"]
    done = client.post(address, headers={"if-match": current})
    assert (done.status_code, done.headers["location"]) == (201, f"{client.base_url}changes/{number + 1}")
    assert Changes(begun.folder)[number + 1].why == f"takes back change {number}"


def test_blank_nodes_and_empty_graphs_are_taken_back_by_a_server_too(blank: Store):
    before = held(blank, 2)
    with blank.serve("--empty", "--shapes", "none") as client:
        update(client, "CREATE GRAPH <urn:made>")
        assert client.post("/changes/4/revert").status_code == client.post("/changes/3/revert").status_code == 201
        assert client.get("/graphs?graph=urn:made").status_code == 404
    assert held(blank) == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--server", "http://127.0.0.1:9/"), "--server and --token belong together"),
        (("--token", "-"), "--server and --token belong together"),
        (("--server", "http://127.0.0.1:9/", "--token", "-", "--shapes", "none"), "neither --store nor --shapes"),
        (("--server", "127.0.0.1:9", "--token", "-"), "must be an http(s) address"),
        (("--server", "http://127.0.0.1:9/", "--token", "-"), "cannot be asked"),
        (("--server", "http://127.0.0.1:9/", "--token", "none.txt"), "cannot be read"),
    ],
)
def test_what_the_command_cannot_ask_a_server_is_told(tmp_path: Path, options: tuple[str, ...], said: str):
    command = [str(BYREGION), "revert", "1", *options]
    done = subprocess.run(
        command, cwd=tmp_path, input="a-token\n", capture_output=True, text=True, timeout=WITHIN, check=False
    )
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
