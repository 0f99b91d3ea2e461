"""The links of a page: found, and made to lead elsewhere. Every other byte of the page stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from html.parser import HTMLParser
from itertools import accumulate
from typing import Final

# In these attributes HTML has one address; a form leads somewhere as a link does.
# https://html.spec.whatwg.org/multipage/indices.html#attributes-3
_ATTRIBUTE: Final = re.compile(r'(\s(?:href|src|action|formaction)=)"([^"]*)"', re.IGNORECASE)


def links(page: str) -> Iterator[str]:
    """Yield every link of a page, in its order."""
    for _, tag in _tags(page):
        yield from (unescape(value) for _, value in _ATTRIBUTE.findall(tag))


def relinked(page: str, lead: Callable[[str], str]) -> str:
    """Return the page with what `lead` returns for each link in the place of that link."""

    def led(found: re.Match[str]) -> str:
        return f'{found[1]}"{escape(lead(unescape(found[2])))}"'

    pieces, done = [], 0
    for start, tag in _tags(page):
        pieces += [page[done:start], _ATTRIBUTE.sub(led, tag)]
        done = start + len(tag)
    return "".join([*pieces, page[done:]])


def _tags(page: str) -> list[tuple[int, str]]:
    """Return each start tag and where it begins; what a script holds is none."""
    reader = _Reader(page)
    reader.feed(page)
    reader.close()
    return reader.tags


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[int, str]] = []
        # The parser counts lines, and every one ends in "\n" for it.
        self._lines = [0, *accumulate(len(line) + 1 for line in page.split("\n"))]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag as it is written."""
        line, column = self.getpos()
        self.tags.append((self._lines[line - 1] + column, self.get_starttag_text() or ""))
