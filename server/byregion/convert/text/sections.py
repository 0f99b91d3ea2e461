"""How a page is divided: its title, its headings with what stands under each, and list items with what belongs to them.

A heading is known by the vocabulary. A short line without a full stop, alone between empty lines, is a heading too,
but one that nobody knows: what stands under it cannot be decided.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

from byregion.convert.text import vocabulary
from byregion.convert.text.page import Page, Span
from byregion.evidence import list_marks

TITLE: Final = "title"
PREAMBLE: Final = "preamble"
UNKNOWN: Final = "unknown"
_SHORT: Final = 80
_KEY: Final = re.compile(r"[^\S\n]*([^:\n]{2,60}?)\s*:")
_HASHES: Final = re.compile(r"#{1,6}\s+")


@dataclass(slots=True)
class Block:
    """A list item or a paragraph: its line, and the lines that belong to it."""

    span: Span
    is_item: bool = False
    more: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """What stands under a heading; `kind` is what the vocabulary says of it."""

    kind: str
    heading: Span | None
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pair:
    """A line "key: value" that the vocabulary knows."""

    kind: str
    line: Span
    key: Span
    value: Span


@dataclass(frozen=True, slots=True)
class Divided:
    """A page as sections, pairs and its title."""

    title: Span | None
    sections: tuple[Section, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    span: Span
    """Its words, without the mark of a list item."""
    mark: bool
    indented: bool
    after_empty: bool
    before_empty: bool


def divided(page: Page) -> Divided:
    """Return the parts of a page, in its order."""
    lines = list(_lines(page))
    title = _title(page, lines)
    pairs: list[Pair] = []
    sections = [Section(PREAMBLE, None)]
    for line, after in zip_longest(lines, lines[1:]):
        section = sections[-1]
        if line.span == title:
            continue
        if pair := _pair(page, line):
            pairs.append(pair)
        elif kind := _heading(page, line, section, after):
            sections.append(Section(kind, line.span))
        elif section.blocks and _belongs(page, line, section):
            section.blocks[-1].more.append(line.span)
        else:
            section.blocks.append(Block(line.span, line.mark))
    return Divided(title, tuple(sections), tuple(pairs))


def _lines(page: Page) -> Iterator[_Line]:
    marks = dict(list_marks(page.text))
    before = True
    found = [Span(*match.span()) for match in re.finditer(r"[^\n]*", page.text) if match[0].strip()]
    starts = {span.start for span in found}
    for span in found:
        start = marks.get(span.start, span.start)
        words = page.stripped(start, span.end)
        indented = start == span.start and page.text[span.start].isspace()
        empty = span.end + 1 not in starts
        if words.start < words.end:
            yield _Line(words, start != span.start, indented, before, empty)
        before = empty


def _title(page: Page, lines: list[_Line]) -> Span | None:
    """Return the first line, where it is short, no sentence, and nothing that the vocabulary knows."""
    if not lines:
        return None
    first = lines[0]
    text = page.cut(first.span)
    if first.mark or len(text) > _SHORT or text.endswith((".", "!", "?", ":", ",", ";")):
        return None
    return None if vocabulary.heading(text) or _pair(page, first) else first.span


def _pair(page: Page, line: _Line) -> Pair | None:
    match = _KEY.match(page.text, line.span.start, line.span.end)
    if not match:
        return None
    value = page.stripped(match.end(), line.span.end)
    kind = vocabulary.key(match[1])
    if not kind or value.start == value.end:
        return None
    return Pair(kind, line.span, Span(*match.span(1)), value)


def _heading(page: Page, line: _Line, section: Section, after: _Line | None) -> str:
    """Return what stands under a line that `after` follows, "" where it is no heading."""
    text = page.cut(line.span)
    if line.mark:
        return ""
    if kind := vocabulary.heading(_HASHES.sub("", text)):
        return kind
    # What follows the heading and leads to a list goes on in it; further down, it may as well be a heading.
    is_lead = after is not None and after.mark and not section.blocks and section.heading is not None
    is_alone = line.after_empty and line.before_empty and not is_lead
    is_title = len(text) <= _SHORT and text[0].isupper() and not text.endswith((".", "!", "?", ":", ",", ";"))
    # What stands under documents are titles themselves, and so are lines that tell a fact of another kind.
    return UNKNOWN if is_alone and is_title and section.kind not in ("document", "facts") else ""


def _belongs(page: Page, line: _Line, section: Section) -> bool:
    """Whether a line goes on with the list item above it: set in, right below it, or the reason of an advice."""
    last = section.blocks[-1]
    if line.mark or not last.is_item or section.kind in ("document", "facts"):
        return False
    return line.indented or not line.after_empty or section.kind == "advice"
