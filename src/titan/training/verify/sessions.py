"""Sessions: each completed one wrote exactly what its list says, and no trainer is in two places (domain.md §5–7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from titan.core import settings
from titan.core.clock import site_date
from titan.ledger.models import AlarmKind
from titan.personnel.queries.merged import MERGED_PAIRS
from titan.records.models import CompetencyRecord, Result, Source, TrainingRecord
from titan.training.models import Attendance, Attendee, Finalization, SessionStatus, TrainingSession
from titan.training.verify.check import Check, Problem, Progress, by_sql

VERSION_OF_OTHER_COURSE = (
    "SELECT s.id, s.code FROM training_trainingsession s JOIN catalogue_courseversion v ON v.id = s.course_version_id"
    " WHERE v.course_id <> s.course_id AND s.status {status} ORDER BY s.id"
)

# What finalization wrote for one attendee: one record, or one competency record, or both with the fast track.
WROTE = """
    SELECT session_id, worker_id, result, score, trainer_id, evidence_id, course_version_id, completed_on
    FROM records_trainingrecord WHERE source = 'SESSION' AND corrects_id IS NULL
    UNION
    SELECT session_id, worker_id, 'PASSED', score, trainer_id, evidence_id, course_version_id, completed_on
    FROM records_competencyrecord WHERE session_id IS NOT NULL"""


def _days(at: datetime, progress: Progress) -> Iterator[Problem]:
    """Yield sessions whose records carry another day than that of the last slot's end, in site time."""
    zone = settings.current().zone
    recorded = TrainingRecord.objects.filter(session_id=OuterRef("pk"), source=Source.SESSION)
    pending = CompetencyRecord.objects.filter(session_id=OuterRef("pk"))
    completed = TrainingSession.objects.filter(status=SessionStatus.COMPLETED).annotate(
        ended_at=Max("slots__ends_at"),
        first_day=Subquery(recorded.order_by("completed_on").values("completed_on")[:1]),
        last_day=Subquery(recorded.order_by("-completed_on").values("completed_on")[:1]),
        competency_day=Subquery(pending.order_by("completed_on").values("completed_on")[:1]),
    )
    for code, ended_at, *days in completed.values_list("code", "ended_at", "first_day", "last_day", "competency_day"):
        if ended_at is None:
            yield Problem("SESSION_WITHOUT_SLOTS", str(code), "it is completed and has no slots")
            continue
        day = site_date(ended_at, zone)
        others = sorted({str(other) for other in days if other not in {None, day}})
        if others:
            yield Problem("DAY_WRONG", str(code), f"it ended on {day}, its records say {', '.join(others)}")


def _receipts(at: datetime, progress: Progress) -> Iterator[Problem]:
    """Yield sessions whose receipt counts otherwise than their records do."""

    def number(rows: QuerySet[Any]) -> Coalesce:
        counted = rows.order_by().values("session_id").annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(counted), 0)

    recorded = TrainingRecord.objects.filter(session_id=OuterRef("session_id"), source=Source.SESSION, corrects=None)
    pending = CompetencyRecord.objects.filter(session_id=OuterRef("session_id")).filter(
        Q(record=None) | Q(record__source=Source.COMPETENCY)
    )
    absent = Attendee.objects.filter(session_id=OuterRef("session_id"), status=Attendance.NO_SHOW)
    found = Finalization.objects.annotate(
        training_records=number(recorded),
        failed=number(recorded.filter(result=Result.FAILED)),
        competency_pending=number(pending),
        no_show=number(absent),
    ).values("session__code", "outcome", "training_records", "failed", "competency_pending", "no_show")
    for row in found:
        for name in ("training_records", "failed", "competency_pending", "no_show"):
            if row["outcome"].get(name) != row[name]:
                words = f"the receipt says {name} {row['outcome'].get(name)}, there are {row[name]}"
                yield Problem("RECEIPT_WRONG", str(row["session__code"]), words)


# Where both rows of one person stood on a list, each stays there as it was marked, and what the one proved is the
# other's by now: so a record may be of whoever its attendee turned out to be.
ATTENDED = "a.session_id = w.session_id AND a.status = 'ATTENDED'"
OTHERWISE = """(a.result <> w.result OR COALESCE(a.score, -1) <> COALESCE(w.score, -1) OR w.trainer_id <> s.trainer_id
    OR w.evidence_id <> s.evidence_id OR w.course_version_id <> s.course_version_id)"""

