"""Text as the words that are searched for: letters without accents, stems, the variants of Nynorsk, compounds.

æ, ø and å are letters of their own, as in Norwegian; other marks fall away: "Gáivuotna" is found by "gaivuotna".
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from byregion.stemming import Tongue, stem

# A number may be written in groups of three: 30.244, 30 244.
_WORD: Final = re.compile(r"(?<!\d)\d{1,3}(?:[.\u00a0 ]\d{3})+(?!\d)|[^\W_]+")
_SAME: Final = str.maketrans({"ä": "æ", "ö": "ø", "đ": "d", "ŋ": "n", "ŧ": "t", "ß": "ss"})
_BARE: Final = str.maketrans({"æ": "ae", "ø": "o", "å": "a"})
_RING: Final = "a\u030a"
_SHORTEST: Final = 3
"""Letters that a part of a compound has at least."""
_DEED: Final = re.compile(r"(.{3,}[^aeiouyæøån])ning|(.{4,})ing")
_JOINTS: Final = ("", "s", "e")
_NO_PARTS: Final = frozenset(
    ("are", "att", "bar", "ber", "end", "ene", "het", "ing", "nes", "ness", "rar", "sam", "skap", "ten")
)
"""What words end or begin with that is seldom a word there, though some word somewhere has it for its stem."""
_LONGEST_ENDING: Final = 5
"""Letters that are taken off a word at most ("hetene" aside)."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: where it stands, and its letters folded."""

    start: int
    end: int
    folded: str


def words(text: str) -> Iterator[Word]:
    """Yield the words and numbers of a text, in order."""
    for match in _WORD.finditer(text):
        yield Word(match.start(), match.end(), folded(match[0]))


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """Return a word in lower case without accents, a number without what groups its digits."""
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", word).casefold()).translate(_SAME)
    if lowered.isascii():
        return lowered if lowered.isalnum() else re.sub(r"[^a-z0-9]", "", lowered)
    apart = unicodedata.normalize("NFD", lowered).replace(_RING, "å")
    return "".join(letter for letter in apart if letter.isalnum())


def bare(word: str) -> str:
    """Return a folded word as a keyboard without æ, ø and å writes it: "målselv" is "malselv"."""
    return word.translate(_BARE)


def key(word: str, tongue: Tongue = "norwegian") -> str:
    """Return what a folded word is found by: its stem, that of Bokmål where Nynorsk has another word."""
    root = _root(word, tongue)
    return _variants().get(root, root) if tongue == "norwegian" else root


def keys(word: str) -> tuple[str, ...]:
    """Return everything that a folded word of unknown language may be found by."""
    return tuple(dict.fromkeys((key(word), key(word, "english"))))


def _root(word: str, tongue: Tongue) -> str:
    root = stem(word, tongue)
    if tongue == "english":
        return root
    # No Norwegian word ends in mm, so "ungdommer" and "programmet" lose an m that "ungdom" and "program" never had.
    if root.endswith("mm"):
        return root[:-1]
    # What somebody does and that it is done: "medvirke" and "medvirkning", "rekruttere" and "rekruttering".
    deed = _DEED.fullmatch(root)
    return (deed[1] or deed[2]) if deed else root


@cache
def _variants() -> dict[str, str]:
    return {_root(nynorsk, "norwegian"): _root(bokmal, "norwegian") for nynorsk, bokmal in variants().items()}


@cache
def variants() -> dict[str, str]:
    """Return the words of Nynorsk that have another word in Bokmål, and that word."""
    table: dict[str, str] = tomllib.loads(_read("variants.toml"))["bokmål"]
    return table


@cache
def empty() -> frozenset[str]:
    """Return the words, folded, that say nothing of what is looked for: those of grammar, in the three languages."""
    return frozenset(_read("empty.txt").split())


def _read(name: str) -> str:
    return (files("byregion.search") / name).read_text(encoding="utf-8")


def parts(word: str, known: Set[str]) -> tuple[str, ...]:
    """Return the keys of the two parts of a compound, where both are keys of `known` words; else nothing.

    Of several ways to cut it the one with the longest last part is taken: "næringsplan" is "næring" and "plan".
    """
    for cut in range(_SHORTEST, len(word) - _SHORTEST + 1):
        end = _known(word[cut:], known)
        if not end:
            continue
        for joint in _JOINTS:
            begin = word[:cut].removesuffix(joint)
            if word[:cut].endswith(joint) and len(begin) >= _SHORTEST and (first := _known(begin, known)):
                return first, end
    return ()


def _known(part: str, known: Set[str]) -> str:
    """Return the key of a word where it is among `known`, or "" without asking for stems that none begins like."""
    shortest = max(len(part) - _LONGEST_ENDING, _SHORTEST)
    if not any(part[:length] in known for length in range(shortest, len(part) + 1)):
        return ""
    found = key(part)
    return found if found in known and found not in _NO_PARTS else ""


@lru_cache(maxsize=4096)
def spelled(text: str) -> tuple[str, ...]:
    """Return the folded words of a text."""
    return tuple(word.folded for word in words(text))
