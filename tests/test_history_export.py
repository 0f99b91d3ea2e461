"""`byregion export --to`: what was written to a store comes back to the files, and nothing else of them changes."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

import pytest

import excerpt
from history_world import NOTE, PREF_LABEL, READINGS, REGION, TRANSLATIONS, Store, contents, update
from serving import served

GOAL = "https://w3id.org/byregion/id/goal/midt-troms-rekruttering"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    shutil.copytree(excerpt.data(), tmp_path / "data")
    return Store(tmp_path, tmp_path / "data")


def renamed(store: Store, name: str) -> str:
    """An update that gives a goal another English name."""
    goal = f"<{GOAL}> {PREF_LABEL}"
    where = f"{goal} ?name . FILTER(LANG(?name) = 'en')"
    return f'WITH <{TRANSLATIONS}> DELETE {{ {goal} ?name }} INSERT {{ {goal} "{name}"@en }} WHERE {{ {where} }}'


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> dict[str, list[str]]:
    """The lines that were added and removed in each file, as a diff tells them."""
    found = {}
    for name in sorted(before.keys() | after.keys()):
        one, other = (text.get(name, b"").decode("utf-8", "replace").splitlines() for text in (before, after))
        if lines := [line for line in difflib.ndiff(one, other) if line[0] in "+-"]:
            found[name] = lines
    return found


def test_only_the_graph_that_was_written_to_is_rewritten_and_the_files_are_what_is_served(store: Store):
    assert store.data
    before = contents(store.data)
    with store.serve() as client:
        update(client, renamed(store, "Recruiting people"), "bedre engelsk")
        # Also while it is served.
        done = store.run("export", "--to", store.data, "--store", store.folder)
    assert done.returncode == 0, done.stderr
    ((name, lines),) = changed(before, contents(store.data)).items()
    assert name == "midt-troms/translations.ttl"
    assert [line[0] for line in lines] == ["-", "+"] and '"Recruiting people"@en' in lines[1]
    checked = store.run("check", "--no-cache")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    # What is in git now is what a server of files alone publishes, and the store starts from it, too.
    with store.serve() as client, served(**store.environ) as (_, url):
        goal = client.get("/doc/goal/midt-troms-rekruttering.ttl").text
        assert '"Recruiting people"@en' in goal
        assert client.get(f"{url}/doc/goal/midt-troms-rekruttering.ttl").text.count("Recruiting people") == goal.count(
            "Recruiting people"
        )
    again = store.run("export", "--to", store.data, "--store", store.folder)
    assert (again.returncode, "0 files changed" in again.stdout + again.stderr) == (0, True)


def test_a_new_dataset_gets_its_files_and_a_graph_that_is_gone_loses_its_own(store: Store):
    assert store.data
    before = contents(store.data)
    new = "https://w3id.org/byregion/graphs/new-region/readings"
    with store.serve() as client:
        update(client, f'INSERT DATA {{ GRAPH <{new}> {{ <{REGION}> {NOTE} "prøvd"@nb }} }}')
        assert store.run("export", "--to", store.data, "--store", store.folder).returncode == 0
        there = contents(store.data)
        assert there.keys() - before.keys() == {"new-region/readings.ttl"}
        assert all(there[name] == text for name, text in before.items())
        assert '"prøvd"@nb' in there["new-region/readings.ttl"].decode()
        update(client, f"DROP GRAPH <{new}>")
        # The file says what the store held once, though not what it began with.
        assert store.run("export", "--to", store.data, "--store", store.folder).returncode == 0
    assert contents(store.data) == before
    assert not (store.data / "new-region").exists()


def test_a_file_that_others_changed_too_is_not_written_over(store: Store):
    assert store.data
    with store.serve() as client:
        update(client, renamed(store, "Recruiting people"))
        update(client, f'INSERT DATA {{ GRAPH <{READINGS}> {{ <{REGION}> {NOTE} "prøvd"@nb }} }}')
    path = store.data / "midt-troms" / "translations.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("@en", "@en-GB", 1), encoding="utf-8")
    other = store.data / "programme" / "stated.ttl"
    text = other.read_text(encoding="utf-8")
    other.write_text(text.replace('"@nb', ' (endret)"@nb', 1), encoding="utf-8")
    before = contents(store.data)
    done = store.run("export", "--to", store.data, "--store", store.folder)
    assert (done.returncode, str(path) in done.stderr, str(other) in done.stderr) == (2, True, False), done.stderr
    assert contents(store.data) == before
    # Where only the other file changed, which nobody has written to, it stays, and is told.
    path.write_bytes((excerpt.data() / "midt-troms" / "translations.ttl").read_bytes())
    done = store.run("export", "--to", store.data, "--store", store.folder)
    assert (done.returncode, f"{other} says otherwise" in done.stderr) == (0, True), done.stderr
    assert changed(before, contents(store.data)).keys() == {
        "midt-troms/translations.ttl",
        "midt-troms/readings.ttl",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export",), "say which"),
        (("export", "--xlsx", "--to", "data"), "say which"),
        (("export", "--xlsx"), "DATASET PATH"),
        (("export", "data", "--to", "data"), "--to takes --store alone"),
        (("export", "data", "x.xlsx", "--xlsx", "--store", "store"), "a workbook is made of files"),
        (("export", "--to", "data"), "which is no store on disk"),
        (("export", "--to", "data", "--store", "./nowhere"), "there is no store in nowhere"),
    ],
)
def test_what_is_asked_wrongly_is_told(
    words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    done = Store(tmp_path).run(*words)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
