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
from titan.records.models import FOREVER, CompetencyRecord, Result, TrainingRecord


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


@dataclass(frozen=True)
class Extended:
    """An extension of one record: the day through which it is valid, when that was decided here, and taken back."""

    until: date
    made_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class Proof:
    """A record with its extensions, in force or not."""

    record: TrainingRecord
    extensions: tuple[Extended, ...] = ()

    def valid_until(self, day: PastDay, known: Known) -> date:
        """Return the last day of the record: the later of its expiry and the extensions that count.

        Then: those made, and not taken back, by the end of the day. Now: those in force today, whenever made, for they
        say of the record itself until when it is valid.
        """
        own = self.record.expires_on or FOREVER
        return max([own, *(one.until for one in self.extensions if _counts(one, day, known))])


def _counts(extension: Extended, day: PastDay, known: Known) -> bool:
    if known is Known.THEN and extension.made_at >= day.end:
        return False
    return not is_revoked(extension.revoked_at, day, known)


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


def best_proof(proofs: Iterable[Proof], day: PastDay, known: Known) -> tuple[TrainingRecord, date] | None:
    """Return the record of one worker and course that proves it on the day, and its last day then (domain.md §9.2).

    It is the one that lasts longest.
    """
    standing = [
        (until, proof.record.completed_on, proof.record.pk, proof.record)
        for proof in proofs
        if proof.record.result == Result.PASSED
        and (until := proof.valid_until(day, known)) >= day.on
        and is_known(proof.record, day, known)
        and not is_revoked(proof.record.revoked_at, day, known)
    ]
    if not standing:
        return None
    until, _completed_on, _pk, record = max(standing, key=lambda one: one[:3])
    return record, until


def waits(attempt: Attempt, day: PastDay, known: Known) -> bool:
    """Say whether a competency record waited for an assessor at the end of the day (domain.md §8)."""
    row = attempt.row
    if is_revoked(row.revoked_at, day, known):
        return False
    if known is Known.NOW:
        return row.completed_on <= day.on and (row.assessed_on is None or row.assessed_on > day.on)
    return row.created_at < day.end and (attempt.decided_at is None or attempt.decided_at >= day.end)


def history(proofs: Iterable[Proof], day: PastDay, known: Known) -> History:
    """Return what the results of one worker and course say where none proves it, for the reason in words."""
    made = [proof for proof in proofs if is_known(proof.record, day, known)]
    in_force = [proof for proof in made if not is_revoked(proof.record.revoked_at, day, known)]
    passed = [proof for proof in in_force if proof.record.result == Result.PASSED]
    failed = [proof.record.completed_on for proof in in_force if proof.record.result == Result.FAILED]
    expired = [until for proof in passed if (until := proof.valid_until(day, known)) < day.on]
    return History(
        last_expired_on=max(expired, default=None),
        trained=any(proof.record.result == Result.PASSED for proof in made),
        last_failed_on=None if passed else max(failed, default=None),
    )
