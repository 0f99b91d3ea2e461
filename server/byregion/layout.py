"""The one layout of the files under `data/`: so that a diff shows what changed and nothing else."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

from byregion.dataset import layout, read_graph
from byregion.errors import DataError
from byregion.findings import Finding


def check(data: Path) -> list[Finding]:
    """Return an error for each Turtle file below the folder `data` that is not in the layout.

    Raises DataError as `dataset.read_graph` does, and where there is no file at all.
    """
    found = []
    for path, text in _texts(data).items():
        line = _first_difference(path.read_bytes(), text)
        if line:
            message = "not in the layout of data/ from this line on; byregion check --fix rewrites the file"
            found.append(Finding("layout", "error", f"{path}:{line}", message))
    return found


def rewrite(data: Path) -> list[Path]:
    """Write each file that is not in the layout anew; return those that were, comments in them lost.

    Raises DataError as `check` does, before any file is touched.
    """
    changed = {path: text for path, text in _texts(data).items() if path.read_bytes() != text}
    for path, text in changed.items():
        path.write_bytes(text)
    return list(changed)


def _texts(data: Path) -> dict[Path, bytes]:
    """Return what each Turtle file below `data` is to be, byte for byte."""
    texts = {path: layout(read_graph(path)).encode() for path in sorted(data.rglob("*.ttl"))}
    if not texts:
        raise DataError("there is no Turtle file to read here", data)
    return texts


def _first_difference(one: bytes, other: bytes) -> int:
    """Return the first line, from 1, in which two texts differ; 0 where they are the same."""
    pairs = enumerate(zip_longest(one.split(b"\n"), other.split(b"\n")), start=1)
    return next((number for number, (here, there) in pairs if here != there), 0)
