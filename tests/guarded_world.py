"""A server that judges writes, and publishes the world of the cases of `tests/shapes/` with all valid ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
from rdflib import SH, BNode, Graph, URIRef

from byregion import tokens
from byregion.dataset import Triple, read_graph
from byregion.namespaces import BASE
from serving import served
from test_shapes import VALID, background

HERE = Path(__file__).parent
WORLD, CASES, USES, NEW = (f"{BASE}graphs/{name}/stated" for name in ("world", "cases", "uses", "new"))


@dataclass
class Server:
    client: httpx.Client
    url: str

    def state(self) -> str:
        """What the server says of which revision it holds."""
        answer = self.client.get("sparql", params={"query": "ASK {}"}, headers={"accept": "text/csv"})
        assert answer.status_code == 200
        return str(answer.headers["byregion-revision"])

    def update(self, text: str, **parameters: str) -> httpx.Response:
        return self.client.post("sparql", params=parameters, data={"update": text})


@contextmanager
def writable(data: Path, folder: Path, **settings: str) -> Iterator[Server]:
    """A server of `data` that takes writes, and a client that may write everything."""
    token = tokens.create(folder / "tokens.json", "tests")
    options = ["--volatile", "--token-file", str(folder / "tokens.json")]
    with (
        served(*options, BYREGION_DATA=str(data), **settings) as (_, url),
        httpx.Client(base_url=url, timeout=60, headers={"authorization": f"Bearer {token}"}) as client,
    ):
        yield Server(client, url)


@cache
def graphs() -> dict[str, Graph]:
    """What may be published, by the names of graphs: the world, the cases, and what uses terms that these declare."""
    return {
        WORLD: read_graph(HERE / "shapes" / "world.ttl"),
        CASES: valid(),
        USES: read_graph(HERE / "guard" / "uses.ttl"),
    }


def write(folder: Path, names: Iterable[str] = (WORLD, CASES)) -> Path:
    """Write these graphs as files of datasets below `folder`; return the folder of data."""
    for name, graph in ((name, graphs()[name]) for name in names):
        path = folder / "data" / f"{name.removeprefix(f'{BASE}graphs/')}.ttl"
        path.parent.mkdir(parents=True)
        graph.serialize(path, format="turtle")
    return folder / "data"


@cache
def valid() -> Graph:
    """All valid cases, each with names of its own."""
    together = Graph()
    for path in VALID:
        for triple in renamed(path):
            together.add(triple)
    return together


def renamed(path: Path) -> list[Triple]:
    """A case, of which what it describes is called otherwise than in any other case."""
    graph = read_graph(path)
    known = set(background().subjects())
    begins = ("urn:case:", f"{BASE}id/")
    own = {term for term in graph.subjects() if isinstance(term, URIRef) and str(term).startswith(begins)} - known
    name = f"{path.parent.name}-{path.stem}"
    return [tuple(URIRef(f"{term}.{name}") if term in own else term for term in triple) for triple in graph]


def keys(report: Graph) -> set[tuple[str, str, str]]:
    """The results of a report, as cases name them."""
    found = set()
    for node in report.objects(None, SH.result):
        focus = report.value(node, SH.focusNode)
        shape, component = report.value(node, SH.sourceShape), report.value(node, SH.sourceConstraintComponent)
        found.add((str(shape), str(component), "_:" if isinstance(focus, BNode) else str(focus)))
    return found


def report_of(answer: httpx.Response) -> Graph:
    """The report of a write that was refused, which was asked for as Turtle."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    return Graph().parse(data=answer.content, format="turtle")
