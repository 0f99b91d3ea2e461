"""The data of a run: made-up regions as folders for byregion, and what byregion publishes of them for its peers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from byregion import infer, iri
from byregion.dataset import data_files, ontology_files
from byregion.engine import store

from . import regions


@dataclass(frozen=True, slots=True)
class Data:
    """Folders of datasets, all their graphs and what is inferred as N-Quads, and the merge of these as N-Triples."""

    folder: Path
    quads: Path
    merge: Path
    regions: int
    triples: int


def make(folder: Path, count: int) -> Data:
    """Write as many made-up regions as `count` into `folder`, and what byregion publishes of them beside it."""
    datasets, peers = folder / "data", folder / "peers"
    datasets.mkdir()
    peers.mkdir()
    regions.write(datasets, count)
    text = store.published([*ontology_files(), *data_files(datasets)], infer.UPDATES, iri.INFERRED)
    # The graph is the last term of a line, and no IRI holds a space.
    merged = {line[: line.rindex(b" <")] + b" .\n" for line in text.splitlines()}
    quads, merge = peers / "quads.nq", peers / "merge.nt"
    quads.write_bytes(text)
    merge.write_bytes(b"".join(sorted(merged)))
    return Data(datasets, quads, merge, count, len(merged))
