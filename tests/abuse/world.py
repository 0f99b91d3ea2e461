"""The server under attack, and how it is: whether it answers what is light, and how much memory it has."""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from abuse import hostile
from processes import descendants

SOON = 5.0
"""Seconds in which a light query is answered on a machine with other work too: a server that hangs takes more."""
MADE_WITHIN = 120.0
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Attacked:
    """A running server: the process that was started, and its address."""

    pid: int
    address: str

    def light(self) -> float:
        """Ask what takes next to nothing and was never asked before; the seconds that the right answer took."""
        query = quote(f"ASK {{ ?s ?p ?o }} # {next(_numbers)} {time.monotonic_ns()}")
        data = f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        answer = hostile.send(self.address, data, SOON)
        assert (answer.status, json.loads(answer.body)["boolean"]) == (200, True)
        return answer.seconds

    def wait(self) -> None:
        """Wait until the downloads are made, which is done besides in the first seconds: who asks before is told so."""
        until = time.monotonic() + MADE_WITHIN
        data = b"GET /dumps/SHA256SUMS HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        while hostile.send(self.address, data, MADE_WITHIN).status == 503:
            assert time.monotonic() < until
            time.sleep(0.2)

    def memory_mb(self) -> float:
        """The memory of all its processes, in MiB; what several share counts once."""
        return sum(_share(pid) for pid in (self.pid, *descendants(self.pid))) / 1024

    def processes(self) -> set[int]:
        """The processes that stay: that which was started, and those that it started."""
        return {self.pid, *(pid for pid in descendants(self.pid) if _parent_is(pid, self.pid))}


def _parent_is(pid: int, parent: int) -> bool:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]) == parent
    except (FileNotFoundError, ProcessLookupError):
        return False


def _share(pid: int) -> int:
    """The KiB that a process has, its share of what it has in common with others."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
