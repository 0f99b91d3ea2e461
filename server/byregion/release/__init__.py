"""Releasing a version of the ontology: its number follows from what changed, and what is released stays as it is.

A version is frozen in `ontology/releases/<version>/`: the files of ontology/ and shapes/ as they are, with their
checksums. It is numbered by https://semver.org/, whose rules hold before 1.0.0 too: from the first release on, others'
data is in these words. A term is deprecated in one release before another removes it, and a major release brings along
what turns its users' data into the new words.
"""

from byregion.release.changelog import draft
from byregion.release.frozen import CHECKSUMS, Release, Version, Vocabulary, altered, releases
from byregion.release.reviewing import MIGRATION, Review, freeze, review, stated

__all__ = [
    "CHECKSUMS",
    "MIGRATION",
    "Release",
    "Review",
    "Version",
    "Vocabulary",
    "altered",
    "draft",
    "freeze",
    "releases",
    "review",
    "stated",
]
