"""The trainer's screens: today's classes, the next ones, marking one with its sheet; nothing else (domain.md §2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from titan.core.actor import Actor
from titan.ledger.alarms import count_open_alarms
from titan.training.models import SessionStatus
from titan.training.queries.sessions import SessionFilter, SessionView, list_sessions, session_view
from titan.web.pages.attendance import attendance_values
from titan.web.pages.session_evidence import evidence_values
from titan.web.visit import Visit, page, show

MOST_CLASSES = 200


@dataclass(frozen=True)
class Classes:
    """A trainer's scheduled classes by time: held before today and not finalized, today's (done ones too), coming."""

    waiting: list[SessionView]
    today: list[SessionView]
    coming: list[SessionView]


@require_GET
@page
def classes(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The visitor's own classes, as the trainer they are."""
    values = {"classes": _classes(visit), "counts": None, "alarms": count_open_alarms()}
    return show(request, visit, "trainer/classes.html", values)


@require_GET
@page
def session(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """One class: marks and the photo of the sheet."""
    found = session_view(session_id, by=visit.actor, at=visit.at)
    values = {"session": found, **attendance_values(visit, found), **evidence_values(visit, found), "counts": None}
    return show(request, visit, "trainer/session.html", values)


def _classes(visit: Visit) -> Classes:
    scheduled = _own(SessionFilter(trainer_id=visit.actor.trainer_id or 0, status=SessionStatus.SCHEDULED), visit.actor)
    done = SessionFilter(
        trainer_id=visit.actor.trainer_id or 0,
        status=SessionStatus.COMPLETED,
        from_day=visit.today,
        to_day=visit.today,
    )
    days = {row.id: [visit.site.today(slot.starts_at) for slot in row.slots] for row in scheduled}
    today = [row for row in scheduled if visit.today in days[row.id]]
    return Classes(
        waiting=[row for row in scheduled if days[row.id][-1] < visit.today],
        today=_by_time([*today, *_own(done, visit.actor)]),
        coming=[row for row in scheduled if row not in today and days[row.id][-1] > visit.today],
    )


def _own(wanted: SessionFilter, by: Actor) -> list[SessionView]:
    return _by_time(list_sessions(wanted, limit=MOST_CLASSES, by=by).items)


def _by_time(sessions: Sequence[SessionView]) -> list[SessionView]:
    return sorted((row for row in sessions if row.slots), key=lambda row: (row.slots[0].starts_at, row.id))


urlpatterns = [
    path("my-classes", classes, name="trainer_classes"),
    path("my-classes/<int:session_id>", session, name="trainer_session"),
]
