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
from byregion.engine.base import Limits
from byregion.engine.pool import Pool
from byregion.errors import DataError, EngineError

ENDS_WITHIN: Final = 5.0
"""Seconds in which a template ends after its standard input closed; then it is killed."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template process that is ready: where it listens, what it holds, and under what limits."""

    process: subprocess.Popen[str]
    socket: Path
    revision: str
    stated: int
    inferred: int
    limits: Limits

    def pool(self, workers: int) -> Pool:
        """Return an engine of at most `workers` processes forked from this template."""
        return Pool(self.socket, self.revision, workers=workers, limits=self.limits)


@contextlib.contextmanager
def serve_template(files: Iterable[GraphFile], rules: Sequence[str], limits: Limits) -> Iterator[Template]:
    """Start a template over `files` and `rules`, and end it with its workers on leaving.

    Raises DataError and EngineError as `store.load` does, and EngineError where the process dies before it is ready.
    """
    # Without -P a file json.py where the server was started would be imported in place of the library's.
    command = [sys.executable, "-P", "-m", "byregion.engine.template"]
    task = {
        "files": [[str(item.path.resolve()), str(item.graph)] for item in files],
        "rules": list(rules),
        "memory_mb": limits.memory_mb,
        "stack": limits.stack,
    }
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            told = _begin(process, task)
            yield Template(process, Path(told["socket"]), told["revision"], told["stated"], told["inferred"], limits)
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
