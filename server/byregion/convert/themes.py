"""What a text is about, by a written rule: a table of words, each with a theme."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from byregion.convert.tables import listed, read

_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Word:
    """A word of the table and the theme of a text that it stands in; `*` in it is any letters or none."""

    pattern: str
    theme: str


def words(path: Path) -> tuple[Word, ...]:
    """Return the words of a table; raises DataError as `tables.read` does."""
    return tuple(Word(row["word"], row["theme"]) for row in read(path, ("word", "theme")))


def found(text: str, table: Sequence[Word]) -> dict[str, list[str]]:
    """Return the themes of a text, each with the words in it that gave it.

    A text has a theme where one of its words is one of the theme's, in upper or lower case; a hyphen ends a word.
    """
    themes: dict[str, list[str]] = {}
    for word in dict.fromkeys(_WORD.findall(text.lower())):
        for item in table:
            if fnmatchcase(word, item.pattern) and word not in themes.setdefault(item.theme, []):
                themes[item.theme].append(word)
    return {theme: given for theme, given in sorted(themes.items()) if given}


def why(themes: dict[str, list[str]]) -> dict[str, str]:
    """Return the reason to give for themes that a text was found to have."""
    given = [f"«{word}»" for word in dict.fromkeys(word for some in themes.values() for word in some)]
    return {language: said.format(listed(given, _AND[language])) for language, said in _WHY.items()}


_AND: Final = {"nb": "og", "nn": "og", "en": "and"}
_WHY: Final = {
    "nb": "Etter ordlisten i data/programme/source/themes.csv, av {}.",
    "nn": "Etter ordlista i data/programme/source/themes.csv, av {}.",
    "en": "By the list of words in data/programme/source/themes.csv, from {}.",
}
