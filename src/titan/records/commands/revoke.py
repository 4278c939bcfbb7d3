"""Revoking: a wrong record stays visible, with the reason why it counts no more (domain.md §7)."""

from __future__ import annotations

from datetime import datetime

from titan.core.actor import Actor
from titan.core.command import command, say, touch
from titan.core.errors import Conflict, NotFound
from titan.core.given import Wrong, is_blank
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
    need_admin(by)
    record = TrainingRecord.objects.filter(pk=record_id).values("worker_id", "course_id").first()
    if record is None:
        raise NotFound("training record", record_id)
    reason = reason_given(reason)
    hit = TrainingRecord.objects.filter(pk=record_id, revoked_at=None).update(
        revoked_at=at, revoked_by_id=by.user_id, revoke_reason=reason
    )
    if not hit:
        raise Conflict("ALREADY_REVOKED", _("This record is revoked already; a revocation stands for ever."))
    say("training_record.revoked", "training_record", record_id, after={"revoked": True}, reason=reason)
    touch([record["worker_id"]], [record["course_id"]])
    ended = {"id": record_id, "worker_id": record["worker_id"], "revoke_reason": reason}
    enter([revoked_leaf(ended | {"revoked_at": at, "revoked_by_id": by.user_id})])
    return record_id


def reason_given(reason: str) -> str:
    """Return `reason` cleaned; raise Invalid when it says nothing, or what cannot be stored."""
    wrong = Wrong()
    reason = wrong.text("reason", reason, limit=REASON_LIMIT, lines=True)
    if is_blank(reason):
        wrong.add("reason", "REASON_REQUIRED", _("Say why, so that the auditor can follow."))
    wrong.refuse()
    return reason
