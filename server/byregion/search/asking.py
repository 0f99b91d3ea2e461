"""What somebody wrote, as words to look for, and these as an expression of FTS5 that holds nothing but quoted words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from byregion.search import wording
from byregion.stemming import Tongue

LONGEST: Final = 200
"""Characters that a search may hold."""

# What stands in quotation marks is looked for as it stands; so is what a hyphen joins: "Midt-Troms".
_QUOTED: Final = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]|([^\s\"“”„«»]+)")
# Norwegian groups the digits of a number by spaces: "30 244" is one number.
_GROUPED: Final = re.compile(r"(?<!\d)\d{1,3}(?:[ \u00a0]\d{3})+(?!\d)")
_SHORTEST_BEGINNING: Final = 4
_TONGUES: Final[tuple[Tongue, ...]] = ("norwegian", "english")


@dataclass(frozen=True, slots=True)
class Term:
    """Words, folded, that stand beside each other in what is looked for; most often one."""

    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words as somebody might have written them."""
        return " ".join(self.words)

    def expression(self, *, loose: bool = False) -> str:
        """Return what finds it: the stems in either language, or the letters of names without æ, ø and å.

        Where that is `loose`, longer words that begin so are found too.
        """
        stems = dict.fromkeys(" ".join(wording.key(word, tongue) for word in self.words) for tongue in _TONGUES)
        bare = " ".join(wording.bare(word) for word in self.words)
        beginning = " *" if loose and len(bare) >= _SHORTEST_BEGINNING else ""
        return " OR ".join([*(f'"{stem}"{beginning}' for stem in stems), f'bare : "{bare}"{beginning}'])


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: all of the terms, among things that have one of the chosen values of each facet."""

    terms: tuple[Term, ...] = ()
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def expression(self, *, loose: bool = False) -> str:
        """Return what FTS5 is asked. The name of a class ("kommune") finds a thing only together with another word."""
        each = [f"({term.expression(loose=loose)})" for term in self.terms]
        return f"{' AND '.join(each)} AND - class : ({' OR '.join(each)})"

    @property
    def phrase(self) -> str:
        """The keys of all words in order, as a name has them."""
        return " ".join(wording.key(word) for term in self.terms for word in term.words)


def terms(text: str) -> tuple[Term, ...]:
    """Return what to look for in what somebody wrote, each term once.

    Words of grammar are left out where there are others: all terms are looked for, and "råd om at" is about the råd.
    """
    found = tuple(dict.fromkeys(_written(text)))
    telling = tuple(term for term in found if len(term.words) > 1 or term.words[0] not in wording.empty())
    return telling or found


def _written(text: str) -> Iterator[Term]:
    for match in _QUOTED.finditer(_GROUPED.sub(lambda number: "".join(number[0].split()), text)):
        if words := tuple(word.folded for word in wording.words(match[1] or match[2] or "") if word.folded):
            yield Term(words)
