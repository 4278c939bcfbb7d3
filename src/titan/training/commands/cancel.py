"""Not holding it: cancel with a reason, or delete a draft (domain.md §6)."""

from __future__ import annotations

from datetime import datetime

from titan.core.actor import Actor
from titan.core.command import command, say
from titan.core.errors import Conflict
from titan.core.given import Wrong, is_blank
from titan.core.language import _
from titan.core.permit import need_admin
from titan.training.access import locked_session, need_open
from titan.training.models import SessionStatus, TrainingSession

REASON_LIMIT = 1_000


@command
def cancel_session(session_id: int, reason: str, *, by: Actor, at: datetime) -> None:
    """Cancel a draft or scheduled session, freeing everything it holds; a scheduled one needs a reason."""
    need_admin(by)
    session = locked_session(session_id, by=by)
    wrong = Wrong()
    reason = wrong.text("reason", reason, limit=REASON_LIMIT, lines=True)
    if session.status == SessionStatus.SCHEDULED and is_blank(reason):
        wrong.add("reason", "REASON_REQUIRED", _("Say why the scheduled session is cancelled."))
    wrong.refuse()
    need_open(session)
    TrainingSession.objects.filter(pk=session_id).update(
        status=SessionStatus.CANCELLED, cancelled_at=at, cancel_reason=reason, version=session.version + 1
    )
    say(
        "session.cancelled",
        "session",
        session_id,
        before={"status": session.status},
        after={"status": SessionStatus.CANCELLED},
        reason=reason,
    )


@command
def delete_draft(session_id: int, *, by: Actor, at: datetime) -> None:
    """Delete a draft with its slots and class list; anything further is cancelled, never deleted."""
    need_admin(by)
    session = locked_session(session_id, by=by)
    if session.status != SessionStatus.DRAFT:
        raise Conflict(
            "NOT_DRAFT",
            _("%(session)s is %(status)s; only a draft can be deleted. Cancel it.")
            % {"session": session.code, "status": _(session.status)},
        )
    before = {"code": session.code, "course_id": session.course_id}
    session.delete()
    say("session.deleted", "session", session_id, before=before)
