"""The grammar of SPARQL 1.1 as a table: which terminal can come next, decided by that terminal alone.

`sparql11.ebnf` holds the productions of https://www.w3.org/TR/sparql11-query/#sparqlGrammar (section 19.8). They are
LL(1), and a reader of an LL(1) grammar that goes from left to right refuses the first terminal with which no query can
begin that way, and none before. The engine is the judge of what is SPARQL; this tells where what it refused goes wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final, Literal

Unit = Literal["QueryUnit", "UpdateUnit"]
END: Final = "the end"
"""The terminal after the last."""

_PIECE: Final = re.compile(r"'(?P<quoted>[^']+)'|(?P<mark>::=|[()|*+?])|(?P<name>\w+)")


# Rules refer to each other in circles: written out, one would hold the whole grammar many times over.
@dataclass(slots=True, eq=False, repr=False)
class Rule:
    """A production, or a part of one in brackets: what it may be read as, chosen by the next terminal.

    `otherwise` is what it is read as where it is empty, None where it cannot be.
    """

    choices: list[tuple[Symbol, ...]] = field(default_factory=list)
    first: dict[str, tuple[Symbol, ...]] = field(default_factory=dict)
    otherwise: tuple[Symbol, ...] | None = None


Symbol = str | Rule
State = tuple[Symbol, "State"] | None
"""What is still to be read: a symbol, and what follows it."""


def start(unit: Unit) -> State:
    """Return the state before the first terminal of a query or an update."""
    return RULES[unit], (END, None)


def shift(state: State, terminal: str) -> State | Literal[False]:
    """Return the state after `terminal`, or False where it cannot come next."""
    while state is not None:
        symbol, state = state
        if isinstance(symbol, str):
            return state if symbol == terminal else False
        choice = symbol.first.get(terminal, symbol.otherwise)
        if choice is None:
            return False
        for part in reversed(choice):
            state = part, state
    return False


def expected(state: State) -> frozenset[str]:
    """Return the terminals that can come next."""
    found: set[str] = set()
    while state is not None:
        symbol, state = state
        if isinstance(symbol, str):
            return frozenset(found | {symbol})
        found |= symbol.first.keys()
        if symbol.otherwise is None:
            break
    return frozenset(found)


def _rules() -> dict[str, Rule]:
    """Return the productions by their names."""
    rules = {name: Rule() for name in re.findall(r"^(\w+) ::=", _text(), re.MULTILINE)}
    for name, body in re.findall(r"^(\w+) ::= (.*(?:\n .*)*)", _text(), re.MULTILINE):
        rules[name].choices = _alternatives(_PIECE.finditer(body), rules)
    everything = every(rules)
    while any([_widen(rule) for rule in everything]):  # round by round, until one finds nothing more
        pass
    return rules


def _text() -> str:
    return files("byregion.engine").joinpath("sparql11.ebnf").read_text(encoding="utf-8")


def _alternatives(pieces: Iterator[re.Match[str]], rules: dict[str, Rule]) -> list[tuple[Symbol, ...]]:
    """Return what stands between bars, up to the bracket that closes or to the end."""
    found: list[list[Symbol]] = [[]]
    for piece in pieces:
        match piece["mark"]:
            case ")":
                break
            case "(":
                found[-1].append(Rule(_alternatives(pieces, rules)))
            case "|":
                found.append([])
            case None:
                found[-1].append(piece["quoted"] or rules.get(piece["name"], piece["name"]))
            case mark:
                found[-1][-1] = _repeated(found[-1][-1], mark)
    return [tuple(choice) for choice in found]


def _repeated(symbol: Symbol, mark: str) -> Rule:
    if mark == "?":
        return Rule([(symbol,), ()])
    more = Rule([(), ()])
    more.choices[0] = (symbol, more)
    return Rule([(symbol, more)]) if mark == "+" else more


def every(rules: dict[str, Rule]) -> list[Rule]:
    """Return `rules` and all parts of them."""
    found: dict[int, Rule] = {}
    waiting = list(rules.values())
    while waiting:
        rule = waiting.pop()
        if id(rule) not in found:
            found[id(rule)] = rule
            waiting += [part for choice in rule.choices for part in choice if isinstance(part, Rule)]
    return list(found.values())


def _widen(rule: Rule) -> bool:
    """Add to the table of a rule what is known of its parts by now; tell whether there was anything."""
    before = len(rule.first), rule.otherwise
    for choice in rule.choices:
        for part in choice:
            for terminal in [part] if isinstance(part, str) else part.first:
                rule.first.setdefault(terminal, choice)
            if isinstance(part, str) or part.otherwise is None:
                break
        else:
            rule.otherwise = choice
    return before != (len(rule.first), rule.otherwise)


# Made when this is imported: a query worker, which may open no file, gets them from the template that it is forked of.
RULES: Final = _rules()
WORDS: Final = frozenset(
    match["quoted"] for match in _PIECE.finditer(_text()) if match["quoted"] and match["quoted"].isupper()
)
"""The keywords and functions of SPARQL, in capitals."""
