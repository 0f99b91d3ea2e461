"""A SELECT in pages: its columns, the query for one page of its solutions, and the query for how many there are.

Pages are only as good as the order: a query whose ORDER BY is a total order gives each solution on one page.
"""

from __future__ import annotations

from byregion import sparql
from byregion.errors import BadRequest
from byregion.sentences import say


def columns(query: str) -> tuple[str, ...]:
    """Return the names of the columns of a SELECT, in order; none where it says `SELECT *`."""
    found: list[str] = []
    depth, last = 0, ""
    for token in sparql.tokens(query[_form(query) :]):
        if token.text == "{" or (depth == 0 and token.text.upper() == "WHERE"):
            break
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.kind == "variable" and (depth == 0 or (depth == 1 and last == "AS")):
            found.append(token.text[1:])
        last = token.text.upper()
    return tuple(found)


def page(query: str, number: int, size: int) -> str:
    """Return the query for the solutions on page `number`, from 1, of `size` solutions each.

    Raises BadRequest where the query is no SELECT or says itself how many of its solutions it wants.
    """
    at = _end(query)
    return f"{query[:at]}\nLIMIT {size} OFFSET {(number - 1) * size}\n{query[at:]}"


def count(query: str) -> str:
    """Return the query for how many solutions `query` has, as ?count; raises BadRequest as `page` does."""
    _end(query)
    start = _form(query)
    return f"{query[:start]}SELECT (COUNT(*) AS ?count) WHERE {{ {{\n{query[start:]}\n}} }}"


def _form(query: str) -> int:
    """Return the offset of the keyword that the prologue ends at."""
    form = sparql.form(query)
    if form != "SELECT":
        raise BadRequest(say("no-pages", form=form))
    return next(token.start for token in sparql.tokens(query) if token.text.upper() == "SELECT")


def _end(query: str) -> int:
    """Return the offset where LIMIT and OFFSET belong: at the end, or before the VALUES that follow everything."""
    depth, end = 0, len(query)
    for token in sparql.tokens(query[_form(query) :]):
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        word = token.text.upper() if depth == 0 and token.kind == "word" else ""
        if word in ("LIMIT", "OFFSET"):
            raise BadRequest(say("own-pages", word=word))
        if word == "VALUES":
            end = _form(query) + token.start
    return end
