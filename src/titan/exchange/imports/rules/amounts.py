"""Numbers, lengths of time and scores as cells hold them. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from titan.exchange.imports.rules.folding import asides, fold, tidy
from titan.exchange.imports.rules.words import NEVER

_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[ \u00a0'][0-9]{3})+")
_AMOUNT = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*([^\W\d_]+\.?)?")
_CLOCK = re.compile(r"([0-9]{1,3}):([0-5][0-9])(?::[0-5][0-9])?")
SHORTENED = re.compile(r"[0-9][.,]?[0-9]*[eE][+-]?[0-9]+")
"""A long number as a spreadsheet program shortens it: 9.94501E+11."""


class Unit(StrEnum):
    """Units that a column may count in."""

    MINUTES = "minutes"
    HOURS = "hours"
    MONTHS = "months"
    YEARS = "years"


_UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "dk", "dak", "dakika", "deqiqe"), Unit.MINUTES),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "saat", "sa", "chas"), Unit.HOURS),
    **dict.fromkeys(("month", "months", "mo", "mos", "ay", "ayliq", "aylik", "mes", "mesyats"), Unit.MONTHS),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years", "yil", "yillik", "il", "illik", "sene", "god"), Unit.YEARS),
}
# In brackets of a heading; an m could be either.
_LETTERS = {"h": Unit.HOURS, "s": Unit.HOURS, "y": Unit.YEARS}
_IN_MINUTES = {Unit.MINUTES: 1, Unit.HOURS: 60}
_IN_MONTHS = {Unit.MONTHS: 1, Unit.YEARS: 12}


def whole_number(cell: Any) -> int | None:
    """Return a whole number, also one that is text (`1 200`, `20.0`); None when the cell is none."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return int(cell) if cell == int(cell) else None
    text = tidy(cell) if isinstance(cell, str) else ""
    if _GROUPED.fullmatch(text):
        return int(re.sub(r"[ \u00a0']", "", text))
    match = re.fullmatch(r"([+-]?[0-9]{1,18})(?:[.,]0+)?", text)
    return int(match[1]) if match else None


def said_unit(heading: str) -> Unit | None:
    """Return the unit that a heading names: Süre (saat), Validity (months), duration_minutes."""
    for text in asides(heading):
        if fold(text) in _LETTERS:
            return _LETTERS[fold(text)]
    for text in (*asides(heading), heading):
        for word in fold(text).split():
            if word in _UNITS and len(word) > 1:
                return _UNITS[word]
    return None


def minutes(cell: Any, unit: Unit | None) -> int | None:
    """Return a length of time in minutes: 480, 8 saat, 8h, 08:00, 1.5 h. unit: of bare numbers; None: not known."""
    if isinstance(cell, dict) and "t" in cell:
        cell = cell["t"]
    if isinstance(cell, str) and (match := _CLOCK.fullmatch(tidy(cell))):
        return int(match[1]) * 60 + int(match[2])
    return _amount(cell, unit, _IN_MINUTES)


def months(cell: Any, unit: Unit | None) -> int | None:
    """Return a validity in months: 12, 1 yıl, 2 years, süresiz (0: never expires). unit: of bare numbers."""
    if isinstance(cell, str) and fold(cell) in NEVER:
        return 0
    return _amount(cell, unit, _IN_MONTHS)


def needs_unit(cell: Any) -> bool:
    """Tell whether a cell is a bare number above nothing, which only its column's unit explains."""
    if isinstance(cell, str):
        match = _AMOUNT.fullmatch(tidy(cell))
        return match is not None and not match[2] and float(match[1].replace(",", ".")) > 0
    return isinstance(cell, int | float) and not isinstance(cell, bool) and cell > 0


def _amount(cell: Any, unit: Unit | None, factors: dict[Unit, int]) -> int | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return _times(float(cell), unit, factors)
    parts = _AMOUNT.findall(tidy(cell)) if isinstance(cell, str) else []
    if not parts or _AMOUNT.sub("", tidy(cell)).strip(" ,."):
        return None
    total = 0
    for number, word in parts:
        named = _UNITS.get(fold(word)) if word else unit
        value = _times(float(number.replace(",", ".")), named if not word or named else None, factors)
        if value is None or (len(parts) > 1 and not word):
            return None
        total += value
    return total


def _times(number: float, unit: Unit | None, factors: dict[Unit, int]) -> int | None:
    if number == 0:
        return 0
    if unit not in factors:
        return None
    value = number * factors[unit]
    return int(value) if value == int(value) else None
