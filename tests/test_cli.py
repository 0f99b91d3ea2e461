"""The command `byregion` as a person or a script meets it: answers, exit status, and what is said of an error."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.compare import isomorphic

import excerpt
from byregion.assets import folder
from byregion.cli import VERBS, main
from byregion.cli.validate import _data
from byregion.dataset import data_files, layout, ontology_files, parse, read, read_graph
from byregion.engine.turtle import Reader
from byregion.infer import ALIGNMENT
from byregion.namespaces import BR, ID

CASES = Path(__file__).resolve().parent / "cli"
BYREGION = Path(sys.executable).with_name("byregion")
REGION = URIRef(ID + "region/midt-troms")


def environ(**settings: str) -> dict[str, str]:
    """The environment of this process without settings of byregion's or of colour, but for `settings`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BYREGION_")}
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        kept.pop(name, None)
    return {**kept, "TERM": "xterm-256color", "BYREGION_DATA": str(excerpt.data()), **settings}


def process(*words: object, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own."""
    command = [str(BYREGION), *map(str, words)]
    return subprocess.run(
        command, input=stdin, env=environ(**settings), capture_output=True, text=True, encoding="utf-8", timeout=60
    )


def byregion(*words: object, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command in this process, which reads the libraries only once."""
    given: dict[str, str | None] = {name: None for name in os.environ if name.startswith("BYREGION_")}
    given |= {"BYREGION_DATA": str(excerpt.data())} | settings
    done = CliRunner().invoke(main, [str(word) for word in words], input=stdin, env=given)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return subprocess.CompletedProcess(list(words), done.exit_code, done.stdout, done.stderr)


def refused(*words: object, stdin: str = "", **settings: str) -> str:
    """What is said of an error: exit status 2, nothing on standard output, no traceback."""
    done = byregion(*words, stdin=stdin, **settings)
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.lower().count("error: ") == 1
    return done.stderr


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the published data to spoil."""
    return Path(shutil.copytree(excerpt.data(), tmp_path / "data"))


def rewrite(path: Path, change: Callable[[Graph], object]) -> None:
    graph = read_graph(path)
    change(graph)
    path.write_text(layout(graph), encoding="utf-8")


# --- The command itself -----------------------------------------------------------------------------------------------


def test_the_version_is_that_of_the_installed_package():
    assert re.fullmatch(r"byregion \d+\.\d+\.\d+\n", process("--version").stdout)


def test_help_names_every_verb_with_a_sentence():
    told = byregion("--help").stdout
    for verb in ("check", "evidence", "infer", "query", "serve", "validate"):
        assert re.search(rf"^  {verb} +\w", told, re.MULTILINE), verb


def test_an_unknown_verb_is_answered_with_the_nearest_ones():
    assert "there is no verb 'chek'; did you mean check?" in refused("chek")


def test_an_unknown_option_could_not_be_run():
    refused("check", "--colour")


def test_a_misspelt_setting_does_not_pass_in_silence():
    assert "BYREGION_PROT is not a setting" in refused("check", BYREGION_PROT="80")


def test_debug_shows_the_traceback():
    told = process("validate", "--debug", CASES / "broken.ttl").stderr
    assert told.startswith("Traceback")
    assert "DataError: " in told


def test_an_error_is_a_sentence_and_exit_status_2_in_a_real_process():
    done = process("validate", CASES / "broken.ttl")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) <= 2
    assert done.stderr.startswith("error: ")


@pytest.mark.parametrize(
    "words", [("check",), ("validate",), ("query", "counts-by-class"), ("query", "counts-by-class", "--format", "json")]
)
def test_what_nobody_reads_to_its_end_is_no_verdict_and_ends_in_silence(words: tuple[str, ...]):
    # 1 would say that something does not conform.
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [BYREGION, *words, "--quiet"], env=environ(), stdout=writer, stderr=subprocess.PIPE, timeout=60
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (2, b"")


def test_names_are_written_in_full_where_the_locale_lacks_their_letters():
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    done = process("query", "municipality-today", "--param", "number=1924", **ascii_only)
    assert (done.returncode, "Målselv" in done.stdout) == (0, True)


def test_without_a_standard_output_nothing_could_be_run():
    command = ["sh", "-c", '"$0" "$@" >&-', str(BYREGION), "query", "counts-by-class"]
    done = subprocess.run(command, env=environ(), stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith("error: standard output is closed")


def test_every_verb_but_serve_runs_without_what_only_unix_has():
    done = subprocess.run(
        [sys.executable, str(CASES / "without_unix.py")], env=environ(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["check", "validate", "infer", "evidence", "query", *VERBS]


# --- check ------------------------------------------------------------------------------------------------------------


def test_the_published_data_conforms():
    done = process("check", BYREGION_DATA=str(folder("data")))
    assert done.returncode == 0, done.stdout
    counted = re.findall(r"^(\w+): 0 errors, (\d+) notes?$", done.stdout, re.MULTILINE)
    assert {name for name, _ in counted} == {"layout", "evidence", "ontology", "shapes", "links"}


def test_check_says_what_does_not_conform_in_which_part(data: Path):
    path = data / "midt-troms" / "stated.ttl"
    goal = URIRef(ID + "goal/midt-troms-utdanning")
    rewrite(path, lambda graph: graph.remove((goal, BR.region, None)))
    done = byregion("check", BYREGION_DATA=str(data))
    assert done.returncode == 1
    assert re.search(r"^shapes: [1-9]\d* errors?, ", done.stdout, re.MULTILINE)
    assert re.search(rf"^  error {re.escape(str(path))}: goal:midt-troms-utdanning ", done.stdout, re.MULTILINE)


def test_check_notices_an_entity_that_was_taken_away(data: Path):
    path = data / "midt-troms" / "stated.ttl"
    rewrite(path, lambda graph: graph.remove((URIRef(ID + "advice/midt-troms-3"), None, None)))
    done = byregion("check", BYREGION_DATA=str(data))
    assert done.returncode == 1
    assert re.search(r"^evidence: [1-9]\d* errors?, ", done.stdout, re.MULTILINE)


def test_check_fix_rewrites_what_is_not_in_the_layout(data: Path):
    path = data / "programme" / "stated.ttl"
    path.write_text("# a comment\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    done = byregion("check", BYREGION_DATA=str(data))
    assert done.returncode == 1
    assert f"{path}:1: " in done.stdout
    fixed = byregion("check", "--fix", BYREGION_DATA=str(data))
    assert fixed.returncode == 0, fixed.stdout
    assert f"{path}: rewritten" in fixed.stderr
    assert path.read_bytes() == (excerpt.data() / "programme" / "stated.ttl").read_bytes()


def test_check_validates_unchanged_files_once_unless_it_is_to_do_it_anew(data: Path, tmp_path: Path):
    here = {"BYREGION_DATA": str(data), "BYREGION_CHECK_CACHE": str(tmp_path / "cache")}
    path, files = data / "midt-troms-plan" / "stated.ttl", len(ontology_files()) + len(data_files(data))
    told = "files were not validated again: nothing has changed"
    first, second = (byregion("check", **here) for _ in range(2))
    assert told not in first.stderr
    assert f"{files} of {files} {told}" in second.stderr
    rewrite(path, lambda graph: graph.remove((None, BR.region, None)))
    third = byregion("check", **here)
    assert (first.returncode, second.returncode, third.returncode) == (0, 0, 1)
    (count,) = re.findall(rf"^(\d+) of {files} {told}", third.stderr, re.MULTILINE)
    assert 0 < int(count) < files
    anew = byregion("check", "--no-cache", **here)
    assert anew.stdout == third.stdout
    assert told not in anew.stderr


def test_check_says_that_what_it_kept_is_spoiled_and_checks_anew(data: Path, tmp_path: Path):
    here = {"BYREGION_DATA": str(data), "BYREGION_CHECK_CACHE": str(tmp_path / "cache")}
    byregion("check", **here)
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_bytes(kept.read_bytes()[:-1])
    done = byregion("check", **here)
    assert done.returncode == 0
    assert f"warning: {kept} is not as it was written, so all is checked anew" in done.stderr
    assert "not validated again" not in done.stderr


def test_check_keeps_nothing_where_no_folder_is_named(data: Path, tmp_path: Path):
    here = {"BYREGION_DATA": str(data), "BYREGION_CHECK_CACHE": ""}
    assert "not validated again" not in byregion("check", **here).stderr + byregion("check", **here).stderr


def test_broken_turtle_could_not_be_checked_and_is_named_with_its_line(data: Path):
    path = data / "programme" / "stated.ttl"
    shutil.copy(CASES / "broken.ttl", path)
    assert re.search(rf"{re.escape(str(path))}:[34]: this is not Turtle: ", refused("check", BYREGION_DATA=str(data)))


def test_a_folder_without_data_could_not_be_checked(tmp_path: Path):
    assert "there is no Turtle file" in refused("check", BYREGION_DATA=str(tmp_path))
    assert "there is no such folder" in refused("check", BYREGION_DATA=str(tmp_path / "none"))


# --- validate ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_the_published_data_conforms_to_the_shapes(engine: str):
    done = byregion("validate", "--engine", engine)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_that_does_not_conform_is_reported_as_text_json_and_turtle():
    told = byregion("validate", CASES / "no-region.ttl")
    assert told.returncode == 1
    assert re.search(r"^goal:x br:region", told.stdout, re.MULTILINE)
    as_json = byregion("validate", "--format", "json", CASES / "no-region.ttl")
    assert as_json.returncode == 1
    report = json.loads(as_json.stdout)
    assert report["conforms"] is False
    assert {item["focusNode"]["value"] for item in report["results"]} == {ID + "goal/x"}
    as_turtle = byregion("validate", "--format", "turtle", CASES / "no-region.ttl")
    assert as_turtle.returncode == 1
    graph = parse(as_turtle.stdout)
    (root,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert (root, SH.conforms, Literal(False)) in graph
    assert len(list(graph.objects(root, SH.result))) == len(report["results"])


def test_the_messages_are_in_the_language_that_was_asked_for():
    nb, en = (byregion("validate", "--lang", lang, CASES / "no-region.ttl").stdout for lang in ("nb", "en"))
    assert nb != en


def test_a_file_takes_the_place_of_the_published_one_of_its_dataset_and_part(data: Path):
    assert byregion("validate", data / "midt-troms").returncode == 0
    path = data / "midt-troms" / "stated.ttl"
    rewrite(path, lambda graph: graph.remove((REGION, RDF.type, None)))
    assert byregion("validate", path).returncode == 1


def test_broken_turtle_could_not_be_validated_and_says_what_was_expected():
    told = refused("validate", CASES / "broken.ttl")
    assert re.search(r"broken\.ttl:[34]: this is not Turtle: .*expected", told)


def test_a_path_that_is_not_there_could_not_be_validated(tmp_path: Path):
    assert "there is no such file" in refused("validate", tmp_path / "none.ttl")
    assert "there is no Turtle file below this folder" in refused("validate", tmp_path)
    assert "'rudof' is not one of" in refused("validate", "--engine", "rudof")


def test_a_file_that_says_nothing_is_no_green_report(tmp_path: Path):
    path = tmp_path / "stated.ttl"
    for text in ("", "# Bare en kommentar.\n", "PREFIX br: <https://w3id.org/byregion/def#>\n"):
        path.write_text(text, encoding="utf-8")
        assert f"{path}: this file says nothing" in refused("validate", path)


def test_the_alignment_is_published_and_not_judged_by():
    (alignment,) = (item.path for item in ontology_files() if item.graph == ALIGNMENT)
    lines = set(Reader().ntriples([alignment]).splitlines())
    assert lines and not lines & set(_data(()).splitlines())


# --- infer ------------------------------------------------------------------------------------------------------------


def test_what_is_inferred_is_written_in_the_layout_and_is_stated_nowhere():
    done = byregion("infer")
    graph = parse(done.stdout)
    assert done.stdout == layout(graph)
    assert (URIRef(ID + "municipality/lenvik-1931"), BR.takesPartIn, REGION) in graph
    said = {quad[:3] for quad in read([*ontology_files(), *data_files(excerpt.data())]).quads()}
    assert said
    assert not said & set(graph)
    assert re.search(rf"^\d+ triples stated in \d+ files, {len(graph)} inferred$", done.stderr, re.MULTILINE)


def test_what_is_inferred_can_go_to_a_file_as_sorted_ntriples(tmp_path: Path):
    path = tmp_path / "inferred.nt"
    done = byregion("infer", "--quiet", "--format", "ntriples", "--output", path)
    assert (done.stdout, done.stderr) == ("", "")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines)
    assert isomorphic(Graph().parse(path, format="nt"), parse(byregion("infer").stdout))


def test_a_file_that_cannot_be_written_could_not_be_run(tmp_path: Path):
    assert "No such file or directory" in refused("infer", "--output", tmp_path / "none" / "inferred.ttl")


# --- evidence ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [ID + "advice/midt-troms-1", "advice:midt-troms-1", "advice/midt-troms-1"])
def test_the_passages_behind_an_entity_are_printed_with_their_place(written: str):
    done = byregion("evidence", written)
    assert done.returncode == 0
    text = (folder("data") / "midt-troms/source/midt-troms.txt").read_text(encoding="utf-8").splitlines()
    found = re.findall(r"^midt-troms\.txt:(\d+):(\d+): (.*)$", done.stdout, re.MULTILINE)
    assert "Skap felles, regionale arenaer!" in [words for _, _, words in found]
    for line, column, words in found:
        assert text[int(line) - 1][int(column) - 1 :].startswith(words)


def test_an_entity_that_is_not_there_has_no_evidence():
    assert "nothing is said of" in refused("evidence", "goal:none")
    assert "must be an IRI" in refused("evidence", "mål")


def test_every_source_is_covered_and_an_uncovered_rest_is_printed(data: Path):
    assert byregion("evidence").returncode == 0
    path = data / "midt-troms" / "stated.ttl"
    rewrite(path, lambda graph: graph.remove((URIRef(ID + "advice/midt-troms-3"), BR.quote, None)))
    done = byregion("evidence", "--source", "midt-troms.txt", BYREGION_DATA=str(data))
    assert done.returncode == 1
    assert re.search(r"midt-troms\.txt:\d+:\d+: Lag politisk, forpliktende planer!$", done.stdout, re.MULTILINE)


def test_an_unknown_source_is_answered_with_the_nearest_ones():
    assert "did you mean midt-troms.txt?" in refused("evidence", "--source", "midt-trom.txt")


def test_filling_in_changes_nothing_where_everything_is_filled_in(data: Path):
    before = {item.path: item.path.read_bytes() for item in data_files(data)}
    done = byregion("evidence", "--fill", BYREGION_DATA=str(data))
    assert done.returncode == 0
    assert {path: path.read_bytes() for path in before} == before


def test_filling_in_writes_the_place_of_a_quote_and_refuses_words_that_are_not_in_the_source(data: Path):
    path = data / "midt-troms" / "stated.ttl"
    before = path.read_bytes()
    oa = "http://www.w3.org/ns/oa#"
    rewrite(path, lambda graph: graph.remove((None, URIRef(oa + "start"), None)))
    assert byregion("evidence", "--fill", BYREGION_DATA=str(data)).returncode == 0
    assert path.read_bytes() == before
    words = URIRef(ID + "quote/midt-troms-rad-1#text")
    rewrite(path, lambda graph: graph.set((words, URIRef(oa + "exact"), Literal("words that nobody wrote"))))
    spoilt = path.read_bytes()
    assert "does not occur in the source" in refused("evidence", "--fill", BYREGION_DATA=str(data))
    assert path.read_bytes() == spoilt


def test_filling_in_goes_with_nothing_else():
    refused("evidence", "--fill", "goal:x")


# --- query ------------------------------------------------------------------------------------------------------------


def test_a_named_query_is_answered_as_a_plain_table():
    done = byregion("query", "participants", "--param", "region=region:midt-troms")
    assert done.returncode == 0
    header, *rows = done.stdout.splitlines()
    assert re.split(r"  +", header) == ["role", "roleLabel", "municipality", "name", "lat", "long"]
    assert len(rows) == 8
    assert re.split(r"  +", rows[0])[3] == "Lenvik"
    assert done.stderr == "8 rows\n"


def test_a_file_and_standard_input_are_answered_alike():
    path = CASES / "regions.rq"
    from_file = byregion("query", path, "--format", "tsv")
    from_input = byregion("query", "-", "--format", "tsv", stdin=path.read_text(encoding="utf-8"))
    assert from_file.stdout == from_input.stdout
    assert from_file.stdout.splitlines()[1:] == [f'<{REGION}>\t"Midt-Troms"@nb']


def test_a_query_that_was_saved_with_a_byte_order_mark_is_the_same_query(tmp_path: Path):
    for source in (CASES / "regions.rq", folder("queries") / "measures-counted.rq"):
        path = tmp_path / source.name
        path.write_text(source.read_text(encoding="utf-8"), encoding="utf-8-sig")
        marked, plain = (byregion("query", name, "--format", "tsv") for name in (path, source))
        assert (marked.returncode, marked.stdout) == (0, plain.stdout)


def test_a_table_can_be_had_in_every_format_of_solutions():
    path = CASES / "regions.rq"
    answer = {form: byregion("query", path, "--format", form).stdout for form in ("json", "xml", "csv", "tsv")}
    assert json.loads(answer["json"])["results"]["bindings"][0]["region"]["value"] == str(REGION)
    assert "<uri>" in answer["xml"]
    assert list(csv.reader(io.StringIO(answer["csv"]))) == [["region", "name"], [str(REGION), "Midt-Troms"]]
    assert answer["tsv"].startswith("?region\t?name\n")


@pytest.mark.parametrize(
    ("form", "suffix"), [("turtle", "ttl"), ("ntriples", "nt"), ("rdfxml", "rdf"), ("jsonld", "jsonld")]
)
def test_a_graph_can_be_had_in_every_format_of_graphs(form: str, suffix: str):
    done = byregion("query", CASES / "construct.rq", "--format", form)
    syntax = pyoxigraph.RdfFormat.from_extension(suffix)
    said = {str(quad.subject) for quad in pyoxigraph.parse(done.stdout, format=syntax)}
    assert said == {REGION.n3()}


def test_a_graph_is_turtle_unless_asked_otherwise_and_truth_is_a_word():
    assert (REGION, RDF.type, BR.Region) in parse(byregion("query", CASES / "construct.rq").stdout)
    assert byregion("query", "-", stdin="ASK { ?s ?p ?o }").stdout == "true\n"


def test_a_format_of_another_kind_names_those_that_can_be_had():
    assert "it can be table, json, xml, csv, tsv" in refused("query", CASES / "regions.rq", "--format", "turtle")
    assert "it can be turtle, ntriples, rdfxml, jsonld" in refused("query", CASES / "construct.rq", "--format", "csv")


def test_an_unknown_query_is_answered_with_the_nearest_ones():
    assert "goals-in-order" in refused("query", "goals-in-ordr")
    assert "there is no file none.rq" in refused("query", "none.rq")


def test_a_wrong_parameter_is_told_with_its_name_value_and_kind():
    told = refused("query", "municipality-at-date", "--param", "date=yesterday")
    assert "parameter date is 'yesterday': it must be a day" in told
    assert "has no parameter 'dato'; it has date" in refused(
        "query", "municipality-at-date", "--param", "dato=2015-01-01"
    )
    assert "is missing" in refused("query", "municipality-at-date")
    assert "'date' is not NAME=VALUE" in refused("query", "municipality-at-date", "--param", "date")
    assert "no parameter 'x'" in refused("query", CASES / "regions.rq", "--param", "x=1")


def test_several_values_of_one_parameter_are_one_query():
    done = byregion(
        "query", "municipality-today", "--param", "number=1931", "--param", "number=1922", "--format", "csv"
    )
    assert {row["number"] for row in csv.DictReader(io.StringIO(done.stdout))} == {"1931", "1922"}


def test_a_wrong_query_is_told_with_line_and_column():
    assert re.search(r"line 2, column \d+: ", refused("query", "-", stdin="SELECT * WHERE {\n  ?s ?p }"))


def test_the_line_of_a_wrong_query_is_shown_with_carets_below_the_token():
    told = refused("query", "-", stdin="SELECT * WHERE {\n  ?s ?p 'æ' FILTR(1) }")
    assert told.splitlines() == [
        "2 |   ?s ?p 'æ' FILTR(1) }",
        "  |             ^^^^^",
        "error: line 2, column 13: 'FILTR' is no word of SPARQL; write FILTER",
    ]


def test_an_update_is_refused():
    refused("query", "-", stdin="DELETE WHERE { ?s ?p ?o }")


def test_the_named_queries_are_listed_with_title_and_parameters():
    lines = byregion("query", "--list", "--lang", "nn").stdout.splitlines()
    assert len(lines) - 1 == len(list(folder("queries").glob("*.rq")))
    assert any(line.startswith("participants ") and line.endswith("region=iri [language=language]") for line in lines)
    refused("query")
    refused("query", "participants", "--list")


# --- Terminals --------------------------------------------------------------------------------------------------------


def on_a_terminal(*words: str) -> str:
    """What a terminal is sent."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [BYREGION, *words], stdout=follower, stderr=follower, stdin=follower, env=environ()
    ) as process:
        os.close(follower)
        sent = bytearray()
        while True:
            try:
                part = os.read(leader, 4096)
            except OSError:
                break  # the other end of a terminal is told of the end this way
            if not part:
                break
            sent += part
        process.wait(60)
    os.close(leader)
    return sent.decode("utf-8")


ESCAPE = "\x1b["


def test_there_is_colour_on_a_terminal_and_nowhere_else():
    assert ESCAPE in on_a_terminal("check")
    piped = process("check")
    assert ESCAPE not in piped.stdout + piped.stderr


def test_quiet_is_plain_on_a_terminal_too():
    sent = on_a_terminal("check", "--quiet").splitlines()
    assert not [line for line in sent if ESCAPE in line]
    assert all(re.fullmatch(r"\w+: 0 errors, \d+ notes?", line) for line in sent)
