"""Trainers, venues and availability over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.api.client import ApiClient, body_of, client_of, need_problem
from tests.cast import make_course, make_session, make_trainer, make_user, make_venue
from titan.core.actor import Role


def test_a_trainer_from_birth_to_death(boss: ApiClient) -> None:
    made = boss.post("/trainers", {"code": "TR-1", "first_name": "Sabih", "last_name": "İnönü", "type": "INTERNAL"})
    assert made.status_code == 201
    trainer = body_of(made)
    assert (trainer["name"], trainer["qualifications"], trainer["hours_booked"]) == ("Sabih İnönü", [], 0)
    where = f"/trainers/{trainer['id']}"
    need_problem(boss.patch(where, {"type": "EXTERNAL"}), 422, "REQUIRED")
    changed = body_of(boss.patch(where, {"type": "EXTERNAL", "company_name": "SafePass"}))
    assert (changed["type"], changed["company_name"]) == ("EXTERNAL", "SafePass")
    assert boss.delete(where).status_code == 204
    need_problem(boss.get(where), 404, "NOT_FOUND")


def test_qualifications(boss: ApiClient) -> None:
    trainer, first, second = make_trainer(), make_course(code="A"), make_course(code="B")
    where = f"/trainers/{trainer.pk}/qualifications"
    answer = body_of(boss.put(where, {"course_ids": [second.pk, first.pk]}))
    assert [course["code"] for course in answer["qualifications"]] == ["A", "B"]
    assert answer["qualifications"][0] == {"id": first.pk, "code": "A", "title": "Course A"}
    for body, field in (
        ({"course_ids": [999]}, "course_ids.0"),
        ({"course_ids": [first.pk, first.pk]}, "course_ids.1"),
        ({}, "course_ids"),
        ({"course_ids": [None]}, "course_ids.0"),
    ):
        refused = boss.put(where, body)
        assert refused.status_code == 422
        assert [error["field"] for error in body_of(refused)["errors"]] == [field]
    need_problem(boss.delete(f"/trainers/{trainer.pk}"), 409, "IN_USE")


def test_the_list_shows_who_is_qualified_and_how_busy(boss: ApiClient) -> None:
    course = make_course()
    busy = make_trainer(course, code="A")
    make_trainer(code="B")
    start = datetime.fromisoformat("2026-11-24T08:00:00+04:00")
    make_session(course, trainer=busy, slots=[(start, start + timedelta(hours=3))], status="SCHEDULED")
    page = body_of(boss.get(f"/trainers?course_id={course.pk}&week=2026-W48"))
    assert [(item["code"], item["week"], item["hours_booked"]) for item in page["items"]] == [("A", "2026-W48", 3)]
    assert [course["id"] for course in page["items"][0]["qualifications"]] == [course.pk]
    assert body_of(boss.get(f"/trainers/{busy.pk}?week=2026-W47"))["hours_booked"] == 0
    for week in ("2026-W54", "2026-48", "0000-W01", "now"):
        assert boss.get(f"/trainers?week={week}").status_code == 422


def test_a_trainer_sees_only_themselves(boss: ApiClient) -> None:
    user = make_user(Role.TRAINER)
    me, other = make_trainer(user=user), make_trainer()
    client = client_of(user)
    assert [item["id"] for item in body_of(client.get("/trainers"))["items"]] == [me.pk]
    assert client.get(f"/trainers/{me.pk}").status_code == 200
    need_problem(client.get(f"/trainers/{other.pk}"), 404, "NOT_FOUND")
    assert client.get("/venues").status_code == 200
    need_problem(client.get("/availability?starts_at=x"), 403, "FORBIDDEN")
    assert boss.get(f"/trainers/{other.pk}").status_code == 200


def test_venues(boss: ApiClient) -> None:
    made = boss.post("/venues", {"name": "Ana zal", "capacity": 20})
    assert made.status_code == 201
    venue = body_of(made)
    assert venue == {"id": venue["id"], "name": "Ana zal", "capacity": 20, "location": "", "is_active": True}
    where = f"/venues/{venue['id']}"
    assert body_of(boss.patch(where, {"capacity": 25, "location": "Bina B"}))["location"] == "Bina B"
    for capacity in (0, -1, 100_001, 1.5, "20"):
        assert boss.patch(where, {"capacity": capacity}).status_code == 422
    need_problem(boss.post("/venues", {"name": "Ana zal", "capacity": 1}), 422, "NOT_UNIQUE")
    assert [item["name"] for item in body_of(boss.get("/venues?search=bina&is_active=true"))["items"]] == ["Ana zal"]
    used = make_session(make_course(), venue=make_venue())
    need_problem(boss.delete(f"/venues/{used.venue_id}"), 409, "IN_USE")
    assert boss.delete(where).status_code == 204


def ask(client: ApiClient, start: str, end: str, **values: Any) -> Any:
    return client.get(f"/availability?{urlencode({'starts_at': start, 'ends_at': end, **values})}")


def test_availability(boss: ApiClient) -> None:
    course = make_course(code="GAS")
    trainer, venue = make_trainer(course), make_venue()
    start = datetime.fromisoformat("2026-11-24T08:00:00+04:00")
    session = make_session(
        course, trainer=trainer, venue=venue, slots=[(start, start + timedelta(hours=4))], status="SCHEDULED"
    )
    both = {"trainer_id": trainer.pk, "venue_id": venue.pk}
    taken = body_of(ask(boss, "2026-11-24T09:00:00+04:00", "2026-11-24T10:00:00+04:00", **both))
    assert (taken["trainer_available"], taken["venue_available"]) == (False, False)
    conflict = taken["conflicts"][0]
    assert (conflict["id"], conflict["code"], conflict["course"]["code"]) == (session.pk, session.code, "GAS")
    assert conflict["slots"][0]["starts_at"] == "2026-11-24T08:00:00+04:00"
    free = {"trainer_available": True, "venue_available": True, "conflicts": []}
    assert body_of(ask(boss, "2026-11-24T08:00:00Z", "2026-11-24T10:00:00Z", **both)) == free
    excluded = {**both, "exclude_session_id": session.pk}
    assert body_of(ask(boss, "2026-11-24T05:00:00Z", "2026-11-24T06:00:00Z", **excluded)) == free


@pytest.mark.parametrize(
    ("start", "end", "values", "field"),
    [
        ("2026-11-24T09:00:00", "2026-11-24T10:00:00Z", {}, "starts_at"),
        ("2026-11-24T10:00:00Z", "2026-11-24T09:00:00Z", {}, "ends_at"),
        ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z", {}, "ends_at"),
        ("2026-11-24T10:00:00Z", "2028-11-24T10:00:00Z", {}, "ends_at"),
        ("2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z", {"trainer_id": 999}, "trainer_id"),
        ("2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z", {"venue_id": 999}, "venue_id"),
        ("2026-11-24T09:00:00Z", "soon", {}, "ends_at"),
    ],
)
def test_questions_that_make_no_sense(
    boss: ApiClient, start: str, end: str, values: dict[str, Any], field: str
) -> None:
    answer = ask(boss, start, end, **values)
    assert answer.status_code == 422
    assert [error["field"] for error in body_of(answer)["errors"]] == [field]


def test_who_may_write(clients: dict[Role, ApiClient], boss: ApiClient) -> None:
    trainer, venue = make_trainer(), make_venue()
    for role in (Role.TRAINER, Role.ASSESSOR, Role.AUDITOR):
        for method, path, body in (
            ("POST", "/trainers", {}),
            ("PATCH", f"/trainers/{trainer.pk}", {"type": 1}),
            ("PUT", f"/trainers/{trainer.pk}/qualifications", {}),
            ("DELETE", f"/trainers/{trainer.pk}", None),
            ("POST", "/venues", {}),
            ("PATCH", f"/venues/{venue.pk}", {"capacity": 0}),
            ("DELETE", f"/venues/{venue.pk}", None),
        ):
            need_problem(clients[role].send(method, path, body), 403, "FORBIDDEN")
    for role in (Role.ASSESSOR, Role.AUDITOR):
        assert clients[role].get("/trainers").status_code == 200
        assert ask(clients[role], "2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z").status_code == 200
    need_problem(boss.patch("/venues/999", {"capacity": 0}), 404, "NOT_FOUND")
    need_problem(boss.put("/trainers/999/qualifications", {}), 404, "NOT_FOUND")
    need_problem(clients[Role.HSE_ADMIN].patch(f"/trainers/{trainer.pk}", {"user_id": 1}), 403, "FORBIDDEN")
