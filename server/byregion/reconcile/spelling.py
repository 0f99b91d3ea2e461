"""Names as people write them, brought to one spelling: case, Å and AA, Ö and Ø, "Lenvik kommune"."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Words beside a name that say what it is the name of, in the spelling that `spelled` gives them.
_KINDS: Final = {
    **dict.fromkeys(("kommune", "kommunen", "kommuna", "kommun", "municipality", "suohkan", "tjielte"), "municipality"),
    **dict.fromkeys(("fylke", "fylket", "fylkeskommune", "fylkeskommunen", "county", "fylka"), "county"),
    **dict.fromkeys(("byregion", "byregionen", "region", "regionen"), "region"),
}
_TRANSCRIBED: Final = str.maketrans({"ä": "ae", "æ": "ae", "ö": "oe", "ø": "oe", "å": "aa"})
_WITHOUT_MARKS: Final = str.maketrans({"đ": "d", "ŋ": "n", "ŧ": "t"})
_BETWEEN_WORDS: Final = re.compile(r"[^\w]+|_+")


def spelled(name: str) -> str:
    """Return a name in the one spelling of all that are the same: "TROMSÖ", "tromsoe" and "Tromsø" are "tromsoe"."""
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())
    return _BETWEEN_WORDS.sub(" ", lowered.translate(_TRANSCRIBED)).strip()


def folded(name: str) -> str:
    """Return a name without any mark on its letters, so that two may become one: "Målselv" is "malselv"."""
    bare = spelled(name).replace("aa", "a").replace("oe", "o").translate(_WITHOUT_MARKS)
    return "".join(letter for letter in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(letter))


def without_kind(name: str) -> tuple[str, str]:
    """Return a spelled name without the word that says what it is, and the kind it says: "lenvik", "municipality".

    A name that is nothing but such a word stays as it is, with "" for the kind.
    """
    words = name.split()
    for word, rest in ((words[-1], words[:-1]), (words[0], words[1:])) if len(words) > 1 else ():
        if word in _KINDS:
            return " ".join(rest), _KINDS[word]
    return name, ""
