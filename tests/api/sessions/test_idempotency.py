"""What is sent twice under one key is done once."""

from __future__ import annotations

import uuid
from datetime import timedelta

from tests.api.classroom import AT, Classroom, everything
from tests.api.client import body_of, need_problem
from titan.core.actor import Role
from titan.core.models import RememberedAnswer
from titan.resources.models import Qualification
from titan.training.models import SessionStatus, TrainingSession


def test_the_same_draft_is_made_once(room: Classroom) -> None:
    key, body = str(uuid.uuid4()), {"course_id": room.course.pk, "title": "Once"}
    first = room.admin.post("/sessions", body, Idempotency_Key=key)
    room.clock.shift(timedelta(hours=23))
    second = room.admin.post("/sessions", body, Idempotency_Key=key)
    assert (second.status_code, body_of(second)) == (first.status_code, body_of(first)) == (201, body_of(first))
    assert TrainingSession.objects.filter(title="Once").count() == 1
    before = everything()
    other = room.admin.post("/sessions", {**body, "title": "Twice"}, Idempotency_Key=key)
    need_problem(other, 422, "IDEMPOTENCY_KEY_REUSED")
    need_problem(
        room.admin.post(f"/sessions/{body_of(first)['id']}/cancel", {}, Idempotency_Key=key),
        422,
        ("IDEMPOTENCY_KEY_REUSED"),
    )
    assert everything() == before
    room.clock.shift(timedelta(hours=2))
    assert body_of(room.admin.post("/sessions", body, Idempotency_Key=key))["id"] != body_of(first)["id"]


def test_a_refusal_is_remembered_too(room: Classroom) -> None:
    draft, key = room.draft(), str(uuid.uuid4())
    path, plan = f"/sessions/{draft}/schedule", room.plan(trainer_id=room.stranger.pk)
    first = room.admin.post(path, plan, Idempotency_Key=key)
    need_problem(first, 409, "TRAINER_NOT_QUALIFIED")
    Qualification.objects.create(trainer=room.stranger, course=room.course, since=AT)
    again = room.admin.post(path, plan, Idempotency_Key=key)
    assert (again.status_code, again.content) == (409, first.content)
    assert TrainingSession.objects.get(pk=draft).status == SessionStatus.DRAFT
    assert room.admin.post(path, plan, Idempotency_Key=str(uuid.uuid4())).status_code == 200


def test_a_key_is_the_callers_own(room: Classroom) -> None:
    key, body = str(uuid.uuid4()), {"course_id": room.course.pk}
    made = {
        body_of(room.clients[role].post("/sessions", body, Idempotency_Key=key))["id"]
        for role in (Role.HSE_ADMIN, Role.SUPER_ADMIN)
    }
    assert len(made) == 2
    assert RememberedAnswer.objects.filter(key=key).count() == 2
