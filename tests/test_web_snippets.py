"""The code on the page of a query: copied as it stands and run against a real server, it gives the answer."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from rdflib import Graph
from rdflib.compare import isomorphic
from werkzeug.serving import make_server

from byregion.config import Settings
from byregion.engine.pool import Pool
from byregion.queries import NamedQuery
from byregion.web import create_app
from byregion.web.asked import Asked
from byregion.web.snippets import LANGUAGES, snippets
from web_world import BROWSER, page_of

Rows = list[dict[str, str]]
HOSTILE = 'it\'s "$(touch x)" `touch x` \\u0041 \\ ${1} {{ 7 }} %s & + # æøå 😀\n\t</code> =1'
ASKED = [
    ("participants", {"region": ["region:haugesundregionen"], "language": ["nn"]}),
    ("municipality-today", {"number": ["1931", "1922"]}),
    ("other-names", {"entity": [""]}),
    ("sentences-with-words", {"words": [HOSTILE]}),
    ("sentences-with-words", {"words": ["tillit"]}),
]


@pytest.fixture(scope="module")
def server(engine: Pool) -> Iterator[httpx.Client]:
    """A client of the app on a real port, which the app knows as its public address."""
    listening = socket.create_server(("127.0.0.1", 0))
    host, port = listening.getsockname()
    address = f"http://{host}:{port}"
    app = create_app(Settings(public_url=address), engine)
    made = make_server(host, port, app, threaded=True, fd=listening.fileno())
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    try:
        with httpx.Client(base_url=address) as client:
            yield client
    finally:
        made.shutdown()
        thread.join()
        made.server_close()
        listening.close()


def code(client: httpx.Client, name: str, values: dict[str, list[str]], language: str) -> str:
    """The code that the page of a query shows, as somebody copies it."""
    page = page_of(client.get(f"/queries/{name}", params=values, headers=BROWSER))
    shown = {part.find("summary").text: part.find("pre/code") for part in page.iter("details")}  # type: ignore[union-attr]
    element = shown[LANGUAGES[language]]
    assert element is not None
    return "".join(element.itertext())


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=30)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in folder.iterdir() if path.suffix != ".mjs"] == []
    return done.stdout


def by_curl(text: str, folder: Path) -> str:
    return run(["bash", "-c", text], folder)


def by_python(text: str, folder: Path) -> str:
    return run([sys.executable, "-X", "utf8", "-c", text], folder)


def by_javascript(text: str, folder: Path) -> str:
    (folder / "snippet.mjs").write_text(text, encoding="utf-8")
    return run(["node", "snippet.mjs"], folder)


RUN: dict[str, tuple[Callable[[str, Path], str], Callable[[str], Rows]]] = {
    "curl": (by_curl, lambda text: list(csv.DictReader(io.StringIO(text, newline="")))),
    "python": (by_python, lambda text: [ast.literal_eval(line) for line in text.splitlines()]),
    "javascript": (by_javascript, lambda text: [json.loads(line) for line in text.splitlines()]),
}


def bound(rows: Rows) -> Rows:
    """Rows without what is unbound: CSV writes it as an empty text, JSON not at all."""
    return [{name: text for name, text in row.items() if text} for row in rows]


@pytest.mark.parametrize("language", RUN)
@pytest.mark.parametrize(("name", "values"), ASKED, ids=[f"{name} {number}" for number, (name, _) in enumerate(ASKED)])
def test_code_that_is_copied_from_the_page_gives_the_answer(
    server: httpx.Client, tmp_path: Path, language: str, name: str, values: dict[str, list[str]]
):
    runs, reads = RUN[language]
    rows = reads(runs(code(server, name, values, language), tmp_path))
    # The page asks in the reader's language where the request names none.
    asked = {"language": "nb"} | values
    assert bound(rows) == bound(
        list(csv.DictReader(io.StringIO(server.get(f"/queries/{name}.csv", params=asked).text)))
    )
    assert rows or HOSTILE in values.get("words", [])


@pytest.mark.parametrize("language", RUN)
def test_code_for_a_query_that_makes_a_graph_gives_the_graph(server: httpx.Client, tmp_path: Path, language: str):
    name = "everything-about-municipality"
    text = RUN[language][0](code(server, name, {}, language), tmp_path)
    expected = Graph().parse(data=server.get(f"/queries/{name}.nt").text, format="nt")
    assert len(expected)
    assert isomorphic(Graph().parse(data=text, format="turtle"), expected)


@pytest.mark.parametrize("language", ["curl", "python", "javascript"])
def test_code_says_what_is_wrong_where_the_server_refuses(server: httpx.Client, tmp_path: Path, language: str):
    text = code(server, "participants", {}, language).replace("region:midt-troms", "nothing at all")
    (tmp_path / "snippet.mjs").write_text(text, encoding="utf-8")
    command = {
        "curl": ["bash", "-c", text],
        "python": [sys.executable, "-c", text],
        "javascript": ["node", "snippet.mjs"],
    }
    done = subprocess.run(command[language], cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.returncode != 0
    assert "400" in done.stderr or "it must be an IRI" in done.stderr + done.stdout


@pytest.mark.parametrize(("name", "values"), ASKED)
def test_what_r_is_given_is_texts_and_nothing_else(
    server: httpx.Client, tmp_path: Path, name: str, values: dict[str, list[str]]
):
    text = code(server, name, values, "r")
    # The escapes that we write mean the same to Python: \\ \" \n \r \t \uXXXX.
    literals = re.findall(r'"(?:[^"\\]|\\.)*"', text)
    written = [ast.literal_eval(item) for item in literals]
    for parameter, given in values.items():
        for value in given:
            assert (parameter, value) in pairwise(written)
    without = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    assert re.fullmatch(r"[\x20-\x7e\n]*", without)
    assert not re.search(r"touch|7|😀", without)
    if shutil.which("Rscript"):
        (tmp_path / "snippet.R").write_text(text, encoding="utf-8")
        subprocess.run(["Rscript", "-e", 'invisible(parse("snippet.R"))'], cwd=tmp_path, timeout=30, check=True)


def test_a_query_without_parameters_is_asked_without_any(engine: Pool):
    query = NamedQuery("all", "SELECT * { ?s ?p ?o }", {}, {}, ())
    app = create_app(Settings(), engine)
    with app.test_request_context():
        made = {item.language: item.code for item in snippets(Asked(query, {}))}
    assert made["curl"] == "curl --fail-with-body http://127.0.0.1:8080/queries/all.csv"
    assert "?" not in made["R"]
    assert "values = [\n]" in made["Python"]
