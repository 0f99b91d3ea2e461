"""What a write must pass: the state that it would make is judged by the shapes, and what follows from it is made.

Both cost time in proportion to what the write can affect, not to what is held.
"""

from byregion.guard.guard import Guard, Verdict

__all__ = ["Guard", "Verdict"]
