"""Every file under data/ is in one layout, a file that is not is named with its line, and can be rewritten."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from rdflib.compare import isomorphic

from byregion.assets import folder
from byregion.dataset import read_graph
from byregion.errors import DataError
from byregion.layout import check, rewrite


def test_every_published_file_is_in_the_layout():
    assert check(folder("data")) == []


def test_a_folder_without_a_file_is_an_error(tmp_path: Path):
    with pytest.raises(DataError, match="no Turtle file"):
        check(tmp_path)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder of data of our own to spoil: the dataset `programme`."""
    shutil.copytree(folder("data") / "programme", tmp_path / "programme")
    return tmp_path


def spoil(data: Path) -> Path:
    """Add a comment before the third line of a file; return the file."""
    path = data / "programme" / "stated.ttl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:2], "# a comment\n", *lines[2:]]), encoding="utf-8")
    return path


def test_a_file_outside_the_layout_is_named_with_the_first_line_that_differs(copy: Path):
    path = spoil(copy)
    (finding,) = check(copy)
    assert (finding.check, finding.severity) == ("layout", "error")
    assert finding.where == f"{path}:3"


def test_windows_line_ends_are_outside_the_layout(copy: Path):
    path = copy / "programme" / "stated.ttl"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert [finding.where for finding in check(copy)] == [f"{path}:1"]


def test_rewriting_changes_the_layout_and_no_triple(copy: Path):
    path = spoil(copy)
    before = read_graph(path)
    assert rewrite(copy) == [path]
    assert check(copy) == []
    assert isomorphic(before, read_graph(path))
    assert rewrite(copy) == []
