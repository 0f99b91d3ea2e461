"""The regions of the programme, a dataset each, made of the tables in `data/programme/source/`.

What a region says is told in our words (br:paraphrase) with the pages it was read from. A list of municipalities that
is not whole is marked so, and a number that does not fit its list carries a note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from rdflib import DCTERMS, FOAF, RDF, SKOS, XSD, Literal, URIRef

from byregion import iri
from byregion.convert import municipalities, themes
from byregion.convert.tables import Parts, Row, Texts, concept, read, texts
from byregion.dataset import read_graph
from byregion.errors import DataError
from byregion.namespaces import BR, CONCEPT, ID

_REGIONS: Final = (
    *("region", "name", "alternative", "phase_1", "phase_2"),
    *("population", "area", "population_sum", "area_sum", "complete", "pages"),
)
_MEMBERS: Final = ("region", "number", "name", "role", "pages")
_STATEMENTS: Final = ("region", "kind", "order", "text", "pages")
_NOTES: Final = ("about", "nb", "nn", "en")
_READINGS: Final = ("reading", "subject", "predicate", "object", "why_nb", "why_nn", "why_en")

KINDS: Final = {
    "goal": ("goal", "Goal"),
    "measure": ("measure", "Measure"),
    "result": ("result", "Result"),
    "advice": ("advice", "Advice"),
    "next": ("follow-up", "FollowUp"),
    "theme": ("statement", "Statement"),
}
"""The kinds of statement in the table, each with the kind of its IRI and its class."""

_SUMS: Final = "kommunearealer"
"""The source of population and area of each municipality, which the sums are of."""
_CUT: Final = re.compile(r" \(teksten videre er kuttet\)$")
"""How the table marks that a text is cut; the data has a note instead."""


@dataclass(frozen=True)
class Tables:
    """The rows of every table, and what other datasets have."""

    regions: Sequence[Row]
    members: Sequence[Row]
    statements: Sequence[Row]
    notes: Mapping[str, Texts]
    readings: Sequence[Row]
    words: Sequence[themes.Word]
    known: Mapping[str, URIRef]
    """The sources of the dataset about the programme by their addresses."""
    municipalities: Mapping[str, URIRef]
    """The municipalities by the numbers that they have had."""


def read_tables(data: Path) -> Tables:
    """Return the tables below the folder `data`; raises DataError as `tables.read` does."""
    source = data / "programme" / "source"
    notes = {row["about"]: {key: row[key] for key in ("nb", "nn", "en")} for row in read(source / "notes.csv", _NOTES)}
    programme = read_graph(data / "programme" / "stated.ttl")
    # Of the tables, and not of the file that is made of them, which may be out of date.
    numbers = municipalities.parts(data / "municipalities" / "source").stated.subject_objects(BR.numberOf)
    return Tables(
        regions=read(source / "regions.csv", _REGIONS),
        members=read(source / "members.csv", _MEMBERS),
        statements=read(source / "statements.csv", _STATEMENTS),
        notes=notes,
        readings=read(source / "readings.csv", _READINGS),
        words=themes.words(source / "themes.csv"),
        known={str(page): URIRef(str(subject)) for subject, page in programme.subject_objects(FOAF.page)},
        municipalities={str(number).rpartition("/")[2]: URIRef(str(place)) for number, place in numbers},
    )


def parts(data: Path) -> dict[str, Parts]:
    """Return the dataset of each region, by its slug; raises DataError where the tables cannot be right."""
    tables = read_tables(data)
    made = {row["region"]: _Region(row, tables).parts() for row in tables.regions}
    told = {str(subject).removeprefix(ID) for item in made.values() for subject in item.stated.subjects(RDF.type)}
    for about in (*tables.notes, *(row["subject"] for row in tables.readings)):
        if about not in told:
            raise DataError(f"a note or a reading is about {about}, which no table makes")
    for row in (*tables.members, *tables.statements):
        if row["region"] not in made:
            raise DataError(f"there is no region {row['region']} in regions.csv")
    return made


class _Region:
    """One region in the making."""

    def __init__(self, row: Row, tables: Tables) -> None:
        self.row, self.tables, self.made = row, tables, Parts()
        self.slug = row["region"]
        self.region = iri.entity("region", self.slug)
        self.place = iri.entity("place", f"{self.slug}-2015")

    def parts(self) -> Parts:
        self._state_region()
        self._state_figures()
        for row in self.tables.members:
            if row["region"] == self.slug:
                self._state_participation(row)
        for row in self.tables.statements:
            if row["region"] == self.slug:
                self._state(row)
        self._note_and_read()
        return self.made

    def _state_region(self) -> None:
        row = self.row
        phases = {row[f"phase_{number}"]: iri.entity("programme", f"byregion-{number}") for number in ("1", "2")}
        both = [iri.entity("programme", f"byregion-{n}") for n in ("1", "2") if row[f"phase_{n}"] == "1"]
        self.made.thing(
            self.region,
            BR.Region,
            row["name"],
            self._pages(row["pages"]),
            inPhase=both,
            notInPhase=phases.get("0"),
            participantsIncomplete=Literal(True) if row["complete"] == "no" else None,
        )
        if row["alternative"]:
            self.made.stated.add((self.region, SKOS.altLabel, Literal(row["alternative"], "nb")))

    # --- Where it was read --------------------------------------------------------------------------------------------

    def _pages(self, addresses: str) -> list[str]:
        """Return the slugs of the sources at addresses, and state those that the programme's dataset does not."""
        return [self._page(address) for address in addresses.split()]

    def _page(self, address: str) -> str:
        if address in self.tables.known:
            return str(self.tables.known[address]).rpartition("/")[2]
        host = (urlsplit(address).hostname or "").removeprefix("www.")
        slug = page_slug(address, self.tables.regions)
        label = f"{host}{urlsplit(address).path.rstrip('/')}"
        if slug == f"{self.slug}-page" and host == "distriktssenteret.no":
            label = f"Distriktssenterets side om {self.row['name']}"
        subject = iri.entity("source", slug)
        self.made.thing(subject, BR.SourceDocument, label, (), knownBy=CONCEPT.excerpt)
        self.made.stated.add((subject, FOAF.page, URIRef(address)))
        return slug

    # --- Who took part, and how many and how large they are -----------------------------------------------------------

    def _state_participation(self, row: Row) -> None:
        number, name = row["number"], row["name"]
        if number not in self.tables.municipalities:
            raise DataError(f"{self.slug} names {name} with the number {number}, which is none")
        subject = iri.entity("participation", f"{self.slug}-{iri.slug(name)}")
        role = row["role"] or "applicant"
        said = {language: _ROLES[role][language].format(name, self.row["name"]) for language in ("nb", "nn", "en")}
        self.made.thing(
            subject,
            BR.Participation,
            said["nb"],
            self._pages(row["pages"]),
            region=self.region,
            municipality=self.tables.municipalities[number],
            role=concept(row["role"]) if row["role"] else None,
        )
        self.made.translate(subject, said)

    def _state_figures(self) -> None:
        row = self.row
        if not any(row[name] for name in ("population", "area", "population_sum", "area_sum")):
            return
        main = row["pages"].split()[0]
        label = f"Området til kommunene i {row['name']} i 2015"
        self.made.thing(self.place, DCTERMS.Location, label, self._pages(main))
        self.made.stated.add((self.region, DCTERMS.spatial, self.place))
        for quantity in ("population", "area"):
            if row[quantity]:
                self._figure(quantity, row[quantity], self._pages(main))
            if row[f"{quantity}_sum"]:
                self._figure(f"{quantity}-sum", row[f"{quantity}_sum"], [_SUMS])
        self._read_area()

    def _figure(self, quantity: str, value: str, sources: Sequence[str]) -> None:
        subject = iri.entity("observation", f"{self.slug}-{quantity}")
        said = {language: text.format(self.row["name"]) for language, text in _FIGURES[quantity].items()}
        # The engine writes 4659.0 as 4659; so does the data, so that both say it with the same digits.
        shown = value.removesuffix(".0")
        number = Literal(shown, datatype=XSD.decimal if "." in shown else XSD.integer)
        self.made.thing(
            subject,
            BR.Observation,
            said["nb"],
            sources,
            of=self.place,
            measured=concept(quantity),
            value=number,
            unit=concept("square-kilometre") if quantity.startswith("area") else None,
        )
        self.made.translate(subject, said)

    def _read_area(self) -> None:
        """Read the area that a page states as land area, where it is somewhat less than that of the municipalities."""
        area, total = self.row["area"], self.row["area_sum"]
        if not area or not total or Decimal(area) >= Decimal(total):
            return
        why = {language: text.format(_decimal(total, language)) for language, text in _LAND.items()}
        slug = f"{self.slug}-landareal"
        subject = iri.entity("observation", f"{self.slug}-area")
        self.made.reading(slug, subject, BR.interpretation, [concept("land-area")], why)

    # --- What it says -------------------------------------------------------------------------------------------------

    def _state(self, row: Row) -> None:
        kind, name = KINDS[row["kind"]]
        text = _CUT.sub("", row["text"])
        number = f"tema-{row['order']}" if row["kind"] == "theme" else row["order"]
        subject = iri.entity(kind, f"{self.slug}-{number}")
        self.made.thing(
            subject,
            BR[name],
            f"Tema: {text}" if row["kind"] == "theme" else text,
            self._pages(row["pages"]),
            region=self.region,
            order=Literal(int(row["order"])),
            paraphrase=Literal(True),
        )
        found = themes.found(text, self.tables.words)
        if found:
            slug = f"{kind}-{self.slug}-{number}-tema"
            self.made.reading(slug, subject, BR.theme, [concept(item) for item in found], themes.why(found))

    def _note_and_read(self) -> None:
        for about, note in self.tables.notes.items():
            subject = URIRef(ID + about)
            if (subject, RDF.type, None) in self.made.stated:
                self.made.note(subject, note)
        for row in self.tables.readings:
            subject = URIRef(ID + row["subject"])
            if (subject, RDF.type, None) in self.made.stated:
                value = URIRef(ID + row["object"])
                self.made.reading(row["reading"], subject, BR[row["predicate"]], [value], texts(row, "why"))


