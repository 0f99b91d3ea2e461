"""Guarded writes: what judging and inferring take by the size of the write, and how many are done over HTTP."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Final

import httpx
from pyoxigraph import NamedNode, Quad, RdfFormat, parse
from tests.processes import cpu_ms
from tests.serving import served

from byregion import infer, tokens, validate
from byregion.dataset import data_files, ontology_files
from byregion.engine import store as engine_store
from byregion.engine.store import LoadedStore
from byregion.guard.closure import follow
from byregion.guard.judging import Shapes
from byregion.guard.rules import Rules
from byregion.iri import INFERRED
from byregion.namespaces import BASE

from . import regions

GRAPH: Final = f"{BASE}graphs/written/stated"
MANY: Final = 100
STATEMENT: Final = (
    '<https://example.org/id/region/region-1> <http://www.w3.org/2004/02/skos/core#altLabel> "Et annet navn"@nb .\n'
)
_NAME: Final = "<https://example.org/id/region/region-1> <http://www.w3.org/2004/02/skos/core#prefLabel> ?name"
"""What readers ask for, each time with another comment, so that no cache has the answer."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a write of a size takes in milliseconds of CPU: guard, validating everything, inferences, its removal."""

    write: str
    statements: int
    guard: float
    everything: float
    inferences: float
    removal: float


@dataclass(frozen=True, slots=True)
class Done:
    """Writes of a size over HTTP: how many, milliseconds of each and of its CPU, and of a light query meanwhile."""

    write: str
    count: int
    per_second: float
    median: float
    cpu: float
    readers_median: float
    readers_most: float


def texts(count: int, many: int) -> dict[str, str]:
    """Return what is written, in N-Triples: a statement, a region and `many`, none of which are among `count`."""
    made = ["".join(map("".join, regions.region(count + number).parts.values())) for number in range(1, many + 1)]
    return {"statement": STATEMENT, "region": made[0], f"{many} regions": "".join(made)}


def judged(data: Path, written: dict[str, str], rounds: int) -> Iterator[Judged]:
    """Measure in this process, with `data` loaded as the template has it."""
    loaded = engine_store.load([*ontology_files(), *data_files(data)], infer.UPDATES, INFERRED)
    shapes, rules = Shapes(validate.read_shapes(), is_merged=True), Rules(infer.UPDATES, loaded.store)
    # As the template does, whose forks judge: no collection goes through what was loaded.
    gc.collect()
    gc.freeze()
    for name, text in written.items():
        parsed = parse(text, format=RdfFormat.N_TRIPLES)
        quads = [Quad(quad.subject, quad.predicate, quad.object, NamedNode(GRAPH)) for quad in parsed]
        samples = [_judged(loaded, shapes, rules, quads) for _ in range(rounds)]
        medians = [statistics.median(column) for column in zip(*samples, strict=True)]
        yield Judged(name, len(quads), *medians)


def _judged(
    loaded: LoadedStore, shapes: Shapes, rules: Rules, quads: Sequence[Quad]
) -> tuple[float, float, float, float]:
    store, held = loaded.store, loaded.stated
    triples = {(quad.subject, quad.predicate, quad.object) for quad in quads}
    store.extend(quads)
    guard = _cpu_ms(lambda: _conforms(shapes.of_change(store, triples, held)))
    everything = _cpu_ms(lambda: _conforms(shapes.of_all(store)))
    inferences = _cpu_ms(lambda: follow(store, rules, triples, ()))
    for quad in quads:
        store.remove(quad)
    removal = _cpu_ms(lambda: (shapes.of_change(store, triples, held), follow(store, rules, (), triples)))
    return guard, everything, inferences, removal


def _conforms(report: validate.Report) -> None:
    if not report.conforms:
        raise SystemExit(f"what is written breaks the shapes:\n{validate.to_text(report)}")


