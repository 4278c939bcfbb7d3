"""What is allowed and what follows, from Draft to Completed (domain.md §5–7). Pure: time is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from titan.core.errors import FieldError
from titan.core.given import unknown_choice
from titan.core.language import _
from titan.records.rules import passed_by_score

SHORTEST_SLOT = timedelta(minutes=5)
LONGEST_SLOT = timedelta(hours=24)
MOST_SLOTS = 60
LONGEST_SESSION = timedelta(days=366)
# Every zone can write these years; the first and the last one there are overflow in some.
FIRST_YEAR, LAST_YEAR = 1900, 2999

SOFT_BLOCK_CODES = frozenset(
    {
        "VENUE_OVERLAP",
        "VENUE_CAPACITY_EXCEEDED",
        "PREREQUISITE_MISSING",
        "ATTENDEE_DOUBLE_BOOKED",
        "STARTS_IN_PAST",
    }
)
HARD_BLOCK_CODES = frozenset({"TRAINER_NOT_QUALIFIED", "TRAINER_DOUBLE_BOOKED"})


@dataclass(frozen=True, order=True)
class SlotTime:
    """One stretch of time of a session; both ends aware."""

    starts_at: datetime
    ends_at: datetime


def overlaps(a_starts: datetime, a_ends: datetime, b_starts: datetime, b_ends: datetime) -> bool:
    """Say whether two stretches of time overlap; back-to-back is no overlap (domain.md §5)."""
    return a_starts < b_ends and b_starts < a_ends


def slot_errors(slots: Sequence[SlotTime]) -> list[FieldError]:
    """Return everything wrong with a session's slots (domain.md §5): lengths, order, number, span, overlaps."""
    if any(slot.starts_at.tzinfo is None or slot.ends_at.tzinfo is None for slot in slots):
        return [
            FieldError("slots", "NAIVE_TIME", _("Give times with their offset, such as 2026-11-24T08:00:00+04:00."))
        ]
    if any(not FIRST_YEAR <= moment.year <= LAST_YEAR for slot in slots for moment in (slot.starts_at, slot.ends_at)):
        return [
            FieldError(
                "slots",
                "OUT_OF_RANGE",
                _("Give times in the years %(first)s to %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR},
            )
        ]
    errors = [error for number, slot in enumerate(slots) for error in _slot_error(number, slot)]
    if len(slots) > MOST_SLOTS:
        errors.append(
            FieldError("slots", "TOO_MANY", _("A session has at most %(limit)s slots.") % {"limit": MOST_SLOTS})
        )
    if errors or not slots:
        return errors
    in_order = sorted(slots)
    if in_order[-1].ends_at - in_order[0].starts_at > LONGEST_SESSION:
        errors.append(FieldError("slots", "SPAN_TOO_LONG", _("All slots of a session lie within 366 days.")))
    for earlier, later in pairwise(in_order):
        if overlaps(earlier.starts_at, earlier.ends_at, later.starts_at, later.ends_at):
            errors.append(
                FieldError(
                    f"slots.{slots.index(later)}",
                    "SLOTS_OVERLAP",
                    _(
                        "This slot overlaps another one of the same session. "
                        "Let it start when the other ends, or later."
                    ),
                )
            )
    return errors


def _slot_error(number: int, slot: SlotTime) -> Iterable[FieldError]:
    length = slot.ends_at - slot.starts_at
    if length <= timedelta(0):
        yield FieldError(f"slots.{number}.ends_at", "END_BEFORE_START", _("The slot must end after it starts."))
    elif length < SHORTEST_SLOT:
        yield FieldError(f"slots.{number}.ends_at", "SLOT_TOO_SHORT", _("A slot lasts at least 5 minutes."))
    elif length > LONGEST_SLOT:
        yield FieldError(f"slots.{number}.ends_at", "SLOT_TOO_LONG", _("A slot lasts at most 24 hours; use several."))


STATUSES = ("REGISTERED", "ATTENDED", "NO_SHOW")
RESULTS = ("PASSED", "FAILED")


@dataclass(frozen=True)
class Mark:
    """How it went for one attendee, whole: what was there, overlaid with what was sent."""

    status: str
    result: str = ""
    score: int | None = None
    verified: bool = False
    method_id: int | None = None
    remarks: str = ""


def mark_errors(mark: Mark, min_pass_score: int | None) -> list[tuple[str, str, str]]:
    """Return everything wrong with a mark as (field, code, message) (domain.md §6, Attendee)."""
    errors = [
        (field, "UNKNOWN_CHOICE", unknown_choice(value, choices))
        for field, value, choices in (("status", mark.status, STATUSES), ("result", mark.result or None, RESULTS))
        if value is not None and value not in choices
    ]
    if errors:
        return errors
    if mark.status != "ATTENDED":
        if mark.result:
            errors.append(("result", "RESULT_WITHOUT_ATTENDANCE", _("Only who attended has a result.")))
        if mark.score is not None:
            errors.append(("score", "SCORE_WITHOUT_ATTENDANCE", _("Only who attended has a score.")))
        if mark.verified:
            errors.append(("verified", "VERIFIED_WITHOUT_ATTENDANCE", _("Only who attended can be verified.")))
        return errors
    if mark.score is not None and not 0 <= mark.score <= 100:
        errors.append(("score", "OUT_OF_RANGE", _("Give a score from 0 to 100.")))
    passes = passed_by_score(mark.score, min_pass_score)
    if passes is not None and mark.result and (mark.result == "PASSED") != passes:
        text = (
            _("A score of %(score)s passes: the minimum is %(minimum)s.")
            if passes
            else _("A score of %(score)s fails: the minimum is %(minimum)s.")
        )
        errors.append(
            (
                "result",
                "SCORE_AGAINST_RESULT",
                text % {"score": mark.score, "minimum": min_pass_score},
            )
        )
    if mark.verified and mark.result != "PASSED":
        errors.append(("verified", "VERIFIED_NOT_PASSED", _("Only who passed can be verified as competent.")))
    if mark.verified and mark.method_id is None:
        errors.append(("method_id", "METHOD_REQUIRED", _("Say by which assessment method it was verified.")))
    return errors


@dataclass(frozen=True)
class WorkingHours:
    """When the site works, every day alike (domain.md §2): from `starts` to `ends` in `zone`, less the break."""

    starts: time
    ends: time
    break_starts: time
    break_ends: time
    zone: ZoneInfo


@dataclass(frozen=True)
class FreeTime:
    """Slots at which a trainer and a venue are free."""

    slots: list[SlotTime]
    trainer_id: int
    venue_id: int


def propose_slots(
    duration_minutes: int, first_day: date, hours: WorkingHours, *, after_break: bool = False
) -> list[SlotTime]:
    """Return slots for a course: one a day from `first_day` on, each inside the working hours (domain.md §5).

    A day's slot begins with the working day and reaches over the break, which does not count as teaching; what does
    not fit goes on the next day. after_break: the first day begins after the break instead. Returns at most MOST_SLOTS
    slots, none for a site without working hours.
    """
    slots: list[SlotTime] = []
    left, begins = duration_minutes, _minute(hours.break_ends if after_break else hours.starts)
    while left > 0 and len(slots) < MOST_SLOTS:
        taught = min(left, _teachable(begins, hours))
        if taught <= 0:
            if not _teachable(_minute(hours.starts), hours):
                return []
        else:
            slots.append(_day_slot(first_day, begins, max(taught, SHORTEST_SLOT // _MINUTE), hours))
        left -= taught
        first_day += timedelta(days=1)
        begins = _minute(hours.starts)
    return slots


def first_free(
    duration_minutes: int,
    days: Iterable[date],
    hours: WorkingHours,
    *,
    trainers: Mapping[int, Sequence[SlotTime]],
    venues: Mapping[int, Sequence[SlotTime]],
    people: Sequence[SlotTime] = (),
    not_before: datetime,
) -> FreeTime | None:
    """Return the first proposed slots, on one of `days`, at which a trainer and a venue are free; None: there are none.

    trainers, venues: by id, in the order of preference, the times that each already holds. people: times at which the
    people invited are busy. A course that fits into the time after the break is proposed there too.
    """
    for day in days:
        for slots in _proposals(duration_minutes, day, hours):
            if slots[0].starts_at < not_before or not _is_free(slots, people):
                continue
            trainer = next((pk for pk, held in trainers.items() if _is_free(slots, held)), None)
            venue = next((pk for pk, held in venues.items() if _is_free(slots, held)), None)
            if trainer is not None and venue is not None:
                return FreeTime(slots, trainer, venue)
    return None


_MINUTE = timedelta(minutes=1)


def _proposals(duration_minutes: int, day: date, hours: WorkingHours) -> Iterable[list[SlotTime]]:
    morning = propose_slots(duration_minutes, day, hours)
    if morning:
        yield morning
    if duration_minutes <= _teachable(_minute(hours.break_ends), hours) and hours.starts < hours.break_ends:
        yield propose_slots(duration_minutes, day, hours, after_break=True)


def _is_free(slots: Sequence[SlotTime], held: Sequence[SlotTime]) -> bool:
    return not any(overlaps(a.starts_at, a.ends_at, b.starts_at, b.ends_at) for a in slots for b in held)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _teachable(begins: int, hours: WorkingHours) -> int:
    """Return the minutes that can be taught from `begins` (minute of the day) on, less the break."""
    away = max(0, _minute(hours.break_ends) - max(begins, _minute(hours.break_starts)))
    return max(0, _minute(hours.ends) - begins - away)


def _day_slot(day: date, begins: int, taught: int, hours: WorkingHours) -> SlotTime:
    away = _minute(hours.break_ends) - _minute(hours.break_starts)
    over_the_break = begins < _minute(hours.break_ends) and begins + taught > _minute(hours.break_starts)
    starts = datetime.combine(day, time(begins // 60, begins % 60), hours.zone).astimezone(UTC)
    # Lengths are added in UTC: an hour of teaching is an hour, also in the night when clocks change.
    ends = starts + (taught + (away if over_the_break else 0)) * _MINUTE
    # Where work goes round the clock, the short day of a clock change would reach into the next one.
    following = datetime.combine(day + timedelta(days=1), hours.starts, hours.zone).astimezone(UTC)
    return SlotTime(starts, min(ends, following))
