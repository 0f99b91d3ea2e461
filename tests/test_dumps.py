"""Every download says what the files say, no more and no less, in the spelling of the files, and in the same bytes."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote

import click
import pytest
from click.testing import CliRunner
from pyoxigraph import CanonicalizationAlgorithm, DefaultGraph, Quad, RdfFormat, parse
from pyoxigraph import Dataset as Quads
from pyoxigraph import NamedNode as Name
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.compare import isomorphic

import csv2rdf
import excerpt
from byregion import dumps, infer, iri
from byregion.assets import folder
from byregion.catalogue import FORMATS, Format
from byregion.cli.build import command
from byregion.dataset import data_files, ontology_files, read_graph
from byregion.dataset import parse as parse_turtle
from byregion.dumps import CHECKSUMS, Published
from byregion.errors import DataError, NotFound
from byregion.namespaces import BASE, BR, OA

HERE = Path(__file__).parent / "data" / "dumps"
WILD, NODES = HERE / "wild", HERE / "nodes"
BY_SUFFIX = {form.suffix: form for form in FORMATS}
TRIPLES = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES, "rdf": RdfFormat.RDF_XML}
QUADS = {"trig": RdfFormat.TRIG, "nq": RdfFormat.N_QUADS, "jsonld": RdfFormat.JSON_LD}


def inferred(data: Path) -> Graph:
    return infer.closure([*ontology_files(), *data_files(data)])


@pytest.fixture(scope="module")
def ours() -> Published:
    return dumps.published(excerpt.data(), inferred(excerpt.data()))


@pytest.fixture(scope="module")
def wild() -> Published:
    return dumps.published(WILD, inferred(WILD))


@pytest.fixture(scope="module")
def nodes() -> Published:
    return dumps.published(NODES)


PLACES = {"ours": excerpt.data(), "wild": WILD, "nodes": NODES}
DATASETS = [
    *(("ours", name) for name in sorted({item.path.parent.name for item in data_files(excerpt.data())} | {"byregion"})),
    ("wild", "things"),
    ("nodes", "things"),
    ("nodes", "byregion"),
]


# --- The same triples, read by another reader -------------------------------------------------------------------------


def canonical(quads: Quads) -> set[Quad]:
    quads.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(quads)


def stated(place: str, name: str) -> Quads:
    """What the source files say, as Oxigraph reads them: no literal is rewritten."""
    data = PLACES[place]
    files = [item for item in data_files(data) if name in (item.path.parent.name, "byregion")]
    quads = Quads()
    for item in [*files, *(ontology_files() if name == "byregion" else ())]:
        for quad in parse(path=item.path, format=RdfFormat.TURTLE, rename_blank_nodes=True):
            quads.add(Quad(quad.subject, quad.predicate, quad.object, Name(item.graph)))
    return quads


def expected(place: str, name: str) -> Quads:
    quads = stated(place, name)
    if name == "byregion" and place != "nodes":
        body = inferred(PLACES[place]).serialize(format="nt").encode()
        for quad in parse(body, format=RdfFormat.N_TRIPLES):
            quads.add(Quad(quad.subject, quad.predicate, quad.object, Name(iri.INFERRED)))
    return quads


def without_names(quads: Quads) -> Quads:
    return Quads(Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()) for quad in quads)


@pytest.mark.parametrize(("place", "name"), DATASETS)
def test_formats_with_named_graphs_hold_the_graphs_of_the_files(place: str, name: str, request: pytest.FixtureRequest):
    what: Published = request.getfixturevalue(place)
    wanted = canonical(expected(place, name))
    assert wanted
    for suffix, form in QUADS.items():
        body = dumps.make(what, name, BY_SUFFIX[suffix])
        assert canonical(Quads(parse(body, format=form))) == wanted, suffix


@pytest.mark.parametrize(("place", "name"), DATASETS)
def test_formats_without_named_graphs_hold_their_merge(place: str, name: str, request: pytest.FixtureRequest):
    what: Published = request.getfixturevalue(place)
    wanted = canonical(without_names(expected(place, name)))
    assert wanted
    for suffix, form in TRIPLES.items():
        body = dumps.make(what, name, BY_SUFFIX[suffix])
        assert canonical(Quads(parse(body, format=form))) == wanted, suffix


@pytest.mark.parametrize(("suffix", "form"), [("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml")])
def test_rdflib_reads_the_same_graph(wild: Published, suffix: str, form: str):
    read = Graph(bind_namespaces="none").parse(data=dumps.make(wild, "things", BY_SUFFIX[suffix]), format=form)
    files = Graph(bind_namespaces="none")
    for item in data_files(WILD):
        files += read_graph(item.path)
    assert isomorphic(read, files)


def test_what_is_inferred_is_a_graph_of_the_whole_and_of_no_dataset(ours: Published):
    for name, graphs in ours.datasets.items():
        assert (iri.INFERRED in graphs) == (name == "byregion")
    assert len(ours.datasets["byregion"][iri.INFERRED]) > 100


def test_the_whole_is_what_the_datasets_and_the_ontology_say(ours: Published):
    whole = set(ours.datasets["byregion"]) - {iri.INFERRED}
    datasets = {name for key, graphs in ours.datasets.items() if key != "byregion" for name in graphs}
    assert whole == datasets | {item.graph for item in ontology_files()}


def test_the_jsonld_is_in_the_terms_of_the_ontologys_context_which_stands_in_it(ours: Published):
    document = json.loads(dumps.make(ours, "midt-troms", BY_SUFFIX["jsonld"]))
    assert document["@context"] == json.loads((folder("ontology") / "context.jsonld").read_text("utf-8"))["@context"]
    (graph,) = (item for item in document["@graph"] if item["@id"] == BASE + "graphs/midt-troms/stated")
    (region,) = (node for node in graph["@graph"] if node.get("type") == "Region")
    assert region["prefLabel"] == {"nb": "Midt-Troms"}


def test_numbers_stand_in_jsonld_as_numbers_only_where_they_read_back_as_they_are_spelled(wild: Published):
    document = json.loads(dumps.make(wild, "things", BY_SUFFIX["jsonld"]))
    (goal,) = (node for graph in document["@graph"] for node in graph["@graph"] if node["id"].endswith("id/goal/first"))
    assert goal["order"] == [1, 12]
    assert goal["paraphrase"] is False
    assert goal["value"] == ["0301", {"type": "xsd:decimal", "@value": "1.50"}, 2]


def test_a_list_is_a_list_in_jsonld(nodes: Published):
    document = json.loads(dumps.make(nodes, "things", BY_SUFFIX["jsonld"]))
    lists = [node["br:members"] for node in document["@graph"][0]["@graph"] if "br:members" in node]
    assert lists == [{"@list": [{"id": "https://w3id.org/byregion/id/goal/first"}]}]


def test_a_line_of_n_triples_is_a_triple_even_where_a_text_holds_other_line_ends(wild: Published):
    lines = dumps.make(wild, "things", BY_SUFFIX["nt"]).decode().split("\n")
    assert any("\u2028" in line and "\u0085" in line for line in lines)
    assert all(line.endswith(" .") for line in lines[:-1]) and lines[-1] == ""
    assert lines[:-1] == sorted(lines[:-1])


# --- Tables -----------------------------------------------------------------------------------------------------------


def tables(archive: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        return {
            name: list(csv.DictReader(io.StringIO(files.read(name).decode(), newline="")))
            for name in files.namelist()
            if name.endswith(".csv")
        }


def metadata(archive: bytes) -> dict[str, dict]:
    """The descriptions of the tables, by file."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        return {table["url"]: table for table in json.loads(files.read("csv-metadata.json"))["tables"]}


