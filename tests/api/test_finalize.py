"""The Finalize Gate through the API: every reason at once, one receipt for ever, and one set of records."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import cast
from tests.api.classroom import AT, Classroom, everything, need_invalid, pdf, upload
from tests.api.client import body_of, need_problem
from tests.training.acting import ABSENT, FAILED, PASSED, held, settle
from titan.audit.models import AuditEvent
from titan.catalogue.models import CourseVersion
from titan.compliance.models import ComplianceItem
from titan.core.actor import Role
from titan.ledger.models import Leaf, LeafType
from titan.personnel.models import Worker, WorkerStatus
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.resources.models import Qualification
from titan.training.models import Finalization, TrainingSession

RECEIPT = {
    *("session_id", "finalized_at", "training_records", "failed", "competency_pending", "no_show"),
    *("turned_green", "fully_green", "evidence_sha256", "ledger_entry"),
}


def finalize(room: Classroom, session: TrainingSession, **headers: str) -> Any:
    return room.admin.post(f"/sessions/{session.pk}/finalize", **headers)


def preview(room: Classroom, session: TrainingSession) -> Any:
    return room.admin.get(f"/sessions/{session.pk}/finalize")


class TestTheGate:
    def test_every_reason_is_told_at_once_and_nothing_changes(self, room: Classroom) -> None:
        first, second, _ = room.workers
        session = room.planned(workers=[first, second])
        Qualification.objects.filter(trainer=room.trainer).update(until=AT)
        before = everything()
        for answer in (finalize(room, session), preview(room, session)):
            problem = need_problem(answer, 409, "NOT_READY")
            assert [(error["field"], error["code"]) for error in problem["errors"]] == [
                ("slots", "NOT_ENDED"),
                ("evidence", "EVIDENCE_MISSING"),
                ("trainer_id", "TRAINER_NOT_QUALIFIED"),
                ("attendees", "NOBODY_ATTENDED"),
                (f"attendees.{first.pk}", "MARK_MISSING"),
                (f"attendees.{second.pk}", "MARK_MISSING"),
            ]
            assert "Əli Çələbi" in problem["errors"][4]["message"]
        assert everything() == before

    def test_a_result_is_missing(self, room: Classroom) -> None:
        first, second, _ = room.workers
        session = room.over({first: {"status": "ATTENDED"}, second: ABSENT})
        before = everything()
        problem = need_problem(finalize(room, session), 409, "NOT_READY")
        assert [(error["field"], error["code"]) for error in problem["errors"]] == [
            (f"attendees.{first.pk}", "RESULT_MISSING")
        ]
        assert everything() == before

    def test_only_a_scheduled_session_passes(self, room: Classroom) -> None:
        draft = cast.make_session(room.course)
        off = room.planned()
        room.admin.post(f"/sessions/{off.pk}/cancel", {"reason": "Storm"})
        before = everything()
        for session in (draft, off):
            problem = need_problem(finalize(room, session), 409, "NOT_READY")
            assert problem["errors"][0]["code"] == "NOT_SCHEDULED"
        assert everything() == before

    def test_it_opens_at_the_end_of_the_last_slot(self, room: Classroom) -> None:
        session = room.over({room.workers[0]: PASSED})
        session.slots.all().delete()
        later = {"starts_at": "2026-11-22T09:30:00+04:00", "ends_at": "2026-11-22T10:00:00+04:00"}
        assert room.admin.patch(f"/sessions/{session.pk}", {"slots": [later]}).status_code == 200
        room.clock.shift(timedelta(minutes=59, seconds=59))
        problem = need_problem(preview(room, session), 409, "NOT_READY")
        assert [error["code"] for error in problem["errors"]] == ["NOT_ENDED"]
        room.clock.shift(timedelta(seconds=1))
        assert preview(room, session).status_code == 200


class TestTheReceipt:
    def test_it_counts_what_was_written_and_the_preview_says_the_same(self, room: Classroom) -> None:
        job = cast.make_role()
        for course in (room.course, cast.make_course()):
            cast.require(job, course)
        still_red = cast.make_worker(role=job)
        settle()
        session = room.over(
            {room.workers[0]: PASSED, room.workers[1]: FAILED, room.workers[2]: ABSENT, still_red: PASSED}
        )
        before = everything()
        expected = body_of(preview(room, session))
        assert everything() == before
        answer = finalize(room, session)
        assert answer.status_code == 200
        receipt = body_of(answer)
        assert set(receipt) == set(expected) == RECEIPT
        assert expected["finalized_at"] is None
        entry = Leaf.objects.get(type=LeafType.FINALIZED, entity_id=session.pk).pk
        assert {**expected, "finalized_at": "2026-11-22T09:00:00+04:00", "ledger_entry": entry} == receipt
        session.refresh_from_db()
        assert receipt == {
            "session_id": session.pk,
            "finalized_at": "2026-11-22T09:00:00+04:00",
            "training_records": 3,
            "failed": 1,
            "competency_pending": 0,
            "no_show": 1,
            "turned_green": 2,
            "fully_green": 1,
            "evidence_sha256": session.evidence.sha256 if session.evidence else None,
            "ledger_entry": entry,
        }
        whole = body_of(room.admin.get(f"/sessions/{session.pk}"))
        admin = room.users[Role.HSE_ADMIN]
        assert (whole["status"], whole["finalized_at"]) == ("COMPLETED", receipt["finalized_at"])
        assert whole["finalized_by"] == {"id": admin.pk, "name": admin.name}
        records = body_of(room.admin.get(f"/records?session_id={session.pk}"))["items"]
        assert {record["evidence_sha256"] for record in records} == {receipt["evidence_sha256"]}
        assert {record["source"] for record in records} == {"SESSION"}

    def test_a_second_click_gets_the_first_outcome(self, room: Classroom) -> None:
        session = room.over({room.workers[0]: PASSED})
        first = body_of(finalize(room, session))
        room.clock.shift(timedelta(days=40))
        before = everything()
        for answer in (
            finalize(room, session),
            room.clients[Role.SUPER_ADMIN].post(f"/sessions/{session.pk}/finalize"),
            preview(room, session),
        ):
            problem = need_problem(answer, 409, "ALREADY_FINALIZED")
            assert problem["outcome"] == first
        after = everything()
        swept = {name for name in before if before[name] != after[name]}
        assert "records_trainingrecord" not in swept
        assert TrainingRecord.objects.count() == Finalization.objects.count() == 1

    def test_the_same_key_gets_the_first_answer_again(self, room: Classroom) -> None:
        session = room.over({room.workers[0]: PASSED})
        first = finalize(room, session, Idempotency_Key="gate-1")
        before = everything()
        again = finalize(room, session, Idempotency_Key="gate-1")
        assert (again.status_code, again.content) == (200, first.content)
        another = finalize(room, session, Idempotency_Key="gate-2")
        need_problem(another, 409, "ALREADY_FINALIZED")
        other = room.over({room.workers[1]: PASSED}, trainer=cast.make_trainer(room.course))
        reused = finalize(room, other, Idempotency_Key="gate-1")
        assert need_invalid(reused) == [("Idempotency-Key", "IDEMPOTENCY_KEY_REUSED")]
        assert TrainingRecord.objects.count() == 1
        assert before["records_trainingrecord"] == everything()["records_trainingrecord"]

    def test_a_closed_gate_is_remembered_under_its_key(self, room: Classroom) -> None:
        session = room.begun(workers=room.workers[:1])
        first = finalize(room, session, Idempotency_Key="gate-3")
        need_problem(first, 409, "NOT_READY")
        upload(room.teacher, f"/sessions/{session.pk}/evidence", pdf())
        mark = {"worker_id": room.workers[0].pk, "status": "ATTENDED", "result": "PASSED"}
        room.teacher.patch(f"/sessions/{session.pk}/attendance", {"attendees": [mark]})
        again = finalize(room, session, Idempotency_Key="gate-3")
        assert (again.status_code, again.content) == (409, first.content)
        assert finalize(room, session, Idempotency_Key="gate-4").status_code == 200


class TestWhatItWrites:
    def test_a_course_that_needs_a_sign_off_opens_competencies(self, room: Classroom) -> None:
        cast.make_version(room.course, requires_verification=True)
        method, assessor = cast.make_method(), room.users[Role.TRAINER]
        waiting, signed, failed = room.workers
        session = held(
            room.course,
            {
                waiting: PASSED,
                signed: {**PASSED, "verified": True, "method_id": method.pk, "verified_by_id": assessor.pk},
                failed: FAILED,
            },
            trainer=room.trainer,
            venue=room.venue,
        )
        expected = body_of(preview(room, session))
        receipt = body_of(finalize(room, session))
        known_then = {"finalized_at": receipt["finalized_at"], "ledger_entry": receipt["ledger_entry"]}
        assert expected | known_then == receipt
        counted = [receipt[name] for name in ("training_records", "failed", "competency_pending", "turned_green")]
        assert counted == [2, 1, 1, 1]
        items = body_of(room.admin.get(f"/competency?session_id={session.pk}"))["items"]
        by_worker = {item["worker"]["id"]: item for item in items}
        assert set(by_worker) == {waiting.pk, signed.pk}
        assert by_worker[waiting.pk]["status"] == "PENDING"
        competent = by_worker[signed.pk]
        assert (competent["status"], competent["assessed_on"]) == ("COMPETENT", "2026-11-22")
        assert competent["assessed_by"] == {"id": assessor.pk, "name": assessor.name}
        assert competent["method"] == {"id": method.pk, "code": method.code, "name": method.name}
        record = body_of(room.admin.get(f"/records/{competent['record_id']}"))
        assert (record["worker"]["id"], record["result"]) == (signed.pk, "PASSED")
        statuses = {
            worker.pk: body_of(room.admin.get(f"/workers/{worker.pk}/compliance"))["overall_status"]
            for worker in room.workers
        }
        assert list(statuses.values()) == ["AWAITING_VERIFICATION", "COMPLIANT", "NON_COMPLIANT"]

    def test_one_blocked_after_the_invite_is_still_recorded(self, room: Classroom) -> None:
        first = room.workers[0]
        session = room.over({first: PASSED})
        Worker.objects.filter(pk=first.pk).update(status=WorkerStatus.BLACKLISTED)
        ComplianceItem.objects.filter(worker=first).delete()
        receipt = body_of(finalize(room, session))
        assert (receipt["training_records"], receipt["turned_green"]) == (1, 0)
        assert TrainingRecord.objects.filter(worker=first, session_id=session.pk).count() == 1

    def test_who_clicked_is_said_once(self, room: Classroom) -> None:
        session = room.over({room.workers[0]: PASSED})
        finalize(room, session)
        event = AuditEvent.objects.get(action="session.finalized")
        assert (event.actor_id, event.actor_role, event.via) == (room.users[Role.HSE_ADMIN].pk, "HSE_ADMIN", "API")
        assert "Çələbi" not in str(list(AuditEvent.objects.values("before", "after", "reason")))

    @pytest.mark.parametrize(
        ("months", "expires_on"), [(0, None), (1, "2026-12-22"), (3, "2027-02-22"), (24, "2028-11-22")]
    )
    def test_how_long_it_holds(self, room: Classroom, months: int, expires_on: str | None) -> None:
        if months != CourseVersion.objects.get(course=room.course).validity_months:
            cast.make_version(room.course, validity_months=months)
        session = room.over({room.workers[0]: PASSED, room.workers[1]: FAILED})
        finalize(room, session)
        records = body_of(room.admin.get("/records"))["items"]
        assert {record["result"]: record["expires_on"] for record in records} == {
            "PASSED": expires_on,
            "FAILED": None,
        }
        assert {record["completed_on"] for record in records} == {"2026-11-22"}

    def test_fifty_people_cost_what_five_cost(self, room: Classroom, django_assert_max_num_queries: Any) -> None:
        def cost(people: int) -> int:
            workers = [cast.make_worker(role=room.workers[0].role) for _ in range(people)]
            session = held(room.course, dict.fromkeys(workers, PASSED))
            with django_assert_max_num_queries(80) as counted:
                assert body_of(finalize(room, session))["training_records"] == people
            return len(counted)

        assert cost(5) == cost(50)
        assert CompetencyRecord.objects.count() == 0
