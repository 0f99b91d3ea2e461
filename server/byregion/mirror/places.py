"""Where things are in the copy: what a link of the site leads to, and the file that it is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import parse_qs, quote, unquote, urlencode, urljoin, urlsplit

from byregion.catalogue import PROFILES
from byregion.config import LANGUAGES, Settings
from byregion.errors import CopyError
from byregion.queries import NamedQuery
from byregion.web.exported import TABLES
from byregion.web.formats import CSL
from byregion.web.pages import SIZE

NEEDS_SERVER: Final = {
    "sparql": "the SPARQL endpoint evaluates what is asked",
    "sparql/terms": "what the editor of the endpoint completes with",
    "graphs": "a graph that the request names (the graph store)",
    "api": "how named queries are asked with values of one's own",
    "api/participants": "one of these addresses",
    "openapi.json": "the same for programs",
    "search": "what has the words that the request asks for",
    "search/suggest": "names that begin as the request says",
    "search/description.xml": "how browsers ask for both",
    "compare": "the regions that the request names, side by side",
    "municipality": "which regions the municipality that the request names took part in",
    "quality/workbook": "a workbook is tried out",
    "reconcile": "names are matched with things (the reconciliation service)",
    "reconcile/preview": "how it shows a thing",
    "reconcile/suggest/entity": "which things begin so; the same of kinds and properties",
    "reconcile/flyout/entity": "what stands beside a suggestion",
    "reconcile/extend/propose": "which of its properties may be asked for",
    "changes": "what was written to a store, and by whom",
    "changes/1": "one of these changes",
    "timemap/graphs": "what a graph that the request names was earlier, and what a document was",
    "health": "whether a server is well",
    "health/ready": "whether it is ready to answer",
}
"""The paths that no file can answer, and what is there."""

_QUERIES: Final = "queries/"
_CITATION: Final = f".{CSL.names[0]}"
_LISTS: Final = tuple(f".{offer.suffix}" for offer in TABLES)
_NO_LISTS: Final = ("dumps/", "static/")
_FROM_ROOT: Final = re.compile("/(?!/)")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Something on the site: a path below its root, in a language where that matters, one page or one view of it.

    A page has the path without a suffix. Data has a language where it is another than the one that it has by default.
    """

    path: str
    language: str = ""
    page: int = 1
    view: str = ""

    @property
    def is_spoken(self) -> bool:
        """Whether this is data that is another in another language: the answer to a query, a list, or a citation."""
        return "." in self.path and (self.path.startswith(_QUERIES) or _has_words(self.path))

    @property
    def stem(self) -> str:
        """The path of the file, without language and suffix."""
        name = self.path + "index" if self.path.endswith("/") or not self.path else self.path
        return f"{name}.page-{self.page}" if self.page > 1 else name

    @property
    def page_file(self) -> str:
        """The file that this is as HTML."""
        return f"{self.stem}.{self.language}.html"

    @property
    def data_file(self) -> str:
        """The file that this is as anything else: its suffix stays last, as that tells a server the media type."""
        name, dot, suffix = self.path.rpartition(".")
        marks = [f"page-{self.page}" if self.page > 1 else "", self.view, self.language]
        return ".".join([name, *filter(None, marks), suffix]) if dot else self.path


class Places:
    """Reads the links of one site."""

    def __init__(self, settings: Settings, queries: Sequence[NamedQuery]) -> None:
        """Take the site's address, and the queries with their examples."""
        self.url = settings.url
        self.root = urlsplit(settings.url).path
        self._origin = self.url.removesuffix(self.root)
        self._queries = {query.name: query for query in queries}
        # The same few thousand links stand on every page.
        self._at = cache(self._read)

    def of(self, link: str, source: Place) -> Place | None:
        """Return what a link that is found on `source` leads to, None where that is outside the site.

        Raises CopyError where only a server can answer it.
        """
        address = self._origin + link if _FROM_ROOT.match(link) else urljoin(self.url + quote(source.path), link)
        try:
            return self._at(address)
        except CopyError as error:
            raise CopyError(f"/{source.path} links to {error}; leave the link out where site().is_copy") from error

    def _read(self, address: str) -> Place | None:
        if not address.startswith(self.url):
            return None
        parts = urlsplit(address)
        path = unquote(parts.path.removeprefix(self.root)).removesuffix(".html")
        if path.startswith("id/"):
            path = "doc/" + path.removeprefix("id/")
        given = parse_qs(parts.query, keep_blank_values=True)
        language = given.pop("lang", [""])[0]
        number = given.pop("page", ["1"])[0]
        view = given.pop("profile", [""])[0]
        if path.startswith("static/"):
            given.pop("v", None)
        elif path.startswith(_QUERIES):
            language = self._example(path, given, language)
        if language == LANGUAGES[0] and _has_words(path):
            language = ""
        is_known = number.isdecimal() and language in ("", *LANGUAGES) and view in ("", *PROFILES)
        if path in NEEDS_SERVER or given or not is_known:
            raise CopyError(f"{address}, which only a server can answer")
        # The page of the catalogue is one, whatever its data is to conform to.
        return Place(path, language, int(number), view if "." in path and view != PROFILES[0] else "")

    def _example(self, path: str, given: dict[str, list[str]], language: str) -> str:
        """Take the values of the example from `given`; return the language that the answer is in."""
        name, dot, _ = path.removeprefix(_QUERIES).partition(".")
        spoken = ""
        if given.get("page-size") == [str(SIZE)]:
            del given["page-size"]
        for parameter in self._queries[name].parameters if name in self._queries else ():
            values = tuple(given.get(parameter.name, parameter.examples))
            if parameter.kind == "language" and values in {(tag,) for tag in LANGUAGES}:
                spoken = values[0] if values != parameter.examples else ""
            elif values != parameter.examples:
                continue
            given.pop(parameter.name, None)
        return spoken if dot and not path.endswith(_CITATION) else language

    def address(self, place: Place) -> str:
        """Return the path and query at which the app has `place`."""
        asked = {"lang": place.language} if place.language else {}
        name, dot, _ = place.path.removeprefix(_QUERIES).partition(".")
        if place.language and dot and name in self._queries:
            asked |= {item.name: place.language for item in self._queries[name].parameters if item.kind == "language"}
        if place.page > 1:
            asked["page"] = str(place.page)
        if place.view:
            asked["profile"] = place.view
        return quote(self.root + place.path) + (f"?{urlencode(asked)}" if asked else "")


def _has_words(path: str) -> bool:
    """Tell whether data outside the answers to queries is in the language of its reader: a citation or a list."""
    is_list = path.endswith(_LISTS) and not path.startswith((*_NO_LISTS, _QUERIES))
    return is_list or path.endswith(_CITATION)


def relative(target: str, source: str) -> str:
    """Return the link from one file to another that holds below any path."""
    return quote(posixpath.relpath(target, posixpath.dirname(source) or "."))
