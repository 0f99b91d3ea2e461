"""Where the template posts which revision it holds, for every process that asks it: a few bytes of shared memory."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import Final, cast

_COUNT: Final = struct.Struct("=Q")
_NAME: Final = 32
_SIZE: Final = _COUNT.size + 2 * _NAME


class Board:
    """The name of the current revision; one process posts, any number read.

    There are two places for a name, used in turn, and the number of names posted so far, which is written last: a name
    that was read while the number stayed the same is whole.
    """

    def __init__(self, path: Path, first: str = "") -> None:
        """Open the board at `path`, or make it with its `first` name; raises OSError where there is none."""
        if first:
            path.write_bytes(_COUNT.pack(0) + bytes.fromhex(first) + bytes(_NAME))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _SIZE)

    def post(self, revision: str) -> None:
        """Put up the name of a new revision."""
        count = self._count() + 1
        at = _place(count)
        self._shared[at : at + _NAME] = bytes.fromhex(revision)
        self._shared[: _COUNT.size] = _COUNT.pack(count)

    @property
    def revision(self) -> str:
        """The name that was posted last."""
        while True:
            count = self._count()
            at = _place(count)
            name = bytes(self._shared[at : at + _NAME])
            if self._count() == count:
                return name.hex()

    def _count(self) -> int:
        return cast(int, _COUNT.unpack_from(self._shared)[0])


def _place(count: int) -> int:
    return _COUNT.size + count % 2 * _NAME
