"""A store of somebody else's making as an engine: any SPARQL 1.1 endpoint that holds the revision that is published.

The files are the truth, and the store holds a copy of the revision that they make; `deposit` puts it there. That it is
there is checked at the start and with every answer: who replaces the revision takes its marker away first, so an answer
is of this revision where the marker still stands once the answer has come.
"""

from __future__ import annotations

import time
from typing import Final
from urllib.parse import urlencode

from byregion import results, sparql
from byregion.config import Settings
from byregion.dataset_clause import DatasetDescription, of_query
from byregion.engine import foreign, received, syntax
from byregion.engine.base import Answer, Limits, admit
from byregion.engine.exchange import Exchange, Reply, authorization, shown
from byregion.engine.holding import MARKER, MERGED, NOTHING, Holding
from byregion.errors import EngineError, QueryRefused, QueryTimeout
from byregion.sentences import say

STARTS_WITHIN: Final = 300.0
"""Seconds for what is asked at the start, for which a store may have to count everything."""
REMEDY: Final = "put the revision there with: byregion load"
"""What to do about a store that does not hold it."""

_REVISION: Final = "SELECT ?revision WHERE { ?graph <http://purl.org/dc/terms/identifier> ?revision }"
_COUNTS: Final = "SELECT ?graph (COUNT(*) AS ?triples) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph"
_MANY: Final = "SELECT (1 AS ?one) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