def page_slug(address: str, regions: Sequence[Row]) -> str:
    """Return the slug of a page: `<region>-page` where it is the first of one region, else of its address."""
    first = Counter(row["pages"].split()[0] for row in regions)
    if first[address] == 1:
        (region,) = (row["region"] for row in regions if row["pages"].split()[0] == address)
        return f"{region}-page"
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.").rpartition(".")[0]
    return iri.slug(f"{host} {parts.path}")


def _decimal(number: str, language: str) -> str:
    return number if language == "en" else number.replace(".", ",")


_ROLES: Final = {
    "applicant": {
        "nb": "{}, søkerkommune i {}",
        "nn": "{}, søkjarkommune i {}",
        "en": "{}, applicant municipality in {}",
    },
    "partner": {
        "nb": "{}, samarbeidskommune i {}",
        "nn": "{}, samarbeidskommune i {}",
        "en": "{}, partner municipality in {}",
    },
}
_FIGURES: Final = {
    "population": {"nb": "Folketall i {}", "nn": "Folketal i {}", "en": "Population of {}"},
    "area": {"nb": "Areal i {}", "nn": "Areal i {}", "en": "Area of {}"},
    "population-sum": {
        "nb": "Folketall i kommunene i {}, lagt sammen",
        "nn": "Folketal i kommunane i {}, lagt saman",
        "en": "Population of the municipalities of {}, added up",
    },
    "area-sum": {
        "nb": "Areal av kommunene i {}, lagt sammen",
        "nn": "Areal av kommunane i {}, lagt saman",
        "en": "Area of the municipalities of {}, added up",
    },
}
_LAND: Final = {
    "nb": "Kommunene i listen har til sammen {} km² med vann. Som hos de andre regionene som oppgir areal, er tallet på siden noe mindre: vi leser det som areal uten vann.",  # noqa: E501
    "nn": "Kommunane i lista har til saman {} km² med vatn. Som hos dei andre regionane som oppgjev areal, er talet på sida noko mindre: vi les det som areal utan vatn.",  # noqa: E501
    "en": "The municipalities of the list have {} km² together, with water. As for the other regions that state an area, the page's number is somewhat less: we read it as area without water.",  # noqa: E501
}
