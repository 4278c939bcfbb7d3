"""Soft blocks: all are named, and each is acknowledged by name."""

from __future__ import annotations

from datetime import timedelta

from tests import cast
from tests.api.classroom import AT, THIS_MORNING, TOMORROW, Classroom, everything, need_invalid, when
from tests.api.client import body_of, need_problem
from titan.audit.models import AuditEvent
from titan.core.actor import Role


def test_all_of_them_are_named_and_each_is_acknowledged_by_name(room: Classroom) -> None:
    first, second, _ = room.workers
    needed = cast.make_course()
    course = cast.make_course(prerequisites=[needed])
    trainer = cast.make_trainer(course)
    shared = room.planned(
        venue=room.venue, workers=[first], trainer=cast.make_trainer(room.course), title="At the same time"
    )
    room.venue.capacity = 1
    room.venue.save()
    starts = THIS_MORNING["starts_at"]
    slots = [{"starts_at": starts, "ends_at": when(-2)}, TOMORROW]
    draft = cast.make_session(course, workers=[first, second]).pk
    plan = room.plan(*slots, trainer_id=trainer.pk)
    path = f"/sessions/{draft}/schedule"
    before = everything()
    problem = need_problem(room.admin.post(path, plan), 409, "SOFT_BLOCKED")
    assert all(set(block) == {"code", "message", "subject"} for block in problem["warnings"])
    found = {(block["code"], block["subject"]) for block in problem["warnings"]}
    start = f"start:{(AT - timedelta(hours=3)).astimezone(tz=None).isoformat()}"
    assert {code for code, _ in found} == {
        *("STARTS_IN_PAST", "VENUE_OVERLAP", "VENUE_CAPACITY_EXCEEDED", "PREREQUISITE_MISSING"),
        "ATTENDEE_DOUBLE_BOOKED",
    }
    assert ("VENUE_OVERLAP", f"session:{shared.pk}") in found
    assert ("VENUE_CAPACITY_EXCEEDED", f"venue:{room.venue.pk}") in found
    assert ("PREREQUISITE_MISSING", f"worker:{second.pk}/course:{needed.pk}") in found
    assert ("ATTENDEE_DOUBLE_BOOKED", f"worker:{first.pk}/session:{shared.pk}") in found
    assert start.startswith("start:2026-11-22")
    codes = sorted({code for code, _ in found})
    for left_out in codes:
        named = [code for code in codes if code != left_out]
        problem = need_problem(room.admin.post(path, {**plan, "override": named}), 409, "SOFT_BLOCKED")
        assert {block["code"] for block in problem["warnings"]} == {left_out}
    assert everything() == before
    answer = room.admin.post(path, {**plan, "override": [*codes, "TRAINER_DOUBLE_BOOKED"]})
    assert answer.status_code == 200
    session = body_of(answer)
    assert {(block["code"], block["subject"]) for block in session["warnings"]} == found
    kept = {(item["code"], item["subject"]) for item in session["overrides"]}
    assert kept == found
    admin = room.users[Role.HSE_ADMIN]
    assert {item["by"]["id"] for item in session["overrides"]} == {admin.pk}
    assert session["overrides"][0]["by"]["name"] == admin.name
    assert session["overrides"][0]["at"] == "2026-11-22T09:00:00+04:00"
    assert AuditEvent.objects.filter(action="session.soft_blocks_overridden", entity_id=draft).count() == 1


def test_messages_count_seats_and_name_people(room: Classroom) -> None:
    room.venue.capacity = 2
    room.venue.save()
    draft = cast.make_session(room.course, workers=room.workers).pk
    problem = need_problem(room.admin.post(f"/sessions/{draft}/schedule", room.plan()), 409, "SOFT_BLOCKED")
    assert problem["warnings"][0]["message"].startswith("3/2 ")
    assert "VENUE_CAPACITY_EXCEEDED" in problem["detail"]


def test_an_acknowledgement_holds_for_the_same_code_and_subject(room: Classroom) -> None:
    one = room.planned(trainer=cast.make_trainer(room.course))
    draft = room.draft()
    path = f"/sessions/{draft}"
    plan = room.plan(override=["VENUE_OVERLAP"])
    assert room.admin.post(f"{path}/schedule", plan).status_code == 200
    moved = {"slots": [{"starts_at": when(24.5), "ends_at": when(25.5)}]}
    assert body_of(room.admin.patch(path, moved))["warnings"][0]["subject"] == f"session:{one.pk}"
    assert room.admin.patch(path, {"title": "No question asked"}).status_code == 200
    another = room.planned(trainer=cast.make_trainer(room.course), venue=cast.make_venue())
    before = everything()
    to_another = {"venue_id": another.venue_id}
    problem = need_problem(room.admin.patch(path, to_another), 409, "SOFT_BLOCKED")
    assert [block["subject"] for block in problem["warnings"]] == [f"session:{another.pk}"]
    assert everything() == before
    answer = room.admin.patch(path, {**to_another, "override": ["VENUE_OVERLAP"]})
    assert [item["subject"] for item in body_of(answer)["overrides"]] == [
        f"session:{one.pk}",
        f"session:{another.pk}",
    ]


def test_codes_that_are_none_are_422(room: Classroom) -> None:
    draft, planned = room.draft(), room.planned()
    before = everything()
    for override in (["NO_SUCH_BLOCK"], ["venue_overlap"], [""], [5], "VENUE_OVERLAP", [None]):
        assert need_invalid(room.admin.post(f"/sessions/{draft}/schedule", room.plan(override=override)))
        assert need_invalid(room.admin.patch(f"/sessions/{planned.pk}", {"override": override}))
    assert everything() == before


def test_codes_that_do_not_apply_are_ignored(room: Classroom) -> None:
    every = ["VENUE_OVERLAP", "STARTS_IN_PAST", "TRAINER_NOT_QUALIFIED", "TRAINER_DOUBLE_BOOKED"]
    answer = room.admin.post(f"/sessions/{room.draft()}/schedule", room.plan(override=every))
    assert (answer.status_code, body_of(answer)["overrides"]) == (200, [])