def as_csv2rdf_writes(graph: Graph) -> Graph:
    """The same graph with letters outside ASCII percent-encoded in IRIs, which is what URI templates make of them."""
    encoded = Graph(bind_namespaces="none")
    for triple in graph:
        encoded.add(tuple(URIRef(quote(term, safe=SAFE)) if isinstance(term, URIRef) else term for term in triple))
    return encoded


SAFE = ":/?#[]@!$&'()*+,;=-._~%"


@pytest.mark.parametrize(("place", "name"), [item for item in DATASETS if item[0] != "nodes"])
def test_the_triples_can_be_made_from_the_tables_by_their_description(
    place: str, name: str, request: pytest.FixtureRequest
):
    what: Published = request.getfixturevalue(place)
    wanted = Graph(bind_namespaces="none")
    for item in [*data_files(PLACES[place]), *(ontology_files() if name == "byregion" else ())]:
        is_thing = item.path.parent.name == name or name == "byregion"
        if is_thing and item.path.name not in ("byregion.ttl", "alignment.ttl"):
            wanted += read_graph(item.path)
    read = csv2rdf.read(dumps.make(what, name, BY_SUFFIX["csv.zip"]))
    assert set(read) == set(as_csv2rdf_writes(wanted))


def test_there_is_a_table_for_every_class_and_a_row_for_every_thing(ours: Published):
    found = tables(dumps.make(ours, "midt-troms", BY_SUFFIX["csv.zip"]))
    graph = read_graph(excerpt.data() / "midt-troms" / "stated.ttl")
    for name, kind in (("Goal", BR.Goal), ("Advice", BR.Advice), ("TextQuoteSelector", OA.TextQuoteSelector)):
        assert [row["id"] for row in found[f"{name}.csv"]] == sorted(map(str, graph.subjects(RDF.type, kind)))


