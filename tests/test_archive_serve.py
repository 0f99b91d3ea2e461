"""`byregion serve --archive` keeps what it publishes, and publishes also where nothing can be kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

import excerpt
from byregion.archive import Archive
from processes import descendants
from serving import WITHIN, served
from test_serve import gone


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The published data, with a place to change it."""
    return Path(shutil.copytree(excerpt.data(), tmp_path / "data"))


def revision(address: str) -> str:
    return str(httpx.get(address + "health", timeout=WITHIN).json()["revision"])


def everything(address: str, name: str | None = None) -> bytes:
    """All triples, in the order of the revision, which the query does not say."""
    asked = {"query": "SELECT * { ?s ?p ?o }", "format": "csv"} | ({"revision": name} if name else {})
    return httpx.get(address + "sparql", params=asked, timeout=WITHIN).raise_for_status().content


def test_each_revision_that_is_published_is_kept_and_answers_later(tmp_path: Path, data: Path):
    archive = tmp_path / "kept" / "archive"
    options = ("--archive", str(archive))
    names, answers, processes = [], [], []
    for goes in ("municipalities", "midt-troms-plan"):
        with served(*options, BYREGION_DATA=str(data)) as (process, address):
            names.append(revision(address))
            answers.append(everything(address))
            assert answers[0] == everything(address, names[0][:16])
            others = descendants(process.pid)
            processes.append(len(others))
            process.terminate()
            _, told = process.communicate(timeout=WITHIN)
            assert (process.returncode, "warning" in told) == (0, False)
            assert gone(others)
        shutil.rmtree(data / goes)
    assert answers[0] != answers[1]
    assert processes[1] == processes[0] + 2  # the template of the earlier revision, and its worker
    first, second = Archive(archive).revisions()
    assert [first.revision, second.revision] == names
    assert second.previous == first.revision
    assert second.total.triples == first.total.triples - (second.total.removed or 0) + (second.total.added or 0)


def test_nothing_is_left_of_an_earlier_revision_where_the_server_was_killed(tmp_path: Path, data: Path):
    with served("--archive", str(tmp_path / "archive"), BYREGION_DATA=str(data)) as (_, address):
        first = revision(address)
    shutil.rmtree(data / "midt-troms-plan")
    with served("--archive", str(tmp_path / "archive"), BYREGION_DATA=str(data)) as (process, address):
        assert everything(address, first) != everything(address)
        others = descendants(process.pid)
        process.kill()
        process.wait(WITHIN)
        assert gone(others)


def test_a_setting_names_the_archive_too(tmp_path: Path):
    with served(BYREGION_ARCHIVE=str(tmp_path / "archive")) as (_, address):
        (only,) = Archive(tmp_path / "archive").revisions()
        assert only.revision == revision(address)


def test_a_damaged_archive_costs_a_warning_and_nothing_else(tmp_path: Path):
    (tmp_path / "revisions.jsonl").write_bytes(b"no JSON\n")
    with served("--archive", str(tmp_path)) as (process, address):
        assert revision(address)
        others = descendants(process.pid)
        process.terminate()
        _, told = process.communicate(timeout=WITHIN)
        assert process.returncode == 0
        assert f"warning: this revision is not kept in the archive {tmp_path}: revisions.jsonl, line 1: " in told
        assert gone(others)
    assert (tmp_path / "revisions.jsonl").read_bytes() == b"no JSON\n"


def test_an_archive_that_cannot_be_written_to_costs_a_warning_and_nothing_else(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with served("--archive", str(tmp_path / "file")) as (process, address):
        assert revision(address)
        process.terminate()
        _, told = process.communicate(timeout=WITHIN)
        assert "the folder cannot be written to: File exists" in told
