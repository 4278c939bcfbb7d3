"""Why a cell or row is not taken, in words that say what to do, in the language of whoever opened the file. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from titan.core.language import N_, _

_WORDS = {
    "FORMULA": N_("This is a formula. Formulas are never calculated here: paste its value instead."),
    "LOOKS_LIKE_FORMULA": N_("“%(text)s” begins like a formula: type the text itself."),
    "ERROR": N_("The spreadsheet shows an error here (%(text)s): correct it."),
    "IS_A_DATE": N_(
        "The spreadsheet made a date or time of this (%(text)s): format the cell as text and type it again."
    ),
    "NOT_TEXT": N_("“%(text)s” is no text to take here."),
    "SHORTENED_NUMBER": N_("“%(text)s” lost digits, because the spreadsheet shortens long numbers: type it as text."),
    "LETTER_LOST": N_("A letter of “%(text)s” was lost when the file was saved: type it again."),
    "GARBLED": N_("The letters of “%(text)s” were garbled when the file was saved: type it again."),
    "NOT_A_DAY": N_("“%(text)s” is no day: write it as 24.11.2026."),
    "NO_SUCH_DAY": N_("There is no such day as “%(text)s”."),
    "OUT_OF_RANGE_DAY": N_("“%(text)s” is a day before 1950 or after 2200."),
    "DAY_MISSING": N_("“%(text)s” names no day of the month."),
    "FORMULA_DAY": N_("This date is a formula whose result changes or is not stored: paste its value instead."),
    "HAS_ZONE": N_("“%(text)s” is a moment in another time zone: write the day."),
    "EITHER_DAY": N_("“%(text)s” can be %(dmy)s or %(mdy)s: answer which comes first in this column, day or month."),
    "SWAPPED_DAY": N_("Day and month of this date may have been swapped: answer the question about this column."),
    "NEVER_HERE": N_("“%(text)s” is no day, and this needs one."),
    "NOT_A_NUMBER": N_("“%(text)s” is no whole number."),
    "NOT_A_LENGTH": N_("“%(text)s” is no length of time: write 480 minutes or 8 hours."),
    "NOT_A_VALIDITY": N_("“%(text)s” is no validity: write 12 months, 1 year or never expires."),
    "UNIT_UNKNOWN": N_("“%(text)s” of what? Answer in which unit this column counts."),
    "UNKNOWN_WORD": N_("“%(text)s” is none of %(choices)s."),
    "UNKNOWN_COMPANY": N_("There is no company “%(text)s”: create it, map it to one, or correct it."),
    "UNKNOWN_ROLE": N_("There is no role “%(text)s”: create it, map it to one, or correct it."),
    "UNKNOWN_AREA": N_("There is no area “%(text)s”: create it, map it to one, or correct it."),
    "UNKNOWN_COURSE": N_("There is no course “%(text)s”: map it to one, or correct it."),
    "SEVERAL": N_("“%(text)s” is the name of several (%(codes)s): choose one, or write the code."),
    "UNKNOWN_WORKER": N_("No worker has the badge “%(text)s”, on the site or in this file."),
    "MERGED": N_("“%(text)s” is now %(badge)s: this row is left alone. Give %(badge)s to change that worker."),
    "BADGE_ALIKE": N_(
        "Badge “%(text)s” differs from the worker %(badge)s only in case or zeros: answer whether it is the same."
    ),
    "BADGE_ALIKE_HERE": N_(
        "Badge “%(text)s” differs from %(badge)s in row %(row)s only in case or zeros: correct one of them."
    ),
    "REPEATED": N_("The same as row %(row)s: taken once."),
    "CONTRADICTS": N_("Row %(row)s says something else about %(key)s (%(columns)s): keep one of them."),
    "KEY_MISSING": N_("The %(field)s is missing."),
    "REQUIRED": N_("The %(field)s is missing."),
    "REQUIRED_COLUMN": N_("Something new needs the %(field)s: map a column to it, or give one value for all."),
    "TOTAL": N_("A row of totals."),
    "FOOTER": N_("A note below the table."),
    "HEADER_AGAIN": N_("The headings again."),
    "LEFT_OUT": N_("Left out by choice."),
    "EMPTY_CELL": N_("Nothing here."),
    "EXEMPT": N_("No training: “%(text)s”."),
    "DONE_WHEN": N_("“%(text)s” says that it was done, not when: write the day."),
    "NAME_DIFFERS": N_("Badge %(badge)s is %(stands)s, but the row says %(text)s: one of them is wrong."),
    "ROLE_DAY": N_("From when do they count? Answer the question about roles and areas without a day."),
    "EXPIRES_ONLY_NEVER": N_("This course never expires, so that an expiry date tells nothing about when it was done."),
    "EXPIRES_TOO_LATE": N_(
        "Counted back by the course's validity, this would have been completed after today (%(day)s)."
    ),
    "MATRIX_DATES": N_("Answer first whether the dates say when it was completed or until when it is valid."),
    "TRAINER_COMPANY": N_("An external trainer needs a company."),
    "TOO_LONG": N_("This is longer than %(limit)s characters."),
}


@dataclass(frozen=True)
class Reason:
    """Why not: a stable code, and the sentence."""

    code: str
    message: str


def reason(code: str, **values: object) -> Reason:
    """Return the reason with this code; long texts are shortened."""
    short = {name: _short(value) for name, value in values.items()}
    return Reason(_CODES.get(code, code), _(_WORDS[code]) % short)


_CODES = {"OUT_OF_RANGE_DAY": "OUT_OF_RANGE", "FORMULA_DAY": "FORMULA", "EITHER_DAY": "AMBIGUOUS_DAY"}
_LONGEST = 60


def _short(value: object) -> object:
    text = str(value)
    return value if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
