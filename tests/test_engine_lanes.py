"""Lanes: what takes long gives way, what finds no place is told so, and what is light goes on meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import URIRef

from byregion.dataset import GraphFile
from byregion.engine import Limits, ranks
from byregion.engine.lanes import Lanes, Width
from byregion.engine.launch import Template, serve_template
from byregion.engine.pool import Pool
from byregion.errors import EngineBusy, QueryAbandoned, QueryTimeout
from engine_data import JSON, X

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
# Of 9 million pairs: some seconds, and an end.
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STRLEN(CONCAT(STR(?a), STR(?f))) > 0) }"
LIGHT = f"ASK {{ <{X}0> <{X}next> <{X}1> }}"
LIMITS = Limits(seconds=30, memory_mb=160)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    path = tmp_path_factory.mktemp("data") / "circle.ttl"
    path.write_text("\n".join(f"<{X}{n}> <{X}next> <{X}{(n + 1) % 3000}> ." for n in range(3000)), encoding="utf-8")
    with serve_template([GraphFile(path, URIRef(X + "circle"))], (), LIMITS) as started:
        yield started


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as executor:
        yield executor


def pool(template: Template, width: Width, seconds: float = 2.0) -> contextlib.closing[Pool]:
    limits = replace(LIMITS, seconds=seconds)
    return contextlib.closing(Pool(template.socket, template.revision, limits=limits, width=width))


def workers(template: Template) -> set[int]:
    tasks = Path(f"/proc/{template.process.pid}/task/{template.process.pid}/children")
    return {int(pid) for pid in tasks.read_text(encoding="ascii").split()}


def test_light_queries_are_answered_beside_as_many_heavy_ones_as_there_may_be(
    template: Template, threads: ThreadPoolExecutor
) -> None:
    with pool(template, Width(light=1, heavy=2)) as engine:
        heavy = [threads.submit(engine.query, ENDLESS, JSON) for _ in range(2)]
        answered = 0
        while not all(future.done() for future in heavy):
            assert engine.query(LIGHT, JSON).body == b'{"head":{},"boolean":true}'
            answered += 1
        assert answered > 20
        assert [type(future.exception()) for future in heavy] == [QueryTimeout] * 2


def test_a_heavy_query_without_a_place_is_told_to_come_back_at_once(
    template: Template, threads: ThreadPoolExecutor
) -> None:
    with pool(template, Width(light=2, heavy=1), seconds=5) as engine:
        first = threads.submit(engine.query, ENDLESS, JSON)
        time.sleep(0.5)
        before = time.monotonic()
        with pytest.raises(EngineBusy, match="all that may take long"):
            engine.query(ENDLESS, JSON)
        assert time.monotonic() - before < 2
        assert not first.done()
        with pytest.raises(QueryTimeout):
            first.result()


def test_a_heavy_query_has_only_the_time_that_others_leave_and_its_process_comes_back_or_ends(
    template: Template, threads: ThreadPoolExecutor
) -> None:
    before = workers(template)
    with pool(template, Width(), seconds=30) as engine:
        future = threads.submit(engine.query, LONG, JSON)
        time.sleep(1)
        (pid,) = workers(template) - before
        assert schedulers(pid) == {os.SCHED_IDLE}
        assert future.result().body
        if ranks.may_return():
            assert engine.query(LIGHT, JSON).body
            assert schedulers(pid) == {os.SCHED_OTHER}
            assert os.getpriority(os.PRIO_PROCESS, pid) == os.getpriority(os.PRIO_PROCESS, 0)
            return
        until = time.monotonic() + 5
        while pid in workers(template) and time.monotonic() < until:
            time.sleep(0.01)
        assert pid not in workers(template)


def schedulers(pid: int) -> set[int]:
    """How the threads of a process are scheduled."""
    return {os.sched_getscheduler(int(thread)) for thread in os.listdir(f"/proc/{pid}/task")}


def test_a_query_may_ask_for_less_time_and_gets_no_more(template: Template) -> None:
    with pool(template, Width(), seconds=0.5) as engine:
        for asked, given in ((0.2, 0.2), (0.05, 0.05), (60.0, 0.5)):
            with pytest.raises(QueryTimeout) as caught:
                engine.query(ENDLESS, JSON, seconds=asked)
            assert caught.value.seconds == given


def test_a_query_whose_client_goes_is_ended(template: Template) -> None:
    async def scenario() -> float:
        loop = asyncio.get_running_loop()
        engine.run_on(loop)
        left = asyncio.Event()
        asked = asyncio.create_task(engine.ask(ENDLESS, JSON, gone=left.wait))
        await asyncio.sleep(0.4)
        assert workers(template) - before
        left.set()
        began = time.monotonic()
        with pytest.raises(QueryAbandoned):
            await asked
        while workers(template) - before:
            await asyncio.sleep(0.01)
        engine.close()
        await asyncio.sleep(0)
        return time.monotonic() - began

    before = workers(template)
    engine = Pool(template.socket, template.revision, limits=LIMITS)
    assert asyncio.run(scenario()) < 3


def test_who_waits_comes_in_in_order_and_too_many_are_turned_away() -> None:
    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        lanes, order = Lanes(Width(light=1, heavy=1, waiting=2)), []

        async def go(name: str, seconds: float = 5) -> None:
            turn = await lanes.enter(loop.time() + seconds)
            order.append(name)
            await asyncio.sleep(0.05)
            turn.leave()

        first = [asyncio.create_task(go(name)) for name in "abc"]
        await asyncio.sleep(0.01)
        assert lanes.counts == (1, 0, 2)
        with pytest.raises(EngineBusy, match="wait already"):
            await go("d")
        await asyncio.gather(*first)
        assert order == ["a", "b", "c"]
        assert lanes.counts == (0, 0, 0)

    asyncio.run(scenario())


def test_who_waits_too_long_or_gives_up_takes_no_place() -> None:
    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        lanes = Lanes(Width(light=1, heavy=1, waiting=4))
        turn = await lanes.enter(loop.time() + 1)
        with pytest.raises(EngineBusy, match="in time"):
            await lanes.enter(loop.time() + 0.05)
        waiting = asyncio.create_task(lanes.enter(loop.time() + 5))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        turn.leave()
        assert lanes.counts == (0, 0, 0)
        assert not (await lanes.enter(loop.time() + 1)).is_heavy

    asyncio.run(scenario())
