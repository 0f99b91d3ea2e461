"""Norway's municipalities and counties through time, made of the tables in `data/municipalities/source/`.

A number has one municipality. The municipality goes on with another number where nothing but the number changed; where
several became one, or one became several, the new numbers are of new municipalities. A number that others went into
while it went on (Stavanger, 1103) keeps its municipality.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from rdflib import DCTERMS, OWL, SKOS, Literal, URIRef

from byregion import iri
from byregion.convert import places
from byregion.convert.tables import SOURCES, Parts, Row, Texts, alphabetical, concept, day, listed, read
from byregion.errors import DataError
from byregion.namespaces import BR

CODE_SETS: Final = ("2015", "2017", "2018", "2019", "2020", "2024")
"""The years whose lists of numbers the table tells apart: a number is in a list or it is not."""

_NUMBERS: Final = (
    *("number", "name", "name_latest"),
    *(f"in_{year}" for year in CODE_SETS),
    *("valid_from", "valid_before", "successors", "geonames", "sources", "note"),
)
_DETAILS: Final = ("kind", "slug", "name_se", "valid_from", "sources")
_COUNTIES: Final = ("number", "name", "name_se", "valid_from", "valid_before", "sources")
_COUNTY_CHANGES: Final = ("date", "from", "to", "sources")

_LISTS: Final = "kommunekoder"
"""The source of every list of numbers and changes until 2020."""
_OF_2024: Final = ("fylker-og-kommuner", "regtools")
_COUNTY_BY_NUMBER: Final = "ks-fylker"
"""The source that says that a number begins with its county's."""


@dataclass(frozen=True)
class Change:
    """What happened on a day: numbers that ended and numbers that they became."""

    kind: str
    date: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class Numbers:
    """Every number with its validity and its successors, and the municipalities that follow."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Take the rows of the table of numbers; raises DataError where a successor is no number of it."""
        self.rows = {row["number"]: row for row in rows}
        for row in rows:
            for number in row["successors"].split():
                if number not in self.rows:
                    raise DataError(f"{row['number']} was followed by {number}, which is not in the table")

    @cached_property
    def before(self) -> dict[str, tuple[str, ...]]:
        """The numbers that ended on the day a number began, and became it."""
        return {number: self._before(number, began=True) for number in self.rows}

    def _before(self, number: str, *, began: bool) -> tuple[str, ...]:
        start = self.rows[number]["valid_from"]
        return tuple(
            earlier["number"]
            for earlier in self.rows.values()
            if number in earlier["successors"].split() and (earlier["valid_before"] == start) == began
        )

    def first(self, number: str) -> str:
        """Return the first number that the municipality with this number had."""
        match self.before[number]:
            case (earlier,) if len(self.rows[earlier]["successors"].split()) == 1:
                return self.first(earlier)
            case _:
                return number

    @cached_property
    def municipalities(self) -> dict[str, tuple[Row, ...]]:
        """Each municipality by its slug, with the rows of its numbers in the order that it had them."""
        found: dict[str, list[Row]] = {}
        for number in sorted(self.rows, key=lambda number: (self.rows[number]["valid_from"], number)):
            found.setdefault(self.slug(number), []).append(self.rows[number])
        return {slug: tuple(rows) for slug, rows in found.items()}

    def slug(self, number: str) -> str:
        """Return the slug of the municipality with a number: its first name and number, as in lenvik-1931."""
        first = self.first(number)
        return f"{iri.slug(self.rows[first]['name'])}-{first}"

    def changes(self) -> Iterator[Change]:
        """Yield what happened, each change once.

        Where a part of a split municipality became part of another, there is the split, and a merger beside it.
        """
        for number, row in self.rows.items():
            earlier, later = self.before[number], tuple(row["successors"].split())
            if len(later) > 1:
                yield Change("split", row["valid_before"], (number,), later)
            if len(earlier) > 1:
                yield Change("merger", row["valid_from"], earlier, (number,))
            elif len(earlier) == 1 and self.first(number) != number:
                yield Change("renumbering", row["valid_from"], earlier, (number,))
            went_on = self._before(number, began=False)
            if went_on:
                (date,) = {self.rows[item]["valid_before"] for item in went_on}
                yield Change("incorporation", date, went_on, (number,))


def geonames(source: Path) -> dict[str, str]:
    """Return the records of GeoNames that the tables in the folder `source` give numbers, by these: links to look up.

    Raises DataError as `tables.read` does.
    """
    return {row["number"]: row["geonames"] for row in read(source / "numbers.csv", _NUMBERS) if row["geonames"]}


