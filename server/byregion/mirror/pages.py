"""The links of a page: found, and made to lead elsewhere. Every other byte of the page stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from typing import Final

# Start tags, and what may hold "<" that begins none: comments and scripts. The app's pages are well-formed, with every
# value in double quotes; the tests hold them to that.
_TAG: Final = re.compile(
    r'<!--.*?-->|<(script|style)\b.*?</\1>|(?P<tag><[a-z](?:[^>"]|"[^"]*")*>)', re.DOTALL | re.IGNORECASE
)
# In these attributes HTML has one address; a form leads somewhere as a link does.
# https://html.spec.whatwg.org/multipage/indices.html#attributes-3
_LINK: Final = re.compile(r'(\s(?:href|src|action|formaction)=")([^"]*)"', re.IGNORECASE)


def links(page: str) -> Iterator[str]:
    """Yield every link of a page, in its order."""
    for found in _TAG.finditer(page):
        yield from (unescape(link) for _, link in _LINK.findall(found["tag"] or ""))


def relinked(page: str, lead: Callable[[str], str]) -> str:
    """Return the page with what `lead` returns for each link in the place of that link."""

    def led(link: re.Match[str]) -> str:
        return f'{link[1]}{escape(lead(unescape(link[2])))}"'

    return _TAG.sub(lambda found: _LINK.sub(led, found[0]) if found["tag"] else found[0], page)
