"""The revisions that can still be asked: those of which an archive has a snapshot, or all that a journal recorded."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from byregion.archive.folder import KEPT, Archive
from byregion.engine import Limits
from byregion.engine.journal import Changes
from byregion.errors import ArchiveError, DataError, EngineError, NotFound, RevisionGone
from byregion.sentences import say

if TYPE_CHECKING:
    from byregion.engine.launch import Template

Start = Callable[[Limits], AbstractContextManager["Template"]]
"""What starts a template over a revision, and ends it on leaving."""
Moment = tuple[datetime, str]
"""When a revision became the current one (UTC), and its name."""

_log = logging.getLogger(__name__)


class Past(Protocol):
    """Where earlier revisions are; for any number of threads."""

    def find(self, name: str) -> str:
        """Return the name of the revision that `name` is, or is the beginning of; raises NotFound, or ArchiveError."""
        ...

    def published(self, revision: str) -> datetime | None:
        """Return when a revision was first the current one (UTC), None where nobody knows; raises as `find` does."""
        ...

    def start(self, revision: str) -> Start:
        """Return what starts a template over a revision; raises RevisionGone where it is no longer kept."""
        ...

    def moments(self) -> Sequence[Moment]:
        """Return each time that a revision which is kept became the current one, in order; raises ArchiveError."""
        ...


class Archived:
    """The revisions of an archive."""

    def __init__(self, archive: Archive) -> None:
        """Read nothing yet."""
        self._archive = archive

    def find(self, name: str) -> str:
        """Return the whole name of a revision that was published."""
        return self._archive.find(name).revision

    def published(self, revision: str) -> datetime | None:
        """Return when a revision was first published."""
        return self._archive.find(revision).published

    def start(self, revision: str) -> Start:
        """Return what starts a template over the snapshot of a revision; that raises ArchiveError for a damaged one."""
        return partial(self._serve, revision, self._snapshot(revision))

    @contextmanager
    def _serve(self, revision: str, path: Path, limits: Limits) -> Iterator[Template]:
        # Not at the top: it needs what only Unix has, and a static copy of the site is made without.
        from byregion.engine.launch import serve_snapshot

        with ExitStack() as stack:
            try:
                template = stack.enter_context(serve_snapshot(path, revision, limits))
            except DataError as error:
                self._snapshot(revision)  # it may be gone by now
                _log.error("%s", error)
                raise ArchiveError(say("snapshot-damaged", name=revision[:16])) from error
            yield template

    def _snapshot(self, revision: str) -> Path:
        path = self._archive.snapshot(revision)
        if path is None:
            since = self._archive.changes_since(revision)
            gone = say("revision-gone", name=revision[:16], kept=KEPT, ago=len(since))
            raise RevisionGone(gone, revision, since)
        return path

    def moments(self) -> Sequence[Moment]:
        """Return the publications of the revisions of which there is a snapshot."""
        log = self._archive.revisions()
        kept = {name for name in {item.revision for item in log} if self._archive.snapshot(name)}
        return [(item.published, item.revision) for item in log if item.revision in kept]


class Recorded:
    """The revisions that the journal of a store on disk recorded, and the one that it began with."""

    def __init__(self, folder: Path) -> None:
        """Read nothing yet; `folder` is that of the store."""
        self._folder, self._changes, self._lock = folder, Changes(folder), threading.Lock()

    def find(self, name: str) -> str:
        """Return the whole name of a revision that a change made."""
        with self._lock:
            return self._changes.revisions()[self._changes.number(name)][1]

    def published(self, revision: str) -> datetime | None:
        """Return when the change was made that made a revision."""
        with self._lock:
            return self._changes.revisions()[self._changes.number(revision)][0]

    def start(self, revision: str) -> Start:
        """Return what starts a template over what was held after a change, made again of snapshot and journal."""
        with self._lock:
            return partial(self._serve, revision, self._changes.number(revision))

    @contextmanager
    def _serve(self, revision: str, number: int, limits: Limits) -> Iterator[Template]:
        from byregion.engine.launch import serve_change

        with ExitStack() as stack:
            try:
                template = stack.enter_context(serve_change(self._folder, number, limits))
            except EngineError as error:
                _log.error("%s", error)
                raise EngineError(say("revision-not-made", name=revision[:16])) from error
            yield template

    def moments(self) -> Sequence[Moment]:
        """Return every revision of which it is known when it was made."""
        with self._lock:
            return [(when, name) for when, name in self._changes.revisions() if when]


def then(moments: Sequence[Moment], when: datetime) -> str:
    """Return the revision that was the current one at a time; the first that is known where there was none yet.

    Raises NotFound where none is known.
    """
    if not moments:
        raise NotFound(say("no-revision-dated"))
    # Times are told in whole seconds; and where a clock was set back, what was recorded last is what was there.
    earlier = [index for index, (at, _) in enumerate(moments) if at.replace(microsecond=0) <= when]
    return moments[earlier[-1] if earlier else 0][1]
