"""The answer of a query as a map: a point for each row that says where something is, and a list of what says none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from byregion.queries import Places
from byregion.web import charted, coast, lettering
from byregion.web.charted import View
from byregion.web.coast import Coast
from byregion.web.lettering import Name, Spot
from byregion.web.naming import Text
from byregion.web.site import site, words
from byregion.web.table import Cell, Table

MOST: Final = 200
"""Points that such a map has; the table has a row for each."""
_NAMED: Final = 40
"""Points up to which each is named; of more, none is."""
_ROOM: Final = 1.7
_FORM: Final = 0.8
"""How much wider the map is than its points, and how high for its width."""
_LATITUDES: Final = ("lat", "latitude")
_LONGITUDES: Final = ("long", "longitude", "lon", "lng")


@dataclass(frozen=True, slots=True)
class Pin:
    """What is somewhere: its name, its mark, and where the name stands, if it does."""

    name: Text
    mark: str
    spot: Spot | None


@dataclass(frozen=True, slots=True)
class Plot:
    """A map of an answer: the part of the coast behind it, its pins, and the names of what has no place.

    `shown` is how many of the rows are on it or in the list, where those are not all.
    """

    id: str
    columns: Places
    coast: Coast
    view: View
    letters: float
    pins: tuple[Pin, ...]
    without: tuple[Text, ...]
    shown: int

    @property
    def view_box(self) -> str:
        """The view as SVG has it."""
        return charted.view_box(self.view)


def plot(table: Table | None, columns: Places | None = None) -> Plot | None:
    """Return the map of `columns`, or of the first ones that do; None where there is nothing to draw or no coast."""
    chosen = columns or _found(table)
    ground = coast.read("fine") if site().built else None
    if table is None or chosen is None or ground is None:
        return None
    if not {chosen.label, chosen.lat, chosen.long} <= set(table.variables):
        return None
    label, lat, long = (table.variables.index(name) for name in (chosen.label, chosen.lat, chosen.long))
    places: dict[tuple[Text, tuple[float, float]], None] = {}
    without: dict[Text, None] = {}
    for row in table.rows[:MOST]:
        at = _at(ground, row[lat], row[long])
        if at:
            places[_name(row[label]), at] = None
        else:
            without[_name(row[label])] = None
    if not places:
        return None
    shown = min(len(table.rows), MOST)
    return _drawn(chosen, ground, list(places), tuple(without), shown if table.total > shown else 0)


def _drawn(
    columns: Places,
    ground: Coast,
    places: list[tuple[Text, tuple[float, float]]],
    without: tuple[Text, ...],
    shown: int,
) -> Plot:
    view = charted.around([at for _, at in places], ground, _ROOM, _FORM)
    unit = view[2] / charted.ACROSS
    letters = charted.LETTERS * unit
    size = charted.ONE * unit
    names = tuple(Name(text.value, ((*at, size),)) for text, at in places)
    left, top, width, height = view
    box = (left, top, left + width, top + height)
    spots = lettering.spots(names, box, letters) if len(names) <= _NAMED else (None,) * len(names)
    pins = tuple(
        Pin(text, charted.mark("circle", size, *at), spot) for (text, at), spot in zip(places, spots, strict=True)
    )
    return Plot("plot", columns, ground.within(box, unit), view, letters, pins, without, shown)


def _found(table: Table | None) -> Places | None:
    """Return the columns that say where something is, and the last one of texts, or else the first of any."""
    if table is None or not table.rows:
        return None
    lat = next((name for name in table.variables if name in _LATITUDES), None)
    long = next((name for name in table.variables if name in _LONGITUDES), None)
    others = [name for name in table.variables if name not in (lat, long)]
    if lat is None or long is None or not others:
        return None
    texts = [name for name in others if _is_text(table, name)]
    return Places(texts[-1] if texts else others[0], lat, long)


def _is_text(table: Table, name: str) -> bool:
    cells = [row[table.variables.index(name)] for row in table.rows]
    return any(cells) and all(cell.iri is None and not cell.is_number for cell in cells if cell)


def _at(ground: Coast, lat: Cell | None, long: Cell | None) -> tuple[float, float] | None:
    if lat is None or long is None or not (lat.is_number and long.is_number):
        return None
    degrees = [Decimal(cell.text.value) for cell in (lat, long)]
    return ground.at(float(degrees[0]), float(degrees[1])) if all(map(Decimal.is_finite, degrees)) else None


def _name(cell: Cell | None) -> Text:
    return cell.text if cell else Text(words()("values.unstated"), words().language)
