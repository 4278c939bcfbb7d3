"""Texts that a spreadsheet would take for formulas, in a form that it shows and that gives them back. Pure."""

from __future__ import annotations

import re

APOSTROPHE = "'"
# What begins a formula in some spreadsheet or other; the wide forms count as the narrow ones where people type both.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def harmless(text: str) -> str:
    """Return `text` as a CSV file holds it: with an apostrophe before it where a spreadsheet might calculate it.

    A text that looks as if this had been done to it already gets another one, so that `restored` gives back each text.
    """
    return f"{APOSTROPHE}{text}" if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """Return the text that `harmless` made `text` of; any other text as it is."""
    return text[1:] if text.startswith(APOSTROPHE) and _FORMULA.match(text) else text