def test_names_stand_in_a_column_for_each_language(ours: Published):
    rows = tables(dumps.make(ours, "midt-troms", BY_SUFFIX["csv.zip"]))["Region.csv"]
    assert [(row["prefLabel_nb"], row["altLabel_nb"]) for row in rows] == [("Midt-Troms", "Byregion Finnsnes")]


def test_several_values_stand_apart_by_the_separator_that_the_description_names(wild: Published):
    archive = dumps.make(wild, "things", BY_SUFFIX["csv.zip"])
    (row,) = (row for row in tables(archive)["Goal.csv"] if row["id"].endswith("/first"))
    columns = {column["name"]: column for column in metadata(archive)["Goal.csv"]["tableSchema"]["columns"]}
    assert row["altLabel_nb"] == "a;b|c" and columns["altLabel_nb"]["separator"] == "|"
    assert row["order"] == "1;12" and columns["order"]["separator"] == ";"
    assert len(row["dcterms_source"].split(" ")) == 2 and columns["dcterms_source"]["separator"] == " "
    assert "separator" not in columns["prefLabel_nb"]


def test_columns_of_one_property_are_told_apart_by_kind_and_properties_of_one_name_by_prefix(wild: Published):
    described = metadata(dumps.make(wild, "things", BY_SUFFIX["csv.zip"]))
    columns = [column for table in ("Goal.csv", "Measure.csv") for column in described[table]["tableSchema"]["columns"]]
    names = {column["name"]: column for column in columns}
    assert {"value_decimal", "value_integer", "value_string"} <= names.keys()
    assert {"object_Resource", "object_nb", "object_date", "object_gYear"} <= names.keys()
    assert {"dcterms_source", "https_example_org_one_source", "https_example_org_two_id"} <= names.keys()
    assert names["p"]["datatype"] == {"@id": "https://example.org/one#datatype", "base": "string"}
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_]*", name) for name in names)
    for table in described.values():
        names = [column["name"] for column in table["tableSchema"]["columns"]]
        assert len(names) == len(set(names))


def test_a_thing_of_several_classes_is_in_one_table_and_the_others_are_a_column(wild: Published):
    archive = dumps.make(wild, "things", BY_SUFFIX["csv.zip"])
    (row,) = tables(archive)["Measure.csv"]
    assert row["type"] == str(BR.Goal)
    assert row["id"] not in {row["id"] for row in tables(archive)["Goal.csv"]}


