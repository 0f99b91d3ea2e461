"""An edition as the server has it: made once, when first asked for, kept in a file that goes with the process."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from concurrent.futures import Future
from functools import cache
from typing import IO, Final, cast
from zipfile import ZipFile

from rdflib import Graph

from byregion.dataset import in_order
from byregion.edition.contents import CHECKSUMS, REVISION, Task
from byregion.errors import NotFound, Unavailable
from byregion.namespaces import empty_graph
from byregion.sentences import say

MADE_WITHIN: Final = 600.0
"""Seconds that making an edition may take; then it is given up."""
AGAIN_AFTER: Final = 60.0
"""Seconds after which an edition that could not be made is tried again."""

_log = logging.getLogger(__name__)


class Edition:
    """The edition that `task` says. Who asks for something of it before it is made waits for `patience` seconds.

    It lies in a temporary file without a name, compressed: nothing of it is left when the process has ended, however
    it did. Many threads may ask at once.
    """

    def __init__(self, task: Task, patience: float, name: str = "") -> None:
        """Make nothing yet; `name` is what the revision is called where that is not what its text makes it."""
        self._task = task
        self._name = name or task.revision
        self._patience = patience
        self._lock = threading.Lock()
        self._making: Future[_Made] | None = None
        self._until = 0.0
        self.graph = cache(self._graph)

    @property
    def revision(self) -> str:
        """The name of the revision that it is of, "" where nobody knows before it is made."""
        making = self._making
        is_made = making is not None and making.done() and making.exception() is None
        return self._name or (making.result().revision if making and is_made else "")

    def begin(self) -> None:
        """Have the edition made, where nobody has yet, and do not wait for it."""
        self._begun()

    def is_made(self) -> bool:
        """Whether the edition is there by now; where nobody asked for it yet, it is begun."""
        making = self._begun()
        return making.done() and making.exception() is None

    def read(self, name: str) -> bytes:
        """Return a file of the edition; raises as `open` does."""
        with self.open(name) as file:
            return file.read()

    def open(self, name: str) -> IO[bytes]:
        """Return a file of the edition to read from; raises NotFound where it has none of that name.

        Raises Unavailable where the edition is still being made, or cannot be.
        """
        return self._holding(name).archive.open(name)

    def size(self, name: str) -> int:
        """Return how many bytes a file of the edition has; raises as `open` does."""
        return self._holding(name).archive.getinfo(name).file_size

    def checksums(self) -> dict[str, str]:
        """Return the SHA-256 of every file by its name, in hexadecimal; raises Unavailable as `open` does."""
        return self._made().checksums

    def tag(self) -> str:
        """Return what tells this edition from every other; raises Unavailable as `open` does."""
        return self._made().tag

    def _graph(self, name: str) -> Graph:
        graph = empty_graph()
        graph.parse(data=self.read(f"{name}.nt"), format="nt")
        return in_order(graph)

    def _holding(self, name: str) -> _Made:
        made = self._made()
        if name not in made.checksums:
            raise NotFound(say("not-in-edition", name=name))
        return made

    def _made(self) -> _Made:
        try:
            return self._begun().result(self._patience)
        except TimeoutError as error:
            raise Unavailable(say("being-made")) from error

    def _begun(self) -> Future[_Made]:
        with self._lock:
            failed = self._making and self._making.done() and self._making.exception()
            if self._making is None or (failed and time.monotonic() > self._until):
                self._making = Future()
                # A daemon, so that a server that ends does not wait for it; the process it waits for ends by itself.
                threading.Thread(target=self._make, args=(self._making,), name="edition", daemon=True).start()
            return self._making

    def _make(self, future: Future[_Made]) -> None:
        try:
            future.set_result(_make(self._task))
        except Exception as error:
            self._until = time.monotonic() + AGAIN_AFTER
            _log.error("the edition cannot be made: %s", error)
            # Why may name files of this machine, which are nobody else's business.
            future.set_exception(Unavailable(say("not-made")))


@dataclasses.dataclass(frozen=True, slots=True, weakref_slot=True)
class _Made:
    archive: ZipFile
    checksums: dict[str, str]
    tag: str
    revision: str


def _make(task: Task) -> _Made:
    """Return the edition that a process of its own makes; raises Unavailable, saying why, where it does not."""
    with contextlib.ExitStack() as unless_made:
        file = unless_made.enter_context(tempfile.TemporaryFile())
        _print(task, file)
        archive = ZipFile(file)
        listed = archive.read(CHECKSUMS)
        lines = (line.partition("  ") for line in listed.decode().splitlines())
        checksums = {name: checksum for checksum, _, name in lines}
        made = _Made(archive, checksums, hashlib.sha256(listed).hexdigest(), archive.read(REVISION).decode())
        unless_made.pop_all()
    weakref.finalize(made, file.close)
    return made


def _print(task: Task, file: IO[bytes]) -> None:
    """Let a process of its own write the edition into `file`; raises Unavailable, saying why, where it does not."""
    # Without -P a file json.py where the server was started would be imported in place of the library's.
    command = [sys.executable, "-P", "-m", "byregion.edition.press"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=file, stderr=pipe, text=True, encoding="utf-8") as process:
        alarm = threading.Timer(MADE_WITHIN, process.kill)
        alarm.daemon = True
        alarm.start()
        # Where it has died already, its standard error tells why.
        with contextlib.suppress(BrokenPipeError):
            stdin = cast(IO[str], process.stdin)
            stdin.write(json.dumps(dataclasses.asdict(task)) + "\n")
            stdin.flush()
        told = cast(IO[str], process.stderr).read().strip()
        status = process.wait()
        alarm.cancel()
    if status:
        raise Unavailable(told.splitlines()[-1] if told else f"the process ended (exit status {status})")
