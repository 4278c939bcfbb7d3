"""Which proof counts on a past day: what was known then, or what is known now about then. Pure.

What a worker was asked for is the same either way: a role, an area, a requirement is a decision that holds from the
moment it is made. Whether they had proved it is a finding, and findings come late or are taken back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from titan.compliance.queries.items import History
from titan.records.models import CompetencyRecord, Result, TrainingRecord


class Known(StrEnum):
    """By whose knowledge a past day is judged: what had been entered by its end, or what is known today."""

    THEN = "then"
    NOW = "now"


@dataclass(frozen=True)
class PastDay:
    """A site day and the first moment after it; its state is the state just before `end`."""

    on: date
    end: datetime


@dataclass(frozen=True)
class Attempt:
    """A competency record, and when its decision was entered (None: it still waits)."""

    row: CompetencyRecord
    decided_at: datetime | None


def is_known(record: TrainingRecord, day: PastDay, known: Known) -> bool:
    """Say whether a record counts as made: entered by the end of the day, or of a class done by then."""
    if known is Known.THEN:
        return record.created_at < day.end
    return record.completed_on <= day.on


def is_revoked(revoked_at: datetime | None, day: PastDay, known: Known) -> bool:
    """Say whether a revocation takes a record away: one made by the end of the day, or any made since."""
    if revoked_at is None:
        return False
    return known is Known.NOW or revoked_at < day.end


def proof(records: Iterable[TrainingRecord], day: PastDay, known: Known) -> TrainingRecord | None:
    """Return the record of one worker and course that proves it on the day: it lasts longest (domain.md §9.2)."""
    standing = [
        record
        for record in records
        if record.result == Result.PASSED
        and record.valid_until >= day.on
        and is_known(record, day, known)
        and not is_revoked(record.revoked_at, day, known)
    ]
    return max(standing, key=lambda record: (record.valid_until, record.completed_on, record.pk), default=None)


def waits(attempt: Attempt, day: PastDay, known: Known) -> bool:
    """Say whether a competency record waited for an assessor at the end of the day (domain.md §8)."""
    row = attempt.row
    if is_revoked(row.revoked_at, day, known):
        return False
    if known is Known.NOW:
        return row.completed_on <= day.on and (row.assessed_on is None or row.assessed_on > day.on)
    return row.created_at < day.end and (attempt.decided_at is None or attempt.decided_at >= day.end)


def history(records: Iterable[TrainingRecord], day: PastDay, known: Known) -> History:
    """Return what the results of one worker and course say where none proves it, for the reason in words."""
    made = [record for record in records if is_known(record, day, known)]
    in_force = [record for record in made if not is_revoked(record.revoked_at, day, known)]
    passed = [record for record in in_force if record.result == Result.PASSED]
    failed = [record.completed_on for record in in_force if record.result == Result.FAILED]
    expired = [record.expires_on for record in passed if record.expires_on and record.expires_on < day.on]
    return History(
        last_expired_on=max(expired, default=None),
        trained=any(record.result == Result.PASSED for record in made),
        last_failed_on=None if passed else max(failed, default=None),
    )
