"""What is said of mistakes and of what cannot be had: in English, and known by a key, so that pages say it otherwise.

The words of the pages have the same keys, under `mistakes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from byregion.sentences.checks import CHECKS
from byregion.sentences.limits import LIMITS
from byregion.sentences.missing import MISSING
from byregion.sentences.reconciling import RECONCILING
from byregion.sentences.refusals import REFUSALS
from byregion.sentences.requests import REQUESTS
from byregion.sentences.sparql import SPARQL
from byregion.sentences.writes import WRITES

PARTS: Final = (SPARQL, REQUESTS, MISSING, LIMITS, REFUSALS, WRITES, RECONCILING, CHECKS)
ENGLISH: Final[Mapping[str, str]] = MappingProxyType({key: said for part in PARTS for key, said in part.items()})
"""What each sentence says, `{name}` filled in with what is given beside the key; {{ and }} are braces."""


class Sentence(str):
    """Words in English that know which sentence they are: its `key`, and the `values` that are filled in."""

    key: str
    values: Mapping[str, str]

    def __new__(cls, key: str, values: Mapping[str, str]) -> Sentence:
        """Return the sentence of `key`; a value may be a sentence. Raises KeyError where there is none of that key."""
        made = super().__new__(cls, ENGLISH[key].format(**values))
        made.key, made.values = key, values
        return made

    def __reduce__(self) -> tuple[type[Sentence], tuple[str, dict[str, str]]]:
        """Let a copy know its key and values too."""
        return Sentence, (self.key, dict(self.values))

    def with_values(self, change: Callable[[str], str]) -> Sentence:
        """Return the sentence with each value that is no sentence changed."""
        changed = {
            name: value.with_values(change) if isinstance(value, Sentence) else change(value)
            for name, value in self.values.items()
        }
        return Sentence(self.key, changed)


def say(key: str, **values: object) -> Sentence:
    """Return the sentence of `key` with its values as texts; raises KeyError where there is none of that key.

    What cannot be shown in a value, such as half a surrogate pair, stands there as its escape.
    """
    return Sentence(key, {name: _shown(value) for name, value in values.items()})


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    if isinstance(text, Sentence) or text.isprintable():
        return text
    return "".join(it if it.isprintable() else repr(it)[1:-1] for it in text)


def packed(text: str) -> Any:
    """Return a text as JSON holds it, a sentence with its key and values."""
    if not isinstance(text, Sentence):
        return text
    return [text.key, {name: packed(value) for name, value in text.values.items()}]


def unpacked(told: Any) -> Any:
    """Return the text that was packed; what is no text stays as it is."""
    if not isinstance(told, list):
        return told
    key, values = told
    return Sentence(key, {name: unpacked(value) for name, value in values.items()})
