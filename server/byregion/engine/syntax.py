"""What is wrong with a query that Oxigraph cannot read: where, in plain words, and what would do.

Oxigraph is the judge, but it tells where its furthest attempt ended, which is often the end of the query. So a query
that it refuses is read once more, by the grammar; what goes beyond the grammar is looked for in the tokens.
"""

from __future__ import annotations

import re
from contextlib import suppress
from difflib import get_close_matches
from functools import reduce
from typing import Final

from byregion import sparql
from byregion.engine import advice, meaning
from byregion.engine.grammar import END, Unit
from byregion.engine.reading import CLOSES, UNKNOWN, Fault, Reading, read
from byregion.errors import QuerySyntaxError
from byregion.namespaces import PREFIXES
from byregion.sentences import Sentence, say
from byregion.sparql import Token

_PLACE: Final = re.compile(r"error at (\d+):(\d+): expected (.*)", re.DOTALL)
# What is wrong beyond the grammar, Oxigraph tells in a sentence among what it would have read.
_SENTENCES: Final = {
    "IRI parsing failed": say("iri-malformed"),
    "language tag parsing failed": say("language-malformed"),
}
# What Oxigraph reads beyond SPARQL 1.1, by the first token that tells it: the fault may be another.
_BEYOND: Final = re.compile(
    r"~|ADJUST|(?:STR)?LANGDIR|HASLANG(?:DIR)?|(?:IS)?TRIPLE|SUBJECT|PREDICATE|OBJECT|LATERAL|VERSION", re.IGNORECASE
)
# Vocabularies that are not used here and yet asked for, and other names of those that are.
_WELL_KNOWN: Final = {
    **PREFIXES,
    "dc": "http://purl.org/dc/elements/1.1/",
    "dct": PREFIXES["dcterms"],
    "schema": "https://schema.org/",
    "time": "http://www.w3.org/2006/time#",
    "vann": "http://purl.org/vocab/vann/",
}
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
_SHOWN: Final = 40
_MOST_SAID: Final = 300
_MOST_NAMED: Final = 8


def form(query: str) -> sparql.Form:
    """Return the form of `query` as `sparql.form` does; what is no query is explained."""
    try:
        return sparql.form(query)
    except QuerySyntaxError as error:
        raise explain_early(query, error) from error


def explain_early(query: str, error: QuerySyntaxError, unit: Unit = "QueryUnit") -> QuerySyntaxError:
    """Return the error for a `query` that ended in `error` before the engine saw it: what is found, else `error`."""
    return _found(query, unit) or error


def explain(query: str, message: str, unit: Unit = "QueryUnit", *, has_base: bool = False) -> QuerySyntaxError:
    """Return the error for a `query`, or an update, of which pyoxigraph says `message`.

    `has_base` tells that relative IRIs were resolved, so that none of them is the mistake.
    """
    return _found(query, unit) or _told(query, message, has_base)


def _found(query: str, unit: Unit) -> QuerySyntaxError | None:
    """Return what is found to be wrong without the engine; None where nothing is, or it may be another thing."""
    try:
        reading = read(query, unit)
    except QuerySyntaxError as error:
        offset = _offset(query, error.line, error.column)
        return QuerySyntaxError(
            error.message, error.line, error.column, query[offset], advice.unreadable(query[offset])
        )
    fault, undeclared = reading.fault, reading.undeclared
    if undeclared is not None:
        return _at(query, undeclared, *_undeclared(undeclared, reading))
    if fault is not None:
        return None if _is_beyond(fault) else _at(query, fault.token, *_refused(fault))
    found = meaning.mistake(reading.tokens)
    return _at(query, *found) if found else None


def _at(query: str, token: Token, message: str, hint: str) -> QuerySyntaxError:
    said, would_do = _cut(message, _MOST_SAID), _cut(hint, _MOST_SAID)
    return QuerySyntaxError(said, *sparql.position(query, token.start), token.text, would_do)


def _offset(query: str, line: int, column: int) -> int:
    return sum(len(text) + 1 for text in query.split("\n")[: line - 1]) + column - 1


