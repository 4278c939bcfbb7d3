"""Compliance: one worker's items with their reasons, the site's counts, and the matrix."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from titan.api.caller import caller
from titan.api.fields import Day, Filters, Id, LocalText, Shape
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.render import as_it_is
from titan.api.requirements import AreaShort
from titan.api.shapes import CompanyShort, CourseShort, WorkerShort
from titan.compliance.models import RequirementType, Severity
from titan.compliance.queries import items, summary
from titan.compliance.queries.as_of import Known, worker_as_of
from titan.core.actor import Actor
from titan.core.errors import invalid
from titan.core.page import Page
from titan.core.permit import need_reader
from titan.personnel.models import WorkerStatus
from titan.records.models import Source

router = Router(tags=["compliance"])


class StatusName(StrEnum):
    """The names of the statuses, worst first."""

    NON_COMPLIANT = Severity.NON_COMPLIANT.name
    AWAITING_VERIFICATION = Severity.AWAITING_VERIFICATION.name
    IN_GRACE = Severity.IN_GRACE.name
    EXPIRING = Severity.EXPIRING.name
    COMPLIANT = Severity.COMPLIANT.name


class ItemShape(Shape):
    """One requirement of a worker. `record_id` is the record that proves it; `due_on` ends a grace period."""

    course_id: int
    course_code: str
    title: LocalText
    requirement_type: RequirementType
    due_on: date | None
    status: str
    expires_on: date | None
    reason: str
    record_id: int | None


class WorkerComplianceShape(Shape):
    """`overall_status` is the worst item's; null for a worker who is not active."""

    overall_status: str | None
    items: list[ItemShape]


class KnownName(StrEnum):
    """By whose knowledge a past day is judged: what had been entered by its end, or what is known today about it."""

    then = "then"
    now = "now"


class AsOfFilters(Filters):
    """`on`: a past site day (or today), as it stood at its end; without it, how the worker stands now.

    `known`: `then` counts what had been entered by the end of that day, `now` what is known today about that day.
    """

    on: Annotated[
        Day | None, Field(description="A past site day, or today: how the worker stood at its end, by its rules.")
    ] = None
    known: Annotated[
        KnownName | None,
        Field(
            description="With `on`: judge by what had been entered `then` (the default), or by what is known `now`"
            " about that day: records entered later count, records revoked since do not."
        ),
    ] = None


class AskerShape(Shape):
    """Who asks: the worker's ROLE, or an AREA. `held_area`: the assigned area that inherits it."""

    kind: str
    code: str
    name: str
    held_area: str


class SourceShape(Shape):
    """Who asked for a course, and how. `decides`: the item's type and due day come from it."""

    asker: AskerShape
    requirement_type: RequirementType
    assigned_on: date
    grace_period_days: int | None
    due_on: date | None
    decides: bool


class RecordOfDayShape(Shape):
    """The record that proved it. `created_at`: when it was entered; `revoked_at`: when it was revoked, if ever."""

    id: int
    completed_on: date
    expires_on: date | None
    source: Source
    session_id: int | None
    evidence_sha256: str
    created_at: datetime
    revoked_at: datetime | None
    revoke_reason: str


class ItemAsOfShape(ItemShape):
    """One requirement of a past day. The `other_` fields say the same by the other knowledge (then, now)."""

    required_by: list[SourceShape]
    record: RecordOfDayShape | None
    pending_competency_id: int | None
    differs: bool
    other_status: str
    other_record_id: int | None


class RoleOfDayShape(Shape):
    id: int
    code: str
    title: str


class AreaOfDayShape(Shape):
    area: AreaShort
    assigned_on: date


