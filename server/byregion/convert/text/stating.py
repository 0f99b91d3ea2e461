"""What stands under each heading, as statements: goals, advice, follow-up, measures, focus areas, and the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from rdflib import ORG, PROV, Literal, URIRef

from byregion import iri
from byregion.convert.text import vocabulary, wording
from byregion.convert.text.draft import Draft
from byregion.convert.text.page import Span
from byregion.convert.text.parts import Part, label, parts, titled
from byregion.convert.text.sections import Section
from byregion.namespaces import BR, CONCEPT

_AIM: Final = (
    r"(?:skal|vil)\s+(?:(?:bidra|medvirke|medverke|føre)\s+til\s+(?:å\s+)?)?(?P<aim>\S.*?)"
    r"\s+(?:gjennom|ved\s+å|ved|via)\s*:?$"
)
_GOAL_IS: Final = r"<name>(?:\s+(?:med|for|i)\s+(?:\S+\s+){1,4}?)?\s*(?:er|var)\s+(?:å\s+)?(?=\S)"
_PHASE: Final = r"(?<!\w)fase\s+(<#phases>)"
_WITH: Final = r"(?:samarbeid|saman|sammen)\s+med\s+"
_COUNTY_AUTHORITY: Final = re.compile(r"(?:[A-ZÆØÅ][\w-]*\s+(?:og\s+)?){1,3}fylkeskommun(?:e|en|a)(?!\w)")


# --- Goals ------------------------------------------------------------------------------------------------------------


def goals(draft: Draft, section: Section) -> None:
    """State the aim that leads to a list, the goals of the list, and the sentences that are goals themselves."""
    aim: URIRef | None = None
    for part in parts(draft, section):
        if part.what == "lead":
            aim = _aim(draft, part.span)
        elif part.what == "item":
            subject = of_region(draft, BR.Goal, draft.page.within(part.span)[0], part)
            if aim and part.lead:
                draft.add(subject, BR.contributesTo, aim)
        else:
            found = wording.pattern(_GOAL_IS).match(draft.page.text, *part.span)
            words = Span(found.end(), part.span.end) if found else part.span
            of_region(draft, BR.Goal, words, part)


def _aim(draft: Draft, lead: Span) -> URIRef | None:
    found = wording.pattern(_AIM).search(draft.page.cut(lead))
    if not found:
        return None
    words = Span(lead.start + found.start("aim"), lead.start + found.end("aim"))
    subject = draft.state(BR.Goal, label(draft.page, words), [lead])
    draft.add(subject, BR.region, draft.region)
    return subject


# --- Advice, follow-up, measures --------------------------------------------------------------------------------------


def advice(draft: Draft, section: Section) -> None:
    """State each advice with its reason: what follows it in its item, or in its paragraph."""
    page = draft.page
    found = [(part, part.more) for part in parts(draft, section) if part.what == "item"]
    if not found:
        # A paragraph each: its first sentence, and why.
        found = [(Part("item", block.span, number), ()) for number, block in enumerate(section.blocks, 1)]
    for order, (part, more) in enumerate(found, 1):
        first, rest = titled(page, page.within(part.span)[0])
        reason = [rest] if rest else []
        reason += [*page.within(part.span)[1:], *more]
        heading = [section.heading] if section.heading else []
        subject = draft.state(BR.Advice, label(page, first), [first, *reason, *heading], order=order)
        draft.quote(subject, *([part.lead] if part.lead else []))
        draft.add(subject, BR.region, draft.region)
        if reason:
            why = page.stripped(reason[0].start, reason[-1].end)
            draft.add(subject, BR.reason, Literal(page.cut(why), draft.language))


def follow_up(draft: Draft, section: Section) -> None:
    """State what a region works on afterwards, and with which county authority."""
    for part in parts(draft, section):
        if part.what == "lead":
            continue
        subject = of_region(draft, BR.FollowUp, draft.page.within(part.span)[0], part)
        if section.heading:
            draft.quote(subject, section.heading)
        for found in _COUNTY_AUTHORITY.finditer(draft.page.text, *part.span):
            organisation = _organisation(draft, Span(*found.span()))
            before = draft.page.text[part.span.start : found.start()]
            if wording.pattern(_WITH + r"$").search(before):
                draft.add(subject, BR.partner, organisation)


def _organisation(draft: Draft, name: Span) -> URIRef:
    slug = iri.slug(draft.page.cut(name))
    subject = iri.entity("organisation", slug)
    if subject not in draft.made:
        return draft.state(ORG.Organization, name, [name], name=slug)
    draft.quote(subject, name)
    return subject


def measures(draft: Draft, section: Section) -> None:
    """State the measures that are listed by name; sentences beside a list are told."""
    for part in parts(draft, section):
        if part.what == "item":
            first, _ = titled(draft.page, draft.page.within(part.span)[0])
            of_region(draft, BR.Measure, first, part)
        elif part.what == "sentence":
            plain(draft, part)


# --- Focus areas and questions ----------------------------------------------------------------------------------------


def focus_areas(draft: Draft, section: Section) -> None:
    """State the areas of a list; a sentence beside it is a statement."""
    for part in parts(draft, section):
        if part.what == "item":
            focus_area(draft, part, section.heading)
        elif part.what == "sentence":
            plain(draft, part)


def focus_area(draft: Draft, part: Part, heading: Span | None, analysis: URIRef | None = None) -> None:
    """State an area that is given priority, its phase, and what is asked and said within it."""
    page = draft.page
    first, rest = titled(page, page.within(part.span)[0])
    spans = [first, *([part.lead] if part.lead else [heading] if heading else [])]
    subject = draft.state(BR.FocusArea, label(page, first), spans, order=part.order)
    draft.add(subject, BR.region, draft.region)
    for lead in spans[1:]:
        draft.add(subject, BR.inPhase, [iri.entity("programme", f"byregion-{one}") for one in phases_in(draft, lead)])
    if analysis:
        draft.add(subject, PROV.wasDerivedFrom, analysis)
    for sentence in [*([rest] if rest else []), *page.within(part.span)[1:], *part.more]:
        _within(draft, subject, sentence)


def _within(draft: Draft, area: URIRef, sentence: Span) -> None:
    page = draft.page
    asks = page.cut(sentence).endswith("?") or wording.pattern("<asks>").match(page.text, *sentence)
    words = page.stripped(*sentence, also=".;")
    if asks:
        subject = draft.state(BR.Question, words, [sentence])
        draft.add(subject, BR.focusArea, area)
        draft.add(subject, BR.order, Literal(draft.count[BR.Question]))
    else:
        subject = draft.state(BR.Statement, words, [sentence])
        draft.add(subject, BR.region, draft.region)
        draft.add(subject, BR.about, area)


def phases_in(draft: Draft, span: Span) -> list[int]:
    """Return the phases of the programme that a passage names."""
    found = wording.pattern(_PHASE).finditer(draft.page.text, *span)
    return sorted({vocabulary.number("phases", match[1]) for match in found})


# --- What is only said ------------------------------------------------------------------------------------------------


def statements(draft: Draft, section: Section) -> None:
    """State every sentence as something that the page says, and no more."""
    for part in parts(draft, section):
        plain(draft, part)


def plain(draft: Draft, part: Part) -> None:
    """State a sentence as something that the page says; of a list item, each of its sentences."""
    if part.what == "lead":
        return
    for span in (*draft.page.within(part.span), *part.more):
        subject = draft.state(BR.Statement, label(draft.page, span), [span, *([part.lead] if part.lead else [])])
        draft.add(subject, BR.region, draft.region)


def documents(draft: Draft, section: Section) -> None:
    """State the documents that are listed, which the page only mentions."""
    for block in section.blocks:
        for span in (block.span, *block.more):
            number = draft.count[BR.SourceDocument] + 1
            subject = draft.state(
                BR.SourceDocument, label(draft.page, span), [span], name=f"{draft.slug}-document-{number}"
            )
            draft.add(subject, BR.knownBy, CONCEPT.mention)


def of_region(draft: Draft, of: URIRef, words: Span, part: Part) -> URIRef:
    """State something of the region, called by `words`, that rests on a part of a section."""
    title, _ = titled(draft.page, words) if part.what == "item" else (words, None)
    subject = draft.state(of, label(draft.page, title), [part.span, *part.more], order=part.order)
    if part.lead:
        draft.quote(subject, part.lead)
    draft.add(subject, BR.region, draft.region)
    return subject


UNDER: Final[Mapping[str, Callable[[Draft, Section], None]]] = {
    "goal": goals,
    "advice": advice,
    "follow-up": follow_up,
    "measure": measures,
    "focus-area": focus_areas,
    "statement": statements,
    "document": documents,
}
"""What is made of a section, by what its heading says."""

SPEAKING: Final = ("advice", "follow-up", "application")
"""Headings that say something of what stands under them, and are quoted with it."""
