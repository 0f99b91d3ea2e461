"""Who is worked on: many queries that are answered soon, and beside them a few that take long.

Every query starts in the wide lane. One that has been worked on for a moment needs a place in the narrow one: there it
goes on, before long only with the time that the others leave it, and its place in the wide lane is free again. Where
the narrow lane is full it ends at once, so that its client can come back, instead of keeping everybody waiting.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from byregion.config import Settings
from byregion.errors import EngineBusy
from byregion.sentences import say


@dataclass(frozen=True, slots=True)
class Width:
    """How many queries are worked on at once, `light` and `heavy`, and how many may be `waiting` besides.

    A query is light for `seconds`, and until it has had `work` seconds of the processor: on a busy machine it would
    otherwise be heavy for having waited. When it has been heavy for `patience` seconds it gives way to all others.
    """

    light: int = 8
    heavy: int = 4
    waiting: int = 64
    seconds: float = 0.1
    work: float = 0.03
    patience: float = 0.3

    @classmethod
    def of(cls, settings: Settings) -> Width:
        """Return the width that `settings` state."""
        return cls(settings.query_workers, settings.heavy_queries, settings.waiting_queries)


class Lanes:
    """The two lanes; only for one event loop."""

    def __init__(self, width: Width) -> None:
        """Start empty."""
        self.width = width
        self._light = width.light
        self._heavy = width.heavy
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._inside = 0
        self._empty: list[asyncio.Future[None]] = []

    async def enter(self, deadline: float) -> Turn:
        """Return a turn in the wide lane; raises EngineBusy where none comes before `deadline`, or too many wait."""
        if self._light == 0 or self._waiting:
            await self._wait(deadline)
        else:
            self._light -= 1
        self._inside += 1
        return Turn(self)

    async def _wait(self, deadline: float) -> None:
        if len(self._waiting) >= self.width.waiting:
            raise EngineBusy(say("queries-wait", count=len(self._waiting)))
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with asyncio.timeout_at(deadline):
                await place
        except BaseException as error:
            if place.done() and not place.cancelled():
                self.free_light()
            elif place in self._waiting:
                self._waiting.remove(place)
            if isinstance(error, TimeoutError):
                raise EngineBusy(say("no-worker")) from error
            raise

    def free_light(self) -> None:
        """Give a place in the wide lane to who has waited longest, or back."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                return place.set_result(None)
        self._light += 1

    def take_heavy(self) -> bool:
        """Take a place in the narrow lane; returns whether there was one."""
        if self._heavy == 0:
            return False
        self._heavy -= 1
        return True

    def free_heavy(self) -> None:
        """Give a place in the narrow lane back."""
        self._heavy += 1

    def left(self) -> None:
        """Count one query less."""
        self._inside -= 1
        if self._inside == 0:
            for future in self._empty:
                future.set_result(None)
            self._empty.clear()

    async def empty(self) -> None:
        """Wait until nobody is worked on."""
        if self._inside:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._empty.append(future)
            await future

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many are light, heavy and waiting."""
        return self.width.light - self._light, self.width.heavy - self._heavy, len(self._waiting)


class Turn:
    """One query's place: in the wide lane first."""

    def __init__(self, lanes: Lanes) -> None:
        """Begin in the wide lane."""
        self._lanes = lanes
        self.is_heavy = False

    @property
    def light_seconds(self) -> float:
        """Seconds for which the query is light."""
        return self._lanes.width.seconds

    @property
    def light_work(self) -> float:
        """Seconds of the processor that a light query may have."""
        return self._lanes.width.work

    @property
    def heavy_seconds(self) -> float:
        """Seconds after which a heavy query gives way to all others."""
        return self._lanes.width.patience

    def change(self) -> bool:
        """Change to the narrow lane; returns False where it is full."""
        self.is_heavy = self._lanes.take_heavy()
        if self.is_heavy:
            self._lanes.free_light()
        return self.is_heavy

    def leave(self) -> None:
        """Free the place."""
        if self.is_heavy:
            self._lanes.free_heavy()
        else:
            self._lanes.free_light()
        self._lanes.left()
