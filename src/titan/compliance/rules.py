"""Names of statuses and colours, and the words a status is explained with (domain.md §9)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from titan.compliance.models import Severity
from titan.core.language import _, ngettext


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
        if expires_on is None:
            return _("Valid, never expires")
        return _("Valid until %(date)s") % {"date": expires_on.isoformat()}
    if severity == Severity.EXPIRING and expires_on:
        left = (expires_on - today).days
        soon = ngettext("Expires in %(days)s day", "Expires in %(days)s days", left) % {"days": left}
        return soon if left else _("Expires today")
    if severity == Severity.IN_GRACE and due_on:
        left = (due_on - today).days
        soon = ngettext("Due in %(days)s day", "Due in %(days)s days", left) % {"days": left}
        return soon if left else _("Due today")
    if severity == Severity.AWAITING_VERIFICATION:
        return _("Passed, waits for competency sign-off")
    return _unproved(today, last_expired_on, trained, last_failed_on)


def _unproved(today: date, last_expired_on: date | None, trained: bool, last_failed_on: date | None) -> str:
    if last_expired_on:
        past = (today - last_expired_on).days
        return ngettext("Expired %(days)s day ago", "Expired %(days)s days ago", past) % {"days": past}
    if last_failed_on:
        return _("Failed on %(date)s") % {"date": last_failed_on.isoformat()}
    return _("Record revoked") if trained else _("Never trained")
