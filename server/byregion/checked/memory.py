"""What earlier checks found, in one file that may be deleted at any time."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import astuple
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from byregion.findings import Finding
from byregion.sentences import packed, unpacked

_KEPT: Final = 8
_JUDGES: Final = ("rdflib", "shacl", "pyoxigraph")


class Memory:
    """Findings and facts by key. What a run does not ask for is forgotten at its end, so the file does not grow.

    Runs at the same time do no harm: each writes all that it asked for, in one move, and the last one stays.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Begin with what is in the file `path`; without one, nothing is known and nothing is kept."""
        self.fault = ""
        self._path = path
        self._known: dict[str, Any] = {}
        self._used: dict[str, Any] = {}
        if path is not None:
            self._read(path)

    def knows(self, key: str) -> bool:
        """Tell whether something is known under `key`."""
        return key in self._known or key in self._used

    def get(self, key: str, make: Callable[[], Any]) -> Any:
        """Return what is known under `key`, or else what `make` makes, which JSON must be able to hold."""
        if key not in self._used:
            self._used[key] = self._known[key] if key in self._known else make()
        return self._used[key]

    def findings(self, key: str, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
        """Return the findings that are known under `key`, or else those of `check`."""
        found = self.get(key, lambda: [list(map(packed, astuple(finding))) for finding in check()])
        return [Finding(*map(unpacked, finding)) for finding in found]

    def save(self) -> None:
        """Write what was asked for, if it is not there already; `fault` says why it cannot be."""
        if self._path is None or self._used.keys() == self._known.keys():
            return
        text = json.dumps(self._used, ensure_ascii=False, separators=(",", ":"))
        made = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            made.write_text(f"{_sum(text)}\n{text}", encoding="utf-8", newline="\n")
            made.replace(self._path)
            _forget(self._path.parent)
        except OSError as error:
            self.fault = f"{self._path}: what was found cannot be kept: {error.strerror}"
            with suppress(OSError):
                made.unlink()

    def _read(self, path: Path) -> None:
        try:
            head, _, text = path.read_text(encoding="utf-8").partition("\n")
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            self.fault = f"{path}: what was found before cannot be read, so all is checked anew: {error}"
            return
        if head != _sum(text):
            self.fault = f"{path} is not as it was written, so all is checked anew"
            return
        self._known = json.loads(text)


def _forget(folder: Path) -> None:
    """Remove what is of other folders of data, but for those checked last."""
    with suppress(OSError):  # another check has removed one first
        for path in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            path.unlink()


def key(*parts: object) -> str:
    """Return the key of what follows from `parts`, and from this program."""
    found = hashlib.sha256(_program())
    for part in parts:
        text = part if isinstance(part, bytes) else str(part).encode()
        found.update(len(text).to_bytes(8, "big"))
        found.update(text)
    return found.hexdigest()


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _program() -> bytes:
    found = hashlib.sha256()
    for path in sorted(Path(__file__).parent.parent.rglob("*.py")):
        found.update(path.read_bytes())
    found.update(" ".join(version(name) for name in _JUDGES).encode())
    return found.digest()
