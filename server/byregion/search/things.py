"""What can be found in one revision: things with their names, the words they are told in, and what they are of."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from rdflib import Graph, Literal, URIRef

from byregion import results
from byregion.engine import Engine
from byregion.errors import SourceError
from byregion.evidence.quoting import stored_text
from byregion.evidence.splitting import sentences
from byregion.namespaces import BASE

FACETS: Final = ("class", "theme", "region")
"""What results are filtered by, besides their words: IRIs of classes, of themes, of regions."""
_SOURCES_ARE_IN: Final = "nb"


@dataclass(frozen=True, slots=True)
class Passage:
    """Some words of a thing: where they are from, their language, and themselves.

    `kind` is `quote` (a sentence of a source that bears it out), `sentence` (of a source's own text), `text`, `name`
    (another name, or a number that it has or had), `participant` (of a region), or `former` (what became part of it).
    """

    kind: str
    language: str
    text: str


@dataclass(slots=True)
class Thing:
    """A thing that can be found: its class, its preferred names by language, its words and what it is of.

    `hidden` are words that it is found by and that no page shows, `classes` what its class is called.
    """

    iri: str
    class_: str
    names: dict[str, str] = field(default_factory=dict)
    passages: list[Passage] = field(default_factory=list)
    hidden: list[tuple[str, str]] = field(default_factory=list)
    classes: tuple[tuple[str, str], ...] = ()
    facets: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


class Said(NamedTuple):
    """A term of an answer: its text, and the language of a literal that has one."""

    text: str
    language: str = ""


def read(engine: Engine, data: Path) -> list[Thing]:
    """Return everything that can be found in what `engine` holds; texts of sources are read below the folder `data`.

    In the order of their IRIs, so that the same revision gives the same. Raises as `Engine.query` does; a text that is
    not what was quoted from is left out, and `byregion check` tells of it.
    """
    things: dict[str, Thing] = {}
    classes: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _select(engine, "classes"):
        classes[row["class"].text].append((row["label"].language, row["label"].text))
    for row in _select(engine, "things"):
        iri, class_ = row["thing"].text, row["class"].text
        thing = things.setdefault(iri, Thing(iri, class_, classes=tuple(classes.get(class_, ()))))
        # Of a thing that is stated to be of several classes, the first is told.
        if thing.class_ == class_ and "name" in row:
            _name(thing, row["name"], row["how"].text)
    for row in _select(engine, "texts"):
        _add(things, row["thing"], row["kind"].text, row["text"])
    for row in _select(engine, "numbers"):
        _add(things, row["thing"], "name", row["text"])
    for row in _select(engine, "related"):
        _add(things, row["thing"], row["kind"].text, row["name"])
    for source, sentence in _sentences(engine, data):
        _add(things, source, "sentence", sentence)
    for row in _select(engine, "facets"):
        if found := things.get(row["thing"].text):
            found.facets[row["facet"].text].append(row["value"].text)
    return [things[iri] for iri in sorted(things)]


def _name(thing: Thing, name: Said, how: str) -> None:
    match how:
        case "preferred":
            thing.names.setdefault(name.language, name.text)
        case "other":
            thing.passages.append(Passage("name", name.language, name.text))
        case _:
            thing.hidden.append((name.language, name.text))


def _add(things: Mapping[str, Thing], subject: Said, kind: str, text: Said) -> None:
    thing = things.get(subject.text)
    language = _SOURCES_ARE_IN if kind in ("quote", "sentence") else text.language
    passage = Passage(kind, language, text.text)
    if thing is not None and passage not in thing.passages:
        thing.passages.append(passage)


def _sentences(engine: Engine, data: Path) -> Iterator[tuple[Said, Said]]:
    graphs: dict[tuple[str, str], Graph] = defaultdict(Graph)
    for row in _select(engine, "sources"):
        dataset = row["graph"].text.removeprefix(f"{BASE}graphs/").partition("/")[0]
        stated = URIRef(row["source"].text), URIRef(row["predicate"].text), Literal(row["object"].text)
        graphs[row["source"].text, dataset].add(stated)
    for (source, dataset), graph in graphs.items():
        try:
            text = stored_text(graph, URIRef(source), data / dataset).text
        except SourceError:
            continue
        yield from ((Said(source), Said(text[start:end])) for start, end in sentences(text))


def _select(engine: Engine, name: str) -> Iterator[dict[str, Said]]:
    """Yield the solutions of a query of ours; made into RDF terms they would take three times as long."""
    text = (files("byregion.search") / f"{name}.rq").read_text(encoding="utf-8")
    for binding in json.loads(engine.query(text, results.JSON).body)["results"]["bindings"]:
        yield {variable: Said(term["value"], term.get("xml:lang", "")) for variable, term in binding.items()}