class RemoteEngine:
    """An engine that has a SPARQL 1.1 endpoint answer; many threads may ask at once."""

    def __init__(
        self, url: str, holding: Holding, limits: Limits, *, width: int, base: str = "", authorization: str = ""
    ) -> None:
        """Ask the endpoint at `url`, `width` questions at a time; relative IRIs of queries are relative to `base`."""
        self.url = url
        self.holding = holding
        self.limits = limits
        self.base = base
        self._exchange = Exchange(width=width, size=limits.bytes, authorization=authorization)

    @classmethod
    def of(cls, settings: Settings, holding: Holding) -> RemoteEngine:
        """Return the engine that `settings` state, for a store that holds `holding`; raises ConfigError."""
        return cls(
            settings.store,
            holding,
            Limits.of(settings),
            width=settings.query_workers,
            base=f"{settings.url}sparql",
            authorization=authorization(settings.store_auth_file),
        )

    @property
    def revision(self) -> str:
        """The name of the revision that the store holds."""
        return self.holding.revision

    def query(
        self,
        query: str,
        media_type: str,
        *,
        dataset: DatasetDescription | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Return the whole answer to `query` in `media_type`; raises as `Engine.query` does."""
        admit(query, media_type, self.limits)
        form = sparql.form(query)
        text = foreign.sendable(query, self.base)
        asked = self._dataset(dataset or of_query(query, self.base), foreign.mentions_graphs(query))
        limit = self.limits.lowered(seconds)
        until = time.monotonic() + limit
        try:
            reply = self._send(text, asked, received.ACCEPT[results.kind(form)], until)
            if reply.status == 400:
                raise syntax.explain(query, say("store-takes-not", why=reply.said))
            answer = self._read(reply, form, media_type)
            if self._marked(until) != [self.revision]:
                raise EngineError(say("store-moved"))
        except TimeoutError as error:
            raise QueryTimeout(limit) from error
        return answer

    def _dataset(self, described: DatasetDescription, about_graphs: bool) -> DatasetDescription:
        """Return the dataset that is asked, in full: what a store takes for its own is another with each of them.

        Raises QueryRefused for a graph that is not published, whatever the store has.
        """
        published = self.holding.graphs
        if unknown := [name for name in (*described.default_graphs, *described.named_graphs) if name not in published]:
            raise QueryRefused(say("graph-unknown", graph=f"<{unknown[0]}>"))
        if not described:
            return DatasetDescription((str(MERGED),), tuple(published) if about_graphs else ())
        nothing = (str(NOTHING),)
        return DatasetDescription(described.default_graphs or nothing, described.named_graphs or nothing)

    def _send(self, query: str, dataset: DatasetDescription, accept: str, until: float) -> Reply:
        """Ask as https://www.w3.org/TR/sparql11-protocol/#query-via-post-urlencoded says."""
        fields = {
            "query": query,
            "default-graph-uri": dataset.default_graphs,
            "named-graph-uri": dataset.named_graphs,
        }
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        return self._exchange.ask("POST", self.url, headers, urlencode(fields, doseq=True).encode(), until=until)

    def _read(self, reply: Reply, form: sparql.Form, media_type: str) -> Answer:
        received.refuse_failure(reply, self._name)
        return received.answer(reply, form, media_type, rows=self.limits.rows, size=self.limits.bytes)

    def _rows(self, query: str, dataset: DatasetDescription, until: float) -> list[dict[str, str]]:
        """Return the solutions of a SELECT of ours, as text."""
        answer = self._read(self._send(query, dataset, results.JSON, until), "SELECT", results.JSON)
        found = results.read_solutions(answer.body)
        if isinstance(found, bool):
            raise EngineError(say("select-truth"))
        return [{str(variable): str(term) for variable, term in row.items()} for row in found.bindings]

    def _marked(self, until: float) -> list[str]:
        """Return the names of the revisions that the store says it holds: one, where it holds one."""
        return [row["revision"] for row in self._rows(_REVISION, DatasetDescription((str(MARKER),)), until)]

    def check(self) -> None:
        """Make sure that the store holds the revision, all of it, and gives the greatest answer that byregion gives.

        Raises EngineError, which says what is missing and what would do.
        """
        until = time.monotonic() + STARTS_WITHIN
        try:
            marked = self._marked(until)
            if marked != [self.revision]:
                held = f"the revision {marked[0][:16]}" if len(marked) == 1 else "no revision, or half of one"
                raise EngineError(f"{self._name} holds {held}, and not {self.revision[:16]}; {REMEDY}")
            self.check_counts(until)
            self._check_size(until)
        except TimeoutError as error:
            raise EngineError(f"{error} ({STARTS_WITHIN:g} s for all that is asked at the start)") from error

    def check_counts(self, until: float) -> None:
        """Make sure that each graph has as many triples as it should; raises EngineError, and TimeoutError."""
        expected = {**self.holding.graphs, str(MERGED): self.holding.merged}
        counted = self._rows(_COUNTS, DatasetDescription((str(NOTHING),), tuple(expected)), until)
        found = {row["graph"]: int(row["triples"]) for row in counted}
        for name, count in expected.items():
            if found.get(name, 0) != count:
                raise EngineError(f"{self._name} has {found.get(name, 0)} triples in <{name}>, not {count}; {REMEDY}")

    def _check_size(self, until: float) -> None:
        """Make sure that the store cuts no answer that byregion would give: Virtuoso cuts graphs without a word."""
        # So many rows there are, and so many fit in an answer: "1" and the end of the line.
        wanted = min(self.limits.rows + 1, self.holding.merged**3, self.limits.bytes // 3 - 10)
        reply = self._send(sparql.limit(_MANY, wanted), DatasetDescription((str(MERGED),)), "text/csv", until)
        received.refuse_failure(reply, self._name)
        given = len(reply.body.splitlines()) - 1
        if given < wanted:
            raise EngineError(
                f"{self._name} cuts answers at {given} rows, and not all of them say so; "
                f"raise its limit above BYREGION_MAX_ROWS ({self.limits.rows}), or lower that"
            )

    @property
    def _name(self) -> str:
        return say("store-named", address=shown(self.url))

    def close(self) -> None:
        """Let go of every connection."""
        self._exchange.close()


def connect(settings: Settings, text: bytes) -> RemoteEngine:
    """Return the engine that `settings` state, once its store is known to hold the revision with this text.

    Raises ConfigError, and EngineError for a store that cannot be asked or does not hold it, with what would do.
    """
    engine = RemoteEngine.of(settings, Holding.of(text))
    try:
        engine.check()
    except BaseException:
        engine.close()
        raise
    return engine
