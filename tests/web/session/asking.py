"""How the tests ask for a session's page, and what they send as a browser does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from tests import cast
from titan.core.actor import Role
from titan.training.models import TrainingSession

HTMX = {"HX-Request": "true"}


DAY = timedelta(days=1)


def signed_in(role: Role, **values: Any) -> Client:
    client = Client()
    client.force_login(cast.make_user(role, **values))
    return client


def address(name: str, session: TrainingSession, *more: object) -> str:
    return reverse(name, args=[session.pk, *more])


def shown(client: Client, session: TrainingSession, query: str = "") -> str:
    """Return the session's page, without the frame that every page has."""
    answer = client.get(address("session", session) + query)
    assert answer.status_code == 200
    page = text(answer)
    return page[page.index("<main") : page.index("</main>")]


def details(session: TrainingSession, **values: Any) -> dict[str, Any]:
    """Return the details as a browser sends them, with some changed."""
    session.refresh_from_db()
    return {
        "version": session.version,
        "course_id": session.course_id,
        "trainer_id": session.trainer_id or "",
        "venue_id": session.venue_id or "",
        "title": session.title,
        "notes": session.notes,
        "day": [""],
        "starts": [""],
        "ends": [""],
        **values,
    }


def whole_plan(session: TrainingSession, trainer: Any, venue: Any, **values: Any) -> dict[str, Any]:
    """Return the details of a class on Tuesday the 24th, 08:00 to 12:00."""
    plan = {"trainer_id": trainer.pk, "venue_id": venue.pk, "day": ["2026-11-24"], "starts": ["08:00"], "ends": ["12"]}
    return details(session, **{**plan, **values})


def send(client: Client, name: str, session: TrainingSession, data: dict[str, Any], *more: object) -> Any:
    return client.post(address(name, session, *more), data, headers=HTMX)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def tuesday(first: int, last: int) -> list[tuple[datetime, datetime]]:
    """Return a slot on Tuesday the 24th between these hours of the site."""
    return [tuple(datetime(2026, 11, 24, hour - 4, tzinfo=UTC) for hour in (first, last))]  # type: ignore[list-item]
