"""The formats that answers are to be had in: those of the engine, under the names that addresses use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from flask import request

from byregion import results
from byregion.convert import tabular
from byregion.errors import NotFound
from byregion.sentences import say
from byregion.web.negotiate import Offer, representation


def _offers(kind: results.Kind) -> Iterable[Offer]:
    for item in results.formats(kind):
        suffix = item.suffix.removeprefix(".")
        # Of an answer in JSON the name is json and the suffix srj; of Turtle, addresses have always used the suffix.
        first, second = (suffix, item.name) if kind == "graph" else (item.name, suffix)
        yield Offer(tuple(dict.fromkeys((first, second))), item.media_type)


GRAPHS: Final = (*_offers("graph"), Offer((), "application/json", "application/ld+json", "jsonld"))
"""What an answer that is a graph can be had as, the preferred one first."""

SOLUTIONS: Final = (
    *_offers("solutions"),
    Offer((), "application/json", results.JSON, "json"),
    Offer((), "application/xml", "application/sparql-results+xml", "xml"),
)
"""What an answer that is a table or a truth value can be had as, the preferred one first."""

XLSX: Final = Offer(("xlsx",), tabular.XLSX)
EXCEL_CSV: Final = Offer(("excel-csv",), "text/csv")
CSL: Final = Offer(("csl",), "application/vnd.citationstyles.csl+json")
"""How to cite what is shown, for programs that manage references."""
TABLES: Final = (*SOLUTIONS, XLSX, EXCEL_CSV)
"""What a table can be had as, the preferred one first: in the standard's formats, and for spreadsheets."""


def named(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """Return the offers that have a name, which are those that pages link to."""
    return tuple(offer for offer in offers if offer.names)


def split_suffix(path: str, offers: Sequence[Offer]) -> tuple[str, str]:
    """Return a path without the suffix that names a representation, and that suffix or ""."""
    name, dot, suffix = path.rpartition(".")
    known = any(suffix == offer.names[0] for offer in named(offers))
    return (name, suffix) if dot and known else (path, "")


def chosen(suffix: str, offers: Sequence[Offer]) -> Offer:
    """Return the one of `offers` to answer the request with: by the suffix of its address, `?format=` or Accept.

    Raises NotFound for a suffix that is none of theirs, and what `representation` raises.
    """
    if suffix:
        found = next((offer for offer in named(offers) if suffix in offer.names), None)
        if found is None:
            known = ", ".join("." + offer.names[0] for offer in named(offers))
            raise NotFound(say("no-suffix", suffix=suffix, listed=known))
        return found
    return representation(request.headers.get("Accept"), request.args.get("format"), offers)


def alternates(
    offers: Sequence[Offer], shown: Offer, address: Callable[[Offer], str]
) -> list[tuple[str, dict[str, str]]]:
    """Return the links to the other representations of what is `shown`."""
    return [
        (address(offer), {"rel": "alternate", "type": offer.media_type}) for offer in named(offers) if offer != shown
    ]
