"""`byregion link` as a person meets it: what it proposes, what it says, and what becomes of a decision."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rdflib import DCTERMS, FOAF, RDF, SKOS, Literal, URIRef

from byregion import links
from byregion.assets import folder
from byregion.cli import main
from byregion.dataset import data_files, read, read_graph
from byregion.namespaces import BR, ID
from link_world import OF_THEIRS, THEIRS

REGIONS = ("midt-troms", "salten", "tokke", "narvikregionen")
PAGE = "https://their.example/dumps/nabo.ttl"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four regions and the programme, with nothing proposed or decided, and eight rows of the table of numbers."""
    for name in (*REGIONS, "programme"):
        shutil.copytree(folder("data") / name, tmp_path / name)
    return tmp_path


def link(data: Path, *words: str, status: int = 0) -> Result:
    given: dict[str, str | None] = {name: None for name in os.environ if name.startswith("BYREGION_")}
    done = CliRunner().invoke(main, ["link", *words], env=given | {"BYREGION_DATA": str(data)})
    assert done.exit_code == status, done.output
    return done


def rows(done: Result) -> list[list[str]]:
    """Score, id and reason of each line of a table."""
    header, *lines = done.stdout.splitlines()
    assert header.split() == ["score", "id", "why"]
    return [line.split(None, 2) for line in lines]


def test_links_are_proposed_by_score_with_the_reason_in_the_language_that_is_asked_for(data: Path):
    done = link(data, "--lang", "en")
    found = rows(done)
    assert [score for score, _, _ in found] == sorted((score for score, _, _ in found), reverse=True)
    why = {name: text for _, name, text in found}
    assert why["similar-goal-midt-troms-naeringsplan-measure-narvikregionen-1"].startswith("Both are of joint business")
    assert "links are proposed" in done.stderr and "proposed.ttl: written" in done.stderr
    assert (data / "links" / "proposed.ttl").is_file()


def test_a_second_run_gives_the_same_bytes_and_writes_nothing(data: Path):
    link(data)
    before = (data / "links" / "proposed.ttl").read_bytes()
    assert "written" not in link(data).stderr
    assert (data / "links" / "proposed.ttl").read_bytes() == before


def test_only_links_of_the_least_score_are_proposed(data: Path):
    every, sure = rows(link(data)), rows(link(data, "--least", "0.95"))
    assert 0 < len(sure) < len(every)
    assert all(float(score) >= 0.95 for score, _, _ in sure)


def test_the_surest_are_given_first_and_how_many_more_there_are_is_said(data: Path):
    every = rows(link(data))
    done = link(data, "--most", "3")
    assert rows(done) == every[:3]
    assert f"{len(every) - 3} more are not given now" in done.stderr
    link(data, "--reject", every[0][1])
    assert rows(link(data, "--most", "3")) == every[1:4]


def test_what_is_accepted_is_published_and_what_is_rejected_is_gone(data: Path):
    (_, first, _), (_, second, _), *rest = rows(link(data))
    assert link(data, "--accept", first, "--note", "Begge er lest.").stdout == f"accepted {first}\n"
    assert link(data, "--reject", second).stdout == f"rejected {second}\n"
    assert {name for _, name, _ in rows(link(data))} == {name for _, name, _ in rest}
    published = {item.graph.rpartition("graphs/")[2] for item in data_files(data)}
    assert "links/links" in published and not any("rejected" in name or "proposed" in name for name in published)
    accepted = read_graph(data / "links" / "links.ttl")
    assert accepted.value(URIRef(f"{ID}reading/{first}"), SKOS.note) == Literal("Begge er lest.", lang="nb")
    assert links.check(read(data_files(data))) == []


def test_a_decision_in_the_text_is_carried_out_by_the_next_run(data: Path):
    (_, first, _), *_ = rows(link(data))
    path = data / "links" / "proposed.ttl"
    before, heading, after = path.read_text(encoding="utf-8").partition(f"\nreading:{first}\n")
    path.write_text(before + heading + after.replace("concept:proposed", "concept:accepted", 1), encoding="utf-8")
    done = link(data)
    assert f"accepted {first}" in done.stdout
    assert (None, BR.similarTo, None) in read_graph(data / "links" / "links.ttl")
    assert first not in path.read_text(encoding="utf-8")


def test_a_name_that_is_not_proposed_is_refused_with_the_nearest_and_nothing_is_written(data: Path):
    (_, first, _), *_ = rows(link(data))
    assert f"did you mean {first}" in link(data, "--accept", f"{first}9", status=2).stderr
    assert not (data / "links" / "links.ttl").exists()


def test_data_of_others_is_linked_with_the_document_it_came_from_as_source(data: Path):
    link(data, str(THEIRS), "--from", PAGE, "--only", "similar")
    name = "similar-goal-midt-troms-naeringsplan-their-example-id-goal-nabo-1"
    link(data, "--accept", name, "--note", "Begge er en næringsplan.")
    accepted = read_graph(data / "links" / "links.ttl")
    ours, theirs = URIRef(ID + "goal/midt-troms-naeringsplan"), URIRef(OF_THEIRS + "goal/nabo-1")
    assert (ours, BR.similarTo, theirs) in accepted, "a link to others is written from ours"
    source = accepted.value(URIRef(f"{ID}reading/{name}"), DCTERMS.source)
    assert (source, RDF.type, BR.SourceDocument) in accepted
    assert accepted.value(source, FOAF.page) == URIRef(PAGE)
    assert links.check(read(data_files(data))) == []


def test_files_of_others_want_the_address_they_were_got_from(data: Path):
    assert "--from says where" in link(data, str(THEIRS), status=2).stderr
    assert "--from says where" in link(data, "--from", PAGE, status=2).stderr


def test_identifiers_are_proposed_from_the_table_and_accepted_only_with_a_source(data: Path):
    shutil.copytree(folder("data") / "municipalities", data / "municipalities")
    (data / "municipalities" / "links.ttl").unlink()
    found = {name: why for _, name, why in rows(link(data, "--only", "identifier", "--least", "0.8"))}
    name = "close-municipality-bardu-1922-sws-geonames-org-3162043"
    assert "data/municipalities/source/numbers.csv" in found[name]
    assert "say with --source" in link(data, "--accept", name, status=2).stderr
    link(data, "--accept", name, "--source", "source/geonames-2025")
    assert links.check(read(data_files(data))) == []
