"""The engine in this process, for the command line: no other process, and no time limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import NamedNode, RdfFormat, Triple, serialize
from rdflib import Graph, URIRef

from byregion import iri
from byregion.dataset import GraphFile
from byregion.dataset_clause import DatasetDescription
from byregion.engine import deep
from byregion.engine.base import Answer, Limits, admit
from byregion.engine.evaluate import Question, evaluate
from byregion.engine.store import LoadedStore, closed, load
from byregion.engine.turtle import rdflib_term
from byregion.namespaces import empty_graph


def inferred(files: Iterable[GraphFile], rules: Sequence[str]) -> Graph:
    """Return what `rules` infer from `files`; raises what `store.load` raises."""
    return as_graph(closed(files, rules, iri.INFERRED)[1])


def as_graph(triples: Iterable[Triple]) -> Graph:
    """Return the engine's triples as a graph."""
    graph = empty_graph()
    for triple in triples:
        graph.add((rdflib_term(triple.subject), rdflib_term(triple.predicate), rdflib_term(triple.object)))
    return graph


class MemoryEngine:
    """An engine that evaluates in this process; all limits hold but those of time and memory."""

    def __init__(self, loaded: LoadedStore, limits: Limits | None = None) -> None:
        """Answer from a store that was loaded; the limits are by default those of `Limits()`."""
        self.loaded = loaded
        self.limits = limits or Limits()

    @classmethod
    def of(cls, files: Iterable[GraphFile], rules: Sequence[str], limits: Limits | None = None) -> MemoryEngine:
        """Return an engine over `files` and what `rules` infer from them; raises what `store.load` raises."""
        return cls(load(files, rules, iri.INFERRED), limits)

    @property
    def revision(self) -> str:
        """The name of the revision that is asked."""
        return self.loaded.revision

    def query(
        self,
        query: str,
        media_type: str,
        *,
        dataset: DatasetDescription | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Return the whole answer to `query` in `media_type`; raises as `Engine.query` does, but no QueryTimeout."""
        admit(query, media_type, self.limits)
        asked = Question(query, media_type, rows=self.limits.rows, size=self.limits.bytes, dataset=dataset)
        return deep.call(lambda: evaluate(self.loaded, asked), self.limits.stack)

    def graph(self, name: URIRef) -> Graph:
        """Return the named graph `name`, empty where there is none.

        Its numbers are spelled as the engine spells them ("01"^^xsd:integer comes back as "1"), so what is inferred may
        be read this way and what is stated is read from its file.
        """
        quads = self.loaded.store.quads_for_pattern(None, None, None, NamedNode(name))
        triples = (Triple(quad.subject, quad.predicate, quad.object) for quad in quads)
        graph = empty_graph()
        graph.parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
        return graph

    def close(self) -> None:
        """Nothing is held but memory."""
