"""A dataset as a workbook, and a workbook as a dataset: what an officer fills in, derived from the shapes.

`sheets` says which sheets and columns there are; template, import and export all go by it, so that what is exported
imports to the same graph. Only `reading` and `archives` read files; everything else is pure.
"""
