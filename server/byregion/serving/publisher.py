"""The process that holds the revision: it tells the HTTP processes which to publish, and changes it when asked.

Each HTTP process connects when it starts, is told how to ask the current revision, and later ones as they come; when
the connection closes, this process has ended, and so do they. A revision is let go once no HTTP process asks it.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from byregion.config import Settings
from byregion.errors import ByregionError, EngineError
from byregion.serving.held import Held, Warn, held

SWITCHES_WITHIN: Final = 180.0
"""Seconds in which an HTTP process changes to another revision, its catalogue and downloads made."""


class Publisher:
    """Holds the current revision, and the connections of the HTTP processes that publish it."""

    def __init__(self, settings: Settings, warn: Warn) -> None:
        """Start with nothing held."""
        self._settings = settings
        self._warn = warn
        self._stack = ExitStack()
        self._folder = ""
        self._listener: Listener | None = None
        self._lock = threading.Lock()
        self._changing = threading.Lock()
        self._processes: list[Connection] = []
        self._holding: ExitStack | None = None
        self.held: Held | None = None

    def __enter__(self) -> Self:
        """Hold the revision of the files, and listen to HTTP processes; raises as `held` does."""
        self._holding, self.held = self._hold()
        self._folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="byregion-"))
        self._listener = Listener(str(Path(self._folder) / "publisher"), "AF_UNIX", backlog=16)
        threading.Thread(target=self._accept, name="publisher", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of everything."""
        if self._listener:
            self._listener.close()
        if self._holding:
            self._holding.close()
        self._stack.close()

    @property
    def address(self) -> str:
        """Where HTTP processes connect."""
        return str(Path(self._folder) / "publisher")

    def _hold(self) -> tuple[ExitStack, Held]:
        stack = ExitStack()
        return stack, stack.enter_context(held(self._settings, self._warn))

    def _accept(self) -> None:
        while self._listener:
            try:
                connection = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if self.held:
                    connection.send(self.held.engine)
                self._processes.append(connection)

    def change(self, tell: Callable[[str], None]) -> str:
        """Publish what the files say now, and return the name of the revision; `tell` is told how far it is.

        No request fails meanwhile: what was published before is, until every HTTP process has changed. Raises as
        `held` does, and EngineError where another change goes on or an HTTP process cannot change; then what was
        published still is.
        """
        if self._settings.empty:
            raise EngineError("an endpoint that began empty has no files to publish; what it holds would be lost")
        if folder := self._settings.store_folder:
            remedy = f"end the server, let byregion migrate --store {folder} take the files over, and start it again"
            raise EngineError(f"a store on disk goes before the files; {remedy}")
        if self._settings.takes_writes:
            raise EngineError("what was written since the start would be lost; end the server, and start it again")
        if not self._changing.acquire(blocking=False):
            raise EngineError("another revision is being loaded already; wait for it")
        try:
            tell("loading")
            stack, found = self._hold()
            if self.held and found.revision == self.held.revision:
                stack.close()
                tell("nothing has changed")
                return found.revision
            tell(f"publishing {found.revision[:16]}")
            with self._lock:
                before, self._holding, self.held = self._holding, stack, found
                told = [connection for connection in self._processes if self._told(connection, found)]
            failed = [why for connection in told if (why := self._switched(connection))]
            if before:
                before.close()
            if failed:
                raise EngineError(f"an HTTP process could not publish the revision: {failed[0]}")
            return found.revision
        finally:
            self._changing.release()

    def _told(self, connection: Connection, found: Held) -> bool:
        try:
            connection.send(found.engine)
        except OSError:
            self._processes.remove(connection)
            connection.close()
            return False
        return True

    def _switched(self, connection: Connection) -> str:
        """Return why an HTTP process did not change, "" where it did or has ended."""
        try:
            if not connection.poll(SWITCHES_WITHIN):
                return f"it did not within {SWITCHES_WITHIN:g} s"
            return str(connection.recv())
        except (EOFError, OSError):
            with self._lock:
                if connection in self._processes:
                    self._processes.remove(connection)
            return ""


def described(error: Exception) -> str:
    """Return an error in a line, ours as it is told to people."""
    return str(error) if isinstance(error, ByregionError) else f"{type(error).__name__}: {error}"
