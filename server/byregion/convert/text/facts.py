"""The facts of a page, "Søkerkommune: Lenvik": who took part, how many live there, how large it is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Final

from rdflib import DCTERMS, XSD, Literal, URIRef

from byregion import iri
from byregion.convert.text import figures
from byregion.convert.text.draft import Draft
from byregion.convert.text.page import Span
from byregion.convert.text.sections import Pair
from byregion.convert.workbook.names import Surroundings
from byregion.convert.workbook.names import plain as compared
from byregion.namespaces import BR, CONCEPT

_BETWEEN: Final = re.compile(r"\s*[,;]\s*|\s+[&•]\s+")
_AND: Final = re.compile(r"\s+og\s+")
_KIND: Final = re.compile(r"\s+kommune[rn]?$", re.IGNORECASE)
_CLOSE: Final = 0.7


class Municipalities:
    """The municipalities of a day, by number and by every name they have."""

    def __init__(self, around: Surroundings, day: date) -> None:
        """Take from the published data those that have a number on `day`."""
        self.day = day
        self._by_name: dict[str, set[URIRef]] = defaultdict(set)
        self._titles: dict[URIRef, str] = {}
        for number in around.numbers:
            if number.valid_from <= day.isoformat() and (
                not number.valid_before or day.isoformat() < number.valid_before
            ):
                self._titles[number.municipality] = number.title
                texts = {*around.known.texts[number.municipality], number.number, compared(number.title)}
                texts.add(compared(f"{number.name} ({number.number})"))
                # A name in two languages has the name in each: "Hamarøy - Hábmer".
                for text in (part for each in texts for part in (each, *each.split(" - "))):
                    self._by_name[text].add(number.municipality)

    def find(self, text: str) -> set[URIRef]:
        """Return the municipalities that a name or a number is of; exactly one is certain."""
        key = compared(text)
        return self._by_name.get(key) or self._by_name.get(_KIND.sub("", key)) or set()

    def title(self, municipality: URIRef) -> str:
        """Return the number and the name of a municipality."""
        return self._titles[municipality]

    def near(self, text: str) -> str:
        """Return the nearest to a name that is none, "" where none is near."""
        close = get_close_matches(compared(text), sorted(self._by_name), 1, _CLOSE)
        return self.title(min(self._by_name[close[0]])) if close else ""


def facts(draft: Draft, pairs: Iterable[Pair], municipalities: Municipalities, name: str) -> None:
    """State the participations and the figures; `name` is the region's."""
    by_kind: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_kind[pair.kind].append(pair)
    seen: set[URIRef] = set()
    lists = []
    for role in ("applicant", "partner"):
        for pair in by_kind[role]:
            lists.append(pair.line)
            _participations(draft, pair, municipalities, name, seen)
    place: URIRef | None = None
    for quantity in ("population", "area"):
        for number, pair in enumerate(by_kind[quantity]):
            figure = figures.read(draft.page.cut(pair.value), whole=quantity == "population")
            for doubt in figure.doubts:
                draft.doubt(pair.value, doubt, text=draft.page.cut(pair.line))
            if number:
                draft.doubt(pair.line, "twice", text=draft.page.cut(pair.line))
            elif figure.value is not None:
                place = place or _place(draft, name, lists or [pair.line], municipalities.day)
                _observation(draft, pair, quantity, figure, place)


def _participations(draft: Draft, pair: Pair, municipalities: Municipalities, name: str, seen: set[URIRef]) -> None:
    for words in _names(draft, pair.value, municipalities):
        text = draft.page.cut(words)
        found = municipalities.find(text)
        if len(found) != 1:
            choices = " / ".join(sorted(map(municipalities.title, found)))
            key = "several-municipalities" if found else "no-municipality"
            near = municipalities.near(text)
            draft.doubt(words, key, text=text, day=municipalities.day, choices=choices, near=near or "–")
            continue
        (municipality,) = found
        if municipality in seen:
            draft.doubt(words, "twice", text=text)
            continue
        seen.add(municipality)
        # Called as in a workbook: who, in which role, where.
        bare = _KIND.sub("", text)
        who = municipalities.title(municipality).partition(" ")[2] if bare.isdecimal() else bare
        said = f"{who}, {_ROLES[draft.language][pair.kind]} i {name}"
        slug = iri.slug(who) or str(len(seen))
        subject = draft.state(BR.Participation, said, [words, pair.line], name=f"{draft.slug}-{slug}")
        draft.add(subject, BR.region, draft.region)
        draft.add(subject, BR.municipality, municipality)
        draft.add(subject, BR.role, CONCEPT[pair.kind])


def _names(draft: Draft, value: Span, municipalities: Municipalities) -> list[Span]:
    """Return the names in a list; "og" is between two, unless it is part of one (Evje og Hornnes)."""
    page, found = draft.page, list[Span]()
    for part in _split(_BETWEEN, draft, value):
        span = page.stripped(*part, also=".")
        if municipalities.find(page.cut(span)):
            found.append(span)
        else:
            found += [page.stripped(*one, also=".") for one in _split(_AND, draft, span)]
    return [one for one in found if one.start < one.end]


def _split(between: re.Pattern[str], draft: Draft, span: Span) -> list[Span]:
    marks = [match.span() for match in between.finditer(draft.page.text, *span)]
    starts = [span.start, *(end for _, end in marks)]
    return [Span(*one) for one in zip(starts, [*(start for start, _ in marks), span.end], strict=True)]


def _place(draft: Draft, name: str, lines: Iterable[Span], day: date) -> URIRef:
    place = draft.state(DCTERMS.Location, name, lines, name=f"{draft.slug}-{day.year}")
    draft.add(draft.region, DCTERMS.spatial, place)
    return place


def _observation(draft: Draft, pair: Pair, quantity: str, figure: figures.Figure, place: URIRef) -> None:
    subject = draft.state(BR.Observation, pair.key, [pair.line], name=f"{draft.slug}-{quantity}")
    draft.add(subject, BR.of, place)
    draft.add(subject, BR.measured, CONCEPT[quantity])
    value = figure.value
    if value is not None and value == value.to_integral_value():
        draft.add(subject, BR.value, Literal(int(value)))
    elif value is not None:
        draft.add(subject, BR.value, Literal(format(value.normalize(), "f"), datatype=XSD.decimal))
    if figure.unit:
        draft.add(subject, BR.unit, CONCEPT[figure.unit])
    if figure.day:
        draft.add(subject, BR.date, Literal(figure.day.isoformat(), datatype=XSD.date))


_ROLES: Final[Mapping[str, Mapping[str, str]]] = {
    "nb": {"applicant": "søkerkommune", "partner": "samarbeidskommune"},
    "nn": {"applicant": "søkjarkommune", "partner": "samarbeidskommune"},
}
