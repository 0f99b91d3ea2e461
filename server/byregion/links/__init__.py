"""Links: what may be one, which are proposed, and what became of those.

`checking` holds the published links to their rules. `discovering` gives what can be proposed, by `statements` (through
`matters`, `wording` and `likeness`), `municipalities`, `themes` and `identifiers`; `proposing` is what a proposal is,
and `reviewing` keeps what is proposed, accepted and rejected apart.
"""

from byregion.links.checking import PREDICATES, TARGETS, Target, check
from byregion.links.discovering import KINDS, Asked, Others, Table, proposals
from byregion.links.proposing import ACCEPTED, REJECTED, Proposal
from byregion.links.reviewing import Remark, Review

__all__ = [
    "ACCEPTED",
    "KINDS",
    "PREDICATES",
    "REJECTED",
    "TARGETS",
    "Asked",
    "Others",
    "Proposal",
    "Remark",
    "Review",
    "Table",
    "Target",
    "check",
    "proposals",
]
