"""The words of the pages: the same in three languages, all in the files, numbers and dates as each writes them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest
from rdflib import RDF, XSD, Literal, URIRef

import byregion.web
import excerpt
from byregion import queries
from byregion.assets import folder
from byregion.config import Settings
from byregion.dataset import data_files, ontology_files, read_graph
from byregion.namespaces import BASE, BR, KINDS
from byregion.queries import GROUPS
from byregion.terms import KINDS as KINDS_OF_VALUE
from byregion.terms import shorten
from byregion.web import formats, language, problem, service
from byregion.web.asked import RESERVED
from second_region import FILES as SECOND_REGION

WEB = Path(byregion.web.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
MODULES = sorted(WEB.glob("*.py"))
WORDS = language.read()
QUERIES = queries.read_all(folder("queries"))


def test_every_language_has_the_same_keys():
    keys = {tag: set(words.strings) for tag, words in WORDS.items()}
    assert keys["nb"] == keys["nn"] == keys["en"]
    assert set(keys) == {"nb", "nn", "en"}


@pytest.mark.parametrize("key", sorted(WORDS["nb"].strings))
def test_every_language_fills_in_the_same_values(key: str):
    parsed = [Formatter().parse(words.strings[key]) for words in WORDS.values()]
    filled = [{name for _, name, _, _ in parts if name is not None} for parts in parsed]
    assert filled[0] == filled[1] == filled[2]
    assert all(words.strings[key].strip() for words in WORDS.values())


def without_jinja(text: str) -> str:
    return re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_words_of_its_own(path: Path):
    text = without_jinja(path.read_text(encoding="utf-8"))
    assert not re.search(r"\w", re.sub(r"<[^>]*>", "", text).replace("#", "")), path
    shown = re.findall(r'\b(?:aria-label|title|alt|placeholder|label|value)="([^"]*)"', text)
    assert not [words for words in shown if re.search(r"\w", words.replace("html", ""))]


def test_every_key_that_a_template_or_module_names_is_there_and_every_key_is_named():
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*TEMPLATES, *MODULES])
    named = set(re.findall(r"""\bwords(?:\(\))?(?:\.markup)?\(\s*["']([\w.]+)["'](?! ~)""", text))
    named |= {f"ontology.{name}" for name in ("classes", "properties", *re.findall(r'"(\w+)": (?:RDFS|OWL)\.', text))}
    named |= {f"ontology.{name}" for name in re.findall(r'Fact\("(\w+)"', text)}
    named |= (
        set(re.findall(r'"(entity\.why\w*)"', text)) | set(re.findall(r'self\(\s*"([\w.]+)"', text)) | {"nav.own_name"}
    )
    strings = WORDS["nb"].strings
    # What is said of one and of several has one key in two forms.
    forms = {key.removesuffix(".one") for key in strings if key.endswith(".one")}
    keys = {stem if (stem := key.rpartition(".")[0]) in forms else key for key in strings}
    assert named <= keys
    # A key may be chosen before it is asked for, and its end may come from the data.
    named |= set(re.findall(r"""["'](\w+(?:\.\w+)+)["']""", text))
    grown = (
        *re.findall(r"""["'](\w[\w.]*\.)["'] ?~""", text),
        *re.findall(r"""f["'](\w[\w.]*\.)\{""", text),
        "kinds.",
        "problems.",
        "terms.",
        "tongues.",
        "parameters.",
        "formats.",
        "marks.",
        "dates.",
        "kinds_of_value.",
        "facts.",
        "dataset.counts.",
        "dataset.parts.",
        "catalogue.profiles.",
        "reconcile.",
        "about.",
        "sections.",
        "columns.",
        "entity.groups.",
        "editor.kinds.",
        "editor.bounds.",
        "queries.groups.",
        "accessibility.by.",
        "accessibility.lacks.",
    )
    assert {key for key in keys - named if not key.startswith(grown)} == set()


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_what_a_page_names_by_its_kind_has_words(words: language.Words):
    kinds_of_problem = [kind.name for kind in (*problem.KINDS.values(), problem.INTERNAL)]
    wanted = [f"kinds.{kind}" for kind in KINDS]
    wanted += [f"problems.{name}.{part}" for name in kinds_of_problem for part in ("title", "what")]
    wanted += [f"kinds_of_value.{kind}" for kind in KINDS_OF_VALUE]
    wanted += [f"formats.{offer.names[0]}" for offer in formats.named((*formats.GRAPHS, *formats.SOLUTIONS))]
    wanted += [f"parameters.{item.name}" for query in QUERIES for item in query.parameters]
    wanted += [f"queries.groups.{name}" for name in GROUPS]
    wanted += [f"editor.bounds.{limit.name}" for limit in service.limits(Settings(service="https://example.org/"))]
    wanted += [f"marks.{mark}" for mark in ("reading", "inferred", "inverse")]
    assert len(wanted) > 60
    assert [key for key in wanted if key not in words.strings] == []


def test_no_query_calls_a_parameter_what_addresses_say_already():
    assert {item.name for query in QUERIES for item in query.parameters}.isdisjoint(RESERVED)


def test_every_foreign_term_of_the_data_has_words():
    files = [*data_files(excerpt.data()), *SECOND_REGION, *ontology_files()]
    used: set[URIRef] = set()
    for item in files:
        if item.graph == URIRef(BASE + "graphs/ontology/byregion") or item.graph.endswith("/alignment"):
            continue
        for _, predicate, value in read_graph(item.path):
            used |= {term for term in (predicate, value if predicate == RDF.type else None) if isinstance(term, URIRef)}
    foreign = {shorten(term) for term in used if not term.startswith(str(BR))}
    assert len(foreign) > 20
    assert sorted(term for term in foreign if f"terms.{term}" not in WORDS["nb"].strings) == []


@pytest.mark.parametrize(
    ("number", "norwegian", "english"),
    [
        (0, "0", "0"),
        (8206, "8206", "8,206"),
        (30244, "30\u00a0244", "30,244"),
        (87000000, "87\u00a0000\u00a0000", "87,000,000"),
        (Decimal("69.3813"), "69,3813", "69.3813"),
        (Decimal("-12345.50"), "\u221212\u00a0345,50", "\u221212,345.50"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(number: int | Decimal, norwegian: str, english: str):
    assert WORDS["nb"].number(number) == WORDS["nn"].number(number) == norwegian
    assert WORDS["en"].number(number) == english


def test_dates_are_written_as_the_language_writes_them():
    day = date(2015, 1, 1)
    assert [words.date(day) for words in WORDS.values()] == ["1. januar 2015", "1. januar 2015", "1 January 2015"]


@pytest.mark.parametrize(
    ("literal", "shown"),
    [
        (Literal("0301"), "0301"),
        (Literal("2015", datatype=XSD.gYear), "2015"),
        (Literal("2020-01-01", datatype=XSD.date), "1. januar 2020"),
        (Literal("99999", datatype=XSD.integer), "99\u00a0999"),
        (Literal("true", datatype=XSD.boolean), "ja"),
        (Literal("no number", datatype=XSD.integer), "no number"),
        (Literal("-0044-03-15", datatype=XSD.date), "-0044-03-15"),
    ],
)
def test_a_literal_is_written_as_its_type_says_and_otherwise_as_it_is(literal: Literal, shown: str):
    assert WORDS["nb"].value(literal) == shown


def test_words_for_one_and_for_many_differ():
    nb = WORDS["nb"]
    assert [nb("answer.rows", count=count, number=count) for count in (0, 1, 2)] == ["0 rader.", "1 rad.", "2 rader."]


def test_what_is_filled_into_markup_is_escaped():
    assert WORDS["en"].markup("foot.registered", base="<b>") == (
        "Addresses begin with &lt;b&gt;. That base is not registered yet; until it is, only this server answers."
    )


def test_words_are_sorted_as_norwegian_sorts_them():
    names = ["Ålesund", "øst", "Ærlig", "zebra", "Oslo", "åtte"]
    assert sorted(names, key=language.collation) == ["Oslo", "zebra", "Ærlig", "øst", "Ålesund", "åtte"]


def test_words_that_differ_in_case_alone_have_one_order():
    assert sorted(["a", "A"], key=language.collation) == sorted(["A", "a"], key=language.collation) == ["A", "a"]
