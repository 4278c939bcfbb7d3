"""What the address of a page says: filters as values, refused in words where they are none."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from titan.core.errors import invalid

LONGEST = 200
MOST = 2**63 - 1
FIRST_YEAR, LAST_YEAR = 1900, 2999


def given_text(request: HttpRequest, name: str) -> str:
    """Return a parameter of the address, trimmed and cut; empty when it is absent."""
    return request.GET.get(name, "").replace("\x00", "").strip()[: 2_000 if name == "cursor" else LONGEST]


def given_id(request: HttpRequest, name: str) -> int | None:
    """Return the id that a parameter names, or None when it is absent. Raises Invalid."""
    text = given_text(request, name)
    if not text:
        return None
    if not text.isdecimal() or not text.isascii() or int(text) > MOST:
        raise invalid(name, "UNKNOWN", _("The address names something that is not there. Choose again."))
    return int(text)


def given_day(request: HttpRequest, name: str) -> date | None:
    """Return the day that a parameter names, or None when it is absent. Raises Invalid."""
    text = given_text(request, name)
    try:
        day = date.fromisoformat(text) if text else None
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError(text)
        return day
    except ValueError as error:
        raise invalid(name, "DATE_INVALID", _("Give a day that exists, as YYYY-MM-DD.")) from error
