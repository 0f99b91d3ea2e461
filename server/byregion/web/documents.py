"""A resource that is a page to people and a graph to programs: which of them, and where the others are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Response

from byregion.web import respond
from byregion.web.formats import GRAPHS, alternates, chosen, named
from byregion.web.negotiate import HTML, Offer
from byregion.web.site import words

OFFERS: Final = (HTML, *GRAPHS)
"""What such a resource is to be had as; who takes anything gets the page."""

DATA_FIRST: Final = (*GRAPHS, HTML)
"""The same, where who takes anything is more likely a program."""

Links = Sequence[tuple[str, dict[str, str]]]
"""Addresses with their relation and other parameters."""


@dataclass(frozen=True, slots=True)
class Document:
    """How the representations of a resource are made, and where they are.

    `parts` determine the bytes of the data, together with the revision and the code, and with `page_parts` those of the
    page; `address` is that of one representation, given it and, for the page, the language.
    """

    parts: tuple[str, ...]
    page: Callable[[], Response]
    data: Callable[[Offer], bytes]
    address: Callable[[Offer, str | None], str]
    links: Links = ()
    page_parts: tuple[str, ...] = ()

    def answer(self, suffix: str = "", offers: Sequence[Offer] = OFFERS) -> Response:
        """Return the representation that `suffix`, `?format=` or Accept asks for; raises as `formats.chosen` does."""
        offer = chosen(suffix, offers)
        is_page = offer == HTML
        tag = respond.page_tag(*self.parts, *self.page_parts) if is_page else respond.tag(*self.parts, offer.media_type)
        response = respond.conditional(tag, self.page if is_page else lambda: self._written(offer))
        respond.vary(response, by_format=not suffix, by_language=is_page)
        response.headers["Content-Location"] = self._address(offer)
        respond.link(response, [*self.links, *self.descriptions(), *alternates(offers, offer, self._address)])
        return response

    def descriptions(self) -> Links:
        """Return the links to the data: https://signposting.org/FAIR/#describedby."""
        return [(self._address(item), {"rel": "describedby", "type": item.media_type}) for item in named(GRAPHS)]

    def formats(self) -> list[tuple[str, str, str]]:
        """Return the name, the address and the media type of each format of the data, for pages to show."""
        return [(offer.names[0], self._address(offer), offer.media_type) for offer in named(GRAPHS)]

    def _address(self, offer: Offer) -> str:
        return self.address(offer, words().language if offer == HTML else None)

    def _written(self, offer: Offer) -> Response:
        return Response(self.data(offer), content_type=offer.content_type)
