"""The files under `data/` and `ontology/` as one RDF dataset: a named graph a file, in one canonical layout."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import split_uri
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.plugins.serializers.longturtle import LongTurtleSerializer
from rdflib.term import Node

from byregion import iri
from byregion.assets import folder
from byregion.errors import DataError
from byregion.namespaces import BASE, bind, empty_graph

Triple = tuple[Node, Node, Node]

CATALOGUE_FILE = "catalogue.ttl"
"""The one file in `data/` that is of no dataset: it is about them all."""

LINKS = "links"
"""The dataset of the links between datasets; its folder also holds what was proposed and not accepted."""

_UNPUBLISHED = (PurePosixPath(LINKS, "proposed.ttl"), PurePosixPath(LINKS, "rejected.ttl"))


@dataclass(frozen=True, slots=True)
class GraphFile:
    """A Turtle file and the name of the graph that it is."""

    path: Path
    graph: URIRef


def ontology_files() -> tuple[GraphFile, ...]:
    """Return the files that say what the words mean, as graphs `…/graphs/ontology/<name>`.

    Raises DataError where there is none.
    """
    return _named(sorted(folder("ontology").glob("*.ttl")), folder("ontology").parent, folder("ontology"))


def data_files(data: Path) -> tuple[GraphFile, ...]:
    """Return the files of every dataset in the folder `data`, as graphs `…/graphs/<dataset>/<part>`.

    Raises DataError for a Turtle file that would be left out (all but the catalogue's are parts of a dataset), or whose
    folder's name cannot be part of its graph's, and where there is no file at all. Links that nobody has accepted are
    no part of what is said.
    """
    left_out = {data / CATALOGUE_FILE, *(data / path for path in _UNPUBLISHED)}
    paths = sorted(path for path in data.rglob("*.ttl") if path not in left_out)
    for path in paths:
        name = path.parent.name
        if path.parent.parent != data:
            raise DataError(f"a dataset's files lie in its own folder, {data / '<dataset>'}; move this one there", path)
        if name != iri.slug(name):
            good = iri.slug(name) or "midt-troms"
            raise DataError(f"a dataset's folder is named in lower case with hyphens, such as {good}", path.parent)
        if path.stem not in iri.PARTS:
            raise DataError(f"a dataset's files are called {', '.join(iri.PARTS)} (.ttl)", path)
    return _named(paths, data, data)


def shape_files() -> tuple[Path, ...]:
    """Return the files that say what is allowed; raises DataError where there is none."""
    return tuple(
        item.path for item in _named(sorted(folder("shapes").glob("*.ttl")), folder("shapes"), folder("shapes"))
    )


def _named(paths: list[Path], root: Path, where: Path) -> tuple[GraphFile, ...]:
    if not paths:
        raise DataError("there is no Turtle file to read here", where)
    return tuple(GraphFile(path, iri.graph(PurePosixPath(path.relative_to(root).as_posix()))) for path in paths)


def read_graph(path: Path) -> Graph:
    """Return the graph that a Turtle file holds.

    Raises DataError with file and line where it is not UTF-8 (without a mark that says so), or not Turtle, and where it
    uses relative IRIs.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DataError("there is no such file", path) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DataError("this is not UTF-8; save the file as UTF-8", path, line) from error
    if text.startswith(BYTE_ORDER_MARK):
        raise DataError("the file begins with a byte order mark; save it as UTF-8 without one (no BOM)", path, 1)
    return parse(text, path)


def parse(text: str, path: Path | None = None) -> Graph:
    """Return the graph that a Turtle text holds; `path` is only for the error.

    Raises DataError with the line and what was expected.
    """
    graph = empty_graph()
    try:
        # The base makes a relative IRI visible: nothing published may depend on where a file lies.
        graph.parse(data=text, format="turtle", publicID=_NO_BASE)
    except BadSyntax as error:
        raise DataError(_why(error), path, error.lines + 1) from error
    except (IndexError, ValueError) as error:  # rdflib's parser runs off the end of some texts that are no Turtle
        raise DataError(f"this is not Turtle: {error}", path) from error
    for term in sorted({term for triple in graph for term in triple if isinstance(term, URIRef)}):
        shown = f"<{term.removeprefix(_NO_BASE)}>"
        if term.startswith(_NO_BASE):
            raise DataError(f"{shown} is a relative IRI; write it in full or with a prefix", path, _line(text, shown))
        if _NOT_IN_IRIS.search(term):
            raise DataError(f"{shown} is no IRI; write spaces and quotes as %20, %22", path, _line(text, shown))
    return bind(graph)


BYTE_ORDER_MARK = "\ufeff"
"""What some editors on Windows write before UTF-8; Turtle knows no such character, and it would be part of a text."""

_NO_BASE = "http://no-base.invalid/"
# https://www.w3.org/TR/turtle/#grammar-production-IRIREF
_NOT_IN_IRIS = re.compile(r"[\x00-\x20<>\"{}|^`\\]")


def _why(error: BadSyntax) -> str:
    text = error._str if isinstance(error._str, str) else error._str.decode("utf-8", "replace")
    near = text[error._i : error._i + 40].partition("\n")[0]
    return f"this is not Turtle: {error._why}" + (f" near {near!r}" if near else "")


def _line(text: str, needle: str) -> int:
    at = text.find(needle)
    return text.count("\n", 0, at) + 1 if at >= 0 else 0


def read(files: Iterable[GraphFile]) -> Dataset:
    """Return the dataset of `files`, each in its named graph; the default graph is their union.

    Raises DataError as `read_graph` does.
    """
    dataset = Dataset(default_union=True)
    for item in files:
        graph = dataset.graph(item.graph)
        for triple in read_graph(item.path):
            graph.add(triple)
    for prefix, namespace in empty_graph().namespaces():
        dataset.bind(prefix, namespace, override=True, replace=True)
    return dataset


def named_graphs(dataset: Dataset) -> Iterator[tuple[URIRef, Graph]]:
    """Yield the named graphs of `dataset` that hold triples, by name."""
    for graph in sorted(dataset.graphs(), key=lambda item: str(item.identifier)):
        if isinstance(graph.identifier, URIRef) and graph.identifier.startswith(BASE) and len(graph):
            yield graph.identifier, graph


def layout(graph: Iterable[Triple]) -> str:
    """Return `graph` as Turtle in the one layout that every file under `data/` has.

    Subjects and predicates are sorted, one predicate a line, the same prefixes everywhere and only those in use.
    """
    return written(in_order(graph))


def written(ordered: Graph) -> str:
    """Return a graph that `in_order` gave as Turtle in that layout."""
    stream = io.BytesIO()
    _Layout(ordered).serialize(stream)  # type: ignore[no-untyped-call]
    return stream.getvalue().decode().strip() + "\n"


class _Layout(LongTurtleSerializer):
    """rdflib's longturtle, which makes the prefixed name of a term anew wherever the term stands, and here does not.

    rdflib also remembers each namespace it meets, known by a prefix or not, and looks through those that it remembers
    for each new one: `quote/a#`, `quote/b#` and so on take the square of their number. Here it meets only those that
    may have a prefix.
    """

    def reset(self) -> None:
        super().reset()  # type: ignore[no-untyped-call]
        self._forget()

    def startDocument(self) -> None:
        # Prefixes that predicates brought by now may serve terms that had none before.
        self._forget()
        super().startDocument()  # type: ignore[no-untyped-call]

    def _forget(self) -> None:
        self._pnames: dict[tuple[Node, bool], str | None] = {}
        self._may_be_known: dict[str, bool] = {}
        self._namespaces = [str(namespace) for _, namespace in self.store.namespaces()]

    def get_pname(self, uri: Node, gen_prefix: bool = True) -> str | None:
        key = uri, gen_prefix
        if key not in self._pnames:
            is_hopeless = isinstance(uri, URIRef) and not gen_prefix and not self._may_have_prefix(uri)
            self._pnames[key] = None if is_hopeless else super().get_pname(uri, gen_prefix)  # type: ignore[no-untyped-call]
        return self._pnames[key]

    def _may_have_prefix(self, iri: URIRef) -> bool:
        try:
            namespace, _ = split_uri(iri)
        except ValueError:  # it may be a namespace itself
            return True
        if namespace not in self._may_be_known:
            self._may_be_known[namespace] = any(known.startswith(namespace) for known in self._namespaces)
        return self._may_be_known[namespace]


def in_order(triples: Iterable[Triple]) -> Graph:
    """Return a graph of `triples` that gives them in one order, in every process, to whoever goes through them.

    An ordinary Graph gives them in the order of their hashes; then prefixes that are made up (ns1, ns2) would change.
    """
    graph = bind(Graph(store="SimpleMemory", bind_namespaces="none"))
    orders: dict[Node, tuple[str, ...]] = {}

    def order(term: Node) -> tuple[str, ...]:
        if term not in orders:
            orders[term] = _order(term)
        return orders[term]

    for triple in sorted(triples, key=lambda triple: [order(term) for term in triple]):
        graph.add(triple)
    return graph


def _order(term: Node) -> tuple[str, ...]:
    if isinstance(term, Literal):
        return "Literal", str(term), term.language or "", str(term.datatype)
    return type(term).__name__, str(term)


def ntriples(triples: Iterable[Triple]) -> str:
    """Return `triples` as N-Triples, in their order; rdflib's own writer makes each term anew wherever it stands."""
    # By identity, for to hash a term takes as long as to write it; what is held is not made anew at the same place.
    written: dict[int, tuple[Node, str]] = {}

    def write(term: Node) -> str:
        found = written.get(id(term))
        if found is None:
            found = written[id(term)] = (term, _ntriples(term))
        return found[1]

    return "".join([f"{write(s)} {write(p)} {write(o)} .\n" for s, p, o in triples])


# https://www.w3.org/TR/n-triples/#grammar-production-STRING_LITERAL_QUOTE
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def _ntriples(term: Node) -> str:
    if not isinstance(term, Literal):
        return term.n3()
    quoted = f'"{term.translate(_ESCAPES)}"'
    if term.language:
        return f"{quoted}@{term.language}"
    return f"{quoted}^^{term.datatype.n3()}" if term.datatype else quoted