def test_an_empty_text_is_told_apart_from_no_text(wild: Published):
    archive = dumps.make(wild, "things", BY_SUFFIX["csv.zip"])
    columns = metadata(archive)["TextQuoteSelector.csv"]["tableSchema"]["columns"]
    nulls = {column["name"]: column["null"] for column in columns if "null" in column}
    assert nulls == {"prefix": "-"}
    assert [(row["prefix"], row["suffix"]) for row in tables(archive)["TextQuoteSelector.csv"]] == [
        ("", " Forutsetning"),
        ("x", ""),
    ]


def test_what_has_no_class_is_in_a_table_of_its_own(wild: Published):
    archive = dumps.make(wild, "things", BY_SUFFIX["csv.zip"])
    assert tables(archive)["Other.csv"] == [{"id": "https://example.org/third", "next": "https://example.org/fourth"}]


def test_tables_and_columns_are_described_in_the_words_of_the_ontology(ours: Published):
    described = metadata(dumps.make(ours, "midt-troms", BY_SUFFIX["csv.zip"]))
    words = read_graph(folder("ontology") / "byregion.ttl")
    for item, term in [
        (described["Goal.csv"], BR.Goal),
        *(
            (column, URIRef(column["propertyUrl"]))
            for column in described["Goal.csv"]["tableSchema"]["columns"]
            if column.get("propertyUrl", "").startswith(BR) and not column.get("virtual")
        ),
    ]:
        for value in [*item["dc:title"], *item["dc:description"]]:
            assert (term, None, Literal(value["@value"], lang=value["@language"])) in words
        assert {value["@language"] for value in item["dc:title"]} == {"nb", "nn", "en"}


def test_every_file_but_the_description_is_described(ours: Published):
    for name in ours.datasets:
        archive = dumps.make(ours, name, BY_SUFFIX["csv.zip"])
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            assert set(files.namelist()) == {*metadata(archive), "csv-metadata.json"}


@pytest.mark.parametrize(
    ("turtle", "why"),
    [
        ("<https://a.example/> <https://b.example/> [] .", "blank node"),
        ("[] <https://b.example/> 1 .", "blank node"),
        ('<https://a.example/> <https://b.example/> "" , "x" .', "empty text beside others"),
        ('<https://a.example/> <https://b.example/> ";" , "|" , "¦‖" .', "hold every mark"),
    ],
)
def test_what_cannot_stand_in_a_table_is_an_error(turtle: str, why: str):
    graph = parse_turtle(turtle)
    with pytest.raises(DataError, match=why):
        dumps.make(Published({"x": {URIRef(BASE + "graphs/x/stated"): graph}}, Graph(), {}), "x", BY_SUFFIX["csv.zip"])


def test_a_predicate_that_no_element_can_be_named_after_is_an_error_in_rdf_xml_and_fine_elsewhere():
    graph = parse_turtle("<https://a.example/> <https://b.example/1> 1 .")
    what = Published({"x": {URIRef(BASE + "graphs/x/stated"): graph}}, Graph(), {})
    with pytest.raises(DataError, match="RDF/XML"):
        dumps.make(what, "x", BY_SUFFIX["rdf"])
    for suffix, form in {"trig": RdfFormat.TRIG, "jsonld": RdfFormat.JSON_LD}.items():
        assert len(Quads(parse(dumps.make(what, "x", BY_SUFFIX[suffix]), format=form))) == 1


# --- Without source text ----------------------------------------------------------------------------------------------


def literals(what: Published, name: str) -> set[str]:
    return {
        str(term) for graph in what.datasets[name].values() for term in graph.objects() if isinstance(term, Literal)
    }


def test_without_source_text_quotes_headings_and_verbatim_reasons_are_gone():
    bare = dumps.published(WILD, source_text=False)
    gone = literals(dumps.published(WILD), "things") - literals(bare, "things")
    assert gone == {"", " Forutsetning", "-", "Råd", "Fordi kilden sier det."}
    # The name of a thing stays, though it is in the words of a quote; so do a paraphrase and a translation.
    assert {"Skap felles arenaer!", "Med andre ord.", "Because the source says so."} <= literals(bare, "things")


