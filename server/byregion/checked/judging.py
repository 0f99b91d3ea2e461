"""What the shapes say of datasets, judging those anew of which anything has changed that shapes can look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rdflib import Dataset, Graph

from byregion import validate
from byregion.checked.facts import Facts, by_dataset
from byregion.checked.memory import Memory, key
from byregion.checked.reach import steps
from byregion.dataset import GraphFile, shape_files
from byregion.engine.turtle import Reader
from byregion.findings import Finding
from byregion.namespaces import BR

_Judge = Callable[[Iterable[GraphFile]], Iterator[tuple[str, Finding]]]
"""What gives for some files each thing that something is wrong with, and what."""


@dataclass(frozen=True, slots=True)
class _World:
    """What is judged: the facts of each dataset by its folder, the ontology among them, and who describes what.

    `steps` is how far the shapes look; `always` is what every judgement follows from.
    """

    datasets: Mapping[Path, Facts]
    ontology: Path
    describing: Mapping[str, list[Path]]
    steps: int
    always: tuple[object, ...]

    def reach(self, folder: Path) -> set[str]:
        """Return what the shapes can look at from the things of a dataset."""
        edge = set(self.datasets[folder].subjects)
        seen = set(edge)
        for _ in range(self.steps):
            edge = {other for thing in edge for other in self._references(thing)} - seen
            seen |= edge
        return seen

    def _references(self, thing: str) -> Iterator[str]:
        for folder in self.describing.get(thing, ()):
            yield from self.datasets[folder].subjects[thing][1]

    def key(self, folder: Path, reach: set[str]) -> str:
        """Return the key of what the shapes say of the things of a dataset."""
        said = [
            f"{thing} {self.datasets[other].subjects[thing][0]}"
            for thing in sorted(reach)
            for other in self.describing.get(thing, ())
            if other != self.ontology
        ]
        # Of everything else, the judgement of the ontology follows from the words that it does not declare.
        used = self.undeclared() if folder == self.ontology else ()
        return key("shapes", *self.always, folder, len(said), *said, *used)

    def undeclared(self) -> list[str]:
        """Return the predicates in our namespace that are used and not declared, with the first graph of each."""
        declared = {name for facts in self.datasets.values() for name in facts.properties}
        used: dict[str, str] = {}
        for facts in self.datasets.values():
            for predicate, graph in facts.predicates.items():
                if predicate.startswith(str(BR)) and predicate not in declared:
                    used[predicate] = min(graph, used.get(predicate, graph))
        return [f"{predicate} {graph}" for predicate, graph in sorted(used.items())]

    def owners(self, thing: str) -> list[Path]:
        """Return the datasets whose judgement is about a thing: those that describe it, or else the ontology."""
        folders = self.describing.get(thing, ())
        return list(folders) if folders and self.ontology not in folders else [self.ontology]


def judged(
    files: Iterable[GraphFile], ontology: Path, reader: Reader, memory: Memory, language: str
) -> tuple[list[Finding], set[Path]]:
    """Return what the shapes say of `files`, each finding once, and those files that were not judged again.

    The files of the ontology lie in the folder `ontology`. Raises what `validate.report` raises.
    """
    files, shapes = list(files), validate.read_shapes()

    def judge(some: Iterable[GraphFile]) -> Iterator[tuple[str, Finding]]:
        return _judge(list(some), shapes, reader, language)

    datasets, far = by_dataset(files, reader, memory), steps(shapes)
    if far is None or not all(facts.plain for folder, facts in datasets.items() if folder != ontology):
        return sorted({finding for _, finding in judge(files)}), set()
    describing: defaultdict[str, list[Path]] = defaultdict(list)
    for folder, facts in datasets.items():
        for subject in facts.subjects:
            describing[subject].append(folder)
    by_what = [reader.content(path) for path in (*shape_files(), *(item.path for item in datasets[ontology].files))]
    world = _World(datasets, ontology, describing, far, (language, *by_what))
    return _remembered(world, memory, judge)


def _remembered(world: _World, memory: Memory, judge: _Judge) -> tuple[list[Finding], set[Path]]:
    reaches = {folder: world.reach(folder) for folder in world.datasets}
    keys = {folder: world.key(folder, reach) for folder, reach in reaches.items()}
    new = {folder for folder, its_key in keys.items() if not memory.knows(its_key)}
    involved = set(world.datasets) if world.ontology in new else {world.ontology} if new else set()
    for folder in new:
        involved.update(*(world.describing.get(thing, ()) for thing in reaches[folder]))
    about: defaultdict[Path, set[Finding]] = defaultdict(set)
    for thing, finding in judge(item for folder in sorted(involved) for item in world.datasets[folder].files):
        for folder in world.owners(thing):
            about[folder].add(finding)
    found: set[Finding] = set()
    for folder, its_key in keys.items():
        found.update(memory.findings(its_key, lambda folder=folder: sorted(about[folder])))  # type: ignore[misc]
    unchanged = {item.path for folder in keys.keys() - new for item in world.datasets[folder].files}
    return sorted(found), unchanged


def _judge(files: list[GraphFile], shapes: Graph, reader: Reader, language: str) -> Iterator[tuple[str, Finding]]:
    if not files:
        return
    results = validate.report(reader.ntriples(item.path for item in validate.judged(files)), shapes).results
    dataset = reader.dataset(files) if results else Dataset()
    for result in results:
        (finding,) = validate.findings(validate.reported([result]), dataset, files, language)
        yield str(result.focus_node), finding
