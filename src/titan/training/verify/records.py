"""Records: consistent in themselves, and still as the audit log says they were written (domain.md §7, §8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from django.db.models import JSONField, OuterRef, Subquery

from titan.audit.models import AuditEvent
from titan.core.pieces import in_pieces
from titan.ledger.models import AlarmKind
from titan.ledger.verifying.problem import alarm
from titan.personnel.queries.merged import MERGED_PAIRS, leads_to, merge_map
from titan.records.models import CompetencyRecord, Result, Source, TrainingRecord, ValidityExtension
from titan.records.rules import expires_on
from titan.training.verify.check import Check, Problem, Progress, by_sql

SAID_OF_RECORD = (
    "worker_id",
    "course_id",
    "session_id",
    "result",
    "completed_on",
    "expires_on",
    "source",
    "evidence_sha256",
)
SAID_OF_COMPETENCY = ("worker_id", "course_id", "session_id")
SAID_OF_EXTENSION = (
    *("course_id", "days_of", "first_day", "last_day", "until", "reference", "decided_on", "evidence_id", "records"),
    "reason",
)
FOREIGN_VERSION = (
    "SELECT r.id FROM {table} r JOIN catalogue_courseversion v ON v.id = r.course_version_id"
    " WHERE v.course_id <> r.course_id ORDER BY r.id"
)


def _record_words(at: datetime, progress: Progress) -> Iterator[Problem]:
    created = AuditEvent.objects.filter(
        entity="training_record", action="training_record.created", entity_id=OuterRef("pk")
    )
    said = Subquery(created.order_by("id").values("after")[:1], output_field=JSONField())
    into = merge_map()
    found = TrainingRecord.objects.annotate(said=said).values("id", "said", *SAID_OF_RECORD)
    for row in in_pieces(found, _number):
        yield from _compare("RECORD_ALTERED", "training_record", row, SAID_OF_RECORD, into)


def _competency_words(at: datetime, progress: Progress) -> Iterator[Problem]:
    created = AuditEvent.objects.filter(
        entity="competency_record", action="competency_record.created", entity_id=OuterRef("pk")
    )
    said = Subquery(created.order_by("id").values("after")[:1], output_field=JSONField())
    found = CompetencyRecord.objects.annotate(said=said).values("id", "said", *SAID_OF_COMPETENCY)
    into = merge_map()
    for row in in_pieces(found, _number):
        yield from _compare("COMPETENCY_ALTERED", "competency_record", row, SAID_OF_COMPETENCY, into)


def _extension_words(at: datetime, progress: Progress) -> Iterator[Problem]:
    made = AuditEvent.objects.filter(
        entity="validity_extension", action="validity_extension.made", entity_id=OuterRef("pk")
    ).order_by("id")
    found = ValidityExtension.objects.annotate(
        said=Subquery(made.values("after")[:1], output_field=JSONField()), why=Subquery(made.values("reason")[:1])
    )
    for row in in_pieces(found.values("id", "said", "why", *SAID_OF_EXTENSION), _number):
        if row["said"] is not None:
            # The log keeps the reason beside what was done.
            row["said"] = {**row["said"], "reason": row["why"]}
        yield from _compare("EXTENSION_ALTERED", "validity_extension", row, SAID_OF_EXTENSION, {})


def _number(row: dict[str, Any]) -> int:
    return int(row["id"])


def _compare(
    code: str, entity: str, row: dict[str, Any], names: tuple[str, ...], into: dict[int, int]
) -> Iterator[Problem]:
    """Yield what is not as it was said. into: of whoever was merged, into whom: what they had is now of that one."""
    said = row["said"]
    if said is None:
        yield alarm(code, entity, row["id"], "the audit log does not know that it was ever written")
        return
    for name in names:
        stands = row[name].isoformat() if isinstance(row[name], date) else row[name]
        if name == "worker_id" and leads_to(said.get(name), stands, into):
            continue
        if name in said and said[name] != stands:
            yield alarm(code, entity, row["id"], f"{name} is {stands}, and was written as {said[name]}")


def _expiries(at: datetime, progress: Progress) -> Iterator[Problem]:
    """Yield records made by Titan whose expiry does not follow from their course version."""
    computed = TrainingRecord.objects.filter(source__in=[Source.SESSION, Source.COMPETENCY])
    columns = ("id", "completed_on", "expires_on", "result", "course_version__validity_months")
    for row in in_pieces(computed.values_list(*columns), itemgetter(0)):
        pk, completed_on, expiry, result, months = row
        right = expires_on(completed_on, months, passed=result == Result.PASSED)
        if expiry != right:
            yield Problem("EXPIRY_WRONG", f"training record {pk}", f"it expires {expiry}, and should {right}")


# What one result of a class is: a record or a competency record.
RESULTS = (
    "SELECT session_id, worker_id FROM records_trainingrecord UNION ALL"
    " SELECT session_id, worker_id FROM records_competencyrecord"
)


def _left_behind(table: str, stands: str) -> str:
    """Return the SELECT of rows of merged workers that should have gone with the merge.

    What was taken back stays with the old number, where the person has another result of the same class.
    """
    other = f"SELECT 1 FROM way y JOIN ({RESULTS}) x ON x.worker_id = y.id AND x.session_id = r.session_id"
    return f"""{MERGED_PAIRS} SELECT r.id FROM {table} r
        JOIN personnel_worker w ON w.id = r.worker_id AND w.merged_into_id IS NOT NULL
        WHERE {stands} OR r.session_id IS NULL OR NOT EXISTS ({other} WHERE y.gone = r.worker_id) ORDER BY r.id"""


CHECKS = (
    *(
        by_sql(
            "LEFT_BEHIND",
            f"{entity.replace('_', ' ')}s of merged workers",
            _left_behind(table, stands),
            kind=AlarmKind.LEDGER,
            entity=entity,
            where=f"{entity.replace('_', ' ')} {{0}}",
            what="its worker was merged into another one, and it did not go with them",
        )
        for table, entity, stands in (
            ("records_trainingrecord", "training_record", "r.revoked_at IS NULL"),
            ("records_competencyrecord", "competency_record", "(r.revoked_at IS NULL AND r.status = 'PENDING')"),
        )
    ),
    Check("records against the audit log", _record_words),
    Check("competency records against the audit log", _competency_words),
    Check("extensions of validity against the audit log", _extension_words),
    Check("expiry dates", _expiries),
    by_sql(
        "VALIDITY_WRONG",
        "validity",
        """SELECT id FROM (
            SELECT r.id, r.valid_until, COALESCE(r.expires_on, '9999-12-31') AS own, (
                SELECT MAX(e.until) FROM records_extendedrecord x
                JOIN records_validityextension e ON e.id = x.extension_id
                WHERE x.record_id = r.id AND e.revoked_at IS NULL) AS given
            FROM records_trainingrecord r) AS lasts
        WHERE valid_until <> CASE WHEN given > own THEN given ELSE own END ORDER BY id""",
        kind=AlarmKind.LEDGER,
        entity="training_record",
        where="training record {0}",
        what="the day the engine goes by is neither its expiry nor that of an extension in force",
    ),
    by_sql(
        "EXTENSION_SET_WRONG",
        "the records of extensions",
        """SELECT e.id FROM records_validityextension e
        LEFT JOIN records_extendedrecord x ON x.extension_id = e.id
        LEFT JOIN records_trainingrecord r ON r.id = x.record_id
        GROUP BY e.id, e.records, e.course_id
        HAVING COUNT(x.id) <> e.records OR MIN(x.position) <> 1 OR MAX(x.position) <> e.records
            OR MIN(r.course_id) <> e.course_id OR MAX(r.course_id) <> e.course_id ORDER BY e.id""",
        kind=AlarmKind.LEDGER,
        entity="validity_extension",
        where="validity extension {0}",
        what="its records are not as many, or not of the course, that it was made for",
    ),
    by_sql(
        "EXTENSION_ALTERED",
        "the revocations of extensions",
        """SELECT e.id FROM records_validityextension e
        LEFT JOIN audit_auditevent a ON a.entity = 'validity_extension' AND a.entity_id = e.id
            AND a.action = 'validity_extension.revoked'
        WHERE (e.revoked_at IS NULL) <> (a.id IS NULL) OR (a.id IS NOT NULL AND a.reason <> e.revoke_reason)
        ORDER BY e.id""",
        kind=AlarmKind.LEDGER,
        entity="validity_extension",
        where="validity extension {0}",
        what="the audit log and the extension disagree whether and why it was revoked",
    ),
    by_sql(
        "VERSION_OF_OTHER_COURSE",
        "course versions of records",
        FOREIGN_VERSION.format(table="records_trainingrecord"),
        kind=AlarmKind.LEDGER,
        entity="training_record",
        where="training record {0}",
        what="its course version belongs to another course",
    ),
    by_sql(
        "VERSION_OF_OTHER_COURSE",
        "course versions of competency records",
        FOREIGN_VERSION.format(table="records_competencyrecord"),
        kind=AlarmKind.LEDGER,
        entity="competency_record",
        where="competency record {0}",
        what="its course version belongs to another course",
    ),
    *(
        by_sql(
            "REVOCATION_HALF",
            f"the revocations of {entity.replace('_', ' ')}s",
            f"SELECT id FROM {table} WHERE revoked_at IS NULL AND (revoked_by_id IS NOT NULL OR revoke_reason <> '')"
            " ORDER BY id",
            kind=AlarmKind.LEDGER,
            entity=entity,
            where=f"{entity.replace('_', ' ')} {{0}}",
            what="somebody stands there as having revoked it, and it is not revoked",
        )
        for table, entity in (
            ("records_trainingrecord", "training_record"),
            ("records_competencyrecord", "competency_record"),
        )
    ),
    by_sql(
        "DECISION_HALF",
        "pending competency records",
        """SELECT id FROM records_competencyrecord WHERE status = 'PENDING' AND (assessed_by_id IS NOT NULL
            OR remarks <> '' OR assessment_evidence_id IS NOT NULL) ORDER BY id""",
        kind=AlarmKind.LEDGER,
        entity="competency_record",
        where="competency record {0}",
        what="a part of a decision stands there, and it is pending",
    ),
    by_sql(
        "REVOCATION_UNDONE",
        "revocations",
        """SELECT r.id FROM records_trainingrecord r WHERE
        (r.revoked_at IS NULL) = EXISTS (SELECT 1 FROM audit_auditevent a WHERE a.entity = 'training_record'
            AND a.entity_id = r.id AND a.action = 'training_record.revoked') ORDER BY r.id""",
        where="training record {0}",
        what="the audit log and the record disagree whether it was revoked",
    ),
    by_sql(
        "DECISION_WITHOUT_RECORD",
        "competent decisions",
        """SELECT c.id, r.id FROM records_competencyrecord c JOIN records_trainingrecord r ON r.id = c.record_id
        WHERE r.worker_id <> c.worker_id OR r.course_id <> c.course_id OR r.result <> 'PASSED'
           OR r.completed_on <> c.assessed_on ORDER BY c.id""",
        where="competency record {0}",
        what="the training record {1} is not the one this decision made",
    ),
)
