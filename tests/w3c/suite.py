"""The suites as the W3C made them: every entry of every manifest, read from the archive that `make suite` downloads."""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

MF: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT: Final = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
DAWGT: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#")

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PIN: Final = Path(__file__).resolve().parent / "suite.txt"

# Each suite: its short name, its folder in the archive, and its home, which its relative IRIs are relative to.
SUITES: Final = (
    ("sparql10", "test/data/suites/w3c/dawg-data-r2/", "http://www.w3.org/2001/sw/DataAccess/tests/data-r2/"),
    ("sparql11", "test/data/suites/w3c/sparql11/", "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"),
)
# A server that offers no entailment regime cannot be judged by what follows from one.
NOT_ASKED: Final = frozenset({"sparql11/entailment"})

Dataset = Mapping[str, tuple[str, ...]]
"""The documents that a graph is filled from, by the graph's IRI; the default graph's is ""."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One test: the manifest that lists it, its name there, its kind (the local name of its class), and what it does.

    `asked` is the document with the query or the update, `held` what the server holds before it; `expected` is the
    document with the answer, or the dataset that an update leaves. `lax` lets REDUCED drop duplicates; `withdrawn`
    tests are those that the working group took back.
    """

    manifest: str
    name: str
    kind: str
    asked: str = ""
    held: Dataset = field(default_factory=dict)
    expected: str | Dataset = ""
    lax: bool = False
    withdrawn: bool = False

    @property
    def id(self) -> str:
        """What the test is called: `sparql11/bind#bind01`."""
        return f"{self.manifest}#{self.name}"


def archive() -> Path:
    """The archive that suite.txt names. Raises FileNotFoundError where it is missing, ValueError where another."""
    pinned = PIN.read_text(encoding="utf-8")
    found = re.search(r"^([\w-]+)==([\w.]+) --hash=sha256:([0-9a-f]{64})$", pinned, re.MULTILINE)
    if found is None:
        raise ValueError(f"{PIN} names no package with its version and hash")
    name, version, digest = found.groups()
    path = ROOT / "build" / "w3c" / f"{name}-{version}.tar.gz"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: run `make suite`")
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise ValueError(f"{path} is not the archive that {PIN} names: delete it, and run `make suite`")
    return path


class Suite:
    """The documents of the suites by their IRIs, and the entries of their manifests in their order.

    `entries` are those that a server is asked; `withdrawn` and `elsewhere` (of entailment regimes) are not.
    """

    def __init__(self, path: Path) -> None:
        self.documents = dict(_documents(path))
        everything = [entry for iri in sorted(self.documents) for entry in self._listed(iri)]
        if not everything or len({entry.id for entry in everything}) != len(everything):
            raise ValueError(f"{path} holds no entries, or two of one name")
        self.withdrawn = tuple(entry for entry in everything if entry.withdrawn)
        self.elsewhere = tuple(entry for entry in everything if entry.manifest in NOT_ASKED)
        self.entries = tuple(entry for entry in everything if not entry.withdrawn and entry.manifest not in NOT_ASKED)

    def _listed(self, iri: str) -> Iterator[Entry]:
        """Yield the entries of a document, where it is a manifest with entries of its own."""
        if iri.endswith("/manifest.ttl"):
            graph = Graph().parse(data=self.documents[iri], format="turtle", publicID=iri)
            for listing in graph.objects(None, MF.entries):
                for node in Collection(graph, listing):
                    yield self._entry(graph, node, short(iri).removesuffix("/manifest.ttl"))

    def _entry(self, graph: Graph, node: Node, manifest: str) -> Entry:
        withdrawn = graph.value(node, DAWGT.approval) == DAWGT.Withdrawn
        (kind,) = (str(of).partition("#")[2] for of in graph.objects(node, RDF.type) if str(of).startswith(str(MF)))
        name = str(node).rpartition("#")[2]
        action, result = graph.value(node, MF.action), graph.value(node, MF.result)
        if action is None:
            return Entry(manifest, name, kind)
        if isinstance(action, URIRef):
            return Entry(manifest, name, kind, asked=str(action))
        asked = graph.value(action, QT.query) or graph.value(action, UT.request)
        held = _dataset(graph, action)
        expected = _dataset(graph, result) if kind == "UpdateEvaluationTest" else str(result)
        lax = graph.value(node, MF.resultCardinality) == MF.LaxCardinality
        return Entry(manifest, name, kind, str(asked), held or self._named_in(str(asked)), expected, lax, withdrawn)

    def _named_in(self, asked: str) -> Dataset:
        """The documents that FROM names, each in a graph of its name, as a server that fetches nothing has them."""
        text = self.documents[asked].decode()
        named = (asked.rpartition("/")[0] + "/" + iri for iri in re.findall(r"\bFROM\s+(?:NAMED\s+)?<([^>]*)>", text))
        return {iri: (iri,) for iri in named if iri in self.documents}


def short(iri: str) -> str:
    """An IRI of a document as `sparql11/bind/bind01.rq`."""
    for name, _, home in SUITES:
        if iri.startswith(home):
            return f"{name}/{iri.removeprefix(home)}"
    raise ValueError(f"{iri} is no document of a suite")


def _documents(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as opened:
        for member in opened:
            inside = member.name.partition("/")[2]
            for _, folder, home in SUITES:
                content = opened.extractfile(member) if inside.startswith(folder) else None
                if content is not None:
                    yield home + inside.removeprefix(folder), content.read()


def _dataset(graph: Graph, node: Node | None) -> Dataset:
    """What `qt:data`, `qt:graphData`, `ut:data` and `ut:graphData` of a node say together."""
    found: dict[str, tuple[str, ...]] = {}
    for vocabulary in (QT, UT):
        for document in graph.objects(node, vocabulary.data):
            found[""] = (*found.get("", ()), str(document))
        for given in graph.objects(node, vocabulary.graphData):
            document = given if isinstance(given, URIRef) else graph.value(given, vocabulary.graph)
            found[str(graph.value(given, RDFS.label) or document)] = (str(document),)
    return found
