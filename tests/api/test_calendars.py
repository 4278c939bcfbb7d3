"""Calendar feeds over the API: made once, listed without their secret, revoked; the calendar of one session."""

from __future__ import annotations

from typing import Any

from django.test import Client
from icalendar import Calendar

from tests import cast
from tests.api.client import ApiClient, body_of, need_problem
from tests.exchange.calendars.planning import planned
from titan.core.actor import Role


def test_a_feed_from_making_to_revoking(clients: dict[Role, ApiClient]) -> None:
    course = cast.make_course()
    trainer, venue = cast.make_trainer(course), cast.make_venue(capacity=8)
    planned(course, trainer, venue)
    client = clients[Role.AUDITOR]
    answer = client.post("/calendar-feeds", {"kind": "VENUE", "venue_id": venue.pk, "name": "Door"})
    made = body_of(answer)
    assert answer.status_code == 201
    assert made["venue"] == {"id": venue.pk, "name": venue.name, "capacity": 8}
    assert (made["kind"], made["trainer"], made["name"]) == ("VENUE", None, "Door")
    address = made["address"].removeprefix("http://testserver")
    assert len(Calendar.from_ical(Client().get(address).content).walk("VEVENT")) == 1
    listed = body_of(client.get("/calendar-feeds"))
    assert listed["total"] == 1
    assert listed["items"][0] == {**{k: v for k, v in made.items() if k != "address"}} | {
        "last_used_at": listed["items"][0]["last_used_at"]
    }
    assert body_of(clients[Role.HSE_ADMIN].get("/calendar-feeds"))["items"] == []
    need_problem(clients[Role.HSE_ADMIN].delete(f"/calendar-feeds/{made['id']}"), 404, "NOT_FOUND")
    assert client.delete(f"/calendar-feeds/{made['id']}").status_code == 204
    assert Client().get(address).status_code == 410


def test_a_repetition_shows_no_address(boss: ApiClient) -> None:
    first, again = (body_of(boss.post("/calendar-feeds", {"kind": "ALL"}, Idempotency_Key="k")) for _ in range(2))
    assert first["address"]
    assert again == {**first, "address": None}


def test_refusals(clients: dict[Role, ApiClient]) -> None:
    need_problem(clients[Role.ASSESSOR].post("/calendar-feeds", {"kind": "ALL"}), 403, "FORBIDDEN")
    need_problem(clients[Role.TRAINER].post("/calendar-feeds", {"kind": "ALL"}), 403, "FORBIDDEN")
    problem = need_problem(clients[Role.AUDITOR].post("/calendar-feeds", {"kind": "TRAINER"}), 422, "INVALID")
    assert [error["field"] for error in problem["errors"]] == ["trainer_id"]
    need_problem(clients[Role.AUDITOR].post("/calendar-feeds", {"kind": "WORKER"}), 422, "INVALID")
    need_problem(clients[Role.AUDITOR].delete("/calendar-feeds/999999"), 404, "NOT_FOUND")


def test_the_calendar_of_a_session(clients: dict[Role, ApiClient]) -> None:
    course = cast.make_course(title={"en": "Working at Height"})
    session = planned(course, cast.make_trainer(course), cast.make_venue())
    answer: Any = clients[Role.ASSESSOR].get(f"/sessions/{session}/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["URL"]) == f"http://testserver/sessions/{session}"
    need_problem(clients[Role.TRAINER].get(f"/sessions/{session}/calendar.ics"), 404, "NOT_FOUND")
    draft = cast.make_session(course)
    need_problem(clients[Role.HSE_ADMIN].get(f"/sessions/{draft.pk}/calendar.ics"), 409, "NO_DATES")
