"""Competency: the verification queue, decisions one by one and in bulk, assessment methods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field, StringConstraints

from titan.accounts.queries import user_names
from titan.api.caller import caller
from titan.api.fields import Body, Code, Day, Filters, Id, Lax, Line, Reason, SearchText, Shape
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.shapes import CourseShort, UserShort, WorkerShort, user_short
from titan.core.actor import Actor, Role
from titan.core.permit import need_admin, need_reader, need_role
from titan.records import commands
from titan.records.models import CompetencyRecord, CompetencyStatus
from titan.records.queries import competency as queries

router = Router(tags=["competency"])


class MethodShape(Shape):
    id: int
    code: str
    name: str


class NewMethod(Body):
    code: Code
    name: Line


class CompetencyShape(Shape):
    """A pass that waits for an assessor, or their decision. A withdrawn one has `revoked_at` and the reason."""

    id: int
    worker: WorkerShort
    course: CourseShort
    session_id: int | None
    status: CompetencyStatus
    completed_on: date
    method: MethodShape | None
    assessed_on: date | None
    assessed_by: UserShort | None
    remarks: str
    record_id: int | None
    evidence_key: str
    evidence_sha256: str
    revoked_at: datetime | None
    revoke_reason: str


class CompetencyWanted(Filters):
    status: CompetencyStatus | None = None
    worker_id: Id | None = None
    course_id: Id | None = None
    session_id: Id | None = None


class CompetencyFilters(PageFilters, CompetencyWanted):
    """A page of those competency records."""


class MethodWanted(Filters):
    search: SearchText | None = None


class MethodFilters(PageFilters, MethodWanted):
    """A page of those methods."""


class DecisionBody(Body):
    """`assessed_on` is today when left out; `remarks` are required for NOT_COMPETENT."""

    status: Annotated[CompetencyStatus, Lax]
    method_id: Id
    assessed_on: Day | None = None
    remarks: Annotated[str, StringConstraints(max_length=2000)] = ""

    def decision(self) -> commands.Decision:
        return commands.Decision(self.status, self.method_id, self.assessed_on, self.remarks)


class BulkDecisionBody(DecisionBody):
    ids: Annotated[list[Id], Field(min_length=1)]


class WithdrawBody(Body):
    reason: Reason


class DecidedShape(Shape):
    items: list[CompetencyShape]


def competency_shapes(rows: Sequence[CompetencyRecord]) -> list[dict[str, Any]]:
    """Return competency records as the API shows them (one statement, for the names of who assessed)."""
    names = user_names(row.assessed_by_id for row in rows if row.assessed_by_id is not None)
    return [_competency_shape(row, names) for row in rows]


def competency_shape(row: CompetencyRecord) -> dict[str, Any]:
    """Return one competency record as the API shows it."""
    return competency_shapes([row])[0]


def _competency_shape(row: CompetencyRecord, names: dict[int, str]) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in CompetencyShape.model_fields if hasattr(row, name)}
    return {
        **shown,
        "course": {"id": row.course_id, "code": row.course.code, "title": row.course_version.title},
        "assessed_by": user_short(row.assessed_by_id, names),
    }


def may_not_read(by: Actor, competency_id: int) -> None:
    """Refuse who may not read competency records, and one that does not exist."""
    need_reader(by)
    queries.one_competency(competency_id)


def may_not_decide(by: Actor, competency_id: int | None = None) -> None:
    """Refuse who is no assessor, and a competency record that does not exist."""
    need_role(by, Role.ASSESSOR)
    if competency_id is not None:
        queries.one_competency(competency_id)


def may_not_withdraw(by: Actor, competency_id: int) -> None:
    """Refuse who may not withdraw, and a competency record that does not exist."""
    need_admin(by)
    queries.one_competency(competency_id)


@router.get("/competency", response=Listed[CompetencyShape])
@refuses_first(need_reader)
def list_competencies(request: HttpRequest, filters: Query[CompetencyFilters]) -> Any:
    """Competency records, oldest first; `status=PENDING` is the verification queue."""
    need_reader(caller(request).actor)
    page = queries.list_competencies(
        status=filters.status,
        worker_id=filters.worker_id,
        course_id=filters.course_id,
        session_id=filters.session_id,
        limit=filters.limit,
        cursor=filters.cursor,
    )
    return {
        "items": competency_shapes(page.items),
        "next_cursor": page.next_cursor,
        "total": page.total,
    }


@router.post("/competency/verify", response={200: DecidedShape})
@refuses_first(may_not_decide)
def verify_competencies(request: HttpRequest, payload: BulkDecisionBody) -> Any:
    """Decide on many at once, all or none."""
    me = caller(request)

    def work() -> dict[str, Any]:
        commands.decide_competencies(payload.ids, payload.decision(), by=me.actor, at=me.at)
        return {"items": competency_shapes(queries.competencies(payload.ids))}

    return once(request, 200, work)


@router.get("/competency/{competency_id}", response=CompetencyShape)
@refuses_first(may_not_read)
def get_competency(request: HttpRequest, competency_id: Id) -> Any:
    """One competency record."""
    need_reader(caller(request).actor)
    return competency_shape(queries.one_competency(competency_id))


@router.post("/competency/{competency_id}/verify", response={200: CompetencyShape})
@refuses_first(may_not_decide)
def verify_competency(request: HttpRequest, competency_id: Id, payload: DecisionBody) -> Any:
    """Decide: competent makes a passed training record, not competent is kept for ever."""
    me = caller(request)

    def work() -> dict[str, Any]:
        commands.decide_competencies([competency_id], payload.decision(), by=me.actor, at=me.at)
        return competency_shape(queries.one_competency(competency_id))

    return once(request, 200, work)


@router.post("/competency/{competency_id}/revoke", response={200: CompetencyShape})
@refuses_first(may_not_withdraw)
def withdraw_competency(request: HttpRequest, competency_id: Id, payload: WithdrawBody) -> Any:
    """Withdraw a pending competency record with the reason; it stays visible."""
    me = caller(request)

    def work() -> dict[str, Any]:
        commands.withdraw_competency(competency_id, payload.reason, by=me.actor, at=me.at)
        return competency_shape(queries.one_competency(competency_id))

    return once(request, 200, work)


@router.get("/assessment-methods", response=Listed[MethodShape])
def list_assessment_methods(request: HttpRequest, filters: Query[MethodFilters]) -> Any:
    """The assessment method library, by code."""
    return queries.list_methods(search=filters.search, limit=filters.limit, cursor=filters.cursor)


@router.post("/assessment-methods", response={201: MethodShape})
@refuses_first(need_admin)
def create_assessment_method(request: HttpRequest, payload: NewMethod) -> Any:
    """Add an assessment method."""
    me = caller(request)

    def work() -> dict[str, Any]:
        made = commands.create_assessment_method(payload.code, payload.name, by=me.actor, at=me.at)
        return {"id": made, "code": payload.code, "name": payload.name}

    return once(request, 201, work)
