"""Links: what may be one, which are proposed, and what became of those.

`checking` holds the published links to their rules; `proposing` is what a proposal is and how it is written;
`reviewing` keeps what is proposed, accepted and rejected apart.
"""

from byregion.links.checking import PREDICATES, TARGETS, Target, check

__all__ = ["PREDICATES", "TARGETS", "Target", "check"]
