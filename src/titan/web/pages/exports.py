"""Lists as files, as they are filtered on their pages: `exports/workers.xlsx?company_id=3`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from titan.core.actor import Role
from titan.core.errors import NotFound
from titan.core.language import list_separator
from titan.core.permit import need_reader
from titan.exchange.exports.files import Format, export_file
from titan.exchange.exports.listing import Asked
from titan.exchange.exports.lists import LISTS
from titan.exchange.exports.lists.library import AreasWanted, CodedWanted, MethodsWanted, VenuesWanted
from titan.exchange.exports.lists.oversight import UsersWanted
from titan.exchange.exports.lists.records import CompetenciesWanted
from titan.exchange.exports.lists.requirements import AreaRequirementsWanted, RoleRequirementsWanted
from titan.exchange.exports.lists.sessions import AttendeesWanted
from titan.records.queries.records import RecordFilter
from titan.web.language import language_of_titles, spoken
from titan.web.pages.audit import wanted_events
from titan.web.pages.consequences import wanted_cases
from titan.web.pages.library.courses import wanted_courses
from titan.web.pages.library.trainers import wanted_trainers
from titan.web.pages.matrix import wanted_rows
from titan.web.pages.sessions import wanted_sessions
from titan.web.pages.verify import VIEWS, chosen_view
from titan.web.pages.workers import wanted_workers
from titan.web.query import given_id, given_text
from titan.web.visit import Visit, page, show


@require_GET
@page
def export(request: HttpRequest, visit: Visit, name: str, form: str) -> HttpResponseBase:
    """A list as a file, for whoever may see its page; the address narrows it as it narrows the page."""
    if name not in WANTED or form not in list(Format):
        raise NotFound("list", name)
    asked = Asked(visit.actor, visit.at, visit.site, language_of_titles())
    listing = LISTS[name].make(WANTED[name](request), asked)
    file = export_file(listing, Format(form), at=visit.at, separator=list_separator())
    response = StreamingHttpResponse(spoken(file.chunks), content_type=file.media_type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _search(request: HttpRequest) -> str | None:
    return given_text(request, "search") or None


def _records(request: HttpRequest) -> RecordFilter:
    return RecordFilter(worker_id=given_id(request, "worker_id"), course_id=given_id(request, "course_id"))


# What the address of each page asks for, by the name of its list.
WANTED: Mapping[str, Callable[[HttpRequest], Any]] = {
    "workers": wanted_workers,
    "companies": lambda request: CodedWanted(search=_search(request)),
    "roles": lambda request: CodedWanted(search=_search(request)),
    "role-requirements": lambda request: RoleRequirementsWanted(_search(request), given_id(request, "role_id")),
    "areas": lambda _request: AreasWanted(),
    "area-requirements": lambda request: AreaRequirementsWanted(given_id(request, "area_id")),
    "courses": wanted_courses,
    "trainers": wanted_trainers,
    "venues": lambda request: VenuesWanted(search=_search(request)),
    "methods": lambda _request: MethodsWanted(),
    "sessions": wanted_sessions,
    "attendees": lambda request: AttendeesWanted(given_id(request, "session_id")),
    "records": _records,
    "competencies": lambda request: CompetenciesWanted(VIEWS[chosen_view(request)]),
    "matrix": wanted_rows,
    "audit": wanted_events,
    "consequences": wanted_cases,
    "users": lambda _request: UsersWanted(),
}


@require_GET
@page
def exports(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Every list that is a file of its own, whole."""
    need_reader(visit.actor)
    lists = [row for row in _lists() if row[0] != "users" or visit.actor.role is Role.SUPER_ADMIN]
    return show(request, visit, "exports/exports.html", {"lists": lists})


def _lists() -> list[tuple[str, str, str]]:
    """Return name, title and remark of each list."""
    importable = _("can be imported again")
    return [
        ("workers", _("Workers"), importable),
        ("companies", _("Companies"), importable),
        ("roles", _("Roles"), importable),
        ("role-requirements", _("Requirements of roles"), importable),
        ("areas", _("Areas"), importable),
        ("area-requirements", _("Requirements of areas"), importable),
        ("courses", _("Courses"), importable),
        ("trainers", _("Trainers"), importable),
        ("venues", _("Venues"), importable),
        ("records", _("Training records"), importable),
        ("matrix", _("Compliance matrix"), ""),
        ("sessions", _("Sessions"), ""),
        ("competencies", _("Verification queue"), ""),
        ("methods", _("Assessment methods"), ""),
        ("consequences", _("Consequences"), ""),
        ("audit", _("Audit log"), ""),
        ("users", _("Users"), ""),
    ]


urlpatterns = [
    path("exports", exports, name="exports"),
    path("exports/<slug:name>.<slug:form>", export, name="export"),
]
