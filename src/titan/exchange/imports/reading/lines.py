"""How a row travels from the child: `[sheet, row, cells]` as one line of JSON, and what a cell can be.

None: empty. A text, a number, true or false: as they are. A day `{"d": "2026-03-04"}` (or a moment), a time of day
`{"t": "08:00:00"}`, an error `{"e": "#REF!"}`, and around any of these a formula `{"f": cell, "v": volatile}`:
`cell` is the result that the file holds, which nobody calculated here. No Django: the child imports this.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

Cell = Any
"""A cell as JSON has it."""

_EXACT = 10**15
"""Beyond this a spreadsheet's numbers are no longer exact."""


def packed(value: object) -> Cell:
    """Return what calamine read as a cell."""
    return _PACKED.get(type(value), _nothing)(value)


def _nothing(_value: Any) -> Cell:
    return None


def _number(value: float) -> Cell:
    return int(value) if abs(value) < _EXACT and value == int(value) else value


def _moment(value: datetime) -> Cell:
    return {"d": (value.date() if value.time() == time() else value).isoformat()}


def _clock(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


_PACKED: dict[type, Callable[[Any], Cell]] = {
    str: lambda value: value or None,
    bool: bool,
    int: int,
    float: _number,
    datetime: _moment,
    date: lambda value: {"d": value.isoformat()},
    time: lambda value: {"t": value.isoformat()},
    timedelta: lambda value: {"t": _clock(value)},
}


def is_formula(cell: Cell) -> bool:
    """Tell whether a cell holds a formula."""
    return isinstance(cell, dict) and "f" in cell


def shown(cell: Cell) -> str:
    """Return a cell as a person sees it, about: dates as YYYY-MM-DD, a formula by its stored result."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dict):
        if "f" in cell:
            return shown(cell["f"])
        return str(next(iter(cell.values()))).replace("T", " ")
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


def column_letter(index: int) -> str:
    """Return the letters of a column, counted from 0: A, B, … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Return the number of a column, counted from 0, by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
