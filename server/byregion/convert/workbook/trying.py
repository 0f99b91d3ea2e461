"""What is wrong with a workbook and what would be made of it, told by a process of its own, which keeps nothing.

Run as `python -m byregion.convert.workbook.trying` by the server, so that a workbook that is large, or made to harm,
costs nobody else anything. A line of JSON on standard input says the folder of the datasets, the file (or the folder
with a CSV file for each sheet), the dataset, the language, whether the graphs are wanted and what may be used; a
`Tried` goes to standard output as JSON. When the workbook cannot be read, there is only `refused`: a sentence that says
why and what would do. Each line after that is a report of shapes that refused the graphs, as N-Triples in JSON; it is
answered with the findings that it comes to, by the cells of the workbook.
"""

from __future__ import annotations

import dataclasses
import json
import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from rdflib import SH

from byregion import validate
from byregion.convert.workbook import reading
from byregion.convert.workbook.archives import Unreadable
from byregion.convert.workbook.graphs import PARTS, located, settle
from byregion.convert.workbook.importing import given_ids, read_tables
from byregion.convert.workbook.merging import Previous, judge, previous
from byregion.convert.workbook.tables import Place, Problem, Table, by_message, joined
from byregion.convert.workbook.world import Published
from byregion.dataset import ntriples
from byregion.namespaces import BR
from byregion.terms import shorten

MOST: Final = 500
"""Findings that are told, and ids; how many findings there are in all is told too."""
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

    `dataset` is the one that it is read as: the one that was named or else the published one that describes the same
    things, "" where none does. `errors` and `notes` count the findings, of which the first are in `findings`. `ids` are
    those that were made, each by its cell; `gone` are the things that the dataset describes and the workbook does not;
    `regions` are the IRIs of those it describes. `graphs` are the parts of the dataset as N-Triples, where wanted.
    """

    findings: tuple[Finding, ...] = ()
    errors: int = 0
    notes: int = 0
    made: tuple[tuple[str, int], ...] = ()
    statements: int = 0
    dataset: str = ""
    ids: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    graphs: dict[str, str] = field(default_factory=dict)
    refused: str = ""


class Trial:
    """A workbook that was read and judged beside what is published, as `byregion import` does it."""

    def __init__(self, published: Published, tables: Sequence[Table], dataset: str = "") -> None:
        """Read the tables as those of `dataset`, or else of the one that describes the same things."""
        self.dataset = dataset or published.described_by(given_ids(tables, published.form))
        here, parts = published.around(self.dataset), published.parts(self.dataset)
        before = previous(parts, here.form, here.around) if parts else Previous()
        imported = read_tables(tables, here.form, here.around)
        self._form, self._before, self._made = here.form, before, imported.made
        self._settled = settle(imported, here.form, judge(before, here))

    def told(self) -> Tried:
        """Return what came of it."""
        settled = self._settled
        found = list(_findings(settled.problems))
        count = Counter(item.severity for item in found)
        made = Counter(entry.layout.place.sheet for entry in settled.entries)
        regions = sorted(str(entry.iri) for entry in settled.entries if entry.sheet.of == BR.Region and entry.iri)
        return Tried(
            findings=tuple(found[:MOST]),
            errors=count["error"],
            notes=count["note"],
            made=tuple(made.items()),
            statements=sum(map(len, settled.graphs.both())),
            dataset=self.dataset,
            ids=tuple((str(entry.place()), str(entry.iri).rpartition("/")[2]) for entry in self._made[:MOST]),
            gone=tuple(shorten(thing) for thing in self._before.gone(settled.graphs)),
            regions=tuple(regions),
        )

    def graphs(self) -> dict[str, str]:
        """Return the parts of the dataset as N-Triples, with the triples that no workbook can say."""
        return dict(zip(PARTS, map(ntriples, self._before.joined(self._settled.graphs).both()), strict=True))

    def refused(self, report: str) -> tuple[Finding, ...]:
        """Return a report of shapes, as N-Triples, by cell; of what is in no row, by what it is about."""
        results = [replace(result, severity=SH.Violation) for result in validate.read_report(report).results]
        problems = located(results, self._settled.entries, self._form)
        # No result may stand, so none of them is only to be known.
        return tuple(_findings(replace(problem, severity="error") for problem in sorted(problems)))[:MOST]


def _findings(problems: Iterable[Problem]) -> Iterator[Finding]:
    return (_finding(*item) for item in by_message(problems))


def _finding(severity: str, message: str, places: list[Place]) -> Finding:
    return Finding(severity, joined(places), places[0].sheet, message)


def main() -> int:
    """Tell what came of the workbook, and what reports come to; returns the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked = json.loads(sys.stdin.readline())
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        tables = reading.read(Path(asked["path"]))
    except Unreadable as error:
        _say(dataclasses.asdict(Tried(refused=error.worded(asked["language"]).message)))
        return 0
    trial = Trial(Published(Path(asked["data"]), asked["language"]), tables, asked["dataset"])
    told = trial.told()
    _say(dataclasses.asdict(replace(told, graphs=trial.graphs() if asked["graphs"] and not told.errors else {})))
    for line in sys.stdin:
        _say([dataclasses.asdict(finding) for finding in trial.refused(json.loads(line)["report"])])
    return 0


def _say(told: object) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    sys.exit(main())
