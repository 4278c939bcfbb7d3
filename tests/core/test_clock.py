"""Days and weeks in site time: zones, DST changes, leap days, the minutes around midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titan.core.clock import iso_week, site_date, start_of_day, week_bounds

ZONES = ["Asia/Baku", "Europe/Istanbul", "America/New_York", "Pacific/Apia", "Africa/Cairo", "Australia/Lord_Howe"]
DAYS = st.dates(date(1970, 1, 2), date(2100, 1, 1))


@given(DAYS, st.sampled_from(ZONES))
def test_a_day_starts_when_it_becomes_that_day(day: date, zone: str) -> None:
    start = start_of_day(day, ZoneInfo(zone))
    assert site_date(start, ZoneInfo(zone)) >= day
    assert site_date(start - timedelta(minutes=1), ZoneInfo(zone)) < day


@given(DAYS, st.sampled_from(ZONES))
def test_weeks_meet_without_gap(day: date, zone: str) -> None:
    start, end = week_bounds(iso_week(day), ZoneInfo(zone))
    following, _ = week_bounds(iso_week(day + timedelta(days=7)), ZoneInfo(zone))
    assert end == following
    assert start <= start_of_day(day, ZoneInfo(zone)) < end


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 8), "America/New_York", 23),
        (date(2026, 11, 1), "America/New_York", 25),
        (date(2026, 2, 28), "Asia/Baku", 24),
        (date(2024, 2, 29), "Asia/Baku", 24),
    ],
)
def test_days_are_as_long_as_they_are(day: date, zone: str, hours: int) -> None:
    here = ZoneInfo(zone)
    assert start_of_day(day + timedelta(days=1), here) - start_of_day(day, here) == timedelta(hours=hours)


def test_weeks_are_iso_weeks() -> None:
    assert iso_week(date(2026, 11, 22)) == "2026-W47"
    assert iso_week(date(2027, 1, 1)) == "2026-W53"
    start, end = week_bounds("2026-W48", ZoneInfo("Asia/Baku"))
    assert (start, end) == (
        datetime(2026, 11, 22, 20, 0, tzinfo=UTC),
        datetime(2026, 11, 29, 20, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize("week", ["", "2026", "2026-48", "2026-W", "2026-W54", "2026-W0", "x-Wy", "2026-W48-W1"])
def test_what_is_no_week_is_an_error(week: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (whichever of Python's own)
        week_bounds(week, ZoneInfo("UTC"))
