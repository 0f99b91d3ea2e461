"""`byregion diff` and `byregion revert`: what changed is told, and taken back as a write that is judged itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import excerpt
from byregion.engine.journal import Changes, Content
from byregion.namespaces import BASE
from history_world import NOTE, READINGS, REGION, Store, update
from journal_world import Opened

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
    assert (held(blank), Changes(blank.folder)[5].why) == (held(blank, 3), "likevel")


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
