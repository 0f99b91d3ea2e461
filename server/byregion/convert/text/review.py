"""The report of a draft: each statement with its sentence, what no statement rests on, and every doubt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from byregion.convert.text.draft import Draft
from byregion.convert.text.page import Span
from byregion.convert.text.told import Words
from byregion.evidence import Gap, Passage, StoredText, gaps
from byregion.terms import shorten


def uncovered(draft: Draft) -> list[Gap]:
    """Return what of the page no entity of the draft rests on, as `byregion check` will find it."""
    page = draft.page
    headings = tuple(page.cut(heading) for heading in draft.headings)
    spans = {span for made in draft.made.values() for span in made.spans}
    passages = [Passage(draft.source, draft.source, *span, page.cut(span), "", "", None) for span in sorted(spans)]
    return gaps(StoredText(draft.source, Path(page.name), page.text, headings), passages)


def review(draft: Draft, words: Words) -> Iterator[str]:
    """Yield the lines of the report, in the order of the page; places are line:column."""
    yield words.say("title", {"count": len(draft.made), "slug": draft.slug})
    yield ""
    for subject, made in sorted(draft.made.items(), key=lambda item: (_at(item[1].spans), item[0])):
        yield f"{_place(draft, made.spans)} {shorten(subject)} ({shorten(made.of)}): {made.label}"
        for span in made.spans:
            if draft.page.cut(span) != made.label:
                yield f"    {_place(draft, [span])} «{_one_line(draft.page.cut(span))}»"
    left = uncovered(draft)
    yield ""
    yield words.say("uncovered", {"count": len(left)})
    yield from (f"{gap.line}:{gap.column} «{gap.text}»" for gap in left)
    yield ""
    yield words.say("doubts", {"count": len(draft.doubts)})
    for doubt in draft.doubts:
        line, column = draft.page.place(doubt.at)
        yield f"{line}:{column} {words.say(doubt.key, doubt.values)}"


def _at(spans: list[Span]) -> int:
    return spans[0].start if spans else 0


def _place(draft: Draft, spans: list[Span]) -> str:
    line, column = draft.page.place(_at(spans))
    return f"{line}:{column}"


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))
