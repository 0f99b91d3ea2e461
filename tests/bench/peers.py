"""The servers that are compared, each started over the same data on a free port of 127.0.0.1, and ended.

The default graph of each is the merge of all graphs; the named graphs are there too. A server that cannot be started
is told of with the reason, and left out.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from importlib.metadata import version
from pathlib import Path
from typing import Final
from urllib.parse import quote

from .data import Data
from .mix import Query

BIN: Final = Path(sys.executable).parent
US: Final = "byregion"
ANSWERS_WITHIN: Final = 120.0
"""Seconds in which a server that started must answer, its data loaded."""
MERGE: Final = "urn:bench:merge"


class Missing(Exception):
    """A server that cannot be started here, with the reason."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers: its process, its port, the path of its endpoint.

    `always` are parameters that each of its requests has, each with an ampersand after it.
    """

    name: str
    version: str
    process: subprocess.Popen[bytes]
    port: int
    path: str
    always: str = ""

    def address(self, query: Query, more: str = "") -> str:
        """Return the path and query string that ask `query`; what is appended to it is a comment of the query.

        `more` are other parameters, each with an ampersand after it.
        """
        return f"{self.path}?{self.always}{more}query={quote(query.text + chr(10) + '#', safe='')}"

    def get(self, query: Query, patience: float) -> tuple[int, bytes]:
        """Return the status and the body of one answer."""
        return _get(self.port, self.address(query), query.accept, patience)


@contextmanager
def start(names: list[str], data: Data, folder: Path, *, deadline: int = 0) -> Iterator[tuple[list[Server], list[str]]]:
    """Start the servers called `names` over `data`, and end them on leaving; gives them, and why any is missing.

    `deadline` is the time limit in seconds that Oxigraph's server is given; 0 is none, as it starts by itself.
    """
    with ExitStack() as stack:
        servers: list[Server] = []
        missing: list[str] = []
        for name in names:
            home = folder / name
            home.mkdir(parents=True)
            try:
                servers.append(stack.enter_context(STARTERS[name](data, home, deadline)))
            except Missing as why:
                missing.append(f"{name}: {why}")
        yield servers, missing


@contextmanager
def byregion(data: Data, folder: Path, deadline: int) -> Iterator[Server]:
    """Start `byregion serve` with its own defaults: only the data and the port are given."""
    command = [str(_program("byregion", BIN)), "serve", "--quiet", "--port", "0", "--store", "memory"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BYREGION_")}
    with _process(
        command, folder, environment | {"BYREGION_DATA": str(data.folder)}, stdout=subprocess.PIPE
    ) as process:
        told = process.stdout.readline().decode() if process.stdout else ""
        if not (found := re.search(r"http://127\.0\.0\.1:(\d+)/", told)):
            raise Missing(f"it did not start: {_log(folder)}")
        yield Server(US, version("byregion"), process, int(found[1]), "/sparql")


@contextmanager
def oxigraph(data: Data, folder: Path, deadline: int) -> Iterator[Server]:
    """Start Oxigraph's own server, in memory."""
    program = _program("oxigraph", BIN)
    port = free_port()
    command = [str(program), "serve", "--bind", f"127.0.0.1:{port}"]
    if deadline:
        command += ["--timeout-s", str(deadline)]
    with _process(command, folder) as process:
        _wait(process, folder, lambda: _get(port, "/", "*/*")[0] == 200)
        _post(port, "/store", data.quads, "application/n-quads")
        _post(port, "/store?default", data.merge, "application/n-triples")
        yield Server("oxigraph", version("oxigraph"), process, port, "/query")


@contextmanager
def rdflib_endpoint(data: Data, folder: Path, deadline: int) -> Iterator[Server]:
    """Start rdflib-endpoint under uvicorn as its own command does: rdflib's store, the default graph is the union."""
    program = _program("rdflib-endpoint", BIN)
    port = free_port()
    with _process(
        [str(program), "serve", "--host", "127.0.0.1", "--port", str(port), str(data.quads)], folder
    ) as process:
        _wait(process, folder, lambda: _get(port, "/?query=ASK%7B%7D", "application/sparql-results+json")[0] == 200)
        yield Server("rdflib-endpoint", version("rdflib-endpoint"), process, port, "/")


