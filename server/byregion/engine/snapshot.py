"""The text of a revision as a compressed file, which its name proves: `zcat FILE | sha256sum` is the revision."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from pathlib import Path

from byregion.errors import DataError


def revision(text: bytes) -> str:
    """Return the name of the revision that `text` is: its SHA-256 in hexadecimal."""
    return hashlib.sha256(text).hexdigest()


def write(path: Path, text: bytes) -> None:
    """Write `text` to `path`, on the disk when this returns; the same text gives the same bytes. Raises OSError."""
    with path.open("wb") as file:
        # Without name and time of the file.
        with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) as packed:
            packed.write(text)
        file.flush()
        os.fsync(file.fileno())


def read(path: Path, name: str) -> bytes:
    """Return the text of the revision `name`; raises DataError where the file holds anything else."""
    try:
        text = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"the snapshot cannot be read: {error}", path) from error
    if (found := revision(text)) != name:
        raise DataError(f"the snapshot is damaged: it should hold the revision {name} and holds {found}", path)
    return text
