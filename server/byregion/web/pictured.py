"""The answer of a query as a chart: a bar for each row, of one column that is a number and one that says of what."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from byregion.queries import Chart
from byregion.web import drawing
from byregion.web.naming import Text
from byregion.web.site import words
from byregion.web.table import Cell, Table

MOST: Final = 30
"""Bars that a chart has; the table has a row for each."""
_CAPTION: Final = "chart"


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart as SVG, the columns that it shows, and how many of the rows, where those are not all."""

    id: str
    columns: Chart
    drawn: Markup
    shown: int


def picture(table: Table | None, columns: Chart | None = None) -> Picture | None:
    """Return the chart of `columns`, or of the first ones that do; None where there is nothing to draw."""
    chosen = _checked(table, columns) if columns else _found(table)
    if table is None or chosen is None:
        return None
    label, value = (table.variables.index(name) for name in (chosen.label, chosen.value))
    rows = [(_name(row[label]), _number(row[value])) for row in table.rows[:MOST]]
    return Picture(_CAPTION, chosen, drawing.bars(_CAPTION, rows, words()), len(rows) if table.total > MOST else 0)


def _checked(table: Table | None, columns: Chart) -> Chart | None:
    if table is None or not {columns.label, columns.value} <= set(table.variables):
        return None
    values = [_number(row[table.variables.index(columns.value)]) for row in table.rows]
    # Bars begin at nothing: what is less has none.
    known = [value for value in values if value is not None]
    return columns if known and max(known) > 0 and min(known) >= 0 else None


def _found(table: Table | None) -> Chart | None:
    """Return the last column of texts before the first one of numbers, and that; several rows make a chart."""
    if table is None or len(table.rows) < 2:
        return None
    kinds = [_kind([row[place] for row in table.rows]) for place in range(len(table.variables))]
    if "number" not in kinds or not (before := kinds[: kinds.index("number")]):
        return None
    wanted = "text" if "text" in before else "iri"
    labels = [place for place, kind in enumerate(before) if kind == wanted]
    if not labels:
        return None
    return _checked(table, Chart(table.variables[labels[-1]], table.variables[kinds.index("number")]))


def _kind(cells: list[Cell | None]) -> str:
    found = {"number" if it.is_number else "iri" if it.iri else "text" for it in cells if it}
    return found.pop() if len(found) == 1 else ""


def _name(cell: Cell | None) -> Text:
    return cell.text if cell else Text(words()("values.unstated"), words().language)


def _number(cell: Cell | None) -> Decimal | None:
    if cell is None or not cell.is_number:
        return None
    number = Decimal(cell.text.value)
    return number if number.is_finite() else None
