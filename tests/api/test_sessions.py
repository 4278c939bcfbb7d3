"""Sessions through the API: drafts, scheduling with hard and soft blocks, changes, cancelling, lists."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from tests import cast
from tests.api.classroom import (
    AT,
    THIS_MORNING,
    TOMORROW,
    Classroom,
    errors_of,
    everything,
    need_invalid,
    when,
)
from tests.api.client import body_of, need_problem
from tests.api.test_lists import walk
from tests.training.acting import PASSED, time_of
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.core.models import RememberedAnswer
from titan.resources.models import Qualification
from titan.training.commands import finalize_session
from titan.training.models import SessionStatus, TrainingSession

WHOLE = {
    *("id", "code", "status", "course", "course_version", "title", "notes", "trainer", "venue", "slots", "attendees"),
    *("overrides", "evidence", "warnings", "blockers", "cannot_run", "version"),
    *("cancel_reason", "finalized_at", "finalized_by"),
}
IN_SHORT = WHOLE - {"notes", "overrides", "warnings", "blockers", "cancel_reason"}
FORBIDDEN_TWICE = {"starts_at": "2026-11-23T10:59:00+04:00", "ends_at": "2026-11-23T12:00:00+04:00"}


def create(room: Classroom, **given: Any) -> dict[str, Any]:
    answer = room.admin.post("/sessions", {"course_id": room.course.pk, **given})
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = body_of(answer)
    return made


class TestDrafts:
    def test_only_the_course_is_required(self, room: Classroom) -> None:
        made = create(room)
        assert set(made) == WHOLE
        assert made["code"] == f"TS-2026-{made['id']:04}"
        assert made["course"] == {"id": room.course.pk, "code": "HSE-002", "title": "Course HSE-002"}
        empty = ("course_version", "trainer", "venue", "evidence", "finalized_at", "finalized_by")
        assert [made[name] for name in empty] == [None] * len(empty)
        lists = ("slots", "attendees", "overrides", "warnings", "blockers")
        assert [made[name] for name in lists] == [[]] * len(lists)
        assert (made["status"], made["title"], made["notes"], made["cannot_run"]) == ("DRAFT", "", "", False)
        assert body_of(room.admin.get(f"/sessions/{made['id']}")) == made

    def test_all_of_it_comes_back_in_site_time(self, room: Classroom) -> None:
        utc = {"starts_at": "2026-11-23T05:00:00Z", "ends_at": "2026-11-23T07:00:00.000+00:00"}
        words = {"title": "Yanğın təhlükəsizliyi · السلامة", "notes": "Пожар — ёлка\nx\u0301 \U0001f9ef"}
        made = create(room, **room.plan(utc), **words)
        assert made["slots"] == [TOMORROW]
        assert {name: made[name] for name in words} == words
        assert made["trainer"] == {"id": room.trainer.pk, "name": room.trainer.name}
        assert made["venue"] == {"id": room.venue.pk, "name": room.venue.name, "capacity": 20}

    def test_titles_are_in_the_callers_language(self, room: Classroom) -> None:
        made = create(room)
        user = room.users[Role.AUDITOR]
        user.language = "tr"
        user.save()
        assert body_of(room.clients[Role.AUDITOR].get(f"/sessions/{made['id']}"))["course"]["title"] == "Kurs HSE-002"

    def test_a_draft_holds_nothing_and_only_shows_what_stands_against_it(self, room: Classroom) -> None:
        taken = room.planned()
        made = create(room, **room.plan(FORBIDDEN_TWICE))
        assert [block["code"] for block in made["warnings"]] == ["VENUE_OVERLAP"]
        assert [block["code"] for block in made["blockers"]] == ["TRAINER_DOUBLE_BOOKED"]
        assert made["warnings"][0]["subject"] == f"session:{taken.pk}"
        path = f"/sessions/{made['id']}"
        assert room.admin.patch(path, {"trainer_id": room.stranger.pk}).status_code == 200
        assert [block["code"] for block in body_of(room.admin.get(path))["blockers"]] == ["TRAINER_NOT_QUALIFIED"]
        cleared = {"trainer_id": None, "venue_id": None, "slots": [], "course_id": cast.make_course().pk}
        assert body_of(room.admin.patch(path, cleared))["trainer"] is None

    def test_a_draft_is_deleted_and_nothing_else_is(self, room: Classroom) -> None:
        made = create(room, **room.plan())
        room.admin.post(f"/sessions/{made['id']}/attendees", {"worker_ids": [room.workers[0].pk]})
        gone = room.admin.delete(f"/sessions/{made['id']}")
        assert (gone.status_code, gone.content) == (204, b"")
        need_problem(room.admin.get(f"/sessions/{made['id']}"), 404, "NOT_FOUND")
        planned = room.planned()
        before = everything()
        need_problem(room.admin.delete(f"/sessions/{planned.pk}"), 409, "NOT_DRAFT")
        assert everything() == before


def slot(starts: float, ends: float) -> dict[str, str]:
    return {"starts_at": when(starts), "ends_at": when(ends)}


BAD_PLANS: list[tuple[Any, list[tuple[str, str]]]] = [
    ({"course_id": 10**9}, [("course_id", "UNKNOWN")]),
    ({"course_id": None}, [("course_id", "WRONG_TYPE")]),
    ({"course_id": "1"}, [("course_id", "WRONG_TYPE")]),
    ({"course_id": True}, [("course_id", "WRONG_TYPE")]),
    ({"course_id": 1.0}, [("course_id", "WRONG_TYPE")]),
    ({"course_id": 0}, [("course_id", "OUT_OF_RANGE")]),
    ({"course_id": 2**63}, [("course_id", "OUT_OF_RANGE")]),
    ({"trainer_id": 10**9, "venue_id": 10**9}, [("trainer_id", "UNKNOWN"), ("venue_id", "UNKNOWN")]),
    ({"trainer_id": [1]}, [("trainer_id", "WRONG_TYPE")]),
    ({"slots": {}}, [("slots", "WRONG_TYPE")]),
    ({"slots": [1]}, [("slots.0", "WRONG_TYPE")]),
    ({"slots": [{"starts_at": when(24)}]}, [("slots.0.ends_at", "REQUIRED")]),
    ({"slots": [slot(26, 24)]}, [("slots.0.ends_at", "END_BEFORE_START")]),
    ({"slots": [slot(24, 24)]}, [("slots.0.ends_at", "END_BEFORE_START")]),
    ({"slots": [slot(24, 24.05)]}, [("slots.0.ends_at", "SLOT_TOO_SHORT")]),
    ({"slots": [slot(24, 24 + 40 * 24)]}, [("slots.0.ends_at", "SLOT_TOO_LONG")]),
    ({"slots": [slot(24, 26), slot(25, 27)]}, [("slots.1", "SLOTS_OVERLAP")]),
    ({"slots": [slot(24, 26), slot(24, 26)]}, [("slots.0", "SLOTS_OVERLAP")]),
    ({"slots": [slot(24, 25), slot(24 + 366 * 24, 25 + 366 * 24)]}, [("slots", "SPAN_TOO_LONG")]),
    ({"slots": [slot(24 + n, 24.5 + n) for n in range(61)]}, [("slots", "TOO_MANY")]),
    (
        {"slots": [{"starts_at": "2026-11-23T09:00:00", "ends_at": "2026-11-23 11:00"}]},
        [("slots.0.starts_at", "OFFSET_MISSING"), ("slots.0.ends_at", "OFFSET_MISSING")],
    ),
    (
        {"slots": [{"starts_at": "tomorrow", "ends_at": 1764000000}]},
        [("slots.0.starts_at", "DATETIME_INVALID"), ("slots.0.ends_at", "DATETIME_INVALID")],
    ),
    ({"title": "x" * 201}, [("title", "TOO_LONG")]),
    ({"title": 5, "notes": ["x"]}, [("title", "WRONG_TYPE"), ("notes", "WRONG_TYPE")]),
    ({"notes": "a\x00b"}, [("notes", "NUL_CHARACTER")]),
    ({"notes": "x" * 4001}, [("notes", "TOO_LONG")]),
    ({"status": "SCHEDULED"}, [("status", "UNKNOWN_FIELD")]),
]


def test_a_plan_that_cannot_be_is_422_everywhere_and_changes_nothing(room: Classroom) -> None:
    draft = room.draft()
    before = everything()
    good = {"course_id": room.course.pk}
    for given, found in BAD_PLANS:
        for answer in (
            room.admin.post("/sessions", {**good, **given}),
            room.admin.patch(f"/sessions/{draft}", given),
            room.admin.post(f"/sessions/{draft}/schedule", {**room.plan(), **given}),
        ):
            assert sorted(need_invalid(answer)) == sorted(found), given
    assert everything() == before


class TestScheduling:
    def test_it_locks_in_trainer_venue_times_and_version(self, room: Classroom) -> None:
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

    def test_a_complete_draft_needs_no_more_words(self, room: Classroom) -> None:
        for body in (None, {}):
            made = create(room, **room.plan())
            assert room.admin.post(f"/sessions/{made['id']}/schedule", body).status_code == 200
            room.admin.post(f"/sessions/{made['id']}/cancel", {"reason": "Once more"})

    def test_what_is_missing_is_named_all_at_once(self, room: Classroom) -> None:
        made = create(room)
        before = everything()
        problem = need_problem(room.admin.post(f"/sessions/{made['id']}/schedule", {}), 422, "INVALID")
        assert errors_of(problem) == [("trainer_id", "REQUIRED"), ("venue_id", "REQUIRED"), ("slots", "REQUIRED")]
        assert everything() == before

    def test_the_course_needs_a_published_version(self, room: Classroom) -> None:
        unborn = cast.make_course(status="DRAFT")
        made = create(room, course_id=unborn.pk)
        before = everything()
        answer = room.admin.post(f"/sessions/{made['id']}/schedule", room.plan())
        problem = need_problem(answer, 422, "COURSE_NOT_PUBLISHED")
        assert errors_of(problem) == [("course_id", "COURSE_NOT_PUBLISHED")]
        assert everything() == before

    def test_an_unqualified_trainer_is_refused_whatever_is_overridden(self, room: Classroom) -> None:
        made = create(room)
        before = everything()
        plan = room.plan(trainer_id=room.stranger.pk, override=["TRAINER_NOT_QUALIFIED", "VENUE_OVERLAP"])
        problem = need_problem(room.admin.post(f"/sessions/{made['id']}/schedule", plan), 409, "TRAINER_NOT_QUALIFIED")
        assert errors_of(problem) == [("trainer_id", "TRAINER_NOT_QUALIFIED")]
        assert everything() == before

    def test_a_double_booking_is_refused_and_names_the_other_session(self, room: Classroom) -> None:
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

    def test_all_hard_blocks_are_told_at_once(self, room: Classroom) -> None:
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

    def test_refusals_come_in_their_order(self, room: Classroom) -> None:
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
        problem = need_problem(
            room.admin.post(path, {**wrong, "override": [], "trainer_id": free}), 409, "SOFT_BLOCKED"
        )
        assert {block["code"] for block in problem["warnings"]} == {"VENUE_OVERLAP"}
        assert everything() == before
        named = {**wrong, "override": ["VENUE_OVERLAP"], "trainer_id": free}
        assert room.admin.post(path, named).status_code == 200

    def test_two_editors_do_not_overwrite_each_other(self, room: Classroom) -> None:
        made = create(room)
        path = f"/sessions/{made['id']}"
        assert room.admin.patch(path, {"title": "First", "version": made["version"]}).status_code == 200
        before = everything()
        need_problem(room.admin.patch(path, {"title": "Second", "version": made["version"]}), 409, "STALE")
        need_problem(room.admin.post(f"{path}/schedule", room.plan(version=made["version"])), 409, "STALE")
        assert everything() == before


class TestSoftBlocks:
    def test_all_of_them_are_named_and_each_is_acknowledged_by_name(self, room: Classroom) -> None:
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

    def test_messages_count_seats_and_name_people(self, room: Classroom) -> None:
        room.venue.capacity = 2
        room.venue.save()
        draft = cast.make_session(room.course, workers=room.workers).pk
        problem = need_problem(room.admin.post(f"/sessions/{draft}/schedule", room.plan()), 409, "SOFT_BLOCKED")
        assert problem["warnings"][0]["message"].startswith("3/2 ")
        assert "VENUE_CAPACITY_EXCEEDED" in problem["detail"]

    def test_an_acknowledgement_holds_for_the_same_code_and_subject(self, room: Classroom) -> None:
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

    def test_codes_that_are_none_are_422(self, room: Classroom) -> None:
        draft, planned = room.draft(), room.planned()
        before = everything()
        for override in (["NO_SUCH_BLOCK"], ["venue_overlap"], [""], [5], "VENUE_OVERLAP", [None]):
            assert need_invalid(room.admin.post(f"/sessions/{draft}/schedule", room.plan(override=override)))
            assert need_invalid(room.admin.patch(f"/sessions/{planned.pk}", {"override": override}))
        assert everything() == before

    def test_codes_that_do_not_apply_are_ignored(self, room: Classroom) -> None:
        every = ["VENUE_OVERLAP", "STARTS_IN_PAST", "TRAINER_NOT_QUALIFIED", "TRAINER_DOUBLE_BOOKED"]
        answer = room.admin.post(f"/sessions/{room.draft()}/schedule", room.plan(override=every))
        assert (answer.status_code, body_of(answer)["overrides"]) == (200, [])


class TestChanges:
    def test_a_scheduled_session_is_checked_again(self, room: Classroom) -> None:
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

    def test_what_is_wrong_with_values_comes_before_what_the_state_forbids(self, room: Classroom) -> None:
        session = room.planned()
        room.admin.post(f"/sessions/{session.pk}/cancel", {"reason": "Storm"})
        wrong = {"course_id": cast.make_course().pk, "venue_id": 10**9, "version": 1}
        assert need_invalid(room.admin.patch(f"/sessions/{session.pk}", wrong)) == [("venue_id", "UNKNOWN")]

    def test_a_lost_qualification_shows_as_cannot_run(self, room: Classroom) -> None:
        session = room.planned()
        Qualification.objects.filter(trainer=room.trainer).update(until=AT)
        view = body_of(room.admin.get(f"/sessions/{session.pk}"))
        assert view["cannot_run"] is True
        assert [block["code"] for block in view["blockers"]] == ["TRAINER_NOT_QUALIFIED"]
        assert body_of(room.admin.get("/sessions"))["items"][0]["cannot_run"] is True

    def test_sending_what_is_already_so_changes_nothing(self, room: Classroom) -> None:
        session = room.planned(title="As it was")
        before = everything()
        answer = room.admin.patch(f"/sessions/{session.pk}", {"title": "As it was"})
        assert (answer.status_code, body_of(answer)["version"]) == (200, session.version)
        assert everything() == before

    def test_a_session_is_cancelled_with_a_reason_and_frees_everything(self, room: Classroom) -> None:
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

    def test_a_draft_is_cancelled_without_one(self, room: Classroom) -> None:
        for body in (None, {}, {"reason": ""}):
            assert body_of(room.admin.post(f"/sessions/{room.draft()}/cancel", body))["status"] == "CANCELLED"

    def test_what_is_closed_never_changes(self, room: Classroom) -> None:
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
            need_problem(
                room.admin.post(f"{path}/attendees", {"worker_ids": [room.workers[1].pk]}), 409, "SESSION_CLOSED"
            )
        need_problem(room.admin.delete(f"/sessions/{done.pk}/attendees/{worker}"), 409, "SESSION_CLOSED")
        mark = {"attendees": [{"worker_id": worker, "status": "NO_SHOW"}]}
        need_problem(room.admin.patch(f"/sessions/{done.pk}/attendance", mark), 409, "SESSION_CLOSED")
        assert everything() == before


class TestLists:
    def test_items_are_sessions_in_short_newest_first(self, room: Classroom) -> None:
        sessions = [room.draft(), room.planned(workers=room.workers).pk]
        page = body_of(room.admin.get("/sessions"))
        assert [item["id"] for item in page["items"]] == sessions[::-1]
        assert [item["attendees"] for item in page["items"]] == [3, 0]
        assert all(set(item) == IN_SHORT for item in page["items"])
        whole = body_of(room.admin.get(f"/sessions/{sessions[1]}"))
        same = IN_SHORT - {"attendees"}
        assert {name: whole[name] for name in same} == {name: page["items"][0][name] for name in same}
        assert [person["worker"]["id"] for person in whole["attendees"]] == [
            item["worker"]["id"] for item in body_of(room.admin.get(f"/sessions/{sessions[1]}/attendees"))["items"]
        ]

    def test_filters(self, room: Classroom) -> None:
        draft, other = room.draft(), cast.make_course()
        planned = room.planned()
        elsewhere = cast.make_session(other, slots=[(AT + timedelta(days=9), AT + timedelta(days=9, hours=1))]).pk

        def found(query: str) -> set[int]:
            return {item["id"] for item in body_of(room.admin.get(f"/sessions?{query}"))["items"]}

        assert found("status=DRAFT") == {draft, elsewhere}
        assert found("status=COMPLETED") == set()
        assert found(f"course_id={other.pk}") == {elsewhere}
        assert found(f"trainer_id={room.trainer.pk}") == found(f"venue_id={room.venue.pk}") == {planned.pk}
        assert found(f"code={planned.code}") == {planned.pk}
        assert found("from=2026-11-23&to=2026-11-23") == {planned.pk}
        assert found("from=2026-11-24") == {elsewhere}
        assert found("to=2026-11-22") == set()
        assert found(f"status=DRAFT&course_id={room.course.pk}") == {draft}
        assert found("course_id=999999") == set()

    def test_days_are_days_of_the_site(self, room: Classroom) -> None:
        """23:30 to 00:30 in Baku lies on both days; it is 19:30 to 20:30 of the first day in UTC."""
        late = room.planned(venue=cast.make_venue())
        late.slots.all().delete()
        room.admin.patch(f"/sessions/{late.pk}", {"slots": [slot(14.5, 15.5)]})
        for day, hit in (("2026-11-21", 0), ("2026-11-22", 1), ("2026-11-23", 1), ("2026-11-24", 0)):
            assert body_of(room.admin.get(f"/sessions?from={day}&to={day}"))["total"] == hit, day

    def test_filters_that_are_none_are_422(self, room: Classroom) -> None:
        for query, field in (
            ("status=DONE", "status"),
            ("course_id=x", "course_id"),
            ("from=yesterday", "from"),
            ("to=2026-13-01", "to"),
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("cursor=nonsense", "cursor"),
            ("trainer=1", "trainer"),
        ):
            assert [name for name, _ in need_invalid(room.admin.get(f"/sessions?{query}"))] == [field]

    def test_pages_fit_together(self, room: Classroom) -> None:
        for _ in range(7):
            room.draft()
        whole = walk(room.admin, "/sessions", 50)
        assert len(whole) == 7
        assert walk(room.admin, "/sessions", 3) == whole

    def test_fifty_cost_what_five_cost(self, room: Classroom, django_assert_max_num_queries: Any) -> None:
        made = [room.over({room.workers[0]: PASSED}) for _ in range(1)]
        finalize_session(made[0].pk, by=cast.actor(user_id=room.users[Role.HSE_ADMIN].pk), at=AT)

        def cost() -> int:
            with django_assert_max_num_queries(20) as counted:
                assert room.admin.get("/sessions?limit=200").status_code == 200
            return len(counted)

        for number in range(4):
            room.planned(trainer=cast.make_trainer(room.course), title=str(number))
        few = cost()
        for number in range(45):
            venue = cast.make_venue() if number % 9 == 0 else room.venue
            cast.make_session(room.course, trainer=room.trainer, venue=venue, workers=room.workers[:1])
        assert cost() == few


class TestIdempotency:
    def test_the_same_draft_is_made_once(self, room: Classroom) -> None:
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

    def test_a_refusal_is_remembered_too(self, room: Classroom) -> None:
        draft, key = room.draft(), str(uuid.uuid4())
        path, plan = f"/sessions/{draft}/schedule", room.plan(trainer_id=room.stranger.pk)
        first = room.admin.post(path, plan, Idempotency_Key=key)
        need_problem(first, 409, "TRAINER_NOT_QUALIFIED")
        Qualification.objects.create(trainer=room.stranger, course=room.course, since=AT)
        again = room.admin.post(path, plan, Idempotency_Key=key)
        assert (again.status_code, again.content) == (409, first.content)
        assert TrainingSession.objects.get(pk=draft).status == SessionStatus.DRAFT
        assert room.admin.post(path, plan, Idempotency_Key=str(uuid.uuid4())).status_code == 200

    def test_a_key_is_the_callers_own(self, room: Classroom) -> None:
        key, body = str(uuid.uuid4()), {"course_id": room.course.pk}
        made = {
            body_of(room.clients[role].post("/sessions", body, Idempotency_Key=key))["id"]
            for role in (Role.HSE_ADMIN, Role.SUPER_ADMIN)
        }
        assert len(made) == 2
        assert RememberedAnswer.objects.filter(key=key).count() == 2


def test_a_slot_of_midnight_keeps_its_site_day(room: Classroom) -> None:
    session = room.planned()
    times = [time_of(15, 2, on=AT)]
    answer = room.admin.patch(
        f"/sessions/{session.pk}",
        {"slots": [{"starts_at": t.starts_at.isoformat(), "ends_at": t.ends_at.isoformat()} for t in times]},
    )
    assert body_of(answer)["slots"][0]["starts_at"] == "2026-11-23T00:00:00+04:00"