def parts(source: Path) -> Parts:
    """Return the dataset that the tables in the folder `source` make; raises DataError as `tables.read` does."""
    made = Parts()
    numbers = Numbers(read(source / "numbers.csv", _NUMBERS))
    counties = {row["number"]: row for row in read(source / "counties.csv", _COUNTIES)}
    for row in read(source / "sources.csv", SOURCES):
        made.source(row)
    for row in counties.values():
        _county(made, row)
    for row in read(source / "county-changes.csv", _COUNTY_CHANGES):
        _county_change(made, row, counties)
    for slug, rows in numbers.municipalities.items():
        _municipality(made, slug, rows)
        for row in rows:
            _number(made, slug, row, counties)
    changes = list(numbers.changes())
    for slug, change in zip(_slugs(changes, numbers), changes, strict=True):
        _change(made, slug, change, numbers)
    for row in read(source / "details.csv", _DETAILS):
        _detail(made, row)
    named = {
        row["number"]: (slug, its[-1]["name_latest"]) for slug, its in numbers.municipalities.items() for row in its
    }
    places.state_points(made, read(source / "points.csv", places.POINTS), named)
    places.state_people(made, read(source / "people.csv", places.PEOPLE), named)
    for row in read(source / "retired.csv", ("reading", "replaced_by")):
        _retired(made, row)
    return made


# --- Municipalities and numbers ---------------------------------------------------------------------------------------


def _municipality(made: Parts, slug: str, rows: Sequence[Row]) -> None:
    """State a municipality by its latest name; what it was called before is an alternative name."""
    subject = iri.entity("municipality", slug)
    name = rows[-1]["name_latest"]
    made.thing(subject, BR.Municipality, name, {source for row in rows for source in _sources(row)})
    # "Våler (Viken)" is how a list tells two apart, not a name.
    earlier = {row["name"] for row in rows if "(" not in row["name"]} - {name}
    for other in earlier:
        made.stated.add((subject, SKOS.altLabel, Literal(other, "nb")))


def _number(made: Parts, municipality: str, row: Row, counties: dict[str, Row]) -> None:
    number = row["number"]
    if number[:2] not in counties:
        raise DataError(f"there is no county {number[:2]} for the number {number}")
    made.thing(
        iri.entity("municipality-number", number),
        BR.MunicipalityNumber,
        f"{number} {row['name']}",
        [*_sources(row), _COUNTY_BY_NUMBER],
        number=Literal(number),
        numberOf=iri.entity("municipality", municipality),
        county=_county_iri(counties[number[:2]]),
        **_validity(row),
    )


def _sources(row: Row) -> list[str]:
    """Return the sources of a number: of those that the row names, those that list it."""
    listed_before = any(row[f"in_{year}"] == "1" for year in CODE_SETS if year < "2024")
    since = [slug for slug in _OF_2024 if slug in row["sources"].split()]
    return [*([_LISTS] if listed_before else []), *since]


def _validity(row: Row) -> dict[str, Literal | None]:
    return {
        "validFrom": day(row["valid_from"]) if row["valid_from"] else None,
        "validBefore": day(row["valid_before"]) if row["valid_before"] else None,
    }


# --- Counties ---------------------------------------------------------------------------------------------------------


def _county_iri(row: Row) -> URIRef:
    return iri.entity("county", f"{iri.slug(row['name'])}-{row['number']}")


def _county(made: Parts, row: Row) -> None:
    subject = _county_iri(row)
    number = Literal(row["number"])
    made.thing(subject, BR.County, row["name"], row["sources"].split(), number=number, **_validity(row))
    if row["name_se"]:
        made.stated.add((subject, SKOS.altLabel, Literal(row["name_se"], "se")))


def _county_change(made: Parts, row: Row, counties: dict[str, Row]) -> None:
    before, after = ([counties[number] for number in row[way].split()] for way in ("from", "to"))
    kind = "merger" if len(before) > 1 else "split"
    one = (after if kind == "merger" else before)[0]
    names = [item["name"] for item in (before if kind == "merger" else after)]
    subject = iri.entity("change-event", f"{iri.slug(one['name'])}-{row['date'][:4]}")
    told = {
        language: said.format(one=one["name"], names=listed(names, _AND[language]))
        for language, said in _COUNTY[kind].items()
    }
    made.thing(
        subject,
        BR.ChangeEvent,
        told["nb"],
        row["sources"].split(),
        changeKind=concept(kind),
        date=day(row["date"]),
        changedFrom=map(_county_iri, before),
        changedTo=map(_county_iri, after),
    )
    made.translate(subject, told)


# --- Changes ----------------------------------------------------------------------------------------------------------

