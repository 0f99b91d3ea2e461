"""One HTTP process: it publishes the revision that it is told of, and the next one without an answer in between."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Final

from byregion.archive import Archive, Recorded, Revisions
from byregion.archive.rooms import Rooms
from byregion.config import Settings
from byregion.engine import Engine, Limits
from byregion.engine.journal import in_step
from byregion.engine.pool import Pool
from byregion.errors import Unavailable
from byregion.front import Front, Publication
from byregion.history.told import Told
from byregion.serving.publisher import described
from byregion.web.app import create_app

MADE_WITHIN: Final = 120.0
"""Seconds for which a new revision waits for its catalogue and downloads before it is published without."""

_log = logging.getLogger(__name__)


def front(settings: Settings, address: str) -> Front:
    """Return the application of this process, which follows the publisher at `address` and ends with it."""
    connection = Client(address, "AF_UNIX")
    publication = publish(settings, connection.recv())
    found = Front(settings, publication)
    _settle()
    threading.Thread(target=_follow, args=(settings, connection, found), name="follow", daemon=True).start()
    return found


def publish(settings: Settings, make: Callable[[], Engine]) -> Publication:
    """Return the publication of the revision that the engine that `make` makes can be asked about."""
    engine = make()
    folder = settings.store_folder
    # Half of the threads at most work on earlier revisions.
    rooms = Rooms(
        Limits.of(settings),
        askers=max(1, settings.http_threads // 2),
        beside=Told(folder, settings.url) if folder else None,
    )
    # A store on disk keeps every revision itself.
    past = Recorded(folder) if folder else Archive(Path(settings.archive)) if settings.archive else None
    pool = engine if isinstance(engine, Pool) else None
    # The engine may be beyond the files by what was written: to a store on disk at any time, else since the start.
    of_files = in_step(folder) if folder else pool.first if pool else engine.revision
    app = create_app(settings, engine, Revisions(engine, past, rooms), of_files=of_files)
    if not settings.empty:
        # Catalogue and downloads take some seconds to make; so they are there when somebody asks.
        app.extensions["byregion"].edition.begin()
    return Publication(app, settings, pool, is_fixed=not settings.takes_writes)


def _follow(settings: Settings, connection: Connection, found: Front) -> None:
    while True:
        try:
            make = connection.recv()
        except (EOFError, OSError):
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            before = _change(settings, make, found)
        except Exception as error:  # whatever it was, what is published still is
            _log.exception("another revision could not be published")
            connection.send(described(error))
            continue
        _let_go(before)
        del before
        _settle()
        connection.send("")


def _settle() -> None:
    """Spare what is held from now on the search for garbage, which would stop requests to go through all of it."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _change(settings: Settings, make: Callable[[], Engine], found: Front) -> Publication:
    loop = found.loop
    if loop is None:
        raise RuntimeError("the server has not begun")
    publication = publish(settings, make)
    if publication.pool:
        publication.pool.run_on(loop)
    _wait(publication)

    async def exchange() -> Publication:
        return found.publish(publication)

    return asyncio.run_coroutine_threadsafe(exchange(), loop).result()


def _wait(publication: Publication) -> None:
    if publication.settings.empty:
        return
    until = time.monotonic() + MADE_WITHIN
    while time.monotonic() < until:
        try:
            publication.site.edition.tag()
            return
        except Unavailable:
            time.sleep(0.5)


def _let_go(before: Publication) -> None:
    """Let the requests that are worked on end, and then go of what they asked."""
    until = time.monotonic() + before.settings.query_seconds + 1
    while before.working and time.monotonic() < until:
        time.sleep(0.02)
    before.site.revisions.close()
    before.site.engine.close()
