"""What is exported imports to the same graph: for datasets that hypothesis makes up, and for the published ones."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import DCTERMS, FOAF, ORG, PROV, RDF, SKOS, XSD, Graph, Literal, URIRef

from byregion.cli import main
from byregion.config import LANGUAGES, PREFIX
from byregion.convert.workbook import reading
from byregion.convert.workbook.exporting import export, tables
from byregion.convert.workbook.graphs import Graphs, _judged, graphs
from byregion.convert.workbook.importing import errors
from byregion.convert.workbook.writing import Content, workbook
from byregion.dataset import in_order, layout, read_graph
from byregion.namespaces import BR, CONCEPT, ID, OA
from byregion.terms import shorten
from workbook_world import around, form, imported, judged, settled, surroundings

# What is easily lost on the way: formulas, escapes, leading zeros, separators, white space of all kinds.
HOSTILE = ["=1+1", "0301", "a; b", "_x0041_", "én linje\nog en til", "1.1.2015", "«råd»", "#notat", "ja", "a\u00a0b"]
LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffe\uffff")
TEXTS = st.one_of(
    st.sampled_from(HOSTILE), st.text(LETTERS, min_size=1, max_size=30).map(str.strip).filter(lambda text: bool(text))
)
SLUGS = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,4})?", fullmatch=True)
MUNICIPALITIES = sorted(around().subjects(RDF.type, BR.Municipality))
THEMES = [CONCEPT[name] for name in ("business", "trust", "seafood", "education")]


class Maker:
    """Makes a dataset, choice by choice."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.said = Graphs()
        self.sources = self.things("source", BR.SourceDocument, 1, 2, sourced=False)
        for source in self.sources:
            self.add(source, BR.knownBy, CONCEPT.mention)
            self.maybe(source, FOAF.page, URIRef("https://example.org/a;b"), URIRef("https://example.org/å"))
            self.maybe(source, DCTERMS.identifier, Literal("eier/lager@1 fil.csv"))
        self.regions = self.things("region", BR.Region, 1, 2)
        self.plans = self.in_region("plan", BR.Plan, 1)
        self.goals = self.in_region("goal", BR.Goal, 3)

    def add(self, subject: URIRef, predicate: URIRef, value: URIRef | Literal) -> None:
        self.said.stated.add((subject, predicate, value))

    def maybe(self, subject: URIRef, predicate: URIRef, *values: URIRef | Literal, most: int | None = None) -> None:
        """Add some of the values, or none."""
        for value in self.draw(st.lists(st.sampled_from(values), max_size=most, unique=True)) if values else ():
            self.add(subject, predicate, value)

    def things(self, kind: str, cls: URIRef, least: int, most: int, *, sourced: bool = True) -> list[URIRef]:
        made = [ID[f"{kind}/{slug}"] for slug in self.draw(st.lists(SLUGS, min_size=least, max_size=most, unique=True))]
        for thing in made:
            self.add(thing, RDF.type, cls)
            self.name(thing, SKOS.prefLabel)
            if sourced:
                self.add(thing, DCTERMS.source, self.draw(st.sampled_from(self.sources)))
                self.maybe(thing, DCTERMS.source, *self.sources)
            for language in LANGUAGES:
                if self.draw(st.booleans()):
                    self.add(thing, SKOS.editorialNote, Literal(self.draw(TEXTS), lang=language))
        return made

    def name(self, thing: URIRef, predicate: URIRef) -> None:
        """A text in Bokmål, with translations that are marked."""
        self.add(thing, predicate, Literal(self.draw(TEXTS), lang="nb"))
        for language in ("nn", "en"):
            if self.draw(st.booleans()):
                self.said.translations.add((thing, predicate, Literal(self.draw(TEXTS), lang=language)))
                self.said.translations.add((thing, BR.translatedInto, Literal(language)))

    def in_region(self, kind: str, cls: URIRef, most: int, *, is_region_stated: bool = True) -> list[URIRef]:
        made = self.things(kind, cls, 0, most)
        for thing in made:
            if is_region_stated:
                self.add(thing, BR.region, self.draw(st.sampled_from(self.regions)))
            if cls != BR.Plan:
                self.add(thing, BR.paraphrase, Literal(True))
                self.maybe(thing, BR.order, *map(Literal, (1, 2, 30)), most=1)
                self.maybe(thing, BR.about, *self.regions, *MUNICIPALITIES[:3])
            self.maybe(thing, BR.theme, *THEMES)
        return made


