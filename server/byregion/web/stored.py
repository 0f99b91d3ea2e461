"""A graph as it is held, or as it is published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rdflib import URIRef

from byregion.catalogue.names import WHOLE
from byregion.engine import Answer
from byregion.engine.write import state
from byregion.web import graphs
from byregion.web.negotiate import Offer
from byregion.web.site import engine, page_query, site

_NTRIPLES: Final = "application/n-triples"
_EVERYTHING: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


@dataclass(frozen=True, slots=True)
class Stored:
    """The triples of a graph, as N-Triples, and the revision that they are of."""

    triples: bytes
    revision: str

    @property
    def state(self) -> str:
        """The name of the state that the graph is in."""
        return state(self.triples.split(b"\n"))

    def written(self, offer: Offer) -> bytes:
        """Return the graph as `offer`."""
        if offer.media_type == _NTRIPLES:
            return b"".join(sorted(self.triples.splitlines(keepends=True)))
        return graphs.written(graphs.read(self.triples), offer.engine_type)


def published(iri: str) -> Stored | None:
    """Return a graph as the downloads have it, for "" what all of them say; None where there is none.

    Raises Unavailable where the downloads are not made yet.
    """
    end = f" <{iri}> .\n".encode() if iri else b""
    with site().edition.open(f"dumps/{WHOLE}.nq") as file:
        lines = {line[: line.rindex(b" <")] + b" .\n" for line in file if line.endswith(end)}
    return Stored(b"".join(sorted(lines)), engine().revision) if lines else None


def held(iri: str) -> Stored | None:
    """Return a graph of the engine, for "" the default graph; None where there is none. Raises as `Engine.query` does.

    Raises ParameterError for what is no IRI.
    """
    if not iri:
        return _stored(_ask(_EVERYTHING))
    graph = (URIRef(iri),)
    while True:
        answer = _ask(page_query("graph-triples", graph=graph))
        if answer.body:
            return _stored(answer)
        there = engine().query(page_query("graph-exists", graph=graph), "text/csv")
        # A write in between would make the two answers tell of two states.
        if there.revision == answer.revision:
            return _stored(answer) if there.body == b"true" else None


def _stored(answer: Answer) -> Stored:
    return Stored(answer.body, answer.revision or engine().revision)


def _ask(query: str) -> Answer:
    return engine().query(query, _NTRIPLES)
