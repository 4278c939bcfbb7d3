"""Results from elsewhere: an outside certificate with its own file, and corrections (domain.md §7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from titan.catalogue.models import CourseVersion, VersionStatus
from titan.core import settings
from titan.core.actor import Actor
from titan.core.command import command
from titan.core.errors import Conflict, invalid
from titan.core.given import Wrong
from titan.core.language import _
from titan.core.merging import WORKER_MERGED
from titan.core.permit import need_admin
from titan.evidence.commands import StagedEvidence, record_evidence
from titan.evidence.models import EvidenceFile
from titan.personnel.models import Worker
from titan.personnel.queries.merged import badge_now, now_of
from titan.records.commands.write import NewCompetency, NewRecord, write_competencies, write_records
from titan.records.models import Result, Source, TrainingRecord
from titan.records.rules import completed_on_error, passed_by_score

PROVIDER_LIMIT = 200
REMARKS_LIMIT = 2_000


@dataclass(frozen=True)
class ExternalResult:
    """An outside result, or with `corrects_id` the correction of a revoked record (same worker, same course)."""

    worker_id: int
    course_id: int
    completed_on: date
    result: Result = Result.PASSED
    score: int | None = None
    provider: str = ""
    remarks: str = ""
    corrects_id: int | None = None


@dataclass(frozen=True)
class Recorded:
    """What was written: a training record, or the pending competency that it opened instead."""

    record_id: int | None
    competency_id: int | None


@command
def record_external_result(new: ExternalResult, evidence_id: int | None, *, by: Actor, at: datetime) -> Recorded:
    """Record an outside certificate (EXTERNAL) or a correction (CORRECTION) on its own evidence.

    A passed outside result of a course that requires verification opens a pending competency instead. A correction
    without a file of its own rests on the evidence of the record it corrects. Raises Invalid, Conflict.
    """
    need_admin(by)
    corrected = _corrected(new)
    version = corrected.course_version if corrected else _published(new.course_id)
    rests_on = evidence_id or (corrected.evidence_id if corrected else None)
    evidence = EvidenceFile.objects.filter(pk=rests_on or 0).first()
    new = _checked(new, version, evidence, settings.current().today(at))
    if version is None or evidence is None:
        raise AssertionError("A result without a version or evidence passed its check.")
    if corrected:
        _need_correctable(corrected, version, new)
    if not corrected and version.requires_verification and new.result == Result.PASSED:
        opened = write_competencies(
            [
                NewCompetency(
                    worker_id=new.worker_id,
                    course_id=new.course_id,
                    course_version_id=version.pk,
                    completed_on=new.completed_on,
                    evidence_id=evidence.pk,
                    evidence_key=evidence.key,
                    evidence_sha256=evidence.sha256,
                    score=new.score,
                )
            ],
            by=by,
            at=at,
        )
        return Recorded(None, opened[new.worker_id])
    made = write_records(
        [
            NewRecord(
                worker_id=new.worker_id,
                course_id=new.course_id,
                course_version_id=version.pk,
                validity_months=version.validity_months,
                result=new.result,
                completed_on=new.completed_on,
                evidence_id=evidence.pk,
                evidence_key=evidence.key,
                evidence_sha256=evidence.sha256,
                source=Source.CORRECTION if corrected else Source.EXTERNAL,
                session_id=corrected.session_id if corrected else None,
                trainer_id=corrected.trainer_id if corrected else None,
                score=new.score,
                provider=new.provider,
                remarks=new.remarks,
                corrects_id=corrected.pk if corrected else None,
            )
        ],
        by=by,
        at=at,
    )
    return Recorded(made[new.worker_id], None)


@command
def record_certificate(new: ExternalResult, staged: StagedEvidence | None, *, by: Actor, at: datetime) -> Recorded:
    """Record an outside result or a correction together with its staged file, both or neither.

    Raises what `record_external_result` raises.
    """
    evidence_id = record_evidence(staged, by=by, at=at).id if staged else None
    return record_external_result(new, evidence_id, by=by, at=at)


def _published(course_id: int) -> CourseVersion | None:
    return CourseVersion.objects.filter(course__pk=course_id, status=VersionStatus.PUBLISHED).first()


def _corrected(new: ExternalResult) -> TrainingRecord | None:
    if new.corrects_id is None:
        return None
    record = TrainingRecord.objects.select_related("course_version").filter(pk=new.corrects_id).first()
    if record is None:
        raise invalid("corrects_id", "UNKNOWN", _("There is no such record to correct."))
    return record


def _need_correctable(record: TrainingRecord, version: CourseVersion, new: ExternalResult) -> None:
    if record.revoked_at is None:
        raise Conflict("NOT_REVOKED", _("Revoke the wrong record with its reason first; then correct it."))
    if TrainingRecord.objects.filter(corrects=record).exists():
        raise Conflict("ALREADY_CORRECTED", _("This record has its correction already; revoke and correct that one."))
    if version.requires_verification and new.result == Result.PASSED and record.result != Result.PASSED:
        raise Conflict(
            "NEEDS_SIGN_OFF",
            _(
                "A pass in this course needs an assessor's sign-off, and the wrong record was no pass. Record "
                "it as an outside result with its evidence: that opens a competency record."
            ),
        )


def _checked(
    new: ExternalResult, version: CourseVersion | None, evidence: EvidenceFile | None, today: date
) -> ExternalResult:
    """Return the result with its texts cleaned; raise Invalid with everything that is wrong."""
    wrong = Wrong()
    worker = Worker.objects.filter(pk=new.worker_id).first()
    if worker is None or worker.anonymised_at:
        wrong.add("worker_id", "UNKNOWN", _("There is no such worker."))
    elif worker.merged_into_id and (now := badge_now(worker.employee_id)):
        wrong.add("worker_id", WORKER_MERGED, _("%(words)s Record it for that one.") % {"words": now.words})
    if version is None:
        wrong.add("course_id", "COURSE_NOT_PUBLISHED", _("There is no such course, or it has no published version."))
    wrong_day = completed_on_error(new.completed_on, today)
    if wrong_day:
        wrong.add("completed_on", "OUT_OF_RANGE", wrong_day)
    if new.score is not None and not 0 <= new.score <= 100:
        wrong.add("score", "OUT_OF_RANGE", _("Give a score from 0 to 100."))
    passes = passed_by_score(new.score, version.min_pass_score if version else None)
    if passes is not None and passes != (new.result == Result.PASSED):
        wrong.add("score", "SCORE_AGAINST_RESULT", _("The score says otherwise than the result. Correct one of them."))
    if evidence is None:
        wrong.add("file", "REQUIRED", _("Add the certificate: every record has its evidence."))
    if new.corrects_id is not None and not _is_of(new.corrects_id, new.worker_id, new.course_id):
        wrong.add("corrects_id", "OTHER_RECORD", _("Correct a record of this worker and course."))
    provider = wrong.text("provider", new.provider, limit=PROVIDER_LIMIT)
    remarks = wrong.text("remarks", new.remarks, limit=REMARKS_LIMIT, lines=True)
    wrong.refuse()
    return replace(new, provider=provider, remarks=remarks)


def _is_of(record_id: int, worker_id: int, course_id: int) -> bool:
    """Tell whether a record is of this worker, or of a row that was merged into theirs, and of this course."""
    record = TrainingRecord.objects.filter(pk=record_id).values_list("worker_id", "course_id").first()
    return record is not None and (now_of(record[0]), record[1]) == (worker_id, course_id)
