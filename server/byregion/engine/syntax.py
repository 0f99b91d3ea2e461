"""What is wrong with a query that Oxigraph cannot read, in words that help.

Oxigraph tells where its furthest attempt at the grammar ended, which is often the end of the query, and what it would
have read there. The mistakes that people make most are seen in the tokens, and at their place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Final

from byregion import sparql
from byregion.errors import QuerySyntaxError

# The keywords and functions of https://www.w3.org/TR/sparql11-query/#sparqlGrammar that a query may hold.
_KEYWORDS: Final = """
    A ABS AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL COALESCE CONCAT CONSTRUCT CONTAINS COUNT DATATYPE DAY
    DESC DESCRIBE DISTINCT ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR FROM GRAPH GROUP GROUP_CONCAT HAVING HOURS
    IF IN IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISURI LANG LANGMATCHES LCASE LIMIT MAX MD5 MIN MINUS MINUTES
    MONTH NAMED NOT NOW OFFSET OPTIONAL ORDER PREFIX RAND REDUCED REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS
    SELECT SEPARATOR SHA1 SHA256 SHA384 SHA512 STR STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLEN STRSTARTS
    STRUUID SUBSTR SUM TIMEZONE TRUE TZ UCASE UNDEF UNION URI UUID VALUES WHERE YEAR
"""
_WORDS: Final = frozenset(_KEYWORDS.split())
_PLACE: Final = re.compile(r"error at (\d+):(\d+): expected (.*)", re.DOTALL)
# What is wrong beyond the grammar, Oxigraph tells in a sentence among what it would have read.
_SENTENCES: Final = {
    "Duplicated variable name in SELECT": "a variable stands twice in SELECT",
    "The SELECT contains a variable that is unbound": "SELECT names a variable that GROUP BY does not",
    "SELECT * is not authorized with": "SELECT * cannot be used with GROUP BY or an aggregate such as COUNT",
    "IRI parsing failed": "an IRI is malformed",
    "language tag parsing failed": "a language tag is malformed",
}


def explain(query: str, message: str) -> QuerySyntaxError:
    """Return the error for a `query` of which pyoxigraph says `message`, with line and column where they are known."""
    try:
        stream = list(sparql.tokens(query))
    except QuerySyntaxError as error:
        return error
    for found in _FINDERS:
        if mistake := found(stream):
            token, what = mistake
            return QuerySyntaxError(what, *sparql.position(query, token.start))
    match = _PLACE.match(message)
    if match is None:
        return QuerySyntaxError(message)
    line, column = int(match[1]), int(match[2])
    for said, meant in _SENTENCES.items():
        if said in match[3]:
            return QuerySyntaxError(f"{meant}, here or before", line, column)
    offset = sum(len(text) + 1 for text in query.split("\n")[: line - 1]) + column - 1
    if at := next((token for token in stream if token.end > offset), None):
        return QuerySyntaxError(f"{at.text!r} is not possible here, or what stands before is wrong", line, column)
    return QuerySyntaxError("the query ends here, and something before is missing or wrong", line, column)


_Mistake = tuple[sparql.Token, str]


def _unknown_word(stream: list[sparql.Token]) -> _Mistake | None:
    for token in stream:
        word = token.text.upper()
        if token.kind == "word" and word not in _WORDS:
            near = get_close_matches(word, _WORDS, 1)
            return token, f"{token.text!r} is no word of SPARQL" + (f"; {near[0]} is" if near else "")
    return None


def _undeclared_prefix(stream: list[sparql.Token]) -> _Mistake | None:
    declared: set[str] = set()
    previous = ""
    for token in stream:
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and previous == "PREFIX":
            declared.add(prefix)
        elif token.kind == "name" and prefix not in declared:
            return token, f"the prefix {prefix}: is not declared; put PREFIX {prefix}: <…> before the query"
        previous = token.text.upper()
    return None


def _relative_iri(stream: list[sparql.Token]) -> _Mistake | None:
    if any(token.text.upper() == "BASE" for token in stream):
        return None
    for token in stream:
        if token.kind == "iri" and not re.match(r"<[A-Za-z][A-Za-z0-9+.-]*:", token.text):
            return token, f"{token.text} is a relative IRI; write it in full, or put BASE <…> before the query"
    return None


def _unbalanced(stream: list[sparql.Token]) -> _Mistake | None:
    closes = {"(": ")", "{": "}", "[": "]"}
    opened: list[sparql.Token] = []
    for token in stream:
        if token.text in closes:
            opened.append(token)
        elif token.text in closes.values():
            if not opened:
                return token, f"{token.text!r} closes nothing"
            if token.text != closes[(last := opened.pop()).text]:
                return token, f"{token.text!r} stands where {closes[last.text]!r} is expected"
    return (opened[-1], f"{opened[-1].text!r} is never closed") if opened else None


_FINDERS: Final[tuple[Callable[[list[sparql.Token]], _Mistake | None], ...]] = (
    _unknown_word,
    _undeclared_prefix,
    _relative_iri,
    _unbalanced,
)
