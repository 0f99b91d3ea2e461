"""Where names stand on a drawn map: beside their points and clear of each other, with a line where that is far off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""
Anchor = Literal["start", "middle", "end"]

_WIDE: Final = 0.66
"""How wide a letter is on average, of the size of the letters."""
_LINE: Final = 1.15
_GAP: Final = 0.4
_RINGS: Final = 7
"""How many lines away from its points a name may stand."""
_SIDES: Final[tuple[tuple[int, int, Anchor], ...]] = (
    *((1, 0, "start"), (-1, 0, "end"), (0, -1, "middle"), (0, 1, "middle")),
    *((1, -1, "start"), (1, 1, "start"), (-1, -1, "end"), (-1, 1, "end")),
)
_NAME, _OTHER, _OWN, _AWAY = 60.0, 3.0, 1.0, 4.0
"""What it costs to stand on a name (all of it), on a point of another or of its own, and a line further away."""
_MOST: Final = 0.03
"""How much of a name may be below another before it is left out."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name to be written, and the circles (x, y, radius) that it is the name of."""

    text: str
    points: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a name stands: the side that `anchor` says, at half its height, and the line to its points, if any."""

    x: float
    y: float
    anchor: Anchor
    line: Box | None


@lru_cache(maxsize=512)
def spots(
    names: tuple[Name, ...], view: Box, letters: float, first: int = 0, *, close: bool = False
) -> tuple[Spot | None, ...]:
    """Return where each of `names` stands in `view`, written in `letters` of that size; None where there is no room.

    The `first` so many choose before the others, and among either those with many around them. Where all are to be
    `close`, none stands further off than beside its own points, nor on those of another.
    """
    edge = _GAP * letters
    room = (view[0] + edge, view[1] + edge, view[2] - edge, view[3] - edge)
    circles = [(place, _around(*point)) for place, name in enumerate(names) for point in name.points]
    middles = [_middle(_hull(name.points)) for name in names]

    def crowd(place: int) -> int:
        x, y = middles[place]
        return -sum(abs(x - right) < 12 * letters and abs(y - down) < 6 * letters for right, down in middles)

    found: dict[int, Spot] = {}
    taken: list[Box] = []
    for place in sorted(range(len(names)), key=lambda place: (place >= first, crowd(place))):
        best, where, below = None, (0.0, 0.0, 0.0, 0.0), 0.0
        least = float("inf")
        for spot, box, away in _candidates(names[place], letters):
            if not _within(box, room) or (close and away):
                continue
            hidden = sum(_shared(box, other) for other in taken) / _area(box)
            cost = _NAME * hidden + _AWAY * away
            if cost >= least:
                continue
            cost += sum(_OWN if of == place else _OTHER for of, circle in circles if _shared(box, circle))
            if cost < least:
                least, best, where, below = cost, spot, box, hidden
            if not least:
                break
        if best is not None and below <= _MOST and (least < _OTHER or not close):
            found[place] = best
            taken.append(where)
    return tuple(found.get(place) for place in range(len(names)))


def _candidates(name: Name, letters: float) -> Iterator[tuple[Spot, Box, int]]:
    """Yield where a name could stand, the box it then fills, and how many lines away that is."""
    line, gap = _LINE * letters, _GAP * letters
    width = len(name.text) * _WIDE * letters
    largest = max(name.points, key=lambda point: point[2])
    for left, top, right, bottom in dict.fromkeys((_hull(name.points), _around(*largest))):
        for away in range(_RINGS):
            for across, down, anchor in _SIDES:
                x = {1: right + gap, 0: (left + right) / 2, -1: left - gap}[across] + across * away * line
                y = (top + bottom) / 2 if not down else (bottom + line / 2 if down > 0 else top - line / 2)
                y += down * away * line
                start = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
                box = (start, y - line / 2, start + width, y + line / 2)
                yield Spot(x, y, anchor, _lead(box, name, x, y) if away > 1 else None), box, away


def _lead(box: Box, name: Name, x: float, y: float) -> Box:
    """Return the line from the side of a name to the nearest of its points."""
    middle = (box[0] + box[2]) / 2
    right, down, _ = min(name.points, key=lambda point: (point[0] - middle) ** 2 + (point[1] - y) ** 2)
    edge = box[3] if down > box[3] else box[1] if down < box[1] else y
    return min(max(right, box[0]), box[2]), edge, right, down


def _around(x: float, y: float, radius: float) -> Box:
    return x - radius, y - radius, x + radius, y + radius


def _hull(points: Sequence[tuple[float, float, float]]) -> Box:
    boxes = [_around(*point) for point in points]
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1]) or 1.0


def _shared(one: Box, other: Box) -> float:
    """Return the area that two boxes share."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _within(box: Box, view: Box) -> bool:
    return box[0] >= view[0] and box[1] >= view[1] and box[2] <= view[2] and box[3] <= view[3]
