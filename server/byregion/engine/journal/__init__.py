"""A store on disk: a journal of changes that only grows, and snapshots so that it need not be read from its beginning.

`Journal` records changes, `changes` and `Changes` read them, and `Content` is what was held after one of them.
What the files hold, byte for byte, stands in docs/journal.md.
"""

from byregion.engine.journal.change import Change
from byregion.engine.journal.content import Content
from byregion.engine.journal.reading import Changes, changes, in_step
from byregion.engine.journal.writing import Beginning, Journal

__all__ = ["Beginning", "Change", "Changes", "Content", "Journal", "changes", "in_step"]
