"""The journal of a store on disk: what was acknowledged is there, what was not is there as a whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import re
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from byregion.engine.journal import Beginning, Changes, Content, changes, layout, records
from byregion.engine.pool import Pool
from byregion.engine.store import plain
from byregion.engine.write import Body, GraphWrite, Update, Write
from byregion.errors import EngineError, NotFound, StoreError, StoreFull
from byregion.namespaces import BASE as BYREGION
from journal_world import BASE, Held, Opened, Recording, Step
from template_killer import LIMITS, ready, templates

G = BASE + "g"
DAMAGED = re.compile("damaged|no journal")


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """The kernel's own limit, at which a write ends half-way and the next fails, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def journal_file(folder: Path) -> Path:
    return layout.segments(folder)[-1][1]


# --- What is recorded -------------------------------------------------------------------------------------------------


def test_a_store_is_opened_as_it_was_left(tmp_path: Path):
    with Opened(tmp_path / "store") as store:
        store.update(f"INSERT DATA {{ <a> <b> 1 , 'x'@nb-NO , _:x . GRAPH <{G}> {{ <a> <b> _:x , 1.50 }} }}")
        store.update("INSERT { ?s <again> ?o } WHERE { ?s <b> ?o FILTER isBLANK(?o) }")
        store.graph("put", BASE + "empty")
        store.graph("put", BASE + "gone", "<a> <b> 'c' .")
        store.graph("delete", BASE + "gone")
        store.update(f"DELETE WHERE {{ GRAPH <{G}> {{ ?s ?p ?o }} }}")
        before = store.held
    assert before.graphs == {G, BASE + "empty"}
    with Opened(tmp_path / "store") as again:
        assert again.held == before
        # A blank node that was there before can still be spoken of.
        again.update("DELETE WHERE { ?s <again> ?o }")
        after = again.held
    with Opened(tmp_path / "store") as third:
        assert third.held == after


def test_a_change_tells_who_changed_what_when_and_why(tmp_path: Path):
    with Opened(tmp_path / "store") as store:
        first = store.journal.revision
        store.write(Update("INSERT DATA { <a> <b> 1 }", base=BASE), who="Åse", why="Kjelda sa noko anna «i går»")
        store.update("INSERT DATA { <a> <b> 1 }")
        store.update("DELETE DATA { <a> <b> 1 }")
        one, two = changes(tmp_path / "store")
        assert (one.number, one.who, one.why) == (1, "Åse", "Kjelda sa noko anna «i går»")
        assert (one.previous, one.revision, two.revision) == (first, two.previous, store.journal.revision)
        assert one.delta.added == two.delta.removed != frozenset()
        assert one.when.tzinfo is not None
        assert one.when <= two.when
        assert [change.number for change in changes(tmp_path / "store", after=1)] == [2]


def test_changes_are_found_by_number_and_revision_while_they_come(tmp_path: Path):
    with Opened(tmp_path / "store") as store:
        found = Changes(tmp_path / "store")
        assert len(found) == 0
        made = [store.update(f"INSERT DATA {{ <a> <b> {number} }}") for number in range(5)]
        store.compact()
        made += [store.update(f"INSERT DATA {{ <a> <b> {number} }}") for number in range(5, 8)]
        assert len(found) == 8
        assert [found[number].revision for number in range(1, 9)] == made
        assert [found.number(revision[:20]) for revision in made] == list(range(1, 9))
        assert found.number(plain().revision) == 0
        for missing in ("", "x"):
            with pytest.raises(NotFound):
                found.number(missing)
        for number in (0, 9):
            with pytest.raises(NotFound):
                found[number]
        assert [change.number for change in changes(tmp_path / "store", after=4)] == [5, 6, 7, 8]