CHECKS = (
    by_sql(
        "PROOF_MISSING",
        "proof of every attendee",
        f"""{MERGED_PAIRS} SELECT s.code, a.worker_id FROM training_attendee a
        JOIN training_trainingsession s ON s.id = a.session_id
        WHERE s.status = 'COMPLETED' AND a.status = 'ATTENDED' AND NOT EXISTS (SELECT 1 FROM ({WROTE}) w
            WHERE w.session_id = s.id AND w.worker_id = a.worker_id)
        AND NOT EXISTS (SELECT 1 FROM way y JOIN ({WROTE}) w ON w.worker_id = y.id
            WHERE y.gone = a.worker_id AND w.session_id = s.id) ORDER BY s.id, a.worker_id""",
        where="{0}",
        what="worker {1} attended and has no record of it",
    ),
    by_sql(
        "PROOF_OF_NOBODY",
        "records of those who did not attend",
        f"""{MERGED_PAIRS} SELECT w.session_id, w.worker_id FROM ({WROTE}) w WHERE NOT EXISTS (
            SELECT 1 FROM training_attendee a JOIN training_trainingsession s ON s.id = a.session_id
            WHERE {ATTENDED} AND a.worker_id = w.worker_id AND s.status = 'COMPLETED')
        AND NOT EXISTS (
            SELECT 1 FROM way y JOIN training_attendee a ON a.worker_id = y.gone
            JOIN training_trainingsession s ON s.id = a.session_id
            WHERE y.id = w.worker_id AND {ATTENDED} AND s.status = 'COMPLETED') ORDER BY w.session_id, w.worker_id""",
        where="session {0}",
        what="worker {1} has a record of it, and is not on its list as one who attended",
    ),
    by_sql(
        "PROOF_DIFFERS",
        "records against the class list",
        f"""{MERGED_PAIRS} SELECT s.code, w.worker_id, s.id FROM ({WROTE}) w
        JOIN training_trainingsession s ON s.id = w.session_id
        JOIN training_attendee a ON {ATTENDED} AND a.worker_id = w.worker_id WHERE {OTHERWISE}
        UNION ALL
        SELECT s.code, w.worker_id, s.id FROM way y JOIN ({WROTE}) w ON w.worker_id = y.id
        JOIN training_trainingsession s ON s.id = w.session_id
        JOIN training_attendee a ON {ATTENDED} AND a.worker_id = y.gone
        WHERE {OTHERWISE} AND NOT EXISTS (SELECT 1 FROM training_attendee b WHERE b.session_id = w.session_id
            AND b.worker_id = w.worker_id AND b.status = 'ATTENDED') ORDER BY 3, 2""",
        where="{0}",
        what="the record of worker {1} differs from the session in result, score, trainer, version or evidence",
    ),
    Check("the days of records", _days),
    Check("receipts", _receipts),
    by_sql(
        "RECEIPT_MISSING",
        "finalizations",
        """SELECT s.code FROM training_trainingsession s LEFT JOIN training_finalization f ON f.session_id = s.id
        WHERE (s.status = 'COMPLETED' AND (f.session_id IS NULL OR f.at <> s.finalized_at))
           OR (s.status <> 'COMPLETED' AND f.session_id IS NOT NULL) ORDER BY s.id""",
        where="{0}",
        what="its receipt and its state do not belong together",
    ),
    by_sql(
        "MARK_MISSING",
        "marks",
        """SELECT s.code, a.worker_id FROM training_attendee a JOIN training_trainingsession s ON s.id = a.session_id
        WHERE s.status = 'COMPLETED' AND (a.status = 'REGISTERED' OR (a.status = 'ATTENDED' AND a.result = ''))
        ORDER BY s.id, a.worker_id""",
        where="{0}",
        what="it is completed, and worker {1} has no mark or no result",
    ),
    by_sql(
        "SHEET_DIFFERS",
        "sheets",
        """SELECT s.code FROM training_trainingsession s LEFT JOIN training_sessionevidence e
            ON e.session_id = s.id AND e.superseded_at IS NULL
        WHERE COALESCE(s.evidence_id, 0) <> COALESCE(e.evidence_id, 0) ORDER BY s.id""",
        where="{0}",
        what="the sheet in force is not the one the session cites",
    ),
    by_sql(
        "VERSION_OF_OTHER_COURSE",
        "course versions of finalized sessions",
        VERSION_OF_OTHER_COURSE.format(status="= 'COMPLETED'"),
        kind=AlarmKind.LEDGER,
        entity="session",
        where="{1}",
        what="its course version belongs to another course",
    ),
    by_sql(
        "VERSION_OF_OTHER_COURSE",
        "course versions of sessions",
        VERSION_OF_OTHER_COURSE.format(status="<> 'COMPLETED'"),
        where="{1}",
        what="its course version belongs to another course",
    ),
    by_sql(
        "HOLD_WRONG",
        "booked slots",
        """SELECT s.code, t.id FROM training_slot t JOIN training_trainingsession s ON s.id = t.session_id
        WHERE COALESCE(t.held_by_id, 0) <>
            CASE WHEN s.status IN ('SCHEDULED', 'COMPLETED') THEN COALESCE(s.trainer_id, 0) ELSE 0 END
        ORDER BY s.id, t.id""",
        where="{0}",
        what="slot {1} does not book the trainer as the session's state asks",
    ),
    by_sql(
        "DOUBLE_BOOKED",
        "double bookings",
        """SELECT s.code, u.code, a.held_by_id FROM training_slot a
        JOIN training_slot b ON b.held_by_id = a.held_by_id AND a.id < b.id
            AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
        JOIN training_trainingsession s ON s.id = a.session_id
        JOIN training_trainingsession u ON u.id = b.session_id ORDER BY a.id, b.id""",
        where="{0}",
        what="trainer {2} is booked by {1} at the same time",
    ),
    by_sql(
        "CANNOT_RUN",
        "qualifications",
        """SELECT s.code, s.trainer_id FROM training_trainingsession s
        WHERE s.status = 'SCHEDULED' AND NOT EXISTS (SELECT 1 FROM resources_qualification q
            WHERE q.trainer_id = s.trainer_id AND q.course_id = s.course_id AND q.until IS NULL) ORDER BY s.id""",
        where="{0}",
        what="trainer {1} is no longer qualified for its course: it cannot be finalized",
        is_warning=True,
    ),
)
