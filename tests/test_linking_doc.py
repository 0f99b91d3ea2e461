"""Who follows docs/linking.md, line by line, gets what it shows: each block of shell is run, each answer compared."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import excerpt
from web_servers import free_port

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "linking.md"
WITHIN = 60
COMUNICA = ROOT / "tests" / "comunica" / "node_modules" / ".bin"
SETTING = re.compile(r"(BYREGION_[A-Z_]+)=(\S+)\s+")


def steps(page: str) -> Iterator[tuple[str, str]]:
    """Each block of shell, with the answer that is shown below it, or ""."""
    found = re.findall(r"^```(sh|text)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    for number, (language, block) in enumerate(found):
        after = found[number + 1] if number + 1 < len(found) else ("", "")
        if language == "sh":
            yield block, after[1] if after[0] == "text" else ""


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BYREGION_")}
    path = os.pathsep.join([str(Path(sys.executable).parent), str(COMUNICA), kept["PATH"]])
    # What runs without a choice publishes the data, cut down for tests.
    return kept | {"PATH": path, "BYREGION_DATA": str(excerpt.data())}


@contextlib.contextmanager
def running(block: str, folder: Path) -> Iterator[None]:
    """The server that a block starts in a window of its own, as long as it is open."""
    settings, command = dict(SETTING.findall(block)), SETTING.sub("", block).split()
    with (folder / f"{len(list(folder.iterdir()))}.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment() | settings, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("byregion is at http"), Path(log.name).read_text()
            yield
        finally:
            process.terminate()
            process.communicate(timeout=WITHIN)


def run(block: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=WITHIN,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    return done.stdout.replace("\r\n", "\n")


def test_who_follows_the_page_gets_what_it_shows(tmp_path: Path):
    page = PAGE.read_text(encoding="utf-8")
    for port in ("8080", "8081"):
        assert f"--port {port}" in page
        page = page.replace(port, str(free_port()))
    found = list(steps(page))
    assert sum("byregion serve" in block for block, _ in found) == 2
    with ExitStack() as windows:
        for block, answer in found:
            if "byregion serve" in block:
                windows.enter_context(running(block, tmp_path))
            else:
                assert run(block, tmp_path).rstrip("\n") == answer.rstrip("\n"), block


def test_every_answer_that_the_page_shows_follows_what_was_run():
    page = PAGE.read_text(encoding="utf-8")
    answers = re.findall(r"^```text$", page, re.MULTILINE)
    assert len(answers) == sum(bool(answer) for _, answer in steps(page)) > 4
