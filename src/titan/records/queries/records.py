"""Training records as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from titan.core.errors import NotFound
from titan.core.page import Page, decode_cursor, encode_cursor
from titan.core.statements import Given, Shape, Statement, given, is_given
from titan.core.text import in_language
from titan.ledger.models import Leaf, LeafType
from titan.personnel.queries.companies import CompanyShort
from titan.personnel.queries.workers import WorkerShort
from titan.records.models import Result, TrainingRecord


@dataclass(frozen=True)
class RecordFilter:
    """expiring_before: passed records that stand and run out before that day. revoked: only those, or only others."""

    worker_id: int | None = None
    course_id: int | None = None
    session_id: int | None = None
    expiring_before: date | None = None
    result: str | None = None
    revoked: bool | None = None


@dataclass(frozen=True)
class CourseShort:
    """A course in short; the title in the reader's language."""

    id: int
    code: str
    title: str


@dataclass(frozen=True)
class TrainerShort:
    """A trainer in short."""

    id: int
    name: str


@dataclass(frozen=True)
class RecordRow:
    """A training record in a list (api.md). ledger_entry: its place in the ledger."""

    id: int
    worker: WorkerShort
    course: CourseShort
    course_version: int
    session_id: int | None
    result: str
    score: int | None
    completed_on: date
    expires_on: date | None
    trainer: TrainerShort | None
    provider: str
    evidence_key: str
    evidence_sha256: str
    source: str
    corrects_id: int | None
    corrected_by_id: int | None
    revoked_at: datetime | None
    revoke_reason: str
    ledger_entry: int | None


def list_records(wanted: RecordFilter, *, language: str, limit: int, cursor: str | None = None) -> Page[RecordRow]:
    """Return training records, newest first (two statements)."""
    narrowed = is_given(
        worker_id=wanted.worker_id,
        course_id=wanted.course_id,
        session_id=wanted.session_id,
        result=wanted.result,
        expiring_before=wanted.expiring_before,
    )
    if wanted.revoked is not None:
        narrowed["revoked" if wanted.revoked else "stands"] = True
    total = _LISTED.count(narrowed)
    before = {"before_id": decode_cursor(cursor, int)[0]} if cursor else {}
    rows = _LISTED.rows(narrowed | before, limit + 1)
    more = encode_cursor(rows[limit - 1][0]) if len(rows) > limit else None
    return Page([_row(row, language) for row in rows[:limit]], more, total)


_COLUMNS = (
    "id",
    "worker_id",
    "worker__employee_id",
    "worker__first_name",
    "worker__last_name",
    "worker__company_id",
    "worker__company__code",
    "worker__company__name",
    "course_id",
    "course__code",
    "course_version__title",
    "course_version__number",
    "trainer_id",
    "trainer__first_name",
    "trainer__last_name",
    "session_id",
    "result",
    "score",
    "completed_on",
    "expires_on",
    "provider",
    "evidence_key",
    "evidence_sha256",
    "source",
    "corrects_id",
    "corrected_by__id",
    "revoked_at",
    "revoke_reason",
    "ledger_entry",
)


def _row(row: tuple[Any, ...], language: str) -> RecordRow:
    pk, worker, badge, first, last, company, code, name, course, course_code, title, version, *rest = row
    trainer, first_of, last_of, session, result, score, completed, expires, provider, key, sha256, source, *rest = rest
    corrects, corrected_by, revoked_at, revoke_reason, entry = rest
    return RecordRow(
        id=pk,
        worker=WorkerShort(worker, badge, first, last, CompanyShort(company, code, name)),
        course=CourseShort(course, course_code, in_language(title, language)),
        course_version=version,
        session_id=session,
        result=result,
        score=score,
        completed_on=completed,
        expires_on=expires,
        trainer=TrainerShort(trainer, f"{first_of} {last_of}".strip()) if trainer else None,
        provider=provider,
        evidence_key=key,
        evidence_sha256=sha256,
        source=source,
        corrects_id=corrects,
        corrected_by_id=corrected_by,
        revoked_at=revoked_at,
        revoke_reason=revoke_reason,
        ledger_entry=entry,
    )


def _newest_first(shape: Shape) -> QuerySet[TrainingRecord]:
    number = TrainingRecord._meta.get_field("id")
    same = {name: Given(name, number) for name in ("worker_id", "course_id", "session_id") if name in shape}
    records = TrainingRecord.objects.filter(**same)
    if "result" in shape:
        records = records.filter(**given(TrainingRecord, "result"))
    if shape & {"revoked", "stands"}:
        records = records.filter(revoked_at__isnull="stands" in shape)
    if "expiring_before" in shape:
        records = records.filter(
            result=Result.PASSED,
            revoked_at=None,
            expires_on__isnull=False,
            valid_until__lt=Given("expiring_before", TrainingRecord._meta.get_field("valid_until")),
        )
    if "before_id" in shape:
        records = records.filter(pk__lt=Given("before_id", number))
    return records.annotate(ledger_entry=_entry()).order_by("-pk")


_LISTED = Statement(_newest_first, *_COLUMNS)


def one_record(record_id: int) -> TrainingRecord:
    """Return one training record with what it refers to. Raises NotFound."""
    row: TrainingRecord | None = _with_parts(TrainingRecord.objects.all()).filter(pk=record_id).first()
    if row is None:
        raise NotFound("training record", record_id)
    return row


def _with_parts(records: Any) -> Any:
    """Return the records with what they refer to, and with `ledger_entry`, their place in the ledger."""
    return records.select_related("worker__company", "course", "course_version", "trainer", "corrected_by").annotate(
        ledger_entry=_entry()
    )


def _entry() -> Subquery:
    entered = Leaf.objects.filter(type=LeafType.RECORD, entity_id=OuterRef("pk")).order_by("index")
    return Subquery(entered.values("index")[:1])
