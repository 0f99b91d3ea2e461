"""The evidence of what is said: stored source texts, the quotes from them, and what the quotes leave uncovered.

A quote is a `br:Quote` with `oa:hasSource` and two selectors, `<quote#text>` (oa:exact, oa:prefix, oa:suffix) and
`<quote#position>` (oa:start, oa:end). Positions count the code points of the text from 0, the end exclusive.
"""

from byregion.evidence.checking import check
from byregion.evidence.filling import context, fill
from byregion.evidence.quoting import Gap, Passage, StoredText, gaps, passages, stored_texts, uncovered
from byregion.evidence.splitting import list_marks, sentences

__all__ = [
    "Gap",
    "Passage",
    "StoredText",
    "check",
    "context",
    "fill",
    "gaps",
    "list_marks",
    "passages",
    "sentences",
    "stored_texts",
    "uncovered",
]
