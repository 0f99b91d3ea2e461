"""deploy/byregion.service, as systemd itself reads it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from byregion.config import Settings

UNIT = Path(__file__).resolve().parent.parent / "deploy" / "byregion.service"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit with a program that exists in place of what is to be installed."""
    program = tmp_path / "byregion"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    path = tmp_path / UNIT.name
    path.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/byregion/bin/byregion", str(program)), "utf-8")
    return path


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60)


def test_systemd_finds_nothing_to_say_against_the_unit(installed: Path) -> None:
    done = analyze("verify", "--man=no", "--recursive-errors=no", str(installed))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_systemd_would_say_where_something_is_wrong(installed: Path) -> None:
    installed.write_text(installed.read_text(encoding="utf-8").replace("Restart=on-failure", "Restart=maybe"), "utf-8")
    done = analyze("verify", "--man=no", "--recursive-errors=no", str(installed))
    assert "restart specifier" in done.stderr


def test_what_the_service_is_exposed_to_is_little(installed: Path) -> None:
    """`systemd-analyze security` goes from 0.0, nothing, to 10.0; it is given in tenths."""
    done = analyze("security", "--offline=true", "--threshold=20", str(installed))
    assert done.returncode == 0, done.stdout[-600:]


def test_every_variable_of_the_unit_is_a_setting_with_a_value_that_can_be() -> None:
    lines = [line.partition("=")[2] for line in UNIT.read_text(encoding="utf-8").splitlines() if line.startswith("Env")]
    environ = dict(line.split("=", 1) for line in lines if line.startswith("BYREGION_"))
    assert environ
    del environ["BYREGION_DATA"]  # the folder is the owner's
    assert Settings.from_env(environ).access_log == "-"
