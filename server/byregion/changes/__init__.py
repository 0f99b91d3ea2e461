"""What changed between two versions of the ontology and its shapes, and how much that is to those who use them.

A change is major where data that conformed may not any more, or an answer that was given may not be given any more;
minor where more is said or more is allowed; patch where only words for people changed.
"""

from byregion.changes.compare import Change, between
from byregion.changes.rules import IMPACTS, Impact, worst

__all__ = ["IMPACTS", "Change", "Impact", "between", "worst"]
