"""Values as a spreadsheet shows them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from titan.exchange.exports.listing import Marked, Value


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
