"""Names of statuses and colours, and the words a status is explained with (domain.md §9)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from titan.compliance.models import Severity


class Colour(StrEnum):
    """What people see: red stops, blue is restricted as red, yellow is due, green is fine."""

    RED = "RED"
    BLUE = "BLUE"
    YELLOW = "YELLOW"
    GREEN = "GREEN"


COLOURS = {
    Severity.NON_COMPLIANT: Colour.RED,
    Severity.AWAITING_VERIFICATION: Colour.BLUE,
    Severity.IN_GRACE: Colour.YELLOW,
    Severity.EXPIRING: Colour.YELLOW,
    Severity.COMPLIANT: Colour.GREEN,
}


def days(count: int) -> str:
    """Return a number of days in words: 1 day, 12 days."""
    return "1 day" if count == 1 else f"{count} days"


def reason(
    severity: int,
    *,
    today: date,
    expires_on: date | None = None,
    due_on: date | None = None,
    last_expired_on: date | None = None,
    trained: bool = False,
    last_failed_on: date | None = None,
) -> str:
    """Return why an item has its status, in words.

    severity: the item's. expires_on: the proof's last day. due_on: the end of grace. last_expired_on: the last day of
    the latest proof that ran out. trained: whether any proof ever stood. last_failed_on: a failed result newer than any
    proof.
    """
    if severity == Severity.COMPLIANT:
        return f"Valid until {expires_on.isoformat()}" if expires_on else "Valid, never expires"
    if severity == Severity.EXPIRING and expires_on:
        left = (expires_on - today).days
        return "Expires today" if left == 0 else f"Expires in {days(left)}"
    if severity == Severity.IN_GRACE and due_on:
        left = (due_on - today).days
        return "Due today" if left == 0 else f"Due in {days(left)}"
    if severity == Severity.AWAITING_VERIFICATION:
        return "Passed, waits for competency sign-off"
    return _unproved(today, last_expired_on, trained, last_failed_on)


def _unproved(today: date, last_expired_on: date | None, trained: bool, last_failed_on: date | None) -> str:
    if last_expired_on:
        return f"Expired {days((today - last_expired_on).days)} ago"
    if last_failed_on:
        return f"Failed on {last_failed_on.isoformat()}"
    return "Record revoked" if trained else "Never trained"
