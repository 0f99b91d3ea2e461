"""Inference beside owlrl and validation beside pySHACL, over the same files: `python -m tests.bench.rivals FOLDER`.

Prints JSON: the CPU seconds of each, and whether they found the same. Files are read before anything is timed.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import owlrl
from rdflib import SKOS, Graph
from tests.owlrl_oracle import useful

from byregion import infer, iri, validate
from byregion.dataset import data_files, ontology_files
from byregion.engine import memory, store
from byregion.engine.turtle import Reader

_T = TypeVar("_T")


def main() -> None:
    """Measure, and print."""
    files = (*ontology_files(), *data_files(Path(sys.argv[1])))
    print(json.dumps({"inference": inference(files), "validation": validation(files)}))


def inference(files: tuple) -> dict[str, object]:  # type: ignore[type-arg]
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


def validation(files: tuple) -> dict[str, object]:  # type: ignore[type-arg]
    """Return what pySHACL's validation and ours took, of data that lacks ten names a file: there are results."""
    shapes, dataset = validate.read_shapes(), Reader().dataset(files)
    for graph in list(dataset.graphs()):
        for subject, name in sorted(graph.subject_objects(SKOS.prefLabel))[:10]:
            graph.remove((subject, SKOS.prefLabel, name))
    data = validate.merge(dataset)
    ours, found = _timed(lambda: validate.report(dataset, shapes))
    theirs, report = _timed(lambda: validate.report(data, shapes, engine="pyshacl"))
    return {"rival": "pySHACL", "ours": ours, "theirs": theirs, "equal": found == report, "results": len(found.results)}


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    began = time.process_time()
    made = work()
    return time.process_time() - began, made


if __name__ == "__main__":
    main()
