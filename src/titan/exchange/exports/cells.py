"""Values as texts, and the texts that a spreadsheet would take for formulas, in a form that it shows and gives back."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from titan.exchange.exports.listing import Marked, Value

APOSTROPHE = "'"
# What begins a formula in some spreadsheet or other; the wide forms count as the narrow ones where people type both.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def harmless(text: str) -> str:
    """Return `text` as a CSV file holds it: with an apostrophe before it where a spreadsheet might calculate it.

    A text that looks as if this had been done to it already gets another one, so that `restored` gives back each text.
    """
    return f"{APOSTROPHE}{text}" if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """Return the text that `harmless` made `text` of; any other text as it is."""
    return text[1:] if text.startswith(APOSTROPHE) and _FORMULA.match(text) else text


def as_text(value: Value, zone: ZoneInfo) -> str:
    """Return a value as text, as a spreadsheet shows it: 2026-11-24, 2026-11-24 08:00, 7.5."""
    if value is None:
        return ""
    if isinstance(value, Marked):
        return value.text
    if isinstance(value, datetime):
        return f"{on_site(value, zone):%Y-%m-%d %H:%M}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def on_site(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a moment as the clocks of the site show it, to the minute, without its zone: spreadsheets know none."""
    return moment.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
