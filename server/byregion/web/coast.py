"""The outline of Norway that maps are drawn on, as `server/ui/coast.mjs` makes it, and where places are on it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal

from byregion.web import built

FILE: Final = "coast.json"
Scale = Literal["coarse", "fine"]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""
At = tuple[float, float]


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

    def within(self, box: Box, step: float) -> Coast:
        """Return what of it lies in a box, drawn with steps of that length at least: for a picture of a part."""
        return replace(self, around=_part(self.around, box, step), norway=_part(self.norway, box, step))


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


# --- A part of it -----------------------------------------------------------------------------------------------------

_RING: Final = re.compile(r"M([^l]*)l([^z]*)z")
_NUMBER: Final = re.compile(r"-?\d+")
_RUN: Final = 64
"""Corners that are looked at together."""


@lru_cache(maxsize=512)
def _part(path: str, box: Box, step: float) -> str:
    """Return what of a path lies in a box and somewhat beyond, so that no edge of the cut is seen."""
    beyond = 4 * step
    wider = (box[0] - beyond, box[1] - beyond, box[2] + beyond, box[3] + beyond)
    return "".join(_drawn(_cut(_near(ring, wider), wider), step) for ring in _runs(path))


Run = tuple[Box, list[At]]
"""Some corners of a ring that follow each other, and the box that they lie in."""


@lru_cache(maxsize=8)
def _runs(path: str) -> list[list[Run]]:
    """Return the rings of a path, each in runs: most of a coast is far from what a picture shows."""

    def run(corners: list[At]) -> Run:
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return (min(across), min(down), max(across), max(down)), corners

    return [[run(ring[place : place + _RUN]) for place in range(0, len(ring), _RUN)] for ring in _rings(path)]


def _near(ring: list[Run], box: Box) -> list[At]:
    """Return the corners of a ring, but of each run that is beyond one side of a box its ends alone.

    Nothing of such a run, nor of the straight way between its ends, is inside.
    """
    kept: list[At] = []
    for (left, top, right, bottom), corners in ring:
        beyond = right < box[0] or left > box[2] or bottom < box[1] or top > box[3]
        kept += (corners[0], corners[-1]) if beyond else corners
    return kept


def _rings(path: str) -> Iterator[list[At]]:
    """Yield the rings of a path as `coast.mjs` writes it: a corner, and the way from each to the next."""
    for start, steps in _RING.findall(path):
        x, y = (float(number) for number in _NUMBER.findall(start))
        ways = [float(number) for number in _NUMBER.findall(steps)]
        ring = [(x, y)]
        for right, down in zip(ways[::2], ways[1::2], strict=True):
            x, y = x + right, y + down
            ring.append((x, y))
        yield ring


def _cut(ring: list[At], box: Box) -> list[At]:
    """Return a ring without what is outside a box: one side of it after the other (Sutherland and Hodgman)."""
    sides: tuple[tuple[int, float, Callable[[float, float], bool]], ...] = (
        (0, box[0], float.__ge__),
        (0, box[2], float.__le__),
        (1, box[1], float.__ge__),
        (1, box[3], float.__le__),
    )
    for axis, edge, inside in sides:
        kept: list[At] = []
        for before, point in zip(ring[-1:] + ring[:-1], ring, strict=True):
            if inside(point[axis], edge) != inside(before[axis], edge):
                share = (edge - before[axis]) / (point[axis] - before[axis])
                kept.append(
                    (before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])),
                )
            if inside(point[axis], edge):
                kept.append(point)
        ring = kept
    return ring


def _drawn(ring: list[At], step: float) -> str:
    """Return a ring as SVG draws it; "" for what is no larger than a step."""
    kept: list[tuple[int, int]] = []
    for x, y in ring:
        if not kept or abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= step:
            kept.append((round(x), round(y)))
    if len(kept) < 3:
        return ""
    ways = [f"{x - left} {y - top}" for (left, top), (x, y) in pairwise(kept)]
    return f"M{kept[0][0]} {kept[0][1]}l{' '.join(ways)}z".replace(" -", "-")
