"""Importing real, messy spreadsheets: read, understand, ask, preview, apply as a whole, undo as a whole.

`reading` turns bytes into tables, in a limited child. `rules` is pure: headings, dates, words, lists. `planning` holds
the tables against what stands. `commands` writes; the rows go through the same checks and writers as a site folder's.
"""
