"""Sign-offs through the API: the queue, decisions one by one and in bulk, withdrawals, assessment methods."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests import cast
from tests.api.classroom import AT, Classroom, everything, need_invalid
from tests.api.client import ApiClient, body_of, need_problem
from tests.api.test_lists import walk
from tests.training.acting import settle
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.personnel.models import Worker
from titan.records.models import AssessmentMethod, CompetencyRecord, TrainingRecord

SHAPE = {
    *("id", "worker", "course", "session_id", "status", "completed_on", "method", "assessed_on", "assessed_by"),
    *("remarks", "record_id", "evidence_key", "evidence_sha256", "revoked_at", "revoke_reason"),
}


def pending(room: Classroom, worker: Worker, **values: Any) -> CompetencyRecord:
    """Make a pass of 20 November that waits for an assessor."""
    evidence = cast.make_evidence()
    return CompetencyRecord.objects.create(
        **{
            "worker": worker,
            "course": room.course,
            "course_version": cast.published(room.course),
            "completed_on": date(2026, 11, 20),
            "evidence": evidence,
            "evidence_key": evidence.key,
            "evidence_sha256": evidence.sha256,
            "created_at": AT,
            **values,
        }
    )


@pytest.fixture
def queue(room: Classroom) -> list[CompetencyRecord]:
    """Give one pending record for each of the room's workers."""
    cast.make_version(room.course, requires_verification=True, validity_months=24)
    made = [pending(room, worker) for worker in room.workers]
    settle()
    return made


@pytest.fixture
def assessor(room: Classroom) -> ApiClient:
    return room.clients[Role.ASSESSOR]


@pytest.fixture
def method(room: Classroom) -> AssessmentMethod:
    return cast.make_method(code="OBSERVED", name="Müşahidə")


def verify(client: ApiClient, row: CompetencyRecord, **decision: Any) -> Any:
    return client.post(f"/competency/{row.pk}/verify", decision)


class TestDecisions:
    def test_competent_makes_a_record_of_the_day_of_assessment(
        self, room: Classroom, queue: list[CompetencyRecord], assessor: ApiClient, method: AssessmentMethod
    ) -> None:
        answer = verify(
            assessor, queue[0], status="COMPETENT", method_id=method.pk, assessed_on="2026-11-21", remarks="Əla"
        )
        assert answer.status_code == 200
        decided = body_of(answer)
        assert set(decided) == SHAPE
        me = room.users[Role.ASSESSOR]
        assert decided["assessed_by"] == {"id": me.pk, "name": me.name}
        assert decided["method"] == {"id": method.pk, "code": "OBSERVED", "name": "Müşahidə"}
        assert [decided[name] for name in ("status", "assessed_on", "remarks")] == ["COMPETENT", "2026-11-21", "Əla"]
        record = body_of(assessor.get(f"/records/{decided['record_id']}"))
        assert [record[name] for name in ("source", "completed_on", "expires_on", "evidence_sha256")] == [
            *("COMPETENCY", "2026-11-21", "2028-11-21", decided["evidence_sha256"])
        ]
        compliance = body_of(assessor.get(f"/workers/{room.workers[0].pk}/compliance"))
        assert compliance["overall_status"] == "COMPLIANT"
        assert body_of(assessor.get(f"/competency/{queue[0].pk}")) == decided

    def test_not_competent_is_kept_for_ever_and_needs_remarks(
        self, room: Classroom, queue: list[CompetencyRecord], assessor: ApiClient, method: AssessmentMethod
    ) -> None:
        before = everything()
        for remarks in ({}, {"remarks": ""}, {"remarks": "  "}):
            answer = verify(assessor, queue[0], status="NOT_COMPETENT", method_id=method.pk, **remarks)
            assert need_invalid(answer) == [("remarks", "REQUIRED")]
        assert everything() == before
        decided = body_of(verify(assessor, queue[0], status="NOT_COMPETENT", method_id=method.pk, remarks="Yavaş"))
        assert (decided["status"], decided["record_id"]) == ("NOT_COMPETENT", None)
        assert decided["assessed_on"] == "2026-11-22"
        assert not TrainingRecord.objects.exists()
        before = everything()
        answer = verify(assessor, queue[0], status="COMPETENT", method_id=method.pk)
        need_problem(answer, 409, "ALREADY_DECIDED")
        assert everything() == before

    def test_a_decision_that_cannot_be_is_422_one_by_one_and_in_bulk(
        self, queue: list[CompetencyRecord], assessor: ApiClient, method: AssessmentMethod
    ) -> None:
        cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
            ({"status": "PENDING"}, [("status", "NOT_A_DECISION")]),
            ({"status": "MAYBE"}, [("status", "NOT_ALLOWED")]),
            ({"status": None}, [("status", "NOT_ALLOWED")]),
            ({"method_id": 10**9}, [("method_id", "UNKNOWN")]),
            ({"method_id": None}, [("method_id", "WRONG_TYPE")]),
            ({"assessed_on": "2026-11-23"}, [("assessed_on", "OUT_OF_RANGE")]),
            ({"assessed_on": "2026-11-19"}, [("assessed_on", "BEFORE_CLASS")]),
            ({"assessed_on": "22.11.2026"}, [("assessed_on", "DATE_INVALID")]),
            ({"remarks": "x" * 2001}, [("remarks", "TOO_LONG")]),
            ({"grade": 1}, [("grade", "UNKNOWN_FIELD")]),
        ]
        ids = [row.pk for row in queue]
        before = everything()
        for given, found in cases:
            decision = {"status": "COMPETENT", "method_id": method.pk, **given}
            assert need_invalid(verify(assessor, queue[0], **decision)) == found, given
            assert need_invalid(assessor.post("/competency/verify", {"ids": ids, **decision})) == found, given
        assert everything() == before

    def test_a_decision_under_a_key_is_answered_twice(
        self, queue: list[CompetencyRecord], assessor: ApiClient, method: AssessmentMethod
    ) -> None:
        path, body = f"/competency/{queue[0].pk}/verify", {"status": "COMPETENT", "method_id": method.pk}
        first = assessor.post(path, body, Idempotency_Key="verify-1")
        again = assessor.post(path, body, Idempotency_Key="verify-1")
        assert (again.status_code, again.content) == (200, first.content)
        assert TrainingRecord.objects.count() == 1


