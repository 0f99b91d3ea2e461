"""How a stored text is divided: a heading, a paragraph or a list item a line, and each line into sentences."""

from __future__ import annotations

import re
from typing import Final

# A bullet, or a number or a small letter with a dot or bracket, that opens a line.
_LIST_MARK: Final = re.compile(r"^[^\S\n]*(?:[•◦▪‣·*–-]|\d{1,3}[.)]|[a-zæøå][.)])(?=\s)", re.MULTILINE)
# "1.jan" and "30.244" have no space after the dot.
_END: Final = re.compile(r"[.!?…][\"'»”’)\]]*[^\S\n]+(?=(\S))")
_ABBREVIATION: Final = re.compile(
    r"(?<!\w)(?:bl\.a|ca|dr|d\.v\.s|dvs|f\.eks|jf|kap|kl|kr|mill|mrd|nr|pkt|pst|s|st|tlf)\.\s+$", re.IGNORECASE
)

_LONGEST: Final = 8
"""Characters of an abbreviation, and more."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the sentences of a text as spans of code points: what ends in `.`, `!`, `?` or `…`, or with its line.

    After such a mark and white space, anything but a lower-case letter begins a new sentence ("1. januar" does not).
    A heading or a list item without a mark is one sentence; the mark of a list item is no part of it.
    """
    found = []
    for line in re.finditer(r"[^\n]+", text):
        mark = _LIST_MARK.match(text, line.start())
        begin = mark.end() if mark else line.start()
        ends = [
            end.end()
            for end in _END.finditer(text, begin, line.end())
            if not end[1].islower() and not _ABBREVIATION.search(text, max(begin, end.start() - _LONGEST), end.end())
        ]
        found += [_stripped(text, *span) for span in zip([begin, *ends], [*ends, line.end()], strict=True)]
    return [(start, end) for start, end in found if start < end]


def list_marks(text: str) -> list[tuple[int, int]]:
    """Return the marks that open list items ("•", "1."), as spans of code points."""
    return [mark.span() for mark in _LIST_MARK.finditer(text)]


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end].strip()
    first = text.index(words, start)
    return first, first + len(words)
