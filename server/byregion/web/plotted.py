"""The answer of a query as a map: a point for each row that says where something is, and a list of what says none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from byregion.queries import Places
from byregion.web import coast, pinned
from byregion.web.coast import At, Coast
from byregion.web.naming import Text
from byregion.web.pinned import Frame, Pinned, Place
from byregion.web.site import site, words
from byregion.web.table import Cell, Table

MOST: Final = 200
"""Points that such a map has; the table has a row for each."""
_LATITUDES: Final = ("lat", "latitude")
_LONGITUDES: Final = ("long", "longitude", "lon", "lng")


@dataclass(frozen=True, slots=True)
class Plot:
    """A map of an answer, the columns that it shows, and the names of what has no place.

    `shown` is how many of the rows are on it or in the list, where those are not all.
    """

    id: str
    columns: Places
    map: Pinned
    without: tuple[Text, ...]
    shown: int


def plot(table: Table | None, columns: Places | None = None) -> Plot | None:
    """Return the map of `columns`, or of the first ones that do; None where there is nothing to draw or no coast."""
    chosen = columns or _found(table)
    ground = coast.read("fine") if site().built else None
    if table is None or chosen is None or ground is None:
        return None
    if not {chosen.label, chosen.lat, chosen.long} <= set(table.variables):
        return None
    label, lat, long = (table.variables.index(name) for name in (chosen.label, chosen.lat, chosen.long))
    places: dict[tuple[Text, At], None] = {}
    without: dict[Text, None] = {}
    for row in table.rows[:MOST]:
        at = _at(ground, row[lat], row[long])
        if at:
            places[_name(row[label]), at] = None
        else:
            without[_name(row[label])] = None
    if not places:
        return None
    drawn = pinned.pinned(ground, [Place(*it) for it in places], Frame())
    shown = min(len(table.rows), MOST)
    return Plot("plot", chosen, drawn, tuple(without), shown if table.total > shown else 0)


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


def _at(ground: Coast, lat: Cell | None, long: Cell | None) -> At | None:
    if lat is None or long is None or not (lat.is_number and long.is_number):
        return None
    degrees = [Decimal(cell.text.value) for cell in (lat, long)]
    return ground.at(float(degrees[0]), float(degrees[1])) if all(map(Decimal.is_finite, degrees)) else None


def _name(cell: Cell | None) -> Text:
    return cell.text if cell else Text(words()("values.unstated"), words().language)
