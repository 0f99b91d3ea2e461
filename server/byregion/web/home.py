"""The front page, and whether the server is well."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response
from rdflib import URIRef
from rdflib.term import Node

from byregion import results
from byregion.namespaces import BR
from byregion.web import answered, listing, mapped, maps, respond, schema_org, searched, signposts
from byregion.web.links import href
from byregion.web.mapped import Group
from byregion.web.naming import Value
from byregion.web.site import select, site

blueprint = Blueprint("home", __name__)

_READY_WITHIN: Final = 2.0
"""Seconds in which the engine must answer for the server to count as ready."""


@blueprint.get("/")
def show() -> Response:
    """Return the front page; its headers tell programs where to begin."""
    response = respond.html_only("home/home.html", _context)
    respond.link(response, signposts.of_site())
    return response


# What the front page counts for each region, by the kind of entity.
_COLUMNS: Final = {
    "municipality": BR.Participation,
    "goal": BR.Goal,
    "measure": BR.Measure,
    "result": BR.Result,
    "advice": BR.Advice,
}


# The sections of a region's page in which these are.
_SECTIONS: Final = {
    "municipality": "participants",
    "goal": "goals",
    "measure": "measures",
    "result": "results",
    "advice": "advice",
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many things there are, and where they are listed; "" where there are none."""

    number: int
    address: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A region and how much is said of it; `unnamed` is how many measures are counted in its sources but not named."""

    region: Value
    counts: tuple[Count, ...]
    unnamed: int


def _context() -> dict[str, object]:
    groups = mapped.located()
    return {
        "embedded": schema_org.home(),
        "signposts": signposts.of_site(),
        "regions": _summaries(groups),
        "columns": tuple(_COLUMNS),
        "kinds": tuple(listing.CLASSES),
        "questions": len(site().queries),
        "total": len({place.municipality.iri for group in groups for place in group.places}),
        **maps.picture(groups, scale="coarse"),
        **answered.of_home(),
    }


def _summaries(groups: tuple[Group, ...]) -> list[Summary]:
    counts: dict[tuple[Node | None, Node], int] = {}
    for row in select("regions"):
        counts[row["region"], row["class"]] = int(str(row["count"]))
    listed = {kind: _listed(kind) for kind in _COLUMNS}

    def count(region: URIRef | None, kind: str) -> Count:
        number = counts.get((region, _COLUMNS[kind]), 0)
        return Count(number, listed[kind](region) if region and number else "")

    return [
        Summary(
            group.region,
            tuple(count(group.region.iri, kind) for kind in _COLUMNS),
            counts.get((group.region.iri, BR.MeasureGroup), 0),
        )
        for group in groups
    ]


def _listed(kind: str) -> Callable[[URIRef], str]:
    """Return what gives the address of the list of what is counted of a region; a copy has it on the region's page."""
    if site().is_copy:
        return lambda region: f"{href(region)}#{_SECTIONS[kind]}"
    return searched.of_regions(listing.CLASSES[kind])


@blueprint.get("/health")
def health() -> Response:
    """Tell that the server is up, and which revision it publishes."""
    return _well({"status": "ok", "revision": site().engine.revision})


@blueprint.get("/health/ready")
def ready() -> Response:
    """Tell that queries are answered, and whether the downloads are made; raises as the engine does."""
    site().engine.query("ASK {}", results.JSON, seconds=_READY_WITHIN)
    made = site().edition.is_made()
    return _well({"status": "ok", "revision": site().engine.revision, "downloads": made})


def _well(told: dict[str, object]) -> Response:
    response = Response(json.dumps(told) + "\n", content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
