"""Search: what of a revision has the words that somebody wrote, in whatever inflection, and how many of each kind."""

from byregion.search.asking import LONGEST, Asked, Term, terms
from byregion.search.finding import Found, Hit, Piece, Wanted, find, hits
from byregion.search.index import Index, build, called
from byregion.search.shelf import Shelf, Shelved
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
    "Shelf",
    "Shelved",
    "Suggestion",
    "Term",
    "Thing",
    "Wanted",
    "build",
    "called",
    "find",
    "hits",
    "near",
    "read",
    "starting",
    "terms",
]
