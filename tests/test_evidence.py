"""Evidence: quotes stand where they say, nothing in a stored text is left out, nothing is misquoted unnoticed.

What is destroyed is a copy: of the real data, or of the made-up region in tests/data/evidence/.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, SKOS, XSD, Dataset, Graph, Literal, URIRef

import excerpt
from byregion import evidence
from byregion.assets import folder
from byregion.dataset import data_files, layout, named_graphs, ontology_files, read, read_graph
from byregion.errors import NotFound, SourceError
from byregion.iri import entity
from byregion.namespaces import BASE, BR, ID, OA

PROVEDAL = Path(__file__).parent / "data" / "evidence" / "provedal"
MIDT_TROMS = excerpt.data() / "midt-troms"
PAGE = entity("source", "midt-troms-page")


def whole(data: Path) -> Dataset:
    """The dataset of a folder, with the ontology: what `byregion check` looks at."""
    return read([*data_files(data), *ontology_files()])


def triples(dataset: Dataset) -> Graph:
    return sum((graph for _, graph in named_graphs(dataset)), Graph())


@pytest.fixture(scope="module")
def published() -> Dataset:
    """The real data, cut down as `excerpt` says; tests that change something take `data` or read it anew."""
    return whole(excerpt.data())


@pytest.fixture
def midt_troms(published: Dataset) -> Dataset:
    """A copy of Midt-Troms to change; of the rest of the data only the types, so that no reference from it helps."""
    dataset = Dataset(default_union=True)
    for name, graph in named_graphs(published):
        ours = name.startswith(f"{BASE}graphs/midt-troms/")
        into = dataset.graph(name if ours else URIRef(f"{BASE}graphs/rest/stated"))
        into += graph if ours else graph.triples((None, RDF.type, None))
    return dataset


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the real data."""
    return Path(shutil.copytree(excerpt.data(), tmp_path / "data"))


@pytest.fixture
def provedal(tmp_path: Path) -> Path:
    """The folder of a data folder with the made-up region alone, its quotes not filled in."""
    return Path(shutil.copytree(PROVEDAL, tmp_path / "data" / "provedal"))


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def messages(data: Path) -> str:
    return "\n".join(f"{found.where}: {found.message}" for found in evidence.check(whole(data), data))


# --- Sentences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Det er tillit. Planen er klar.", ["Det er tillit.", "Planen er klar."]),
        ("Hvem? Vi! Og så … Ingen.", ["Hvem?", "Vi!", "Og så …", "Ingen."]),
        ("fase 1. Det er likevel gjort", ["fase 1.", "Det er likevel gjort"]),
        ("vedtatt. 50 tiltak gjenstår", ["vedtatt.", "50 tiltak gjenstår"]),
        ("«Vi vil.» Så sa de", ["«Vi vil.»", "Så sa de"]),
        ("Folketall: 30.244 (1.jan 2015)", ["Folketall: 30.244 (1.jan 2015)"]),
        ("innen 1. januar og ca. 50 av dem, jf. Planen", ["innen 1. januar og ca. 50 av dem, jf. Planen"]),
        ("to er klare: For det første vekst", ["to er klare: For det første vekst"]),
        (" 1. Skap arenaer!\n  Det trengs.", ["Skap arenaer!", "Det trengs."]),
        (" • ei bru\n • ei bru til", ["ei bru", "ei bru til"]),
        ("Mål\n\nVi vil mye\r\nog mer", ["Mål", "Vi vil mye", "og mer"]),
        ("Skal\u00a0 en lykkes.\u00a0 Da gjelder det.", ["Skal\u00a0 en lykkes.", "Da gjelder det."]),
        (" \n • \n", []),
        ("a. Havbruk\nb) Mineral\nA. Hansen", ["Havbruk", "Mineral", "A.", "Hansen"]),
    ],
)
def test_a_sentence_ends_at_its_mark_or_with_its_line(text: str, expected: list[str]):
    assert [text[start:end] for start, end in evidence.sentences(text)] == expected