@st.composite
def datasets(draw: st.DrawFn) -> Graphs:
    """A dataset that the shapes allow, of everything that a workbook can say."""
    make = Maker(draw)
    for region in make.regions:
        make.maybe(region, BR.inPhase, ID["programme/byregion-1"], ID["programme/byregion-2"])
    for thing in make.things("participation", BR.Participation, 0, 2):
        make.add(thing, BR.region, draw(st.sampled_from(make.regions)))
        make.add(thing, BR.municipality, draw(st.sampled_from(MUNICIPALITIES)))
        make.add(thing, BR.role, draw(st.sampled_from([CONCEPT.applicant, CONCEPT.partner])))
        make.maybe(thing, BR.validFrom, Literal(date(2014, 6, 1)), Literal(date(1838, 1, 1)), most=1)
    for plan in make.plans:
        make.maybe(plan, BR.paraphrase, Literal(True))
        make.maybe(plan, BR.adoptedBy, *MUNICIPALITIES)
        make.maybe(plan, BR.takesUp, *make.goals)
    for goal in make.goals:
        make.maybe(goal, BR.contributesTo, *make.goals)
    for kind, cls in (("measure", BR.Measure), ("measure-group", BR.MeasureGroup)):
        for thing in make.in_region(kind, cls, 2, is_region_stated=not make.plans):
            if make.plans:
                make.add(thing, BR.inPlan, make.plans[0])
            make.maybe(thing, BR.status, CONCEPT.adopted, CONCEPT.started)
            if cls == BR.MeasureGroup:
                make.add(thing, BR.minimum, Literal(draw(st.integers(1, 50))))
    for advice in make.in_region("advice", BR.Advice, 2):
        make.name(advice, BR.reason)
    make.in_region("statement", BR.Statement, 1)
    _numbers(make)
    _quotes(make)
    return make.said


def _numbers(make: Maker) -> None:
    places = make.things("place", DCTERMS.Location, 0, 1)
    partners = make.things("organisation", ORG.Organization, 0, 2)
    for result in make.in_region("result", BR.Result, 1):
        make.maybe(result, BR.partner, *partners)
        make.maybe(result, BR["count"], Literal(2), most=1)
    for area in make.in_region("focus-area", BR.FocusArea, 1):
        make.add(area, BR.inPhase, ID["programme/byregion-2"])
        for question in make.in_region("question", BR.Question, 1, is_region_stated=False):
            make.add(question, BR.focusArea, area)
    for conclusion in make.in_region("conclusion", BR.Conclusion, 1):
        make.add(conclusion, PROV.wasDerivedFrom, make.sources[0])
    for number in make.things("observation", BR.Observation, 0, 2):
        make.add(number, BR.of, make.draw(st.sampled_from([*places, *MUNICIPALITIES, ID["programme/byregion"]])))
        make.add(number, BR.measured, CONCEPT.area)
        value = make.draw(st.one_of(st.integers(0, 10**18), st.decimals(0, 10**9, places=2, allow_nan=False)))
        datatype = XSD.decimal if isinstance(value, Decimal) else XSD.integer
        make.add(
            number, BR.value, Literal(format(value, "f") if datatype == XSD.decimal else str(value), datatype=datatype)
        )
        make.maybe(number, BR.unit, CONCEPT["square-kilometre"], most=1)
        make.maybe(number, BR.date, Literal(date(2015, 1, 1)), most=1)


