"""How the stages grow: each verb in a process of its own, over more and more made-up regions."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from rdflib import SKOS

from byregion import layout
from byregion.dataset import data_files, in_order, written
from byregion.engine.turtle import Reader
from byregion.namespaces import BASE

from . import made, regions

_BYREGION: Final = str(Path(sys.executable).with_name("byregion"))
_ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a stage took over some regions: seconds by the clock, seconds of CPU, and at most so much memory, in MiB."""

    stage: str
    regions: int
    triples: int
    seconds: float
    cpu: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage by its name: the words after `byregion`, and what is done before that is not measured."""

    name: str
    words: tuple[str, ...]
    before: Callable[[Path], None] = lambda folder: None


def _filled(folder: Path) -> None:
    _run(("check", "--quiet"), folder)


def _edited(folder: Path) -> None:
    """Have everything checked, and then change one region."""
    _filled(folder)
    path = folder / "data" / "region-1" / "stated.ttl"
    triples = list(Reader().triples(path))
    name = next(triple for triple in sorted(triples) if triple[1] == SKOS.prefLabel)
    path.write_text(written(in_order([one for one in triples if one != name])), encoding="utf-8")


STAGES: Final = (
    Stage("import", ("import", "book.xlsx", "--out", "imported/every-region", "--quiet")),
    Stage("validate", ("validate", "--quiet")),
    Stage("infer", ("infer", "--format", "ntriples", "--output", "inferred.nt", "--quiet")),
    Stage("link", ("link", "--quiet")),
    Stage("load", ("query", "counts-by-class", "--quiet")),
    Stage("check", ("check", "--no-cache", "--quiet")),
    Stage("check, again", ("check", "--quiet"), _filled),
    Stage("check, one edit", ("check", "--quiet"), _edited),
)
"""What is measured, in this order; each may leave behind what the next one does not mind."""


def run(folder: Path, sizes: Sequence[int], rivals_at: int, tell: Callable[[str], None]) -> dict[str, object]:
    """Measure every stage at every size, and the rivals at one of them; prints it, and returns it."""
    costs = list(_costs(folder, sizes, tell))
    show(costs)
    tell(f"rivals at {rivals_at} regions")
    beside = rivals(make(folder / "rivals", rivals_at))
    for what, found in beside.items():
        ratio = found["theirs"] / found["ours"]
        same = "the same found" if found["equal"] else "NOT the same found"
        print(f"  {what}: {found['ours']:.2f} s, {found['rival']} {found['theirs']:.2f} s: {ratio:.0f} times; {same}")
    return {"costs": [asdict(cost) for cost in costs], "growth": growth(costs), "rivals": beside, "at": rivals_at}


def _costs(folder: Path, sizes: Sequence[int], tell: Callable[[str], None]) -> Iterator[Cost]:
    for size in sorted(sizes):
        tell(f"{size} regions: making the data")
        home = make(folder / str(size), size)
        triples = _triples(home / "data")
        _book(home)
        for number, stage in enumerate(STAGES, start=1):
            tell(f"{size} regions: {stage.name} ({number} of {len(STAGES)})")
            stage.before(home)
            began = time.perf_counter()
            cpu, memory = _run(stage.words, home)
            yield Cost(stage.name, size, triples, time.perf_counter() - began, cpu, memory)
        shutil.rmtree(home)


def make(home: Path, size: int) -> Path:
    """Write made-up regions as they would be published: in the layout, and without links to registers that are none."""
    data = home / "data"
    data.mkdir(parents=True)
    regions.write(data, size)
    for path in data.glob("*/links.ttl"):
        path.unlink()
    layout.rewrite(data)
    return home


def _triples(data: Path) -> int:
    reader = Reader()
    return sum(len(reader.triples(item.path)) for item in data_files(data))


def _book(home: Path) -> None:
    """Write one workbook of what all regions say, as if they were one dataset."""
    reader, every, shared = Reader(), home / "every" / "every-region", home / "shared"
    every.mkdir(parents=True)
    (shared / "municipalities").mkdir(parents=True)
    for part in ("stated", "translations"):
        paths = sorted((home / "data").glob(f"region-*/{part}.ttl"))
        triples = {triple for path in paths for triple in reader.triples(path)}
        # Municipalities are in no workbook, but around it.
        around = {triple for triple in triples if "/id/municipality" in triple[0] or "/id/change" in triple[0]}
        for folder, some in ((every, triples - around), (shared / "municipalities", around)):
            (folder / f"{part}.ttl").write_text(written(in_order(some)), encoding="utf-8")
    # What is imported must not be around itself.
    shutil.copytree(home / "data" / regions.SHARED, shared / regions.SHARED)
    for path in (*every.glob("*.ttl"), *shared.rglob("*.ttl")):
        # A workbook has ids of ours only.
        path.write_text(path.read_text(encoding="utf-8").replace(f"<{made.BASE}", f"<{BASE}"), encoding="utf-8")
    _run(("export", "every/every-region", "book.xlsx", "--xlsx", "--quiet"), home)


def _run(words: Sequence[str], home: Path) -> tuple[float, float]:
    """Run the command in a folder; return its CPU seconds and its peak memory in MiB."""
    data = home / ("shared" if words[0] in ("import", "export") else "data")
    environment = os.environ | {"BYREGION_DATA": str(data), "BYREGION_CHECK_CACHE": str(home / "cache")}
    process = subprocess.Popen([_BYREGION, *words], cwd=home, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"byregion {' '.join(words)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def rivals(home: Path) -> dict[str, dict[str, float]]:
    """Return what inference and validation took beside owlrl and pySHACL, in a process of their own."""
    command = [sys.executable, "-m", "tests.bench.rivals", str(home / "data")]
    done = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    return found


def growth(costs: Sequence[Cost]) -> dict[str, dict[str, float]]:
    """Return by stage the exponents by which CPU and memory grow with the triples, between each two sizes.

    With an exponent of 1 twice the triples take twice the CPU. What a stage takes however little there is to do makes
    that of the smallest sizes small.
    """
    found: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(cost.stage for cost in costs):
        of_stage = [cost for cost in costs if cost.stage == name]
        for small, large in pairwise(of_stage):
            more = math.log(large.triples / small.triples)
            sizes = f"{small.regions} to {large.regions}"
            found.setdefault(name, {})[f"cpu, {sizes}"] = math.log(large.cpu / small.cpu) / more
            found[name][f"memory, {sizes}"] = math.log(large.memory_mb / small.memory_mb) / more
    return found


def show(costs: Sequence[Cost]) -> None:
    """Print what each stage took, and how it grows."""
    exponents = growth(costs)
    print(
        "\n  CPU s (seconds by the clock, MiB at most) of each stage, and the exponent of CPU between the largest two"
    )
    sizes = sorted({(cost.regions, cost.triples) for cost in costs})
    print(f"  {'':18}" + "".join(f"{f'{size} regions, {triples} triples':>34}" for size, triples in sizes))
    for name in dict.fromkeys(cost.stage for cost in costs):
        cells = [f"{c.cpu:.2f} ({c.seconds:.1f}, {c.memory_mb:.0f})" for c in costs if c.stage == name]
        last = [value for what, value in exponents.get(name, {}).items() if what.startswith("cpu")][-1:]
        print(f"  {name:18}" + "".join(f"{cell:>34}" for cell in cells) + "".join(f"{value:8.2f}" for value in last))
