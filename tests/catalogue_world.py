"""What the tests of the catalogue share: what is said, the made-up publisher, the official shapes, a site to ask."""

from __future__ import annotations

import csv
import hashlib
import io
import threading
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyshacl
from rdflib import SH, Dataset, Graph, URIRef
from rdflib.term import Node

import excerpt
from byregion import catalogue
from byregion.assets import folder
from byregion.catalogue import FORMATS, Dump, Format, Profile
from byregion.dataset import read_graph

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "data" / "catalogue"
STANDARDS = ROOT.parent / "shared" / "standards"
PORTAL = "fdk-mqa_dcat-ap-no_shacl-shapes-2.0.0.ttl"
URL = "https://data.example.org/"
DATA = excerpt.data()


@cache
def said() -> Graph:
    """What the project says of the catalogue, and what an owner would have to add."""
    return catalogue.read(DATA) + read_graph(CASES / "publisher.ttl")


@cache
def concepts() -> Graph:
    return read_graph(folder("ontology") / "concepts.ttl")


@cache
def terms() -> Graph:
    """The reference terms: what the portal adds to a catalogue of its own."""
    return catalogue.reference_terms()


def build(profile: Profile = "harvest", url: str = URL, dumps: list[Dump] | None = None) -> Graph:
    made = dumps or [
        Dump(dump.dataset, dump.format, size=1234, sha256="ab" * 32)
        for dump in catalogue.dumps_of(catalogue.names(DATA))
    ]
    return catalogue.build(said(), made, url, concepts=concepts(), profile=profile)


@cache
def shapes(name: str) -> Graph:
    graph = Graph().parse(STANDARDS / name)
    assert len(graph) > 100, f"{name} holds no shapes"
    return graph


def results(graph: Graph, name: str) -> list[tuple[str, str, str]]:
    """What official shapes say of a graph with the reference terms: severity, focus node and path of each result."""
    _, report, _ = pyshacl.validate(graph + terms(), shacl_graph=shapes(name))
    found = [
        (
            str(report.value(result, SH.resultSeverity)).removeprefix(str(SH)),
            str(report.value(result, SH.focusNode)),
            str(report.value(result, SH.resultPath)),
        )
        for result in report.objects(None, SH.result)
    ]
    assert (URIRef(SH.ValidationReport) in set(report.objects())) is True
    return sorted(found)


def portal_conforms(graph: Graph) -> list[str]:
    return [" ".join(result) for result in results(graph, PORTAL)]


def triples(body: bytes, media_type: str) -> set[tuple[Node, Node, Node]]:
    """Read triples again, with rdflib's parser."""
    dataset = Dataset()
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        # rdflib's own parsers use what rdflib has deprecated.
        dataset.parse(data=body, format=media_type)
    return {(subject, predicate, value) for subject, predicate, value, _ in dataset.quads()}


# --- A small site -----------------------------------------------------------------------------------------------------


@dataclass
class Page:
    """What a site answers at a path."""

    body: bytes = b""
    media_type: str = "text/plain"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    head: int | None = None
    seconds: float = 0


@dataclass
class Site:
    """A server of ours on the loopback; `asked` lists the requests that it was sent."""

    url: str
    pages: dict[str, Page]
    asked: list[tuple[str, str]]
    stop: threading.Event


@contextmanager
def site() -> Iterator[Site]:
    """Serve pages, which may be added and changed meanwhile, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            world.asked.append((self.command, self.path))
            page = world.pages.get(self.path.partition("?")[0], Page(b"not here", status=404))
            self.send_response(page.head if self.command == "HEAD" and page.head else page.status)
            self.send_header("Content-Type", page.media_type)
            if "Content-Length" not in page.headers:
                self.send_header("Content-Length", str(len(page.body)))
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "HEAD":
                return
            for at in range(len(page.body)):
                if page.seconds and world.stop.wait(page.seconds):
                    return
                self.wfile.write(page.body[at : at + 1] if page.seconds else page.body)
                self.wfile.flush()
                if not page.seconds:
                    return

        do_GET = do_HEAD = answer

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    world = Site(f"http://127.0.0.1:{server.server_port}/", {}, [], threading.Event())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield world
    finally:
        world.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


def publish(world: Site, names: list[str]) -> None:
    """Put the catalogue of some datasets on a site, with the pages and dumps that it names."""
    files = {form: written(form) for form in FORMATS}
    dumps = [
        Dump(dump.dataset, dump.format, len(files[dump.format]), hashlib.sha256(files[dump.format]).hexdigest())
        for dump in catalogue.dumps_of(names)
    ]
    graph = build(url=world.url, dumps=dumps)
    world.pages["/catalogue"] = Page(graph.serialize(format="turtle", encoding="utf-8"), "text/turtle")
    world.pages["/"] = Page(b"<title>byregion</title>", "text/html")
    world.pages["/sparql"] = Page(b"", "text/turtle")
    world.pages["/reconcile"] = Page(b"{}", "application/json")
    for name in names:
        world.pages[f"/datasets/{name}"] = Page(b"<title>a dataset</title>", "text/html")
    for dump in dumps:
        path = "/" + dump.address(world.url).removeprefix(world.url)
        world.pages[path] = Page(files[dump.format], dump.format.served_as)


@cache
def written(form: Format) -> bytes:
    """A small real graph in a format."""
    if form.package:
        return zipped({"programme.csv": table(), "programme.csv-metadata.json": b"{}"})
    dataset = Dataset()
    part = dataset.graph(URIRef("https://w3id.org/byregion/graphs/programme/stated"))
    for triple in read_graph(DATA / "programme" / "stated.ttl"):
        part.add(triple)
    plugin = {"ttl": "turtle", "nq": "nquads", "jsonld": "json-ld", "rdf": "xml"}.get(form.suffix, form.suffix)
    source = dataset if form.suffix in ("trig", "nq") else part
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        # rdflib's own serialisers use what rdflib has deprecated.
        text: bytes = source.serialize(format=plugin, encoding="utf-8")
    return text


def table() -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([["iri", "navn"], ["https://example.org/1", "Leaŋgáviika"]])
    return text.getvalue().encode()


def zipped(files: dict[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    return archive.getvalue()
