"""The files of a store on disk, and how they are called.

    000000000001.journal    a segment of the journal: the changes from number 1 on
    000000000812.journal    the next one, which begins with change 812
    000000000811.nq.gz      a snapshot: everything that was held after change 811
    lock                    held by the one process that may write
    incoming-*              what is not whole yet

A segment is never changed but at its end, and a snapshot never. A segment begins with a record that says what it is.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

from byregion.engine.journal.disk import INCOMING
from byregion.errors import StoreError

LOCK: Final = "lock"
FORMAT: Final = 1
_SEGMENT: Final = re.compile(r"([0-9]{12})\.journal")
_SNAPSHOT: Final = re.compile(r"([0-9]{12})\.nq\.gz")

Kind = Literal["plain", "published"]
"""Whether a store began with nothing, or with the files of `data/`."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a segment says of itself: what `kind` of store it is of, and the change and revision that it follows.

    Where something is published, `ontology` is the version of the ontology that changes were validated against,
    `source` the SHA-256 of the files that were taken over last, and `step` the last change after which the store held
    what the files said, and nothing else. `when` is when the store began (UTC), "" where that was not recorded.
    """

    kind: Kind
    ontology: str
    source: str
    step: int
    after: int
    revision: str
    when: str = ""

    def packed(self) -> bytes:
        """Return the head as bytes, which `unpacked` reads."""
        return json.dumps({"journal": FORMAT} | asdict(self)).encode() + b"\n"

    @classmethod
    def unpacked(cls, packed: bytes) -> Head:
        """Return the head that `packed` returned; raises ValueError for anything else."""
        told = json.loads(packed)
        if told.get("journal") != FORMAT:
            raise ValueError(f"its format is {told.get('journal')!r}, and {FORMAT} is read here")
        names = ("kind", "ontology", "source", "step", "after", "revision")
        return cls(**{name: told[name] for name in names}, when=told.get("when", ""))


def segments(folder: Path) -> list[tuple[int, Path]]:
    """Return the number of the first change of each segment, and its path, in order."""
    return _numbered(folder, _SEGMENT)


def snapshots(folder: Path) -> list[tuple[int, Path]]:
    """Return the number of the change that each snapshot was made after, and its path, in order."""
    return _numbered(folder, _SNAPSHOT)


def segment(folder: Path, first: int) -> Path:
    """Return the path of the segment that begins with change `first`."""
    return folder / f"{first:012}.journal"


def snapshot(folder: Path, number: int) -> Path:
    """Return the path of the snapshot made after change `number`."""
    return folder / f"{number:012}.nq.gz"


def refuse_foreign(folder: Path) -> None:
    """Raise StoreError where a folder holds what is none of a store's files, or snapshots without a journal."""
    names = sorted(os.listdir(folder))
    if foreign := next((name for name in names if not _is_ours(name)), None):
        raise StoreError(f"{folder} holds {foreign!r}, which is none of a store's files; give another folder")
    if any(number for number, _ in snapshots(folder)) and not segments(folder):
        raise StoreError(f"{folder} holds snapshots and no journal; restore a backup (byregion restore)")


def _numbered(folder: Path, pattern: re.Pattern[str]) -> list[tuple[int, Path]]:
    found = ((pattern.fullmatch(name), name) for name in os.listdir(folder))
    return sorted((int(match[1]), folder / name) for match, name in found if match)


def _is_ours(name: str) -> bool:
    return name == LOCK or name.startswith(INCOMING) or bool(_SEGMENT.fullmatch(name) or _SNAPSHOT.fullmatch(name))