def _cpu_ms(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def done(data: Path, folder: Path, written: dict[str, str], seconds: float) -> Iterator[Done]:
    """Measure over HTTP: each write is made and taken back again and again for `seconds`, at least once."""
    path = folder / "tokens.json"
    token = tokens.create(path, "bench")
    settings = {
        "BYREGION_MAX_WRITE_BYTES": "200000000",
        "BYREGION_QUERY_SECONDS": "300",
        "BYREGION_QUERY_MEMORY_MB": "4096",
    }
    options = ["--quiet", "--volatile", "--token-file", str(path)]
    with served(*options, BYREGION_DATA=str(data), **settings) as (process, url):
        headers = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=url, headers=headers, timeout=600) as client:
            yield _done("nothing", client, process.pid, lambda: time.sleep(0.05), seconds)
            for name, text in written.items():
                yield _done(name, client, process.pid, lambda text=text: _put(client, text), seconds)


def _put(client: httpx.Client, text: str) -> None:
    kind = {"content-type": "application/n-triples"}
    for answer in (
        client.put("graphs", params={"graph": GRAPH}, content=text.encode(), headers=kind),
        client.delete("graphs", params={"graph": GRAPH}),
    ):
        if answer.status_code not in (201, 204):
            raise SystemExit(f"the write was answered {answer.status_code}: {answer.text[:500]}")


def _done(name: str, client: httpx.Client, pid: int, write: Callable[[], None], seconds: float) -> Done:
    used = cpu_ms(pid)
    took = _repeat(write, seconds)
    used = cpu_ms(pid) - used
    ended = Event()
    waits: list[float] = []
    reader = Thread(target=_read, args=(str(client.base_url), ended, waits))
    reader.start()
    try:
        _repeat(write, seconds)
    finally:
        ended.set()
        reader.join()
    count = 2 * len(took)
    median = statistics.median(took) / 2
    return Done(name, count, 1000 * count / sum(took), median, used / count, statistics.median(waits), max(waits))


def _repeat(write: Callable[[], None], seconds: float) -> list[float]:
    """Return the milliseconds that each write and its removal took together."""
    took: list[float] = []
    began = time.perf_counter()
    while not took or time.perf_counter() - began < seconds:
        before = time.perf_counter()
        write()
        took.append((time.perf_counter() - before) * 1000)
    return took


def _read(url: str, ended: Event, waits: list[float]) -> None:
    with httpx.Client(base_url=url, timeout=600) as client:
        while not ended.is_set() or not waits:
            before = time.perf_counter()
            client.get("sparql", params={"query": f"SELECT ?name {{ {_NAME} }} # {len(waits)}"}).raise_for_status()
            waits.append((time.perf_counter() - before) * 1000)
            ended.wait(0.01)


def run(folder: Path, count: int, rounds: int, seconds: float, many: int = MANY) -> dict[str, object]:
    """Return what was measured at `count` regions, and print it."""
    data = folder / "data"
    data.mkdir()
    regions.write(data, count)
    written = texts(count, many)
    print(f"\n{count} regions: CPU of judging a write (ms)")
    print(f"{'write':<12} {'statements':>10} {'guard':>9} {'everything':>11} {'inferences':>11} {'removal':>9}")
    in_process = []
    for one in judged(data, written, rounds):
        in_process.append(asdict(one))
        numbers = f"{one.guard:>9.1f} {one.everything:>11.1f} {one.inferences:>11.1f} {one.removal:>9.1f}"
        print(f"{one.write:<12} {one.statements:>10} {numbers}", flush=True)
    print(f"\n{count} regions: writes over HTTP")
    print(f"{'write':<12} {'a second':>9} {'median ms':>10} {'CPU ms':>9} {'readers ms':>11} {'readers most':>13}")
    over_http = []
    for told in done(data, folder, written, seconds):
        over_http.append(asdict(told))
        numbers = f"{told.median:>10.1f} {told.cpu:>9.1f} {told.readers_median:>11.1f} {told.readers_most:>13.1f}"
        print(f"{told.write:<12} {told.per_second:>9.2f} {numbers}", flush=True)
    return {"regions": count, "judged": in_process, "done": over_http}
