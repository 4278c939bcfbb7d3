"""Marks through the API: partial, repeated, all or none, by the admin or the session's own trainer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests import cast
from tests.api.classroom import AT, Classroom, everything, need_invalid
from tests.api.client import ApiClient, body_of, need_problem
from tests.training.acting import time_of
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.training.models import Attendee, Slot, TrainingSession


def mark(client: ApiClient, session: TrainingSession, *marks: dict[str, Any]) -> Any:
    return client.patch(f"/sessions/{session.pk}/attendance", {"attendees": list(marks)})


def of(room: Classroom, number: int, **values: Any) -> dict[str, Any]:
    """Return the mark of the room's worker `number`."""
    return {"worker_id": room.workers[number].pk, **values}


class TestMarks:
    def test_partial_work_is_saved_any_number_of_times(self, room: Classroom) -> None:
        session = room.begun()
        method = cast.make_method()
        answer = mark(room.teacher, session, of(room, 0, status="ATTENDED"), of(room, 1, status="NO_SHOW"))
        assert answer.status_code == 200
        assert [item["status"] for item in body_of(answer)["items"]] == ["ATTENDED", "NO_SHOW", "REGISTERED"]
        answer = mark(room.admin, session, of(room, 0, result="PASSED", remarks="Çox yaxşı · отлично · ممتاز"))
        item = body_of(answer)["items"][0]
        assert (item["status"], item["result"], item["remarks"]) == (
            "ATTENDED",
            "PASSED",
            "Çox yaxşı · отлично · ممتاز",
        )
        answer = mark(room.teacher, session, of(room, 0, verified=True, method_id=method.pk))
        item = body_of(answer)["items"][0]
        assert (item["verified"], item["method"]) == (True, {"id": method.pk, "code": method.code, "name": method.name})
        answer = mark(room.teacher, session, of(room, 0, status="NO_SHOW"))
        item = body_of(answer)["items"][0]
        assert [item[name] for name in ("status", "result", "score", "verified", "method")] == [
            *("NO_SHOW", None, None, False, None)
        ]
        assert body_of(mark(room.teacher, session, of(room, 0, status="REGISTERED")))["items"][0]["result"] is None

    def test_a_score_decides_where_no_result_is_sent(self, room: Classroom) -> None:
        cast.make_version(room.course, min_pass_score=80)
        session = room.begun()
        answer = mark(
            room.teacher,
            session,
            of(room, 0, status="ATTENDED", score=80),
            of(room, 1, status="ATTENDED", score=79),
            of(room, 2, status="ATTENDED", score=100, result="PASSED"),
        )
        assert [item["result"] for item in body_of(answer)["items"]] == ["PASSED", "FAILED", "PASSED"]
        before = everything()
        for wrong in ({"score": 79, "result": "PASSED"}, {"score": 90, "result": "FAILED"}):
            assert need_invalid(mark(room.teacher, session, of(room, 0, **wrong))) == [
                ("attendees.0.result", "SCORE_AGAINST_RESULT")
            ]
        assert everything() == before

    def test_saying_the_same_again_changes_nothing(self, room: Classroom) -> None:
        session = room.begun()
        mark(room.teacher, session, of(room, 0, status="ATTENDED", result="FAILED"))
        before = everything()
        assert mark(room.teacher, session, of(room, 0, status="ATTENDED", result="FAILED")).status_code == 200
        assert everything() == before

    def test_each_change_is_said_without_names(self, room: Classroom) -> None:
        session = room.begun()
        mark(room.teacher, session, of(room, 0, status="ATTENDED"), of(room, 1, status="NO_SHOW"))
        events = AuditEvent.objects.filter(action="session.attendance_marked", entity_id=session.pk)
        assert {event.after["worker_id"] for event in events if event.after} == {
            room.workers[0].pk,
            room.workers[1].pk,
        }
        assert {event.actor_id for event in events} == {room.users[Role.TRAINER].pk}
        assert "Çələbi" not in str(list(events.values("before", "after", "reason")))


BAD_MARKS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"status": "PRESENT"}, [("status", "NOT_ALLOWED")]),
    ({"status": None}, [("status", "NOT_ALLOWED")]),
    ({"status": "NO_SHOW", "result": "PASSED"}, [("result", "RESULT_WITHOUT_ATTENDANCE")]),
    ({"status": "NO_SHOW", "score": 50}, [("score", "SCORE_WITHOUT_ATTENDANCE")]),
    ({"result": "PASSED"}, [("result", "RESULT_WITHOUT_ATTENDANCE")]),
    ({"status": "ATTENDED", "result": "MAYBE"}, [("result", "NOT_ALLOWED")]),
    ({"status": "ATTENDED", "score": -1}, [("score", "OUT_OF_RANGE")]),
    ({"status": "ATTENDED", "score": 101}, [("score", "OUT_OF_RANGE")]),
    ({"status": "ATTENDED", "score": 2**62}, [("score", "OUT_OF_RANGE")]),
    ({"status": "ATTENDED", "score": 2**64}, [("score", "OUT_OF_RANGE")]),
    ({"status": "ATTENDED", "score": "50"}, [("score", "WRONG_TYPE")]),
    ({"status": "ATTENDED", "score": 50.5}, [("score", "WRONG_TYPE")]),
    ({"status": "ATTENDED", "verified": True, "method_id": 1}, [("verified", "VERIFIED_NOT_PASSED")]),
    ({"status": "ATTENDED", "result": "PASSED", "verified": True}, [("method_id", "METHOD_REQUIRED")]),
    (
        {"status": "ATTENDED", "result": "PASSED", "verified": True, "method_id": 10**9},
        [("method_id", "UNKNOWN")],
    ),
    ({"status": "ATTENDED", "verified": "yes"}, [("verified", "WRONG_TYPE")]),
    ({"status": "ATTENDED", "remarks": "x" * 2001}, [("remarks", "TOO_LONG")]),
    ({"status": "ATTENDED", "remarks": "a\x00"}, [("remarks", "NUL_CHARACTER")]),
    ({"status": "ATTENDED", "grade": "A"}, [("grade", "UNKNOWN_FIELD")]),
]