def test_the_source_text_has_the_sentences_and_list_items_that_a_reader_counts():
    text = (MIDT_TROMS / "source" / "midt-troms.txt").read_text(encoding="utf-8")
    found = [text[start:end] for start, end in evidence.sentences(text)]
    assert len(found) == 45
    assert "Noen av disse er allerede igangsatt." in found
    assert "Folketall i regionen: 30.244 (1.jan 2015)" in found
    assert "Skap felles, regionale arenaer!" in found


@given(st.text("ab ", min_size=1, max_size=300), st.data())
def test_the_context_of_a_passage_is_the_least_that_tells_it_from_every_other(text: str, data: st.DataObject):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    prefix, suffix = evidence.context(text, start, end)

    def places(before: str, after: str) -> int:
        return len(re.findall(f"(?={re.escape(before + text[start:end] + after)})", text))

    width = max(len(prefix), len(suffix), 32)
    assert (prefix, suffix) == (text[max(0, start - width) : start], text[end : end + width])
    assert places(prefix, suffix) == 1
    if width > 32:
        assert places(prefix[-(width - 32) :] if len(prefix) == width else prefix, suffix[: width - 32]) > 1


# --- Filling in -------------------------------------------------------------------------------------------------------


def test_fill_gives_every_quote_its_position_and_what_stands_around_it(provedal: Path):
    assert evidence.fill(provedal / "stated.ttl") == 9
    text = (provedal / "source" / "provedal.txt").read_bytes().decode()
    dataset = whole(provedal.parent)
    quotes = set(triples(dataset).subjects(RDF.type, BR.Quote))
    assert len(quotes) == 9
    for quote in quotes:
        [passage] = evidence.passages(dataset, URIRef(quote))
        assert text[passage.start : passage.end] == passage.text
        assert text[: passage.start].endswith(passage.prefix)
        assert text[passage.end :].startswith(passage.suffix)
        assert len(passage.prefix) == min(32, passage.start)
        assert len(passage.suffix) == min(32, len(text) - passage.end)
    assert messages(provedal.parent) == ""


def test_what_fill_adds_are_plain_strings_and_integers(provedal: Path):
    evidence.fill(provedal / "stated.ttl")
    graph = read_graph(provedal / "stated.ttl")
    for predicate, datatype in ((OA.exact, None), (OA.prefix, None), (OA.start, XSD.integer), (OA.end, XSD.integer)):
        values = list(graph.objects(None, predicate))
        assert len(values) == 9
        assert all(isinstance(value, Literal) and value.datatype == datatype for value in values)
        assert not any(value.language for value in values if isinstance(value, Literal))


def test_positions_are_code_points_not_bytes_and_not_utf_16(provedal: Path):
    evidence.fill(provedal / "stated.ttl")
    text = (provedal / "source" / "provedal.txt").read_bytes().decode()
    [passage] = evidence.passages(whole(provedal.parent), entity("quote", "provedal-reason-1"))
    of_32_bits = text.encode("utf-32-le")
    assert of_32_bits[4 * passage.start : 4 * passage.end].decode("utf-32-le") == "De kjenner elva."
    before = text[: passage.start]
    assert passage.start < len(before.encode("utf-16-le")) // 2 < len(before.encode())


def test_fill_is_idempotent(provedal: Path):
    evidence.fill(provedal / "stated.ttl")
    once = (provedal / "stated.ttl").read_bytes()
    assert evidence.fill(provedal / "stated.ttl") == 0
    assert (provedal / "stated.ttl").read_bytes() == once


def test_fill_mends_what_was_filled_in_wrongly(provedal: Path):
    path = provedal / "stated.ttl"
    evidence.fill(path)
    right = path.read_text(encoding="utf-8")
    [passage] = evidence.passages(whole(provedal.parent), entity("quote", "provedal-years"))
    rewrite(path, f"oa:start {passage.start} ", "oa:start 1 ")
    assert evidence.fill(path) == 1
    assert path.read_text(encoding="utf-8") == right


