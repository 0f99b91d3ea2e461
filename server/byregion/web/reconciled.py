"""The answers of the reconciliation API as its schemas have them, in the words of the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from byregion.errors import BadRequest
from byregion.namespaces import BR
from byregion.reconcile import (
    BATCH,
    EXTENSIONS,
    KINDS,
    PROPERTIES,
    TYPES,
    Asked,
    Candidate,
    Cell,
    Entity,
    Extension,
    Index,
    Kind,
    Note,
    Number,
    candidates,
    cells,
    day_of,
)
from byregion.sentences import say
from byregion.web.language import Words

VERSIONS: Final = ("0.2",)
WIDTH: Final = 430
HEIGHT: Final = 230
"""Size of a preview, in pixels."""
_LANGUAGES: Final = ("nb", "nn", "en", "se")

Json = dict[str, Any]


def manifest(url: str, base: str, version: str, words: Words) -> Json:
    """Return what the service at `url` offers; its entities' IRIs begin with `base`."""
    host, here = url.rstrip("/"), "/reconcile"

    def suggest(what: str) -> Json:
        return {
            "service_url": host,
            "service_path": f"{here}/suggest/{what}",
            "flyout_service_url": host,
            "flyout_service_path": f"{here}/flyout/{what}?id=${{id}}",
        }

    return {
        "versions": list(VERSIONS),
        "name": words("reconcile.name"),
        "identifierSpace": f"{base}id/",
        "schemaSpace": str(BR),
        "documentation": f"{host}{here}?format=html",
        "serviceVersion": version,
        "defaultTypes": [type_of(kind, words) for kind in KINDS],
        "view": {"url": f"{host}/id/{{{{id}}}}"},
        "preview": {"url": f"{host}{here}/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "suggest": {what: suggest(what) for what in ("entity", "type", "property")},
        "extend": {
            "propose_properties": {"service_url": host, "service_path": f"{here}/extend/propose"},
            "property_settings": _settings(words),
        },
        "batchSize": BATCH,
    }


def _settings(words: Words) -> list[Json]:
    def setting(name: str, **more: object) -> Json:
        told = {"name": name, "label": words(f"reconcile.settings.{name}")}
        return told | {"help_text": words(f"reconcile.settings.{name}_help")} | more

    tongues = [{"value": tag, "name": words(f"tongues.{tag}")} for tag in _LANGUAGES]
    return [
        setting("date", type="text", default=""),
        setting("language", type="select", default="nb", choices=tongues),
    ]


def type_of(kind: Kind, words: Words) -> Json:
    """Return a type with its name."""
    return {"id": TYPES[kind], "name": words(f"reconcile.types.{kind}")}


def property_of(name: str, words: Words) -> Json:
    """Return a property with its name, and what it is for."""
    told = words(f"reconcile.properties.{name}_help")
    return {"id": name, "name": words(f"reconcile.properties.{name}"), "description": told}


def name_of(entity: Entity, words: Words) -> str:
    """Return what an entity is called: in the language of the words where it has such a name."""
    tags = (words.language, *_LANGUAGES, "")
    return next((entity.labels[tag] for tag in tags if tag in entity.labels), entity.id)


def description_of(index: Index, entity: Entity, words: Words) -> str:
    """Return in a few words what an entity is: its kind, its numbers with their years, and its county."""
    parts = [words(f"reconcile.types.{entity.kind}")]
    if numbers := [f"{it.text} ({years})" if (years := _years(it)) else it.text for it in entity.numbers]:
        parts.append(words("reconcile.numbered", numbers=", ".join(numbers)))
    if entity.numbers and (counties := entity.numbers[-1].counties):
        parts += [name_of(index.entities[id], words) for id in counties if id in index.entities]
    return ", ".join(parts)


def _years(number: Number) -> str:
    start = number.start.year if number.start else ""
    last = (number.before - timedelta(days=1)).year if number.before else ""
    return f"{start}–{last}" if start or last else ""


def results(index: Index, batch: dict[str, Asked], words: Words) -> Json:
    """Return the candidates of each query of a batch."""
    return {
        key: {"result": [_candidate(index, found, asked, words) for found in candidates(index, asked)]}
        for key, asked in batch.items()
    }


def _candidate(index: Index, found: Candidate, asked: Asked, words: Words) -> Json:
    notes = [_note(index, note, asked, words) for note in found.notes]
    return {
        "id": found.entity.id,
        "name": name_of(found.entity, words),
        "description": ". ".join([description_of(index, found.entity, words), *notes]),
        "score": found.score,
        "match": found.match,
        "type": [type_of(found.entity.kind, words)],
    }


def _note(index: Index, note: Note, asked: Asked, words: Words) -> str:
    values = [_said(index, item, words) for item in note.of]
    day = words.date(asked.day) if asked.day else ""
    match note.reason:
        case "became" | "came-of":
            return words(f"reconcile.notes.{note.reason}", one=values[0], other=values[1])
        case "other-value" | "unread":
            return words(
                f"reconcile.notes.{note.reason}",
                property=words(f"reconcile.properties.{note.of[0]}").lower(),
                value=values[-1],
            )
        case "other-number":
            key = "number-then" if values and day else "other-number"
            return words(f"reconcile.notes.{key}", number=asked.number, numbers=", ".join(values), day=day)
    return words(f"reconcile.notes.{note.reason}", names=", ".join(values), day=day)


def _said(index: Index, item: Entity | Number | str, words: Words) -> str:
    if isinstance(item, Number):
        return f"{item.text} {name_of(index.entities[item.of], words)}"
    return name_of(item, words) if isinstance(item, Entity) else item


def extended(index: Index, asked: Extension, words: Words) -> Json:
    """Return the values of properties of entities; raises BadRequest for a property or a day that is none.

    An entity that is not known has no values.
    """
    for name, settings in asked.properties:
        if name not in EXTENSIONS:
            raise BadRequest(say("no-property-to-fetch", name=name, listed=", ".join(EXTENSIONS)))
        if settings.get("date") and day_of(settings["date"]) is None:
            raise BadRequest(say("setting-date", name=name, value=settings["date"]))
    return {
        "meta": [_meta(name, words) for name, _ in asked.properties],
        "rows": {id: _row(index, index.find(id), asked, words) for id in asked.ids},
    }


def _meta(name: str, words: Words) -> Json:
    told: Json = {"id": name, "name": words(f"reconcile.properties.{name}")}
    leads_to = EXTENSIONS[name].leads_to
    return told | ({"type": type_of(leads_to, words)} if leads_to else {})


def _row(index: Index, entity: Entity | None, asked: Extension, words: Words) -> Json:
    row: Json = {}
    for name, settings in asked.properties:
        day, language = day_of(settings.get("date", "")), settings.get("language") or words.language
        found: Sequence[Cell] = cells(index, entity, name, day, language) if entity else ()
        row[name] = [_cell(cell, words) for cell in found]
    return row


def _cell(cell: Cell, words: Words) -> Json:
    if isinstance(cell, Entity):
        return {"id": cell.id, "name": name_of(cell, words)}
    # The schema of 0.2 wants a time with every day.
    return {"date": f"{cell.isoformat()}T00:00:00"} if isinstance(cell, date) else {"str": cell}


def suggested_entities(index: Index, found: Sequence[Entity], words: Words) -> Json:
    """Return entities as an auto-complete shows them."""
    return {
        "result": [
            {
                "id": entity.id,
                "name": name_of(entity, words),
                "description": description_of(index, entity, words),
                "notable": [type_of(entity.kind, words)],
            }
            for entity in found
        ]
    }


def suggested(told: Sequence[Json], prefix: str) -> Json:
    """Return those of some types or properties whose id or a word of whose name begins as `prefix`; "" is all."""
    wanted = prefix.strip().lower()
    found = [
        item
        for item in told
        if str(item["id"]).lower().startswith(wanted) or f" {wanted}" in f" {item['name'].lower()}"
    ]
    return {"result": found}


def proposed(kind: Kind | None, limit: int | None, words: Words) -> Json:
    """Return the properties that entities of a kind have."""
    names = [name for name, told in EXTENSIONS.items() if kind is None or kind in told.kinds]
    told: Json = {"properties": [property_of(name, words) for name in names[:limit]]}
    return told | ({"type": TYPES[kind]} if kind else {}) | ({"limit": limit} if limit else {})


def properties(words: Words) -> list[Json]:
    """Return every property, those to compare and those to fetch."""
    return [property_of(name, words) for name in PROPERTIES]


def facts(index: Index, entity: Entity, words: Words) -> list[tuple[str, list[str]]]:
    """Return what a preview says of an entity: names of properties and their values."""
    found = []
    for name in EXTENSIONS:
        values = [_shown(cell, words) for cell in cells(index, entity, name, None, words.language)]
        if values and name != "name":
            found.append((words(f"reconcile.properties.{name}"), values))
    return found


def _shown(cell: Cell, words: Words) -> str:
    if isinstance(cell, Entity):
        return name_of(cell, words)
    return words.date(cell) if isinstance(cell, date) else cell
