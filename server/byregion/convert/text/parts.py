"""What a section is made of: its sentences, its list items, and the sentence that leads to a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from typing import Literal as OneOf

from byregion.convert.text.draft import Draft
from byregion.convert.text.page import Page, Span
from byregion.convert.text.sections import Section

_COUNTED: Final = re.compile(r"(?<=:)\s+(For det \w+)")
_ENDS: Final = (".", "!", "?", "…")
# "Utdanning/kompetanse – Hvordan ...", "Tydelig næringsfokus: Det er ..."
_TITLE: Final = re.compile(r"([^\n.!?:]{2,80}?)\s*(?::|(?<=\s)[–—-])(?=\s)")


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence, a list item with what belongs to it, or the sentence that leads to a list.

    `order` counts the items of a list from 1; `lead` is what leads to an item.
    """

    what: OneOf["sentence", "item", "lead"]
    span: Span
    order: int = 0
    lead: Span | None = None
    more: tuple[Span, ...] = ()

    def evidence(self) -> tuple[Span, ...]:
        """Return the passages that what an item says rests on: its own, and what leads to it."""
        return (self.span, *self.more, *([self.lead] if self.lead else []))


def parts(draft: Draft, section: Section) -> Iterator[Part]:
    """Yield the parts of a section in order; a lead without a list is a doubt, and a sentence."""
    page = draft.page
    lead: Span | None = None
    order = 0
    for index, block in enumerate(section.blocks):
        if block.is_item:
            order += 1
            yield Part("item", block.span, order, lead, tuple(block.more))
            continue
        sentences = page.within(Span(block.span.start, (block.more or [block.span])[-1].end))
        before_list = index + 1 < len(section.blocks) and section.blocks[index + 1].is_item
        lead, order = None, 0
        if before_list and not page.cut(sentences[-1]).endswith(_ENDS):
            lead = sentences.pop()
        for sentence in sentences:
            if page.cut(sentence).endswith(":"):
                draft.doubt(sentence, "no-list")
            yield from (Part("sentence", half) for half in _halves(page, sentence))
        if lead:
            yield Part("lead", lead)


def _halves(page: Page, sentence: Span) -> list[Span]:
    """Return a sentence in two where it counts up after a colon: "... er klare: For det første ..."."""
    found = _COUNTED.search(page.text, *sentence)
    if not found:
        return [sentence]
    return [page.stripped(sentence.start, found.start(1)), Span(found.start(1), sentence.end)]


def label(page: Page, span: Span) -> Span:
    """Return what something is called by: a passage without the stop or comma that ends it."""
    return page.stripped(*span, also=".,;:–—")


def titled(page: Page, span: Span) -> tuple[Span, Span | None]:
    """Return the title that opens an item, with its mark, and the rest; without a title, all of it and None."""
    match = _TITLE.match(page.text, *span)
    rest = page.stripped(match.end(), span.end) if match else span
    if not match or rest.start == rest.end:
        return span, None
    return Span(span.start, match.end()), rest
