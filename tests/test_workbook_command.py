"""The verbs for workbooks as people run them: files in, files out, nothing half written, and the publisher's guide."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import httpx
import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.worksheet.worksheet import Worksheet

from byregion.assets import folder
from byregion.cli import main
from byregion.config import LANGUAGES, PREFIX, Settings
from byregion.convert.workbook import reading
from byregion.dataset import data_files, ontology_files
from byregion.engine.memory import MemoryEngine
from byregion.infer import UPDATES
from byregion.web import create_app
from workbook_world import REGION, SOURCE, form, saved, table, write_around

# What Python has on Unix alone; the verbs that an officer runs on Windows must not need it.
UNIX_ONLY = ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty")
GOALS = ["Id", "Navn (nb)", "Rekkefølge", "Kilde"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programme and a few municipalities, as what is published."""
    return write_around(tmp_path_factory.mktemp("around") / "data")


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: object, data: Path, cwd: Path) -> Done:
    """Run a command as in a folder of its own, in this process: a new one reads everything anew each time."""
    with contextlib.chdir(cwd):
        done = CliRunner(env={f"{PREFIX}DATA": str(data)}).invoke(main, [str(argument) for argument in arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


def run_process(*arguments: object, data: Path, cwd: Path, without: tuple[str, ...] = ()) -> Done:
    """Run a command in a process of its own, where Python lacks the modules `without`."""
    code = f"import sys; sys.modules.update(dict.fromkeys({without!r})); from byregion.cli import main; main()"
    environ = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code, *map(str, arguments)],
        cwd=cwd,
        env={**environ, f"{PREFIX}DATA": str(data)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def goals(path: Path, *rows: list[object]) -> Path:
    return saved(path, REGION, SOURCE, table("Mål", GOALS, *rows))


def files(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


# --- Template ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_has_every_sheet_with_headings_notes_and_lists(language: str, data: Path, tmp_path: Path):
    assert run("template", "--lang", language, "a.xlsx", data=data, cwd=tmp_path).returncode == 0
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    words = form(language).words
    for sheet in form(language).sheets:
        written = book[words.sheet(sheet)]
        assert isinstance(written, Worksheet)
        headings = [str(cell.value) for cell in written[1]]
        assert [heading.removesuffix(" *") for heading in headings[1:]] == [
            words.heading(item) for item in sheet.columns
        ]
        assert all(cell.comment is not None and len(cell.comment.text) > 10 for cell in written[1])
        assert any(heading.endswith(" *") for heading in headings)
    lists = book[words.own("lists")]
    assert lists.sheet_state == "hidden"
    told = {cell.value for row in lists.iter_rows() for cell in row}
    assert {"1924 Målselv", "0301 Oslo"} <= told
    assert "5421 Senja" not in told


def test_a_template_is_always_the_same_and_a_list_in_a_cell_is_where_it_says(data: Path, tmp_path: Path):
    run("template", "a.xlsx", data=data, cwd=tmp_path)
    run_process("template", "b.xlsx", data=data, cwd=tmp_path)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    seen = 0
    for sheet in form().sheets:
        written = book[form().words.sheet(sheet)]
        assert isinstance(written, Worksheet)
        for validation in written.data_validations.dataValidation:
            name, _, area = str(validation.formula1).rpartition("!")
            if name:
                cells = book[name.strip("'")][area.replace("$", "")]
                seen += bool(cells)
    assert seen > 50


def test_an_empty_template_says_that_it_is_empty(data: Path, tmp_path: Path):
    run("template", "a.xlsx", data=data, cwd=tmp_path)
    done = run("import", "a.xlsx", data=data, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (
        1,
        "Veiledning: Arbeidsboken har ingen rader å lese. Fyll ut minst ett ark.\n",
    )


def test_nothing_is_written_over_a_file_that_is_there(data: Path, tmp_path: Path):
    (tmp_path / "a.xlsx").write_text("mitt")
    done = run("template", "a.xlsx", data=data, cwd=tmp_path)
    assert done.returncode == 2
    assert "there already" in done.stderr
    assert (tmp_path / "a.xlsx").read_text() == "mitt"


# --- Import -----------------------------------------------------------------------------------------------------------


def test_a_workbook_with_an_error_writes_nothing(data: Path, tmp_path: Path):
    goals(tmp_path / "a.xlsx", ["", "Vekst", 1, "Side"], ["", "Tillit", "mange", "Side"])
    before = files(tmp_path)
    done = run("import", "a.xlsx", "--out", "data/midt-test", data=data, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == "Mål!C3: «mange» er ikke et tall. Skriv bare tallet, for eksempel 8206 eller 8206,5.\n"
    assert files(tmp_path) == before


def test_with_keep_valid_the_rest_is_written_and_what_was_left_out_is_told(data: Path, tmp_path: Path):
    goals(tmp_path / "a.xlsx", ["", "Vekst", 1, "Side"], ["", "Tillit", "mange", "Side"])
    done = run("import", "a.xlsx", "--out", "data/midt-test", "--keep-valid", data=data, cwd=tmp_path)
    assert done.returncode == 1
    assert "Mål!3: Raden er ikke tatt med: 1 feil." in done.stdout
    written = (tmp_path / "data" / "midt-test" / "stated.ttl").read_text("utf-8")
    assert "goal:midt-test-vekst\n" in written
    assert "tillit" not in written


def test_importing_twice_gives_the_same_bytes_from_the_workbook_and_from_its_copy(data: Path, tmp_path: Path):
    goals(tmp_path / "a.xlsx", ["", "Økt vekst", 1, "Side"], ["", "Økt vekst", 2, "Side"])
    for name, out in (("a.xlsx", "en"), ("a.xlsx", "to"), ("a-med-id.xlsx", "tre")):
        done = run("import", name, "--out", f"{out}/midt-test", data=data, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    assert files(tmp_path / "en") == files(tmp_path / "to") == files(tmp_path / "tre") != {}
    assert sorted(path.name for path in tmp_path.glob("*.xlsx")) == ["a-med-id.xlsx", "a.xlsx"]


def test_the_copy_has_the_ids_and_is_otherwise_the_workbook_to_the_last_cell(data: Path, tmp_path: Path):
    path = goals(tmp_path / "a.xlsx", ["egen-id", "Vekst", 1, "Side"], ["", "Tillit", 2, "Side"])
    book = openpyxl.load_workbook(path)
    sheet = book["Mål"]
    assert isinstance(sheet, Worksheet)
    sheet["F9"] = "#"
    sheet["A3"].number_format = "@"
    sheet["B3"].font = openpyxl.styles.Font(bold=True)
    sheet["F1"] = "# =1+1"
    book.save(path)
    given = path.read_bytes()
    assert run("import", path, "--out", "data/midt-test", data=data, cwd=tmp_path).returncode == 0
    assert path.read_bytes() == given
    copy = openpyxl.load_workbook(tmp_path / "a-med-id.xlsx")["Mål"]
    assert [copy[cell].value for cell in ("A2", "A3")] == ["egen-id", "midt-test-tillit"]
    assert copy["A3"].number_format == "@"
    assert copy["B3"].font.bold
    for row in openpyxl.load_workbook(path)["Mål"].iter_rows():
        for cell in row:
            assert cell.coordinate == "A3" or copy[cell.coordinate].value == cell.value
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(tmp_path / "a-med-id.xlsx") as other:
        assert one.namelist() == other.namelist()


def test_a_copy_is_never_written_over_anything(data: Path, tmp_path: Path):
    goals(tmp_path / "a.xlsx", ["", "Vekst", 1, "Side"])
    (tmp_path / "a-med-id.xlsx").write_text("mitt")
    done = run("import", "a.xlsx", "--out", "data/midt-test", data=data, cwd=tmp_path)
    assert "a-med-id-2.xlsx" in done.stderr
    assert (tmp_path / "a-med-id.xlsx").read_text() == "mitt"


def test_a_folder_of_csv_is_a_workbook_and_its_copy_a_folder(data: Path, tmp_path: Path):
    sheets = tmp_path / "ark"
    sheets.mkdir()
    for each in (REGION, SOURCE, table("Mål", GOALS, ["", "Økt vekst; på sikt", 1, "Side"])):
        rows = [";".join(f'"{cell}"' if ";" in str(cell) else str(cell) for cell in row) for _, row in each.rows]
        (sheets / f"{each.name}.csv").write_bytes("\r\n".join(rows).encode("cp1252"))
    done = run("import", "ark", "--out", "en/midt-test", data=data, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Mål: Filen er ikke UTF-8 og er lest som Windows-1252." in done.stderr
    assert run("import", "ark-med-id", "--out", "to/midt-test", data=data, cwd=tmp_path).returncode == 0
    assert files(tmp_path / "en") == files(tmp_path / "to")
    (mal,) = (each for each in reading.read(tmp_path / "ark-med-id") if each.name == "Mål")
    assert mal.rows[1][1] == ["midt-test-okt-vekst-pa-sikt", "Økt vekst; på sikt", "1", "Side"]


def test_what_the_workbook_no_longer_has_is_named_and_only_taken_away_when_told_so(data: Path, tmp_path: Path):
    goals(tmp_path / "a.xlsx", ["", "Vekst", 1, "Side"], ["", "Tillit", 2, "Side"])
    goals(tmp_path / "b.xlsx", ["", "Vekst", 1, "Side"])
    out = tmp_path / "data" / "midt-test"
    assert run("import", "a.xlsx", "--out", out, data=data, cwd=tmp_path).returncode == 0
    before = files(out)
    done = run("import", "b.xlsx", "--out", out, data=data, cwd=tmp_path)
    assert done.returncode == 2
    assert "goal:midt-test-tillit" in done.stderr
    assert files(out) == before
    assert run("import", "b.xlsx", "--out", out, "--replace", data=data, cwd=tmp_path).returncode == 0
    assert "tillit" not in (out / "stated.ttl").read_text("utf-8")


def test_a_workbook_of_what_is_published_is_checked_as_that_and_not_beside_it(data: Path, tmp_path: Path):
    shutil.copytree(data, tmp_path / "data")
    goals(tmp_path / "a.xlsx", ["", "Vekst", 1, "Side"])
    assert run("import", "a.xlsx", "--out", "data/midt-test", data=tmp_path / "data", cwd=tmp_path).returncode == 0
    book = openpyxl.load_workbook(tmp_path / "a-med-id.xlsx")
    book["Mål"]["B2"] = "Et annet navn"
    book.save(tmp_path / "b.xlsx")
    done = run("import", "b.xlsx", data=tmp_path / "data", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_no_workbook_can_say_stays_in_the_dataset(data: Path, tmp_path: Path):
    goals(tmp_path / "a.xlsx", ["", "Vekst", 1, "Side"])
    out = tmp_path / "data" / "midt-test"
    assert run("import", "a.xlsx", "--out", out, data=data, cwd=tmp_path).returncode == 0
    stated = out / "stated.ttl"
    name = '    skos:altLabel "Framgang"@nb ;\n    skos:prefLabel "Vekst"@nb ;\n'
    text = stated.read_text("utf-8").replace('    skos:prefLabel "Vekst"@nb ;\n', name)
    stated.write_text(text, "utf-8", newline="\n")
    (out / "links.ttl").write_text("")
    assert run("import", "a-med-id.xlsx", "--out", out, data=data, cwd=tmp_path).returncode == 0
    assert stated.read_text("utf-8") == text
    assert (out / "links.ttl").exists()


def test_a_file_that_cannot_be_read_is_told_in_the_language_that_is_asked_for(data: Path, tmp_path: Path):
    (tmp_path / "a.xlsx").write_text("hei")
    done = run("import", "a.xlsx", data=data, cwd=tmp_path)
    assert done.returncode == 2
    assert "dette er ingen Excel-arbeidsbok; åpne den i Excel" in done.stderr
    assert "this is no Excel workbook" in run("import", "a.xlsx", "--lang", "en", data=data, cwd=tmp_path).stderr


def test_a_sheet_without_a_column_for_ids_gets_none_and_that_is_told(data: Path, tmp_path: Path):
    saved(tmp_path / "a.xlsx", REGION, SOURCE, table("Mål", ["Navn (nb)", "Kilde"], ["Vekst", "Side"]))
    done = run("import", "a.xlsx", "--out", "data/midt-test", data=data, cwd=tmp_path)
    assert done.returncode == 0
    assert "Mål: arket har ingen kolonne for id-er" in done.stderr
    assert "2 nye id-er" in done.stderr


def test_a_dataset_has_a_folder_that_can_be_its_name(data: Path, tmp_path: Path):
    goals(tmp_path / "a.xlsx", ["", "Vekst", 1, "Side"])
    done = run("import", "a.xlsx", "--out", "Min Region", data=data, cwd=tmp_path)
    assert done.returncode == 2
    assert "min-region" in done.stderr


def test_the_verbs_that_an_officer_runs_need_nothing_that_only_unix_has(data: Path, tmp_path: Path):
    goals(tmp_path / "a.xlsx", ["", "Vekst", 1, "Side"])
    for arguments in (
        ("template", "mal.xlsx"),
        ("import", "a.xlsx", "--out", "data/midt-test"),
        ("export", "--xlsx", "data/midt-test", "ut.xlsx"),
        ("validate", "data/midt-test"),
    ):
        done = run_process(*arguments, data=data, cwd=tmp_path, without=UNIX_ONLY)
        assert done.returncode == 0, done.stdout + done.stderr


# --- The publisher's guide --------------------------------------------------------------------------------------------

GUIDE = (Path(__file__).parent.parent / "docs" / "publish.md").read_text("utf-8")


def filled_in() -> dict[str, list[dict[str, str]]]:
    """What the guide tells to write: for each sheet, rows by their headings."""
    told: dict[str, list[dict[str, str]]] = {}
    for name, lines in re.findall(r"^On the sheet `([^`]+)`.*:\n\n((?:\|.*\n)+)", GUIDE, re.MULTILINE):
        heading, _, *rows = ([cell.strip() for cell in line.strip("|\n ").split(" | ")] for line in lines.splitlines())
        told[name] = [dict(zip(heading, row, strict=True)) for row in rows]
    return told


def fill(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    for name, rows in filled_in().items():
        sheet = book[name]
        assert isinstance(sheet, Worksheet)
        columns = {str(cell.value).removesuffix(" *"): cell.column for cell in sheet[1]}
        for number, row in enumerate(rows, 2):
            for heading, value in row.items():
                sheet.cell(number, columns[heading], value)
    book.save(path)


def test_the_publishers_guide_leads_from_an_empty_workbook_to_a_page(tmp_path: Path):
    part = GUIDE.split("\n## With a workbook\n")[1].split("\n## ")[0]
    commands = [line.split()[1:] for line in re.findall(r"^byregion .*$", part, re.MULTILINE)]
    assert [command[0] for command in commands] == ["template", "import", "import", "validate", "check"]
    assert len(filled_in()) == 4
    write_around(tmp_path / "data")
    shutil.copyfile(folder("data") / "catalogue.ttl", tmp_path / "data" / "catalogue.ttl")
    for command in commands:
        done = run(*command, data=tmp_path / "data", cwd=tmp_path)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        if command[0] == "template":
            fill(tmp_path / command[-1])
    settings = Settings(data=tmp_path / "data")
    app = create_app(settings, MemoryEngine.of([*ontology_files(), *data_files(settings.data)], UPDATES))
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://127.0.0.1:8080") as client:
        page = client.get("/doc/region/eksempelregionen", headers={"accept": "text/html", "accept-language": "nb"})
    assert page.status_code == 200
    assert "En region som flere vil bo og arbeide i" in page.text
    assert "Karmøy" in page.text


def test_the_error_that_the_guide_shows_is_what_is_said(data: Path, tmp_path: Path):
    (line,) = re.findall(r"^```text\n(.*)\n```$", GUIDE, re.MULTILINE)[:1]
    cell = ["", "5418", "samarbeidskommune", "Side"]
    others = [["", f"{number}", "samarbeidskommune", "Side"] for number in (1922, 1931, 1926, 1106, 1149)]
    sheet = table("Deltakere", ["Id", "Gjelder kommune", "Rolle", "Kilde"], *others, cell)
    saved(tmp_path / "a.xlsx", REGION, SOURCE, sheet)
    assert run("import", "a.xlsx", data=data, cwd=tmp_path).stdout.strip() == line
