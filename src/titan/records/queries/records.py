"""Training records as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery

from titan.core.errors import NotFound
from titan.core.page import Page, decode_cursor, encode_cursor
from titan.ledger.models import Leaf, LeafType
from titan.records.extensions.queries import with_extensions
from titan.records.models import Result, TrainingRecord


@dataclass(frozen=True)
class RecordFilter:
    """extension_id: those that an extension was made for. revoked: only those, or only others.

    expiring_before: passed records that stand and run out before that day, extensions counted.
    """

    worker_id: int | None = None
    course_id: int | None = None
    session_id: int | None = None
    extension_id: int | None = None
    expiring_before: date | None = None
    result: str | None = None
    revoked: bool | None = None


def list_records(
    wanted: RecordFilter, *, limit: int, cursor: str | None = None, counted: bool = True
) -> Page[TrainingRecord]:
    """Return training records, newest first, with worker, company, course, trainer and extensions loaded.

    Three statements. counted: whether the page says how many there are in all.
    """
    exact = {
        "worker_id": wanted.worker_id,
        "course_id": wanted.course_id,
        "session_id": wanted.session_id,
        "extended__extension_id": wanted.extension_id,
        "result": wanted.result,
    }
    records = TrainingRecord.objects.filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.revoked is not None:
        records = records.filter(revoked_at__isnull=not wanted.revoked)
    if wanted.expiring_before is not None:
        records = records.filter(
            result=Result.PASSED,
            revoked_at=None,
            expires_on__isnull=False,
            valid_until__lt=wanted.expiring_before,
        )
    total = records.count() if counted else None
    if cursor:
        records = records.filter(pk__lt=decode_cursor(cursor, int)[0])
    rows = list(_with_parts(records).order_by("-pk")[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, encode_cursor(rows[-1].pk) if more else None, total)


def one_record(record_id: int) -> TrainingRecord:
    """Return one training record with what it refers to and its extensions. Raises NotFound."""
    row: TrainingRecord | None = _with_parts(TrainingRecord.objects.all()).filter(pk=record_id).first()
    if row is None:
        raise NotFound("training record", record_id)
    return row


def _with_parts(records: Any) -> Any:
    """Return the records with what they refer to, their extensions, and `ledger_entry`, their place in the ledger."""
    entered = Leaf.objects.filter(type=LeafType.RECORD, entity_id=OuterRef("pk")).order_by("index")
    return (
        with_extensions(records)
        .select_related("worker__company", "course", "course_version", "trainer", "corrected_by")
        .annotate(ledger_entry=Subquery(entered.values("index")[:1]))
    )
