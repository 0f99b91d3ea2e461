"""A query read by the grammar, from its first terminal to the first one with which no query can begin that way."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from byregion import sparql
from byregion.engine import grammar
from byregion.engine.grammar import END, State, Unit
from byregion.errors import QuerySyntaxError
from byregion.sparql import Token

UNKNOWN: Final = "a word"
"""The terminal of a word that SPARQL has not."""
CLOSES: Final = {"(": ")", "{": "}", "[": "]"}
# How far a repair is followed, and how often a terminal is taken for its first character: both keep the time linear.
_AHEAD: Final = 100
_MOST_TURNS: Final = 100
_LONGEST: Final = ("IRIREF", "NIL", "ANON", "SIGNED")
_OF_KIND: Final = {
    "iri": "IRIREF",
    "string": "STRING",
    "language": "LANGTAG",
    "variable": "VAR",
    "blank": "BLANK_NODE_LABEL",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """The first token that cannot stand where it stands; after the last one, a token without text.

    `state` is what could have come, `before` are the tokens that were read, `opened` the brackets still open among
    them, and `after` the tokens that follow, with their terminals, as far as they matter.
    """

    query: str
    token: Token
    terminal: str
    state: State
    before: Sequence[Token]
    opened: Sequence[Token]
    after: Sequence[tuple[str, Token]]

    @property
    def expected(self) -> frozenset[str]:
        """The terminals that could have come."""
        return grammar.expected(self.state)

    def previous(self, steps: int = 1) -> str:
        """Return the text of the token that many steps before, in capitals; empty before the first."""
        return self.before[-steps].text.upper() if len(self.before) >= steps else ""

    def reads(self, *terminals: str, rest: int = 0) -> bool:
        """Tell whether `terminals` could come, and after them what follows the `rest` next ones, as far as is known.

        What is known is the next hundred terminals. With `rest` 0 the token itself follows, with 1 it is left out.
        """
        state = self.state
        for terminal in (*terminals, *[terminal for terminal, _ in [(self.terminal, self.token), *self.after][rest:]]):
            after = grammar.shift(state, terminal)
            if after is False:
                return False
            state = after
        return True


@dataclass(slots=True)
class Reading:
    """What was read of a query: its tokens, the place of the first fault, and the first prefix without declaration."""

    tokens: list[Token] = field(default_factory=list)
    fault: Fault | None = None
    undeclared: Token | None = None
    declared: dict[str, None] = field(default_factory=dict)


def read(query: str, unit: Unit) -> Reading:
    """Return what can be read of `query` as a query or an update.

    Raises QuerySyntaxError where it comes to something that is no token before it comes to a fault.
    """
    reading = Reading()
    state = grammar.start(unit)
    opened: list[Token] = []
    stream, turns = _terminals(query, 0), 0
    while True:
        terminal, token = next(stream)
        after = grammar.shift(state, terminal)
        first = query[token.start : token.start + 1]
        if after is False and terminal in _LONGEST and turns < _MOST_TURNS and grammar.shift(state, first) is not False:
            # `?a<?b && ?c>?d` holds an IRI by the longest match, and none for who knows that an operator follows. In
            # `STR()` it is the `)` that comes too early.
            stream, turns = _terminals(query, token.start + 1), turns + 1
            terminal, token, after = first, Token("symbol", first, token.start), grammar.shift(state, first)
        if after is False:
            if terminal == END and reading.tokens:
                token = Token("symbol", "", reading.tokens[-1].end)
            reading.fault = Fault(query, token, terminal, state, reading.tokens, opened, _ahead(stream))
            return reading
        if terminal == END:
            return reading
        state = after
        _note(reading, token, opened)


def _note(reading: Reading, token: Token, opened: list[Token]) -> None:
    if token.kind == "name":
        prefix = token.text.partition(":")[0]
        if reading.tokens and reading.tokens[-1].text.upper() == "PREFIX":
            reading.declared[prefix] = None
        elif prefix not in reading.declared and reading.undeclared is None:
            reading.undeclared = token
    elif token.text in CLOSES:
        opened.append(token)
    elif token.text in CLOSES.values() and opened:
        opened.pop()
    reading.tokens.append(token)


def _ahead(stream: Iterator[tuple[str, Token]]) -> list[tuple[str, Token]]:
    found: list[tuple[str, Token]] = []
    with contextlib.suppress(QuerySyntaxError):
        found.extend(islice(stream, _AHEAD))
    return found


def _terminals(query: str, start: int) -> Iterator[tuple[str, Token]]:
    """Yield the terminals of the grammar with their tokens, and END: `( )`, `[ ]` and `-1` are one each."""
    held: Token | None = None
    for token in sparql.tokens(query, start):
        if held is not None and (joined := _joined(held, token)):
            yield joined, Token("symbol", query[held.start : token.end], held.start)
            held = None
            continue
        if held is not None:
            yield held.text, held
        held = token if token.kind == "symbol" and token.text in "([+-" else None
        if held is None:
            yield _terminal(token), token
    if held is not None:
        yield held.text, held
    yield END, Token("symbol", "", len(query))


def _joined(first: Token, second: Token) -> str | None:
    if first.text in "+-":
        return "SIGNED" if second.kind == "number" and first.end == second.start else None
    return {"()": "NIL", "[]": "ANON"}.get(first.text + second.text)


def _terminal(token: Token) -> str:
    match token.kind:
        case "name":
            return "PNAME_LN" if token.text.partition(":")[2] else "PNAME_NS"
        case "number":
            return "INTEGER" if token.text.isdigit() else "DECIMAL"
        case "word":
            word = token.text if token.text == "a" else token.text.upper()
            return word if word == "a" or word in grammar.WORDS else UNKNOWN
    return _OF_KIND.get(token.kind, token.text)
