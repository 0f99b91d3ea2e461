"""Measure: `python -m tests.bench`, or `make bench`; docs/benchmarks.md says what the figures mean.

Prints medians and writes everything to tests/bench/results/, with the machine and the versions it was measured with.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from byregion import assets

from . import data, disk, fire, guard, http, local, mix, pages, peers, regions, report, scale

PARTS = ("local", "pages", "disk", "http", "cached", "log", "fire", "guard", "scale")


def main() -> None:
    """Measure what is asked for, print and write."""
    options = _options()
    load = os.getloadavg()
    body: dict[str, object] = {"at": datetime.now(UTC).isoformat(), "machine": report.machine()}
    print("machine:", body["machine"])
    if "local" in options.only:
        body["local"] = _local(options)
    if "pages" in options.only:
        body["pages"] = [asdict(one) for one in pages.run(assets.folder("data"), once=options.smoke)]
    if "disk" in options.only:
        body["disk"] = [disk.run(count) for count in options.triples]
    if "guard" in options.only:
        body["guard"] = [_guard(options, count) for count in options.regions]
    if "scale" in options.only:
        body["scale"] = _scale(options)
    if set(options.only) - {"local", "pages", "disk", "guard", "scale"}:
        body["settings"] = report.settings()
        print("byregion serve by itself:", body["settings"])
        body["runs"] = [report.record(_run(options, count)) for count in options.regions]
    body["load"] = {"at_start": load, "at_end": os.getloadavg()}
    print("\nload of the last 1, 5 and 15 minutes:", body["load"])
    if not options.smoke:
        print(report.write(body))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="parts to measure; all by default")
    parser.add_argument("--regions", type=int, nargs="+", default=[1, 37, 400], metavar="N", help="sizes of the data")
    parser.add_argument("--triples", type=int, nargs="+", default=[1_000_000], metavar="N", help="of stores on disk")
    parser.add_argument("--peers", choices=peers.NAMES, nargs="*", default=peers.NAMES[1:], help="compared with")
    parser.add_argument("--queries", nargs="+", metavar="NAME", help="queries to ask, by name; all by default")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each query, on each server, in each round")
    parser.add_argument("--fire-seconds", type=float, default=10.0, help="of the light query beside the killers")
    parser.add_argument("--rivals-at", type=int, default=37, metavar="N", help="regions for owlrl and pySHACL")
    parser.add_argument("--log", type=int, default=300, metavar="N", help="requests in a log")
    parser.add_argument("--smoke", action="store_true", help="a little of each part, and nothing is written")
    options = parser.parse_args()
    if options.smoke:
        options.regions, options.rounds, options.seconds = [1], 1, 0.02
        options.fire_seconds, options.log, options.rivals_at = 0.2, 10, 1
        options.triples = [2000]
        options.peers = [name for name in options.peers if name != "virtuoso"]
        options.queries = ["participants", "lookup-everything-of-goal", "lookup-describe-result"]
    return options


def _local(options: argparse.Namespace) -> dict[str, object]:
    if not options.smoke:
        return local.run(assets.folder("data"), once=False)
    with tempfile.TemporaryDirectory(prefix="byregion-bench-") as folder:
        return local.run(regions.write(Path(folder), 1), once=True)


def _guard(options: argparse.Namespace, count: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="byregion-bench-") as folder:
        many = 2 if options.smoke else guard.MANY
        return guard.run(Path(folder), count, options.rounds, 5 * options.seconds, many)


def _scale(options: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="byregion-bench-") as folder:
        return scale.run(Path(folder), options.regions, options.rivals_at, _tell)


def _run(options: argparse.Namespace, count: int) -> report.Run:
    queries = tuple(one for one in mix.mix() if not options.queries or one.name in options.queries)
    with tempfile.TemporaryDirectory(prefix="byregion-bench-") as folder:
        _tell(f"{count} regions: making the data")
        made = data.make(Path(folder), count)
        run = report.Run(count, made.triples, queries)
        _over_http(run, made, Path(folder) / "servers", options)
        if "fire" in options.only:
            _fire(run, made, Path(folder) / "burning", options)
    report.show(run)
    return run


def _over_http(run: report.Run, made: data.Data, folder: Path, options: argparse.Namespace) -> None:
    if not {"http", "cached", "log"} & set(options.only):
        return
    _tell("starting the servers")
    with peers.start([peers.US, *options.peers], made, folder) as (servers, run.missing):
        run.servers = {one.name: one.version for one in servers}
        run.ended = [what for server in servers for what in http.settle(server)]
        _tell("checking the answers")
        run.checks = [http.check(server, query) for query in run.queries for server in servers]
        run.unequal = http.unequal(run.checks, peers.US)
        rivals = [one for one in servers if one.name in (peers.US, report.OXIGRAPH)]
        run.uncached = http.once(run.checks) if "http" in options.only else []
        for number in range(options.rounds):
            _tell(f"round {number + 1} of {options.rounds}")
            seconds = options.seconds
            if "http" in options.only:
                run.uncached += http.round_of(number, servers, run.queries, run.checks, seconds, vary=True)
            if "cached" in options.only:
                run.cached += http.round_of(number, rivals, run.queries, run.checks, seconds / 2, vary=False)
            if "log" in options.only:
                queries = run.equal(*(one.name for one in rivals))
                run.logs += http.log(number, rivals, queries, options.log)
        run.memory = {server.name: http.memory_mb(server) for server in servers}


def _fire(run: report.Run, made: data.Data, folder: Path, options: argparse.Namespace) -> None:
    names = [name for name in (peers.US, report.OXIGRAPH) if name in (peers.US, *options.peers)]
    light, killers = mix.light(), mix.queries_of("killer")
    for number in range(options.rounds):
        _tell(f"fire {number + 1} of {options.rounds}")
        for name in names:
            # A killer that its server cannot end burns on, so each round has servers of its own.
            home = folder / str(number)
            with peers.start([name], made, home, deadline=fire.DEADLINE) as (servers, missing):
                run.missing += [why for why in missing if why not in run.missing]
                for server in servers:
                    http.settle(server)
                    run.fire.append(fire.burn(server, light, killers, options.fire_seconds))


def _tell(what: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
