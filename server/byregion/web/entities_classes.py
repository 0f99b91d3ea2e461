"""What the page about an entity of each class tells, and in which order: the table that those pages are made from.

A page has a sentence of what the thing is, the statements about it in groups, and sections. A section either lists what
points to the entity (`Listed`), or has the answer of a page query as a table (`Asked`). What no section takes is told
at the end, by class and property, so a class that is not in the table has a page too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rdflib import DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SKOS, URIRef

from byregion.namespaces import BR, OA, WGS84


@dataclass(frozen=True, slots=True)
class Listed:
    """Things that point to the entity; `ways` are the stated class of such a thing and the property, None for any.

    Of each thing `beside` is told on its line and `beneath` under it, where it is stated. `nest` is a property by which
    one of them belongs under another. Where there is nothing though it is `expected`, the page says that the source
    does not say. `kind` is the list of all such things, `query` a named query and which parameter is the entity.
    """

    name: str
    ways: tuple[tuple[URIRef | None, URIRef], ...]
    beside: tuple[URIRef, ...] = ()
    beneath: tuple[URIRef, ...] = ()
    nest: URIRef | None = None
    expected: bool = False
    kind: str = ""
    query: tuple[str, str] = ("", "")

    @property
    def filters(self) -> tuple[str, tuple[URIRef, ...]]:
        """What the search is to be filtered by to find the same: the facet that the entity is one of, and the classes.

        The facet is "" where the search has none.
        """
        facets = {_FACETS.get(predicate, "") for _, predicate in self.ways}
        classes = tuple(class_ for class_, _ in self.ways if class_)
        return (facets.pop() if len(facets) == 1 and len(classes) == len(self.ways) else "", classes)


_FACETS: Final = {BR.region: "region", BR.theme: "theme"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer of the page query `query` as a table: a row for each `key`, a column for the variables of each tuple.

    `takes` are ways of what points to the entity that the table tells of, `tells` such properties of the entity; `most`
    is how many rows are shown, `link` a named query that has all of them and which of its parameters is the entity;
    `incomplete` is a property of the entity by which not all rows are known. Where the rows are things that the search
    finds by the entity, `of` is their class; where each row counts such things, its key is a value of the `facet`.
    """

    name: str
    query: str
    key: str
    columns: tuple[tuple[str, ...], ...]
    takes: tuple[tuple[URIRef | None, URIRef], ...] = ()
    tells: tuple[URIRef, ...] = ()
    expected: bool = False
    link: tuple[str, str] = ("", "")
    most: int = 100
    incomplete: URIRef | None = None
    of: URIRef | None = None
    facet: str = ""


Section = Listed | Asked


@dataclass(frozen=True, slots=True)
class Mapped:
    """A map of municipalities: the page query that says where each is, and the section that has them as a list.

    Without a section the map has one of its own: the entity is one of them, and the others are around it. Points are
    larger the more people live there where the map `is_sized`.
    """

    query: str
    section: str = ""
    is_sized: bool = True


Clause = tuple[str, tuple[tuple[str, URIRef | str], ...]]
"""Words under `about.<key>`, and what is in their places: a property of the entity, or a section that is counted."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a page tells. Of each of the `clauses` the first is said whose places can all be filled.

    `expected` are properties that a reader looks for: where one is not stated, the page says so. `takes` are ways of
    what points to the entity that its timeline or its text tells of. `map` is where it is.
    """

    clauses: tuple[tuple[Clause, ...], ...] = ()
    expected: tuple[URIRef, ...] = ()
    sections: tuple[Section, ...] = ()
    map: Mapped | None = None
    timeline: bool = False
    takes: tuple[tuple[URIRef | None, URIRef], ...] = ()


# The statements of a page are in these groups; what is in none is in the first.
GROUPS: Final[Mapping[str, frozenset[URIRef]]] = {
    "said": frozenset(),
    "names": frozenset({SKOS.altLabel, SKOS.notation, DCTERMS.identifier, FOAF.page, DCTERMS.language}),
    "elsewhere": frozenset(
        {SKOS.exactMatch, SKOS.closeMatch, SKOS.relatedMatch, OWL.sameAs, RDFS.seeAlso, WGS84.lat, WGS84.long}
    ),
    "record": frozenset(
        {RDF.type, RDFS.isDefinedBy, SKOS.editorialNote, SKOS.note, BR.heading, BR.storedText, BR.sha256}
    ),
}


