"""What a search asks: the words, what is chosen to filter by, which page; and where its answers are to be had."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote

from flask import request, url_for
from rdflib import SKOS, URIRef
from rdflib.term import Node

from byregion import search, terms
from byregion.errors import BadRequest
from byregion.namespaces import ID
from byregion.search import Asked, Found, Hit, Index
from byregion.sentences import say
from byregion.terms import FALLBACK
from byregion.web import pages
from byregion.web.listing import CLASSES
from byregion.web.negotiate import HTML, Offer
from byregion.web.page import Builder
from byregion.web.pages import Page
from byregion.web.site import words

SIZE: Final = 20
"""Things on a page of what was found, where nothing says how many."""
LARGEST: Final = 1000
"""Things that a page can have; a table or a graph has so many where nothing says how many."""

FILTERS: Final[Mapping[str, str]] = {"kind": "class", "theme": "theme", "region": "region"}
"""The names in addresses of what results are filtered by, and what the index calls them."""
_THEMES: Final = URIRef(f"{ID}scheme/themes")
KINDS: Final[Mapping[str, str]] = {str(class_): kind for kind, class_ in CLASSES.items()}
"""The kinds by the classes of their things."""
_ANY: Final = URIRef("any-value")


@dataclass(frozen=True, slots=True)
class Search:
    """What a request looks for: `text` as it was written, and the chosen values of each of `FILTERS` as IRIs."""

    text: str
    chosen: Mapping[str, tuple[str, ...]]

    @classmethod
    def of_request(cls) -> Search:
        """Return what the request looks for.

        Raises BadRequest for a longer text than a search may have, BadRequest and ParameterError for a value to filter
        by that is none.
        """
        text = request.args.get("q", "")
        if len(text) > search.LONGEST:
            raise too_long(text)
        chosen = {name: tuple(dict.fromkeys(_values(name))) for name in FILTERS}
        return cls(text, {name: values for name, values in chosen.items() if values})

    @property
    def asked(self) -> Asked:
        """The same as the index is asked."""
        return Asked(search.terms(self.text), {FILTERS[name]: values for name, values in self.chosen.items()})

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for."""
        return not (self.text.strip() or self.chosen)

    def toggled(self, name: str, value: str) -> Search:
        """Return the search with a value chosen, or no longer chosen where it is."""
        now = self.chosen.get(name, ())
        values = tuple(item for item in now if item != value) if value in now else (*now, value)
        return replace(self, chosen={**self.chosen, name: values})

    def reworded(self, text: str) -> Search:
        """Return the search for another text."""
        return replace(self, text=text)

    def address(self, offer: Offer = HTML, page: Page | None = None) -> str:
        """Return where the answer, or one page of it, is to be had as `offer`."""
        given: dict[str, Any] = {"q": self.text or None}
        given |= {name: [written(name, value) for value in values] for name, values in self.chosen.items()}
        if offer != HTML:
            given["format"] = offer.names[0]
        if page and page.number > 1:
            given["page"] = page.number
        if page and "page-size" in request.args:
            given["page-size"] = page.size
        return url_for("search.show", **given)


def listed(facet: str, classes: Sequence[URIRef], of: Builder) -> str:
    """Return where the search finds things of some classes that are `of` an entity, "" where it has no such facet."""
    return filtered(**{facet: (of.iri,), "kind": classes}) if _is_value(facet, of) else ""


_CROSSED: Final = {"theme": "region", "region": "theme"}


def crossed(facet: str, key: str, rows: Iterable[Sequence[Mapping[str, Node]]], of: Builder) -> tuple[str, ...]:
    """Return for each of `rows` where the search finds what it counts: things of the entity and of the row's `key`.

    The key is a value of `facet`, where the row does not say in isFilter that it is none: then there is "".
    """
    own = _CROSSED.get(facet)
    if own is None or not _is_value(own, of):
        return ()
    keys = [row[key] if str(row.get("isFilter", "true")) == "true" else None for row, *_ in rows]
    address = _of_each(facet, **{own: (of.iri,)})
    return tuple(address(value) if isinstance(value, URIRef) else "" for value in keys)


def _is_value(facet: str, of: Builder) -> bool:
    """Tell whether an entity is a value of a facet; of the concepts those of the scheme of themes are."""
    return facet == "region" or (facet == "theme" and of.says(SKOS.inScheme, _THEMES))


def filtered(**chosen: Sequence[URIRef]) -> str:
    """Return where the search finds everything that has the `chosen` values of each of `FILTERS`."""
    return Search("", {name: tuple(map(str, values)) for name, values in chosen.items()}).address()


def of_regions(class_: URIRef) -> Callable[[URIRef], str]:
    """Return what gives the address at which the search finds the things of a class that are of a region."""
    return _of_each("region", kind=(class_,))


def _of_each(facet: str, **chosen: Sequence[URIRef]) -> Callable[[URIRef], str]:
    """Return what gives the address at which the search finds what is `chosen` and has a value of a facet.

    A page counts for every value: where in the address the value stands is worked out once.
    """
    before, _, after = filtered(**chosen, **{facet: (_ANY,)}).partition(_ANY)
    return lambda value: f"{before}{quote(terms.shorten(value), safe=':/')}{after}"


def too_long(text: str) -> BadRequest:
    """Return the error for a text that no search may have."""
    return BadRequest(say("search-too-long", count=len(text), limit=search.LONGEST))


def written(name: str, value: str) -> str:
    """Return a value of a filter as addresses have it: a kind by its name, an IRI with its prefix."""
    return KINDS.get(value, value) if name == "kind" else terms.shorten(value)


def _values(name: str) -> list[str]:
    given = [text for text in request.args.getlist(name) if text.strip()]
    if name != "kind":
        return [str(terms.parse("iri", text, name)) for text in given]
    for kind in given:
        if kind not in CLASSES:
            raise BadRequest(say("no-kind", name=kind, listed=", ".join(CLASSES)))
    return [str(CLASSES[kind]) for kind in given]


@dataclass(frozen=True)
class Result:
    """What was found: in which index, for which search, and the page of it that the request is for."""

    index: Index
    revision: str
    search: Search
    size: int

    @cached_property
    def found(self) -> Found:
        """Everything that was found."""
        return search.find(self.index, self.search.asked)

    @cached_property
    def page(self) -> Page:
        """The page that the request is for; a page after the last is the last."""
        number = pages.whole_number("page", 1, 10**6)
        size = pages.whole_number("page-size", self.size, LARGEST)
        page = Page(number, size, self.found.total)
        return page if number <= page.last else replace(page, number=page.last)

    @cached_property
    def hits(self) -> list[Hit]:
        """What is on that page."""
        first, last = (self.page.number - 1) * self.page.size, self.page.rows[1]
        return search.hits(self.index, self.search.asked, self.found, first, last, languages())

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """The names of every class, theme and region that is told of, by language."""
        values = {value for hit in self.hits for name in ("theme", "region") for value in hit.facets.get(name, ())}
        values |= {value for name in ("theme", "region") for value in self.found.counts[name]}
        values |= {hit.class_ for hit in self.hits}
        values |= {value for chosen in self.search.chosen.values() for value in chosen}
        return search.called(self.index, sorted(values))

    def links(self, offer: Offer) -> list[tuple[str, dict[str, str]]]:
        """Return the links to the other pages (https://www.rfc-editor.org/rfc/rfc8288)."""
        return [(self.search.address(offer, page), {"rel": name}) for name, page in self.page.others().items()]


def languages() -> tuple[str, ...]:
    """Return the languages of the reader, the one that she asked for first."""
    return tuple(dict.fromkeys((words().language, *FALLBACK)))
