"""Today: how the site stands, and the sessions with their states."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from titan.training.queries.sessions import SessionFilter, list_sessions
from titan.web.visit import Visit, page, show

SHOWN = 50


@require_GET
@page
def today(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The first page after signing in: counts by colour (not for trainers), and the newest sessions in sight."""
    cursor = request.GET.get("cursor") or None
    sessions = list_sessions(SessionFilter(), limit=SHOWN, cursor=cursor, by=visit.actor)
    return show(request, visit, "today/today.html", {"sessions": sessions})


urlpatterns = [path("", today, name="today")]