def test_a_prefix_or_suffix_by_hand_settles_which_of_several_places(provedal: Path):
    evidence.fill(provedal / "stated.ttl")
    text = (provedal / "source" / "provedal.txt").read_bytes().decode()
    assert [found.start() for found in re.finditer("ei bru", text)][1:2] == [
        evidence.passages(whole(provedal.parent), entity("quote", "provedal-item-1"))[0].start
    ]


def test_what_stands_around_grows_until_it_settles_the_place(provedal: Path):
    words = "en lang strekning uten noe som skiller den fra den andre strekningen, med et ord "
    text = f"Først {words}midt{words}slutt. Sist {words}midt{words}slutt."
    (provedal / "source" / "provedal.txt").write_text(text, encoding="utf-8", newline="\n")
    path = provedal / "stated.ttl"
    rewrite(path, digest((PROVEDAL / "source" / "provedal.txt").read_text(encoding="utf-8")), digest(text))
    graph = read_graph(path)
    for quote in set(graph.subjects(RDF.type, BR.Quote)) - {entity("quote", "provedal-title")}:
        graph.remove((quote, None, None))
    graph.set((entity("quote", "provedal-title#text"), OA.exact, Literal("midt")))
    graph.set((entity("quote", "provedal-title#text"), OA.prefix, Literal(f"Sist {words}")))
    graph.remove((entity("quote", "provedal-title#text"), OA.suffix, None))
    path.write_text(layout(graph), encoding="utf-8", newline="\n")
    evidence.fill(path)
    once = path.read_bytes()
    [passage] = evidence.passages(whole(provedal.parent), entity("quote", "provedal-title"))
    assert passage.start == text.rindex("midt")
    assert text.count(passage.prefix + passage.text + passage.suffix) == 1
    assert evidence.fill(path) == 0
    assert path.read_bytes() == once


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("De kjenner elva.", "De kjenner fjorden.", "provedal-reason-1> does not occur"),
        ("Skal\\u00A0 noen lykkes, må de bli hørt.\" .", "Skal noen lykkes, må de bli hørt.\" .", "other white space"),
        ('oa:exact "ei bru" ; oa:prefix "• " ; oa:suffix "\\n"', 'oa:exact "ei bru"', "provedal-item-1> is ambiguous"),
        ('"ei bru" ; oa:prefix "• "', '"ei bru" ; oa:prefix "o "', "0 of them between 'o '"),
        ('oa:exact "ei bru til"', 'oa:exact " "', "provedal-item-2> quotes nothing"),
        ('oa:exact "ei bru til"', 'oa:exact "ei bru til" , "ei bru"', "2 values of"),
        ("provedal-years a br:Quote ; oa:hasSource source:provedal", "provedal-years a br:Quote", "0 values of"),
        ("oa:hasSource source:provedal .\n<https://w3id.org/byregion/id/quote/provedal-aim#text>",
         "oa:hasSource source:other .\n<https://w3id.org/byregion/id/quote/provedal-aim#text>", "source/other>"),
    ],
)  # fmt: skip
def test_fill_fails_on_what_has_no_one_place_and_then_writes_nothing(provedal: Path, old: str, new: str, why: str):
    path = provedal / "stated.ttl"
    rewrite(path, old, new)
    before = path.read_bytes()
    with pytest.raises(SourceError) as raised:
        evidence.fill(path)
    assert why in str(raised.value)
    assert str(raised.value).startswith(str(path))
    assert path.read_bytes() == before


def test_fill_names_every_quote_that_fails_at_once(provedal: Path):
    rewrite(provedal / "stated.ttl", "De kjenner elva.", "De kjenner fjorden.")
    rewrite(provedal / "stated.ttl", "Spør de unge!", "Spør de gamle!")
    with pytest.raises(SourceError, match=r"(?s)provedal-advice> does not occur.*provedal-reason-1> does not occur"):
        evidence.fill(provedal / "stated.ttl")


