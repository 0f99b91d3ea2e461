"""A workbook that was sent, and the process that reads it: asked by lines of JSON, and ended when nobody asks more."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, Final

from flask import request
from werkzeug.datastructures import FileStorage

from byregion import iri
from byregion.engine.published import is_dataset_graph
from byregion.errors import BadRequest, EngineBusy, RequestTooLarge, Unavailable
from byregion.namespaces import BASE
from byregion.sentences import say
from byregion.web import stored
from byregion.web.site import select, site, words

LARGEST: Final = 4_000_000
"""Bytes that a workbook may have, or all the CSV files together."""
FIELD: Final = "workbook"
AT_ONCE: Final = 2
"""Workbooks that one HTTP process has tried out at once."""
SECONDS: Final = 30
"""Seconds of processor time that a workbook may take."""
WITHIN: Final = 90.0
"""Seconds that it may take, however busy the machine is."""
MEMORY: Final = 2 << 30
"""Bytes of memory that it may take."""
FILES: Final = 40
"""CSV files that may come at once: there is one for each sheet."""

_GRAPHS: Final = f"{BASE}graphs/"
_room = threading.BoundedSemaphore(AT_ONCE)
# What the name of a sheet may hold as the name of a file, on any system.
_STRANGE: Final = re.compile(r"[^\w .()-]")


class Refused(BadRequest):
    """What was sent cannot be tried out, in the words of the page; `field` is the one to mend."""

    def __init__(self, message: str, field: str = FIELD) -> None:
        """Name the field beside the message."""
        self.field = field
        super().__init__(message)


class Trial:
    """A workbook that was read: what came of it is `told`, and its `graphs` are the parts of the dataset, N-Triples.

    `graphs` are there where they were asked for and nothing is wrong.
    """

    def __init__(self, told: dict[str, Any], process: _Process, held: Path) -> None:
        """Keep what the process said; `held` is the folder that it read as what is published."""
        self.graphs: dict[str, str] = told.pop("graphs")
        self.told = told
        self._process, self._held = process, held

    def refused(self, report: str) -> list[dict[str, str]]:
        """Return a report of the shapes, as N-Triples, as findings by cell."""
        found: list[dict[str, str]] = self._process.ask({"report": report})
        return found

    def before(self, graph: str) -> bytes | None:
        """Return a graph of the dataset as it was held when the workbook was read, None where it was not."""
        path = self._held / f"{graph.removeprefix(_GRAPHS)}.ttl"
        return path.read_bytes() if path.is_file() else None


@contextmanager
def reading(dataset: str = "", *, graphs: bool = False) -> Iterator[Trial]:
    """Give the workbook of the request as read by a process of its own, which ends on leaving.

    It is read as that of `dataset`, or else of the one that describes the same things. Raises Refused for what is no
    workbook, RequestTooLarge, EngineBusy, and Unavailable where it takes too long.
    """
    files = _files()
    if dataset and dataset != iri.slug(dataset):
        raise Refused(words()("workbook.no_name", good=iri.slug(dataset) or "midt-troms"), "dataset")
    if not _room.acquire(blocking=False):
        raise EngineBusy(say("workbooks-busy"))
    try:
        with tempfile.TemporaryDirectory(prefix="byregion-") as folder:
            sent, held = Path(folder) / "sent", Path(folder) / "held"
            sent.mkdir()
            for file in files:
                file.save(sent / _name(file))
            path = sent if _is_csv(files[0]) else sent / _name(files[0])
            settings = site().settings
            is_written = settings.takes_writes or settings.store_folder is not None
            data = _held(held) if is_written else settings.data
            asked = {"data": str(data), "path": str(path), "dataset": dataset, "language": words().language}
            with _running() as process:
                told = process.ask(asked | {"graphs": graphs, "memory": MEMORY, "seconds": SECONDS})
                if told["refused"]:
                    raise Refused(told["refused"])
                yield Trial(told, process, held)
    finally:
        _room.release()


# --- What was sent ----------------------------------------------------------------------------------------------------


def _files() -> Sequence[FileStorage]:
    if (request.content_length or 0) > LARGEST:
        raise RequestTooLarge(LARGEST)
    files = [file for file in request.files.getlist(FIELD) if file.filename]
    if not files:
        raise Refused(words()("workbook.none"))
    if len(files) > 1 and not all(_is_csv(file) for file in files):
        raise Refused(words()("workbook.several"))
    if len(files) > FILES:
        raise RequestTooLarge(FILES, say("files"))
    return files


def _is_csv(file: FileStorage) -> bool:
    return (file.filename or "").lower().endswith(".csv")


def _name(file: FileStorage) -> str:
    if not _is_csv(file):
        return "workbook.xlsx"
    name = PurePosixPath((file.filename or "").replace("\\", "/")).stem
    return f"{_STRANGE.sub('_', name)[:60]}.csv"


# --- What is held -----------------------------------------------------------------------------------------------------


def _held(folder: Path) -> Path:
    """Write the graphs of datasets as they are held now as the files that they are called after; return the folder.

    The files of the data may say otherwise by now, where somebody writes.
    """
    for row in select("graph-sizes"):
        graph = str(row["graph"])
        found = stored.held(graph) if is_dataset_graph(graph) else None
        if found is not None and found.triples:
            path = folder / f"{graph.removeprefix(_GRAPHS)}.ttl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found.triples)
    return folder


# --- The process ------------------------------------------------------------------------------------------------------


class _Process:
    """The process that reads a workbook, and whether its time is up."""

    def __init__(self, process: subprocess.Popen[str], late: threading.Event) -> None:
        self._process, self._late = process, late

    def ask(self, what: dict[str, object]) -> Any:
        """Return what it says to a line; raises Refused where it takes too much, Unavailable where too long."""
        said, answers = self._process.stdin, self._process.stdout
        if said is None or answers is None:
            raise Unavailable(say("workbook-process"))
        line = ""
        try:
            said.write(json.dumps(what) + "\n")
            said.flush()
            line = answers.readline()
        except BrokenPipeError:
            pass  # it has ended, which is told below
        if self._late.is_set():
            raise Unavailable(say("workbook-late", seconds=f"{WITHIN:g}"))
        if not line.endswith("\n"):
            # Its memory or its time was up: that is told, and not what of its own stands on standard error.
            raise Refused(words()("workbook.too_much"))
        return json.loads(line)


@contextmanager
def _running() -> Iterator[_Process]:
    # Without -P a file json.py where the server was started would be imported in place of the library's.
    command = [sys.executable, "-P", "-m", "byregion.convert.workbook.trying"]
    pipe, late = subprocess.PIPE, threading.Event()
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(WITHIN, end)
        timer.start()
        try:
            yield _Process(process, late)
        finally:
            timer.cancel()
            process.kill()
            with suppress(BrokenPipeError):
                process.communicate()