_AND: Final = {"nb": "og", "nn": "og", "en": "and"}
_COUNTY: Final = {
    "merger": {
        "nb": "Fylkene {names} ble slått sammen til {one}",
        "nn": "Fylka {names} vart slått saman til {one}",
        "en": "The counties {names} merged into {one}",
    },
    "split": {
        "nb": "Fylket {one} ble delt i fylkene {names}",
        "nn": "Fylket {one} vart delt i fylka {names}",
        "en": "The county {one} was split into the counties {names}",
    },
}
_SAID: Final = {
    "renumbering": {
        "nb": "{after} fikk nummer {number}",
        "nn": "{after} fekk nummer {number}",
        "en": "{after} got the number {number}",
    },
    "merger": {
        "nb": "{before} ble slått sammen til {after}",
        "nn": "{before} vart slått saman til {after}",
        "en": "{before} merged into {after}",
    },
    "split": {
        "nb": "{before} ble delt i {after}",
        "nn": "{before} vart delt i {after}",
        "en": "{before} was split into {after}",
    },
    "divided": {
        "nb": "{before} ble delt mellom {after}",
        "nn": "{before} vart delt mellom {after}",
        "en": "{before} was divided between {after}",
    },
    "incorporation": {
        "nb": "{before} gikk inn i {after}",
        "nn": "{before} gjekk inn i {after}",
        "en": "{before} became part of {after}",
    },
}
_PART: Final = {"nb": "en del av {}", "nn": "ein del av {}", "en": "a part of {}"}
_NOTES: Final = {
    "split": {
        "nb": "Nummeret sier ikke hvem som kom hvor: det har flere etterfølgere, ingen av dem hele kommunen.",
        "nn": "Nummeret seier ikkje kven som kom kvar: det har fleire etterfølgjarar, ingen av dei heile kommunen.",
        "en": "The number does not say who came where: it has several successors, none of them the whole.",
    },
    "incorporation": {
        "nb": "Nummeret som de gikk inn i, gjaldt både før og etter.",
        "nn": "Nummeret som dei gjekk inn i, galdt både før og etter.",
        "en": "The number that they became part of was valid both before and after.",
    },
}


def _slugs(changes: Sequence[Change], numbers: Numbers) -> list[str]:
    """Return the slug of each change: of what it is about and the year, as in senja-2020.

    Where two changes of a year are about the same name, it is that of the municipality, with its number.
    """
    one = [(change.before if change.kind == "split" else change.after)[0] for change in changes]
    years = [change.date[:4] for change in changes]
    short = [f"{iri.slug(numbers.rows[number]['name'])}-{year}" for number, year in zip(one, years, strict=True)]
    count = Counter(short)
    slugs = [
        slug if count[slug] == 1 else f"{numbers.slug(number)}-{year}"
        for slug, number, year in zip(short, one, years, strict=True)
    ]
    if len(set(slugs)) < len(slugs):
        raise DataError(f"two changes would have one slug: {[slug for slug, n in Counter(slugs).items() if n > 1]}")
    return slugs


def _change(made: Parts, slug: str, change: Change, numbers: Numbers) -> None:
    subject = iri.entity("change-event", slug)
    said = {language: _sentence(change, numbers, language) for language in _AND}
    before, after = (
        [iri.entity("municipality-number", number) for number in side] for side in (change.before, change.after)
    )
    made.thing(
        subject,
        BR.ChangeEvent,
        said["nb"],
        _OF_2024 if change.date >= "2024" else [_LISTS],
        changeKind=concept(change.kind),
        date=day(change.date),
        changedFrom=before,
        changedTo=after,
    )
    made.translate(subject, said)
    made.note(subject, _NOTES.get(change.kind, {}))


def _sentence(change: Change, numbers: Numbers, language: str) -> str:
    """Return what happened as a sentence."""
    kind: str = change.kind
    if kind == "split" and any(len(numbers.before[number]) > 1 for number in change.after):
        kind = "divided"
    names = {number: numbers.rows[number]["name"] for number in (*change.before, *change.after)}
    split = {number for number in change.before if len(numbers.rows[number]["successors"].split()) > 1}
    whole = alphabetical(
        names[number] for number in change.before if kind in ("split", "divided") or number not in split
    )
    partly = [_PART[language].format(names[number]) for number in change.before if names[number] not in whole]
    after = alphabetical(names[number] for number in change.after)
    sentence = _SAID[kind][language].format(
        before=listed([*whole, *partly], _AND[language]), after=listed(after, _AND[language]), number=change.after[0]
    )
    return sentence[0].upper() + sentence[1:]


# --- What is known of single things, and what was given up ------------------------------------------------------------


def _detail(made: Parts, row: Row) -> None:
    """State a Sámi name, a start or further sources of something that the other tables made."""
    subject = iri.entity(row["kind"], row["slug"])
    if (subject, None, None) not in made.stated:
        raise DataError(f"details.csv tells of {subject}, which the other tables do not make")
    if row["name_se"]:
        made.stated.add((subject, SKOS.altLabel, Literal(row["name_se"], "se")))
    if row["valid_from"]:
        made.stated.add((subject, BR.validFrom, day(row["valid_from"])))
    for slug in row["sources"].split():
        made.stated.add((subject, DCTERMS.source, iri.entity("source", slug)))


_RETIRED: Final[Texts] = {
    "nb": "Fylket er nå oppgitt med kilde, så tolkningen trengs ikke lenger.",
    "nn": "Fylket er no oppgjeve med kjelde, så tolkinga trengst ikkje lenger.",
    "en": "The county is now stated with a source, so the reading is no longer needed.",
}


def _retired(made: Parts, row: Row) -> None:
    subject = iri.entity("reading", row["reading"])
    made.retired.add((subject, OWL.deprecated, Literal(True)))
    made.retired.add((subject, DCTERMS.isReplacedBy, iri.entity("municipality-number", row["replaced_by"])))
    for language, text in _RETIRED.items():
        made.retired.add((subject, SKOS.editorialNote, Literal(text, language)))
