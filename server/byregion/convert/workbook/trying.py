"""What is wrong with a workbook and what would be made of it, told by a process of its own, which keeps nothing.

Run as `python -m byregion.convert.workbook.trying` by the server, so that a workbook that is large, or made to harm,
costs nobody else anything. The folder of the datasets, the file (or the folder with a CSV file for each sheet), the
language and the memory that may be used come as a line of JSON on standard input; a `Tried` goes to standard output as
JSON. When it cannot be read, there is only `refused`: a sentence that says why and what would do.
"""

from __future__ import annotations

import dataclasses
import json
import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rdflib.graph import ReadOnlyGraphAggregate

from byregion import validate
from byregion.convert.workbook import reading
from byregion.convert.workbook.archives import Unreadable
from byregion.convert.workbook.graphs import Graphs, Settled, settle
from byregion.convert.workbook.importing import given_ids, read_tables
from byregion.convert.workbook.tables import Place, by_message, joined
from byregion.convert.workbook.world import Published, World

MOST: Final = 500
"""Findings that are told; how many there are in all is told too."""
_NICE: Final = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or only to be known (`severity` is error or note), and in which cells: `Deltakere!B7:B9`."""

    severity: str
    where: str
    sheet: str
    message: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a workbook: what is wrong, and how many things of each sheet and statements would be made.

    `dataset` is the published one that describes the same things, "" where none does. `errors` and `notes` count the
    findings, of which the first are in `findings`.
    """

    findings: tuple[Finding, ...] = ()
    errors: int = 0
    notes: int = 0
    made: tuple[tuple[str, int], ...] = ()
    statements: int = 0
    dataset: str = ""
    refused: str = ""


def tried(data: Path, path: Path, language: str) -> Tried:
    """Return what would come of the workbook at `path` beside the datasets in the folder `data`."""
    try:
        tables = reading.read(path)
    except Unreadable as error:
        return Tried(refused=error.worded(language).message)
    published = Published(data, language)
    dataset = published.described_by(given_ids(tables, published.form))
    here = published.around(dataset)
    settled = settle(read_tables(tables, here.form, here.around), here.form, lambda made: _judged(made, here))
    return _told(settled, dataset)


def _judged(made: Graphs, here: World) -> Iterable[validate.Result]:
    return validate.report(ReadOnlyGraphAggregate([here.graph, *made.both()]), here.shapes).results


def _told(settled: Settled, dataset: str) -> Tried:
    found = [_finding(*item) for item in by_message(settled.problems)]
    count = Counter(item.severity for item in found)
    made = Counter(entry.layout.place.sheet for entry in settled.entries)
    statements = sum(map(len, settled.graphs.both()))
    return Tried(tuple(found[:MOST]), count["error"], count["note"], tuple(made.items()), statements, dataset)


def _finding(severity: str, message: str, places: list[Place]) -> Finding:
    return Finding(severity, joined(places), places[0].sheet, message)


def main() -> int:
    """Tell what came of the workbook; returns the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked = json.loads(sys.stdin.readline())
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told = tried(Path(asked["data"]), Path(asked["path"]), asked["language"])
    json.dump(dataclasses.asdict(told), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
