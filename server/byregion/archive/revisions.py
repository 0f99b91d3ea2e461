"""An engine for every revision that can be asked: the current one, and those of which an archive has a snapshot."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from pathlib import Path
from typing import Final

from byregion.archive.folder import KEPT, Archive
from byregion.archive.rooms import Rooms
from byregion.dataset_clause import DatasetDescription
from byregion.engine import Answer, Engine, Limits
from byregion.engine.base import admit
from byregion.errors import ArchiveError, DataError, NotFound, RevisionGone

RESTS: Final = 60.0
"""Seconds for which a log that cannot be read is not read again to tell when a revision was published."""

_log = logging.getLogger(__name__)


class Revisions:
    """The engines of the current revision and of those in an archive; many threads may ask at once."""

    def __init__(self, current: Engine, archive: Archive | None = None, rooms: Rooms | None = None) -> None:
        """Start with the current revision alone; archived ones take `rooms`, by default under the limits `Limits()`."""
        self.current = current
        self.archive = archive
        self._rooms = rooms or Rooms(Limits())
        self._published: dict[str, datetime] = {}
        self._rests_until = 0.0

    def engine(self, name: str) -> Engine:
        """Return the engine of the revision that `name` is, or is the beginning of.

        Raises NotFound where no such revision was published, RevisionGone where it is no longer kept, and ArchiveError
        where the archive cannot be read. An archived revision is started when it is asked; that raises these too, and
        what `Engine.query` does.
        """
        current = self.current.revision
        if current.startswith(name):
            return self.current
        if self.archive is None:
            why = f"this server keeps no archive, and the revision that it publishes is {current[:16]}"
            raise NotFound(f"there is no revision {name!r} here: {why}")
        revision = self.archive.find(name).revision
        _snapshot(self.archive, revision)
        return _Archived(revision, self.archive, self._rooms)

    def published(self, revision: str) -> datetime | None:
        """Return when a revision, by its full name, was first published (UTC); None where nothing tells."""
        if self.archive is None or revision in self._published or time.monotonic() < self._rests_until:
            return self._published.get(revision)
        try:
            # What was published first stays so.
            return self._published.setdefault(revision, self.archive.find(revision).published)
        except NotFound:
            return None
        except ArchiveError as error:
            # What the current revision answers does not depend on the archive, and is not slower for it.
            self._rests_until = time.monotonic() + RESTS
            _log.warning("when the revision %s was published is not known: %s", revision[:16], error)
            return None

    def is_kept(self, revision: str) -> bool:
        """Whether a revision, by its full name, can be asked."""
        archived = self.archive is not None and self.archive.snapshot(revision) is not None
        return archived or revision == self.current.revision

    def close(self) -> None:
        """End every archived revision; the current one is not closed."""
        self._rooms.close()


class _Archived:
    """The engine of an archived revision."""

    def __init__(self, revision: str, archive: Archive, rooms: Rooms) -> None:
        self.revision = revision
        self._archive = archive
        self._rooms = rooms

    def query(
        self,
        query: str,
        media_type: str,
        *,
        dataset: DatasetDescription | None = None,
        seconds: float | None = None,
    ) -> Answer:
        admit(query, media_type, self._rooms.limits)  # nothing is started for what will not be evaluated
        try:
            with self._rooms.asking(self.revision, _snapshot(self._archive, self.revision)) as engine:
                return engine.query(query, media_type, dataset=dataset, seconds=seconds)
        except DataError as error:
            if self._archive.snapshot(self.revision) is None:
                raise _gone(self._archive, self.revision) from error
            _log.error("%s", error)
            raise ArchiveError(f"the snapshot of the revision {self.revision[:16]} is damaged") from error

    def close(self) -> None:
        """Nothing to do: who asks next finds it as it is."""


def _snapshot(archive: Archive, revision: str) -> Path:
    path = archive.snapshot(revision)
    if path is None:
        raise _gone(archive, revision)
    return path


def _gone(archive: Archive, revision: str) -> RevisionGone:
    since = archive.changes_since(revision)
    why = f"the last {KEPT} are kept, and it was last published {len(since)} publications ago"
    return RevisionGone(f"the revision {revision[:16]} is no longer kept: {why}", revision, since)
