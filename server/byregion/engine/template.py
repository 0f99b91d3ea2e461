"""The template process: it loads one revision and forks a query worker, which shares its memory, for each connection.

Where it may be written to, it forks a writer for a connection to a second socket, one at a time, and makes the change
that the writer tells it: what is forked from then on has the new revision.

Run as `python -m byregion.engine.template` by `launch.serve_template`. What to load comes as a line of JSON on standard
input; that it is ready, or why it is not, goes as a line of JSON to standard output; when standard input closes, its
starter has ended, and it ends too with all its workers.

It has a single thread, so that a fork is a whole copy; an HTTP server has many and could not be forked safely.
"""

from __future__ import annotations

import contextlib
import gc
import json
import signal
import socket
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from rdflib import URIRef

from byregion import iri
from byregion.dataset import GraphFile
from byregion.engine import addresses, snapshot
from byregion.engine.board import Board
from byregion.engine.forks import Forks, State
from byregion.engine.journal import Content, Journal
from byregion.engine.opening import Source, opened
from byregion.engine.opening import loaded as of_content
from byregion.engine.store import LoadedStore, plain, published, restore
from byregion.errors import ByregionError, PlacedError
from byregion.guard import Guard
from byregion.validate import read_shapes


def main() -> int:
    """Load, say so, and serve until standard input closes; returns the exit status."""
    # An interrupt from the keyboard goes to every process of the terminal; the starter is the one to act on it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    task = json.loads(sys.stdin.readline())
    try:
        loaded, unkept, journal = _load(task)
        loaded = _guarded(loaded, task)
    except ByregionError as error:
        _say(_told(error))
        return 1
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory(prefix="byregion-") as folder, contextlib.ExitStack() as open_sockets:
        address = Path(folder) / "engine"
        memory, stack = task["memory_mb"] << 20, task["stack"]
        board = Board(addresses.board(address), loaded.revision)
        state = State(loaded, board, spare=memory, stack=stack, journal=journal)
        listener = open_sockets.enter_context(_listen(address))
        # Where nothing may be written there is nowhere to send a write.
        writes = open_sockets.enter_context(_listen(addresses.writers(address))) if task.get("writes") else None
        _say(
            {
                "socket": str(address),
                "revision": loaded.revision,
                "stated": loaded.stated,
                "inferred": loaded.inferred,
                "unkept": unkept,
            }
        )
        Forks(state, listener, writes).serve()
    return 0


def _listen(address: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(address))
    listener.listen(128)
    return listener


def _load(task: dict[str, Any]) -> tuple[LoadedStore, str, Journal | None]:
    """Return the store of the task, why its snapshot was not kept, and its journal where it is on disk.

    The reason is "" where the snapshot was kept, or was not to be.
    """
    if "change" in task:
        return of_content(Content(Path(task["store"]), task["change"])), "", None
    if task.get("store"):
        return _open(task)
    if task.get("empty"):
        return plain(), "", None
    if "snapshot" in task:
        text = snapshot.read(Path(task["snapshot"]), task["revision"])
    else:
        text = published(_files(task), task["rules"], iri.INFERRED)
    unkept = ""
    if task.get("keep"):
        try:
            snapshot.write(Path(task["keep"]), text)
        except OSError as error:
            # What can be served is served, though later nobody can ask for it.
            unkept = f"the snapshot of the revision cannot be written: {error}"
    return restore(text, iri.INFERRED), unkept, None


def _open(task: dict[str, Any]) -> tuple[LoadedStore, str, Journal]:
    source = None if task.get("empty") else Source(_files(task), task["rules"])
    loaded, journal = opened(Path(task["store"]), source)
    return loaded, "", journal


def _files(task: dict[str, Any]) -> list[GraphFile]:
    return [GraphFile(Path(path), URIRef(graph)) for path, graph in task["files"]]


def _guarded(loaded: LoadedStore, task: dict[str, Any]) -> LoadedStore:
    """Return a store with the bound and the guard of its writes; a plain dataset without shapes has no guard.

    Raises DataError where what is held does not conform itself, or the shapes are not well-formed.
    """
    paths, loaded = [Path(path) for path in task.get("shapes", ())], replace(loaded, most=task.get("triples"))
    if not task.get("writes") or not (paths or loaded.is_merged):
        return loaded
    shapes = read_shapes(paths) if paths else None
    return replace(loaded, guard=Guard(loaded.store, shapes, task.get("rules", ()), is_merged=loaded.is_merged))


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def _told(error: ByregionError) -> dict[str, Any]:
    if isinstance(error, PlacedError) and error.place.path:
        place = error.place
        return {"error": error.message, "path": str(place.path), "line": place.line, "column": place.column}
    return {"error": str(error)}


if __name__ == "__main__":
    sys.exit(main())
