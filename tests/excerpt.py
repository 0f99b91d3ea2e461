"""The published data cut down, for tests that look at everything there is: each page, each format, each download.

All of the programme, of Midt-Troms and its plan, and of the municipalities a sample by rule: those of Midt-Troms, those
that were split or went into another, those of the first change, and each 100th number of the table, all of them with
everything that they came from and became. So every class and every kind of change is there. Tests that count or check
what is published, and those of the named queries, read all of it.
"""

from __future__ import annotations

import atexit
import csv
import shutil
import tempfile
from functools import cache
from pathlib import Path

from rdflib import RDF, URIRef

from byregion.assets import folder
from byregion.convert import municipalities
from byregion.dataset import data_files, layout, read_graph
from byregion.namespaces import BASE, DCAT
from second_region import FILES as SECOND_REGION

KEPT = ("midt-troms", "midt-troms-plan", "programme")
EACH = 100
CATALOGUE = f"{BASE}catalogue"
_MIDT_TROMS = {"1922", "1924", "1925", "1926", "1927", "1928", "1929", "1931"}


@cache
def data() -> Path:
    """Return a folder of data to read; it is gone when the tests end."""
    root = Path(tempfile.mkdtemp(prefix="byregion-published-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    whole, path = folder("data"), root / "data"
    path.mkdir()
    for name in KEPT:
        shutil.copytree(whole / name, path / name)
    shutil.copytree(whole / "municipalities", path / "municipalities", ignore=shutil.ignore_patterns("*.ttl"))
    shutil.copy(whole / "municipalities" / "links.ttl", path / "municipalities")
    kept = _cut_table(path / "municipalities" / "source" / "numbers.csv")
    for name in ("points.csv", "people.csv"):
        _keep(path / "municipalities" / "source" / name, kept)
    made = municipalities.parts(path / "municipalities" / "source")
    for name, graph in made.files().items():
        (path / "municipalities" / name).write_text(layout(graph), encoding="utf-8")
    catalogue = read_graph(whole / "catalogue.ttl")
    for name in {item.path.parent.name for item in data_files(whole)} - {*KEPT, "municipalities"}:
        dataset = URIRef(f"{CATALOGUE}/{name}")
        catalogue.remove((dataset, None, None))
        catalogue.remove((None, None, dataset))
    catalogue.set((URIRef(f"{CATALOGUE}/series"), DCAT["last"], URIRef(f"{CATALOGUE}/midt-troms-plan")))
    (path / "catalogue.ttl").write_text(layout(catalogue), encoding="utf-8")
    return path


def _cut_table(path: Path) -> set[str]:
    """Cut the table of numbers, and return those that are left."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    number, successors = head.index("number"), head.index("successors")
    later = {row[number]: row[successors].split() for row in rows}
    begun = {row[number]: row[head.index("valid_from")] for row in rows}
    ended = {row[number]: row[head.index("valid_before")] for row in rows}
    odd = {one for one, many in later.items() if len(many) > 1 or any(begun[two] != ended[one] for two in many)}
    first = {one for one, day in ended.items() if day == min(filter(None, ended.values()))}
    wanted = _MIDT_TROMS | odd | first | set(sorted(later)[::EACH])
    while True:
        joined = {one for one, many in later.items() if one in wanted or wanted & set(many)}
        joined |= {two for one in joined for two in later[one]}
        if joined <= wanted:
            break
        wanted |= joined
    # The second region brings its own.
    brought = {str(item) for file in SECOND_REGION for item in read_graph(file.path).subjects(RDF.type)}
    wanted -= {item.rpartition("/")[2] for item in brought}
    _keep(path, wanted)
    return wanted


def _keep(path: Path, wanted: set[str]) -> None:
    """Leave only the rows of the wanted numbers in a table."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    number = head.index("number")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([head, *(row for row in rows if row[number] in wanted)])
