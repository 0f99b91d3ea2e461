"""An engine for every revision that can be asked: the current one, and those that an archive or a journal has."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from byregion.archive.folder import Archive
from byregion.archive.past import Archived, Moment, Past, Recorded, then
from byregion.archive.rooms import Rooms
from byregion.dataset_clause import DatasetDescription
from byregion.engine import Answer, Engine, Limits
from byregion.engine.base import admit
from byregion.errors import ArchiveError, NotFound, RevisionGone
from byregion.sentences import say

RESTS: Final = 60.0
"""Seconds for which a log that cannot be read is not read again to tell when a revision was published."""

_log = logging.getLogger(__name__)


class Revisions:
    """The engines of the current revision and of those before it; many threads may ask at once."""

    def __init__(self, current: Engine, past: Archive | Past | None = None, rooms: Rooms | None = None) -> None:
        """Start with the current revision alone; earlier ones take `rooms`, by default under the limits `Limits()`."""
        self.current = current
        self.past = Archived(past) if isinstance(past, Archive) else past
        self._rooms = rooms or Rooms(Limits())
        self._published: dict[str, datetime | None] = {}
        self._rests_until = 0.0

    def engine(self, name: str) -> Engine:
        """Return the engine of the revision that `name` is, or is the beginning of.

        Raises NotFound where no such revision was published, RevisionGone where it is no longer kept, and ArchiveError
        where the archive cannot be read. An earlier revision is started when it is asked; that raises these too, and
        what `Engine.query` does.
        """
        current = self.current.revision
        if current.startswith(name):
            if not isinstance(self.past, Recorded):
                return self.current
            # It may be written to at any moment, and then is another revision.
            return _Of(current, self.past, self._rooms, self.current)
        if self.past is None:
            raise NotFound(say("no-archive", name=name, current=current[:16]))
        revision = self.past.find(name)
        self.past.start(revision)
        return _Of(revision, self.past, self._rooms)

    def published(self, revision: str) -> datetime | None:
        """Return when a revision, by its full name, was first published (UTC); None where nothing tells."""
        if self.past is None or revision in self._published or time.monotonic() < self._rests_until:
            return self._published.get(revision)
        try:
            # What was published first stays so.
            return self._published.setdefault(revision, self.past.published(revision))
        except NotFound:
            return None
        except ArchiveError as error:
            # What the current revision answers does not depend on the archive, and is not slower for it.
            self._rests_until = time.monotonic() + RESTS
            _log.warning("when the revision %s was published is not known: %s", revision[:16], error)
            return None

    def moments(self) -> Sequence[Moment]:
        """Return each time that a revision which can be asked became the current one, in order; raises ArchiveError."""
        return self.past.moments() if self.past else ()

    def then(self, when: datetime) -> str:
        """Return the revision that was the current one at a time, as `past.then` does; raises ArchiveError, too."""
        return then(self.moments(), when)

    def is_kept(self, revision: str) -> bool:
        """Whether a revision, by its full name, can be asked."""
        if self.past is None:
            return revision == self.current.revision
        try:
            self.past.start(revision)
        except (NotFound, RevisionGone):
            return revision == self.current.revision
        return True

    def close(self) -> None:
        """End every earlier revision; the current one is not closed."""
        self._rooms.close()


class _Of:
    """The engine of one revision: that of the `current` one as long as it answers for it, then one in a room."""

    def __init__(self, revision: str, past: Past, rooms: Rooms, current: Engine | None = None) -> None:
        self.revision = revision
        self._past = past
        self._rooms = rooms
        self._current = current

    def query(
        self,
        query: str,
        media_type: str,
        *,
        dataset: DatasetDescription | None = None,
        seconds: float | None = None,
    ) -> Answer:
        if self._current is not None:
            answer = self._current.query(query, media_type, dataset=dataset, seconds=seconds)
            if answer.revision in ("", self.revision):
                return answer
            # Something was written since; it stays written.
            self._current = None
        admit(query, media_type, self._rooms.limits)  # nothing is started for what will not be evaluated
        with self._rooms.asking(self.revision, self._past.start(self.revision)) as engine:
            return engine.query(query, media_type, dataset=dataset, seconds=seconds)

    def close(self) -> None:
        """Nothing to do: who asks next finds it as it is."""
