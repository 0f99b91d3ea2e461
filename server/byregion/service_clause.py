"""The SERVICE clauses of a query: what each asks whom, and the query with solutions in their places.

https://www.w3.org/TR/sparql11-federated-query/
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from byregion import sparql
from byregion.sparql import Token

_PROLOGUE: Final = ("BASE", "PREFIX")
EMPTY: Final = "{}"
"""The group with one solution that has no value."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A SERVICE clause: where it stands in its query, and the token that says which endpoint it asks.

    `query` is what the endpoint is to answer, and `depth` how many others it stands in.
    """

    start: int
    end: int
    endpoint: Token
    is_silent: bool
    query: str
    depth: int


def stands_in(query: str) -> bool:
    """Tell whether a part of `query` may be read as SERVICE; raises QuerySyntaxError where tokens cannot be told."""
    return sparql.keyword(query, sparql.SERVICE) is not None


def clauses(query: str, tokens: Sequence[Token], base: str = "") -> tuple[Clause, ...]:
    """Return the clauses of `query` in order, those within others after these; `tokens` are all of it, by the grammar.

    Relative IRIs of what an endpoint is asked are relative to `base`, as they are in the query.
    """
    form = next(token for token in tokens if token.kind == "word" and token.text.upper() not in _PROLOGUE)
    prologue = f"BASE <{base}>\n{query[: form.start]}" if base else query[: form.start]
    found: list[Clause] = []
    for index, token in enumerate(tokens):
        if token.kind != "word" or token.text.upper() != "SERVICE":
            continue
        is_silent = tokens[index + 1].text.upper() == "SILENT"
        name = index + 1 + is_silent
        group = query[tokens[name + 1].start : _end(tokens[name + 1 :])]
        end = tokens[name + 1].start + len(group)
        depth = sum(token.start < clause.end for clause in found)
        found.append(Clause(token.start, end, tokens[name], is_silent, f"{prologue}SELECT * WHERE {group}", depth))
    return tuple(found)


def _end(group: Iterable[Token]) -> int:
    """Return the offset after the group that the tokens begin with."""
    depth = 0
    for token in group:
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0:
            return token.end
    raise ValueError("the group has no end")


def variables(clause: str) -> list[str]:
    """Return the names of the variables in the text of a clause: `SELECT *` of it binds these and no others."""
    return list(dict.fromkeys(token.text[1:] for token in sparql.tokens(clause) if token.kind == "variable"))


def values(names: Sequence[str], rows: Iterable[Iterable[str]], function: str = "") -> str:
    """Return the group that has the solutions `rows`, of terms as SPARQL writes them, for the variables `names`.

    Where there is a `function`, its IRI, each term is what it makes of the one in its place.
    """
    inner = [f"v{number}" for number in range(len(names))] if function else names
    solutions = " ".join(f"({' '.join(row)})" for row in rows)
    block = f"VALUES ({' '.join(f'?{name}' for name in inner)}) {{ {solutions} }}"
    if not function:
        return f"{{ {block} }}"
    made = " ".join(f"(<{function}>(?{old}) AS ?{new})" for old, new in zip(inner, names, strict=True))
    return f"{{ SELECT {made} {{ {block} }} }}"


def replaced(query: str, groups: Iterable[tuple[int, int, str]]) -> str:
    """Return `query` with each group in place of what stands between its two offsets."""
    for start, end, group in sorted(groups, reverse=True):
        query = f"{query[:start]}{group}{query[end:]}"
    return query