class TestBulk:
    def test_many_are_signed_off_at_once(
        self, room: Classroom, queue: list[CompetencyRecord], assessor: ApiClient, method: AssessmentMethod
    ) -> None:
        ids = [row.pk for row in queue]
        answer = assessor.post("/competency/verify", {"ids": ids, "status": "COMPETENT", "method_id": method.pk})
        assert answer.status_code == 200
        items = body_of(answer)["items"]
        assert [item["id"] for item in items] == sorted(ids)
        assert {item["status"] for item in items} == {"COMPETENT"}
        assert {record.worker_id for record in TrainingRecord.objects.all()} == {worker.pk for worker in room.workers}
        assert AuditEvent.objects.filter(action="competency_record.decided").count() == 3

    def test_one_that_is_decided_already_stops_them_all(
        self, queue: list[CompetencyRecord], assessor: ApiClient, method: AssessmentMethod
    ) -> None:
        verify(assessor, queue[1], status="COMPETENT", method_id=method.pk)
        before = everything()
        body = {"ids": [row.pk for row in queue], "status": "COMPETENT", "method_id": method.pk}
        problem = need_problem(assessor.post("/competency/verify", body), 409, "ALREADY_DECIDED")
        assert [error["message"] for error in problem["errors"]] == [str(queue[1].pk)]
        assert everything() == before

    def test_ids_that_cannot_be_are_refused(
        self, queue: list[CompetencyRecord], assessor: ApiClient, method: AssessmentMethod
    ) -> None:
        first = queue[0].pk
        before = everything()

        def ask(ids: Any) -> Any:
            return assessor.post("/competency/verify", {"ids": ids, "status": "COMPETENT", "method_id": method.pk})

        for ids in ([], [first, first], list(range(1, 10_001)), "1", ["1"], [0], [2**63], None):
            assert {field.partition(".")[0] for field, _ in need_invalid(ask(ids))} == {"ids"}
        problem = need_problem(ask([first, 10**9]), 404, "NOT_FOUND")
        assert str(10**9) in problem["detail"]
        assert everything() == before

    def test_fifty_cost_what_five_cost(
        self, room: Classroom, assessor: ApiClient, method: AssessmentMethod, django_assert_max_num_queries: Any
    ) -> None:
        cast.make_version(room.course, requires_verification=True)

        def cost(people: int) -> int:
            ids = [pending(room, cast.make_worker(role=room.workers[0].role)).pk for _ in range(people)]
            settle()
            body = {"ids": ids, "status": "COMPETENT", "method_id": method.pk}
            with django_assert_max_num_queries(60) as counted:
                assert assessor.post("/competency/verify", body).status_code == 200
            return len(counted)

        assert cost(5) == cost(50)


class TestWithdrawals:
    def test_a_pending_one_is_withdrawn_with_a_reason(self, room: Classroom, queue: list[CompetencyRecord]) -> None:
        path = f"/competency/{queue[0].pk}/revoke"
        before = everything()
        for body in ({}, {"reason": " "}):
            assert [field for field, _ in need_invalid(room.admin.post(path, body))] == ["reason"]
        assert everything() == before
        gone = body_of(room.admin.post(path, {"reason": "Səhv adam"}))
        assert (gone["status"], gone["revoke_reason"]) == ("PENDING", "Səhv adam")
        assert gone["revoked_at"] == "2026-11-22T09:00:00+04:00"
        waiting = body_of(room.admin.get("/competency?status=PENDING"))
        assert (waiting["total"], len(waiting["items"])) == (2, 2)
        compliance = body_of(room.admin.get(f"/workers/{room.workers[0].pk}/compliance"))
        assert compliance["overall_status"] == "NON_COMPLIANT"
        before = everything()
        need_problem(room.admin.post(path, {"reason": "Again"}), 409, "ALREADY_DECIDED")
        assert everything() == before

    def test_a_withdrawn_one_is_not_signed_off(
        self, room: Classroom, queue: list[CompetencyRecord], assessor: ApiClient, method: AssessmentMethod
    ) -> None:
        room.admin.post(f"/competency/{queue[0].pk}/revoke", {"reason": "Wrong person"})
        before = everything()
        need_problem(verify(assessor, queue[0], status="COMPETENT", method_id=method.pk), 409, "ALREADY_DECIDED")
        assert everything() == before


