"""A page of text as it is stored: its characters, its lines, and the place of each."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from byregion import iri
from byregion.convert.text.told import Words
from byregion.errors import SourceError
from byregion.evidence import sentences

LONGEST: Final = 20_000
"""Characters of a page; a longer text is no page of the programme."""
# What no XML can hold, and so neither Turtle's readers nor results; and half a surrogate pair.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Span(NamedTuple):
    """Code points of a page, from `start` to `end`, which is not one of them."""

    start: int
    end: int

    def holds(self, other: Span) -> bool:
        """Whether the other lies within it."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True)
class Page:
    """The text of a page as it will be stored, and the name of its file; `notes` are keys of what was done to it."""

    text: str
    name: str
    notes: tuple[str, ...] = field(default=())

    def cut(self, span: Span) -> str:
        """Return the characters of a span."""
        return self.text[span.start : span.end]

    def stripped(self, start: int, end: int, also: str = "") -> Span:
        """Return a span without white space, or characters of `also`, at its ends; it may be empty."""
        while start < end and (self.text[start].isspace() or self.text[start] in also):
            start += 1
        while start < end and (self.text[end - 1].isspace() or self.text[end - 1] in also):
            end -= 1
        return Span(start, end)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def place(self, at: int) -> tuple[int, int]:
        """Return the line and the column of a code point, from 1."""
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        """The sentences and list items, as `byregion check` divides them."""
        return tuple(Span(*span) for span in sentences(self.text))

    def within(self, span: Span) -> list[Span]:
        """Return the sentences that lie in a span, cut to it."""
        first = bisect_right(self.sentences, span.start, key=lambda one: one.end)
        found = []
        for one in self.sentences[first:]:
            if one.start >= span.end:
                break
            found.append(self.stripped(max(one.start, span.start), min(one.end, span.end)))
        return [one for one in found if one.start < one.end]


def read(path: Path, words: Words) -> Page:
    """Return the page in a file: UTF-8, UTF-16 with its mark, or Windows-1252.

    A byte order mark goes, and lines end in a line feed; nothing else is changed.
    Raises SourceError with line and column where it cannot be read as a text, is empty, or is too long to be a page.
    """
    try:
        content = path.read_bytes() if path.stat().st_size <= 4 * LONGEST else None
    except OSError as error:
        raise SourceError(words.say("unreadable", {"why": error.strerror}), path) from error
    if content is None:
        raise SourceError(words.say("too-long", {"limit": LONGEST}), path)
    text, notes = _decoded(content, path, words)
    if "\r" in text:
        text, notes = re.sub("\r\n?", "\n", text), [*notes, "line-ends"]
    page = Page(text, f"{iri.slug(path.stem) or 'page'}.txt", tuple(notes))
    if found := _CONTROL.search(text):
        code = f"U+{ord(found[0]):04X}"
        raise SourceError(words.say("control", {"code": code}), path, *page.place(found.start()))
    if not text.strip():
        raise SourceError(words.say("empty"), path, 1, 1)
    if len(text) > LONGEST:
        raise SourceError(words.say("too-long", {"limit": LONGEST}), path)
    return page


def _decoded(content: bytes, path: Path, words: Words) -> tuple[str, list[str]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), ["utf-16"]
        except UnicodeDecodeError as error:
            raise SourceError(words.say("encoding"), path, 1, 1) from error
    reached = (0, "")
    for encoding, notes in (("utf-8-sig", []), ("cp1252", ["windows"])):
        try:
            return content.decode(encoding), notes
        except UnicodeDecodeError as error:
            reached = max(reached, (error.start, encoding))
    # The encoding that reads more of it is the one it was meant to be in.
    before = content[: reached[0]].decode(reached[1])
    raise SourceError(words.say("encoding"), path, before.count("\n") + 1, len(before) - before.rfind("\n"))
