"""Tokens that let somebody write: made, listed and revoked by the command line, checked by the server.

What is kept of a token is its SHA-256. It is made of 256 random bits, so nobody finds it from its hash by trying: a
slow hash, as passwords need, would cost time at every request and protect nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from byregion.errors import ConfigError, Unauthorized, Unavailable
from byregion.sentences import say

WRITE: Final = "write"
"""The scope of a token that may change every graph."""
GRAPH: Final = "graph:"
"""What a scope begins with that names the graphs that may change, by what their IRIs begin with."""
_PREFIX: Final = "byregion_"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token: whose it is, what it allows, from when until when (excluded), and its hash.

    Times are of UTC, as ISO 8601 says them; `expires` "" is never.
    """

    name: str
    scopes: tuple[str, ...]
    created: str
    expires: str
    sha256: str

    @property
    def within(self) -> tuple[str, ...]:
        """The beginnings of the IRIs of the graphs that it lets one change; () is every graph."""
        return () if WRITE in self.scopes else tuple(scope.removeprefix(GRAPH) for scope in self.scopes)

    def is_expired(self, now: datetime) -> bool:
        """Tell whether it is not valid any more."""
        return bool(self.expires) and now >= datetime.fromisoformat(self.expires)


def create(path: Path, name: str, scopes: Sequence[str] = (WRITE,), expires: datetime | None = None) -> str:
    """Make a token, keep its hash in the file at `path`, and return it: nobody can tell it again.

    Raises ConfigError for a name that is taken or cannot be, and for a scope that there is not.
    """
    tokens = read(path) if path.exists() else ()
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{name!r} cannot be the name of a token: use letters, digits and . _ @ -, at most 64")
    if any(token.name == name for token in tokens):
        raise ConfigError(f"there is a token called {name} already; revoke it first, or choose another name")
    for scope in scopes:
        if scope != WRITE and not re.fullmatch(r'graph:[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+', scope):
            raise ConfigError(
                f"{scope!r} is no scope; there are {WRITE}, and graph: followed by what an IRI begins with"
            )
    made = _PREFIX + secrets.token_urlsafe(32)
    now = datetime.now(UTC).replace(microsecond=0)
    until = expires.isoformat() if expires else ""
    _write(path, (*tokens, Token(name, tuple(scopes), now.isoformat(), until, _hash(made))))
    return made


def revoke(path: Path, name: str) -> None:
    """Forget the token called `name`; raises ConfigError where there is none."""
    tokens = read(path)
    kept = tuple(token for token in tokens if token.name != name)
    if len(kept) == len(tokens):
        known = ", ".join(token.name for token in tokens) or "none"
        raise ConfigError(f"there is no token called {name!r}; there are {known}")
    _write(path, kept)


def read(path: Path) -> tuple[Token, ...]:
    """Return the tokens in a file; raises ConfigError where it cannot be read or holds something else."""
    try:
        told = json.loads(path.read_bytes())["tokens"]
        return tuple(Token(**item | {"scopes": tuple(item["scopes"])}) for item in told)
    except OSError as error:
        raise ConfigError(f"the tokens cannot be read: {error}; byregion token create makes the file") from error
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"{path} is no file of tokens; byregion token create makes one") from error


def _write(path: Path, tokens: Sequence[Token]) -> None:
    # Whoever reads meanwhile reads the old file or the new one; both are their owner's alone.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"tokens": [asdict(token) for token in tokens]}, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Tokens:
    """The tokens of a file, which is read again when it has changed; many threads may ask at once."""

    def __init__(self, path: Path) -> None:
        """Read nothing yet."""
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._tokens: tuple[Token, ...] = ()

    def check(self, given: str) -> Token:
        """Return the token that was given; raises Unauthorized where it is not known or not valid any more.

        Raises Unavailable where the file cannot be read: then nobody may write.
        """
        digest = _hash(given)
        # All are compared, each in the same time, so that the time tells nothing.
        found = [token for token in self._current() if hmac.compare_digest(token.sha256, digest)]
        if not found or found[0].is_expired(datetime.now(UTC)):
            raise Unauthorized(say("token-unknown"), is_invalid=True)
        return found[0]

    def _current(self) -> tuple[Token, ...]:
        with self._lock:
            try:
                status = self._path.stat()
                seen = (status.st_ino, status.st_mtime_ns, status.st_size)
                if seen != self._seen:
                    self._tokens, self._seen = read(self._path), seen
            except (OSError, ConfigError) as error:
                _log.error("tokens: %s", error)
                raise Unavailable(say("tokens-unreadable")) from error
            return self._tokens
