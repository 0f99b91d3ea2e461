"""A resource that is a page to people and a graph to programs: which of them, and where the others are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Response, request

from byregion.web import respond
from byregion.web.exported import TABLES, Listed
from byregion.web.formats import GRAPHS, alternates, chosen, named
from byregion.web.negotiate import HTML, Offer
from byregion.web.site import words

OFFERS: Final = (HTML, *GRAPHS)
"""What such a resource is to be had as; who takes anything gets the page."""

DATA_FIRST: Final = (*GRAPHS, HTML)
"""The same, where who takes anything is more likely a program."""

_WORDED: Final = (HTML, *TABLES)
"""What holds words of ours, in the language of the request."""

Links = Sequence[tuple[str, dict[str, str]]]
"""Addresses with their relation and other parameters."""


@dataclass(frozen=True, slots=True)
class Document:
    """How the representations of a resource are made, and where they are.

    `parts` determine the bytes of the data, together with the revision and the code, and with `page_parts` those of the
    page; `address` is that of one representation, given it and, for the page, the language. `listed` is what the page
    lists, where that is to be had as a table too.
    """

    parts: tuple[str, ...]
    page: Callable[[], Response]
    data: Callable[[Offer], bytes]
    address: Callable[[Offer, str | None], str]
    links: Links = ()
    page_parts: tuple[str, ...] = ()
    listed: Listed | None = None

    def answer(self, suffix: str = "", offers: Sequence[Offer] = OFFERS) -> Response:
        """Return the representation that `suffix`, `?format=` or Accept asks for; raises as `formats.chosen` does."""
        offers = (*offers, *self._tables)
        offer = chosen(suffix, offers)
        response = respond.conditional(self._tag(offer), lambda: self._made(offer))
        respond.vary(response, by_format=not suffix, by_language=offer in _WORDED)
        response.headers["Content-Location"] = self._address(offer)
        respond.link(response, [*self.links, *self.descriptions(), *alternates(offers, offer, self._address)])
        return response

    def descriptions(self) -> Links:
        """Return the links to the data: https://signposting.org/FAIR/#describedby."""
        return [(self._address(item), {"rel": "describedby", "type": item.media_type}) for item in named(GRAPHS)]

    def formats(self) -> list[tuple[str, str, str]]:
        """Return the name, the address and the media type of each format of the data, for pages to show."""
        offers = (*self._tables, *named(GRAPHS))
        return [(offer.names[0], self._address(offer), offer.media_type) for offer in offers]

    @property
    def _tables(self) -> tuple[Offer, ...]:
        return TABLES if self.listed else ()

    def _address(self, offer: Offer) -> str:
        asked = offer == HTML or (offer in TABLES and "lang" in request.args)
        return self.address(offer, words().language if asked else None)

    def _tag(self, offer: Offer) -> str:
        if offer in _WORDED:
            return respond.page_tag(*self.parts, *self.page_parts, *offer.names)
        return respond.tag(*self.parts, offer.media_type)

    def _made(self, offer: Offer) -> Response:
        if offer == HTML:
            return self.page()
        if offer in TABLES and self.listed:
            response = self.listed.written(offer, self._address(offer))
            response.headers["Content-Language"] = words().language
            return response
        return Response(self.data(offer), content_type=offer.content_type)
