"""The map: the regions with the municipalities that a source says the place of, and a list of all of them."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, request, url_for

from byregion.errors import NotFound
from byregion.sentences import say
from byregion.web import charted, coast, exported, mapped, respond
from byregion.web.exported import Exported
from byregion.web.mapped import Group
from byregion.web.negotiate import HTML, Offer
from byregion.web.policy import policy
from byregion.web.site import site, words

blueprint = Blueprint("map", __name__)

_SIZES: Final = (2_000, 10_000, 50_000)
"""People of the points that the legend shows the size of."""


_STEP: Final = 3.0
"""How long the steps of the coast are in the small picture: shorter ones are not seen in it, and it is half as much."""


@blueprint.get("/map")
@blueprint.get("/map.<suffix>")
def show(suffix: str = "") -> Response:
    """Return the map as a page, of the whole country or near `?region=`, or what it shows as data."""
    response = Exported(
        name="map",
        title=words()("map.title"),
        page=_page,
        document=mapped.geojson,
        table=mapped.table,
        graph=mapped.graph,
        address=_address,
        json=exported.GEOJSON,
    ).answer(suffix)
    if tiles := site().settings.tiles:
        parts = urlsplit(tiles)
        response.headers["Content-Security-Policy"] = policy(f"{parts.scheme}://{parts.netloc}")
    return response


def _address(offer: Offer) -> str:
    return url_for(".show", suffix=None if offer == HTML else offer.suffix)


def _page(formats: list[tuple[str, str]]) -> Response:
    groups = mapped.groups()
    near = request.args.get("region", "").rpartition("/")[2]
    if near and near not in {group.id for group in groups}:
        raise NotFound(say("no-region-on-map", name=near), tuple(group.id for group in groups))
    sized = any(place.population for group in groups for place in group.located)
    context = {
        "counties": mapped.by_county(groups),
        "near": near,
        "formats": formats,
        "tiles": (site().settings.tiles, site().settings.tiles_credit),
        "total": len({place.municipality.iri for group in groups for place in group.places}),
        "sized": sized,
        "sizes": [(people, charted.mark("circle", charted.radius(people))) for people in _SIZES if sized],
    }
    return respond.page("maps/map.html", **picture(groups, near), **context)


def picture(groups: tuple[Group, ...], near: str = "", scale: coast.Scale = "fine") -> dict[str, object]:
    """Return what a picture of the map is drawn of, `map` being None where no coast was built, and what it counts."""
    ground = coast.read(scale) if site().built else None
    if ground and scale == "coarse":
        view = charted.around((), ground)
        ground = ground.within((view[0], view[1], view[0] + view[2], view[1] + view[3]), _STEP)
    return {
        "map": charted.drawn(ground, groups, near) if ground else None,
        "mark_path": lambda shape: charted.mark(shape, 6.0),
        "located": len({place.municipality.iri for group in groups for place in group.located}),
    }
