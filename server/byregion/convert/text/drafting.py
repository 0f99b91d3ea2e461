"""A page becomes a draft: its title a region, its sections statements, its facts participations and figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from byregion import iri
from byregion.convert.text import figures, stating, vocabulary
from byregion.convert.text.application import application
from byregion.convert.text.draft import Draft
from byregion.convert.text.facts import Municipalities, facts
from byregion.convert.text.opening import opening
from byregion.convert.text.page import Page, Span
from byregion.convert.text.parts import parts
from byregion.convert.text.results import Results
from byregion.convert.text.sections import PREAMBLE, UNKNOWN, Divided, Section, divided
from byregion.convert.text.told import Words
from byregion.convert.workbook.names import Surroundings
from byregion.errors import SourceError
from byregion.namespaces import BR

_UNDER: Final = {**stating.UNDER, "application": application}


@dataclass(frozen=True, slots=True)
class Given:
    """What a person says of a page that it does not say itself; "" and None where they leave it to the page."""

    slug: str = ""
    name: str = ""
    day: date | None = None
    address: str = ""
    language: str = ""


def drafted(page: Page, given: Given, around: Surroundings, words: Words, path: Path | None = None) -> Draft:
    """Return the draft of a dataset made of a page; municipalities are those of the data `around` it.

    The same page and the same data give the same draft. Raises SourceError, with line and column and `path`, where
    the page has no heading that is known, or no title and no name is given.
    """
    parted = divided(page)
    known = [section for section in parted.sections if section.kind not in (PREAMBLE, UNKNOWN)]
    if not known and not parted.pairs:
        raise SourceError(words.say("no-heading"), path, *page.place(_first(page)))
    name = given.name or (page.cut(parted.title) if parted.title else "")
    slug = given.slug or iri.slug(name)
    if not name or not slug:
        raise SourceError(words.say("no-title"), path, *page.place(_first(page)))
    draft = Draft(page, slug, given.language or vocabulary.language(page.text))
    _region(draft, parted, name)
    results = Results(draft)
    draft.headings = [section.heading for section in known if section.heading and section.kind not in stating.SPEAKING]
    for section in (*parted.sections[1:], parted.sections[0]):  # what opens a page sums up the rest
        _state(draft, section, results)
    results.finish()
    day = given.day or _day(page, parted)
    if day is None:
        day = date(around.years[0] or 1, 1, 1)
        for pair in [pair for pair in parted.pairs if pair.kind in ("applicant", "partner")][:1]:
            draft.doubt(pair.line, "no-date", day=day)
    draft.primary = None
    facts(draft, parted.pairs, Municipalities(around, day), name)
    _warn(draft)
    draft.name_page(name, given.address)
    draft.doubts.sort(key=lambda doubt: (doubt.at, doubt.key))
    return draft


def _first(page: Page) -> int:
    return len(page.text) - len(page.text.lstrip())


def _region(draft: Draft, parted: Divided, name: str) -> None:
    """State the region by its name, resting on where the page has it."""
    page = draft.page
    at = page.text.find(name)
    spans = [parted.title] if parted.title else [Span(at, at + len(name))] if at >= 0 else []
    draft.state(BR.Region, name, spans, name=draft.slug)
    if not spans:
        draft.doubt(_first(page), "name-not-there", name=name)


def _state(draft: Draft, section: Section, results: Results) -> None:
    if section.kind in ("facts", "document", "advice", "follow-up"):
        draft.primary = None  # the excerpt of the application ends here
    if section.kind == "result":
        for part in parts(draft, section):
            if part.what == "item":
                results.item(part)
            elif part.what == "sentence":
                results.sentence(part.span)
    elif section.kind == PREAMBLE:
        opening(draft, section, results)
    elif section.kind == UNKNOWN and section.heading:
        draft.doubt(section.heading, "unknown-heading", heading=draft.page.cut(section.heading))
    elif section.kind == "facts":
        for block in section.blocks:
            draft.doubt(block.span, "unknown-fact", text=draft.page.cut(block.span))
    else:
        _UNDER[section.kind](draft, section)


def _day(page: Page, parted: Divided) -> date | None:
    """Return the day of the figures of a page."""
    days = [figures.read(page.cut(pair.value), whole=False).day for pair in parted.pairs if pair.kind == "population"]
    return next((day for day in days if day), None)


def _warn(draft: Draft) -> None:
    """Tell what a person must see to though every sentence is used."""
    text = draft.page.text
    if draft.language == "nn":
        draft.doubt(0, "nynorsk")
    for one, other in zip(draft.page.sentences, draft.page.sentences[1:], strict=False):
        between = text[one.end : other.start]
        if between.strip(" \t") == "\n" and text[one.end - 1].islower() and text[other.start].islower():
            draft.doubt(other, "broken-line")
