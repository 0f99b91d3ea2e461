"""The reconciliation API: batches of ten as a table has them, in this process and over HTTP."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.processes import cpu_ms
from tests.serving import served

from byregion import reconcile
from byregion.engine import Engine
from byregion.namespaces import ID
from byregion.reconcile import Index

TEN = 10


def batches(index: Index) -> Iterator[str]:
    """Yield batches without end, no two of them the same: names, names with a letter too many, numbers of a day."""
    municipalities = [entity for entity in index.entities.values() if entity.numbers]
    named = (
        text
        for entity in cycle(municipalities)
        for text in (next(iter(entity.names)), f"{next(iter(entity.names))}x kommune", entity.numbers[0].text)
    )
    for number, texts in enumerate(iter(lambda: list(islice(named, TEN)), [])):
        day = [{"pid": "date", "v": "2016-01-01"}]
        asked = {"type": "Municipality", "type_strict": "should", "properties": day}
        yield json.dumps({f"q{number}-{place}": asked | {"query": text} for place, text in enumerate(texts)})


def index_of(engine: Engine) -> Index:
    """Return the index of what `engine` holds."""
    return reconcile.build(engine, str(ID))


def in_process(index: Index, batch: str) -> None:
    """Read a batch and find its candidates."""
    for asked in reconcile.read(batch).values():
        reconcile.candidates(index, asked)


def over_http(data: Path, index: Index, times: int) -> dict[str, float]:
    """Ask a server of its own `times` batches that it has not answered before; milliseconds, and CPU of all of it."""
    found = batches(index)
    with served("--quiet", BYREGION_DATA=str(data)) as (process, address):

        def ask() -> float:
            body = urlencode({"queries": next(found)}).encode()
            began = time.perf_counter()
            with urlopen(f"{address}reconcile", data=body, timeout=60) as answer:
                told = json.load(answer)
            took = (time.perf_counter() - began) * 1000
            if len(told) != TEN:
                raise RuntimeError(f"a batch of {TEN} was answered with {len(told)} results")
            return took

        first = ask()
        if times >= 100:  # of made-up data there are no downloads, and a few answers are only tried
            _wait_for_downloads(address)
        before = cpu_ms(process.pid)
        took = sorted(ask() for _ in range(times))
        cpu = (cpu_ms(process.pid) - before) / times
    p95 = took[max(0, round(0.95 * times) - 1)]
    return {"first_ms": first, "p50_ms": statistics.median(took), "p95_ms": p95, "cpu_ms": cpu, "times": times}


def _wait_for_downloads(address: str) -> None:
    """Wait until the server has made its downloads, which is work beside the answers."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        with urlopen(f"{address}health/ready", timeout=60) as answer:
            if json.load(answer)["downloads"]:
                return
        time.sleep(0.2)
    raise RuntimeError("the downloads are not made after five minutes")
