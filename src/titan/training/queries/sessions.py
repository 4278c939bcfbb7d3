"""Sessions as they are shown: one whole, or a page of many in short (api.md)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from titan.catalogue.models import Course
from titan.compliance.models import ComplianceItem, Severity
from titan.compliance.queries.summary import course_titles
from titan.core import settings
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.clock import start_of_day
from titan.core.errors import NotFound, SoftBlock
from titan.core.page import Page, decode_cursor, encode_cursor
from titan.core.text import is_found, search_key
from titan.evidence.models import EvidenceFile
from titan.records.models import AssessmentMethod
from titan.resources.models import Qualification
from titan.training.access import CLOSED, visible_sessions
from titan.training.models import Attendee, Override, SessionStatus, Slot, TrainingSession
from titan.training.queries.blocks import Booking, hard_blocks, soft_blocks
from titan.training.rules import SlotTime


@dataclass(frozen=True)
class OverrideView:
    code: str
    subject: str
    by_id: int | None
    at: datetime


@dataclass(frozen=True)
class SessionView:
    """A session as it is. The last four parts are only filled for a single session."""

    id: int
    code: str
    status: str
    course_id: int
    course_code: str
    course_title: dict[str, str]
    course_version: int | None
    title: str
    trainer_id: int | None
    trainer_name: str
    venue_id: int | None
    venue_name: str
    venue_capacity: int
    slots: list[SlotTime]
    attendees: int
    evidence: EvidenceFile | None
    cannot_run: bool
    version: int
    cancel_reason: str
    finalized_at: datetime | None
    finalized_by: int | None
    notes: str = ""
    overrides: tuple[OverrideView, ...] = ()
    warnings: tuple[SoftBlock, ...] = ()
    blockers: tuple[SoftBlock, ...] = ()


@dataclass(frozen=True)
class SessionFilter:
    """Which sessions: by field, by code, by site days on which a slot lies (both inclusive), by words."""

    status: str | None = None
    course_id: int | None = None
    trainer_id: int | None = None
    venue_id: int | None = None
    code: str | None = None
    from_day: date | None = None
    to_day: date | None = None
    search: str | None = None


def list_sessions(
    wanted: SessionFilter, *, limit: int, cursor: str | None = None, by: Actor, counted: bool = True
) -> Page[SessionView]:
    """Return sessions, newest first, a page at a time, in a fixed number of statements.

    counted: whether the page says how many there are in all.
    """
    sessions = _filtered(visible_sessions(by), wanted)
    total = sessions.count() if counted else None
    if cursor:
        sessions = sessions.filter(pk__lt=decode_cursor(cursor, int)[0])
    rows = list(_with_parts(sessions).order_by("-pk")[: limit + 1])
    views = _views(rows[:limit])
    return Page(views, encode_cursor(rows[limit - 1].pk) if len(rows) > limit else None, total)


def session_view(session_id: int, *, by: Actor, at: datetime) -> SessionView:
    """Return one session whole, with what stands against it now. Raises NotFound for another trainer's."""
    row = _with_parts(visible_sessions(by)).filter(pk=session_id).first()
    if row is None:
        raise NotFound("session", session_id)
    view = _views([row])[0]
    overrides = Override.objects.filter(session_id=session_id).order_by("id")
    booking = Booking(
        session_id=row.pk,
        course_id=row.course_id,
        course_version_id=row.course_version_id,
        trainer_id=row.trainer_id,
        venue_id=row.venue_id,
        slots=view.slots,
        zone=settings.current().zone,
    )
    is_open = row.status not in CLOSED
    return replace(
        view,
        notes=row.notes,
        overrides=tuple(OverrideView(item.code, item.subject, item.by_id, item.at) for item in overrides),
        warnings=tuple(soft_blocks(booking, at=at)) if is_open else (),
        blockers=tuple(hard_blocks(booking)) if is_open else (),
    )


def sessions_in_short(session_ids: list[int]) -> list[SessionView]:
    """Return these sessions in short, in the order of their ids."""
    return _views(list(_with_parts(TrainingSession.objects.filter(pk__in=id_set(session_ids))).order_by("pk")))


def _filtered(sessions: QuerySet[TrainingSession], wanted: SessionFilter) -> QuerySet[TrainingSession]:
    exact = {
        "status": wanted.status,
        "course_id": wanted.course_id,
        "trainer_id": wanted.trainer_id,
        "venue_id": wanted.venue_id,
        "code": wanted.code,
    }
    sessions = sessions.filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.search:
        courses = [pk for pk, code in Course.objects.values_list("id", "code") if is_found(wanted.search, code)]
        sessions = sessions.filter(Q(search_key__contains=search_key(wanted.search)) | Q(course_id__in=id_set(courses)))
    if wanted.from_day is None and wanted.to_day is None:
        return sessions
    zone = settings.current().zone
    slots = Slot.objects.filter(session_id=OuterRef("pk"))
    if wanted.from_day:
        slots = slots.filter(ends_at__gt=start_of_day(wanted.from_day, zone))
    if wanted.to_day:
        slots = slots.filter(starts_at__lt=start_of_day(wanted.to_day + timedelta(days=1), zone))
    return sessions.filter(Exists(slots))


