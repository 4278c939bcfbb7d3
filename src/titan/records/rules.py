"""What follows from a result: until when it proves anything (domain.md §7)."""

from __future__ import annotations

import calendar
from datetime import date
from functools import lru_cache

from titan.core.language import _


@lru_cache(maxsize=256)
def add_months(day: date, months: int) -> date:
    """Return `day` plus calendar `months`, clamped to the month's end (31 Jan + 1 month = 28 or 29 Feb)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def expires_on(completed_on: date, validity_months: int, *, passed: bool = True) -> date | None:
    """Return the last valid day of a result, or None: a pass that never expires (0 months), or a fail."""
    if not passed or validity_months == 0:
        return None
    return add_months(completed_on, validity_months)


def completed_on_error(completed_on: date, today: date) -> str | None:
    """Return what is wrong with a completion or assessment day, or None: nothing lies after site today."""
    if completed_on > today:
        return _("%(date)s lies after today (%(today)s). Give the day it was done.") % {
            "date": completed_on.isoformat(),
            "today": today.isoformat(),
        }
    if completed_on.year < 1950:
        return _("%(date)s lies before 1950. Check the year.") % {"date": completed_on.isoformat()}
    return None


def passed_by_score(score: int | None, min_pass_score: int | None) -> bool | None:
    """Say whether a score passes: exactly when it reaches the minimum; None where score or minimum is missing."""
    if score is None or min_pass_score is None:
        return None
    return score >= min_pass_score
