"""What a batch of the reconciliation API asks: its JSON, read and held to limits.

https://reconciliation-api.github.io/specs/0.2/#reconciliation-queries
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from byregion.errors import BadRequest, RequestTooLarge
from byregion.namespaces import BASE, BR
from byregion.reconcile.index import KINDS, Kind
from byregion.reconcile.telling import EXTENSIONS
from byregion.sentences import say

BATCH: Final = 50
"""Queries that a batch may hold, and entities that properties are asked of at once."""
LONGEST: Final = 500
"""Characters that one text may hold."""
MOST: Final = 50
"""Candidates that a query may be answered with."""
USUAL: Final = 10

PROPERTIES: Final = ("date", *EXTENSIONS)
"""What may be known of what is meant: the day, and what can be told of an entity."""
TYPES: Final[Mapping[Kind, str]] = {
    "municipality": "Municipality",
    "county": "County",
    "region": "Region",
    "theme": BASE + "id/scheme/themes",
}
"""What the types are called: classes by their names below the ontology's address, the themes by their scheme's."""
_KIND: Final[dict[str, Kind]] = {
    **{name: kind for kind, name in TYPES.items()},
    **{str(BR) + name: kind for kind, name in TYPES.items()},
    **{kind: kind for kind in KINDS},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One query: a text, the kinds it may be of (`strict`) or had better be, and what else is known of what is meant.

    `known` are the values of properties besides the day and the number; `unread` are the properties that hold a value
    nobody can read, such as a date that is none.
    """

    text: str = ""
    kinds: frozenset[Kind] = frozenset()
    strict: bool = True
    limit: int = USUAL
    day: date | None = None
    number: str = ""
    known: tuple[tuple[str, str], ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extension:
    """What is asked of entities: their ids as they were written, and the properties with their settings."""

    ids: tuple[str, ...]
    properties: tuple[tuple[str, Mapping[str, str]], ...] = field(default_factory=tuple)


def read(text: str) -> dict[str, Asked]:
    """Return the queries of a batch by their keys; raises BadRequest, and RequestTooLarge for too many of them."""
    batch = _object(text, "queries")
    if len(batch) > BATCH:
        raise RequestTooLarge(BATCH, say("queries-in-batch"))
    return {key: _query(f"queries.{key}", told) for key, told in batch.items()}


def _query(where: str, told: Any) -> Asked:
    if not isinstance(told, dict):
        raise BadRequest(say("must-have-query", where=where))
    if unknown := set(told) - {"query", "type", "limit", "properties", "type_strict"}:
        raise BadRequest(say("unknown-members", where=where, listed=", ".join(sorted(unknown))))
    properties = told.get("properties", [])
    if not isinstance(properties, list):
        raise BadRequest(say("must-be-list", where=f"{where}.properties"))
    if "query" not in told and not properties:
        raise BadRequest(say("asks-nothing", where=where))
    kinds, strict = _kinds(where, told)
    return Asked(
        text=_text(f"{where}.query", told.get("query", "")),
        kinds=kinds,
        strict=strict,
        limit=_limit(where, told.get("limit", USUAL)),
        **_properties(where, properties),
    )


def _kinds(where: str, told: dict[str, Any]) -> tuple[frozenset[Kind], bool]:
    named, how = told.get("type", []), told.get("type_strict", "any")
    types = [named] if isinstance(named, str) else named
    if not isinstance(types, list) or not all(isinstance(name, str) for name in types):
        raise BadRequest(say("must-be-types", where=f"{where}.type"))
    if how not in ("any", "should", "all"):
        raise BadRequest(say("strict", where=f"{where}.type_strict", value=how))
    return frozenset(kind_of(name) for name in types if name), how != "should"


def kind_of(type: str) -> Kind:
    """Return the kind that the id of a type stands for; raises BadRequest where it is none."""
    if type not in _KIND:
        raise BadRequest(say("no-type", name=type[:LONGEST], listed=", ".join(TYPES.values())))
    return _KIND[type]


def _limit(where: str, limit: Any) -> int:
    if isinstance(limit, bool) or not isinstance(limit, int | float) or limit < 1:
        raise BadRequest(say("must-be-from-one", where=f"{where}.limit"))
    return int(min(limit, MOST))


def _properties(where: str, told: list[Any]) -> dict[str, Any]:
    given = [_property(where, item) for item in told]
    found: dict[str, Any] = {"known": tuple(pair for pair in given if pair[1] and pair[0] not in _READ)}
    unread: list[str] = []
    for name, value in given:
        if name in _READ and value:
            found[_READ[name][0]] = _READ[name][1](value)
            if not found[_READ[name][0]]:
                unread.append(name)
    return found | {"unread": tuple(unread)}


def _property(where: str, item: Any) -> tuple[str, str]:
    """Return the name of a property and its value, the first of several that says something."""
    if not isinstance(item, dict) or not isinstance(item.get("pid"), str) or "v" not in item:
        raise BadRequest(say("must-be-pairs", where=f"{where}.properties"))
    name = item["pid"].removeprefix(str(BR))
    if name not in PROPERTIES:
        raise BadRequest(say("no-property", name=name[:LONGEST], listed=", ".join(PROPERTIES)))
    value = next((text for text in map(_value, _listed(item["v"])) if text.strip()), "")
    return name, _text(f"{where}.{name}", value).strip()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _value(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        return str(value["id"])
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    raise BadRequest(say("strange-value"))


def day_of(text: str) -> date | None:
    """Return the day that somebody wrote: 2016-01-01, also with a time, 1.1.2016, or 2016 for its first day."""
    try:
        if found := re.fullmatch(r"(\d{4})(-\d\d-\d\d)?([T ].*)?", text):
            return date.fromisoformat(found[1] + (found[2] or "-01-01"))
        if found := re.fullmatch(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})", text):
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None
    return None


def number_of(text: str) -> str:
    """Return the digits of a number that somebody wrote, with the zero that a spreadsheet took; "" where it is none."""
    digits = text.rpartition("/")[2].removesuffix(".0")
    if not re.fullmatch(r"[0-9]{1,4}", digits):
        return ""
    return digits.zfill(4 if len(digits) > 2 else 2)


_READ: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = {
    "date": ("day", day_of),
    "number": ("number", number_of),
}


def to_extend(text: str) -> Extension:
    """Return what is asked of entities; raises BadRequest, and RequestTooLarge for too many of them."""
    told = _object(text, "extend")
    ids, properties = told.get("ids"), told.get("properties")
    if not isinstance(ids, list) or not all(isinstance(id, str) for id in ids):
        raise BadRequest(say("must-be-ids", where="extend.ids"))
    if not isinstance(properties, list) or not all(isinstance(item, dict) for item in properties):
        raise BadRequest(say("must-be-objects", where="extend.properties"))
    if len(ids) > BATCH * 10:
        raise RequestTooLarge(BATCH * 10, say("entities-to-extend"))
    return Extension(
        tuple(_text("extend.ids", id) for id in ids),
        tuple((_text("extend.properties", item.get("id")), _settings(item)) for item in properties[:BATCH]),
    )


def _settings(item: dict[str, Any]) -> dict[str, str]:
    settings = item.get("settings") or {}
    if not isinstance(settings, dict):
        raise BadRequest(say("settings-object"))
    return {str(name): _text("a setting", value or "") for name, value in settings.items()}


def _object(text: str, what: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest(say("no-json", where=what, why=error)) from error
    if not isinstance(told, dict):
        raise BadRequest(say("must-be-object", where=what))
    return told


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadRequest(say("must-be-a-text", where=where))
    if len(value) > LONGEST:
        raise RequestTooLarge(LONGEST, say("characters-in", where=where))
    return value
