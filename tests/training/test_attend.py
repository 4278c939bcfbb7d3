"""Marking how it went: from the start on, any number of times, each mark whole (domain.md §6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.training.acting import (
    ABSENT,
    ADMIN,
    ASSESSOR,
    AT,
    AUDITOR,
    FAILED,
    HOUR,
    PASSED,
    act,
    found,
    held,
    of_engine,
    refuses,
    said,
    scheduled,
    settle,
    time_of,
)
from titan.core.actor import Role
from titan.core.errors import FieldError
from titan.training.commands import MarkChange, cancel_session, finalize_session, mark_attendance
from titan.training.models import Attendee, TrainingSession

STARTS, ENDS = AT + 24 * HOUR, AT + 26 * HOUR
SECOND = timedelta(seconds=1)
TOO_BIG = 2**63


@pytest.fixture
def course(course: Any) -> Any:
    """Pass from 80 points on."""
    cast.make_version(course, min_pass_score=80)
    return course


@pytest.fixture
def worker(course: Any) -> Any:
    made = cast.make_worker()
    settle()
    return made


@pytest.fixture
def session(course: Any, trainer: Any, worker: Any) -> TrainingSession:
    """Tomorrow, 09:00 to 11:00 and again the day after, with one worker on the list."""
    return scheduled(course, time_of(0), time_of(24), trainer=trainer, workers=[worker])


def mark(session: TrainingSession, worker: Any, *, by: Any = ADMIN, at: Any = ENDS, **change: Any) -> int:
    """Mark one attendee; return how many changed."""
    return int(act(mark_attendance, session.pk, [MarkChange(worker.pk, **change)], by=by, at=at))


def stored(worker: Any) -> dict[str, Any]:
    return dict(
        Attendee.objects.values("status", "result", "score", "verified", "method_id", "remarks").get(worker=worker)
    )


def wrong_with(session: TrainingSession, worker: Any, **change: Any) -> list[tuple[str, str]]:
    """Expect a mark to be invalid; return what is wrong."""
    code = change.pop("code", "INVALID")
    refusal = refuses(code, mark_attendance, session.pk, [MarkChange(worker.pk, **change)], at=ENDS)
    assert refusal.status == 422
    return [(field.removeprefix("attendees.0."), error) for field, error in found(refusal.errors)]


NOTHING: dict[str, Any] = {
    "status": "REGISTERED",
    "result": "",
    "score": None,
    "verified": False,
    "method_id": None,
    "remarks": "",
}


class TestWhen:
    def test_from_the_first_slots_start_on(self, session: TrainingSession, worker: Any) -> None:
        present = [MarkChange(worker.pk, status="ATTENDED")]
        refusal = refuses("NOT_STARTED", mark_attendance, session.pk, present, at=STARTS - SECOND)
        assert refusal.status == 409
        assert mark(session, worker, status="ATTENDED", at=STARTS) == 1

    def test_a_mark_is_judged_before_the_clock(self, session: TrainingSession, worker: Any) -> None:
        refuses("INVALID", mark_attendance, session.pk, [MarkChange(worker.pk, result="PASSED")], at=AT)

    def test_only_while_scheduled(self, course: Any, worker: Any, session: TrainingSession) -> None:
        draft = cast.make_session(course, workers=[worker], slots=[(AT, AT + HOUR)])
        refuses("NOT_SCHEDULED", mark_attendance, draft.pk, [MarkChange(worker.pk, status="NO_SHOW")], at=ENDS)
        act(cancel_session, session.pk, "Rain.")
        refuses("SESSION_CLOSED", mark_attendance, session.pk, [MarkChange(worker.pk, status="NO_SHOW")], at=ENDS)

    def test_not_after_it_was_finalized(self, course: Any, worker: Any) -> None:
        done = held(course, {worker: PASSED})
        act(finalize_session, done.pk)
        refuses("SESSION_CLOSED", mark_attendance, done.pk, [MarkChange(worker.pk, status="NO_SHOW")])


class TestWho:
    def test_the_sessions_own_trainer(self, session: TrainingSession, worker: Any, trainer: Any) -> None:
        mine = cast.actor(Role.TRAINER, trainer_id=trainer.pk, user_id=7)
        assert mark(session, worker, by=mine, status="ATTENDED") == 1
        assert said("session.attendance_marked")[0].actor_id == 7

    def test_no_other_trainer(self, session: TrainingSession, worker: Any, course: Any) -> None:
        for by in (
            cast.actor(Role.TRAINER, trainer_id=cast.make_trainer(course).pk),
            cast.actor(Role.TRAINER),
        ):
            refuses("NOT_FOUND", mark_attendance, session.pk, [MarkChange(worker.pk, status="X")], by=by, at=ENDS)

    @pytest.mark.parametrize("by", [ASSESSOR, AUDITOR], ids=str)
    def test_nobody_else(self, session: TrainingSession, worker: Any, by: Any) -> None:
        refuses("FORBIDDEN", mark_attendance, 999_999, [MarkChange(worker.pk, status="NO_SHOW")], by=by)


class TestPartialWork:
    def test_saved_any_number_of_times(self, session: TrainingSession, worker: Any) -> None:
        before = session.version
        steps: list[tuple[dict[str, Any], dict[str, Any]]] = [
            ({"status": "ATTENDED"}, {"status": "ATTENDED"}),
            ({"remarks": " yaxşı "}, {"remarks": "yaxşı"}),
            ({"result": "FAILED"}, {"result": "FAILED"}),
            ({"result": "PASSED"}, {"result": "PASSED"}),
            ({"score": 85}, {"score": 85}),
            ({"result": None}, {"result": ""}),
            ({"score": None}, {"score": None}),
            ({"result": "PASSED", "score": 80}, {"result": "PASSED", "score": 80}),
        ]
        expected = dict(NOTHING)
        for number, (change, becomes) in enumerate(steps, start=1):
            assert mark(session, worker, **change) == 1
            expected |= becomes
            assert stored(worker) == expected
            session.refresh_from_db()
            assert session.version == before + number

    def test_the_same_again_changes_nothing(self, session: TrainingSession, worker: Any) -> None:
        mark(session, worker, **PASSED)
        session.refresh_from_db()
        version = session.version
        assert mark(session, worker, **PASSED) == 0
        assert mark(session, worker) == 0
        session.refresh_from_db()
        assert session.version == version
        assert len(said("session.attendance_marked")) == 1

    def test_who_changed_what_is_said(self, session: TrainingSession, worker: Any) -> None:
        mark(session, worker, status="ATTENDED", score=70)
        mark(session, worker, score=90)
        event = said("session.attendance_marked", session.pk)[1]
        assert event.before == {"worker_id": worker.pk, "result": "FAILED", "score": 70}
        assert event.after == {"worker_id": worker.pk, "result": "PASSED", "score": 90}

    def test_a_result_is_never_preset(self, session: TrainingSession, worker: Any) -> None:
        mark(session, worker, status="ATTENDED")
        assert stored(worker)["result"] == ""

    def test_pass_all_present_is_one_act(self, session: TrainingSession, course: Any) -> None:
        people = [cast.make_worker() for _ in range(5)]
        settle()
        for person in people:
            Attendee.objects.create(session=session, worker=person, added_at=AT)
        changes = [MarkChange(person.pk, **PASSED) for person in people]
        assert act(mark_attendance, session.pk, changes, at=ENDS) == 5
        assert len(said("session.attendance_marked")) == 5


class TestAbsence:
    @pytest.mark.parametrize("status", ["NO_SHOW", "REGISTERED"])
    def test_takes_back_the_result(self, session: TrainingSession, worker: Any, status: str) -> None:
        method = cast.make_method()
        mark(session, worker, **PASSED, score=90, verified=True, method_id=method.pk, remarks="good")
        mark(session, worker, status=status)
        assert stored(worker) == {**NOTHING, "status": status, "remarks": "good"}
        assert Attendee.objects.get(worker=worker).verified_by_id is None

    @pytest.mark.parametrize(
        ("change", "wrong"),
        [
            ({"result": "PASSED"}, [("result", "RESULT_WITHOUT_ATTENDANCE")]),
            ({"result": "FAILED"}, [("result", "RESULT_WITHOUT_ATTENDANCE")]),
            ({"score": 0}, [("result", "RESULT_WITHOUT_ATTENDANCE"), ("score", "SCORE_WITHOUT_ATTENDANCE")]),
            ({"verified": True, "method_id": 1}, [("verified", "VERIFIED_WITHOUT_ATTENDANCE")]),
        ],
        ids=str,
    )
    def test_has_no_result(self, session: TrainingSession, worker: Any, change: Any, wrong: Any) -> None:
        assert wrong_with(session, worker, status="NO_SHOW", **change) == wrong
        assert wrong_with(session, worker, **change) == wrong
        mark(session, worker, **ABSENT)
        assert wrong_with(session, worker, **change) == wrong

    def test_the_absent_may_turn_up(self, session: TrainingSession, worker: Any) -> None:
        mark(session, worker, **ABSENT)
        mark(session, worker, **PASSED)
        assert stored(worker) == {**NOTHING, **PASSED}


class TestScores:
    @pytest.mark.parametrize(("score", "result"), [(0, "FAILED"), (79, "FAILED"), (80, "PASSED"), (100, "PASSED")])
    def test_decide(self, session: TrainingSession, worker: Any, score: int, result: str) -> None:
        mark(session, worker, status="ATTENDED", score=score)
        assert (stored(worker)["result"], stored(worker)["score"]) == (result, score)
        mark(session, worker, score=180 - score if score >= 80 else 80)
        assert stored(worker)["result"] == "PASSED"

    @pytest.mark.parametrize(("score", "result"), [(79, "PASSED"), (80, "FAILED")])
    def test_stand_against_no_result(self, session: TrainingSession, worker: Any, score: int, result: str) -> None:
        expected = [("result", "SCORE_AGAINST_RESULT")]
        assert wrong_with(session, worker, status="ATTENDED", score=score, result=result) == expected
        mark(session, worker, status="ATTENDED", score=score)
        assert wrong_with(session, worker, result=result) == expected

    def test_without_a_minimum_decide_nothing(self, trainer: Any, worker: Any) -> None:
        session = scheduled(cast.make_course(), workers=[worker])
        mark(session, worker, status="ATTENDED", score=3)
        assert stored(worker)["result"] == ""
        mark(session, worker, result="PASSED")
        assert stored(worker)["score"] == 3

    def test_the_minimum_is_that_of_the_sessions_version(
        self, session: TrainingSession, worker: Any, course: Any
    ) -> None:
        cast.make_version(course, min_pass_score=10)
        mark(session, worker, status="ATTENDED", score=79)
        assert stored(worker)["result"] == "FAILED"

    @pytest.mark.parametrize("score", [-1, 101, TOO_BIG])
    def test_lie_between_0_and_100(self, session: TrainingSession, worker: Any, score: int) -> None:
        assert ("score", "OUT_OF_RANGE") in wrong_with(session, worker, status="ATTENDED", score=score)


class TestVerification:
    def test_by_a_method(self, session: TrainingSession, worker: Any) -> None:
        method, better = cast.make_method(), cast.make_method()
        mark(session, worker, **PASSED, verified=True, method_id=method.pk)
        row = Attendee.objects.get(worker=worker)
        assert (row.verified, row.method_id, row.verified_by_id) == (True, method.pk, ADMIN.user_id)
        mark(session, worker, remarks="seen", by=cast.actor(user_id=8))
        assert Attendee.objects.get(worker=worker).verified_by_id == ADMIN.user_id
        mark(session, worker, method_id=better.pk, by=cast.actor(user_id=8))
        assert Attendee.objects.get(worker=worker).verified_by_id == 8
        mark(session, worker, verified=False)
        row = Attendee.objects.get(worker=worker)
        assert (row.verified, row.method_id, row.verified_by_id, row.result) == (False, None, None, "PASSED")

    @pytest.mark.parametrize(
        ("change", "wrong"),
        [
            ({**PASSED}, [("method_id", "METHOD_REQUIRED")]),
            ({**PASSED, "method_id": 999_999}, [("method_id", "UNKNOWN")]),
            ({**PASSED, "method_id": TOO_BIG}, [("method_id", "UNKNOWN")]),
            ({**FAILED, "method_id": 1}, [("verified", "VERIFIED_NOT_PASSED")]),
            ({"status": "ATTENDED", "method_id": 1}, [("verified", "VERIFIED_NOT_PASSED")]),
            ({"status": "ATTENDED", "score": 79, "method_id": 1}, [("verified", "VERIFIED_NOT_PASSED")]),
        ],
        ids=str,
    )
    def test_needs_a_pass_and_a_method(self, session: TrainingSession, worker: Any, change: Any, wrong: Any) -> None:
        assert wrong_with(session, worker, verified=True, **change) == wrong

    def test_does_not_outlive_the_pass(self, session: TrainingSession, worker: Any) -> None:
        mark(session, worker, **PASSED, verified=True, method_id=cast.make_method().pk)
        assert wrong_with(session, worker, result="FAILED") == [("verified", "VERIFIED_NOT_PASSED")]
        mark(session, worker, result="FAILED", verified=False)

    def test_nobody_verifies_themselves(self, session: TrainingSession, worker: Any, trainer: Any) -> None:
        method, other = cast.make_method(), cast.make_method()
        me = cast.actor(Role.TRAINER, trainer_id=trainer.pk, worker_id=worker.pk, user_id=7)
        admin_me = cast.actor(worker_id=worker.pk, user_id=8)
        change = MarkChange(worker.pk, **PASSED, verified=True, method_id=method.pk)
        for by in (me, admin_me):
            refuses("OWN_COMPETENCY", mark_attendance, session.pk, [change], by=by, at=ENDS)
        mark(session, worker, by=me, **PASSED)
        act(mark_attendance, session.pk, [change], at=ENDS)
        mark(session, worker, by=me, remarks="thanks")
        assert Attendee.objects.get(worker=worker).verified_by_id == ADMIN.user_id
        mine_now = MarkChange(worker.pk, method_id=other.pk)
        for by in (me, admin_me):
            refuses("OWN_COMPETENCY", mark_attendance, session.pk, [mine_now], by=by, at=ENDS)
        mark(session, worker, by=me, verified=False)


class TestBatches:
    def test_all_or_none(self, session: TrainingSession, worker: Any) -> None:
        other = cast.make_worker()
        settle()
        Attendee.objects.create(session=session, worker=other, added_at=AT)
        changes = [MarkChange(worker.pk, **PASSED), MarkChange(other.pk, status="NO_SHOW", score=5)]
        refusal = refuses("INVALID", mark_attendance, session.pk, changes, at=ENDS)
        assert found(refusal.errors) == [
            ("attendees.1.result", "RESULT_WITHOUT_ATTENDANCE"),
            ("attendees.1.score", "SCORE_WITHOUT_ATTENDANCE"),
        ]

    @pytest.mark.parametrize("stranger", [999_999, -1, TOO_BIG])
    def test_somebody_who_is_not_on_the_list(self, session: TrainingSession, worker: Any, stranger: int) -> None:
        changes = [MarkChange(worker.pk, **PASSED), MarkChange(stranger, **PASSED), MarkChange(worker.pk, **ABSENT)]
        refusal = refuses("INVALID", mark_attendance, session.pk, changes, at=ENDS)
        assert found(refusal.errors) == [
            ("attendees.1.worker_id", "NOT_ON_LIST"),
            ("attendees.2.worker_id", "TWICE"),
        ]

    def test_somebody_of_another_session(self, session: TrainingSession, course: Any) -> None:
        other = cast.make_worker()
        settle()
        scheduled(course, workers=[other])
        refusal = refuses("INVALID", mark_attendance, session.pk, [MarkChange(other.pk, **PASSED)], at=ENDS)
        assert found(refusal.errors) == [("attendees.0.worker_id", "NOT_ON_LIST")]

    @pytest.mark.parametrize("number", [0, 1_001, 10_000])
    def test_none_or_too_many(self, session: TrainingSession, number: int) -> None:
        changes = [MarkChange(worker_id, **PASSED) for worker_id in range(1, number + 1)]
        refusal = refuses("INVALID", mark_attendance, session.pk, changes, at=ENDS)
        assert refusal.errors[0] == FieldError("attendees", "OUT_OF_RANGE", "Give marks for 1 to 1,000 attendees.")

    @pytest.mark.parametrize(
        ("change", "wrong"),
        [
            ({"status": "PRESENT"}, [("status", "UNKNOWN_CHOICE")]),
            ({"status": ""}, [("status", "UNKNOWN_CHOICE")]),
            ({"status": "ATTENDED", "result": "passed"}, [("result", "UNKNOWN_CHOICE")]),
            ({"remarks": "a\x00b"}, [("remarks", "CONTROL_CHARACTERS")]),
            ({"remarks": "x" * 2001}, [("remarks", "TOO_LONG")]),
        ],
        ids=str,
    )
    def test_what_is_no_mark(self, session: TrainingSession, worker: Any, change: Any, wrong: Any) -> None:
        assert wrong_with(session, worker, **change) == wrong

    def test_the_blocked_are_marked_like_anybody(self, session: TrainingSession, worker: Any) -> None:
        type(worker).objects.filter(pk=worker.pk).update(status="BLACKLISTED")
        settle()
        assert mark(session, worker, **PASSED) == 1

    def test_the_cost_does_not_grow(self, course: Any) -> None:
        method = cast.make_method()
        counts = []
        for size in (3, 200):
            people = [cast.make_worker() for _ in range(size)]
            session = scheduled(course, workers=people)
            changes = [MarkChange(w.pk, **PASSED, score=95, verified=True, method_id=method.pk) for w in people]
            with CaptureQueriesContext(connection) as statements:
                assert mark_attendance(session.pk, changes, by=ADMIN, at=ENDS) == size
            counts.append(len(statements))
        assert counts == [of_engine(sqlite=9, postgres=10)] * 2