def _with_parts(sessions: QuerySet[TrainingSession]) -> QuerySet[TrainingSession]:
    qualified = Qualification.objects.filter(
        trainer_id=OuterRef("trainer_id"), course_id=OuterRef("course_id"), until=None
    )
    people = Attendee.objects.filter(session_id=OuterRef("pk")).order_by().values("session_id")
    return sessions.select_related("course", "course_version", "trainer", "venue", "evidence").annotate(
        attendee_count=people.annotate(n=Count("pk")).values("n"), trainer_qualified=Exists(qualified)
    )


def _views(rows: list[TrainingSession]) -> list[SessionView]:
    slots: dict[int, list[SlotTime]] = defaultdict(list)
    for session_id, starts_at, ends_at in (
        Slot.objects.filter(session_id__in=id_set(row.pk for row in rows))
        .order_by("starts_at")
        .values_list("session_id", "starts_at", "ends_at")
    ):
        slots[session_id].append(SlotTime(starts_at, ends_at))
    titles = course_titles()
    return [_view(row, slots[row.pk], titles) for row in rows]


def _view(row: Any, slots: list[SlotTime], titles: dict[int, dict[str, str]]) -> SessionView:
    return SessionView(
        id=row.pk,
        code=row.code,
        status=row.status,
        course_id=row.course_id,
        course_code=row.course.code,
        course_title=row.course_version.title if row.course_version else titles.get(row.course_id, {}),
        course_version=row.course_version.number if row.course_version else None,
        title=row.title,
        trainer_id=row.trainer_id,
        trainer_name=row.trainer.name if row.trainer else "",
        venue_id=row.venue_id,
        venue_name=row.venue.name if row.venue else "",
        venue_capacity=row.venue.capacity if row.venue else 0,
        slots=slots,
        attendees=row.attendee_count or 0,
        evidence=row.evidence,
        cannot_run=row.status == SessionStatus.SCHEDULED and not row.trainer_qualified,
        version=row.version,
        cancel_reason=row.cancel_reason,
        finalized_at=row.finalized_at,
        finalized_by=row.finalized_by_id,
    )


@dataclass(frozen=True)
class AttendeeView:
    """One line of the class list. item_status: the worker's status for the session's course (None: not required)."""

    worker_id: int
    employee_id: str
    first_name: str
    last_name: str
    company_id: int
    company_code: str
    company_name: str
    worker_status: str
    status: str
    result: str | None
    score: int | None
    verified: bool
    method: AssessmentMethod | None
    remarks: str
    item_status: str | None


def class_list(
    session_id: int, *, limit: int | None = None, cursor: str | None = None, by: Actor
) -> Page[AttendeeView]:
    """Return the attendees of a session by name (a fixed number of statements). Raises NotFound."""
    session = visible_sessions(by).filter(pk=session_id).values("course_id").first()
    if session is None:
        raise NotFound("session", session_id)
    people = Attendee.objects.filter(session_id=session_id)
    total = people.count()
    if cursor:
        name_key, worker_id = decode_cursor(cursor, str, int)
        people = people.filter(Q(worker__name_key__gt=name_key) | Q(worker__name_key=name_key, worker_id__gt=worker_id))
    ordered = people.select_related("worker__company", "method").order_by("worker__name_key", "worker_id")
    rows = list(ordered if limit is None else ordered[: limit + 1])
    more = limit is not None and len(rows) > limit
    rows = rows[:limit]
    items = ComplianceItem.objects.filter(
        course_id=session["course_id"], worker_id__in=id_set(row.worker_id for row in rows)
    )
    severities = dict(items.values_list("worker_id", "severity"))
    views = [_attendee(row, severities.get(row.worker_id)) for row in rows]
    return Page(views, encode_cursor(rows[-1].worker.name_key, rows[-1].worker_id) if more else None, total)


def _attendee(row: Attendee, severity: int | None) -> AttendeeView:
    worker = row.worker
    return AttendeeView(
        worker_id=worker.pk,
        employee_id=worker.employee_id,
        first_name=worker.first_name,
        last_name=worker.last_name,
        company_id=worker.company_id,
        company_code=worker.company.code,
        company_name=worker.company.name,
        worker_status=worker.status,
        status=row.status,
        result=row.result or None,
        score=row.score,
        verified=row.verified,
        method=row.method,
        remarks=row.remarks,
        item_status=None if severity is None else Severity(severity).name,
    )
