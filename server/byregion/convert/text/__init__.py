"""A page of text in the programme's layout as the draft of a dataset, for a person to review.

What the page says becomes statements in its own words, each with the place of its sentence. Nothing is made up: what
cannot be decided is left out, and told with its line and column.
"""

from byregion.convert.text.draft import Draft
from byregion.convert.text.drafting import Given, drafted
from byregion.convert.text.page import Page, read
from byregion.convert.text.review import review, uncovered
from byregion.convert.text.told import Words

__all__ = ["Draft", "Given", "Page", "Words", "drafted", "read", "review", "uncovered"]
