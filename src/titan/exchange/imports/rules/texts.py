"""Names, badges, codes and other texts as cells hold them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from titan.exchange.apostrophes import restored
from titan.exchange.imports.reading.lines import Cell, shown
from titan.exchange.imports.rules.amounts import SHORTENED
from titan.exchange.imports.rules.folding import tidy
from titan.exchange.imports.rules.words import is_dashes

_FORMULA = ("=", "+", "-", "@")
_FAILED = (
    "#N/A #REF! #NAME? #VALUE! #DIV/0! #NUM! #NULL! #SPILL! #CALC! #FIELD! #BLOCKED! #UNKNOWN! #CONNECT! #GETTING_DATA "
    "#YOK #BAŞV! #AD? #DEĞER! #SAYI/0! #SAYI! #BOŞ!"
)
ERRORS = frozenset(_FAILED.split())
"""How spreadsheet programs say that a formula failed, in English and Turkish."""
_GARBLED = re.compile("[ÃÄÅÐÑ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ\u017d‘’“”•–—˜™š›œ\u017eŸ]")
_EXACT_DIGITS = 15
_PHONE = re.compile(r"\+?[0-9 ()./-]+")


class Unfit(StrEnum):
    """Why a cell is no text to take."""

    FORMULA = "FORMULA"
    LOOKS_LIKE_FORMULA = "LOOKS_LIKE_FORMULA"
    ERROR = "ERROR"
    IS_A_DATE = "IS_A_DATE"
    NOT_TEXT = "NOT_TEXT"
    SHORTENED = "SHORTENED_NUMBER"
    LETTER_LOST = "LETTER_LOST"
    GARBLED = "GARBLED"


@dataclass(frozen=True)
class TextRead:
    """A cell as text, empty for nothing; or why it is none."""

    text: str = ""
    unfit: Unfit | None = None


def read_text(cell: Cell, *, is_phone: bool = False) -> TextRead:
    """Return a cell as a text: numbers by their digits, spaces tidied. Formulas, errors and dates are none.

    is_phone: a plus and dashes in front of digits are part of it.
    """
    if cell is None:
        return TextRead()
    if isinstance(cell, str):
        return _of_text(cell, is_phone=is_phone)
    if isinstance(cell, dict):
        return TextRead(unfit=_special(cell))
    if isinstance(cell, bool):
        return TextRead(unfit=Unfit.NOT_TEXT)
    return _of_number(cell)


def _special(cell: dict[str, Any]) -> Unfit:
    if "f" in cell:
        return Unfit.FORMULA
    if "e" in cell:
        return Unfit.ERROR
    return Unfit.IS_A_DATE


def _of_number(number: float) -> TextRead:
    text = shown(number)
    if "e" in text or len(text.lstrip("-")) > _EXACT_DIGITS or number < 0:
        return TextRead(unfit=Unfit.SHORTENED if number >= 0 else Unfit.NOT_TEXT)
    return TextRead(text)


def _of_text(text: str, *, is_phone: bool) -> TextRead:
    clean = tidy(text)
    # An apostrophe in front is how spreadsheets keep what follows from becoming a formula or a number.
    is_kept = clean[:1] in {"'", "’"} and clean[1:2] in {*_FORMULA, *"0123456789"}
    clean = clean[1:] if is_kept else restored(clean)
    if is_dashes(clean):
        return TextRead()
    if clean.startswith(_FORMULA) and not (is_phone and _PHONE.fullmatch(clean)):
        return TextRead(unfit=Unfit.LOOKS_LIKE_FORMULA)
    if clean.startswith("#") and (clean.upper() in ERRORS or not clean.strip("#")):
        return TextRead(unfit=Unfit.ERROR)
    if SHORTENED.fullmatch(clean):
        return TextRead(unfit=Unfit.SHORTENED)
    return TextRead(clean)


def lost_letters(text: str) -> Unfit | None:
    """Return what is wrong with the letters of a name: lost (`?ahin`), or of another encoding (`Ã–zgÃ¼r`)."""
    if text.isascii() and "?" not in text:
        return None
    if "?" in text or "\ufffd" in text:
        return Unfit.LETTER_LOST
    return Unfit.GARBLED if _GARBLED.search(text) else None


class NameOrder(StrEnum):
    """How a whole name in one cell is written."""

    FIRST_LAST = "first-last"
    LAST_FIRST = "last-first"


def split_name(text: str, order: NameOrder) -> tuple[str, str]:
    """Return the first and last name of a whole name: before a comma stands the last one, else `order` tells."""
    if "," in text:
        last, _, first = text.partition(",")
        if first.strip():
            return tidy(first), tidy(last)
    words = tidy(text.replace(",", " ")).split(" ")
    if len(words) == 1:
        return words[0], ""
    if order is NameOrder.FIRST_LAST:
        return " ".join(words[:-1]), words[-1]
    return " ".join(words[1:]), words[0]