def _clause(key: str, **places: URIRef | str) -> Clause:
    return key, tuple(places.items())


def _of_region(key: str) -> tuple[Clause, ...]:
    """Return what a statement is called by its region, with its place in the source's list where it has one."""
    return (
        _clause(f"{key}.ordered", order=BR.order, region=BR.region),
        _clause(f"{key}.of", region=BR.region),
    )


_SIMILAR: Final = Asked(
    "similar",
    "similar",
    "other",
    (("other",), ("region",), ("why",)),
    takes=((None, BR.similarTo),),
    tells=(BR.similarTo,),
)
_ABOUT: Final = Listed("about", ((None, BR.about),), beside=(BR.region,))
_OBSERVED: Final = Asked(
    "figures",
    "figures",
    "observation",
    (("measured", "interpretation"), ("value", "unit"), ("date",), ("note",)),
    takes=((BR.Observation, BR.of),),
)
_CHANGED: Final = tuple(
    (class_, predicate)
    for class_, predicates in (
        (BR.ChangeEvent, (BR.changedFrom, BR.changedTo)),
        (BR.MunicipalityNumber, (BR.successor, BR.laterSuccessor)),
        (BR.County, (BR.successor, BR.laterSuccessor)),
    )
    for predicate in predicates
)
_STATUS: Final = _clause("status", status=BR.status)


def _by_theme(name: str, class_: URIRef, kind: str) -> Listed:
    return Listed(name, ((class_, BR.theme),), beside=(BR.region,), kind=kind)


def _of_class(name: str, class_: URIRef, predicate: URIRef, kind: str, **more: tuple[URIRef, ...]) -> Listed:
    return Listed(name, ((class_, predicate),), kind=kind, **more)  # type: ignore[arg-type]


_REGION: Final = Layout(
    clauses=(
        (_clause("region.incomplete", count="participants", incomplete=BR.participantsIncomplete),
         _clause("region.of", count="participants")),
        (_clause("region.phases", phases=BR.inPhase),),
        (_clause("region.not", phases=BR.notInPhase),),
    ),
    sections=(
        Listed("goals", ((BR.Goal, BR.region),), nest=BR.contributesTo, expected=True, kind="goal",
               query=("goals-in-order", "region")),
        Listed("focus-areas", ((BR.FocusArea, BR.region), (BR.Question, BR.region)), beside=(BR.inPhase,),
               beneath=(BR.matches,), nest=BR.focusArea, kind="focus-area"),
        Listed("plans", ((BR.Plan, BR.region),), beneath=(BR.status,), kind="plan"),
        Listed("measures", ((BR.Measure, BR.region), (BR.MeasureGroup, BR.region)),
               beneath=(BR.minimum, BR.status, BR.inPlan), expected=True, kind="measure",
               query=("measures-and-status", "region")),
        Listed("results", ((BR.Result, BR.region),), beneath=(BR["count"], BR.municipalityCount), expected=True,
               kind="result", query=("results-of-region", "region")),
        Listed("advice", ((BR.Advice, BR.region),), beneath=(BR.reason,), expected=True, kind="advice",
               query=("advice-with-reasons", "region")),
        Listed("follow-ups", ((BR.FollowUp, BR.region),), beneath=(BR.partner, BR.carriesOut), expected=True,
               kind="follow-up", query=("follow-ups", "region")),
        Listed("conclusions", ((BR.Conclusion, BR.region),), kind="conclusion"),
        Listed("statements", ((BR.Statement, BR.region),), kind="statement"),
        Asked("participants", "participants", "municipality",
              (("municipality",), ("role",), ("then",), ("now",), ("population",), ("note",)),
              takes=((BR.Participation, BR.region), (BR.Municipality, BR.takesPartIn)), expected=True,
              link=("participants", "region"), incomplete=BR.participantsIncomplete, of=BR.Municipality),
        _OBSERVED,
        Asked("themes", "themes", "theme", (("theme",), ("count",)), link=("themes-of-region", "region"),
              facet="theme"),
        Asked("similar", "similar-of-region", "reading", (("own",), ("other",), ("region",), ("why",)),
              link=("similar-statements", "regions"), most=6),
    ),
    map=Mapped("participants", "participants"),
)  # fmt: skip

