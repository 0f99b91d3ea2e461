"""Search: a word finds its inflections in both norms, and everything else that it is to find, and nothing is refused.

The index is of everything that is published; what it counts is held to what SPARQL counts.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Literal

import byregion
from byregion import infer, results, search
from byregion.assets import folder
from byregion.dataset import data_files, ontology_files, read_graph
from byregion.engine.memory import MemoryEngine
from byregion.namespaces import BR, ID, VOCABULARIES
from byregion.search import Asked, Hit, Index, wording
from byregion.web.listing import CLASSES

LANGUAGES = ("nb", "nn", "en")
PACKAGE = Path(byregion.__file__ or "").parent
# Found at what they are about, and no results themselves.
NOT_FOUND = {"participation", "municipality-number", "quote", "reading", "scheme"}


@pytest.fixture(scope="module")
def engine() -> MemoryEngine:
    """Everything that is published."""
    return MemoryEngine.of((*ontology_files(), *data_files(folder("data"))), infer.UPDATES)


@pytest.fixture(scope="module")
def index(engine: MemoryEngine) -> Index:
    """The index of everything that is published."""
    return search.build(search.read(engine, folder("data")))


def hits(index: Index, text: str, most: int = 50, **chosen: tuple[str, ...]) -> list[Hit]:
    asked = Asked(search.terms(text), chosen)
    return search.hits(index, asked, search.find(index, asked), 0, most, LANGUAGES)


def found(index: Index, text: str, **chosen: tuple[str, ...]) -> list[str]:
    return [hit.iri.removeprefix(ID) for hit in hits(index, text, 2000, **chosen)]


def marked(hit: Hit) -> list[str]:
    return [piece.text for piece in hit.pieces if piece.marked]


# --- Words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forms",
    [
        "kommune kommuner kommunene kommunar kommunane kommunen",
        "rekruttering rekrutteringen rekrutteringa rekruttere rekrutterer",
        "medvirkning medverknad medverknaden medvirke",
        "ikke ikkje",
        "ungdom ungdommer ungdommar ungdommen",
        "arbeidsplass arbeidsplasser arbeidsplassar arbeidsplassene",
        "politisk politiske",
        "attraktiv attraktive attraktivt",
        "offentlig offentleg offentlige offentlege",
        "skole skule skoler skular",
        "forskning forsking forskningen",
        "Målselv målselv MÅLSELV",
        "Gáivuotna gaivuotna",
        "Tromsö Tromsø",
        "30.244 30244 30\u00a0244",
    ],
)
def test_forms_of_a_word_are_one_word(forms: str):
    folded = [word.folded for form in forms.split(" ") for word in wording.words(form)]
    assert len(folded) > 1
    assert len({wording.key(word) for word in folded}) == 1, {word: wording.key(word) for word in folded}


@pytest.mark.parametrize(
    ("one", "other"), [("mål", "mal"), ("år", "ar"), ("region", "regnskap"), ("næring", "nær"), ("råd", "rad")]
)
def test_other_words_are_other_words(one: str, other: str):
    assert wording.key(one) != wording.key(other)


def test_english_words_have_english_endings():
    assert wording.key("municipalities", "english") == wording.key("municipality", "english")
    assert wording.key("municipalities") != wording.key("municipality")


@pytest.mark.parametrize(
    ("compound", "parts"),
    [
        ("næringsplan", ("næring", "plan")),
        ("kommunestyremøter", ("kommunestyre", "møte")),
        ("regionråd", ("region", "råd")),
        ("samarbeid", ()),
        ("kommunene", ()),
    ],
)
def test_a_compound_is_its_two_parts_where_both_are_words(compound: str, parts: tuple[str, ...]):
    known = {wording.key(word) for word in ("næring", "plan", "kommunestyre", "møte", "region", "råd", "arbeid", "ene")}
    assert wording.parts(compound, known) == tuple(wording.key(part) for part in parts)


def parallel() -> Iterator[tuple[str, str]]:
    """Texts of ours in Nynorsk and Bokmål: the words of the pages, and what the ontology and the data say in both."""
    for path in PACKAGE.rglob("nb.toml"):
        one, other = (flat(tomllib.loads((path.parent / f"{tag}.toml").read_text("utf-8"))) for tag in ("nn", "nb"))
        yield from ((one[key], other[key]) for key in one.keys() & other.keys())
    told: dict[tuple[object, object], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for item in (*ontology_files(), *data_files(folder("data"))):
        for subject, predicate, value in read_graph(item.path):
            if isinstance(value, Literal) and value.language in ("nn", "nb"):
                told[subject, predicate][value.language].append(str(value))
    for texts in told.values():
        yield from ((one, other) for one in texts["nn"] for other in texts["nb"])


def flat(node: dict[str, object], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in node.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: str(value)}
    return found


def test_every_pair_of_variants_stands_in_texts_of_ours_in_both_norms_and_is_needed():
    texts = [({*wording.spelled(one)}, {*wording.spelled(other)}) for one, other in parallel()]
    assert len(texts) > 1000
    table = wording.variants()
    assert len(table) > 50
    for nynorsk, bokmal in table.items():
        # "utdanningstilbod" and "utdanningstilbud" are witnesses for "tilbod" and "tilbud" too.
        assert any(
            any(word.endswith(nynorsk) for word in one) and any(word.endswith(bokmal) for word in other)
            for one, other in texts
        ), (nynorsk, bokmal)
        assert wording._root(nynorsk, "norwegian") != wording._root(bokmal, "norwegian"), (nynorsk, bokmal)
        assert wording.key(nynorsk) == wording.key(bokmal)


# --- What is found ----------------------------------------------------------------------------------------------------


def test_a_journalist_finds_the_advice_on_young_people_and_reads_the_sentence(index: Index):
    (advice, *_) = hits(index, "råd om at unge skal medvirke")
    assert advice.iri.removeprefix(ID) == "advice/midt-troms-2"
    assert advice.passage is not None
    assert advice.passage.kind == "quote"
    assert "".join(piece.text for piece in advice.pieces) == advice.passage.text
    assert marked(advice) == ["unge", "medvirkning"]
    assert f"{ID}region/midt-troms" in advice.facets["region"]
    assert f"{ID}concept/youth-participation" in advice.facets["theme"]


@pytest.mark.parametrize(("one", "other"), [("medverknad", "medvirkning"), ("ikkje", "ikke"), ("kommunar", "kommuner")])
def test_nynorsk_finds_bokmal_and_back(index: Index, one: str, other: str):
    assert set(found(index, one)) == set(found(index, other)) != set()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("1931", "municipality/lenvik-1931"),
        ("Lenvik", "municipality/lenvik-1931"),
        ("malselv", "municipality/malselv-1924"),
        ("Romsa", "county/troms-19"),
        ("gaivuotna", "municipality/gaivuotna-kafjord-1940"),
        ("Midt-Troms", "region/midt-troms"),
        ("30 244", "observation/midt-troms-population"),
        ("youth participation", "concept/youth-participation"),
    ],
)
def test_names_old_names_and_numbers_find_whose_they_are(index: Index, text: str, first: str):
    assert found(index, text)[0] == first


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("Lenvik", "municipality/senja-5421"),  # which it became part of
        ("Lenvik", "region/midt-troms"),  # which it took part in
        ("lenvik kommune", "municipality/lenvik-1931"),
        ("5530", "municipality/senja-5421"),
        ("plan", "plan/midt-troms-naeringsplan"),  # by a part of a compound
        ("reell medvirkning", "source/midt-troms-page"),  # by a sentence of its text
        ("Byregion Finnsnes", "region/midt-troms"),  # by a hidden name
        ("attraktiv region", "advice/midt-troms-2"),  # by a sentence that it is quoted from
    ],
)
def test_things_are_found_by_what_belongs_to_them(index: Index, text: str, thing: str):
    assert thing in found(index, text)


def test_the_name_of_a_class_alone_finds_none_of_its_things(index: Index):
    assert "municipality/utsira-1151" not in found(index, "kommune")
    assert "municipality/utsira-1151" in found(index, "Utsira kommune")


def test_words_in_quotation_marks_and_around_a_hyphen_stand_together(index: Index):
    apart, together = set(found(index, "kommuner regional")), set(found(index, '"regional kommuner"'))
    assert together < apart
    assert "advice/midt-troms-2" in found(index, '"reell medvirkning"')
    assert found(index, "«medvirkning reell»") == []
    assert search.terms("Midt-Troms") == search.terms("«midt troms»")


def test_longer_words_are_found_only_where_nothing_has_the_word(index: Index):
    loose = search.find(index, Asked(search.terms("entreprenørs")))
    assert (loose.loose, loose.total > 0) == (True, True)
    assert not search.find(index, Asked(search.terms("kommune"))).loose


def test_every_class_is_found_but_those_that_are_found_at_something_else(index: Index):
    assert {str(class_) for kind, class_ in CLASSES.items() if kind not in NOT_FOUND} == set(index.facets["class"])


def test_what_is_shown_says_why_a_thing_was_found(index: Index):
    for text in ("rekruttering", "samarbeid", "plan", "recruitment", "1931", "Lenvik"):
        wanted = search.Wanted(index, search.terms(text))
        for hit in hits(index, text):
            names = [piece.marked for name in hit.names.values() for piece in wanted.pieces(name)]
            # A concept has hidden names, which no page shows.
            assert any(names) or marked(hit) or hit.iri.startswith(f"{ID}concept/"), hit


def test_a_long_passage_is_shown_around_the_words(index: Index):
    text = "Først kommer mye annet. " * 40 + "Til slutt kommer rekrutteringen, og så " + "mer og mer " * 40
    pieces = search.Wanted(index, search.terms("rekruttere")).around(text)
    shown = "".join(piece.text for piece in pieces)
    assert [piece.text for piece in pieces if piece.marked] == ["rekrutteringen"]
    assert len(shown) < 250
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert shown.strip("… ") in text


# --- Filters ----------------------------------------------------------------------------------------------------------


def counted(engine: MemoryEngine, pattern: str) -> dict[str, int]:
    """How many things SPARQL finds for each ?value of a pattern about ?thing, of the classes that are searched."""
    classes = " ".join(f"<{class_}>" for kind, class_ in CLASSES.items() if kind not in NOT_FOUND)
    prefixes = "\n".join(f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in VOCABULARIES.items())
    query = f"""{prefixes}
        SELECT ?value (COUNT(DISTINCT ?thing) AS ?count) WHERE {{
          VALUES ?class {{ {classes} }}
          GRAPH ?graph {{ ?thing a ?class }} FILTER (?graph != <https://w3id.org/byregion/graphs/inferred>)
          {pattern}
        }} GROUP BY ?value"""
    answer = results.read_solutions(engine.query(query, results.JSON).body)
    assert isinstance(answer, results.Solutions)
    rows = [{str(name): str(term) for name, term in row.items()} for row in answer.bindings]
    return {row["value"]: int(row["count"]) for row in rows}


def test_what_is_counted_is_what_sparql_counts(engine: MemoryEngine, index: Index):
    counts = search.find(index, Asked()).counts
    assert counts["class"] == counted(engine, "BIND (?class AS ?value)")
    scheme = "<https://w3id.org/byregion/id/scheme/themes>"
    assert counts["theme"] == counted(engine, f"?thing br:theme? ?value . ?value skos:inScheme {scheme} .")
    assert counts["region"] == counted(engine, "?thing (br:region|br:takesPartIn)? ?value . ?value a br:Region .")


@pytest.mark.parametrize("text", ["", "rekruttering", "samarbeid", "kommune"])
def test_as_many_are_found_as_a_filter_says(index: Index, text: str):
    terms = search.terms(text)
    all_of_them = search.find(index, Asked(terms))
    assert all_of_them.total
    for facet, counts in all_of_them.counts.items():
        for value, count in counts.items():
            chosen = search.find(index, Asked(terms, {facet: (value,)}))
            assert chosen.total == count
            # Another value of the same filter would be added to it, so it is still counted.
            assert chosen.counts[facet] == counts


def test_filters_of_different_kinds_hold_together_and_of_one_kind_apart(index: Index):
    goal, result = str(BR.Goal), str(BR.Result)
    midt_troms = f"{ID}region/midt-troms"
    either = found(index, "", **{"class": (goal, result)})
    assert {name.partition("/")[0] for name in either} == {"goal", "result"}
    both = found(index, "", **{"class": (goal, result), "region": (midt_troms,)})
    assert 0 < len(both) < len(either)
    assert set(both) < set(either)
    assert found(index, "", region=(f"{ID}region/none",)) == []


def test_without_words_everything_comes_by_name_with_aao_last(index: Index):
    municipalities = hits(index, "", 1000, **{"class": (str(BR.Municipality),)})
    names = [hit.names["nb"] for hit in municipalities]
    assert names.index("Ørsta") < names.index("Ås")
    assert names.index("Ytre Enebakk" if "Ytre Enebakk" in names else "Vågan") < names.index("Ørsta")


# --- Suggestions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("mid", "Midt-Troms"),
        ("LEN", "Lenvik"),
        ("malse", "Målselv"),
        ("193", "1931 Lenvik"),
        ("troms midt", "Midt-Troms"),
    ],
)
def test_names_are_suggested_while_one_writes(index: Index, written: str, first: str):
    suggested = search.starting(index, written, LANGUAGES, 8)
    assert suggested[0].text == first
    assert len({item.iri for item in suggested}) == len(suggested) <= 8


@pytest.mark.parametrize("written", ["", "   ", "!?", "qqqq"])
def test_nothing_is_suggested_for_nothing(index: Index, written: str):
    assert search.starting(index, written, LANGUAGES, 8) == []


@pytest.mark.parametrize(
    ("wrong", "right"), [("lenvk", "lenvik"), ("rekrutering", "rekruttering"), ("kompetnse", "kompetanse")]
)
def test_a_word_that_is_nearly_right_is_recognised(index: Index, wrong: str, right: str):
    (term,) = search.terms(wrong)
    assert search.near(index, term) == right


def test_no_word_is_near_one_that_is_like_none(index: Index):
    assert [search.near(index, term) for term in search.terms("xyzzyqwv ab")] == [None, None]


# --- Whatever is written ----------------------------------------------------------------------------------------------

HOSTILE = [
    '"',
    '""" AND "',
    "NEAR(a b, 2)",
    "names : x",
    "- names : x",
    "a OR b NOT c AND (d",
    "*",
    "^unge",
    "{names} : x",
    "x'; DROP TABLE thing; --",
    "\x00\x00",
    "\ud800",
    "%' OR 1=1",
    "«unge",
    "a" * 200,
    "ª º ² ½ ﷺ ﬀ",
    "👩‍👩‍👧 مرحبا \u202e abc",
]


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_no_text_is_a_command(index: Index, text: str):
    before = index.serialize()
    asked = Asked(search.terms(text))
    search.hits(index, asked, search.find(index, asked), 0, 20, LANGUAGES)
    search.starting(index, text, LANGUAGES, 8)
    for term in asked.terms:
        search.near(index, term)
    assert index.serialize() == before


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(st.characters() | st.sampled_from("\"*^:(){}-+'«»“”.,") | st.sampled_from("unge råd"), max_size=60))
def test_any_text_has_an_answer(index: Index, text: str):
    asked = Asked(search.terms(text))
    found = search.find(index, asked)
    for hit in search.hits(index, asked, found, 0, 3, LANGUAGES):
        assert "".join(piece.text for piece in hit.pieces).strip("… ") in (hit.passage.text if hit.passage else "")
    search.starting(index, text, LANGUAGES, 8)


# --- One revision, one index ------------------------------------------------------------------------------------------

_DIGEST = """
import hashlib
from byregion import infer, search
from byregion.assets import folder
from byregion.dataset import data_files, ontology_files
from byregion.engine.memory import MemoryEngine
engine = MemoryEngine.of((*ontology_files(), *data_files(folder("data"))), infer.UPDATES)
print(hashlib.sha256(search.build(search.read(engine, folder("data"))).serialize()).hexdigest())
"""


def test_the_same_revision_gives_the_same_index_in_every_process(index: Index):
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", _DIGEST], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert re.fullmatch("[0-9a-f]{64}", done.stdout.strip())
    assert done.stdout.strip() == hashlib.sha256(index.serialize()).hexdigest()


def test_the_order_in_which_things_are_read_does_not_matter(engine: MemoryEngine, index: Index):
    things = search.read(engine, folder("data"))
    assert search.build(things[::-1]).serialize() == index.serialize()
