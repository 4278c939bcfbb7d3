"""Proof stays as it was written (domain.md §7, §8); what the constraints on records mean."""

from __future__ import annotations

from django.db.models import Model

from titan.core.erasing import ERASED, is_erased
from titan.core.guards import check_means, conflict_means, register, unique_means
from titan.core.merging import follows_merge, not_of_merged
from titan.core.triggers import ALWAYS, changed, refuse
from titan.records.models import Certificate, CompetencyRecord, TrainingRecord

REVOCATION = ("revoked_at", "revoked_by_id", "revoke_reason")
DECISION = (
    "status",
    "method_id",
    "assessed_on",
    "assessed_by_id",
    "remarks",
    "assessment_evidence_id",
    "record_id",
)
IS_REVOKED_NOW = "(OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)"
WAS_PENDING = "(OLD.status = 'PENDING' AND OLD.revoked_at IS NULL)"


def _erasing(model: type[Model], *texts: str) -> str:
    """Return the condition that a change blanks some of `texts` of an erased worker, and nothing else."""
    blank = " AND ".join(f"NEW.{text} IN (OLD.{text}, '', '{ERASED}')" for text in texts)
    return f"({is_erased('OLD.worker_id')} AND NOT {changed(model, but=texts)} AND {blank})"


def _merging(model: type[Model]) -> str:
    """Return the condition that a change follows its worker to whom they were merged into, and changes nothing else."""
    return f"({follows_merge()} AND NOT {changed(model, but=('worker_id',))})"


BLANKS_RECORD = _erasing(TrainingRecord, "provider", "remarks", "revoke_reason")
BLANKS_COMPETENCY = _erasing(CompetencyRecord, "remarks", "revoke_reason")

register(
    [
        refuse(
            "record_immutable",
            "records_trainingrecord",
            "RECORD_IMMUTABLE",
            update=f"(NOT {IS_REVOKED_NOW} OR {changed(TrainingRecord, but=REVOCATION)}) AND NOT {BLANKS_RECORD}"
            f" AND NOT {_merging(TrainingRecord)}",
            delete=ALWAYS,
            truncate=True,
        ),
        refuse(
            "competency_immutable",
            "records_competencyrecord",
            "COMPETENCY_IMMUTABLE",
            update=f"(NOT {WAS_PENDING} OR {changed(CompetencyRecord, but=(*DECISION, *REVOCATION))})"
            f" AND NOT {BLANKS_COMPETENCY} AND NOT {_merging(CompetencyRecord)}",
            delete=ALWAYS,
            truncate=True,
        ),
        not_of_merged(TrainingRecord._meta.db_table),
        not_of_merged(CompetencyRecord._meta.db_table),
        refuse(
            "certificate_immutable",
            Certificate._meta.db_table,
            "CERTIFICATE_IMMUTABLE",
            update=ALWAYS,
            delete=ALWAYS,
            truncate=True,
        ),
    ]
)

conflict_means(
    "^RECORD_IMMUTABLE$",
    "RECORD_IMMUTABLE",
    "A record is never changed or deleted: revoke it with a reason, once.",
)
conflict_means(
    "^COMPETENCY_IMMUTABLE$",
    "COMPETENCY_IMMUTABLE",
    "A competency record is decided or withdrawn once, and never changed or deleted.",
)
conflict_means(
    "^CERTIFICATE_IMMUTABLE$",
    "CERTIFICATE_IMMUTABLE",
    "A certificate is never changed or deleted: revoke its record with a reason.",
)
conflict_means(
    r'unique constraint "records_certificate_(record_id|token)|failed: records_certificate\.(record_id|token)$',
    "ALREADY_ISSUED",
    "This certificate was issued at the same moment by somebody else: open it again.",
)
conflict_means(
    r"one_(record|competency)_per_session_and_worker"
    r"|records_(training|competency)record\.session_id, records_(training|competency)record\.worker_id",
    "ALREADY_FINALIZED",
    "This session was finalized already: its records stand.",
)
conflict_means(
    r'unique constraint "records_trainingrecord_corrects_id|failed: records_trainingrecord\.corrects_id$',
    "ALREADY_CORRECTED",
    "This record was corrected already: correct the newer one.",
)
conflict_means(
    r'unique constraint "records_competencyrecord_record_id|failed: records_competencyrecord\.record_id$',
    "COMPETENCY_IMMUTABLE",
    "This record belongs to another decision.",
)
unique_means(
    "records_assessmentmethod_code",
    "records_assessmentmethod.code",
    "code",
    "There is an assessment method with this code already.",
)
check_means("failed_record_has_no_expiry", "expires_on", "NOT_ALLOWED", "A failed record has no expiry: leave it out.")
check_means(
    "record_expires_after_completion",
    "expires_on",
    "OUT_OF_ORDER",
    "Give an expiry that is not before the completion.",
)
check_means("revocation_has_a_reason", "reason", "REQUIRED", "Give a reason.")
check_means("record_score_up_to_100", "score", "OUT_OF_RANGE", "Give 0 to 100.")
check_means(
    "decision_is_complete",
    "status",
    "DECISION_INCOMPLETE",
    "Give a method, the day and, when not competent, remarks.",
)
check_means(
    "assessed_after_the_class",
    "assessed_on",
    "OUT_OF_ORDER",
    "Give a day that is not before the class.",
)
conflict_means("only_pending_is_withdrawn", "NOT_PENDING", "Only a pending competency record can be withdrawn.")
