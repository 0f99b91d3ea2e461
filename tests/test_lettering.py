"""Where the names on a drawn map stand."""

from __future__ import annotations

from itertools import combinations

from byregion.web import lettering
from byregion.web.lettering import Name, Spot

VIEW = (0.0, 0.0, 600.0, 600.0)
LETTERS = 15.0


def box(name: Name, spot: Spot) -> tuple[float, float, float, float]:
    """The rectangle that a name fills, about."""
    width = len(name.text) * 0.62 * LETTERS
    left = {"start": spot.x, "middle": spot.x - width / 2, "end": spot.x - width}[spot.anchor]
    return left, spot.y - LETTERS / 2, left + width, spot.y + LETTERS / 2


def meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_a_name_alone_stands_beside_its_point_without_a_line():
    (spot,) = lettering.spots((Name("Midt-Troms", ((300.0, 300.0, 6.0),)),), VIEW, LETTERS)
    assert spot == Spot(312.0, 300.0, "start", None)


def test_no_name_stands_on_another_or_outside_the_map():
    names = tuple(Name(f"Region nummer {n}", ((280.0 + 9 * (n % 5), 280.0 + 11 * (n // 5), 5.0),)) for n in range(20))
    spots = lettering.spots(names, VIEW, LETTERS)
    boxes = [box(name, spot) for name, spot in zip(names, spots, strict=True) if spot]
    assert 10 < len(boxes) < 20
    for left, top, right, bottom in boxes:
        assert left >= 0 and top >= 0 and right <= 600 and bottom <= 600
    # What is hidden at most is less than anyone sees.
    shared = [
        (min(one[2], other[2]) - max(one[0], other[0])) * (min(one[3], other[3]) - max(one[1], other[1]))
        for one, other in combinations(boxes, 2)
        if meet(one, other)
    ]
    assert all(area < 0.1 * LETTERS * LETTERS * 5 for area in shared)


def test_a_name_that_found_no_room_near_by_has_a_line_to_its_nearest_point():
    names = tuple(Name(f"Region nummer {n}", ((300.0 + n / 10, 300.0, 5.0),)) for n in range(12))
    lines = {
        name.points[0][:2]: spot.line
        for name, spot in zip(names, lettering.spots(names, VIEW, LETTERS), strict=True)
        if spot
    }
    led = {at: line for at, line in lines.items() if line}
    assert led
    for at, line in led.items():
        assert line[2:] == at


def test_where_there_is_no_room_at_all_a_name_is_left_out():
    names = tuple(Name("Et langt navn på en region", ((50.0, 20.0, 5.0),)) for _ in range(9))
    spots = lettering.spots(names, (0.0, 0.0, 400.0, 40.0), LETTERS)
    assert None in spots and any(spots)


def test_a_name_at_the_edge_stands_on_the_side_where_there_is_room():
    (spot,) = lettering.spots((Name("Sør-Varanger", ((590.0, 300.0, 6.0),)),), VIEW, LETTERS)
    assert spot is not None and spot.anchor == "end" and spot.x < 590
