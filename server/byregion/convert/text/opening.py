"""What opens a page, before its first heading: mostly results that it tells in full further down."""

from __future__ import annotations

import re
from typing import Final

from rdflib import URIRef

from byregion.convert.text import vocabulary, wording
from byregion.convert.text.application import takes_part
from byregion.convert.text.draft import Draft
from byregion.convert.text.page import Span
from byregion.convert.text.parts import Part, parts
from byregion.convert.text.results import Results
from byregion.convert.text.sections import Section
from byregion.convert.text.stating import plain
from byregion.namespaces import BR

_STEM: Final = 6
_SHORTEST: Final = 5
_ACHIEVED: Final = r"(?<!\w)(?:har|er|ble|blei|vart)\s+(?:\S+\s+){0,3}?<achieved>"


def opening(draft: Draft, section: Section, results: Results) -> None:
    """Let results rest on the sentences that sum them up; state what is told nowhere else.

    A sentence sums up a result where they share a word, which a person is told to look at.
    """
    for part in parts(draft, section):
        span = part.span
        if takes_part(draft, Part("sentence", span)):
            continue
        told = _told_already(draft, span)
        if told:
            results.counts(span)
            draft.doubt(span, "opening", count=len(told))
            for result in told:
                draft.quote(result, span)
        elif wording.counted_measures(draft.page, span) or wording.pattern(_ACHIEVED).search(draft.page.text, *span):
            results.sentence(span)
        else:
            plain(draft, Part("sentence", span))


def _told_already(draft: Draft, span: Span) -> list[URIRef]:
    name = draft.made[draft.region].label
    stems = _stems(draft.page.cut(span).replace(name, " "))
    results = [(iri, made.label) for iri, made in draft.made.items() if made.of == BR.Result]
    return [iri for iri, label in results if stems & _stems(label.replace(name, " "))]


def _stems(text: str) -> set[str]:
    """Return how the words of a text begin that say what it is about."""
    found = set(re.findall(r"[^\W\d_]+", text.casefold()))
    for name in ("common", "achieved", "auxiliary", "subordinate"):
        found -= set(vocabulary.words(name))
    return {word[:_STEM] for word in found if len(word) >= _SHORTEST}
