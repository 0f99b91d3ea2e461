"""The changes of a store, read from its folder: also while a server writes to it, and without asking that."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from byregion.engine.journal import layout, records
from byregion.engine.journal.change import Change
from byregion.engine.journal.layout import Head
from byregion.errors import NotFound, StoreError
from byregion.sentences import say


def changes(folder: Path, after: int = 0) -> Iterator[Change]:
    """Yield the changes that a store records, in order, beginning with the one `after` that number.

    What is not whole yet at the end is being written, and is left out. Raises StoreError where the journal is damaged.
    """
    for head, path, found in _segments(folder, after):
        last, revision = head.after, head.revision
        for change in found:
            if (change.number, change.previous) != (last + 1, revision):
                raise StoreError(f"{path}: change {change.number} does not follow change {last}; restore a backup")
            last, revision = change.number, change.revision
            if change.number > after:
                yield change


def _segments(folder: Path, after: int) -> Iterator[tuple[Head, Path, Iterator[Change]]]:
    """Yield the segments that hold changes after a number: what each says of itself, its path, and its changes."""
    found = layout.segments(folder)
    begin = max((index for index, (first, _) in enumerate(found) if first <= after + 1), default=0)
    with ExitStack() as stack:
        for index, (_, path) in enumerate(found[begin:], begin + 1):
            file = stack.enter_context(path.open("rb"))
            yield head(file, path)[0], path, _changes(file, path, is_last=index == len(found))


def in_step(folder: Path) -> str:
    """Return the name of the revision that said what the files say that a store goes with now.

    It is "" where none did, since `byregion migrate` took those files over and kept what had been written. Raises
    StoreError.
    """
    heads: list[Head] = []
    for _, path in reversed(layout.segments(folder)):
        with path.open("rb") as file:
            one, _ = head(file, path)
        if heads and one.source != heads[-1].source:
            break
        heads.append(one)
    first = heads[-1]
    return first.revision if first.step == first.after else ""


def head(file: BinaryIO, path: Path) -> tuple[Head, int]:
    """Return what a segment says of itself, and where its first change begins; raises StoreError."""
    record = records.read(file, 0)
    try:
        if record is None:
            raise ValueError("its first record is damaged")
        return Head.unpacked(record[0]), record[1]
    except (ValueError, KeyError) as error:
        raise StoreError(f"{path} is no journal of byregion: {error}; restore a backup (byregion restore)") from error


def _changes(file: BinaryIO, path: Path, *, is_last: bool) -> Iterator[Change]:
    for payload, end in whole(file, path, head(file, path)[1], is_last=is_last):
        try:
            yield Change.unpacked(payload)
        except ValueError as error:
            raise StoreError(f"{path}: the record before byte {end} is no change: {error}") from error


def whole(file: BinaryIO, path: Path, at: int, *, is_last: bool) -> Iterator[tuple[bytes, int]]:
    """Yield what each record from byte `at` on holds, and where it ends; raises StoreError where one is damaged.

    Only in the last segment may there be one at the end that was never finished, or is being written.
    """
    while True:
        while record := records.read(file, at):
            yield record
            at = record[1]
        file.seek(at)
        if not file.read(1):
            return
        # It may have been written since.
        if records.read(file, at) is None:
            break
    if not is_last or not records.is_torn(file, at):
        what = f"{path} is damaged from byte {at} on, and what was recorded there had been acknowledged"
        raise StoreError(f"{what}; restore a backup (byregion restore), or copy the file from where it is whole")


class Changes:
    """The changes of a store, by number and by revision; what is added later is found, too.

    Only where each change stands is held in memory. To be used by one thread at a time.
    """

    def __init__(self, folder: Path) -> None:
        """Read nothing yet."""
        self.folder = folder
        self._places: list[tuple[Path, int]] = []
        self._made: dict[str, int] = {}
        self._revisions: list[tuple[datetime | None, str]] = []
        self._at: tuple[Path, int] | None = None

    def __len__(self) -> int:
        """How many changes there are, which is the number of the last one."""
        self._look()
        return len(self._places)

    def __getitem__(self, number: int) -> Change:
        """Return the change with a number; raises NotFound where there is none, and StoreError."""
        if not 1 <= number <= len(self):
            raise NotFound(say("no-change", number=number, count=len(self._places)))
        path, at = self._places[number - 1]
        with path.open("rb") as file:
            record = records.read(file, at)
        if record is None:
            raise StoreError(f"{path} is damaged at byte {at}; restore a backup (byregion restore)")
        return Change.unpacked(record[0])

    def number(self, revision: str) -> int:
        """Return the number of the change that made a revision, by its name or what that begins with.

        The revision that the store began with is of number 0. Raises NotFound where there is none or more than one.
        """
        self._look()
        if revision in self._made:
            return self._made[revision]
        found = sorted(name for name in self._made if name.startswith(revision))
        if len(found) != 1:
            if found:
                raise NotFound(say("several-revisions", count=len(found), name=revision), tuple(found))
            raise NotFound(say("no-revision-made", name=revision))
        return self._made[found[0]]

    def revisions(self) -> Sequence[tuple[datetime | None, str]]:
        """Return every revision there was, in order, each with when it was made.

        The first one is what the store began with; of a journal that does not tell when, that is None.
        """
        self._look()
        return self._revisions

    def _look(self) -> None:
        """Find what has been added."""
        for first, path in layout.segments(self.folder):
            if self._at and path < self._at[0]:
                continue
            with path.open("rb") as file:
                begun = self._at[1] if self._at and self._at[0] == path else 0
                if not begun:
                    told, begun = head(file, path)
                    if first == 1:
                        self._made[told.revision] = 0
                        began = datetime.fromisoformat(told.when) if told.when else None
                        self._revisions.append((began, told.revision))
                self._at = (path, self._index(file, path, begun))

    def _index(self, file: BinaryIO, path: Path, at: int) -> int:
        while span := records.extent(file, at):
            begin, end = span
            file.seek(begin)
            said = json.loads(file.readline())
            self._made[said["revision"]] = len(self._places) + 1
            self._revisions.append((datetime.fromisoformat(said["when"]), said["revision"]))
            self._places.append((path, at))
            at = end
        return at
