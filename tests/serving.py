"""A server of our own for tests: the real `byregion serve`, on a free port of loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BYREGION = Path(sys.executable).with_name("byregion")
WITHIN = 60.0
"""Seconds that anything here may take; it takes about one, more where other tests run beside it."""


@contextmanager
def served(*options: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and the address that it says; killed on leaving where it still runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BYREGION_")}
    command = [str(BYREGION), "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, env=kept | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("byregion is at http"), line or process.communicate(timeout=WITHIN)
            yield process, line.removeprefix("byregion is at ").strip()
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.communicate(timeout=WITHIN)
                except subprocess.TimeoutExpired:
                    process.kill()
