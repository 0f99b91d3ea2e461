"""Proposals are kept until somebody decides: accepted links are published, rejected ones never proposed again."""

from __future__ import annotations

import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from rdflib import DCTERMS, PROV, RDF, SKOS, VOID, Literal, URIRef

from byregion import catalogue, links
from byregion.assets import folder
from byregion.dataset import data_files, layout, read, read_graph
from byregion.errors import DataError, NotFound
from byregion.links import ACCEPTED, REJECTED, Proposal, Remark, Review, proposing
from byregion.namespaces import ADMS, BASE, BR, CONCEPT, ID, empty_graph

GOAL, RESULT, ADVICE = (URIRef(ID + path) for path in ("goal/salten-2", "result/tokke-4", "advice/ranaregionen-1"))
PLACE, RECORD = URIRef(ID + "municipality/tromso-1902"), URIRef("https://sws.geonames.org/6453316/")
WHY = (("nb", "Begge gjelder nettverk."), ("nn", "Begge gjeld nettverk."), ("en", "Both are of networks."))


def proposal(one: URIRef = GOAL, other: URIRef = RESULT, predicate: URIRef = BR.similarTo) -> Proposal:
    return Proposal(one, predicate, other, Decimal("0.9"), proposing.SAME_WORDS, WHY)


