"""Which page of an answer a request is for, and the links that lead from it to the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from flask import request

from byregion import paging
from byregion.errors import BadRequest, NotFound
from byregion.sentences import say
from byregion.web import answers

SIZE: Final = 500
"""Rows on a page, where `page-size` does not say how many."""

LARGEST: Final = 1000
"""Rows that a page can have."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an answer: its number from 1, how many rows each page has, and how many the whole answer has."""

    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page; an empty answer has one."""
        return max(1, -(-self.total // self.size))

    @property
    def rows(self) -> tuple[int, int]:
        """The numbers of the first and the last row on the page, from 1."""
        return (self.number - 1) * self.size + 1, min(self.number * self.size, self.total)

    def others(self) -> dict[str, Page]:
        """Return the pages that one turns to from this one, by their relation to it (first, prev, next, last)."""
        numbers = {"first": 1, "prev": self.number - 1, "next": self.number + 1, "last": self.last}
        return {name: replace(self, number=number) for name, number in numbers.items() if 1 <= number <= self.last}


def wanted(query: str, *, always: bool = False) -> Page | None:
    """Return the page of the answer to `query` that the request is for, or None where it is for the whole.

    Raises BadRequest for what is no page, and for a query that has none; NotFound for a page after the last.
    """
    if not always and not {"page", "page-size"} & set(request.args):
        return None
    number, size = whole_number("page", 1, 10**6), whole_number("page-size", SIZE, LARGEST)
    (row,) = answers.solutions(paging.count(query)).bindings
    page = Page(number, size, int(str(next(iter(row.values())))))
    if page.number > page.last:
        raise NotFound(say("no-page", number=page.number, size=size, last=page.last))
    return page


def whole_number(name: str, default: int, largest: int) -> int:
    """Return the number that the request gives as `name`; raises BadRequest where it is none from 1 to `largest`."""
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= largest):
        raise BadRequest(say("number-from-to", name=name, value=text, largest=largest))
    return int(text)
