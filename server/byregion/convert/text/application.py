"""An excerpt of an application on a page: who took part when, an analysis with its conclusions, areas of priority."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rdflib import PROV, URIRef

from byregion import iri
from byregion.convert.text import vocabulary, wording
from byregion.convert.text.draft import Draft
from byregion.convert.text.page import Span
from byregion.convert.text.parts import Part, label, parts
from byregion.convert.text.sections import Section
from byregion.convert.text.stating import focus_area, of_region, phases_in, plain
from byregion.namespaces import BR, CONCEPT

_ANALYSIS: Final = r"(?<!\w)(?:en|ei|ein)\s+(?:\w+\s+)?(?P<name>[a-zæøå-]*analyse)(?!\w)"
_TOOK_PART: Final = (
    r"(?<!\w)(?:deltatt|deltok|deltar|delteke|deltek|(?:vært|vore|var|er)\s+(?:også\s+|òg\s+)?med)\s+i\s+"
    r"(?:(?P<programme>byregionprogrammet)|fase)(?!\w)"
)
_COUNTED: Final = r"for\s+det\s+(<#ordinals>)"
_AREAS: Final = re.compile(r"område|tema|satsing", re.IGNORECASE)
_GOALS: Final = re.compile(r"(?<!\w)(?:\w*mål|måla|målene)(?!\w)", re.IGNORECASE)


def application(draft: Draft, section: Section) -> None:
    """State what the page quotes from the application, and the application by the heading above it."""
    if section.heading:
        found = wording.pattern(r"(?:utdrag\s+)?(?:fra|frå)\s+").match(draft.page.text, *section.heading)
        words = Span(found.end(), section.heading.end) if found else section.heading
        draft.primary = None  # the heading is the page's own
        name = f"{draft.slug}-application"
        document = draft.state(BR.SourceDocument, label(draft.page, words), [section.heading], name=name)
        draft.add(document, BR.knownBy, CONCEPT.excerpt)
        draft.primary = document
    excerpt = _Excerpt(draft)
    for part in parts(draft, section):
        if part.what == "item":
            excerpt.item(part)
        else:
            excerpt.sentence(part)


@dataclass(slots=True)
class _Excerpt:
    """What was read of an excerpt so far: the analysis, where it is told, and whether conclusions were announced."""

    draft: Draft
    analysis: URIRef | None = None
    told: Span | None = None
    concludes: bool = False

    def item(self, part: Part) -> None:
        """State a list item by what leads to its list."""
        page = self.draft.page
        lead = page.cut(part.lead) if part.lead else ""
        if _AREAS.search(lead):
            focus_area(self.draft, part, None, self.analysis if "analyse" in lead else None)
        elif _GOALS.search(lead):
            of_region(self.draft, BR.Goal, page.within(part.span)[0], part)
        else:
            plain(self.draft, part)

    def sentence(self, part: Part) -> None:
        """State a sentence: the analysis, a conclusion of it, taking part in a phase, or only what it says."""
        text = self.draft.page.cut(part.span)
        announces = "konklusjon" in text
        if self.analysis is None and (found := wording.pattern(_ANALYSIS).search(text)):
            words = Span(part.span.start + found.start("name"), part.span.start + found.end("name"))
            name = f"{self.draft.slug}-analysis"
            self.analysis = self.draft.state(BR.SourceDocument, words, [part.span], name=name)
            self.draft.add(self.analysis, BR.knownBy, CONCEPT.mention)
            self.told = part.span
        elif self.concludes and (found := wording.pattern(_COUNTED).match(text)):
            self._conclusion(part.span, vocabulary.number("ordinals", found[1]))
        elif not takes_part(self.draft, part):
            plain(self.draft, part)
        self.concludes = self.analysis is not None and (self.concludes or announces)

    def _conclusion(self, span: Span, order: int) -> None:
        draft = self.draft
        spans = [span, *([self.told] if self.told else [])]
        subject = draft.state(BR.Conclusion, label(draft.page, span), spans, order=order)
        draft.add(subject, BR.region, draft.region)
        draft.add(subject, PROV.wasDerivedFrom, [self.analysis] if self.analysis else [])


def takes_part(draft: Draft, part: Part) -> bool:
    """State which phase the region took part in, or did not, where a sentence says so; return whether it does."""
    page = draft.page
    phases = phases_in(draft, part.span)
    if part.what == "lead":
        if phases and re.search("prioriter", page.cut(part.span), re.IGNORECASE):
            _phase(draft, phases, part.span, BR.inPhase)
        return True
    found = wording.pattern(_TOOK_PART).search(page.text, *part.span)
    if not found or not (phases or found["programme"]):
        return False
    if not phases:
        draft.quote(draft.region, part.span)
        return True
    is_not = wording.pattern(r"(?<!\w)(?:ikke|ikkje)(?!\w)").search(page.text, *part.span)
    _phase(draft, phases, part.span, BR.notInPhase if is_not else BR.inPhase)
    return True


def _phase(draft: Draft, phases: list[int], span: Span, predicate: URIRef) -> None:
    draft.quote(draft.region, span)
    draft.add(draft.region, predicate, [iri.entity("programme", f"byregion-{phase}") for phase in phases])
    if draft.made[draft.region].label not in draft.page.cut(span):
        draft.doubt(span, "phase", phases=", ".join(map(str, phases)))
