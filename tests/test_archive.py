"""An archive keeps what was published: a log of all of it, and everything that was in the last 32 revisions."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from archive_worlds import DAY, FIRST, GRAPH, SECOND, of_file, record, text
from byregion.archive import KEPT, Archive, Counts, Publication
from byregion.engine import snapshot
from byregion.errors import ArchiveError, NotFound
from byregion.iri import INFERRED


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def files(archive: Archive) -> set[str]:
    return {path.name for path in archive.folder.iterdir()}


def log(archive: Archive) -> Path:
    return archive.folder / "revisions.jsonl"


# --- What is kept -----------------------------------------------------------------------------------------------------


def test_a_snapshot_is_named_by_the_hash_of_what_is_in_it(archive: Archive):
    found = record(archive, of_file(FIRST))
    path = archive.snapshot(found.revision)
    assert path is not None
    kept = gzip.decompress(path.read_bytes())
    assert kept == of_file(FIRST)
    assert path.name == f"{hashlib.sha256(kept).hexdigest()}.nq.gz" == f"{found.revision}.nq.gz"
    assert files(archive) == {path.name, "revisions.jsonl", "lock"}


def test_a_revision_is_found_by_its_name_and_by_the_beginning_of_it(archive: Archive):
    first, second = record(archive, text(1)), record(archive, text(2))
    assert archive.find(first.revision) == archive.find(first.revision[:8]) == first
    assert archive.revisions() == (first, second)
    with pytest.raises(NotFound, match="no revision 'ffffffff' was published here"):
        archive.find("ffffffff")


def test_a_beginning_that_two_revisions_have_is_told_with_both(archive: Archive):
    names = {record(archive, text(number)).revision for number in range(17)}
    shared = next(digit for digit in "0123456789abcdef" if sum(name.startswith(digit) for name in names) > 1)
    with pytest.raises(NotFound, match=f"revisions begin with '{shared}'") as caught:
        archive.find(shared)
    assert set(caught.value.suggestions) == {name for name in names if name.startswith(shared)}


def test_an_empty_archive_knows_nothing(archive: Archive):
    assert archive.revisions() == ()
    assert archive.snapshot("0" * 64) is None
    with pytest.raises(NotFound):
        archive.find("0" * 64)


def test_of_33_revisions_the_oldest_is_known_and_its_snapshot_gone(archive: Archive):
    made = [record(archive, text(number), DAY + timedelta(days=number)) for number in range(KEPT + 1)]
    assert archive.revisions() == tuple(made)
    assert archive.snapshot(made[0].revision) is None
    assert all(archive.snapshot(item.revision) for item in made[1:])
    assert archive.find(made[0].revision) == made[0]
    assert archive.changes_since(made[0].revision) == tuple(made[1:])
    assert archive.changes_since(made[-1].revision) == ()


def test_other_archives_of_the_same_folder_see_what_is_new(archive: Archive):
    reader = Archive(archive.folder)
    first = record(archive, text(1))
    assert reader.revisions() == (first,)
    second = record(archive, text(2))
    assert reader.revisions() == (first, second)


# --- What the log says ------------------------------------------------------------------------------------------------


def test_the_log_tells_what_came_and_went_in_each_graph_and_which_entities_changed(archive: Archive):
    first = record(archive, of_file(FIRST))
    second = record(archive, of_file(SECOND), DAY + timedelta(days=1))
    assert (first.previous, second.previous) == ("", first.revision)
    assert first.graphs == {GRAPH: Counts(9, None, None), str(INFERRED): Counts(1, None, None)}
    assert second.graphs == {GRAPH: Counts(10, 4, 3), str(INFERRED): Counts(1, 0, 0)}
    assert (first.total, second.total) == (Counts(10, None, None), Counts(11, 4, 3))
    # A place in a quote is of the quote; what is said of nothing with a name is of nobody.
    ids = ("goal-1", "goal-2", "goal-3", "quote-1")
    assert second.changed == tuple(f"http://x.test/id/{name}" for name in ids)
    assert (first.changed, second.more) == ((), 0)


def test_a_line_of_the_log_is_json_with_the_time_in_utc(archive: Archive):
    oslo = datetime(2026, 7, 1, 14, 30, 5, 999, tzinfo=timezone(timedelta(hours=2)))
    found = record(archive, text(1), oslo)
    (line,) = log(archive).read_bytes().splitlines()
    told = json.loads(line)
    assert told["published"] == "2026-07-01T12:30:05Z"
    assert told["graphs"] == {"http://x.test/graphs/numbers": {"triples": 1, "added": None, "removed": None}}
    assert Publication.from_json(line) == found
    assert found.published == oslo.replace(microsecond=0)


def test_terms_of_the_ontology_are_entities_of_their_own(archive: Archive):
    record(archive, text(1))
    term = b"<https://w3id.org/byregion/def#Goal> <http://x.test/p> <http://x.test/o> <http://x.test/g> .\n"
    assert "https://w3id.org/byregion/def#Goal" in record(archive, text(1) + term).changed


def test_a_graph_that_is_gone_holds_nothing(archive: Archive):
    record(archive, b"<http://x.test/a> <http://x.test/p> <http://x.test/b> <http://x.test/gone> .\n" + text(1))
    assert record(archive, text(1)).graphs["http://x.test/gone"] == Counts(0, 0, 1)


def test_a_great_change_names_the_first_entities_and_counts_the_others(archive: Archive):
    record(archive, b"")
    lines = (b'<http://x.test/%04d> <http://x.test/p> "1" <http://x.test/g> .\n' % number for number in range(250))
    found = record(archive, b"".join(lines))
    assert found.changed == tuple(f"http://x.test/{number:04d}" for number in range(100))
    assert found.more == 150


def test_what_is_published_again_adds_nothing(archive: Archive):
    found = record(archive, text(1))
    before = log(archive).read_bytes()
    assert record(archive, text(1), DAY + timedelta(days=1)) == found
    assert log(archive).read_bytes() == before


def test_an_earlier_revision_can_come_back(archive: Archive):
    first, second = record(archive, text(1)), record(archive, text(2), DAY + timedelta(days=1))
    again = record(archive, text(1), DAY + timedelta(days=2))
    assert archive.revisions() == (first, second, again)
    assert archive.find(first.revision).published == DAY
    assert archive.changes_since(first.revision) == ()
    assert archive.changes_since(second.revision) == (again,)


def test_a_revision_that_came_back_is_kept_as_one_of_the_last(archive: Archive):
    for number in (*range(KEPT), 0, KEPT):
        record(archive, text(number))
    kept = [archive.snapshot(snapshot.revision(text(number))) is not None for number in range(KEPT + 1)]
    assert kept == [True, False, *[True] * (KEPT - 1)]


# --- What goes wrong --------------------------------------------------------------------------------------------------


def test_what_was_not_recorded_is_gone(archive: Archive):
    with archive.incoming() as path:
        snapshot.write(path, text(1))
    assert files(archive) == set()
    with pytest.raises(ZeroDivisionError), archive.incoming() as path:
        raise ZeroDivisionError
    assert files(archive) == set()


def test_what_a_killed_process_left_is_taken_away_after_a_day(archive: Archive):
    record(archive, text(1))
    for name, age in (("incoming-old", 90_000), ("incoming-new", 3_600)):
        path = archive.folder / name
        path.write_bytes(b"")
        os.utime(path, (time.time() - age,) * 2)
    record(archive, text(2))
    assert {name for name in files(archive) if name.startswith("incoming-")} == {"incoming-new"}


def test_a_snapshot_that_was_lost_is_put_back_when_it_is_published_again(archive: Archive):
    found = record(archive, text(1))
    (archive.folder / f"{found.revision}.nq.gz").unlink()
    assert archive.snapshot(found.revision) is None
    record(archive, text(1))
    assert archive.snapshot(found.revision)


def test_where_the_previous_snapshot_is_damaged_the_log_says_that_nothing_was_compared(archive: Archive):
    first = record(archive, text(1))
    (archive.folder / f"{first.revision}.nq.gz").write_bytes(b"no gzip")
    second = record(archive, text(2))
    assert (second.previous, second.total) == (first.revision, Counts(1, None, None))


def test_a_snapshot_of_another_revision_is_not_recorded(archive: Archive):
    with archive.incoming() as path:
        snapshot.write(path, text(1))
        with pytest.raises(ArchiveError, match="should hold the revision 0000"):
            archive.record("0" * 64, path)
    assert archive.revisions() == ()


def line(**told: object) -> bytes:
    known = {
        "revision": "a",
        "published": "2026-01-01T00:00:00Z",
        "previous": "",
        "graphs": {},
        "changed": [],
        "more": 0,
    }
    return json.dumps(known | told).encode()


@pytest.mark.parametrize(
    "damage",
    [
        *(b"no JSON", b"[]", b"{}", b"\xff", b"", b"1"),
        *(line(revision=1), line(published="1 January"), line(published=1), line(previous=None), line(more="0")),
        *(line(graphs=1), line(graphs={"g": {}}), line(changed=[1]), line()[:-9]),
    ],
)
def test_a_damaged_log_is_told_with_its_line_and_left_as_it_is(archive: Archive, damage: bytes):
    record(archive, text(1))
    damaged = log(archive).read_bytes() + damage + b"\n"
    log(archive).write_bytes(damaged)
    with pytest.raises(ArchiveError, match=r"revisions\.jsonl, line 2: .*; restore the file"):
        archive.revisions()
    with pytest.raises(ArchiveError, match="line 2"):
        record(archive, text(2))
    assert log(archive).read_bytes() == damaged
    assert snapshot.revision(text(2)) not in "".join(files(archive))


def test_snapshots_without_a_log_are_left_alone(archive: Archive):
    found = record(archive, text(1))
    log(archive).unlink()
    with pytest.raises(ArchiveError, match=r"snapshots and no revisions\.jsonl"):
        record(archive, text(2))
    assert archive.snapshot(found.revision)


def test_a_folder_of_something_else_is_not_touched(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("kjære", encoding="utf-8")
    with pytest.raises(ArchiveError, match=r"holds 'letter\.txt', which is none of its files"):
        record(Archive(tmp_path), text(1))
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ArchiveError, match="cannot be written to"):
        record(Archive(tmp_path / "file" / "archive"), text(1))
    with pytest.raises(ArchiveError, match="cannot be read"):
        Archive(tmp_path / "file" / "archive").revisions()


# --- Several processes ------------------------------------------------------------------------------------------------

RECORDS = """
import sys
from pathlib import Path
from archive_worlds import record, text
from byregion.archive import Archive

archive = Archive(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 8):
    record(archive, text(number))
"""


def test_several_processes_record_in_one_folder_one_after_the_other(archive: Archive):
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-c", RECORDS, str(archive.folder)]
    started = [subprocess.Popen([*command, str(start)], env=environ) for start in (0, 100, 200)]
    assert [process.wait(30) for process in started] == [0, 0, 0]
    there = archive.revisions()
    numbers = [number for start in (0, 100, 200) for number in range(start, start + 8)]
    assert {item.revision for item in there} == {snapshot.revision(text(number)) for number in numbers}
    assert [item.previous for item in there] == ["", *(item.revision for item in there[:-1])]
    assert all(item.total == Counts(1, 1, 1) for item in there[1:])