NETWORKS, STRUCTURES = proposal(), proposal(ADVICE, GOAL)
OUTSIDE = Proposal(PLACE, SKOS.closeMatch, RECORD, Decimal("0.8"), proposing.TABLE, WHY)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of data in which three links are proposed and none is decided."""
    review = Review.read(tmp_path)
    review.propose([NETWORKS, STRUCTURES, OUTSIDE])
    review.write(tmp_path)
    return tmp_path


def proposed(data: Path) -> set[str]:
    return {str(item).rpartition("/")[2] for item in Review.read(data).proposed.subjects(RDF.type, BR.Reading)}


def decide(data: Path, decision: URIRef, *names: str, remark: Remark | None = None) -> Review:
    review = Review.read(data)
    review.decide(names, decision, remark)
    review.write(data)
    return Review.read(data)


# --- What is written --------------------------------------------------------------------------------------------------


def test_a_proposal_is_written_as_a_reading_in_the_layout_of_the_data(data: Path):
    path = data / "links" / "proposed.ttl"
    graph = read_graph(path)
    assert path.read_text(encoding="utf-8") == layout(graph)
    reading = URIRef(f"{ID}reading/{NETWORKS.id}")
    assert graph.value(reading, ADMS.status) == CONCEPT["proposed"]
    assert graph.value(reading, BR.score) == Literal(Decimal("0.9"))
    assert {note.language for note in graph.objects(reading, SKOS.editorialNote)} == {"nb", "nn", "en"}
    assert not list(graph.triples((GOAL, None, None))), "what is proposed is not said"


def test_the_same_proposals_in_any_order_give_the_same_bytes(data: Path, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    review = Review.read(other)
    review.propose([OUTSIDE, STRUCTURES, NETWORKS])
    review.write(other)
    name = Path("links", "proposed.ttl")
    assert (other / name).read_bytes() == (data / name).read_bytes()


def test_a_similar_link_has_one_direction_and_one_name_whichever_comes_first():
    assert proposing.similar(GOAL, RESULT) == proposing.similar(RESULT, GOAL) == NETWORKS.link
    assert NETWORKS.id == "similar-goal-salten-2-result-tokke-4"
    assert OUTSIDE.id == "close-municipality-tromso-1902-sws-geonames-org-6453316"


def test_two_links_of_one_name_are_refused(tmp_path: Path):
    two = [
        Proposal(PLACE, SKOS.closeMatch, URIRef(f"https://a.example/{x}"), Decimal(1), proposing.TABLE, WHY)
        for x in ["é", "e"]
    ]
    with pytest.raises(DataError, match="would both be called close-municipality-tromso-1902-a-example-e"):
        Review.read(tmp_path).propose(two)


def test_only_accepted_links_are_published(data: Path):
    decide(data, ACCEPTED, NETWORKS.id)
    decide(data, REJECTED, STRUCTURES.id)
    assert {path.name for path in (data / "links").iterdir()} == {"links.ttl", "proposed.ttl", "rejected.ttl"}
    assert [item.path.name for item in data_files(data)] == ["links.ttl"]


# --- Decisions --------------------------------------------------------------------------------------------------------


def test_an_accepted_link_is_stated_beside_the_reading_that_says_why_and_how(data: Path):
    remark = Remark("Begge bygger nettverk.", "nb")
    review = decide(data, ACCEPTED, NETWORKS.id, remark=remark)
    reading = URIRef(f"{ID}reading/{NETWORKS.id}")
    assert NETWORKS.link in review.accepted
    assert review.accepted.value(reading, BR.method) == proposing.SAME_WORDS
    assert review.accepted.value(reading, SKOS.note) == Literal("Begge bygger nettverk.", lang="nb")
    assert (reading, ADMS.status, None) not in review.accepted
    assert (reading, PROV.wasAttributedTo, None) not in review.accepted, "who decided is not kept unless it is given"
    assert proposed(data) == {STRUCTURES.id, OUTSIDE.id}


def test_who_decided_is_kept_where_it_is_given(data: Path):
    who = URIRef("https://orcid.org/0000-0002-1825-0097")
    review = decide(data, REJECTED, NETWORKS.id, remark=Remark(by=who))
    assert (URIRef(f"{ID}reading/{NETWORKS.id}"), PROV.wasAttributedTo, who) in review.rejected


@pytest.mark.parametrize("decision", [ACCEPTED, REJECTED], ids=["accepted", "rejected"])
def test_what_was_decided_is_never_proposed_again_in_either_direction(data: Path, decision: URIRef):
    review = decide(data, decision, NETWORKS.id)
    reverse = Proposal(RESULT, BR.similarTo, GOAL, Decimal("1"), proposing.SAME_WORDS, WHY)
    assert review.propose([NETWORKS, reverse, STRUCTURES]) == [STRUCTURES]


def test_a_decision_is_found_by_its_short_and_its_prefixed_name(data: Path):
    review = Review.read(data)
    assert review.decide([f"reading:{NETWORKS.id}", f"reading/{STRUCTURES.id}"], REJECTED) == [
        NETWORKS.id,
        STRUCTURES.id,
    ]


def test_a_name_that_is_not_proposed_decides_nothing_and_gets_the_nearest(data: Path):
    review = Review.read(data)
    with pytest.raises(NotFound, match=f"did you mean {NETWORKS.id}"):
        review.decide([STRUCTURES.id, "similar-goal-salten-2-result-tokke-44"], ACCEPTED)
    assert not review.accepted and len(list(review.proposed.subjects(RDF.type, BR.Reading))) == 3


def test_a_decision_that_was_made_before_is_said(data: Path):
    review = decide(data, REJECTED, NETWORKS.id)
    with pytest.raises(NotFound, match="was rejected before"):
        review.decide([NETWORKS.id], ACCEPTED)


def test_a_link_to_the_outside_is_accepted_only_with_its_source(data: Path):
    with pytest.raises(DataError, match="leads to the outside; say with --source"):
        decide(data, ACCEPTED, OUTSIDE.id)
    source = URIRef(ID + "source/geonames-2018")
    review = decide(data, ACCEPTED, OUTSIDE.id, remark=Remark(source=source))
    assert (URIRef(f"{ID}reading/{OUTSIDE.id}"), DCTERMS.source, source) in review.accepted


def test_a_decision_can_be_written_into_the_turtle(data: Path):
    path = data / "links" / "proposed.ttl"
    paragraphs = path.read_text(encoding="utf-8").split("\n\n")
    words = {NETWORKS.id: "accepted", STRUCTURES.id: "rejected"}
    for place, paragraph in enumerate(paragraphs):
        for name, word in words.items():
            if paragraph.startswith(f"reading:{name}\n"):
                paragraphs[place] = paragraph.replace("concept:proposed", f"concept:{word}")
    path.write_text("\n\n".join(paragraphs), encoding="utf-8")
    review = Review.read(data)
    assert review.settle() == {ACCEPTED: [NETWORKS.id], REJECTED: [STRUCTURES.id]}
    review.write(data)
    assert NETWORKS.link in Review.read(data).accepted
    assert proposed(data) == {OUTSIDE.id}


def test_a_status_that_is_no_decision_is_refused_with_what_would_do(data: Path):
    path = data / "links" / "proposed.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("concept:proposed", "concept:adopted"), encoding="utf-8")
    with pytest.raises(DataError, match="concept:adopted; write one of concept:proposed, concept:accepted"):
        Review.read(data).settle()


def test_nothing_is_written_where_nothing_changes(data: Path):
    assert Review.read(data).write(data) == []


# --- The published links ----------------------------------------------------------------------------------------------


def published() -> Path:
    return folder("data")


def test_no_published_link_was_rejected_and_none_is_undecided():
    review = Review.read(published())
    assert len(review.accepted) and len(review.rejected)
    accepted = {triple for triple in review.accepted if triple[1] == BR.similarTo}
    assert len(accepted) >= 40
    rejected = {
        links.reviewing.link_of(item, review.rejected) for item in review.rejected.subjects(RDF.type, BR.Reading)
    }
    assert rejected and not accepted & rejected


def test_every_published_link_says_how_it_was_found_and_why_it_was_accepted():
    graph = Review.read(published()).accepted
    readings = list(graph.subjects(RDF.type, BR.Reading))
    assert len(readings) == len(list(graph.triples((None, BR.similarTo, None))))
    for reading in readings:
        assert graph.value(reading, BR.method) == proposing.SAME_WORDS
        assert 0 < graph.value(reading, BR.score).toPython() <= 1
        assert {note.language for note in graph.objects(reading, SKOS.editorialNote)} == {"nb", "nn", "en"}
        assert graph.value(reading, SKOS.note), f"{reading} does not say why it was accepted"


def test_void_has_a_linkset_with_the_right_count_for_each_two_datasets_that_are_linked():
    files = [item for item in data_files(published()) if item.path.parent.name != "municipalities"]
    void = catalogue.void(read(files), empty_graph(), [], "http://127.0.0.1:8080/")
    homes = {
        statement: URIRef(f"{BASE}catalogue/{item.path.parent.name}")
        for item in files
        if item.path.name == "stated.ttl"
        for statement in read_graph(item.path).subjects(RDF.type)
    }
    counted = Counter((homes[one], homes[other]) for one, other in Review.read(published()).accepted[: BR.similarTo])
    found = {}
    for linkset in void.subjects(VOID.linkPredicate, BR.similarTo):
        assert (linkset, RDF.type, VOID.Linkset) in void
        assert (URIRef(f"{BASE}catalogue/links"), VOID.subset, linkset) in void
        ends = void.value(linkset, VOID.subjectsTarget), void.value(linkset, VOID.objectsTarget)
        found[ends] = void.value(linkset, VOID.triples).toPython()
    assert found == counted
    assert counted.total() >= 40


def test_a_folder_without_links_has_none(tmp_path: Path):
    review = Review.read(tmp_path)
    assert not (review.proposed or review.accepted or review.rejected)
    assert review.write(tmp_path) == []
    shutil.rmtree(tmp_path)
