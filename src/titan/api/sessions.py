"""Sessions: plan, schedule, change, cancel (the class list, evidence and finalization have modules of their own)."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import Field, StringConstraints

from titan.api.caller import caller
from titan.api.fields import UNSET, Body, Code, Day, Filters, Id, Moment, SearchText, Text
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.session_checks import by_admin, seen
from titan.api.session_shapes import SessionListShape, SessionShape, listed_sessions, whole_session
from titan.core.errors import SoftBlock
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
    """What is planned of a session; what is left out stays."""

    course_id: Id = UNSET
    trainer_id: Id | None = None
    venue_id: Id | None = None
    slots: Annotated[list[SlotBody], Field(max_length=200)] = UNSET
    title: Title = UNSET
    notes: Text = UNSET

    def plan(self) -> Plan:
        given = self.changes()
        given.pop("override", None)
        if "slots" in given:
            given["slots"] = [SlotTime(slot.starts_at, slot.ends_at) for slot in self.slots]
        return Plan(**given)


class NewSession(PlanBody):
    course_id: Id


class SchedulePlan(PlanBody):
    """`override` names the soft blocks that you acknowledge; `version` catches two editors (409 STALE)."""

    override: Overrides = []
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] = UNSET


class CancelBody(Body):
    reason: Annotated[str, StringConstraints(max_length=1000)] = ""


class SessionWanted(Filters):
    """`from` and `to` are site days, both inclusive: sessions with a slot between them."""

    status: SessionStatus | None = None
    course_id: Id | None = None
    trainer_id: Id | None = None
    venue_id: Id | None = None
    code: Code | None = None
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    search: SearchText | None = None


class SessionFilters(PageFilters, SessionWanted):
    """A page of those sessions."""


def whole(request: HttpRequest, session_id: int, warnings: list[SoftBlock] | None = None) -> dict[str, Any]:
    """Return one session as its caller may see it now."""
    me = caller(request)
    view = queries.session_view(session_id, by=me.actor, at=me.at)
    return whole_session(view, queries.class_list(session_id, by=me.actor).items, warnings)


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
        "items": listed_sessions(page.items),
        "next_cursor": page.next_cursor,
        "total": page.total,
    }


@router.post("/sessions", response={201: SessionShape})
@refuses_first(by_admin)
def create_session(request: HttpRequest, payload: NewSession) -> Any:
    """Make a draft; only the course is required."""
    me = caller(request)
    return once(
        request,
        201,
        lambda: whole(request, commands.create_session(payload.plan(), by=me.actor, at=me.at)),
    )


@router.get("/sessions/{session_id}", response=SessionShape)
@refuses_first(seen)
def get_session(request: HttpRequest, session_id: Id) -> Any:
    """One session, with what stands against it now."""
    return whole(request, session_id)


@router.patch("/sessions/{session_id}", response=SessionShape)
@refuses_first(seen, by_admin)
def update_session(request: HttpRequest, session_id: Id, payload: SchedulePlan) -> Any:
    """Change a draft or a scheduled session; a scheduled one is checked again."""
    me = caller(request)
    warnings = commands.update_session(
        session_id, payload.plan(), override=frozenset(payload.override), by=me.actor, at=me.at
    )
    return whole(request, session_id, warnings)


@router.delete("/sessions/{session_id}", response={204: None})
@refuses_first(seen, by_admin)
def delete_session(request: HttpRequest, session_id: Id) -> Any:
    """Delete a draft; anything further is cancelled instead."""
    commands.delete_draft(session_id, by=caller(request).actor, at=caller(request).at)
    return Status(204, None)


@router.post("/sessions/{session_id}/schedule", response={200: SessionShape})
@refuses_first(seen, by_admin)
def schedule_session(request: HttpRequest, session_id: Id, payload: SchedulePlan | None = None) -> Any:
    """Lock in trainer, venue and times. Soft blocks answer 409 SOFT_BLOCKED until `override` names each."""
    me, given = caller(request), payload or SchedulePlan()

    def work() -> dict[str, Any]:
        warnings = commands.schedule_session(
            session_id, given.plan(), override=frozenset(given.override), by=me.actor, at=me.at
        )
        return whole(request, session_id, warnings)

    return once(request, 200, work)


@router.post("/sessions/{session_id}/cancel", response={200: SessionShape})
@refuses_first(seen, by_admin)
def cancel_session(request: HttpRequest, session_id: Id, payload: CancelBody | None = None) -> Any:
    """Cancel a session and free what it holds; a scheduled one needs a reason."""
    me, given = caller(request), payload or CancelBody()

    def work() -> dict[str, Any]:
        commands.cancel_session(session_id, given.reason, by=me.actor, at=me.at)
        return whole(request, session_id)

    return once(request, 200, work)
