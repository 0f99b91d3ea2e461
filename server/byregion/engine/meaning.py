"""Mistakes that the grammar does not tell: what SPARQL says of a query beyond the place of each terminal.

They are looked for only in a query that the engine refused and the grammar did not, so each finder may be simple: what
it finds need not be wrong in every query, only likely in one of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from byregion.engine.reading import CLOSES
from byregion.sentences import say
from byregion.sparql import Token

Mistake = tuple[Token, str, str]
"""The token, what is wrong with it, and what would do."""

_ESCAPE: Final = re.compile(
    r"""\\(?:[tbnrf"'\\]|u(?![dD][89a-fA-F])[0-9A-Fa-f]{4}|U00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4})"""
)
_ESCAPED: Final = re.compile(r"\\(?:u.{0,4}|U.{0,8}|.)", re.DOTALL)
_AGGREGATES: Final = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_ENDS_GROUP_BY: Final = frozenset({"HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES", "}"})


def mistake(stream: Sequence[Token]) -> Mistake | None:
    """Return the first kind of mistake that is found in the tokens of a query."""
    return next((found for find in _FINDERS for found in find(stream)), None)


def _escapes(stream: Sequence[Token]) -> Iterator[Mistake]:
    for token in stream:
        if token.kind == "string" and "\\" in token.text:
            for match in _ESCAPED.finditer(token.text):
                if not _ESCAPE.fullmatch(match[0]):
                    at = Token("symbol", match[0], token.start + match.start())
                    yield at, say("no-escape", escape=match[0]), say("double-backslash")


def _numbers(stream: Sequence[Token]) -> Iterator[Mistake]:
    for before, token in pairwise(stream):
        if before.text.upper() in ("LIMIT", "OFFSET") and token.kind == "number" and len(token.text) > 18:
            yield token, say("too-great", word=before.text.upper()), say("smaller")


def _rows(stream: Sequence[Token]) -> Iterator[Mistake]:
    """A row of VALUES with more or fewer terms than there are variables."""
    for index, token in enumerate(stream):
        if token.text.upper() != "VALUES" or _text(stream, index + 1) != "(":
            continue
        closing = _closing(stream, index + 1)
        variables = closing - index - 2
        at, end = closing + 2, _closing(stream, closing + 1)
        while at < end:
            last = _closing(stream, at)
            count = _terms(stream[at + 1 : last])
            if count != variables:
                what = say("row-length", count=count, variables=variables)
                yield stream[at], what, say("undef")
            at = last + 1


def _terms(row: Sequence[Token]) -> int:
    count = 0
    for before, token in zip([None, *row], row, strict=False):
        joined = token.kind == "language" or token.text in ("^^", "+", "-") or (before and before.text == "^^")
        count += not joined
    return count


def _engine(stream: Sequence[Token]) -> Iterator[Mistake]:
    """What SPARQL allows and Oxigraph 0.5 does not read: TRUE in capitals, CONCAT and COALESCE apart from their (."""
    for index, token in enumerate(stream):
        word = token.text.upper()
        if token.kind == "word" and word in ("TRUE", "FALSE") and token.text != word.lower():
            yield token, say("lower-only", word=word.lower()), say("write", this=word.lower())
        if word in ("CONCAT", "COALESCE") and index + 1 < len(stream) and stream[index + 1].start > token.end:
            yield stream[index + 1], say("no-space", word=word), say("write", this=f"{word}(")


def _bound(stream: Sequence[Token]) -> Iterator[Mistake]:
    """BIND to a variable that its group has used before."""
    groups: list[set[str]] = [set()]
    named: set[int] = set()
    for index, token in enumerate(stream):
        if token.text == "{":
            groups.append(set())
        elif token.text == "}" and len(groups) > 1:
            inner = groups.pop()
            groups[-1] |= inner
        elif token.text.upper() == "BIND" and _text(stream, index + 1) == "(":
            named.add(_closing(stream, index + 1) - 1)
        elif token.kind == "variable":
            if index in named and token.text[1:] in groups[-1]:
                what = say("bound-before", name=token.text)
                yield token, what, say("other-name")
            groups[-1].add(token.text[1:])


def _labels(stream: Sequence[Token]) -> Iterator[Mistake]:
    """The label of a blank node in two groups, or on both sides of one."""
    blocks = [0]
    seen: dict[str, int] = {}
    for index, token in enumerate(stream, 1):
        if token.text == "{":
            blocks.append(index)
        elif token.text == "}" and len(blocks) > 1:
            blocks.pop()
            blocks[-1] = index
        elif token.kind == "blank" and seen.setdefault(token.text, blocks[-1]) != blocks[-1]:
            what = say("label-twice", label=token.text)
            yield token, what, say("other-label")


def _data(stream: Sequence[Token]) -> Iterator[Mistake]:
    """Variables in DATA, and blank nodes in what is deleted."""
    for index, token in enumerate(stream):
        word = token.text.upper()
        if word not in ("INSERT", "DELETE"):
            continue
        second = _text(stream, index + 1)
        at = index + (1 if second == "{" else 2)
        if _text(stream, at) != "{":
            continue
        for inside in stream[at : _closing(stream, at)]:
            if second == "DATA" and inside.kind == "variable":
                yield inside, say("variable-in-data", word=word), say("no-data")
            if word == "DELETE" and (inside.kind == "blank" or inside.text.startswith("[")):
                yield inside, say("blank-deleted"), say("bind-where")


def _aggregates(stream: Sequence[Token]) -> Iterator[Mistake]:
    """COUNT and the like in FILTER or BIND."""
    for index, token in enumerate(stream):
        if token.text.upper() in ("FILTER", "BIND") and _text(stream, index + 1) == "(":
            for inside in stream[index + 2 : _closing(stream, index + 1)]:
                if inside.text == "{":
                    break
                if inside.text.upper() in _AGGREGATES:
                    what = say("aggregate", word=inside.text, clause=token.text.upper())
                    yield inside, what, say("having")


def _selected(stream: Sequence[Token]) -> Iterator[Mistake]:
    """What SELECT names, held to GROUP BY and to the pattern."""
    for index, token in enumerate(stream):
        if token.text.upper() != "SELECT":
            continue
        body = next((at for at in range(index, len(stream)) if stream[at].text == "{"), len(stream))
        clause = _clause_of(stream[index + 1 : body])
        end = _closing(stream, body)
        grouped = _grouped(stream, end + 1)
        is_grouped = grouped is not None or any(item.text.upper() in _AGGREGATES for item in clause)
        star = next((item for item in clause[:2] if item.text == "*"), None)
        if star and is_grouped:
            yield star, say("star-grouped"), say("name-variables")
        yield from _names(clause, _variables(stream[body:end]))
        if is_grouped:
            yield from _ungrouped(clause, grouped or [])


def _clause_of(stream: Sequence[Token]) -> Sequence[Token]:
    ends = (at for at, token in enumerate(stream) if token.text.upper() in ("WHERE", "FROM"))
    return stream[: next(ends, len(stream))]


def _names(clause: Sequence[Token], pattern: Sequence[Token]) -> Iterator[Mistake]:
    seen: set[str] = set()
    depth = 0
    used = {token.text[1:] for token in pattern}
    for before, token in zip([None, *clause], clause, strict=False):
        depth += (token.text == "(") - (token.text == ")")
        is_new = before is not None and before.text.upper() == "AS"
        if token.kind != "variable" or not (depth == 0 or is_new):
            continue
        name = token.text[1:]
        if name in seen:
            yield token, say("twice", name=token.text), say("one-out")
        elif is_new and depth == 1 and name in used:
            yield token, say("has-values", name=token.text), say("name-after-as")
        seen.add(name)


def _grouped(stream: Sequence[Token], at: int) -> list[str] | None:
    """Return the variables of the GROUP BY that begins at or after `at` in the same query, None where there is none."""
    if _text(stream, at) != "GROUP":
        return None
    names: list[str] = []
    depth, before = 0, ""
    for token in stream[at + 2 :]:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.text.upper() in _ENDS_GROUP_BY:
            break
        if token.kind == "variable" and (depth == 0 or before == "AS"):
            names.append(token.text[1:])
        before = token.text.upper()
    return names


def _ungrouped(clause: Sequence[Token], grouped: list[str]) -> Iterator[Mistake]:
    known = set(grouped)
    at = 0
    while at < len(clause):
        token, before = clause[at], clause[at - 1].text.upper() if at else ""
        if token.text.upper() in _AGGREGATES and _text(clause, at + 1) == "(":
            at = _closing(clause, at + 1)
        elif token.kind == "variable" and before == "AS":
            known.add(token.text[1:])
        elif token.kind == "variable" and token.text[1:] not in known:
            yield token, say("not-grouped", name=token.text), say("group-or-sample", name=token.text)
        at += 1


def _variables(stream: Sequence[Token]) -> list[Token]:
    return [token for token in stream if token.kind == "variable"]


def _text(stream: Sequence[Token], at: int) -> str:
    return stream[at].text.upper() if 0 <= at < len(stream) else ""


def _closing(stream: Sequence[Token], at: int) -> int:
    """Return where the bracket at `at` is closed, the end where it is not."""
    depth = 0
    for index in range(at, len(stream)):
        text = stream[index].text
        depth += (text in CLOSES) - (text in CLOSES.values())
        if depth == 0:
            return index
    return len(stream)


_FINDERS: Final[tuple[Callable[[Sequence[Token]], Iterator[Mistake]], ...]] = (
    _escapes,
    _numbers,
    _rows,
    _aggregates,
    _selected,
    _data,
    _labels,
    _bound,
    _engine,
)
