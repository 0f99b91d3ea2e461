"""Changes as RDF: each an activity (PROV), all of them an event stream in pages (LDES, TREE).

https://www.w3.org/TR/prov-o/ · https://treecg.github.io/specification/ · https://semiceu.github.io/LinkedDataEventStreams/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from rdflib import DCTERMS, FOAF, PROV, RDF, VOID, XSD, Graph, Literal, Namespace, URIRef

from byregion.history.ledger import Entry

LDES: Final = Namespace("https://w3id.org/ldes#")
TREE: Final = Namespace("https://w3id.org/tree#")


def stream(graph: Graph, url: str) -> None:
    """Say in `graph` what the event stream is and where it begins; `url` is the address of the server."""
    this = URIRef(f"{url}changes")
    graph.add((this, RDF.type, LDES.EventStream))
    graph.add((this, RDF.type, TREE.Collection))
    graph.add((this, LDES.timestampPath, PROV.endedAtTime))
    graph.add((this, TREE.view, _page(url, 1)))


def page(graph: Graph, url: str, number: int, pages: int, entries: Iterable[Entry]) -> None:
    """Say in `graph` what is on a page: its changes, and where the next page is.

    A page before the last one says the same for ever.
    """
    stream(graph, url)
    node = _page(url, number)
    graph.add((node, RDF.type, TREE.Node))
    if number < pages:
        # Later pages hold later changes; no relation by time, since a clock may be set back.
        relation = URIRef(f"{node}#next")
        graph.add((node, TREE.relation, relation))
        graph.add((relation, RDF.type, TREE.Relation))
        graph.add((relation, TREE.node, _page(url, number + 1)))
        graph.add((node, LDES.immutable, Literal(True)))
    for entry in entries:
        graph.add((URIRef(f"{url}changes"), TREE.member, iri(url, entry.number)))
        change(graph, url, entry)


def change(graph: Graph, url: str, entry: Entry) -> None:
    """Say in `graph` who changed what, when and why."""
    this, made, before = iri(url, entry.number), _revision(url, entry.number), _revision(url, entry.number - 1)
    who = URIRef(f"{url}changes#by-{quote(entry.who, safe='')}")
    graph.add((this, RDF.type, PROV.Activity))
    graph.add((this, DCTERMS.identifier, Literal(entry.number)))
    graph.add((this, PROV.endedAtTime, Literal(entry.when.isoformat(), datatype=XSD.dateTime)))
    graph.add((this, PROV.wasAssociatedWith, who))
    graph.add((who, RDF.type, PROV.Agent))
    graph.add((who, FOAF.name, Literal(entry.who)))
    if entry.why:
        graph.add((this, DCTERMS.description, Literal(entry.why)))
    graph.add((this, DCTERMS.hasFormat, URIRef(f"{this}.rdfp")))
    graph.add((this, PROV.used, before))
    graph.add((this, PROV.generated, made))
    for revision, name in ((before, entry.previous), (made, entry.revision)):
        graph.add((revision, RDF.type, PROV.Entity))
        graph.add((revision, DCTERMS.identifier, Literal(name)))
    graph.add((made, PROV.wasRevisionOf, before))
    short = entry.short
    for relation, name, count, lines in (
        (PROV.generated, "added", entry.added, short.added if short else None),
        (PROV.invalidated, "removed", entry.removed, short.removed if short else None),
    ):
        if count:
            told = URIRef(f"{this}#{name}")
            graph.add((this, relation, told))
            graph.add((told, RDF.type, PROV.Entity))
            graph.add((told, RDF.type, VOID.Dataset))
            graph.add((told, VOID.triples, Literal(count)))
            if lines is not None:
                graph.add((told, PROV.value, Literal("".join(f"{line.decode()}\n" for line in sorted(lines)))))


def iri(url: str, number: int) -> URIRef:
    """Return what a change is called, which is where it is told of."""
    return URIRef(f"{url}changes/{number}")


def _page(url: str, number: int) -> URIRef:
    return URIRef(f"{url}changes?page={number}")


def _revision(url: str, number: int) -> URIRef:
    return URIRef(f"{url}changes/{number}#revision") if number else URIRef(f"{url}changes#beginning")
