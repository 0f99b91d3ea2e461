"""A check that remembers finds what one that begins anew finds, whatever was edited in between."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SH, SKOS, BNode, Graph, Literal, URIRef

import excerpt
from byregion import validate
from byregion.assets import folder
from byregion.checked import Memory, judged, key, reach
from byregion.dataset import data_files, layout, ontology_files, parse, read_graph
from byregion.engine.turtle import Reader
from byregion.findings import Finding
from byregion.namespaces import BR, ID

ONTOLOGY = folder("ontology")
SEEDS = range(2)
EDITS = 8


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The excerpt of the published data, to be edited."""
    shutil.copytree(excerpt.data(), tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where what was found is kept."""
    return tmp_path / "cache" / "found.json"


def anew(data: Path) -> list[Finding]:
    """What the shapes say, judged whole."""
    files = (*ontology_files(), *data_files(data))
    whole = Reader().dataset(files)
    report = validate.report(whole, validate.read_shapes())
    return sorted(set(validate.findings(report, whole, files)))


def remembered(data: Path, path: Path) -> tuple[list[Finding], set[Path]]:
    """What they say by a check that remembers, and the files that it did not judge again."""
    memory = Memory(path)
    found = judged((*ontology_files(), *data_files(data)), ONTOLOGY, Reader(), memory, "en")
    memory.save()
    assert memory.fault == ""
    return found


# --- The same, whatever is edited -------------------------------------------------------------------------------------


def edits(graphs: dict[Path, Graph], chance: random.Random) -> Iterator[Callable[[], object]]:
    """Yield changes at random: what is said is taken away, added, moved to another file, or said of another thing."""
    things = sorted({thing for graph in graphs.values() for thing in graph.subjects() if isinstance(thing, URIRef)})
    kinds = [BR.Goal, BR.Region, BR.Municipality, BR.Quote, BR.SourceDocument, BR.Unheard, SKOS.Concept]
    words = [
        BR.quote,
        BR.region,
        BR.theme,
        BR.municipality,
        BR.role,
        BR.order,
        BR.unheard,
        SKOS.prefLabel,
        OWL.deprecated,
    ]
    while True:
        one, other = (graphs[path] for path in chance.sample(sorted(graphs), 2))
        triple = chance.choice(sorted(one)) if len(one) else (ID["goal/none"], RDF.type, BR.Goal)
        thing, value = chance.choice(things), chance.choice([*things, Literal("x", lang="nb"), Literal(True)])
        yield chance.choice(
            [
                lambda one=one, triple=triple: one.remove(triple),
                lambda one=one, triple=triple: one.remove((triple[0], None, None)),
                lambda one=one, other=other, triple=triple: (one.remove(triple), other.add(triple)),
                lambda other=other, thing=thing, value=value: other.add((thing, chance.choice(words), value)),
                lambda other=other, thing=thing: other.add((thing, RDF.type, chance.choice(kinds))),
                lambda other=other, value=value: other.add((URIRef("https://w3id.org/byregion/def"), BR.theme, value)),
            ]
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_check_that_remembers_finds_what_a_whole_one_finds(data: Path, path: Path, seed: int):
    chance = random.Random(seed)
    graphs = {item.path: read_graph(item.path) for item in data_files(data)}
    changes = edits(graphs, chance)
    remembered(data, path)
    taken = 0
    for _ in range(EDITS):
        before = {file: set(graph) for file, graph in graphs.items()}
        for _ in range(chance.randint(1, 3)):
            next(changes)()
        for file, graph in graphs.items():
            if set(graph) != before[file]:
                file.write_text(layout(graph), encoding="utf-8")
        found, unchanged = remembered(data, path)
        taken += len(unchanged)
        assert found == anew(data)
    assert taken > 0
    assert found


# --- What is not judged again -----------------------------------------------------------------------------------------


def test_nothing_is_judged_again_where_nothing_has_changed(data: Path, path: Path):
    files = {item.path for item in (*ontology_files(), *data_files(data))}
    assert remembered(data, path) == ([], set())
    written = path.read_bytes()
    assert remembered(data, path) == ([], files)
    assert path.read_bytes() == written


def test_a_change_in_one_dataset_leaves_those_that_do_not_look_at_it(data: Path, path: Path):
    remembered(data, path)
    stated = data / "midt-troms-plan" / "stated.ttl"
    graph = read_graph(stated)
    graph.remove((None, SKOS.prefLabel, None))
    stated.write_text(layout(graph), encoding="utf-8")
    found, unchanged = remembered(data, path)
    assert found == anew(data) != []
    assert {file.parent.name for file in unchanged} >= {"municipalities", "midt-troms", "programme", "ontology"}
    assert stated not in unchanged


def test_what_a_thing_refers_to_is_looked_at_where_another_dataset_describes_it(data: Path, path: Path):
    remembered(data, path)
    municipalities = data / "municipalities" / "stated.ttl"
    graph = read_graph(municipalities)
    graph.remove((ID["municipality/lenvik-1931"], RDF.type, None))
    municipalities.write_text(layout(graph), encoding="utf-8")
    found, unchanged = remembered(data, path)
    assert found == anew(data)
    assert any("participation:midt-troms-lenvik" in finding.message for finding in found)
    assert not {file.parent.name for file in unchanged} & {"municipalities", "midt-troms"}


@pytest.mark.parametrize("triple", [(BR.Ours, RDFS.subClassOf, BR.Goal), (BNode(), RDF.type, BR.Goal)])
def test_what_no_digest_tells_is_judged_whole(data: Path, path: Path, triple: tuple[URIRef, URIRef, URIRef]):
    stated = data / "programme" / "stated.ttl"
    stated.write_text(layout(read_graph(stated).add(triple)), encoding="utf-8")
    for _ in range(2):
        found, unchanged = remembered(data, path)
        assert unchanged == set()
        assert len(found) == len(anew(data))


# --- How far shapes look ----------------------------------------------------------------------------------------------

PREFIXES = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix x: <urn:x:> . x:s a sh:NodeShape ; sh:targetClass x:C ; "
)


@pytest.mark.parametrize(
    ("shape", "steps"),
    [
        ("sh:nodeKind sh:IRI .", 0),
        ("sh:property [ sh:path x:p ; sh:minCount 1 ; sh:lessThan x:q ] .", 0),
        ("sh:property [ sh:path x:p ; sh:class x:C ] .", 1),
        ("sh:property [ sh:path ( x:p x:q ) ; sh:minCount 1 ] .", 1),
        ("sh:property [ sh:path ( x:p [ sh:alternativePath ( x:q ( x:q x:r ) ) ] ) ; sh:class x:C ] .", 3),
        ("sh:or ( [ sh:property [ sh:path x:p ; sh:not [ sh:property [ sh:path x:q ; sh:class x:C ] ] ] ] ) .", 2),
        ("sh:property [ sh:path [ sh:inversePath x:p ] ; sh:minCount 1 ] .", None),
        ("sh:property [ sh:path [ sh:zeroOrMorePath x:p ] ; sh:minCount 1 ] .", None),
        ("sh:sparql x:q .", None),
        ("sh:property [ sh:path x:p ; sh:node x:s ] .", None),
    ],
)
def test_shapes_look_as_far_as_their_paths_and_conditions_lead(shape: str, steps: int | None):
    assert reach.steps(parse(PREFIXES + shape)) == steps


def test_the_shapes_of_the_project_look_no_further_than_what_a_thing_refers_to():
    assert reach.steps(validate.read_shapes()) == 1


def test_the_sparql_in_shapes_is_what_is_known_of_it():
    queries = sorted(" ".join(str(text).split()) for text in validate.read_shapes().objects(None, SH.select))
    assert queries == [
        "SELECT $this ?value WHERE { $this br:startYear ?start ; br:endYear ?value . "
        "FILTER (STR(?value) < STR(?start)) }",
        "SELECT DISTINCT $this ?value WHERE { ?subject ?value ?object . "
        'FILTER (STRSTARTS(STR(?value), "https://w3id.org/byregion/def#")) '
        "FILTER NOT EXISTS { ?value a owl:ObjectProperty } FILTER NOT EXISTS { ?value a owl:DatatypeProperty } }",
    ]


# --- Where it is kept -------------------------------------------------------------------------------------------------


def test_what_is_not_asked_for_is_forgotten(path: Path):
    for keys in (("a", "b"), ("b", "c"), ("b",)):
        memory = Memory(path)
        for one in keys:
            memory.get(one, lambda one=one: [one])
        memory.save()
        assert set(json.loads(path.read_text(encoding="utf-8").partition("\n")[2])) == set(keys)


def test_of_many_folders_of_data_those_looked_at_last_are_kept(path: Path):
    for number in range(12):
        memory = Memory(path.with_name(f"{number}.json"))
        memory.get("a", lambda: 1)
        memory.save()
        os.utime(path.with_name(f"{number}.json"), (number, number))
    assert {file.stem for file in path.parent.iterdir()} == {str(number) for number in range(4, 12)}


def test_without_a_file_nothing_is_kept():
    memory = Memory()
    assert memory.get("a", lambda: 1) == 1
    memory.save()
    assert (memory.fault, Memory().knows("a")) == ("", False)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"0000\n{}", b'{"a": [1]}\n'])
def test_a_file_that_is_not_as_it_was_written_is_told_of_and_written_anew(path: Path, content: bytes):
    path.parent.mkdir()
    path.write_bytes(content)
    memory = Memory(path)
    assert "all is checked anew" in memory.fault
    assert memory.get("a", lambda: 1) == 1
    memory.save()
    again = Memory(path)
    assert (again.fault, again.get("a", lambda: 2)) == ("", 1)


def test_a_file_that_was_cut_off_is_not_believed(path: Path):
    memory = Memory(path)
    memory.get("a", lambda: ["x" * 100])
    memory.save()
    path.write_bytes(path.read_bytes()[:-3])
    assert Memory(path).fault


def test_a_folder_that_cannot_be_written_to_is_told_of(tmp_path: Path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    memory = Memory(tmp_path / "file" / "found.json")
    memory.get("a", lambda: 1)
    memory.save()
    assert "found.json" in memory.fault


def write(path: Path, number: int) -> None:
    for turn in range(50):
        memory = Memory(path)
        memory.get(f"{number}-{turn}", lambda: ["x" * 10_000])
        memory.save()
        assert memory.fault == "", memory.fault


def test_checks_at_the_same_time_do_each_other_no_harm(path: Path):
    runs = [multiprocessing.get_context("fork").Process(target=write, args=(path, number)) for number in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(30)
    assert [run.exitcode for run in runs] == [0, 0, 0]
    assert Memory(path).fault == ""
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_key_tells_its_parts_apart():
    assert len({key("ab", "c"), key("a", "bc"), key("abc"), key(b"ab", b"c", "")}) == 4
    assert key("a", 1, b"b") == key("a", 1, b"b")
