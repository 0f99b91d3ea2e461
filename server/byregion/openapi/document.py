"""The whole description: the resources of `resources.yaml`, a path for each named query, and what is defined elsewhere.

Where somebody may write, what stands in `writes.yaml` is added.

https://spec.openapis.org/oas/v3.1.1
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from byregion import results
from byregion.config import LANGUAGES
from byregion.convert import tabular
from byregion.namespaces import KINDS
from byregion.openapi import named
from byregion.queries import NamedQuery

Node = Any
"""A part of the document: what JSON can hold."""

Offers = Sequence[tuple[tuple[str, ...], str]]
"""What something can be had as: what `format` calls it, first the suffix of its address, and its media type."""


@dataclass(frozen=True, slots=True)
class Service:
    """What the description has to know of the server.

    `offers` has what a `document` can be had as, one that is `listed` too, one that tells how it is `cited`, a `graph`,
    a `list`, a `file` to download, what a search `found`, the `map`, what is `compared`, the `changes` and a `change`,
    the `answer` to a query at /sparql, and the answers to named queries, by their form.
    `profiles` are the catalogue's. `problems` says by status what goes wrong. `max_rows` is the limit of an answer as
    the language writes it; `figures` has the rows of a page, `page_size` where nobody says, `largest_page`, and the
    characters of the `longest_search`. `called` has what people call the parameters of queries.
    Where it `takes_writes`, `offers` has what the `report` of a write that is refused can be had as, too.
    """

    url: str
    version: str
    offers: Mapping[str, Offers]
    profiles: Sequence[str]
    problems: Mapping[int, str]
    max_rows: str
    figures: Mapping[str, int]
    called: Mapping[str, str]
    takes_writes: bool = False


def document(service: Service, queries: Sequence[NamedQuery], language: str) -> dict[str, Node]:
    """Return the description of `service` with the named `queries`; its texts are in `language`."""
    resources = _added(_read("resources"), _read("writes")) if service.takes_writes else _read("resources")
    told = _in_language(resources, language, {"max_rows": service.max_rows})
    told["info"]["version"] = service.version
    told["servers"] = [{"url": service.url.rstrip("/")}]
    for query in queries:
        told["paths"][f"/queries/{query.name}"] = {"get": named.operation(query, language, service.called)}
    told["components"]["responses"] |= {str(status): _problem(text) for status, text in service.problems.items()}
    filled: dict[str, Node] = _filled(told, _elsewhere(service, queries))
    return filled


@cache
def _read(name: str) -> Node:
    return yaml.safe_load((files("byregion.openapi") / f"{name}.yaml").read_text(encoding="utf-8"))


def _added(one: Node, other: Node) -> Node:
    """Return `one` with what `other` has besides; lists are joined, and of anything else that both have, its own."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{key: _added(one[key], value) if key in one else value for key, value in other.items()}}
    return one + other if isinstance(one, list) and isinstance(other, list) else other


def _in_language(node: Node, language: str, texts: Mapping[str, str]) -> Node:
    """Return a part of the document with one text where it has one in every language."""
    if isinstance(node, dict) and set(node) == set(LANGUAGES):
        return node[language].format_map(texts)
    if isinstance(node, dict):
        return {str(key): _in_language(value, language, texts) for key, value in node.items()}
    return [_in_language(item, language, texts) for item in node] if isinstance(node, list) else node


def _problem(text: str) -> Node:
    page = {"text/html": {"schema": {"type": "string"}}}
    return {"description": text, "content": {"application/problem+json": {"schema": "problem"}, **page}}


# --- What is called by its name ---------------------------------------------------------------------------------------

_Elsewhere = Mapping[str, Mapping[str, Node]]


def _elsewhere(service: Service, queries: Sequence[NamedQuery]) -> _Elsewhere:
    """Return what names stand for that is not defined under components, by where such a name stands."""
    names = {kind: [name for names, _ in offers for name in names] for kind, offers in service.offers.items()}
    suffixes = {f"{kind}Suffix": [names[0] for names, _ in offers if names] for kind, offers in service.offers.items()}
    return {
        "enum": {
            "kind": [*KINDS],
            "queryName": [query.name for query in queries],
            "profile": [*service.profiles],
            **names,
            **suffixes,
        },
        "content": {kind: _content(kind, offers) for kind, offers in service.offers.items()},
        "default": service.figures,
        "maximum": service.figures,
        "maxLength": service.figures,
    }


def _content(kind: str, offers: Offers) -> Node:
    return {media_type: {"schema": _schema(kind, media_type)} for _, media_type in offers}


def _schema(kind: str, media_type: str) -> Node:
    if media_type == "application/problem+json":
        return "problem"
    if media_type == results.JSON or (media_type == "application/json" and kind in ("SELECT", "ASK")):
        return "solutions"
    if media_type.endswith("json"):
        return {"type": ["object", "array"]}
    # What is no text is told by its media type alone (section 4.8.14.5, "Considerations for Binary Data").
    return {} if media_type in _BINARY else {"type": "string"}


_BINARY: Final = ("application/zip", tabular.XLSX)
_REFERRED: Final = {
    "schema": "schemas",
    "items": "schemas",
    "additionalProperties": "schemas",
    "requestBody": "requestBodies",
}


def _filled(node: Node, elsewhere: _Elsewhere) -> Node:
    """Return a part of the document in which what was called by its name is there, or is referred to."""
    if isinstance(node, list):
        return [_filled(item, elsewhere) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: _value(key, value, elsewhere) for key, value in node.items()}


def _value(key: str, value: Node, elsewhere: _Elsewhere) -> Node:
    if isinstance(value, str) and value in elsewhere.get(key, ()):
        return _filled(elsewhere[key][value], elsewhere)
    if isinstance(value, str) and key in _REFERRED:
        return _reference(_REFERRED[key], value)
    if key == "parameters" and isinstance(value, list):
        return [_reference(key, item) if isinstance(item, str) else _filled(item, elsewhere) for item in value]
    if key in ("responses", "properties") and isinstance(value, dict):
        section = "schemas" if key == "properties" else key
        return {
            name: _filled(item, elsewhere) if isinstance(item, dict) else _reference(section, item or name)
            for name, item in value.items()
        }
    return _filled(value, elsewhere)


def _reference(section: str, name: str) -> Node:
    return {"$ref": f"#/components/{section}/{name}"}