class TestRefusals:
    def test_a_mark_that_cannot_be_takes_the_good_ones_with_it(self, room: Classroom) -> None:
        method, session = cast.make_method(), room.begun()
        good = of(room, 0, status="ATTENDED", result="PASSED")
        before = everything()
        for given, found in BAD_MARKS:
            known = {"method_id": method.pk} if given.get("method_id") == 1 else {}
            answer = mark(room.teacher, session, good, of(room, 1, **{**given, **known}))
            assert need_invalid(answer) == [(f"attendees.1.{field}", code) for field, code in found], given
        assert everything() == before

    def test_marks_for_strangers_twice_or_for_nobody(self, room: Classroom) -> None:
        session = room.begun(workers=room.workers[:2])
        good = of(room, 0, status="ATTENDED")
        path = f"/sessions/{session.pk}/attendance"
        before = everything()
        assert need_invalid(mark(room.teacher, session, good, of(room, 2, status="ATTENDED"))) == [
            ("attendees.1.worker_id", "NOT_ON_LIST")
        ]
        assert need_invalid(mark(room.teacher, session, good, {"worker_id": 10**9})) == [
            ("attendees.1.worker_id", "NOT_ON_LIST")
        ]
        assert need_invalid(mark(room.teacher, session, good, good)) == [("attendees.1.worker_id", "TWICE")]
        assert need_invalid(mark(room.teacher, session, {"status": "ATTENDED"})) == [
            ("attendees.0.worker_id", "REQUIRED")
        ]
        assert need_invalid(room.teacher.patch(path, {"attendees": []})) == [("attendees", "TOO_FEW")]
        assert need_invalid(room.teacher.patch(path, {})) == [("attendees", "REQUIRED")]
        many = [{"worker_id": number, "status": "ATTENDED"} for number in range(1, 10_001)]
        assert need_invalid(room.teacher.patch(path, {"attendees": many})) == [("attendees", "OUT_OF_RANGE")]
        assert everything() == before

    def test_marks_begin_with_the_first_slot(self, room: Classroom) -> None:
        session = room.begun()
        session.slots.all().delete()
        slots = [time_of(1, 1, on=AT), time_of(20, 1, on=AT)]
        for slot in slots:
            Slot.objects.create(session=session, starts_at=slot.starts_at, ends_at=slot.ends_at)
        before = everything()
        need_problem(mark(room.teacher, session, of(room, 0, status="ATTENDED")), 409, "NOT_STARTED")
        assert need_invalid(mark(room.teacher, session, of(room, 0, status="NO_SHOW", score=5)))
        assert everything() == before
        room.clock.shift(timedelta(minutes=59, seconds=59))
        need_problem(mark(room.teacher, session, of(room, 0, status="ATTENDED")), 409, "NOT_STARTED")
        room.clock.shift(timedelta(seconds=1))
        assert mark(room.teacher, session, of(room, 0, status="ATTENDED")).status_code == 200

    def test_only_a_scheduled_session_is_marked(self, room: Classroom) -> None:
        draft = cast.make_session(
            room.course, workers=room.workers, trainer=room.trainer, slots=[(AT - timedelta(hours=2), AT)]
        )
        off = room.begun()
        room.admin.post(f"/sessions/{off.pk}/cancel", {"reason": "Storm"})
        before = everything()
        need_problem(mark(room.teacher, draft, of(room, 0, status="ATTENDED")), 409, "NOT_SCHEDULED")
        need_problem(mark(room.teacher, off, of(room, 0, status="ATTENDED")), 409, "SESSION_CLOSED")
        assert everything() == before


def test_fifty_marks_cost_what_five_cost(room: Classroom, django_assert_max_num_queries: Any) -> None:
    session = room.begun()
    for _ in range(50):
        Attendee.objects.create(session=session, worker=cast.make_worker(), added_at=AT)
    everyone = list(Attendee.objects.filter(session=session).values_list("worker_id", flat=True))

    def cost(workers: list[int], status: str) -> int:
        with django_assert_max_num_queries(40) as counted:
            marks = [{"worker_id": worker, "status": status} for worker in workers]
            assert mark(room.admin, session, *marks).status_code == 200
        return len(counted)

    assert cost(everyone[:5], "ATTENDED") == cost(everyone, "NO_SHOW")