def test_without_source_text_every_format_is_still_made():
    bare = dumps.published(excerpt.data(), source_text=False)
    graphs = bare.datasets["byregion"].values()
    assert not any(
        (None, predicate, None) in graph for graph in graphs for predicate in (OA.exact, OA.prefix, OA.suffix)
    )
    assert any((None, OA.start, None) in graph for graph in graphs)
    for form in FORMATS:
        assert dumps.make(bare, "midt-troms", form)


# --- Files ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def built(tmp_path: Path, wild: Published) -> Path:
    dumps.write(tmp_path / "dumps", wild)
    return tmp_path / "dumps"


def test_there_is_a_file_for_every_dataset_and_format_with_its_checksum(built: Path, wild: Published):
    names = {f"{name}.{form.suffix}" for name in ("things", "byregion") for form in FORMATS}
    assert {path.name for path in built.iterdir()} == names | {CHECKSUMS}
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", CHECKSUMS], cwd=built, check=True)
    assert len((built / CHECKSUMS).read_text().splitlines()) == len(names)


def test_what_was_written_is_told_with_size_and_checksum(tmp_path: Path, wild: Published):
    for dump in dumps.write(tmp_path, wild):
        assert (tmp_path / f"{dump.dataset}.{dump.format.suffix}").stat().st_size == dump.size
        assert f"{dump.sha256}  {dump.dataset}.{dump.format.suffix}\n" in (tmp_path / CHECKSUMS).read_text()


def test_writing_again_changes_nothing_and_anything_else_in_the_folder_is_an_error(built: Path, wild: Published):
    before = {path.name: path.read_bytes() for path in built.iterdir()}
    dumps.write(built, wild)
    assert {path.name: path.read_bytes() for path in built.iterdir()} == before
    (built / "gone.ttl").write_bytes(b"")
    with pytest.raises(DataError, match=r"gone\.ttl"):
        dumps.write(built, wild)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffix)
def test_a_dataset_that_is_not_there_is_not_found(wild: Published, form: Format):
    with pytest.raises(NotFound, match="there are byregion, things"):
        dumps.make(wild, "thing", form)


def test_no_dataset_may_bear_the_name_of_the_whole(tmp_path: Path):
    shutil.copytree(WILD / "things", tmp_path / "byregion")
    with pytest.raises(DataError, match="all datasets together"):
        dumps.published(tmp_path)


# --- The command ------------------------------------------------------------------------------------------------------


def build(target: Path, seed: str) -> str:
    """Run `byregion build` in a process whose sets have another order with every seed; return the checksums."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BYREGION_")}
    environ |= {"BYREGION_DATA": str(WILD), "PYTHONHASHSEED": seed}
    words = [Path(sys.executable).with_name("byregion"), "build", str(target), "--only-downloads"]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return (target / "dumps" / CHECKSUMS).read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_same_files_give_the_same_bytes_in_every_process(tmp_path: Path):
    first = build(tmp_path / "first", seed="1")
    assert len(first.splitlines()) == 2 * len(FORMATS)
    assert build(tmp_path / "second", seed="2") == first


def test_the_command_leaves_out_the_source_text_where_asked(tmp_path: Path):
    run = CliRunner(env={"BYREGION_DATA": str(WILD)}).invoke
    asked = ["build", str(tmp_path), "--only-downloads", "--without-source-text"]
    result = run(click.Group(commands={"build": command}), asked)
    assert result.exit_code == 0, result.output
    assert f"{tmp_path}: 16 files" in result.stderr
    held = (tmp_path / "dumps" / "byregion.nt").read_text(encoding="utf-8")
    assert "Fordi kilden sier det." not in held and "Med andre ord." in held


def test_blank_nodes_have_the_same_names_each_time(nodes: Published):
    again = dumps.published(NODES)
    for suffix in {**TRIPLES, **QUADS}:
        for name in ("things", "byregion"):
            assert dumps.make(again, name, BY_SUFFIX[suffix]) == dumps.make(nodes, name, BY_SUFFIX[suffix]), suffix
