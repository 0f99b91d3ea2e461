"""The template process: it loads one revision and forks a query worker, which shares its memory, for each connection.

Run as `python -m byregion.engine.template` by `launch.serve_template`. What to load comes as a line of JSON on standard
input; that it is ready, or why it is not, goes as a line of JSON to standard output; when standard input closes, its
starter has ended, and it ends too with all its workers.

It has a single thread, so that a fork is a whole copy; an HTTP server has many and could not be forked safely.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import struct
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rdflib import URIRef

from byregion import iri
from byregion.dataset import GraphFile
from byregion.engine import snapshot, worker
from byregion.engine.store import LoadedStore, published, restore
from byregion.errors import ByregionError, PlacedError


def main() -> int:
    """Load, say so, and serve until standard input closes; returns the exit status."""
    # An interrupt from the keyboard goes to every process of the terminal; the starter is the one to act on it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    task = json.loads(sys.stdin.readline())
    try:
        loaded, unkept = _load(task)
    except ByregionError as error:
        _say(_told(error))
        return 1
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory(prefix="byregion-") as folder, socket.socket(socket.AF_UNIX) as listener:
        address = str(Path(folder) / "engine")
        listener.bind(address)
        listener.listen(128)
        _say(
            {
                "socket": address,
                "revision": loaded.revision,
                "stated": loaded.stated,
                "inferred": loaded.inferred,
                "unkept": unkept,
            }
        )
        memory = worker.memory_held() + (task["memory_mb"] << 20)
        _Template(listener, loaded, memory, task["stack"]).serve()
    return 0


def _load(task: dict[str, Any]) -> tuple[LoadedStore, str]:
    """Return the store of the task, and why its snapshot was not kept: "" where it was, or was not to be."""
    if "snapshot" in task:
        text = snapshot.read(Path(task["snapshot"]), task["revision"])
    else:
        files = [GraphFile(Path(path), URIRef(graph)) for path, graph in task["files"]]
        text = published(files, task["rules"], iri.INFERRED)
    unkept = ""
    if task.get("keep"):
        try:
            snapshot.write(Path(task["keep"]), text)
        except OSError as error:
            # What can be served is served, though later nobody can ask for it.
            unkept = f"the snapshot of the revision cannot be written: {error}"
    return restore(text, iri.INFERRED), unkept


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def _told(error: ByregionError) -> dict[str, Any]:
    if isinstance(error, PlacedError):
        place = error.place
        return {"error": error.message, "path": str(place.path), "line": place.line, "column": place.column}
    return {"error": str(error)}


@dataclass(frozen=True, slots=True)
class _Child:
    """A worker as its parent sees it: its process, and the pipe that tells the pool how it ended."""

    pid: int
    process: int
    fate: int


@dataclass(slots=True)
class _Template:
    listener: socket.socket
    loaded: LoadedStore
    memory: int
    stack: int
    pid: int = field(default_factory=os.getpid)
    children: dict[int, _Child] = field(default_factory=dict)

    def serve(self) -> None:
        """Fork for every connection and bury every child, until standard input closes."""
        selector = selectors.DefaultSelector()
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        selector.register(self.listener, selectors.EVENT_READ)
        try:
            while True:
                for key, _ in selector.select():
                    if key.fd == sys.stdin.fileno():
                        return
                    if key.fd == self.listener.fileno():
                        if child := self._fork():
                            selector.register(child.process, selectors.EVENT_READ)
                    else:
                        selector.unregister(key.fd)
                        self._bury(self.children[key.fd])
        finally:
            for child in list(self.children.values()):
                signal.pidfd_send_signal(child.process, signal.SIGKILL)
                self._bury(child)

    def _fork(self) -> _Child | None:
        """Fork a worker for the next connection, and send the pool what ends it and what tells of its end.

        Returns None where that failed: the pool sees its connection close and says so to whoever asks.
        """
        try:
            connection, _ = self.listener.accept()
        except OSError as error:
            print(f"no connection to a query worker could be made: {error}", file=sys.stderr)
            return None
        with connection:
            try:
                told, fate = os.pipe()
                pid = os.fork()
            except OSError as error:
                print(f"no query worker could be started: {error}", file=sys.stderr)
                return None
            if pid == 0:
                worker.run(connection, self.loaded, template=self.pid, memory=self.memory, stack=self.stack)
            child = _Child(pid, os.pidfd_open(pid), fate)
            self.children[child.process] = child
            # A pool that has closed already leaves a worker that reads the end of its connection, and ends.
            with contextlib.suppress(OSError):
                socket.send_fds(connection, [struct.pack("!I", pid)], [child.process, told])
            os.close(told)
        return child

    def _bury(self, child: _Child) -> None:
        """Wait for a child that has ended or is about to, and tell the pool by which signal (0 where by none)."""
        _, status = os.waitpid(child.pid, 0)
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        del self.children[child.process]
        os.close(child.process)
        # A pool that ended the worker itself does not ask.
        with contextlib.suppress(BrokenPipeError):
            os.write(child.fate, bytes([number]))
        os.close(child.fate)


if __name__ == "__main__":
    sys.exit(main())
