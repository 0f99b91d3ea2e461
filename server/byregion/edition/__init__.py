"""An edition: everything that a server gives besides answers, made from the files of one revision.

These are the downloads, the catalogue, the statistics, the measured quality and the site map. `contents` makes them;
`Edition` has them made by a process of its own, once, and gives them out.
"""

from byregion.edition.contents import SUFFIXES, Task, contents
from byregion.edition.shelf import Edition

__all__ = ["SUFFIXES", "Edition", "Task", "contents"]
