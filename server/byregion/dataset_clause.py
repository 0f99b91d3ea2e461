"""The RDF dataset that a query describes for itself: its FROM clauses, or what the protocol says in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from byregion import sparql
from byregion.sparql import Token


@dataclass(frozen=True, slots=True)
class DatasetDescription:
    """The IRIs of the graphs that are merged to the default graph, and of those that are the named ones.

    https://www.w3.org/TR/sparql11-query/#specifyingDataset
    """

    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it describes anything; what describes nothing leaves the dataset to the service."""
        return bool(self.default_graphs or self.named_graphs)


def of_query(query: str, base: str = "") -> DatasetDescription:
    """Return what the FROM and FROM NAMED clauses of `query` describe; relative IRIs are resolved against `base`.

    Raises QuerySyntaxError where tokens cannot be told. What follows FROM and is no IRI is left to the engine, which
    tells what is wrong with it.
    """
    if "FROM" not in query.upper():
        return DatasetDescription()
    default: list[str] = []
    named: list[str] = []
    prologue = _Prologue(base)
    stream = _top(sparql.tokens(query))
    for token in stream:
        word = token.text.upper() if token.kind in ("word", "name") else ""
        if word.startswith("BASE"):
            prologue.base = prologue.iri(next(stream, None)) or prologue.base
        elif word.startswith("PREFIX"):
            name = token if token.kind == "name" else next(stream, None)
            prologue.prefixes[_prefix(name)] = prologue.iri(next(stream, None)) or ""
        elif token.kind == "word" and (match := _FROM.fullmatch(word)):
            is_named, follows = bool(match["named"]), next(stream, None)
            if not is_named and follows and follows.kind == "word" and follows.text.upper() == "NAMED":
                is_named, follows = True, next(stream, None)
            if iri := prologue.iri(follows):
                (named if is_named else default).append(iri)
    return DatasetDescription(tuple(dict.fromkeys(default)), tuple(dict.fromkeys(named)))


def names(query: str, iri: str, base: str = "") -> bool:
    """Tell whether `iri` stands anywhere in `query`, in full or by a prefix; relative IRIs are resolved as above.

    Where a prefix ends within the last part of the IRI, or that is written with escapes, it is not found. Raises
    QuerySyntaxError where tokens cannot be told.
    """
    if iri.rpartition("/")[2] not in query:
        return False
    prologue, is_body = _Prologue(base), False
    stream = sparql.tokens(query)
    for token in stream:
        word = token.text.upper() if token.kind in ("word", "name") and not is_body else ""
        if word.startswith("BASE"):
            prologue.base = prologue.iri(next(stream, None)) or prologue.base
        elif word.startswith("PREFIX"):
            name = token if token.kind == "name" else next(stream, None)
            prologue.prefixes[_prefix(name)] = prologue.iri(next(stream, None)) or ""
        elif prologue.iri(token) == iri:
            return True
        else:
            is_body = True
    return False


def _top(stream: Iterator[Token]) -> Iterator[Token]:
    """Yield the tokens outside all brackets: what describes the dataset stands there, and nothing else does."""
    depth = 0
    for token in stream:
        if token.kind == "symbol" and token.text in "({[":
            depth += 1
        elif token.kind == "symbol" and token.text in ")}]":
            depth -= 1
        elif depth == 0:
            yield token


# Oxigraph's grammar has no word boundaries: it reads `ASKFROM<g>` and `FROMNAMED<g>`.
_FROM: Final = re.compile("(?:ASK|CONSTRUCT)?FROM(?P<named>NAMED)?")
_ABSOLUTE: Final = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")
_LOCAL_ESCAPE: Final = re.compile(r"\\([_~.\-!$&'()*+,;=/?#@%])")


def _prefix(token: Token | None) -> str:
    # So `PREFIXbr:<…>` declares br.
    text = token.text.partition(":")[0] if token else ""
    return text[len("PREFIX") :] if text.upper().startswith("PREFIX") else text


class _Prologue:
    """What BASE and PREFIX have said so far."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.prefixes: dict[str, str] = {}

    def iri(self, token: Token | None) -> str:
        """Return the IRI that a token is, "" where it is none."""
        if token is None:
            return ""
        if token.kind == "iri":
            iri = sparql.unescape(token.text[1:-1])
            if _ABSOLUTE.match(iri):
                # urljoin would take an empty fragment away.
                return iri
            try:
                return urljoin(self.base, iri)
            except ValueError:
                # What is no IRI, the engine refuses.
                return iri
        prefix, colon, local = token.text.partition(":")
        if token.kind != "name" or not colon or prefix not in self.prefixes:
            return ""
        return self.prefixes[prefix] + _LOCAL_ESCAPE.sub(r"\1", local)
