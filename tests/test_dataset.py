"""The files of data, ontology and shapes as graphs: which are read, under which name, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef

from byregion import iri
from byregion.assets import folder
from byregion.dataset import (
    data_files,
    in_order,
    layout,
    named_graphs,
    ntriples,
    ontology_files,
    parse,
    read,
    read_graph,
)
from byregion.errors import DataError
from byregion.namespaces import BASE

CASES = Path(__file__).resolve().parent / "data" / "dataset"
TURTLE = CASES.parent / "turtle"
X = "https://example.org/"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with one dataset of one file."""
    place(tmp_path / "midt-troms" / "stated.ttl")
    return tmp_path


def place(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<{X}a> <{X}b> <{X}c> .\n", encoding="utf-8")


# --- Files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_the_graph_that_its_folder_and_name_say(data: Path):
    (item,) = data_files(data)
    assert item.graph == URIRef(BASE + "graphs/midt-troms/stated")
    assert [name for name, _ in named_graphs(read([item]))] == [item.graph]


def test_every_turtle_file_of_the_published_data_but_the_catalogues_and_what_was_not_accepted_is_read():
    read_files = {item.path for item in data_files(folder("data"))}
    left_out = {folder("data") / name for name in ("catalogue.ttl", "links/proposed.ttl", "links/rejected.ttl")}
    assert set(folder("data").rglob("*.ttl")) - read_files == left_out & set(folder("data").rglob("*.ttl"))
    assert {item.graph for item in ontology_files()} >= {URIRef(BASE + "graphs/ontology/byregion")}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("løs.ttl", "a dataset's files lie in its own folder"),
        ("midt-troms/2015/stated.ttl", "a dataset's files lie in its own folder"),
        ("midt-troms/source/stated.ttl", "a dataset's files lie in its own folder"),
        ("midt-troms/notes.ttl", "a dataset's files are called stated, readings, translations, links"),
        ("Sør Troms/stated.ttl", "in lower case with hyphens, such as sor-troms"),
        ("nordmøre/stated.ttl", "in lower case with hyphens, such as nordmore"),
        ("北/stated.ttl", "in lower case with hyphens, such as midt-troms"),
    ],
)
def test_a_file_that_would_be_left_out_or_have_no_name_for_its_graph_is_refused(data: Path, name: str, why: str):
    place(data / name)
    with pytest.raises(DataError, match=why):
        data_files(data)


def test_what_is_said_of_the_catalogue_is_of_no_dataset(data: Path):
    place(data / "catalogue.ttl")
    assert len(data_files(data)) == 1


def test_a_folder_without_turtle_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match="there is no Turtle file to read here"):
        data_files(tmp_path)


# --- Turtle -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "line", "why"),
    [
        ("relative", 3, "<c> is a relative IRI; write it in full or with a prefix"),
        ("space-in-iri", 2, "a b> is no IRI; write spaces and quotes as %20, %22"),
        ("no-dot", 2, "this is not Turtle: "),
    ],
)
def test_turtle_that_cannot_be_published_is_told_with_its_line(name: str, line: int, why: str):
    with pytest.raises(DataError) as caught:
        read_graph(CASES / f"{name}.ttl")
    assert (caught.value.place.path, caught.value.place.line) == (CASES / f"{name}.ttl", line)
    assert why in caught.value.message


def test_every_case_of_turtle_is_read_by_a_test():
    assert {path.stem for path in CASES.glob("*.ttl")} == {"relative", "space-in-iri", "no-dot"}


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        (b"\xef\xbb\xbf<urn:a> <urn:b> <urn:c> .\n", 1, "begins with a byte order mark"),
        ('\n<urn:a> <urn:b> "blåbær" .\n'.encode("iso-8859-1"), 2, "this is not UTF-8"),
        ("<urn:a> <urn:b> <urn:c> .\n".encode("utf-16"), 1, "this is not UTF-8"),
    ],
)
def test_a_file_that_was_saved_in_another_way_is_told_with_what_would_do(
    tmp_path: Path, content: bytes, line: int, why: str
):
    path = tmp_path / "stated.ttl"
    path.write_bytes(content)
    with pytest.raises(DataError, match="UTF-8") as caught:
        read_graph(path)
    assert (caught.value.place.path, caught.value.place.line) == (path, line)
    assert why in caught.value.message


# --- Layout -----------------------------------------------------------------------------------------------------------


def test_the_layout_is_one_whatever_order_the_triples_came_in():
    triples = [(URIRef(X + "a"), URIRef(X + "b"), Literal(word, lang)) for word in "æøå" for lang in ("nb", "nn")]
    assert layout(in_order(triples)) == layout(in_order(reversed(triples)))
    assert layout(parse(layout(in_order(triples)))) == layout(in_order(triples))


def test_a_slug_is_what_names_of_files_and_addresses_can_be():
    assert [iri.slug(name) for name in ("Økt vekst!", "Leaŋgáviika", "  Å  ", "Midt-Troms 2015")] == [
        "okt-vekst",
        "leangaviika",
        "a",
        "midt-troms-2015",
    ]


def test_the_layout_is_that_of_rdflibs_longturtle_with_prefixes_that_are_made_up_and_blank_nodes_too():
    for path in (TURTLE / "layout.ttl", *(item.path for item in (*ontology_files(), *data_files(folder("data"))))):
        graph = read_graph(path)
        written = in_order(graph).serialize(format="longturtle").strip() + "\n"
        assert layout(graph) == written
    assert "PREFIX ns1:" in layout(read_graph(TURTLE / "layout.ttl"))


def test_what_is_written_as_n_triples_is_read_as_it_was():
    graph = read_graph(TURTLE / "spellings.ttl")
    graph.add((URIRef(f"{X}a"), URIRef(f"{X}b"), Literal('a "b" \\n\r\n\té\u2028\U0001f600\x00', lang="nb")))
    lines = ntriples(graph)
    assert set(Graph().parse(data=lines, format="nt")) == set(graph)
    assert len(lines.split(" .\n")) == len(graph) + 1
