"""Sign-off: an assessor decides on pending competency records, one or many (domain.md §8)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from titan.core import settings
from titan.core.actor import Actor, Role
from titan.core.bulk import id_set, update_rows
from titan.core.command import Said, command, say_all, touch
from titan.core.errors import Conflict, FieldError, Forbidden, NotFound, invalid
from titan.core.given import Wrong, is_blank, possible_ids
from titan.core.language import _
from titan.core.permit import need_admin, need_role
from titan.evidence.models import EvidenceFile
from titan.ledger.commands import enter
from titan.records.commands.revoke import reason_given
from titan.records.commands.write import NewRecord, write_records
from titan.records.leaves import decided_leaf, withdrawn_leaf
from titan.records.models import AssessmentMethod, CompetencyRecord, CompetencyStatus, Result, Source
from titan.records.queries.names import evidence_named, methods_named
from titan.records.rules import completed_on_error

MOST_AT_ONCE = 500
REMARKS_LIMIT = 2_000
DECISIONS = (CompetencyStatus.COMPETENT, CompetencyStatus.NOT_COMPETENT)


@dataclass(frozen=True)
class Decision:
    """What an assessor decides. `remarks` are required for NOT_COMPETENT; `assessed_on` None means site today."""

    status: CompetencyStatus
    method_id: int
    assessed_on: date | None = None
    remarks: str = ""
    assessment_evidence_id: int | None = None


@command
def decide_competencies(ids: Sequence[int], decision: Decision, *, by: Actor, at: datetime) -> dict[int, int | None]:
    """Decide on pending competency records, all or none; a fixed number of statements.

    Competent makes a passed training record of the day of assessment, on the session's evidence. Returns the record's
    id (None for not competent) by competency id. Raises Forbidden for one's own, NotFound, Invalid, Conflict
    ALREADY_DECIDED.
    """
    need_role(by, Role.ASSESSOR)
    rows = _locked(ids)
    if by.worker_id is not None and any(row["worker_id"] == by.worker_id for row in rows):
        raise Forbidden(_("No one signs off the worker they are. Ask another assessor."), "OWN_COMPETENCY")
    assessed_on, remarks = _checked(decision, rows, settings.current().today(at))
    decided = [row["id"] for row in rows if row["status"] != CompetencyStatus.PENDING or row["revoked_at"]]
    if decided:
        raise Conflict(
            "ALREADY_DECIDED",
            _("Decided or withdrawn already: %(ids)s. A new attempt is a new record.")
            % {"ids": ", ".join(str(pk) for pk in decided)},
            errors=[FieldError("ids", "ALREADY_DECIDED", str(pk)) for pk in decided],
        )
    records = _records(rows, decision, assessed_on, by, at)
    update_rows(
        CompetencyRecord,
        [
            {
                "id": row["id"],
                "status": decision.status,
                "method_id": decision.method_id,
                "assessed_on": assessed_on,
                "assessed_by_id": by.user_id,
                "remarks": remarks,
                "assessment_evidence_id": decision.assessment_evidence_id,
                "record_id": records[row["id"]],
            }
            for row in rows
        ],
    )
    say_all(
        Said(
            "competency_record.decided",
            "competency_record",
            row["id"],
            before={"status": CompetencyStatus.PENDING},
            after={
                "status": decision.status,
                "method_id": decision.method_id,
                "assessed_on": assessed_on.isoformat(),
                "record_id": records[row["id"]],
            },
            reason=remarks,
        )
        for row in rows
    )
    touch({row["worker_id"] for row in rows}, {row["course_id"] for row in rows})
    shared = {
        "status": decision.status,
        "assessed_on": assessed_on,
        "assessed_by_id": by.user_id,
        "remarks": remarks,
        **methods_named([decision.method_id])[decision.method_id],
        **evidence_named(decision.assessment_evidence_id),
    }
    enter(
        decided_leaf(
            {"id": row["id"], "worker_id": row["worker_id"], "record_id": records[row["id"]], **shared},
            at=at,
            by_id=by.user_id,
        )
        for row in rows
    )
    return records


@command
def withdraw_competency(competency_id: int, reason: str, *, by: Actor, at: datetime) -> int:
    """Withdraw a pending competency record with a reason; returns its id. Raises NotFound, Invalid, Conflict."""
    withdraw_competencies([competency_id], reason, by=by, at=at)
    return competency_id


@command
def withdraw_competencies(ids: Collection[int], reason: str, *, by: Actor, at: datetime) -> None:
    """Withdraw pending competency records with one reason, all or none; a fixed number of statements.

    Raises NotFound, Invalid REASON_REQUIRED, Conflict ALREADY_DECIDED.
    """
    need_admin(by)
    found = CompetencyRecord.objects.filter(pk__in=id_set(possible_ids(ids))).order_by("pk")
    rows: list[dict[str, Any]] = [dict(row) for row in found.values("id", "worker_id", "course_id")]
    _need_all(ids, rows)
    reason = reason_given(reason)
    known = [row["id"] for row in rows]
    waiting = CompetencyRecord.objects.filter(pk__in=id_set(known), status=CompetencyStatus.PENDING, revoked_at=None)
    if waiting.update(revoked_at=at, revoked_by_id=by.user_id, revoke_reason=reason) < len(known):
        raise Conflict("ALREADY_DECIDED", _("Only a pending competency record can be withdrawn; revoke its record."))
    said = {"revoked": True}
    say_all(Said("competency_record.withdrawn", "competency_record", pk, after=said, reason=reason) for pk in known)
    touch({row["worker_id"] for row in rows}, {row["course_id"] for row in rows})
    ended = {"revoked_at": at, "revoked_by_id": by.user_id, "revoke_reason": reason}
    enter(withdrawn_leaf(row | ended) for row in rows)


def _locked(ids: Sequence[int]) -> list[dict[str, Any]]:
    if not ids or len(ids) > MOST_AT_ONCE:
        raise invalid("ids", "OUT_OF_RANGE", _("Give 1 to %(limit)s ids.") % {"limit": MOST_AT_ONCE})
    if len(set(ids)) < len(ids):
        raise invalid("ids", "TWICE", _("An id stands twice. Give each once."))
    found = CompetencyRecord.objects.filter(pk__in=id_set(possible_ids(ids))).order_by("pk")
    if connection.vendor == "postgresql":
        found = found.select_for_update(of=("self",))
    rows: list[dict[str, Any]] = [
        dict(row)
        for row in found.values(
            "id",
            "worker_id",
            "course_id",
            "course_version_id",
            "course_version__validity_months",
            "session_id",
            "trainer_id",
            "completed_on",
            "score",
            "evidence_id",
            "evidence_key",
            "evidence_sha256",
            "status",
            "revoked_at",
        )
    ]
    _need_all(ids, rows)
    return rows


def _need_all(ids: Collection[int], rows: list[dict[str, Any]]) -> None:
    missing = sorted(set(ids) - {row["id"] for row in rows})
    if missing:
        raise NotFound("competency record", ", ".join(str(pk) for pk in missing))


def _checked(decision: Decision, rows: list[dict[str, Any]], today: date) -> tuple[date, str]:
    """Return the day of assessment and the remarks, cleaned; raise Invalid with everything that is wrong."""
    wrong = Wrong()
    assessed_on = decision.assessed_on or today
    if decision.status not in DECISIONS:
        wrong.add("status", "NOT_A_DECISION", _("Decide COMPETENT or NOT_COMPETENT."))
    if not AssessmentMethod.objects.filter(pk=decision.method_id).exists():
        wrong.add("method_id", "UNKNOWN", _("There is no such assessment method."))
    remarks = wrong.text("remarks", decision.remarks, limit=REMARKS_LIMIT, lines=True)
    if decision.status == CompetencyStatus.NOT_COMPETENT and is_blank(remarks):
        wrong.add("remarks", "REQUIRED", _("Say what was missing: it is kept for ever."))
    late = completed_on_error(assessed_on, today)
    if late:
        wrong.add("assessed_on", "OUT_OF_RANGE", late)
    last = max(row["completed_on"] for row in rows)
    if assessed_on < last:
        wrong.add(
            "assessed_on",
            "BEFORE_CLASS",
            _("The class was completed on %(last)s. Give that day or later.") % {"last": last},
        )
    evidence = decision.assessment_evidence_id
    if evidence is not None and not EvidenceFile.objects.filter(pk=evidence).exists():
        wrong.add("assessment_evidence_id", "UNKNOWN", _("There is no such evidence."))
    wrong.refuse()
    return assessed_on, remarks


def _records(
    rows: list[dict[str, Any]], decision: Decision, assessed_on: date, by: Actor, at: datetime
) -> dict[int, int | None]:
    if decision.status != CompetencyStatus.COMPETENT:
        return {row["id"]: None for row in rows}
    made: dict[int, int | None] = {}
    for batch in _one_per_worker(rows):
        ids = write_records(
            [
                NewRecord(
                    worker_id=row["worker_id"],
                    course_id=row["course_id"],
                    course_version_id=row["course_version_id"],
                    validity_months=row["course_version__validity_months"],
                    result=Result.PASSED,
                    completed_on=assessed_on,
                    evidence_id=row["evidence_id"],
                    evidence_key=row["evidence_key"],
                    evidence_sha256=row["evidence_sha256"],
                    source=Source.COMPETENCY,
                    session_id=row["session_id"],
                    trainer_id=row["trainer_id"],
                    score=row["score"],
                )
                for row in batch
            ],
            by=by,
            at=at,
        )
        made.update({row["id"]: ids[row["worker_id"]] for row in batch})
    return made


def _one_per_worker(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Split into batches that name each worker once; almost always a single batch."""
    batches: list[dict[int, dict[str, Any]]] = []
    for row in rows:
        for batch in batches:
            if row["worker_id"] not in batch:
                batch[row["worker_id"]] = row
                break
        else:
            batches.append({row["worker_id"]: row})
    return [list(batch.values()) for batch in batches]
