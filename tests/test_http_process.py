"""An HTTP process that takes the place of one that has ended publishes what the others do. Everything is real."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import httpx

import excerpt
from byregion import tokens
from processes import descendants, parent
from serving import WITHIN, served

IN_A_ROW = 30
"""So many in a row are not all answered by the process that was left alone."""
GRAPH = "https://w3id.org/byregion/graphs/midt-troms/translations"
STATEMENT = (
    "<https://w3id.org/byregion/id/region/midt-troms> "
    '<http://www.w3.org/2004/02/skos/core#altLabel> "Et annet navn"@nb .'
)


def http_processes(server: int) -> set[int]:
    """The processes that answer requests: those of the server's own children that are no template."""
    children = {pid for pid in descendants(server) if parent(pid) == server}
    return {pid for pid in children if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")}


def test_after_a_write_a_process_that_was_killed_comes_back_with_its_catalogue(tmp_path: Path):
    token = tokens.create(tmp_path / "tokens.json", "tester")
    options = ("--workers", "2", "--volatile", "--token-file", str(tmp_path / "tokens.json"))
    with served(*options, BYREGION_DATA=str(excerpt.data())) as (process, url):
        before = http_processes(process.pid)
        assert len(before) == 2
        answer = httpx.post(
            f"{url}graphs",
            params={"graph": GRAPH},
            content=STATEMENT.encode(),
            headers={"authorization": f"Bearer {token}", "content-type": "text/turtle"},
            timeout=WITHIN,
        )
        assert answer.status_code == 204, answer.text
        killed = min(before)
        os.kill(killed, signal.SIGKILL)
        until = time.monotonic() + WITHIN
        while len(http_processes(process.pid) - {killed}) < 2:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert answered_in_a_row(f"{url}catalogue") == IN_A_ROW


def answered_in_a_row(address: str) -> int:
    """How many connections, to either process, were answered one after the other, once both have what is asked."""
    until, count = time.monotonic() + WITHIN, 0
    while count < IN_A_ROW and time.monotonic() < until:
        try:
            status = httpx.head(address, headers={"accept": "text/turtle"}, timeout=WITHIN).status_code
        except httpx.TransportError:
            status = 0  # it has not begun to listen
        count = count + 1 if status == 200 else 0
        if not count:
            time.sleep(0.1)
    return count
