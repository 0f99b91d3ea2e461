"""Stems of words: the same for a word's inflections, in Bokmål and Nynorsk by one set of rules, and in English.

The rules are those of Snowball (https://snowballstem.org/algorithms/norwegian/stemmer.html): endings are taken off, and
no dictionary is asked. "kommuner", "kommunar" and "kommunene" are "kommun"; "vedtok" and "vedtatt" stay two.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Final, Literal

import snowballstemmer

Tongue = Literal["norwegian", "english"]

# A stemmer keeps the word it is at in itself, so no two threads may share one.
_OWN: Final = threading.local()


@lru_cache(maxsize=50_000)
def stem(word: str, tongue: Tongue = "norwegian") -> str:
    """Return the stem of a word in lower case."""
    if not hasattr(_OWN, tongue):
        setattr(_OWN, tongue, snowballstemmer.stemmer(tongue))
    stemmed: str = getattr(_OWN, tongue).stemWord(word)
    return stemmed
