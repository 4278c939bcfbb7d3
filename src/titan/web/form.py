"""A form as somebody filled it in: read into values, and shown again with what is wrong at each field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from titan.core.errors import FieldError, Invalid, Refusal
from titan.web.query import MOST

LONGEST = 5_000
Values = Mapping[str, str | Collection[str]]


@dataclass(frozen=True)
class Form:
    """What stands in the fields, and what is wrong with it. notice: what belongs to no field."""

    values: Values = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    refused: bool = False

    def text(self, name: str) -> str:
        """Return what stands in the field `name`."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""

    def has(self, name: str, value: object) -> bool:
        """Tell whether `value` is ticked among the boxes called `name`."""
        held = self.values.get(name, ())
        return str(value) in ((held,) if isinstance(held, str) else held)

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


def sent_form(request: HttpRequest, refusal: Refusal, *, several: Collection[str] = ()) -> Form:
    """Return the form as it was sent, with what `refusal` says at the fields it names.

    several: names of fields that hold any number of values.
    """
    values: dict[str, str | Collection[str]] = {name: request.POST.get(name, "") for name in request.POST}
    values |= {name: request.POST.getlist(name)[:LONGEST] for name in several}
    errors: dict[str, str] = {}
    for error in refusal.errors:
        name = error.field if error.field in values else error.field.partition(".")[0]
        errors[name] = f"{errors[name]} {error.message}" if name in errors else error.message
    nowhere = [text for name, text in errors.items() if name not in values]
    notice = " ".join(nowhere) if refusal.errors else refusal.detail
    return Form(values, errors, notice, refused=True)


class Reading:
    """Reads the texts of a form as values, and gathers what cannot be read at all."""

    def __init__(self, sent: QueryDict) -> None:
        self._sent = sent
        self.errors: list[FieldError] = []

    def text(self, name: str) -> str:
        return self._sent.get(name, "")[:LONGEST]

    def plain(self, name: str) -> str:
        """Return a text that no database refuses; its command checks nothing of the kind."""
        return self.text(name).replace("\x00", "").strip()

    def ticked(self, name: str) -> bool:
        return bool(self._sent.get(name))

    def number(self, name: str) -> int:
        """Return a whole number; report anything else, and nothing."""
        found = self.maybe_number(name)
        if found is None and not any(error.field == name for error in self.errors):
            self.errors.append(FieldError(name, "REQUIRED", _("Fill this in, as a whole number.")))
        return found or 0

    def maybe_number(self, name: str) -> int | None:
        """Return a whole number, or None for an empty field; report anything else."""
        text = self.text(name).strip()
        if not text:
            return None
        if text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 20 and int(text) <= MOST:
            return int(text)
        self.errors.append(FieldError(name, "NOT_A_NUMBER", _("Give a whole number.")))
        return None

    def id(self, name: str) -> int | None:
        """Return the id that was chosen, or None; report what no list offers."""
        text = self.text(name).strip()
        if text and not _is_id(text):
            self.errors.append(FieldError(name, "UNKNOWN", _("Choose one of the list.")))
            return None
        return int(text) if text else None

    def ids(self, name: str) -> list[int]:
        """Return the ids that were ticked; report what no list offers."""
        texts = list(dict.fromkeys(self._sent.getlist(name)[:LONGEST]))
        if not all(_is_id(text) for text in texts):
            self.errors.append(FieldError(name, "UNKNOWN", _("Choose from the list.")))
            return []
        return [int(text) for text in texts]

    def titles(self, name: str) -> dict[str, str]:
        """Return the texts of the fields `name.en`, `name.tr`, … by language; an empty one is left out."""
        start = f"{name}."
        found = {key.removeprefix(start): self.text(key) for key in self._sent if key.startswith(start)}
        return {language: text for language, text in found.items() if text.strip()}

    def refuse(self) -> None:
        """Raise Invalid with everything that could not be read."""
        if self.errors:
            raise Invalid(self.errors)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= MOST
