"""Search: how long an index of made-up regions takes to make, what it weighs, and how long a search takes.

`python -m tests.bench.search 28 400`
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from byregion import infer, search
from byregion.dataset import data_files, ontology_files
from byregion.engine.memory import MemoryEngine

from . import regions

ASKED = ("råd unge", "medvirkning", "kommuner", "rekruttering kompetanse", "plan", "", "samarbeid", "1931", "ungdom")
"""What is searched for: words that many things have, and words that few have."""
TIMES = 20


def measure(count: int) -> str:
    """Return what was measured with as many regions as `count`, times as processor time."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        regions.write(data, count)
        engine = MemoryEngine.of((*ontology_files(), *data_files(data)), infer.UPDATES)
        began = time.process_time()
        things = search.read(engine, data)
        read = time.process_time()
        index = search.build(things)
        built = time.process_time()
    took = sorted(milliseconds(index, text) for _ in range(TIMES) for text in ASKED)
    size = len(index.serialize()) / 1_000_000
    return (
        f"{count} regions, {index.size} things: read {read - began:.2f} s, built {built - read:.2f} s, {size:.1f} MB; "
        f"a search p50 {statistics.median(took):.1f} ms, p95 {took[len(took) * 95 // 100]:.1f} ms"
    )


def milliseconds(index: search.Index, text: str) -> float:
    """Return the processor time of a search with its first twenty hits, in milliseconds."""
    began = time.process_time()
    asked = search.Asked(search.terms(text))
    search.hits(index, asked, search.find(index, asked), 0, 20, ("nb", "nn", "en"))
    return (time.process_time() - began) * 1000


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(measure(int(argument)))
