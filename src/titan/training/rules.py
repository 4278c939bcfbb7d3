"""What is allowed and what follows, from Draft to Completed (domain.md §5–7). Pure: time is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from titan.core.errors import FieldError

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
        return [FieldError("slots", "NAIVE_TIME", "Give times with their offset, such as 2026-11-24T08:00:00+04:00.")]
    if any(not FIRST_YEAR <= moment.year <= LAST_YEAR for slot in slots for moment in (slot.starts_at, slot.ends_at)):
        return [FieldError("slots", "OUT_OF_RANGE", f"Give times in the years {FIRST_YEAR} to {LAST_YEAR}.")]
    errors = [error for number, slot in enumerate(slots) for error in _slot_error(number, slot)]
    if len(slots) > MOST_SLOTS:
        errors.append(FieldError("slots", "TOO_MANY", f"A session has at most {MOST_SLOTS} slots."))
    if errors or not slots:
        return errors
    in_order = sorted(slots)
    if in_order[-1].ends_at - in_order[0].starts_at > LONGEST_SESSION:
        errors.append(FieldError("slots", "SPAN_TOO_LONG", "All slots of a session lie within 366 days."))
    for earlier, later in pairwise(in_order):
        if overlaps(earlier.starts_at, earlier.ends_at, later.starts_at, later.ends_at):
            errors.append(
                FieldError(
                    f"slots.{slots.index(later)}",
                    "SLOTS_OVERLAP",
                    "This slot overlaps another one of the same session. Let it start when the other ends, or later.",
                )
            )
    return errors


def _slot_error(number: int, slot: SlotTime) -> Iterable[FieldError]:
    length = slot.ends_at - slot.starts_at
    if length <= timedelta(0):
        yield FieldError(f"slots.{number}.ends_at", "END_BEFORE_START", "The slot must end after it starts.")
    elif length < SHORTEST_SLOT:
        yield FieldError(f"slots.{number}.ends_at", "SLOT_TOO_SHORT", "A slot lasts at least 5 minutes.")
    elif length > LONGEST_SLOT:
        yield FieldError(f"slots.{number}.ends_at", "SLOT_TOO_LONG", "A slot lasts at most 24 hours; use several.")


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


def passed_by_score(score: int | None, min_pass_score: int | None) -> bool | None:
    """Say whether a score passes: exactly when it reaches the minimum; None where score or minimum is missing."""
    if score is None or min_pass_score is None:
        return None
    return score >= min_pass_score


def mark_errors(mark: Mark, min_pass_score: int | None) -> list[tuple[str, str, str]]:
    """Return everything wrong with a mark as (field, code, message) (domain.md §6, Attendee)."""
    errors = [
        (field, "UNKNOWN_CHOICE", f"Give one of {', '.join(choices)}, not {value!r}.")
        for field, value, choices in (("status", mark.status, STATUSES), ("result", mark.result or None, RESULTS))
        if value is not None and value not in choices
    ]
    if errors:
        return errors
    if mark.status != "ATTENDED":
        if mark.result:
            errors.append(("result", "RESULT_WITHOUT_ATTENDANCE", "Only who attended has a result."))
        if mark.score is not None:
            errors.append(("score", "SCORE_WITHOUT_ATTENDANCE", "Only who attended has a score."))
        if mark.verified:
            errors.append(("verified", "VERIFIED_WITHOUT_ATTENDANCE", "Only who attended can be verified."))
        return errors
    if mark.score is not None and not 0 <= mark.score <= 100:
        errors.append(("score", "OUT_OF_RANGE", "Give a score from 0 to 100."))
    passes = passed_by_score(mark.score, min_pass_score)
    if passes is not None and mark.result and (mark.result == "PASSED") != passes:
        rule = "passes" if passes else "fails"
        errors.append(
            (
                "result",
                "SCORE_AGAINST_RESULT",
                f"A score of {mark.score} {rule}: the minimum is {min_pass_score}.",
            )
        )
    if mark.verified and mark.result != "PASSED":
        errors.append(("verified", "VERIFIED_NOT_PASSED", "Only who passed can be verified as competent."))
    if mark.verified and mark.method_id is None:
        errors.append(("method_id", "METHOD_REQUIRED", "Say by which assessment method it was verified."))
    return errors
