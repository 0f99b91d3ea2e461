"""The journal of a store on disk, as the one process that may write has it."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

from byregion.engine import delta, snapshot
from byregion.engine.journal import content, layout, reading, records
from byregion.engine.journal.change import Change
from byregion.engine.journal.disk import INCOMING, Disk
from byregion.engine.journal.layout import Head, Kind
from byregion.errors import StoreError, StoreFull
from byregion.sentences import say

WAITS: Final = 5.0
"""Seconds that opening waits for the process that wrote before to end."""
LEAST: Final = 4 << 20
"""Bytes of changes after which a snapshot is made; more where snapshots are large, so that making them costs little."""
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_KEPT: Final = 2


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a store begins with where there is none: of which kind it is, and its text, which names its revision.

    The text is canonical N-Quads, sorted, as `store.published` gives it; `ontology` and `source` are those of `Head`.
    """

    kind: Kind
    ontology: str = ""
    source: str = ""
    text: Callable[[], bytes] = bytes


class Journal:
    """The journal in a folder, open for more, after the change `number` that made `revision`.

    `cut` is how many bytes it lost of a write that was never finished.
    """

    def __init__(
        self, folder: Path, beginning: Beginning, disk: Disk | None = None, *, migrating: bool = False
    ) -> None:
        """Open the journal, or begin one; no other process can until this one has ended.

        Raises StoreError where another process has it open, it is damaged, it is of another kind or ontology than the
        beginning, or the disk does not let one. When `migrating`, the ontology may be another.
        """
        self.folder = folder
        self._disk = disk or Disk()
        self._broken = ""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(folder)
            try:
                self._begin(beginning)
                self._open()
                self._refuse_other(beginning, migrating=migrating)
            except BaseException:
                os.close(self._lock)
                raise
        except OSError as error:
            raise StoreError(f"the store in {folder} cannot be opened: {error}") from error

    def _begin(self, beginning: Beginning) -> None:
        layout.refuse_foreign(self.folder)
        for path in self.folder.glob(f"{INCOMING}*"):
            path.unlink()
        if layout.segments(self.folder):
            return
        text = beginning.text()
        revision = snapshot.revision(text)
        if beginning.kind == "published":
            parts = content.packed(iter(text.splitlines()), revision, tuple)
            self._disk.put(layout.snapshot(self.folder, 0), parts)
        began = datetime.now(UTC).isoformat(timespec="microseconds")
        self._put(Head(beginning.kind, beginning.ontology, beginning.source, 0, 0, revision, began))

    def _put(self, head: Head) -> None:
        self._disk.put(layout.segment(self.folder, head.after + 1), [records.pack(head.packed())])

    def _open(self) -> None:
        """Open the last segment, and cut off what was never finished."""
        path = layout.segments(self.folder)[-1][1]
        with path.open("rb") as file:
            self.head, self._size = reading.head(file, path)
            self.number, self.revision = self.head.after, self.head.revision
            for payload, end in reading.whole(file, path, self._size, is_last=True):
                change = Change.unpacked(payload)
                self.number, self.revision, self._size = change.number, change.revision, end
        self._file = self._disk.open(path)
        self.cut = path.stat().st_size - self._size
        if self.cut:
            self._disk.cut(self._file, self._size)
            self._disk.sync(self._file)
        self._tail, self._enough = self._unkept()

    def _unkept(self) -> tuple[int, int]:
        """Return how many bytes of changes no snapshot holds, and how many there may be."""
        sizes = {number: path.stat().st_size for number, path in layout.snapshots(self.folder)}
        newest = max(sizes, default=0)
        tail = sum(path.stat().st_size for first, path in layout.segments(self.folder) if first > newest)
        # Compressed, a snapshot has about a tenth of its size.
        return tail, max(LEAST, 4 * sizes.get(newest, 0))

    def _refuse_other(self, beginning: Beginning, *, migrating: bool) -> None:
        head, folder = self.head, self.folder
        if head.kind != beginning.kind:
            began = {"plain": "with nothing: start with --empty", "published": "with published data: leave --empty out"}
            raise StoreError(f"the store in {folder} began {began[head.kind]}")
        if head.ontology != beginning.ontology and not migrating:
            what = f"the store in {folder} was written under the ontology {head.ontology}, and this is"
            remedy = f"byregion migrate --store {folder} validates it, and takes it over where it conforms"
            raise StoreError(f"{what} {beginning.ontology}; {remedy}")

    def append(self, text: bytes, who: str, why: str) -> Change:
        """Record the change that `text` tells, and return it: it is on the disk then, whatever comes.

        Raises StoreFull where there is no room, and StoreError where the disk fails; nothing is recorded then.
        """
        if self._broken:
            raise StoreError(self._broken)
        revision = delta.revision(self.revision, text)
        change = Change(self.number + 1, datetime.now(UTC), who, why, self.revision, revision, text)
        record = records.pack(change.packed())
        try:
            self._disk.write(self._file, record)
            self._disk.sync(self._file)
        except OSError as error:
            self._undo(error)
        self.number, self.revision = change.number, change.revision
        self._size += len(record)
        self._tail += len(record)
        return change

    def _undo(self, error: OSError) -> NoReturn:
        """Cut off what was half recorded, and raise what is told of that."""
        try:
            self._disk.cut(self._file, self._size)
            self._disk.sync(self._file)
        except OSError as second:
            self._broken = f"the journal cannot be written since its disk failed ({second.strerror}); start again"
        if error.errno in _FULL:
            raise StoreFull(say("disk-full")) from error
        # What a failed fsync has left on the disk nobody knows: https://lwn.net/Articles/752063/
        self._broken = f"the journal cannot be written since its disk failed ({error.strerror}); start again"
        raise StoreError(self._broken) from error

    @property
    def is_long(self) -> bool:
        """Whether so much has been recorded since the last snapshot that it is time for another."""
        return self._tail > self._enough

    def rotate(self, head: Head | None = None) -> None:
        """Begin another segment, so that a snapshot can be made of what there is; raises OSError.

        With `head`, what is recorded from now on is of another ontology or source.
        """
        head = replace(head or self.head, after=self.number, revision=self.revision)
        # Where this fails, it is tried again after as much again.
        self._tail = 0
        self._put(head)
        path = layout.segment(self.folder, self.number + 1)
        file, size = self._disk.open(path), path.stat().st_size
        os.close(self._file)
        self.head, self._file, self._size = head, file, size

    def close(self) -> None:
        """Let another process open it."""
        os.close(self._file)
        os.close(self._lock)


def compact(folder: Path, number: int, disk: Disk | None = None) -> None:
    """Make a snapshot of what was held after a change, with which a segment ends; take away older ones.

    The first one stays, and with it and the journal everything that ever was held. Raises OSError and StoreError.
    """
    content.Content(folder, number).keep(folder, disk or Disk())
    for kept, path in layout.snapshots(folder)[:-_KEPT]:
        if kept:
            path.unlink()


def _locked(folder: Path) -> int:
    """Return the lock of a folder once no other process holds it; raises StoreError where one does not let go."""
    # Not at the top: Windows has it not, where other verbs run.
    import fcntl

    lock = os.open(folder / layout.LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    until = time.monotonic() + WAITS
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        if time.monotonic() > until:
            os.close(lock)
            raise StoreError(f"another process has the store in {folder} open; end it, or give another folder")
        time.sleep(0.05)
