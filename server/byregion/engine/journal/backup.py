"""A store on disk copied while it is written to, and put back: both proven by the SHA-256 of the dataset.

A journal only grows and a snapshot never changes, so that the files can be copied at any time: what a copy ends with is
a whole change. Beside them lies `backup.json`, which says what they hold, and the SHA-256 of each.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, Self

from byregion.engine.journal import layout, reading
from byregion.engine.journal.content import Content
from byregion.engine.journal.disk import INCOMING, Disk
from byregion.errors import StoreError

TOLD: Final = "backup.json"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: the revision, after how many changes, and the SHA-256 of its dataset and of each file.

    The dataset is its statements as lines of N-Quads, sorted.
    """

    revision: str
    changes: int
    dataset: str
    made: str
    files: dict[str, str]


def make(folder: Path, target: Path) -> Backup:
    """Copy the store in `folder` to the new folder `target`, and return what the copy holds, read from the copy.

    Raises StoreError where there is no store or it is damaged, and OSError; then there is no `target`.
    """
    if not folder.is_dir() or not layout.segments(folder):
        raise StoreError(f"there is no store in {folder}; say with --store where it is")
    with _Incoming(target) as incoming:
        disk = Disk()
        for path, size in _extents(folder):
            _copy(disk, path, incoming.path, size)
        content = Content(incoming.path)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        told = Backup(content.revision, content.number, content.sha256(), made, _sums(incoming.path))
        disk.put(incoming.path / TOLD, [json.dumps(asdict(told), indent=2).encode() + b"\n"])
        incoming.take_its_place()
    return told


def restore(source: Path, folder: Path) -> Backup:
    """Make the store in the new `folder` that the backup `source` holds, and return what that is.

    Raises StoreError where the backup is not what it says, or what was made of it is not, and OSError; then there is no
    `folder`.
    """
    told = _read(source)
    with _Incoming(folder) as incoming:
        disk = Disk()
        for name, expected in told.files.items():
            _copy(disk, source / name, incoming.path, (source / name).stat().st_size)
            if (digest := _sum(incoming.path / name)) != expected:
                raise StoreError(f"{source / name} is damaged: its SHA-256 is {digest}; take another backup")
        content = Content(incoming.path)
        found = (content.revision, content.number, content.sha256())
        if found != (told.revision, told.changes, told.dataset):
            raise StoreError(
                f"{source} does not hold the revision {told.revision} that it tells of; take another backup"
            )
        incoming.take_its_place()
    return told


def _read(source: Path) -> Backup:
    try:
        told = Backup(**json.loads((source / TOLD).read_bytes()))
    except FileNotFoundError as error:
        raise StoreError(f"{source} is no backup: it holds no {TOLD}, which byregion backup writes last") from error
    except (ValueError, TypeError) as error:
        raise StoreError(f"{source / TOLD} is damaged: {error}; take another backup") from error
    if other := [name for name in told.files if Path(name).name != name]:
        raise StoreError(f"{source / TOLD} names {other[0]!r}, which is no file of a backup")
    return told


def _extents(folder: Path) -> Iterator[tuple[Path, int]]:
    """Yield the files of a store, and how much of each is whole; raises StoreError for a journal that is damaged."""
    # Snapshots are taken away while the store is written to; the first one and the journal never are.
    yield from ((path, -1) for _, path in layout.snapshots(folder))
    *closed, (_, last) = layout.segments(folder)
    yield from ((path, -1) for _, path in closed)
    with last.open("rb") as file:
        begun = reading.head(file, last)[1]
        ends = [end for _, end in reading.whole(file, last, begun, is_last=True)]
    yield last, ends[-1] if ends else begun


def _copy(disk: Disk, path: Path, folder: Path, size: int) -> None:
    """Copy a file, or the first `size` bytes of it; one that is a snapshot may be gone by now."""
    try:
        with path.open("rb") as file:
            disk.put(folder / path.name, _parts(file, size))
    except FileNotFoundError:
        if path.suffix == ".journal":
            raise


def _parts(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size != 0 and (part := file.read(_CHUNK if size < 0 else min(size, _CHUNK))):
        size -= len(part) if size > 0 else 0
        yield part


class _Incoming:
    """A folder beside another that is not there yet, whose place it takes once it is whole; else it goes."""

    def __init__(self, target: Path) -> None:
        self._target = target.resolve()
        self.path = self._target.with_name(f".{self._target.name}.{INCOMING}{os.getpid()}")

    def __enter__(self) -> Self:
        if self._target.exists() and (not self._target.is_dir() or any(self._target.iterdir())):
            raise StoreError(f"{self._target} is there already; name a folder that is not")
        self.path.mkdir(parents=True)
        return self

    def take_its_place(self) -> None:
        # An empty folder gives way to it.
        self.path.rename(self._target)
        Disk().sync_folder(self._target.parent)

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def _sums(folder: Path) -> dict[str, str]:
    return {path.name: _sum(path) for path in sorted(folder.iterdir())}


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