def test_fill_does_not_quote_from_a_text_that_was_changed(provedal: Path):
    rewrite(provedal / "source" / "provedal.txt", "tre år", "fem år")
    before = (provedal / "stated.ttl").read_bytes()
    with pytest.raises(SourceError, match="restore the text"):
        evidence.fill(provedal / "stated.ttl")
    assert (provedal / "stated.ttl").read_bytes() == before


def test_windows_line_ends_in_a_stored_text_are_kept_and_counted(provedal: Path):
    text = (provedal / "source" / "provedal.txt").read_bytes().decode().replace("\n", "\r\n")
    (provedal / "source" / "provedal.txt").write_bytes(text.encode())
    stated = (provedal / "stated.ttl").read_text(encoding="utf-8")
    stated = re.sub(r'br:sha256 "\w+"', f'br:sha256 "{digest(text)}"', stated).replace(
        'oa:suffix "\\n', 'oa:suffix "\\r\\n'
    )
    (provedal / "stated.ttl").write_text(
        stated.replace('"\\r\\n\\n"', '"\\r\\n\\r\\n"'), encoding="utf-8", newline="\n"
    )
    evidence.fill(provedal / "stated.ttl")
    assert messages(provedal.parent) == ""
    [passage] = evidence.passages(whole(provedal.parent), entity("quote", "provedal-item-1"))
    assert text[passage.start : passage.end] == "ei bru"
    assert passage.suffix.startswith("\r\n")


# --- The real data ----------------------------------------------------------------------------------------------------


def test_the_evidence_of_the_published_data_holds():
    assert evidence.check(whole(folder("data")), folder("data")) == []


def test_every_character_of_the_source_is_some_entitys_evidence(published: Dataset):
    # Counted here without the code under test: characters, the quotes' positions, and what may be left out.
    text = (MIDT_TROMS / "source" / "midt-troms.txt").read_bytes().decode()
    graph = triples(published)
    covered = {
        at
        for quote in graph.objects(None, BR.quote)
        if (quote, OA.hasSource, PAGE) in graph
        for at in range(*(int(str(graph.value(URIRef(f"{quote}#position"), end))) for end in (OA.start, OA.end)))
    }
    rest = "".join("" if at in covered else character for at, character in enumerate(text))
    left = [line.strip() for line in rest.split("\n") if line.strip()]
    headings = ["Mål for Midt-Troms", "Resultater", "Dokumenter", "Fakta Midt-Troms"]
    marks = ["•"] * 4 + ["1.", "2.", "3."] + ["•"] * 6
    assert sorted(left) == sorted(headings + marks)
    assert {str(heading) for heading in graph.objects(PAGE, BR.heading)} == set(headings)


def test_the_source_is_the_text_that_was_given(published: Dataset):
    [stored] = evidence.stored_texts(published, excerpt.data())
    assert stored.source == PAGE
    assert digest(stored.text) == "845e6274deca2948123e049c07eadafc88e6312a0bb32b0ea9f882e179caec02"
    assert evidence.uncovered(published, stored) == []


def test_deleting_any_entity_makes_the_check_fail(midt_troms: Dataset):
    dataset = midt_troms
    assert evidence.check(dataset, excerpt.data()) == []
    stated, readings = (dataset.graph(URIRef(f"{BASE}graphs/midt-troms/{part}")) for part in ("stated", "readings"))
    entities = {URIRef(subject) for subject in (stated + readings).subjects(RDF.type) if "#" not in subject}
    assert {ID["region/midt-troms"], ID["quote/midt-troms-tittel"], ID["reading/midt-troms-landareal"]} < entities
    assert len(entities) > 100
    unnoticed = []
    for iri in sorted(entities):
        gone = [quad for quad in dataset.quads() if quad[0] == iri or quad[0].startswith(f"{iri}#")]
        for quad in gone:
            dataset.remove(quad)
        if not evidence.check(dataset, excerpt.data()):
            unnoticed.append(iri)
        dataset.addN((*triple, dataset.graph(name)) for *triple, name in gone)
    assert unnoticed == []
    assert evidence.check(dataset, excerpt.data()) == []


