"""A named query as an operation of the API: its parameters with their kinds and examples, and its answer's columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from byregion import paging
from byregion.queries import NamedQuery, Parameter


def operation(query: NamedQuery, language: str, called: Mapping[str, str]) -> dict[str, Any]:
    """Return what is told of asking `query`, in `language`; names stand for what is defined elsewhere.

    `called` has what people call the parameters.
    """
    own = [_parameter(item) | {"description": called.get(item.name, item.name)} for item in query.parameters]
    is_table = query.form == "SELECT"
    pages = ["page", "pageSize"] if is_table else []
    return {
        "operationId": _camel(query.name),
        "tags": ["queries"],
        "summary": query.titles[language],
        "description": query.descriptions[language],
        "parameters": [*own, *pages, f"{query.form}Format", "lang", "revision", "wording"],
        "responses": {"200": query.form, **dict.fromkeys(("400", "404", "406", "410", "503"))},
        "x-columns": [*paging.columns(query.text)] if is_table else [],
    }


def _camel(name: str) -> str:
    first, *others = name.split("-")
    return first + "".join(part.capitalize() for part in others)


def _parameter(parameter: Parameter) -> dict[str, Any]:
    # Without a value the query is asked for its example; an empty value restricts nothing, where that is possible.
    one: dict[str, Any] = {"$ref": f"#/components/schemas/{parameter.kind}"}
    if not parameter.required:
        one = {"anyOf": [one, {"const": ""}]}
    examples: list[str] | str = [*parameter.examples] if parameter.several else parameter.examples[0]
    schema = {"type": "array", "items": one, "minItems": 1} if parameter.several else one
    told: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "schema": {**schema, "default": examples},
        "example": examples,
    }
    if parameter.several:
        told |= {"style": "form", "explode": True}
    if parameter.class_ is not None:
        told["x-class"] = str(parameter.class_)
    return told
