"""Training records: what was proved, by session, certificate or register; revoked, never removed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile
from pydantic import Field, StringConstraints

from titan.api.caller import caller
from titan.api.competency import CompetencyShape, competency_shape
from titan.api.fields import Body, Day, Filters, Id, Lax, QueryFlag, Reason, Shape
from titan.api.idempotency import once, prepared_once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.shapes import CourseShort, TrainerShort, WorkerShort
from titan.api.uploads import JsonText, read_json, staged_upload
from titan.core.actor import Actor
from titan.core.permit import need_admin, need_reader
from titan.evidence.commands import StagedEvidence
from titan.records import commands
from titan.records.extensions.queries import last_day, loaded_extensions
from titan.records.models import Result, Source, TrainingRecord
from titan.records.queries import competency
from titan.records.queries import records as queries

router = Router(tags=["records"])


class RecordExtensionShape(Shape):
    """An extension that was made for a record; in force while `revoked_at` is null."""

    id: int
    until: date
    reference: str
    decided_on: date
    made_at: datetime
    revoked_at: datetime | None


class RecordShape(Shape):
    """A training record. `ledger_entry` is its place in the tamper-evident ledger.

    `expires_on` stays as it was written; `valid_until` is the later of it and of the `extensions` in force, null for a
    pass that never expires and for a fail.
    """

    id: int
    worker: WorkerShort
    course: CourseShort
    course_version: int
    session_id: int | None
    result: Result
    score: int | None
    completed_on: date
    expires_on: date | None
    valid_until: date | None
    extensions: list[RecordExtensionShape]
    trainer: TrainerShort | None
    provider: str
    evidence_key: str
    evidence_sha256: str
    source: Source
    corrects_id: int | None
    corrected_by_id: int | None
    revoked_at: datetime | None
    revoke_reason: str
    ledger_entry: int | None


class RecordWanted(Filters):
    """`extension_id`: those that an extension was made for.

    `expiring_before`: passed records in force that run out before that day, extensions counted.
    """

    worker_id: Id | None = None
    course_id: Id | None = None
    session_id: Id | None = None
    extension_id: Id | None = None
    expiring_before: Day | None = None
    result: Result | None = None
    revoked: QueryFlag | None = None


class RecordFilters(PageFilters, RecordWanted):
    """A page of those records."""


class NewRecordBody(Body):
    """An outside certificate; with `corrects_id`, the correction of a revoked record of the same worker and course."""

    worker_id: Id
    course_id: Id
    completed_on: Day
    result: Annotated[Result, Lax] = Result.PASSED
    score: Annotated[int, Field(ge=0, le=100)] | None = None
    provider: Annotated[str, StringConstraints(max_length=200)] = ""
    remarks: Annotated[str, StringConstraints(max_length=2000)] = ""
    corrects_id: Id | None = None


class RevokeBody(Body):
    reason: Reason


def record_shape(row: TrainingRecord) -> dict[str, Any]:
    """Return a training record as the API shows it."""
    shown = {name: getattr(row, name) for name in RecordShape.model_fields if hasattr(row, name)}
    return {
        **shown,
        "valid_until": last_day(row),
        "extensions": loaded_extensions(row),
        "course": {"id": row.course_id, "code": row.course.code, "title": row.course_version.title},
        "course_version": row.course_version.number,
        "corrected_by_id": row.corrected_by.pk if hasattr(row, "corrected_by") else None,
    }


def may_not_read(by: Actor, record_id: int) -> None:
    """Refuse who may not read records, and a record that does not exist."""
    need_reader(by)
    queries.one_record(record_id)


def may_not_revoke(by: Actor, record_id: int) -> None:
    """Refuse who may not revoke, and a record that does not exist."""
    need_admin(by)
    queries.one_record(record_id)


@router.get("/records", response=Listed[RecordShape])
@refuses_first(need_reader)
def list_records(request: HttpRequest, filters: Query[RecordFilters]) -> Any:
    """Training records, newest first."""
    need_reader(caller(request).actor)
    wanted = queries.RecordFilter(
        worker_id=filters.worker_id,
        course_id=filters.course_id,
        session_id=filters.session_id,
        extension_id=filters.extension_id,
        expiring_before=filters.expiring_before,
        result=filters.result,
        revoked=filters.revoked,
    )
    page = queries.list_records(wanted, limit=filters.limit, cursor=filters.cursor)
    return {
        "items": [record_shape(row) for row in page.items],
        "next_cursor": page.next_cursor,
        "total": page.total,
    }


@router.get("/records/{record_id}", response=RecordShape)
@refuses_first(may_not_read)
def get_record(request: HttpRequest, record_id: Id) -> Any:
    """One training record."""
    need_reader(caller(request).actor)
    return record_shape(queries.one_record(record_id))


@router.post("/records", response={201: RecordShape | CompetencyShape})
@refuses_first(need_admin)
def create_record(
    request: HttpRequest,
    data: Form[JsonText],
    file: File[list[UploadedFile]] = [],  # noqa: B006 - ninja copies it
) -> Any:
    """Record an outside certificate with its file, or a correction.

    `data` is JSON: `worker_id`, `course_id`, `completed_on`, and optionally `result` (PASSED or FAILED), `score`,
    `provider`, `remarks`, and `corrects_id` to correct a revoked record (without a file it rests on the same one).
    A passed certificate for a course that requires verification opens a pending competency record and answers that.
    """
    me = caller(request)
    new = commands.ExternalResult(**read_json(data, NewRecordBody).model_dump())

    def bring_in() -> StagedEvidence | None:
        need_admin(me.actor)
        return staged_upload(file) if file else None

    def work(staged: StagedEvidence | None) -> dict[str, Any]:
        made = commands.record_certificate(new, staged, by=me.actor, at=me.at)
        if made.competency_id is not None:
            return competency_shape(competency.one_competency(made.competency_id))
        return record_shape(queries.one_record(made.record_id or 0))

    return prepared_once(request, 201, bring_in, work)


@router.post("/records/{record_id}/revoke", response={200: RecordShape})
@refuses_first(may_not_revoke)
def revoke_record(request: HttpRequest, record_id: Id, payload: RevokeBody) -> Any:
    """Revoke a wrong record with the reason; it stays visible."""
    me = caller(request)

    def work() -> dict[str, Any]:
        commands.revoke_record(record_id, payload.reason, by=me.actor, at=me.at)
        return record_shape(queries.one_record(record_id))

    return once(request, 200, work)
