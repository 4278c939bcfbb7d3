"""Values as people give them: cleaned, checked, and refused all at once, each error at its own field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from enum import Enum
from typing import Any, Final

from titan.core.errors import FieldError, Invalid
from titan.core.language import _, number

CODE_LIMIT = 40
BIGGEST_ID = 2**63 - 1
FIRST_DAY = date(1950, 1, 1)
YEAR = timedelta(days=366)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,4})?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_CONTROLS = {"Cc", "Cs", "Zl", "Zp"}


class Unchanged(Enum):
    """The type of UNCHANGED: a field that a change leaves as it is (None clears it)."""

    UNCHANGED = "UNCHANGED"


UNCHANGED: Final = Unchanged.UNCHANGED


def given_in(changes: Any) -> dict[str, Any]:
    """Return those fields of the dataclass `changes` that are not UNCHANGED, by name; none of None."""
    if changes is None:
        return {}
    values = {known.name: getattr(changes, known.name) for known in fields(changes)}
    return {name: value for name, value in values.items() if value is not UNCHANGED}


def unknown_choice(value: str, choices: Iterable[str]) -> str:
    """Return the message for a value that is none of `choices`."""
    return _("Give one of %(choices)s, not %(value)r.") % {"choices": ", ".join(choices), "value": value}


@dataclass
class Wrong:
    """Everything found wrong so far. Each check returns the cleaned value, also of what it reports."""

    errors: list[FieldError] = field(default_factory=list)

    def add(self, name: str, code: str, message: str) -> None:
        """Report one thing that is wrong with the field `name`."""
        self.errors.append(FieldError(name, code, message))

    def refuse(self) -> None:
        """Raise Invalid with everything that was reported; go on when there is nothing."""
        if not self.errors:
            return
        codes = {error.code for error in self.errors}
        raise Invalid(self.errors, code=codes.pop() if len(codes) == 1 else "INVALID")

    def text(self, name: str, value: str, *, limit: int, required: bool = False, lines: bool = False) -> str:
        """Return `value` trimmed and in NFC; report control characters, too many characters, or a blank."""
        clean = unicodedata.normalize("NFC", value).strip()
        # Printable has no controls; asked first, because most texts are, and it is asked of many.
        if not clean.isprintable() and any(_is_control(letter, lines) for letter in clean):
            self.add(name, "CONTROL_CHARACTERS", _("Take out control characters and broken symbols."))
            # What is checked next may ask the database, which cannot even compare with a NUL.
            return clean.replace("\x00", "")
        if len(clean) > limit:
            self.add(
                name,
                "TOO_LONG",
                _("Give at most %(limit)s characters, not %(count)s.") % {"limit": limit, "count": len(clean)},
            )
        elif required and is_blank(clean):
            self.add(name, "REQUIRED", _("Fill this in: it cannot be blank."))
        return clean

    def code(self, name: str, value: str) -> str:
        """Return a natural key (such as HSE-001) cleaned; report a blank, or one over 40 characters."""
        return self.text(name, value, limit=CODE_LIMIT, required=True)

    def email(self, name: str, value: str) -> str:
        """Return an e-mail address cleaned, or nothing; report what cannot be one."""
        clean = self.text(name, value, limit=254)
        if clean and not _EMAIL.fullmatch(clean):
            self.add(name, "NOT_AN_EMAIL", _("Give an address such as name@example.com, or leave it out."))
        return clean

    def within(self, name: str, value: int, low: int, high: int, unit: str = "") -> int:
        """Return `value`; report it unless low ≤ value ≤ high (in `unit`, for the message)."""
        if not low <= value <= high:
            text = (
                _("Give %(low)s to %(high)s %(unit)s, not %(value)s.")
                if unit
                else _("Give %(low)s to %(high)s, not %(value)s.")
            )
            said = {"low": low, "high": number(high), "unit": _(unit), "value": number(value)}
            self.add(name, "OUT_OF_RANGE", text % said)
        return value

    def day(self, name: str, value: date, last: date) -> date:
        """Return `value`; report a day before 1950 or after `last`."""
        if not FIRST_DAY <= value <= last:
            self.add(
                name,
                "OUT_OF_RANGE",
                _("Give a day from %(first)s to %(last)s, not %(value)s.")
                % {"first": FIRST_DAY, "last": last, "value": value},
            )
        return value

    def choice(self, name: str, value: str, choices: Iterable[str]) -> str:
        """Return `value`; report it unless it is one of `choices`."""
        known = list(choices)
        if value not in known:
            self.add(name, "UNKNOWN_CHOICE", unknown_choice(value, known))
        return value

    def translations(self, name: str, value: Mapping[str, str], *, limit: int) -> dict[str, str]:
        """Return texts by language, cleaned; report a missing English one, blanks, and unlikely languages."""
        clean = {}
        for language, text in value.items():
            if not is_language(language):
                self.add(
                    name,
                    "LANGUAGE_UNKNOWN",
                    _("%(language)r is no language code: use en, tr, az, pt-br.") % {"language": language[:20]},
                )
                continue
            clean[language] = self.text(f"{name}.{language}", text, limit=limit, required=True)
        if "en" not in value:
            self.add(f"{name}.en", "REQUIRED", _("Give it in English (en): every other language falls back to it."))
        return clean


def is_blank(text: str) -> bool:
    """Tell whether nothing in `text` can be seen."""
    return all(unicodedata.category(letter)[0] in "CZ" for letter in text)


def is_id(value: int) -> bool:
    """Tell whether `value` can be an id at all: positive and within 64 bits."""
    return 0 < value <= BIGGEST_ID


def possible_ids(values: Iterable[int]) -> list[int]:
    """Return those `values` that can be ids at all, so that no database meets a number it cannot hold."""
    return [value for value in values if is_id(value)]


def _is_control(letter: str, lines: bool) -> bool:
    return unicodedata.category(letter) in _CONTROLS and not (lines and letter in "\n\r\t")


def is_language(key: str) -> bool:
    """Tell whether `key` can be the code of a language, such as en or pt-br."""
    return _LANGUAGE.fullmatch(key) is not None
