"""What was measured, as tables and as JSON: medians over the rounds, and ratios beside what they are to be."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from byregion.config import Settings

from .fire import ENDS_WITHIN, Burn
from .http import Check, Sample
from .mix import Query
from .peers import US

RESULTS: Final = Path(__file__).resolve().parent / "results"
OXIGRAPH: Final = "oxigraph"
HEAVY: Final = 3.0
"""Milliseconds of CPU in Oxigraph's server from which a query counts as heavy."""
_PACKAGES: Final = ("byregion", "flask", "granian", "pyoxigraph", "pyshacl", "rdflib", "shacl")
_OF_ONE_RUN: Final = ("data", "port", "public_url", "archive")


@dataclass(slots=True)
class Run:
    """What was measured over as many regions as `regions`; memory in MiB by server."""

    regions: int
    triples: int
    queries: tuple[Query, ...]
    servers: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    unequal: dict[str, dict[str, str]] = field(default_factory=dict)
    uncached: list[Sample] = field(default_factory=list)
    cached: list[Sample] = field(default_factory=list)
    logs: list[Sample] = field(default_factory=list)
    fire: list[Burn] = field(default_factory=list)
    memory: dict[str, float] = field(default_factory=dict)

    def equal(self, *servers: str) -> list[Query]:
        """Return the queries to which all of `servers` have the same answer."""
        return [one for one in self.queries if not any(one.name in self.unequal.get(name, {}) for name in servers)]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure of ours over a server's: over how many queries, the least and the most of the rounds, and the aim."""

    what: str
    peer: str
    value: float
    least: float
    most: float
    queries: int
    aim: str


def machine() -> dict[str, object]:
    """What the figures depend on."""
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, cwd=RESULTS.parent)
    return {
        "cpu": next((line.partition(":")[2].strip() for line in cpus if line.startswith("model name")), ""),
        "cpus": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "commit": commit.stdout.strip(),
    }


def settings() -> dict[str, object]:
    """The settings that `byregion serve` has by itself, but for where it listens and what it publishes."""
    defaults = Settings()
    return {
        one.name: getattr(defaults, one.name) for one in dataclasses.fields(defaults) if one.name not in _OF_ONE_RUN
    }


