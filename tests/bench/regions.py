"""Made-up regions in our own ontology, as many as are asked for: data folders in the layout of `data/`.

Region 17 is the same each time and whatever else is made. Everything has IRIs below example.org and is called what it
is, so that nobody takes it for data; it is shaped as the published regions are, and valid under the same shapes. The
words come from region.yaml and shared.yaml. Files are N-Triples, which is Turtle, for the sake of speed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import yaml
from rdflib import DCTERMS, FOAF, PROV, RDF, SKOS, XSD

from byregion.namespaces import BR, CONCEPT

from . import municipalities
from .made import BASE, Dataset
from .terms import Ref, iri, plain, ref, text, typed

SHARED: Final = "program"

_HERE: Final = Path(__file__).resolve().parent
_THEMES: Final = (
    "business",
    "education",
    "competence",
    "recruitment",
    "labour",
    "tourism",
    "seafood",
    "entrepreneurship",
)
_STATUSES: Final = ("adopted", "started", "completed")
_CLASSES: Final = {
    "organisation": "http://www.w3.org/ns/org#Organization",
    "place": str(DCTERMS.Location),
    "source": str(BR.SourceDocument),
}
_PREDICATES: Final = {
    "derivedFrom": PROV.wasDerivedFrom,
    "isPartOf": DCTERMS.isPartOf,
    "page": FOAF.page,
    "source": DCTERMS.source,
    "spatial": DCTERMS.spatial,
}
_OF_A_REGION: Final = ("plan", "goal", "result", "advice", "follow-up", "conclusion", "focus-area", "statement")
_INTEGERS: Final = ("count", "minimum", "order", "value")


def write(folder: Path, regions: int) -> Path:
    """Write as many regions as `regions`, and what they share, as datasets in `folder`; returns the folder."""
    for dataset in (shared(regions), *(region(number) for number in range(1, regions + 1))):
        home = folder / dataset.slug
        (home / "source").mkdir(parents=True)
        for part, lines in dataset.parts.items():
            if lines:
                (home / f"{part}.ttl").write_text("".join(lines), encoding="utf-8")
        if dataset.text:
            (home / "source" / f"{dataset.slug}.txt").write_text(dataset.text, encoding="utf-8", newline="")
    return folder


def shared(regions: int) -> Dataset:
    """Return what all regions refer to: the programme, its phases and figures, and the counties."""
    values = {"name": "Program", "slug": SHARED, "regions": str(regions), "funding": str(1_000_000 * regions)}
    made = Dataset(SHARED, values)
    for key, said in _mould("shared")["entities"].items():
        _describe(made, key, said)
    for number in range(1, municipalities.COUNTIES + 1):
        county = municipalities.county(number)
        made.say(county, RDF.type, ref(BR.County))
        made.say(county, DCTERMS.source, made.iri("source", "page"))
        made.say(county, BR.number, plain(f"{number:02}"))
        made.name(county, {"nb": f"Fylke {number}", "nn": f"Fylke {number}", "en": f"County {number}"})
    return made


def region(number: int) -> Dataset:
    """Return Region `number`, from 1: about 2,450 triples, in numbers and choices a little unlike the others."""
    random = Random(number)
    population, area = random.randrange(5_000, 200_000), random.randrange(300, 12_000)
    values = {"name": f"Region {number}", "slug": f"region-{number}", "population": str(population), "area": str(area)}
    made = Dataset(values["slug"], values)
    mould = _mould("region")
    measures = 0
    for key, said in mould["entities"].items():
        if said.get("sometimes"):
            if random.random() > 0.75:
                continue
            measures += 1
            said = said | _measure(random, measures)
        _describe(made, key, said)
    members = municipalities.add(made, number, random)
    for slug, reading in mould["readings"].items():
        values_read = [_reference(made, value) for value in reading["that"]]
        subject = _reference(made, reading["of"])
        made.read(slug, subject, str(BR[reading["says"]]), values_read, reading["why"])
    why = {"nb": "Teksten sier alle kommunene.", "nn": "Teksten seier alle kommunane.", "en": "It says all of them."}
    made.read("adopted", made.iri("plan", "business"), str(BR.adoptedBy), members, why)
    called = {"nb": "Kortnavnet er vårt.", "nn": "Kortnamnet er vårt.", "en": "The short name is ours."}
    made.read("name", made.iri("region", ""), str(SKOS.altLabel), [text(f"Byregion {number}", "nb")], called)
    if number > 1:
        said = {"nb": "Begge sier det samme.", "nn": "Begge seier det same.", "en": "Both say the same."}
        made.alike("similar", iri(BASE, "advice", "region-1-youth"), made.iri("advice", "youth"), said)
    return made.close(made.iri("source", "page"))


def _measure(random: Random, order: int) -> dict[str, Any]:
    themes = [f"concept/{theme}" for theme in random.sample(_THEMES, 2)]
    status = f"concept/{random.choice(_STATUSES)}"
    return {"inPlan": "plan/business", "theme": themes, "status": status, "order": order}


@cache
def _mould(name: str) -> dict[str, Any]:
    mould: dict[str, Any] = yaml.safe_load((_HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    return mould


def _describe(made: Dataset, key: str, said: Mapping[str, Any]) -> None:
    """Add the entity `key` (kind/slug) with all that the mould says of it."""
    kind, _, slug = key.partition("/")
    entity = made.iri(kind, slug)
    made.say(entity, RDF.type, Ref(f"<{_CLASSES.get(kind) or BR[_camel(kind)]}>"))
    made.name(entity, said["name"])
    if kind in _OF_A_REGION:
        made.say(entity, BR.region, made.iri("region", ""))
    for name, value in said.items():
        if name == "says":
            made.say(entity, BR.quote, *made.write_down(value))
        elif name == "reason":
            made.name(entity, value, str(BR.reason))
        elif name not in ("name", "sometimes"):
            values = value if isinstance(value, list) else [value]
            predicate = str(_PREDICATES.get(name, BR[name]))
            made.say(entity, predicate, *(_value(made, name, one) for one in values))


def _camel(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.split("-"))


def _value(made: Dataset, name: str, value: object) -> Ref:
    """Return a value as the mould writes it, in the datatype that its property has."""
    if isinstance(value, bool):
        return typed("true", XSD.boolean)
    if isinstance(value, date):
        return typed(value, XSD.date)
    if name in _INTEGERS:
        return typed(str(value).format_map(made.values), XSD.integer)
    if isinstance(value, int):
        return typed(value, XSD.gYear)
    if name == "page":
        return ref(str(value).format_map(made.values))
    return _reference(made, str(value))


def _reference(made: Dataset, written: str) -> Ref:
    kind, _, slug = written.removeprefix("/").partition("/")
    if kind == "concept":
        return ref(CONCEPT[slug])
    return iri(BASE, kind, slug) if written.startswith("/") else made.iri(kind, slug)
