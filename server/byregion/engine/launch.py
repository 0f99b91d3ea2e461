"""Starting and ending the template process."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

from byregion.dataset import GraphFile
from byregion.engine.base import Beside, Limits
from byregion.engine.lanes import Width
from byregion.engine.pool import Pool
from byregion.errors import DataError, EngineError

ENDS_WITHIN: Final = 5.0
"""Seconds in which a template ends after its standard input closed; then it is killed."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template process that is ready: where it listens, what it holds, and under what limits.

    `unkept` is why the snapshot that was asked for could not be written, or "".
    """

    process: subprocess.Popen[str]
    socket: Path
    revision: str
    stated: int
    inferred: int
    unkept: str
    limits: Limits

    def pool(self, width: Width | None = None, beside: Beside | None = None) -> Pool:
        """Return an engine of processes forked from this template, whose queries may name a graph `beside` it."""
        return Pool(self.socket, self.revision, limits=self.limits, width=width, beside=beside)


@contextlib.contextmanager
def serve_template(
    files: Iterable[GraphFile],
    rules: Sequence[str],
    limits: Limits,
    *,
    keep: Path | None = None,
    shapes: Sequence[Path] | None = None,
    store: Path | None = None,
) -> Iterator[Template]:
    """Start a template over `files` and `rules`, and end it with its workers on leaving.

    `keep` is where a snapshot of the revision goes, which `serve_snapshot` can start from later. Where there are
    `shapes`, if none of them, it takes writes, whose results must conform to these. With `store`, it is over the store
    on disk in that folder, which begins with the files.
    Raises DataError and EngineError as `store.load` does, and EngineError where the process dies before it is ready.
    """
    listed = [[str(item.path.resolve()), str(item.graph)] for item in files]
    task = {"files": listed, "rules": list(rules), "keep": str(keep.resolve()) if keep else ""}
    task |= {"store": str(store.resolve()) if store else ""}
    with _template(task | _guard(shapes), limits) as template:
        yield template


@contextlib.contextmanager
def serve_empty(limits: Limits, *, shapes: Sequence[Path] = (), store: Path | None = None) -> Iterator[Template]:
    """Start a template over a plain dataset that holds nothing and can be written to, and end it on leaving.

    What is written must conform to `shapes`, and is lost then, but for what is in the folder of a `store`. Raises
    DataError and EngineError as `serve_template` does.
    """
    task = {"empty": True, "store": str(store.resolve()) if store else ""}
    with _template(task | _guard(shapes), limits) as template:
        yield template


def _guard(shapes: Sequence[Path] | None) -> dict[str, Any]:
    return {"writes": shapes is not None, "shapes": [str(path.resolve()) for path in shapes or ()]}


@contextlib.contextmanager
def serve_snapshot(path: Path, revision: str, limits: Limits) -> Iterator[Template]:
    """Start a template over a snapshot of `revision`, and end it with its workers on leaving.

    Raises DataError where the file does not hold that revision, and EngineError as `serve_template` does.
    """
    with _template({"snapshot": str(path.resolve()), "revision": revision}, limits) as template:
        yield template


@contextlib.contextmanager
def serve_change(folder: Path, number: int, limits: Limits) -> Iterator[Template]:
    """Start a template over what the store on disk in `folder` held after a change; end it with its workers on leaving.

    Raises EngineError as `serve_template` does, also where the journal is damaged or has no such change.
    """
    with _template({"store": str(folder.resolve()), "change": number}, limits) as template:
        yield template


@contextlib.contextmanager
def _template(task: dict[str, Any], limits: Limits) -> Iterator[Template]:
    # Without -P a file json.py where the server was started would be imported in place of the library's.
    command = [sys.executable, "-P", "-m", "byregion.engine.template"]
    task = task | {"memory_mb": limits.memory_mb, "stack": limits.stack, "triples": limits.triples}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            told = _begin(process, task)
            said = {name: told[name] for name in ("revision", "stated", "inferred", "unkept")}
            yield Template(process, Path(told["socket"]), limits=limits, **said)
        finally:
            _end(process)


def _begin(process: subprocess.Popen[str], task: dict[str, Any]) -> dict[str, Any]:
    stdin, stdout = cast(IO[str], process.stdin), cast(IO[str], process.stdout)
    # Where it has died already, that it says nothing tells so.
    with contextlib.suppress(BrokenPipeError):
        stdin.write(json.dumps(task) + "\n")
        stdin.flush()
    line = stdout.readline()
    if not line:
        raise EngineError(f"the template process died at its start (exit status {process.wait(ENDS_WITHIN)})")
    told: dict[str, Any] = json.loads(line)
    if "path" in told:
        raise DataError(told["error"], Path(told["path"]), told["line"], told["column"])
    if "error" in told:
        raise EngineError(told["error"])
    return told


def _end(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(BrokenPipeError):
        cast(IO[str], process.stdin).close()
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(ENDS_WITHIN)