class TestLists:
    def test_filters(
        self, room: Classroom, queue: list[CompetencyRecord], assessor: ApiClient, method: AssessmentMethod
    ) -> None:
        verify(assessor, queue[0], status="COMPETENT", method_id=method.pk)
        of_session = pending(room, room.workers[0], session_id=77).pk

        def found(query: str) -> list[int]:
            return [item["id"] for item in body_of(assessor.get(f"/competency?{query}"))["items"]]

        first, second, third = (row.pk for row in queue)
        assert found("") == [first, second, third, of_session]
        assert found("status=PENDING") == [second, third, of_session]
        assert found("status=COMPETENT") == [first]
        assert found(f"worker_id={room.workers[0].pk}") == [first, of_session]
        assert found("session_id=77") == [of_session]
        assert found(f"course_id={cast.make_course().pk}") == []
        need_invalid(assessor.get("/competency?status=OPEN"))

    def test_pages_fit_together_and_fifty_cost_what_five_cost(
        self, room: Classroom, assessor: ApiClient, django_assert_max_num_queries: Any
    ) -> None:
        def cost() -> int:
            with django_assert_max_num_queries(20) as counted:
                assert assessor.get("/competency?limit=200").status_code == 200
            return len(counted)

        for _ in range(5):
            pending(room, cast.make_worker())
        few = cost()
        for _ in range(45):
            pending(room, cast.make_worker())
        assert cost() == few
        whole = walk(assessor, "/competency", 200)
        assert len(whole) == 50
        assert walk(assessor, "/competency", 9) == whole


class TestMethods:
    def test_a_new_database_has_five(self, room: Classroom) -> None:
        found = body_of(room.teacher.get("/assessment-methods"))
        assert {item["name"] for item in found["items"]} == {
            *("Practical demonstration", "Oral questioning", "Written test", "On-the-job observation", "Simulator")
        }
        assert all(set(item) == {"id", "code", "name"} for item in found["items"])

    def test_one_is_added(self, room: Classroom) -> None:
        answer = room.admin.post("/assessment-methods", {"code": "MÜSAHİBƏ", "name": "Müsahibə · собеседование"})
        assert answer.status_code == 201
        made = body_of(answer)
        assert (made["code"], made["name"]) == ("MÜSAHİBƏ", "Müsahibə · собеседование")
        assert made in body_of(room.admin.get("/assessment-methods?search=musahibe"))["items"]

    def test_values_that_cannot_be_are_422(self, room: Classroom, method: AssessmentMethod) -> None:
        cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
            ({"code": "OBSERVED", "name": "Twice"}, [("code", "NOT_UNIQUE")]),
            ({"code": "", "name": "x"}, [("code", "TOO_SHORT")]),
            ({"code": "A" * 41, "name": "x" * 101}, [("code", "TOO_LONG"), ("name", "TOO_LONG")]),
            ({"code": "A"}, [("name", "REQUIRED")]),
            ({"code": 1, "name": None}, [("code", "WRONG_TYPE"), ("name", "WRONG_TYPE")]),
            ({"code": "A\x00", "name": "x"}, [("code", "NUL_CHARACTER")]),
        ]
        before = everything()
        for body, found in cases:
            assert need_invalid(room.admin.post("/assessment-methods", body)) == found, body
        assert everything() == before

    def test_pages_fit_together_whatever_the_letters(self, room: Classroom) -> None:
        for code in ("a", "B", "_x", "Ə1", "Ж", "z", "Z"):
            cast.make_method(code=code)
        whole = walk(room.admin, "/assessment-methods", 200)
        assert len(whole) == 12
        assert [item["code"] for item in whole] == sorted(item["code"] for item in whole)
        for limit in (1, 2, 5):
            assert walk(room.admin, "/assessment-methods", limit) == whole


def test_a_day_later_it_is_still_the_sites_day(
    room: Classroom, queue: list[CompetencyRecord], assessor: ApiClient, method: AssessmentMethod
) -> None:
    """23:59 and 00:01 in Baku are one day in UTC, and two on the site."""
    room.clock.shift(timedelta(hours=14, minutes=59))
    assert body_of(verify(assessor, queue[0], status="COMPETENT", method_id=method.pk))["assessed_on"] == "2026-11-22"
    room.clock.shift(timedelta(minutes=2))
    assert body_of(verify(assessor, queue[1], status="COMPETENT", method_id=method.pk))["assessed_on"] == "2026-11-23"
