"""What `byregion serve` runs: the revision that is held, the HTTP processes that publish it, and the change to another.

Nothing is imported here: the HTTP processes need what only Unix has, and every other verb runs without.
"""
