"""What the map shows: the regions with their municipalities, and where those are as far as a source says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from rdflib import RDF, SKOS, Graph, URIRef, Variable
from rdflib.term import Node

from byregion.namespaces import BASE, BR, WGS84
from byregion.results import Solutions
from byregion.terms import best
from byregion.web import graphs, listing
from byregion.web.naming import Naming, Text, Value, read_labels
from byregion.web.site import select, words

SHAPES: Final = ("circle", "square", "triangle", "diamond")
COLOURS: Final = ("teal", "rust", "violet", "brown", "green", "plum", "blue")
"""Regions are told apart by shape and colour, and by their names: as many as have one of either together."""
_APPLICANT: Final = URIRef(BASE + "id/concept/applicant")


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality of a region; `point` is its latitude and longitude, None where no source says them."""

    municipality: Value
    role: Value
    point: tuple[Decimal, Decimal] | None
    population: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """A region with its municipalities, the county of the one that applied, and how the map marks it."""

    region: Value
    county: Value | None
    places: tuple[Place, ...]
    shape: str
    colour: str

    @property
    def located(self) -> tuple[Place, ...]:
        """The municipalities that are on the map."""
        return tuple(place for place in self.places if place.point)

    @property
    def unlocated(self) -> tuple[Place, ...]:
        """The municipalities of which no source here says where they are."""
        return tuple(place for place in self.places if not place.point)

    @property
    def id(self) -> str:
        """The last part of the region's IRI."""
        return str(self.region.iri).rpartition("/")[2]


def groups() -> tuple[Group, ...]:
    """Return the regions by name in the language of the request."""
    rows = select("mapped")
    naming = Naming(words(), read_labels([row[name] for name in _NAMED if name in row] for row in rows))
    return _grouped(rows, naming.value)


def located() -> tuple[Group, ...]:
    """Return the same for a small picture, which has no room for the names of municipalities, roles and counties."""
    return _grouped(select("placed"), _unnamed)


def _unnamed(term: Node) -> Value:
    return Value(Text(""), term if isinstance(term, URIRef) else None)


Named = Callable[[Node], Value]
"""What gives a term as it is shown."""


def _grouped(rows: list[dict[str, Node]], named: Named) -> tuple[Group, ...]:
    by_region: dict[Node | None, list[dict[str, Node]]] = {}
    for row in rows:
        by_region.setdefault(row["region"], []).append(row)
    regions = enumerate(listing.choices(BR.Region))
    return tuple(group(region, by_region.get(region.iri, []), named, place) for place, region in regions)


_NAMED: Final = ("municipality", "role", "county")


def group(region: Value, rows: Sequence[dict[str, Node]], named: Named, place: int = 0) -> Group:
    """Return a region with the municipalities of `rows`, marked as the one at a place among all of them."""
    places = tuple(
        Place(
            named(row["municipality"]),
            named(row["role"]) if "role" in row else Value(Text("")),
            (Decimal(str(row["lat"])), Decimal(str(row["long"]))) if "lat" in row else None,
            int(str(row["population"])) if "population" in row else None,
        )
        for row in rows
    )
    county = next((named(row["county"]) for row in rows if "county" in row and row["role"] == _APPLICANT), None)
    shape = SHAPES[place // len(COLOURS) % len(SHAPES)]
    return Group(region, county, places, shape, COLOURS[place % len(COLOURS)])


def by_county(found: Iterable[Group]) -> list[tuple[Value | None, list[Group]]]:
    """Return the regions by the county that they applied from, in the order of the counties' numbers."""

    def order(group: Group) -> str:
        return str(group.county.iri).rpartition("-")[2] if group.county else "~"

    ordered = sorted(found, key=order)
    return [(own[0].county, own) for own in (list(part) for _, part in groupby(ordered, key=order))]


# --- As data: the same in every language ------------------------------------------------------------------------------

_COLUMNS: Final = ("region", "regionName", "municipality", "name", "role", "population", "lat", "long")


def _rows() -> Iterator[dict[str, Node]]:
    rows = select("mapped")
    labels = read_labels([row["region"], row["municipality"]] for row in rows)
    for row in rows:
        named = {"regionName": best(labels.get(row["region"], ())), "name": best(labels.get(row["municipality"], ()))}
        yield row | {name: label for name, label in named.items() if label is not None}


def table() -> Solutions:
    """Return a municipality of a region a row."""
    columns = tuple(map(Variable, _COLUMNS))
    rows = tuple({name: row[str(name)] for name in columns if str(name) in row} for row in _rows())
    return Solutions(columns, rows)


def geojson() -> dict[str, Any]:
    """Return the municipalities as GeoJSON; what no source says the place of has no geometry.

    https://www.rfc-editor.org/rfc/rfc7946#section-3.2: "If the feature is unlocated, the value is null."
    """
    return {"type": "FeatureCollection", "features": [_feature(row) for row in _rows()]}


def _feature(row: dict[str, Node]) -> dict[str, Any]:
    point = None
    if "lat" in row:
        point = {"type": "Point", "coordinates": [float(str(row["long"])), float(str(row["lat"]))]}
    told: dict[str, object] = {name: str(row[name]) for name in _COLUMNS[:5] if name in row}
    if "population" in row:
        told["population"] = int(str(row["population"]))
    return {"type": "Feature", "geometry": point, "properties": told}


def graph() -> Graph:
    """Return what the map is made of, as it is stated: names, who took part in what, points."""
    made = graphs.SortedGraph()
    rows = select("mapped")
    labels = read_labels([row["region"], row["municipality"]] for row in rows)
    for row in rows:
        region, municipality = row["region"], row["municipality"]
        made.add((region, RDF.type, BR.Region))
        made.add((municipality, RDF.type, BR.Municipality))
        made.add((municipality, BR.takesPartIn, region))
        for name, predicate in (("lat", WGS84.lat), ("long", WGS84.long)):
            if name in row:
                made.add((municipality, predicate, row[name]))
    for term, found in labels.items():
        for label in found:
            made.add((term, SKOS.prefLabel, label))
    return made