def write(body: Mapping[str, object]) -> Path:
    """Write a record of a run, named by its time."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    return path


def record(run: Run) -> dict[str, object]:
    """Return a run as JSON knows it, with its ratios."""
    body = asdict(run)
    body["queries"] = [{"name": one.name, "group": one.group} for one in run.queries]
    return body | {"ratios": [asdict(one) for one in ratios(run)]}


# --- Ratios -----------------------------------------------------------------------------------------------------------


def ratios(run: Run) -> list[Ratio]:
    """Return our CPU a request over that of each server, by groups of queries, with the aims where there are any."""
    heavy = {one for one, cpu in _medians(run.uncached, OXIGRAPH).items() if cpu > HEAVY}
    lookups = {one.name for one in run.queries if one.group == "lookup"}
    everything = {one.name for one in run.queries}
    found = [
        _ratio(run, run.uncached, OXIGRAPH, everything, "uncached, all queries", "≤ 1.6"),
        _ratio(run, run.uncached, OXIGRAPH, lookups, "uncached, lookups", "≤ 3"),
        _ratio(run, run.uncached, OXIGRAPH, heavy, f"uncached, above {HEAVY:g} ms", "≤ 1.3"),
        _ratio(run, run.uncached, "rdflib-endpoint", everything, "uncached, all queries", "≤ 0.1"),
        _ratio(run, run.uncached, "virtuoso", everything, "uncached, all queries", "≤ 0.5"),
        _ratio(run, run.cached, OXIGRAPH, everything, "asked again, all queries", "≤ 0.15"),
        _ratio(run, run.cached, OXIGRAPH, lookups, "asked again, lookups", "≤ 0.8"),
        _ratio(run, run.logs, OXIGRAPH, {"log"}, "log with 70 % repeats", "≤ 0.5"),
        _ratio(run, run.logs, OXIGRAPH, {"log"}, "log, answers a second", "≥ 2", of="rps"),
    ]
    return [one for one in found if one]


def _ratio(
    run: Run, samples: Sequence[Sample], peer: str, names: set[str], what: str, aim: str, *, of: str = "cpu"
) -> Ratio | None:
    left_out = {**run.unequal.get(peer, {}), **run.unequal.get(US, {})}
    ours, theirs = _medians(samples, US, of), _medians(samples, peer, of)
    both = sorted(name for name in names if name in ours and name in theirs and name not in left_out)
    if not both:
        return None
    times = sorted({one.round for one in samples})
    each = [list(_quotients(_medians(samples, US, of, one), _medians(samples, peer, of, one), both)) for one in times]
    spread = [_mean(one) for one in each if one]
    return Ratio(what, peer, _mean(_quotients(ours, theirs, both)), min(spread), max(spread), len(both), aim)


def _quotients(ours: Mapping[str, float], theirs: Mapping[str, float], names: Iterable[str]) -> Iterator[float]:
    for name in names:
        if name in ours and name in theirs:
            # The kernel counts CPU in steps: what took none took less than a step.
            yield max(ours[name], 1e-3) / max(theirs[name], 1e-3)


def _mean(values: Iterable[float]) -> float:
    return math.exp(statistics.fmean(map(math.log, values)))


def _medians(samples: Sequence[Sample], server: str, of: str = "cpu", round: int | None = None) -> dict[str, float]:
    by_query: dict[str, list[float]] = {}
    for one in samples:
        if one.server == server and round in (None, one.round):
            by_query.setdefault(one.query, []).append(getattr(one, of))
    return {name: statistics.median(values) for name, values in by_query.items()}


# --- Tables -----------------------------------------------------------------------------------------------------------


def show(run: Run) -> None:
    """Print a run."""
    print(f"\n{run.regions} regions, {run.triples} triples, inferred ones among them")
    for line in run.missing:
        print(f"  left out: {line}")
    for what in run.ended:
        print(f"  ended before measuring, for it answers no query: {what}")
    for server, faults in run.unequal.items():
        for query, why in faults.items():
            print(f"  not compared: {query} of {server}: {why}")
    _table(run, run.uncached, "each request new")
    _table(run, run.cached, "the same request again")
    _table(run, run.logs, "a log with 70 % repeats", ["log"])
    _fire(run)
    for server, used in run.memory.items():
        print(f"  memory of {server}: {used:.0f} MiB")
    for one in ratios(run):
        spread = f"({one.least:.2f}–{one.most:.2f})"
        print(f"  {one.what:26} / {one.peer:16} {one.value:6.2f} {spread:15} {one.queries:3} queries  aim {one.aim}")


def _table(run: Run, samples: Sequence[Sample], title: str, names: Sequence[str] | None = None) -> None:
    measured = {one.server for one in samples}
    servers = [name for name in run.servers if name in measured]
    if not servers:
        return
    print(f"\n  {title}: CPU ms a request, answers a second, p50/p99 ms; ! where not all had status 200")
    faulty = {(one.server, one.query) for one in samples if set(one.statuses) != {"200"}}
    print(f"  {'':32}" + "".join(f"{server:>36}" for server in servers))
    columns = {server: [_medians(samples, server, of) for of in ("cpu", "rps", "p50", "p99")] for server in servers}
    for name in names or [one.name for one in run.queries]:
        cells = []
        for server in servers:
            figures = [column[name] for column in columns[server] if name in column]
            mark = "! " if (server, name) in faulty else ""
            cells.append(mark + "{:.3f} {:8.0f} {:8.2f}/{:<8.2f}".format(*figures) if figures else "-")
        print(f"  {name:32}" + "".join(f"{cell:>36}" for cell in cells))


def _fire(run: Run) -> None:
    if run.fire:
        print("\n  beside four killers with a deadline of 2 s")
    for one in run.fire:
        ended = all(status.startswith("5") for status in one.killers) and one.longest_killer <= ENDS_WITHIN * 1000
        print(
            f"  {one.server:10} light alone {one.alone_rps:5.0f}/s p99 {one.alone_p99:.1f} ms; beside {one.rps:5.0f}/s "
            f"p50 {one.p50:.1f} p99 {one.p99:.1f} ms {one.light}, wrong {one.wrong}; killers {one.killers}, longest "
            f"{one.longest_killer / 1000:.2f} s, {'all ended in time' if ended else 'not all ended in time by a 5xx'}"
        )
