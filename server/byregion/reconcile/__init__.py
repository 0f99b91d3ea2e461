"""Names and numbers that people write, and the entities that they mean: municipalities, counties, regions, themes.

What the web gives of it is the Entity Reconciliation API 0.2: https://reconciliation-api.github.io/specs/0.2/
"""

from byregion.reconcile.asking import (
    BATCH,
    LONGEST,
    MOST,
    PROPERTIES,
    TYPES,
    Asked,
    Extension,
    day_of,
    kind_of,
    read,
    to_extend,
)
from byregion.reconcile.index import KINDS, Entity, Index, Kind, Number, build
from byregion.reconcile.matching import Candidate, Note, candidates, starting
from byregion.reconcile.telling import EXTENSIONS, Cell, cells

__all__ = [
    "BATCH",
    "EXTENSIONS",
    "KINDS",
    "LONGEST",
    "MOST",
    "PROPERTIES",
    "TYPES",
    "Asked",
    "Candidate",
    "Cell",
    "Entity",
    "Extension",
    "Index",
    "Kind",
    "Note",
    "Number",
    "build",
    "candidates",
    "cells",
    "day_of",
    "kind_of",
    "read",
    "starting",
    "to_extend",
]
