"""A query as it may be sent to a store of somebody else's making.

Stores have functions of their own, called by IRI like any other, and not all of them are harmless: Virtuoso's
`<bif:http_get>` fetches any address, and `<bif:cfg_item_value>` reads the store's configuration. They have words of
their own too, such as Virtuoso's DEFINE. So what is sent is SPARQL 1.1 and nothing beyond, and the functions in it are
those of SPARQL and of the vocabularies that byregion knows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rdflib import URIRef

from byregion import sparql
from byregion.engine import reading, syntax
from byregion.errors import QueryRefused
from byregion.namespaces import VOCABULARIES
from byregion.sentences import say
from byregion.sparql import Token

_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")
_KNOWN: Final = tuple(VOCABULARIES.values())


# Reading a query by the grammar takes 1 ms of CPU, and the same ones are asked again and again.
@lru_cache(maxsize=256)
def sendable(query: str, base: str) -> str:
    """Return `query` as it may be sent: itself, with its relative IRIs relative to `base` and not to the store.

    Raises QuerySyntaxError for what is not SPARQL 1.1, and QueryRefused for a function that is not let through.
    """
    # A query must pass whether escapes are expanded before the tokens are read (SPARQL 1.1, 19.2) or not.
    for text in dict.fromkeys((query, sparql.unescape(query))):
        read = reading.read(text, "QueryUnit")
        if read.fault is not None or read.undeclared is not None:
            raise syntax.explain(text, say("not-sparql"))
        _refuse_functions(text, read.tokens)
    return f"BASE {URIRef(base).n3()} {query}" if base and _is_relative(query) else query


def mentions_graphs(query: str) -> bool:
    """Tell whether `query` may be about named graphs; in doubt it may."""
    return "GRAPH" in query.upper() or "\\u" in query.lower()


def _refuse_functions(query: str, stream: Sequence[Token]) -> None:
    prefixes = _prefixes(stream)
    for token, following in pairwise(stream):
        if token.kind not in ("iri", "name") or not following.text.startswith("("):
            continue
        if not all(iri.startswith(_KNOWN) for iri in _iris(token, prefixes)):
            line, column = sparql.position(query, token.start)
            raise QueryRefused(say("not-offered", name=token.text, line=line, column=column))


def _prefixes(stream: Sequence[Token]) -> dict[str, list[str]]:
    """Return every IRI that each prefix is declared as."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, iri in pairwise(stream):
        if name.kind == "name" and name.text.endswith(":") and iri.kind == "iri":
            found[name.text].append(iri.text[1:-1])
    return found


def _iris(token: Token, prefixes: dict[str, list[str]]) -> list[str]:
    """Return the IRIs that a token may stand for."""
    if token.kind == "iri":
        return [token.text[1:-1]]
    prefix, colon, local = token.text.partition(":")
    return [namespace + local for namespace in prefixes.get(prefix + colon, [""])]


def _is_relative(query: str) -> bool:
    return any(
        (token.kind == "iri" and not _ABSOLUTE.match(token.text))
        or (token.kind == "word" and token.text.upper() in ("IRI", "URI"))
        for token in sparql.tokens(query)
    )
