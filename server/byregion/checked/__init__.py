"""What was found before and need not be looked for again: an unchanged file is not validated anew.

A finding is remembered under a key of all that it follows from, so what is remembered is what a check would find. For
the layout that is the file, for shapes whatever they can look at from the things of a dataset (`reach`, `facts`), and
for the rest everything that was read. The program itself is part of each key.
"""

from byregion.checked.judging import judged
from byregion.checked.memory import Memory, key

__all__ = ["Memory", "judged", "key"]
