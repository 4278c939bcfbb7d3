"""Sessions: a week as trainers by days, and a list with filters."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from titan.catalogue.models import Course
from titan.compliance.queries.summary import course_titles
from titan.core.clock import iso_week
from titan.core.errors import invalid
from titan.core.permit import need_reader
from titan.exchange.exports.words import session_words
from titan.resources.models import Trainer, Venue
from titan.training.models import SessionStatus
from titan.training.queries.sessions import SessionFilter, list_sessions
from titan.training.queries.week import week_board, weeks_around
from titan.web.query import given_day, given_id, given_text
from titan.web.shown import local
from titan.web.visit import Visit, page, show

ROWS = 50


@require_GET
@page
def sessions_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The week of the address (else this one): trainers by days, conflicts first, and drafts without a date."""
    need_reader(visit.actor)
    week = given_text(request, "week") or iso_week(visit.today)
    try:
        board = week_board(week, site=visit.site, by=visit.actor)
        before, after = weeks_around(week)
    except (ValueError, OverflowError) as error:
        raise invalid("week", "UNKNOWN", _("Name a week such as 2026-W48.")) from error
    values = {"board": board, "week": week, "before": before, "after": after, "this_week": iso_week(visit.today)}
    return show(request, visit, "sessions/week.html", values)


@require_GET
@page
def sessions_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Sessions as filtered by the address, newest first."""
    need_reader(visit.actor)
    wanted = wanted_sessions(request)
    found = list_sessions(wanted, limit=ROWS, cursor=given_text(request, "cursor") or None, by=visit.actor)
    query = request.GET.copy()
    query.pop("cursor", None)
    values = {"page": found, "wanted": wanted, "choices": _choices(), "query": query.urlencode()}
    return show(request, visit, "sessions/list.html", values)


def wanted_sessions(request: HttpRequest) -> SessionFilter:
    """Return which sessions the address asks for. Raises Invalid."""
    status = given_text(request, "status")
    if status and status not in SessionStatus.values:
        raise invalid("status", "UNKNOWN", _("Choose one of the states."))
    return SessionFilter(
        status=status or None,
        course_id=given_id(request, "course_id"),
        trainer_id=given_id(request, "trainer_id"),
        venue_id=given_id(request, "venue_id"),
        from_day=given_day(request, "from"),
        to_day=given_day(request, "to"),
        search=given_text(request, "search") or None,
    )


def _choices() -> dict[str, list[tuple[Any, str]]]:
    titles = course_titles()
    return {
        "status": list(session_words().items()),
        "course_id": [
            (pk, f"{code} {local(titles.get(pk, {}))}")
            for pk, code in Course.objects.order_by("code").values_list("id", "code")
        ],
        "trainer_id": [(row.pk, row.name) for row in Trainer.objects.order_by("last_name", "first_name")],
        "venue_id": list(Venue.objects.order_by("name").values_list("id", "name")),
    }


urlpatterns = [
    path("sessions", sessions_page, name="sessions"),
    path("sessions/list", sessions_list, name="sessions_list"),
]
