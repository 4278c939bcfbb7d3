"""Lists as files: the filters of each list, without its pages; made as the pages of the application make them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from titan.api.areas import AreaWanted
from titan.api.audit import EventWanted
from titan.api.caller import caller
from titan.api.companies import CompanyWanted
from titan.api.competency import CompetencyWanted, MethodWanted
from titan.api.compliance import MatrixWanted
from titan.api.consequences import CaseWanted
from titan.api.courses import CourseWanted
from titan.api.fields import Filters, Id, QueryFlag, SearchText
from titan.api.order import refuses_first
from titan.api.records import RecordWanted
from titan.api.roles import RoleWanted
from titan.api.sessions import SessionWanted
from titan.api.trainers import TrainerWanted
from titan.api.venues import VenueWanted
from titan.api.workers import WorkerWanted
from titan.catalogue.queries import CourseFilters
from titan.compliance.models import Severity
from titan.compliance.queries.items import MatrixFilter
from titan.core.actor import Actor, Role
from titan.core.permit import need_reader, need_role
from titan.exchange.exports.files import MEDIA_TYPES, Format, export_file
from titan.exchange.exports.listing import Asked
from titan.exchange.exports.lists import LISTS
from titan.exchange.exports.lists.library import (
    AreasWanted,
    CodedWanted,
    MethodsWanted,
    TrainersWanted,
    VenuesWanted,
)
from titan.exchange.exports.lists.oversight import CasesWanted, EventsWanted, UsersWanted
from titan.exchange.exports.lists.records import CompetenciesWanted
from titan.exchange.exports.lists.requirements import AreaRequirementsWanted, RoleRequirementsWanted
from titan.exchange.exports.lists.sessions import AttendeesWanted
from titan.exchange.exports.lists.workers import WorkersWanted
from titan.records.queries.records import RecordFilter
from titan.training.queries.sessions import SessionFilter

router = Router(tags=["exports"])

FILE: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The list as a file (docs/exports.md).",
            "content": {
                media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
                for media_type in MEDIA_TYPES.values()
            },
        }
    }
}


class OrderedWorkers(WorkerWanted):
    """`by_name`: in the order of names instead of the worst first."""

    by_name: QueryFlag = False


class RoleRequirementWanted(Filters):
    """`search` looks at code and titles of the role."""

    search: SearchText | None = None
    role_id: Id | None = None


class AreaRequirementWanted(Filters):
    area_id: Id | None = None


class ClassWanted(Filters):
    session_id: Id


def may_not_read(by: Actor, ending: str) -> None:
    """Refuse who may not read lists."""
    need_reader(by)


def may_not_administer(by: Actor, ending: str) -> None:
    """Refuse who is no super admin."""
    need_role(by, Role.SUPER_ADMIN)


@router.get("/exports/workers.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_workers(request: HttpRequest, ending: Format, filters: Query[OrderedWorkers]) -> Any:
    """Workers, the worst first, with how they stand."""
    return _sent(request, "workers", ending, WorkersWanted(**filters.model_dump()))


@router.get("/exports/companies.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_companies(request: HttpRequest, ending: Format, filters: Query[CompanyWanted]) -> Any:
    """Companies by code."""
    return _sent(request, "companies", ending, CodedWanted(**filters.model_dump()))


@router.get("/exports/roles.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_roles(request: HttpRequest, ending: Format, filters: Query[RoleWanted]) -> Any:
    """Roles by code."""
    return _sent(request, "roles", ending, CodedWanted(**filters.model_dump()))


@router.get("/exports/role-requirements.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_role_requirements(request: HttpRequest, ending: Format, filters: Query[RoleRequirementWanted]) -> Any:
    """What roles require, by role and course."""
    return _sent(request, "role-requirements", ending, RoleRequirementsWanted(**filters.model_dump()))


@router.get("/exports/areas.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_areas(request: HttpRequest, ending: Format, filters: Query[AreaWanted]) -> Any:
    """Areas by code."""
    return _sent(request, "areas", ending, AreasWanted(**filters.model_dump()))


@router.get("/exports/area-requirements.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_area_requirements(request: HttpRequest, ending: Format, filters: Query[AreaRequirementWanted]) -> Any:
    """What areas require themselves, by area and course."""
    return _sent(request, "area-requirements", ending, AreaRequirementsWanted(**filters.model_dump()))


@router.get("/exports/courses.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_courses(request: HttpRequest, ending: Format, filters: Query[CourseWanted]) -> Any:
    """Courses by code, with the published version, else the draft."""
    return _sent(request, "courses", ending, CourseFilters(**filters.model_dump()))


@router.get("/exports/trainers.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_trainers(request: HttpRequest, ending: Format, filters: Query[TrainerWanted]) -> Any:
    """Trainers by code, with what they may teach."""
    return _sent(request, "trainers", ending, TrainersWanted(**filters.model_dump()))


@router.get("/exports/venues.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_venues(request: HttpRequest, ending: Format, filters: Query[VenueWanted]) -> Any:
    """Venues by name."""
    return _sent(request, "venues", ending, VenuesWanted(**filters.model_dump()))


@router.get("/exports/methods.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_methods(request: HttpRequest, ending: Format, filters: Query[MethodWanted]) -> Any:
    """Assessment methods by code."""
    return _sent(request, "methods", ending, MethodsWanted(**filters.model_dump()))


@router.get("/exports/sessions.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_sessions(request: HttpRequest, ending: Format, filters: Query[SessionWanted]) -> Any:
    """Sessions, newest first."""
    given = filters.model_dump()
    return _sent(
        request, "sessions", ending, SessionFilter(from_day=given.pop("from_"), to_day=given.pop("to"), **given)
    )


@router.get("/exports/attendees.{ending}", openapi_extra=FILE)
def export_attendees(request: HttpRequest, ending: Format, filters: Query[ClassWanted]) -> Any:
    """The class list of one session, with its marks."""
    return _sent(request, "attendees", ending, AttendeesWanted(**filters.model_dump()))


@router.get("/exports/records.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_records(request: HttpRequest, ending: Format, filters: Query[RecordWanted]) -> Any:
    """Training records, newest first."""
    return _sent(request, "records", ending, RecordFilter(**filters.model_dump()))


@router.get("/exports/competencies.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_competencies(request: HttpRequest, ending: Format, filters: Query[CompetencyWanted]) -> Any:
    """Competency records, oldest first; `status=PENDING` is the verification queue."""
    return _sent(request, "competencies", ending, CompetenciesWanted(**filters.model_dump()))


@router.get("/exports/matrix.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_matrix(request: HttpRequest, ending: Format, filters: Query[MatrixWanted]) -> Any:
    """Workers by courses, the worst first."""
    given = filters.model_dump()
    status = given.pop("compliance_status")
    severity = Severity[status].value if status else None
    return _sent(request, "matrix", ending, MatrixFilter(severity=severity, **given))


@router.get("/exports/audit.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_audit(request: HttpRequest, ending: Format, filters: Query[EventWanted]) -> Any:
    """The audit log, newest first."""
    wanted = EventsWanted(filters.entity, filters.entity_id, filters.actor, filters.from_, filters.to)
    return _sent(request, "audit", ending, wanted)


@router.get("/exports/consequences.{ending}", openapi_extra=FILE)
@refuses_first(may_not_read)
def export_consequences(request: HttpRequest, ending: Format, filters: Query[CaseWanted]) -> Any:
    """Cases about what was found false, newest first."""
    about = (filters.subject, filters.id) if filters.subject is not None and filters.id is not None else (None, None)
    return _sent(request, "consequences", ending, CasesWanted(filters.status, *about))


@router.get("/exports/users.{ending}", openapi_extra=FILE)
@refuses_first(may_not_administer)
def export_users(request: HttpRequest, ending: Format) -> Any:
    """Logins, oldest first (super admin)."""
    return _sent(request, "users", ending, UsersWanted())


def _sent(request: HttpRequest, name: str, ending: Format, wanted: Any) -> StreamingHttpResponse:
    me = caller(request)
    listing = LISTS[name].make(wanted, Asked(me.actor, me.at, me.site, me.language))
    file = export_file(listing, ending, at=me.at)
    response = StreamingHttpResponse(file.chunks, content_type=file.media_type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["Cache-Control"] = "private, no-store"
    return response
