"""Norwegian text as stems of words: Bokmål and Nynorsk, inflections, compounds, "nærings- og arealstrategi"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Final

from byregion.stemming import stem

_ASIDE: Final = re.compile(r"\([^)]*\)")
_WORD: Final = re.compile(r"[^\W\d_]+(?:-(?![^\W\d_]))?")
_SHORTEST: Final = 4
"""Letters that a part of a compound has at least; shorter ones are found in too many words by chance."""
_JOINTS: Final = ("", "s", "e")

EMPTY: Final = frozenset(Path(__file__).with_name("empty-words.txt").read_text(encoding="utf-8").split())
"""Words of grammar in Bokmål and Nynorsk, and words that any text of the programme may hold; none makes texts alike."""

_OPPOSITE: Final = frozenset({"ikke", "ikkje", "ned", "nedgang", "tap", "tapte"})


def words(text: str, heads: Set[str] = frozenset()) -> list[str]:
    """Return the words of a text in lower case, without what stands in parentheses and without numbers.

    Where only the first part of a compound is written, its second part is that of the next word: with `heads`, stems
    that words may end in, "bo- og arbeidsmarked" gives "bomarked", "arbeidsmarked".
    """
    found = _WORD.findall(_ASIDE.sub(" ", text.lower()))
    full = [word.rstrip("-") for word in found]
    for place, word in enumerate(found):
        if word.endswith("-"):
            later = (other for other in full[place + 1 : place + 4] if len(other) > len("eller"))
            full[place] += next((head for other in later if (head := _head(other, heads))), "")
    return full


def _head(word: str, heads: Set[str]) -> str:
    """Return the shortest end of a word that is a word itself, or ""."""
    cuts = (word[cut:] for cut in range(len(word) - _SHORTEST, 1, -1))
    return next((end for end in cuts if stem(end) in heads), "")


def parts(word: str, known: Set[str]) -> tuple[str, ...]:
    """Return the stems of the parts of a compound: of both where both are `known`, else of its last one if that is."""
    for cut in range(_SHORTEST, len(word) - _SHORTEST + 1):
        end = stem(word[cut:])
        if end not in known:
            continue
        for joint in _JOINTS:
            begin = word[:cut].removesuffix(joint) if joint else word[:cut]
            if len(begin) >= _SHORTEST and word[:cut].endswith(joint) and stem(begin) in known:
                return stem(begin), end
    heads = (stem(word[cut:]) for cut in range(_SHORTEST, len(word) - _SHORTEST))
    return next(((head,) for head in heads if head in known), ())


def stems(text: str) -> frozenset[str]:
    """Return the stems of the words of a text."""
    return frozenset(stem(word) for word in words(text))


def says_opposite(text: str) -> bool:
    """Tell whether a text says that something was not so, or became less."""
    return not _OPPOSITE.isdisjoint(words(text))


EMPTY_STEMS: Final = frozenset(stem(word) for word in EMPTY) | EMPTY


def known_stems(labels: Iterable[str]) -> frozenset[str]:
    """Return the stems of all words of some labels."""
    return frozenset(item for label in labels for item in stems(label))
