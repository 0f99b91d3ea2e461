"""What a region got: results, plans, measures that are counted, and what is said of a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from rdflib import Literal, URIRef

from byregion.convert.text import wording
from byregion.convert.text.draft import Draft
from byregion.convert.text.page import Span
from byregion.convert.text.parts import Part, label
from byregion.namespaces import BR, CONCEPT

_PLAN: Final = (
    r"(?<![\w-])(?:(?:en|ei|ein)\s+)?(?P<name>(?:(?!(?:en|ei|ein|og|at|som|i|på|til)\s)[a-zæøå-]+\s+){0,3}[a-zæøå-]*plan"
    r"(?:\s+for\s+(?:(?-i:[A-ZÆØÅ])[\w-]*|regionen)(?:\s+(?-i:[A-ZÆØÅ])[\w-]*)*)?)"
    r"\s+(?:er|ble|blei|vart|har\s+blitt)\s+(?:\w+\s+)?(?:<achieved>|<completed>|<adopted>)"
)
# "Strategiplan for havbruk" in the middle of a sentence: a capital letter makes it a name.
_NAMED: Final = (
    r"(?<=[\w,:]\s)(?-i:[A-ZÆØÅ])[a-zæøå]*plan\s+for\s+(?:(?!\s+(?:<auxiliary>|og\s+(?-i:[A-ZÆØÅ])))[^,.;:!?\n])+"
)
_NOWHERE: Final = Span(0, 0)
_OF_PLAN: Final = r"(?:den\s+\w+\s+)?[a-zæøå]*planen(?!\w)"


@dataclass(slots=True)
class _Group:
    """Measures that the page counts: their number, where, and what it says of them."""

    number: int
    spans: list[Span] = field(default_factory=list)
    what: Span = _NOWHERE
    is_least: bool = False
    in_plan: bool = False
    status: set[URIRef] = field(default_factory=set)


@dataclass(slots=True)
class Results:
    """What is said of results, sentence by sentence; `finish` states what only the whole page tells."""

    draft: Draft
    plans: dict[str, URIRef] = field(default_factory=dict)
    groups: dict[int, _Group] = field(default_factory=dict)
    last: _Group | None = None

    def item(self, part: Part) -> None:
        """State a list item, which is one result, whatever it says."""
        draft = self.draft
        self._count(part.span)
        first = draft.page.within(part.span)[0]
        subject = draft.state(BR.Result, label(draft.page, first), part.evidence(), order=part.order)
        draft.add(subject, BR.region, draft.region)
        self._numbers(subject, part.span)

    def sentence(self, span: Span) -> None:
        """State what a sentence says was got: for each clause a plan, counted measures, or results."""
        if not self.counts(span):
            for clause in wording.clauses(self.draft.page, span):
                self._clause(clause, span)

    def counts(self, span: Span) -> bool:
        """Take the measures that a sentence counts; return whether it only goes on about those just counted."""
        previous, self.last = self.last, None
        started = wording.some_started(self.draft.page, span)
        groups = self._count(span)
        self.last = next(iter(groups), None)
        if started and (group := self.last or previous):
            group.status.add(CONCEPT["partly-started"])
            group.spans.append(started if groups else span)
            self.last = group
            return not groups
        return False

    def _clause(self, clause: Span, sentence: Span) -> None:
        draft, page = self.draft, self.draft.page
        self._named_plans(clause)
        if found := wording.pattern(_PLAN).search(page.text, *clause):
            self._plan(Span(*found.span("name")), clause)
        elif self._is_only_counted(clause):
            return
        elif len(self.plans) == 1 and wording.pattern(_OF_PLAN).match(page.text, *clause):
            subject = draft.state(BR.Statement, label(page, clause), [clause])
            draft.add(subject, BR.region, draft.region)
            draft.add(subject, BR.about, self.plans.values())
        elif things := wording.enumerated(page, clause):
            draft.doubt(things[0], "divided", count=len(things))
            for thing in things:
                self._result(thing, (thing, clause))
        else:
            self._result(clause, [clause])

    def _result(self, words: Span, spans: tuple[Span, ...] | list[Span]) -> None:
        subject = self.draft.state(BR.Result, label(self.draft.page, words), spans)
        self.draft.add(subject, BR.region, self.draft.region)
        self._numbers(subject, words)

    def _numbers(self, subject: URIRef, span: Span) -> None:
        if (found := wording.count(self.draft.page, span)) is not None and not wording.counted_measures(
            self.draft.page, span
        ):
            self.draft.add(subject, BR["count"], Literal(found))
        if found := wording.municipalities(self.draft.page, span):
            self.draft.add(subject, BR.municipalityCount, Literal(found))

    # --- Plans --------------------------------------------------------------------------------------------------------

    def _named_plans(self, clause: Span) -> None:
        """State the plans that a clause names by proper names, and says to be made or adopted."""
        page = self.draft.page
        if wording.pattern("<completed>|<adopted>").search(page.text, *clause):
            for found in wording.pattern(_NAMED).finditer(page.text, *clause):
                self._plan(page.stripped(*found.span()), clause)

    def _plan(self, name: Span, clause: Span) -> None:
        draft, page = self.draft, self.draft.page
        key = page.cut(name).casefold()
        if key in self.plans:
            draft.quote(self.plans[key], clause)
        else:
            self.plans[key] = draft.state(BR.Plan, name, [name, clause])
            draft.add(self.plans[key], BR.region, draft.region)
        for status in ("adopted", "completed"):
            if wording.pattern(f"<{status}>").search(page.text, *clause):
                draft.add(self.plans[key], BR.status, CONCEPT[status])

    # --- Measures that are counted ------------------------------------------------------------------------------------

    def _count(self, sentence: Span) -> list[_Group]:
        page = self.draft.page
        found = []
        for match in wording.counted_measures(page, sentence):
            if match["about"]:
                self.draft.doubt(match.start(), "about-count", text=match[0])
                continue
            group = self.groups.setdefault(number := wording.number(match["number"]), _Group(number))
            group.what = group.what if group.spans else Span(match.start("number"), match.end("what"))
            group.spans.append(Span(*match.span()))
            group.is_least |= match["least"] is not None
            group.in_plan |= (
                wording.pattern(r"(?<!\w)[a-zæøå]*plan(?:en)?(?!\w)").search(page.cut(sentence)) is not None
            )
            if match["status"]:
                is_adopted = wording.pattern("<adopted>").search(match["status"])
                group.status.add(CONCEPT["adopted" if is_adopted else "started"])
            found.append(group)
        return found

    def _is_only_counted(self, clause: Span) -> bool:
        """Whether a clause says nothing but how many measures there are."""
        page = self.draft.page
        rest = page.cut(clause)
        for match in wording.counted_measures(page, clause):
            if not match["about"]:
                rest = rest.replace(match[0], "")
        return len(rest.split()) <= 1

    def finish(self) -> None:
        """State the measures that are counted, in the one plan where the page says so."""
        draft = self.draft
        for group in (group for group in self.groups.values() if group.number > 0):
            subject = draft.state(BR.MeasureGroup, group.what, group.spans)
            if group.in_plan and len(self.plans) == 1:
                draft.add(subject, BR.inPlan, self.plans.values())
            else:
                draft.add(subject, BR.region, draft.region)
            draft.add(subject, BR.minimum if group.is_least else BR["count"], Literal(group.number))
            draft.add(subject, BR.status, group.status)
        if len(self.groups) > 1:
            places = [group.spans[0] for group in self.groups.values()]
            draft.doubt(places[-1], "counts-differ", numbers=", ".join(map(str, self.groups)))
