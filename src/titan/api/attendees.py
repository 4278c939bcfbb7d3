"""The class list of a session: suggestions, invitations, marks."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import Field, StringConstraints

from titan.api.caller import caller
from titan.api.fields import UNSET, Body, Flag, Id, Lax, SearchText, Shape
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.session_checks import by_admin, by_reader, by_teacher, seen
from titan.api.session_shapes import AttendeeShape, SoftBlockShape, attendee_shape, worker_short
from titan.api.shapes import WorkerShort
from titan.records.models import Result
from titan.training import commands
from titan.training.models import Attendance
from titan.training.queries import picker, sessions

router = Router(tags=["sessions"])


class Group(StrEnum):
    RED = "RED"
    YELLOW = "YELLOW"
    OTHER = "OTHER"


class SuggestionShape(Shape):
    """Whom to invite, and why. `status` is null where the course is not required of them."""

    worker: WorkerShort
    group: Group
    status: str | None
    reason: str
    expires_on: date | None
    due_on: date | None


class SuggestionFilters(PageFilters):
    search: SearchText | None = None
    company_id: Id | None = None
    role_id: Id | None = None
    area_id: Id | None = None
    group: Group | None = None


class InviteBody(Body):
    worker_ids: Annotated[list[Id], Field(min_length=1)]


class InvitedShape(Shape):
    added: int
    already: int
    warnings: list[SoftBlockShape]


class MarkBody(Body):
    """What changes in one mark; what is left out stays."""

    worker_id: Id
    status: Annotated[Attendance, Lax] = UNSET
    result: Annotated[Result, Lax] | None = None
    score: int | None = None
    verified: Flag = UNSET
    method_id: Id | None = None
    remarks: Annotated[str, StringConstraints(max_length=2000)] = UNSET

    def mark(self) -> commands.MarkChange:
        return commands.MarkChange(**self.changes())


class AttendanceBody(Body):
    attendees: Annotated[list[MarkBody], Field(min_length=1)]


@router.get("/sessions/{session_id}/suggestions", response=Listed[SuggestionShape])
@refuses_first(seen, by_reader)
def list_suggestions(request: HttpRequest, session_id: Id, filters: Query[SuggestionFilters]) -> Any:
    """The Smart Picker: Red first, then Yellow, then everyone else; each with the reason in words."""
    me = caller(request)
    wanted = picker.PickerFilter(
        search=filters.search,
        company_id=filters.company_id,
        role_id=filters.role_id,
        area_id=filters.area_id,
        group=filters.group,
    )
    page = picker.suggestions(session_id, wanted, limit=filters.limit, cursor=filters.cursor, by=me.actor, at=me.at)
    return {
        "items": [
            {
                "worker": worker_short(row),
                "group": row.group,
                "status": row.status,
                "reason": row.reason,
                "expires_on": row.expires_on,
                "due_on": row.due_on,
            }
            for row in page.items
        ],
        "next_cursor": page.next_cursor,
        "total": page.total,
    }


@router.get("/sessions/{session_id}/attendees", response=Listed[AttendeeShape])
@refuses_first(seen)
def list_attendees(request: HttpRequest, session_id: Id, filters: Query[PageFilters]) -> Any:
    """The class list by name."""
    page = sessions.class_list(session_id, limit=filters.limit, cursor=filters.cursor, by=caller(request).actor)
    return {
        "items": [attendee_shape(row) for row in page.items],
        "next_cursor": page.next_cursor,
        "total": page.total,
    }


@router.post("/sessions/{session_id}/attendees", response={200: InvitedShape})
@refuses_first(seen, by_admin)
def invite_workers(request: HttpRequest, session_id: Id, payload: InviteBody) -> Any:
    """Invite workers, all or none; soft blocks come back as warnings."""
    me = caller(request)
    return once(
        request,
        200,
        lambda: commands.invite_workers(session_id, payload.worker_ids, by=me.actor, at=me.at),
    )


@router.delete("/sessions/{session_id}/attendees/{worker_id}", response={204: None})
@refuses_first(seen, by_admin)
def remove_attendee(request: HttpRequest, session_id: Id, worker_id: Id) -> Any:
    """Take a worker off the class list."""
    me = caller(request)
    commands.remove_attendee(session_id, worker_id, by=me.actor, at=me.at)
    return Status(204, None)


@router.patch("/sessions/{session_id}/attendance", response=Listed[AttendeeShape])
@refuses_first(seen, by_teacher)
def mark_attendance(request: HttpRequest, session_id: Id, payload: AttendanceBody) -> Any:
    """Save marks, all or none, any number of times until the session is finalized; answers the whole class list."""
    me = caller(request)
    commands.mark_attendance(session_id, [mark.mark() for mark in payload.attendees], by=me.actor, at=me.at)
    page = sessions.class_list(session_id, by=me.actor)
    return {"items": [attendee_shape(row) for row in page.items], "next_cursor": None, "total": page.total}
