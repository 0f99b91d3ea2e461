"""The documents say what is there, name everything that is there, and what they show as an answer is the answer."""

from __future__ import annotations

import dataclasses
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from rdflib import OWL, RDF

from byregion import queries
from byregion.assets import folder
from byregion.cli import VERBS, main
from byregion.config import PREFIX, Settings
from byregion.dataset import ontology_files, parse, read_graph
from byregion.engine.memory import MemoryEngine
from byregion.namespaces import PREFIXES
from byregion.web import create_app

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def table(text: str, heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, as lists of cells without their code marks."""
    section = re.split(r"^## ", text.split(f"\n## {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [line.strip().strip("|") for line in section.splitlines() if line.startswith("|")]
    assert len(rows) > 2, f"there is no table under {heading!r}"
    return [[cell.strip() for cell in row.split(" | ")] for row in rows[2:]]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


# --- What is there is named -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_section_with_every_argument_and_option(verb: str):
    command = main.get_command(click.Context(main), verb)
    assert command is not None
    listed = {mark for row in table(page("docs/commands.md"), f"byregion {verb}") for mark in code(row[0])}
    there = {"--help"}
    parts = dict(command.commands) if isinstance(command, click.Group) else {}
    there |= set(parts)
    for parameter in (item for part in (command, *parts.values()) for item in part.params):
        there.add(parameter.opts[-1] if isinstance(parameter, click.Option) else str(parameter.name).upper())
    assert {mark.split(" ")[0] for mark in listed} | {"--help", "--quiet", "--debug"} == there


def test_every_setting_is_listed_with_its_default():
    listed = {code(row[0])[0]: row[2] for row in table(page("docs/settings.md"), "Variables")}
    fields = {PREFIX + field.name.upper(): field for field in dataclasses.fields(Settings)}
    assert list(listed) == list(fields)
    for name, field in fields.items():
        if field.default not in (dataclasses.MISSING, ""):
            (default,) = code(listed[name])
            written = f"{field.default:g}" if isinstance(field.default, float) else str(field.default)
            assert default == (written.lower() if isinstance(field.default, bool) else written)


def test_every_query_is_listed_with_its_title_and_parameters():
    named = {query.name: query for query in queries.read_all(folder("queries"))}
    rows = {code(row[0])[0]: row for row in table(page("docs/ask.md"), "Named queries")}
    assert set(rows) == set(named)
    for name, (_, title, parameters) in rows.items():
        assert title == named[name].titles["en"], name
        assert code(parameters) == [parameter.name for parameter in named[name].parameters], name


def test_every_address_of_the_server_is_listed():
    listed = {mark for row in table(page("docs/ask.md"), "Addresses") for mark in code(row[0])}
    app = create_app(Settings(), MemoryEngine.of(ontology_files(), []))
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert rules
    assert {re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule) for rule in rules} == listed


def test_every_class_is_listed():
    ontology = read_graph(folder("ontology") / "byregion.ttl")
    classes = {ontology.namespace_manager.normalizeUri(term) for term in ontology.subjects(RDF.type, OWL.Class)}
    assert classes
    assert classes == {code(row[0])[0] for row in table(page("docs/ask.md"), "Classes")}


# --- What is said is so -----------------------------------------------------------------------------------------------


def sessions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of the console blocks of a page (`$ …`), with the answer that is shown below it."""
    for block in blocks(text, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, answer = part.partition("\n")
            yield command, answer


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        pytest.param(command, answer, id=f"{path.name}: {command}")
        for path in PAGES
        for command, answer in sessions(path.read_text(encoding="utf-8"))
    ],
)
def test_what_a_page_shows_is_what_the_command_answers(command: str, shown: str):
    words = shlex.split(command)
    if words[0] == "make":
        # Only what make would do: the tests run inside `make test`, and serving never ends.
        words.insert(1, "--dry-run")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"
    words[0] = words[0].removeprefix(".venv/bin/")
    done = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    if words[0] != "make":
        assert shown.strip()
        assert done.stdout.rstrip("\n") == shown.rstrip("\n")


def test_the_readme_shows_how_to_serve_to_test_and_to_ask():
    shown = [command for command, _ in sessions(page("README.md"))]
    assert {"make serve", "make test"} <= set(shown)
    assert any(command.startswith(".venv/bin/byregion query") for command in shown)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_of_the_project_leads_somewhere(path: Path):
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target and not target.startswith("#"):
            assert (path.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_turtle_in_the_documents_is_turtle(path: Path):
    prefixes = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
    for block in blocks(path.read_text(encoding="utf-8"), "turtle"):
        assert len(parse(prefixes + block)) > 0


def test_the_example_of_the_publishers_guide_is_the_published_data():
    published = read_graph(folder("data") / "midt-troms" / "stated.ttl")
    prefixes = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
    shown = [triple for block in blocks(page("docs/publish.md"), "turtle") for triple in parse(prefixes + block)]
    assert shown
    assert not [triple for triple in shown if triple not in published]


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.name)
def test_a_decision_has_its_four_parts_and_is_short(path: Path):
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Status", "Context", "Decision", "Consequences"]
    assert re.match(rf"# {int(path.name[:4])}\. ", text)
    assert len(text.splitlines()) <= 40


def test_the_changelog_has_a_section_for_each_part_and_the_version_of_the_project():
    text = page("CHANGELOG.md")
    newest = re.split(r"^## ", text, flags=re.MULTILINE)[1]
    assert re.findall(r"^### (.*)$", newest, re.MULTILINE) == ["Ontology", "Data", "Shapes", "Queries", "Server"]
    version = re.search(r'^version = "(.*)"$', page("pyproject.toml"), re.MULTILINE)
    assert version is not None
    assert newest.startswith(version[1])
