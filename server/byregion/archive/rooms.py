"""Room in memory for a few earlier revisions at once, each a template process of its own with one worker."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from byregion.archive.past import Start
from byregion.engine import Engine, Limits
from byregion.engine.base import Beside
from byregion.errors import EngineBusy, EngineError
from byregion.sentences import say

if TYPE_CHECKING:
    from byregion.engine.launch import Template
    from byregion.engine.pool import Pool

AT_ONCE: Final = 2
"""Archived revisions that are in memory at once."""
IDLE: Final = 60.0
"""Seconds without a question after which one is let go."""
ASKERS: Final = 8
"""Questions to them at once; more are refused, so that they leave threads to the current revision."""


class _Held:
    """A template over a revision, and the pool that asks it."""

    def __init__(self, start: Start, limits: Limits, beside: Beside | None) -> None:
        """Start the processes; raises as `start` does."""
        # Not at the top: it needs what only Unix has, and a static copy of the site is made without.
        from byregion.engine.lanes import Width

        self._stack = contextlib.ExitStack()
        self._template: Template = self._stack.enter_context(start(limits))
        self.pool: Pool = self._template.pool(Width(light=1, heavy=2), beside)
        self._stack.callback(self.pool.close)

    def is_dead(self) -> bool:
        """Tell whether the template ended by itself."""
        return self._template.process.poll() is not None

    def close(self) -> None:
        """End the processes."""
        self._stack.close()


@dataclass(slots=True)
class _Room:
    """Room for one revision, that `users` ask now and one last asked at `used`.

    `held` is None while it is started or ended; `leaving` is what had the room before, to be ended first.
    """

    leaving: _Held | None = None
    held: _Held | None = None
    users: int = 0
    used: float = field(default_factory=time.monotonic)

    @property
    def is_idle(self) -> bool:
        return self.held is not None and not self.users


class Rooms:
    """At most `AT_ONCE` archived revisions in memory; many threads may ask at once.

    One is started when it is first asked, and ended when nobody has asked it for `IDLE` seconds or another one needs
    its room; never while it is asked. Who asks for one while others are asked in every room waits as long as a query
    may run.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        at_once: int = AT_ONCE,
        idle: float = IDLE,
        askers: int = ASKERS,
        beside: Beside | None = None,
    ) -> None:
        """Start with empty rooms; `limits` are those of every query, which may name a graph `beside` what it asks."""
        self.limits = limits
        self._beside = beside
        self._askers = threading.BoundedSemaphore(askers)
        self._at_once = at_once
        self._idle = idle
        # A room that is in here is taken, also while its processes start or end, which is never done under the lock.
        self._rooms: dict[str, _Room] = {}
        self._changed = threading.Condition()
        self._watch: threading.Thread | None = None
        self._closed = False

    @contextlib.contextmanager
    def asking(self, revision: str, start: Start) -> Iterator[Engine]:
        """Give an engine of the revision that `start` starts, which is not ended meanwhile.

        Raises what `start` does, EngineBusy where too many ask or no room becomes free, and EngineError.
        """
        if not self._askers.acquire(blocking=False):
            raise EngineBusy(say("past-busy"))
        try:
            room, held = self._enter(revision)
            held = held or self._start(room, revision, start)
            try:
                yield held.pool
            finally:
                self._leave(room, revision)
        finally:
            self._askers.release()

    def _enter(self, revision: str) -> tuple[_Room, _Held | None]:
        """Return the room of a revision, and what it holds: where that is nothing, it is ours to fill."""
        until = time.monotonic() + self.limits.seconds
        with self._changed:
            while not self._closed:
                room = self._rooms.get(revision)
                if room and room.held:
                    room.users += 1
                    return room, room.held
                if room is None:
                    leaving = self._least_used() if len(self._rooms) == self._at_once else None
                    if leaving or len(self._rooms) < self._at_once:
                        room = _Room(self._rooms.pop(leaving).held if leaving else None, users=1)
                        self._rooms[revision] = room
                        return room, None
                if not self._changed.wait(until - time.monotonic()):
                    raise EngineBusy(say("past-others"))
        raise EngineError(say("engine-closed"))

    def _least_used(self) -> str | None:
        idle = {revision: room.used for revision, room in self._rooms.items() if room.is_idle}
        return min(idle, key=lambda revision: idle[revision], default=None)

    def _start(self, room: _Room, revision: str, start: Start) -> _Held:
        try:
            if room.leaving:
                room.leaving.close()
            held = _Held(start, self.limits, self._beside)
        except BaseException:
            self._free(revision)
            raise
        with self._changed:
            room.held = held
            self._changed.notify_all()
            if self._watch is None:
                self._watch = threading.Thread(target=self._end_idle, name="archived revisions", daemon=True)
                self._watch.start()
        return held

    def _leave(self, room: _Room, revision: str) -> None:
        with self._changed:
            room.users -= 1
            room.used = time.monotonic()
            self._changed.notify_all()
            if not room.held or room.users or not room.held.is_dead():
                return
            dead, room.held = room.held, None
        dead.close()
        self._free(revision)

    def _free(self, revision: str) -> None:
        with self._changed:
            del self._rooms[revision]
            self._changed.notify_all()

    def _end_idle(self) -> None:
        while found := self._next_idle():
            revision, held = found
            held.close()
            self._free(revision)

    def _next_idle(self) -> tuple[str, _Held] | None:
        """Wait for a revision that nobody has asked for long enough; returns None when every room is empty."""
        with self._changed:
            while self._rooms and not self._closed:
                now = time.monotonic()
                for revision, room in self._rooms.items():
                    if room.held and room.is_idle and room.used + self._idle <= now:
                        held, room.held = room.held, None
                        return revision, held
                waits = (room.used + self._idle - now for room in self._rooms.values() if room.is_idle)
                self._changed.wait(min(waits, default=None))
            self._watch = None
            return None

    def close(self) -> None:
        """End every archived revision, also one that is asked; nothing may be asked after."""
        while found := self._next_to_close():
            revision, held = found
            held.close()
            self._free(revision)

    def _next_to_close(self) -> tuple[str, _Held] | None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            while self._rooms:
                for revision, room in self._rooms.items():
                    if room.held:
                        held, room.held = room.held, None
                        return revision, held
                # What starts or ends now is told when it is done.
                self._changed.wait()
            return None
