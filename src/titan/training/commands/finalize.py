"""Finalizing: one click, one atomic batch write, or nothing at all (domain.md §7, ledger.md §2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from titan.audit.commands import write_now
from titan.compliance.commands import refresh_and_count_green
from titan.core.actor import Actor
from titan.core.command import command, say
from titan.core.errors import Conflict
from titan.core.language import _
from titan.core.permit import need_admin
from titan.evidence.models import EvidenceFile
from titan.ledger.commands import append_now
from titan.ledger.entering import NewLeaf
from titan.records.commands import NewCompetency, NewRecord, write_competencies, write_records
from titan.records.models import CompetencyStatus, Result, Source
from titan.training.access import locked_session
from titan.training.leaves import Batch, finalized_leaf
from titan.training.models import Finalization, SessionStatus, TrainingSession
from titan.training.queries.gate import (
    Gate,
    Outcome,
    SheetSeen,
    becomes_pending,
    count_outcome,
    digest_of,
    gate_of,
    need_not_finalized,
)


@command
def finalize_session(
    session_id: int, *, by: Actor, at: datetime, shown: str | None = None, sheet: SheetSeen | None = None
) -> Outcome:
    """Finalize a session and return the receipt; a fixed number of statements, whatever the number of attendees.

    Per attended worker: a training record, or a pending competency record, or both where the trainer verified. shown:
    the digest of what whoever clicks was shown (GateView.digest). sheet: what `watch_evidence` just found, so that
    nobody waits for a disk under the session's lock; without it the sheet is re-hashed here. Raises NotFound, Conflict
    NOT_READY or TAMPERED with all reasons, ALREADY_FINALIZED with the first outcome, CHANGED_SINCE when something else
    would be written.
    """
    need_admin(by)
    session = locked_session(session_id, by=by)
    need_not_finalized(session)
    gate = gate_of(session, at=at, sheet=sheet)
    gate.need_open()
    if shown is not None and shown != digest_of(gate):
        raise Conflict("CHANGED_SINCE", _("The marks changed since you looked. Check again."))
    _write(gate, by=by, at=at)
    turned = refresh_and_count_green(session.course_id)
    outcome = count_outcome(gate, turned.course, turned.fully, at=at)
    _claim(session, by=by, at=at)
    said = {name: value for name, value in outcome.plain().items() if name != "ledger_entry"}
    say(
        "session.finalized",
        "session",
        session_id,
        before={"status": SessionStatus.SCHEDULED},
        after={"status": SessionStatus.COMPLETED} | said,
    )
    write_now()
    outcome = replace(outcome, ledger_entry=_enter(gate, outcome, by=by, at=at))
    Finalization.objects.create(session_id=session_id, outcome=outcome.plain(), at=at, by_id=by.user_id)
    return outcome


def _enter(gate: Gate, outcome: Outcome, *, by: Actor, at: datetime) -> int:
    """Append the batch and the leaf that closes it, whose index is returned; from here on the ledger is locked."""
    session, version = gate.session, gate.session.course_version
    if gate.completed_on is None or session.evidence is None or version is None:
        raise AssertionError("The gate let an incomplete session pass.")
    passed = sum(row["result"] == Result.PASSED for row in gate.attended)
    day = gate.completed_on
    row = {
        "id": session.pk,
        "code": session.code,
        "trainer_id": session.trainer_id,
        "course__code": version.course.code,
        "course_version__number": version.number,
        "evidence__key": session.evidence.key,
        "evidence__sha256": session.evidence.sha256,
    }

    def closing(written: range) -> NewLeaf:
        batch = Batch(
            first=written.start,
            leaves=len(written),
            records=outcome.training_records,
            competencies=passed if version.requires_verification else 0,
            present=len(gate.attended),
            no_show=outcome.no_show,
            failed=outcome.failed,
            completed_on=day,
        )
        return finalized_leaf(row, batch, at=at, by_id=by.user_id)

    return append_now(closing)[-1]


def _claim(session: TrainingSession, *, by: Actor, at: datetime) -> None:
    """Complete the session by compare-and-set: whoever else came first has changed the status or the version."""
    hit = TrainingSession.objects.filter(pk=session.pk, status=SessionStatus.SCHEDULED, version=session.version).update(
        status=SessionStatus.COMPLETED,
        finalized_at=at,
        finalized_by_id=by.user_id,
        version=session.version + 1,
    )
    if hit != 1:
        raise AssertionError(f"{session.code} changed under its lock.")


def _write(gate: Gate, *, by: Actor, at: datetime) -> None:
    shared = _shared(gate)
    recorded = [row for row in gate.attended if not becomes_pending(gate.session, row)]
    ids = write_records([_record(row, shared, gate) for row in recorded], by=by, at=at) if recorded else {}
    version = gate.session.course_version
    if version is None or not version.requires_verification:
        return
    passed = [row for row in gate.attended if row["result"] == Result.PASSED]
    day = gate.completed_on
    if passed and day:
        write_competencies([_competency(row, shared, day, ids.get(row["worker_id"])) for row in passed], by=by, at=at)


def _shared(gate: Gate) -> dict[str, Any]:
    """Return what every record of the batch has in common: the same class, day and evidence."""
    session, evidence = gate.session, gate.session.evidence
    if not isinstance(evidence, EvidenceFile):
        raise AssertionError("The gate let a session without evidence pass.")
    return {
        "course_id": session.course_id,
        "course_version_id": session.course_version_id,
        "completed_on": gate.completed_on,
        "evidence_id": evidence.pk,
        "evidence_key": evidence.key,
        "evidence_sha256": evidence.sha256,
        "session_id": session.pk,
        "trainer_id": session.trainer_id,
    }


def _record(row: dict[str, Any], shared: dict[str, Any], gate: Gate) -> NewRecord:
    version = gate.session.course_version
    return NewRecord(
        **shared,
        worker_id=row["worker_id"],
        validity_months=version.validity_months if version else 0,
        result=Result(row["result"]),
        source=Source.SESSION,
        score=row["score"],
        remarks=row["remarks"],
    )


def _competency(row: dict[str, Any], shared: dict[str, Any], day: date, record_id: int | None) -> NewCompetency:
    if record_id is None:
        return NewCompetency(**shared, worker_id=row["worker_id"], score=row["score"])
    return NewCompetency(
        **shared,
        worker_id=row["worker_id"],
        score=row["score"],
        status=CompetencyStatus.COMPETENT,
        method_id=row["method_id"],
        assessed_on=day,
        assessed_by_id=row["verified_by_id"],
        remarks=row["remarks"],
        record_id=record_id,
    )
