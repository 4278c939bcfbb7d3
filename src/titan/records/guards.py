"""Proof stays as it was written (domain.md §7, §8); what the constraints on records mean."""

from __future__ import annotations

from django.db.models import Model

from titan.core.erasing import ERASED, is_erased
from titan.core.guards import check_means, conflict_means, register, unique_means
from titan.core.merging import follows_merge, not_of_merged
from titan.core.triggers import ALWAYS, changed, refuse
from titan.records.models import Certificate, CompetencyRecord, ExtendedRecord, TrainingRecord, ValidityExtension

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


# The later of its expiry and of what extensions in force say; nothing else of the record changes with it.
FOLLOWS_EXTENSIONS = f"""(NEW.valid_until IS DISTINCT FROM OLD.valid_until
    AND NOT {changed(TrainingRecord, but=("valid_until",))}
    AND NEW.valid_until = (SELECT MAX(lasts.day) FROM (
        SELECT COALESCE(OLD.expires_on, '9999-12-31') AS day
        UNION ALL
        SELECT e.until FROM {ExtendedRecord._meta.db_table} x
        JOIN {ValidityExtension._meta.db_table} e ON e.id = x.extension_id
        WHERE x.record_id = OLD.id AND e.revoked_at IS NULL) AS lasts))"""
# A pass of the extension's course and days that stands, and that it makes last longer; no more of them than it says.
MAY_BE_EXTENDED = f"""EXISTS (SELECT 1 FROM {ValidityExtension._meta.db_table} e
    JOIN {TrainingRecord._meta.db_table} r ON r.course_id = e.course_id
    WHERE e.id = NEW.extension_id AND e.revoked_at IS NULL AND NEW.position BETWEEN 1 AND e.records
    AND r.id = NEW.record_id AND r.result = 'PASSED' AND r.revoked_at IS NULL AND r.expires_on < e.until
    AND CASE e.days_of WHEN 'EXPIRES_ON' THEN r.expires_on ELSE r.completed_on END
        BETWEEN e.first_day AND e.last_day)"""
BLANKS_RECORD = _erasing(TrainingRecord, "provider", "remarks", "revoke_reason")
BLANKS_COMPETENCY = _erasing(CompetencyRecord, "remarks", "revoke_reason")

register(
    [
        refuse(
            "record_immutable",
            "records_trainingrecord",
            "RECORD_IMMUTABLE",
            update=f"(NOT {IS_REVOKED_NOW} OR {changed(TrainingRecord, but=REVOCATION)}) AND NOT {BLANKS_RECORD}"
            f" AND NOT {_merging(TrainingRecord)} AND NOT {FOLLOWS_EXTENSIONS}",
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
            "extension_immutable",
            ValidityExtension._meta.db_table,
            "EXTENSION_IMMUTABLE",
            update=f"NOT {IS_REVOKED_NOW} OR {changed(ValidityExtension, but=REVOCATION)}",
            delete=ALWAYS,
            truncate=True,
        ),
        refuse(
            "extended_record_immutable",
            ExtendedRecord._meta.db_table,
            "EXTENSION_IMMUTABLE",
            update=ALWAYS,
            delete=ALWAYS,
            truncate=True,
        ),
        refuse(
            "extended_record_fits",
            ExtendedRecord._meta.db_table,
            "NOT_EXTENDABLE",
            insert=f"NOT {MAY_BE_EXTENDED}",
        ),
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
    "^EXTENSION_IMMUTABLE$",
    "EXTENSION_IMMUTABLE",
    "An extension is never changed or deleted: revoke it with a reason, once.",
)
conflict_means(
    "^NOT_EXTENDABLE$",
    "NOT_EXTENDABLE",
    "Only passes of its course and days that stand and run out earlier are extended. Look at the list again.",
)
conflict_means(
    "one_extended_record_at_a_place|record_extended_once_by_a_decision|records_extendedrecord\\.extension_id",
    "EXTENDED_ALREADY",
    "This extension was made for the record already.",
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
check_means(
    "record_is_valid_through_its_expiry",
    "expires_on",
    "OUT_OF_ORDER",
    "A record is valid through its expiry, and for ever without one.",
)
check_means("extension_days_in_order", "to", "OUT_OF_ORDER", "Give a last day that is not before the first.")
check_means("extension_has_an_end", "until", "OUT_OF_RANGE", "Give the day until which the records are valid.")
check_means("extension_of_some_records", "records", "OUT_OF_RANGE", "An extension is made for one record at least.")
check_means("extension_has_a_reason", "reason", "REQUIRED", "Give the reason and the authority's reference.")
check_means("extension_revoked_with_a_reason", "reason", "REQUIRED", "Give a reason.")
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
