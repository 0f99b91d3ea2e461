"""Layers, doors and house rules: what ARCHITECTURE.md and CONTRIBUTING.md say of the code is held here."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "server" / "byregion"
MODULES = sorted(PACKAGE.rglob("*.py"))
ENTRY = PACKAGE / "__init__.py"
EVERYWHERE = "everywhere"
FOR_TYPES = {"_typeshed"}  # names that only a type checker knows


def unit(path: Path) -> str:
    """The name that the layer table gives a module: `errors`, or `web/` for everything in that package."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py") if first.endswith(".py") else first + "/"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def table(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading of ARCHITECTURE.md, as lists of cells."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return rows[2:]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


LAYERS = [names(row[1]) for row in table("Layers")]
DEPTH = {name: depth for depth, layer in enumerate(LAYERS) for name in layer}
DOORS = {package: row[1] for row in table("Doors") for package in names(row[0])}


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the full name of everything that a module imports, wherever in the module, with its line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are written in full"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def own_units(imported: str) -> str:
    """The unit of an imported name of our own: `byregion.web.pages.page` is of `web/`."""
    part = imported.split(".")[1]
    return part + "/" if (PACKAGE / part).is_dir() else part


def test_the_package_has_modules_and_the_tables_have_rows():
    assert len(MODULES) > 5
    assert len(LAYERS) > 3
    assert DOORS


def test_every_module_stands_in_the_layer_table_once():
    listed = [name for layer in LAYERS for name in layer]
    assert sorted(listed) == sorted(set(listed))
    assert set(listed) == {unit(path) for path in MODULES if path != ENTRY}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_layers_above_its_own(path: Path):
    for imported, line in imports(path):
        if imported.split(".")[0] != "byregion" or imported == "byregion":
            continue
        assert path != ENTRY, f"{path}:{line}: the package itself imports nothing"
        theirs, ours = own_units(imported), unit(path)
        allowed = theirs == ours or DEPTH[theirs] < DEPTH[ours]
        assert allowed, f"{path}:{line}: {ours} may not import {theirs}, which is not in a layer above its own"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_other_peoples_packages_come_in_only_through_their_door(path: Path):
    for imported, line in imports(path):
        package = imported.split(".")[0]
        if package in sys.stdlib_module_names | FOR_TYPES or package == "byregion":
            continue
        assert package in DOORS, f"{path}:{line}: {package} has no door in ARCHITECTURE.md"
        door = DOORS[package]
        assert door == EVERYWHERE or unit(path) in names(door), f"{path}:{line}: {package} comes in only in {door}"


def test_every_door_is_used_and_every_dependency_has_one():
    used = {imported.split(".")[0] for path in MODULES for imported, _ in imports(path)}
    assert set(DOORS) <= used
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {re.split(r"[\[<>=!~; ]", line)[0] for line in project["dependencies"]}
    import_names = {"prometheus-client": "prometheus_client", "pyyaml": "yaml"}
    assert {import_names.get(name, name) for name in required} <= set(DOORS)


# --- SPARQL is never put together from values -------------------------------------------------------------------------

SPARQL = re.compile(
    r"\b(SELECT|ASK|CONSTRUCT|DESCRIBE|WHERE|VALUES|GRAPH|OPTIONAL|FILTER|BIND|UNION|MINUS|INSERT|DELETE)\b"
    r"\s*(DISTINCT\b|REDUCED\b|DATA\b|NOT\b|EXISTS\b|\s)*[{?$(<*]"
)
EVALUATING = {"query", "update", "select", "construct", "ask", "describe"}


def is_built(node: ast.AST) -> bool:
    """Whether an expression makes a text out of other texts."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod)
    return isinstance(node, ast.Call) and (
        isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "replace", "join", "format_map"}
    )


def constants(node: ast.AST) -> str:
    return " ".join(part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and type(part.value) is str)


def spliced(module: ast.Module) -> list[int]:
    """The lines where SPARQL may be put together from values.

    That is where a built text holds SPARQL, where a text that is SPARQL is built upon by name, and where what is
    handed to a call that evaluates queries is built in place or in the same module under that name.
    """
    found = set()
    texts, built = set(), set()
    for node in ast.walk(module):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            into = {target.id for target in targets if isinstance(target, ast.Name)}
            is_text = isinstance(node.value, ast.Constant) or is_built(node.value)
            texts |= into if is_text and SPARQL.search(constants(node.value)) else set()
            built |= into if is_built(node.value) else set()
    for node in ast.walk(module):
        if is_built(node):
            used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            if SPARQL.search(constants(node)) or used & texts:
                found.add(node.lineno)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in EVALUATING:
            first = node.args[0] if node.args else None
            if first is not None and (is_built(first) or (isinstance(first, ast.Name) and first.id in built)):
                found.add(node.lineno)
    return sorted(found)


@pytest.mark.parametrize(
    "code",
    [
        'store.query(f"ASK {{ <{iri}> ?p ?o }}")',
        'text = f"DESCRIBE <{iri}>"',
        'text = "SELECT * WHERE { ?s ?p " + value + " }"',
        'text = "SELECT ?s WHERE { ?s a %s }" % value',
        'text = "SELECT DISTINCT ?s WHERE { ?s a @ }".replace("@", value)',
        'RULE = "INSERT { ?s a br:Goal } WHERE { ?s a @ }"\ntext = RULE.replace("@", value)',
        "text = header + body\nstore.query(text)",
        "store.query(header.format(value))",
    ],
)
def test_a_query_put_together_from_values_is_noticed(code: str):
    assert spliced(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        'text = "SELECT ?s WHERE { ?s a ?class }"\nstore.query(text, {"class": term})',
        'raise QueryRefused(f"SERVICE is not evaluated here: {name}")',
        'message = f"only SELECT can be shown as a table, not {kind}"',
        "store.query(query.text, values)",
    ],
)
def test_a_query_that_gets_its_values_as_terms_passes(code: str):
    assert not spliced(ast.parse(code))


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if unit(path) not in ("sparql", "service_clause", "paging")],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_no_module_but_those_for_it_puts_a_query_together(path: Path):
    assert spliced(tree(path)) == [], f"{path}: hand the value over as an RDF term"


# --- House rules ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_is_short_and_swallows_no_error(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    for node in ast.walk(tree(path)):
        assert not isinstance(node, ast.Assert), f"{path}:{node.lineno}: raise an error of byregion.errors instead"
        if isinstance(node, ast.ExceptHandler):
            idle = all(isinstance(step, ast.Pass | ast.Continue) or is_ellipsis(step) for step in node.body)
            broad = node.type is None or bool({"Exception", "BaseException"} & set(identifiers(node.type)))
            assert not (idle and broad), f"{path}:{node.lineno}: every error swallowed"
        if isinstance(node, ast.Call) and "suppress" in identifiers(node.func):
            assert "Exception" not in {name for part in node.args for name in identifiers(part)}


def is_ellipsis(step: ast.stmt) -> bool:
    return isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)


def identifiers(node: ast.AST) -> list[str]:
    return [
        part.id if isinstance(part, ast.Name) else part.attr
        for part in ast.walk(node)
        if hasattr(part, "ctx") and isinstance(part, ast.Name | ast.Attribute)
    ]


@cache
def tracked() -> tuple[Path, ...]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    paths = tuple(ROOT / name for name in listing.split("\0") if name)
    assert paths
    return tuple(path for path in paths if path.is_file())


# The brackets keep the pattern from finding itself.
OF_ONE_MACHINE = re.compile(r"(^|[^a-z.])/(w[o]rk|root|home)/[a-z]|/t[m]p/venv", re.MULTILINE)
REGISTRY = re.compile(r"[i]ndex-url|files\.[p]ythonhosted|[p]ypi\.org/simple|registry\.[n]pmjs|find-[l]inks")


def test_no_tracked_file_names_a_path_of_one_machine_or_a_registry():
    for path in tracked():
        text = path.read_text(encoding="utf-8", errors="replace")
        for pattern in (OF_ONE_MACHINE, REGISTRY):
            match = pattern.search(text)
            assert match is None, f"{path}: {match.group(0)!r} on line {text.count(chr(10), 0, match.start()) + 1}"


def test_constraints_pin_names_to_versions_and_nothing_else():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    for line in lines:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*", line), line


def test_every_dependency_is_pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    assert {re.split(r"[\[<>=!~; ]", line)[0].lower() for line in wanted} <= pinned


# --- Commands ---------------------------------------------------------------------------------------------------------


def test_make_help_names_every_target_with_a_sentence():
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony is not None
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^([a-z]+) +[A-Z]", told, re.MULTILINE)) == set(phony[1].split())


def test_what_is_run_before_a_change_lands_is_lint_and_test_and_fails_without_the_shared_folder(tmp_path: Path):
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.splitlines()[-1] == "make lint test"
    copy = tmp_path / "clone" / ".ci" / "run"
    copy.parent.mkdir(parents=True)
    copy.write_text(script, encoding="utf-8")
    done = subprocess.run(["bash", copy], capture_output=True, text=True)
    assert done.returncode == 1
    assert "../shared is missing" in done.stderr
