"""Whose session it is: finding and locking one for whoever asks (domain.md §2)."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from titan.core.actor import Actor, Role
from titan.core.errors import Conflict, NotFound
from titan.core.language import N_, _
from titan.resources.models import Trainer
from titan.training.models import SessionStatus, TrainingSession

CLOSED = (SessionStatus.COMPLETED, SessionStatus.CANCELLED)
# As messages name them.
_STATUSES = (N_("DRAFT"), N_("SCHEDULED"), N_("COMPLETED"), N_("CANCELLED"))


def visible_sessions(by: Actor) -> QuerySet[TrainingSession]:
    """Return the sessions `by` may see: a trainer those assigned to them, everyone else all."""
    sessions = TrainingSession.objects.all()
    return sessions.filter(trainer_id=by.trainer_id or 0) if by.role is Role.TRAINER else sessions


def need_visible(session_id: int, *, by: Actor) -> None:
    """Raise NotFound for a session that is not there, or not for `by` to see."""
    if not visible_sessions(by).filter(pk=session_id).exists():
        raise NotFound("session", session_id)


def locked_session(session_id: int, *, by: Actor) -> TrainingSession:
    """Return the session, locked until the transaction ends; NotFound when it is not there or not for `by` to see."""
    sessions = visible_sessions(by).filter(pk=session_id)
    if connection.vendor == "postgresql":
        # Locked alone, then read: a join that waited for the lock would show what was joined before the wait.
        list(sessions.select_for_update(no_key=True).values_list("pk"))
    session = sessions.select_related("course_version__course", "evidence").first()
    if session is None:
        raise NotFound("session", session_id)
    return session


def lock_trainer(trainer_id: int) -> None:
    """Let bookings of one trainer queue up, so that the exclusion constraint cannot deadlock (ledger.md §4)."""
    if connection.vendor == "postgresql":
        list(Trainer.objects.select_for_update(no_key=True).filter(pk=trainer_id).values_list("pk"))


def need_open(session: TrainingSession) -> None:
    """Raise Conflict SESSION_CLOSED for a completed or cancelled session: it never changes."""
    if session.status in CLOSED:
        raise Conflict(
            "SESSION_CLOSED",
            _("%(session)s is %(status)s; it never changes. Plan a new session instead.")
            % {"session": session.code, "status": _(session.status)},
        )


def need_status(session: TrainingSession, status: SessionStatus, what: str) -> None:
    """Raise Conflict NOT_SCHEDULED (or NOT_DRAFT) unless the session has this status; `what` names the act."""
    if session.status != status:
        raise Conflict(
            f"NOT_{status}",
            _("%(session)s is %(status)s; %(what)s needs a %(wanted)s session.")
            % {"session": session.code, "status": _(session.status), "what": what, "wanted": _(status)},
        )
