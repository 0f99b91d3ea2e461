"""The map as it is drawn: where each point and each name stands, for a picture that needs no script."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from byregion.web.coast import Coast
from byregion.web.mapped import Group, Place

_ACROSS: Final = 600
"""What the picture is as wide as, when points and letters have the sizes below."""
_LEAST, _ONE, _MOST = 4.0, 6.0, 14.0
"""Radius of a point: of few people, where their number is not known, and of many."""
_MANY: Final = 80_000
"""People of the largest point; twice the people have twice the area."""
_LETTERS: Final = 17.0
_NEAR: Final = 8.0
"""How many times the least view the picture is at most enlarged."""


@dataclass(frozen=True, slots=True)
class Point:
    """A municipality on the map, in units of the coast, with the path of its mark around its own middle."""

    place: Place
    x: float
    y: float
    mark: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A region on the map: its points, and where its name begins."""

    group: Group
    points: tuple[Point, ...]
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Map:
    """A picture: the part of the coast that it shows (left, top, width, height), and what is on it."""

    coast: Coast
    view: tuple[float, float, float, float]
    regions: tuple[Drawn, ...]
    letters: float

    @property
    def view_box(self) -> str:
        """The view as SVG has it."""
        return " ".join(f"{value:.0f}" for value in self.view)


def drawn(coast: Coast, groups: Iterable[Group], near: str = "") -> Map:
    """Return the map of the regions that have a place on it, of the whole country or `near` the region of that id."""
    located = [group for group in groups if _on(coast, group)]
    view = _around([at for group in located if group.id == near for at in _on(coast, group)], coast)
    unit = view[2] / _ACROSS
    taken: list[tuple[float, float]] = []
    return Map(coast, view, tuple(_region(coast, group, unit, taken) for group in located), _LETTERS * unit)


def _on(coast: Coast, group: Group) -> list[tuple[float, float]]:
    points = (place.point for place in group.located)
    found = (coast.at(float(point[0]), float(point[1])) for point in points if point)
    return [at for at in found if at]


def _around(points: Sequence[tuple[float, float]], coast: Coast) -> tuple[float, float, float, float]:
    """Return the part of the map with the points in its middle, in the form of the whole; all of it without points."""
    if not points:
        return 0, 0, coast.width, coast.height
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    form = coast.height / coast.width
    width = max((right - left) * 1.8, (bottom - top) * 1.8 / form, coast.width / _NEAR)
    return (left + right - width) / 2, (top + bottom - width * form) / 2, width, width * form


def _region(coast: Coast, group: Group, unit: float, taken: list[tuple[float, float]]) -> Drawn:
    points = []
    for place in group.located:
        at = coast.at(float(place.point[0]), float(place.point[1])) if place.point else None
        if at:
            points.append(Point(place, *at, mark(group.shape, radius(place.population) * unit)))
    x = max(point.x for point in points) + 1.5 * _MOST * unit
    y = sum(point.y for point in points) / len(points)
    line = 1.2 * _LETTERS * unit
    while any(abs(y - other) < line and abs(x - across) < 10 * line for across, other in taken):
        y += line
    taken.append((x, y))
    return Drawn(group, tuple(points), x, y)


def radius(population: int | None) -> float:
    """Return how large a point is: its area is as the number of people, where that is known."""
    if population is None:
        return _ONE
    return min(max(_MOST * math.sqrt(population / _MANY), _LEAST), _MOST)


def mark(shape: str, size: float) -> str:
    """Return the path of a mark around 0 0; all shapes of a size have about the same area."""
    side, high = size * 0.89, size * 1.2
    half = f"a{size:.1f} {size:.1f} 0 1 0"
    paths = {
        "circle": f"M{-size:.1f} 0{half} {2 * size:.1f} 0{half} {-2 * size:.1f} 0z",
        "square": f"M{-side:.1f} {-side:.1f}h{2 * side:.1f}v{2 * side:.1f}h{-2 * side:.1f}z",
        "triangle": f"M0 {-high:.1f}L{high:.1f} {0.8 * high:.1f}H{-high:.1f}z",
        "diamond": f"M0 {-high:.1f}L{high:.1f} 0L0 {high:.1f}L{-high:.1f} 0z",
    }
    return paths[shape]
