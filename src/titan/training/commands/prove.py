"""Evidence: one signed sheet per session, replaceable until it is finalized, both kept (domain.md §10)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from titan.core.actor import Actor, Role
from titan.core.command import command, nothing_changed, say
from titan.core.errors import NotFound
from titan.core.language import _
from titan.core.permit import need_role
from titan.evidence.commands import StagedEvidence, record_evidence, report_tampering
from titan.evidence.queries import EvidenceView, by_ids, is_intact
from titan.evidence.storage import Verdict
from titan.ledger.commands import enter
from titan.training.access import locked_session, need_open, need_status, visible_sessions
from titan.training.leaves import superseded_leaf
from titan.training.models import SessionEvidence, SessionStatus, TrainingSession
from titan.training.queries.gate import SheetSeen


def need_evidence_taken(session_id: int, *, by: Actor) -> None:
    """Raise what attaching would raise, before any byte is stored: Forbidden, NotFound, Conflict."""
    need_role(by, Role.HSE_ADMIN, Role.TRAINER)
    session = visible_sessions(by).filter(pk=session_id).first()
    if session is None:
        raise NotFound("session", session_id)
    need_open(session)
    need_status(session, SessionStatus.SCHEDULED, _("attaching evidence"))


@command
def attach_evidence(session_id: int, staged: StagedEvidence, *, by: Actor, at: datetime, again: bool = False) -> int:
    """Attach the signed sheet, whose bytes are staged already; an earlier one is kept as superseded.

    By an admin or the session's own trainer, while SCHEDULED. Returns the evidence's id. The same bytes as those in
    force are taken once; under another name they are another sheet. again: it was sent before and the answer was lost,
    so that what the same person attached already is not attached a second time, over a sheet that came after it.
    """
    need_role(by, Role.HSE_ADMIN, Role.TRAINER)
    session = locked_session(session_id, by=by)
    need_open(session)
    need_status(session, SessionStatus.SCHEDULED, _("attaching evidence"))
    taken = _taken_before(session_id, staged, by=by, again=again)
    if taken is not None:
        nothing_changed()
        return taken
    evidence = record_evidence(staged, by=by, at=at)
    SessionEvidence.objects.filter(session_id=session_id, superseded_at=None).update(superseded_at=at)
    SessionEvidence.objects.create(
        session_id=session_id, evidence_id=evidence.id, attached_at=at, attached_by_id=by.user_id
    )
    TrainingSession.objects.filter(pk=session_id).update(evidence_id=evidence.id, version=session.version + 1)
    if session.evidence is not None:
        old, new = (session.evidence.key, session.evidence.sha256), (evidence.key, evidence.sha256)
        enter([superseded_leaf(session_id, old, new, at=at, by_id=by.user_id)])
    say(
        "session.evidence_replaced" if session.evidence_id else "session.evidence_attached",
        "session",
        session_id,
        before={"evidence_id": session.evidence_id} if session.evidence_id else None,
        after={"evidence_id": evidence.id, "sha256": evidence.sha256},
    )
    return evidence.id


def _taken_before(session_id: int, staged: StagedEvidence, *, by: Actor, again: bool) -> int | None:
    """Return the evidence of this session that holds the same bytes: the one in force, or sent by `by` before."""
    same = Q(superseded_at=None) | (Q(attached_by_id=by.user_id) if again else Q())
    sheets = SessionEvidence.objects.filter(same, session_id=session_id).order_by("-pk")
    evidence_ids = list(sheets.values_list("evidence_id", flat=True))
    held = by_ids(evidence_ids)
    sent = _told(staged)
    return next((evidence_id for evidence_id in evidence_ids if _told(held[evidence_id]) == sent), None)


def _told(sheet: StagedEvidence | EvidenceView) -> tuple[str, list[str]]:
    """Return the name and the hashes of the files that somebody gave: the parts, for a sheet bound from several."""
    whole = sheet.whole if isinstance(sheet, StagedEvidence) else sheet
    return whole.original_name, [part.sha256 for part in sheet.parts] or [whole.sha256]


def watch_evidence(session_id: int, *, by: Actor, at: datetime) -> SheetSeen | None:
    """Re-hash a session's sheet, outside of any transaction; tell the audit log when it does not match its hash.

    Returns what was found, for the gate; None when there is no sheet. The alarm is a unit of work of its own: the
    refusal that follows must not take it back. Raises EvidenceUnavailable when the sheet cannot be read just now.
    """
    evidence_id = visible_sessions(by).filter(pk=session_id).values_list("evidence_id", flat=True).first()
    if evidence_id is None:
        return None
    if not is_intact(evidence_id):
        report_tampering([evidence_id], by=by, at=at)
        return SheetSeen(evidence_id, Verdict.TAMPERED)
    return SheetSeen(evidence_id, Verdict.OK)
