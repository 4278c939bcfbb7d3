"""Writing records in bulk: one statement for any number of them, each said to the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from titan.core.actor import Actor
from titan.core.bulk import insert_rows
from titan.core.command import Said, command, say_all, touch
from titan.ledger.commands import enter
from titan.records.leaves import corrected_leaf, decided_leaf, opened_leaf, record_leaf
from titan.records.models import FOREVER, CompetencyRecord, CompetencyStatus, Result, Source, TrainingRecord
from titan.records.queries.names import courses_named, methods_named
from titan.records.rules import expires_on


class NewRecord(NamedTuple):
    """A training record to write (a tuple: a batch makes hundreds of them).

    `expires_on` follows from the version's `validity_months` unless it stands fixed.

    fixed_expiry: (day or None,) for a migrated record, whose expiry is taken as it stands.
    """

    worker_id: int
    course_id: int
    course_version_id: int
    validity_months: int
    result: Result
    completed_on: date
    evidence_id: int
    evidence_key: str
    evidence_sha256: str
    source: Source
    session_id: int | None = None
    trainer_id: int | None = None
    score: int | None = None
    remarks: str = ""
    provider: str = ""
    corrects_id: int | None = None
    fixed_expiry: tuple[date | None] | None = None

    @property
    def expires_on(self) -> date | None:
        if self.fixed_expiry is not None:
            return self.fixed_expiry[0]
        return expires_on(self.completed_on, self.validity_months, passed=self.result == Result.PASSED)


class NewCompetency(NamedTuple):
    """A competency record to write: pending, or competent at once by the trainer's fast track."""

    worker_id: int
    course_id: int
    course_version_id: int
    completed_on: date
    evidence_id: int
    evidence_key: str
    evidence_sha256: str
    session_id: int | None = None
    trainer_id: int | None = None
    score: int | None = None
    status: CompetencyStatus = CompetencyStatus.PENDING
    method_id: int | None = None
    assessed_on: date | None = None
    assessed_by_id: int | None = None
    remarks: str = ""
    record_id: int | None = None


# A trainer who verifies on the spot adds no evidence to the class's own.
WITHOUT_EVIDENCE = {"assessment_evidence__key": None, "assessment_evidence__sha256": None}


@command
def write_records(records: Sequence[NewRecord], *, by: Actor, at: datetime) -> dict[int, int]:
    """Write `records`, at most one per worker, and return their ids by worker id.

    Touches the verdicts of those workers for those courses; each record enters the ledger.
    """
    rows = [_record_row(record, by, at) for record in records]
    ids: dict[int, int] = {
        worker: pk for pk, worker in insert_rows(TrainingRecord, rows, returning=("id", "worker_id"))
    }
    say_all(
        Said(
            "training_record.created",
            "training_record",
            ids[record.worker_id],
            after={
                "worker_id": record.worker_id,
                "course_id": record.course_id,
                "session_id": record.session_id,
                "result": record.result,
                "completed_on": record.completed_on.isoformat(),
                "expires_on": row["expires_on"].isoformat() if row["expires_on"] else None,
                "source": record.source,
                "evidence_sha256": record.evidence_sha256,
            },
        )
        for record, row in zip(records, rows, strict=True)
    )
    touch([record.worker_id for record in records], {record.course_id for record in records})
    _enter_records(rows, ids)
    return ids


def _enter_records(rows: list[dict[str, Any]], ids: dict[int, int]) -> None:
    named = courses_named({row["course_version_id"] for row in rows})
    for row in rows:
        row.update(named[row["course_version_id"]], id=ids[row["worker_id"]])
    enter(record_leaf(row) for row in rows)
    enter(corrected_leaf(row) for row in rows if row["corrects_id"] is not None)


def _record_row(record: NewRecord, by: Actor, at: datetime) -> dict[str, Any]:
    until = record.expires_on
    row = record._asdict()
    del row["validity_months"], row["fixed_expiry"]
    row.update(expires_on=until, valid_until=until or FOREVER, created_at=at, created_by_id=by.user_id)
    return row


@command
def write_competencies(competencies: Sequence[NewCompetency], *, by: Actor, at: datetime) -> dict[int, int]:
    """Write competency records, at most one per worker, and return their ids by worker id; touches verdicts."""
    rows = [competency._asdict() | {"created_at": at} for competency in competencies]
    found = insert_rows(CompetencyRecord, rows, returning=("id", "worker_id"))
    ids: dict[int, int] = {worker: pk for pk, worker in found}
    say_all(
        Said(
            "competency_record.created",
            "competency_record",
            ids[competency.worker_id],
            after={
                "worker_id": competency.worker_id,
                "course_id": competency.course_id,
                "session_id": competency.session_id,
                "status": competency.status,
                "method_id": competency.method_id,
                "record_id": competency.record_id,
            },
        )
        for competency in competencies
    )
    touch([item.worker_id for item in competencies], {item.course_id for item in competencies})
    _enter_competencies(rows, ids, by=by, at=at)
    return ids


def _enter_competencies(rows: list[dict[str, Any]], ids: dict[int, int], *, by: Actor, at: datetime) -> None:
    named = courses_named({row["course_version_id"] for row in rows})
    methods = methods_named({row["method_id"] for row in rows if row["method_id"] is not None})
    for row in rows:
        row.update(named[row["course_version_id"]], id=ids[row["worker_id"]])
    enter(opened_leaf(row, by_id=by.user_id) for row in rows)
    enter(
        decided_leaf(row | methods[row["method_id"]] | WITHOUT_EVIDENCE, at=at, by_id=by.user_id)
        for row in rows
        if row["status"] != CompetencyStatus.PENDING
    )
