"""What a program asks of the reconciliation service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RECONCILING: Final[Mapping[str, str]] = {
    "queries-and-extend": "the request holds queries and extend; send one of them",
    "neither-asked": "the form holds neither queries nor extend; send one of them",
    "must-have-query": "{where} must be an object with a query",
    "unknown-members": "{where} holds {listed}, which the API does not know",
    "must-be-list": "{where} must be a list",
    "asks-nothing": "{where} holds neither a query nor properties; give it one of them",
    "must-be-types": "{where} must be the id of a type or a list of such",
    "strict": "{where} is '{value}'; it must be any, should or all",
    "no-type": "there is no type '{name}'; there are {listed}",
    "must-be-from-one": "{where} must be a number from 1",
    "must-be-pairs": "{where} must be objects with pid and v",
    "no-property": "there is no property '{name}'; there are {listed}",
    "no-property-to-fetch": "there is no property '{name}' to fetch; there are {listed}",
    "strange-value": "the value of a property must be a text, a number, a truth value, or an object with an id",
    "must-be-ids": "{where} must be a list of ids",
    "must-be-objects": "{where} must be a list of objects",
    "settings-object": "the settings of a property must be an object",
    "setting-date": "the setting date of {name} is '{value}'; write it as 2016-01-01",
    "no-json": "{where} is not JSON: {why}",
    "must-be-object": "{where} must be a JSON object",
    "must-be-a-text": "{where} must be a text",
}
