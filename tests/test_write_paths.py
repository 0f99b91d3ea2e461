"""There is one way in which what is held changes: who calls the functions of that way, by the code itself."""

from __future__ import annotations

import ast
from pathlib import Path

import byregion

PACKAGE = Path(byregion.__file__).parent


def callers(*names: str) -> dict[str, set[str]]:
    """The modules in which something of these names is called, as a method or a function."""
    found: dict[str, set[str]] = {name: set() for name in names}
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if not any(f"{name}(" in text for name in names):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in found:
                    found[called].add(path.relative_to(PACKAGE).as_posix())
    return found


def test_there_is_one_way_in_which_what_is_held_changes():
    called = callers("Write", "stage", "apply", "commit", "do", "bulk_extend", "remove_graph", "add_graph")
    # What is taken back where no server is goes the way of a write, too.
    assert called["Write"] == {"web/writes.py", "engine/reverting.py"}
    assert called["stage"] == {"engine/writer.py", "engine/reverting.py"}
    # What is staged is a copy.
    assert called["apply"] == {"engine/forks.py", "engine/stage.py"}
    assert called["commit"] == {"engine/pool.py", "engine/forks.py"}
    assert called["do"] == {"engine/pool.py"}
    assert called["remove_graph"] == {"engine/delta.py"}


def test_only_the_protocol_layers_write():
    # A migration of a journal, and an export to files, have functions of that name, which write to no engine.
    assert callers("carry_out")["carry_out"] - {"cli/migrate.py", "cli/export.py"} == {
        "web/updates.py",
        "web/graph_writes.py",
        "web/reverts.py",
        "web/workbook_writes.py",
    }


def test_a_journal_is_written_to_in_three_places():
    # There are lists that are appended to, too: a journal has its name.
    named = {path for path in callers("append")["append"] if "journal.append(" in (PACKAGE / path).read_text()}
    assert named == {"engine/forks.py", "engine/migrating.py", "engine/reverting.py"}
