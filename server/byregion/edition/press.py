"""The process that makes an edition, so that the server goes on answering meanwhile.

Run as `python -m byregion.edition.press` by `Edition`. What to make comes as a line of JSON on standard input; the
edition, a ZIP file, goes to standard output, which is a file; why it cannot be made goes to standard error. When
standard input closes, the server has ended, and this process ends too.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from collections.abc import Iterable
from threading import Thread
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile

from byregion.edition.contents import CHECKSUMS, Task, contents
from byregion.errors import ByregionError

_NICE: Final = 5


def main() -> int:
    """Make the edition; returns the exit status."""
    # An interrupt from the keyboard goes to every process of the terminal; the server is the one to act on it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    task = Task(**json.loads(sys.stdin.readline()))
    Thread(target=_end_with_the_server, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(_NICE)
    try:
        write(sys.stdout.buffer, contents(task))
    except (ByregionError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def write(target: IO[bytes], files: Iterable[tuple[str, bytes]]) -> None:
    """Write files into a ZIP file, and the list of their checksums after them; raises OSError."""
    lines = []
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
            lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        archive.writestr(CHECKSUMS, "".join(lines))


def _end_with_the_server() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
