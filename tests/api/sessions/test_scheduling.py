"""Scheduling: what it locks in, what is missing, and the hard blocks."""

from __future__ import annotations

from datetime import timedelta

from tests import cast
from tests.api.classroom import AT, TOMORROW, Classroom, errors_of, everything, need_invalid, when
from tests.api.client import body_of, need_problem
from tests.api.sessions.asking import FORBIDDEN_TWICE, WHOLE, create
from titan.core.actor import Role
from titan.resources.models import Qualification


def test_it_locks_in_trainer_venue_times_and_version(room: Classroom) -> None:
    made = create(room)
    answer = room.admin.post(f"/sessions/{made['id']}/schedule", room.plan(notes="Bring boots"))
    assert answer.status_code == 200
    session = body_of(answer)
    assert set(session) == WHOLE
    assert (session["status"], session["course_version"], session["warnings"]) == ("SCHEDULED", 1, [])
    assert (session["slots"], session["notes"]) == ([TOMORROW], "Bring boots")
    assert session["version"] == made["version"] + 1
    again = room.admin.post(f"/sessions/{made['id']}/schedule", {})
    need_problem(again, 409, "NOT_DRAFT")


def test_a_complete_draft_needs_no_more_words(room: Classroom) -> None:
    for body in (None, {}):
        made = create(room, **room.plan())
        assert room.admin.post(f"/sessions/{made['id']}/schedule", body).status_code == 200
        room.admin.post(f"/sessions/{made['id']}/cancel", {"reason": "Once more"})


def test_what_is_missing_is_named_all_at_once(room: Classroom) -> None:
    made = create(room)
    before = everything()
    problem = need_problem(room.admin.post(f"/sessions/{made['id']}/schedule", {}), 422, "INVALID")
    assert errors_of(problem) == [("trainer_id", "REQUIRED"), ("venue_id", "REQUIRED"), ("slots", "REQUIRED")]
    assert everything() == before


def test_the_course_needs_a_published_version(room: Classroom) -> None:
    unborn = cast.make_course(status="DRAFT")
    made = create(room, course_id=unborn.pk)
    before = everything()
    answer = room.admin.post(f"/sessions/{made['id']}/schedule", room.plan())
    problem = need_problem(answer, 422, "COURSE_NOT_PUBLISHED")
    assert errors_of(problem) == [("course_id", "COURSE_NOT_PUBLISHED")]
    assert everything() == before


def test_an_unqualified_trainer_is_refused_whatever_is_overridden(room: Classroom) -> None:
    made = create(room)
    before = everything()
    plan = room.plan(trainer_id=room.stranger.pk, override=["TRAINER_NOT_QUALIFIED", "VENUE_OVERLAP"])
    problem = need_problem(room.admin.post(f"/sessions/{made['id']}/schedule", plan), 409, "TRAINER_NOT_QUALIFIED")
    assert errors_of(problem) == [("trainer_id", "TRAINER_NOT_QUALIFIED")]
    assert everything() == before


def test_a_double_booking_is_refused_and_names_the_other_session(room: Classroom) -> None:
    taken, made = room.planned(), create(room)
    before = everything()
    path = f"/sessions/{made['id']}/schedule"
    plan = room.plan(FORBIDDEN_TWICE, override=["TRAINER_DOUBLE_BOOKED"])
    problem = need_problem(room.admin.post(path, plan), 409, "TRAINER_DOUBLE_BOOKED")
    assert taken.code in problem["detail"]
    assert errors_of(problem) == [("slots", "TRAINER_DOUBLE_BOOKED")]
    assert everything() == before
    after = {"starts_at": TOMORROW["ends_at"], "ends_at": when(28)}
    assert room.admin.post(path, room.plan(after)).status_code == 200


def test_all_hard_blocks_are_told_at_once(room: Classroom) -> None:
    other = cast.make_course()
    Qualification.objects.create(trainer=room.stranger, course=other, since=cast.LONG_AGO)
    cast.make_session(
        other,
        trainer=room.stranger,
        slots=[(AT + timedelta(hours=24), AT + timedelta(hours=26))],
        status="SCHEDULED",
    )
    answer = room.admin.post(f"/sessions/{room.draft()}/schedule", room.plan(trainer_id=room.stranger.pk))
    problem = need_problem(answer, 409, "TRAINER_NOT_QUALIFIED")
    assert errors_of(problem) == [("trainer_id", "TRAINER_NOT_QUALIFIED"), ("slots", "TRAINER_DOUBLE_BOOKED")]


def test_refusals_come_in_their_order(room: Classroom) -> None:
    """401, 403/404, 422, hard, soft: each wrong thing put right shows the next one."""
    room.planned(trainer=cast.make_trainer(room.course))
    room.planned(trainer=room.trainer, venue=cast.make_venue())
    path = f"/sessions/{room.draft()}/schedule"
    wrong = room.plan(override=["NO_SUCH_BLOCK"], trainer_id=room.trainer.pk)
    free = cast.make_trainer(room.course).pk
    before = everything()
    need_problem(room.clients[Role.AUDITOR].post(path, wrong), 403, "FORBIDDEN")
    need_problem(room.admin.post("/sessions/999999/schedule", wrong), 404, "NOT_FOUND")
    need_problem(room.admin.post(path, {**wrong, "version": 0}), 422, "INVALID")
    assert need_invalid(room.admin.post(path, wrong)) == [("override", "OVERRIDE_UNKNOWN")]
    need_problem(room.admin.post(path, {**wrong, "override": []}), 409, "TRAINER_DOUBLE_BOOKED")
    problem = need_problem(room.admin.post(path, {**wrong, "override": [], "trainer_id": free}), 409, "SOFT_BLOCKED")
    assert {block["code"] for block in problem["warnings"]} == {"VENUE_OVERLAP"}
    assert everything() == before
    named = {**wrong, "override": ["VENUE_OVERLAP"], "trainer_id": free}
    assert room.admin.post(path, named).status_code == 200


def test_two_editors_do_not_overwrite_each_other(room: Classroom) -> None:
    made = create(room)
    path = f"/sessions/{made['id']}"
    assert room.admin.patch(path, {"title": "First", "version": made["version"]}).status_code == 200
    before = everything()
    need_problem(room.admin.patch(path, {"title": "Second", "version": made["version"]}), 409, "STALE")
    need_problem(room.admin.post(f"{path}/schedule", room.plan(version=made["version"])), 409, "STALE")
    assert everything() == before
