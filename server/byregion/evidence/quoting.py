"""Stored source texts, the passages quoted from them, and what no quote covers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import NamedTuple

from rdflib import PROV, RDF, Dataset, Graph, Literal, URIRef
from rdflib.graph import ReadOnlyGraphAggregate
from rdflib.term import Node

from byregion.dataset import BYTE_ORDER_MARK, named_graphs
from byregion.errors import NotFound, SourceError
from byregion.evidence.splitting import list_marks
from byregion.namespaces import BASE, BR, OA
from byregion.sentences import say


@dataclass(frozen=True, slots=True)
class StoredText:
    """The characters of a source that is stored here, and the headings in it that say nothing by themselves."""

    source: URIRef
    path: Path
    text: str
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A quoted passage: the code points `start` to `end` (exclusive) of the stored text of `source`.

    `prefix` and `suffix` are the characters around it; `primary_source` is the document that the source itself quotes
    there, if it does.
    """

    quote: URIRef
    source: URIRef
    start: int
    end: int
    text: str
    prefix: str
    suffix: str
    primary_source: URIRef | None


class Gap(NamedTuple):
    """Characters of a stored text that are no entity's evidence; `line` and `column` count from 1, `start` from 0."""

    line: int
    column: int
    text: str
    start: int


def passages(dataset: Dataset, iri: URIRef) -> list[Passage]:
    """Return the passages behind an entity, in the order of their source.

    For a quote that is itself, for a reading what is behind the entity that it is of.

    Raises NotFound where nothing is said of `iri`, SourceError where one of its quotes is not filled in.
    """
    graph = merged(dataset)
    if (iri, RDF.type, BR.Quote) in graph:
        return [passage(graph, iri)]
    if (iri, None, None) not in graph:
        raise NotFound(say("nothing-said", iri=iri))
    entities = [iri, *graph.objects(iri, RDF.subject)]
    quotes = {quote for entity in entities for quote in iris(graph.objects(entity, BR.quote))}
    found = (passage(graph, quote) for quote in quotes)
    return sorted(found, key=lambda item: (item.source, item.start, item.end, item.quote))


def stored_texts(dataset: Dataset, data: Path) -> list[StoredText]:
    """Return the source texts stored in `data`, the folder that the dataset was read from.

    Raises SourceError where one cannot be read, lies outside its folder or is another than the dataset says.
    """
    graph = merged(dataset)
    return [stored_text(graph, source, folder) for source, folder in stored_sources(dataset, data)]


def uncovered(dataset: Dataset, stored: StoredText) -> list[Gap]:
    """Return what of a stored text is no entity's evidence, in order.

    White space, the marks of list items and the headings that say nothing by themselves are not counted.
    Raises SourceError where a quote is not filled in.
    """
    graph = merged(dataset)
    quotes = set(iris(graph.objects(None, BR.quote))) & set(graph.subjects(OA.hasSource, stored.source))
    return gaps(stored, (passage(graph, quote) for quote in quotes))


def gaps(stored: StoredText, covering: Iterable[Passage]) -> list[Gap]:
    """Return what of a stored text none of the passages covers; what is not counted as in `uncovered`."""
    text = stored.text
    spans = [(item.start, item.end) for item in covering] + list_marks(text)
    spans += [line.span() for line in re.finditer(r"[^\n]+", text) if line[0].strip() in stored.headings]
    # What is covered becomes a line break, so that each run of the rest ends where cover begins.
    rest = list(text)
    for start, end in spans:
        rest[start:end] = "\n" * len(rest[start:end])
    return [
        Gap(text.count("\n", 0, run.start()) + 1, run.start() - text.rfind("\n", 0, run.start()), run[0], run.start())
        for run in re.finditer(r"\S(?:[^\n]*\S)?", "".join(rest))
    ]


def merged(dataset: Dataset) -> Graph:
    """Return a view of every named graph as one graph; a triple that stands in two of them may be met twice."""
    return ReadOnlyGraphAggregate([graph for _, graph in named_graphs(dataset)])


def stored_sources(dataset: Dataset, data: Path) -> Iterator[tuple[URIRef, Path]]:
    """Yield each source that is said to be stored, with the folder of the dataset that says so."""
    for name, graph in named_graphs(dataset):
        folder = data / name.removeprefix(f"{BASE}graphs/").partition("/")[0]
        for source in sorted(set(iris(graph.subjects(BR.storedText)))):
            yield source, folder


def stored_text(graph: Graph, source: URIRef, folder: Path) -> StoredText:
    """Return the stored text of `source`, whose dataset lies in `folder`; raises SourceError as `stored_texts`."""
    root = (folder / "source").resolve()
    path = (root / str(only(graph, source, BR.storedText))).resolve()
    if not path.is_relative_to(root):
        raise SourceError(say("source-outside", source=source), path)
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except OSError as error:
        raise SourceError(say("source-unreadable", source=source, why=error.strerror), path) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SourceError(say("source-not-utf8"), path, line) from error
    if text.startswith(BYTE_ORDER_MARK):
        raise SourceError(say("source-mark"), path, 1)
    found, stated = hashlib.sha256(content).hexdigest(), set(graph.objects(source, BR.sha256))
    if not stated:
        raise SourceError(say("source-unsigned", found=found, source=source), path)
    if [str(value) for value in stated] != [found]:
        values = (say("source-says", source=source, value=value) for value in sorted(stated, key=str))
        said = reduce(lambda one, other: say("both", one=one, other=other), values)
        raise SourceError(say("source-changed", found=found, said=said), path)
    return StoredText(source, path, text, tuple(sorted({str(value) for value in graph.objects(source, BR.heading)})))


def passage(graph: Graph, quote: URIRef) -> Passage:
    """Return the passage that a quote is; raises SourceError where the quote is not filled in."""
    words, position = selectors(quote)
    for selector in (words, position):
        if (quote, OA.hasSelector, selector) not in graph:
            raise SourceError(say("no-selector", quote=quote, selector=selector))
    return Passage(
        quote,
        source=URIRef(str(only(graph, quote, OA.hasSource))),
        start=_integer(graph, position, OA.start),
        end=_integer(graph, position, OA.end),
        text=str(only(graph, words, OA.exact)),
        prefix=str(only(graph, words, OA.prefix)),
        suffix=str(only(graph, words, OA.suffix)),
        primary_source=next(iris(graph.objects(quote, PROV.hadPrimarySource)), None),
    )


def selectors(quote: URIRef) -> tuple[URIRef, URIRef]:
    """Return the IRIs of a quote's two selectors: its words, its position."""
    return URIRef(f"{quote}#text"), URIRef(f"{quote}#position")


def iris(nodes: Iterable[Node]) -> Iterator[URIRef]:
    """Yield those of `nodes` that are IRIs."""
    return (node for node in nodes if isinstance(node, URIRef))


def only(graph: Graph, subject: URIRef, predicate: URIRef) -> Node:
    """Return the one value that a subject has; raises SourceError where it has none or several."""
    values = set(graph.objects(subject, predicate))
    if len(values) != 1:
        raise SourceError(say("several-values", subject=subject, count=len(values), predicate=predicate))
    return values.pop()


def _integer(graph: Graph, subject: URIRef, predicate: URIRef) -> int:
    value = only(graph, subject, predicate)
    number = value.toPython() if isinstance(value, Literal) else None
    if not isinstance(number, int) or number < 0:
        raise SourceError(say("must-be-position", predicate=predicate, subject=subject, value=value))
    return number
