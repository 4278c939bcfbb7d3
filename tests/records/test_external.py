"""Outside certificates, and corrections of what was revoked (domain.md §7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.training.acting import (
    ADMIN,
    ASSESSOR,
    AT,
    AUDITOR,
    PASSED,
    act,
    found,
    held,
    refuses,
    said,
    settle,
)
from titan.compliance.queries.items import worker_compliance
from titan.core.actor import Role
from titan.records.commands import ExternalResult, decide_competencies, record_external_result, revoke_record
from titan.records.commands.competency import Decision
from titan.records.commands.external import Recorded
from titan.records.models import CompetencyRecord, CompetencyStatus, Result, TrainingRecord
from titan.training.commands import finalize_session

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
TOO_BIG = 2**63


@pytest.fixture
def file(site: Any) -> Any:
    """The certificate."""
    return cast.make_evidence()


def certificate(worker: Any, course: Any, **values: Any) -> ExternalResult:
    given: dict[str, Any] = {"worker_id": worker.pk, "course_id": course.pk, "completed_on": TODAY, **values}
    return ExternalResult(**given)


def statuses(worker: Any) -> dict[int, str]:
    return {item.course_id: item.status for item in worker_compliance(worker.pk, at=AT).items}


class TestCertificates:
    def test_become_records(self, worker: Any, course: Any, file: Any) -> None:
        new = certificate(
            worker, course, completed_on=date(2026, 1, 31), score=88, provider=" Bakı Təlim ", remarks="əsli\ngörüldü"
        )
        made = act(record_external_result, new, file.pk)
        record = TrainingRecord.objects.get()
        assert made == Recorded(record.pk, None)
        assert (record.source, record.result, record.score) == ("EXTERNAL", "PASSED", 88)
        assert (record.provider, record.remarks) == ("Bakı Təlim", "əsli\ngörüldü")
        assert (record.completed_on, record.expires_on) == (date(2026, 1, 31), date(2027, 1, 31))
        assert (record.course_version, record.session_id, record.trainer_id) == (cast.published(course), None, None)
        assert (record.evidence_id, record.evidence_key, record.evidence_sha256) == (file.pk, file.key, file.sha256)
        assert (record.created_at, record.created_by_id) == (AT, ADMIN.user_id)
        assert statuses(worker)[course.pk] == "COMPLIANT"
        assert said("training_record.created", record.pk)

    def test_the_published_version_says_how_long_they_last(self, worker: Any, course: Any, file: Any) -> None:
        cast.make_version(course, validity_months=0)
        cast.make_version(course, status="DRAFT", validity_months=3)
        act(record_external_result, certificate(worker, course), file.pk)
        record = TrainingRecord.objects.get()
        assert (record.course_version.number, record.expires_on) == (2, None)

    def test_a_failed_one_proves_nothing(self, worker: Any, course: Any, file: Any) -> None:
        act(record_external_result, certificate(worker, course, result=Result.FAILED), file.pk)
        assert TrainingRecord.objects.get().expires_on is None
        assert statuses(worker)[course.pk] == "NON_COMPLIANT"

    def test_open_a_competency_where_verification_is_required(
        self, worker: Any, verified_course: Any, file: Any
    ) -> None:
        made = act(record_external_result, certificate(worker, verified_course, score=70), file.pk)
        row = CompetencyRecord.objects.get()
        assert made == Recorded(None, row.pk)
        assert (row.status, row.completed_on, row.score, row.session_id) == ("PENDING", TODAY, 70, None)
        assert (row.evidence_id, row.evidence_sha256) == (file.pk, file.sha256)
        assert not TrainingRecord.objects.exists()
        assert statuses(worker)[verified_course.pk] == "AWAITING_VERIFICATION"

    def test_a_failed_one_opens_nothing(self, worker: Any, verified_course: Any, file: Any) -> None:
        act(record_external_result, certificate(worker, verified_course, result=Result.FAILED), file.pk)
        assert not CompetencyRecord.objects.exists()
        assert TrainingRecord.objects.get().result == "FAILED"

    def test_of_somebody_who_left_are_kept(self, worker: Any, course: Any, file: Any) -> None:
        type(worker).objects.filter(pk=worker.pk).update(status="INACTIVE")
        settle()
        act(record_external_result, certificate(worker, course), file.pk)
        assert TrainingRecord.objects.get().worker_id == worker.pk

    def test_what_they_may_not_be(self, worker: Any, course: Any, file: Any) -> None:
        gone = cast.make_worker(status="INACTIVE", anonymised_at=AT)
        unpublished = cast.make_course(status="DRAFT")
        settle()
        cases: list[tuple[dict[str, Any], Any, list[tuple[str, str]]]] = [
            ({}, None, [("file", "REQUIRED")]),
            ({}, TOO_BIG, [("file", "REQUIRED")]),
            ({"worker_id": 999_999}, file.pk, [("worker_id", "UNKNOWN")]),
            ({"worker_id": TOO_BIG}, file.pk, [("worker_id", "UNKNOWN")]),
            ({"worker_id": gone.pk}, file.pk, [("worker_id", "UNKNOWN")]),
            ({"course_id": 999_999}, file.pk, [("course_id", "COURSE_NOT_PUBLISHED")]),
            ({"course_id": TOO_BIG}, file.pk, [("course_id", "COURSE_NOT_PUBLISHED")]),
            ({"course_id": unpublished.pk}, file.pk, [("course_id", "COURSE_NOT_PUBLISHED")]),
            ({"completed_on": TODAY + DAY}, file.pk, [("completed_on", "OUT_OF_RANGE")]),
            ({"completed_on": date(1949, 12, 31)}, file.pk, [("completed_on", "OUT_OF_RANGE")]),
            ({"score": 101}, file.pk, [("score", "OUT_OF_RANGE")]),
            ({"score": -1}, file.pk, [("score", "OUT_OF_RANGE")]),
            ({"provider": "x" * 201}, file.pk, [("provider", "TOO_LONG")]),
            ({"provider": "a\x00b"}, file.pk, [("provider", "CONTROL_CHARACTERS")]),
            ({"remarks": "a\x00b"}, file.pk, [("remarks", "CONTROL_CHARACTERS")]),
            (
                {"worker_id": 0, "course_id": 0, "completed_on": date(9999, 12, 31), "score": 500},
                None,
                [
                    ("worker_id", "UNKNOWN"),
                    ("course_id", "COURSE_NOT_PUBLISHED"),
                    ("completed_on", "OUT_OF_RANGE"),
                    ("score", "OUT_OF_RANGE"),
                    ("file", "REQUIRED"),
                ],
            ),
        ]
        for values, evidence, wrong in cases:
            code = wrong[0][1] if len(wrong) == 1 else "INVALID"
            refusal = refuses(code, record_external_result, certificate(worker, course, **values), evidence)
            assert (refusal.status, found(refusal.errors)) == (422, wrong), values

    def test_today_is_the_sites_today(self, worker: Any, course: Any, file: Any) -> None:
        midnight_in_baku = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
        tomorrow = certificate(worker, course, completed_on=TODAY + DAY)
        refuses("OUT_OF_RANGE", record_external_result, tomorrow, file.pk, at=midnight_in_baku - timedelta(seconds=1))
        act(record_external_result, tomorrow, file.pk, at=midnight_in_baku)

    @pytest.mark.parametrize("by", [ASSESSOR, AUDITOR, cast.actor(Role.TRAINER, trainer_id=1)], ids=str)
    def test_only_admins_record_them(self, worker: Any, course: Any, file: Any, by: Any) -> None:
        refuses("FORBIDDEN", record_external_result, certificate(worker, course), file.pk, by=by)
        act(record_external_result, certificate(worker, course), file.pk, by=cast.actor(Role.SUPER_ADMIN))

    def test_the_cost_of_one(self, worker: Any, course: Any, file: Any) -> None:
        with CaptureQueriesContext(connection) as statements:
            record_external_result(certificate(worker, course), file.pk, by=ADMIN, at=AT)
        assert len(statements) <= 27


class TestCorrections:
    @pytest.fixture
    def wrong_record(self, worker: Any, course: Any) -> TrainingRecord:
        """A record of a session that was revoked."""
        session = held(course, {worker: PASSED})
        finalize_session(session.pk, by=ADMIN, at=AT)
        record = TrainingRecord.objects.get(worker=worker)
        revoke_record(record.pk, "Wrong score", by=ADMIN, at=AT)
        return record

    def test_rest_on_what_they_correct(self, worker: Any, course: Any, wrong_record: TrainingRecord) -> None:
        cast.make_version(course, validity_months=1, requires_verification=True)
        new = certificate(worker, course, score=91, corrects_id=wrong_record.pk, completed_on=TODAY - DAY)
        made = act(record_external_result, new, None)
        record = TrainingRecord.objects.get(pk=made.record_id)
        assert (record.source, record.corrects_id, record.result) == ("CORRECTION", wrong_record.pk, "PASSED")
        assert (record.session_id, record.trainer_id) == (wrong_record.session_id, wrong_record.trainer_id)
        assert record.course_version_id == wrong_record.course_version_id
        assert (record.completed_on, record.expires_on) == (TODAY - DAY, date(2027, 11, 21))
        assert (record.evidence_id, record.evidence_sha256) == (
            wrong_record.evidence_id,
            wrong_record.evidence_sha256,
        )
        assert statuses(worker)[course.pk] == "COMPLIANT"
        assert TrainingRecord.objects.count() == 2

    def test_may_bring_a_file_of_their_own(
        self, worker: Any, course: Any, wrong_record: TrainingRecord, file: Any
    ) -> None:
        made = act(record_external_result, certificate(worker, course, corrects_id=wrong_record.pk), file.pk)
        assert TrainingRecord.objects.get(pk=made.record_id).evidence_id == file.pk

    def test_may_fail_what_was_passed(self, worker: Any, course: Any, wrong_record: TrainingRecord) -> None:
        new = certificate(worker, course, corrects_id=wrong_record.pk, result=Result.FAILED)
        act(record_external_result, new, None)
        assert statuses(worker)[course.pk] == "NON_COMPLIANT"

    def test_come_after_the_revocation(self, worker: Any, course: Any) -> None:
        record = cast.make_record(worker, course)
        settle()
        new = certificate(worker, course, corrects_id=record.pk)
        assert refuses("NOT_REVOKED", record_external_result, new, None).status == 409
        act(revoke_record, record.pk, "Typing error")
        act(record_external_result, new, None)

    def test_never_replace_the_assessor(self, worker: Any) -> None:
        verified = cast.make_course(requires_verification=True)
        failed = cast.make_record(worker, verified, result="FAILED")
        settle()
        act(revoke_record, failed.pk, "Typing error")
        new = certificate(worker, verified, corrects_id=failed.pk)
        assert refuses("NEEDS_SIGN_OFF", record_external_result, new, None).status == 409

    def test_hold_the_score_against_the_result(self, worker: Any) -> None:
        scored = cast.make_course(min_pass_score=80)
        record = cast.make_record(worker, scored, result="FAILED", score=40)
        settle()
        act(revoke_record, record.pk, "Typing error")
        refuses(
            "SCORE_AGAINST_RESULT",
            record_external_result,
            certificate(worker, scored, corrects_id=record.pk, score=40),
            None,
        )

    def test_happen_once_and_are_corrected_themselves(
        self, worker: Any, course: Any, wrong_record: TrainingRecord
    ) -> None:
        new = certificate(worker, course, corrects_id=wrong_record.pk)
        first = act(record_external_result, new, None).record_id
        assert refuses("ALREADY_CORRECTED", record_external_result, new, None).status == 409
        act(revoke_record, first, "Wrong again")
        refuses("ALREADY_CORRECTED", record_external_result, new, None)
        second = act(record_external_result, certificate(worker, course, corrects_id=first), None).record_id
        assert TrainingRecord.objects.get(pk=second).session_id == wrong_record.session_id

    def test_are_of_the_same_worker_and_course(self, worker: Any, course: Any, wrong_record: TrainingRecord) -> None:
        other_course, other = cast.make_course(), cast.make_worker()
        settle()
        for new in (
            certificate(other, course, corrects_id=wrong_record.pk),
            certificate(worker, other_course, corrects_id=wrong_record.pk),
        ):
            refusal = refuses("OTHER_RECORD", record_external_result, new, None)
            assert found(refusal.errors) == [("corrects_id", "OTHER_RECORD")]
        for unknown in (999_999, TOO_BIG):
            refuses("UNKNOWN", record_external_result, certificate(worker, course, corrects_id=unknown), None)

    def test_of_a_verified_course_need_no_second_sign_off(self, worker: Any, verified_course: Any, file: Any) -> None:
        opened = act(record_external_result, certificate(worker, verified_course), file.pk).competency_id
        method = cast.make_method()
        made = act(decide_competencies, [opened], Decision(CompetencyStatus.COMPETENT, method.pk), by=ASSESSOR)
        act(revoke_record, made[opened], "Wrong day")
        new = certificate(worker, verified_course, corrects_id=made[opened], completed_on=TODAY - DAY)
        act(record_external_result, new, None)
        assert statuses(worker)[verified_course.pk] == "COMPLIANT"
        assert CompetencyRecord.objects.count() == 1
