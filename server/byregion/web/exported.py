"""A page that is to be had as a table, as JSON and as a graph too: which of them, and where the others are."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from flask import Response
from rdflib import Graph

from byregion.convert import tabular
from byregion.results import Solutions
from byregion.web import answers, graphs, respond
from byregion.web.answers import Cover
from byregion.web.formats import EXCEL_CSV, GRAPHS, XLSX, alternates, chosen, named
from byregion.web.negotiate import HTML, Offer
from byregion.web.site import site, words

JSON: Final = Offer(("json",), "application/json")
GEOJSON: Final = Offer(("geojson",), "application/geo+json")
"""https://www.rfc-editor.org/rfc/rfc7946"""
CSV: Final = Offer(("csv",), "text/csv")
TABLES: Final = (JSON, CSV, XLSX, EXCEL_CSV)
"""What a list is to be had as besides a page and a graph."""
_SPOKEN: Final = (HTML, XLSX, EXCEL_CSV)
"""What holds words of ours; the rest is the same in every language."""


def offers(json: Offer) -> tuple[Offer, ...]:
    """Return what such a page is to be had as, the page first, with `json` as its JSON."""
    return (HTML, json, CSV, XLSX, EXCEL_CSV, *named(GRAPHS))


@dataclass(frozen=True, slots=True)
class Listed:
    """What a page lists, as JSON and as a table; `name` and `title` are as in `Exported`."""

    name: str
    title: str
    document: Callable[[], Any]
    table: Callable[[], Solutions]

    def written(self, offer: Offer, address: str) -> Response:
        """Return the list as `offer`, which is JSON or one of `TABLES`; it is to be had at `address`."""
        if offer in (JSON, GEOJSON):
            body = json.dumps(self.document(), ensure_ascii=False, indent=1) + "\n"
            return Response(body, content_type=offer.media_type)
        if offer == CSV:
            return Response(tabular.plain_csv(self.table()), content_type=offer.content_type)
        facts = (
            (words()("sheet.question"), self.title),
            (words()("sheet.address"), urljoin(site().settings.url, address)),
        )
        return answers.spreadsheet(self.table(), offer, Cover(self.name, facts))


@dataclass(frozen=True, slots=True)
class Exported:
    """How each representation is made. `name` is that of a file without its suffix, `title` what its cover says.

    `json` says whether the JSON of it is GeoJSON; `address` is that of one representation. Where `has_data` is false
    there is the page alone, as nothing was asked yet.
    """

    name: str
    title: str
    page: Callable[[list[tuple[str, str]]], Response]
    document: Callable[[], Any]
    table: Callable[[], Solutions]
    graph: Callable[[], Graph]
    address: Callable[[Offer], str]
    json: Offer = JSON
    has_data: bool = True

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What it is to be had as, the page first."""
        return offers(self.json)

    def answer(self, suffix: str = "") -> Response:
        """Return the representation that `suffix`, `?format=` or Accept asks for; raises as `formats.chosen` does."""
        offer = chosen(suffix, self.offers)
        parts = (self.name, offer.media_type, *offer.names)
        tag = respond.page_tag(*parts) if offer in _SPOKEN else respond.tag(self.address(offer), *parts)
        response = respond.conditional(tag, lambda: self._made(offer))
        respond.vary(response, by_format=not suffix, by_language=offer in _SPOKEN)
        if self.has_data:
            respond.link(response, alternates(self.offers, offer, self.address))
        return response

    def _made(self, offer: Offer) -> Response:
        if offer == HTML:
            return self.page([(item.names[0], self.address(item)) for item in named(self.offers) if item != HTML])
        if offer in (self.json, *TABLES):
            return Listed(self.name, self.title, self.document, self.table).written(offer, self.address(offer))
        return Response(graphs.written(self.graph(), offer.engine_type), content_type=offer.content_type)
