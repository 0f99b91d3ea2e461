"""Two or three regions side by side: who took part, what each said of the same kind, and which themes they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from rdflib import RDF, SKOS, Graph, Literal, URIRef, Variable
from rdflib.term import Node

from byregion.namespaces import BASE, BR
from byregion.results import Solutions
from byregion.terms import best
from byregion.web import graphs, mapped
from byregion.web.mapped import Group
from byregion.web.naming import Naming, Value, read_labels
from byregion.web.site import select, words

KINDS: Final = {"goal": BR.Goal, "measure": BR.Measure, "result": BR.Result, "advice": BR.Advice}
"""What is compared, in the order of the page, by the class of each."""
FIGURES: Final = {
    "population": URIRef(BASE + "id/concept/population"),
    "area": URIRef(BASE + "id/concept/area"),
}
"""The figures that are compared, by what was measured."""


@dataclass(frozen=True, slots=True)
class Side:
    """A region: its municipalities, its things by kind, its figures, and how many of its statements are of each theme.

    `unnamed` are groups of measures that the source counts and does not name, with the least number of each.
    """

    group: Group
    things: dict[str, tuple[Value, ...]]
    unnamed: tuple[tuple[Value, int], ...]
    figures: dict[str, Decimal | None]
    themes: dict[Node, int]

    def count(self, kind: str) -> int:
        """Return how many of a kind are told of one by one."""
        return len(self.group.places) if kind == "municipality" else len(self.things[kind])


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme, and how many statements each of the regions has about it."""

    theme: Value
    counts: tuple[int, ...]

    @property
    def is_shared(self) -> bool:
        """Whether more than one of them has any."""
        return sum(1 for count in self.counts if count) > 1


class Comparison:
    """What is said of some regions."""

    def __init__(self, regions: Sequence[URIRef]) -> None:
        """Take the regions in the order in which they stand beside each other."""
        self._regions = regions
        self._rows = select("compared", region=tuple(regions))

    @cached_property
    def _labels(self) -> dict[Node, list[Literal]]:
        named = ("thing", "theme", "role", "county")
        return read_labels([self._regions, *([row.get(name) for name in named] for row in self._rows)])

    @cached_property
    def _naming(self) -> Naming:
        return Naming(words(), self._labels)

    @cached_property
    def sides(self) -> tuple[Side, ...]:
        """The regions as they stand beside each other."""
        return tuple(self._side(region) for region in self._regions)

    def _side(self, region: URIRef) -> Side:
        rows = [row for row in self._rows if row["region"] == region]
        parts = {row["thing"]: row | {"municipality": row["thing"]} for row in rows if row["class"] == BR.Participation}
        group = mapped.group(self._naming.value(region), list(parts.values()), self._naming.value)
        groups = {row["thing"]: row.get("value") for row in rows if row["class"] == BR.MeasureGroup}
        figures = {row["class"]: row["value"] for row in rows if row["class"] in FIGURES.values()}
        about = {(row["thing"], row["theme"]) for row in rows if "theme" in row}
        return Side(
            group,
            {kind: self._things(rows, class_) for kind, class_ in KINDS.items()},
            tuple((self._naming.value(thing), int(str(least or 0))) for thing, least in groups.items()),
            {name: Decimal(str(figures[of])) if of in figures else None for name, of in FIGURES.items()},
            dict(Counter(theme for _, theme in about)),
        )

    def _things(self, rows: Sequence[dict[str, Node]], class_: URIRef) -> tuple[Value, ...]:
        return tuple(map(self._naming.value, dict.fromkeys(row["thing"] for row in rows if row["class"] == class_)))

    @cached_property
    def themes(self) -> tuple[Theme, ...]:
        """The themes of the regions: those that most of them share first, then those with most statements."""
        found = dict.fromkeys(theme for side in self.sides for theme in side.themes)
        themes = [
            Theme(self._naming.value(theme), tuple(side.themes.get(theme, 0) for side in self.sides)) for theme in found
        ]

        def order(item: Theme) -> tuple[int, int, str]:
            return -sum(1 for count in item.counts if count), -sum(item.counts), item.theme.text.value

        return tuple(sorted(themes, key=order))

    # --- As data: the same in every language --------------------------------------------------------------------------

    def _told(self) -> Iterator[tuple[Node, Node, Node, int | None]]:
        """Yield each region with each thing said of it, its class, and of a theme the number of statements."""
        for region in self._regions:
            rows = [row for row in self._rows if row["region"] == region]
            for class_ in (*KINDS.values(), BR.MeasureGroup):
                for thing in dict.fromkeys(row["thing"] for row in rows if row["class"] == class_):
                    yield region, class_, thing, None
            about = {(row["thing"], row["theme"]) for row in rows if "theme" in row}
            for theme, count in sorted(Counter(theme for _, theme in about).items()):
                yield region, SKOS.Concept, theme, count

    def table(self) -> Solutions:
        """Return a thing or a theme of a region a row."""
        columns = tuple(map(Variable, ("region", "regionName", "class", "thing", "name", "statements")))
        rows = []
        for region, class_, thing, count in self._told():
            names = best(self._labels.get(region, ())), best(self._labels.get(thing, ()))
            cells = (region, names[0], class_, thing, names[1], None if count is None else Literal(count))
            rows.append({column: cell for column, cell in zip(columns, cells, strict=True) if cell is not None})
        return Solutions(columns, tuple(rows))

    def document(self) -> list[dict[str, Any]]:
        """Return the regions one by one, as JSON holds them."""
        table = self.table()
        rows = [{str(name): str(term) for name, term in row.items()} for row in table.bindings]
        return [
            {
                "region": str(region),
                "figures": {name: None if value is None else float(value) for name, value in side.figures.items()},
                "municipalities": [str(place.municipality.iri) for place in side.group.places],
                "told": [
                    {k: v for k, v in row.items() if k not in ("region", "regionName")}
                    for row in rows
                    if row["region"] == str(region)
                ],
            }
            for region, side in zip(self._regions, self.sides, strict=True)
        ]

    def graph(self) -> Graph:
        """Return what is compared, as it is stated: what is said of each region, its names and its themes."""
        made = graphs.SortedGraph()
        for row in self._rows:
            if row["class"] in (*FIGURES.values(), BR.Participation):
                continue
            made.add((row["thing"], RDF.type, row["class"]))
            made.add((row["thing"], BR.region, row["region"]))
            if "theme" in row:
                made.add((row["thing"], BR.theme, row["theme"]))
        for region, side in zip(self._regions, self.sides, strict=True):
            for place in side.group.places:
                if place.municipality.iri:
                    made.add((place.municipality.iri, BR.takesPartIn, region))
        for term, labels in self._labels.items():
            for label in labels:
                made.add((term, SKOS.prefLabel, label))
        return made