def test_filling_the_published_data_again_changes_no_byte(data: Path):
    path = data / "midt-troms" / "stated.ttl"
    before = path.read_bytes()
    assert evidence.fill(path) == 0
    assert path.read_bytes() == before


@pytest.mark.parametrize("part", ["stated", "readings", "translations"])
def test_the_files_are_in_the_one_layout(part: str):
    path = MIDT_TROMS / f"{part}.ttl"
    assert path.read_text(encoding="utf-8") == layout(read_graph(path))


def test_what_the_excerpt_of_the_application_says_has_the_application_as_primary_source(published: Dataset):
    [stored] = evidence.stored_texts(published, excerpt.data())
    begin = stored.text.index("Byregion Finnsnes har ikke deltatt")
    end = stored.text.index("Dokumenter")
    quotes = triples(published).subjects(OA.hasSource, PAGE)
    found = [passage for quote in quotes for passage in evidence.passages(published, URIRef(quote))]
    assert len(found) > 50
    for passage in found:
        of_the_application = begin <= passage.start and passage.end <= end
        assert passage.primary_source == (entity("source", "midt-troms-application") if of_the_application else None)


def test_every_text_of_the_source_is_translated_and_marked_as_our_translation():
    stated, translations = (read_graph(MIDT_TROMS / f"{part}.ttl") for part in ("stated", "translations"))
    for predicate in (SKOS.prefLabel, BR.reason):
        texts = list(stated.subject_objects(predicate))
        assert texts
        for subject, text in texts:
            assert isinstance(text, Literal) and text.language == "nb", text
            ours = [value for value in translations.objects(subject, predicate) if isinstance(value, Literal)]
            assert sorted(str(value.language) for value in ours) == ["en", "nn"], subject
            assert {str(value) for value in translations.objects(subject, BR.translatedInto)} == {"nn", "en"}
        assert {subject for subject, _ in texts} == set(translations.subjects(predicate))


def test_numbers_are_read_with_the_thousands_point_and_the_date_is_of_the_population_only(published: Dataset):
    population, area = (entity("observation", f"midt-troms-{name}") for name in ("population", "area"))
    graph = triples(published)
    assert graph.value(population, BR.value) == Literal(30244)
    assert graph.value(area, BR.value) == Literal(8206)
    assert graph.value(population, BR.date) == Literal("2015-01-01", datatype=XSD.date)
    assert graph.value(area, BR.date) is None


# --- Passages and what is left ----------------------------------------------------------------------------------------


def test_passages_are_the_quotes_behind_an_entity_in_the_order_of_the_text(published: Dataset):
    found = evidence.passages(published, entity("measure-group", "midt-troms-naeringsplan"))
    assert [passage.text for passage in found] == [
        "50 regionale tiltak er vedtatt",
        "flere allerede igangsatt",
        "der vel 50 regionale tiltak er vedtatt.",
        "Noen av disse er allerede igangsatt.",
    ]
    assert {passage.source for passage in found} == {PAGE}


def test_the_passages_behind_a_reading_are_those_of_what_it_is_of(published: Dataset):
    found = evidence.passages(published, entity("reading", "midt-troms-landareal"))
    assert [passage.text for passage in found] == ["Areal i regionen: 8.206 km²"]


def test_the_passage_behind_a_quote_is_the_quote_itself(published: Dataset):
    [passage] = evidence.passages(published, entity("quote", "midt-troms-tittel"))
    assert (passage.start, passage.end, passage.text, passage.prefix) == (0, 10, "Midt-Troms", "")


def test_there_are_no_passages_behind_what_is_not_there(published: Dataset):
    with pytest.raises(NotFound, match="midt-trums"):
        evidence.passages(published, entity("region", "midt-trums"))