def test_every_revision_there_ever_was_can_be_made_again(tmp_path: Path):
    with Opened(tmp_path / "store") as store:
        history = [store.held]
        for number in range(12):
            store.update(f"INSERT DATA {{ GRAPH <g{number % 3}> {{ <a> <b> {number} , '{number}'@en , _:x }} }}")
            if number % 4 == 3:
                store.graph("delete", f"{BASE}g{number % 3}")
                history.append(store.held)
            history.append(store.held)
            if number % 3 == 2:
                store.compact()
        assert len(layout.snapshots(tmp_path / "store")) == 2
        revisions = {item.revision: item for item in history}
        for change in changes(tmp_path / "store"):
            content = Content(tmp_path / "store", change.number)
            lines = list(content.lines())
            assert lines == sorted(lines)
            if known := revisions.get(change.revision):
                assert (content.revision, frozenset(lines)) == (known.revision, known.statements)
                assert {graph.value for graph in content.store().named_graphs()} == known.graphs
        assert content.sha256() == hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest()


def test_what_was_published_is_spelled_as_its_files_spell_it(tmp_path: Path):
    folder, end = tmp_path / "store", f"<{BYREGION}graphs/x/stated> ."
    one, two, three = (
        f'<http://e/a> <http://e/{name}> "{number}"^^<http://www.w3.org/2001/XMLSchema#decimal> {end}'.encode()
        for name, number in (("b", "1.50"), ("c", "2.00"), ("d", "3.5"))
    )
    beginning = Beginning("published", "0.1.0", "", lambda: b"%b\n%b\n" % (one, two))
    with Opened(folder, beginning=beginning) as store:
        store.update("DELETE WHERE { GRAPH ?g { ?s <http://e/b> ?o } }")
        store.update(f"INSERT DATA {{ GRAPH <{BYREGION}graphs/x/stated> {{ <http://e/a> <http://e/d> 3.50 }} }}")
        assert store.state.loaded.stated == 2
    assert list(Content(folder).lines()) == [two, three]
    assert list(Content(folder, 0).lines()) == [one, two]


# --- Crashes ----------------------------------------------------------------------------------------------------------


def a_day_of_writes(folder: Path) -> tuple[list[Step], dict[str, Held]]:
    """What a store on disk does to it in a day, and what it held in each of its revisions."""
    disk = Recording()
    with Opened(folder, disk) as store:
        history = {store.held.revision: store.held}

        def done(revision: str) -> None:
            disk.acknowledge(revision)
            history[revision] = store.held

        for number in range(6):
            done(
                store.update(f"INSERT DATA {{ <s{number}> <b> 1 , 2 . GRAPH <g{number % 2}> {{ <a> <b> _:x , 'æ' }} }}")
            )
        done(store.graph("put", BASE + "empty"))
        done(store.graph("put", BASE + "g0", "<a> <b> 1 , 2 , 3 ."))
        with no_file_larger_than(journal_file(folder).stat().st_size + 300), pytest.raises(StoreFull):
            store.update(f"INSERT DATA {{ <never> <written> '{'x' * 500}' }}")
        store.compact()
        done(store.update("DELETE WHERE { ?s ?p 2 }"))
        done(store.graph("delete", BASE + "g1"))
        store.compact()
        store.compact()
        done(store.update("INSERT DATA { <last> <of> <all> }"))
    return disk.steps, history


Files = dict[str, bytes]


