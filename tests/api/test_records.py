"""Training records through the API: what they say, outside certificates, corrections, revocations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests import cast
from tests.api.classroom import AT, Classroom, everything, need_invalid, pdf, upload
from tests.api.client import body_of, need_problem
from tests.api.test_lists import walk
from tests.files import jpeg_bytes
from tests.training.acting import PASSED, settle
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.evidence.models import EvidenceFile
from titan.ledger.models import Leaf, LeafType
from titan.personnel.models import WorkerStatus
from titan.records.models import Result, TrainingRecord
from titan.training.commands import finalize_session

SHAPE = {
    *("id", "worker", "course", "course_version", "session_id", "result", "score", "completed_on", "expires_on"),
    *("trainer", "provider", "evidence_key", "evidence_sha256", "source", "corrects_id", "corrected_by_id"),
    *("revoked_at", "revoke_reason", "ledger_entry", "valid_until", "extensions"),
}
TODAY = AT.date()


def certificate(room: Classroom, **more: Any) -> dict[str, Any]:
    return {"worker_id": room.workers[0].pk, "course_id": room.course.pk, "completed_on": "2026-11-01", **more}


class TestOutsideCertificates:
    def test_one_turns_its_worker_green(self, room: Classroom) -> None:
        words = {"provider": "Bakı Təlim Mərkəzi", "remarks": "Копия в деле", "score": 91}
        answer = upload(room.admin, "/records", pdf("certificate"), data=certificate(room, **words))
        assert answer.status_code == 201
        record = body_of(answer)
        assert set(record) == SHAPE
        assert record["worker"]["last_name"] == "Çələbi"
        assert record["course"] == {"id": room.course.pk, "code": "HSE-002", "title": "Course HSE-002"}
        assert (record["source"], record["result"], record["provider"]) == ("EXTERNAL", "PASSED", words["provider"])
        assert (record["completed_on"], record["expires_on"], record["score"]) == ("2026-11-01", "2027-11-01", 91)
        empty = ("session_id", "trainer", "corrects_id", "corrected_by_id", "revoked_at")
        assert [record[name] for name in empty] == [None] * 5
        assert (record["valid_until"], record["extensions"]) == ("2027-11-01", [])
        assert record["ledger_entry"] == Leaf.objects.get(type=LeafType.RECORD, entity_id=record["id"]).pk
        assert body_of(room.admin.get(f"/records/{record['id']}")) == record
        compliance = body_of(room.admin.get(f"/workers/{room.workers[0].pk}/compliance"))
        assert compliance["overall_status"] == "COMPLIANT"
        assert compliance["items"][0]["record_id"] == record["id"]

    def test_several_pictures_are_one_file(self, room: Classroom) -> None:
        answer = upload(
            room.admin,
            "/records",
            ("../front.jpg", jpeg_bytes("front")),
            ("back.jpg", jpeg_bytes("back")),
            data=certificate(room),
        )
        whole = EvidenceFile.objects.get(sha256=body_of(answer)["evidence_sha256"])
        assert (whole.media_type, whole.parts.count()) == ("application/pdf", 2)

    def test_a_failed_one_is_kept_and_proves_nothing(self, room: Classroom) -> None:
        record = body_of(upload(room.admin, "/records", pdf(), data=certificate(room, result="FAILED")))
        assert (record["result"], record["expires_on"]) == ("FAILED", None)
        compliance = body_of(room.admin.get(f"/workers/{room.workers[0].pk}/compliance"))
        assert compliance["overall_status"] == "NON_COMPLIANT"

    def test_where_a_sign_off_is_required_it_opens_a_competency(self, room: Classroom) -> None:
        cast.make_version(room.course, requires_verification=True)
        answer = upload(room.admin, "/records", pdf(), data=certificate(room))
        assert answer.status_code == 201
        opened = body_of(answer)
        assert (opened["status"], opened["record_id"], opened["session_id"]) == ("PENDING", None, None)
        assert opened["completed_on"] == "2026-11-01"
        assert not TrainingRecord.objects.exists()
        assert body_of(room.admin.get("/competency?status=PENDING"))["items"] == [opened]

    def test_one_is_recorded_once_under_a_key(self, room: Classroom) -> None:
        first = upload(room.admin, "/records", pdf(), data=certificate(room), Idempotency_Key="certificate-1")
        before = everything()
        again = upload(room.admin, "/records", pdf(), data=certificate(room), Idempotency_Key="certificate-1")
        assert (again.status_code, again.content) == (201, first.content)
        for other in (
            upload(room.admin, "/records", pdf("other"), data=certificate(room), Idempotency_Key="certificate-1"),
            upload(room.admin, "/records", pdf(), data=certificate(room, score=1), Idempotency_Key="certificate-1"),
        ):
            assert need_invalid(other) == [("Idempotency-Key", "IDEMPOTENCY_KEY_REUSED")]
        assert everything() == before

    def test_values_that_cannot_be_are_422_and_no_file_is_recorded(self, room: Classroom) -> None:
        cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
            ({"worker_id": None}, [("worker_id", "WRONG_TYPE")]),
            ({"worker_id": 10**9}, [("worker_id", "UNKNOWN")]),
            ({"worker_id": 2**63}, [("worker_id", "OUT_OF_RANGE")]),
            ({"worker_id": "1"}, [("worker_id", "WRONG_TYPE")]),
            ({"course_id": 10**9}, [("course_id", "COURSE_NOT_PUBLISHED")]),
            ({"completed_on": "2026-11-23"}, [("completed_on", "OUT_OF_RANGE")]),
            ({"completed_on": "1949-12-31"}, [("completed_on", "OUT_OF_RANGE")]),
            ({"completed_on": "2026-02-29"}, [("completed_on", "DATE_INVALID")]),
            ({"completed_on": "2026-11-01T00:00:00"}, [("completed_on", "DATE_INVALID")]),
            ({"completed_on": 20261101}, [("completed_on", "DATE_INVALID")]),
            ({"result": "MAYBE"}, [("result", "NOT_ALLOWED")]),
            ({"score": 101}, [("score", "OUT_OF_RANGE")]),
            ({"score": 5.5}, [("score", "WRONG_TYPE")]),
            ({"provider": "x" * 201}, [("provider", "TOO_LONG")]),
            ({"provider": "a\x00b"}, [("provider", "NUL_CHARACTER")]),
            ({"corrects_id": 10**9}, [("corrects_id", "UNKNOWN")]),
            ({"source": "SESSION"}, [("source", "UNKNOWN_FIELD")]),
            (
                {"worker_id": 10**9, "completed_on": "2027-01-01"},
                [
                    ("worker_id", "UNKNOWN"),
                    ("completed_on", "OUT_OF_RANGE"),
                ],
            ),
        ]
        before = everything()
        for given, found in cases:
            answer = upload(room.admin, "/records", pdf(), data=certificate(room, **given))
            assert need_invalid(answer) == found, given
        assert everything() == before

    def test_the_form_itself_can_be_wrong(self, room: Classroom) -> None:
        before = everything()
        assert need_invalid(upload(room.admin, "/records", pdf())) == [("data", "REQUIRED")]
        for text in ("", "{", "nonsense", '{"remarks": "\\ud800"}'):
            assert need_invalid(upload(room.admin, "/records", pdf(), form={"data": text})) == [
                ("data", "JSON_INVALID")
            ]
        for text in ("[]", "5", "null", '"x"'):
            assert need_invalid(upload(room.admin, "/records", pdf(), form={"data": text})) == [("data", "WRONG_TYPE")]
        answer = upload(room.admin, "/records", pdf(), form={"data": '{"worker_id": 1, "remarks": "\\u0000"}'})
        assert need_invalid(answer) == [("remarks", "NUL_CHARACTER")]
        assert need_invalid(upload(room.admin, "/records", data=certificate(room))) == [("file", "REQUIRED")]
        assert need_invalid(upload(room.admin, "/records", ("x.pdf", b""), data=certificate(room))) == [
            ("file", "EVIDENCE_EMPTY")
        ]
        answer = upload(room.admin, "/records", ("x.pdf", b"no sheet"), data=certificate(room))
        need_problem(answer, 415, "EVIDENCE_TYPE")
        need_problem(room.admin.post("/records", certificate(room)), 415, "UNSUPPORTED_MEDIA_TYPE")
        assert everything() == before

    def test_a_course_without_a_published_version_takes_none(self, room: Classroom) -> None:
        unborn = cast.make_course(status="DRAFT")
        before = everything()
        answer = upload(room.admin, "/records", pdf(), data=certificate(room, course_id=unborn.pk))
        assert need_invalid(answer) == [("course_id", "COURSE_NOT_PUBLISHED")]
        assert everything() == before

    def test_an_inactive_workers_certificate_is_recorded(self, room: Classroom) -> None:
        away = cast.make_worker(status=WorkerStatus.INACTIVE)
        answer = upload(room.admin, "/records", pdf(), data=certificate(room, worker_id=away.pk))
        assert answer.status_code == 201


class TestRevocations:
    def test_a_wrong_record_stays_visible_with_the_reason(self, room: Classroom) -> None:
        record = cast.make_record(room.workers[0], room.course)
        settle()
        path = f"/records/{record.pk}/revoke"
        answer = room.admin.post(path, {"reason": "  Başqa işçi  "})
        assert answer.status_code == 200
        revoked = body_of(answer)
        assert (revoked["revoked_at"], revoked["revoke_reason"]) == ("2026-11-22T09:00:00+04:00", "Başqa işçi")
        assert body_of(room.admin.get(f"/records/{record.pk}")) == revoked
        compliance = body_of(room.admin.get(f"/workers/{room.workers[0].pk}/compliance"))
        assert compliance["overall_status"] == "NON_COMPLIANT"
        event = AuditEvent.objects.get(action="training_record.revoked")
        assert (event.entity, event.entity_id, event.reason) == ("training_record", record.pk, "Başqa işçi")
        before = everything()
        need_problem(room.admin.post(path, {"reason": "Again"}), 409, "ALREADY_REVOKED")
        assert everything() == before

    def test_a_reason_is_required(self, room: Classroom) -> None:
        path = f"/records/{cast.make_record(room.workers[0], room.course).pk}/revoke"
        before = everything()
        for body in ({}, {"reason": ""}, {"reason": " \n"}, {"reason": 5}, {"reason": "x" * 1001}):
            assert [field for field, _ in need_invalid(room.admin.post(path, body))] == ["reason"]
        assert everything() == before

    def test_a_correction_follows_the_revocation_and_both_stay(self, room: Classroom) -> None:
        session = room.over({room.workers[0]: PASSED})
        finalize_session(session.pk, by=cast.actor(), at=AT)
        wrong = TrainingRecord.objects.get()
        data = certificate(room, corrects_id=wrong.pk, result="FAILED", completed_on="2026-11-22")
        before = everything()
        need_problem(upload(room.admin, "/records", data=data), 409, "NOT_REVOKED")
        assert everything() == before
        room.admin.post(f"/records/{wrong.pk}/revoke", {"reason": "He failed"})
        before = everything()
        other = upload(room.admin, "/records", data={**data, "worker_id": room.workers[1].pk})
        assert need_invalid(other) == [("corrects_id", "OTHER_RECORD")]
        assert everything() == before
        answer = upload(room.admin, "/records", data=data)
        assert answer.status_code == 201
        right = body_of(answer)
        assert (right["source"], right["corrects_id"], right["session_id"]) == ("CORRECTION", wrong.pk, session.pk)
        assert right["evidence_sha256"] == wrong.evidence_sha256
        assert body_of(room.admin.get(f"/records/{wrong.pk}"))["corrected_by_id"] == right["id"]
        before = everything()
        need_problem(upload(room.admin, "/records", data=data), 409, "ALREADY_CORRECTED")
        assert everything() == before

    def test_a_revocation_under_a_key_is_answered_twice(self, room: Classroom) -> None:
        record = cast.make_record(room.workers[0], room.course)
        path, body = f"/records/{record.pk}/revoke", {"reason": "Wrong person"}
        first = room.admin.post(path, body, Idempotency_Key="revoke-1")
        again = room.admin.post(path, body, Idempotency_Key="revoke-1")
        assert (again.status_code, again.content) == (200, first.content)


class TestLists:
    def test_filters(self, room: Classroom) -> None:
        first, second, third = room.workers
        session = room.over({first: PASSED})
        finalize_session(session.pk, by=cast.actor(), at=AT)
        of_session = TrainingRecord.objects.get().pk
        other = cast.make_course()
        failed = cast.make_record(second, room.course, result=Result.FAILED).pk
        soon = cast.make_record(third, other, expires_on=TODAY + timedelta(days=9)).pk
        never = cast.make_record(third, room.course, expires_on=None).pk
        gone = cast.make_record(second, other, expires_on=TODAY + timedelta(days=9)).pk
        room.admin.post(f"/records/{gone}/revoke", {"reason": "Wrong"})

        def found(query: str) -> set[int]:
            return {item["id"] for item in body_of(room.admin.get(f"/records?{query}"))["items"]}

        assert found("") == {of_session, failed, soon, never, gone}
        assert found(f"worker_id={second.pk}") == {failed, gone}
        assert found(f"course_id={other.pk}") == {soon, gone}
        assert found(f"session_id={session.pk}") == {of_session}
        assert found("result=FAILED") == {failed}
        assert found("revoked=true") == {gone}
        assert found("revoked=false") == {of_session, failed, soon, never}
        assert found("expiring_before=2026-12-02") == {soon}
        assert found("expiring_before=2026-12-01") == set()
        assert found(f"worker_id={third.pk}&result=PASSED&revoked=false") == {soon, never}
        for wrong in ("revoked=1", "result=GOOD", "expiring_before=soon", "worker_id=x", "worker=1"):
            need_invalid(room.admin.get(f"/records?{wrong}"))

    def test_pages_fit_together_and_fifty_cost_what_five_cost(
        self, room: Classroom, django_assert_max_num_queries: Any
    ) -> None:
        def cost() -> int:
            with django_assert_max_num_queries(20) as counted:
                assert room.admin.get("/records?limit=200").status_code == 200
            return len(counted)

        for _ in range(5):
            cast.make_record(room.workers[0], room.course)
        few = cost()
        trainers = [cast.make_trainer() for _ in range(3)]
        for number in range(45):
            cast.make_record(cast.make_worker(), cast.make_course(), trainer=trainers[number % 3])
        assert cost() == few
        whole = walk(room.admin, "/records", 200)
        assert len(whole) == 50
        assert [item["id"] for item in whole] == sorted((item["id"] for item in whole), reverse=True)
        assert walk(room.admin, "/records", 7) == whole
        assert all(set(item) == SHAPE for item in whole)


def test_titles_are_those_of_the_version_that_was_taught(room: Classroom) -> None:
    record = cast.make_record(room.workers[0], room.course)
    cast.make_version(room.course, title={"en": "Renamed", "tr": "Yeni ad"})
    user = room.users[Role.AUDITOR]
    user.language = "tr"
    user.save()
    shown = body_of(room.clients[Role.AUDITOR].get(f"/records/{record.pk}"))
    assert (shown["course"]["title"], shown["course_version"]) == ("Kurs HSE-002", 1)
