"""The one layout of the files under `data/`: so that a diff shows what changed and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from pathlib import Path

from byregion.dataset import GraphFile, layout, read_graph
from byregion.findings import Finding


def check(files: Iterable[GraphFile]) -> list[Finding]:
    """Return an error for each file that is not in the layout, with the first line that differs.

    Raises DataError as `dataset.read_graph` does.
    """
    found = []
    for item in files:
        line = _first_difference(item.path.read_bytes(), layout(read_graph(item.path)).encode())
        if line:
            message = "not in the layout of data/ from this line on; byregion check --fix rewrites the file"
            found.append(Finding("layout", "error", f"{item.path}:{line}", message))
    return found


def rewrite(files: Iterable[GraphFile]) -> list[Path]:
    """Write each file that is not in the layout anew; return those that were, comments in them lost.

    Raises DataError as `dataset.read_graph` does, before any file is touched.
    """
    texts = {item.path: layout(read_graph(item.path)).encode() for item in files}
    changed = [path for path, text in texts.items() if path.read_bytes() != text]
    for path in changed:
        path.write_bytes(texts[path])
    return changed


def _first_difference(one: bytes, other: bytes) -> int:
    """Return the first line, from 1, in which two texts differ; 0 where they are the same."""
    pairs = enumerate(zip_longest(one.split(b"\n"), other.split(b"\n")), start=1)
    return next((number for number, (here, there) in pairs if here != there), 0)
