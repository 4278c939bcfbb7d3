"""Slots, marks and scores (domain.md §5, §6), as tables and as properties."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titan.core.errors import FieldError
from titan.training.commands.plan import session_code
from titan.training.rules import (
    HARD_BLOCK_CODES,
    SOFT_BLOCK_CODES,
    FreeTime,
    Mark,
    SlotTime,
    WorkingHours,
    first_free,
    mark_errors,
    overlaps,
    passed_by_score,
    propose_slots,
    slot_errors,
)

BAKU = ZoneInfo("Asia/Baku")
NINE = datetime(2026, 11, 24, 9, 0, tzinfo=BAKU)
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
NO_TIME = timedelta(0)

moments = st.integers(0, 10 * 366 * 86_400).map(lambda seconds: NINE + seconds * SECOND)
lengths = st.timedeltas(5 * MINUTE, DAY)


def slot(after: timedelta = NO_TIME, length: timedelta = HOUR) -> SlotTime:
    return SlotTime(NINE + after, NINE + after + length)


def found(errors: list[FieldError]) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in errors]


@pytest.mark.parametrize(
    ("length", "code"),
    [
        (NO_TIME, "END_BEFORE_START"),
        (-SECOND, "END_BEFORE_START"),
        (-40 * DAY, "END_BEFORE_START"),
        (timedelta(microseconds=1), "SLOT_TOO_SHORT"),
        (5 * MINUTE - SECOND, "SLOT_TOO_SHORT"),
        (5 * MINUTE - timedelta(microseconds=1), "SLOT_TOO_SHORT"),
        (5 * MINUTE, None),
        (2 * HOUR, None),
        (DAY, None),
        (DAY + timedelta(microseconds=1), "SLOT_TOO_LONG"),
        (DAY + SECOND, "SLOT_TOO_LONG"),
        (40 * DAY, "SLOT_TOO_LONG"),
    ],
    ids=str,
)
def test_a_slot_takes_5_minutes_to_24_hours(length: timedelta, code: str | None) -> None:
    assert found(slot_errors([slot(length=length)])) == ([("slots.0.ends_at", code)] if code else [])


def test_no_slots_are_no_error_of_theirs() -> None:
    assert slot_errors([]) == []


@pytest.mark.parametrize(("number", "codes"), [(60, []), (61, [("slots", "TOO_MANY")])])
def test_at_most_60_slots(number: int, codes: list[tuple[str, str]]) -> None:
    assert found(slot_errors([slot(day * DAY) for day in range(number)])) == codes


@pytest.mark.parametrize(
    ("last", "codes"),
    [(366 * DAY - HOUR, []), (366 * DAY - HOUR + SECOND, [("slots", "SPAN_TOO_LONG")])],
    ids=str,
)
def test_all_slots_lie_within_366_days(last: timedelta, codes: list[tuple[str, str]]) -> None:
    assert found(slot_errors([slot(last), slot()])) == codes


@pytest.mark.parametrize("which", ["starts_at", "ends_at", "both"])
def test_times_need_their_offset(which: str) -> None:
    naive = NINE.replace(tzinfo=None)
    starts = naive if which in ("starts_at", "both") else NINE
    ends = naive + HOUR if which in ("ends_at", "both") else NINE + HOUR
    assert found(slot_errors([slot(-DAY), SlotTime(starts, ends)])) == [("slots", "NAIVE_TIME")]


@pytest.mark.parametrize(
    ("slots", "codes"),
    [
        ([slot(), slot(HOUR)], []),
        ([slot(HOUR), slot()], []),
        ([slot(), slot()], [("slots.0", "SLOTS_OVERLAP")]),
        ([slot(), slot(HOUR - SECOND)], [("slots.1", "SLOTS_OVERLAP")]),
        ([slot(HOUR - SECOND), slot()], [("slots.0", "SLOTS_OVERLAP")]),
        ([slot(), slot(10 * MINUTE, 5 * MINUTE)], [("slots.1", "SLOTS_OVERLAP")]),
        ([slot(), slot(DAY), slot(DAY + MINUTE)], [("slots.2", "SLOTS_OVERLAP")]),
    ],
    ids=["back-to-back", "in-any-order", "twice", "by-a-second", "reversed", "inside", "third"],
)
def test_slots_do_not_overlap_each_other(slots: list[SlotTime], codes: list[tuple[str, str]]) -> None:
    assert found(slot_errors(slots)) == codes


def test_every_wrong_slot_is_named() -> None:
    wrong = [slot(length=NO_TIME), slot(DAY), slot(2 * DAY, MINUTE), slot(3 * DAY, 25 * HOUR)]
    assert found(slot_errors(wrong)) == [
        ("slots.0.ends_at", "END_BEFORE_START"),
        ("slots.2.ends_at", "SLOT_TOO_SHORT"),
        ("slots.3.ends_at", "SLOT_TOO_LONG"),
    ]


def test_offsets_are_one_moment_however_they_are_written() -> None:
    same = SlotTime(NINE.astimezone(UTC), (NINE + HOUR).astimezone(timezone(timedelta(hours=-3))))
    assert slot_errors([same]) == []
    assert found(slot_errors([slot(), same]))[0][1] == "SLOTS_OVERLAP"


@settings(deadline=None)
@given(st.lists(st.tuples(moments, lengths), max_size=6))
def test_slots_are_right_when_no_two_overlap(drawn: list[tuple[datetime, timedelta]]) -> None:
    slots = [SlotTime(starts, starts + length) for starts, length in drawn]
    meet = any(
        overlaps(a.starts_at, a.ends_at, b.starts_at, b.ends_at)
        for number, a in enumerate(slots)
        for b in slots[number + 1 :]
    )
    codes = {error.code for error in slot_errors(slots)}
    span = max((s.ends_at for s in slots), default=NINE) - min((s.starts_at for s in slots), default=NINE)
    assert ("SLOTS_OVERLAP" in codes) == meet
    assert ("SPAN_TOO_LONG" in codes) == (span > 366 * DAY)
    assert codes <= {"SLOTS_OVERLAP", "SPAN_TOO_LONG"}


@settings(deadline=None)
@given(moments, lengths, moments, lengths)
def test_overlapping_is_mutual(a: datetime, a_length: timedelta, b: datetime, b_length: timedelta) -> None:
    assert overlaps(a, a + a_length, b, b + b_length) == overlaps(b, b + b_length, a, a + a_length)


@settings(deadline=None)
@given(moments, lengths, lengths)
def test_back_to_back_is_no_overlap(start: datetime, first: timedelta, second: timedelta) -> None:
    middle = start + first
    assert not overlaps(start, middle, middle, middle + second)
    assert overlaps(start, middle, middle - SECOND, middle + second)
    assert overlaps(start, middle, start, middle)


@settings(deadline=None)
@given(moments, lengths, moments, lengths)
def test_overlapping_means_a_shared_moment(a: datetime, a_length: timedelta, b: datetime, b_length: timedelta) -> None:
    shared = max(a, b)
    both = a <= shared < a + a_length and b <= shared < b + b_length
    assert overlaps(a, a + a_length, b, b + b_length) == both


def test_the_block_codes_are_these() -> None:
    assert sorted(SOFT_BLOCK_CODES) == [
        "ATTENDEE_DOUBLE_BOOKED",
        "PREREQUISITE_MISSING",
        "STARTS_IN_PAST",
        "VENUE_CAPACITY_EXCEEDED",
        "VENUE_OVERLAP",
    ]
    assert sorted(HARD_BLOCK_CODES) == ["TRAINER_DOUBLE_BOOKED", "TRAINER_NOT_QUALIFIED"]


@pytest.mark.parametrize(
    ("year", "number", "code"),
    [
        (2026, 1, "TS-2026-0001"),
        (2026, 42, "TS-2026-0042"),
        (2026, 9999, "TS-2026-9999"),
        (2027, 10000, "TS-2027-10000"),
        (2027, 2**63 - 1, "TS-2027-9223372036854775807"),
    ],
)
def test_a_session_is_called_by_year_and_number(year: int, number: int, code: str) -> None:
    assert session_code(year, number) == code


@pytest.mark.parametrize(
    ("score", "minimum", "passes"),
    [
        (None, None, None),
        (80, None, None),
        (None, 80, None),
        (79, 80, False),
        (80, 80, True),
        (81, 80, True),
        (0, 0, True),
        (0, 1, False),
        (100, 100, True),
    ],
)
def test_a_score_passes_exactly_from_the_minimum_on(
    score: int | None, minimum: int | None, passes: bool | None
) -> None:
    assert passed_by_score(score, minimum) is passes


@pytest.mark.parametrize(
    ("mark", "minimum", "wrong"),
    [
        (Mark("REGISTERED"), 80, []),
        (Mark("NO_SHOW", remarks="ill"), 80, []),
        (Mark("ATTENDED"), 80, []),
        (Mark("ATTENDED", "PASSED"), 80, []),
        (Mark("ATTENDED", "FAILED"), None, []),
        (Mark("ATTENDED", "PASSED", 80), 80, []),
        (Mark("ATTENDED", "FAILED", 79), 80, []),
        (Mark("ATTENDED", "FAILED", 99), None, []),
        (Mark("ATTENDED", "PASSED", verified=True, method_id=1), None, []),
        (Mark("NO_SHOW", "PASSED"), None, [("result", "RESULT_WITHOUT_ATTENDANCE")]),
        (Mark("REGISTERED", "FAILED"), None, [("result", "RESULT_WITHOUT_ATTENDANCE")]),
        (Mark("NO_SHOW", score=0), None, [("score", "SCORE_WITHOUT_ATTENDANCE")]),
        (
            Mark("NO_SHOW", "PASSED", 90, verified=True),
            80,
            [
                ("result", "RESULT_WITHOUT_ATTENDANCE"),
                ("score", "SCORE_WITHOUT_ATTENDANCE"),
                ("verified", "VERIFIED_WITHOUT_ATTENDANCE"),
            ],
        ),
        (Mark("ATTENDED", "PASSED", -1), None, [("score", "OUT_OF_RANGE")]),
        (Mark("ATTENDED", "PASSED", 101), None, [("score", "OUT_OF_RANGE")]),
        (Mark("ATTENDED", "PASSED", 79), 80, [("result", "SCORE_AGAINST_RESULT")]),
        (Mark("ATTENDED", "FAILED", 80), 80, [("result", "SCORE_AGAINST_RESULT")]),
        (Mark("ATTENDED", "FAILED", verified=True, method_id=1), None, [("verified", "VERIFIED_NOT_PASSED")]),
        (Mark("ATTENDED", verified=True, method_id=1), None, [("verified", "VERIFIED_NOT_PASSED")]),
        (Mark("ATTENDED", "PASSED", verified=True), None, [("method_id", "METHOD_REQUIRED")]),
        (
            Mark("ATTENDED", "FAILED", 101, verified=True),
            80,
            [
                ("score", "OUT_OF_RANGE"),
                ("result", "SCORE_AGAINST_RESULT"),
                ("verified", "VERIFIED_NOT_PASSED"),
                ("method_id", "METHOD_REQUIRED"),
            ],
        ),
        (Mark("PRESENT"), None, [("status", "UNKNOWN_CHOICE")]),
        (Mark(""), None, [("status", "UNKNOWN_CHOICE")]),
        (Mark("ATTENDED", "MAYBE"), None, [("result", "UNKNOWN_CHOICE")]),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_mark(mark: Mark, minimum: int | None, wrong: list[tuple[str, str]]) -> None:
    assert [(field, code) for field, code, _ in mark_errors(mark, minimum)] == wrong


@settings(deadline=None)
@given(
    st.builds(
        Mark,
        status=st.sampled_from(["REGISTERED", "ATTENDED", "NO_SHOW"]),
        result=st.sampled_from(["", "PASSED", "FAILED"]),
        score=st.none() | st.integers(-5, 105),
        verified=st.booleans(),
        method_id=st.none() | st.just(1),
    ),
    st.none() | st.integers(0, 100),
)
def test_a_right_mark_is_what_the_domain_allows(mark: Mark, minimum: int | None) -> None:
    attended = mark.status == "ATTENDED"
    right = (
        (attended or not (mark.result or mark.score is not None or mark.verified))
        and (mark.score is None or 0 <= mark.score <= 100)
        and (not mark.verified or (mark.result == "PASSED" and mark.method_id is not None))
        and (
            not mark.result
            or mark.score is None
            or minimum is None
            or (mark.result == "PASSED") == (mark.score >= minimum)
        )
    )
    assert (mark_errors(mark, minimum) == []) == right


SITE_HOURS = WorkingHours(time(8), time(17), time(12), time(13), ZoneInfo("Asia/Baku"))
MONDAY = date(2026, 11, 23)


def local(slots: list[SlotTime], zone: str = "Asia/Baku") -> list[str]:
    return [
        f"{slot.starts_at.astimezone(ZoneInfo(zone)):%d %H:%M}-{slot.ends_at.astimezone(ZoneInfo(zone)):%H:%M}"
        for slot in slots
    ]


@pytest.mark.parametrize(
    ("minutes", "proposed"),
    [
        (5, ["23 08:00-08:05"]),
        (120, ["23 08:00-10:00"]),
        (240, ["23 08:00-12:00"]),
        (241, ["23 08:00-13:01"]),
        (300, ["23 08:00-14:00"]),
        (480, ["23 08:00-17:00"]),
        (481, ["23 08:00-17:00", "24 08:00-08:05"]),
        (960, ["23 08:00-17:00", "24 08:00-17:00"]),
        (1080, ["23 08:00-17:00", "24 08:00-17:00", "25 08:00-10:00"]),
    ],
)
def test_slots_are_proposed_one_a_day_inside_working_hours(minutes: int, proposed: list[str]) -> None:
    assert local(propose_slots(minutes, MONDAY, SITE_HOURS)) == proposed


def test_after_the_break_the_rest_goes_on_the_next_day() -> None:
    assert local(propose_slots(240, MONDAY, SITE_HOURS, after_break=True)) == ["23 13:00-17:00"]
    assert local(propose_slots(300, MONDAY, SITE_HOURS, after_break=True)) == ["23 13:00-17:00", "24 08:00-09:00"]


def test_a_site_without_working_hours_gets_no_proposal() -> None:
    closed = WorkingHours(time(8), time(8), time(8), time(8), ZoneInfo("UTC"))
    assert propose_slots(60, MONDAY, closed) == []


def test_a_site_without_a_break_teaches_through() -> None:
    hours = WorkingHours(time(7), time(15), time(11), time(11), ZoneInfo("UTC"))
    assert local(propose_slots(480, MONDAY, hours), "UTC") == ["23 07:00-15:00"]


@given(
    st.integers(5, 52_560),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.lists(st.integers(0, 1439), min_size=4, max_size=4).map(sorted),
    st.sampled_from(["UTC", "Europe/Istanbul", "America/New_York", "Australia/Lord_Howe"]),
)
def test_proposed_slots_can_be_scheduled_and_hold_the_course(
    minutes: int, first_day: date, day: list[int], zone: str
) -> None:
    starts, away, back, ends = (time(minute // 60, minute % 60) for minute in day)
    hours = WorkingHours(starts, ends, away, back, ZoneInfo(zone))
    slots = propose_slots(minutes, first_day, hours)
    assert slot_errors(slots) == []
    a_day = (day[3] - day[0]) - (day[2] - day[1])
    assert bool(slots) == (a_day > 0)
    assert len(slots) <= 60
    if slots and len(slots) < 60 and zone == "UTC":
        taught = sum((slot.ends_at - slot.starts_at for slot in slots), timedelta())
        assert taught >= minutes * MINUTE


def test_the_first_free_time_has_trainer_venue_and_people_free() -> None:
    morning, afternoon = (
        propose_slots(240, MONDAY, SITE_HOURS),
        propose_slots(240, MONDAY, SITE_HOURS, after_break=True),
    )
    days, before = [MONDAY, MONDAY + DAY], morning[0].starts_at

    def found(**given: Any) -> FreeTime | None:
        values: dict[str, Any] = {"trainers": {1: [], 2: []}, "venues": {7: []}, "not_before": before, **given}
        return first_free(240, days, SITE_HOURS, **values)

    assert found() == FreeTime(morning, 1, 7)
    assert found(trainers={1: morning, 2: []}) == FreeTime(morning, 2, 7)
    assert found(trainers={1: morning}) == FreeTime(afternoon, 1, 7)
    assert found(venues={7: [*morning, *afternoon]}).slots == propose_slots(240, MONDAY + DAY, SITE_HOURS)  # type: ignore[union-attr]
    assert found(venues={7: [*morning, *afternoon], 8: []}) == FreeTime(morning, 1, 8)
    assert found(people=morning) == FreeTime(afternoon, 1, 7)
    assert found(not_before=before + MINUTE) == FreeTime(afternoon, 1, 7)
    assert found(trainers={}) is None
    assert found(not_before=before + 5 * DAY) is None