_VIRTUOSO: Final = """[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
MaxCheckpointRemap = 2000
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
NumberOfBuffers = 100000
MaxDirtyBuffers = 75000
ServerThreads = 20
DirsAllowed = {allowed}
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
ServerThreads = 10
MaxKeepAlives = 10
KeepAliveTimeout = 10
[SPARQL]
ResultSetMaxRows = 1000000
MaxQueryExecutionTime = 600
"""


@contextmanager
def virtuoso(data: Data, folder: Path, deadline: int) -> Iterator[Server]:
    """Start Virtuoso, with buffers for about a gigabyte; each request says that the merge is the default graph.

    By itself it would take the union of all graphs, those of its own among them.
    """
    program, shell = _program("virtuoso-t"), _program("isql-vt")
    port, sql = free_port(), free_port()
    settings = _VIRTUOSO.format(sql=sql, port=port, folder=folder, allowed=data.quads.parent)
    (folder / "virtuoso.ini").write_text(settings, encoding="utf-8")
    with _process([str(program), "-f", "-c", "virtuoso.ini"], folder) as process:
        _wait(process, folder, lambda: _get(port, "/sparql?query=ASK%7B%7D", "*/*")[0] == 200)
        files = ((data.merge, MERGE), (data.quads, f"{MERGE}:no-graph"))
        load = "".join(f"ld_dir('{file.parent}', '{file.name}', '{graph}'); " for file, graph in files)
        load += "rdf_loader_run(); checkpoint; "
        load += "select 'failed', ll_error from DB.DBA.load_list where ll_error is not null;"
        command = [str(shell), f"127.0.0.1:{sql}", "dba", "dba", f"exec={load}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if done.returncode or "failed " in done.stdout:
            raise Missing(f"it did not load the data: {done.stdout[-300:]}{done.stderr[-300:]}")
        default = f"default-graph-uri={quote(MERGE, safe='')}&"
        yield Server("virtuoso", _virtuoso_version(program), process, port, "/sparql", default)


STARTERS: Final[Mapping[str, Callable[[Data, Path, int], AbstractContextManager[Server]]]] = {
    US: byregion,
    "oxigraph": oxigraph,
    "rdflib-endpoint": rdflib_endpoint,
    "virtuoso": virtuoso,
}
NAMES: Final = tuple(STARTERS)


def _virtuoso_version(program: Path) -> str:
    told = subprocess.run([program, "-?"], capture_output=True, text=True)
    found = re.search(r"Version (\S+)", told.stdout + told.stderr)
    return found[1] if found else "unknown"


def _program(name: str, folder: Path | None = None) -> Path:
    found = shutil.which(name, path=str(folder) if folder else None)
    if found is None:
        raise Missing(f"there is no {name} in {folder}" if folder else f"{name} is not installed (a Debian package)")
    return Path(found)


@contextmanager
def _process(
    command: list[str], folder: Path, environment: Mapping[str, str] | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in `folder`, what it says in the file `log` there, and end it on leaving."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=stdout or log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()


def _wait(process: subprocess.Popen[bytes], folder: Path, answers: Callable[[], bool]) -> None:
    until = time.monotonic() + ANSWERS_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            raise Missing(f"it ended with status {process.returncode}: {_log(folder)}")
        try:
            if answers():
                return
        except (OSError, HTTPException):
            pass
        time.sleep(0.1)
    raise Missing(f"it did not answer within {ANSWERS_WITHIN:g} s: {_log(folder)}")


def _log(folder: Path) -> str:
    return (folder / "log").read_text(encoding="utf-8", errors="replace")[-300:].strip()


def _get(port: int, path: str, accept: str, patience: float = 60.0) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", path, headers={"Accept": accept})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _post(port: int, path: str, file: Path, media_type: str) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    with file.open("rb") as body:
        connection.request("POST", path, body, {"Content-Type": media_type, "Content-Length": str(file.stat().st_size)})
        answer = connection.getresponse()
        told = answer.read()
    connection.close()
    if answer.status >= 300:
        raise Missing(f"it did not load the data: {answer.status} {told[:300]!r}")


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
