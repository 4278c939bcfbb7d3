"""The steps of a session alone: marks and sheets change them while the page stands."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from titan.training.queries.roster import roster
from titan.training.queries.sessions import session_view
from titan.web.pages.session.context import phase_of, steps_of
from titan.web.visit import Visit, page, part


@require_GET
@page
def steps(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """Where the session stands now, as its page shows it from the first slot on."""
    session = session_view(session_id, by=visit.actor, at=visit.at)
    phase = phase_of(session, visit.at)
    people = roster(session_id, today=visit.today, by=visit.actor)
    found = steps_of(visit, session, phase, None, people)
    values = {"session": session, "phase": phase, "execution": True, "steps": found}
    return part(request, visit, "session/_steps.html", values)


urlpatterns = [path("sessions/<int:session_id>/steps", steps, name="session_steps")]