LAYOUTS: Final[Mapping[URIRef, Layout]] = {
    BR.Region: _REGION,
    BR.Municipality: Layout(
        clauses=(
            (_clause("municipality.regions", regions=BR.takesPartIn), _clause("municipality.none")),
        ),
        sections=(
            Listed("participations", ((BR.Participation, BR.municipality),),
                   query=("regions-of-municipality", "municipality")),
            Listed("adopted", ((BR.Plan, BR.adoptedBy),), beside=(BR.region,)),
            _OBSERVED,
        ),
        map=Mapped("neighbours"),
        timeline=True,
        takes=((BR.MunicipalityNumber, BR.numberOf),),
    ),
    BR.County: Layout(
        timeline=True, takes=_CHANGED, sections=(Listed("numbers", ((BR.MunicipalityNumber, BR.county),)),),
        map=Mapped("within", "numbers", is_sized=False),
    ),
    BR.MunicipalityNumber: Layout(
        clauses=((_clause("number.of", municipality=BR.numberOf, county=BR.county),),), timeline=True, takes=_CHANGED,
        expected=(BR.validFrom,),
    ),
    BR.ChangeEvent: Layout(
        clauses=((_clause("change", kind=BR.changeKind, date=BR.date, before=BR.changedFrom, after=BR.changedTo),),),
    ),
    BR.Goal: Layout(
        clauses=(
            (_clause("goal.aim", region=BR.region, count="contributing"), *_of_region("goal")),
            (_clause("goal.contributes", goal=BR.contributesTo),),
        ),
        sections=(
            Listed("contributing", ((BR.Goal, BR.contributesTo),)),
            Listed("taken-up", ((BR.Plan, BR.takesUp),)),
            Listed("matching", ((BR.FocusArea, BR.matches),)),
            _ABOUT, _SIMILAR,
        ),
    ),
    BR.Measure: Layout(
        clauses=(_of_region("measure"), (_STATUS,)),
        expected=(BR.status,),
        sections=(Listed("carried-out", ((BR.FollowUp, BR.carriesOut),)), _ABOUT, _SIMILAR),
    ),
    BR.MeasureGroup: Layout(
        clauses=(
            (_clause("measure-group.plan", minimum=BR.minimum, plan=BR.inPlan),
             _clause("measure-group.of", minimum=BR.minimum)),
            (_STATUS,),
        ),
        expected=(BR.minimum, BR.status),
        sections=(Listed("carried-out", ((BR.FollowUp, BR.carriesOut),)), _ABOUT, _SIMILAR),
    ),
    BR.Advice: Layout(clauses=(_of_region("advice"),), expected=(BR.reason,), sections=(_ABOUT, _SIMILAR)),
    BR.Result: Layout(clauses=(_of_region("result"),), sections=(_ABOUT, _SIMILAR)),
    BR.FollowUp: Layout(clauses=(_of_region("follow-up"),), sections=(_ABOUT, _SIMILAR)),
    BR.Conclusion: Layout(clauses=(_of_region("conclusion"),), sections=(_ABOUT, _SIMILAR)),
    BR.FocusArea: Layout(
        clauses=(_of_region("focus-area"),),
        sections=(Listed("questions", ((BR.Question, BR.focusArea),)), _ABOUT, _SIMILAR),
    ),
    BR.Question: Layout(clauses=((_clause("question", region=BR.region, area=BR.focusArea),),), sections=(_ABOUT,)),
    BR.Statement: Layout(clauses=(_of_region("statement"),), sections=(_ABOUT, _SIMILAR)),
    BR.Plan: Layout(
        clauses=(
            (_clause("plan.adopted", region=BR.region, count=BR.adoptedBy), _clause("plan.of", region=BR.region)),
            (_STATUS,),
        ),
        expected=(BR.status, BR.adoptedBy),
        sections=(
            Listed("measures", ((BR.Measure, BR.inPlan), (BR.MeasureGroup, BR.inPlan)), beneath=(BR.minimum, BR.status),
                   expected=True),
            _ABOUT,
        ),
    ),
    BR.Participation: Layout(
        clauses=((_clause("participation", municipality=BR.municipality, region=BR.region, role=BR.role),),),
        expected=(BR.role,),
    ),
    BR.Observation: Layout(
        clauses=((_clause("observation.unit", measured=BR.measured, of=BR.of, value=BR.value, unit=BR.unit),
                  _clause("observation.plain", measured=BR.measured, of=BR.of, value=BR.value)),),
        expected=(BR.date,),
    ),
    BR.Programme: Layout(
        clauses=((_clause("programme.phase", whole=DCTERMS.isPartOf, start=BR.startYear, end=BR.endYear),
                  _clause("programme.whole", start=BR.startYear, end=BR.endYear)),),
        sections=(
            Listed("phases", ((BR.Programme, DCTERMS.isPartOf),), beside=(BR.startYear, BR.endYear)),
            Listed("regions", ((BR.Region, BR.inPhase),), kind="region"),
            Listed("left", ((BR.Region, BR.notInPhase),)),
            Listed("focus-areas", ((BR.FocusArea, BR.inPhase),), beside=(BR.region,), kind="focus-area"),
            _OBSERVED, _ABOUT,
        ),
    ),
    BR.SourceDocument: Layout(
        clauses=((_clause("source", known=BR.knownBy),), (_clause("source-year", issued=DCTERMS.issued),)),
        takes=((BR.Quote, OA.hasSource),),
        sections=(
            Listed("excerpted", ((BR.Quote, PROV.hadPrimarySource),)),
            Listed("derived", ((None, PROV.wasDerivedFrom),), beside=(BR.region,)),
        ),
    ),
    BR.Quote: Layout(
        clauses=((_clause("quote", source=OA.hasSource),),),
        sections=(Listed("borne-out", ((None, BR.quote),)),),
    ),
    BR.Reading: Layout(clauses=((_clause("reading", subject=RDF.subject),),)),
    ORG.Organization: Layout(sections=(
        Listed("partner-in", ((None, BR.partner),), beside=(BR.region,)), Listed("owned", ((BR.Programme, BR.owner),)),
    )),
    DCTERMS.Location: Layout(sections=(Listed("covered", ((BR.Region, DCTERMS.spatial),)), _OBSERVED)),
    SKOS.ConceptScheme: Layout(
        clauses=((_clause("scheme", count="concepts"),),),
        sections=(Listed("concepts", ((SKOS.Concept, SKOS.inScheme),), nest=SKOS.broader),),
    ),
    SKOS.Concept: Layout(
        clauses=((_clause("concept", scheme=SKOS.inScheme),), (_clause("theme", count="regions-of-theme"),)),
        sections=(
            Listed("narrower", ((SKOS.Concept, SKOS.broader),)),
            _by_theme("goals", BR.Goal, "goal"),
            _by_theme("measures", BR.Measure, "measure"),
            _by_theme("results", BR.Result, "result"),
            _by_theme("advice", BR.Advice, "advice"),
            _by_theme("follow-ups", BR.FollowUp, "follow-up"),
            _by_theme("focus-areas", BR.FocusArea, "focus-area"),
            _by_theme("questions", BR.Question, "question"),
            _by_theme("conclusions", BR.Conclusion, "conclusion"),
            _by_theme("plans", BR.Plan, "plan"),
            _by_theme("statements", BR.Statement, "statement"),
            Asked("regions-of-theme", "regions-of-theme", "region", (("region",), ("count",)),
                  link=("regions-by-theme", "theme"), facet="region"),
        ),
    ),
}  # fmt: skip
"""The layout of each class; all others have an empty one."""


def layout(classes: Iterable[URIRef]) -> Layout:
    """Return the layout of the first of the classes that has one."""
    return next((LAYOUTS[item] for item in classes if item in LAYOUTS), Layout())
