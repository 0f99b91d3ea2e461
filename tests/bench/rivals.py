"""Inference beside owlrl and validation beside pySHACL, over the same files: `python -m tests.bench.rivals FOLDER`.

Prints JSON: the CPU seconds of each, and whether they found the same. What the rivals work on is read before they are
timed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import owlrl
from rdflib import SKOS, Graph
from tests.owlrl_oracle import useful

from byregion import infer, iri, validate
from byregion.dataset import GraphFile, data_files, ntriples, ontology_files
from byregion.engine import memory, store
from byregion.engine.turtle import Reader

_T = TypeVar("_T")


def main() -> None:
    """Measure, and print."""
    files = (*ontology_files(), *data_files(Path(sys.argv[1])))
    print(json.dumps({"inference": inference(files), "validation": validation(files)}))


def inference(files: Sequence[GraphFile]) -> dict[str, object]:
    """Return what owlrl's closure and ours took."""
    quads, _ = store.closed(files, (), iri.INFERRED)
    ours, found = _timed(lambda: memory.as_graph(store.follows(quads, infer.UPDATES)))
    reader = Reader()
    stated = Graph()
    for item in files:
        if item.graph != infer.ALIGNMENT:
            stated += reader.graph(item.path)
    (axioms,) = (reader.graph(item.path) for item in files if item.graph == infer.AXIOMS)
    closed = Graph() + stated
    theirs, _ = _timed(lambda: owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(closed))
    return {"rival": "owlrl", "ours": ours, "theirs": theirs, "equal": set(found) == useful(closed, stated, axioms)}


def validation(files: Sequence[GraphFile]) -> dict[str, object]:
    """Return what pySHACL's validation and ours took, of data that lacks ten names a file: there are results.

    Ours begins at the files, for it reads them as it judges; pySHACL's at a graph that has been read before.
    """
    shapes = validate.read_shapes()
    with tempfile.TemporaryDirectory() as folder:
        paths = [_faulty(item, Path(folder) / f"{number}.ttl") for number, item in enumerate(validate.judged(files))]
        data = Graph()
        for path in paths:
            data += Reader().graph(path)
        ours, found = _timed(lambda: validate.report(Reader().ntriples(paths), shapes))
    theirs, report = _timed(lambda: validate.report(data, shapes, engine="pyshacl"))
    return {"rival": "pySHACL", "ours": ours, "theirs": theirs, "equal": found == report, "results": len(found.results)}


def _faulty(item: GraphFile, path: Path) -> Path:
    graph = Reader().graph(item.path)
    for subject, name in sorted(graph.subject_objects(SKOS.prefLabel))[:10]:
        graph.remove((subject, SKOS.prefLabel, name))
    path.write_text(ntriples(graph), encoding="utf-8")
    return path


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    began = time.process_time()
    made = work()
    return time.process_time() - began, made


if __name__ == "__main__":
    main()
