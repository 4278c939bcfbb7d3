"""Revoking: a wrong record stays visible, with the reason why it counts no more (domain.md §7)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.command import Said, command, say_all, touch
from titan.core.errors import Conflict, FieldError, NotFound
from titan.core.given import Wrong, is_blank, possible_ids
from titan.core.language import _
from titan.core.permit import need_admin
from titan.ledger.commands import enter
from titan.records.leaves import revoked_leaf
from titan.records.models import TrainingRecord

REASON_LIMIT = 1_000


@command
def revoke_record(record_id: int, reason: str, *, by: Actor, at: datetime) -> int:
    """Revoke a training record with a reason and refresh its worker; returns its id.

    Raises NotFound, Invalid REASON_REQUIRED, Conflict ALREADY_REVOKED. A competent decision behind it stays visible.
    """
    revoke_records([record_id], reason, by=by, at=at)
    return record_id


@command
def revoke_records(ids: Collection[int], reason: str, *, by: Actor, at: datetime) -> None:
    """Revoke training records with one reason, all or none, and refresh their workers; a fixed number of statements.

    Raises NotFound, Invalid REASON_REQUIRED, Conflict ALREADY_REVOKED that names which.
    """
    need_admin(by)
    rows = _named(ids)
    reason = reason_given(reason)
    known = [row["id"] for row in rows]
    hit = TrainingRecord.objects.filter(pk__in=id_set(known), revoked_at=None).update(
        revoked_at=at, revoked_by_id=by.user_id, revoke_reason=reason
    )
    if hit < len(known):
        raise _already_revoked([row["id"] for row in rows if row["revoked_at"]], len(known))
    said = {"revoked": True}
    say_all(Said("training_record.revoked", "training_record", pk, after=said, reason=reason) for pk in known)
    touch({row["worker_id"] for row in rows}, {row["course_id"] for row in rows})
    ended = {"revoked_at": at, "revoked_by_id": by.user_id, "revoke_reason": reason}
    enter(revoked_leaf(row | ended) for row in rows)


def _named(ids: Collection[int]) -> list[dict[str, Any]]:
    """Return whose records these are, in the order of their ids; raise NotFound for those that are not there."""
    found = TrainingRecord.objects.filter(pk__in=id_set(possible_ids(ids))).order_by("pk")
    rows: list[dict[str, Any]] = [dict(row) for row in found.values("id", "worker_id", "course_id", "revoked_at")]
    missing = sorted(set(ids) - {row["id"] for row in rows})
    if missing:
        raise NotFound("training record", ", ".join(str(pk) for pk in missing))
    return rows


def _already_revoked(ids: list[int], asked: int) -> Conflict:
    if asked == 1:
        text = _("This record is revoked already; a revocation stands for ever.")
    else:
        text = _("Some of these records were revoked meanwhile; a revocation stands for ever. Look at the list again.")
    return Conflict("ALREADY_REVOKED", text, errors=[FieldError("ids", "ALREADY_REVOKED", str(pk)) for pk in ids])


def reason_given(reason: str) -> str:
    """Return `reason` cleaned; raise Invalid when it says nothing, or what cannot be stored."""
    wrong = Wrong()
    reason = wrong.text("reason", reason, limit=REASON_LIMIT, lines=True)
    if is_blank(reason):
        wrong.add("reason", "REASON_REQUIRED", _("Say why, so that the auditor can follow."))
    wrong.refuse()
    return reason
