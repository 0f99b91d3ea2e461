"""What is asked: the queries of `queries/` about Region 1, and the lookups, scans and killers that lie beside this."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph

from byregion import queries, results, sparql
from byregion.assets import folder

from .made import BASE

GROUPS: Final = ("named", "lookup", "scan")
LIGHT: Final = "participants"
"""The named query that is asked beside the killers."""

_QUERIES: Final = Path(__file__).resolve().parent / "queries"
_GRAPH: Final = "text/turtle"
_SLUGS: Final = {
    "advice": "region-1-youth",
    "conclusion": "region-1-labour",
    "focus-area": "region-1-education",
    "follow-up": "region-1-model",
    "goal": "region-1-recruitment",
    "measure-group": "region-1-business",
    "municipality": "kommune-1-2",
    "observation": "region-1-population",
    "organisation": "region-1-authority",
    "participation": "region-1-1",
    "place": "region-1-2015",
    "plan": "region-1-business",
    "programme": "program",
    "question": "region-1-skills",
    "quote": "region-1-1",
    "region": "region-1",
    "result": "region-1-model",
    "source": "region-1-page",
    "statement": "region-1-equation",
}
"""What stands in the made-up data for the entities that the queries have as examples, by kind."""
_VALUES: Final = {"number": ["0000", "0001"], "from": ["2020-01-01"], "before": ["2024-01-01"], "date": ["2019-12-31"]}
"""What is asked for instead of the examples, by parameter."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query with its name, the group it is of, and the media type its answer is asked in."""

    name: str
    group: str
    text: str
    accept: str

    def rows(self, body: bytes) -> int:
        """Return how many solutions or triples an answer holds; a truth value is 1 or 0 of them.

        Raises ValueError or SyntaxError where it is no answer.
        """
        if self.accept == _GRAPH:
            return len(set(pyoxigraph.parse(body, format=pyoxigraph.RdfFormat.TURTLE)))
        found = results.read_solutions(body)
        return int(found) if isinstance(found, bool) else len(found.bindings)


def queries_of(group: str) -> tuple[Query, ...]:
    """Return the queries of a group, or the killers, by name; there is at least one."""
    if group == "named":
        named = queries.read_all(folder("queries"))
        return tuple(_query(one.name, group, queries.prepare(one, _values(one))) for one in named)
    paths = sorted((_QUERIES / group).glob("*.rq"))
    if not paths:
        raise FileNotFoundError(f"there is no query in {_QUERIES / group}")
    return tuple(_query(f"{group}-{path.stem}", group, path.read_text(encoding="utf-8")) for path in paths)


def mix() -> tuple[Query, ...]:
    """Return everything that is asked but the killers."""
    return tuple(query for group in GROUPS for query in queries_of(group))


def light() -> Query:
    """Return the query that is asked beside the killers."""
    return next(query for query in queries_of("named") if query.name == LIGHT)


def _query(name: str, group: str, text: str) -> Query:
    is_graph = sparql.form(text) in ("CONSTRUCT", "DESCRIBE")
    body = queries.body(text).strip()
    return Query(name, group, body, _GRAPH if is_graph else results.JSON)


def _values(query: queries.NamedQuery) -> dict[str, list[str]]:
    """Return the examples of a query, what is in the published data replaced by its like in the made-up data."""
    values = {}
    for one in query.parameters:
        values[one.name] = _VALUES.get(one.name) or [_alike(example) for example in one.examples]
        if not one.several:
            values[one.name] = values[one.name][:1]
    return values


def _alike(example: str) -> str:
    kind, _, slug = example.partition(":")
    return f"{BASE}id/{kind}/{_SLUGS[kind]}" if slug and kind in _SLUGS else example
