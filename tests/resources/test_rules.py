"""What trainers and venues need, and how much of a class lies inside a week."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titan.core.clock import week_bounds
from titan.core.given import Wrong
from titan.resources.rules import TrainerFields, VenueFields, checked_trainer, checked_venue, time_inside

TRAINER = TrainerFields(code="TR-1", first_name="Sabih", last_name="İnönü", type="INTERNAL")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"type": "EXTERNAL", "company_name": "SafePass"}, []),
        ({"company_name": "Own company"}, []),
        ({"email": "s@x.az"}, []),
        ({"type": "EXTERNAL"}, [("company_name", "REQUIRED")]),
        ({"type": "EXTERNAL", "company_name": "  "}, [("company_name", "REQUIRED")]),
        ({"type": "GUEST"}, [("type", "UNKNOWN_CHOICE")]),
        ({"code": ""}, [("code", "REQUIRED")]),
        ({"first_name": "\t"}, [("first_name", "REQUIRED")]),
        ({"last_name": "a\x07"}, [("last_name", "CONTROL_CHARACTERS")]),
        ({"email": "x"}, [("email", "NOT_AN_EMAIL")]),
    ],
)
def test_trainers(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    wrong = Wrong()
    checked_trainer(replace(TRAINER, **changes), wrong)
    assert [(error.field, error.code) for error in wrong.errors] == expected


@pytest.mark.parametrize(("capacity", "fits"), [(1, True), (100_000, True), (0, False), (-1, False), (100_001, False)])
def test_venues(capacity: int, fits: bool) -> None:
    wrong = Wrong()
    checked_venue(VenueFields("Room A", capacity), wrong)
    assert (wrong.errors == []) == fits


def moment(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("slots", "hours"),
    [
        ([], 0),
        ([("2026-11-24T08:00", "2026-11-24T12:30")], 4.5),
        ([("2026-11-22T22:00", "2026-11-23T02:00")], 2),
        ([("2026-11-29T22:00", "2026-11-30T02:00")], 2),
        ([("2026-11-22T20:00", "2026-11-23T00:00")], 0),
        ([("2026-11-30T00:00", "2026-11-30T02:00")], 0),
        ([("2026-11-20T00:00", "2026-12-05T00:00")], 168),
        ([("2026-11-23T00:00", "2026-11-23T01:00"), ("2026-11-29T23:00", "2026-11-30T00:00")], 2),
    ],
)
def test_only_what_lies_inside_the_week_counts(slots: list[tuple[str, str]], hours: float) -> None:
    times = [(moment(start), moment(end)) for start, end in slots]
    assert time_inside(times, *week_bounds("2026-W48", ZoneInfo("UTC"))) == hours * HOUR


@pytest.mark.parametrize(
    ("zone", "week", "hours"),
    [
        ("Europe/Berlin", "2026-W13", 167),
        ("Europe/Berlin", "2026-W43", 169),
        ("Australia/Lord_Howe", "2026-W14", 168.5),
        ("Asia/Baku", "2026-W43", 168),
    ],
)
def test_a_week_with_a_clock_change_is_as_long_as_it_is(zone: str, week: str, hours: float) -> None:
    first, after = week_bounds(week, ZoneInfo(zone))
    around = [(first - 5 * HOUR, after + 5 * HOUR)]
    assert time_inside(around, first, after) == hours * HOUR


def test_the_night_clocks_go_back_counts_every_hour() -> None:
    """01:00 to 04:00 on the wall, with the hour from two to three twice, are four hours of work."""
    zone = "Europe/Berlin"
    night = [(moment("2026-10-25T01:00", zone), moment("2026-10-25T04:00", zone))]
    assert time_inside(night, *week_bounds("2026-W43", ZoneInfo(zone))) == 4 * HOUR


@given(
    st.lists(
        st.tuples(st.integers(0, 50 * 24 * 60), st.integers(5, 24 * 60)),
        max_size=8,
    ),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Baku", "Australia/Lord_Howe"]),
)
def test_weeks_add_up_to_the_whole(booked: list[tuple[int, int]], name: str) -> None:
    """Whatever is booked over the clock changes of autumn: the hours of all weeks are the hours of all slots."""
    zone = ZoneInfo(name)
    october = datetime(2026, 10, 1, tzinfo=UTC)
    starts = [(october + timedelta(minutes=begin), timedelta(minutes=length)) for begin, length in booked]
    slots = [(start.astimezone(zone), start + length) for start, length in starts]
    weeks = [week_bounds(f"2026-W{number}", zone) for number in range(39, 50)]
    whole = sum((length for _, length in starts), timedelta())
    assert sum((time_inside(slots, *bounds) for bounds in weeks), timedelta()) == whole
