"""What an edition holds, made in one go: the files are read once, and all of it says the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rdflib import RDF, VOID, Dataset, Graph

from byregion import catalogue, dumps, evidence, infer, links, queries
from byregion.assets import folder
from byregion.catalogue import Checked
from byregion.catalogue.names import WHOLE
from byregion.catalogue.score import score
from byregion.dataset import data_files, ontology_files, read_graph
from byregion.dumps import Published
from byregion.edition import portal, remarks, sitemap
from byregion.engine.memory import MemoryEngine
from byregion.errors import DataError
from byregion.iri import INFERRED
from byregion.namespaces import BASE, DCAT
from byregion.validate import read_shapes, report

CHECKSUMS: Final = "SHA256SUMS"
"""The name of the last file of an edition: the SHA-256 of every other one."""
REVISION: Final = "revision"
"""The name of the file that says of which revision an edition is, as the files have it."""
HARVESTED: Final = "catalogue.harvest.ttl"
"""What the server gives who harvests it."""
_OF_SERVERS: Final = ("api", "sparql")
SUFFIXES: Final[Mapping[str, str]] = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
"""What each graph of an edition is written in: media types by the suffix of the name."""


@dataclass(frozen=True, slots=True)
class Task:
    """What an edition is to be of: a folder of data, the address of the server, the base of the entities.

    `revision` is the name of the revision that the files must make; "" where they may be another than what the server
    answers from, as beside a store on disk. A static copy answers no queries: then nothing tells of an endpoint
    (`is_copy`). Without `source_text` the downloads leave out the words of stored texts.
    """

    data: str
    url: str
    revision: str
    base: str = BASE
    is_copy: bool = False
    source_text: bool = True


def contents(task: Task) -> Iterator[tuple[str, bytes]]:
    """Yield everything in the edition by its name, one at a time.

    `dumps/<file>` are the downloads with their checksums; `catalogue.<profile>`, `void` and `quality` are graphs, each
    once with every suffix of `SUFFIXES`; `quality.json` is what pages tell of it in words; `sitemap.xml` and the files
    it names are for search engines.
    Raises DataError where the files are another revision than the task says, and whatever the stages raise.
    """
    data = Path(task.data)
    engine = MemoryEngine.of((*ontology_files(), *data_files(data)), infer.UPDATES)
    if task.revision not in ("", engine.revision):
        raise DataError("the files have changed since the server read them; start it again to publish them", data)
    yield REVISION, engine.revision.encode()
    inferred = engine.graph(INFERRED)
    published = dumps.published(data, inferred)
    given = published if task.source_text else dumps.published(data, inferred, source_text=False)
    files = portal.Files(task.url)
    for dump, content in dumps.make_all(given):
        files.put(dump, content)
        yield f"dumps/{dump.file}", content
    yield f"dumps/{dumps.CHECKSUMS}", dumps.checksums(files.dumps)
    said = _said(task, data)
    yield from _catalogues(said, files)
    dataset = _dataset(published)
    void = catalogue.void(dataset, said, files.dumps, task.url)
    if task.is_copy:
        void.remove((None, VOID.sparqlEndpoint, None))
    yield from _written("void", void)
    yield from _quality(task, dataset, files)
    addresses = sitemap.addresses(published, [query.name for query in queries.read_all(folder("queries"))], task.base)
    shown = [address for address in addresses if not (task.is_copy and address in _OF_SERVERS)]
    yield from sitemap.written(shown, task.url)


def _said(task: Task, data: Path) -> Graph:
    said = catalogue.read(data)
    if task.is_copy:
        for service in list(said.subjects(RDF.type, DCAT.DataService)):
            said.remove((service, None, None))
    return said


def _catalogues(said: Graph, files: portal.Files) -> Iterator[tuple[str, bytes]]:
    concepts = read_graph(folder("ontology") / "concepts.ttl")
    for profile in catalogue.PROFILES:
        graph = catalogue.build(said, files.dumps, files.url, concepts=concepts, profile=profile)
        for name, content in _written(f"catalogue.{profile}", graph):
            if name == HARVESTED:
                files.put_catalogue(content)
            yield name, content


def _quality(task: Task, dataset: Dataset, files: portal.Files) -> Iterator[tuple[str, bytes]]:
    data = Path(task.data)
    findings = [*evidence.check(dataset, data), *links.check(dataset)]
    marks = score(files.catalogue, files)
    checked = Checked(report(dataset, read_shapes()), findings, marks)
    yield from _written("quality", catalogue.quality(dataset, data, checked))
    told = {
        "points": portal.told(marks),
        "findings": list(remarks.found(findings, dataset, data)),
        "texts": list(remarks.texts(dataset, data)),
    }
    yield "quality.json", json.dumps(told, ensure_ascii=False, indent=1).encode()


def _written(name: str, graph: Graph) -> Iterator[tuple[str, bytes]]:
    for suffix, media_type in SUFFIXES.items():
        yield f"{name}.{suffix}", catalogue.written(graph, media_type)


def _dataset(published: Published) -> Dataset:
    """Return everything that is published as a dataset, a named graph a graph."""
    dataset = Dataset(default_union=True)
    for name, graph in published.datasets[WHOLE].items():
        into = dataset.graph(name)
        for triple in graph:
            into.add(triple)
    return dataset
