"""The line of a query that an error is in, as it is shown with a mark below or around what is wrong."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from byregion.errors import QuerySyntaxError

_BEFORE: Final = 60
_AFTER: Final = 40
_CUT: Final = "…"


@dataclass(frozen=True, slots=True)
class Pointed:
    """A line of a query, or the part of it around an error: what is wrong, and what stands before and after it."""

    line: int
    before: str
    token: str
    after: str

    @property
    def text(self) -> str:
        """The line, or what is shown of it."""
        return self.before + self.token + self.after

    @property
    def carets(self) -> str:
        """What points at the token from the line below, where every character has the width of a terminal's."""
        space = "".join("\t" if character == "\t" else " " * _width(character) for character in self.before)
        return space + "^" * max(1, sum(map(_width, self.token)))


def point(query: str, error: QuerySyntaxError) -> Pointed | None:
    """Return the line of `query` that `error` is in, or None where the error has no place in it."""
    lines = query.split("\n")
    if not 0 < error.line <= len(lines):
        return None
    line = lines[error.line - 1].rstrip("\r")
    start = error.column - 1
    first = error.token.split("\n")[0].rstrip("\r")
    end = start + len(first) if line.startswith(first, start) else start
    before, token, after = (_visible(part) for part in (line[:start], line[start:end], line[end:]))
    if len(before) > _BEFORE:
        before = _CUT + before[-_BEFORE:]
    if len(token) > _BEFORE:
        token, after = token[:_BEFORE], _CUT
    elif len(after) > _AFTER:
        after = after[:_AFTER] + _CUT
    return Pointed(error.line, before, token, after)


def _visible(text: str) -> str:
    """Return `text` with a mark for each character that would act on the screen instead of standing on it."""
    acting = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join("\ufffd" if unicodedata.category(item) in acting and item != "\t" else item for item in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
