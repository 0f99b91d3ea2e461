"""Measure what a person waits for: `python -m tests.bench`, or `make bench`; `--smoke` measures each thing once.

Prints medians and writes everything to tests/bench/results/, with the machine and the versions it was measured with.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.request import urlopen

from tests.processes import cpu_ms, descendants, peak_memory_mb

from byregion import queries, validate
from byregion.assets import folder
from byregion.dataset import data_files, ontology_files, read
from byregion.engine import Engine, Limits
from byregion.engine.launch import serve_template
from byregion.engine.memory import MemoryEngine
from byregion.infer import RULES
from byregion.results import JSON

RESULTS = Path(__file__).resolve().parent / "results"
PACKAGES = ("byregion", "flask", "granian", "pyoxigraph", "pyshacl", "rdflib", "shacl")


@dataclass(frozen=True, slots=True)
class Measure:
    """Milliseconds of one thing: the median, the least and the most of `times`, and the CPU of this process."""

    name: str
    times: int
    median_ms: float
    min_ms: float
    max_ms: float
    cpu_ms: float


def measure(name: str, times: int, work: Callable[[], object]) -> Measure:
    """Do `work` as often as `times`, after once to warm up where it is more than once."""
    if times > 1:
        work()
    took, cpu = [], []
    for _ in range(times):
        wall, used = time.perf_counter(), time.process_time()
        work()
        took.append((time.perf_counter() - wall) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    found = Measure(name, times, statistics.median(took), min(took), max(took), statistics.median(cpu))
    print(
        f"{found.name:44} {found.median_ms:10.2f} ms  ({found.min_ms:.2f}–{found.max_ms:.2f})  cpu {found.cpu_ms:.2f}"
    )
    return found


def first_answer() -> dict[str, float]:
    """Seconds from `byregion serve` to the first answered query, and the peak memory of all its processes together."""
    began = time.perf_counter()
    command = [str(Path(sys.executable).with_name("byregion")), "serve", "--quiet", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        address = (process.stdout.readline() if process.stdout else "").removeprefix("byregion is at ").strip()
        with urlopen(f"{address}sparql?query=ASK%7B%7D&format=json", timeout=20) as answer:
            json.load(answer)
        took = time.perf_counter() - began
        memory = sum(map(peak_memory_mb, {process.pid, *descendants(process.pid)}))
        process.terminate()
        process.wait(20)
    return {"seconds": took, "peak_memory_mb": memory}


def machine() -> dict[str, object]:
    """What the figures depend on."""
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, cwd=RESULTS.parent)
    return {
        "cpu": next((line.partition(":")[2].strip() for line in cpus if line.startswith("model name")), ""),
        "cpus": os.cpu_count(),
        "load": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "commit": commit.stdout.strip(),
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="measure each thing once and write nothing")
    smoke = parser.parse_args().smoke
    few, many = (1, 1) if smoke else (5, 500)

    files, rules = [*ontology_files(), *data_files(folder("data"))], [rule.update for rule in RULES]
    dataset, shapes = read(files), validate.read_shapes()
    memory = MemoryEngine.of(files, rules)
    print(f"{memory.loaded.stated} triples stated in {len(files)} files, {memory.loaded.inferred} inferred")
    named = queries.find(queries.read_all(folder("queries")), "participants")
    light = queries.prepare(named, named.examples)

    def ask(engine: Engine) -> Callable[[], object]:
        return lambda: engine.query(light, JSON)

    measures = [
        measure(f"validate, {engine}", few, lambda engine=engine: validate.report(dataset, shapes, engine=engine))  # type: ignore[misc]
        for engine in validate.ENGINES
    ]
    measures.append(measure("load and infer", few, lambda: MemoryEngine.of(files, rules)))
    measures.append(measure("light query, in this process", many, ask(memory)))
    with serve_template(files, rules, Limits()) as template:
        pool = template.pool()
        ask(pool)()
        before = cpu_ms(template.process.pid)
        measures.append(measure("light query, through a worker", many, ask(pool)))
        behind = (cpu_ms(template.process.pid) - before) / (many + (many > 1))
        pool.close()
    print(f"{'':44} the worker and its template take {behind:.2f} ms of CPU more a query")
    starts = [first_answer() for _ in range(few)]
    seconds, peak = (statistics.median(start[key] for start in starts) for key in ("seconds", "peak_memory_mb"))
    print(f"from byregion serve to the first answer {seconds:.2f} s; peak memory of all its processes {peak:.0f} MiB")

    if not smoke:
        now = datetime.now(UTC)
        data = {"stated": memory.loaded.stated, "inferred": memory.loaded.inferred, "files": len(files)}
        body = {"at": now.isoformat(), "machine": machine(), "data": data, "starts": starts, "worker_cpu_ms": behind}
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{now:%Y%m%dT%H%M%SZ}.json"
        text = json.dumps(body | {"measures": [asdict(item) for item in measures]}, indent=2)
        path.write_text(text + "\n", encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
