"""Two or three regions side by side: a form to choose them, a page, and the same as data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request, url_for
from markupsafe import Markup
from rdflib import Literal, URIRef

from byregion import queries, terms
from byregion.errors import BadRequest
from byregion.namespaces import BASE, BR
from byregion.results import Solutions
from byregion.sentences import say
from byregion.web import answers, drawing, links, listing, respond, searched
from byregion.web.compared import FIGURES, KINDS, Comparison
from byregion.web.exported import Exported
from byregion.web.naming import Naming, Value, read_labels
from byregion.web.negotiate import HTML, Offer
from byregion.web.site import site, words

blueprint = Blueprint("compare", __name__)

MOST: Final = 3
"""Regions that stand beside each other at most."""
_COUNTED: Final = ("municipality", *KINDS)
_ALIKE: Final = 5
"""Regions that are named as those most alike to one."""
_DRAWN: Final = 10
"""Themes that a chart shows."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A region that shares themes with another, how many, and where the two stand beside each other."""

    region: Value
    common: int
    address: str


@blueprint.get("/compare")
def show() -> Response:
    """Return the regions of `?region=` side by side, in the representation that the client likes best."""
    return Exported(
        name="compare",
        title=words()("compare.title"),
        page=_page,
        document=lambda: _comparison().document(),
        table=lambda: _comparison().table(),
        graph=lambda: _comparison().graph(),
        address=_address,
        has_data=len(request.args.getlist("region")) > 1,
    ).answer()


def _chosen(there: Sequence[Value]) -> list[URIRef]:
    """Return the regions `there` that the address names, each once.

    Raises BadRequest for what is no region, and for too many.
    """
    known = {str(region.iri): region.iri for region in there}
    chosen: list[URIRef] = []
    for text in request.args.getlist("region"):
        if not text.strip():
            continue
        # A region may be told by the last part of its address alone, as people write it.
        name = text.strip() if ":" in text else f"{BASE}id/region/{text.strip()}"
        region = known.get(str(terms.parse("iri", name, "region")))
        if region is None:
            raise BadRequest(say("no-region", name=text))
        if region not in chosen:
            chosen.append(region)
    if len(chosen) > MOST:
        raise BadRequest(say("too-many-regions", count=len(chosen), limit=MOST))
    return chosen


def _comparison() -> Comparison:
    chosen = _chosen(listing.choices(BR.Region))
    if len(chosen) < 2:
        raise BadRequest(say("too-few-regions"))
    return Comparison(chosen)


def _address(offer: Offer) -> str:
    given = [text for text in request.args.getlist("region") if text.strip()]
    return url_for(".show", region=given, format=None if offer == HTML else offer.names[0])


def _page(formats: list[tuple[str, str]]) -> Response:
    there = listing.choices(BR.Region)
    chosen = _chosen(there)
    regions = [(_name(region.iri), region.text) for region in there if region.iri]
    context: dict[str, object] = {
        "regions": regions,
        "chosen": [_name(region) for region in chosen],
        "sides": (),
        "alike": _alike(chosen[0]) if len(chosen) == 1 else (),
        "formats": formats,
        "asked": bool(request.args.getlist("region")),
    }
    if len(chosen) > 1:
        context |= _compared(Comparison(chosen))
    return respond.page("compare/compare.html", **context)


def _name(region: URIRef) -> str:
    return str(region).rpartition("/")[2]


def _compared(comparison: Comparison) -> dict[str, object]:
    names = [side.group.region.text for side in comparison.sides]
    counted = [(words()(f"kinds.{kind}"), tuple(side.count(kind) for side in comparison.sides)) for kind in _COUNTED]
    shared = [theme for theme in comparison.themes if theme.is_shared]
    told = [(theme.theme.text, theme.counts) for theme in shared[:_DRAWN]]
    regions = [side.group.region.iri for side in comparison.sides]
    return {
        "sides": comparison.sides,
        "kinds": tuple(KINDS),
        "figures": tuple(FIGURES),
        "counted": [
            (name, *_listed(counts, regions, searched.of_regions(listing.CLASSES[kind])))
            for kind, (name, counts) in zip(_COUNTED, counted, strict=True)
        ],
        "counts_drawn": drawing.grouped_bars("counts-drawn", names, counted, words()),
        "shared": shared,
        "told": [(text.value, *counts) for text, counts in told],
        "themes_drawn": drawing.grouped_bars("themes-drawn", names, told, words()),
        "apart": [
            [theme for theme in comparison.themes if not theme.is_shared and theme.counts[place]]
            for place in range(len(comparison.sides))
        ],
    }


def _listed(
    counts: Sequence[int], regions: Sequence[URIRef | None], address: Callable[[URIRef], str]
) -> list[int | Markup]:
    """Return what is counted of each region, with the address at which that of a region is listed."""
    pairs = zip(counts, regions, strict=True)
    return [links.count(count, address(region) if region else "") for count, region in pairs]


def _alike(region: URIRef) -> list[Alike]:
    """Return the regions that share most themes with one, as the named query tells it."""
    query = queries.find(site().queries, "nearest-regions-by-theme")
    rows = _first(answers.solutions(queries.prepare(query, {"region": str(region), "language": words().language})))
    naming = Naming(words(), read_labels([row["other"]] for row in rows))
    return [
        Alike(
            naming.value(row["other"]),
            int(str(row["common"])),
            url_for(".show", region=[_name(region), _name(URIRef(str(row["other"])))]),
        )
        for row in rows
    ]


def _first(answer: Solutions) -> list[dict[str, Literal | URIRef]]:
    return [{str(name): term for name, term in row.items()} for row in answer.bindings[:_ALIKE]]  # type: ignore[misc]
