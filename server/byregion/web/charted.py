"""The map as it is drawn: where each point and each name stands, for a picture that needs no script."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from byregion.web import lettering
from byregion.web.coast import Coast
from byregion.web.lettering import Name, Spot
from byregion.web.mapped import Group, Place

ACROSS: Final = 600
"""What the picture is as wide as, when points and letters have the sizes below."""
_LEAST, ONE, _MOST = 3.0, 6.0, 15.0
"""Radius of a point: of few people, where their number is not known, and of many."""
_MANY: Final = 80_000
"""People of the largest point; twice the people have twice the area."""
LETTERS: Final = 15.0
_NEAR: Final = 8.0
"""How many times the least view the picture is at most enlarged."""
_WEST, _SOUTH = 0.3, 0.07
"""How much wider and higher the whole is than the coast, to the west and the south: the sea has room for names."""

View = tuple[float, float, float, float]
"""Left, top, width and height, in units of the coast."""


@dataclass(frozen=True, slots=True)
class Point:
    """A municipality on the map, in units of the coast, with the path of its mark around its own middle."""

    place: Place
    x: float
    y: float
    size: float
    mark: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A region on the map: its points, and where its name stands; None where there is no room for it."""

    group: Group
    points: tuple[Point, ...]
    spot: Spot | None

    @property
    def mark(self) -> str:
        """The marks of all its points as one path."""
        return "".join(mark(self.group.shape, point.size, point.x, point.y) for point in self.points)


@dataclass(frozen=True, slots=True)
class Map:
    """A picture: the part of the coast that it shows, and what is on it."""

    coast: Coast
    view: View
    regions: tuple[Drawn, ...]
    letters: float

    @property
    def view_box(self) -> str:
        """The view as SVG has it."""
        return view_box(self.view)


def view_box(view: View) -> str:
    """Return a view as SVG has it."""
    return " ".join(f"{value:.0f}" for value in view)


def drawn(coast: Coast, groups: Iterable[Group], near: str = "") -> Map:
    """Return the map of the regions that have a place on it, of the whole country or `near` the region of that id."""
    located = [group for group in groups if _on(coast, group)]
    view = around([at for group in located if group.id == near for at in _on(coast, group)], coast)
    unit = view[2] / ACROSS
    points = [_points(coast, group, unit) for group in located]
    names = tuple(_name(group, its) for group, its in zip(located, points, strict=True))
    left, top, width, height = view
    spots = lettering.spots(names, (left, top, left + width, top + height), LETTERS * unit)
    regions = tuple(Drawn(*parts) for parts in zip(located, points, spots, strict=True))
    return Map(coast, view, regions, LETTERS * unit)


def _on(coast: Coast, group: Group) -> list[tuple[float, float]]:
    points = (place.point for place in group.located)
    found = (coast.at(float(point[0]), float(point[1])) for point in points if point)
    return [at for at in found if at]


def around(points: Sequence[tuple[float, float]], coast: Coast, room: float = 1.8, form: float = 0) -> View:
    """Return the part of the map with the points in its middle; all of it without points.

    `room` is how many times as wide it is as they, and `form` how high it is for its width, else as the whole.
    """
    wide, high = coast.width * (1 + _WEST), coast.height * (1 + _SOUTH)
    if not points:
        return -coast.width * _WEST, 0, wide, high
    form = form or high / wide
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    width = max((right - left) * room, (bottom - top) * room / form, coast.width / _NEAR)
    return (left + right - width) / 2, (top + bottom - width * form) / 2, width, width * form


def _points(coast: Coast, group: Group, unit: float) -> tuple[Point, ...]:
    """Return the points of a region, the largest first, so that none is hidden below another."""
    found = []
    for place in sorted(group.located, key=lambda place: -radius(place.population)):
        at = coast.at(float(place.point[0]), float(place.point[1])) if place.point else None
        if at:
            size = radius(place.population) * unit
            found.append(Point(place, *at, size, mark(group.shape, size)))
    return tuple(found)


def _name(group: Group, points: Sequence[Point]) -> Name:
    return Name(group.region.text.value, tuple((point.x, point.y, point.size) for point in points))


def radius(population: int | None) -> float:
    """Return how large a point is: its area is as the number of people, where that is known."""
    if population is None:
        return ONE
    return min(max(_MOST * math.sqrt(population / _MANY), _LEAST), _MOST)


def mark(shape: str, size: float, x: float = 0.0, y: float = 0.0) -> str:
    """Return the path of a mark around a point; all shapes of a size have about the same area."""
    side, high = size * 0.89, size * 1.2
    half = f"a{size:.1f} {size:.1f} 0 1 0"
    paths = {
        "circle": f"M{x - size:.1f} {y:.1f}{half} {2 * size:.1f} 0{half} {-2 * size:.1f} 0z",
        "square": f"M{x - side:.1f} {y - side:.1f}h{2 * side:.1f}v{2 * side:.1f}h{-2 * side:.1f}z",
        "triangle": f"M{x:.1f} {y - high:.1f}l{high:.1f} {1.8 * high:.1f}h{-2 * high:.1f}z",
        "diamond": f"M{x:.1f} {y - high:.1f}l{high:.1f} {high:.1f} {-high:.1f} {high:.1f} {-high:.1f} {-high:.1f}z",
    }
    return paths[shape]
