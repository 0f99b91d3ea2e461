"""What is done to the disk: each step is one that a crash may come before, after, or in the middle of."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

INCOMING: Final = "incoming-"
"""What the name of a file begins with that is not whole yet."""


class Disk:
    """The steps, done to real files; every one of them raises OSError."""

    def put(self, path: Path, parts: Iterable[bytes]) -> None:
        """Make a file that is whole, and on the disk with its name, once it is there at all."""
        handle, name = tempfile.mkstemp(prefix=INCOMING, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(parts)
                file.flush()
                self.sync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        self.sync_folder(path.parent)

    def sync_folder(self, folder: Path) -> None:
        """Have the names in a folder on the disk."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.sync(handle)
        finally:
            os.close(handle)

    def open(self, path: Path) -> int:
        """Open a file that is there, to add to it."""
        return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)

    def write(self, file: int, data: bytes) -> None:
        """Add all of `data` to the end of a file; not yet on the disk."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]

    def sync(self, file: int) -> None:
        """Have everything that was written to a file on the disk."""
        os.fsync(file)

    def cut(self, file: int, size: int) -> None:
        """Cut a file to its first `size` bytes; not yet on the disk."""
        os.ftruncate(file, size)
