"""`byregion check`: everything that can be checked, in one report."""

from __future__ import annotations

import gc
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path

import click
from rdflib import Dataset

from byregion import evidence, infer, layout, links, queries, validate, vocabulary
from byregion.assets import folder
from byregion.checked import Memory, judged, key
from byregion.cli.screen import common, screen
from byregion.config import LANGUAGES, Settings
from byregion.dataset import data_files, ontology_files, shape_files
from byregion.engine.turtle import Reader
from byregion.findings import Finding


@click.command("check")
@click.option("--fix", is_flag=True, help="First rewrite files that are not in the layout of data/; comments are lost.")
@click.option("--no-cache", is_flag=True, help="Check everything anew, and keep nothing of it for the next time.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", help="Language of what the shapes say.")
@common
def command(fix: bool, no_cache: bool, lang: str) -> None:
    """Check evidence, ontology, shapes, layout and links of the published data.

    Exit status 1 says that there is an error. A note is for a person to look at.
    """
    settings = Settings.from_env(os.environ)
    for path in layout.rewrite(settings.data) if fix else ():
        screen().tell(f"{path}: rewritten")
    memory = Memory() if no_cache else _memory(settings)
    checking = _Checking(settings.data, memory, lang)
    failed = False
    for name, part in checking.parts():
        with screen().working(name), _uncollected():
            findings = part()
        _show(name, findings)
        failed |= any(finding.severity == "error" for finding in findings)
    memory.save()
    if memory.fault:
        screen().warn(memory.fault)
    files = checking.files
    if checking.unchanged:
        screen().tell(f"{len(checking.unchanged)} of {len(files)} files were not validated again: nothing has changed")
    if failed:
        click.get_current_context().exit(1)
    screen().tell(f"{len(files)} files conform", "green")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Do not look for what may be let go, where next to nothing is: looking takes a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _memory(settings: Settings) -> Memory:
    """Return what earlier checks of the same folder of data found."""
    if not settings.check_cache:
        return Memory()
    name = hashlib.sha256(str(settings.data.resolve()).encode()).hexdigest()[:16]
    return Memory(Path(settings.check_cache) / f"{name}.json")


class _Checking:
    """The checks of the data in a folder, and the files that were not validated again."""

    def __init__(self, data: Path, memory: Memory, language: str) -> None:
        self.files = (*ontology_files(), *data_files(data))
        self.unchanged: set[Path] = set()
        self._data, self._memory, self._language = data, memory, language
        self._reader = Reader()

    def parts(self) -> Iterator[tuple[str, Callable[[], list[Finding]]]]:
        """Yield the checks by name, in the order in which one builds on another."""
        yield "layout", self._layout
        yield "evidence", lambda: self._whole("evidence", lambda: evidence.check(self._dataset(), self._data))
        yield "ontology", lambda: self._whole("ontology", self._ontology)
        yield "shapes", self._shapes
        yield "links", lambda: self._whole("links", lambda: links.check(self._dataset()))

    def _layout(self) -> list[Finding]:
        keys = {path: key("layout", path, self._reader.content(path)) for path in layout.files(self._data)}
        self.unchanged = {path for path, its_key in keys.items() if self._memory.knows(its_key)}
        return [
            finding
            for path, its_key in keys.items()
            for finding in self._memory.findings(its_key, partial(layout.faults, path, self._reader))
        ]

    def _shapes(self) -> list[Finding]:
        found, unchanged = judged(self.files, folder("ontology"), self._reader, self._memory, self._language)
        self.unchanged = (self.unchanged & unchanged) | (unchanged & {item.path for item in ontology_files()})
        return found

    def _ontology(self) -> list[Finding]:
        ontology = self._reader.dataset(ontology_files())
        used = {str(item.path): vocabulary.in_graph(self._reader.triples(item.path)) for item in data_files(self._data)}
        for query in queries.read_all(folder("queries")):
            used[f"queries/{query.name}.rq"] = vocabulary.in_query(query.text)
        return [
            *vocabulary.check(ontology, validate.read_shapes(), used),
            *infer.check(self.files, self._reader),
        ]

    def _whole(self, name: str, check: Callable[[], list[Finding]]) -> list[Finding]:
        """Return the findings of a check that looks at everything, or those of when everything was the same."""
        return self._memory.findings(key(name, self._data, *self._everything), check)

    def _dataset(self) -> Dataset:
        return self._reader.dataset(self.files)

    @cached_property
    def _everything(self) -> list[object]:
        """Every file that a check may look at, with what it holds."""
        root = folder("queries")
        there = [*shape_files(), *sorted(root.glob("*.rq")), *(item.path for item in self.files)]
        there += sorted(path for path in self._data.rglob("*") if path.is_file())
        return [part for path in there for part in (path, self._reader.content(path))]


def _show(name: str, findings: list[Finding]) -> None:
    count = Counter(finding.severity for finding in findings)
    counted = f"{_counted(count['error'], 'error')}, {_counted(count['note'], 'note')}"
    screen().say(f"{name}: {counted}", "bold red" if count["error"] else "bold green")
    for finding in sorted(findings, key=lambda item: (item.severity, item)):
        if finding.severity == "error" or not screen().quiet:
            style = "red" if finding.severity == "error" else "yellow"
            screen().say(f"  {finding.severity} {finding.where}: {finding.message}", style)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
