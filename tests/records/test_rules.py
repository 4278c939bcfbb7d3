"""Until when a result proves anything (domain.md §7)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titan.records.rules import add_months, completed_on_error, expires_on

TODAY = date(2026, 11, 22)
days = st.dates(date(1950, 1, 1), date(2999, 12, 31))
months = st.integers(0, 600)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 22), 12, date(2027, 11, 22)),
        (date(2026, 11, 22), 1, date(2026, 12, 22)),
        (date(2026, 11, 22), 2, date(2027, 1, 22)),
        (date(2026, 11, 22), 14, date(2028, 1, 22)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 1, 30), 1, date(2024, 2, 29)),
        (date(2024, 1, 29), 1, date(2024, 2, 29)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2024, 2, 29), 1, date(2024, 3, 29)),
        (date(2096, 2, 29), 48, date(2100, 2, 28)),
        (date(2025, 2, 28), 12, date(2026, 2, 28)),
        (date(2023, 2, 28), 12, date(2024, 2, 28)),
        (date(2026, 11, 22), 600, date(2076, 11, 22)),
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
    ],
)
def test_months_are_calendar_months_clamped_to_the_end(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@settings(deadline=None)
@given(days, months)
def test_the_day_of_the_month_stays_unless_the_month_is_too_short(day: date, number: int) -> None:
    later = add_months(day, number)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == number
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@settings(deadline=None)
@given(days, days, months)
def test_a_later_class_never_expires_earlier(a: date, b: date, number: int) -> None:
    first, second = sorted((a, b))
    assert add_months(first, number) <= add_months(second, number)


@settings(deadline=None)
@given(days, st.integers(0, 300), st.integers(0, 300))
def test_in_two_steps_no_later_than_in_one(day: date, first: int, second: int) -> None:
    """The clamp may lose days on the way, and never wins any."""
    assert add_months(add_months(day, first), second) <= add_months(day, first + second)


@pytest.mark.parametrize(
    ("months", "passed", "expected"),
    [
        (12, True, date(2027, 11, 22)),
        (1, True, date(2026, 12, 22)),
        (0, True, None),
        (12, False, None),
        (0, False, None),
    ],
)
def test_a_pass_expires_and_a_fail_has_nothing_to_expire(months: int, passed: bool, expected: date | None) -> None:
    assert expires_on(TODAY, months, passed=passed) == expected


@pytest.mark.parametrize(
    ("day", "wrong"),
    [
        (TODAY, None),
        (TODAY - timedelta(days=1), None),
        (date(1950, 1, 1), None),
        (TODAY + timedelta(days=1), "lies after today (2026-11-22)"),
        (date(9999, 12, 31), "lies after today"),
        (date(1949, 12, 31), "lies before 1950"),
        (date(1, 1, 1), "lies before 1950"),
    ],
)
def test_nothing_was_done_in_the_future(day: date, wrong: str | None) -> None:
    message = completed_on_error(day, TODAY)
    assert (message is None) if wrong is None else (wrong in (message or ""))