def after_crashes(steps: list[Step], *, every_byte: int) -> Iterator[tuple[Files, str, str]]:
    """Yield what the disk may hold after a crash at each moment, the revision acknowledged last, and one under way.

    What was synced is there. Of what was written since, any beginning may be, or all of it with sectors that never
    reached the disk, which are zeros. Of the first `every_byte` writes, every beginning is tried.
    """
    synced: Files = {}
    pending: Files = {}
    acknowledged = under_way = plain().revision
    writes = 0
    for index, step in enumerate(steps):
        match step.what:
            case "begin":
                for part in (b"", step.data[: len(step.data) // 2], step.data):
                    yield synced | {"incoming-x": part}, acknowledged, acknowledged
            case "put":
                synced = synced | {step.name: step.data}
            case "write":
                writes += 1
                new = step.data
                under_way = next((item.data.decode() for item in steps[index:] if item.what == "ack"), "")
                sizes = range(len(new)) if writes <= every_byte else sorted({1, len(new) // 2, len(new) - 1})
                beginnings = [new[:size] for size in sizes]
                zeroed = with_holes(new, len(synced[step.name]))
                for part in (*beginnings, *zeroed, new):
                    yield synced | {step.name: synced[step.name] + part}, acknowledged, under_way
                pending = {step.name: new}
            case "cut":
                # The cut may not have reached the disk.
                for part in (b"", *pending.values()):
                    yield synced | {step.name: synced[step.name] + part}, acknowledged, acknowledged
                pending, under_way = {step.name: b""}, acknowledged
            case "sync" if step.name in pending:
                synced = synced | {step.name: synced[step.name] + pending.pop(step.name)}
            case "ack":
                acknowledged = under_way = step.data.decode()
        yield dict(synced), acknowledged, under_way


def with_holes(data: bytes, at: int) -> Iterator[bytes]:
    """Yield what byte `at` of a file on begins with where each sector, and each but one, never reached the disk."""
    edges = sorted({0, *range(512 - at % 512, len(data), 512), len(data)})
    for begin, end in pairwise(edges):
        yield data[:begin] + bytes(end - begin) + data[end:]
        yield bytes(begin) + data[begin:end] + bytes(len(data) - end)


def test_after_a_crash_at_any_moment_every_acknowledged_write_is_there_and_no_half_of_another(tmp_path: Path):
    steps, history = a_day_of_writes(tmp_path / "day")
    assert {"write", "sync", "cut", "put", "ack"} <= {step.what for step in steps}
    folder, tried, cut, ahead = tmp_path / "store", 0, 0, 0
    for files, acknowledged, under_way in after_crashes(steps, every_byte=3):
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        with Opened(folder) as store:
            assert store.held == history[store.held.revision]
            assert store.held.revision in {acknowledged, under_way}, (tried, sorted(files))
            ahead += store.held.revision != acknowledged
            cut += store.journal.cut > 0
            # It can be written to as if nothing had been.
            revision = store.update("INSERT DATA { <after> <the> <crash> }")
        with Opened(folder) as again:
            assert (again.held.revision, again.journal.cut) == (revision, 0)
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        tried += 1
    # A quarter of them, at least, crashed within a write; of some, all of it had reached the disk by chance.
    assert tried > 1000
    assert cut > tried // 4
    assert ahead > 10


# --- Damage -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The folder of a store with six changes, a snapshot after the third among them."""
    with Opened(tmp_path / "store") as store:
        for number in range(6):
            store.update(f"INSERT DATA {{ <a> <b> {number} }}")
            if number == 2:
                store.compact()
    return tmp_path / "store"


def test_damage_to_what_was_acknowledged_is_refused_and_never_cut_off(written: Path):
    path = journal_file(written)
    whole, chance = path.read_bytes(), random.Random(20261123)
    # The last bytes of the last record cannot be told from a write that was never finished; they are not altered here.
    for at in chance.sample(range(len(whole) - 80), 200):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        with pytest.raises(StoreError, match=DAMAGED) as told:
            Opened(written)
        assert str(path) in str(told.value)
        assert "byregion restore" in str(told.value)
        assert path.read_bytes() == damaged
        with pytest.raises(StoreError, match=DAMAGED):
            list(changes(written))


def test_a_record_that_is_gone_from_the_middle_is_missed(written: Path):
    path = journal_file(written)
    whole = path.read_bytes()
    with path.open("rb") as file:
        begin = records.read(file, 0)[1]
        end = records.read(file, begin)[1]
    path.write_bytes(whole[:begin] + whole[end:])
    with pytest.raises(StoreError, match="does not follow"):
        Opened(written)


def test_a_segment_or_a_snapshot_that_is_gone_is_missed(written: Path):
    first, last = (path for _, path in layout.segments(written))
    kept = last.read_bytes()
    last.unlink()
    with pytest.raises(StoreError, match="is not there"):
        Opened(written)
    last.write_bytes(kept)
    for _, path in layout.snapshots(written):
        path.unlink()
    with Opened(written) as store:
        assert len(store.held.statements) == 6
    first.unlink()
    with pytest.raises(StoreError, match="is not there"):
        Opened(written)


def test_without_a_damaged_snapshot_the_store_is_made_of_its_journal(written: Path):
    (_, path), *_ = layout.snapshots(written)
    whole, chance = path.read_bytes(), random.Random(7)
    for at in (*chance.sample(range(10, len(whole)), 20), None):
        path.write_bytes(whole[:-10] if at is None else whole[:at] + bytes([whole[at] ^ 8]) + whole[at + 1 :])
        with pytest.raises(StoreError, match="remove it"):
            Opened(written)
    path.unlink()
    with Opened(written) as store:
        assert len(store.held.statements) == 6


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.odt").write_bytes(b"")
    with pytest.raises(StoreError, match=r"thesis\.odt"):
        Opened(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {"thesis.odt", layout.LOCK}


# --- One writer, one ontology -----------------------------------------------------------------------------------------


def test_only_one_process_has_a_store_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("byregion.engine.journal.writing.WAITS", 0.2)
    with Opened(tmp_path / "store") as first:
        with pytest.raises(StoreError, match="another process has the store"):
            Opened(tmp_path / "store")
        revision = first.update("INSERT DATA { <a> <b> 1 }")
    with Opened(tmp_path / "store") as second:
        assert second.held.revision == revision


def test_a_store_of_another_ontology_or_kind_is_refused_with_what_would_do(tmp_path: Path):
    folder = tmp_path / "store"
    with Opened(folder, beginning=Beginning("plain", "0.1.0")) as store:
        store.update("INSERT DATA { <a> <b> 1 }")
    with pytest.raises(StoreError, match=r"under the ontology 0\.1\.0, and this is 0\.2\.0") as told:
        Opened(folder, beginning=Beginning("plain", "0.2.0"))
    assert f"byregion migrate --store {folder}" in str(told.value)
    with pytest.raises(StoreError, match="--empty"):
        Opened(folder, beginning=Beginning("published", "0.1.0"))
    # What was refused has let go of the store.
    with Opened(folder, beginning=Beginning("plain", "0.1.0")) as store:
        assert len(store.held.statements) == 1


# --- A disk that is full ----------------------------------------------------------------------------------------------


def test_where_the_disk_is_full_nothing_is_written_and_later_writes_are_done(tmp_path: Path):
    with Opened(tmp_path / "store") as store:
        store.update("INSERT DATA { <a> <b> 1 }")
        before = store.held
        size = journal_file(tmp_path / "store").stat().st_size
        for room in (0, 1, 100, 300):
            with no_file_larger_than(size + room), pytest.raises(StoreFull, match="disk is full"):
                store.update("INSERT DATA { <a> <b> 'more' }")
            assert store.held == before
            assert journal_file(tmp_path / "store").stat().st_size == size
        store.update("INSERT DATA { <a> <b> 'more' }")
        after = store.held
    with Opened(tmp_path / "store") as again:
        assert again.held == after


def test_a_file_system_that_is_full_is_opened_and_read(tmp_path: Path):
    """To mount one takes root; what anybody can see of a full disk stands in the test above."""
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        assert os.getuid() != 0, "root can mount a file system in memory"
        return
    try:
        with Opened(small / "store") as store:
            with pytest.raises(StoreFull, match="disk is full"):
                for number in range(100):
                    store.update(f"INSERT DATA {{ <a> <b> '{number}{'x' * 20_000}' }}")
            before = store.held
            assert len(before.statements) > 5
        with Opened(small / "store") as again:
            assert again.held == before
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_where_no_snapshot_can_be_made_the_journal_goes_on(tmp_path: Path):
    folder = tmp_path / "store"
    with Opened(folder) as store:
        store.update(f"INSERT DATA {{ <a> <b> '{random.Random(1).randbytes(3000).hex()}' }}")
        with no_file_larger_than(1000), pytest.raises(OSError, match="too large"):
            store.compact()
        assert not layout.snapshots(folder)
        store.update("INSERT DATA { <a> <b> 2 }")
        before = store.held
    assert not list(folder.glob("incoming-*"))
    with Opened(folder) as again:
        assert again.held == before


def test_a_disk_that_fails_is_not_trusted_again_until_the_next_start(tmp_path: Path):
    with Opened(tmp_path / "store") as store:
        store.update("INSERT DATA { <a> <b> 1 }")
        before = store.held
        # What nobody may write to fails as a disk does that has become read-only.
        journal = os.open(journal_file(tmp_path / "store"), os.O_RDONLY)
        kept = os.dup(store.journal._file)
        os.dup2(journal, store.journal._file)
        with pytest.raises(StoreError, match="start again"):
            store.update("INSERT DATA { <a> <b> 2 }")
        os.dup2(kept, store.journal._file)
        with pytest.raises(StoreError, match="start again"):
            store.update("INSERT DATA { <a> <b> 2 }")
        assert store.held == before
        for number in (journal, kept):
            os.close(number)
    with Opened(tmp_path / "store") as again:
        assert again.held == before
        again.update("INSERT DATA { <a> <b> 2 }")


# --- Kills ------------------------------------------------------------------------------------------------------------

KILLS = 200
SEED = 20261123


class Ledger:
    """What writers were told: subjects whose write was acknowledged, and those whose write was begun."""

    def __init__(self) -> None:
        self.acknowledged: set[str] = set()
        self.begun: set[str] = set()

    def write(self, pool: Pool, chance: random.Random, name: str) -> None:
        """Write until that fails: each time three statements, of two graphs, by update or as a graph."""
        with contextlib.suppress(EngineError):
            while True:
                subject = f"{BASE}{name}-{len(self.begun)}-{chance.getrandbits(32)}"
                self.begun.add(subject)
                if chance.random() < 0.5:
                    graph = f"GRAPH <{G}> {{ <{subject}> <urn:p> 2 , '{'x' * chance.randrange(2000)}' }}"
                    what = Update(f"INSERT DATA {{ <{subject}> <urn:p> 1 . {graph} }}")
                else:
                    what = GraphWrite("put", subject, (Body(f"<{subject}> <urn:p> 1, 2, 3 .".encode(), "text/turtle"),))
                pool.write(Write(what, who=name))
                self.acknowledged.add(subject)

    def check(self, pool: Pool) -> None:
        """Hold what is there to what was told."""
        found = pool.query(COUNTS, "text/csv").body.decode().splitlines()[1:]
        there = {subject: int(count) for subject, count in (line.split(",") for line in found)}
        assert set(there.values()) <= {3}, "half a write is there"
        assert self.acknowledged <= there.keys(), "an acknowledged write is lost"
        assert there.keys() <= self.begun


COUNTS = """SELECT ?s (COUNT(*) AS ?n)
WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } GROUP BY ?s"""


def test_killed_at_any_moment_under_concurrent_writers_the_store_loses_nothing(tmp_path: Path):
    """The template is killed with SIGKILL: while it opens the store, while three write, while it compacts."""
    chance, ledger = random.Random(SEED), Ledger()
    with templates(tmp_path / "store", tmp_path) as made, ThreadPoolExecutor(3) as threads:
        for kill in range(KILLS):
            with made.start() as (pid, told):
                if chance.random() < 0.2:
                    time.sleep(chance.random() * 0.02)
                    os.kill(pid, signal.SIGKILL)
                    continue
                address, revision = ready(told)
                with contextlib.closing(Pool(address, revision, limits=LIMITS)) as pool:
                    if kill % 10 == 0:
                        ledger.check(pool)
                    seeds = [random.Random(chance.getrandbits(32)) for _ in range(3)]
                    working = [threads.submit(ledger.write, pool, seed, f"{kill}") for seed in seeds]
                    time.sleep(chance.random() * 0.15)
                    os.kill(pid, signal.SIGKILL)
                    for work in working:
                        work.result(timeout=20)
        with made.start() as (_, told):
            address, revision = ready(told)
            with contextlib.closing(Pool(address, revision, limits=LIMITS)) as pool:
                ledger.check(pool)
    last = None
    for change in changes(tmp_path / "store"):
        last = change
    assert last is not None
    assert last.revision == revision
    assert len(ledger.acknowledged) <= last.number <= len(ledger.begun)
    assert len(ledger.acknowledged) > KILLS
    assert layout.snapshots(tmp_path / "store")
