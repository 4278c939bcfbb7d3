"""What clients get of a session: in a list, whole, and the lines of its class list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from titan.accounts.queries import user_names
from titan.api.competency import MethodShape
from titan.api.fields import Shape
from titan.api.shapes import CourseShort, TrainerShort, UserShort, VenueShort, WorkerShort, user_short
from titan.core.errors import SoftBlock
from titan.evidence.models import EvidenceFile
from titan.evidence.queries import EvidenceView
from titan.personnel.models import WorkerStatus
from titan.records.models import Result
from titan.training.models import Attendance, SessionStatus
from titan.training.queries.picker import Suggestion
from titan.training.queries.sessions import AttendeeView, SessionView


class SlotShape(Shape):
    starts_at: datetime
    ends_at: datetime


class SoftBlockShape(Shape):
    code: str
    message: str
    subject: str


class OverrideShape(Shape):
    """Who acknowledged which soft block, about what."""

    code: str
    subject: str
    by: UserShort | None
    at: datetime


class EvidenceShape(Shape):
    """`verified`: whether the stored bytes match their hash, checked just now (null inside a session: not checked)."""

    key: str
    sha256: str
    size: int
    media_type: str
    original_name: str
    verified: bool | None


class AttendeeShape(Shape):
    """One line of the class list. `worker_status` flags who was blocked after the invitation."""

    worker: WorkerShort
    worker_status: WorkerStatus
    status: Attendance
    result: Result | None
    score: int | None
    verified: bool
    method: MethodShape | None
    remarks: str
    item_status: str | None


class SessionInShort(Shape):
    """What a session is in lists and whole. `cannot_run`: scheduled, but the trainer may not teach the course now."""

    id: int
    code: str
    status: SessionStatus
    course: CourseShort
    course_version: int | None
    title: str
    trainer: TrainerShort | None
    venue: VenueShort | None
    slots: list[SlotShape]
    evidence: EvidenceShape | None
    cannot_run: bool
    version: int
    finalized_at: datetime | None
    finalized_by: UserShort | None


class SessionListShape(SessionInShort):
    """A session in a list: `attendees` is how many there are."""

    attendees: int


class SessionShape(SessionInShort):
    """A session whole: with notes, the class list, acknowledgements, and what stands against it now."""

    notes: str
    cancel_reason: str
    attendees: list[AttendeeShape]
    overrides: list[OverrideShape]
    warnings: list[SoftBlockShape]
    blockers: list[SoftBlockShape]


def listed_sessions(views: Iterable[SessionView]) -> list[dict[str, Any]]:
    """Return sessions as a list shows them (one statement, for the names of who finalized them)."""
    rows = list(views)
    names = user_names(row.finalized_by for row in rows if row.finalized_by is not None)
    return [_session(row, names) for row in rows]


def whole_session(
    view: SessionView, attendees: Iterable[AttendeeView], warnings: Sequence[SoftBlock] | None = None
) -> dict[str, Any]:
    """Return a session whole. warnings: those of the command just run, instead of the standing ones."""
    people = [view.finalized_by, *(item.by_id for item in view.overrides)]
    names = user_names(person for person in people if person is not None)
    return {
        **_session(view, names),
        "attendees": [attendee_shape(row) for row in attendees],
        "overrides": [
            {"code": item.code, "subject": item.subject, "by": user_short(item.by_id, names), "at": item.at}
            for item in view.overrides
        ],
        "warnings": list(view.warnings if warnings is None else warnings),
    }


def _session(view: SessionView, names: dict[int, str]) -> dict[str, Any]:
    return {
        **{name: getattr(view, name) for name in SessionShape.model_fields if hasattr(view, name)},
        "course": {"id": view.course_id, "code": view.course_code, "title": view.course_title},
        "trainer": {"id": view.trainer_id, "name": view.trainer_name} if view.trainer_id else None,
        "venue": (
            {"id": view.venue_id, "name": view.venue_name, "capacity": view.venue_capacity} if view.venue_id else None
        ),
        "evidence": evidence_shape(view.evidence, verified=None) if view.evidence else None,
        "finalized_by": user_short(view.finalized_by, names),
    }


def evidence_shape(evidence: EvidenceFile | EvidenceView, *, verified: bool | None) -> dict[str, Any]:
    """Return an evidence file as the API shows it."""
    shown = {name: getattr(evidence, name) for name in EvidenceShape.model_fields if name != "verified"}
    return {**shown, "verified": verified}


def attendee_shape(row: AttendeeView) -> dict[str, Any]:
    """Return a line of the class list as the API shows it."""
    shown = {name: getattr(row, name) for name in AttendeeShape.model_fields if hasattr(row, name)}
    return {**shown, "worker": worker_short(row)}


def worker_short(row: Suggestion | AttendeeView) -> dict[str, Any]:
    """Return a worker in short."""
    return {
        "id": row.worker_id,
        "employee_id": row.employee_id,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "company": {"id": row.company_id, "code": row.company_code, "name": row.company_name},
    }