def test_what_is_left_uncovered_has_its_line_and_column(provedal: Path):
    rewrite(provedal / "stated.ttl", " ; br:quote quote:provedal-years .", " .")
    evidence.fill(provedal / "stated.ttl")
    dataset = whole(provedal.parent)
    [stored] = evidence.stored_texts(dataset, provedal.parent)
    (gap,) = evidence.uncovered(dataset, stored)
    assert gap[:3] == (3, 28, "Brua skal stå i tre år.")
    assert stored.text.startswith(gap.text, gap.start)
    assert "provedal.txt:3:28: this is no entity's evidence: 'Brua skal stå i tre år.'" in messages(provedal.parent)


# --- What the check finds ---------------------------------------------------------------------------------------------


def edit_quote(name: str, predicate: URIRef, value: object, part: str = "text") -> Callable[[Dataset], None]:
    def edit(dataset: Dataset) -> None:
        graph = dataset.graph(URIRef(f"{BASE}graphs/midt-troms/stated"))
        graph.set((entity("quote", f"midt-troms-{name}#{part}"), predicate, Literal(value)))

    return edit


def span(first: str, last: str) -> Callable[[Dataset], None]:
    """An edit that makes the quote `first` go on to the end of the quote `last`, filled in rightly."""

    def edit(dataset: Dataset) -> None:
        text = (MIDT_TROMS / "source" / "midt-troms.txt").read_bytes().decode()
        [begin], [end] = (evidence.passages(dataset, entity("quote", f"midt-troms-{name}")) for name in (first, last))
        edit_quote(first, OA.exact, text[begin.start : end.end])(dataset)
        edit_quote(first, OA.suffix, end.suffix)(dataset)
        edit_quote(first, OA.end, end.end, "position")(dataset)

    return edit


def add(graph: str, subject: URIRef, predicate: URIRef, value: URIRef | Literal) -> Callable[[Dataset], None]:
    def edit(dataset: Dataset) -> None:
        dataset.graph(URIRef(f"{BASE}graphs/{graph}")).add((subject, predicate, value))

    return edit


def drop(subject: URIRef, predicate: URIRef, value: URIRef | None = None) -> Callable[[Dataset], None]:
    def edit(dataset: Dataset) -> None:
        dataset.remove((subject, predicate, value))

    return edit


REGION, PLAN = entity("region", "midt-troms"), entity("plan", "midt-troms-naeringsplan")
ADVICE = entity("advice", "midt-troms-1")
LANDAREAL = entity("reading", "midt-troms-landareal")


