"""Search: what of a revision has the words that somebody wrote, in whatever inflection, and how many of each kind."""

from pathlib import Path

from byregion.engine import Engine
from byregion.search.asking import LONGEST, Asked, Term, terms
from byregion.search.finding import Found, Hit, Piece, Wanted, find, hits, words_alone
from byregion.search.index import Index, build
from byregion.search.suggesting import Suggestion, near, starting
from byregion.search.things import FACETS, Passage, Thing, read

__all__ = [
    "FACETS",
    "LONGEST",
    "Asked",
    "Found",
    "Hit",
    "Index",
    "Passage",
    "Piece",
    "Suggestion",
    "Term",
    "Thing",
    "Wanted",
    "build",
    "find",
    "hits",
    "made",
    "near",
    "read",
    "starting",
    "terms",
    "words_alone",
]


def made(engine: Engine, data: Path) -> Index:
    """Return the index of what `engine` holds; texts of sources are read below the folder `data`."""
    return build(read(engine, data))