def _undeclared(token: Token, reading: Reading) -> tuple[str, str]:
    prefix = token.text.partition(":")[0]
    message = say("undeclared", prefix=prefix)
    if prefix.lower() in ("http", "https", "urn", "mailto"):
        return message, say("an-angle", this=f"<{prefix}:…>")
    if prefix in _WELL_KNOWN:
        return message, say("put-before", prefix=prefix, iri=_WELL_KNOWN[prefix])
    if near := get_close_matches(prefix, reading.declared, 1):
        return message, say("write", this=f"{near[0]}:")
    if near := get_close_matches(prefix, PREFIXES, 1):
        return message, say("write-and-put", prefix=near[0], iri=PREFIXES[near[0]])
    return message, say("declare", prefix=prefix)


def _is_beyond(fault: Fault) -> bool:
    text = fault.token.text
    if text == "<":
        return bool(fault.after) and fault.after[0][1].text == "<"
    return bool(_BEYOND.fullmatch(text)) or (text == "|" and fault.previous() == "{")


def _refused(fault: Fault) -> tuple[str, str]:
    hint = advice.hint(fault)
    message = _message(fault)
    return (message, hint) if hint else (_possible(fault, message), "")


def _message(fault: Fault) -> str:
    shown = repr(_cut(fault.token.text))
    opening = fault.opened[-1] if fault.opened else None
    if fault.terminal == END:
        if opening is None:
            return say("early")
        line, column = sparql.position(fault.query, opening.start)
        return say("unclosed", mark=opening.text, line=line, column=column)
    if fault.terminal in CLOSES.values():
        if opening is None:
            return say("closes-nothing", shown=shown)
        if fault.terminal != CLOSES[opening.text]:
            return say("stands-where", shown=shown, closing=CLOSES[opening.text])
    if fault.terminal == UNKNOWN:
        return say("no-word", shown=shown)
    return say("cannot-stand", shown=shown)


def _possible(fault: Fault, message: str) -> str:
    """Return `message` with what can stand at the place of the fault, where that is told in a few words."""
    expected = set(fault.expected)
    if "STRLEN" in expected:
        return say("value-missing", message=message) if "VAR" in expected else message
    named: list[str] = [say(name) for name, terminals in _CLASSES.items() if terminals & expected]
    expected = expected.difference(*_CLASSES.values())
    named += [say("the-end") if word == END else word if word.isalpha() else f"'{word}'" for word in sorted(expected)]
    if not named or len(named) > _MOST_NAMED:
        return message
    listed = reduce(lambda one, other: say("pair", one=one, other=other), named)
    return say("possible", message=message, listed=listed)


_CLASSES: Final = {
    "a-variable": {"VAR"},
    "an-iri": {"IRIREF", "PNAME_LN", "PNAME_NS"},
    "a-literal": {"STRING", "INTEGER", "DECIMAL", "SIGNED", "TRUE", "FALSE"},
    "a-blank-node": {"BLANK_NODE_LABEL", "ANON", "["},
    "a-list": {"NIL"},
    "a-language-tag": {"LANGTAG"},
}


def _cut(text: str, most: int = _SHOWN) -> str:
    if len(text) <= most:
        return text
    if isinstance(text, Sentence):
        return text.with_values(lambda value: _cut(value, most // 2))
    return f"{text[:most]}…"


def _told(query: str, message: str, has_base: bool) -> QuerySyntaxError:
    """Return the error with the place that Oxigraph tells."""
    match = _PLACE.match(message)
    if match is None:
        return QuerySyntaxError(message if isinstance(message, Sentence) else say("engine-says", said=message))
    line, column = int(match[1]), int(match[2])
    offset, stream = _offset(query, line, column), _tokens(query)
    if not has_base and (relative := _relative(stream)):
        return _at(query, relative, say("relative"), say("in-full"))
    for said, meant in _SENTENCES.items():
        if said in match[3] and (at := next((token for token in stream if token.end >= offset), None)):
            return _at(query, at, meant, "")
    if at := next((token for token in stream if token.end > offset), None):
        return _at(query, at, say("not-possible", shown=repr(_cut(at.text))), "")
    return QuerySyntaxError(say("ends-here"), line, column)


def _tokens(query: str) -> list[Token]:
    """Return the tokens up to what is none for who does not know the grammar: a < may look like an IRI without end."""
    found: list[Token] = []
    with suppress(QuerySyntaxError):
        found.extend(sparql.tokens(query))
    return found


def _relative(stream: list[Token]) -> Token | None:
    if any(token.text.upper() == "BASE" for token in stream):
        return None
    relative = (token for token in stream if token.kind == "iri" and not _ABSOLUTE.match(token.text))
    return next(relative, None)
