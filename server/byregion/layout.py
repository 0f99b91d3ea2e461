"""The one layout of the files under `data/`: so that a diff shows what changed and nothing else."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

from byregion.dataset import in_order, written
from byregion.engine.turtle import Reader
from byregion.errors import DataError
from byregion.findings import Finding


def check(data: Path, reader: Reader | None = None) -> list[Finding]:
    """Return an error for each Turtle file below the folder `data` that is not in the layout.

    Raises DataError as `dataset.read_graph` does, and where there is no file at all. What `reader` has read is not read
    again.
    """
    reader = reader or Reader()
    return [finding for path in files(data) for finding in faults(path, reader)]


def faults(path: Path, reader: Reader) -> list[Finding]:
    """Return an error where a Turtle file is not in the layout; raises DataError as `check` does."""
    line = _first_difference(reader.content(path), _text(path, reader))
    message = "not in the layout of data/ from this line on; byregion check --fix rewrites the file"
    return [Finding("layout", "error", f"{path}:{line}", message)] if line else []


def rewrite(data: Path) -> list[Path]:
    """Write each file that is not in the layout anew; return those that were, comments in them lost.

    Raises DataError as `check` does, before any file is touched.
    """
    reader = Reader()
    texts = {path: _text(path, reader) for path in files(data)}
    changed = {path: text for path, text in texts.items() if reader.content(path) != text}
    for path, text in changed.items():
        path.write_bytes(text)
    return list(changed)


def files(data: Path) -> list[Path]:
    """Return the Turtle files below the folder `data`, all of which have the layout; raises DataError without any."""
    found = sorted(data.rglob("*.ttl"))
    if not found:
        raise DataError("there is no Turtle file to read here", data)
    return found


def _text(path: Path, reader: Reader) -> bytes:
    """Return what a Turtle file is to be, byte for byte."""
    return written(in_order(reader.triples(path))).encode()


def _first_difference(one: bytes, other: bytes) -> int:
    """Return the first line, from 1, in which two texts differ; 0 where they are the same."""
    if one == other:
        return 0
    pairs = enumerate(zip_longest(one.split(b"\n"), other.split(b"\n")), start=1)
    return next((number for number, (here, there) in pairs if here != there), 0)
