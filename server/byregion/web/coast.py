"""The outline of Norway that maps are drawn on, as `server/ui/coast.mjs` makes it, and where places are on it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from byregion.web import built

FILE: Final = "coast.json"
Scale = Literal["coarse", "fine"]


@dataclass(frozen=True, slots=True)
class Coast:
    """A map without anything on it: how wide and high it is, and the paths of Norway and of what lies `around` it.

    `frame` are the degrees west, south, east and north that it goes to. The projection is the one of map tiles.
    """

    frame: tuple[float, float, float, float]
    width: int
    height: int
    around: str
    norway: str

    def at(self, latitude: float, longitude: float) -> tuple[float, float] | None:
        """Return where a place is on the map, from its upper left corner; None for one that is outside it."""
        west, south, east, north = self.frame
        if not (west <= longitude <= east and south <= latitude <= north):
            return None
        scale = self.width / (east - west)
        return (longitude - west) * scale, (_mercator(north) - _mercator(latitude)) * scale


def _mercator(latitude: float) -> float:
    """Return degrees of latitude as degrees of longitude are on such a map: https://epsg.io/3857."""
    return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)))


def read(scale: Scale, folder: Path = built.FOLDER) -> Coast | None:
    """Return the coast, coarse for a small picture or fine for a map; None where nothing was built."""
    made = _made(folder / FILE)
    return Coast(tuple(made["frame"]), **made[scale]) if made else None


@cache
def _made(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found
