"""What one cell says of a day, and in which order it writes it, if that is certain (docs/importing.md). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from titan.exchange.imports.rules.folding import fold, tidy
from titan.exchange.imports.rules.months import MONTHS, WEEKDAYS
from titan.exchange.imports.rules.words import NEVER, is_blank_word

EARLIEST = date(1950, 1, 1)
LATEST = date(2200, 12, 31)
EPOCH_1900 = date(1899, 12, 30)
EPOCH_1904 = date(1904, 1, 1)
CENTURY_AHEAD = 30
"""Years of two digits lie at most this far ahead; later ones are of the last century."""


class Order(StrEnum):
    """Which of day and month stands first."""

    DMY = "dmy"
    MDY = "mdy"


class Family(StrEnum):
    """Ways of writing days with numbers that share their order: with dots; with anything else."""

    DOTS = "dots"
    OTHER = "other"


class Source(StrEnum):
    """Where a day comes from: a date cell, a serial number, a text."""

    CELL = "cell"
    SERIAL = "serial"
    TEXT = "text"


class Unclear(StrEnum):
    """Why a cell says no day."""

    NO_DAY = "NOT_A_DAY"
    NO_SUCH_DAY = "NO_SUCH_DAY"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    DAY_MISSING = "DAY_MISSING"
    FORMULA = "FORMULA"
    ERROR = "ERROR"
    HAS_ZONE = "HAS_ZONE"


@dataclass(frozen=True)
class DayRead:
    """One cell. Exactly one of these holds: it is blank, `never`, a certain `day`, a day in either order, or `unclear`.

    order, family: of a text of numbers, when only one order makes a day of it, or (either) what each would make.
    """

    day: date | None = None
    never: bool = False
    dmy: date | None = None
    mdy: date | None = None
    unclear: Unclear | None = None
    source: Source = Source.TEXT
    order: Order | None = None
    family: Family | None = None

    @property
    def is_blank(self) -> bool:
        return self.day is None and not self.never and self.dmy is None and self.unclear is None

    @property
    def is_either(self) -> bool:
        """Whether it depends on the order, which this cell does not tell."""
        return self.dmy is not None

    def in_order(self, order: Order) -> date | None:
        """Return the day that this is when it is written in `order`."""
        return self.day or (self.dmy if order is Order.DMY else self.mdy)


BLANK = DayRead()
_NEVER = DayRead(never=True)
_NUMBERS = re.compile(r"([0-9]{1,4})\s*([./\\-]|\s)\s*([0-9]{1,2})\s*\2\s*([0-9]{1,4})")
_CLOCK = re.compile(
    r"[T\s]+(?:[01]?[0-9]|2[0-3])[:.][0-5][0-9](?:[:.][0-5][0-9](?:[.,][0-9]+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_DIGITS = re.compile(r"[0-9]+")
_SERIAL = re.compile(r"([0-9]{5})(?:[.,][0-9]+)?")
_PIECES = re.compile(r"[0-9]+|[^\W\d_]+")
_ORDINAL = frozenset({"st", "nd", "rd", "th"})


def read_day(cell: Any, *, is_1904: bool, today: date) -> DayRead:
    """Return what a cell says of a day.

    is_1904: whether serial numbers count from 1904. today: decides the century of years of two digits.
    """
    if cell is None or cell == "":
        return BLANK
    if isinstance(cell, str):
        return _of_text(cell, is_1904=is_1904, today=today)
    if isinstance(cell, dict):
        return _of_special(cell, is_1904=is_1904, today=today)
    if isinstance(cell, bool):
        return DayRead(unclear=Unclear.NO_DAY)
    return _of_number(cell, is_1904=is_1904)


def _of_special(cell: dict[str, Any], *, is_1904: bool, today: date) -> DayRead:
    if "d" in cell:
        return _certain(datetime.fromisoformat(cell["d"]).date(), Source.CELL)
    if "f" in cell:
        # A stored result that changes by itself is no fact; one that is not there is nothing.
        if cell["v"] or cell["f"] is None:
            return DayRead(unclear=Unclear.FORMULA)
        return read_day(cell["f"], is_1904=is_1904, today=today)
    return DayRead(unclear=Unclear.ERROR if "e" in cell else Unclear.NO_DAY)


def _of_number(number: float, *, is_1904: bool) -> DayRead:
    whole = int(number)
    if whole == number and 19_500_101 <= whole <= 22_001_231:
        return _of_digits(str(whole))
    if not 10_000 <= number < 100_000:
        return DayRead(unclear=Unclear.NO_DAY)
    return _certain((EPOCH_1904 if is_1904 else EPOCH_1900) + timedelta(days=whole), Source.SERIAL)


def _of_text(text: str, *, is_1904: bool, today: date) -> DayRead:
    clean = tidy(text).strip("'‘’\"").strip()
    if is_blank_word(clean) or not clean.strip("0-./: "):
        return BLANK
    if fold(clean) in NEVER:
        return _NEVER
    clock = _CLOCK.search(clean)
    if clock is not None and clock.start():
        if clock["zone"] and not _is_midnight(clock[0]):
            return DayRead(unclear=Unclear.HAS_ZONE)
        clean = clean[: clock.start()].strip()
    return _of_bare_text(clean.rstrip(".,"), is_1904=is_1904, today=today)


def _of_bare_text(text: str, *, is_1904: bool, today: date) -> DayRead:
    numbers = _NUMBERS.fullmatch(text)
    if numbers is not None:
        return _of_numbers(numbers, today)
    if _SERIAL.fullmatch(text):
        return _of_number(float(text.replace(",", ".")), is_1904=is_1904)
    return _of_digits(text) if _DIGITS.fullmatch(text) else _of_words(text, today)


def _is_midnight(clock: str) -> bool:
    return not set(clock.partition("+")[0].rstrip("Z")) - set("T 0:.")


def _of_numbers(match: re.Match[str], today: date) -> DayRead:
    first, separator, second, third = match.groups()
    if len(first) == 4:
        return _year_first(int(first), int(second), third)
    if len(first) == 3 or len(third) == 3 or len(third) == 1:
        return DayRead(unclear=Unclear.NO_DAY)
    year = int(third) if len(third) == 4 else _full_year(int(third), today)
    family = Family.DOTS if separator == "." else Family.OTHER
    return _either(_day(year, int(second), int(first)), _day(year, int(first), int(second)), family)


def _year_first(year: int, month: int, rest: str) -> DayRead:
    if len(rest) > 2:
        return DayRead(unclear=Unclear.NO_DAY)
    day = _day(year, month, int(rest))
    return _certain(day, Source.TEXT) if day else DayRead(unclear=Unclear.NO_SUCH_DAY)


def _either(dmy: date | None, mdy: date | None, family: Family) -> DayRead:
    if dmy and mdy and dmy != mdy:
        if not (_in_range(dmy) and _in_range(mdy)):
            return DayRead(unclear=Unclear.OUT_OF_RANGE)
        return DayRead(dmy=dmy, mdy=mdy, family=family)
    found = dmy or mdy
    if found is None:
        return DayRead(unclear=Unclear.NO_SUCH_DAY)
    order = None if dmy == mdy else Order.DMY if dmy else Order.MDY
    read = _certain(found, Source.TEXT)
    return read if read.unclear else DayRead(day=found, source=Source.TEXT, order=order, family=family)


def _of_digits(digits: str) -> DayRead:
    """Read days written without anything between: 20260304; 25122026 is certain, 03042026 is not."""
    if len(digits) != 8:
        return DayRead(unclear=Unclear.DAY_MISSING if len(digits) == 4 else Unclear.NO_DAY)
    year_first = _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    if year_first and _in_range(year_first):
        return _certain(year_first, Source.TEXT)
    first, second, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    return _either(_day(year, second, first), _day(year, first, second), Family.OTHER)


def _of_words(text: str, today: date) -> DayRead:
    """Read days with the month in letters: 12 Mart 2025, March 12th, 2025, 12-Oca-25."""
    pieces = [piece for piece in _PIECES.findall(fold(text)) if piece not in WEEKDAYS and piece not in _ORDINAL]
    months = [piece for piece in pieces if not piece.isdigit()]
    numbers = [piece for piece in pieces if piece.isdigit()]
    if len(months) != 1 or months[0] not in MONTHS or len(numbers) > 2:
        return DayRead(unclear=Unclear.NO_DAY)
    if len(numbers) < 2:
        return DayRead(unclear=Unclear.DAY_MISSING)
    first, second = numbers
    year, day = (first, second) if len(first) == 4 else (second, first)
    if len(day) > 2 or len(year) not in {2, 4}:
        return DayRead(unclear=Unclear.NO_DAY)
    found = _day(int(year) if len(year) == 4 else _full_year(int(year), today), MONTHS[months[0]], int(day))
    return _certain(found, Source.TEXT) if found else DayRead(unclear=Unclear.NO_SUCH_DAY)


def _full_year(short: int, today: date) -> int:
    year = today.year - today.year % 100 + short
    return year - 100 if year > today.year + CENTURY_AHEAD else year


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _in_range(day: date) -> bool:
    return EARLIEST <= day <= LATEST


def _certain(day: date, source: Source) -> DayRead:
    return DayRead(day=day, source=source) if _in_range(day) else DayRead(unclear=Unclear.OUT_OF_RANGE, source=source)
