"""A form as somebody filled it in: read into values, and shown again with what is wrong at each field."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from titan.core.errors import FieldError, Invalid, Refusal, invalid
from titan.web.query import MOST

LONGEST = 5_000
SEEN = "seen"
Value = str | Collection[str]
Values = Mapping[str, Value]
Read = TypeVar("Read")


@dataclass(frozen=True)
class Clash:
    """Somebody else saved while the form was open: who, when, and what became of the fields.

    theirs: names of the fields taken over, because only they changed them. both: what is stored now, by the name of
    each field that both changed; the field holds what was typed.
    """

    by_name: str
    when: str
    theirs: Collection[str]
    both: Values


@dataclass(frozen=True)
class Form:
    """What stands in the fields, and what is wrong with it. notice: what belongs to no field."""

    values: Values = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    refused: bool = False
    clash: Clash | None = None

    @property
    def seen(self) -> str:
        """What stood in the fields when they were opened, as the form carries it along."""
        kept = {name: value if isinstance(value, str) else sorted(value) for name, value in self.values.items()}
        return self.text(SEEN) or json.dumps(kept, ensure_ascii=False)

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


def on_the_page(refusal: Refusal | None) -> int:
    """Return the status of a page that shows `refusal` itself; raise it where the page is not the visitor's to see."""
    if refusal and refusal.status in {403, 404}:
        raise refusal
    return refusal.status if refusal else 200


def typed_form(request: HttpRequest, *, several: Collection[str] = ()) -> Form:
    """Return the form as it was sent. several: names of fields that hold any number of values."""
    values: dict[str, Value] = {name: request.POST.get(name, "") for name in request.POST}
    return Form(values | {name: request.POST.getlist(name)[:LONGEST] for name in several})


def sent_form(request: HttpRequest, refusal: Refusal, *, several: Collection[str] = ()) -> Form:
    """Return the form as it was sent, with what `refusal` says at the fields it names."""
    values = typed_form(request, several=several).values
    errors: dict[str, str] = {}
    for error in refusal.errors:
        name = error.field if error.field in values else error.field.partition(".")[0]
        errors[name] = f"{errors[name]} {error.message}" if name in errors else error.message
    nowhere = [text for name, text in errors.items() if name not in values]
    notice = " ".join(nowhere) if refusal.errors else refusal.detail
    return Form(values, errors, notice, refused=True)


def as_sent(form: Form) -> QueryDict:
    """Return what a browser would send of a form as it stands."""
    found = QueryDict(mutable=True)
    for name, value in form.values.items():
        found.setlist(name, [value] if isinstance(value, str) else list(value))
    return found


def seen_in(request: HttpRequest) -> QueryDict | None:
    """Return what stood in the fields of the form that was sent when it was opened; None where it does not say.

    Raises Invalid when it says what no form says.
    """
    if SEEN not in request.POST:
        return None
    try:
        held = json.loads(request.POST[SEEN])
        values = {name: one if isinstance(one, str) else [str(each) for each in one] for name, one in held.items()}
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise invalid(SEEN, "UNKNOWN", _("Open the form again: what it held was lost on the way.")) from error
    return as_sent(Form(values))


def expected_by(request: HttpRequest, read: Callable[[QueryDict], Read]) -> Read | None:
    """Return what the editor saw, as the values that `read` makes of a form; None where the form does not say."""
    seen = seen_in(request)
    return None if seen is None else read(seen)


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

    def day(self, name: str) -> date | None:
        """Return a day, or None for an empty field; report what is no day."""
        text = self.text(name).strip()
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.errors.append(FieldError(name, "DATE_INVALID", _("Give a day that exists, as YYYY-MM-DD.")))
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
