"""USING clauses for an update that has none, out of the dataset that the protocol describes for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from byregion import sparql
from byregion.dataset_clause import DatasetDescription
from byregion.errors import BadRequest, QuerySyntaxError
from byregion.sentences import say
from byregion.sparql import Token

_WORDS: Final = frozenset(
    (
        *("BASE", "PREFIX", "INSERT", "DELETE", "DATA", "WHERE", "LOAD", "SILENT", "INTO", "CLEAR", "DROP", "CREATE"),
        *("ADD", "MOVE", "COPY", "TO", "GRAPH", "DEFAULT", "NAMED", "ALL"),
    )
)


def add(update: str, dataset: DatasetDescription) -> str:
    """Return `update`, each of its DELETE/INSERT operations matched against `dataset`.

    https://www.w3.org/TR/sparql11-protocol/#update-dataset "If a SPARQL 1.1 Update request contains any of the USING,
    USING NAMED or WITH clauses and the protocol specifies a dataset, that is a bad request."

    Raises BadRequest for that, ParameterError for what is no IRI, QuerySyntaxError where keywords cannot be told.
    """
    default = [f"USING {sparql.written_iri('using-graph-uri', iri)}" for iri in dataset.default_graphs]
    named = [f"USING NAMED {sparql.written_iri('using-named-graph-uri', iri)}" for iri in dataset.named_graphs]
    using = f" {' '.join((*default, *named))} "
    for place in reversed(list(_places(update))):
        update = f"{update[: place.start]}{place.before}{using}{update[place.start :]}"
    return update


@dataclass(frozen=True, slots=True)
class _Place:
    """Where USING goes, and what has to stand before it."""

    start: int
    before: str = ""


def _places(update: str) -> Iterator[_Place]:
    stream = list(sparql.tokens(update))
    depth = 0
    for index, token in enumerate(stream):
        depth += (token.text in "({[") - (token.text in ")}]") if token.kind == "symbol" else 0
        if depth or token.kind != "word":
            continue
        word = token.text.upper()
        if word in ("USING", "WITH"):
            raise BadRequest(say("using-twice", word=word))
        if word not in _WORDS:
            where = sparql.position(update, token.start)
            raise QuerySyntaxError(say("no-keyword", shown=repr(token.text)), *where, token.text)
        if word == "WHERE":
            # DELETE WHERE { … } is short for DELETE { … } WHERE { … }, and has no place for USING.
            is_short = index > 0 and stream[index - 1].text.upper() == "DELETE"
            yield _Place(token.start, _group(update, stream[index + 1 :]) if is_short else "")


def _group(update: str, stream: Sequence[Token]) -> str:
    depth = 0
    for token in stream:
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0:
            return f" {update[stream[0].start : token.end]} "
    return ""
