"""Every record and competency that rests on a session, trainer, course version or piece of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from titan.core.given import Wrong
from titan.core.language import _
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.training.consequences.rules import Kind, Line
from titan.training.models import CaseSubject

RECORDS, COMPETENCIES = TrainingRecord._meta.db_table, CompetencyRecord._meta.db_table
DATED = (CaseSubject.TRAINER, CaseSubject.COURSE_VERSION)
"""The subjects that may be narrowed to classes of some days."""


@dataclass(frozen=True)
class Subject:
    """What is found false. first_day, last_day: of the class, both inclusive, for those of DATED; None: any."""

    kind: str
    id: int
    first_day: date | None = None
    last_day: date | None = None


def need_days(subject: Subject, today: date) -> None:
    """Raise Invalid where the subject is narrowed to days that it cannot be, or that lie ahead of site `today`."""
    wrong, first, last = Wrong(), subject.first_day, subject.last_day
    for name, day in (("from", first), ("to", last)):
        if day is not None and subject.kind not in DATED:
            wrong.add(name, "NOT_ALLOWED", _("Leave the days out: only a trainer or a course version is narrowed."))
        elif day is not None:
            wrong.day(name, day, today)
    if first and last and first > last:
        wrong.add("to", "OUT_OF_ORDER", _("Give a last day that is not before the first."))
    wrong.refuse()


def lines_of(subject: Subject) -> list[Line]:
    """Return every line of the list about `subject`, records before competencies, by their numbers (one statement).

    A record rests on the class, and on an assessment its sign-off cites. The one that corrects it rests on it as well
    where it cites the same evidence; else it has OTHER_EVIDENCE and is only shown. Of evidence the same bytes count
    under whatever number they were uploaded, and every file that they were bound into.
    """
    params: dict[str, str | int] = {"id": subject.id}
    record = competency = _CONDITIONS[CaseSubject(subject.kind)]
    if subject.kind == CaseSubject.EVIDENCE:
        record = "r.evidence_id IN (SELECT id FROM files)"
        competency = "(r.evidence_id IN (SELECT id FROM files) OR r.assessment_evidence_id IN (SELECT id FROM files))"
    else:
        # What corrects another record comes in by it, and what was signed off by its competency.
        record += " AND r.corrects_id IS NULL AND r.source <> 'COMPETENCY'"
        for name, comparison, day in (("first", ">=", subject.first_day), ("last", "<=", subject.last_day)):
            if day is not None:
                params[name] = day.isoformat()
                record += f" AND r.completed_on {comparison} {_day(name)}"
                competency += f" AND r.completed_on {comparison} {_day(name)}"
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(record=record, competency=competency), params)
        return [Line(*row) for row in cursor.fetchall()]


_CONDITIONS = {
    CaseSubject.SESSION: "r.session_id = %(id)s",
    CaseSubject.TRAINER: "r.trainer_id = %(id)s",
    # The course is named for the index it has.
    CaseSubject.COURSE_VERSION: "r.course_version_id = %(id)s"
    " AND r.course_id = (SELECT course_id FROM catalogue_courseversion WHERE id = %(id)s)",
    CaseSubject.EVIDENCE: "",
}

_SQL = f"""
WITH RECURSIVE same AS (
    SELECT f.id FROM evidence_evidencefile f
    WHERE f.sha256 = (SELECT sha256 FROM evidence_evidencefile WHERE id = %(id)s)
),
files AS (
    SELECT id FROM same
    UNION
    SELECT whole_id FROM evidence_evidencepart WHERE part_id IN (SELECT id FROM same)
),
signed AS (
    SELECT r.id, r.worker_id, r.record_id, r.status, r.revoked_at FROM {COMPETENCIES} r WHERE {{competency}}
),
roots AS (
    SELECT r.id FROM {RECORDS} r WHERE {{record}}
    UNION
    SELECT record_id FROM signed WHERE record_id IS NOT NULL
),
hashes AS (SELECT r.evidence_sha256 FROM {RECORDS} r WHERE r.id IN (SELECT id FROM roots)),
chain AS (
    SELECT id FROM roots
    UNION
    SELECT r.id FROM chain c JOIN {RECORDS} r ON r.corrects_id = c.id
)
SELECT '{Kind.RECORD}', r.id, r.worker_id, CASE
    WHEN r.revoked_at IS NOT NULL THEN 'REVOKED'
    WHEN r.id IN (SELECT id FROM roots) OR r.evidence_sha256 IN (SELECT evidence_sha256 FROM hashes) THEN 'RESTS'
    ELSE 'OTHER_EVIDENCE' END
FROM {RECORDS} r WHERE r.id IN (SELECT id FROM chain)
UNION ALL
SELECT '{Kind.COMPETENCY}', s.id, s.worker_id, CASE
    WHEN s.revoked_at IS NOT NULL THEN 'REVOKED' WHEN s.status = 'PENDING' THEN 'RESTS' ELSE 'DECIDED' END
FROM signed s WHERE s.status <> 'COMPETENT'
ORDER BY 1 DESC, 2"""


def _day(name: str) -> str:
    return f"%({name})s::date" if connection.vendor == "postgresql" else f"%({name})s"
