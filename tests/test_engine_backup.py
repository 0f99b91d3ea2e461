"""Stores on disk: copied while they are written to, put back, and taken over to another ontology."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from byregion.assets import folder as asset
from byregion.dataset import GraphFile, data_files, ontology_files
from byregion.engine.journal import Changes, Content, backup, changes, layout
from byregion.engine.opening import Source, opened
from byregion.errors import StoreError
from byregion.infer import RULES
from byregion.namespaces import BASE
from excerpt import data as excerpt
from journal_world import Opened
from serving import BYREGION, WITHIN

RULE_TEXTS = [rule.update for rule in RULES]


def byregion(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BYREGION_")}
    command = [str(BYREGION), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=WITHIN, check=False, env=kept | settings)


# --- Backup and restore -----------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Opened]:
    with Opened(tmp_path / "store") as made:
        for number in range(9):
            made.update(f"INSERT DATA {{ <a> <b> {number} , _:x . GRAPH <g{number}> {{ <a> <b> 'æ' }} }}")
            if number % 4 == 2:
                made.compact()
        made.graph("put", "http://example.org/empty")
        yield made


def test_a_backup_is_restored_to_the_same_revision_dataset_and_history(store: Opened, tmp_path: Path):
    made = backup.make(store.folder, tmp_path / "kept")
    assert (made.revision, made.changes) == (store.held.revision, 10)
    assert made.dataset == Content(store.folder).sha256()
    store.update("CLEAR ALL")
    assert backup.restore(tmp_path / "kept", tmp_path / "restored") == made
    with Opened(tmp_path / "restored") as again:
        assert again.held.revision == made.revision
        assert "http://example.org/empty" in again.held.graphs
        assert Content(again.folder).sha256() == made.dataset
        again.update("INSERT DATA { <after> <the> <restore> }")
    before = [change.revision for change in changes(store.folder)]
    assert [change.revision for change in changes(tmp_path / "restored")][:10] == before[:10]


def test_backups_taken_while_others_write_are_whole_and_none_too_old(store: Opened, tmp_path: Path):
    stop, failed = threading.Event(), []

    def take() -> None:
        for number in range(6):
            begun = len(Changes(store.folder))
            made = backup.make(store.folder, tmp_path / f"kept-{number}")
            if not begun <= made.changes <= len(Changes(store.folder)):
                failed.append(made)
            backup.restore(tmp_path / f"kept-{number}", tmp_path / f"restored-{number}")
        stop.set()

    taking = threading.Thread(target=take)
    taking.start()
    while not stop.is_set() and taking.is_alive():
        store.update(
            "DELETE { ?s <n> ?n } INSERT { ?s <n> ?m } WHERE { ?s <b> 1 OPTIONAL { ?s <n> ?n } BIND(RAND() AS ?m) }"
        )
        if store.journal.number % 5 == 0:
            store.compact()
    taking.join()
    assert stop.is_set()
    assert not failed
    history = {change.number: change.revision for change in changes(store.folder)}
    for number in range(6):
        made = Content(tmp_path / f"restored-{number}")
        assert history[made.number] == made.revision


def test_a_backup_that_is_damaged_is_not_restored(store: Opened, tmp_path: Path):
    backup.make(store.folder, tmp_path / "kept")
    for name in [path.name for path in (tmp_path / "kept").iterdir()]:
        shutil.copytree(tmp_path / "kept", tmp_path / "other")
        path = tmp_path / "other" / name
        path.write_bytes(path.read_bytes()[:-1])
        # The last byte of the file that tells is the end of its line.
        if name == backup.TOLD:
            path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(StoreError, match="damaged"):
            backup.restore(tmp_path / "other", tmp_path / "restored")
        assert not (tmp_path / "restored").exists()
        path.unlink()
        with pytest.raises((StoreError, FileNotFoundError)):
            backup.restore(tmp_path / "other", tmp_path / "restored")
        shutil.rmtree(tmp_path / "other")


def test_of_a_store_that_is_damaged_there_is_no_backup(store: Opened, tmp_path: Path):
    path = layout.segments(store.folder)[-1][1]
    whole = bytearray(path.read_bytes())
    # In the last record but one.
    whole[whole.rindex(b"<http://example.org/g8>")] ^= 1
    path.write_bytes(whole)
    with pytest.raises(StoreError, match="is damaged from byte"):
        backup.make(store.folder, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


def test_a_backup_of_another_dataset_than_it_tells_is_not_restored(store: Opened, tmp_path: Path):
    backup.make(store.folder, tmp_path / "kept")
    path = tmp_path / "kept" / backup.TOLD
    told = json.loads(path.read_bytes())
    path.write_text(json.dumps(told | {"dataset": "0" * 64}), encoding="utf-8")
    with pytest.raises(StoreError, match="does not hold the revision"):
        backup.restore(tmp_path / "kept", tmp_path / "restored")
    path.write_text(json.dumps(told | {"files": {"../store/lock": ""}}), encoding="utf-8")
    with pytest.raises(StoreError, match="no file of a backup"):
        backup.restore(tmp_path / "kept", tmp_path / "restored")


def test_nothing_is_written_over(store: Opened, tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.odt").touch()
    with pytest.raises(StoreError, match="is there already"):
        backup.make(store.folder, tmp_path / "full")
    backup.make(store.folder, tmp_path / "kept")
    with pytest.raises(StoreError, match="is there already"):
        backup.restore(tmp_path / "kept", store.folder)
    with pytest.raises(StoreError, match="there is no store"):
        backup.make(tmp_path / "none", tmp_path / "kept-2")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full", "kept", "store"]


def test_the_verbs_back_up_and_restore(store: Opened, tmp_path: Path):
    done = byregion("backup", str(tmp_path / "kept"), "--store", str(store.folder))
    assert (done.returncode, store.held.revision in done.stdout) == (0, True), done.stderr
    again = byregion("restore", str(tmp_path / "kept"), "--store", str(tmp_path / "restored"))
    assert (again.returncode, store.held.revision in again.stdout) == (0, True), again.stderr
    assert Content(store.folder).sha256() in again.stderr
    none = byregion("backup", str(tmp_path / "other"))
    assert (none.returncode, "give its folder with --store" in none.stderr) == (2, True)


# --- Another ontology -------------------------------------------------------------------------------------------------


def old_files() -> list[GraphFile]:
    """The files of today, under the ontology of the last release."""
    old = {file.graph: file for file in ontology_files()}
    release = asset("ontology") / "releases" / "0.1.0" / "ontology"
    for path in sorted(release.glob("*.ttl")):
        graph = next(graph for graph in old if graph.endswith(f"/{path.stem}"))
        old[graph] = GraphFile(path, graph)
    return [*old.values(), *data_files(excerpt())]


def test_a_store_of_an_older_ontology_is_refused_until_it_is_migrated(tmp_path: Path):
    folder = tmp_path / "store"
    loaded, journal = opened(folder, Source(old_files(), RULE_TEXTS))
    assert journal.head.ontology == "0.1.0"
    graph, note = f"{BASE}graphs/midt-troms/readings", "<http://www.w3.org/2004/02/skos/core#editorialNote>"
    written = f'<{BASE}id/region/midt-troms> {note} "prøvd"@nb <{graph}> .'
    journal.append(f"A {written}\n".encode(), "Kari", "")
    journal.close()
    environ = {"BYREGION_DATA": str(excerpt()), "BYREGION_STORE": str(folder)}
    refused = byregion("serve", "--port", "0", **environ)
    assert refused.returncode == 2
    said = " ".join(refused.stderr.split())
    assert f"was written under the ontology 0.1.0, and this is 0.2.0; byregion migrate --store {folder}" in said
    trial = byregion("migrate", "--dry-run", **environ)
    assert (trial.returncode, len(Changes(folder))) == (0, 1), trial.stderr
    done = byregion("migrate", **environ)
    assert done.returncode == 0, done.stderr
    one, two = changes(folder)
    assert (one.who, two.who, two.why) == ("Kari", "byregion migrate", "the ontology 0.1.0 became 0.2.0")
    # It is what would be published today, and what was written; the journal goes on.
    source = Source([*ontology_files(), *data_files(excerpt())], RULE_TEXTS)
    after, journal = opened(folder, source)
    assert after.revision == two.revision
    content = set(Content(folder).lines())
    assert written.encode() in content
    today, named = source.text().splitlines(), [line for line in content if b"_:" not in line]
    assert {line for line in today if b"_:" not in line} == set(named) - {written.encode()}
    assert len(content) == len(today) + 1
    assert after.stated > loaded.stated
    journal.close()
    again = byregion("migrate", **environ)
    assert (again.returncode, len(Changes(folder))) == (0, 2), again.stderr


def test_files_that_changed_are_taken_over_where_nobody_wrote(tmp_path: Path):
    """The graph that was written to stays as it was written; a store in step with its files goes on by itself."""
    data = tmp_path / "data"
    shutil.copytree(excerpt(), data)
    files = [*ontology_files(), *data_files(data)]
    folder, source = tmp_path / "store", Source(files, RULE_TEXTS)
    _, journal = opened(folder, source)
    readings, links = f"{BASE}graphs/midt-troms/readings", f"{BASE}graphs/midt-troms/translations"
    note = f"<{BASE}id/region/midt-troms> <http://www.w3.org/2004/02/skos/core#editorialNote>"
    journal.append(f'A {note} "written"@en <{readings}> .\n'.encode(), "Kari", "")
    journal.close()
    for graph in ("readings", "translations"):
        path = data / "midt-troms" / f"{graph}.ttl"
        path.write_text(path.read_text(encoding="utf-8") + f'\n{note} "filed"@en .\n', encoding="utf-8")
    with pytest.raises(StoreError, match=r"the files say 2 statements .* and not 1 .* byregion migrate"):
        opened(folder, Source(files, RULE_TEXTS))
    done = byregion("migrate", "--store", str(folder), BYREGION_DATA=str(data), BYREGION_SHAPES="none")
    assert done.returncode == 0, done.stderr
    assert f"<{readings}> stays as it was written" in " ".join(done.stderr.split())
    held = set(Content(folder).lines())
    assert f'{note} "written"@en <{readings}> .'.encode() in held
    assert f'{note} "filed"@en <{readings}> .'.encode() not in held
    assert f'{note} "filed"@en <{links}> .'.encode() in held
    # Once the files say what the store holds, they are in step, and it goes on.
    path = data / "midt-troms" / "readings.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace('"filed"@en', '"written"@en'), encoding="utf-8")
    _, journal = opened(folder, Source(files, RULE_TEXTS))
    assert journal.head.source == Source(files, RULE_TEXTS).sha256()
    journal.close()


def test_what_would_not_conform_is_not_taken_over(tmp_path: Path):
    data = tmp_path / "data"
    shutil.copytree(excerpt(), data)
    folder = tmp_path / "store"
    _, journal = opened(folder, Source([*ontology_files(), *data_files(data)], RULE_TEXTS))
    journal.close()
    path = data / "midt-troms" / "translations.ttl"
    stated = path.read_text(encoding="utf-8")
    path.write_text(stated + f'\n<{BASE}id/region/midt-troms> <{BASE}def#unheardOf> "x" .\n', encoding="utf-8")
    done = byregion("migrate", "--store", str(folder), BYREGION_DATA=str(data))
    assert (done.returncode, "unheardOf" in done.stdout) == (1, True), done.stderr
    assert len(Changes(folder)) == 0
