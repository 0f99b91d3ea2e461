"""Every file under data/ is in one layout, a file that is not is named with its line, and can be rewritten."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from rdflib.compare import isomorphic

from byregion.assets import folder
from byregion.dataset import GraphFile, data_files, read_graph
from byregion.layout import check, rewrite


def test_every_published_file_is_in_the_layout():
    files = data_files(folder("data"))
    assert files
    assert check(files) == []


@pytest.fixture
def copies(tmp_path: Path) -> tuple[GraphFile, ...]:
    """A folder of data of our own to spoil: the dataset `programme`."""
    shutil.copytree(folder("data") / "programme", tmp_path / "programme")
    return data_files(tmp_path)


def spoil(item: GraphFile) -> int:
    """Add a comment before the third line of a file; return the number of the line."""
    lines = item.path.read_text(encoding="utf-8").splitlines(keepends=True)
    item.path.write_text("".join([*lines[:2], "# a comment\n", *lines[2:]]), encoding="utf-8")
    return 3


def test_a_file_outside_the_layout_is_named_with_the_first_line_that_differs(copies: tuple[GraphFile, ...]):
    line = spoil(copies[0])
    (finding,) = check(copies)
    assert (finding.check, finding.severity) == ("layout", "error")
    assert finding.where == f"{copies[0].path}:{line}"


def test_windows_line_ends_are_outside_the_layout(copies: tuple[GraphFile, ...]):
    copies[0].path.write_bytes(copies[0].path.read_bytes().replace(b"\n", b"\r\n"))
    assert [finding.where for finding in check(copies)] == [f"{copies[0].path}:1"]


def test_rewriting_changes_the_layout_and_no_triple(copies: tuple[GraphFile, ...]):
    spoil(copies[0])
    before = read_graph(copies[0].path)
    assert rewrite(copies) == [copies[0].path]
    assert check(copies) == []
    assert isomorphic(before, read_graph(copies[0].path))
    assert rewrite(copies) == []
