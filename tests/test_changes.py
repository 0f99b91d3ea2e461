"""What a change of ontology or shapes is to those who use them: a case a file, a SPARQL update of one small tree.

A case is called `<impact>.<what changes>.ru`; its first lines say what is found changed, as a comment `# expect:`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from byregion.changes import IMPACTS, Change, between, worst
from byregion.dataset import parse
from byregion.release import Vocabulary
from byregion.terms import shorten

DATA = Path(__file__).parent / "data" / "release"
TREE = Vocabulary(DATA / "tree" / "ontology", DATA / "tree" / "shapes")
CASES = sorted((DATA / "changes").glob("*.ru"))


def named(term: URIRef) -> str:
    short = shorten(term)
    return short if short != str(term) else f"<{term}>"


def changed(case: Path) -> tuple[Change, ...]:
    new = TREE.graph()
    new.update(case.read_text(encoding="utf-8"))
    return between(TREE.graph(), new)


def test_there_are_cases_of_every_impact():
    assert {case.name.partition(".")[0] for case in CASES} == set(IMPACTS)
    assert len(CASES) > 50


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_change_has_its_impact(case: Path):
    expected = re.findall(r"^# expect: (.*)$", case.read_text(encoding="utf-8"), re.MULTILINE)
    assert expected
    found = changed(case)
    assert sorted(f"{change.kind} {named(change.term)}" for change in found) == sorted(expected)
    assert worst(change.impact for change in found) == case.name.partition(".")[0]


def test_nothing_changed_where_only_blank_nodes_and_the_order_of_triples_differ():
    def shuffled() -> Graph:
        graph = Graph(bind_namespaces="none")
        for triple in sorted(TREE.graph(), reverse=True):
            graph.add(triple)
        return graph

    assert between(TREE.graph(), shuffled()) == ()


def test_the_greatest_impact_is_told_first():
    new = TREE.graph()
    for name in ("patch.label-corrected", "major.retyped", "minor.deprecated"):
        new.update((DATA / "changes" / f"{name}.ru").read_text(encoding="utf-8"))
    assert [change.impact for change in between(TREE.graph(), new)] == ["major", "minor", "patch"]


def test_what_changed_is_told_in_the_words_of_turtle():
    told = {case: [change.what for change in changed(DATA / "changes" / f"{case}.ru")] for case in TOLD}
    assert told == TOLD


TOLD = {
    "major.class-narrowed": ["sh:class was br:Region, is br:Plan"],
    "major.min-count-raised": ["sh:minCount was 1, is 2"],
    "minor.chain-added": ["owl:propertyChainAxiom ( br:after br:plan ) added"],
    "minor.deprecated": ["use br:Statement"],
    "patch.label-corrected": ["rdfs:label (en)"],
}


def test_what_is_said_around_in_a_circle_of_blank_nodes_can_be_compared():
    head = "PREFIX br: <https://w3id.org/byregion/def#> PREFIX owl: <http://www.w3.org/2002/07/owl#> "
    one = parse(head + "br:a br:b _:x . _:x br:c _:y . _:y br:d _:x .")
    same = parse(head + "_:q br:d _:p . br:a br:b _:p . _:p br:c _:q .")
    other = parse(head + "br:a br:b _:x . _:x br:c _:y . _:y br:d _:y .")
    assert between(one, same) == ()
    assert [change.impact for change in between(one, other)] == ["major"]
