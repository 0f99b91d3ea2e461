"""The folder of a copy: made beside the old one, put in its place when it is whole, and never over anything else."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from byregion.errors import CopyError

MANIFEST: Final = "byregion.sha256"
"""The list of the files of a copy with their SHA-256, as `sha256sum --check` reads it. By it a copy is known."""


@contextmanager
def fresh(target: Path) -> Iterator[Path]:
    """Give a new folder to fill, which takes the place of `target` where all goes well.

    Who looks sees the old copy or the new one, and for a moment none, but no mixture. Raises CopyError where `target`
    holds anything but a copy as it was made.
    """
    target = target.resolve()
    _refuse_anything_else(target)
    new = target.with_name(f".{target.name}.new-{os.getpid()}")
    old = target.with_name(f".{target.name}.old-{os.getpid()}")
    new.mkdir(parents=True)
    try:
        yield new
        (new / MANIFEST).write_text(_listed(new), encoding="utf-8", newline="\n")
        if target.exists():
            target.rename(old)
        new.rename(target)
    finally:
        for leftover in (new, old):
            shutil.rmtree(leftover, ignore_errors=True)


def _refuse_anything_else(target: Path) -> None:
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not (target / MANIFEST).is_file():
        raise CopyError(f"{target} holds something else than a copy of the site; give another folder, or remove it")
    made = set((target / MANIFEST).read_text(encoding="utf-8").splitlines())
    strange = sorted({line.partition("  ")[2] for line in made.symmetric_difference(_listed(target).splitlines())})
    if strange:
        more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
        raise CopyError(f"{target} was changed since it was made ({strange[0]}{more}); move it, or remove it")


def _listed(folder: Path) -> str:
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    return "".join(f"{_sha256(folder / path)}  {path}\n" for path in paths if path != MANIFEST)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
