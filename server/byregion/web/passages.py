"""The quoted sentences where they stand: each line of a source with what is quoted from it picked out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

from rdflib import URIRef


class Quoted(NamedTuple):
    """A quote: its words, what stands before and after them, where in the source they begin, and what is quoted."""

    quote: URIRef
    source: URIRef | None
    original: URIRef | None
    exact: str
    prefix: str
    suffix: str
    start: int


class Piece(NamedTuple):
    """Some words of a passage, and the quote that they are part of, if any."""

    text: str
    quote: URIRef | None


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a source in their order; `original` is the document that the source itself quotes there.

    `place` is where the first quote of them stands on the page of the source, "" where no text is stored.
    """

    source: URIRef | None
    original: URIRef | None
    pieces: tuple[Piece, ...]
    place: str = ""


def place(start: int, end: int) -> str:
    """Return the fragment for the code points `start` to `end` (exclusive) of a text.

    https://www.rfc-editor.org/rfc/rfc5147#section-2.2.1: positions are counted between characters.
    """
    return f"char={start},{end}"


def passages(quotes: Iterable[Quoted], text_of: Callable[[URIRef], str | None]) -> list[Passage]:
    """Return the passages that the quotes are picked out in, in the order of the sources.

    `text_of` gives the stored text of a source: then a passage is a whole line of it, with all its quotes. Without one,
    or where the words do not stand where they should, it is a quote between the characters that it carries itself.
    """
    found: list[Passage] = []
    in_order = sorted(quotes, key=lambda item: (item.source or "", item.original or "", item.start, item.quote))
    for (source, original), members in groupby(in_order, key=lambda item: (item.source, item.original)):
        text = text_of(source) if source is not None else None
        for pieces, where in _lines(list(members), text):
            found.append(Passage(source, original, tuple(pieces), where))
    return found


def _lines(quotes: list[Quoted], text: str | None) -> Iterator[tuple[list[Piece], str]]:
    placed = [item for item in quotes if text is not None and text.startswith(item.exact, item.start)]
    if text is not None:
        for start, members in groupby(placed, key=lambda item: text.rfind("\n", 0, item.start) + 1):
            line = list(members)
            yield _picked_out(text, start, line), place(line[0].start, line[0].start + len(line[0].exact))
    yield from (([*_alone(item)], "") for item in quotes if item not in placed)


def _picked_out(text: str, start: int, quotes: list[Quoted]) -> list[Piece]:
    """Return the line that begins at `start`, cut where quotes begin and end; of two, a piece is the shorter's."""
    last = max(item.start + len(item.exact) for item in quotes)
    end = text.find("\n", last)
    end = len(text) if end < 0 else end
    cuts = {start, end} | {cut for item in quotes for cut in (item.start, item.start + len(item.exact))}
    pieces: list[Piece] = []
    for left, right in pairwise(sorted(cuts)):
        covering = [item for item in quotes if item.start <= left and right <= item.start + len(item.exact)]
        quote = min(covering, key=lambda item: len(item.exact)).quote if covering else None
        # The line's indentation says nothing here.
        words = text[left:right] if pieces else text[left:right].lstrip()
        pieces += [Piece(words, quote)] if words else []
    return pieces


def _alone(item: Quoted) -> Iterator[Piece]:
    """Yield a quote between what stands around it on its own line, from a whole word on and to a whole word."""
    _, newline, before = item.prefix.rpartition("\n")
    yield Piece(before if newline or not before.strip() else "… " + before.partition(" ")[2], None)
    yield Piece(item.exact, item.quote)
    after, newline, _ = item.suffix.partition("\n")
    yield Piece(after if newline or not after.strip() else after.rpartition(" ")[0] + " …", None)
