"""What is told of a page, its draft and its doubts, in one language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from byregion.config import LANGUAGES
from byregion.errors import ConfigError


@cache
def _told(language: str) -> Mapping[str, Any]:
    if language not in LANGUAGES:
        raise ConfigError(f"there are no words in {language!r}; there are {', '.join(LANGUAGES)}")
    return tomllib.loads((files(__package__) / "words" / f"{language}.toml").read_text(encoding="utf-8"))


class Words:
    """The sentences in words/ in one language."""

    def __init__(self, language: str) -> None:
        """Read them; raises ConfigError for a language there are none in."""
        self.language = language
        self._told = _told(language)

    def say(self, key: str, values: Mapping[str, object] | None = None) -> str:
        """Return the sentence of a key with the values in it."""
        return str(self._told[key]).format_map(values or {})
