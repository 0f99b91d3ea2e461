"""A server that is judged: where it answers, how it is started, and the few requests that every test is made of."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
from rdflib import Graph

from . import answers
from .suite import Dataset, Suite

STARTS_WITHIN: Final = 60.0
"""Seconds that a server has to answer its first request."""


class Wrong(AssertionError):
    """What a server answered is not what the suite asks for; the message says how."""


class OtherForm(Wrong):
    """The answer is right but for the forms of numbers and times: each has the right value and the right datatype."""


@dataclass(slots=True)
class Endpoint:
    """A blank server: where it takes queries, updates and graphs, and the token that it wants for writing."""

    query_url: str
    update_url: str
    graphs_url: str
    token: str = ""
    # None: who knows; the dataset of the last `hold` where nothing was written since.
    _held: Dataset | None = None
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    def request(
        self, method: str, url: str, *, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Send one request as it is given, with the token; what the server holds counts as unknown afterwards."""
        self._held = None
        authorization = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.request(method, url, content=body, headers=authorization | (headers or {}))

    def close(self) -> None:
        self.client.close()

    def query(self, text: bytes, accept: str) -> httpx.Response:
        headers = {"content-type": "application/sparql-query", "accept": accept}
        return self.client.post(self.query_url, content=text, headers=headers)

    def update(self, text: bytes) -> httpx.Response:
        return self.request("POST", self.update_url, body=text, headers={"content-type": "application/sparql-update"})

    def hold(self, dataset: Dataset, suite: Suite) -> None:
        """Make the server hold a dataset of the suite and nothing else. Raises Wrong where it will not."""
        if self._held == dataset:
            return
        _done(self.update(b"DROP ALL"))
        for name, documents in dataset.items():
            for document in documents:
                body, media_type = _as_sent(suite.documents[document], document)
                _done(self.request("POST", self._graph_url(name), body=body, headers={"content-type": media_type}))
        self._held = dataset

    def dataset(self) -> dict[str, Graph]:
        """The graphs that the server holds, by their IRIs; the default graph's is ""."""
        listed = self.query(b"SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", answers.MEDIA_TYPES["srj"])
        solutions = answers.read(_done(listed).content, answers.MEDIA_TYPES["srj"])
        assert isinstance(solutions, answers.Solutions)
        names = ["", *(str(row["g"]) for row in solutions.rows)]
        return {name: self._graph(name) for name in names}

    def _graph(self, name: str) -> Graph:
        answer = _done(self.client.get(self._graph_url(name), headers={"accept": answers.MEDIA_TYPES["nt"]}))
        return answers.graph(answer.content, answers.MEDIA_TYPES["nt"], "")

    def _graph_url(self, name: str) -> str:
        return str(httpx.URL(self.graphs_url, params={"graph": name})) if name else f"{self.graphs_url}?default"


def told(answer: httpx.Response) -> str:
    """A request and its answer as text, for whoever has to find the fault."""
    asked, media_type = answer.request, answer.headers.get("content-type", "")
    sent = asked.content.decode("utf-8", "replace")
    return f"{asked.method} {asked.url}\n{sent}\n=> {answer.status_code} {media_type}\n{answer.text[:2000]}"


def _done(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise Wrong(f"what every test needs was refused: {told(answer)}")
    return answer


def _as_sent(content: bytes, document: str) -> tuple[bytes, str]:
    """A document as it is posted: Turtle as it stands, with the IRI that its relative IRIs are relative to."""
    if document.endswith(".ttl"):
        return f"@base <{document}> .\n".encode() + content, answers.MEDIA_TYPES["ttl"]
    made = answers.graph(content, answers.MEDIA_TYPES[document.rpartition(".")[2]], document)
    return made.serialize(format="nt", encoding="utf-8"), answers.MEDIA_TYPES["nt"]


# --- Servers ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def oxigraph() -> Iterator[Endpoint]:
    """Oxigraph's own server, empty and in memory."""
    program = Path(sys.executable).parent / "oxigraph"
    with _free_port() as port:
        command = [str(program), "serve", "--bind", f"127.0.0.1:{port}"]
    root = f"http://127.0.0.1:{port}"
    server = Endpoint(f"{root}/query", f"{root}/update", f"{root}/store")
    with contextlib.closing(server), _running(command, root):
        yield server


@contextlib.contextmanager
def byregion(folder: Path, *services: str) -> Iterator[Endpoint]:
    """`byregion serve --empty`: a plain dataset that nothing guards, with a token in a folder of its own.

    Its queries may ask `services`.
    """
    program, tokens = str(Path(sys.executable).parent / "byregion"), str(folder / "tokens.json")
    create = [program, "token", "create", "--token-file", tokens, "--name", "suite"]
    made = subprocess.run(create, check=True, capture_output=True, text=True)
    with _free_port() as port:
        command = [program, "serve", "--empty", "--shapes", "none", "--token-file", tokens, "--port", str(port)]
    command += [part for service in services for part in ("--service", service)]
    root = f"http://127.0.0.1:{port}"
    server = Endpoint(f"{root}/sparql", f"{root}/sparql", f"{root}/graphs", token=made.stdout.split()[-1])
    with contextlib.closing(server), _running(command, root):
        yield server


@contextlib.contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextlib.contextmanager
def _running(command: list[str], root: str) -> Iterator[None]:
    """A process that answers at an address, ended with the block. Raises RuntimeError where it does not answer."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        try:
            deadline = time.monotonic() + STARTS_WITHIN
            while not _answers(root):
                if process.poll() is not None or time.monotonic() > deadline:
                    said.seek(0)
                    raise RuntimeError(f"no answer at {root} from {' '.join(command)}: {said.read().decode()[-2000:]}")
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def _answers(root: str) -> bool:
    try:
        httpx.get(root)
    except httpx.TransportError:
        return False
    return True
