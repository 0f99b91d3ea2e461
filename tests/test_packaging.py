"""The wheel and the sdist hold everything that byregion needs, and what is installed from them works elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("ontology", "data", "shapes", "queries")


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command without the settings of this environment; a failure shows what it said."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("BYREGION_", "PYTHON"))}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from the sdist and not from the checkout."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    return out


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the wheel in it; its dependencies are those of this environment."""
    home = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    (wheel,) = built.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", python, "--quiet", "--disable-pip-version-check"]
    run(*pip, "install", "--no-deps", "--no-index", wheel, cwd=home)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).stdout.strip())
    # A line of a .pth file is only a place to look: the editable byregion of this environment is not seen through it.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_wheel_holds_the_four_folders_and_what_the_pages_are_made_of(built: Path):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    for folder in FOLDERS:
        wanted = {f"byregion/_assets/{name}" for name in files_below(ROOT / folder)}
        assert wanted, f"{folder}/ is empty"
        assert wanted <= held
    for part in ("templates", "static", "i18n"):
        wanted = {name.removeprefix("server/") for name in files_below(ROOT / "server/byregion/web" / part)}
        assert wanted, f"web/{part}/ is empty"
        assert wanted <= held
    assert "byregion/mirror/templates/nginx.conf" in held
    assert not {name for name in held if "__pycache__" in name or name.startswith(("tests/", "docs/"))}


def test_the_sdist_holds_what_the_tests_and_the_reader_need(built: Path):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"README.md", "LICENSE", "LICENSE-DATA.md", "Makefile", "pyproject.toml", "constraints.txt"}
    assert wanted | {"tests/test_packaging.py", "docs/settings.md", "data/midt-troms/source/midt-troms.txt"} <= held
    # What pages load is there as it was built, and what it is built from.
    assert {"server/byregion/web/static/built/manifest.json", "server/ui/build.mjs", "server/ui/src/style.css"} <= held
    assert not {name for name in held if "node_modules" in name}


def test_the_stored_source_text_is_the_same_to_the_byte_in_the_wheel(built: Path):
    (wheel,) = built.glob("*.whl")
    name = "data/midt-troms/source/midt-troms.txt"
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read(f"byregion/_assets/{name}") == (ROOT / name).read_bytes()


def test_the_installed_byregion_is_the_one_from_the_wheel(installed: Path):
    code = "import byregion, byregion.assets; print(byregion.__file__); print(byregion.assets.folder('data'))"
    module, data = run(installed / "bin" / "python", "-c", code, cwd=installed).stdout.splitlines()
    assert Path(module).is_relative_to(installed)
    assert Path(data).is_relative_to(installed)


def test_a_folder_beside_the_installed_packages_is_not_taken_for_ours(installed: Path):
    python = installed / "bin" / "python"
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=installed).stdout.strip()
    (Path(site).parent / "data").mkdir()
    found = run(python, "-c", "import byregion.assets; print(byregion.assets.folder('data'))", cwd=installed).stdout
    assert Path(found.strip()).is_relative_to(Path(site) / "byregion")


def test_the_installed_command_checks_its_data_in_another_folder(installed: Path, tmp_path: Path):
    run(installed / "bin" / "byregion", "check", cwd=tmp_path)


def test_the_installed_command_answers_a_query_in_another_folder(installed: Path, tmp_path: Path):
    query = "ASK { <https://w3id.org/byregion/id/region/midt-troms> a <https://w3id.org/byregion/def#Region> }"
    (tmp_path / "ask.rq").write_text(query, encoding="utf-8")
    assert run(installed / "bin" / "byregion", "query", "ask.rq", cwd=tmp_path).stdout.strip() == "true"


def test_the_installed_command_says_the_version_of_the_project(installed: Path, tmp_path: Path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert run(installed / "bin" / "byregion", "--version", cwd=tmp_path).stdout == f"byregion {project['version']}\n"


def test_an_editable_install_reads_the_folders_of_the_checkout():
    code = "import byregion.assets; print(byregion.assets.folder('data'))"
    # This environment is the editable install that `make` made.
    assert Path(run(sys.executable, "-c", code, cwd=ROOT.parent).stdout.strip()) == ROOT / "data"
