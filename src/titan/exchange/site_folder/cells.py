"""One row of a file as typed values; what cannot be read is noted with its row and column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from titan.core.given import CODE_LIMIT, FIRST_DAY, Wrong, unknown_choice
from titan.core.language import _
from titan.exchange.site_folder.problems import Problems

LAST_DAY = date(2200, 12, 31)
LIST_SEPARATOR = ";"
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")
Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True)
class Cells:
    """The cells of one row by column, on the site's day `today`.

    shift: is added to every date. wrong_columns: gathers those whose cell is wrong.
    """

    file: str
    row: int
    values: Mapping[str, str]
    problems: Problems
    today: date
    shift: timedelta = timedelta(0)
    wrong_columns: set[str] = field(default_factory=set)

    def wrong(self, column: str, code: str, message: str) -> None:
        """Note that the cell of `column` is wrong."""
        self.wrong_columns.add(column)
        self.problems.add(self.file, self.row, column, code, message)

    def given(self, column: str) -> bool:
        """Tell whether the file has this (optional) column at all."""
        return column in self.values

    def raw(self, column: str) -> str:
        """Return the cell as it stands, for a rule that checks it; empty where the column is left out."""
        return self.values.get(column, "")

    def take(self, wrong: Wrong, columns: Mapping[str, str] | None = None) -> None:
        """Note what a rule found wrong, at the column of each field; one problem per cell is enough.

        columns: the column of a field whose name is another (areas → area_codes).
        """
        for error in wrong.errors:
            name = error.field.split(".")[0]
            column = (columns or {}).get(error.field) or (columns or {}).get(name, name)
            if column not in self.wrong_columns:
                self.wrong(column, error.code, error.message)

    def text(self, column: str, limit: int, *, required: bool = True) -> str:
        """Return the cell's text, cleaned as a form's is, of at most `limit` characters; empty when wrong."""
        wrong = Wrong()
        clean = wrong.text(column, self.raw(column), limit=limit, required=required)
        self.take(wrong)
        return "" if wrong.errors else clean

    def code(self, column: str, *, required: bool = True) -> str:
        """Return a code, by which rows refer to each other."""
        code = self.text(column, CODE_LIMIT, required=required)
        if LIST_SEPARATOR in code:
            self.wrong(column, "CODE_INVALID", _("Take out the “;”: it separates the codes of a list."))
            return ""
        return code

    def codes(self, column: str) -> tuple[str, ...]:
        """Return the codes of a list separated by semicolons; each may stand once."""
        text = self.text(column, 10_000, required=False)
        codes = [part.strip() for part in text.split(LIST_SEPARATOR) if part.strip()]
        for twice in sorted({code for code in codes if codes.count(code) > 1}):
            self.wrong(column, "TWICE", _("Name “%(code)s” only once.") % {"code": twice})
        return tuple(dict.fromkeys(codes))

    def number(self, column: str, *, required: bool = True) -> int | None:
        """Return a whole number, whose bounds a rule checks; None for an empty or wrong cell."""
        text = self.text(column, 100, required=required)
        if not text:
            return None
        if not _WHOLE_NUMBER.fullmatch(text):
            self.wrong(column, "NOT_A_NUMBER", _("Give a whole number, not “%(text)s”.") % {"text": text})
            return None
        return int(text)

    def yes_no(self, column: str) -> bool:
        """Return yes or no."""
        text = self.text(column, 100).casefold()
        if text and text not in {"yes", "no"}:
            self.wrong(column, "NOT_YES_OR_NO", _("Write yes or no, not “%(text)s”.") % {"text": text})
        return text == "yes"

    def day(self, column: str, *, required: bool = True) -> date | None:
        """Return a day, shifted; None for an empty or wrong cell."""
        text = self.text(column, 100, required=required)
        if not text:
            return None
        day = iso_day(text)
        if day is None:
            self.wrong(
                column, "NOT_A_DAY", _("Give a day of the calendar as YYYY-MM-DD, not “%(text)s”.") % {"text": text}
            )
        elif not FIRST_DAY <= day <= LAST_DAY:
            said = {"first": FIRST_DAY, "last": LAST_DAY, "value": text}
            self.wrong(column, "OUT_OF_RANGE", _("Give a day from %(first)s to %(last)s, not %(value)s.") % said)
        else:
            return day + self.shift
        return None

    def choice(self, column: str, choices: Iterable[Choice]) -> Choice | None:
        """Return one of `choices`; None when the cell holds none of them."""
        known = {str(choice): choice for choice in choices}
        text = self.text(column, 100)
        if text and text not in known:
            self.wrong(column, "UNKNOWN_CHOICE", unknown_choice(text, known))
        return known.get(text)


def iso_day(text: str) -> date | None:
    """Return the day written as YYYY-MM-DD, or None: Python also reads forms that people mistake."""
    try:
        return date.fromisoformat(text) if _ISO_DATE.fullmatch(text) else None
    except ValueError:
        return None


def plain(text: str) -> str:
    """Return a cell as codes are compared: in NFC, without surrounding space."""
    return unicodedata.normalize("NFC", text).strip()
