"""Taking back that somebody was taken off a class list: the registration and the mark that were there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from titan.audit.models import AuditEvent
from titan.core.actor import Actor
from titan.core.command import command
from titan.core.errors import NotFound
from titan.core.permit import need_admin
from titan.training.access import locked_session
from titan.training.commands.attend import MarkChange, mark_attendance
from titan.training.commands.invite import REMOVED, invite_workers
from titan.training.models import Attendance, Attendee


@command
def restore_attendee(session_id: int, worker_id: int, *, by: Actor, at: datetime) -> bool:
    """Put a worker back on the class list with the mark they had when they were taken off it (domain.md §6).

    Through inviting and marking, with all their rules: whoever was blocked meanwhile, or a session that was closed, is
    refused, and nothing is written. Returns False, and changes nothing, for somebody who is on the list again. Raises
    NotFound for somebody who was never taken off it, Invalid, Conflict.
    """
    need_admin(by)
    locked_session(session_id, by=by)
    before = _when_removed(session_id, worker_id)
    if not invite_workers(session_id, [worker_id], by=by, at=at).added:
        return False
    if before["status"] != Attendance.REGISTERED or before.get("remarks"):
        mark_attendance(session_id, [_mark(worker_id, before)], by=by, at=at)
    if before.get("verified"):
        # Whoever signed stays who signed, not who undid.
        Attendee.objects.filter(session_id=session_id, worker_id=worker_id).update(
            verified_by_id=before["verified_by_id"]
        )
    return True


def _when_removed(session_id: int, worker_id: int) -> dict[str, Any]:
    """Return what the audit log kept of the registration that was taken away last."""
    removals = AuditEvent.objects.filter(entity="session", entity_id=session_id, action=REMOVED)
    found = removals.filter(before__worker_id=worker_id).order_by("-pk").values_list("before", flat=True).first()
    if found is None:
        raise NotFound("attendee", worker_id)
    return dict(found)


def _mark(worker_id: int, before: dict[str, Any]) -> MarkChange:
    return MarkChange(
        worker_id,
        status=before["status"],
        result=before["result"] or None,
        score=before["score"],
        verified=bool(before.get("verified")),
        method_id=before.get("method_id"),
        remarks=before.get("remarks", ""),
    )