def _quotes(make: Maker) -> None:
    """Words with what is around them, white space too."""
    stored = make.sources[0]
    around_it = st.text(st.one_of(LETTERS, st.sampled_from(" \n")), max_size=10)
    for slug in make.draw(st.lists(SLUGS, max_size=1)):
        quote = ID[f"quote/{slug}"]
        make.add(stored, BR.storedText, Literal("a.txt"))
        make.add(stored, BR.sha256, Literal("0" * 64))
        make.maybe(stored, BR.heading, Literal("Mål"), Literal("Råd; og mer"))
        make.add(quote, RDF.type, BR.Quote)
        make.add(quote, OA.hasSource, stored)
        words, place = URIRef(f"{quote}#text"), URIRef(f"{quote}#position")
        for part, cls in ((words, OA.TextQuoteSelector), (place, OA.TextPositionSelector)):
            make.add(quote, OA.hasSelector, part)
            make.add(part, RDF.type, cls)
        make.add(words, OA.exact, Literal(make.draw(TEXTS)))
        make.add(words, OA.prefix, Literal(make.draw(around_it)))
        make.add(words, OA.suffix, Literal(make.draw(around_it)))
        make.add(place, OA.start, Literal(0))
        make.add(place, OA.end, Literal(5))
        for region in make.regions[:1]:
            make.add(region, BR.quote, quote)


def as_parts(said: Graphs) -> dict[str, Graph]:
    return {"stated": in_order(said.stated), "translations": in_order(said.translations)}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(datasets(), st.sampled_from(LANGUAGES), st.sampled_from(LANGUAGES))
def test_every_dataset_comes_back_from_its_tables_in_whatever_language(said: Graphs, out: str, back: str):
    done = export(as_parts(said), form(out), surroundings(out))
    assert done.left_out == {}
    found = settled(tables(done.rows, form(out)), back)
    assert errors(found.problems) == []
    assert layout(found.graphs.stated) == layout(said.stated)
    assert layout(found.graphs.translations) == layout(said.translations)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(datasets(), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=5))
def test_what_is_judged_in_parts_is_judged_as_the_whole(said: Graphs, gone: list[tuple[int, int]]):
    """Even where values have been taken away, so that something is wrong."""
    entries = imported(tables(export(as_parts(said), form(), surroundings()).rows, form())).entries
    for row, column in gone:
        if entries and (terms := entries[row % len(entries)].terms):
            terms.pop(list(terms)[column % len(terms)], None)
    whole = {(item.shape, item.focus_node, item.value) for item in _judged(entries, judged)}
    parts = {(item.shape, item.focus_node, item.value) for item in _judged(entries, judged, 3)}
    own = {str(each.iri) for each in entries}
    assert parts == {item for item in whole if str(item[1]).partition("#")[0] in own}


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(datasets())
def test_every_dataset_comes_back_from_its_file(tmp_path_factory: pytest.TempPathFactory, said: Graphs):
    done = export(as_parts(said), form(), surroundings())
    path = tmp_path_factory.mktemp("round") / "trip.xlsx"
    path.write_bytes(workbook(form(), surroundings(), Content(rows=done.rows)))
    found = imported(reading.read(path))
    assert errors(found.problems) == []
    assert found.made == []
    assert layout(graphs(found.entries).stated) == layout(said.stated)
    assert layout(graphs(found.entries).translations) == layout(said.translations)


def command(*arguments: object, data: Path) -> str:
    done = CliRunner(env={f"{PREFIX}DATA": str(data)}).invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("dataset", ["midt-troms", "midt-troms-plan"])
def test_a_published_dataset_comes_back_to_the_same_bytes(dataset: str, data: Path, tmp_path: Path):
    """Even with what no workbook can say: it stays where it is, and is listed."""
    path = tmp_path / "ut.xlsx"
    told = command("export", "--xlsx", data / dataset, path, data=data)
    assert "not in it: readings.ttl" in told
    copy = tmp_path / "data" / dataset
    shutil.copytree(data / dataset, copy)
    command("import", path, "--out", copy, data=data)
    for file in (item for item in (data / dataset).rglob("*") if item.is_file()):
        assert (copy / file.relative_to(data / dataset)).read_bytes() == file.read_bytes(), file.name


def test_what_no_workbook_can_say_stands_on_a_sheet_of_its_own(data: Path, tmp_path: Path):
    path = tmp_path / "ut.xlsx"
    command("export", "--xlsx", data / "midt-troms", path, data=data)
    rows = {
        tuple(str(cell) for cell in row) for _, row in next(t for t in reading.read(path) if t.name == "Ikke med").rows
    }
    readings = read_graph(data / "midt-troms" / "readings.ttl")
    assert {row[1] for row in rows if row[0] == "readings.ttl"} == {
        shorten(str(subject)) for subject in readings.subjects()
    }