class WorkerAsOfShape(Shape):
    """How a worker stood at the end of a site day. `since`: the first day that can be asked about.

    `differs`: what was known then and what is known now do not agree. `other_overall_status`: by the other knowledge.
    """

    overall_status: str | None
    items: list[ItemAsOfShape]
    on: date
    known: KnownName
    since: date
    differs: bool
    other_overall_status: str | None
    worker_status: WorkerStatus
    company: CompanyShort
    role: RoleOfDayShape | None
    role_assigned_on: date | None
    areas: list[AreaOfDayShape]
    warning_days: int


class CountsShape(Shape):
    NON_COMPLIANT: int
    AWAITING_VERIFICATION: int
    IN_GRACE: int
    EXPIRING: int
    COMPLIANT: int


class CompanyCountsShape(Shape):
    company: CompanyShort
    counts: CountsShape


class CourseCountsShape(Shape):
    course: CourseShort
    counts: CountsShape


class SummaryShape(Shape):
    """Active workers by overall status; companies worst first; of each course its items by status."""

    counts: CountsShape
    by_company: list[CompanyCountsShape]
    by_course: list[CourseCountsShape]


class CellShape(Shape):
    course_id: int
    status: str
    expires_on: date | None
    due_on: date | None


class MatrixRowShape(Shape):
    worker: WorkerShort
    overall_status: str
    items: list[CellShape]


class MatrixWanted(Filters):
    company_id: Id | None = None
    role_id: Id | None = None
    area_id: Id | None = None
    course_id: Id | None = None
    compliance_status: StatusName | None = None


class MatrixFilters(PageFilters, MatrixWanted):
    """A page of those workers."""


def may_not_read(by: Actor, worker_id: int) -> None:
    """Refuse who may not read about workers."""
    need_reader(by)


@router.get("/workers/{worker_id}/compliance", response=WorkerAsOfShape | WorkerComplianceShape)
@refuses_first(may_not_read)
def get_worker_compliance(request: HttpRequest, worker_id: Id, filters: Query[AsOfFilters]) -> Any:
    """A worker's items, worst first, each with its reason in words.

    With `on`, how the worker stood at the end of that past site day, under its rules. 422 at `on`: IN_THE_FUTURE,
    BEFORE_HISTORY (nothing is kept before the answer's `since`).
    """
    me = caller(request)
    need_reader(me.actor)
    if filters.on is None:
        if filters.known is not None:
            raise invalid("on", "REQUIRED", "Give the day that `known` is about.")
        return items.worker_compliance(worker_id, at=me.at)
    known = Known(filters.known or KnownName.then)
    return worker_as_of(worker_id, filters.on, known=known, by=me.actor, at=me.at, language=me.language)


@router.get("/compliance/summary", response=SummaryShape)
@refuses_first(need_reader)
def get_compliance_summary(request: HttpRequest) -> Any:
    """How the site stands."""
    need_reader(caller(request).actor)
    found = summary.summary()
    return {
        "counts": found.counts,
        "by_company": [
            {"company": {"id": row.company_id, "code": row.code, "name": row.name}, "counts": row.counts}
            for row in found.by_company
        ],
        "by_course": [
            {"course": {"id": row.course_id, "code": row.code, "title": row.title}, "counts": row.counts}
            for row in found.by_course
        ],
    }


@router.get("/compliance/matrix", response=Listed[MatrixRowShape])
@refuses_first(need_reader)
def get_compliance_matrix(request: HttpRequest, filters: Query[MatrixFilters]) -> Any:
    """Workers by courses, worst first; with `course_id` only that course, and its worst first."""
    need_reader(caller(request).actor)
    status = filters.compliance_status
    wanted = items.MatrixFilter(
        company_id=filters.company_id,
        role_id=filters.role_id,
        area_id=filters.area_id,
        course_id=filters.course_id,
        severity=Severity[status].value if status else None,
    )
    page = items.matrix(wanted, limit=filters.limit, cursor=filters.cursor)
    rows = [{"worker": row.worker, "overall_status": row.overall_status, "items": row.cells} for row in page.items]
    return as_it_is(Page(rows, page.next_cursor, page.total))
