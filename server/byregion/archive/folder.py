"""The folder of an archive: a log of every publication, and snapshots of the last revisions.

    revisions.jsonl       one line a publication, the last one last; it only grows
    <revision>.nq.gz      a snapshot, for each of the last 32 revisions: `zcat FILE | sha256sum` is its name
    lock                  held while something is recorded
    incoming-*            what is being written; it gets its name when it is whole

So nobody reads half of a file, whenever a process or the machine stops. Several servers may share a folder.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from byregion.archive.comparing import CHANGED, compare
from byregion.archive.publication import Publication
from byregion.engine import snapshot
from byregion.errors import ArchiveError, DataError, NotFound
from byregion.sentences import say

KEPT: Final = 32
"""Revisions of which everything is kept."""
WAITS: Final = 30.0
"""Seconds that recording waits for another process that records."""
STALE: Final = 86_400.0
"""Seconds after which a file that never became whole is taken away."""

_LOG: Final = "revisions.jsonl"
_LOCK: Final = "lock"
_INCOMING: Final = "incoming-"
_SNAPSHOT: Final = re.compile(r"([0-9a-f]{64})\.nq\.gz")


class Archive:
    """The archive in `folder`, which is made when something is first recorded."""

    def __init__(self, folder: Path) -> None:
        """Read nothing yet."""
        self.folder = folder
        self._read: tuple[tuple[int, ...], tuple[Publication, ...]] = ((), ())

    # --- What is there ------------------------------------------------------------------------------------------------

    def revisions(self) -> tuple[Publication, ...]:
        """Return every publication, the last one last; raises ArchiveError where the log cannot be read."""
        try:
            with (self.folder / _LOG).open("rb") as log:
                told = os.fstat(log.fileno())
                state = (told.st_ino, told.st_size, told.st_mtime_ns)
                if self._read[0] != state:
                    self._read = (state, tuple(_publications(log.read())))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise ArchiveError(say("archive-unreadable", file=_LOG, why=error.strerror)) from error
        return self._read[1]

    def find(self, name: str) -> Publication:
        """Return the first publication of the revision that `name` is, or is the beginning of.

        Raises NotFound where there is none or more than one, and ArchiveError as `revisions` does.
        """
        found = {item.revision: item for item in reversed(self.revisions()) if item.revision.startswith(name)}
        if not found:
            raise NotFound(say("no-revision-published", name=name))
        if len(found) > 1:
            raise NotFound(say("several-revisions", count=len(found), name=name), tuple(sorted(found)))
        return next(iter(found.values()))

    def changes_since(self, revision: str) -> tuple[Publication, ...]:
        """Return what was published after a revision was last the current one; raises as `find` does."""
        name = self.find(revision).revision
        log = self.revisions()
        last = max(number for number, item in enumerate(log) if item.revision == name)
        return log[last + 1 :]

    def snapshot(self, revision: str) -> Path | None:
        """Return the file that holds a revision, by its full name, or None where it is not kept."""
        path = self._path(revision)
        return path if path.is_file() else None

    def _path(self, revision: str) -> Path:
        return self.folder / f"{revision}.nq.gz"

    # --- What comes in ------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def incoming(self) -> Iterator[Path]:
        """Give a path in the folder for a snapshot to be written to, which is gone afterwards unless it was recorded.

        Raises ArchiveError where the folder cannot be written to, or holds what is none of ours.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if foreign := next((name for name in sorted(os.listdir(self.folder)) if not _is_ours(name)), None):
                raise ArchiveError(say("archive-foreign", name=foreign))
            handle, name = tempfile.mkstemp(prefix=_INCOMING, dir=self.folder)
            os.close(handle)
        except OSError as error:
            raise ArchiveError(say("archive-closed", why=error.strerror)) from error
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def record(self, revision: str, incoming: Path, published: datetime | None = None) -> Publication:
        """Add the revision that the snapshot `incoming` holds, published now unless `published` says when.

        Returns its publication: the last one where it is the current revision already. Raises ArchiveError where the
        snapshot is not of that revision, the log cannot be read, or something cannot be written.
        """
        try:
            with self._alone():
                return self._record(revision, incoming, published or datetime.now(UTC))
        except DataError as error:
            raise ArchiveError(error.message) from error
        except OSError as error:
            raise ArchiveError(say("archive-unrecorded", why=error.strerror)) from error

    def _record(self, revision: str, incoming: Path, published: datetime) -> Publication:
        log = self.revisions()
        if not log and any(_SNAPSHOT.fullmatch(name) for name in os.listdir(self.folder)):
            raise ArchiveError(say("archive-headless", file=_LOG))
        text = snapshot.read(incoming, revision)
        if not log or log[-1].revision != revision:
            log = (*log, self._publication(revision, text, log[-1].revision if log else "", published))
            self._write(log)
        # After the log: what a stop leaves without its snapshot gets it when it is recorded again.
        self._name(incoming, self._path(revision))
        self._prune(log)
        return log[-1]

    def _publication(self, revision: str, text: bytes, previous: str, published: datetime) -> Publication:
        graphs, entities = compare(text, self._text(previous) if previous else None)
        return Publication(
            revision=revision,
            published=published.astimezone(UTC).replace(microsecond=0),
            previous=previous,
            graphs=graphs,
            changed=tuple(entities[:CHANGED]),
            more=len(entities[CHANGED:]),
        )

    def _text(self, revision: str) -> bytes | None:
        """Return the text of a revision, or None where its snapshot is lost: then nothing can be compared with it."""
        try:
            return snapshot.read(self._path(revision), revision)
        except DataError:
            return None

    def _write(self, log: tuple[Publication, ...]) -> None:
        handle, name = tempfile.mkstemp(prefix=_INCOMING, dir=self.folder)
        with open(handle, "wb") as file:
            file.writelines(item.to_json().encode() + b"\n" for item in log)
            file.flush()
            os.fsync(file.fileno())
        self._name(Path(name), self.folder / _LOG)

    def _name(self, incoming: Path, path: Path) -> None:
        """Give a file that is whole and on the disk its name."""
        incoming.chmod(0o644)  # mkstemp lets only its owner read
        incoming.replace(path)
        # A name is on the disk when its folder is.
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _prune(self, log: tuple[Publication, ...]) -> None:
        kept = list(dict.fromkeys(item.revision for item in reversed(log)))[:KEPT]
        for path in self.folder.iterdir():
            found = _SNAPSHOT.fullmatch(path.name)
            is_old = found is not None and found[1] not in kept
            if is_old or (path.name.startswith(_INCOMING) and time.time() - path.stat().st_mtime > STALE):
                path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time record; raises ArchiveError where another does for too long."""
        import fcntl  # only Unix has it, and only what serves records

        with (self.folder / _LOCK).open("w") as lock:
            until = time.monotonic() + WAITS
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() > until:
                        raise ArchiveError(say("archive-busy", seconds=f"{WAITS:g}")) from error
                    time.sleep(0.05)
            # Closing the file gives the lock back.
            yield


def _is_ours(name: str) -> bool:
    return name in (_LOG, _LOCK) or name.startswith(_INCOMING) or bool(_SNAPSHOT.fullmatch(name))


def _publications(log: bytes) -> Iterator[Publication]:
    for number, line in enumerate(log.splitlines(), start=1):
        try:
            yield Publication.from_json(line)
        except ValueError as error:
            raise ArchiveError(say("archive-line", file=_LOG, number=number, why=error)) from error
