"""Sessions that are scheduled change, are cancelled, and once closed never change."""

from __future__ import annotations

from tests import cast
from tests.api.classroom import AT, THIS_MORNING, Classroom, errors_of, everything, need_invalid
from tests.api.client import body_of, need_problem
from tests.training.acting import PASSED, time_of
from titan.resources.models import Qualification
from titan.training.commands import finalize_session


def test_a_scheduled_session_is_checked_again(room: Classroom) -> None:
    session = room.planned()
    path = f"/sessions/{session.pk}"
    before = everything()
    need_problem(room.admin.patch(path, {"trainer_id": room.stranger.pk}), 409, "TRAINER_NOT_QUALIFIED")
    need_problem(room.admin.patch(path, {"course_id": cast.make_course().pk}), 409, "COURSE_FIXED")
    problem = need_problem(room.admin.patch(path, {"trainer_id": None, "slots": []}), 422, "INVALID")
    assert errors_of(problem) == [("trainer_id", "REQUIRED"), ("slots", "REQUIRED")]
    problem = need_problem(room.admin.patch(path, {"slots": [THIS_MORNING]}), 409, "SOFT_BLOCKED")
    assert [block["code"] for block in problem["warnings"]] == ["STARTS_IN_PAST"]
    del before["catalogue_course"], before["catalogue_courseversion"]
    assert before.items() <= everything().items()


def test_what_is_wrong_with_values_comes_before_what_the_state_forbids(room: Classroom) -> None:
    session = room.planned()
    room.admin.post(f"/sessions/{session.pk}/cancel", {"reason": "Storm"})
    wrong = {"course_id": cast.make_course().pk, "venue_id": 10**9, "version": 1}
    assert need_invalid(room.admin.patch(f"/sessions/{session.pk}", wrong)) == [("venue_id", "UNKNOWN")]


def test_a_lost_qualification_shows_as_cannot_run(room: Classroom) -> None:
    session = room.planned()
    Qualification.objects.filter(trainer=room.trainer).update(until=AT)
    view = body_of(room.admin.get(f"/sessions/{session.pk}"))
    assert view["cannot_run"] is True
    assert [block["code"] for block in view["blockers"]] == ["TRAINER_NOT_QUALIFIED"]
    assert body_of(room.admin.get("/sessions"))["items"][0]["cannot_run"] is True


def test_sending_what_is_already_so_changes_nothing(room: Classroom) -> None:
    session = room.planned(title="As it was")
    before = everything()
    answer = room.admin.patch(f"/sessions/{session.pk}", {"title": "As it was"})
    assert (answer.status_code, body_of(answer)["version"]) == (200, session.version)
    assert everything() == before


def test_a_session_is_cancelled_with_a_reason_and_frees_everything(room: Classroom) -> None:
    session = room.planned(workers=room.workers[:1])
    path = f"/sessions/{session.pk}/cancel"
    before = everything()
    for reason in ({}, {"reason": ""}, {"reason": "  \n"}):
        problem = need_problem(room.admin.post(path, reason), 422, "REASON_REQUIRED")
        assert errors_of(problem) == [("reason", "REASON_REQUIRED")]
    assert everything() == before
    cancelled = body_of(room.admin.post(path, {"reason": "Qum fırtınası"}))
    assert (cancelled["status"], cancelled["cancel_reason"]) == ("CANCELLED", "Qum fırtınası")
    assert room.admin.post(f"/sessions/{room.draft()}/schedule", room.plan()).status_code == 200
    need_problem(room.admin.post(path, {"reason": "Again"}), 409, "SESSION_CLOSED")


def test_a_draft_is_cancelled_without_one(room: Classroom) -> None:
    for body in (None, {}, {"reason": ""}):
        assert body_of(room.admin.post(f"/sessions/{room.draft()}/cancel", body))["status"] == "CANCELLED"


def test_what_is_closed_never_changes(room: Classroom) -> None:
    done = room.over({room.workers[0]: PASSED})
    finalize_session(done.pk, by=cast.actor(), at=AT)
    off = room.planned()
    room.admin.post(f"/sessions/{off.pk}/cancel", {"reason": "Storm"})
    before = everything()
    worker = room.workers[0].pk
    for session in (done, off):
        path = f"/sessions/{session.pk}"
        need_problem(room.admin.patch(path, {"title": "x"}), 409, "SESSION_CLOSED")
        need_problem(room.admin.post(f"{path}/schedule", {}), 409, "SESSION_CLOSED")
        need_problem(room.admin.post(f"{path}/cancel", {"reason": "x"}), 409, "SESSION_CLOSED")
        need_problem(room.admin.delete(path), 409, "NOT_DRAFT")
        need_problem(room.admin.post(f"{path}/attendees", {"worker_ids": [room.workers[1].pk]}), 409, "SESSION_CLOSED")
    need_problem(room.admin.delete(f"/sessions/{done.pk}/attendees/{worker}"), 409, "SESSION_CLOSED")
    mark = {"attendees": [{"worker_id": worker, "status": "NO_SHOW"}]}
    need_problem(room.admin.patch(f"/sessions/{done.pk}/attendance", mark), 409, "SESSION_CLOSED")
    assert everything() == before


def test_a_slot_of_midnight_keeps_its_site_day(room: Classroom) -> None:
    session = room.planned()
    times = [time_of(15, 2, on=AT)]
    answer = room.admin.patch(
        f"/sessions/{session.pk}",
        {"slots": [{"starts_at": t.starts_at.isoformat(), "ends_at": t.ends_at.isoformat()} for t in times]},
    )
    assert body_of(answer)["slots"][0]["starts_at"] == "2026-11-23T00:00:00+04:00"