@pytest.mark.parametrize(
    ("edit", "where", "why"),
    [
        (edit_quote("plan", OA.exact, "en regional plan"), "midt-troms-plan", "not these words"),
        (edit_quote("plan", OA.start, 7, "position"), "midt-troms-plan", "not these words"),
        (edit_quote("plan", OA.end, 99999, "position"), "midt-troms-plan", "not these words"),
        (edit_quote("plan", OA.start, -1, "position"), "midt-troms-plan", "must be an integer from 0"),
        (edit_quote("plan", OA.start, "sju", "position"), "midt-troms-plan", "must be an integer from 0"),
        (edit_quote("plan", OA.prefix, "noe annet "), "midt-troms-plan", "oa:prefix or oa:suffix"),
        (edit_quote("plan", OA.suffix, "noe annet"), "midt-troms-plan", "oa:prefix or oa:suffix"),
        (span("vel-50-tiltak", "noen-igangsatt"), "midt-troms-vel-50-tiltak", "at most one sentence"),
        (span("rad-2-grunn-1", "rad-2-grunn-2"), "midt-troms-rad-2-grunn-1", "at most one sentence"),
        (span("mal-1", "mal-2"), "midt-troms-mal-1", "at most one sentence or list item"),
        (drop(entity("quote", "midt-troms-plan#text"), OA.prefix), "midt-troms-plan", "0 values of"),
        (drop(entity("quote", "midt-troms-plan"), OA.hasSelector), "midt-troms-plan", "fill in the quotes"),
        (drop(PAGE, BR.storedText), "midt-troms-plan", "no readable br:storedText"),
        (drop(PAGE, BR.sha256), "midt-troms-page", "state that of"),
        (drop(REGION, BR.quote, entity("quote", "midt-troms-tittel")), "midt-troms-tittel", "no entity has this quote"),
        (drop(REGION, BR.quote, entity("quote", "midt-troms-tittel")), "midt-troms.txt:1:1", "'Midt-Troms'"),
        (add("midt-troms/stated", PAGE, BR.heading, Literal("Midt")), "midt-troms.txt", "'Midt' is no line of"),
        (add("midt-troms/stated", PLAN, BR.region, entity("region", "x")), str(PLAN), "region/x>, which is not there"),
        (add("midt-troms/translations", entity("goal", "x"), SKOS.prefLabel, Literal("X")), "goal/x", "state its type"),
        (add("midt-troms/readings", REGION, SKOS.altLabel, Literal("Finnsnes", "nb")), str(REGION), "no br:Reading"),
        (add("midt-troms/readings", LANDAREAL, RDF.object, entity("concept", "area")), str(LANDAREAL), "is not in <"),
        (add("midt-troms/readings", LANDAREAL, RDF.subject, PLAN), str(LANDAREAL), "one rdf:subject"),
        (drop(LANDAREAL, SKOS.editorialNote), str(LANDAREAL), "says why"),
        (drop(LANDAREAL, RDF.object), str(LANDAREAL), "an rdf:object or more"),
        (add("midt-troms/stated", ADVICE, BR.reason, Literal("Fordi.", "nb")), str(ADVICE), "'Fordi.'"),
    ],
)  # fmt: skip
def test_the_check_finds(midt_troms: Dataset, edit: Callable[[Dataset], None], where: str, why: str):
    edit(midt_troms)
    found = evidence.check(midt_troms, excerpt.data())
    assert any(where in finding.where and why in finding.message for finding in found), found
    assert {(finding.check, finding.severity) for finding in found} == {("evidence", "error")}


def test_a_changed_byte_of_a_stored_text_is_found(data: Path):
    rewrite(data / "midt-troms" / "source" / "midt-troms.txt", "samahandling", "samhandling")
    assert "midt-troms-page: " in messages(data)
    assert "restore the text that was quoted from" in messages(data)


def test_a_stored_text_that_is_not_there_is_found(data: Path):
    (data / "midt-troms" / "source" / "midt-troms.txt").unlink()
    assert "the stored text of <https://w3id.org/byregion/id/source/midt-troms-page> cannot be read" in messages(data)


def test_a_stored_text_that_is_not_utf_8_is_found_with_its_line(data: Path):
    (data / "midt-troms" / "source" / "midt-troms.txt").write_bytes("Midt-Troms\n\nMål".encode("latin-1"))
    assert "midt-troms.txt:3: this is not UTF-8" in messages(data)


def test_a_stored_text_with_a_byte_order_mark_is_found(data: Path):
    path = data / "midt-troms" / "source" / "midt-troms.txt"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig", newline="\n")
    assert "midt-troms.txt:1: the text begins with a byte order mark" in messages(data)


@pytest.mark.parametrize("name", ["../stated.ttl", "../../midt-troms-plan/stated.ttl", "/etc/hostname", "link.txt"])
def test_a_stored_text_outside_the_source_folder_is_an_error(data: Path, name: str):
    (data / "midt-troms" / "source" / "link.txt").symlink_to(data / "midt-troms" / "stated.ttl")
    rewrite(data / "midt-troms" / "stated.ttl", 'br:storedText "midt-troms.txt"', f'br:storedText "{name}"')
    assert "must name a file in the dataset's folder source/" in messages(data)
    with pytest.raises(SourceError, match="folder source/"):
        evidence.stored_texts(whole(data), data)
    with pytest.raises(SourceError, match="folder source/"):
        evidence.fill(data / "midt-troms" / "stated.ttl")
