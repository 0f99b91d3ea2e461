"""The revisions that were published: what each brought, and for the last of them everything that was in it.

`Archive` is the folder that they are kept in, `Publication` what its log says of one of them, `Recorded` are those that
the journal of a store recorded, and `Revisions` the engines that answer for them.
"""

from byregion.archive.folder import KEPT, Archive
from byregion.archive.past import Recorded
from byregion.archive.publication import Counts, Publication
from byregion.archive.revisions import Revisions

__all__ = ["KEPT", "Archive", "Counts", "Publication", "Recorded", "Revisions"]
