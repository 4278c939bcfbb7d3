"""Compliance: one worker's items with their reasons, the site's counts, and the matrix."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from titan.api.caller import caller
from titan.api.fields import Id, LocalText, Shape
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.shapes import CompanyShort, CourseShort, WorkerShort
from titan.compliance.models import RequirementType, Severity
from titan.compliance.queries import items, summary
from titan.core.actor import Actor
from titan.core.permit import need_reader

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


class MatrixFilters(PageFilters):
    company_id: Id | None = None
    role_id: Id | None = None
    area_id: Id | None = None
    course_id: Id | None = None
    compliance_status: StatusName | None = None


def may_not_read(by: Actor, worker_id: int) -> None:
    """Refuse who may not read about workers."""
    need_reader(by)


@router.get("/workers/{worker_id}/compliance", response=WorkerComplianceShape)
@refuses_first(may_not_read)
def get_worker_compliance(request: HttpRequest, worker_id: Id) -> Any:
    """A worker's items, worst first, each with its reason in words."""
    me = caller(request)
    need_reader(me.actor)
    return items.worker_compliance(worker_id, at=me.at)


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
    return {
        "items": [
            {"worker": row.worker, "overall_status": row.overall_status, "items": row.cells} for row in page.items
        ],
        "next_cursor": page.next_cursor,
        "total": page.total,
    }
