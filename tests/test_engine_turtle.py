"""Turtle read by Oxigraph gives the terms that rdflib's parser gives, and is refused in the same words."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import XSD, BNode, Graph, Literal
from rdflib.compare import isomorphic

from byregion import dataset
from byregion.assets import folder
from byregion.dataset import GraphFile, data_files, ontology_files
from byregion.engine.turtle import Reader
from byregion.errors import DataError

CASES = Path(__file__).resolve().parent / "data"
FILES = (*ontology_files(), *data_files(folder("data")))


@pytest.mark.parametrize("item", FILES, ids=lambda item: str(item.graph).partition("/graphs/")[2])
def test_each_published_file_is_read_as_rdflib_reads_it(item: GraphFile):
    triples, reference = Reader().triples(item.path), dataset.read_graph(item.path)
    named = {triple for triple in reference if not any(isinstance(term, BNode) for term in triple)}
    assert named <= set(triples)
    assert len(triples) == len(reference)
    if len(named) < len(reference):
        assert isomorphic(Reader().graph(item.path), reference)


@pytest.mark.parametrize("item", FILES, ids=lambda item: str(item.graph).partition("/graphs/")[2])
def test_n_triples_of_each_published_file_are_the_graph_that_rdflib_reads(item: GraphFile):
    found, expected = Graph().parse(data=Reader().ntriples([item.path]), format="nt"), dataset.read_graph(item.path)
    assert set(found) == set(expected) or isomorphic(found, expected)


def test_blank_nodes_of_two_files_stay_two_in_n_triples(tmp_path: Path):
    paths = [tmp_path / "one.ttl", tmp_path / "two.ttl"]
    for path in paths:
        path.write_text("_:same a <https://example.org/C> .\n", encoding="utf-8")
    assert len(Graph().parse(data=Reader().ntriples(paths), format="nt")) == 2


def test_a_literal_is_spelled_as_rdflib_spells_it():
    path = CASES / "turtle" / "spellings.ttl"
    assert {repr(term) for *_, term in Reader().triples(path)} == {repr(term) for *_, term in dataset.read_graph(path)}


@pytest.mark.parametrize(
    ("written", "literal"),
    [
        ('"EN"@EN', Literal("EN", lang="EN")),
        ("'a' @nb-NO", None),
        ('"x"^^<http://www.w3.org/2001/XMLSchema#string>', Literal("x", datatype=XSD.string)),
    ],
)
def test_what_oxigraph_would_spell_otherwise_is_left_to_rdflib(tmp_path: Path, written: str, literal: Literal | None):
    path = tmp_path / "one.ttl"
    path.write_text(f"<https://example.org/a> <https://example.org/b> {written} .\n", encoding="utf-8")
    if literal is None:
        with pytest.raises(DataError, match="this is not Turtle"):
            Reader().triples(path)
    else:
        ((*_, found),) = Reader().triples(path)
        assert repr(found) == repr(literal)
        assert Reader().ntriples([path]) == dataset.ntriples(dataset.read_graph(path))


@pytest.mark.parametrize(
    "content",
    [
        b"<https://example.org/a> <https://example.org/b> <c> .",
        b"<https://example.org/a> <https://example.org/b> <https://example.org/a b> .",
        b"<https://example.org/a> <https://example.org/b> 1",
        b'<https://example.org/a> <https://example.org/b> "\xe6" .',
        b"\xef\xbb\xbf<https://example.org/a> <https://example.org/b> 1 .",
        b"<https://example.org/a> <https://example.org/b> <<( <urn:a> <urn:b> 1 )>> .",
        b'<https://example.org/a> <https://example.org/b> "x"@en--ltr .',
    ],
)
def test_what_is_no_turtle_is_refused_as_rdflib_refuses_it(tmp_path: Path, content: bytes):
    path = tmp_path / "wrong.ttl"
    path.write_bytes(b"# a comment\n" + content if not content.startswith(b"\xef") else content)
    with pytest.raises(DataError) as expected:
        dataset.read_graph(path)
    for read in (Reader().triples, lambda path: Reader().ntriples([path])):
        with pytest.raises(DataError) as found:
            read(path)
        assert str(found.value) == str(expected.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(DataError, match="there is no such file"):
        Reader().triples(tmp_path / "none.ttl")


def test_a_file_is_read_once_and_its_dataset_is_the_one_that_rdflib_reads(tmp_path: Path):
    item = GraphFile(tmp_path / "stated.ttl", FILES[-1].graph)
    item.path.write_bytes(FILES[-1].path.read_bytes())
    reader = Reader()
    found, expected = reader.dataset([item]), dataset.read([item])
    assert set(found.graph(item.graph)) == set(expected.graph(item.graph))
    assert sorted(found.namespaces()) == sorted(expected.namespaces())
    item.path.unlink()
    assert set(reader.graph(item.path)) == set(reader.triples(item.path)) == set(Graph() + found.graph(item.graph))
