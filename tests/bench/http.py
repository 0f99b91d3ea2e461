"""Queries over HTTP: every server asked the same, in turns, by the same client, one after the other.

CPU is that of the server's whole process tree, those that ended counted; memory is the sum of the tree's proportional
shares (PSS), so that pages shared by forks count once.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Final

from tests.processes import cpu_ms, descendants

from .client import Job, Request, Told
from .mix import Query
from .peers import Server

ROOT: Final = Path(__file__).resolve().parents[2]
SLOW: Final = 2.0
"""Seconds above which a query is asked of a server once, while its answer is checked, and not again."""
PATIENCE: Final = 120.0
REPEATS: Final = 0.7
"""Share of a log's requests that were in it before."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one server took for one query in one round, from 0; times in milliseconds, a request each."""

    server: str
    query: str
    round: int
    cpu: float
    rps: float
    p50: float
    p99: float
    requests: int
    statuses: dict[str, int]


@dataclass(frozen=True, slots=True)
class Check:
    """The first answer of a server to a query: its rows and seconds, or why there is none."""

    server: str
    query: str
    rows: int
    seconds: float
    cpu: float
    fault: str = ""


def ask(job: Job) -> Told:
    """Do a job in a process of its own."""
    command = [sys.executable, "-S", "-m", "tests.bench.client"]
    done = subprocess.run(command, input=json.dumps(asdict(job)), capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"the client failed: {done.stderr}")
    return Told(**json.loads(done.stdout))


def sample(server: Server, name: str, number: int, job: Job) -> Sample:
    """Do a job, in the round `number`, and return what it took the server."""
    before = cpu_ms(server.process.pid)
    told = ask(job)
    spent = cpu_ms(server.process.pid) - before
    answered = len(told.latencies)
    if not answered:
        raise RuntimeError(f"{server.name} answered nothing to {name}")
    p50, p99 = percentiles(told.latencies)
    rate = answered / told.seconds
    return Sample(server.name, name, number, spent / answered, rate, p50, p99, answered, dict(told.statuses))


def percentiles(latencies: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile (the most, of fewer than a hundred)."""
    ranked = sorted(latencies)
    return statistics.median(ranked), ranked[min(len(ranked) - 1, int(len(ranked) * 0.99))]


def check(server: Server, query: Query) -> Check:
    """Ask once and count what is answered."""
    before, began = cpu_ms(server.process.pid), time.perf_counter()
    rows, fault = 0, ""
    try:
        status, body = server.get(query, PATIENCE)
        if status == 200:
            rows = query.rows(body)
        else:
            fault = f"status {status}: {body[:120].decode(errors='replace')}"
    except (OSError, ValueError, SyntaxError) as error:
        fault = f"no answer that can be read: {error}"
    took = time.perf_counter() - began
    return Check(server.name, query.name, rows, took, cpu_ms(server.process.pid) - before, fault)


def unequal(checks: Sequence[Check], reference: str) -> dict[str, dict[str, str]]:
    """Return, by server and query, why its answer is not that of the server `reference`."""
    rows = {one.query: one.rows for one in checks if one.server == reference and not one.fault}
    found: dict[str, dict[str, str]] = {}
    for one in checks:
        why = one.fault
        if not why and one.query in rows and one.rows != rows[one.query]:
            why = f"{one.rows} rows, not {rows[one.query]}"
        if why:
            found.setdefault(one.server, {})[one.query] = why
    return found


def once(checks: Sequence[Check]) -> list[Sample]:
    """Return the figures of what took more than `SLOW` seconds when it was checked, which is not asked again."""
    return [
        Sample(
            one.server, one.query, 0, one.cpu, 1 / one.seconds, one.seconds * 1000, one.seconds * 1000, 1, {"200": 1}
        )
        for one in checks
        if one.seconds > SLOW and not one.fault
    ]


def round_of(
    number: int,
    servers: Sequence[Server],
    queries: Sequence[Query],
    checks: Sequence[Check],
    seconds: float,
    vary: bool,
) -> list[Sample]:
    """Measure, in the round `number`, each query on each server in turn, but for those that have no answer or are slow.

    With `vary` no request is like any before, in this round or another; without, each was answered just before.
    """
    fit = {(one.server, one.query) for one in checks if not one.fault and one.seconds <= SLOW}
    found = []
    for query in queries:
        for server in servers:
            if (server.name, query.name) in fit:
                address = server.address(query) + (f"{number}-" if vary else "again")
                request = Request(address, query.accept)
                if not vary:
                    ask(Job(server.port, [request], connections=1, seconds=PATIENCE, most=1))
                job = Job(server.port, [request], vary=vary, seconds=seconds)
                found.append(sample(server, query.name, number, job))
    return found


def log_of(queries: Sequence[Query], length: int, number: int) -> tuple[list[tuple[Query, str]], list[int]]:
    """Return the different requests of a log, as query and comment, and their order in it.

    Of `length` requests 70 % were asked before; what is asked again was mostly asked first, as Zipf's law has it.
    Another `number` gives other requests, so that none is in a cache.
    """
    random = Random(number)
    different: list[tuple[Query, str]] = []
    order: list[int] = []
    for place in range(length):
        if different and random.random() < REPEATS:
            weights = [1 / rank for rank in range(1, len(different) + 1)]
            order += random.choices(range(len(different)), weights)
        else:
            different.append((random.choice(queries), f"log-{number}-{place}"))
            order.append(len(different) - 1)
    return different, order


def log(number: int, servers: Sequence[Server], queries: Sequence[Query], length: int) -> list[Sample]:
    """Send each server the same log, another in each round."""
    different, order = log_of(queries, length, number)
    found = []
    for server in servers:
        requests = [Request(server.address(query) + comment, query.accept) for query, comment in different]
        job = Job(server.port, requests, order=order, seconds=600.0)
        found.append(sample(server, "log", number, job))
    return found


def settle(server: Server) -> list[str]:
    """End what a server does beside answering; returns what that was.

    byregion makes the files that are downloaded, in a process of its own, after it has started.
    """
    ended = []
    for pid in descendants(server.process.pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if "byregion.edition.press" in command:
                os.kill(pid, signal.SIGTERM)
                ended.append("byregion.edition.press")
    return ended


def memory_mb(server: Server) -> float:
    """Return the proportional set size of all processes of a server, in MiB."""
    total = 0
    for pid in (server.process.pid, *descendants(server.process.pid)):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024
