"""Site time. Only faces ask what time it is; everything below is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the present moment. For faces only: pass it down as `at`."""
    return datetime.now(UTC)


def site_date(at: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day on the site at the moment `at` (aware)."""
    return at.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of `day` on the site, in UTC; on a DST change the earlier of two midnights."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def iso_week(day: date) -> str:
    """Return the ISO week of `day`, such as 2026-W48."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def week_bounds(week: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first moment of an ISO week (Monday, site time) and the first after it; ValueError if malformed."""
    year, number = week.split("-W")
    monday = date.fromisocalendar(int(year), int(number), 1)
    return start_of_day(monday, zone), start_of_day(monday + timedelta(days=7), zone)
