"""What a person waits for on one machine: validating, loading and inferring, a light query, the server's start."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
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

from . import mix, reconcile


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


def first_answer(data: Path) -> dict[str, float]:
    """Seconds from `byregion serve` to the first answered query, and the peak memory of all its processes together."""
    began = time.perf_counter()
    command = [str(Path(sys.executable).with_name("byregion")), "serve", "--quiet", "--port", "0"]
    environment = os.environ | {"BYREGION_DATA": str(data)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        address = (process.stdout.readline() if process.stdout else "").removeprefix("byregion is at ").strip()
        with urlopen(f"{address}sparql?query=ASK%7B%7D&format=json", timeout=20) as answer:
            json.load(answer)
        took = time.perf_counter() - began
        memory = sum(map(peak_memory_mb, {process.pid, *descendants(process.pid)}))
        process.terminate()
        process.wait(20)
    return {"seconds": took, "peak_memory_mb": memory}


def run(data: Path, *, once: bool) -> dict[str, object]:
    """Measure all of it on the datasets in `data`, each thing `once` or often, and print it; returns it."""
    few, many = (1, 1) if once else (5, 500)
    files, rules = [*ontology_files(), *data_files(data)], [rule.update for rule in RULES]
    dataset, shapes = read(files), validate.read_shapes()
    memory = MemoryEngine.of(files, rules)
    print(f"{memory.loaded.stated} triples stated in {len(files)} files, {memory.loaded.inferred} inferred")
    named = queries.find(queries.read_all(folder("queries")), mix.LIGHT)
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
    index = reconcile.index_of(memory)
    batches = reconcile.batches(index)
    measures.append(measure("index to reconcile with", few, lambda: reconcile.index_of(memory)))
    measures.append(measure("reconcile ten, in this process", many, lambda: reconcile.in_process(index, next(batches))))
    batch = reconcile.over_http(data, index, 5 if once else 200)
    print("reconcile ten, over HTTP: " + ", ".join(f"{name} {value:.2f}" for name, value in batch.items()))
    starts = [first_answer(data) for _ in range(few)]
    seconds, peak = (statistics.median(start[key] for start in starts) for key in ("seconds", "peak_memory_mb"))
    print(f"from byregion serve to the first answer {seconds:.2f} s; peak memory of all its processes {peak:.0f} MiB")
    size = {"stated": memory.loaded.stated, "inferred": memory.loaded.inferred, "files": len(files)}
    return {
        "data": size,
        "starts": starts,
        "worker_cpu_ms": behind,
        "measures": [asdict(item) for item in measures],
        "reconcile": batch,
    }
