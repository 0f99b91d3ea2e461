"""Another revision is published, and the server ends, without one request that fails. Everything is real."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

import excerpt
from processes import descendants
from serving import BYREGION, WITHIN, served

REGION = "https://w3id.org/byregion/id/region/midt-troms"
ASKED = {"query": f"SELECT ?name {{ <{REGION}> <http://www.w3.org/2004/02/skos/core#prefLabel> ?name }} ORDER BY ?name"}
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?l) }"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    shutil.copytree(excerpt.data(), path)
    return path


@pytest.fixture
def served_data(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with served(BYREGION_DATA=str(data)) as found:
        yield found


@pytest.fixture
def served_twice(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server of two HTTP processes."""
    with served("--workers", "2", BYREGION_DATA=str(data)) as found:
        yield found


def change(data: Path, name: str) -> None:
    """Give the region another name."""
    path = data / "midt-troms" / "stated.ttl"
    text = path.read_text(encoding="utf-8")
    assert text.count('skos:prefLabel "Midt-Troms"@nb') >= 1
    path.write_text(text.replace('skos:prefLabel "Midt-Troms"@nb', f'skos:prefLabel "{name}"@nb'), encoding="utf-8")


def reload(address: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(BYREGION), "reload", "--port", str(urlsplit(address).port), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=WITHIN * 2)


def names(address: str) -> set[str]:
    bindings = httpx.get(f"{address}sparql", params=ASKED, timeout=WITHIN).json()["results"]["bindings"]
    return {row["name"]["value"] for row in bindings}


class Load:
    """Clients that ask without a pause, each on a connection of its own."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.ends = threading.Event()
        self.failed: list[str] = []
        self.revisions: set[str] = set()
        self.answered = 0
        self.threads = [threading.Thread(target=self.ask, args=(number,)) for number in range(4)]

    def __enter__(self) -> Load:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ends.set()
        for thread in self.threads:
            thread.join(WITHIN)

    def ask(self, number: int) -> None:
        with httpx.Client(base_url=self.address, timeout=WITHIN) as client:
            count = 0
            while not self.ends.is_set():
                count += 1
                asked = (
                    {"query": ASKED["query"] + f" # {number} {count}"},
                    ASKED,
                )[count % 2]
                try:
                    answer = (
                        client.get("sparql", params=asked) if count % 5 else client.get("doc/region/midt-troms.ttl")
                    )
                except httpx.HTTPError as error:
                    self.failed.append(repr(error))
                    continue
                if answer.status_code != 200:
                    self.failed.append(f"{answer.status_code} {answer.text}")
                self.revisions.add(answer.headers.get("byregion-revision", ""))
                self.answered += 1


def test_what_the_files_say_is_published_without_one_request_that_fails(
    served_twice: tuple[subprocess.Popen[str], str], data: Path
) -> None:
    process, address = served_twice
    before = httpx.get(f"{address}health", timeout=WITHIN).json()["revision"]
    templates = {pid for pid in descendants(process.pid) if b"engine.template" in command_line(pid)}
    assert len(templates) == 1
    with Load(address) as load:
        time.sleep(0.5)
        change(data, "Midt-Troms på nytt")
        done = reload(address)
        asked = load.answered
        time.sleep(0.5)
    assert done.returncode == 0, done.stderr
    assert load.failed == []
    assert load.answered > asked > 0
    after = httpx.get(f"{address}health", timeout=WITHIN).json()["revision"]
    assert after != before
    assert load.revisions == {before, after}
    assert done.stdout.strip() == f"revision {after[:16]} is published"
    # Each of the two HTTP processes has changed.
    for _ in range(10):
        assert "Midt-Troms på nytt" in names(address)
    until = time.monotonic() + WITHIN
    while templates & descendants(process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not templates & descendants(process.pid)


def test_what_cannot_be_published_or_is_already_changes_nothing(
    served_data: tuple[subprocess.Popen[str], str], data: Path
) -> None:
    process, address = served_data
    before = names(address)
    templates = {pid for pid in descendants(process.pid) if b"engine.template" in command_line(pid)}
    assert reload(address).returncode == 0
    # Nothing has changed, so nothing was published anew.
    assert templates <= descendants(process.pid)
    path = data / "midt-troms" / "stated.ttl"
    path.write_text(path.read_text(encoding="utf-8") + "this is not Turtle\n", encoding="utf-8")
    done = reload(address)
    assert done.returncode == 2
    assert "stated.ttl:" in done.stderr
    assert "this is not Turtle" in done.stderr
    assert names(address) == before


def test_a_hangup_reloads_too(served_data: tuple[subprocess.Popen[str], str], data: Path) -> None:
    process, address = served_data
    change(data, "Et annet navn")
    process.send_signal(signal.SIGHUP)
    until = time.monotonic() + WITHIN
    while "Et annet navn" not in names(address) and time.monotonic() < until:
        time.sleep(0.1)
    assert "Et annet navn" in names(address)


def test_where_no_server_is_there_reload_says_so() -> None:
    done = reload("http://127.0.0.1:9/")
    assert done.returncode == 2
    assert "no byregion serve of yours runs on port 9" in done.stderr


def test_what_is_being_worked_on_is_answered_when_the_server_is_told_to_end(
    served_data: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = served_data
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(httpx.get, f"{address}sparql", params={"query": HEAVY, "timeout": "2"}, timeout=WITHIN)
        time.sleep(0.7)
        process.terminate()
        answer = asked.result(WITHIN)
    assert (answer.status_code, answer.json()["limit"]) == (503, 2.0)
    assert process.wait(WITHIN) == 0


def test_an_http_process_that_is_killed_is_replaced(served_twice: tuple[subprocess.Popen[str], str]) -> None:
    process, address = served_twice
    workers = [pid for pid in descendants(process.pid) if b"spawn_main" in command_line(pid)]
    assert len(workers) == 2
    # Granian takes two deaths within 5.5 s for a crash loop.
    os.kill(workers[0], signal.SIGKILL)
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        now = [pid for pid in descendants(process.pid) if b"spawn_main" in command_line(pid)]
        if len(now) == 2 and workers[0] not in now:
            break
        time.sleep(0.05)
    assert workers[0] not in now
    assert len(now) == 2
    # The other one may have begun to listen only now, where this was right after the start.
    while time.monotonic() < until:
        try:
            assert "Midt-Troms" in names(address)
            break
        except httpx.ConnectError:
            time.sleep(0.05)
    for _ in range(10):
        assert "Midt-Troms" in names(address)


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
