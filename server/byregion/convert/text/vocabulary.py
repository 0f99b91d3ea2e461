"""What a page is known by: its headings, keys and words, from the table in vocabulary.toml."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from fnmatch import translate
from functools import cache
from importlib.resources import files
from typing import Any, Final

LANGUAGES: Final = ("nb", "nn")
_LONGEST_HEADING: Final = 120


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / "vocabulary.toml").read_text(encoding="utf-8"))


def plain(text: str) -> str:
    """Return a text as it is compared: small letters, one space between words, no colon at the end."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split()).rstrip(" :")


@cache
def _patterns(table: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (kind, re.compile(translate(pattern)))
        for kind, languages in _table()[table].items()
        for language in LANGUAGES
        for pattern in languages[language]
    )


def heading(line: str) -> str:
    """Return what stands under a line that is a heading: `goal`, `advice`, …; "" for one that is not known."""
    text = plain(line)
    if len(text) > _LONGEST_HEADING or text.endswith((".", "!", "?", ",", ";")):
        return ""
    return _first("headings", text)


def key(text: str) -> str:
    """Return what a line "key: value" tells: `applicant`, `population`, …; "" for a key that is not known."""
    return _first("keys", plain(text))


def _first(table: str, text: str) -> str:
    return next((kind for kind, pattern in _patterns(table) if pattern.match(text)), "")


@cache
def words(name: str) -> tuple[str, ...]:
    """Return the words of a list in both languages, the longest first."""
    both = {word for language in LANGUAGES for word in _table()["words"][name][language]}
    return tuple(sorted(both, key=lambda word: (-len(word), word)))


@cache
def any_of(name: str) -> str:
    """Return a regular expression of the words of a list, as whole words."""
    return _alternatives(words(name))


@cache
def numbers(name: str) -> Mapping[str, int]:
    """Return a table of words for numbers in both languages: `numbers`, `ordinals`, `months`, `phases`."""
    return {word: number for language in LANGUAGES for word, number in _table()[name][language].items()}


def number(name: str, word: str) -> int:
    """Return the number that a word of such a table is, as a regular expression of it finds it."""
    # Regardless of case, a regular expression takes İ and ı for i too, and ſ for s.
    return numbers(name)[word.casefold().replace("i\u0307", "i").replace("ı", "i")]


@cache
def any_number(name: str) -> str:
    """Return a regular expression of the words of such a table."""
    return _alternatives(sorted(numbers(name), key=lambda word: (-len(word), word)))


@cache
def units() -> Mapping[str, str]:
    """Return the units of an area, each with the slug of its concept."""
    return {unit: slug for language in LANGUAGES for unit, slug in _table()["units"][language].items()}


def _alternatives(words: Iterable[str]) -> str:
    spaced = (r"\s+".join(re.escape(part) for part in word.split()) for word in words)
    return rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)"


def language(text: str) -> str:
    """Return the language of a text, `nb` or `nn`, by the words in it that only one of them has."""
    found = re.findall(r"[^\W\d_]+", text.casefold())
    own = {name: set(_table()["language"][name]) for name in LANGUAGES}
    count = {
        name: sum(word in own[name] and word not in own[other] for word in found)
        for name, other in (LANGUAGES, LANGUAGES[::-1])
    }
    return "nn" if count["nn"] > count["nb"] else "nb"
