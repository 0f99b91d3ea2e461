"""The municipalities of a made-up region: what they are called, their numbers through time, and who takes part."""

from __future__ import annotations

from random import Random
from typing import Final

from rdflib import DCTERMS, RDF, SKOS, XSD

from byregion.namespaces import BR, CONCEPT, WGS84

from .made import BASE, Dataset
from .terms import Ref, iri, plain, ref, text, typed

COUNTIES: Final = 20
MOST_NUMBERS: Final = 24
"""Numbers that the municipalities of one region hold through time; above 416 regions some hold the same ones."""

_LINKED: Final = {
    "nb": "Registeret har samme navn og nummer.",
    "nn": "Registeret har same namn og nummer.",
    "en": "The register has the same name and number.",
}
_PLACED: Final = {"nb": "Fylket er trukket.", "nn": "Fylket er trekt.", "en": "The county was drawn by lot."}


def add(made: Dataset, number: int, random: Random) -> list[Ref]:
    """Add the municipalities of a region, what became of them in 2020 and 2024, and their participations.

    The first three merge in 2020 with one from outside the region, and the others get new numbers; in 2024 all do.
    Returns those that the region has.
    """
    place_in = county(random.randint(1, COUNTIES))
    numbers = iter(range((number - 1) * MOST_NUMBERS, number * MOST_NUMBERS))
    many = random.randint(6, 8)
    held = {}
    for place in range(1, many + 1):
        municipality = _municipality(made, f"{number}-{place}", random)
        held[municipality] = _number(made, next(numbers), municipality, place_in, None, "2020-01-01")
        _participate(made, municipality, f"Kommune {number}-{place}", place)
    if number > 1:
        # Some municipalities take part in two regions.
        guest = f"{number - 1}-2"
        _participate(made, iri(BASE, "municipality", f"kommune-{guest}"), f"Kommune {guest}", many + 1)
    members = list(held)
    outside = _municipality(made, f"{number}-utenfor", random)
    merging = [held[one] for one in members[:3]]
    merging.append(_number(made, next(numbers), outside, place_in, None, "2020-01-01"))
    merged = _municipality(made, f"{number}-ny", random)
    later = {merged: _number(made, next(numbers), merged, place_in, "2020-01-01", "2024-01-01")}
    _change(made, "merger", merging, later[merged], "2020-01-01")
    for municipality in members[3:]:
        later[municipality] = _number(made, next(numbers), municipality, place_in, "2020-01-01", "2024-01-01")
        _change(made, "renumbering", [held[municipality]], later[municipality], "2020-01-01")
    for municipality, before in later.items():
        now = _number(made, next(numbers), municipality, place_in, "2024-01-01", None)
        _change(made, "renumbering", [before], now, "2024-01-01")
    return members


def county(number: int) -> Ref:
    return iri(BASE, "county", f"fylke-{number:02}")


def _municipality(made: Dataset, label: str, random: Random) -> Ref:
    municipality = iri(BASE, "municipality", f"kommune-{label}")
    document = made.iri("source", "register")
    made.say(municipality, RDF.type, ref(BR.Municipality))
    made.say(municipality, DCTERMS.source, document)
    made.say(municipality, SKOS.altLabel, text(f"K {label}", "nb"))
    made.say(municipality, WGS84.lat, typed(f"{random.uniform(58, 71):.4f}", XSD.decimal))
    made.say(municipality, WGS84.long, typed(f"{random.uniform(5, 31):.4f}", XSD.decimal))
    made.name(municipality, {"nb": f"Kommune {label}", "nn": f"Kommune {label}", "en": f"Municipality {label}"})
    for register in ("a", "b"):
        target = ref(f"https://example.org/register/{register}/{label}")
        made.link(f"link-{register}-{label}", municipality, target, document, _LINKED)
    return municipality


def _number(
    made: Dataset, serial: int, municipality: Ref, county: Ref, valid_from: str | None, valid_before: str | None
) -> Ref:
    digits = f"{serial % 10_000:04}"
    entry = iri(BASE, "municipality-number", digits if serial < 10_000 else f"{digits}-{serial}")
    made.say(entry, RDF.type, ref(BR.MunicipalityNumber))
    made.say(entry, SKOS.prefLabel, text(f"Kommunenummer {digits}", "nb"))
    made.say(entry, DCTERMS.source, made.iri("source", "register"))
    made.say(entry, BR.number, plain(digits))
    made.say(entry, BR.numberOf, municipality)
    if valid_from:
        made.say(entry, BR.validFrom, typed(valid_from, XSD.date))
    if valid_before:
        made.say(entry, BR.validBefore, typed(valid_before, XSD.date))
    made.read(f"county-{serial}", entry, str(BR.county), [county], _PLACED)
    return entry


def _change(made: Dataset, kind: str, before: list[Ref], after: Ref, when: str) -> None:
    event = made.iri("change-event", f"{after.rpartition('/')[2][:-1]}-{when[:4]}")
    made.say(event, RDF.type, ref(BR.ChangeEvent))
    made.say(event, SKOS.prefLabel, text(f"Endring {when[:4]} i {made.values['name']}", "nb"))
    made.say(event, DCTERMS.source, made.iri("source", "register"))
    made.say(event, BR.changeKind, ref(CONCEPT[kind]))
    made.say(event, BR.changedFrom, *before)
    made.say(event, BR.changedTo, after)
    made.say(event, BR.date, typed(when, XSD.date))


def _participate(made: Dataset, municipality: Ref, name: str, place: int) -> None:
    participation = made.iri("participation", str(place))
    role = "applicant" if place == 1 else "partner"
    made.say(participation, RDF.type, ref(BR.Participation))
    made.say(participation, SKOS.prefLabel, text(f"{name} i {made.values['name']}", "nb"))
    made.say(participation, BR.region, made.iri("region", ""))
    made.say(participation, BR.municipality, municipality)
    made.say(participation, BR.role, ref(CONCEPT[role]))
    made.say(participation, BR.quote, *made.write_down(f"Med i samarbeidet er [{name}]."))
