"""Earlier revisions are asked as the current one is: each in processes of its own, few at once, none left behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive_worlds import DAY, FIRST, RULES, SECOND, record, text
from byregion.archive import KEPT, Archive, Revisions
from byregion.archive.rooms import AT_ONCE, Rooms
from byregion.engine import Answer, Engine, Limits
from byregion.engine.launch import serve_template
from byregion.errors import (
    ArchiveError,
    EngineBusy,
    EngineError,
    NotFound,
    QueryRefused,
    QueryTimeout,
    RevisionGone,
)
from processes import descendants, parent

JSON = "application/sparql-results+json"
ALL = "SELECT * { ?s ?p ?o }"
# None has an ORDER BY: the order is the revision's own.
QUESTIONS = {
    ALL: JSON,
    "SELECT * { GRAPH ?graph { ?s ?p ?o } } LIMIT 5": "text/csv",
    "CONSTRUCT { ?o ?p ?s } WHERE { ?s ?p ?o FILTER (!isLITERAL(?o)) }": "text/turtle",
    "ASK { ?goal a <http://x.test/id/Quoted> }": JSON,
}
# Ten to the power of twelve combinations, in the first revision.
ENDLESS = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?s{n} ?p{n} ?o{n} ." for n in range(12)) + " }"
WITHIN = 20.0


def templates() -> set[int]:
    """The template processes that this one started; those that they forked are called the same."""
    found = set()
    for pid in descendants(os.getpid()):
        if parent(pid) != os.getpid():
            continue
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"byregion.engine.template" in command:
            found.add(pid)
    return found


def happens(what: Callable[[], bool]) -> bool:
    """Whether something comes to be in time."""
    until = time.monotonic() + WITHIN
    while not what() and time.monotonic() < until:
        time.sleep(0.01)
    return what()


@dataclass(frozen=True)
class World:
    """The first revision was published, with these answers, and then the second; made-up ones were too."""

    archive: Archive
    current: Engine
    first: str
    answers: dict[str, Answer]
    others: tuple[str, ...]
    before: set[int]

    def archived(self) -> set[int]:
        """The template processes of archived revisions."""
        return templates() - self.before

    @contextmanager
    def revisions(self, seconds: float = WITHIN, **rooms: Any) -> Iterator[Revisions]:
        """Revisions of which nothing may be left running."""
        made = Revisions(self.current, self.archive, Rooms(Limits(seconds=seconds), **rooms))
        try:
            yield made
        finally:
            made.close()
            assert not self.archived(), "an archived revision is left"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    archive = Archive(tmp_path_factory.mktemp("published") / "archive")
    with archive.incoming() as path, serve_template([FIRST], RULES, Limits(), keep=path) as template:
        archive.record(template.revision, path, DAY)
        pool = template.pool()
        answers = {query: pool.query(query, media_type) for query, media_type in QUESTIONS.items()}
        pool.close()
    first = template.revision
    others = tuple(record(archive, text(number)).revision for number in range(4))
    with archive.incoming() as path, serve_template([SECOND], RULES, Limits(), keep=path) as template:
        archive.record(template.revision, path, DAY + timedelta(days=1))
        pool = template.pool()
        yield World(archive, pool, first, answers, others, templates())
        pool.close()


# --- Which engine -----------------------------------------------------------------------------------------------------


def test_an_earlier_revision_answers_byte_for_byte_as_it_did(world: World):
    with world.revisions() as revisions:
        engine = revisions.engine(world.first)
        assert engine.revision == world.first
        assert {query: engine.query(query, media_type) for query, media_type in QUESTIONS.items()} == world.answers
        assert world.current.query(ALL, JSON) != world.answers[ALL]


def test_the_current_revision_is_asked_where_it_is(world: World):
    with world.revisions() as revisions:
        for name in (world.current.revision, world.current.revision[:8]):
            assert revisions.engine(name) is world.current


def test_a_revision_is_found_by_the_beginning_of_its_name(world: World):
    with world.revisions() as revisions:
        assert revisions.engine(world.first[:8]).revision == world.first


def test_an_unknown_revision_is_not_found(world: World):
    with world.revisions() as revisions, pytest.raises(NotFound, match="no revision '00000000' was published here"):
        revisions.engine("00000000")


def test_without_an_archive_only_the_current_revision_is_known(world: World):
    alone = Revisions(world.current)
    assert alone.engine(world.current.revision[:16]) is world.current
    with pytest.raises(NotFound, match=f"keeps no archive, and .* is {world.current.revision[:16]}"):
        alone.engine(world.first)
    assert alone.published(world.current.revision) is None
    alone.close()


def test_a_revision_that_is_no_longer_kept_is_told_with_what_was_published_since(world: World, tmp_path: Path):
    archive = Archive(tmp_path)
    made = [record(archive, text(number)) for number in range(KEPT + 1)]
    revisions = Revisions(world.current, archive)
    assert revisions.engine(made[1].revision).revision == made[1].revision
    with pytest.raises(
        RevisionGone, match=r"the last 32 are kept, and it was last published 32 publications"
    ) as caught:
        revisions.engine(made[0].revision[:12])
    assert (caught.value.revision, caught.value.since) == (made[0].revision, tuple(made[1:]))
    revisions.close()


def test_a_revision_whose_snapshot_goes_before_it_is_asked_is_told_so(world: World, tmp_path: Path):
    archive = Archive(tmp_path)
    first = record(archive, text(1)).revision
    revisions = Revisions(world.current, archive)
    engine = revisions.engine(first)
    for number in range(KEPT):
        record(archive, text(2 + number))
    with pytest.raises(RevisionGone):
        engine.query(ALL, JSON)
    revisions.close()


def test_when_a_revision_was_first_published_is_told(world: World):
    with world.revisions() as revisions:
        assert revisions.published(world.first) == DAY
        assert revisions.published(world.current.revision) == DAY + timedelta(days=1)
        assert revisions.published("0" * 64) is None


# --- Under the same limits --------------------------------------------------------------------------------------------


def test_a_query_is_ended_at_its_limit(world: World):
    with world.revisions(seconds=0.5) as revisions:
        engine = revisions.engine(world.first)
        with pytest.raises(QueryTimeout):
            engine.query(ENDLESS, JSON)
        assert engine.query(ALL, JSON) == world.answers[ALL]


def test_nothing_is_started_for_what_will_not_be_evaluated(world: World):
    with world.revisions() as revisions:
        with pytest.raises(QueryRefused):
            revisions.engine(world.first).query("SELECT * { SERVICE <http://x.test/sparql> { ?s ?p ?o } }", JSON)
        assert not world.archived()


# --- Few at once ------------------------------------------------------------------------------------------------------


def test_many_may_ask_at_once_and_few_are_in_memory(world: World):
    names = [world.first, *world.others]
    done = threading.Event()
    most = []

    def watch() -> None:
        while not done.wait(0.005):
            most.append(len(world.archived()))

    watching = threading.Thread(target=watch)
    with world.revisions(askers=16) as revisions, ThreadPoolExecutor(12) as threads:
        watching.start()
        asked = [(name, threads.submit(revisions.engine(name).query, ALL, JSON)) for name in names * 3]
        answers = [(name, future.result(2 * WITHIN)) for name, future in asked]
        done.set()
        watching.join()
        for name in names:
            given = {answer.body for whose, answer in answers if whose == name}
            assert len(given) == 1
            assert given == {world.answers[ALL].body} or name != world.first
    assert len({answer.body for _, answer in answers}) == len(names)
    assert max(most) == AT_ONCE


def test_one_that_nobody_asks_any_more_is_ended_and_can_be_asked_again(world: World):
    with world.revisions(idle=0.2) as revisions:
        for _ in range(2):
            assert revisions.engine(world.first).query(ALL, JSON) == world.answers[ALL]
            assert happens(lambda: not world.archived())


def test_one_that_is_asked_is_not_ended_for_another(world: World):
    with world.revisions(seconds=1.5, at_once=1, idle=0.05) as revisions, ThreadPoolExecutor(1) as threads:
        revisions.engine(world.first).query(ALL, JSON)
        slow = threads.submit(revisions.engine(world.first).query, ENDLESS, JSON)
        time.sleep(0.5)
        # Its room becomes free within the time that a query may run, and not before the slow one is at its limit.
        assert revisions.engine(world.others[0]).query(ALL, JSON).body
        with pytest.raises(QueryTimeout):
            slow.result(0)


def test_who_finds_no_room_in_time_is_told_to_come_again(world: World):
    with world.revisions(seconds=1.5, at_once=1) as revisions, ThreadPoolExecutor(4) as threads:
        engine = revisions.engine(world.first)
        engine.query(ALL, JSON)

        def ask_after(seconds: float) -> None:
            time.sleep(seconds)
            engine.query(ENDLESS, JSON)

        # One begins before the one before it ends: the revision is asked for longer than anybody waits.
        slow = [threads.submit(ask_after, seconds) for seconds in (0.0, 0.8, 1.6, 2.4)]
        time.sleep(0.4)
        with pytest.raises(EngineBusy, match="other archived revisions are being asked"):
            revisions.engine(world.others[0]).query(ALL, JSON)
        assert [type(future.exception(WITHIN)) for future in slow] == [QueryTimeout] * 4


def test_too_many_at_once_leave_the_threads_to_others(world: World):
    with world.revisions(seconds=1, askers=1) as revisions, ThreadPoolExecutor(1) as threads:
        slow = threads.submit(revisions.engine(world.first).query, ENDLESS, JSON)
        assert happens(lambda: len(world.archived()) == 1)
        with pytest.raises(EngineBusy, match="too many questions at once"):
            revisions.engine(world.first).query(ALL, JSON)
        assert world.current.query("ASK {}", JSON).body
        assert isinstance(slow.exception(WITHIN), QueryTimeout)


# --- What goes wrong --------------------------------------------------------------------------------------------------


def test_a_damaged_snapshot_is_told_and_stops_nobody(world: World, tmp_path: Path):
    archive = Archive(tmp_path)
    names = [record(archive, text(number)).revision for number in range(2)]
    (tmp_path / f"{names[0]}.nq.gz").write_bytes(b"no gzip")
    revisions = Revisions(world.current, archive, Rooms(Limits(), at_once=1))
    for _ in range(2):
        with pytest.raises(ArchiveError, match=f"the snapshot of the revision {names[0][:16]} is damaged"):
            revisions.engine(names[0]).query(ALL, JSON)
    assert revisions.engine(names[1]).query(ALL, JSON).body
    assert world.current.query(ALL, JSON).body
    revisions.close()


def test_a_damaged_log_leaves_the_current_revision(world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "revisions.jsonl").write_bytes(b"no JSON\n")
    revisions = Revisions(world.current, Archive(tmp_path))
    assert revisions.engine(world.current.revision[:16]) is world.current
    for _ in range(3):
        assert revisions.published(world.current.revision) is None
    assert caplog.text.count("is not known") == 1  # every answer asks
    with pytest.raises(ArchiveError, match="line 1"):
        revisions.engine(world.first)
    revisions.close()


def test_one_whose_process_was_killed_is_started_again(world: World):
    with world.revisions() as revisions:
        engine = revisions.engine(world.first)
        engine.query(ALL, JSON)
        (template,) = world.archived()
        os.kill(template, signal.SIGKILL)
        assert happens(lambda: not world.archived())
        with pytest.raises(EngineError):
            engine.query(ALL, JSON)
        assert engine.query(ALL, JSON) == world.answers[ALL]


def test_closing_ends_also_what_is_asked(world: World):
    with world.revisions() as revisions, ThreadPoolExecutor(2) as threads:
        slow = [threads.submit(revisions.engine(name).query, ENDLESS, JSON) for name in (world.first, world.others[0])]
        assert happens(lambda: len(world.archived()) == 2)
        revisions.close()
        assert not world.archived()
        assert isinstance(slow[0].exception(WITHIN), EngineError)
        slow[1].exception(WITHIN)
        with pytest.raises(EngineError, match="closed"):
            revisions.engine(world.first).query(ALL, JSON)
