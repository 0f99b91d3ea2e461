"""`byregion serve` as whoever runs it meets it: it starts, answers, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from processes import descendants, parent
from serving import BYREGION, WITHIN, served

ASK = {"query": "ASK { <https://w3id.org/byregion/id/region/midt-troms> ?p ?o }"}


def running(pids: set[int]) -> set[int]:
    """Those of the processes that still run; one that only waits to be buried does not."""
    there = set()
    for pid in pids:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        except FileNotFoundError:
            continue
        if stat.rpartition(")")[2].split()[0] != "Z":
            there.add(pid)
    return there


def gone(pids: set[int]) -> bool:
    """Whether all of the processes end in time."""
    until = time.monotonic() + WITHIN
    while running(pids) and time.monotonic() < until:
        time.sleep(0.05)
    return not running(pids)


def ask(address: str) -> httpx.Response:
    headers = {"Accept": "application/sparql-results+json"}
    return httpx.get(address + "sparql", params=ASK, headers=headers, timeout=WITHIN)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_and_ends_everything_it_started_when_told_to(number: signal.Signals):
    with served() as (process, address):
        assert ask(address).json()["boolean"] is True
        assert httpx.get(address, headers={"Accept": "text/html"}, timeout=WITHIN).status_code == 200
        others = descendants(process.pid)
        assert len(others) >= 3  # the template, a query worker, the HTTP server
        process.send_signal(number)
        _, told = process.communicate(timeout=WITHIN)
        assert process.returncode == 0, told
        assert gone(others)


def test_it_says_which_revision_it_publishes():
    with served() as (process, address):
        revision = httpx.get(address + "health", timeout=WITHIN).json()["revision"]
        process.terminate()
        _, told = process.communicate(timeout=WITHIN)
        assert told.startswith(f"revision {revision[:16]}: ")


def test_quiet_says_the_address_and_nothing_else():
    with served("--quiet") as (process, _):
        process.terminate()
        assert process.communicate(timeout=WITHIN) == ("", "")


def test_a_signal_to_all_its_processes_at_once_is_no_failure():
    with served() as (process, _):
        for pid in [*descendants(process.pid), process.pid]:
            os.kill(pid, signal.SIGTERM)
        _, told = process.communicate(timeout=WITHIN)
        assert process.returncode == 0, told


def test_it_ends_with_an_error_where_the_template_dies():
    with served() as (process, address):
        assert ask(address).status_code == 200
        others = descendants(process.pid)
        (template,) = (
            pid for pid in others if b"byregion.engine.template" in command_line(pid) and parent(pid) == process.pid
        )
        os.kill(template, signal.SIGKILL)
        _, told = process.communicate(timeout=WITHIN)
        assert process.returncode == 2
        assert "error: the template process ended" in told
        assert gone(others)


def command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_nothing_is_left_where_it_was_killed():
    with served() as (process, address):
        assert ask(address).status_code == 200
        others = descendants(process.pid)
        process.kill()
        process.wait(WITHIN)
        assert gone(others)


def refused(*options: str, **settings: str) -> str:
    done = subprocess.run(
        [BYREGION, "serve", *options], env=os.environ | settings, capture_output=True, text=True, timeout=WITHIN
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_port_in_use_could_not_be_listened_on():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = refused("--port", str(port))
        assert f"cannot listen on port {port} of 127.0.0.1: Address already in use; give another with --port" in told


def test_what_cannot_be_served_is_said():
    assert "cannot listen on port 8080 of no-such-host.invalid" in refused("--host", "no-such-host.invalid")
    assert "port is 99999" in refused("--port", "99999")
    assert "store is 'disk'" in refused("--store", "disk")


def test_broken_data_is_named_with_its_line(tmp_path: Path):
    folder = tmp_path / "programme"
    folder.mkdir()
    (folder / "stated.ttl").write_bytes((Path(__file__).parent / "cli/broken.ttl").read_bytes())
    told = refused("--port", "0", BYREGION_DATA=str(tmp_path))
    assert f"{folder / 'stated.ttl'}:" in told
    assert "this is not Turtle" in told
