"""`byregion import page.txt` as people run it: a dataset written whole or not at all, and a report to review it by."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from byregion.dataset import layout, read_graph
from byregion.namespaces import OA
from test_workbook_command import GUIDE, Done, files, run, run_process
from workbook_world import write_around

PAGE = Path(__file__).parent / "data" / "text" / "eksempel.txt"
SHORT = "Nord\n\nMål\n\n- vekst\n\nFakta\n\nSøkerkommune: Bardu\nFolketall: 4 000 (1.1.2015)\n"
MIDT_TROMS = Path(__file__).resolve().parents[1] / "data" / "midt-troms" / "source" / "midt-troms.txt"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_around(tmp_path / "data")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(SHORT, encoding="utf-8", newline="\n")
    return path


def imported(*arguments: object, data: Path) -> Done:
    return run("import", *arguments, data=data, cwd=data.parent)


def test_a_page_becomes_a_dataset_that_the_checks_accept(page: Path, data: Path):
    done = imported(page, "--out", "data/nord", data=data)
    assert (done.returncode, sorted(files(data / "nord"))) == (0, ["source/page.txt", "stated.ttl"])
    graph = read_graph(data / "nord" / "stated.ttl")
    assert (data / "nord" / "stated.ttl").read_text(encoding="utf-8") == layout(graph)
    assert (data / "nord" / "source" / "page.txt").read_bytes() == page.read_bytes()
    checked = run("check", data=data, cwd=data.parent)
    assert "evidence: 0 errors" in checked.stdout
    assert "shapes: 0 errors" in checked.stdout
    assert "layout: 0 errors" in checked.stdout


def test_the_page_of_midt_troms_passes_the_checks_as_it_is_drafted(tmp_path: Path):
    data = tmp_path / "data"
    source = Path(__file__).resolve().parents[1] / "data"
    for name in ("municipalities", "programme"):
        shutil.copytree(source / name, data / name)
    done = imported(MIDT_TROMS, "--out", "data/midt-troms", data=data)
    assert done.returncode == 0, done.stdout
    checked = run("check", "--quiet", data=data, cwd=tmp_path).stdout
    for name in ("layout", "evidence", "shapes", "links"):
        assert f"{name}: 0 errors" in checked


def test_the_guide_for_a_page_of_text_can_be_followed(data: Path):
    part = GUIDE.split("\n## From a page of text\n")[1].split("\n## ")[0]
    commands = [line.split()[1:] for line in re.findall(r"^byregion .*$", part, re.MULTILINE)]
    assert [len(command) for command in commands] == [2, 6]
    shutil.copyfile(PAGE, data.parent / "page.txt")
    for command in commands:
        assert "error" not in run(*command, data=data, cwd=data.parent).stderr
    assert sorted(files(data / "eksempelregionen")) == ["source/page.txt", "stated.ttl"]


def test_filling_in_the_quotes_of_a_draft_changes_nothing(page: Path, data: Path):
    imported(page, "--out", "data/nord", data=data)
    before = files(data / "nord")
    assert run("evidence", "--fill", data=data, cwd=data.parent).returncode == 0
    assert files(data / "nord") == before
    assert len(set(read_graph(data / "nord" / "stated.ttl").subjects(OA.exact))) > 4


def test_the_same_page_gives_the_same_bytes_in_another_process(page: Path, data: Path):
    first = imported(page, "--out", "data/nord", data=data)
    before = files(data / "nord")
    shutil.rmtree(data / "nord")
    again = run_process("import", page, "--out", "data/nord", data=data, cwd=data.parent)
    assert (files(data / "nord"), again.stdout) == (before, first.stdout)


def test_without_a_folder_nothing_is_written_and_the_report_is_the_same(page: Path, data: Path):
    before = files(data.parent)
    done = imported(page, data=data)
    assert files(data.parent) == before
    assert "data/nord" in done.stderr
    assert imported(page, "--out", "data/nord", data=data).stdout == done.stdout


def test_a_dataset_that_is_there_is_written_over_only_when_told_and_the_rest_of_it_stays(page: Path, data: Path):
    imported(page, "--out", "data/nord", data=data)
    (data / "nord" / "stated.ttl").write_text("", encoding="utf-8")
    (data / "nord" / "readings.ttl").write_text("", encoding="utf-8")
    before = files(data)
    refused = imported(page, "--out", "data/nord", "--lang", "en", data=data)
    assert (refused.returncode, files(data)) == (2, before)
    assert "--replace" in refused.stderr
    assert imported(page, "--out", "data/nord", "--replace", data=data).returncode == 0
    assert sorted(files(data / "nord")) == ["readings.ttl", "source/page.txt", "stated.ttl"]
    assert len(read_graph(data / "nord" / "stated.ttl")) > 50
    assert [path.name for path in data.iterdir() if path.name.startswith("nord")] == ["nord"]


def test_where_writing_fails_nothing_is_left_behind(page: Path, data: Path, monkeypatch: pytest.MonkeyPatch):
    imported(page, "--out", "data/nord", data=data)
    before = files(data)

    def fail(_: object) -> str:
        raise OSError("the disk is full")

    monkeypatch.setattr("byregion.cli.texts.layout", fail)
    for arguments in (("data/nord", "--replace"), ("data/annen",)):
        assert imported(page, "--out", *arguments, data=data).returncode == 2
        assert files(data) == before


def test_what_is_left_over_is_reported_and_the_exit_status_says_so(data: Path):
    done = imported(PAGE, "--out", "data/eksempel", "--lang", "en", data=data)
    assert done.returncode == 1
    assert (data / "eksempel" / "stated.ttl").exists()
    assert "42:1 «Prosjektleder: Ola»" in done.stdout
    assert "28:1 the heading «Samarbeidspartnere» is not known; what stands under it is left out" in done.stdout


def test_what_the_shapes_want_of_a_person_is_reported(data: Path, tmp_path: Path):
    page = tmp_path / "nynorsk.txt"
    page.write_text("Salten\n\nMåla i Salten\n\n- ikkje gje seg\n", encoding="utf-8")
    done = imported(page, "--out", "data/salten", "--lang", "nb", data=data)
    assert done.returncode == 1
    wanted = done.stdout.split("Det formene fortsatt vil ha")[1].splitlines()
    assert any(("goal:salten-1" in line and "nb" in line.casefold()) or "bokmål" in line.casefold() for line in wanted)


def test_what_a_person_says_of_the_page_is_taken(page: Path, data: Path):
    options = (
        "--name",
        "Nordregionen",
        "--date",
        "2019-12-31",
        "--page",
        "https://example.org/nord",
        "--written-in",
        "nn",
    )
    done = imported(page, "--out", "data/nord", *options, "--lang", "en", data=data)
    text = (data / "nord" / "stated.ttl").read_text(encoding="utf-8")
    assert 'skos:prefLabel "Nordregionen"@nn' in text
    assert "foaf:page <https://example.org/nord>" in text
    assert "place:nord-2019" in text
    assert done.returncode == 1  # a page in Nynorsk has no names in Bokmål


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--date", "2015-02-30"], "it must be a day"),
        (["--page", "example.org"], "it must be the page's address"),
        (["--copy", "x.xlsx"], "--copy is for a workbook"),
        (["--keep-valid"], "--keep-valid is for a workbook"),
        (["--out", "data/Nord region"], "such as nord-region"),
    ],
)
def test_options_that_do_not_fit_are_told(arguments: list[str], message: str, page: Path, data: Path):
    done = imported(page, *arguments, data=data)
    assert (done.returncode, message in done.stderr) == (2, True)
    assert not (data / "nord").exists()


def test_options_for_a_page_are_refused_with_a_workbook(data: Path):
    done = imported("region.xlsx", "--written-in", "nb", data=data)
    assert (done.returncode, "--written-in is for a page of text" in done.stderr) == (2, True)


def test_a_file_in_windows_1252_is_stored_as_utf_8_and_that_is_told(data: Path, tmp_path: Path):
    page = tmp_path / "page.txt"
    page.write_bytes(SHORT.replace("\n", "\r\n").encode("cp1252"))
    done = imported(page, "--out", "data/nord", "--lang", "en", data=data)
    assert done.returncode == 0
    assert "Windows-1252" in done.stderr
    assert (data / "nord" / "source" / "page.txt").read_text(encoding="utf-8") == SHORT


@pytest.mark.parametrize(("language", "said"), [("nb", "er kjent"), ("nn", "er kjend"), ("en", "is known")])
def test_a_text_without_a_known_heading_is_refused_in_the_language_asked_for(
    language: str, said: str, data: Path, tmp_path: Path
):
    page = tmp_path / "page.txt"
    page.write_text("Nord\n\nBare prosa.\n", encoding="utf-8")
    done = imported(page, "--out", "data/nord", "--lang", language, data=data)
    assert (done.returncode, said in done.stderr, "page.txt:1:1:" in done.stderr) == (2, True, True)
    assert not (data / "nord").exists()
