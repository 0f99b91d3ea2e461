"""The links check: what it lets through, and every fault that it finds; the cases are the files in tests/links/."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Dataset, URIRef

from byregion.assets import folder
from byregion.dataset import GraphFile, data_files, ontology_files, read
from byregion.links import PREDICATES, TARGETS, check
from byregion.namespaces import BASE

CASES = Path(__file__).resolve().parent / "links"


def cases(pattern: str) -> list[Path]:
    found = sorted(CASES.glob(pattern))
    assert found, f"no file is called {pattern} in {CASES}"
    return found


def header(path: Path, key: str) -> list[str]:
    """What the comments at the head of a case say: `# graph: …` and, once a finding, `# expect: …`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(f"# {key}: ") for line in lines if line.startswith(f"# {key}: ")]


def dataset(path: Path) -> Dataset:
    (name,) = header(path, "graph")
    return read([GraphFile(path, URIRef(f"{BASE}graphs/{name}"))])


@pytest.mark.parametrize("path", cases("valid.*.ttl"), ids=lambda path: path.stem)
def test_a_link_with_reason_and_source_is_let_through(path: Path):
    graphs = dataset(path)
    assert len(graphs) > 0
    assert check(graphs) == []


@pytest.mark.parametrize("path", cases("invalid.*.ttl"), ids=lambda path: path.stem)
def test_each_fault_is_found_once_and_nothing_else(path: Path):
    findings, fragments = check(dataset(path)), header(path, "expect")
    assert len(findings) == len(fragments) > 0, findings
    for fragment in fragments:
        assert sum(fragment in finding.message for finding in findings) == 1, (fragment, findings)
    assert {(finding.check, finding.severity) for finding in findings} == {("links", "error")}


def test_a_finding_names_the_thing_that_is_linked():
    (finding,) = check(dataset(CASES / "invalid.no-source.ttl"))
    assert finding.where == "https://w3id.org/byregion/id/municipality/a-0001"
    assert "http://www.wikidata.org/entity/Q1" in finding.message
    assert "https://w3id.org/byregion/id/reading/a" in finding.message


def test_every_system_that_is_linked_to_has_a_case_of_a_wrong_address():
    messages = [finding.message for path in cases("invalid.*.ttl") for finding in check(dataset(path))]
    for target in TARGETS:
        assert any(f"is no IRI of {target.name}" in message for message in messages), target.name


def test_the_published_data_has_links_and_no_fault_in_them():
    graphs = read([*ontology_files(), *data_files(folder("data"))])
    assert any(graphs.quads((None, predicate, None, None)) for predicate in PREDICATES)
    assert check(graphs) == []
