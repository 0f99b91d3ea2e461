"""Stores of other people's making as ordinary processes: on free ports, with their files in a folder of their own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from web_servers import free_port, program

STARTS_WITHIN = 60.0
"""Virtuoso is ready after 4 s, on a machine that does nothing else."""
_READY = "ASK { <urn:x:none> <urn:x:none> <urn:x:none> }"


@dataclass(frozen=True)
class Store:
    """A store that runs: where it answers queries, where it takes graphs, and how it runs a statement of its own."""

    sparql: str
    graphs: str
    process: subprocess.Popen[bytes]
    statement: Callable[[str], None] = lambda text: pytest.fail(f"this store has no statements of its own: {text}")
    is_virtuoso: bool = False


@contextmanager
def oxigraph(work: Path, *options: str) -> Iterator[Store]:
    """Oxigraph's own server, in memory."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "oxigraph"), "serve", "--bind", f"127.0.0.1:{port}", *options]
    with _running(command, work, f"http://127.0.0.1:{port}/query") as process:
        yield Store(f"http://127.0.0.1:{port}/query", f"http://127.0.0.1:{port}/store", process)


@contextmanager
def virtuoso(work: Path, *settings: str) -> Iterator[Store]:
    """Virtuoso with a small cache, which anybody on this machine may write to; `settings` are of its section SPARQL."""
    port, sql = free_port(), free_port()
    configuration = f"""
[Database]
DatabaseFile = {work}/virtuoso.db
ErrorLogFile = {work}/virtuoso.log
LockFile = {work}/virtuoso.lck
TransactionFile = {work}/virtuoso.trx
xa_persistent_file = {work}/virtuoso.pxa

[TempDatabase]
DatabaseFile = {work}/temporary.db
TransactionFile = {work}/temporary.trx

[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
DirsAllowed = {work}

[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {work}

[SPARQL]
"""
    (work / "virtuoso.ini").write_text(configuration + "\n".join(settings) + "\n", encoding="utf-8")

    def statement(text: str) -> None:
        command = [program("isql-vt"), f"127.0.0.1:{sql}", "dba", "dba", f"exec={text}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert "*** Error" not in done.stderr + done.stdout, done.stderr + done.stdout

    command = [program("virtuoso-t"), "-f", "-c", str(work / "virtuoso.ini")]
    with _running(command, work, f"http://127.0.0.1:{port}/sparql") as process:
        statement('grant SPARQL_UPDATE to "SPARQL";')
        graphs = f"http://127.0.0.1:{port}/sparql-graph-crud"
        yield Store(f"http://127.0.0.1:{port}/sparql", graphs, process, statement, is_virtuoso=True)


@contextmanager
def _running(command: list[str], work: Path, address: str) -> Iterator[subprocess.Popen[bytes]]:
    with (work / "said").open("wb") as said, subprocess.Popen(command, cwd=work, stdout=said, stderr=said) as process:
        try:
            _wait(process, address, work / "said")
            yield process
        finally:
            # What it holds is thrown away with its folder.
            process.kill()


def _wait(process: subprocess.Popen[bytes], address: str, said: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(address, params={"query": _READY}, timeout=5, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail(f"{process.args!r} does not answer: {said.read_text(errors='replace')}")
