"""Sessions: plan, schedule, change, cancel (the class list, evidence and finalization have modules of their own)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import Field, StringConstraints

from titan.api.caller import caller
from titan.api.fields import UNSET, Body, Code, Day, Id, Moment, SearchText, Shape, Text
from titan.api.idempotency import once
from titan.api.pagination import Listed, PageFilters
from titan.api.shapes import CourseShort, TrainerShort, VenueShort
from titan.core.errors import SoftBlock
from titan.evidence.models import EvidenceFile
from titan.evidence.queries import EvidenceView
from titan.training import commands
from titan.training.commands.plan import Plan
from titan.training.models import SessionStatus
from titan.training.queries import sessions as queries
from titan.training.rules import SlotTime

router = Router(tags=["sessions"])

Title = Annotated[str, StringConstraints(max_length=200)]
Overrides = Annotated[list[Annotated[str, StringConstraints(max_length=60)]], Field(max_length=50)]


class SlotBody(Body):
    starts_at: Moment
    ends_at: Moment


class PlanBody(Body):
    """What may be changed in a session; what is left out stays. `version` catches two editors (409 STALE)."""

    course_id: Id = UNSET
    trainer_id: Id | None = None
    venue_id: Id | None = None
    slots: Annotated[list[SlotBody], Field(max_length=200)] = UNSET
    title: Title = UNSET
    notes: Text = UNSET
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] = UNSET

    def plan(self) -> Plan:
        given = self.changes()
        given.pop("override", None)
        if "slots" in given:
            given["slots"] = [SlotTime(slot.starts_at, slot.ends_at) for slot in self.slots]
        return Plan(**given)


class NewSession(PlanBody):
    course_id: Id


class SchedulePlan(PlanBody):
    """`override` names the soft blocks that you acknowledge."""

    override: Overrides = []


class CancelBody(Body):
    reason: Annotated[str, StringConstraints(max_length=1000)] = ""


class SlotShape(Shape):
    starts_at: datetime
    ends_at: datetime


class SoftBlockShape(Shape):
    code: str
    message: str
    subject: str


class OverrideShape(Shape):
    code: str
    subject: str
    by_id: int | None
    at: datetime


class EvidenceShape(Shape):
    """`verified`: whether the stored bytes match their hash, checked just now (null in lists: not checked)."""

    key: str
    sha256: str
    size: int
    media_type: str
    original_name: str
    verified: bool | None


class SessionListShape(Shape):
    """A session in short. `cannot_run`: scheduled, but the trainer may not teach the course any more."""

    id: int
    code: str
    status: SessionStatus
    course: CourseShort
    course_version: int | None
    title: str
    trainer: TrainerShort | None
    venue: VenueShort | None
    slots: list[SlotShape]
    attendees: int
    evidence: EvidenceShape | None
    cannot_run: bool
    version: int
    finalized_at: datetime | None
    finalized_by: int | None


class SessionShape(SessionListShape):
    """A session whole: with notes, acknowledgements, and what stands against it now."""

    notes: str
    cancel_reason: str
    overrides: list[OverrideShape]
    warnings: list[SoftBlockShape]
    blockers: list[SoftBlockShape]


class SessionFilters(PageFilters):
    """`from` and `to` are site days, both inclusive: sessions with a slot between them."""

    status: SessionStatus | None = None
    course_id: Id | None = None
    trainer_id: Id | None = None
    venue_id: Id | None = None
    code: Code | None = None
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    search: SearchText | None = None


def session_shape(view: queries.SessionView, warnings: list[SoftBlock] | None = None) -> dict[str, Any]:
    """Return a session as the API shows it. warnings: those of the command just run, instead of the standing ones."""
    return {
        **{name: getattr(view, name) for name in SessionShape.model_fields if hasattr(view, name)},
        "course": {"id": view.course_id, "code": view.course_code, "title": view.course_title},
        "trainer": {"id": view.trainer_id, "name": view.trainer_name} if view.trainer_id else None,
        "venue": (
            {"id": view.venue_id, "name": view.venue_name, "capacity": view.venue_capacity} if view.venue_id else None
        ),
        "evidence": evidence_shape(view.evidence, verified=None) if view.evidence else None,
        "warnings": list(view.warnings if warnings is None else warnings),
    }


def evidence_shape(evidence: EvidenceFile | EvidenceView, *, verified: bool | None) -> dict[str, Any]:
    """Return an evidence file as the API shows it."""
    shown = {name: getattr(evidence, name) for name in EvidenceShape.model_fields if name != "verified"}
    return {**shown, "verified": verified}


def whole(request: HttpRequest, session_id: int, warnings: list[SoftBlock] | None = None) -> dict[str, Any]:
    """Return one session as its caller may see it now."""
    me = caller(request)
    return session_shape(queries.session_view(session_id, by=me.actor, at=me.at), warnings)


@router.get("/sessions", response=Listed[SessionListShape])
def list_sessions(request: HttpRequest, filters: Query[SessionFilters]) -> Any:
    """Sessions, newest first; a trainer sees those assigned to them."""
    wanted = queries.SessionFilter(
        status=filters.status,
        course_id=filters.course_id,
        trainer_id=filters.trainer_id,
        venue_id=filters.venue_id,
        code=filters.code,
        from_day=filters.from_,
        to_day=filters.to,
        search=filters.search,
    )
    page = queries.list_sessions(wanted, limit=filters.limit, cursor=filters.cursor, by=caller(request).actor)
    return {
        "items": [session_shape(view) for view in page.items],
        "next_cursor": page.next_cursor,
        "total": page.total,
    }


@router.post("/sessions", response={201: SessionShape})
def create_session(request: HttpRequest, payload: NewSession) -> Any:
    """Make a draft; only the course is required."""
    me = caller(request)
    return once(
        request,
        201,
        lambda: whole(request, commands.create_session(payload.plan(), by=me.actor, at=me.at)),
    )


@router.get("/sessions/{session_id}", response=SessionShape)
def get_session(request: HttpRequest, session_id: Id) -> Any:
    """One session, with what stands against it now."""
    return whole(request, session_id)


@router.patch("/sessions/{session_id}", response=SessionShape)
def update_session(request: HttpRequest, session_id: Id, payload: SchedulePlan) -> Any:
    """Change a draft or a scheduled session; a scheduled one is checked again."""
    me = caller(request)
    warnings = commands.update_session(
        session_id, payload.plan(), override=frozenset(payload.override), by=me.actor, at=me.at
    )
    return whole(request, session_id, warnings)


@router.delete("/sessions/{session_id}", response={204: None})
def delete_session(request: HttpRequest, session_id: Id) -> Any:
    """Delete a draft; anything further is cancelled instead."""
    commands.delete_draft(session_id, by=caller(request).actor, at=caller(request).at)
    return Status(204, None)


@router.post("/sessions/{session_id}/schedule", response={200: SessionShape})
def schedule_session(request: HttpRequest, session_id: Id, payload: SchedulePlan) -> Any:
    """Lock in trainer, venue and times. Soft blocks answer 409 SOFT_BLOCKED until `override` names each."""
    me = caller(request)

    def work() -> dict[str, Any]:
        warnings = commands.schedule_session(
            session_id, payload.plan(), override=frozenset(payload.override), by=me.actor, at=me.at
        )
        return whole(request, session_id, warnings)

    return once(request, 200, work)


@router.post("/sessions/{session_id}/cancel", response={200: SessionShape})
def cancel_session(request: HttpRequest, session_id: Id, payload: CancelBody) -> Any:
    """Cancel a session and free what it holds; a scheduled one needs a reason."""
    me = caller(request)

    def work() -> dict[str, Any]:
        commands.cancel_session(session_id, payload.reason, by=me.actor, at=me.at)
        return whole(request, session_id)

    return once(request, 200, work)
