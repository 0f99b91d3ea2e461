"""Stores on disk: what it takes to open one, by the number of its triples, and what a durable write costs.

Beside it stands Oxigraph's own store on disk, made of the same snapshot: a decision rests on the two
(docs/decisions/0033-a-store-is-its-journal.md).
"""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store, Variable, parse
from tests.processes import cpu_ms, peak_memory_mb

from byregion.engine import Limits
from byregion.engine.evaluate import Question, evaluate
from byregion.engine.journal import Beginning, Content, Journal, layout
from byregion.engine.journal.writing import compact
from byregion.engine.launch import serve_empty
from byregion.engine.store import plain
from byregion.engine.write import Body, GraphWrite, Update, Write
from byregion.history.told import Told

BATCH = 50_000
CHANGES = (1_000, 10_000)
WRITES = 50
G = "http://example.org/graph/"
LIMITS = Limits(seconds=120, memory_mb=4096)
LOOKUP = "SELECT ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } }"
GROUPED = "SELECT ?o (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s <http://example.org/kind> ?o } } GROUP BY ?o"


Measures = dict[str, float]
"""What was measured of one thing, by what it is and its unit."""


def run(triples: int) -> dict[str, object]:
    """Measure a store of so many triples, print, and return what was found; seconds are of the processor."""
    with tempfile.TemporaryDirectory(prefix="byregion-bench-") as name:
        folder, other = Path(name) / "store", Path(name) / "oxigraph"
        found = {
            "a journal": _write(folder, triples),
            "opened from the journal": _opened(folder, writes=False),
            "a snapshot": _compacted(folder),
            "opened from the snapshot": _opened(folder, writes=True),
            "Oxigraph in memory": _asked(Content(folder).store()),
            "Oxigraph on disk": _oxigraph(folder, other),
            **{f"{count} changes told": told(Path(name) / f"{count}", count) for count in CHANGES},
        }
    print(f"\na store of {triples} triples on disk:")
    for what, measures in found.items():
        print(f"  {what:26}", ", ".join(f"{name} {value}" for name, value in measures.items()))
    return {"triples": triples} | found


def told(folder: Path, count: int) -> Measures:
    """Measure the graph that tells of so many changes of a statement: made, made again, and put beside a store."""
    journal = Journal(folder, Beginning("plain"))
    for line in _lines(0, count):
        journal.append(b"A " + line, "bench", "to see what it takes")
    journal.close()
    known, measures = Told(folder, "http://127.0.0.1:8080/"), Measures()
    for what in ("s to make", "s to make again"):
        began = time.process_time()
        graph = known.graph(journal.revision)
        measures[what] = round(time.process_time() - began, 3)
    query, began = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph.name}> {{ ?s ?p ?o }} }}", time.process_time()
    counted = evaluate(plain(), Question(query, "text/csv", 10, 1000, beside=graph))
    measures["s to put and count"] = round(time.process_time() - began, 3)
    return measures | {"triples": int(counted.body.split()[1]), "MiB": round(len(graph.triples) / 2**20, 1)}


def _compacted(folder: Path) -> Measures:
    began = time.process_time()
    compact(folder, layout.segments(folder)[-1][0] - 1)
    seconds = time.process_time() - began
    return {"s to make": round(seconds, 2), "MiB": _size(path for _, path in layout.snapshots(folder))}


def _write(folder: Path, triples: int) -> Measures:
    """Measure a journal with so many triples, 50,000 a change."""
    journal, began = Journal(folder, Beginning("plain")), time.process_time()
    for first in range(0, triples, BATCH):
        lines = sorted(_lines(first, min(first + BATCH, triples)))
        journal.append(b"".join(b"A " + line for line in lines), "bench", "")
    seconds = time.process_time() - began
    journal.rotate()
    journal.close()
    return {"s to write": round(seconds, 2), "MiB": _size(path for _, path in layout.segments(folder))}


def _lines(first: int, end: int) -> Iterator[bytes]:
    """Yield triples in the manner of statements: five of each thing, in graphs of ten thousand."""
    kinds = ("kind", "name", "number", "of", "near")
    for number in range(first, end):
        thing, what = number // 5, kinds[number % 5]
        objects = {
            "kind": f"<http://example.org/kinds/{thing % 12}>",
            "name": f'"The thing with the number {thing}, as it is called by those who made it"@en',
            "number": f'"{thing}"^^<http://www.w3.org/2001/XMLSchema#integer>',
            "of": f"<http://example.org/thing/{thing // 7}>",
            "near": f"<http://example.org/thing/{thing // 7 + 1}>",
        }
        subject = f"<http://example.org/thing/{thing}> <http://example.org/{what}>"
        yield f"{subject} {objects[what]} <{G}{thing // 10_000}> .\n".encode()


def _opened(folder: Path, *, writes: bool) -> Measures:
    """Measure a template over the store, and writes where they are asked for."""
    with serve_empty(LIMITS, store=folder) as template, contextlib.closing(template.pool()) as pool:
        pid = template.process.pid
        found = {"s": round(cpu_ms(pid) / 1000, 2), "MiB at most": round(peak_memory_mb(pid))}
        found["MiB"] = round(_resident_mb(pid))
        if writes:
            found["ms of a small graph put"] = _work(pid, WRITES, lambda number: pool.write(_put(number)))
            found["ms of an update"] = _work(pid, 3, lambda number: pool.write(_inserted(number)))
    return found


def _work(pid: int, times: int, act: Callable[[int], object]) -> float:
    """Return the mean of the processor time, in milliseconds, that an act takes of a process and of what it forks."""
    before = cpu_ms(pid)
    for number in range(times):
        act(number)
    return round((cpu_ms(pid) - before) / times, 1)


def _put(number: int) -> Write:
    return Write(GraphWrite("put", f"{G}new", (Body(b"<urn:a> <urn:b> %d ." % number, "text/turtle"),)))


def _inserted(number: int) -> Write:
    return Write(Update(f"INSERT DATA {{ <urn:a> <urn:b> {number} }}"))


def _oxigraph(folder: Path, target: Path) -> Measures:
    """Measure Oxigraph's own store on disk."""
    began = time.process_time()
    store, lines = Store(str(target)), Content(folder).lines()
    while batch := b"\n".join(islice(lines, BATCH)):
        store.bulk_extend(parse(batch, format=RdfFormat.N_QUADS, lenient=True))
    store.optimize()
    store.flush()
    seconds = time.process_time() - began
    del store
    found = {"s to make": round(seconds, 2), "MiB": _size(target.iterdir())}
    return found | _asked(Store.read_only(str(target)))


def _asked(store: Store) -> Measures:
    """Measure two queries in this process, by processor time: of one thing, and of everything."""
    return {
        "ms of a look-up": _median(100, lambda number: list(store.query(LOOKUP, substitutions=_thing(number)))),
        "ms of a count of all": _median(3, lambda _: list(store.query(GROUPED))),
    }


def _thing(number: int) -> dict[Variable, NamedNode]:
    return {Variable("s"): NamedNode(f"http://example.org/thing/{number}")}


def _median(times: int, act: Callable[[int], object]) -> float:
    """Return the median of the processor time, in milliseconds, that an act takes of this process."""
    taken = []
    for number in range(times):
        began = time.process_time()
        act(number)
        taken.append(1000 * (time.process_time() - began))
    return round(statistics.median(taken), 3)


def _size(paths: Iterable[Path]) -> float:
    return round(sum(path.stat().st_size for path in paths) / (1 << 20), 1)


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
